"""From a Typst project to a PDF, with Typst's complaints put into German."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from sokanalysis import fonts
from sokanalysis.report.errors import ReportError, refuse_loss

if TYPE_CHECKING:
    import typst

    from sokanalysis.report.document import Document

_TRAPS: Final = {
    "alternative text": "Eine Abbildung hat keinen Alternativtext (alt); Vorleseprogramme "
    "könnten sie nicht beschreiben.",
    "alt text": "Eine Abbildung hat keinen Alternativtext (alt).",
    "heading": "Die Überschriften überspringen eine Ebene (zum Beispiel # und dann ###).",
    "could not be displayed": "Ein Zeichen fehlt in der Schrift (etwa ein Emoji); bitte ersetzen.",
    "file not found": "Ein Bild wurde nicht gefunden.",
    "failed to decode image": "Ein Bild ist beschädigt.",
    "failed to parse SVG": "Eine Zeichnung (SVG) ist beschädigt.",
}
# Smaller than this a page is not for reading.
_SCALES: Final = (0.95, 0.9, 0.86, 0.82, 0.78)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(fonts.font_folder())])


def typeset(document: Document) -> bytes:
    """Compile a document to PDF/A-2a and PDF/UA-1.

    Parameters
    ----------
    document : Document

    Returns
    -------
    bytes
        The same document gives the same bytes: the date is the data's, fonts are our own.

    Raises
    ------
    ReportError
        Typst refuses the document, a figure or table got lost, or there are too many pages.
    """
    import typst

    for fitted in _fitted(document):
        with project(fitted) as compiler:
            try:
                pdf = compiler.compile(
                    format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=_noon(document)
                )
            except typst.TypstError as error:
                raise _translated(error, document) from error
            _check_counts(compiler, document.expected)
            pages = int(json.loads(compiler.query("<seiten>", field="value"))[0])
        assert isinstance(pdf, bytes)
        if not document.edition.page_max or pages <= document.edition.page_max:
            return pdf
    limit = document.edition.page_max
    raise ReportError(f"Das Dokument hat {pages} Seiten statt {limit}; bitte Text kürzen.")


def _fitted(document: Document) -> Iterator[Document]:
    """Return the document, and where its pages are limited ever smaller ones."""
    yield document
    for scale in _SCALES if document.edition.page_max else ():
        about = json.loads(document.files["document.json"])
        about["sizes"] = {name: size * scale for name, size in about["sizes"].items()}
        about["scale"] = scale
        content = json.dumps(about, ensure_ascii=False).encode()
        yield replace(document, files=document.files | {"document.json": content})


@contextmanager
def project(document: Document) -> Iterator[typst.Compiler]:
    """Lay a document's files out in a folder of their own, and give it to Typst."""
    import typst

    with TemporaryDirectory(prefix="sok-") as folder:
        for name, content in document.files.items():
            (Path(folder) / name).write_bytes(content)
        main = str(Path(folder) / "main.typ")
        yield typst.Compiler(main, root=folder, font_paths=_fonts(), ignore_system_fonts=True)


def _noon(document: Document) -> dt.datetime:
    return dt.datetime.combine(document.edition.as_of, dt.time(12), dt.UTC)


def _translated(error: typst.TypstError, document: Document) -> ReportError:
    message = str(error.message)
    known = next((text for trap, text in _TRAPS.items() if trap in message), "")
    place = re.search(r"main\.typ:(\d+)", f"{error.diagnostic} {' '.join(error.trace)}")
    cell = _cell(document.files["main.typ"].decode(), int(place[1])) if place else None
    return ReportError(f"{known} Typst meldet: {message}".strip(), cell=cell)


def _cell(main: str, line: int) -> int | None:
    """Return the cell that a line of main.typ comes from."""
    above = "\n".join(main.splitlines()[:line])
    numbers = re.findall(r"(?m)^// Zelle (\d+)$", above)
    return int(numbers[-1]) if numbers else None


def _check_counts(compiler: typst.Compiler, expected: dict[str, int]) -> None:
    """Count what was really set; a lost table must not go unnoticed."""
    found = {
        label: len(json.loads(compiler.query(f"<{label}>", field="label"))) for label in expected
    }
    refuse_loss(expected, found, "im PDF")
