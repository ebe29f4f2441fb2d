"""Stock-taking on a district of two municipalities, three providers and five offers.

A1 Kurs      T1  sprache_bildung  Schule (Xdorf), Rathaus (Xdorf)   12 places, documented
A2 Treff     T1  teilhabe         Kirche (Ydorf)
A3 Beratung  T2  teilhabe         Kirche (Ydorf)                    Fortbestand ungeklärt
A4 Kurs 2016 T3  sprache_bildung  Schule                            historical: does not count
A5 Hotline   T2  teilhabe         no place
"""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis import codes
from sokanalysis.inventory import (
    ASKED,
    age_years,
    completeness,
    courses,
    crosstab,
    listed,
    offer_counts,
    offers_by_municipality,
    offers_by_target_group,
    provider_network,
    quality_counts,
    questions,
    shared_places,
    unlocated_count,
)
from sokanalysis.schema import TABLES
from tests.conftest import feed, region

X, Y = "16075001", "16075002"
OFFERS = [
    {"offer_id": "A1", "provider_id": "T1", "name": "Kurs", "field": "sprache_bildung",
     "kind": "integrationskurs", "target_groups": "zugewanderte;frauen", "status": "laufend",
     "place_count": 12, "level_in": "ohne", "languages": "Deutsch", "cost_eur": 0,
     "has_childcare": "nein", "is_wheelchair_accessible": "ja", "is_online": "nein",
     "minimum_group_count": 10, "waiting_count": 3, "assured_date": "2025-11-22"},
    {"offer_id": "A2", "provider_id": "T1", "name": "Treff", "field": "teilhabe",
     "kind": "begegnung", "target_groups": "alle", "status": "laufend",
     "assured_date": "2020-11-22"},
    {"offer_id": "A3", "provider_id": "T2", "name": "Beratung", "field": "teilhabe",
     "kind": "migrationsberatung", "target_groups": "zugewanderte", "status": "ungeklaert",
     "assured_date": "2024-11-22"},
    {"offer_id": "A4", "provider_id": "T3", "name": "Kurs 2016", "field": "sprache_bildung",
     "kind": "integrationskurs", "target_groups": "alle", "status": "historisch"},
    {"offer_id": "A5", "provider_id": "T2", "name": "Hotline", "field": "teilhabe",
     "kind": "migrationsberatung", "target_groups": "alle", "status": "laufend"},
]  # fmt: skip
TABLE = {
    "municipalities": [{"ags": X, "name": "Xdorf"}, {"ags": Y, "name": "Ydorf"}],
    "population": [
        {"ags": X, "date": "2022-12-31", "population_count": 900},
        {"ags": X, "date": "2013-12-31", "population_count": 1100},
        {"ags": Y, "date": "2022-12-31", "population_count": 400},
    ],
    "groups": [
        {"area_level": "gemeinde", "area_id": X, "group": "auslaender", "date": "2022-12-31",
         "person_count": 50},
        {"area_level": "gemeinde", "area_id": X, "group": "schutzsuchende", "date": "2025-12-31",
         "person_count": 7},
    ],
    "providers": [
        {"provider_id": "T1", "name": "Volkshochschule", "kind": "vhs"},
        {"provider_id": "T2", "name": "Diakonie", "kind": "wohlfahrtsverband"},
        {"provider_id": "T3", "name": "Verein von früher", "kind": "verein"},
    ],
    "offers": OFFERS,
    "offer_sites": [
        {"offer_id": "A1", "site_id": "O1", "quality": "belegt"},
        {"offer_id": "A1", "site_id": "O2"}, {"offer_id": "A2", "site_id": "O3"},
        {"offer_id": "A3", "site_id": "O3"}, {"offer_id": "A4", "site_id": "O1"},
    ],
}  # fmt: skip
SITES = [
    {"site_id": "O1", "name": "Schule", "place": "Xdorf", "ags": X},
    {"site_id": "O2", "name": "Rathaus", "place": "Xdorf", "ags": X},
    {"site_id": "O3", "name": "Kirche", "place": "Ydorf", "ags": Y},
]
SESSIONS = [
    {"session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo", "quality": "belegt"},
    {"session_id": "S2", "offer_id": "A2", "site_id": "O3", "weekdays": "Mo"},
]


def made(**tables):
    return region([], tables.pop("sites", SITES), SESSIONS, feed({}, {}), **(TABLE | tables))


@pytest.fixture(scope="module")
def district():
    return made()


