"""People shared out: fitted to what is known of them, then made whole without losing anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.errors import MarginsDisagree

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Margin = tuple[Whole, Floats]  # the part each cell belongs to, and the people in each part

TOLERANCE: Final = 1e-10  # relative; of a district of 100,000 people a hundred-thousandth of one
MAX_ROUNDS: Final = 2_000


def fit(seed: Floats, margins: Sequence[Margin]) -> Floats:
    """Adjust cells to known sums by iterative proportional fitting.

    All cells of a part are multiplied until its sum is right, margin after margin, until no
    factor departs from 1. Of all tables with these sums it is the one nearest to the seed in
    the sense of information; ratios of odds in the seed are kept. Source: Deming & Stephan
    (1940), Annals of Mathematical Statistics 11, 427–444; Ireland & Kullback (1968).

    Parameters
    ----------
    seed : ndarray of float, shape (cells,)
        First guess, not negative; a cell of 0 stays 0.
    margins : sequence of (ndarray of int, shape (cells,); ndarray of float, shape (parts,))
        Part of each cell, counted from 0, and people in each part. Margins may nest or cross;
        each has to part all cells and to have the same sum.

    Returns
    -------
    ndarray of float, shape (cells,)
        People; fractions stand. Without margins the seed itself.

    Raises
    ------
    MarginsDisagree
        When sums are negative or differ, when people are known where the seed has nobody, or
        when no table has all these sums.
    """
    _check(seed, margins)
    cells = seed.astype(np.float64)
    for _ in range(MAX_ROUNDS):
        worst = 0.0
        for part, people in margins:
            sums = np.bincount(part, cells, len(people))
            factor = np.divide(people, sums, out=np.ones_like(people), where=sums > 0)
            cells = cells * factor[part]
            worst = max(worst, float(np.abs(factor[people > 0] - 1).max(initial=0)))
        if worst <= TOLERANCE:
            return cells
    raise MarginsDisagree(
        f"Die bekannten Summen lassen sich in {MAX_ROUNDS} Runden nicht zugleich einhalten → "
        "prüfen, ob sich die Zahlen der Gruppen und Gebiete widersprechen."
    )


def _check(seed: Floats, margins: Sequence[Margin]) -> None:
    totals = [float(people.sum()) for _, people in margins]
    if (seed < 0).any() or any((people < 0).any() for _, people in margins):
        raise MarginsDisagree("Eine Personenzahl ist negativ → Zahlen ab 0 eintragen.")
    if totals and not np.allclose(totals, totals[0], rtol=1e-9, atol=1e-9):
        written = ", ".join(f"{total:g}" for total in totals)
        raise MarginsDisagree(
            f"Dieselben Menschen ergeben verschiedene Summen: {written} → Zahlen angleichen."
        )
    for part, people in margins:
        if ((np.bincount(part, seed, len(people)) == 0) & (people > 0)).any():
            raise MarginsDisagree(
                "Für ein Gebiet oder eine Gruppe sind Menschen bekannt, aber kein Ort, an dem sie "
                "leben könnten → Einwohner oder Gruppen der Siedlungen ergänzen."
            )


def apportion(total: int, weights: Floats) -> Whole:
    """Share out whole people in proportion to weights, by largest remainders.

    Chosen over truncate, replicate, sample (Lovelace & Ballas 2013, Computers, Environment and
    Urban Systems 41, 1–11), which is as exact in the sum but draws lots: the board shall read
    the same number twice. Chosen over divisor methods because nobody departs from the exact
    share by a whole person, however many small places there are.

    Parameters
    ----------
    total : int
        People to share out.
    weights : ndarray of float, shape (n,)
        Not negative; with a sum of 0 nobody is shared out.

    Returns
    -------
    ndarray of int, shape (n,)
        Adds up to ``total`` exactly; of equal remainders the earlier one comes first.
    """
    if weights.sum() == 0:
        return np.zeros(len(weights), dtype=np.int64)
    exact = total * weights / weights.sum()
    # Fitting leaves 2.9999999999 where 3 is meant: to nine digits they are the same number.
    whole = np.floor(np.round(exact, 9)).astype(np.int64)
    first = np.argsort(np.round(whole - exact, 9), kind="stable")[: total - whole.sum()]
    whole[first] += 1
    return whole


def apportion_within(totals: Whole, part: Whole, weights: Floats) -> Whole:
    """Share out whole people within each part, so that every part adds up exactly.

    Parameters
    ----------
    totals : ndarray of int, shape (parts,)
        People of each part.
    part : ndarray of int, shape (n,)
        Part of each place, counted from 0.
    weights : ndarray of float, shape (n,)
        Not negative.

    Returns
    -------
    ndarray of int, shape (n,)
        As `apportion` gives it, part by part; a part whose weights are all 0 stays empty.
    """
    whole = np.zeros(len(weights), dtype=np.int64)
    for number, total in enumerate(totals):
        inside = part == number
        whole[inside] = apportion(int(total), weights[inside])
    return whole
