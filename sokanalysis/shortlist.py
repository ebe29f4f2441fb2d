"""Which of a thousand candidates are worth solving for.

Left out is what others make superfluous and what helps too few people to be a measure. Both are
judged by today's sessions and timetable: with them nothing is lost, unless two times in one
building would be wanted at once. Of what is left a greedy covering picks some, so that the
programme stays small.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.changes import new_rows
from sokanalysis.demand import NEEDS
from sokanalysis.gaps import Situation, fitting_offers
from sokanalysis.seats import places_of

if TYPE_CHECKING:
    from sokanalysis.levers.candidate import Candidate
    from sokanalysis.region import Region
    from sokanalysis.versions import Bools, Version

Floats = npt.NDArray[np.float64]

_ALIKE: Final = 3  # kept of those that reach the same people: seats may be needed more than once


def shortlist(
    region: Region, state: Situation, found: list[Candidate], versions: list[Version], today: Bools
) -> set[str]:
    """Return the keys of the candidates that are worth solving for.

    Parameters
    ----------
    region : Region
        Gives prices and parameters.
    state : Situation
        Gives the demand.
    found, versions
        As in `sokanalysis.versions.versions_of`.
    today : ndarray of bool, shape (versions, settlements)
        Who reaches what with today's timetable.
    """
    lacking = _lacking(region, state, found, versions, today)
    kept = _not_dominated(region, found, versions, today) & _worthwhile(region, versions, lacking)
    kept -= _harmful(region, state, found, versions, today)
    return _widest(region, [c for c in found if c.key in kept], versions, lacking)


def with_all_offers(region: Region, found: list[Candidate]) -> Region:
    """Return the district with every offer there could be, to ask which of them fit a need."""
    rows = [row for c in found for row in c.change.rows.get("offers", ())]
    offers = pd.concat([new_rows(region, "offers", rows), region.offers], ignore_index=True)
    return replace(region, offers=offers.drop_duplicates("offer_id", keep="last"))


def _lacking(
    region: Region, state: Situation, found: list[Candidate], versions: list[Version], today: Bools
) -> Floats:
    """Return people who reach a version and lack what it answers; shape (versions, settlements).

    Those whom an unlimited offer serves today lack nothing.
    """
    everything = with_all_offers(region, found)
    places = np.array([places_of(region, version.offer) for version in versions])
    is_old = np.array([not version.opened_by for version in versions], dtype=bool)
    count = np.zeros(today.shape)
    for need in NEEDS:
        fitting = set(fitting_offers(everything, need)["offer_id"])
        fits = np.array([version.offer["offer_id"] in fitting for version in versions], dtype=bool)
        served = today[fits & is_old & np.isinf(places)].any(axis=0)
        count[fits] += np.where(served, 0, state.people(need))
    return count * today


def _worthwhile(region: Region, versions: list[Version], lacking: Floats) -> set[str]:
    """Return the keys of candidates that at best help as many people as a measure has to."""
    best = pd.Series(lacking.sum(axis=1)).groupby([v.opened_by for v in versions]).sum()
    return set(best.index[best >= region.parameters.measure_min_count])


def _harmful(
    region: Region, state: Situation, found: list[Candidate], versions: list[Version], today: Bools
) -> set[str]:
    """Return the keys of what replaces an offer and alone brings too few people for a measure.

    Who can come today and could not then is counted against them.
    """
    rows: dict[str, list[int]] = {}
    for row, version in enumerate(versions):
        rows.setdefault(version.opened_by, []).append(row)
    old, net = rows.get("", []), dict.fromkeys((c.key for c in found if c.change.ended), 0)
    everything = with_all_offers(region, found)
    for need in NEEDS:
        fitting = set(fitting_offers(everything, need)["offer_id"])
        units = [n for n in old if versions[n].offer["offer_id"] in fitting]
        people, before = state.people(need), today[units].any(axis=0)
        for candidate in found:
            moved = [n for n in rows[candidate.key] if versions[n].offer["offer_id"] in fitting]
            if candidate.change.ended and moved:
                stays = [n for n in units if not _is_ended(versions[n], candidate)]
                after = today[[*stays, *moved]].any(axis=0)
                net[candidate.key] += int(people[after].sum() - people[before].sum())
    return {key for key, count in net.items() if count < region.parameters.measure_min_count}


def _is_ended(version: Version, candidate: Candidate) -> bool:
    return any(row["session_id"] in candidate.change.ended for row in version.sessions)


def _not_dominated(
    region: Region, found: list[Candidate], versions: list[Version], reached: Bools
) -> set[str]:
    """Return the keys of candidates that others do not make superfluous.

    Compared are candidates of one lever that open one new unit of the same kind: one that costs
    no less and is reached from nowhere else brings nothing, or nothing but seats; of those whose
    places are limited, three of a kind stay. What is reached from nowhere is left out.

    Parameters
    ----------
    region : Region
        Gives the prices.
    found, versions
        As in `versions_of`.
    reached : ndarray of bool, shape (versions, settlements)
        As `Reach.under` gives it.
    """
    rows: dict[str, list[int]] = {}
    for row, version in enumerate(versions):
        rows.setdefault(version.opened_by, []).append(row)
    kept = {c.key for c in found if len(rows[c.key]) != 1 or c.change.ended}
    groups: dict[tuple[object, ...], list[Candidate]] = {}
    for candidate in found:
        if candidate.key not in kept:
            offer = versions[rows[candidate.key][0]].offer
            alike = (candidate.lever, offer["kind"], offer["target_groups"], candidate.needs)
            groups.setdefault(alike, []).append(candidate)
    for members in groups.values():
        cost = np.array([c.cost_eur(region.parameters) for c in members])
        units = [rows[c.key][0] for c in members]
        better = _at_least_as_good(reached[units], cost)
        is_limited = np.isfinite(places_of(region, versions[units[0]].offer))
        most = _ALIKE if is_limited else 1
        kept |= {c.key for c, n in zip(members, better, strict=True) if n < most}
    return kept


def _at_least_as_good(reached: Bools, cost: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Count for each row how many others reach all that it reaches and cost no more.

    Of equals the first come first. A row that reaches nothing counts as beaten by all.
    """
    wide = reached.astype(np.float32)
    inside = wide @ wide.T >= wide.sum(axis=1)[:, None]  # row within column
    better = inside & (cost[None, :] <= cost[:, None])
    order = np.arange(len(cost))
    later_equal = better & better.T & (order[None, :] >= order[:, None])
    count: npt.NDArray[np.int64] = (better & ~later_equal).sum(axis=1)
    return np.where(reached.any(axis=1), count, len(cost) + _ALIKE)


