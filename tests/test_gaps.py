"""Every class of the typology by hand, in the five villages of `tests.conftest.villages`.

Of 5 × 200 foreigners the shares of parameters.yaml make 35 people for the course
(integrationskurs), 7 a village; 10 for alphabetisierung, 15 for berufssprache, 130 for arbeit,
100 for beratung and 150 for begegnung.
"""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.demand import NEEDS
from sokanalysis.errors import NoServiceOnDate
from sokanalysis.gaps import (
    GAP_CLASSES,
    clock,
    fitting_offers,
    gap_table,
    gaps,
    moved_sessions,
    near_offers,
    needs_for_action,
    open_share,
    situation,
)
from sokanalysis.region import Region
from tests.conftest import COURSE_OFFER, COURSE_SESSION, table, villages

SMALL = COURSE_OFFER | {"place_count": 6}  # 6 places × 1.5 runs a year = 9 seats
ADVICE = COURSE_OFFER | {"offer_id": "A2", "kind": "migrationsberatung", "field": "teilhabe"}
WOMEN = COURSE_OFFER | {
    "offer_id": "A3", "kind": "begegnung", "field": "teilhabe", "target_groups": "frauen",
}  # fmt: skip
EVENING = COURSE_SESSION | {
    "session_id": "S4", "offer_id": "A4", "start_time": "19:00", "end_time": "21:00",
}  # fmt: skip


def classes(district: Region, need: str = "integrationskurs") -> dict[tuple[str, str], int]:
    """People by village and class."""
    rows = gaps(district, situation(district))
    rows = rows[rows["need"] == need]
    return dict(
        zip(
            zip(rows["settlement_id"], rows["gap_class"], strict=True),
            rows["person_count"],
            strict=True,
        )
    )


def test_five_villages_five_answers():
    # 9 seats: Süd takes 7 of them (no travel), Mitte gets the other 2, and 5 find no seat.
    # Nord arrives and does not come home; Abseits is late by 3 minutes and would come to the
    # course moved by 15 (arrive by 09:10, leave from 12:20: E 08:58, H 12:25); Fern has no bus.
    assert classes(villages([SMALL])) == {
        ("Süd", "kann_teilnehmen"): 7,
        ("Mitte", "kann_teilnehmen"): 2, ("Mitte", "kein_platz"): 5,
        ("Nord", "kein_heimweg"): 7,
        ("Abseits", "falsche_zeit"): 7,
        ("Fern", "nicht_erreichbar"): 7,
    }  # fmt: skip


def test_with_seats_for_all_nobody_lacks_one():
    # 24 × 1.5 = 36 seats for 14 people who get there and back.
    found = classes(villages())
    assert found[("Mitte", "kann_teilnehmen")] == 7
    assert "kein_platz" not in {name for _, name in found}


@pytest.mark.parametrize(
    ("need", "gap_class", "people"),
    [
        ("beratung", "unbekannt", 20),  # A2 fits, but nobody knows when it takes place
        ("arbeit", "kein_angebot", 26),  # nothing of the kind, nothing near it
        ("alphabetisierung", "falsches_niveau", 2),  # a course is there, at another level
        ("berufssprache", "falsches_niveau", 3),
        ("begegnung", "falsches_niveau", 30),  # the right kind, for women only
    ],
)
def test_classes_that_do_not_depend_on_the_village(need, gap_class, people):
    found = classes(villages([SMALL, ADVICE, WOMEN]), need)
    expected = {(v, gap_class): people for v in ("Süd", "Mitte", "Nord", "Abseits", "Fern")}
    assert found == expected


def test_no_way_home_comes_before_wrong_time():
    # Nord would come home from the course moved by -15 (until 11:45: D at 11:50), and yet what
    # it lacks today is the way home. Without D it is the same class.
    district = villages()
    moved = situation(district).moved
    early = moved[(moved["offer_id"] == "A1|-15") & (moved["settlement_id"] == "Nord")]
    assert early["is_attended"].tolist() == [True]
    assert classes(district)[("Nord", "kein_heimweg")] == 7
    assert classes(villages(trips={"D": []}))[("Nord", "kein_heimweg")] == 7


