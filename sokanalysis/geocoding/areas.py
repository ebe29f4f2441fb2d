"""In which municipality, and in which of its villages, something is said to lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sokanalysis.geocoding.addresses import Address, place_texts
from sokanalysis.geocoding.place_names import place_name
from sokanalysis.geocoding.register import TAIL_MAX
from sokanalysis.geocoding.result import Answer
from sokanalysis.geocoding.spelling import words

if TYPE_CHECKING:
    from sokanalysis.geocoding.register import Gazetteer


@dataclass(frozen=True)
class Area:
    """Where to look.

    Parameters
    ----------
    ags : str
        The one municipality that fits everything that is said.
    parts : frozenset of str
        Keys of the villages or parts of a town that are named; empty for all of it.
    names : tuple of str
        What else the address says, not a place: perhaps a building.
    note : str
        In which municipality a village was taken to lie when nobody said so, in German.
    """

    ags: str
    parts: frozenset[str]
    names: tuple[str, ...]
    note: str = ""


def find_area(
    name: str, place: str, ags: str, address: Address, gazetteer: Gazetteer
) -> Area | Answer:
    """Find the municipality that everything said agrees on.

    A name of a place counts only as it is spelled, umlauts apart; nothing is guessed. Places never
    take precedence over each other: who knows more places sees more ambiguities, never another
    municipality.

    Parameters
    ----------
    name, place, ags : str
        What the place is called, where it is said to lie, key of its municipality or empty. Only
        without place and key the end of the name counts as a place.
    address : Address
        Its address.
    gazetteer : Gazetteer
        What is known.

    Returns
    -------
    Area or Answer
        The answer is a refusal: no place, an unknown one, several of one name, or a contradiction.
    """
    said = (*place_texts(place), *place_texts(address.place), *place_texts(address.part))
    towns = [o for o in address.others if gazetteer.called(o, has_quarters=False)]
    names = tuple(other for other in address.others if other not in towns)
    ends = [] if place_texts(place) or ags else _ends(name, gazetteer)
    texts = tuple(dict.fromkeys((*said, *towns, *ends)))
    if not texts and not ags:
        return _unclear("kein Ort angegeben", "„Gemeinde oder Stadt“ ergänzen")
    if ags and ags not in gazetteer.municipalities:
        return _unclear(f"AGS {ags} ist nicht verzeichnet", "den Gemeindeschlüssel prüfen")
    common = _common(texts, ags, gazetteer)
    if isinstance(common, Answer):
        return common
    parts = [_part(text, common, gazetteer) for text in texts]
    # A village of that name may lie outside the district, where nothing is known.
    is_said = ags or not all(parts)
    municipality = gazetteer.municipalities[common].name
    note = "" if is_said else f"„{texts[0]}“ ist als Ort in {municipality} gelesen"
    return Area(common, frozenset(parts) - {""}, names, note)


def _ends(name: str, gazetteer: Gazetteer) -> list[str]:
    """Return all places with which a name may end: „Rathaus Schleiz“."""
    parts = words(name)
    tails = [" ".join(parts[-count:]) for count in range(1, min(len(parts), TAIL_MAX) + 1)]
    return [tail for tail in tails if gazetteer.called(tail, has_quarters=False)]


def _common(texts: tuple[str, ...], ags: str, gazetteer: Gazetteer) -> str | Answer:
    """Return the one municipality in which all places lie."""
    sets = {text: {place.ags for place in gazetteer.called(text)} for text in texts}
    known = [found for found in sets.values() if found] + ([{ags}] if ags else [])
    fitting = set.intersection(*known) if known else set()
    for text in texts:
        if not sets[text] and not _is_loosely(text, fitting, gazetteer):
            return _unknown(text, gazetteer)
    if len(fitting) == 1:
        return fitting.pop()
    said = " und ".join(f"„{text}“" for text in (*texts, *([f"AGS {ags}"] if ags else [])))
    if not fitting:
        return _unclear(
            f"widersprüchlich: {said} liegen nicht in einer Gemeinde",
            "Anschrift, Gemeinde und AGS miteinander vergleichen",
        )
    among = "; ".join(sorted(gazetteer.municipalities[key].name for key in fitting))
    return _unclear(
        f"mehrdeutig: {said} gibt es in mehreren Gemeinden ({among})",
        "AGS ergänzen oder die Gemeinde dazuschreiben",
    )


def _is_loosely(text: str, fitting: set[str], gazetteer: Gazetteer) -> bool:
    """Tell whether a name fits when only its beginning counts, the municipality being known."""
    called = gazetteer.called(text, is_loose=True)
    return len(fitting) == 1 and any(place.ags in fitting for place in called)


def _part(text: str, ags: str, gazetteer: Gazetteer) -> str:
    """Return the key of a village; empty for the name of the municipality."""
    called = gazetteer.called(text, is_loose=True)
    here = [place for place in called if place.ags == ags]
    return "" if any(place.is_municipality for place in here) else place_name(text).base


def _unknown(text: str, gazetteer: Gazetteer) -> Answer:
    import difflib

    names = sorted({place.name.partition(", ")[0] for place in gazetteer.places})
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.8)
    hint = f" (ist „{near[0]}“ gemeint?)" if near else ""
    return _unclear(
        f"Ort „{text}“ ist nicht verzeichnet",
        f"Schreibweise prüfen{hint}; außerhalb des Kreises die Lage von Hand eintragen",
    )


def _unclear(reason: str, remedy: str) -> Answer:
    return Answer(reason=reason, remedy=remedy)
