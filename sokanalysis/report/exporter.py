"""nbconvert exporters of the house: a PDF by Typst, and a page for the browser."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter, HTMLExporter
from traitlets import default
from traitlets.config import Config

from sokanalysis.report.document import compose
from sokanalysis.report.edition import read_edition
from sokanalysis.report.errors import ReportError
from sokanalysis.report.outputs import OTHER_EDITIONS, read_blocks
from sokanalysis.report.typeset import typeset
from sokanalysis.shown import MIME

TEMPLATES = Path(__file__).parent / "templates"


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


class PageExporter(HTMLExporter):
    """Write an executed notebook as one HTML page that needs no network and shows no code."""

    export_from_notebook = "Bericht (HTML)"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "house"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @property
    def default_config(self) -> Config:
        """Return nbconvert's configuration with code hidden and lab-only cells removed."""
        house = Config(
            {
                "TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": OTHER_EDITIONS},
                "TemplateExporter": {
                    "exclude_input": True,
                    "exclude_input_prompt": True,
                    "exclude_output_prompt": True,
                },
                "HTMLExporter": {"language_code": "de", "exclude_anchor_links": True},
            }
        )
        merged = super().default_config.copy()
        merged.merge(house)
        return merged

    def from_notebook_node(  # type: ignore[override]  # the base promises a notebook
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and nbconvert's resources; stderr stays behind, the cover comes first."""
        name = (resources or {}).get("metadata", {}).get("name") or "notebook"
        edition = read_edition(nb.metadata, read_blocks(nb), name)
        told = {**(resources or {}), "edition": edition}
        return super().from_notebook_node(_for_readers(nb, edition.title), told, **kw)


def _for_readers(notebook: Any, title: str) -> Any:
    """Return a copy without code, without streams, and without a second title."""
    prepared = deepcopy(notebook)
    for cell in prepared.cells:
        if cell.cell_type == "markdown" and cell.source.startswith(f"# {title}"):
            cell.source = cell.source.removeprefix(f"# {title}")
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.output_type != "stream"]
            cell.source = ""
    prepared.cells.sort(key=lambda cell: not _is_cover(cell))
    return prepared


def _is_cover(cell: Any) -> bool:
    shown = (output.get("data", {}).get(MIME, {}) for output in cell.get("outputs", ()))
    return any(data.get("kind") == "cover" for data in shown)
