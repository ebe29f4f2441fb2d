"""Further documents from executed notebooks: the short one, the plain one, all in one.

A cell tagged ``kurzfassung`` also stands in the short edition, one tagged ``nur-kurzfassung`` only
there; the same with ``einfach``. So every number is the one of the long documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Final

from sokanalysis.report.edition import Edition, read_edition
from sokanalysis.report.outputs import BRIEF, PLAIN, belongs, read_blocks
from sokanalysis.shown import MIME

QUESTION: Final = (
    "Wer kann wirklich teilnehmen: rechtzeitig ankommen, bis zum Ende bleiben, am selben Tag "
    "heimkommen und einen Platz finden?"
)
_BRIEF_PAGES: Final = 2
_CHAPTER: Final = re.compile(r"(?m)^(#{1,5}) ")


def brief_notebook(executed: Sequence[Any]) -> Any:
    """Return the short edition: the question, a number of each notebook, and what is tagged.

    Parameters
    ----------
    executed : sequence of nbformat.NotebookNode
        In reading order.
    """
    numbers = [number for cover in map(_cover, executed) for number in cover["numbers"][:1]]
    opening = [_shown(kind="text", markdown=f"**{QUESTION}**"),
               _shown(kind="key_figures", numbers=numbers)]  # fmt: skip
    cells = [cell for notebook in executed for cell in _tagged(notebook, BRIEF)]
    told = {"titel": "Kurzfassung", "untertitel": "Das Wichtigste aus drei Berichten",
            "datei": "kurzfassung", "seiten": _BRIEF_PAGES}  # fmt: skip
    return _notebook([*opening, *cells], _edition(executed), told)


def plain_notebook(executed: Sequence[Any]) -> Any:
    """Return the edition in plain language: what is tagged for it."""
    cells = [cell for notebook in executed for cell in _tagged(notebook, PLAIN)]
    told = {"titel": "Kurz und einfach gesagt", "untertitel": "Kurzfassung in einfacher Sprache",
            "datei": "einfach", "seiten": _BRIEF_PAGES}  # fmt: skip
    return _notebook(cells, _edition(executed), told)


def joint_notebook(executed: Sequence[Any]) -> Any:
    """Return all notebooks as the parts of one, each with what its cover says in front."""
    cells = [cell for notebook in executed for cell in _part(notebook)]
    edition = _edition(executed)
    told = {"titel": "Wer kann teilnehmen?", "datei": "gesamtbericht", "teile": True,
            "untertitel": "Bestand, Erreichbarkeit und Empfehlungen in einem Dokument"}  # fmt: skip
    return _notebook([_joint_cover(executed), *cells], edition, told)


def _joint_cover(executed: Sequence[Any]) -> Any:
    covers = [_cover(notebook) for notebook in executed]
    numbers = [number for cover in covers for number in cover["numbers"][:1]]
    basis = list(dict.fromkeys(word for cover in covers for word in cover["basis"]))
    return _shown(
        kind="cover", question=QUESTION, numbers=numbers, answer=covers[-1]["answer"], basis=basis
    )


def _part(notebook: Any) -> Iterator[Any]:
    edition = read_edition(notebook.metadata, read_blocks(notebook), "")
    cover = _cover(notebook)
    yield _markdown(f"# {edition.title}\n\n{cover['question']}")
    yield _shown(kind="key_figures", numbers=cover["numbers"], basis=cover["basis"])
    yield _shown(kind="note", note="ergebnis", label="Was wir empfehlen", text=cover["answer"])
    for cell in notebook.cells:
        if not belongs(cell, ""):
            continue
        if cell.cell_type == "markdown":
            yield _markdown(_CHAPTER.sub(r"#\1 ", cell.source))
        elif cell.outputs and not _is_cover(cell):
            yield cell


def _tagged(notebook: Any, edition: str) -> list[Any]:
    return [cell for cell in notebook.cells if belongs(cell, edition)]


def _cover(notebook: Any) -> dict[str, Any]:
    return next(block.data for block in read_blocks(notebook) if block.kind == "cover")


def _is_cover(cell: Any) -> bool:
    return any(o.get("data", {}).get(MIME, {}).get("kind") == "cover" for o in cell.outputs)


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
