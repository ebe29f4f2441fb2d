"""From candidates to a problem that can be solved: who could sit where after which of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.changes import changed
from sokanalysis.demand import NEEDS
from sokanalysis.gaps import Situation, fitting_offers
from sokanalysis.portfolio import Problem
from sokanalysis.programmes import paying_fund
from sokanalysis.seats import places_of
from sokanalysis.shortlist import shortlist, with_all_offers
from sokanalysis.versions import Bools, Reach, Version, versions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sokanalysis.levers.candidate import Candidate
    from sokanalysis.region import Region

Gains = dict[frozenset[str], Bools]

_TRIED: Final = 8  # changes of the timetable that are tried with everything that could be new
_PAIRED: Final = 4  # of these, tried two at a time
_UNIT: Final = ["unit", "places", "minimum_count", "opened_by", "closed_by"]


@dataclass(frozen=True)
class Options:
    """Candidates and what they would bring, ready to be chosen from.

    Parameters
    ----------
    candidates : dict of str to Candidate
        By key; what is worse than others in every respect is left out.
    problem : Problem
        Options are the candidates, people are settlements with a need.
    settlement_ids : ndarray of object, shape (groups,)
        Where the people of each group of the problem live.
    """

    candidates: dict[str, Candidate]
    problem: Problem
    settlement_ids: npt.NDArray[np.object_]


def options_of(
    region: Region, state: Situation, found: Iterable[Candidate],
    follow: Callable[[list[Candidate]], Iterable[Candidate]] = iter,
) -> Options:  # fmt: skip
    """Ask the engine what each candidate would open to whom.

    Of the candidates that leave the timetable as it is a shortlist is made first; see
    `sokanalysis.shortlist`. Changes of the timetable are first tried with today's sessions. The
    eight that open most ways for their cost are tried again with all that could be new, and the
    best four of them two at a time. What takes a journey to an offer of today away from anybody is
    left out; what takes one to something new away closes that.

    Parameters
    ----------
    region : Region
        The district.
    state : Situation
        Gives the demand.
    found : iterable of Candidate
        As `sokanalysis.measures.candidates` gives it.
    follow : callable
        Wraps the list of changes of the timetable while they are tried, for a progress bar.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    everything = list(found)
    ways = [candidate for candidate in everything if candidate.change.timetable]
    others = [candidate for candidate in everything if not candidate.change.timetable]
    versions = versions_of(region, others)
    today = Reach(region, versions, others).under(region)
    kept = shortlist(region, state, others, versions, today)
    stays = np.array([v.opened_by in kept or not v.opened_by for v in versions], dtype=bool)
    versions, today = [versions[n] for n in np.flatnonzero(stays)], today[stays]
    others = [candidate for candidate in others if candidate.key in kept]
    ways = _promising(region, state, versions, follow(ways))
    reach = Reach(region, versions, others)
    then = {way.key: reach.under(changed(region, way.change)) for way in ways}
    versions = [_closed(version, n, today, then) for n, version in enumerate(versions)]
    sets = _gains(region, reach, ways, today, then)
    chosen = [*others, *(way for way in ways if any(way.key in names for names in sets))]
    return _options(region, state, chosen, versions, today, sets)


def _promising(
    region: Region, state: Situation, versions: list[Version], ways: Iterable[Candidate]
) -> list[Candidate]:
    """Return the changes of the timetable that open most ways to today's offers for a euro."""
    held = Reach(region, [v for v in versions if not v.opened_by], [])
    today = held.under(region)
    people = state.demand.groupby("settlement_id")["person_count"].sum()
    weight = people.reindex(region.settlements["settlement_id"], fill_value=0).to_numpy()
    scored = []
    for way in ways:
        then = held.under(changed(region, way.change))
        gain = float((then & ~today).sum(axis=0) @ weight)
        if gain > 0 and not (today & ~then).any():
            scored.append((gain / max(way.cost_eur(region.parameters), 1.0), way))
    best = sorted(scored, key=lambda pair: -pair[0])[:_TRIED]
    return [way for _, way in best]


