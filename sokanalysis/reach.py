"""How many people reach what: by offer, field, area, mode and reason, weighted by population."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import FIELDS, REASONS, STATE_TITLES, STATES

if TYPE_CHECKING:
    from sokanalysis.region import Region

# What becomes of an offer: a course that meets at several times can be reached in part only.
OUTCOMES: Final = REASONS | {"nur_teilweise": "nicht alle Termine"}
ANY_OFFER: Final = "irgendein Angebot"


def state_names(rows: pd.DataFrame) -> pd.Series[str]:
    """Return the key of `STATES` for rows with ``season`` and ``with_flex``."""
    names = {(season, flex): name for name, (season, flex, _) in STATES.items()}
    pairs = zip(rows["season"], rows["with_flex"], strict=True)
    return pd.Series([names[pair] for pair in pairs], index=rows.index, dtype="str")


def outcomes(units: pd.DataFrame) -> pd.Series[str]:
    """Return the key of `OUTCOMES` for rows of `sokanalysis.supply.attended_offers`."""
    partly = ~units["is_attended"] & (units["reason"] == "erreichbar")
    reached = units["reason"].where(~units["is_attended"], "erreichbar")
    return reached.where(~partly, "nur_teilweise")


def _weighted(region: Region, units: pd.DataFrame) -> pd.DataFrame:
    """Add state, field and population, and the people who can take part."""
    people = region.settlements.set_index("settlement_id")["population_count"]
    offers = region.offers.set_index("offer_id")
    rows = units.assign(
        state=state_names(units), field=units["offer_id"].map(offers["field"]),
        population_count=units["settlement_id"].map(people).astype("int64"),
    )  # fmt: skip
    return rows.assign(reached_count=rows["population_count"].where(rows["is_attended"], 0))


def share_by_offer(region: Region, units: pd.DataFrame) -> pd.DataFrame:
    """Return for every offer at every site the share of people who can take part.

    Parameters
    ----------
    region : Region
        Gives population and names.
    units : DataFrame
        As `sokanalysis.supply.attended_offers` gives it.

    Returns
    -------
    DataFrame
        ``offer_id``, ``name``, ``field``, ``place``, ``is_assumed`` (whether its times are a
        working assumption) and one column a key of `STATES` (0–1, missing where the offer has
        no session in that season); furthest reaching first. Empty without units.
    """
    rows = _weighted(region, units)
    sums = rows.groupby(["offer_id", "site_id", "state"])[
        ["reached_count", "population_count"]
    ].sum()
    shares = (sums["reached_count"] / sums["population_count"]).unstack("state")
    table = shares.reindex(columns=list(STATES)).reset_index()
    offers, sites = region.offers.set_index("offer_id"), region.sites.set_index("site_id")
    quality = region.sessions.groupby("offer_id")["quality"].agg(lambda q: "angenommen" in set(q))
    table.insert(1, "name", table["offer_id"].map(offers["name"]))
    table.insert(2, "field", table["offer_id"].map(offers["field"]))
    table.insert(3, "place", table["site_id"].map(sites["place"]))
    table.insert(4, "is_assumed", table["offer_id"].map(quality))
    return table.sort_values("schulzeit_rufbus", ascending=False, kind="stable").reset_index(
        drop=True
    )


def share_by_field(region: Region, units: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return the share of people who can take up at least one offer of each field.

    Parameters
    ----------
    region, units
        As in `share_by_offer`.
    by : str, optional
        Column of the settlements to group by (``ags``); the whole district by default.

    Returns
    -------
    DataFrame
        ``by`` if given, ``field``, and one column a key of `STATES` (0–1, missing where no
        offer of the field has a session). An area without people is left out.
    """
    rows = _weighted(region, units)
    if by is not None:
        rows[by] = rows["settlement_id"].map(region.settlements.set_index("settlement_id")[by])
    group = [by] if by is not None else []
    keys = [*group, "field", "state"]
    any_offer = rows.groupby([*keys, "settlement_id"])[["reached_count", "population_count"]].max()
    sums = any_offer.groupby(level=keys).sum()
    sums = sums[sums["population_count"] > 0]
    shares = (sums["reached_count"] / sums["population_count"]).unstack("state")
    return shares.reindex(columns=list(STATES)).reset_index()


