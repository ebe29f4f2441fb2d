"""Print the figures of the report: whole run, export alone, Typst alone, size and memory."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.report import executed

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def memory_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def main() -> None:
    from rich.console import Console

    from sokanalysis.report.build import build_reports
    from sokanalysis.report.document import compose
    from sokanalysis.report.typeset import typeset

    # First the export: Typst keeps what it has set once in a process.
    print(f"{'export against Typst alone':28s}{'compose':>10s}{'Typst':>9s}{'ratio':>8s}")
    for path in NOTEBOOKS:
        notebook = executed(path)
        compose(notebook, path.stem)  # templates and fonts are loaded once
        composing, document = timed(compose, notebook, path.stem)
        alone, _ = timed(typeset, document)  # the first time: Typst keeps what it has set
        print(
            f"  {path.stem:26s}{composing:8.2f} s{alone:7.2f} s{(composing + alone) / alone:8.2f}"
        )

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        seconds, files = timed(
            lambda: build_reports(NOTEBOOKS, target, console=Console(quiet=True))
        )
        print(f"report, ready environment   {seconds:6.1f} s   goal 30 s on two cores")
        for file in files:
            print(f"  {file.name:28s}{file.stat().st_size / 1024:8.0f} kB")
        print(f"peak memory, this process   {memory_mb(resource.RUSAGE_SELF):6.0f} MB")
        print(f"peak memory, one kernel     {memory_mb(resource.RUSAGE_CHILDREN):6.0f} MB")


if __name__ == "__main__":
    main()