def _closed(version: Version, row: int, today: Bools, then: dict[str, Bools]) -> Version:
    """Return a version that what takes a journey to it from anybody closes."""
    closers = tuple(key for key, reached in then.items() if (today[row] & ~reached[row]).any())
    return version._replace(closed_by=version.closed_by + closers)


def _gains(
    region: Region, reach: Reach, ways: list[Candidate], today: Bools, then: dict[str, Bools]
) -> Gains:
    """Return what becomes possible with one change of the timetable, or only with two."""
    alone = {way.key: then[way.key] & ~today for way in ways}
    sets: Gains = {frozenset([key]): more for key, more in alone.items() if more.any()}
    best = sorted(ways, key=lambda way: -int(alone[way.key].sum()))[:_PAIRED]
    for one, other in combinations(best, 2):
        if one.choice and one.choice == other.choice:
            continue
        both = reach.under(changed(region, one.change, other.change))
        more = both & ~today & ~alone[one.key] & ~alone[other.key]
        if more.any():
            sets[frozenset([one.key, other.key])] = more
    return sets


def _options(
    region: Region, state: Situation, found: list[Candidate], versions: list[Version],
    today: Bools, sets: Gains,
) -> Options:  # fmt: skip
    options = pd.DataFrame({
        "option": [c.key for c in found],
        "cost_eur": [c.cost_eur(region.parameters) for c in found],
        "choice": [c.choice for c in found],
        "fund": [paying_fund(region, c.lever, c.needs) for c in found],
    })  # fmt: skip
    people = state.demand[state.demand["person_count"] > 0].reset_index(drop=True)
    everything, keys = with_all_offers(region, found), set(options["option"])
    units: list[dict[str, object]] = []
    edges: list[pd.DataFrame] = []
    for need in NEEDS:
        fitting = set(fitting_offers(everything, need)["offer_id"])
        rows = [n for n, v in enumerate(versions) if v.offer["offer_id"] in fitting]
        edges.append(_edges(region, people, need, rows, len(units), today, sets))
        units += [_unit(region, versions[n], need, keys) for n in rows]
    problem = Problem(
        options=options,
        units=pd.DataFrame(units, columns=_UNIT),
        people=people.assign(
            field=people["need"].map({n: e.field for n, e in NEEDS.items()}),
            area=people["ags"],
            weight=1.0,
        ),
        edges=pd.concat(edges, ignore_index=True),
    )
    at = people["settlement_id"].to_numpy(object)
    return Options({c.key: c for c in found}, problem, at)


def _unit(region: Region, version: Version, need: str, keys: set[str]) -> dict[str, object]:
    offer, is_new = version.offer, bool(version.opened_by)
    least = offer.get("minimum_group_count")
    asks = is_new and offer["kind"] in NEEDS[need].kinds and pd.notna(least)
    return {
        "unit": f"{need}|{offer['offer_id']}@{version.site_id}|{version.opened_by}",
        "places": places_of(region, offer),
        "minimum_count": int(least or 0) if asks else 0,
        "opened_by": version.opened_by,
        "closed_by": tuple(key for key in version.closed_by if key in keys),
    }


def _edges(
    region: Region, people: pd.DataFrame, need: str, rows: list[int], first: int,
    today: Bools, sets: Gains,
) -> pd.DataFrame:  # fmt: skip
    """Return which group with a need could sit in which unit, and after which ways."""
    where = pd.Index(region.settlements["settlement_id"])
    groups = np.flatnonzero((people["need"] == need).to_numpy())
    at = where.get_indexer(people["settlement_id"].iloc[groups])
    enabled: dict[tuple[int, int], tuple[frozenset[str], ...]] = {}
    for ways, reached in [(None, today), *sets.items()]:
        for unit, group in zip(*np.nonzero(reached[np.ix_(rows, at)]), strict=True):
            key = (int(unit), int(group))
            enabled[key] = enabled.get(key, ()) + ((ways,) if ways else ())
    return pd.DataFrame({
        "group": np.array([groups[group] for _, group in enabled], dtype=np.int64),
        "unit": np.array([first + unit for unit, _ in enabled], dtype=np.int64),
        "enabled_by": pd.Series(list(enabled.values()), dtype=object),
    })  # fmt: skip
