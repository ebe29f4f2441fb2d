"""The parts of the report that are timed on their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from sokanalysis.report.document import Document, compose
from sokanalysis.report.typeset import typeset


def executed(path: Path) -> Any:
    """Run a notebook in its folder."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    return notebook


def export(notebook: Any, name: str) -> Document:
    """Compose and set a document; return what Typst was given."""
    document = compose(notebook, name)
    typeset(document)
    return document


def typst_alone(document: Document) -> bytes:
    """Let Typst set what is already composed."""
    return typeset(document)
