"""Poverty and participation: who can take part without a car, and what the fare costs.

These views lie across all fields of action, as `meeting` and `housing` do. They stand
beside needs and gaps and decide nothing there. Their assumptions are parameters of the topic
``teilhabe``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.codes import COURSE_KINDS, FIELDS, STATE_TITLES, STATES
from sokanalysis.reach import ANY_OFFER, state_names
from sokanalysis.yardsticks import GRANT_KINDS, travel_grant

if TYPE_CHECKING:
    from sokanalysis.region import Region

TICKET: Final = "Deutschlandticket"
SINGLE_FARES: Final = "Einzelfahrten"

_WEEKS_A_MONTH: Final = 52 / 12
_UNIT: Final = ["offer_id", "site_id", "settlement_id"]


def without_car(
    region: Region, units: pd.DataFrame, answers: pd.DataFrame, sessions: pd.DataFrame,
    people: pd.Series[int] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Say how many people without a car can take part, and how many could if they had one.

    With a car is who can take part without one, or lives within ``car_max_minutes`` by car of an
    offer with sessions in that season. People without a car are assumed to live everywhere alike.

    Parameters
    ----------
    region : Region
        Gives population, fields and ``carless_share`` with its range.
    units : DataFrame
        As `sokanalysis.supply.attended_offers` gives it.
    answers, sessions : DataFrame
        As `sokanalysis.attendance.attendance` gives them, and the sessions they are about.
    people : Series of int, optional
        People by ``settlement_id``, such as those with a need; all inhabitants by default.

    Returns
    -------
    DataFrame
        One row a field (last `sokanalysis.reach.ANY_OFFER`) and state, both in German:
        ``field``, ``state``; ``carless_count``, ``reached_count`` (of them can take up at least
        one offer), ``car_count`` (could with a car), ``gap_count`` (their difference), each also
        with ``_low`` and ``_high``; ``reached_share``, ``car_share``, ``gap_share`` (0–1, the
        same for every ``carless_share``; 0 without people). Counts are whole people. A season
        without sessions counts nobody. Empty without units.
    """
    if people is None:
        people = region.settlements.set_index("settlement_id")["population_count"]
    entry, total = region.parameters.entries["carless_share"], max(float(people.sum()), 1)
    low, high = (float(str(bound)) for bound in entry.range or (entry.value, entry.value))
    reached = _reached(_with_car(region, units, answers, sessions), people)
    table = reached[["field", "state"]].replace({"state": STATE_TITLES})
    for end, share in (("", float(str(entry.value))), ("_low", low), ("_high", high)):
        table[f"carless_count{end}"] = round(share * float(people.sum()))
        for name in ("reached", "car"):
            table[f"{name}_count{end}"] = (share * reached[name]).round().astype("int64")
        table[f"gap_count{end}"] = table[f"car_count{end}"] - table[f"reached_count{end}"]
    shares = {f"{name}_share": reached[name] / total for name in ("reached", "car")}
    return table.assign(**shares, gap_share=(reached["car"] - reached["reached"]) / total)


def _with_car(
    region: Region, units: pd.DataFrame, answers: pd.DataFrame, sessions: pd.DataFrame
) -> pd.DataFrame:
    """Add state and field, and who gets there by car; each field as itself and any."""
    ways = answers[["session_id", "settlement_id", "car_minutes"]].drop_duplicates()
    ways = ways.merge(sessions[["session_id", "offer_id", "site_id"]], on="session_id")
    rows = units.merge(ways[[*_UNIT, "car_minutes"]].drop_duplicates(_UNIT), on=_UNIT, how="left")
    by_car = rows["car_minutes"] <= region.parameters.car_max_minutes
    fields = rows["offer_id"].map(region.offers.set_index("offer_id")["field"]).map(FIELDS)
    rows = rows.assign(
        state=state_names(rows), field=fields, reached=rows["is_attended"],
        car=rows["is_attended"] | by_car,
    )  # fmt: skip
    return pd.concat([rows, rows.assign(field=ANY_OFFER)])


def _reached(rows: pd.DataFrame, people: pd.Series[int]) -> pd.DataFrame:
    """Return the people who take part by field and state, all four states side by side."""
    keys, names = ["field", "state"], ["reached", "car"]
    anywhere = rows.groupby([*keys, "settlement_id"])[names].any()
    weights = people.reindex(anywhere.index.get_level_values("settlement_id")).fillna(0)
    sums = anywhere.mul(weights.to_numpy(float), axis=0).groupby(level=keys).sum()
    fields = [name for name in (*FIELDS.values(), ANY_OFFER) if name in set(rows["field"])]
    index = pd.MultiIndex.from_product([fields, list(STATES)], names=keys)
    return sums.reindex(index, fill_value=0.0).reset_index()