def _widest(
    region: Region, found: list[Candidate], versions: list[Version], lacking: Floats
) -> set[str]:
    """Return the keys of the candidates of a kind that together cover most people.

    Of each lever and kind of offer ``shortlist_count`` are picked one after the other, each time
    the one with most people for its cost who are not covered yet (greedy covering: Nemhauser,
    Wolsey & Fisher 1978, Mathematical Programming 14, 265–294). Other times of an offer all stay.
    """
    rows: dict[str, list[int]] = {}
    for row, version in enumerate(versions):
        rows.setdefault(version.opened_by, []).append(row)
    kept = {c.key for c in found if c.change.ended}
    groups: dict[tuple[object, ...], list[Candidate]] = {}
    for candidate in found:
        if candidate.key not in kept:
            offer = versions[rows[candidate.key][0]].offer
            groups.setdefault((candidate.lever, offer["kind"]), []).append(candidate)
    for members in groups.values():
        units = [rows[c.key][0] for c in members]
        places = np.array([places_of(region, versions[n].offer) for n in units])
        cost = np.array([max(c.cost_eur(region.parameters), 1.0) for c in members])
        picks = _greedy(lacking[units], places, cost, int(region.parameters.shortlist_count))
        kept |= {members[n].key for n in picks}
    return kept


def _greedy(lacking: Floats, places: Floats, cost: Floats, most: int) -> list[int]:
    """Pick rows that cover most people for their cost; who has got a seat counts no more.

    Where everybody is covered and there is room for more, it starts again with those left over.
    """
    left, picks = lacking.copy(), list[int]()
    while len(picks) < min(most, len(cost)):
        gain = np.minimum(left.sum(axis=1), places) / cost
        gain[picks] = -1.0
        best = int(gain.argmax())
        if gain[best] <= 0:
            if not (left < lacking).any():
                break
            left = lacking.copy()
            continue
        picks.append(best)
        taken = left[best].sum()
        share = min(places[best] / taken, 1.0)
        left *= 1 - share * (lacking[best] > 0)
    return picks
