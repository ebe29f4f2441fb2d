"""The network of providers on a district of two municipalities.

X teilhabe           T1 Amt (authority)  advice       refugees    A1  Wed 09:00–12:00
                     T2 Diakonie         meeting      everybody   A2  Wed 14:00–16:00
                     T3 Verein           meeting      newcomers   A3  Wed 15:00–17:00
Y ausbildung_arbeit  T3 Verein           placement    job seekers A4  Thu 10:00–12:00 (assumed)
Y sprache_bildung    T4 VHS              course       newcomers   A5
no place             T1 Amt              work         refugees    A6  ausbildung_arbeit
Jena                 T6 IWM, T7 DEB      courses      newcomers   A7, A8
over                 T5 Gestern          meeting      everybody   A9  at X, historical
"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis import codes, network
from sokanalysis.network.overlaps import TIMES, shared_groups, times_of
from tests.conftest import feed, region

X, Y = "16075001", "16075002"
TEILHABE, ARBEIT = codes.FIELDS["teilhabe"], codes.FIELDS["ausbildung_arbeit"]
PROVIDERS = {
    "T1": ("Amt", "behoerde"), "T2": ("Diakonie", "wohlfahrtsverband"), "T3": ("Verein", "verein"),
    "T4": ("VHS", "vhs"), "T5": ("Gestern", "verein"), "T6": ("IWM", "bildungstraeger"),
    "T7": ("DEB", "bildungstraeger"), "T8": ("Netz", "netzwerk"),
}  # fmt: skip
SITES = [
    {"site_id": "OX", "name": "Kirche", "place": "Xdorf", "ags": X},
    {"site_id": "OX2", "name": "Schule", "place": "Xdorf", "ags": X},
    {"site_id": "OY", "name": "Rathaus", "place": "Ydorf", "ags": Y},
    {"site_id": "OJ", "name": "Institut", "place": "Jena", "ags": ""},
]
# Offer, provider, field, kind, target groups, sites.
OFFERS = [
    ("A1", "T1", "teilhabe", "migrationsberatung", "gefluechtete", "OX"),
    ("A2", "T2", "teilhabe", "begegnung", "alle", "OX;OX2"),
    ("A3", "T3", "teilhabe", "begegnung", "zugewanderte", "OX"),
    ("A4", "T3", "ausbildung_arbeit", "jobvermittlung", "arbeitsuchende", "OY"),
    ("A5", "T4", "sprache_bildung", "integrationskurs", "zugewanderte", "OY"),
    ("A6", "T1", "ausbildung_arbeit", "arbeitsgelegenheit", "gefluechtete", ""),
    ("A7", "T6", "sprache_bildung", "integrationskurs", "zugewanderte", "OJ"),
    ("A8", "T7", "sprache_bildung", "integrationskurs", "zugewanderte", "OJ"),
    ("A9", "T5", "teilhabe", "begegnung", "alle", "OX"),
]
SESSIONS = [
    ("S1", "A1", "OX", "Mi", "09:00", "12:00", "belegt"),
    ("S2", "A2", "OX2", "Mi", "14:00", "16:00", "belegt"),
    ("S3", "A3", "OX", "Mi;Fr", "15:00", "17:00", "gemeldet"),
    ("S4", "A4", "OY", "Do", "10:00", "12:00", "angenommen"),
]


def made(*more, offers=OFFERS, sessions=SESSIONS, step=1, **tables):
    """The district with some more offers; `step` -1 turns the order of all rows round."""
    rows = [*offers, *more]
    given = {
        "municipalities": [{"ags": X, "name": "Xdorf"}, {"ags": Y, "name": "Ydorf"}],
        "providers": [
            {"provider_id": key, "name": name, "kind": kind}
            for key, (name, kind) in PROVIDERS.items()
        ],
        "offers": [
            {"offer_id": key, "provider_id": provider, "name": f"Angebot {key}", "field": field,
             "kind": kind, "target_groups": groups,
             "status": "historisch" if key == "A9" else "laufend"}
            for key, provider, field, kind, groups, _ in rows
        ],
        "offer_sites": [
            {"offer_id": row[0], "site_id": site, "quality": "belegt"}
            for row in rows for site in row[5].split(";") if site
        ],
    } | tables  # fmt: skip
    given = {name: part[::step] for name, part in given.items()}
    times = [
        dict(zip(("session_id", "offer_id", "site_id", "weekdays", "start_time", "end_time",
                  "quality"), row, strict=True))
        for row in sessions
    ]  # fmt: skip
    return region([], SITES[::step], times[::step], feed({}, {}), **given)


@pytest.fixture(scope="module")
def district():
    return made()


# --- links --------------------------------------------------------------------------------------


def test_links_of_provider_field_and_place(district):
    rows = network.links(district)
    shown = rows[["provider", "kind", "is_authority", "place", "offer_count"]]
    # By provider, then field, then place; A2 is at two sites of Xdorf: one offer.
    assert shown.to_numpy().tolist() == [
        ["Amt", "Behörde", True, "Ort nicht bekannt", 1],
        ["Amt", "Behörde", True, "Xdorf", 1],
        ["DEB", "Bildungsträger", False, "außerhalb des Kreises", 1],
        ["Diakonie", "Wohlfahrtsverband", False, "Xdorf", 1],
        ["IWM", "Bildungsträger", False, "außerhalb des Kreises", 1],
        ["VHS", "Volkshochschule", False, "Ydorf", 1],
        ["Verein", "Verein oder Initiative", False, "Ydorf", 1],
        ["Verein", "Verein oder Initiative", False, "Xdorf", 1],
    ]
    assert rows["field"].tolist()[-2:] == [ARBEIT, TEILHABE]
    assert rows["target_groups"].tolist()[:2] == ["Geflüchtete und Asylsuchende"] * 2
    assert rows["provider_offer_count"].tolist() == [2, 2, 1, 1, 1, 1, 2, 2]


def test_an_offer_in_two_places_is_two_links_and_one_offer():
    rows = network.links(made(("B1", "T8", "teilhabe", "begegnung", "alle;frauen", "OX;OY;OJ")))
    rows = rows[rows["provider"] == "Netz"]
    assert rows["place"].tolist() == ["Xdorf", "Ydorf", "außerhalb des Kreises"]
    assert rows["offer_count"].tolist() == [1, 1, 1]
    assert rows["provider_offer_count"].tolist() == [1, 1, 1]
    assert set(rows["target_groups"]) == {"alle Menschen, Frauen"}


def test_a_place_is_assumed_when_all_that_is_there_is():
    def assumed(*qualities):
        sites = [
            {"offer_id": offer, "site_id": "OX", "quality": quality}
            for offer, quality in zip(("A2", "B1"), qualities, strict=True)
        ]
        more = ("B1", "T2", "teilhabe", "sport", "alle", "")
        rows = network.links(made(more, offer_sites=sites)).set_index("provider")
        return bool(rows.loc["Diakonie", "is_place_assumed"])

    assert assumed("angenommen", "angenommen")
    assert not assumed("angenommen", "belegt")


# --- target groups and times --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (("frauen",), ("frauen", "eu"), ("frauen",)),
        (("alle",), ("kinder",), ("kinder",)),  # everybody includes children
        (("zugewanderte",), ("ukraine",), ("ukraine",)),  # refugees are newcomers
        (("gefluechtete", "eu"), ("zugewanderte",), ("gefluechtete", "eu")),
        (("eu",), ("gefluechtete",), ()),
        (("frauen",), ("zugewanderte",), ()),  # that they meet in one person is not documented
        (("alle",), ("akteure",), ()),  # actors are no part of those they work for
        (("akteure",), ("akteure",), ("akteure",)),
    ],
)
def test_target_groups_meet_when_one_is_part_of_the_other(one, other, shared):
    assert shared_groups(one, other) == shared
    assert shared_groups(other, one) == shared


NINE, TEN, NOON, ONE = 540, 600, 720, 780


@pytest.mark.parametrize(
    ("one", "other", "times", "pause"),
    [
        ([("Mo", NINE, NOON)], [("Mo", TEN, ONE)], TIMES[0], 0),
        ([("Mo", NINE, TEN)], [("Mo", TEN, NOON)], TIMES[1], 0),  # one ends as the other begins
        ([("Mo", NOON, ONE)], [("Mo", NINE, TEN)], TIMES[1], 120),
        ([("Mo", NINE, TEN), ("Di", NINE, TEN)], [("Di", NOON, ONE)], TIMES[1], 120),
        ([("Mo", NINE, NOON)], [("Di", NINE, NOON)], TIMES[2], None),
        ([("Mo", NINE, NOON)], [], TIMES[3], None),
        ([], [], TIMES[3], None),
    ],
)
def test_how_times_lie_to_each_other(one, other, times, pause):
    for said, minutes in (times_of(one, other), times_of(other, one)):
        assert said == times
        assert pd.isna(minutes) if pause is None else minutes == pause


# --- overlaps -----------------------------------------------------------------------------------


def test_planted_overlaps(district):
    rows = network.overlaps(district)
    shown = rows[["place", "provider", "other_provider", "shared_groups", "shared_kinds"]]
    assert shown.to_numpy().tolist() == [
        ["Xdorf", "Diakonie", "Verein", "Zugewanderte", "Begegnung"],  # the same kind first
        ["Xdorf", "Amt", "Diakonie", "Geflüchtete und Asylsuchende", ""],
        ["Xdorf", "Amt", "Verein", "Geflüchtete und Asylsuchende", ""],
    ]
    # 14–16 and 15–17 clash; from 12:00 to 14:00 are 120 minutes, to 15:00 180.
    assert rows["times"].tolist() == [TIMES[0], TIMES[1], TIMES[1]]
    assert rows["pause_minutes"].tolist() == [0, 120, 180]
    assert set(rows["field"]) == {TEILHABE}


def test_assumed_times_are_no_times():
    assumed = [(*row[:6], "angenommen") for row in SESSIONS]
    assert set(network.overlaps(made(sessions=assumed))["times"]) == {"nicht belegt"}


def test_times_at_another_place_do_not_count():
    elsewhere = [(*row[:2], "OY", *row[3:]) for row in SESSIONS]
    assert set(network.overlaps(made(sessions=elsewhere))["times"]) == {"nicht belegt"}


def test_offers_for_others_in_another_field_or_place_do_not_overlap():
    offers = [
        ("B1", "T2", "teilhabe", "begegnung", "frauen", "OX"),
        ("B2", "T3", "teilhabe", "begegnung", "kinder", "OX"),
        ("B3", "T4", "ausbildung_arbeit", "begegnung", "frauen", "OX"),
        ("B4", "T5", "teilhabe", "begegnung", "frauen", "OY"),
        ("B5", "T2", "teilhabe", "begegnung", "frauen", "OX"),  # one provider, no pair
    ]
    assert network.overlaps(made(offers=offers)).empty


def test_neither_outside_nor_an_unknown_place_is_shared(district):
    # T6 and T7 both teach newcomers in Jena; of A6 and a second one nobody knows the place.
    more = made(("B1", "T2", "ausbildung_arbeit", "arbeitsgelegenheit", "alle", ""))
    for found in (district, more):
        assert set(network.overlaps(found)["place"]) == {"Xdorf"}


def test_a_pair_of_which_one_place_is_assumed_says_so():
    sites = [
        {"offer_id": offer, "site_id": "OX", "quality": quality}
        for offer, quality in (("A1", "angenommen"), ("A2", "belegt"), ("A3", "belegt"))
    ]
    rows = network.overlaps(made(offer_sites=sites))
    assert rows["is_place_assumed"].tolist() == [False, True, True]


# --- lone providers -----------------------------------------------------------------------------


def test_planted_lone_provider(district):
    # VHS alone teaches in Ydorf. Verein is alone in work there but not in Xdorf. Those in Jena
    # are not judged.
    rows = network.lone_providers(district)
    assert rows.to_numpy().tolist() == [
        ["T4", "VHS", "Volkshochschule", "Sprache und durchgängige Bildung", "Ydorf"]
    ]


# --- missing links ------------------------------------------------------------------------------


def test_planted_missing_links(district):
    rows = network.missing_links(district)
    # In Xdorf Amt, Diakonie and Verein; in Ydorf only Verein, but Amt works in the field at an
    # unknown place. In language there is no authority.
    shown = rows[["place", "field", "authorities", "actors", "actor_count", "is_authority_local"]]
    assert shown.to_numpy().tolist() == [
        ["Xdorf", TEILHABE, "Amt", "Diakonie; Verein", 2, True],
        ["Ydorf", ARBEIT, "Amt", "Verein", 1, False],
    ]
    assert rows["authority_ids"].tolist() == [("T1",), ("T1",)]
    assert rows["actor_ids"].tolist() == [("T2", "T3"), ("T3",)]
    assert rows["known_elsewhere"].tolist() == [(), ()]


@pytest.mark.parametrize(
    ("more", "places"),
    [
        # A network at the place, whatever it offers; coordination for actors, whoever offers it.
        (("B1", "T8", "teilhabe", "begegnung", "frauen", "OX"), ["Ydorf"]),
        (("B1", "T2", "teilhabe", "koordination", "frauen;akteure", "OX"), ["Ydorf"]),
        (("B1", "T1", "ausbildung_arbeit", "koordination", "akteure", "OY"), ["Xdorf"]),
        # Information for newcomers connects nobody, nor does another field or place.
        (("B1", "T2", "teilhabe", "koordination", "zugewanderte", "OX"), ["Xdorf", "Ydorf"]),
        (("B1", "T2", "teilhabe", "ehrenamt", "akteure", "OX"), ["Xdorf", "Ydorf"]),
        (("B1", "T8", "sprache_bildung", "begegnung", "alle", "OX"), ["Xdorf", "Ydorf"]),
        (("B1", "T8", "teilhabe", "begegnung", "alle", "OY"), ["Xdorf", "Ydorf"]),
    ],
)
def test_what_connects(more, places):
    assert network.missing_links(made(more))["place"].tolist() == places


def test_what_connects_at_an_unknown_place_is_a_question():
    rows = network.missing_links(made(("B1", "T8", "teilhabe", "begegnung", "alle", "")))
    assert rows["known_elsewhere"].tolist() == [("Angebot B1",), ()]


def test_the_job_centre_is_an_authority():
    providers = [
        {"provider_id": "T1", "name": "Jobcenter", "kind": "arbeitsverwaltung"},
        {"provider_id": "T3", "name": "Verein", "kind": "verein"},
    ]
    offers = [row for row in OFFERS if row[1] in ("T1", "T3")]
    rows = network.missing_links(made(offers=offers, providers=providers))
    assert rows["authorities"].tolist() == ["Jobcenter", "Jobcenter"]


# --- round tables -------------------------------------------------------------------------------


def test_suggested_meetings(district):
    rows = network.suggested_meetings(district)
    # Three overlaps and one missing link in Xdorf, one missing link in Ydorf.
    names = ["rank", "meeting", "participants", "why", "settle"]
    assert rows[names].to_numpy().tolist() == [
        [1, f"Xdorf: {TEILHABE}", "Amt; Diakonie; Verein",
         "3 Überschneidungen und 1 nicht belegte Verbindung",
         "Aufgaben teilen bei „Begegnung“; aufeinander verweisen; Zeiten auseinanderlegen; "
         "Wege von einem zum anderen verbinden; Ansprechstelle der Behörde vereinbaren"],
        [2, f"Ydorf: {ARBEIT}", "Amt; Verein", "1 nicht belegte Verbindung",
         "Ansprechstelle der Behörde vereinbaren"],
    ]  # fmt: skip
    assert rows["participant_count"].tolist() == [3, 2]
    assert network.suggested_meetings(district, 1).equals(rows.head(1))


def test_missing_links_of_a_field_in_several_places_make_one_table():
    # Verein alone in Xdorf and in Ydorf, Amt and a network at unknown places: nothing overlaps.
    offers = [
        ("B1", "T3", "teilhabe", "begegnung", "alle", "OX;OY"),
        ("B2", "T1", "teilhabe", "migrationsberatung", "alle", ""),
        ("B3", "T8", "teilhabe", "koordination", "akteure", ""),
    ]
    rows = network.suggested_meetings(made(offers=offers))
    assert rows["meeting"].tolist() == [f"Xdorf und Ydorf: {TEILHABE}"]
    assert rows["settle"].tolist() == [
        "Ansprechstelle der Behörde vereinbaren; klären, ob auch hier wirkt: „Angebot B3“"
    ]


def test_overlaps_are_settled_where_they_are():
    offers = [
        (f"B{provider}{site}", provider, "teilhabe", "begegnung", "alle", site)
        for provider in ("T2", "T3") for site in ("OX", "OY")
    ]  # fmt: skip
    rows = network.suggested_meetings(made(offers=offers))
    assert rows["meeting"].tolist() == [f"Xdorf: {TEILHABE}", f"Ydorf: {TEILHABE}"]
    assert rows["settle"].str.contains("Zeiten nennen und abstimmen").all()


def test_a_table_that_is_too_large_is_divided_as_far_as_it_goes():
    # Three in participation and two others in work, all in Xdorf: five at one table, or three
    # and two. A field at one place cannot be divided.
    work = [
        (f"B{provider}", provider, "ausbildung_arbeit", "jobvermittlung", "alle", "OX")
        for provider in ("T6", "T7")
    ]
    district = made(*work, offers=OFFERS[:3])
    assert network.suggested_meetings(district)["participant_count"].tolist() == [5]
    assert network.suggested_meetings(district, seats=4)["participant_count"].tolist() == [3, 2]
    assert network.suggested_meetings(district, seats=1)["participant_count"].tolist() == [3, 2]


# --- any district -------------------------------------------------------------------------------

SPOTS = ("OX", "OX2", "OY", "OJ", "", "OX;OY")
ANY_OFFERS = st.lists(
    st.tuples(
        st.sampled_from(list(PROVIDERS)), st.sampled_from(list(codes.FIELDS)),
        st.sampled_from(["koordination", "begegnung"]),
        st.sampled_from(["alle", "frauen", "akteure", "eu;kinder"]), st.sampled_from(SPOTS),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=6, deadline=None)
@given(ANY_OFFERS)
def test_any_district(rows):
    offers = [(f"B{number}", *row) for number, row in enumerate(rows)]
    district = made(offers=offers)
    places = {"OX": {"X"}, "OX2": {"X"}, "OY": {"Y"}, "OX;OY": {"X", "Y"}}
    spots = {(row[0], row[1], place) for row in rows for place in places.get(row[4], ())}
    shared = {
        one for one, field, place in spots for other in PROVIDERS
        if other != one and (other, field, place) in spots
    }  # fmt: skip
    lone = set(network.lone_providers(district)["provider_id"])
    assert lone == {provider for provider, _, _ in spots} - shared
    pairs, missing = network.overlaps(district), network.missing_links(district)
    assert not set(pairs["provider_id"]) & lone
    tables = network.suggested_meetings(district, count=99, seats=3)
    topics = tables["overlap_count"] + tables["missing_link_count"]
    assert tables["overlap_count"].sum() == len(pairs)
    assert tables["missing_link_count"].sum() == len(missing)
    assert topics.is_monotonic_decreasing


def test_the_order_of_rows_makes_no_difference(district):
    turned = made(step=-1)
    for ask in (network.links, network.overlaps, network.lone_providers, network.missing_links,
                network.suggested_meetings):  # fmt: skip
        pd.testing.assert_frame_equal(ask(district), ask(turned))


def test_nothing_offered_nothing_linked():
    bare = region([], [], [], feed({}, {}))
    for ask in (network.links, network.overlaps, network.lone_providers, network.missing_links,
                network.suggested_meetings):  # fmt: skip
        assert ask(bare).empty


def test_the_real_district(sok):
    rows = network.links(sok)
    assert rows["provider_id"].nunique() == sok.current_offers["provider_id"].nunique()
    pairs, missing = network.overlaps(sok), network.missing_links(sok)
    tables = network.suggested_meetings(sok, 99)
    assert tables[["overlap_count", "missing_link_count"]].sum().tolist() == [
        len(pairs), len(missing),
    ]  # fmt: skip
    assert set("; ".join(tables["participants"]).split("; ")) <= set(sok.providers["name"])
