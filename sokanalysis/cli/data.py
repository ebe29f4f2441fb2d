"""Commands about a district's data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sokanalysis.cli.base import REGION, app


@app.command()
def neu(
    kreis: Annotated[str, typer.Argument(help="Amtlicher Schlüssel des Kreises, fünf Ziffern.")],
    ordner: Annotated[Path, typer.Argument(help="Neuer, leerer Ordner.")],
) -> None:
    """Ordner für einen anderen Kreis anlegen: Tabellen, Eingabemappe, Parameter, Anleitung."""
    from datetime import date

    from sokanalysis.district.folder import new_region

    for file in new_region(kreis, ordner, date.today())[:3]:
        typer.echo(f"geschrieben: {file}")
    typer.echo(f"Weiter mit: sok daten holen {kreis} {ordner}")


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
