"""A file of entries of a few words each, read with the row of every word; nothing is executed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from sokanalysis.errors import DataProblems, Problem

_LOOK: Final = "Schreibweise wie in der ausgelieferten Datei sources.yaml"
_BRACKETS_MAX: Final = 500


@dataclass(frozen=True)
class Entry:
    """What one or several files say of a thing, and where each field stands."""

    values: dict[str, Any]
    places: dict[str, tuple[str, int]]  # file and row of each field; "" is the entry itself

    def overruled_by(self, other: Entry) -> Entry:
        """Return the entry with the fields of another one laid over it."""
        return Entry(self.values | other.values, self.places | other.places)

    def problem(self, field: str, message: str, remedy: str) -> Problem:
        """Return what is wrong with one field, with its file and row."""
        file, row = self.places.get(field, self.places[""])
        return Problem(file, message, remedy, row, field, str(self.values.get(field, ""))[:80])


def read_entries(text: str, name: str) -> dict[str, Entry]:
    """Return entries of ``key: {field: word or {name: word}}``, all words as text.

    Parameters
    ----------
    text : str
        YAML without references.
    name : str
        What messages call the file.

    Returns
    -------
    dict of str to Entry
        In the order of the file; empty for an empty file.

    Raises
    ------
    DataProblems
        When it is no YAML or has another shape; all places are named.
    """
    node = _composed(text, name)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise DataProblems([_shapeless(node, name)])
    problems = list(_misshapen(node, name, levels=3))
    if problems:
        raise DataProblems(problems)
    return {key.value: _entry(key, value, name) for key, value in node.value}


def _composed(text: str, name: str) -> yaml.Node | None:
    """Return the tree of a file; references are refused, for they can grow without bound."""
    if sum(map(text.count, "[{")) > _BRACKETS_MAX:
        # The time to read nested brackets grows with the square of their number.
        raise DataProblems([Problem(name, "enthält zu viele Klammern", _LOOK)])
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                row = token.start_mark.line + 1
                raise DataProblems([Problem(name, "enthält einen Verweis", "ausschreiben", row)])
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        row = mark.line + 1 if mark else None
        raise DataProblems([Problem(name, "ist kein gültiges YAML", _LOOK, row)]) from None
    except (yaml.YAMLError, RecursionError):
        raise DataProblems([Problem(name, "ist kein gültiges YAML", _LOOK)]) from None


def _shapeless(node: yaml.Node, name: str) -> Problem:
    row = node.start_mark.line + 1
    return Problem(name, "hat hier keine Angaben der Form „name: wert“", _LOOK, row)


def _misshapen(node: yaml.MappingNode, name: str, levels: int) -> Iterator[Problem]:
    """Find what is no word where one belongs, and keys given twice."""
    seen: set[str] = set()
    for key, value in node.value:
        word = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not word or word in seen:
            message = "steht zweimal da" if word else "ist kein Name"
            yield Problem(name, message, _LOOK, key.start_mark.line + 1, value=word[:40])
        elif isinstance(value, yaml.MappingNode) and levels > 1:
            yield from _misshapen(value, name, levels - 1)
        elif not isinstance(value, yaml.ScalarNode) or levels == 3:
            yield _shapeless(value, name)
        seen.add(word)


def _entry(key: yaml.Node, node: yaml.MappingNode, name: str) -> Entry:
    places = {word.value: (name, word.start_mark.line + 1) for word, _ in node.value}
    return Entry(_plain(node), places | {"": (name, key.start_mark.line + 1)})


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    return node.value
