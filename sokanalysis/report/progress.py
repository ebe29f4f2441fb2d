"""Who works on what: a live display in a terminal, plain lines anywhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID


def steps(notebook: Any) -> list[str]:
    """Return for each cell the heading it stands under; empty before the first heading."""
    found, heading = [], ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (lines := re.findall(r"(?m)^#+ +(.+)$", cell.source)):
            heading = lines[-1].strip()
        found.append(heading)
    return found


class Progress:
    """Shows for each notebook which cell and which step runs; a context manager.

    Parameters
    ----------
    names : sequence of str
        The notebooks.
    console : rich.console.Console
        Where to write.
    """

    def __init__(self, names: Sequence[str], console: Console) -> None:
        from rich import progress

        self.console = console
        self.said: dict[str, str] = {}
        self.bars = progress.Progress(
            progress.SpinnerColumn(finished_text="✓"),
            progress.TextColumn("{task.fields[name]}"),
            progress.BarColumn(bar_width=24),
            progress.TextColumn("{task.description}"),
            progress.TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self.tasks: dict[str, TaskID] = {
            name: self.bars.add_task("wartet", name=name, total=1) for name in names
        }

    def __enter__(self) -> Progress:
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.bars.stop()

    def show(self, name: str, text: str, done: int = 0, total: int | None = None) -> None:
        """Say what a notebook does; without a terminal only what has not just been said."""
        self.bars.update(self.tasks[name], description=text, completed=done, total=total)
        step = text.split(": ", 1)[-1]
        if not self.console.is_terminal and self.said.get(name) != step:
            self.console.print(f"{name}: {text}", markup=False, highlight=False, soft_wrap=True)
        self.said[name] = step
