"""Weights: limits, zones and decay by hand, from travel times and from attendance."""

from __future__ import annotations

import numpy as np
import pytest

from sokanalysis.nearness import attended, binary, catchment_steps, decay, nearest, steps
from sokanalysis.parameters import default_parameters

NO = np.nan
# Three origins, four offers; nobody gets from the last origin anywhere.
MINUTES = [[0, 10, 10.1, 30], [20, 30.5, NO, np.inf], [NO, NO, np.inf, NO]]


def test_a_limit_belongs_to_the_catchment():
    assert binary(MINUTES, 10).toarray().tolist() == [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert binary(MINUTES, 0).toarray().sum() == 1


def test_without_a_limit_everything_counts_that_there_is_a_way_to():
    found = binary(MINUTES, np.inf)
    assert found.toarray().tolist() == [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]]
    assert found.nnz == 6


def test_zones_end_with_their_last_minute():
    found = steps(MINUTES, (10, 20, 30), (1, 0.68, 0.22)).toarray()
    assert found.tolist() == [[1, 1, 0.68, 0.22], [0.68, 0, 0, 0], [0, 0, 0, 0]]


def test_a_zone_of_weight_0_is_not_stored():
    assert steps(MINUTES, (10, 30), (1, 0)).nnz == 2


def test_the_weight_halves_with_the_half_life():
    found = decay([[0, 10, 20, 30, NO]], half_minutes=10, limit=20).toarray()
    assert found.tolist() == [[1, 0.5, 0.25, 0, 0]]


def test_attendance_counts_as_it_is():
    reached = np.array([[True, False, True], [False, False, True]])  # 2 offers × 3 settlements
    assert attended(reached.T).toarray().tolist() == [[1, 0], [0, 0], [1, 1]]


def test_minutes_to_the_nearest_offer():
    assert nearest(MINUTES).tolist() == [0, 20, np.inf]
    assert nearest(np.empty((2, 0))).tolist() == [np.inf, np.inf]
    assert nearest(np.empty((0, 2))).tolist() == []


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nobody_or_nothing_gives_an_empty_matrix(shape):
    empty = np.empty(shape)
    for made in (binary(empty, 5), steps(empty, [5], [1]), attended(empty.astype(bool))):
        assert (made.shape, made.nnz) == (shape, 0)


def test_the_zones_of_the_parameters():
    assert catchment_steps(default_parameters()) == ((10, 20, 30), (1.0, 0.68, 0.22))
    # Whatever ends of the ranges are taken, the zones stay in order.
    names = [name for name in default_parameters().entries if name.startswith("catchment_")]
    assert len(names) == 5
    for number in range(2 ** len(names)):
        entries = default_parameters().entries
        ends = {name: entries[name].range[number >> at & 1] for at, name in enumerate(names)}
        steps(MINUTES, *catchment_steps(default_parameters().replace(**ends)))


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: binary([1, 2], 5), "Orte × Angebote"),
        (lambda: binary([[-1]], 5), "nicht negativ"),
        (lambda: binary([[1]], NO), "Minuten ab 0"),
        (lambda: binary([[1]], -1), "Minuten ab 0"),
        (lambda: steps([[1]], [10, 20], [1]), "gleich viele"),
        (lambda: steps([[1]], [], []), "gleich viele"),
        (lambda: steps([[1]], [20, 10], [1, 0.5]), "richtig ordnen"),
        (lambda: steps([[1]], [10, 20], [0.5, 1]), "richtig ordnen"),
        (lambda: steps([[1]], [10, 20], [1, -1]), "richtig ordnen"),
        (lambda: steps([[1]], [10, 20], [1, NO]), "richtig ordnen"),
        (lambda: decay([[1]], 0), "größer als 0"),
        (lambda: attended([[1, 0]]), "Wahr und Falsch"),
        (lambda: attended([True]), "Wahr und Falsch"),
    ],
)
def test_what_cannot_be_meant_is_refused(work, message):
    with pytest.raises(ValueError, match=message):
        work()
