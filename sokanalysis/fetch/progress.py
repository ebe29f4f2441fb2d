"""How far downloads are: bars in a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from sokanalysis.fetch.sources import Source

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID


class Bars:
    """Shows for each file how much has arrived; a context manager.

    Parameters
    ----------
    sources : sequence of Source
        In the order of their bars.
    console : rich.console.Console
        Where to write.
    """

    def __init__(self, sources: Sequence[Source], console: Console) -> None:
        from rich import progress

        self.console = console
        self.begun: set[str] = set()
        self.bars = progress.Progress(
            progress.TextColumn("{task.fields[title]}", markup=False),
            progress.BarColumn(bar_width=24),
            progress.TextColumn("{task.description}", markup=False),
            progress.TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self.tasks: dict[str, TaskID] = {
            source.key: self.bars.add_task("wartet", title=source.title, total=None)
            for source in sources
        }

    def __enter__(self) -> Bars:
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.bars.stop()

    def show(self, source: Source, done: int, total: int | None) -> None:
        """Say how many bytes have arrived, of how many if that is known."""
        of = f" von {megabytes(total)}" if total else ""
        text = f"{megabytes(done)}{of} MB"
        self.bars.update(self.tasks[source.key], description=text, completed=done, total=total)
        if source.key not in self.begun:
            self.begun.add(source.key)
            self._say(source, "wird geladen" + (f" ({megabytes(total)} MB)" if total else ""))

    def end(self, source: Source, text: str) -> None:
        """Say what came of a file."""
        self.bars.update(self.tasks[source.key], description=text, completed=1, total=1)
        self._say(source, text)

    def _say(self, source: Source, text: str) -> None:
        """Write a line where no bar can stand."""
        if not self.console.is_terminal:
            line = f"{source.title}: {text}"
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)


def megabytes(size: int) -> str:
    """Return bytes as megabytes with a decimal comma."""
    return f"{size / 10**6:.1f}".replace(".", ",")