def fare_cost(
    region: Region, units: pd.DataFrame, sessions: pd.DataFrame, state: str = "schulzeit_rufbus"
) -> pd.DataFrame:
    """Say what the way to each language course costs a month, and who pays it without a grant.

    There and back on every day of the course, or a ticket for the month where that is cheaper.
    Single fares are those of one zone, so where they are cheaper the fare is a lower bound.

    Parameters
    ----------
    region : Region
        Gives population, names and parameters.
    units : DataFrame
        As `sokanalysis.supply.attended_offers` gives it.
    sessions : DataFrame
        The sessions the units are about.
    state : str, default "schulzeit_rufbus"
        Key of `sokanalysis.codes.STATES`.

    Returns
    -------
    DataFrame
        One row a course (`sokanalysis.codes.COURSE_KINDS`) and site in that state, most riders
        first: ``offer_id``, ``site_id``, ``name``, ``place``, ``day_count`` (days a week),
        ``ticket`` (`TICKET` or `SINGLE_FARES`), ``fare_eur`` (a month), ``fare_low_eur``,
        ``fare_high_eur`` (by the range of the single fare), ``over_budget_eur`` (fare less
        ``mobility_budget_eur``; negative is left over), ``bus_person_count`` (inhabitants who
        would come by bus or rail), ``granted_person_count`` (of them from ``grant_walk_min_km``
        on, `sokanalysis.yardsticks.travel_grant`), ``paying_person_count`` and ``paying_share``
        (the others; missing for courses outside the Integrationskursverordnung). Without riders
        the share is 0. Empty without such courses.

    Raises
    ------
    KeyError
        When the state is not known.
    """
    season, with_flex, _ = STATES[state]
    kinds, sites = region.offers.set_index("offer_id"), region.sites.set_index("site_id")
    rows = units[units["offer_id"].map(kinds["kind"]).isin(COURSE_KINDS)]
    rows = rows[(rows["season"] == season) & (rows["with_flex"] == with_flex)]
    counted = [
        _fare(region, sessions[(sessions[_UNIT[:2]] == list(unit)).all(axis=1)], some)
        for unit, some in rows.groupby(_UNIT[:2])
    ]
    table = pd.DataFrame(counted, columns=[*_UNIT[:2], *_FARE_COLUMNS])
    counts = ["granted_person_count", "paying_person_count"]
    table = table.astype(dict.fromkeys(counts, "Int64"))
    ruled = table["offer_id"].map(kinds["kind"]).isin(GRANT_KINDS)
    table[counts] = table[counts].where(ruled)
    share = table["paying_person_count"] / table["bus_person_count"].clip(lower=1)
    table.insert(2, "name", table["offer_id"].map(kinds["name"]))
    table.insert(3, "place", table["site_id"].map(sites["place"]))
    table = table.assign(paying_share=share.astype("Float64"))
    ordered = table.sort_values("bus_person_count", ascending=False, kind="stable")
    return ordered.reset_index(drop=True)


_FARE_COLUMNS: Final = (
    "day_count", "ticket", "fare_eur", "fare_low_eur", "fare_high_eur", "over_budget_eur",
    "bus_person_count", "granted_person_count", "paying_person_count",
)  # fmt: skip


def _fare(region: Region, held: pd.DataFrame, rows: pd.DataFrame) -> tuple[Any, ...]:
    """Return what `fare_cost` says of one course at one site."""
    days = len({day for weekdays in held["weekdays"] for day in weekdays})
    parameters = region.parameters
    low, high = parameters.entries["single_fare_eur"].range or (parameters.single_fare_eur,) * 2
    ticket, trips = float(parameters.month_ticket_eur), 2 * days * _WEEKS_A_MONTH
    fares = [trips * float(str(fare)) for fare in (parameters.single_fare_eur, low, high)]
    paid = [round(min(ticket, fare), 2) for fare in fares]
    over = round(paid[0] - float(parameters.mobility_budget_eur), 2)
    riders = rows.loc[rows["is_attended"] & (rows["mode"] == "bus"), "settlement_id"]
    lived = region.settlements[region.settlements["settlement_id"].isin(riders)]
    people, granted = int(lived["population_count"].sum()), 0
    if len(lived):
        far = travel_grant(replace(region, settlements=lived), held)["person_count"]
        granted = int(far.iloc[0]) if len(far) else 0
    kind = TICKET if fares[0] > ticket else SINGLE_FARES
    key = held[_UNIT[:2]].iloc[0]
    return (*key, days, kind, *paid, over, people, granted, people - granted)
