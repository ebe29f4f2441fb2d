"""One spelling for names of streets, places and buildings, and how alike two of them are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Spelled alike means: at most one letter more or less in nine, one replaced in seventeen
# (normalised Indel similarity of rapidfuzz). „Bergstraße“ and „Burgstraße“ stay apart.
SIMILAR: Final = 0.94
_NO_UMLAUTS: Final = 0.97
_SHORTENED: Final = 0.95

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "", "'": ""})
_WORD: Final = re.compile(r"[^\W_]+")
_STREET_END: Final = re.compile(r"(.*)str(?:as{0,2}e?)?")
_SHORT: Final = {"pl": "platz", "st": "sankt"}
_TYPES: Final = (
    "str", "weg", "gasse", "platz", "allee", "ring", "steig", "hof", "berg", "park", "ufer",
    "damm", "siedlung", "markt", "graben", "anger", "winkel",
)  # fmt: skip
_ROMAN: Final = re.compile(r"[ivx]+")
_PREPOSITIONS: Final = {
    "am", "an", "auf", "im", "in", "bei", "beim", "zu", "zum", "zur", "der", "die", "das", "des",
    "dem", "den",
}  # fmt: skip
_FILLERS: Final = _PREPOSITIONS | {
    "und", "fuer", "e", "v", "ev", "gmbh", "ggmbh", "staatliche", "staatlicher", "staatliches",
    "staatl",
}  # fmt: skip


@lru_cache(maxsize=100_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in small letters, „ä“ as „ae“, „ß“ as „ss“, without accents."""
    small = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    bare = unicodedata.normalize("NFKD", small)
    return tuple(_WORD.findall("".join(c for c in bare if not unicodedata.combining(c))))


@lru_cache(maxsize=100_000)
def street_words(text: str) -> tuple[str, ...]:
    """Return the words of a street's name; „Straße“, „Strasse“, „Str.“ and „Straß“ become „str“."""
    found: list[str] = []
    for word in words(text):
        if match := _STREET_END.fullmatch(word):
            found += [part for part in (match[1], "str") if part]
        else:
            found.append(_SHORT.get(word, word))
    return tuple(found)


@lru_cache(maxsize=100_000)
def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a building's name without articles, prepositions and legal forms."""
    return tuple(word for word in words(text) if word not in _FILLERS)


def key(parts: tuple[str, ...]) -> str:
    """Return words as one, by which spellings with and without umlauts are found together."""
    joined = "".join(parts)
    for long, short in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        joined = joined.replace(long, short)
    return joined


@lru_cache(maxsize=200_000)
def likeness(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Tell how alike two names are spelled.

    Parameters
    ----------
    first, second : tuple of str
        Words of `street_words` or `name_words`.

    Returns
    -------
    float
        1 for the same name however it is spaced, hyphenated, abbreviated or ordered; 0.97 when
        one is written without its umlauts; 0.95 when first names are initials or only one begins
        with a preposition („Am Teichrasen“, „Teichrasen“); the normalised Indel similarity
        (1 − insertions and deletions / letters of both) when that is at least `SIMILAR`;
        0 otherwise, and whenever numbers or kinds of street differ.
    """
    one, other = "".join(first), "".join(second)
    if not one or not other:
        return 0.0
    if one == other or sorted(first) == sorted(second):
        return 1.0
    if _numbers(first) != _numbers(second):
        return 0.0
    if key(first) == key(second):
        return _NO_UMLAUTS
    if _abbreviates(first, second) or _opened(first) == _opened(second):
        return _SHORTENED
    return _similar(one, other)


def _numbers(parts: tuple[str, ...]) -> list[str]:
    return sorted(p for p in parts if any(map(str.isdigit, p)) or _ROMAN.fullmatch(p))


def _abbreviates(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    pairs = list(zip(first, second, strict=False))
    return len(first) == len(second) and all(
        a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) for a, b in pairs
    )


def _opened(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words behind prepositions; at least the last one."""
    first = next((n for n, word in enumerate(parts) if word not in _PREPOSITIONS), -1)
    return parts[first:]


def _similar(one: str, other: str) -> float:
    from rapidfuzz.distance import Indel

    stem, kind = _split(one)
    other_stem, other_kind = _split(other)
    alike = Indel.normalized_similarity(stem, other_stem) if kind == other_kind else 0.0
    return float(alike) if alike >= SIMILAR else 0.0


def _split(joined: str) -> tuple[str, str]:
    """Part the kind of street from its name: „bergstr“ and „burgstr“ share only the kind."""
    kind = next((kind for kind in _TYPES if joined.endswith(kind) and joined != kind), "")
    return joined.removesuffix(kind), kind
