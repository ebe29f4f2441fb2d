"""Every table of the five villages, derived by hand, and what is withheld of them."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from sokanalysis.export.describe import SECRET, table_texts
from sokanalysis.export.findings import STEPS, Plan, find
from sokanalysis.export.results import plain, result_table, result_tables
from sokanalysis.gaps import GAP_CLASSES
from tests.conftest import COURSE_OFFER, table, villages

POPULATION = [{"ags": "16075001", "date": "2025-12-31", "population_count": 50}]
COURSE = "Integrationskurs A1–B1"


@pytest.fixture(scope="module")
def found():
    return find(villages(population=POPULATION), with_plan=False)


@pytest.fixture(scope="module")
def all_results(found):
    return result_tables(found)


@pytest.fixture(scope="module")
def tables(all_results):
    return {result.text.name: result.rows for result in all_results}


def some(found, *names: str) -> list[pd.DataFrame]:
    return [result_table(found, name).rows for name in names]


def test_every_table_but_those_of_the_plan(all_results, tables):
    assert list(tables) == [name for name in table_texts() if name not in ("massnahmen", "budget")]
    for result in all_results:
        columns = [column.name for column in result.fields]
        assert list(result.rows.columns) == [*columns, *["geometry"] * bool(result.text.geometry)]
        assert isinstance(result.rows, gpd.GeoDataFrame) == bool(result.text.geometry)
        keys = list(result.text.key)
        assert not keys or not result.rows.duplicated(keys).any(), result.text.name
        assert result.source.endswith("Stand 22.11.2026")


def test_what_is_said_about_the_basis(found, all_results):
    told = {result.text.name: result.basis for result in all_results}
    assert told["angebote"] == ()
    assert told["teilnahme_angebote"] == found.region.basis
    assert "Modellfahrplan – Arbeitsannahme" in told["luecken"]
    assert told["bedarf"][0] == "Ausländerinnen und Ausländer: Siedlung 31.12.2025 (angenommen)"


def test_who_reaches_the_course(tables):
    # Süd on foot and Mitte by bus: 20 of 50 inhabitants; there is no course in the holidays.
    offers = tables["teilnahme_angebote"].iloc[0]
    assert offers["schulzeit_linie_share"] == 0.4
    assert pd.isna(offers["ferien_rufbus_share"])
    fields = tables["teilnahme_felder"].set_index("field")
    assert fields["schulzeit_rufbus_people"].tolist() == [20, 20]
    assert fields.loc["irgendein Angebot", "schulzeit_rufbus_share"] == 0.4
    assert tables["teilnahme_gemeinden"]["schulzeit_linie_share"].tolist() == [0.4]
    places = tables["siedlungen"].set_index("name")
    assert places["schulzeit_linie_offers"].to_dict() == {
        "Süd": 1, "Mitte": 1, "Nord": 0, "Abseits": 0, "Fern": 0,
    }  # fmt: skip
    assert places.loc["Mitte", "schulzeit_linie_share"] == 1
    assert places.loc["Nord", "schulzeit_linie_reason"] == "keine Rückfahrt"
    assert places.loc["Fern", "schulzeit_linie_reason"] == "keine Hinfahrt"
    assert places.geometry["Süd"].coords[0] == (11.7, 50.6)


def test_reasons_by_state(tables):
    # Two villages come, one has no way back, two no way there, of five alike.
    told = tables["gruende"]
    now = told[told["state"] == "Schulzeit, nur Linie"].set_index("reason")["pair_share"]
    assert now.to_dict() == {"erreichbar": 0.4, "keine Hinfahrt": 0.4, "keine Rückfahrt": 0.2}
    counted = tables["gruende_siedlungen"]
    assert len(counted) == 5 * 2  # one offer, one row a village and state of the school weeks
    assert (counted["offer_count"] == 1).all()


def test_departures_of_a_school_day(tables):
    # From Nord A; Mitte A and B; Süd C, D and H; Abseits E. Where a trip ends nothing departs.
    stops = tables["haltestellen"].set_index("stop")
    assert stops["schultag_departures"].to_dict() == {
        "Süd": 3, "Mitte": 2, "Nord": 1, "Abseits": 1, "Fern": 0,
    }  # fmt: skip
    assert stops["ferientag_departures"].isna().all()  # nothing was computed for such a day
    assert stops["lines"].fillna("").to_dict()["Fern"] == ""


def test_people_and_gaps(tables):
    # 7 people a village: Süd and Mitte take part, one class each for the others.
    gaps = tables["luecken"]
    course = gaps[gaps["need"] == COURSE].set_index("gap_class")["person_count"]
    assert course.to_dict() == {
        GAP_CLASSES["kann_teilnehmen"]: 14, GAP_CLASSES["kein_heimweg"]: 7,
        GAP_CLASSES["falsche_zeit"]: 7, GAP_CLASSES["nicht_erreichbar"]: 7,
    }  # fmt: skip
    demand = tables["bedarf_gemeinden"].set_index("need")
    assert demand.loc[COURSE, "person_count"] == 35
    low, high = demand.loc[COURSE, ["person_count_low", "person_count_high"]]
    assert low <= 35 <= high
    district = tables["bedarf"].set_index("need")
    assert district.loc[COURSE, "person_count"] == 35
    area = tables["gemeinden"].iloc[0]
    assert area["integrationskurs_count"] == 35
    assert area["municipality"] == "Dorf" and area.geometry is None
    assert tables["luecken_gemeinden"]["person_count"].sum() == gaps["person_count"].sum()


def with_small_count(found):
    """The course alone, one class of it with two people."""
    rows = found.rows[found.rows["need"] == "integrationskurs"].copy()
    rows.loc[rows.index[-1], "person_count"] = 2
    return replace(found, rows=rows)


def test_withheld_counts_are_empty_and_say_so(found):
    small = with_small_count(found)
    for rows in some(small, "luecken", "luecken_gemeinden", "handlungsbedarfe"):
        assert (rows["person_count_hinweis"] == SECRET).tolist() == (
            rows["person_count"].isna().tolist()
        )
        assert rows["person_count"].isna().any()
    demand, areas = some(small, "bedarf_gemeinden", "gemeinden")
    demand = demand.set_index("need")
    assert demand.loc[COURSE, "person_count_hinweis"] == SECRET
    assert pd.isna(demand.loc[COURSE, "person_count_low"])
    assert areas["integrationskurs_count_hinweis"].tolist() == [SECRET]


def test_the_rank_of_what_is_withheld_is_not_told(found):
    # By number of people it would stand between two that are shown.
    (action,) = some(with_small_count(found), "handlungsbedarfe")
    is_gone = action["person_count"].isna()
    assert is_gone.tolist() == sorted(is_gone)
    assert action["rank"].isna().equals(is_gone)
    assert action["rank"].dropna().tolist() == list(range(1, int((~is_gone).sum()) + 1))
    named = action.loc[is_gone, ["field", "need", "gap_class", "area"]]
    assert named.equals(named.sort_values(list(named.columns)))


def test_a_waiting_list_of_two_is_withheld(found):
    offers = [
        COURSE_OFFER | {"offer_id": f"A{at}", "waiting_count": count}
        for at, count in enumerate(("", 2, 12), start=1)
    ]
    region = replace(found.region, offers=table("offers", offers))
    rows = some(replace(found, region=region), "angebote")[0].set_index("offer_id")
    # 14 - 12 would tell the 2: both are withheld, the first is not known.
    assert rows["waiting_count"].isna().all()
    assert rows["waiting_count_hinweis"].fillna("").tolist() == ["", SECRET, SECRET]
    assert rows.loc["A1", "target_groups"] == "Zugewanderte"


def test_few_inhabitants_are_not_told_by_shares(found):
    people = found.region.settlements.assign(
        population_count=pd.array([1, 1, 10, 10, 10], dtype="Int64")
    )
    few = replace(found, region=replace(found.region, settlements=people))
    shares, areas, places = some(few, "teilnahme_gemeinden", "gemeinden", "siedlungen")
    # The two of Süd and Mitte are all who come: a share of 2 in 32 would count them. Their own
    # numbers are withheld with a 10, for 1 and 1 are 2.
    assert shares["schulzeit_linie_share_hinweis"].tolist() == [SECRET]
    assert areas["sprache_bildung_schulzeit_linie_share"].isna().all()
    gone = places["population_count_hinweis"] == SECRET
    assert gone.tolist() == [True, True, True, False, False]


def municipal(found, counts: dict[str, int], *, with_offer: str):
    """Municipalities with so many foreigners, one of them with the course."""
    names = [{"ags": ags, "name": ags, "verband_name": ags} for ags in ("16075001", *counts)]
    groups = [
        {"area_level": "gemeinde", "area_id": ags, "group": "auslaender", "date": "2025-12-31",
         "person_count": count}
        for ags, count in counts.items()
    ]  # fmt: skip
    people = [{"ags": row["ags"], "date": "2025-12-31", "population_count": 99} for row in names]
    region = replace(
        found.region, municipalities=table("municipalities", names),
        groups=pd.concat([found.region.groups, table("groups", groups)]),
        population=table("population", people),
        sites=found.region.sites.assign(ags=with_offer, place="Dorf"),
        offer_sites=table("offer_sites", [{"offer_id": "A1", "site_id": "O1"}]),
    )  # fmt: skip
    return some(replace(found, region=region), "gemeinden")[0].set_index("ags")


def test_foreigners_of_a_document_stay_and_others_hide_the_small_one(found):
    counts = {"16075002": 2, "16075003": 9, "16075004": 30}
    # 41 - 39 would tell the 2: the 9 goes too. Where the document names the 9, the 30 goes.
    left = municipal(found, counts, with_offer="16075002")["foreigner_count"]
    assert left.isna()[list(counts)].tolist() == [True, True, False]
    rows = municipal(found, counts, with_offer="16075003")
    assert rows["foreigner_count"].isna()[list(counts)].tolist() == [True, False, True]
    assert rows.loc["16075003", "offers_per_1000"] == 111.1  # one offer for nine
    assert rows.loc["16075004", "offers_per_1000_hinweis"] == SECRET


NUMBERS = ("start_value", "target_value", "gained_count", "gained_count_holidays",
           "cost_per_person_eur", "lost_count")  # fmt: skip


def test_measures_say_what_is_withheld_and_what_is_not_computed(found):
    columns = [c.name for c in table_texts()["massnahmen"].columns]
    rows = pd.DataFrame(
        [
            {"number": "S1", "lever_code": "verschieben", "need_keys": ("integrationskurs",),
             "start_value": 14.0, "target_value": 16.0, "is_chosen": True, "steps": ["a", "b"]},
            {"number": "S2", "lever_code": "plaetze", "need_keys": (), "is_chosen": False,
             "gained_count": 7.0, "cost_per_person_eur": 10 / 3, "steps": []},
            {"number": "Q1", "lever_code": "sonstige", "need_keys": (), "is_chosen": True,
             "steps": []},
        ],
        columns=[*columns, "lever_code", "need_keys"],
    ).astype(dict.fromkeys(NUMBERS, float))  # fmt: skip
    curve = pd.DataFrame(
        {"budget_eur": [0, 500], "cost_eur": [0, 500], "gained_count": [0, 2], "added": ["", "S1"]}
    )
    told, budget = some(replace(found, plan=Plan(rows, curve)), "massnahmen", "budget")
    told = told.set_index("number")
    assert told.loc["S1", "steps"] == "a\nb"
    assert told.loc["S1", "start_value"] == 14
    hints = {n: told[f"{n}_hinweis"].fillna("").tolist() for n in ("gained_count", "lost_count")}
    # Computed and missing is withheld; what only a chosen measure has is missing elsewhere.
    assert hints == {"gained_count": [SECRET, "", ""], "lost_count": [SECRET, "", ""]}
    assert told.loc["S2", "cost_per_person_eur"] == 3.33
    assert budget["curve_count"].fillna(-1).tolist() == [0, -1]
    assert budget["curve_count_hinweis"].fillna("").tolist() == ["", SECRET]


def test_a_start_value_is_withheld_where_the_gaps_withhold_it(found):
    small = with_small_count(found)
    able = small.rows["gap_class"] == "kann_teilnehmen"
    rows = small.rows.assign(person_count=small.rows["person_count"].where(~able, 1))
    columns = [c.name for c in table_texts()["massnahmen"].columns]
    measures = pd.DataFrame(
        [{"number": "S1", "lever_code": "verschieben", "need_keys": ("integrationskurs",),
          "start_value": 14.0, "target_value": 20.0, "gained_count": 6.0, "is_chosen": False,
          "steps": []}],
        columns=[*columns, "lever_code", "need_keys"],
    )  # fmt: skip
    curve = pd.DataFrame(columns=["budget_eur", "cost_eur", "gained_count", "added"])
    planned = replace(found, rows=rows, plan=Plan(measures, curve))
    told = some(planned, "massnahmen")[0].iloc[0]
    assert told["gained_count"] == 6
    assert told["start_value_hinweis"] == told["target_value_hinweis"] == SECRET


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\r\nb\rc", "a\nb\nc"), ("a\tb", "a b"), ("a\x00b\x07", "ab"), ("\ud800x\uffff", "x"),
        (" x ", "x"), ("=1+1", "=1+1"), ("<b>", "<b>"), ("„Größe“ 😀", "„Größe“ 😀"),
    ],
)  # fmt: skip
def test_text_is_plain(text, left):
    assert plain(text) == left


def test_steps_are_told(monkeypatch):
    from sokanalysis.export import findings

    said: list[str] = []
    monkeypatch.setattr(findings, "attendance", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        find(villages(), say=said.append)
    assert said == [STEPS[0]]
