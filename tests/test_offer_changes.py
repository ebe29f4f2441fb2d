"""Changes of offers: each kind planted in the five villages of `tests.conftest.villages`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.offer_changes import CHANGES, OFFER, PROVIDER, SESSION, SITE, offer_changes
from sokanalysis.region import Region
from tests.conftest import COURSE_OFFER, COURSE_SESSION, table, villages

COLUMNS = ["offer_id", "name", "provider", "change", "item", "was", "now"]
TWO_DAYS = COURSE_SESSION | {"weekdays": "Di;Do"}
ADVICE = COURSE_OFFER | {"offer_id": "A2", "name": "Beratung", "kind": "migrationsberatung"}
TWO_PROVIDERS = [
    {"provider_id": "T1", "name": "Volkshochschule", "kind": "vhs"},
    {"provider_id": "T2", "name": "Caritas", "kind": "wohlfahrtsverband"},
]
SITE_ROWS = [
    {"site_id": f"O{n}", "name": name, "address": "Markt 1", "place": "Dorf", "lat": 50.6,
     "lon": 11.7}
    for n, name in enumerate(("Schule", "Rathaus"), start=1)
]  # fmt: skip


def found(before: Region, after: Region) -> list[tuple[str, ...]]:
    """Change, item, was and now; the offer in front where it is not the course."""
    rows = offer_changes(before, after)
    assert list(rows.columns) == COLUMNS
    return list(rows[["change", "item", "was", "now"]].itertuples(index=False, name=None))


def of(*sessions: dict, **tables) -> Region:
    return villages(None, list(sessions), **tables)


def test_nothing_changed():
    rows = offer_changes(villages(), villages())
    assert rows.empty
    assert list(rows.columns) == COLUMNS


def test_an_offer_comes_and_the_other_way_round_it_goes():
    before, after = of(TWO_DAYS), villages([COURSE_OFFER, ADVICE], [TWO_DAYS])
    rows = offer_changes(before, after)
    assert rows.to_numpy().tolist() == [
        ["A2", "Beratung", "Volkshochschule", "neu", OFFER, "–", "Ort und Zeit unbekannt"]
    ]
    assert found(after, before) == [("entfallen", OFFER, "Ort und Zeit unbekannt", "–")]


def test_an_offer_that_ended_is_gone_though_its_row_stays():
    # It ends on 30 June 2026: on the day of the first snapshot it runs, on 22 November it does not.
    made = villages([COURSE_OFFER | {"valid_until_date": "2026-06-30"}], [TWO_DAYS])
    before = made.with_parameters(reference_date=dt.date(2025, 11, 22))
    expected = ("entfallen", OFFER, "Di, Do 09:00–12:00 Uhr, Süd", "beendet am 30.06.2026")
    assert found(before, made) == [expected]


def test_an_offer_of_which_the_status_says_that_it_is_over():
    after = villages([COURSE_OFFER | {"status": "historisch"}], [TWO_DAYS])
    assert found(of(TWO_DAYS), after) == [
        ("entfallen", OFFER, "Di, Do 09:00–12:00 Uhr, Süd", "historisch")
    ]


def test_an_offer_that_runs_in_neither_is_no_change():
    past = [COURSE_OFFER | {"status": status} for status in ("historisch", "abgelaufen")]
    assert found(villages(past[:1]), villages(past[1:])) == []


@pytest.mark.parametrize(
    ("change", "was", "now"),
    [
        ({"start_time": "09:15", "end_time": "12:15"}, "Di, Do 09:00–12:00 Uhr",
         "Di, Do 09:15–12:15 Uhr"),
        ({"weekdays": "Mi;Fr"}, "Di, Do 09:00–12:00 Uhr", "Mi, Fr 09:00–12:00 Uhr"),
    ],
)  # fmt: skip
def test_another_time(change, was, now):
    assert found(of(TWO_DAYS), of(TWO_DAYS | change)) == [("verschoben", SESSION, was, now)]


def test_another_place():
    expected = ("verlegt", SITE, "Süd", "Mitte")
    assert found(of(TWO_DAYS), of(TWO_DAYS | {"site_id": "O2"})) == [expected]


def test_another_time_at_another_place_are_two_changes():
    moved = TWO_DAYS | {"site_id": "O2", "start_time": "08:00"}
    assert found(of(TWO_DAYS), of(moved)) == [
        ("verlegt", SITE, "Süd", "Mitte"),
        ("verschoben", SESSION, "Di, Do 09:00–12:00 Uhr", "Di, Do 08:00–12:00 Uhr"),
    ]


def test_a_whole_course_that_moves_is_one_change():
    days = [COURSE_SESSION | {"session_id": day, "weekdays": day} for day in ("Mo", "Mi")]
    after = of(*(day | {"site_id": "O2"} for day in days))
    assert found(of(*days), after) == [("verlegt", SITE, "Süd", "Mitte")]


def test_a_place_without_a_time_moves_too():
    before, after = (of(offer_sites=[{"offer_id": "A1", "site_id": s}]) for s in ("O1", "O3"))
    assert found(before, after) == [("verlegt", SITE, "Süd", "Nord")]


def test_a_site_that_moves_to_another_address():
    other = [SITE_ROWS[0] | {"address": "Bahnhof 2"}, SITE_ROWS[1]]
    assert found(of(TWO_DAYS, sites=SITE_ROWS), of(TWO_DAYS, sites=other)) == [
        ("verlegt", SITE, "Schule, Markt 1, Dorf", "Schule, Bahnhof 2, Dorf")
    ]


def test_what_is_only_known_better_is_no_move():
    # No address before, a better position, another number for the same site: the same place.
    vague = [SITE_ROWS[0] | {"address": ""}, SITE_ROWS[1]]
    better = [SITE_ROWS[0] | {"lat": 50.7}, SITE_ROWS[1]]
    renumbered = [SITE_ROWS[0] | {"site_id": "O9"}, SITE_ROWS[1]]
    before = of(TWO_DAYS, sites=SITE_ROWS)
    assert found(of(TWO_DAYS, sites=vague), before) == []
    assert found(before, of(TWO_DAYS, sites=better)) == []
    assert found(before, of(TWO_DAYS | {"site_id": "O9"}, sites=renumbered)) == []


def test_one_more_appointment_and_the_other_way_round_one_less():
    more = COURSE_SESSION | {"session_id": "S2", "weekdays": "Mo", "site_id": "O2"}
    text = "Mo 09:00–12:00 Uhr, Mitte"
    assert found(of(TWO_DAYS), of(TWO_DAYS, more)) == [("neu", SESSION, "–", text)]
    assert found(of(TWO_DAYS, more), of(TWO_DAYS)) == [("entfallen", SESSION, text, "–")]


def test_one_more_site():
    sites = [{"offer_id": "A1", "site_id": site} for site in ("O1", "O3")]
    assert found(of(TWO_DAYS), of(TWO_DAYS, offer_sites=sites)) == [
        ("neu", SITE, "–", "Zeit unbekannt, Nord")
    ]


def test_of_two_groups_at_one_time_one_can_go():
    both = [TWO_DAYS, TWO_DAYS | {"session_id": "S2"}]
    assert found(of(*both), of(both[1])) == [
        ("entfallen", SESSION, "Di, Do 09:00–12:00 Uhr, Süd", "–")
    ]


def test_a_time_that_becomes_known_is_not_moved():
    sites = [{"offer_id": "A1", "site_id": "O1"}]
    assert found(of(offer_sites=sites), of(TWO_DAYS, offer_sites=sites)) == [
        ("geändert", SESSION, "Zeit unbekannt", "Di, Do 09:00–12:00 Uhr")
    ]


def test_new_numbers_and_another_order_are_no_change():
    monday = COURSE_SESSION | {"session_id": "S2", "weekdays": "Mo"}
    renumbered = [monday | {"session_id": "S1"}, TWO_DAYS | {"session_id": "S7"}]
    assert found(of(TWO_DAYS, monday), of(*renumbered)) == []
    assert found(of(TWO_DAYS), of(TWO_DAYS | {"weekdays": "Do;Di"})) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"place_count": 12}, ("Plätze", "24", "12")),
        ({"place_count": ""}, ("Plätze", "24", "keine Angabe")),
        ({"has_childcare": "ja"}, ("Kinderbetreuung", "keine Angabe", "ja")),
        ({"level_in": "A2"}, ("Niveau vorher", "keine Angabe", "A2")),
        ({"status": "ungeklaert"}, ("Status", "laufend (belegt)", "Fortbestand nicht belegt")),
        ({"kind": "einstiegskurs"},
         ("Art", "Integrationskurs", "Einstiegs- und Erstorientierungskurs")),
        ({"target_groups": "frauen;zugewanderte"},
         ("Zielgruppen", "Zugewanderte", "Zugewanderte, Frauen")),
        ({"provider_id": "T2"}, (PROVIDER, "Volkshochschule", "Caritas")),
    ],
)  # fmt: skip
def test_another_value(values, expected):
    before = villages(providers=TWO_PROVIDERS)
    after = villages([COURSE_OFFER | values], providers=TWO_PROVIDERS)
    assert found(before, after) == [("geändert", *expected)]


def test_a_provider_with_a_new_name_is_the_same():
    renamed = [TWO_PROVIDERS[0] | {"name": "vhs"}]
    assert found(villages(), villages(providers=renamed)) == []


def test_values_of_an_appointment():
    fetched = TWO_DAYS | {"runs_in_holidays": "ja", "ride_max_km": "7,5"}
    assert found(of(TWO_DAYS), of(fetched)) == [
        ("geändert", "Fahrdienst bis", "keine Angabe", "7,5\N{NO-BREAK SPACE}km"),
        ("geändert", "auch in den Ferien", "nein", "ja"),
    ]


def test_rows_come_by_kind_of_change_then_name():
    offers = [COURSE_OFFER | {"offer_id": f"A{n}", "name": name} for n, name in enumerate("CBA")]
    other = ADVICE | {"offer_id": "A9", "name": "D"}
    before = villages([offers[0] | {"place_count": 1}, offers[1]], [])
    rows = offer_changes(before, villages([offers[0], offers[2], other], []))
    assert rows["change"].tolist() == ["neu", "neu", "entfallen", "geändert"]
    assert rows["name"].tolist() == ["A", "D", "B", "C"]


# --- properties ---------------------------------------------------------------------------------

OFFERS = ("A1", "A2", "A3")
SESSIONS = st.lists(
    st.fixed_dictionaries({
        "offer_id": st.sampled_from(OFFERS), "site_id": st.sampled_from(("O1", "O2", "O3")),
        "weekdays": st.sampled_from(("Mo", "Di;Do")),
        "end_time": st.sampled_from(("12:00", "13:00")),
        "runs_in_holidays": st.sampled_from(("ja", "nein")),
    }),
    max_size=5,
)  # fmt: skip
SITES = st.lists(
    st.tuples(st.sampled_from(OFFERS), st.sampled_from(("O1", "O2"))), max_size=3, unique=True
)
VALUES = st.lists(
    st.sampled_from(({}, {"place_count": 3}, {"status": "historisch"})), min_size=3, max_size=3
)


@cache
def base() -> Region:
    return villages()


@st.composite
def snapshots(draw) -> Region:
    offers = [
        COURSE_OFFER | {"offer_id": offer} | values
        for offer, values in zip(OFFERS, draw(VALUES), strict=True)
    ]
    numbers = draw(st.permutations(range(5)))
    sessions = [
        COURSE_SESSION | {"session_id": f"S{n}"} | row
        for n, row in zip(numbers, draw(SESSIONS), strict=False)
    ]
    sites = [{"offer_id": offer, "site_id": site} for offer, site in draw(SITES)]
    rows = {"offers": offers, "sessions": sessions, "offer_sites": sites}
    return replace(base(), **{name: table(name, given) for name, given in rows.items()})


def described(region: Region) -> dict[str, object]:
    """What there is to say of each offer of today, without any matching."""
    offers = region.current_offers.set_index("offer_id")["place_count"].fillna(-1)
    columns = ["offer_id", "site_id", "weekdays", "end_time", "runs_in_holidays"]
    sessions = list(region.sessions[columns].itertuples(index=False, name=None))
    timed = {row[:2] for row in sessions}
    untimed = set(zip(region.offer_sites["offer_id"], region.offer_sites["site_id"], strict=True))
    rows = Counter([*sessions, *(untimed - timed)])
    return {
        offer: (count, Counter({row: n for row, n in rows.items() if row[0] == offer}))
        for offer, count in offers.items()
    }


@settings(max_examples=30, deadline=None)
@given(snapshots(), snapshots())
def test_exactly_the_offers_that_differ_are_named(before, after):
    was, now = described(before), described(after)
    differ = {offer for offer in {*was, *now} if was.get(offer) != now.get(offer)}
    rows = offer_changes(before, after)
    assert set(rows["offer_id"]) == differ
    assert set(rows["change"]) <= set(CHANGES)
    whole = rows[rows["item"] == OFFER].groupby("change")["offer_id"].agg(set).to_dict()
    assert whole.get("neu", set()) == set(now) - set(was)
    assert whole.get("entfallen", set()) == set(was) - set(now)


@settings(max_examples=15, deadline=None)
@given(snapshots(), snapshots(), st.randoms(use_true_random=False))
def test_swapped_is_the_same_the_other_way_round(before, after, random):
    rows = offer_changes(before, after)
    back = offer_changes(after, before).rename(columns={"was": "now", "now": "was"})
    back["change"] = back["change"].replace({"neu": "entfallen", "entfallen": "neu"})
    assert sorted(back[COLUMNS].to_numpy().tolist()) == sorted(rows.to_numpy().tolist())
    names = ("offers", "sessions", "offer_sites", "sites")
    shuffled = {
        name: (whole := getattr(after, name)).iloc[random.sample(range(len(whole)), len(whole))]
        for name in names
    }
    pd.testing.assert_frame_equal(offer_changes(before, replace(after, **shuffled)), rows)
    assert offer_changes(before, before).empty


def test_the_real_district_a_year_ago(sok):
    # The same folder on another day: only offers with an end in between can differ.
    before = sok.with_parameters(reference_date=dt.date(2025, 11, 22))
    ends = sok.offers.set_index("offer_id")["valid_until_date"]
    ended = ends[(ends >= "2025-11-22") & (ends < "2026-11-22")].index
    rows = offer_changes(before, sok)
    assert set(rows["offer_id"]) <= set(ended)
    assert set(rows["change"]) <= {"entfallen"}
    assert offer_changes(sok, sok).empty
