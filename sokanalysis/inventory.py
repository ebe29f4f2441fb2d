"""Stock-taking: what exists, where, for whom, and how well it is documented."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis import codes
from sokanalysis.codes import COURSE_KINDS, CURRENT_STATUSES
from sokanalysis.schema import OFFERS, TABLES

if TYPE_CHECKING:
    from sokanalysis.region import Region

# What somebody has to know to send a person to an offer, in the order of asking.
ASKED: Final = (
    "place_count", "level_in", "languages", "cost_eur", "has_childcare",
    "is_wheelchair_accessible", "is_online", "minimum_group_count", "waiting_count",
)  # fmt: skip


def offer_counts(region: Region, *columns: str) -> pd.DataFrame:
    """Count today's offers by columns of the table ``offers``.

    Returns
    -------
    DataFrame
        The columns with German labels where they hold codes, and ``offer_count``; largest
        first. Empty without offers.
    """
    offers = region.current_offers
    counts = offers.groupby(list(columns), observed=True).size().rename("offer_count")
    rows = counts.reset_index().sort_values(
        ["offer_count", *columns], ascending=[False, *(True for _ in columns)]
    )
    for name in columns:
        if OFFERS.column(name).kind == "code":
            rows[name] = rows[name].map(OFFERS.column(name).code_list)
    return rows.reset_index(drop=True)


def crosstab(region: Region, rows: str, columns: str) -> pd.DataFrame:
    """Count today's offers by two columns with code lists.

    Returns
    -------
    DataFrame
        Index and columns in German, in the order of the code lists; whole numbers; only codes
        that occur, of the status those of today.
    """
    offers = region.current_offers
    counts = pd.crosstab(offers[rows], offers[columns])
    by_row, by_column = OFFERS.column(rows).code_list, OFFERS.column(columns).code_list
    ordered = counts.reindex(
        index=[code for code in by_row if code in counts.index],
        columns=[code for code in by_column if code in {*counts.columns, *_always(columns)}],
        fill_value=0,
    )
    return ordered.rename(index=by_row, columns=by_column)


def _always(column: str) -> tuple[str, ...]:
    """Return the codes that are shown also where they do not occur."""
    return CURRENT_STATUSES if column == "status" else ()


def courses(region: Region) -> pd.DataFrame:
    """List today's language courses and examinations.

    Returns
    -------
    DataFrame
        ``name``, ``kind``, ``level_in``, ``level_out``, ``status`` (German), ``place`` (names,
        missing where unknown), by kind and name.
    """
    offers = region.current_offers
    rows = offers[offers["kind"].isin([*COURSE_KINDS, "pruefung"])].copy()
    sites = region.offer_sites.merge(region.sites[["site_id", "place"]], on="site_id")
    places = sites.groupby("offer_id")["place"].agg(lambda names: listed(sorted(set(names))))
    rows["place"] = rows["offer_id"].map(places)
    for name in ("kind", "status"):
        rows[name] = rows[name].map(OFFERS.column(name).code_list)
    return rows.sort_values(["kind", "name"]).reset_index(drop=True)


def unlocated_count(region: Region) -> int:
    """Count today's offers without any known place."""
    offers = region.current_offers["offer_id"]
    return int((~offers.isin(region.offer_sites["offer_id"])).sum())


def listed(words: Iterable[str]) -> str:
    """Join words as German prose does: „A, B und C“; „keine“ for none."""
    *head, last = [*words] or ["keine"]
    return f"{', '.join(head)} und {last}" if head else last


def offers_by_target_group(region: Region) -> pd.DataFrame:
    """Count today's offers by target group; an offer counts for each of its groups.

    Returns
    -------
    DataFrame
        ``target_group`` (German) and ``offer_count``, largest first, groups without an offer
        included.
    """
    groups = region.current_offers["target_groups"].explode()
    counts = groups.value_counts().reindex(list(codes.TARGET_GROUPS), fill_value=0)
    rows = counts.rename(index=codes.TARGET_GROUPS).rename_axis("target_group")
    return rows.sort_values(ascending=False, kind="stable").rename("offer_count").reset_index()