def test_no_seat_comes_before_no_way_home():
    # A4 in the evening has no seat at all: Mitte cannot get there (no bus) ... with K it can,
    # arrives 18:50 and finds no way home. A1 is full. What Mitte lacks is a seat.
    full = SMALL | {"offer_id": "A4", "place_count": 0}
    district = villages(
        [SMALL, full],
        [COURSE_SESSION, EVENING],
        trips={"K": [("Mitte", "18:30"), ("Süd", "18:50")]},
    )
    units = situation(district).units.set_index(["offer_id", "settlement_id"])
    assert units.loc[("A4", "Mitte"), "reason"] == "keine_rueckfahrt"
    assert classes(district)[("Mitte", "kein_platz")] == 5


def test_one_offer_with_times_takes_a_need_out_of_the_unknown():
    timed = COURSE_SESSION | {"session_id": "S2", "offer_id": "A2"}
    second = ADVICE | {"offer_id": "A5"}
    found = classes(villages([ADVICE, second], [timed]), "beratung")
    assert "unbekannt" not in {name for _, name in found}


def test_an_offer_of_the_past_is_no_offer():
    # Without the course nothing is near: what ended yesterday or is history does not count.
    for past in ({"status": "historisch"}, {"valid_until_date": "2026-11-21"}):
        found = classes(villages([COURSE_OFFER | past]))
        assert {name for _, name in found} == {"kein_angebot"}


def test_late_home_is_no_way_home():
    # The course ends 20:00, K leaves 21:30 and is in Nord at 22:10, after the latest hour.
    late = COURSE_SESSION | {"start_time": "19:00", "end_time": "20:00"}
    trips = {
        "J": [("Nord", "18:00"), ("Süd", "18:40")],
        "K": [("Süd", "21:30"), ("Nord", "22:10")],
    }
    found = classes(villages(None, [late], trips=trips))
    assert found[("Nord", "kein_heimweg")] == 7


def test_a_district_without_sessions():
    found = classes(villages(None, []))
    assert set(found) == {(v, "unbekannt") for v in ("Süd", "Mitte", "Nord", "Abseits", "Fern")}


def test_fitting_and_near_offers():
    district = villages([COURSE_OFFER, ADVICE, WOMEN])
    assert list(fitting_offers(district, "integrationskurs")["offer_id"]) == ["A1"]
    assert near_offers(district, "integrationskurs").empty
    assert list(near_offers(district, "alphabetisierung")["offer_id"]) == ["A1"]
    assert fitting_offers(district, "begegnung").empty
    assert list(near_offers(district, "begegnung")["offer_id"]) == ["A3"]


def test_sessions_are_moved_by_every_step_but_none():
    # 60 minutes in steps of 15: 4 earlier, 4 later.
    moved = moved_sessions(villages(), table("sessions", [COURSE_SESSION]))
    assert moved["offer_id"].tolist() == [
        "A1|-60", "A1|-45", "A1|-30", "A1|-15", "A1|15", "A1|30", "A1|45", "A1|60",
    ]  # fmt: skip
    times = moved.set_index("session_id")[["start_time", "end_time"]]
    assert times.loc["S1|-60"].tolist() == ["08:00", "11:00"]
    assert times.loc["S1|15"].tolist() == ["09:15", "12:15"]


def test_sessions_stay_between_six_and_ten():
    # 06:30 allows 30 earlier; 20:00 to 21:45 allows 15 later.
    early = COURSE_SESSION | {"start_time": "06:30", "end_time": "07:30"}
    late = EVENING | {"start_time": "20:00", "end_time": "21:45"}
    moved = moved_sessions(villages(), table("sessions", [early, late]))
    shifts = moved["offer_id"].str.split("|", expand=True)
    by_offer = shifts.groupby(0)[1].agg(list)
    assert by_offer["A1"] == ["-30", "-15", "15", "30", "45", "60"]
    assert by_offer["A4"] == ["-60", "-45", "-30", "-15", "15"]


