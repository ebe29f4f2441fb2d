"""The short edition in plain language (einfache Sprache): short sentences around computed numbers.

Rules: one thought a sentence, no passive where it can be helped, no foreign word unexplained,
shares as "von 100". They follow DIN 8581-1 (Einfache Sprache) in so far as templates can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sokanalysis.show import Text
from sokanalysis.style import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sokanalysis.region import Region


def of_hundred(share: float) -> str:
    """Write a share (0–1) as people say it: 0.254 is "25 von 100"; the ends stay the ends."""
    count = round(share * 100)
    if 0 < share < 0.005:
        return "weniger als 1 von 100"
    return f"{count} von 100"


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
    where = f" ({region.imprint.district})" if region.imprint.district else ""
    return Text(
        "# Worum es geht\n\n"
        f"In unserem Landkreis{where} leben Menschen aus anderen Ländern. Sie wollen Deutsch "
        "lernen, arbeiten und dabei sein. Dafür gibt es Angebote. Das sind zum Beispiel "
        "Deutschkurse, Beratung und Treffpunkte.\n\n"
        "**Unsere Frage: Wer kann wirklich teilnehmen?**\n\n"
        "# Was es gibt\n\n"
        f"- Wir kennen {number(len(region.current_offers))} Angebote.\n"
        f"- Bei {number(unsure_count)} Angeboten wissen wir nicht: Gibt es sie noch?\n"
        f"- Der Landkreis hat {number(len(region.municipalities))} Gemeinden. In "
        f"{number(without_count)} davon gibt es kein Angebot."
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
    model = (
        "\n\nDen echten Fahrplan haben wir noch nicht. Wir haben mit einem Plan gerechnet, den wir "
        "selbst gemacht haben. Die Zahlen sind deshalb ungefähr."
        if region.feed.is_model
        else ""
    )
    return Text(
        "# Wer hinkommt\n\n"
        "Viele Menschen haben kein Auto. Sie fahren mit dem Bus oder mit dem Rad, oder sie gehen "
        "zu Fuß. Wir haben für jeden Ort gerechnet: Kommt man pünktlich zum Angebot? Kann man bis "
        "zum Ende bleiben? Kommt man am selben Tag heim?\n\n"
        f"- In der Schulzeit klappen {of_hundred(reached)} Wegen.\n"
        f"- {of_hundred(no_return)} Wegen klappen nicht, weil man nicht mehr heimkommt.\n"
        f"- In den Ferien klappen {of_hundred(holidays)} Wegen.{model}"
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
        The most important measures.
    """
    listed = "\n".join(f"- {title}" for title in titles)
    return Text(
        "# Was fehlt\n\n"
        "Menschen brauchen verschiedene Dinge: einen Kurs, Beratung oder Hilfe bei der Arbeit. "
        f"Heute bekommen sie das in {of_hundred(covered)} Fällen.\n\n"
        "# Was helfen kann\n\n"
        f"Wir schlagen {number(count)} Dinge vor. Sie kosten zusammen etwa "
        f"{number(round(cost_eur, -3))} Euro im Jahr. Dann bekommen Menschen in etwa "
        f"{number(gained_count)} Fällen mehr, was sie brauchen.\n\n"
        f"Am meisten helfen:\n\n{listed}\n\n"
        "# Was nicht sicher ist\n\n"
        "Viele Zahlen haben wir geschätzt. Wir fragen die Träger. Träger sind zum Beispiel die "
        "Volkshochschule und Vereine. Danach rechnen wir noch einmal.\n\n"
        "# Was jetzt kommt\n\n"
        "Die Politik entscheidet: Welche Dinge machen wir? Wie viel Geld geben wir dafür aus?"
    )