def offers_by_municipality(region: Region) -> pd.DataFrame:
    """Count today's offers in every municipality and set them against its people.

    Returns
    -------
    DataFrame
        One row a municipality, also those without offers: ``ags``, ``name``,
        ``population_count``, ``foreigner_count`` (estimated), one column a field of action,
        ``offer_count``, ``place_count`` (documented places) and ``offers_per_1000`` and
        ``places_per_1000`` foreigners (missing where nobody is counted).
    """
    located = _located_offers(region)
    fields = pd.crosstab(located["ags"], located["field"])
    counts = fields.reindex(columns=list(codes.FIELDS), fill_value=0)
    counts["offer_count"] = counts.sum(axis=1)
    counts["place_count"] = located.groupby("ags")["place_count"].sum().astype("int64")
    rows = _municipalities(region).join(counts, on="ags")
    names = [*codes.FIELDS, "offer_count", "place_count"]
    rows[names] = rows[names].fillna(0).astype("int64")
    people = rows["foreigner_count"].where(rows["foreigner_count"] > 0)
    rows["offers_per_1000"] = rows["offer_count"] / people * 1000
    rows["places_per_1000"] = rows["place_count"] / people * 1000
    return rows


def _located_offers(region: Region) -> pd.DataFrame:
    """Return today's offers once for each municipality they take place in."""
    places = region.offer_sites.merge(region.sites[["site_id", "ags"]], on="site_id")
    pairs = places[["offer_id", "ags"]].dropna().drop_duplicates()
    return region.current_offers.merge(pairs, on="offer_id")


def _municipalities(region: Region) -> pd.DataFrame:
    population = region.population.sort_values("date").groupby("ags")["population_count"].last()
    groups = region.groups
    wanted = (groups["area_level"] == "gemeinde") & (groups["group"] == "auslaender")
    latest = groups[wanted].sort_values("date").groupby("area_id")["person_count"].last()
    rows = region.municipalities[["ags", "name"]].copy()
    rows["population_count"] = rows["ags"].map(population).astype("int64")
    rows["foreigner_count"] = rows["ags"].map(latest).fillna(0).astype("int64")
    return rows


def provider_network(region: Region) -> pd.DataFrame:
    """Say which provider works in which field in which places.

    Returns
    -------
    DataFrame
        One row a provider with offers today: ``provider``, ``kind`` (German), one column a
        field with the number of offers, ``offer_count``, ``places`` (names, comma-separated).
    """
    offers = region.current_offers
    fields = pd.crosstab(offers["provider_id"], offers["field"])
    counts = fields.reindex(columns=list(codes.FIELDS), fill_value=0)
    located = region.offer_sites.merge(region.sites[["site_id", "place"]], on="site_id")
    located = offers[["offer_id", "provider_id"]].merge(located, on="offer_id")
    places = located.groupby("provider_id")["place"].agg(
        lambda names: ", ".join(sorted(set(names)))
    )
    rows = region.providers[["provider_id", "name", "kind"]].merge(
        counts, left_on="provider_id", right_index=True
    )
    rows["offer_count"] = rows[list(codes.FIELDS)].sum(axis=1)
    rows["places"] = rows["provider_id"].map(places).astype("str").fillna("Ort nicht bekannt")
    rows["kind"] = rows["kind"].map(codes.PROVIDER_KINDS)
    rows = rows.sort_values(["offer_count", "name"], ascending=[False, True])
    return rows.rename(columns={"name": "provider"}).reset_index(drop=True)


def shared_places(region: Region) -> pd.DataFrame:
    """Say in which places several providers work in the same field.

    Returns
    -------
    DataFrame
        ``place``, ``field`` (German), ``provider_count``, ``providers`` (names); only places
        with at least two providers in a field, most providers first.
    """
    offers = region.current_offers[["offer_id", "provider_id", "field"]]
    rows = offers.merge(region.offer_sites[["offer_id", "site_id"]], on="offer_id")
    rows = rows.merge(region.sites[["site_id", "place"]], on="site_id")
    rows = rows.merge(region.providers[["provider_id", "name"]], on="provider_id")
    pairs = rows[["place", "field", "name"]].drop_duplicates().sort_values("name")
    groups = pairs.groupby(["place", "field"])["name"]
    shared = groups.agg(provider_count="size", providers="; ".join).reset_index()
    shared = shared[shared["provider_count"] > 1]
    shared["field"] = shared["field"].map(codes.FIELDS)
    return shared.sort_values(["provider_count", "place"], ascending=[False, True]).reset_index(
        drop=True
    )