def test_an_offer_is_moved_with_all_its_sessions_or_not_at_all():
    # The evening can go 15 later, not 30. Moving the morning alone would drop a session, and the
    # course would seem to need only the morning.
    both = [COURSE_SESSION, EVENING | {"offer_id": "A1", "start_time": "20:00"}]
    both[1]["end_time"] = "21:45"
    moved = moved_sessions(villages(), table("sessions", both))
    counts = moved.groupby("offer_id").size()
    assert set(counts) == {2}
    assert "A1|15" in counts.index
    assert "A1|30" not in counts.index


def test_no_sessions_nothing_to_move():
    assert moved_sessions(villages(), table("sessions", [])).empty


def test_clock():
    assert [clock(0), clock(545), clock(1439.9)] == ["00:00", "09:05", "23:59"]


def test_table_of_classes_adds_up_to_the_demand():
    district = villages([SMALL, ADVICE, WOMEN])
    state = situation(district)
    counts = gap_table(gaps(district, state))
    assert list(counts.columns) == [
        GAP_CLASSES[name]
        for name in (
            "kann_teilnehmen", "unbekannt", "kein_angebot", "falsches_niveau", "kein_platz",
            "kein_heimweg", "falsche_zeit", "nicht_erreichbar",
        )
    ]  # fmt: skip
    assert counts.loc["Integrationskurs A1–B1"].tolist() == [9, 0, 0, 0, 5, 7, 7, 7]
    demand = state.demand.groupby("need")["person_count"].sum()
    titles = {NEEDS[need].title: count for need, count in demand.items()}
    assert counts.sum(axis=1).to_dict() == titles


def test_needs_for_action_rank_the_open_classes():
    district = villages([SMALL])
    rows = gaps(district, situation(district))
    ranked = needs_for_action(district, rows[rows["need"] == "integrationskurs"])
    # 7 each without a way home, at the wrong time, out of reach; then 5 without a seat. Of equals
    # the class that comes first in the alphabet of the codes: falsche_, kein_, nicht_.
    assert ranked[["rank", "gap_class", "person_count"]].to_numpy().tolist() == [
        [1, "falsche Zeit", 7], [2, "kein Heimweg", 7], [3, "nicht erreichbar", 7],
        [4, "kein Platz", 5],
    ]  # fmt: skip
    assert set(ranked["area"]) == {"Dorfbund"}
    assert set(ranked["field"]) == {"Sprache und durchgängige Bildung"}


def test_open_share_by_municipality():
    district = villages([SMALL])
    rows = gaps(district, situation(district))
    rows = rows[rows["need"] == "integrationskurs"]
    # 26 of 35 cannot take part.
    assert open_share(district, rows).to_dict() == {"16075001": pytest.approx(26 / 35)}
    # Two people are fewer than may be shown.
    assert open_share(district, rows.head(1).assign(person_count=2)).empty


def test_without_a_day_of_service_there_is_no_answer():
    district = villages(sessions=[COURSE_SESSION | {"weekdays": "Mo;Sa"}])
    active = district.feed.active
    district.feed.__dict__["active"] = active[active.map(lambda s: "samstag" not in s)]
    with pytest.raises(NoServiceOnDate, match="Samstag"):
        situation(district)


def test_classes_add_up_to_the_demand_in_the_real_district(sok, sok_state):
    rows = gaps(sok, sok_state)
    assert set(rows["gap_class"]) <= set(GAP_CLASSES)
    assert (rows["person_count"] > 0).all()
    for keys in (["settlement_id", "need"], ["ags", "need"], ["ags", "field"]):
        wanted = sok_state.demand.groupby(keys)["person_count"].sum()
        found = rows.groupby(keys)["person_count"].sum().reindex(wanted.index, fill_value=0)
        pd.testing.assert_series_equal(found, wanted, check_dtype=False)
    # Whoever is left over in a village has one reason, not several.
    left = rows[rows["gap_class"] != "kann_teilnehmen"]
    assert not left.duplicated(["settlement_id", "need"]).any()
    assert set(rows["need"]) == set(NEEDS)
