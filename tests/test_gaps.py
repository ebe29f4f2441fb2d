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
    gaps,
    moved_sessions,
    near_offers,
    needs_for_action,
    open_share,
    situation,
)
from sokanalysis.region import Region
from tests.conftest import COURSE_OFFER, COURSE_SESSION, KM_NORTH, feed, region, table, villages

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


CELLS = [f"Z{row}{column}" for row in (1, 2, 3, 4) for column in (1, 2, 3, 4)]


def cells() -> Region:
    """Sixteen cells 5 km apart, 200 foreigners in each; the course A1 is in the corner Z11.

    It wants people there by 08:55 and lets them go at 12:05. The first row comes and goes by bus,
    the second comes and finds none home, the third is 3 minutes late, the fourth has no bus.
    """
    rows = {row: [f"Z{row}{column}" for column in (4, 3, 2, 1)] for row in (1, 2, 3)}
    clocks = {
        "1": ["08:20", "08:30", "08:40", "08:50"],
        "2": ["08:15", "08:25", "08:35", "08:45"],
        "3": ["08:28", "08:38", "08:48", "08:53"],
    }
    out = {row: [*zip(rows[int(row)], times, strict=True)] for row, times in clocks.items()}
    out["2"].append(("Z11", "08:52"))
    out["3"].append(("Z11", "08:58"))
    back = {
        "1 zurück": [*zip(rows[1][::-1], ["12:10", "12:20", "12:30", "12:40"], strict=True)],
        "3 zurück": [("Z11", "12:25"), *zip(rows[3][::-1], ["12:30", "12:35", "12:45", "12:55"],
                                            strict=True)],
    }  # fmt: skip
    stops = {
        name: (50.6 + 5 * KM_NORTH * int(name[1]), 11.5 + 5 / 70.7 * int(name[2])) for name in CELLS
    }
    people = [
        {"settlement_id": name, "name": name, "lat": lat, "lon": lon, "ags": "16075001",
         "population_count": 1000} for name, (lat, lon) in stops.items()
    ]  # fmt: skip
    foreigners = [
        {"area_level": "siedlung", "area_id": name, "group": "auslaender", "date": "2025-12-31",
         "person_count": 200} for name in CELLS
    ]  # fmt: skip
    made = region(
        people, [{"site_id": "O1"} | people[0]], [COURSE_SESSION], feed(stops, out | back),
        municipalities=[{"ags": "16075001", "name": "Feld", "verband_name": "Feld"}],
        groups=foreigners, offers=[SMALL, ADVICE, WOMEN],
    )  # fmt: skip
    return made.with_parameters(bike_max_minutes=0)


def test_each_planted_gap_is_found_as_its_class():
    # 3.5 % of 16 × 200 are 112 for the course, 7 a cell. Of 9 seats Z11 takes 7, without a way,
    # and Z12, nearest by bus (away 40 minutes, Z13 60, Z14 80), the other 2: 5 + 7 + 7 = 19 lack
    # one. Each other row has 4 × 7 = 28.
    found = classes(cells())
    assert {name: count for name, count in found.items() if name[0][1] == "1"} == {
        ("Z11", "kann_teilnehmen"): 7, ("Z12", "kann_teilnehmen"): 2,
        ("Z12", "kein_platz"): 5, ("Z13", "kein_platz"): 7, ("Z14", "kein_platz"): 7,
    }  # fmt: skip
    planted = {"2": "kein_heimweg", "3": "falsche_zeit", "4": "nicht_erreichbar"}
    expected = {(name, planted[name[1]]): 7 for name in CELLS if name[1] in planted}
    assert {name: count for name, count in found.items() if name[0][1] != "1"} == expected


def test_the_classes_of_sixteen_cells_add_up_to_the_demand():
    # 320 of 3200 want advice (20 a cell; nobody knows when it is), 416 work (26; no offer), 32
    # literacy (2; another level), 480 to meet (30; for women only).
    district = cells()
    state = situation(district)
    rows = gaps(district, state)
    counts = rows.pivot_table("person_count", "need", "gap_class", "sum", fill_value=0)
    assert set(counts) == set(GAP_CLASSES)
    assert counts.loc["beratung", "unbekannt"] == 320
    assert counts.loc["arbeit", "kein_angebot"] == 416
    assert counts.loc["alphabetisierung", "falsches_niveau"] == 32
    assert counts.loc["begegnung", "falsches_niveau"] == 480
    course = counts.loc["integrationskurs", list(GAP_CLASSES)]
    assert course.tolist() == [9, 0, 0, 0, 19, 28, 28, 28]
    demand = state.demand.groupby("need")["person_count"].sum()
    assert counts.sum(axis=1).to_dict() == demand.to_dict()


