"""All ballots of a round together: what is new, what contradicts itself, what is still missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import RATER_GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.dialogue.ballots import Ballot
    from sokanalysis.dialogue.rounds import Round

TABLE_FILE: Final = "votes.csv"


@dataclass(frozen=True)
class Statement:
    """A rating and a comment of one rater on one item, and where they stand."""

    rater_id: str
    group: str
    item_id: str
    rating: int | None
    comment: str
    place: str


@dataclass(frozen=True)
class Entry:
    """A row of ``votes`` to write; ``before`` is what stands there now, None for a new row."""

    said: Statement
    before: Statement | None


@dataclass(frozen=True)
class Tally:
    """What the ballots of a round come to.

    Parameters
    ----------
    round_ : Round
        The round with the votes that stand in the table.
    ballots : list of Ballot
        Every file.
    entries : list of Entry
        New and completed rows, by rater and in the order of the items.
    contradictions : list of str
        German; what they are about is in none of the entries.
    absent : list of str
        Raters of earlier rounds of whom nothing came yet.
    strangers : list of str
        Raters of whom nothing is known from earlier rounds; empty in a first round.
    known_count : int
        Answers that say what stands in the table or in another file already.
    """

    round_: Round
    ballots: list[Ballot]
    entries: list[Entry]
    contradictions: list[str]
    absent: list[str]
    strangers: list[str]
    known_count: int


def tally(round_: Round, ballots: list[Ballot]) -> Tally:
    """Put the ballots beside each other and beside the table.

    An empty rating or comment takes nothing back: the other answer counts. Two different
    ratings or comments of one rater on one item contradict each other, and so do two groups of
    one rater; neither side counts then, and what stands in the table stays.

    Parameters
    ----------
    round_ : Round
        From `sokanalysis.dialogue.rounds.find_round`.
    ballots : list of Ballot
        From `sokanalysis.dialogue.ballots.read_ballots`.

    Returns
    -------
    Tally
        The same for any order of the same files, but for the order of what is listed.
    """
    standing = _standing(round_.votes)
    said = [
        Statement(b.rater_id, b.group, v.item_id, v.rating, v.comment, v.place)
        for b in ballots
        if b.is_read
        for v in b.votes
    ]
    torn = _torn(standing + said)
    contradictions = [_group_words(rater_id, groups) for rater_id, groups in torn.items()]
    entries, known_count = [], 0
    texts = dict(zip(round_.items["item_id"], round_.items["text"], strict=True))
    for (rater_id, item_id), found in _by_vote(standing + said, list(texts)).items():
        if rater_id in torn:
            continue
        clash = _clash(found)
        if clash:
            contradictions.append(f"{rater_id}, {item_id} „{texts[item_id]}“: {clash}")
            continue
        entry = _entry(found)
        is_new = entry.before is None or entry.said != entry.before
        entries += [entry] if is_new else []
        known_count += len([one for one in found if one.place != TABLE_FILE]) - is_new
    earlier = set(round_.before.votes["rater_id"])
    here = {one.rater_id for one in standing + said}
    strangers = sorted(here - earlier) if earlier else []
    absent = sorted(earlier - here)
    return Tally(round_, ballots, entries, contradictions, absent, strangers, known_count)


def _standing(votes: pd.DataFrame) -> list[Statement]:
    """Return the rows of the table as statements."""
    return [
        Statement(
            row["rater_id"], row["group"], row["item_id"],
            None if pd.isna(row["rating"]) else int(row["rating"]),
            "" if pd.isna(row["comment"]) else row["comment"], TABLE_FILE,
        )
        for row in votes.to_dict("records")
    ]  # fmt: skip


def _torn(statements: Iterable[Statement]) -> dict[str, dict[str, str]]:
    """Return raters who speak for several groups: place by group."""
    groups: dict[str, dict[str, str]] = {}
    for one in statements:
        groups.setdefault(one.rater_id, {}).setdefault(one.group, one.place)
    return {rater_id: found for rater_id, found in groups.items() if len(found) > 1}


def _group_words(rater_id: str, groups: dict[str, str]) -> str:
    told = " gegen ".join(f"{RATER_GROUPS[group]} ({place})" for group, place in groups.items())
    return f"{rater_id}, Gruppe: {told}; von {rater_id} ist nichts übernommen"


def _by_vote(
    statements: list[Statement], items: list[str]
) -> dict[tuple[str, str], list[Statement]]:
    """Group statements by rater and item, the table's own first, in the order of the items."""
    grouped: dict[tuple[str, str], list[Statement]] = {}
    for one in sorted(statements, key=lambda one: (one.rater_id, items.index(one.item_id))):
        grouped.setdefault((one.rater_id, one.item_id), []).append(one)
    return grouped


def _clash(found: list[Statement]) -> str:
    """Say what contradicts itself; empty when nothing does."""
    ratings = {one.rating: one.place for one in reversed(found) if one.rating is not None}
    comments = {one.comment: one.place for one in reversed(found) if one.comment}
    told = [
        " gegen ".join(f"{title} {value} ({place})" for value, place in reversed(values.items()))
        for title, values in (("Bewertung", ratings), ("Anmerkung", _quoted(comments)))
        if len(values) > 1
    ]
    return "; ".join(told)


def _quoted(comments: dict[str, str]) -> dict[str, str]:
    return {f"„{text}“": place for text, place in comments.items()}


def _entry(found: list[Statement]) -> Entry:
    """Return what statements without contradiction say together."""
    first = found[0]
    rating = next((one.rating for one in found if one.rating is not None), None)
    comment = next((one.comment for one in found if one.comment), "")
    before = first if first.place == TABLE_FILE else None
    said = Statement(first.rater_id, first.group, first.item_id, rating, comment, first.place)
    return Entry(said, before)
