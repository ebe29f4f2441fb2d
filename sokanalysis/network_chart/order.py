"""In which order providers, fields and places stand so that few of their lines cross."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.codes import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Ranks = npt.NDArray[np.int64]
_SWEEPS: Final = 6


@dataclass(frozen=True)
class Order:
    """What stands from top to bottom: providers by key, fields in German, places by name."""

    providers: tuple[str, ...]
    fields: tuple[str, ...]
    places: tuple[str, ...]


def arranged(links: pd.DataFrame) -> Order:
    """Order three columns so that the lines between them cross as little as possible.

    For every order of the fields (there are three), places and providers go by turns to the mean
    of what they are linked to: the barycentre sweeps of Sugiyama, Tagawa & Toda (1981), IEEE
    Transactions on Systems, Man, and Cybernetics 11(2), 109–125. Of all states the one with
    fewest crossings is taken, of equals the first. Good, not proved best.

    Parameters
    ----------
    links : DataFrame
        As `sokanalysis.network.links` gives it, at least one row.

    Returns
    -------
    Order
        Everything named in the links, once.
    """
    providers, provider_names = pd.factorize(links["provider_id"])
    places, place_names = pd.factorize(links["place"], sort=True)
    named = [title for title in FIELDS.values() if title in set(links["field"])]
    states = [
        (_crossings(ranks[0][providers], across, ranks[1][places]), fields, ranks)
        for fields in permutations(named)
        for across in [_ranks(links["field"], fields)]
        for ranks in _sweeps(providers, across, places)
    ]
    _, fields, (provider_ranks, place_ranks) = min(states, key=lambda state: state[0])
    return Order(
        tuple(provider_names[provider_ranks.argsort()]), fields,
        tuple(place_names[place_ranks.argsort()]),
    )  # fmt: skip


def _sweeps(providers: Ranks, across: Ranks, places: Ranks) -> Iterator[tuple[Ranks, Ranks]]:
    """Yield ranks of all providers and places: as they come, then after every sweep."""
    ranks = np.arange(providers.max() + 1), np.arange(places.max() + 1)
    yield ranks
    for _ in range(_SWEEPS):
        beside_places = across + ranks[0][providers] / len(ranks[0])
        place_ranks = _by_mean(places, beside_places)
        beside_providers = across + place_ranks[places] / len(place_ranks)
        ranks = _by_mean(providers, beside_providers), place_ranks
        yield ranks


def _by_mean(ends: Ranks, levels: npt.NDArray[np.float64]) -> Ranks:
    """Return the ranks of ends by the mean level of their lines, equal ones as they come."""
    means = np.bincount(ends, levels) / np.bincount(ends)
    ranks = np.empty(len(means), dtype=np.int64)
    ranks[means.argsort(kind="stable")] = np.arange(len(means))
    return ranks


def _ranks(names: pd.Series[str], order: Sequence[str]) -> Ranks:
    ranks = {name: rank for rank, name in enumerate(order)}
    return np.array([ranks[name] for name in names], dtype=np.int64)


def through_fields(links: pd.DataFrame, order: Order) -> pd.DataFrame:
    """Return the links in the order in which their lines pass through the fields.

    Parameters
    ----------
    links : DataFrame
        As `sokanalysis.network.links` gives it.
    order : Order
        Of all that is linked.

    Returns
    -------
    DataFrame
        By field, then provider, then place, with the ranks ``field_rank``, ``provider_rank``
        and ``place_rank`` from 0.
    """
    ranked = links.assign(
        field_rank=_ranks(links["field"], order.fields),
        provider_rank=_ranks(links["provider_id"], order.providers),
        place_rank=_ranks(links["place"], order.places),
    )
    return ranked.sort_values(["field_rank", "provider_rank", "place_rank"], ignore_index=True)


def crossings(links: pd.DataFrame, order: Order) -> int:
    """Count pairs of lines that cross, from providers to fields and from fields to places.

    Parameters
    ----------
    links : DataFrame
        As `sokanalysis.network.links` gives it.
    order : Order
        Of all that is linked.

    Returns
    -------
    int
        Lines that meet at an end do not cross there.
    """
    rows = through_fields(links, order)
    names = "provider_rank", "field_rank", "place_rank"
    return _crossings(*(rows[name].to_numpy(np.int64) for name in names))


def _crossings(provider_ranks: Ranks, field_ranks: Ranks, place_ranks: Ranks) -> int:
    passing = np.lexsort((place_ranks, provider_ranks, field_ranks))
    return sum(_inversions(ranks[passing]) for ranks in (provider_ranks, place_ranks))


def _inversions(ranks: Ranks) -> int:
    """Count pairs of which the upper one has the higher rank."""
    return int(np.triu(ranks[:, None] > ranks[None, :], 1).sum())
