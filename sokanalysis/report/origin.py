"""Where a number in a document comes from: written with the documents, asked for later."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sokanalysis.errors import SokanalysisError
from sokanalysis.report.lineage import cells_behind, tables_behind
from sokanalysis.report.outputs import read_blocks

FILE: Final = "herkunft.json"
_SPACES: Final = re.compile(r"[\s\u00a0\u2009\u202f]+")
_LEFT_OUT: Final = frozenset({"svg", "alt", "kind", "basis", "imprint"})


class NoOrigin(SokanalysisError):
    """Documents were not made yet, so nothing is known about where their numbers come from."""


def origins(notebook: Any, name: str) -> list[dict[str, Any]]:
    """Return an entry for everything a notebook shows.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed.
    name : str
        What messages call it.

    Returns
    -------
    list of dict
        ``notebook``, ``cell`` (counted from 1), ``texts`` (what is shown), ``source`` (as shown),
        ``basis``, ``tables`` (German titles) and ``code`` (of all cells the values come from).
    """
    cells = [c.source if c.cell_type == "code" else "" for c in notebook.cells]
    return [
        {
            "notebook": name, "cell": block.cell, "texts": list(_texts(block.data)),
            "source": block.data.get("source", ""), "basis": block.data["basis"],
            "tables": tables_behind(cells, block.cell - 1) if cells[block.cell - 1] else [],
            "code": [cells[at] for at in cells_behind(cells, block.cell - 1) if cells[at]],
        }
        for block in read_blocks(notebook)
    ]  # fmt: skip


def write_origins(entries: Sequence[dict[str, Any]], folder: Path) -> Path:
    """Write ``<folder>/herkunft.json``."""
    path = folder / FILE
    text = json.dumps(entries, ensure_ascii=False, indent=1) + "\n"
    path.write_bytes(text.encode())  # the same bytes on every system
    return path


def find_origins(folder: Path, asked: str) -> list[dict[str, Any]]:
    """Return the entries that show a text.

    Parameters
    ----------
    folder : Path
        Of the documents.
    asked : str
        A number or words as they stand in a document; kinds of spaces do not matter.

    Raises
    ------
    NoOrigin
        When no documents were made there.
    """
    path = folder / FILE
    if not path.exists():
        raise NoOrigin(f"In „{folder}“ liegt keine {FILE} → zuerst „sok report“ ausführen.")
    entries = json.loads(path.read_text(encoding="utf-8"))
    whole = re.compile(rf"(?<![\w,.]){re.escape(_plain(asked))}(?!\w|[,.]\d)")
    return [e for e in entries if any(whole.search(_plain(text)) for text in e["texts"])]


def table_sources(region: Path) -> dict[str, list[str]]:
    """Return titles of sources by title of a table, from ``<region>/datapackage.json``."""
    path = region / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        entry.get("title", entry["name"]): [s["title"] for s in entry.get("sources", ())]
        for entry in package.get("resources", ())
    }


def described(entry: dict[str, Any], asked: str, sources: dict[str, list[str]]) -> str:
    """Say in German where an entry comes from; ``sources`` as from `table_sources`."""
    shown = next(t for t in entry["texts"] if _plain(asked) in _plain(t))
    lines = [
        f"{entry['notebook']}, Zelle {entry['cell']}: „{_plain(shown)[:160]}“",
        f"  Tabellen: {', '.join(entry['tables']) or 'keine'}",
        *(f"    {t}: {'; '.join(sources[t])}" for t in entry["tables"] if sources.get(t)),
    ]
    lines += [f"  {entry['source']}"] if entry["source"] else []
    lines += [f"  Beruht auf: {' · '.join(entry['basis'])}"] if entry["basis"] else []
    code = [line for cell in entry["code"] for line in cell.splitlines()]
    kept = [line for line in code if line.strip() and not line.startswith(("from ", "import "))]
    return "\n".join([*lines, "  Rechnung:", *(f"    {line}" for line in kept)])


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in _LEFT_OUT:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
