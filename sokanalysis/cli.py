"""The command `sok`: German for the people who run it, quick because it imports late."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Integrationsangebote: wer kann wirklich teilnehmen?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help", "--hilfe"]},
)

NOTEBOOKS = Path("notebooks")


@app.callback()
def main() -> None:
    """Say what the commands have in common; the help text above is shown instead."""


@app.command()
def report(
    notebooks: Annotated[
        list[Path] | None, typer.Argument(help="Notebooks; ohne Angabe alle in notebooks/.")
    ] = None,
    ordner: Annotated[Path, typer.Option(help="Wohin die Dokumente kommen.")] = Path("reports"),
    kerne: Annotated[int, typer.Option(min=1, help="So viele Notebooks laufen zugleich.")] = 2,
) -> None:
    """Notebooks ausführen und als PDF und HTML ausgeben."""
    from sokanalysis.report.build import BuildFailed, build_reports

    chosen = notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    if not chosen:
        typer.echo("In notebooks/ liegt kein Notebook.", err=True)
        raise typer.Exit(1)
    try:
        for file in build_reports(chosen, ordner, kernels=kerne):
            typer.echo(f"geschrieben: {file}")
    except BuildFailed as failed:
        typer.echo(f"Bericht nicht erstellt.\n{failed}", err=True)
        raise typer.Exit(1) from None


@app.command()
def check(
    ordner: Annotated[Path, typer.Argument(help="Ordner der Region.")] = Path("data/sok"),
) -> None:
    """Daten einer Region prüfen: alle Probleme aller Dateien auf einmal."""
    from sokanalysis.check import check_region, summary
    from sokanalysis.errors import DataProblems, SokanalysisError

    try:
        region, problems = check_region(ordner)
    except SokanalysisError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if problems or region is None:
        typer.echo(str(DataProblems(problems)), err=True)
        raise typer.Exit(1)
    typer.echo(f"Keine Probleme.\n{summary(region)}")


@app.command()
def lab(
    ordner: Annotated[Path, typer.Argument(help="Ordner der Notebooks.")] = NOTEBOOKS,
    browser: Annotated[bool, typer.Option(help="Browser öffnen.")] = True,
) -> None:
    """JupyterLab auf Deutsch starten."""
    import subprocess
    import sys

    settings = Path(__file__).parent / "lab"
    command = [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ordner.resolve()}",
        f"--LabApp.app_settings_dir={settings}",
    ]  # fmt: skip
    raise typer.Exit(subprocess.call(command + ([] if browser else ["--no-browser"])))
