"""Commands that bring offers in and results out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sokanalysis.cli.base import REGION, app
from sokanalysis.errors import RegionNotFound

if TYPE_CHECKING:
    import pandas as pd


@app.command()
def ausgabe(
    region: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    ordner: Annotated[Path, typer.Option(help="Wohin die Ergebnisse kommen.")] = Path("ausgabe"),
    format: Annotated[
        list[str] | None,
        typer.Option(help="gpkg, parquet, csv oder xlsx; mehrfach möglich, ohne Angabe alle."),
    ] = None,
    plan: Annotated[bool, typer.Option(help="Mit Maßnahmen; dauert am längsten.")] = True,
) -> None:
    """Alle Ergebnisse für QGIS und Excel schreiben, kleine Personenzahlen geschützt."""
    from sokanalysis.export.build import FORMATS, export_results
    from sokanalysis.region import load_region

    files = export_results(
        load_region(region), ordner, tuple(format or FORMATS), with_plan=plan,
        say=lambda step: typer.echo(step, err=True),
    )  # fmt: skip
    for file in files:
        typer.echo(f"geschrieben: {file}")


@app.command()
def karte(
    region: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    datei: Annotated[Path, typer.Option(help="Die HTML-Datei.")] = Path("reports/karte.html"),
) -> None:
    """Karte für Partner schreiben: eine HTML-Datei, die ohne Internet arbeitet."""
    from sokanalysis.partner_map import write_partner_map
    from sokanalysis.region import load_region

    datei.parent.mkdir(parents=True, exist_ok=True)
    typer.echo(f"geschrieben: {write_partner_map(load_region(region), datei)}")


@app.command()
def orte(
    ordner: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    uebernehmen: Annotated[
        bool, typer.Option("--uebernehmen", help="Gefundene Lagen in die CSV-Dateien schreiben.")
    ] = False,
) -> None:
    """Koordinaten für Orte und Gebäude ohne Lage vorschlagen; nichts wird geraten."""
    from sokanalysis.district.locating import located
    from sokanalysis.district.merging import merge

    for found in located(ordner):
        typer.echo(f"{found.table.title}: {len(found.rows)} gefunden, {len(found.missing)} nicht")
        for row in found.rows.to_dict("records"):
            typer.echo(f"  {row['name']}: {row['lat']:.6f}, {row['lon']:.6f} – {row['matched']}")
        for problem in (*found.missing, *found.doubtful):
            typer.echo(f"  {problem}")
        if uebernehmen and len(found.rows):
            rows = found.rows.drop(columns="matched")
            (told,) = merge(ordner, {found.table.name: rows}, is_replacing=True)
            typer.echo(f"  übernommen – {told}")


@app.command()
def uebernehmen(
    quelle: Annotated[
        str,
        typer.Argument(help="HSDS (Ordner, Zip, JSON) oder „integreat:NAME“ oder Ordner davon."),
    ],
    ordner: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    ersetzen: Annotated[
        bool, typer.Option(help="Auch Zeilen ersetzen, die es schon gibt.")
    ] = False,
    schreiben: Annotated[bool, typer.Option(help="Schreiben; ohne: nur zeigen.")] = True,
) -> None:
    """Angebote aus Integreat oder HSDS 3 in die Tabellen einer Region übernehmen."""
    from sokanalysis.district.merging import merge

    tables, told = _offers_of(quelle, ordner)
    typer.echo(told)
    if not schreiben:
        return
    for merged in merge(ordner, tables, is_replacing=ersetzen):
        typer.echo(str(merged))
    typer.echo(f"Weiter mit: sok check {ordner}")


def _offers_of(quelle: str, ordner: Path) -> tuple[dict[str, pd.DataFrame], str]:
    """Return rows by table, and what could not be taken over, in German."""
    from sokanalysis.district.locating import located_places
    from sokanalysis.hsds.fields import EXCHANGED
    from sokanalysis.hsds.reading import read_hsds
    from sokanalysis.integreat.api import fetch, read_saved
    from sokanalysis.integreat.taking_over import taken_over
    from sokanalysis.region import inspect_region

    name = quelle.removeprefix("integreat:")
    if name == quelle and not (Path(quelle) / "locations.json").exists():
        exchanged = read_hsds(quelle)
        return exchanged.tables, str(exchanged.report)
    region = inspect_region(ordner)[0]
    if region is None:
        raise RegionNotFound(f"„{ordner}“ ist noch nicht lesbar → zuerst „sok check {ordner}“.")
    saved = fetch(name) if name != quelle else read_saved(quelle)
    found = taken_over(saved, region)
    if not found.to_locate.empty:
        found = taken_over(saved, region, positions=located_places(region, found.to_locate))
    return {table.name: getattr(found, table.name) for table in EXCHANGED}, found.text


@app.command()
def hsds(
    region: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    ordner: Annotated[Path, typer.Option(help="Wohin die Dateien kommen.")] = Path("hsds"),
) -> None:
    """Angebote als HSDS 3 (CSV mit datapackage.json, und JSON) für Partner schreiben."""
    from sokanalysis.hsds.files import write_hsds
    from sokanalysis.region import load_region

    typer.echo(str(write_hsds(load_region(region), ordner)))
    typer.echo(f"geschrieben: {ordner}")
