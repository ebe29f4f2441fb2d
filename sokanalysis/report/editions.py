"""Further documents from executed notebooks: the short one, the plain one, all in one.

A cell tagged ``kurzfassung`` also stands in the short edition, one tagged ``nur-kurzfassung`` only
there; the same with ``einfach``. So every number is the one of the long documents. All of them
are in the order of the notebooks, but in the short edition maps lead: where, and then why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Final

from sokanalysis.report.edition import Edition, is_titled, read_edition
from sokanalysis.report.outputs import BRIEF, PLAIN, belongs, read_blocks
from sokanalysis.shown import MIME

QUESTION: Final = (
    "Wer kann wirklich teilnehmen: rechtzeitig ankommen, bis zum Ende bleiben, am selben Tag "
    "heimkommen und einen Platz finden?"
)
_BRIEF_PAGES: Final = 2
_HEADING: Final = re.compile(r"(?m)^ {0,3}(#{1,6})(?=\s)")


def brief_notebook(executed: Sequence[Any]) -> Any:
    """Return the short edition: the question, a number of each notebook, and what is tagged.

    Parameters
    ----------
    executed : sequence of nbformat.NotebookNode
        In reading order.
    """
    numbers = _shown(kind="key_figures", numbers=_first_numbers(executed))
    cells = [cell for notebook in executed for cell in _tagged(notebook, BRIEF)]
    cells.sort(key=lambda cell: not _is_map(cell))
    told = {"titel": "Kurzfassung", "untertitel": QUESTION,
            "datei": "kurzfassung", "seiten": _BRIEF_PAGES}  # fmt: skip
    return _notebook([numbers, *cells], _edition(executed), told)


def plain_notebook(executed: Sequence[Any]) -> Any:
    """Return the edition in plain language: what is tagged for it."""
    cells = [cell for notebook in executed for cell in _tagged(notebook, PLAIN)]
    told = {"titel": "Kurz und einfach gesagt", "untertitel": "Kurzfassung in einfacher Sprache",
            "datei": "einfach", "einfach": True}  # fmt: skip
    return _notebook(cells, _edition(executed), told)


def joint_notebook(executed: Sequence[Any]) -> Any:
    """Return all notebooks as the parts of one, each with what its cover says in front."""
    cells = [cell for notebook in executed for cell in _part(notebook)]
    edition = _edition(executed)
    told = {"titel": "Wer kann teilnehmen?", "datei": "gesamtbericht", "teile": True,
            "untertitel": "Bestand, Erreichbarkeit und Empfehlungen in einem Dokument"}  # fmt: skip
    return _notebook([_joint_cover(executed), *cells], edition, told)


def _joint_cover(executed: Sequence[Any]) -> Any:
    covers, numbers = [_cover(notebook) for notebook in executed], _first_numbers(executed)
    basis = list(dict.fromkeys(word for cover in covers for word in cover["basis"]))
    return _shown(
        kind="cover", question=QUESTION, numbers=numbers, answer=covers[-1]["answer"], basis=basis
    )


def _first_numbers(executed: Sequence[Any]) -> list[dict[str, str]]:
    """Return the first number of every cover."""
    return [number for cover in map(_cover, executed) for number in cover["numbers"][:1]]


def _part(notebook: Any) -> Iterator[Any]:
    blocks = read_blocks(notebook)
    edition, cover = read_edition(notebook.metadata, blocks, ""), _cover(notebook)
    yield _markdown(f"# {edition.title}\n\n{cover['question']}")
    yield _shown(kind="key_figures", numbers=cover["numbers"], basis=cover["basis"])
    yield _shown(kind="note", note="ergebnis", label="Was wir empfehlen", text=cover["answer"])
    names_it = is_titled(blocks, edition.title)
    for cell in notebook.cells:
        if belongs(cell, "") and not _is_cover(cell):
            yield _below(cell, names_it)


def _below(cell: Any, names_it: bool) -> Any:
    """Return a cell whose headings are those of a part; one that names the document is gone."""
    lowered = deepcopy(cell)
    if cell.cell_type == "markdown":
        lowered.source = _lowered(cell.source, names_it)
    for output in lowered.get("outputs", ()):
        for payload in (output.get("data", {}), output.get("data", {}).get(MIME, {})):
            for name in {"markdown", "text/markdown"} & set(payload):
                payload[name] = _lowered(payload[name], names_it)
    return lowered


def _lowered(markdown: str, names_it: bool) -> str:
    if names_it:
        return re.sub(r"(?m)^ {0,3}# .*$", "", markdown)
    return _HEADING.sub(r"#\1", markdown)


def _tagged(notebook: Any, edition: str) -> list[Any]:
    return [cell for cell in notebook.cells if belongs(cell, edition)]


def _cover(notebook: Any) -> dict[str, Any]:
    return next(block.data for block in read_blocks(notebook) if block.kind == "cover")


def _is_cover(cell: Any) -> bool:
    outputs = cell.get("outputs", ())
    return any(o.get("data", {}).get(MIME, {}).get("kind") == "cover" for o in outputs)


def _is_map(cell: Any) -> bool:
    return any("<iframe" in o.get("data", {}).get("text/html", "") for o in cell.get("outputs", ()))


def _edition(executed: Sequence[Any]) -> Edition:
    return read_edition(executed[-1].metadata, read_blocks(executed[-1]), "")


def _notebook(cells: list[Any], edition: Edition, told: dict[str, Any]) -> Any:
    from nbformat.v4 import new_notebook

    shared = {
        "kreis": edition.district, "herausgeber": edition.publisher,
        "vorlage": edition.submission, "datenstand": edition.as_of.isoformat(),
        "schlagworte": list(edition.keywords),
    }  # fmt: skip
    copies = deepcopy(cells)
    for number, cell in enumerate(copies):
        cell["metadata"], cell["id"] = {}, f"zelle-{number:03}"
    return new_notebook(cells=copies, metadata={"sokanalysis": told | shared})  # type: ignore[no-untyped-call]


def _markdown(source: str) -> Any:
    from nbformat.v4 import new_markdown_cell

    return new_markdown_cell(source)  # type: ignore[no-untyped-call]


def _shown(*, basis: Sequence[str] = (), **payload: Any) -> Any:
    """Return a cell that shows a payload, in JupyterLab's form and in ours."""
    from nbformat.v4 import new_code_cell, new_output

    from sokanalysis.shown import template

    content = payload | {"basis": list(basis)}
    is_text = payload["kind"] == "text"
    data = {MIME: content, "text/html": "" if is_text else template().render(**content)}
    if is_text:
        data = {"text/markdown": payload["markdown"]}
    output = new_output("display_data", data=data)  # type: ignore[no-untyped-call]
    return new_code_cell(outputs=[output])  # type: ignore[no-untyped-call]
