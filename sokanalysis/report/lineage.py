"""What code reads: from the cells of a notebook and the functions they call to the tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from sokanalysis.schema import TABLES

# What a region holds beside its tables, and what its properties read.
OTHERS: Final = {"feed": "Fahrplan", "streets": "Wegenetz", "boundaries": "Grenzen"}
_DERIVED: Final = {
    "current_offers": {"offers"}, "current_sessions": {"offers", "sessions"},
    "ways": {"streets"}, "drawn_areas": {"boundaries"}, "drawn_outline": {"boundaries"},
}  # fmt: skip
_PACKAGE: Final = "sokanalysis"


class Function(NamedTuple):
    """A function of the package: its module and its name."""

    module: str
    name: str


def tables_behind(cells: Sequence[str], number: int) -> list[str]:
    """Return what a cell of a notebook rests on.

    Parameters
    ----------
    cells : sequence of str
        The code of all cells, in their order.
    number : int
        Position of the cell.

    Returns
    -------
    list of str
        German titles of tables and of what else a region holds, in the order of the schema: all
        that the cell, the cells whose values it uses, and the functions they call can read.
    """
    names = {name for position in cells_behind(cells, number) for name in _reads(cells, position)}
    titles = {name: table.title for name, table in TABLES.items()} | OTHERS
    return [title for name, title in titles.items() if name in names]


def cells_behind(cells: Sequence[str], number: int) -> list[int]:
    """Return the positions of a cell and of all cells whose values it uses, in their order."""
    chain, waiting = {number}, [number]
    while waiting:
        position = waiting.pop()
        for name in _names(cells[position], ast.Load):
            found = _defined_before(cells, position, name)
            if found is not None and found not in chain:
                chain.add(found)
                waiting.append(found)
    return sorted(chain)


def _defined_before(cells: Sequence[str], position: int, name: str) -> int | None:
    before = range(position - 1, -1, -1)
    return next((at for at in before if name in _names(cells[at], ast.Store)), None)


@cache
def _names(code: str, context: type[ast.expr_context]) -> frozenset[str]:
    nodes = ast.walk(_parsed(code))
    return frozenset(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, context))


@cache
def _parsed(code: str) -> ast.Module:
    return ast.parse(code)


def _reads(cells: Sequence[str], position: int) -> set[str]:
    """Return what one cell and the functions it calls read of a region."""
    imported = {name: target for cell in cells for name, target in _imports(_parsed(cell)).items()}
    tree = _parsed(cells[position])
    functions = {f for f in _called(tree, imported) if f is not None}
    return _attributes(tree) | {name for f in functions for name in _of_function(f)}


def _attributes(tree: ast.AST) -> set[str]:
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    found = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and id(node) not in called  # as in ``values.items()``
    }
    own = found & (set(TABLES) | set(OTHERS))
    return own.union(*(_DERIVED[name] for name in found & set(_DERIVED)))


def _imports(tree: ast.AST) -> dict[str, tuple[str, str]]:
    """Return module and name behind every name that is imported from the package."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_PACKAGE):
            for alias in node.names:
                found[alias.asname or alias.name] = (node.module or "", alias.name)
    return found


def _called(tree: ast.AST, imported: dict[str, tuple[str, str]]) -> Iterator[Function | None]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in imported:
            yield _as_function(*imported[node.id])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            base = imported.get(node.value.id)
            if base is not None:
                yield _as_function(f"{base[0]}.{base[1]}", node.attr)


def _as_function(module: str, name: str) -> Function | None:
    is_loading = module == f"{_PACKAGE}.region"  # reads everything, whatever is used of it
    return Function(module, name) if name in _functions(module) and not is_loading else None


@cache
def _functions(module: str) -> dict[str, ast.AST]:
    """Return functions and classes of a module of the package; empty for what is none."""
    tree = _module(module)
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name: node for node in tree.body if isinstance(node, kinds)} if tree else {}


@cache
def _module(name: str) -> ast.Module | None:
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8"))


@cache
def _of_function(function: Function) -> frozenset[str]:
    """Return what a function and all it calls read of a region."""
    seen, waiting, found = {function}, [function], set[str]()
    while waiting:
        names, calls = _directly(waiting.pop())
        found |= names
        waiting += calls - seen
        seen |= calls
    return frozenset(found)


@cache
def _directly(function: Function) -> tuple[set[str], frozenset[Function]]:
    """Return what a function reads itself, and the functions of the package that it calls."""
    node, tree = _functions(function.module)[function.name], _module(function.module)
    imported = _imports(tree) if tree else {}
    local = {name: (function.module, name) for name in _functions(function.module)}
    calls = frozenset(f for f in _called(node, imported | local) if f is not None)
    return _attributes(node), calls
