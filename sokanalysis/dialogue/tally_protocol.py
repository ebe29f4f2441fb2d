"""The protocol of returned questionnaires in German."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sokanalysis.codes import RATER_GROUPS
from sokanalysis.dialogue.questions import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.dialogue.ballots import Ballot
    from sokanalysis.dialogue.tally import Entry, Statement, Tally


def tally_protocol(found: Tally) -> str:
    """Return the protocol as text, section by section; empty sections are left out."""
    sections = {
        "Gelesen": [_file_line(ballot) for ballot in found.ballots],
        "Neu": list(_new_lines(found.entries)),
        "Ergänzt": [_completed(entry) for entry in found.entries if entry.before],
        "Widersprüche (nicht übernommen; in votes.csv bleibt, was dort steht)": [
            *found.contradictions
        ],
        "Hinweise (nicht lesbar, nicht zuzuordnen)": [
            str(problem) for ballot in found.ballots for problem in ballot.problems
        ],
        "Neben den Feldern geschrieben": [text for b in found.ballots for text in b.remarks],
        "Zum ersten Mal dabei (Kennung richtig?)": _together(found.strangers),
        "In dieser Runde noch nicht da": _together(found.absent),
    }
    parts = [
        "\n".join([title, *(f"  {line}" for line in lines)])
        for title, lines in sections.items()
        if lines
    ]
    example = EXAMPLE if found.round_.is_example else ""
    count = found.known_count
    known = f"Schon so eingetragen oder doppelt: {count} Antworten." if count else ""
    nothing = "" if found.entries else "Es gibt nichts zu übernehmen."
    return "\n\n".join(part for part in (example, *parts, known, nothing) if part)


def _together(codes: list[str]) -> list[str]:
    return [", ".join(codes)] if codes else []


def _file_line(ballot: Ballot) -> str:
    if not ballot.is_read:
        return f"{ballot.file}: nicht gelesen"
    rated = sum(vote.rating is not None for vote in ballot.votes)
    said = sum(bool(vote.comment) for vote in ballot.votes)
    return (
        f"{ballot.file}: {ballot.rater_id} ({RATER_GROUPS[ballot.group]}), {len(ballot.votes)} "
        f"Aussagen, davon {rated} bewertet, {said} mit Anmerkung"
    )


def _new_lines(entries: Iterable[Entry]) -> Iterable[str]:
    """Count new rows a rater: the opinions of single people are not read out."""
    counts: dict[tuple[str, str], int] = {}
    for entry in entries:
        if entry.before is None:
            who = (entry.said.rater_id, RATER_GROUPS[entry.said.group])
            counts[who] = counts.get(who, 0) + 1
    for (rater_id, group), count in counts.items():
        yield f"{rater_id} ({group}): {count} Aussagen"


def _completed(entry: Entry) -> str:
    before, said = entry.before, entry.said
    assert before is not None
    return f"{said.rater_id}, {said.item_id}: {_words(before)} → {_words(said)}"


def _words(one: Statement) -> str:
    rating = "ohne Bewertung" if one.rating is None else f"Bewertung {one.rating}"
    return f"{rating}, „{one.comment}“" if one.comment else rating
