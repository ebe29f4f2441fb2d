"""The parts of the report that are timed on their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient


def executed(path: Path) -> Any:
    """Run a notebook in its folder."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    quiet = ["--IPKernelApp.log_level=ERROR"]
    NotebookClient(
        notebook, kernel_name="python3", resources=resources, extra_arguments=quiet
    ).execute()
    return notebook
