"""Portfolio: choices that can be seen, and every choice of small random problems tried out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, linprog

from sokanalysis import portfolio_search
from sokanalysis.errors import NoPortfolio
from sokanalysis.portfolio import Portfolio, Problem, search_for, solve

INF = np.inf
# From the sources of spopt 0.7 (BSD-3), spopt/tests/test_locate/data:
# SF_network_distance_candidateStore_16_censusTract_205_new.csv under this name.
SAN_FRANCISCO = Path(__file__).parent / "data" / "sanfrancisco_distances.csv"


def problem(options, units, people, edges) -> Problem:
    """Tables from rows; what is left out at the end of a row is what is usual."""
    return Problem(
        table(options, option=None, cost_eur=1.0, choice="", fund=""),
        table(units, unit=None, places=INF, minimum_count=0, opened_by="", closed_by=()),
        table(people, person_count=None, weight=1.0, area="A", field="sprache", need="kurs"),
        table(edges, group=None, unit=None, enabled_by=()),
    )


def table(rows, **usual) -> pd.DataFrame:
    filled = [[*row, *list(usual.values())[len(row) :]] for row in rows]
    return pd.DataFrame(filled, columns=list(usual))


def floors(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["area", "field", "share"])


# --- choices that can be seen -------------------------------------------------------------------
#
#              people   Kurs a   Kurs b   Kurs c
#     Nord       10        x        x
#     Mitte       8        x                 x
#     Süd         7                 x        x
#
# Each course costs 1 and turns nobody away. One: a with 10 + 8 = 18 (b 17, c 15). Two: all 25.


def three_courses(places=INF, minimum=0, costs=(1.0, 1.0, 1.0), counts=(10, 8, 7)) -> Problem:
    return problem(
        list(zip("abc", costs, strict=True)),
        [(f"Kurs {n}", places, minimum, n) for n in "abc"],
        [(counts[0], 1.0, "Nord"), (counts[1], 1.0, "Mitte"), (counts[2], 1.0, "Süd")],
        [(0, 0), (0, 1), (1, 0), (1, 2), (2, 1), (2, 2)],
    )


@pytest.mark.parametrize(
    ("budget", "taken", "seated"),
    [
        (0, (), [0, 0, 0]),
        (0.99, (), [0, 0, 0]),
        (1, ("a",), [10, 8, 0]),
        # Any two seat all 25; of equals the first. The third would be useless.
        (2, ("a", "b"), [10, 8, 7]),
        (INF, ("a", "b"), [10, 8, 7]),
    ],
)
def test_three_villages_three_courses(budget, taken, seated):
    found = solve(three_courses(), budget)
    assert (found.taken, found.seated.tolist()) == (taken, seated)
    assert (found.person_count, found.value, found.cost_eur) == (sum(seated),) * 2 + (len(taken),)
    assert (found.is_optimal, found.bound, found.gap) == (True, found.value, 0)
    assert found.seated.dtype == np.int64


def test_of_equals_the_cheapest():
    # Any two courses seat all 25: b and c cost 1.9 together, with a it is at least 2.4.
    assert solve(three_courses(costs=(1.5, 1.0, 0.9)), 9).taken == ("b", "c")


def test_of_equally_cheap_the_fewest():
    # a and b cost 2 and seat all 17; c alone costs 2 and does so too.
    given_ = problem(
        [("a",), ("b",), ("c", 2.0)], [("A", INF, 0, "a"), ("B", INF, 0, "b"), ("C", INF, 0, "c")],
        [(9,), (8,)], [(0, 0), (1, 1), (0, 2), (1, 2)],
    )  # fmt: skip
    assert solve(given_, 5).taken == ("c",)


@pytest.mark.parametrize("is_first", [True, False])
def test_nothing_useless_even_if_it_costs_nothing(is_first):
    given_ = problem([("leer", 0.0), ("a", 0.0)], [("A", INF, 0, "a")], [(4,)], [(0, 0)])
    assert solve(given_, 0, is_first=is_first).taken == ("a",)


def test_any_of_those_worth_most():
    # Any two seat all 25; b and c cost 3, with a it is 11 or more.
    found = solve(three_courses(costs=(10.0, 1.0, 2.0)), 20, is_first=False)
    assert (found.taken, found.is_optimal) == (("b", "c"), True)


def test_weight_counts_more_than_heads():
    # 7 · 1.5 = 10.5 of Süd outweigh 10 of Nord: c with 8 + 10.5 = 18.5, a 18, b 20.5.
    given_ = three_courses()
    given_.people["weight"] = [1.0, 1.0, 1.5]
    found = solve(given_, 1)
    assert (found.taken, found.value, found.person_count) == (("b",), 20.5, 17)


@pytest.mark.parametrize(("places", "people"), [(5.0, 10), (5.9, 10), (0.9, 0), (9.0, 18)])
def test_places_are_full_seats_only(places, people):
    # Two courses of 5 seats seat 10 (of 9 seats: 18); a ninth of a seat seats nobody.
    assert solve(three_courses(places), 2).person_count == people


def test_seats_of_people_alike_are_shared_in_proportion():
    # 20 and 10 with the same ways and 6 seats: 6 · 20/30 = 4 and 6 · 10/30 = 2.
    given_ = problem([("a",)], [("A", 6.0, 0, "a")], [(20,), (10,)], [(0, 0), (1, 0)])
    assert solve(given_, 1).seated.tolist() == [4, 2]


@pytest.mark.parametrize(("minimum", "taken"), [(25, ("a",)), (26, ())])
def test_a_course_needs_its_minimum(minimum, taken):
    # One course for all 25: it takes place with a minimum of 25, not with 26.
    given_ = problem([("a",)], [("A", 99.0, minimum, "a")], [(25,)], [(0, 0)])
    assert solve(given_, 1).taken == taken


@pytest.mark.parametrize(("minimum", "people"), [(10, 10), (11, 6)])
def test_who_sits_anyway_can_fill_a_course(minimum, people):
    # 6 have the meeting place, 4 have nothing. All 10 fill a course for 10: 4 more people.
    given_ = problem(
        [("a",)], [("Treff",), ("Kurs", 12.0, minimum, "a")],
        [(6,), (4,)], [(0, 0), (0, 1), (1, 1)],
    )  # fmt: skip
    assert solve(given_, 1).person_count == people


def test_a_course_of_today_that_cannot_be_filled():
    # Nothing closes it and 3 people do not fill 4 seats; the move closes it.
    given_ = problem([("weg",)], [("A", 9.0, 4, "", ("weg",))], [(3,)], [(0, 0)])
    assert solve(given_, 1).taken == ("weg",)
    with pytest.raises(NoPortfolio, match="Keine Auswahl"):
        solve(given_, 0)


@pytest.mark.parametrize(
    ("only_old", "only_new", "taken"), [(5, 6, ("spät",)), (6, 5, ()), (6, 6, ())]
)
def test_a_moved_session_is_no_longer_at_its_old_time(only_old, only_new, taken):
    given_ = problem(
        [("spät", 0.0, "Termin"), ("abends", 0.0, "Termin")],
        [("alt", INF, 0, "", ("spät", "abends")), ("neu", INF, 0, "spät")],
        [(9,), (only_old,), (only_new,)], [(0, 0), (0, 1), (1, 0), (2, 1)],
    )  # fmt: skip
    assert solve(given_, 9).taken == taken


def test_two_times_of_one_session_exclude_each_other():
    given_ = problem(
        [("16 Uhr", 0.0, "Termin"), ("18 Uhr", 0.0, "Termin")],
        [("A", INF, 0, "16 Uhr"), ("B", INF, 0, "18 Uhr")], [(5,), (6,)], [(0, 0), (1, 1)],
    )  # fmt: skip
    assert solve(given_, 0).taken == ("18 Uhr",)


@pytest.mark.parametrize(
    ("budget", "taken"),
    # The new bus alone brings the 5 to the course of today, the branch alone the 4 who live there;
    # with both another 7 get from the bus to the branch. A bus of the second kind costs 3.
    [(1, ("Bus",)), (2, ("Bus", "Zweig")), (9, ("Bus", "Zweig"))],
)
def test_a_seat_that_needs_two_measures(budget, taken):
    given_ = problem(
        [("Bus",), ("Zweig",), ("Rufbus", 3.0)], [("heute",), ("neu", INF, 0, "Zweig")],
        [(5,), (4,), (7,)],
        [
            (0, 0, (frozenset({"Bus"}), frozenset({"Rufbus"}))),
            (1, 1),
            (2, 1, (frozenset({"Bus"}), frozenset({"Rufbus"}))),
        ],
    )  # fmt: skip
    assert solve(given_, budget).taken == taken


def test_every_fund_pays_its_own():
    # The Land has 2 for its two courses, the district 1: a with its money, c with the district's.
    given_ = three_courses(costs=(2.0, 2.0, 1.0))
    given_.options["fund"] = ["Land", "Land", ""]
    assert solve(given_, 1).taken == ("c",)
    assert solve(given_, 3).taken == ("a", "c")
    assert solve(given_, 1, budgets_by_fund={"Land": 2.0}).taken == ("a", "c")
    assert solve(given_, 0, budgets_by_fund={"Land": INF}).taken == ("a", "b")
    assert solve(given_, 0, budgets_by_fund={"Bund": INF}).taken == ()


def test_an_area_gets_its_floor():
    # With 1, a is worth most, 18. Half of Süd, 3 of 7, are seated only by b (17) or c (15).
    asked = floors(("Süd", "sprache", 0.5))
    assert solve(three_courses(), 1, floors=asked).taken == ("b",)


def test_a_floor_keeps_people_alike_apart():
    # 10 seats for 10 and 10 with the same ways: 5 each, but Süd is to get 8.
    given_ = problem(
        [("a",)], [("A", 10.0, 0, "a")], [(10, 1.0, "Nord"), (10, 1.0, "Süd")], [(0, 0), (1, 0)]
    )
    assert solve(given_, 1).seated.tolist() == [5, 5]
    nord, south = solve(given_, 1, floors=floors(("Süd", "sprache", 0.8))).seated
    assert south >= 8
    assert nord + south == 10


def test_who_sits_anyway_counts_once_for_a_floor():
    # 6 of 10 have the meeting place. That they could fill a course seats none of the other 4.
    given_ = problem([("a",)], [("Treff",), ("Kurs", 6.0, 6, "a")], [(6,), (4,)], [(0, 0), (0, 1)])
    assert solve(given_, 1, floors=floors(("A", "sprache", 0.6))).person_count == 6
    with pytest.raises(NoPortfolio):
        solve(given_, 1, floors=floors(("A", "sprache", 0.7)))


def test_a_floor_is_rounded_down_to_people():
    # 0.29 · 100 is 28.999999999999996 in binary and means 29; 29 seats do, 28 do not.
    for places, does in ((29.0, True), (28.0, False)):
        given_ = problem([], [("A", places)], [(100,)], [(0, 0)])
        asked = floors(("A", "sprache", 0.29))
        if does:
            assert solve(given_, 0, floors=asked).person_count == 29
        else:
            with pytest.raises(NoPortfolio):
                solve(given_, 0, floors=asked)


def test_a_floor_that_cannot_be():
    with pytest.raises(NoPortfolio, match="Mindestanteile"):
        solve(three_courses(), 1, floors=floors(("Nord", "sprache", 1), ("Süd", "sprache", 1),
                                                ("Mitte", "sprache", 0.2)))  # fmt: skip


def test_what_has_to_be_and_must_not_be():
    assert solve(three_courses(), 1, keep=["c"]).taken == ("c",)
    assert solve(three_courses(), 2, without=["a"]).taken == ("b", "c")
    settled = solve(three_courses(), 2, keep=["c"], without=["a", "b"])
    assert (settled.taken, settled.person_count) == (("c",), 15)
    with pytest.raises(NoPortfolio):
        solve(three_courses(), 2, keep=["c"], without=["c"])
    with pytest.raises(NoPortfolio):
        solve(three_courses(), 1, keep=["a", "c"])
    with pytest.raises(KeyError):
        solve(three_courses(), 1, keep=["d"])


def test_the_money_of_the_district_is_given_once():
    with pytest.raises(ValueError, match="budget_eur"):
        solve(three_courses(), 1, budgets_by_fund={"": 5.0})


def test_nothing_to_choose_nobody_there():
    found = solve(problem([], [], [], []), 5)
    assert (found.taken, found.person_count, found.value, found.gap) == ((), 0, 0, 0)
    found = solve(problem([("a",)], [("A", INF, 0, "a")], [(0,)], [(0, 0)]), 5)
    assert (found.taken, found.seated.tolist()) == ((), [0])


def test_the_same_twice():
    found = [solve(three_courses(places=9.0), 2) for _ in range(2)]
    assert found[0].taken == found[1].taken
    assert found[0].seated.tolist() == found[1].seated.tolist()


# --- looked for among few options first ---------------------------------------------------------


@pytest.mark.parametrize("asked", [None, floors(("Süd", "sprache", 1))])
def test_what_is_not_found_among_few_is_found_among_all(asked):
    # Among no options at all nobody has a seat, and a floor cannot be kept.
    search = search_for(three_courses(), 2, floors=asked)
    found = search.most_valuable(search.roofs(), INF)
    assert (found.value, found.bound) == (pytest.approx(25), pytest.approx(25))


@pytest.mark.parametrize("seed", range(4))
def test_three_of_forty_candidates(seed, monkeypatch):
    # 60 places on a square, a candidate reaches 0.2 of its side: all 9,880 choices of three.
    monkeypatch.setattr(portfolio_search, "_LIKELY_TIMES", 1)
    rng = np.random.default_rng(seed)
    home, site, people = rng.random((60, 1, 2)), rng.random((1, 40, 2)), rng.integers(1, 30, 60)
    reach = np.hypot(*np.moveaxis(home - site, 2, 0)) < 0.2
    three = np.array(list(combinations(range(40), 3)))
    worth_of = people @ reach[:, three].any(axis=2)
    most = worth_of.max()
    given_ = problem(
        [(f"m{n}",) for n in range(40)], [(f"u{n}", INF, 0, f"m{n}") for n in range(40)],
        [(count,) for count in people], list(zip(*np.nonzero(reach), strict=True)),
    )  # fmt: skip
    search = search_for(given_, 3)
    roofs = search.roofs()
    assert (roofs.each >= roofs.likely).sum() < 20
    assert roofs.every >= most - 1e-6
    for at, roof in enumerate(roofs.each):
        assert roof >= worth_of[(three == at).any(axis=1)].max() - 1e-6
    found = solve(given_, 3)
    assert (found.person_count, found.is_optimal, len(found.taken)) == (most, True, 3)


# --- what HiGHS does not finish -----------------------------------------------------------------


def late(found: Callable[..., OptimizeResult], x: list[float] | None, bound: float):
    """Stand in for a first search that runs out of time with x in hand; the others run."""
    left = [OptimizeResult(x=None if x is None else np.array(x), status=1, fun=-17.0,
                           mip_dual_bound=-bound)]  # fmt: skip

    def run(*given_: object) -> OptimizeResult:
        return left.pop() if left else found(*given_)

    return run


def test_out_of_time_with_something_in_hand(monkeypatch):
    # b with its 17 is in hand. The search cannot rule out 20, but one euro buys no more than 18
    # even in parts: half of a and half of b would be 10 + 4 + 3.5. So (18 − 17) / 18 is open.
    x = [0, 1, 0, 1, 10, 0, 7]  # options, the switch that is always on, Nord, Mitte, Süd
    run = late(portfolio_search._highs, x, 20.0)
    monkeypatch.setattr(portfolio_search, "_highs", run)
    found = solve(three_courses(), 1)
    assert (found.taken, found.value, found.is_optimal) == (("b",), 17, False)
    assert (found.bound, found.gap) == (pytest.approx(18), pytest.approx(1 / 18))


def test_out_of_time_with_nothing(monkeypatch):
    run = late(portfolio_search._highs, None, 0.0)
    monkeypatch.setattr(portfolio_search, "_highs", run)
    with pytest.raises(NoPortfolio, match="time_limit_s"):
        solve(three_courses(), 1)


# --- a published optimum ------------------------------------------------------------------------


@pytest.mark.skipif(not SAN_FRANCISCO.exists(), reason="the distances are not in the repository")
def test_four_stores_in_san_francisco():
    # Maximal covering, 205 tracts, 16 sites, 5 km, four stores: 875,247 of 955,113 people
    # (spopt, notebook facloc-real-world).
    rows = pd.read_csv(SAN_FRANCISCO)
    tracts = rows.drop_duplicates("DestinationName").reset_index(drop=True)
    sites = list(rows["name"].unique())
    near = rows[rows["distance"] <= 5000]
    at = {name: number for number, name in enumerate(tracts["DestinationName"])}
    given_ = problem(
        [(site,) for site in sites], [(site, INF, 0, site) for site in sites],
        [(count,) for count in tracts["demand"]],
        [(at[tract], sites.index(site))
         for tract, site in zip(near["DestinationName"], near["name"], strict=True)],
    )  # fmt: skip
    found = solve(given_, 4)
    assert given_.people["person_count"].sum() == 955_113
    assert (found.person_count, found.is_optimal, found.cost_eur) == (875_247, True, 4)


# --- every choice tried out ---------------------------------------------------------------------


class Tried(NamedTuple):
    """One choice: what it is worth (None when it cannot be), and how it ranks among equals."""

    taken: tuple[str, ...]
    value: float
    cost: float
    rank: tuple[int, int]


def all_choices(given: Problem, budget, funds=None, floors=(), keep=(), without=()) -> list[Tried]:
    """Try every set of options; possible ones only."""
    options, funds = list(given.options.itertuples()), funds or {}
    found = []
    for size in range(len(options) + 1):
        for part in combinations(range(len(options)), size):
            chosen = [options[at] for at in part]
            taken = tuple(o.option for o in chosen)
            choices = [o.choice for o in chosen if o.choice]
            spent = dict.fromkeys(["", *funds], 0.0)
            for option in chosen:
                spent[option.fund if option.fund in funds else ""] += option.cost_eur
            if (
                len(set(choices)) < len(choices)
                or spent[""] > budget
                or any(spent[fund] > funds[fund] for fund in funds)
                or not set(keep) <= set(taken)
                or set(without) & set(taken)
            ):
                continue
            value = worth(given, set(taken), floors)
            if value is not None:
                found.append(Tried(taken, value, sum(spent.values()), (size, sum(part))))
    return found


def worth(given: Problem, taken: set[str], floors) -> float | None:
    """What a set of options is worth: a transport problem with one variable an edge."""
    units, people = list(given.units.itertuples()), list(given.people.itertuples())
    is_open = [
        (not u.opened_by or u.opened_by in taken) and not set(u.closed_by) & taken for u in units
    ]
    pairs = [
        (e.group, e.unit)
        for e in given.edges.itertuples()
        if is_open[e.unit] and (not e.enabled_by or any(s <= taken for s in e.enabled_by))
    ]
    rows, high = [], []
    for at, group in enumerate(people):
        rows.append([float(g == at) for g, _ in pairs])
        high.append(group.person_count)
    for at, unit in enumerate(units):
        seats = np.array([float(u == at) for _, u in pairs])
        if np.isfinite(unit.places):
            rows.append(seats)
            high.append(np.floor(unit.places))
        if is_open[at]:
            rows.append(-seats)
            high.append(-unit.minimum_count)
    for area, field, share in floors:
        inside = [p.area == area and p.field == field for p in people]
        total = sum(p.person_count for p, is_in in zip(people, inside, strict=True) if is_in)
        rows.append([-float(inside[g]) for g, _ in pairs])
        high.append(-np.floor(round(share * total, 9)))
    if not pairs:
        return 0.0 if min(high) >= 0 else None
    cost = [-people[g].weight for g, _ in pairs]
    solved = linprog(cost, A_ub=np.array(rows), b_ub=high)
    return -solved.fun if solved.status == 0 else None


def best_of(tried: list[Tried]) -> Tried:
    """The choice worth most; of equals the cheapest, then the fewest, then the first."""
    most = max(t.value for t in tried)
    equal = [t for t in tried if t.value > most - 1e-6]
    least = min(t.cost for t in equal)
    return min((t for t in equal if t.cost < least + 1e-6), key=lambda t: t.rank)


def check(given: Problem, found: Portfolio, tried: list[Tried]) -> None:
    """The best of all, and its numbers add up."""
    best = best_of(tried)
    assert found.is_optimal
    assert found.value == pytest.approx(best.value)
    assert found.bound == pytest.approx(best.value)
    assert found.cost_eur == pytest.approx(best.cost)
    same = {t.taken: t for t in tried}[found.taken]
    assert same.value == pytest.approx(best.value)
    assert same.rank == best.rank
    people = given.people
    assert found.person_count == found.seated.sum()
    assert found.value == pytest.approx((found.seated * people["weight"]).sum())
    assert (found.seated >= 0).all()
    assert (found.seated <= people["person_count"]).all()


@st.composite
def problems(draw) -> Problem:
    """Up to 5 options, 5 units and 5 groups, with everything a problem can hold."""
    size = draw(st.integers(0, 5))
    names = [f"m{n}" for n in range(size)]
    some = st.lists(st.sampled_from(names), max_size=2) if names else st.just([])
    one = st.sampled_from(["", "", *names])
    costs = st.sampled_from([0.0, 1.0, 2.0, 2.0, 3.5])
    options = [
        (
            n,
            draw(costs),
            draw(st.sampled_from(["", "", "a", "b"])),
            draw(st.sampled_from(["", "F"])),
        )
        for n in names
    ]
    places = st.sampled_from([INF, INF, 0.0, 2.9, 5.0, 9.0])
    units = [
        (f"u{n}", draw(places), draw(st.sampled_from([0, 0, 0, 3, 6])), draw(one),
         tuple(draw(some)))
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    weights, letters = st.sampled_from([1.0, 1.0, 0.5, 2.25]), st.sampled_from("AB")
    people = [
        (draw(st.integers(0, 8)), draw(weights), draw(letters), draw(letters))
        for _ in range(draw(st.integers(1, 5)))
    ]
    sets = st.lists(some.map(frozenset), max_size=2).map(tuple)
    edges = [
        (g, u, draw(sets))
        for g in range(len(people)) for u in range(len(units)) if draw(st.integers(0, 2))
    ]  # fmt: skip
    return problem(options, units, people, edges)


@settings(max_examples=35, deadline=None)
@given(problems(), st.integers(0, 8), st.sampled_from([None, {"F": 2.0}]))
def test_no_choice_is_better(given_, budget, funds):
    tried = all_choices(given_, budget, funds)
    if tried:
        check(given_, solve(given_, budget, budgets_by_fund=funds), tried)
    else:
        with pytest.raises(NoPortfolio):
            solve(given_, budget, budgets_by_fund=funds)


FLOORS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("AB"), st.sampled_from([0.25, 0.5, 1.0])),
    max_size=3, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(problems(), FLOORS, st.sampled_from(["", "m0", "m1"]), st.sampled_from(["", "m1", "m2"]))
def test_no_choice_is_better_with_more_to_obey(given_, floors, keep, without):
    names = set(given_.options["option"])
    asked = {"keep": names & {keep}, "without": names & {without}}
    tried = all_choices(given_, 6, floors=floors, **asked)
    rows = pd.DataFrame(floors, columns=["area", "field", "share"])
    if tried:
        check(given_, solve(given_, 6, floors=rows, **asked), tried)
    else:
        with pytest.raises(NoPortfolio):
            solve(given_, 6, floors=rows, **asked)