def test_offers_by_field(district):
    # Four of today: three of participation, one of language.
    rows = offer_counts(district, "field")
    assert rows.to_numpy().tolist() == [
        ["Gesellschaftliche Teilhabe und Mitgestaltung", 3],
        ["Sprache und durchgängige Bildung", 1],
    ]


def test_offers_by_two_columns_of_which_one_has_no_code(district):
    rows = offer_counts(district, "provider_id", "status")
    assert rows.to_numpy().tolist() == [
        ["T1", "laufend (belegt)", 2], ["T2", "laufend (belegt)", 1],
        ["T2", "Fortbestand nicht belegt", 1],
    ]  # fmt: skip


def test_crosstab_in_the_order_of_the_code_lists(district):
    rows = crosstab(district, "field", "status")
    assert rows.columns.tolist() == ["laufend (belegt)", "Fortbestand nicht belegt"]
    assert rows.index.tolist() == [
        "Sprache und durchgängige Bildung", "Gesellschaftliche Teilhabe und Mitgestaltung",
    ]  # fmt: skip
    assert rows.to_numpy().tolist() == [[1, 0], [2, 1]]


def test_courses_with_their_places(district):
    rows = courses(district)
    assert rows[["name", "kind", "status", "place"]].to_numpy().tolist() == [
        ["Kurs", "Integrationskurs", "laufend (belegt)", "Xdorf"]
    ]


def test_offers_without_a_place(district):
    assert unlocated_count(district) == 1


@pytest.mark.parametrize(
    ("words", "text"),
    [([], "keine"), (["A"], "A"), (["A", "B"], "A und B"), (["A", "B", "C"], "A, B und C")],
)
def test_listed(words, text):
    assert listed(words) == text


def test_an_offer_counts_for_each_of_its_target_groups(district):
    rows = offers_by_target_group(district).set_index("target_group")["offer_count"]
    assert len(rows) == len(codes.TARGET_GROUPS)
    assert rows[rows > 0].to_dict() == {"alle Menschen": 2, "Zugewanderte": 2, "Frauen": 1}
    assert rows.is_monotonic_decreasing


def test_offers_by_municipality(district):
    # A1 at two sites of Xdorf is one offer; Ydorf has A2 and A3; A5 is nowhere.
    rows = offers_by_municipality(district).set_index("ags")
    assert rows["offer_count"].to_dict() == {X: 1, Y: 2}
    assert rows["teilhabe"].to_dict() == {X: 0, Y: 2}
    assert rows["place_count"].to_dict() == {X: 12, Y: 0}
    assert rows["population_count"].to_dict() == {X: 900, Y: 400}  # the latest of each
    assert rows["foreigner_count"].to_dict() == {X: 50, Y: 0}
    assert rows.loc[X, ["offers_per_1000", "places_per_1000"]].tolist() == [20, 240]
    assert rows.loc[Y, ["offers_per_1000", "places_per_1000"]].isna().all()


def test_places_outside_the_district_count_for_no_municipality():
    outside = [site | {"ags": ""} for site in SITES]
    assert offers_by_municipality(made(sites=outside))["offer_count"].tolist() == [0, 0]


def test_provider_network(district):
    rows = provider_network(district)
    assert rows["provider"].tolist() == ["Diakonie", "Volkshochschule"]  # two offers each
    assert rows["kind"].tolist() == ["Wohlfahrtsverband", "Volkshochschule"]
    assert rows["offer_count"].tolist() == [2, 2]
    assert rows["sprache_bildung"].tolist() == [0, 1]
    assert rows["places"].tolist() == ["Ydorf", "Xdorf, Ydorf"]


def test_a_provider_whose_place_nobody_knows():
    rows = provider_network(made(offer_sites=[])).set_index("provider")
    assert set(rows["places"]) == {"Ort nicht bekannt"}


def test_shared_places(district):
    # In Ydorf both work for participation; Xdorf has one provider.
    assert shared_places(district).to_numpy().tolist() == [
        ["Ydorf", "Gesellschaftliche Teilhabe und Mitgestaltung", 2, "Diakonie; Volkshochschule"]
    ]


def test_completeness(district):
    # Of four offers only A1 says anything; its site and its times are documented, those of A2
    # are assumed.
    rows = completeness(district).set_index("item")
    assert rows["known_share"].to_dict() == dict.fromkeys(
        ["Termine (Tag und Uhrzeit)", "Ort", *(_title(name) for name in ASKED)], 0.25
    )
    assert set(rows["offer_count"]) == {4}