def completeness(region: Region) -> pd.DataFrame:
    """Say what is known about today's offers.

    Returns
    -------
    DataFrame
        ``item`` (German), ``known_count``, ``offer_count`` and ``known_share`` (0–1), from the
        worst to the best known; times and place first counted as documented, not assumed.
    """
    offers = region.current_offers
    documented = region.sessions[region.sessions["quality"] != "angenommen"]["offer_id"]
    located = region.offer_sites[region.offer_sites["quality"] != "angenommen"]["offer_id"]
    known = {
        "Termine (Tag und Uhrzeit)": offers["offer_id"].isin(documented).sum(),
        "Ort": offers["offer_id"].isin(located).sum(),
        **{OFFERS.column(name).title: offers[name].notna().sum() for name in ASKED},
    }
    rows = pd.DataFrame({"item": list(known), "known_count": list(known.values())})
    rows["offer_count"] = len(offers)
    rows["known_share"] = rows["known_count"] / max(len(offers), 1)
    return rows.sort_values("known_share", kind="stable").reset_index(drop=True)


def age_years(region: Region) -> pd.Series[float]:
    """Return how many years ago each of today's offers was last documented, by ``offer_id``."""
    offers = region.current_offers.set_index("offer_id")
    today = pd.Timestamp(region.parameters.reference_date)
    return (today - offers["assured_date"]).dt.days / 365.25


def questions(region: Region) -> pd.DataFrame:
    """List what to ask which provider next.

    Returns
    -------
    DataFrame
        One row a provider with offers today: ``provider``, ``offer_count``,
        ``oldest_years`` (age of its oldest entry), ``open_count`` (unknown items) and ``ask``
        (German, what is missing). Most open items first.
    """
    offers = region.current_offers
    documented = region.sessions[region.sessions["quality"] != "angenommen"]["offer_id"]
    open_items = pd.DataFrame({"Termine": ~offers["offer_id"].isin(documented)})
    for name in ASKED:
        open_items[OFFERS.column(name).title] = offers[name].isna()
    status = pd.DataFrame({"Besteht das Angebot noch?": offers["status"] == "ungeklaert"})
    items = status.join(open_items)
    by_provider = items.groupby(offers["provider_id"]).sum()
    ages = age_years(region).groupby(offers.set_index("offer_id")["provider_id"]).max()
    rows = pd.DataFrame({
        "offer_count": offers.groupby("provider_id").size(), "oldest_years": ages,
        "open_count": by_provider.sum(axis=1),
        "ask": [_ask(row) for _, row in by_provider.iterrows()],
    })  # fmt: skip
    names = region.providers.set_index("provider_id")["name"]
    rows.insert(0, "provider", names.reindex(rows.index))
    return rows.sort_values("open_count", ascending=False, kind="stable").reset_index(drop=True)


def _ask(counts: pd.Series[int]) -> str:
    """Name what is open, or what is known where that is shorter."""
    status, *items = counts.index
    open_items = [str(item) for item in items if counts[item] > 0]
    known = [str(item) for item in items if counts[item] == 0]
    if len(open_items) > len(known):
        asked = f"alle Angaben außer {listed(known)}" if known else "alle Angaben"
    else:
        asked = listed(open_items)
    return f"Fortbestand; {asked}" if counts[status] > 0 else asked


def quality_counts(region: Region) -> pd.DataFrame:
    """Count rows by quality in every table that says it.

    Returns
    -------
    DataFrame
        Index: German title of the table; columns: keys of `codes.QUALITIES`; whole numbers.
    """
    counts = {
        table.title: getattr(region, table.name)["quality"].value_counts()
        for table in TABLES.values()
        if "quality" in (column.name for column in table.columns)
    }
    rows = pd.DataFrame(counts).T.reindex(columns=list(codes.QUALITIES))
    return rows.fillna(0).astype("int64")