def people_by_field(region: Region, units: pd.DataFrame) -> pd.DataFrame:
    """Count the people who can take up at least one offer of each field, and of any field.

    Parameters
    ----------
    region, units
        As in `share_by_offer`.

    Returns
    -------
    DataFrame
        ``field`` (German, in the order of `FIELDS`, the last row `ANY_OFFER`) and one column
        ``<state>_people`` a key of `STATES`: inhabitants, whole numbers, 0 where no offer of
        the field has a session in that season. Who reaches several fields counts once in the
        last row. Fields without units do not appear; empty without units.
    """
    rows = _weighted(region, units)
    rows = pd.concat([rows.assign(field=rows["field"].map(FIELDS)), rows.assign(field=ANY_OFFER)])
    places = rows.groupby(["field", "state", "settlement_id"])["reached_count"].max()
    people = places.groupby(level=["field", "state"]).sum().unstack("state")
    fields = [field for field in (*FIELDS.values(), ANY_OFFER) if field in people.index]
    table = people.reindex(index=fields, columns=list(STATES)).fillna(0).astype("int64")
    return table.add_suffix("_people").rename_axis(columns=None).reset_index()


def offers_within_reach(region: Region, units: pd.DataFrame) -> pd.DataFrame:
    """Count the offers that can be taken up from every settlement.

    Returns
    -------
    DataFrame
        The columns of the settlements, ``municipality`` and for each key of `STATES` a column
        ``<state>_offers`` (whole numbers), in the order of the settlements.
    """
    rows = units.assign(state=state_names(units))
    attended = rows.groupby(["settlement_id", "state", "offer_id"])["is_attended"].any()
    counts = attended.groupby(level=["settlement_id", "state"]).sum().unstack("state")
    counts = counts.reindex(index=region.settlements["settlement_id"], columns=list(STATES))
    counts = counts.fillna(0).astype("int64").add_suffix("_offers")
    names = region.municipalities.set_index("ags")["name"]
    table = region.settlements.join(counts, on="settlement_id")
    return table.assign(municipality=table["ags"].map(names))


def offer_panels() -> dict[str, str]:
    """Return the columns of `offers_within_reach` with the German name of their state."""
    return {f"{state}_offers": title for state, title in STATE_TITLES.items()}


def share_by_reason(region: Region, units: pd.DataFrame) -> pd.DataFrame:
    """Say what happens when everybody tries every offer once.

    Returns
    -------
    DataFrame
        Index: German names of the states; columns: German names of the reasons that occur, in
        the order of `OUTCOMES`; shares of all pairs of person and offer (0–1, rows add to 1).
    """
    rows = _weighted(region, units)
    rows["reason"] = outcomes(rows)
    sums = rows.groupby(["state", "reason"])["population_count"].sum().unstack("reason")
    shares = sums.div(sums.sum(axis=1), axis=0).fillna(0)
    shares = shares.reindex(index=list(STATES), columns=[r for r in OUTCOMES if r in shares])
    return shares.dropna().rename(index=STATE_TITLES, columns=OUTCOMES)


def share_by_mode(region: Region, answers: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Compare the ways of getting to a session in school weeks, each on its own.

    Parameters
    ----------
    region : Region
        Gives population and limits.
    answers : DataFrame
        As `sokanalysis.attendance.attendance` gives it.
    sessions : DataFrame
        The sessions the answers are about.

    Returns
    -------
    DataFrame
        Index: German name of the field; columns: German names of the ways; mean share of
        people who can attend a session of the field (0–1). The car is a yardstick.
    """
    parameters, is_flex = region.parameters, answers["with_flex"]
    by_bus = answers["transit_reason"] == "erreichbar"
    ways = pd.DataFrame({
        "zu Fuß": answers["walk_minutes"] <= parameters.walk_max_minutes,
        "Rad": answers["bike_minutes"] <= parameters.bike_max_minutes,
        "Bus und Bahn": by_bus.where(~is_flex),
        "mit Rufbus": by_bus.where(is_flex),
        "Auto": answers["car_minutes"] <= parameters.car_max_minutes,
    }).astype(float)  # fmt: skip
    in_school = answers["day_type"] != "ferientag"
    fields = sessions.set_index("session_id")["offer_id"].map(
        region.offers.set_index("offer_id")["field"]
    )
    people = region.settlements.set_index("settlement_id")["population_count"]
    weight = answers["settlement_id"].map(people).astype(float)
    field = answers["session_id"].map(fields)[in_school]
    weights = ways[in_school].notna().mul(weight[in_school], axis=0)
    reached = ways[in_school].fillna(0) * weights
    shares = reached.groupby(field).sum() / weights.groupby(field).sum()
    return shares.rename(index=FIELDS).rename_axis("Handlungsfeld")
