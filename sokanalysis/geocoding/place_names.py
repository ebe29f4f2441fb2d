"""Names of villages and towns: what belongs to the name and what only says which one is meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sokanalysis.geocoding.spelling import key, words

_LINKS: Final = frozenset(["an", "a", "d", "der", "am", "bei", "b", "im", "in", "i", "ob", "auf"])
_TITLES: Final = frozenset({"stadt", "gemeinde", "markt"})


@dataclass(frozen=True)
class PlaceName:
    """A name apart from what tells it from others.

    Parameters
    ----------
    base : str
        „neustadt“ of „Neustadt an der Orla“, „neundorf“ of „Neundorf (bei Schleiz)“; as
        `spelling.key` writes it, empty for a text without words.
    marks : frozenset of str
        „orla“, „schleiz“; empty for a name that stands alone.
    """

    base: str
    marks: frozenset[str]


@lru_cache(maxsize=100_000)
def place_name(text: str) -> PlaceName:
    """Take a place's name apart.

    Parameters
    ----------
    text : str
        „Neustadt a. d. Orla“, „Hirschberg (Saale)“, „Saalfeld/Saale“, „Gefell b Schleiz“.
    """
    outside, _, inside = text.replace("/", "(").partition("(")
    name, marks = list(words(outside)), [key((word,)) for word in words(inside)]
    if name[1:] and name[0] in _TITLES:
        name = name[1:]
    link = next((n for n, word in enumerate(name) if n and word in _LINKS), len(name))
    marks += [key((word,)) for word in name[link:]]
    named = frozenset(mark for mark in marks if mark not in _LINKS)
    return PlaceName(key(tuple(name[:link])), named)


def can_be(asked: PlaceName, known: PlaceName, municipality: PlaceName) -> bool:
    """Tell whether a name that somebody wrote can mean a known place, whatever else is known.

    What tells places apart may be left out by who asks. Who adds it means a place that carries
    it, lies in a municipality so named, or is a whole municipality: „Neundorf (bei Schleiz)“ is
    not the Neundorf of another municipality, „Linda b. Neustadt“ is Linda in Neustadt an der Orla.

    Parameters
    ----------
    asked, known : PlaceName
        What was written, and a place of the gazetteer.
    municipality : PlaceName
        Where the known place lies; for a municipality itself its own name.
    """
    if not asked.base or asked.base != known.base:
        return False
    if not asked.marks:
        return True
    if known.marks:
        return asked.marks <= known.marks or known.marks <= asked.marks
    return known == municipality or municipality.base in asked.marks


@lru_cache(maxsize=100_000)
def place_keys(text: str) -> frozenset[str]:
    """Return how a settlement of the tables may be called: „Schleiz, Oschitz“ by either or both."""
    town, _, quarter = text.partition(", ")
    base, part = place_name(town).base, key(words(quarter))
    return frozenset({base, part, base + part} - {""})


def is_town_or_part(name: str, town: str) -> bool:
    """Tell whether a settlement is a town or begins with its name: „Pößneck-Ost“ and „Pößneck“."""
    parts = words(name.partition(", ")[0])
    own = words(town.partition(" (")[0])
    return place_name(name.partition(", ")[0]) == place_name(town) or parts[: len(own)] == own
