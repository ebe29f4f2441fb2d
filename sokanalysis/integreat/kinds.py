"""What a title says about an offer: rules as data in kinds.yaml, and no guess where none fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

_NO_LETTER: Final = re.compile(r"[^\w*]+")


@dataclass(frozen=True)
class Rule:
    """One entry of kinds.yaml about offers, or a group that a word names."""

    kind: str
    field: str
    target_groups: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """What a title says.

    Parameters
    ----------
    kind, field : str
        Codes; empty when no rule fits or several do.
    target_groups : tuple of str
        Codes, at least one when there is a kind.
    words : tuple of str
        What it was recognised by, as it stands in the title; of several kinds the words of all.
    """

    kind: str = ""
    field: str = ""
    target_groups: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    weight: int
    word: str
    means: Any

    def beats(self, other: _Hit) -> bool:
        """Tell whether it is the more particular of two words at the same place."""
        is_same_place = self.start < other.end and other.start < self.end
        return is_same_place and self.weight > other.weight


def offer_kind(title: str, category: str = "") -> Kind:
    """Find out what an offer is.

    Parameters
    ----------
    title : str
        What it is called.
    category : str
        What it is filed under; asked only when the title says nothing.

    Returns
    -------
    Kind
        Without a code when neither says anything, or when one says several kinds.
    """
    patterns = _patterns("offers")
    hits = _hits(title, patterns) or _hits(category, patterns)
    rules = list(dict.fromkeys(hit.means for hit in hits))
    words = tuple(dict.fromkeys(hit.word for hit in hits))
    if len({rule.kind for rule in rules}) != 1:
        return Kind(words=words)
    named = tuple(dict.fromkeys(hit.means for hit in _hits(title, _patterns("target_groups"))))
    return Kind(rules[0].kind, rules[0].field, named or rules[0].target_groups, words)


def provider_kind(name: str) -> str:
    """Return what kind of provider a name belongs to; ``sonstige`` when no word says so."""
    hits = _hits(name, _patterns("providers"))
    best = max(hits, key=lambda hit: (hit.weight, -hit.start), default=None)
    return str(best.means) if best else "sonstige"


def folded(text: str) -> str:
    """Return a text for comparing: small letters, é as e, one space for everything else."""
    return _NO_LETTER.sub(" ", text.casefold().replace("é", "e")).strip()


def _hits(text: str, patterns: Iterable[tuple[re.Pattern[str], int, Any]]) -> list[_Hit]:
    """Return the most particular words found, in the order of the text."""
    plain = folded(text)
    found = [
        _Hit(*match.span(), weight, match[0], means)
        for pattern, weight, means in patterns
        for match in pattern.finditer(plain)
    ]
    best = [hit for hit in found if not any(other.beats(hit) for other in found)]
    return sorted(best, key=lambda hit: (hit.start, hit.end, hit.weight))


@cache
def _patterns(part: str) -> tuple[tuple[re.Pattern[str], int, Any], ...]:
    """Return for each word of a part of kinds.yaml how it is found, its length and its meaning."""
    return tuple(
        (_pattern(word), len(word.replace("*", "")), means)
        for words, means in _entries(part)
        for word in map(folded, words)
    )


def _pattern(word: str) -> re.Pattern[str]:
    letters = re.escape(word).replace(r"\*", r"\w*")
    return re.compile(rf"\b{letters}\b")


def _entries(part: str) -> Iterator[tuple[list[str], Any]]:
    if part != "offers":
        yield from ((words, code) for code, words in rules()[part].items())
        return
    for entry in rules()[part]:
        rule = Rule(entry["kind"], entry["field"], tuple(entry["target_groups"]))
        yield entry["words"], rule


@cache
def rules() -> dict[str, Any]:
    """Return the rules that the package ships, as they stand in kinds.yaml."""
    text = files("sokanalysis.integreat").joinpath("kinds.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
