"""Commands that write documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sokanalysis.cli.base import NOTEBOOKS, REGION, app

LAB = Path(__file__).parents[1] / "lab"


@app.command()
def report(
    notebooks: Annotated[
        list[Path] | None, typer.Argument(help="Notebooks; ohne Angabe alle in notebooks/.")
    ] = None,
    ordner: Annotated[Path, typer.Option(help="Wohin die Dokumente kommen.")] = Path("reports"),
    kerne: Annotated[int, typer.Option(min=1, help="So viele Notebooks laufen zugleich.")] = 2,
    region: Annotated[Path, typer.Option(help="Ordner der Region.")] = REGION,
    quelle: Annotated[
        str, typer.Option(help="Nichts rechnen, sondern sagen, woher eine Zahl im Bericht stammt.")
    ] = "",
) -> None:
    """Notebooks ausführen und als PDF und HTML ausgeben."""
    import os

    from sokanalysis.report.build import BuildFailed, build_reports

    if quelle:
        _tell_origin(ordner, region, quelle)
        return
    chosen = notebooks or sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    if not chosen:
        typer.echo("In notebooks/ liegt kein Notebook.", err=True)
        raise typer.Exit(1)
    os.environ["SOK_REGION"] = str(region.resolve())
    try:
        for file in build_reports(chosen, ordner, kernels=kerne, is_whole=not notebooks):
            typer.echo(f"geschrieben: {file}")
    except BuildFailed as failed:
        typer.echo(f"Bericht nicht erstellt.\n{failed}", err=True)
        raise typer.Exit(1) from None


def _tell_origin(folder: Path, region: Path, asked: str) -> None:
    from sokanalysis.report.origin import described, find_origins, table_sources

    found = find_origins(folder, asked)
    if not found:
        typer.echo(f"„{asked}“ steht so in keinem Bericht in „{folder}“.", err=True)
        raise typer.Exit(1)
    sources = table_sources(region)
    typer.echo("\n\n".join(described(entry, asked, sources) for entry in found))


@app.command()
def lab(
    ordner: Annotated[Path, typer.Argument(help="Ordner der Notebooks.")] = NOTEBOOKS,
    region: Annotated[Path, typer.Option(help="Ordner der Region.")] = REGION,
    browser: Annotated[bool, typer.Option(help="Browser öffnen.")] = True,
    port: Annotated[int, typer.Option(help="Anschluss auf diesem Rechner.")] = 8888,
) -> None:
    """JupyterLab auf Deutsch starten, mit offenem Inhaltsverzeichnis."""
    import os
    import shutil
    import subprocess
    import sys
    from tempfile import TemporaryDirectory

    os.environ["SOK_REGION"] = str(region.resolve())
    # JupyterLab writes the arrangement back while people work: into a copy.
    with TemporaryDirectory(prefix="sok-lab-") as copies:
        shutil.copytree(LAB / "workspaces", copies, dirs_exist_ok=True)
        command = [
            sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ordner.resolve()}",
            f"--LabApp.app_settings_dir={LAB}", f"--LabApp.workspaces_dir={copies}",
            "--LabApp.default_url=/lab/workspaces/sok", f"--port={port}",
        ]  # fmt: skip
        status = subprocess.call(command + ([] if browser else ["--no-browser"]))
    raise typer.Exit(status)


@app.command()
def buehne(
    notebook: Annotated[Path, typer.Argument(help="Was gezeigt wird.")] = NOTEBOOKS
    / "spielwiese.ipynb",
    region: Annotated[Path, typer.Option(help="Ordner der Region.")] = REGION,
    browser: Annotated[bool, typer.Option(help="Browser öffnen.")] = True,
    port: Annotated[int, typer.Option(help="Anschluss auf diesem Rechner.")] = 8866,
) -> None:
    """Spielwiese bildschirmfüllend für eine Sitzung zeigen, ohne Code (Voilà)."""
    import os
    import subprocess
    import sys

    os.environ |= {"SOK_REGION": str(region.resolve()), "JUPYTER_PATH": str(LAB / "jupyter")}
    command = [sys.executable, "-m", "voila", str(notebook), "--template=buehne",
               f"--port={port}"]  # fmt: skip
    raise typer.Exit(subprocess.call(command + ([] if browser else ["--no-browser"])))


@app.command()
def katalog(
    region: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    ordner: Annotated[Path, typer.Option(help="Wohin der Katalog kommt.")] = Path("katalog"),
    nummern: Annotated[
        bool, typer.Option(help="Vergebene Nummern im Ordner der Region merken.")
    ] = False,
) -> None:
    """Maßnahmenkatalog berechnen und als XLSX und CSV schreiben; dauert etwa eine Minute."""
    from sokanalysis.catalogue_files import keep_numbers, write_catalogue
    from sokanalysis.planning import STEPS, planned
    from sokanalysis.region import load_region

    loaded = load_region(region)
    done = planned(
        loaded, lambda step: typer.echo(f"{STEPS.index(step) + 1} von {len(STEPS)}: {step}")
    )
    files = write_catalogue(loaded, done.measures, ordner)
    files += [keep_numbers(loaded, done.measures)] if nummern else []
    for file in files:
        typer.echo(f"geschrieben: {file}")


@app.command()
def fortschritt(
    vorher: Annotated[Path, typer.Argument(help="Ordner der Region, wie sie vorher war.")],
    heute: Annotated[Path, typer.Argument(help="Ordner der Region von heute.")] = REGION,
    ordner: Annotated[Path, typer.Option(help="Wohin das Dokument kommt.")] = Path("reports"),
) -> None:
    """Zwei Stände vergleichen: was sich änderte, wer mehr teilnehmen kann, Ampel der Maßnahmen."""
    import os

    os.environ |= {"SOK_VORHER": str(vorher.resolve()), "SOK_HEUTE": str(heute.resolve())}
    report([NOTEBOOKS / "fortschritt" / "fortschritt.ipynb"], ordner, 1, heute)


@app.command()
def dialog(
    region: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    ordner: Annotated[Path, typer.Option(help="Wohin das Dokument kommt.")] = Path("reports"),
    beispiel: Annotated[
        bool, typer.Option(help="Das erfundene Beispiel statt der Runden.")
    ] = False,
) -> None:
    """Runden im Dialog auswerten: Beteiligung, Konsens, Leitbild, Plan mit und ohne Gewichte."""
    import os

    os.environ |= {"SOK_HEUTE": str(region.resolve()), "SOK_BEISPIEL": "ja" if beispiel else ""}
    report([NOTEBOOKS / "dialog" / "dialog.ipynb"], ordner, 1, region)