YES, NO, SILENT = ({"has_childcare": word} for word in ("ja", "nein", ""))


def childcare(*offers: dict[str, object]) -> dict[str, int]:
    """People with a need for childcare, 20 % of the 60 of the courses, by class."""
    district = villages(list(offers), [COURSE_SESSION])
    rows = gaps(district, situation(district))
    rows = rows[rows["need"] == "kinderbetreuung"]
    found = rows.groupby("gap_class")["person_count"].sum().to_dict()
    assert sum(found.values()) == 12
    return found


def test_a_course_with_childcare_answers_the_need_for_it():
    # As for the course itself Süd and Mitte come, the three others do not; 2 or 3 people each.
    found = childcare(COURSE_OFFER | YES)
    assert set(found) == {"kann_teilnehmen", "kein_heimweg", "falsche_zeit", "nicht_erreichbar"}
    # 2 places × 1.5 runs a year are 3 seats.
    assert childcare(COURSE_OFFER | YES | {"place_count": 2})["kann_teilnehmen"] == 3


@pytest.mark.parametrize(
    ("offers", "gap_class"),
    [
        ([COURSE_OFFER | NO], "kein_angebot"),
        ([COURSE_OFFER | SILENT], "unbekannt"),  # nobody has asked: not the same as none
        ([COURSE_OFFER | YES | {"target_groups": "ukraine"}], "falsches_niveau"),
        # Childcare at a meeting place does not help who goes to a course.
        ([COURSE_OFFER | NO, WOMEN | YES | {"target_groups": "alle"}], "kein_angebot"),
        ([COURSE_OFFER | NO, ADVICE | SILENT], "kein_angebot"),
    ],
)
def test_courses_without_childcare(offers, gap_class):
    assert childcare(*offers) == {gap_class: 12}


def test_more_childcare_never_takes_anybody_out():
    second = COURSE_OFFER | {"offer_id": "A6", "place_count": 1}
    steps = [(NO, NO), (SILENT, NO), (YES, NO), (YES, SILENT), (YES, YES)]
    able = [childcare(COURSE_OFFER | {"place_count": 1} | one, second | other)
            for one, other in steps]  # fmt: skip
    counts = [found.get("kann_teilnehmen", 0) for found in able]
    assert counts == sorted(counts) and counts[-1] > 0
    # What a course says of childcare changes nothing for whom it teaches.
    assert classes(villages([COURSE_OFFER | YES])) == classes(villages([COURSE_OFFER | NO]))


@pytest.mark.parametrize(
    ("groups", "gap_class"),
    [("ukraine;kinder", "falsches_niveau"), ("kinder", "unbekannt"), ("alle", "unbekannt")],
)
def test_a_class_for_children_of_one_origin_is_for_another_group(groups, gap_class):
    # Half of 190 children: 95. Nobody knows when the lessons are.
    lessons = COURSE_OFFER | {"kind": "schule_daz", "target_groups": groups}
    found = classes(villages([lessons], []), "schule_kita")
    assert {name for _, name in found} == {gap_class}
    assert sum(found.values()) == 95


def test_a_neighbouring_kind_of_offer_counts_as_near():
    # Nobody accompanies apprentices; a job agency is there, or nothing. 15 % of 140 are 21.
    agency = ADVICE | {"kind": "jobvermittlung", "field": "ausbildung_arbeit"}
    for offers, gap_class in (([agency], "falsches_niveau"), ([ADVICE], "kein_angebot")):
        found = classes(villages(offers, []), "ausbildung")
        assert {name for _, name in found} == {gap_class}
        assert sum(found.values()) == 21


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


@pytest.mark.parametrize(("able", "lacking", "is_shown"), [
    (8, 3, True), (0, 3, True), (3, 0, True),
    (8, 2, False), (2, 8, False), (1, 1, False),  # 20 or 80 % of 10 would tell the 2
])  # fmt: skip
def test_no_open_share_tells_a_small_count(able, lacking, is_shown):
    rows = pd.DataFrame({
        "ags": ["16075001"] * 2, "gap_class": ["kann_teilnehmen", "kein_platz"],
        "person_count": [able, lacking],
    })  # fmt: skip
    assert len(open_share(villages(), rows[rows["person_count"] > 0])) == is_shown


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
