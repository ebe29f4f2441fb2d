"""What a notebook holds for the reader: its text cells and shown objects, in order.

Code and stderr stay behind. Whatever else a cell puts out stops the export, because the author
would miss it in the document, or the board would find it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sokanalysis.report.errors import ReportError
from sokanalysis.shown import MIME

BRIEF: Final = "kurzfassung"
PLAIN: Final = "einfach"
KINDS: Final = frozenset(
    {"text", "figure", "table", "key_figures", "cover", "data_state", "factsheet", "note"}
)
_LABELS: Final = {"abbildung": "figure", "tabelle": "table", "steckbrief": "factsheet"}
# What a frame shows is escaped inside its tag, which therefore ends at the first bracket.
_FRAME = re.compile(r"<iframe [^>]*></iframe>")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_HINTS: Final = {
    "text/html": "eine HTML-Ausgabe (zum Beispiel eine rohe Tabelle); bitte show.Table verwenden",
    "image/png": "ein Bild ohne Quelle und Beschreibung; bitte show.Figure verwenden",
    "text/plain": "ein bloßer Wert; bitte show.Text verwenden oder die Zeile mit ; beenden",
}


@dataclass(frozen=True)
class Block:
    """One thing to set.

    Parameters
    ----------
    cell : int
        Number of the cell, counted from 1.
    data : dict
        A payload of `sokanalysis.show`; text cells are payloads of kind `text`.
    frame : str
        The interactive twin of a map, as an `<iframe>`; empty for anything else.
    """

    cell: int
    data: dict[str, Any]
    frame: str = ""

    @property
    def kind(self) -> str:
        """Return what it is; one of `KINDS`."""
        return str(self.data["kind"])


def belongs(cell: Any, edition: str) -> bool:
    """Tell whether a cell stands in an edition; the empty name is the long document."""
    tags = cell.get("metadata", {}).get("tags", ())
    only = [tag for tag in tags if tag.startswith("nur-")]
    return edition in tags or f"nur-{edition}" in only if edition else not only


def read_blocks(notebook: Any) -> list[Block]:
    """Return what the document shall show, in the order of the cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; version 4. Cells for other editions only ("nur-…") are passed over.

    Returns
    -------
    list of Block
        Empty for a notebook without text and outputs.

    Raises
    ------
    ReportError
        A cell failed, printed, or put out something this house does not know.
    """
    blocks: list[Block] = []
    for number, cell in enumerate(notebook.cells, start=1):
        if not belongs(cell, ""):
            continue
        if cell.cell_type == "markdown" and cell.source.strip():
            blocks.append(Block(number, {"kind": "text", "markdown": cell.source, "basis": []}))
        elif cell.cell_type == "code":
            blocks.extend(_from_outputs(cell.outputs, number))
    return blocks


def _from_outputs(outputs: list[Any], number: int) -> Iterator[Block]:
    for output in outputs:
        if output.output_type == "error":
            raise ReportError(f"Die Zelle brach ab: {error_line(output)}", cell=number)
        if output.output_type == "stream":
            _refuse_prints(output, number)
        else:
            data = output.get("data", {})
            frame = _FRAME.search(data.get("text/html", ""))
            yield Block(number, _payload(data, number), frame[0] if frame else "")


def expected_counts(blocks: Iterable[Block]) -> dict[str, int]:
    """Return how many there must be in a document of what is numbered, by German label."""
    kinds = [block.kind for block in blocks]
    return {label: kinds.count(kind) for label, kind in _LABELS.items()}


def error_line(output: Any) -> str:
    """Return the last line of a traceback, without colours."""
    line = f"{output.get('ename', '')}: {output.get('evalue', '')}".strip()
    return _ANSI.sub("", line.splitlines()[-1] if line else "unbekannter Fehler")


def _refuse_prints(output: Any, number: int) -> None:
    if output.name == "stdout" and output.text.strip():
        first = output.text.strip().splitlines()[0][:60]
        raise ReportError(
            f"Die Zelle gibt mit print aus: „{first}“; bitte show.Text verwenden.", cell=number
        )


def _payload(data: dict[str, Any], number: int) -> dict[str, Any]:
    if MIME in data:
        payload = dict(data[MIME])
        if payload.get("kind") in KINDS:
            return payload
        raise ReportError(f"Unbekannte Ausgabe „{payload.get('kind')}“.", cell=number)
    if "text/markdown" in data:
        return {"kind": "text", "markdown": data["text/markdown"], "basis": []}
    found = next((hint for mime, hint in _HINTS.items() if mime in data), ", ".join(data))
    raise ReportError(f"Diese Ausgabe kann nicht gesetzt werden: {found}.", cell=number)
