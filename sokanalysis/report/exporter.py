"""nbconvert exporters of the house: a PDF by Typst, and a page for the browser."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import default

from sokanalysis.report.document import compose
from sokanalysis.report.errors import ReportError
from sokanalysis.report.page import render_page
from sokanalysis.report.typeset import typeset


class PdfExporter(Exporter):
    """Set an executed notebook as PDF/A-2a and PDF/UA-1."""

    output_mimetype = "application/pdf"
    export_from_notebook = "Bericht (PDF)"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    @default("preprocessors")
    def _preprocessors_default(self) -> list[Any]:
        return []

    def from_notebook_node(  # type: ignore[override]  # the base promises a notebook
        self, nb: Any, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the PDF and nbconvert's resources.

        Raises
        ------
        ReportError
            Names notebook and cell.
        """
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        name = resources["metadata"].get("name") or "notebook"
        try:
            document = compose(nb, name)
            pdf = typeset(document)
        except ReportError as error:
            raise error.at(f"{name}.ipynb") from error.__cause__
        resources["edition"] = document.edition
        return pdf, resources


class PageExporter(Exporter):
    """Write an executed notebook as one HTML page that needs no network and shows no code."""

    output_mimetype = "text/html"
    export_from_notebook = "Bericht (HTML)"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("preprocessors")
    def _preprocessors_default(self) -> list[Any]:
        return []

    def from_notebook_node(  # type: ignore[override]  # the base promises a notebook
        self, nb: Any, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and nbconvert's resources; the cover comes first.

        Raises
        ------
        ReportError
            Names notebook and cell.
        """
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        name = resources["metadata"].get("name") or "notebook"
        try:
            page, resources["edition"] = render_page(nb, name)
        except ReportError as error:
            raise error.at(f"{name}.ipynb") from error.__cause__
        return page, resources
