"""The command `sok`: German for the people who run it, quick because it imports late."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer
from typer.core import TyperGroup

from sokanalysis.errors import SokanalysisError


class German(TyperGroup):
    """Commands whose errors of ours are messages, not tracebacks."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # typer's own context
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SokanalysisError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=German,
    help="Integrationsangebote: wer kann wirklich teilnehmen?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help", "--hilfe"]},
)

NOTEBOOKS: Final = Path("notebooks")
REGION: Final = Path("data/sok")
DAYS: Final = ["%d.%m.%Y", "%Y-%m-%d"]


@app.callback()
def main() -> None:
    """Say what the commands have in common; the help text above is shown instead."""
