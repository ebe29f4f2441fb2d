"""Commands about a district's data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sokanalysis.cli.base import REGION, app

if TYPE_CHECKING:
    from sokanalysis.errors import Problem

daten = typer.Typer(help="Amtliche Dateien laden und prüfen.", no_args_is_help=True)
app.add_typer(daten, name="daten")


@app.command()
def neu(
    kreis: Annotated[str, typer.Argument(help="Amtlicher Schlüssel des Kreises, fünf Ziffern.")],
    ordner: Annotated[Path, typer.Argument(help="Neuer, leerer Ordner.")],
) -> None:
    """Ordner für einen anderen Kreis anlegen: Tabellen, Eingabemappe, Parameter, Anleitung."""
    from datetime import date

    from sokanalysis.district.folder import new_region

    for file in new_region(kreis, ordner, date.today())[:4]:
        typer.echo(f"geschrieben: {file}")
    typer.echo(f"Weiter mit: sok daten holen {kreis} {ordner}")


@daten.command()
def holen(
    kreis: Annotated[str, typer.Argument(help="Amtlicher Schlüssel des Kreises, fünf Ziffern.")],
    ordner: Annotated[Path, typer.Argument(help="Ordner der Region, wie „sok neu“ ihn anlegt.")],
    erneut: Annotated[bool, typer.Option(help="Auch laden, was schon da ist.")] = False,
    ersetzen: Annotated[
        bool, typer.Option(help="Auch Tabellen ersetzen, die schon Zeilen haben.")
    ] = False,
    laden: Annotated[
        bool, typer.Option(help="Laden; ohne: nur verarbeiten, was in „quellen“ liegt.")
    ] = True,
) -> None:
    """Amtliche Dateien laden, prüfen, auf den Kreis zuschneiden und in die Tabellen schreiben."""
    from sokanalysis.district.assemble import OPTIONAL, STEPS, USED, assemble
    from sokanalysis.errors import RegionNotFound
    from sokanalysis.fetch.download import download_all
    from sokanalysis.fetch.provenance import record
    from sokanalysis.fetch.sources import load_sources

    if not (ordner / "datapackage.json").is_file():
        raise RegionNotFound(
            f"„{ordner}“ ist kein Ordner einer Region → zuerst „sok neu {kreis} {ordner}“ aufrufen."
        )
    sources = load_sources(kreis, ordner)
    problems: list[Problem] = []
    if laden:
        fetched, problems = download_all([sources[key] for key in USED], ordner, again=erneut)
        record(ordner, fetched)
    done = assemble(
        kreis, ordner, sources, is_replacing=ersetzen,
        tell=lambda step: typer.echo(f"{STEPS.index(step) + 1} von {len(STEPS)}: {step}", err=True),
    )  # fmt: skip
    for file in done.written:
        typer.echo(f"geschrieben: {file}")
    for words in done.kept:
        typer.echo(f"unverändert: {words} („--ersetzen“ schreibt neu)")
    named = {problem.file for problem in problems}
    found = [problem for problem in done.problems if Path(problem.file).name not in named]
    spare = {sources[key].file for key in OPTIONAL}
    _tell_missing([*problems, *found], spare)


def _tell_missing(problems: list[Problem], spare: set[str]) -> None:
    """Say what could not be had and how to go on; fail when something is needed."""
    from sokanalysis.errors import DataProblems

    needed = [problem for problem in problems if problem.file not in spare]
    for problem in problems:
        if problem.file in spare:
            typer.echo(f"Geht auch ohne: {problem}", err=True)
    if needed:
        typer.echo(str(DataProblems(needed)), err=True)
        typer.echo("Danach denselben Befehl noch einmal aufrufen.", err=True)
        raise typer.Exit(1)
    typer.echo("Weiter mit: Angebote in tabellen.xlsx eintragen, dann „sok check“.")


@daten.command()
def pruefen(
    ordner: Annotated[Path, typer.Argument(help="Ordner der Region.")],
) -> None:
    """Geladene Dateien mit ihren Prüfsummen vergleichen."""
    from sokanalysis.errors import DataProblems
    from sokanalysis.fetch.provenance import verify

    if problems := verify(ordner):
        raise DataProblems(problems)
    typer.echo("Alle geladenen Dateien sind unverändert.")


@app.command()
def check(
    ordner: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
) -> None:
    """Daten einer Region prüfen: alle Probleme aller Dateien auf einmal."""
    from sokanalysis.check import check_region, summary
    from sokanalysis.errors import DataProblems

    region, problems = check_region(ordner)
    if problems or region is None:
        typer.echo(str(DataProblems(problems)), err=True)
        raise typer.Exit(1)
    typer.echo(f"Keine Probleme.\n{summary(region)}")
