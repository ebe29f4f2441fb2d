"""Commands of the dialogue: feedback sheets and rounds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sokanalysis.cli.base import DAYS, REGION, app


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
    from sokanalysis.region import load_region

    if einlesen is not None:
        _read_sheets(region, einlesen, datum, protokoll, annehmen)
        return
    if annehmen or protokoll or datum:
        raise typer.BadParameter("gilt nur zusammen mit --einlesen")
    written = write_sheets(load_region(region), ordner, frist.date() if frist else None)
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
    from sokanalysis.region import load_region

    if einlesen is not None:
        _read_ballots(nummer, region, einlesen, keep=annehmen)
        return
    if annehmen:
        raise typer.BadParameter("gilt nur zusammen mit --einlesen")
    files = write_questionnaire(load_region(region), nummer, ordner)
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
