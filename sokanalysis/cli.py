"""The command `sok`: German for the people who run it, quick because it imports late."""

from __future__ import annotations

from datetime import datetime
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
REGION = Path("data/sok")
DAYS = ["%d.%m.%Y", "%Y-%m-%d"]


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
    ordner: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
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


@app.command()
def rueckmeldung(
    region: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    ordner: Annotated[Path, typer.Option(help="Wohin die Bögen geschrieben werden.")] = Path(
        "rueckmeldungen"
    ),
    frist: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="Bis wann geantwortet werden soll.")
    ] = None,
    einlesen: Annotated[
        Path | None, typer.Option(help="Ordner mit zurückgekommenen Bögen: zeigt das Protokoll.")
    ] = None,
    datum: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="Tag der Rückmeldung, wo keiner steht.")
    ] = None,
    protokoll: Annotated[
        Path | None, typer.Option(help="Protokoll als Mappe (.xlsx) zum Ankreuzen schreiben.")
    ] = None,
    annehmen: Annotated[
        str, typer.Option(help="„alle“ Unstrittigen, Nummern wie 1,3-5 oder eine Protokollmappe.")
    ] = "",
) -> None:
    """Rückmeldebögen für die Träger schreiben oder zurückgekommene einlesen."""
    from sokanalysis.dialogue.sheets import write_sheets
    from sokanalysis.errors import SokanalysisError
    from sokanalysis.region import load_region

    try:
        if einlesen is not None:
            _read_sheets(region, einlesen, datum, protokoll, annehmen)
            return
        if annehmen or protokoll or datum:
            raise typer.BadParameter("gilt nur zusammen mit --einlesen")
        written = write_sheets(load_region(region), ordner, frist.date() if frist else None)
    except SokanalysisError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(written)} Bögen geschrieben nach {ordner}.")


def _read_sheets(
    folder: Path, returned: Path, day: datetime | None, protocol_file: Path | None, choice: str
) -> None:
    """Show what returned sheets would change, and apply what is accepted."""
    from sokanalysis.dialogue.apply import LOG, LOG_HEADINGS, apply_changes
    from sokanalysis.dialogue.proposals import proposed
    from sokanalysis.dialogue.protocol import accepted, accepted_in, protocol, write_protocol
    from sokanalysis.dialogue.returned import read_folder
    from sokanalysis.read.records import read_log
    from sokanalysis.region import load_region

    if not returned.is_dir():
        raise typer.BadParameter(f"Den Ordner „{returned}“ gibt es nicht", param_hint="--einlesen")
    region = load_region(folder)
    answers = read_folder(returned, region, f"{day:%Y-%m-%d}" if day else "")
    proposal = proposed(region, answers, read_log(folder / LOG, LOG_HEADINGS))
    typer.echo(protocol(proposal))
    if protocol_file is not None:
        write_protocol(proposal, protocol_file)
        typer.echo(f"\nProtokoll zum Ankreuzen: {protocol_file}")
    if not choice:
        return
    is_file = choice.lower().endswith(".xlsx")
    numbers = accepted_in(proposal, Path(choice)) if is_file else accepted(proposal, choice)
    done = apply_changes(folder, proposal, numbers)
    where = f" Vorheriger Stand: {done.backup}" if done.backup else ""
    typer.echo(f"\n{done.change_count} Änderungen übernommen.{where}")


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
    from sokanalysis.errors import SokanalysisError
    from sokanalysis.planning import STEPS, planned
    from sokanalysis.region import load_region

    try:
        loaded = load_region(region)
        done = planned(
            loaded, lambda step: typer.echo(f"{STEPS.index(step) + 1} von {len(STEPS)}: {step}")
        )
    except SokanalysisError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
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
    report([NOTEBOOKS / "fortschritt" / "fortschritt.ipynb"], ordner, 1)


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
    report([NOTEBOOKS / "dialog" / "dialog.ipynb"], ordner, 1)


@app.command()
def runde(
    nummer: Annotated[str, typer.Argument(help="Runde-Nr., wie in rounds.csv.")],
    region: Annotated[Path, typer.Argument(help="Ordner der Region.")] = REGION,
    ordner: Annotated[Path, typer.Option(help="Wohin der Fragebogen kommt.")] = Path("runde"),
    einlesen: Annotated[
        Path | None, typer.Option(help="Ordner mit Antworten: zeigt das Protokoll.")
    ] = None,
    annehmen: Annotated[
        bool, typer.Option("--annehmen", help="Alles Unstrittige in votes.csv übernehmen.")
    ] = False,
) -> None:
    """Fragebogen einer Runde im Dialog schreiben oder Antworten einlesen."""
    from sokanalysis.dialogue.questionnaire import write_questionnaire
    from sokanalysis.errors import SokanalysisError
    from sokanalysis.region import load_region

    try:
        if einlesen is not None:
            _read_ballots(nummer, region, einlesen, keep=annehmen)
            return
        if annehmen:
            raise typer.BadParameter("gilt nur zusammen mit --einlesen")
        files = write_questionnaire(load_region(region), nummer, ordner)
    except SokanalysisError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    for file in files:
        typer.echo(f"geschrieben: {file}")


def _read_ballots(round_id: str, folder: Path, returned: Path, *, keep: bool) -> None:
    """Show what returned questionnaires say, and keep what is beyond doubt."""
    from sokanalysis.dialogue.ballots import read_ballots
    from sokanalysis.dialogue.questions import questionnaire
    from sokanalysis.dialogue.rounds import find_round
    from sokanalysis.dialogue.tally import tally
    from sokanalysis.dialogue.tally_protocol import tally_protocol
    from sokanalysis.dialogue.vote_table import keep_votes
    from sokanalysis.region import load_region

    if not returned.is_dir():
        raise typer.BadParameter(f"Den Ordner „{returned}“ gibt es nicht", param_hint="--einlesen")
    region = load_region(folder)
    round_ = find_round(region, round_id)
    form = questionnaire(region, round_)
    found = tally(round_, read_ballots(returned, form))
    typer.echo(tally_protocol(found))
    if keep:
        done = keep_votes(folder, found, f"runde-{form.file_stem}")
        where = f" Vorheriger Stand: {done.backup}" if done.backup else ""
        typer.echo(f"\n{done.change_count} Antworten übernommen.{where}")
