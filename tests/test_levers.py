"""Levers on offers that exist and on new ones: what they change, cost and open, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sokanalysis.changes import changed
from sokanalysis.codes import LEVERS
from sokanalysis.demand import COURSE_NEEDS
from sokanalysis.levers import existing, new
from sokanalysis.levers.candidate import lever_words, likely_provider, provider_name
from sokanalysis.schema import TABLES
from sokanalysis.validation import reference_problems, table_problems
from sokanalysis.versions import Reach, versions_of
from tests.cases import (
    ADVICE,
    ADVICE_SESSION,
    BACK,
    COURSE,
    SITES,
    WINDOWS,
    by_key,
    demand_in,
    found_in,
    gains,
    hall,
    town,
)
from tests.conftest import COURSE_OFFER, COURSE_SESSION

JOBS = ADVICE | {"offer_id": "B2", "kind": "aktivierung", "field": "ausbildung_arbeit"}
JOBS_SESSION = ADVICE_SESSION | {"session_id": "R2", "offer_id": "B2", "weekdays": "Di;Do"}


@pytest.fixture(scope="module")
def plain():
    """The course in Süd and nothing else."""
    return town()


@pytest.fixture(scope="module")
def fern():
    """The course in Süd, and a town hall in Fern where no bus goes."""
    return town(buildings=[hall("Fern")])


@pytest.fixture(scope="module")
def advised():
    """Advice in Süd on Tuesdays, for everybody; people come as they do to the course."""
    return town([ADVICE], [ADVICE_SESSION])


def price(region, candidate):
    return candidate.cost_eur(region.parameters)


def opened(region, found):
    """From which villages each new version can be taken up, by the key of its candidate."""
    versions = versions_of(region, found)
    table = Reach(region, versions, found).under(region)
    names = region.settlements["name"].to_numpy()
    return {v.opened_by: set(names[row]) for v, row in zip(versions, table, strict=True)}


def rows(candidate, table):
    return candidate.change.rows.get(table, [])


# -- another time ----------------------------------------------------------------------------------


def test_each_shift_reaches_the_people_the_timetable_says(plain):
    # Today                    Süd, Mitte
    # 15 to 60 earlier         Süd; Mitte with A (07:40) and C; Nord with A and D (11:50)
    # 15 later, 09:15–12:15    Süd; Mitte, B and C (12:25 from 12:20 on); Abseits, E and H
    # 30 later and more        C and H have gone at 12:35: only Süd
    found = opened(plain, existing.moves(plain))
    early, later, late = {"Süd", "Mitte", "Nord"}, {"Süd", "Mitte", "Abseits"}, {"Süd"}
    times = [early] * 4 + [later] + [late] * 3
    assert list(found.values()) == [{"Süd", "Mitte"}, *times]
    # 7 people a village: with 15 later 21 instead of 14, with 30 later 7.
    moves = by_key(existing.moves(plain))
    assert gains(plain, moves["verschieben|A1@O1|+15"].change) == {COURSE: 7}
    assert gains(plain, moves["verschieben|A1@O1|+30"].change) == {COURSE: -7}


def test_a_move_ends_the_session_and_holds_it_at_another_time(plain):
    move = by_key(existing.moves(plain))["verschieben|A1@O1|+15"]
    assert move.change.ended == {"S1"}
    assert set(move.change.rows) == {"sessions"}
    after = changed(plain, move.change).sessions
    assert len(after) == 1
    expected = ("A1", "O1", ("Mo", "Di", "Mi", "Do", "Fr"), "09:15", "12:15", False)
    columns = ["offer_id", "site_id", "weekdays", "start_time", "end_time", "runs_in_holidays"]
    assert tuple(after.iloc[0][columns]) == expected
    assert (move.words["shift"], move.words["place"]) == ("um 15 Minuten später", "Süd")


def test_a_move_has_one_price_with_a_range(plain):
    # 500 € whatever the time, 0 to 2,000 €.
    for move in existing.moves(plain):
        assert price(plain, move) == 500
        assert move.cost_range_eur(plain.parameters) == (0, 2000)
    assert {move.choice for move in existing.moves(plain)} == {"termin|A1@O1"}


def test_no_session_leaves_the_day():
    # 06:15 can go to 06:00 and not before; 60 later is 07:15: −15, +15, +30, +45, +60.
    early = COURSE_SESSION | {"start_time": "06:15", "end_time": "09:15"}
    keys = [c.key.split("|")[-1] for c in existing.moves(town(None, [early]))]
    assert keys == ["-15", "+15", "+30", "+45", "+60"]


def test_an_offer_outside_the_district_is_not_moved():
    outside = {"site_id": "O1", "name": "Schule", "place": "Gera", "lat": 50.6, "lon": 11.7}
    district = town(sites=[outside])
    assert existing.moves(district) == []
    assert existing.rides(district) == []
    assert existing.childcare(district) == []


def test_what_is_held_at_two_sites_is_moved_at_one_of_them():
    # Also at Fern (O5), where Fern walks: 21 today. Moving the one of Süd by 15 brings Abseits,
    # and Fern stays. Each site has its own new time.
    second = COURSE_SESSION | {
        "session_id": "S2", "site_id": "O5", "start_time": "13:00", "end_time": "16:00",
    }  # fmt: skip
    district = town(None, [COURSE_SESSION, second])
    found = by_key(existing.moves(district))
    assert len(found) == 16
    assert found["verschieben|A1@O5|+15"].change.ended == {"S2"}
    assert gains(district, found["verschieben|A1@O1|+15"].change) == {COURSE: 7}


def test_what_is_on_one_day_only_moves_between_weekend_and_week():
    def other_days(*weekdays):
        sessions = [ADVICE_SESSION | {"session_id": f"R{n}", "weekdays": days}
                    for n, days in enumerate(weekdays)]  # fmt: skip
        found = existing.moves(town([ADVICE], sessions))
        return {c.key.split("|")[-1]: c.words["shift"] for c in found} | {"": ""}

    assert other_days("Di").get("Sa") == "auf Sa"
    assert other_days("So").get("Mi") == "auf Mi"
    for several in (["Di;Do"], ["Di", "Do"]):
        assert not {"Sa", "Mi"} & set(other_days(*several))


def test_nothing_is_moved_to_a_saturday_that_the_timetable_does_not_know(advised):
    active = advised.feed.active
    weekdays = active[[date.day_of_week != 5 for date in active.index]]
    without = replace(advised, feed=replace(advised.feed, active=weekdays))
    assert "verschieben|B1@O1|Sa" in by_key(existing.moves(advised))
    assert "verschieben|B1@O1|Sa" not in by_key(existing.moves(without))


# -- seats, childcare, rides, mediation ------------------------------------------------------------


def test_a_second_group_gives_seats_to_who_comes_already():
    # 6 places are 9 seats a year, for the 14 who come. A group of ten brings 15 seats more:
    # 14 − 9 = 5 people. 10 places × 1.5 runs × 3,200 € = 48,000 €.
    district = town([COURSE_OFFER | {"place_count": 6}])
    [group] = existing.more_places(district)
    assert rows(group, "offers")[0]["place_count"] == 10
    assert gains(district, group.change) == {COURSE: 5}
    assert price(district, group) == 48_000
    after = changed(district, group.change)
    assert len(after.sessions) == len(after.offers) == 2
    assert after.sessions["start_time"].tolist() == ["09:00", "09:00"]


def test_childcare_opens_a_course_to_parents_who_reach_it(plain):
    # 5 × 3 hours × 44 weeks × 25 € = 16,500 €. Süd and Mitte reach it.
    [care] = existing.childcare(plain)
    need = "kinderbetreuung"
    assert price(plain, care) == 16_500
    assert gains(plain, care.change) == {need: demand_in(plain, need, "Süd", "Mitte")}


def test_where_children_are_looked_after_nothing_has_to_be_added():
    assert existing.childcare(town([COURSE_OFFER | {"has_childcare": "ja"}])) == []


def test_a_ride_takes_seats_that_exist(plain):
    # 24 places become 5 with a ride and 19 without: 7 and 28 seats (7.5 and 28.5). The ride
    # reaches all five villages (10 km and less): 14 on the 28 seats and 7 more.
    # 5 people × 2 × 7.5 km × 1.4 × 220 days × 3.30 € = 76,230 €.
    [ride] = existing.rides(plain)
    assert ride.change.ended == {"S1"}
    assert [row["place_count"] for row in rows(ride, "offers")] == [5, 19]
    assert gains(plain, ride.change) == {COURSE: 7}
    assert price(plain, ride) == pytest.approx(76_230)
    assert ride.choice == "termin|A1@O1"


def test_who_lives_further_is_not_fetched(plain):
    # Straight lines: Mitte, Abseits and Fern 5 km, Nord 10 km.
    near = plain.with_parameters(ride_max_km=7)
    found = existing.rides(near)
    [_, fetched, rest] = versions_of(near, found)
    table = Reach(near, [fetched, rest], found).under(near)
    names = near.settlements["name"].to_numpy()
    assert set(names[table[0]]) == {"Süd", "Mitte", "Abseits", "Fern"}
    assert set(names[table[1]]) == {"Süd", "Mitte"}


def test_a_small_course_is_not_made_larger_by_a_ride():
    # 4 places are 6 seats, with or without a ride.
    [ride] = existing.rides(town([COURSE_OFFER | {"place_count": 4}]))
    assert [row["place_count"] for row in rows(ride, "offers")] == [4, 0]


def test_a_ride_to_one_site_leaves_the_other_as_it_is():
    # Two groups of 4 (6 seats each), in Süd (for Süd and Mitte) and in Fern (for Fern): 12 sit.
    # The ride to Süd changes who can sit on the six seats there and nothing in Fern.
    second = COURSE_SESSION | {"session_id": "S2", "site_id": "O5"}
    district = town([COURSE_OFFER | {"place_count": 4}], [COURSE_SESSION, second])
    ride = by_key(existing.rides(district))["fahrdienst|A1@O1"]
    assert ride.change.ended == {"S1"}
    assert gains(district, ride.change) == {}
    assert changed(district, ride.change).offers["place_count"].tolist() == [4, 4, 0]


def test_advice_without_limits_only_gains_by_a_ride(advised):
    # 5 people × 2 × 7.5 km × 1.4 × 12 visits × 3.30 € = 4,158 €. Nobody loses a seat: 5 more.
    [ride] = existing.rides(advised)
    assert not ride.change.ended
    assert price(advised, ride) == pytest.approx(4_158)
    assert gains(advised, ride.change) == {"beratung": 5}


def test_known_places_of_other_offers_are_kept_as_well():
    # 30 places: 5 with a ride, 25 without.
    [ride] = existing.rides(town([ADVICE | {"place_count": 30}], [ADVICE_SESSION]))
    assert [row["place_count"] for row in rows(ride, "offers")] == [5, 25]


def test_what_takes_place_beside_an_offer_does_so_in_the_holidays_too(advised):
    [ride] = existing.rides(advised)
    assert [row["runs_in_holidays"] for row in rows(ride, "sessions")] == [True]


def test_mediation_opens_a_neighbouring_offer():
    # Di and Do, 3 hours each: 6 × 44 weeks × 84 € = 22,176 €. Of 100 with a need for advice
    # (10 % of 1000) the 20 of Süd and the 20 of Mitte reach it.
    district = town([JOBS], [JOBS_SESSION])
    [found] = existing.mediation(district)
    assert (found.key, found.needs) == ("sprachmittlung|beratung|B2@O1", ("beratung",))
    assert found.beside == ("B2", "O1")
    assert price(district, found) == 22_176
    assert gains(district, found.change) == {"beratung": 40}


def test_only_named_kinds_are_mediated(plain, advised):
    assert existing.mediation(plain) == existing.mediation(advised) == []


# -- branches --------------------------------------------------------------------------------------


def test_a_branch_in_the_next_village_gains_its_people(fern):
    # Nobody but Fern comes to Fern, on foot: 7 more. A course costs 42,000 €.
    branch = by_key(new.branches(fern))["aussenstelle|integrationskurs|G-Fern|08:30"]
    assert (gains(fern, branch.change), price(fern, branch)) == ({COURSE: 7}, 42_000)
    assert opened(fern, [branch])[branch.key] == {"Fern"}
    [row] = rows(branch, "sites")
    assert (row["site_id"], row["lat"], row["place"]) == ("G-Fern", 50.6, "Fern")
    [session] = rows(branch, "sessions")
    assert (session["start_time"], session["end_time"]) == ("08:30", "12:45")  # 255 minutes


def test_a_consultation_hour_needs_no_group_and_costs_by_the_hour(fern):
    # Nobody advises anybody today; Di and Do, 3 hours each, 44 weeks, 60 € an hour:
    # 2 × 3 × 44 × 60 € = 15,840 €. Fern's 20 people come on foot.
    found = by_key(new.branches(fern))
    advice = found["aussenstelle|beratung|G-Fern|09:00"]
    assert (gains(fern, advice.change), price(fern, advice)) == ({"beratung": 20}, 15_840)
    assert "minimum_group_count" not in rows(advice, "offers")[0]
    assert advice.words["provider"] == "einem Träger"
    course = found["aussenstelle|integrationskurs|G-Fern|08:30"]
    assert rows(course, "offers")[0]["minimum_group_count"] == 10
    assert course.words["provider"] == "Volkshochschule"


def test_two_times_in_one_building_exclude_each_other(fern):
    found = by_key(new.branches(fern))
    times = [found[f"aussenstelle|beratung|G-Fern|{start}"] for start in ("09:00", "14:00")]
    assert len({c.choice for c in times}) == len({c.family for c in times}) == 1
    assert times[0].choice != found["aussenstelle|arbeit|G-Fern|09:00"].choice


def test_schools_have_rooms_in_the_afternoon_only():
    district = town(buildings=[hall("Fern", kind="schule")])
    found = new.branches(district)
    everybody = [c for c in found if c.needs != ("schule_kita",)]
    assert {c.key.split("|")[-1] for c in everybody} == {"14:00", "15:00", "15:30"}
    later = district.with_parameters(school_rooms_from="15:00")
    everybody = [c for c in new.branches(later) if c.needs != ("schule_kita",)]
    assert {c.key.split("|")[-1] for c in everybody} == {"15:00", "15:30"}
    # Lessons for children take place in schools, whenever; other buildings do not hold them.
    assert {c.key.split("|")[-1] for c in found if c.needs == ("schule_kita",)} == {
        "13:30", "14:00",
    }  # fmt: skip
    assert not [c for c in new.branches(town(buildings=[hall("Fern")])) if "kita" in c.key]


def test_special_schools_are_no_place_for_everybody():
    assert new.branches(town(buildings=[hall("Fern", name="Förderschule Fern")])) == []


# -- other courses, online, mobile hours -----------------------------------------------------------


def test_another_level_is_held_where_and_when_a_course_is(plain):
    # The other two needs for courses, 42,000 € each. Berufssprache has 1.5 % of 1000, 3 a village:
    # Süd and Mitte come, 6 people.
    found = by_key(new.other_courses(plain))
    assert list(found) == ["kurs|alphabetisierung|A1@O1", "kurs|berufssprache|A1@O1"]
    course = found["kurs|berufssprache|A1@O1"]
    assert (price(plain, course), gains(plain, course.change)) == (42_000, {"berufssprache": 6})
    [offer] = rows(course, "offers")
    assert (offer["kind"], offer["minimum_group_count"]) == ("berufssprachkurs", 10)


def test_a_course_for_parents_answers_two_needs(plain):
    # 42,000 € and 15 hours × 44 weeks × 25 € of childcare. For the integration course: nobody
    # more learns (36 seats were enough), parents of Süd and Mitte find childcare.
    found = by_key(new.parents_courses(plain))
    assert list(found) == [f"elternkurs|{need}|A1@O1" for need in COURSE_NEEDS]
    course = found[f"elternkurs|{COURSE}|A1@O1"]
    assert price(plain, course) == 58_500
    assert course.needs == (COURSE, "kinderbetreuung")
    both = demand_in(plain, "kinderbetreuung", "Süd", "Mitte")
    assert gains(plain, course.change) == {"kinderbetreuung": both}


def test_courses_that_begin_together_are_told_apart():
    # Both at 09:00 in Süd, on other days: each is a place and time of its own.
    other = COURSE_SESSION | {"session_id": "S2", "offer_id": "A2", "weekdays": "Mo;Di"}
    offers = [COURSE_OFFER, COURSE_OFFER | {"offer_id": "A2"}]
    district = town(offers, [COURSE_SESSION, other])
    assert len(by_key(new.parents_courses(district))) == 6
    # Held together, one place and time is tried once.
    same = town(offers, [COURSE_SESSION, COURSE_SESSION | {"session_id": "S2", "offer_id": "A2"}])
    assert len(by_key(new.parents_courses(same))) == 3


def test_from_a_building_near_them_people_join_a_course_online(fern):
    # 8 places are 12 seats, for the 7 of Fern; 15,000 €.
    [online] = new.online(fern)
    assert (price(fern, online), gains(fern, online.change)) == (15_000, {COURSE: 7})
    [offer], [session] = rows(online, "offers"), rows(online, "sessions")
    assert (offer["place_count"], offer["is_online"], offer["kind"]) == (8, True, COURSE)
    assert (session["site_id"], session["start_time"]) == ("G-Fern", "09:00")
    assert online.beside == ("A1", "O1")


def test_children_are_not_looked_after_online():
    offer = COURSE_OFFER | {"has_childcare": "ja"}
    [online] = new.online(town([offer], buildings=[hall("Fern")]))
    assert rows(online, "offers")[0]["has_childcare"] is False


def test_a_course_outside_the_district_can_be_joined_online():
    outside = {"site_id": "O1", "name": "Schule", "place": "Gera", "lat": 50.6, "lon": 11.7}
    assert len(new.online(town(sites=[outside], buildings=[hall("Fern")]))) == 1


def test_schools_are_too_late_for_a_course_in_the_morning():
    assert new.online(town(buildings=[hall("Fern", kind="schule")])) == []


def test_advice_comes_to_villages_without_any_offer(plain):
    # Each village a municipality, Fern and Nord main villages; Süd has the course.
    ags = {
        name: f"1607500{n}" for n, name in enumerate(("Süd", "Mitte", "Nord", "Abseits", "Fern"))
    }
    at = plain.settlements
    apart = replace(
        plain,
        settlements=at.assign(
            ags=at["name"].map(ags), is_main=at["name"].isin(["Süd", "Nord", "Fern"])
        ),
        sites=plain.sites.assign(ags=plain.sites["place"].map(ags)),
    )
    found = by_key(new.mobile_hours(apart))
    assert list(found) == [
        f"mobil|beratung|{place}|{start}"
        for place in ("Nord", "Fern")
        for start in ("10:00", "15:30")
    ]
    fern = found["mobil|beratung|Fern|10:00"]
    # 2 hours × 26 visits × 75 € = 3,900 €; the 20 of Fern come on foot.
    assert (price(apart, fern), gains(apart, fern.change)) == (3_900, {"beratung": 20})
    assert fern.choice == found["mobil|beratung|Fern|15:30"].choice


# -- all of them -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rich():
    """A district in which every lever but the mobile hour has something to do."""
    return town(
        [COURSE_OFFER, ADVICE, JOBS], [COURSE_SESSION, ADVICE_SESSION, JOBS_SESSION],
        trips=BACK, flex=WINDOWS, buildings=[hall("Fern"), hall("Mitte", kind="schule")],
    )  # fmt: skip


@pytest.fixture(scope="module")
def everything(rich):
    return by_key(found_in(rich))


@pytest.fixture(scope="module")
def of_levers(everything):
    """One candidate of each lever."""
    last = {candidate.lever: candidate for candidate in everything.values()}
    assert set(last) == set(LEVERS) - {"sonstige", "mobil"}
    return list(last.values())


def test_a_candidate_changes_what_it_names_and_nothing_else(rich, of_levers):
    for candidate in of_levers:
        change = candidate.change
        after = changed(rich, change)
        for name, table in TABLES.items():
            was, now = getattr(rich, name), getattr(after, name)
            if name not in change.rows and not (name == "sessions" and change.ended):
                assert now is was
                continue
            given = [tuple(row[key] for key in table.key) for row in change.rows.get(name, [])]
            keys, new_keys = (set(zip(*(t[k] for k in table.key), strict=True)) for t in (was, now))
            gone = {(key,) for key in change.ended} if name == "sessions" else set()
            assert new_keys == (keys - gone) | set(given)


def test_what_comes_out_keeps_the_rules_of_the_tables(rich, of_levers):
    # All together; only who would hold a branch can be open still.
    after = changed(rich, *(candidate.change for candidate in of_levers))
    tables = {name: getattr(after, name) for name in TABLES}
    for name in ("offers", "sessions", "sites"):
        assert table_problems(tables[name], TABLES[name]) == []
    problems = reference_problems(tables)
    assert {(problem.column, problem.value) for problem in problems} <= {("Träger-Nr.", "")}


def test_cost_is_quantity_times_price(rich, everything):
    parameters = rich.parameters
    for candidate in everything.values():
        cost = sum(getattr(parameters, name) * much for name, much in candidate.cost.items())
        low, high = candidate.cost_range_eur(parameters)
        assert candidate.cost_eur(parameters) == pytest.approx(cost)
        assert 0 <= low <= cost <= high
        assert cost > 0
    # A price twice as high makes it twice as dear.
    dear = parameters.replace(cost_move_eur=1000)
    assert everything["verschieben|A1@O1|+15"].cost_eur(dear) == 1000


def test_every_text_finds_its_words(everything):
    words = lever_words()
    for candidate in everything.values():
        texts = words[candidate.lever]
        for text in (texts["title"], texts["goal"], *texts["steps"], texts["responsible"]):
            filled = text.format(**candidate.words)
            assert "{" not in filled
            assert "nan" not in filled


def test_words_of_the_levers_are_complete():
    others = {"appointments", "unsuitable", "mobile", "mediation", "departures"}
    assert set(lever_words()) == (set(LEVERS) - {"sonstige"}) | others
    needed = {"title", "goal", "steps", "responsible", "partners", "start_months", "run_months",
              "is_quick_win"}  # fmt: skip
    for lever in set(LEVERS) - {"sonstige"}:
        assert needed <= set(lever_words()[lever])


def test_who_answers_a_need_today_is_asked_first(plain):
    assert likely_provider(plain, COURSE) == "T1"
    assert likely_provider(plain, "beratung") == ""
    assert provider_name(plain, "T1") == "Volkshochschule"
    assert provider_name(plain, "") == "einem Träger"


def test_without_offers_or_buildings_there_is_nothing_to_do():
    nothing = town([], [], sites=SITES[:0])
    levers = (
        existing.moves, existing.more_places, existing.childcare, existing.rides,
        existing.mediation, new.branches, new.other_courses, new.parents_courses, new.online,
        new.mobile_hours,
    )  # fmt: skip
    assert [lever(nothing) for lever in levers] == [[]] * len(levers)
    assert new.branches(town()) == new.online(town()) == []