def _title(name: str) -> str:
    return TABLES["offers"].column(name).title


def test_age_since_the_last_word(district):
    # Seen on 22 November 2026: one, six and two years; of A5 nobody knows.
    ages = age_years(district)
    assert ages.round(2).dropna().to_dict() == {"A1": 1.0, "A2": 6.0, "A3": 2.0}
    assert ages.index[ages.isna()].tolist() == ["A5"]


def test_questions(district):
    # T2: of A3 and A5 nine items and the times are open, and whether A3 still exists: 21.
    # T1: only of A2, 9 items and the (assumed) times: 10.
    rows = questions(district)
    assert rows["provider"].tolist() == ["Diakonie", "Volkshochschule"]
    assert rows["open_count"].tolist() == [21, 10]
    assert rows["offer_count"].tolist() == [2, 2]
    assert rows["oldest_years"].round(1).tolist() == [2.0, 6.0]
    assert rows["ask"].tolist() == ["Fortbestand; alle Angaben", "alle Angaben"]


def test_questions_name_what_is_shorter():
    # Of A1 everything is known but the languages and the costs; of A2 nothing but the costs.
    known = OFFERS[0] | {"languages": "", "cost_eur": ""}
    other = OFFERS[1] | {"provider_id": "T2", "cost_eur": "0"}
    rows = questions(made(offers=[known, other])).set_index("provider")["ask"]
    assert rows["Volkshochschule"] == "Sprachen und Kosten für Teilnehmende"
    assert rows["Diakonie"] == "alle Angaben außer Kosten für Teilnehmende"


# Numbers of measures and what people said in the dialogue are no facts that could be better known.
UNSAID = {"measure_numbers", "items", "rounds", "votes"}
SAYING = [table for name, table in TABLES.items() if name not in UNSAID]


def test_quality_of_every_table(district):
    rows = quality_counts(district)
    assert rows.index.tolist() == [table.title for table in SAYING]
    assert rows.columns.tolist() == list(codes.QUALITIES)
    assert rows.loc["Termine"].to_dict() == {
        "amtlich": 0, "belegt": 1, "gemeldet": 0, "geschaetzt": 0, "angenommen": 1,
    }  # fmt: skip
    assert rows.loc["Unterkünfte"].sum() == 0
    for table in SAYING:
        assert rows.loc[table.title].sum() == len(getattr(district, table.name))


@pytest.fixture(scope="module")
def bare():
    """A district with nothing in its tables."""
    return region([], [], [], feed({}, {}))


@pytest.mark.parametrize(
    "count",
    [
        lambda r: offer_counts(r, "field"), lambda r: crosstab(r, "field", "kind"), courses,
        offers_by_municipality, provider_network, shared_places, age_years, questions,
    ],
    ids=["offer_counts", "crosstab", "courses", "offers_by_municipality", "provider_network",
         "shared_places", "age_years", "questions"],
)  # fmt: skip
def test_nothing_counted_nothing_listed(bare, count):
    assert len(count(bare)) == 0


def test_nothing_counted_is_zero(bare):
    assert offers_by_target_group(bare)["offer_count"].sum() == 0
    assert completeness(bare)["known_share"].tolist() == [0.0] * (len(ASKED) + 2)
    assert quality_counts(bare).sum(axis=None) == 0
    assert unlocated_count(bare) == 0


# --- the real district ---------------------------------------------------------------------------


def test_the_real_district(sok):
    assert len(sok.current_offers) == 41
    assert offer_counts(sok, "field")["offer_count"].sum() == 41
    assert crosstab(sok, "field", "kind").sum(axis=None) == 41
    rows = offers_by_municipality(sok)
    assert len(rows) == 59
    assert (rows["population_count"] > 0).all()
    assert (rows[list(codes.FIELDS)].sum(axis=1) == rows["offer_count"]).all()


def test_questions_of_the_real_district(sok):
    rows = questions(sok)
    assert rows["open_count"].is_monotonic_decreasing
    assert rows["offer_count"].sum() == 41
    assert rows["provider"].notna().all()
    shares = completeness(sok)["known_share"]
    assert shares.between(0, 1).all()
    assert shares.is_monotonic_increasing


def test_quality_counts_of_the_real_district_add_up(sok):
    rows = quality_counts(sok)
    for table in SAYING:
        assert rows.loc[table.title].sum() == len(getattr(sok, table.name))
    assert isinstance(rows, pd.DataFrame)
