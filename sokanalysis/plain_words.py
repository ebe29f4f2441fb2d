"""The short edition in plain language (einfache Sprache): short sentences around computed numbers.

Rules, after DIN 8581-1 (Einfache Sprache) as far as templates can: one thought a sentence and one
sentence a line, no passive, no foreign word unexplained, digits for numbers, shares as "von 100",
estimates rounded and called "etwa".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sokanalysis.show import Text
from sokanalysis.style import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sokanalysis.region import Region

# Words of the catalogue and what people say, replaced in this order.
_SAID: Final = {
    ": ": "\n",
    "\nAußenstelle ": "\nDer neue Ort ist: ",
    "\nSprechstunde im Dorf": "\nDie Beratung kommt ins Dorf.",
    "\nKurs neben ": "\nDer Kurs ist neu. Ihn gibt es dann neben ",
    "Deutschförderung in Schule und Kita": "Hilfe beim Deutsch-Lernen in Schule und Kita",
    "Begegnung und Mitgestaltung": "Treffpunkt zum Mitmachen",
    "Integrationskurs A1–B1": "Deutschkurs für den Anfang",
    "Begleitung in Ausbildung": "Hilfe bei der Ausbildung",
    "Begleitung in Arbeit": "Hilfe bei der Suche nach Arbeit",
    "Migrationsberatung": "Beratung",
    "Alphabetisierung": "Kurs zum Lesen und Schreiben",
    "Berufssprache ab B2": "Deutschkurs für den Beruf",
    "durch Sprachmittlung bei": "mit Übersetzung bei",
    "online mit Lernort": "über das Internet, im Raum",
    "Fahrgutscheine": "Gutscheine für die Fahrt",
}


def of_hundred(share: float) -> str:
    """Write a share (0–1) as people say it: 0.254 is "25 von 100"; the ends stay the ends."""
    if 0 < share <= 0.005:
        return "weniger als 1 von 100"
    if 0.995 <= share < 1:
        return "mehr als 99 von 100"
    return f"{round(share * 100)} von 100"


def about(amount: float) -> str:
    """Write an estimate (0 or more) with two digits that count: 1459 is "etwa 1 500"."""
    whole = round(amount)
    return f"etwa {number(round(whole, min(0, 2 - len(str(whole)))))}"


def said(title: str) -> str:
    """Put the title of a measure into plain words, one thought a line."""
    for word, plain in _SAID.items():
        title = title.replace(word, plain)
    return _lines(*title.split("\n"))


def offers(region: Region, *, unsure_count: int, without_count: int) -> Text:
    """Say what it is about and what there is.

    Parameters
    ----------
    region : Region
        The district.
    unsure_count : int
        Offers of which it is not known whether they go on.
    without_count : int
        Municipalities without an offer.
    """
    return _text(
        "# Worum es geht",
        _lines(
            "Bei uns leben Menschen aus anderen Ländern.",
            "Sie wollen Deutsch lernen, arbeiten und dabei sein.",
            "Dafür gibt es Angebote.",
            "Das sind zum Beispiel Kurse, Beratung und Treffpunkte.",
        ),
        "**Unsere Frage ist: Wer kann wirklich teilnehmen?**",
        "Teilnehmen heißt:",
        _listed(
            [
                "Man kommt pünktlich zum Angebot.",
                "Man kann bis zum Ende bleiben.",
                "Man kommt am selben Tag wieder nach Hause.",
                "Man bekommt einen Platz.",
            ]
        ),
        "# Was es gibt",
        _listed(
            [
                *_known(len(region.current_offers), unsure_count),
                _places(len(region.municipalities), without_count),
            ]
        ),
    )


def ways(region: Region, *, reached: float, no_return: float, holidays: float) -> Text:
    """Say who gets there and home.

    Parameters
    ----------
    region : Region
        The district.
    reached, no_return, holidays : float
        Shares (0–1) of the ways: that succeed on school days, that fail for the way home, that
        succeed in the holidays.
    """
    model = _lines(
        "Den echten Fahrplan haben wir noch nicht.",
        "Wir haben mit einem eigenen Fahrplan gerechnet.",
        "Darum stimmen die Zahlen nur ungefähr.",
    )
    return _text(
        "# Wer hinkommt",
        _lines(
            "Viele Menschen haben kein Auto.",
            "Sie fahren mit dem Bus oder mit dem Rad.",
            "Oder sie gehen zu Fuß.",
        ),
        _lines(
            "Wir haben für jeden Ort und jedes Angebot gerechnet:",
            "Klappt der Weg hin und zurück?",
        ),
        _listed(
            [
                f"In der Schulzeit klappt es bei {of_hundred(reached)} Wegen.",
                f"Bei {of_hundred(no_return)} Wegen kommt man nicht mehr nach Hause.",
                f"In den Ferien klappt es bei {of_hundred(holidays)} Wegen.",
            ]
        ),
        *([model] if region.feed.is_model else []),
    )


def measures(
    *, covered: float, count: int, cost_eur: float, gained_count: int, titles: Sequence[str]
) -> Text:
    """Say what is missing, what helps, what is not sure and what comes next.

    Parameters
    ----------
    covered : float
        Share (0–1) of the needs that are met today.
    count, cost_eur, gained_count : number
        Measures proposed, what they cost a year, needs met in addition.
    titles : sequence of str
        The most important measures; empty for none.
    """
    return _text(
        "# Was fehlt",
        _lines(
            "Menschen brauchen verschiedene Dinge.",
            "Das sind zum Beispiel ein Kurs, Beratung oder Hilfe bei der Arbeit.",
            f"Heute klappt das in {of_hundred(covered)} Fällen.",
        ),
        "# Was helfen kann",
        *_proposed(count, cost_eur, gained_count, titles),
        "# Was nicht sicher ist",
        _lines(
            "Viele Zahlen haben wir geschätzt.",
            "Darum fragen wir die Träger.",
            "Träger sind zum Beispiel die Volkshochschule und Vereine.",
            "Danach rechnen wir noch einmal.",
        ),
        "# Was jetzt kommt",
        "Die Politik entscheidet:",
        _listed(["Was davon machen wir?", "Wie viel Geld geben wir dafür aus?"]),
    )


def _known(count: int, unsure_count: int) -> list[str]:
    if count == 0:
        return ["Wir kennen noch kein Angebot."]
    known = f"Wir kennen {_counted(count, 'Angebot', 'Angebote')}."
    if unsure_count == 0:
        return [known]
    unsure = f"Bei {_counted(unsure_count, 'Angebot', 'Angeboten')} wissen wir nicht:"
    return [known, _lines(unsure, f"Gibt es {'das' if unsure_count == 1 else 'sie'} noch?")]


def _places(count: int, without_count: int) -> str:
    where = _counted(without_count, "Gemeinde", "Gemeinden") if without_count else "jeder Gemeinde"
    there = "kein" if without_count else "ein"
    return _lines(
        f"Der Landkreis hat {_counted(count, 'Gemeinde', 'Gemeinden')}.",
        f"In {where} gibt es {there} Angebot.",
    )


def _proposed(count: int, cost_eur: float, gained_count: int, titles: Sequence[str]) -> list[str]:
    if count == 0:
        return ["Wir haben noch keinen Vorschlag."]
    cost = f"zusammen {about(cost_eur)} Euro im Jahr" if cost_eur else "kein Geld"
    told = [
        f"Wir haben {_counted(count, 'Vorschlag', 'Vorschläge')}.",
        f"Das kostet {cost}.",
    ]
    if gained_count:
        cases = "Fall" if gained_count == 1 else "Fällen"
        told.append(f"Dann klappt es in {about(gained_count)} {cases} mehr.")
    return [_lines(*told), *(["Am meisten hilft:", _listed(map(said, titles))] if titles else [])]


def _counted(count: int, one: str, many: str) -> str:
    return f"{number(count)} {one if count == 1 else many}"


def _lines(*sentences: str) -> str:
    """Put sentences below each other in one paragraph."""
    return "  \n".join(sentences)


def _listed(items: Iterable[str]) -> str:
    """Return a list; an item of several lines keeps them."""
    return "\n".join("- " + item.replace("\n", "\n  ") for item in items)


def _text(*parts: str) -> Text:
    return Text("\n\n".join(parts))
