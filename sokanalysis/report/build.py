"""Run the notebooks and write their documents: `build_reports`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.errors import SokanalysisError
from sokanalysis.report.errors import ReportError
from sokanalysis.report.origin import origins, write_origins
from sokanalysis.report.outputs import error_line
from sokanalysis.report.progress import Progress, steps

if TYPE_CHECKING:
    from rich.console import Console

# The same order of sets in every run; the rest of the environment stays as the user has it.
_KERNEL_ENVIRONMENT: Final = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
_QUIET: Final = ["--IPKernelApp.log_level=ERROR"]


class BuildFailed(SokanalysisError):
    """Some notebooks did not become documents; the others did.

    Parameters
    ----------
    errors : sequence of ReportError
        At least one, in the order of the notebooks.
    """

    def __init__(self, errors: Sequence[ReportError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))


def build_reports(
    notebooks: Sequence[Path],
    output: Path,
    *,
    kernels: int = 2,
    is_whole: bool = False,
    console: Console | None = None,
) -> list[Path]:
    """Execute notebooks and write a PDF and an HTML page of each.

    Parameters
    ----------
    notebooks : sequence of Path
        Notebook files; each runs in its own folder, with a kernel of its own.
    output : Path
        Folder of the documents; made when missing.
    kernels : int, default 2
        How many notebooks run at the same time.
    is_whole : bool, default False
        Whether to write the editions of all notebooks together too: the short one, the one in
        plain language, and all in one document.
    console : rich.console.Console, optional
        Where progress is shown; standard error by default.

    Returns
    -------
    list of Path
        The files written, PDF before HTML; empty for no notebooks.

    Raises
    ------
    BuildFailed
        Names notebook, cell and the last line of the traceback. Documents of the other
        notebooks are written; of a failed one nothing is, and its old files stay.
    """
    from rich.console import Console

    output.mkdir(parents=True, exist_ok=True)
    with Progress([path.stem for path in notebooks], console or Console(stderr=True)) as progress:
        results = asyncio.run(_build_all(notebooks, output, kernels, progress))
    if errors := [result for result in results if isinstance(result, ReportError)]:
        raise BuildFailed(errors)
    built = [result for result in results if isinstance(result, _Built)]
    told = [entry for one, path in zip(built, notebooks, strict=True)
            for entry in origins(one.notebook, path.name)]  # fmt: skip
    write_origins(told, output)
    files = [file for one in built for file in one.files]
    return files + (_editions(built, output) if is_whole else [])


@dataclass(frozen=True)
class _Built:
    """A notebook with its outputs, and the documents made of it."""

    notebook: Any
    files: list[Path]


def _editions(built: Sequence[_Built], output: Path) -> list[Path]:
    from sokanalysis.report.editions import brief_notebook, joint_notebook, plain_notebook

    executed = [one.notebook for one in built]
    makers = {
        "Kurzfassung": brief_notebook, "einfache Sprache": plain_notebook,
        "Gesamtbericht": joint_notebook,
    }  # fmt: skip
    try:
        return [
            file for name, make in makers.items() for file in _export(make(executed), name, output)
        ]
    except ReportError as error:
        raise BuildFailed([error]) from error


async def _build_all(
    notebooks: Sequence[Path], output: Path, kernels: int, progress: Progress
) -> list[_Built | ReportError]:
    gate = asyncio.Semaphore(kernels)

    async def build(path: Path) -> _Built | ReportError:
        async with gate:
            try:
                return await _build_one(path, output, progress)
            except ReportError as error:
                progress.show(path.stem, "abgebrochen", 1, 1)
                return error

    # Later notebooks build on earlier ones and compute longer: started first, they end in time.
    tasks = [asyncio.ensure_future(build(path)) for path in reversed(notebooks)]
    return (await asyncio.gather(*tasks))[::-1]


async def _build_one(path: Path, output: Path, progress: Progress) -> _Built:
    notebook = await _execute(path, progress)
    progress.show(path.stem, "wird gesetzt", len(notebook.cells), len(notebook.cells))
    files = await asyncio.to_thread(_export, notebook, path.stem, output)
    progress.show(path.stem, "fertig", 1, 1)
    return _Built(notebook, files)


async def _execute(path: Path, progress: Progress) -> Any:
    """Run a notebook in its folder; the file itself stays as it is."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    if not path.exists():
        raise ReportError("Das Notebook gibt es nicht.", path.name)
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    headings, total = steps(notebook), len(notebook.cells)

    def say(cell_index: int, **_: Any) -> None:
        step = headings[cell_index] or "Vorbereitung"
        progress.show(path.stem, f"Zelle {cell_index + 1} von {total}: {step}", cell_index, total)

    client = NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=say,
        extra_arguments=list(_QUIET),
    )
    try:
        await client.async_execute(env=os.environ | _KERNEL_ENVIRONMENT)
    except CellExecutionError:
        raise _failure(notebook, path.name) from None
    except DeadKernelError:
        raise ReportError("Der Kernel ist abgestürzt (Speicher voll?).", path.name) from None
    return notebook


def _failure(notebook: Any, name: str) -> ReportError:
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return ReportError(f"Die Zelle brach ab: {error_line(output)}", name, number)
    return ReportError("Das Notebook brach ab.", name)


def _export(notebook: Any, name: str, output: Path) -> list[Path]:
    """Make both editions before either is written."""
    from sokanalysis.report.exporter import PageExporter, PdfExporter

    pdf_exporter = PdfExporter()  # type: ignore[no-untyped-call]
    page_exporter = PageExporter()  # type: ignore[no-untyped-call]
    told = {"metadata": {"name": name}}
    pdf, resources = pdf_exporter.from_notebook_node(notebook, told)
    edition = resources["edition"]
    page, _ = page_exporter.from_notebook_node(notebook, told)
    editions = {".pdf": pdf, ".html": page.encode()}
    return [_write(output / f"{edition.stem}{end}", content) for end, content in editions.items()]


def _write(file: Path, content: bytes) -> Path:
    """Write beside the file and rename, so that no reader ever meets half a document."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    draft.write_bytes(content)
    return draft.replace(file)
