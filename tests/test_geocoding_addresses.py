"""German addresses taken apart, and names brought into one spelling."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.geocoding.addresses import Address, house_numbers, parse_address, place_texts
from sokanalysis.geocoding.place_names import can_be, place_name
from sokanalysis.geocoding.spelling import SIMILAR, likeness, name_words, street_words
from tests.fuzzing import NASTY, fuzz

PARSED = {
    "Oschitzer Straße 4, 07907 Schleiz": Address("Oschitzer Straße", "4", "07907", "Schleiz"),
    "Oschitzer Str. 4 07907 Schleiz": Address("Oschitzer Str.", "4", "07907", "Schleiz"),
    "07907 Schleiz, Oschitzer Strasse 4": Address("Oschitzer Strasse", "4", "07907", "Schleiz"),
    "Oschitzer Straße 4\nD-07907 Schleiz": Address("Oschitzer Straße", "4", "07907", "Schleiz"),
    "Oschitzer Straße, 4, Schleiz": Address("Oschitzer Straße", "4", others=("Schleiz",)),
    "Karl-Marx-Str. 15b": Address("Karl-Marx-Str.", "15b"),
    "Greizer Straße 40 A": Address("Greizer Straße", "40a"),
    "Hauptstr.4": Address("Hauptstr.", "4"),
    "Hauptstraße4": Address("Hauptstraße", "4"),
    "Am Markt Nr. 5": Address("Am Markt", "5"),
    "Wohlfahrtstraße 3 – 7": Address("Wohlfahrtstraße", "3-7"),
    "Ringstraße 12/14": Address("Ringstraße", "12/14"),
    "Ringstraße 12a-c": Address("Ringstraße", "12a-c"),
    "Straße des 17. Juni 135": Address("Straße des 17. Juni", "135"),
    "12. Februar-Platz 1": Address("12. Februar-Platz", "1"),
    "Straße des Friedens": Address("Straße des Friedens"),
    "Böttgerstraße": Address("Böttgerstraße"),
    "Am Teichrasen": Address("Am Teichrasen"),
    "Ruppersdorf 96": Address("Ruppersdorf", "96"),
    "Schulstr. 5 Knau": Address("Schulstr.", "5", place="Knau"),
    "OT Remptendorf": Address(part="Remptendorf"),
    "07368 Remptendorf OT Ruppersdorf": Address("", "", "07368", "Remptendorf", "Ruppersdorf"),
    "Remptendorf, Ortsteil Gahma": Address(part="Gahma", others=("Remptendorf",)),
    "Remptendorf OT Ruppersdorf 96": Address("Ruppersdorf", "96", "", "Remptendorf", "Ruppersdorf"),
    "Hauptstr. 5 (OT Gahma), 07368 Remptendorf": Address(
        "Hauptstr.", "5", "07368", "Remptendorf", "Gahma"
    ),
    "Hauptstr. 5 (Gahma)": Address("Hauptstr.", "5", others=("Gahma",)),
    # A person or a post box is not where something takes place.
    "c/o Familie Muster, Am Graben 1": Address("Am Graben", "1"),
    "z. Hd. Frau Muster, Am Graben 1": Address("Am Graben", "1"),
    "Postfach 1355, 07907 Schleiz": Address("", "", "07907", "Schleiz"),
    "Tel. 03663 4880": Address(),
    # Where in the building is not which house.
    "Haus 3, Ringstr. 12": Address("Ringstr.", "12"),
    "Ringstr. 12, Haus 3, 2. OG links": Address("Ringstr.", "12"),
    # Without a mark it may be a place or a building; who knows places decides.
    "Schleiz": Address(others=("Schleiz",)),
    "Rathaus Schleiz": Address(others=("Rathaus Schleiz",)),
    "Grundschule Wurzbach": Address(others=("Grundschule Wurzbach",)),
    "Haus der Vereine, Markt 1": Address("Markt", "1", others=("Haus der Vereine",)),
    "": Address(),
    " ,;\n - ": Address(),
    "x" * 301: Address(),
}


@pytest.mark.parametrize("text", PARSED)
def test_an_address_is_taken_apart(text):
    assert parse_address(text) == PARSED[text]


def test_a_telephone_number_is_no_postal_code():
    assert parse_address("03663 488-0").postal_code == ""


HOUSES = {
    "12": {"12"}, "12 A": {"12a"}, "3-5": {"3", "5"}, "4-8": {"4", "6", "8"},
    "3-6": {"3", "4", "5", "6"}, "12a-c": {"12a", "12b", "12c"}, "12a-12c": {"12a", "12b", "12c"},
    "12/14": {"12", "14"}, "3+4": {"3", "4"}, "3;7": {"3", "7"},
    "": set(), "7-3": set(), "1-9999": set(),
}  # fmt: skip


@pytest.mark.parametrize("text", HOUSES)
def test_a_range_is_one_side_of_the_street(text):
    assert house_numbers(text) == HOUSES[text]


def test_places_are_taken_apart():
    assert place_texts("07907 Schleiz OT Oschitz") == ("Schleiz", "Oschitz")
    assert place_texts("Schleiz, Oschitz") == ("Schleiz", "Oschitz")
    assert place_texts("Neustadt/Orla") == ("Neustadt/Orla",)
    assert place_texts("Saalburg-Ebersdorf") == ("Saalburg-Ebersdorf",)
    assert place_texts("") == ()


STREETS = ("Hauptstraße", "Am Markt", "Karl-Marx-Str.", "Straße des Friedens", "Neue Gasse")
TOWNS = ("Schleiz", "Neustadt an der Orla", "Bad Lobenstein", "Saalburg-Ebersdorf")


@fuzz
@given(
    st.sampled_from(STREETS), st.integers(1, 9999), st.sampled_from(["", "a", "z"]),
    st.integers(0, 99999), st.sampled_from(TOWNS), st.sampled_from([", ", "\n", " ", "; "]),
    st.booleans(),
)  # fmt: skip
def test_what_is_put_together_is_taken_apart(street, number, letter, code, town, between, is_last):
    first, last = f"{street} {number}{letter}", f"{code:05d} {town}"
    text = f"{first}{between}{last}" if is_last or between == " " else f"{last}{between}{first}"
    assert parse_address(text) == Address(street, f"{number}{letter}", f"{code:05d}", town)


PIECES = (
    *STREETS, *TOWNS, "12", "3-5", "12a", "07907", "OT", "c/o", "(", ")", ",", "\n", "/", "-",
    "Nr.", "Haus", "D-", " ", *(wound.decode("latin-1") for wound in NASTY),
)  # fmt: skip


@fuzz
@given(st.text() | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_is_an_address_or_none(text):
    address = parse_address(text)
    assert len(address.postal_code) in (0, 5)
    assert not address.house_number or address.street
    assert "\0" not in repr(address.street)
    assert all(place_texts(text))


@pytest.mark.parametrize(
    "piece", ["1", "a ", "1 ", "Str. 1", "(", ")", "OT ", "- ", "07907 ", "1-"]
)
def test_hostile_texts_take_no_time(piece):
    # 300 characters are the most that is read; backtracking would take seconds for some of them.
    start = time.perf_counter()
    for length in (299, 300, 1_000_000):
        parse_address((piece * length)[:length])
        place_texts((piece * length)[:length])
    assert time.perf_counter() - start < 1


def alike(one: str, other: str) -> float:
    return likeness(street_words(one), street_words(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Karl-Marx-Straße", "Karl Marx Str."),
        ("KARL-MARX-STRASSE", "Karl-Marx-Straß"),
        ("Böttgerstraße", "Boettgerstr."),
        ("Ernst-Thälmann-Straße", "Ernst Thaelmannstrasse"),
        ("Marktpl.", "Marktpl"),
        ("Am Pl.", "Am Platz"),
        ("Str. des Friedens", "Straße des Friedens"),
        ("Julius-Fučík-Straße", "Julius-Fucik-Strasse"),
    ],
)
def test_the_same_street_in_two_spellings(one, other):
    assert alike(one, other) == 1


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Böttgerstraße", "Bottgerstraße", 0.97),  # without umlauts
        ("R.-Luxemburg-Straße", "Rosa-Luxemburg-Straße", 0.95),  # an initial
        ("Am Teichrasen", "Teichrasen", 0.95),  # a preposition
        ("Lobensteiner Straße", "Lobenstainer Straße", 0),  # 12 letters, one replaced: 22/24
        ("Oschitzer Straße", "Oschizer Straße", 16 / 17),  # 9 and 8 letters, one more
        ("Rudolf-Breitscheid-Str.", "Rudolf-Breitschait-Str.", 0),  # 17 letters, two replaced
    ],
)
def test_similar_streets(one, other, expected):
    assert alike(one, other) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bergstraße", "Burgstraße"),
        ("Bergstraße", "Bergweg"),
        ("Bergstraße", "Bergmannstraße"),
        ("Oststraße", "Weststraße"),
        ("Am Anger", "Am Hanger"),
        ("Straße 3", "Straße 8"),
        ("Zeppelinstraße I", "Zeppelinstraße II"),
        ("Obere Bahnhofstraße", "Untere Bahnhofstraße"),
        ("Straße", ""),
    ],
)
def test_different_streets(one, other):
    assert alike(one, other) == 0


@fuzz
@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_mutual_and_bounded(one, other):
    first, second = name_words(one), name_words(other)
    found = likeness(first, second)
    assert found == likeness(second, first)
    assert found == 0 or SIMILAR <= found <= 1
    assert likeness(first, first) == (1 if first else 0)


def means(asked: str, known: str, municipality: str) -> bool:
    return can_be(place_name(asked), place_name(known), place_name(municipality))


def test_what_tells_places_apart_may_be_left_out_but_not_contradicted():
    neustadt = "Neustadt an der Orla"
    for asked in ("Neustadt", "Neustadt/Orla", "Neustadt (Orla)", "Neustadt a. d. Orla",
                  "NEUSTADT A.D. ORLA", "Stadt Neustadt an der Orla"):  # fmt: skip
        assert means(asked, neustadt, neustadt)
    assert not means("Neustadt (Harz)", neustadt, neustadt)
    assert means("Hirschberg (Saale)", "Hirschberg", "Hirschberg")  # a whole municipality
    assert means("Neundorf (bei Schleiz)", "Neundorf (bei Schleiz)", "Neundorf (bei Schleiz)")
    assert means("Neundorf", "Neundorf (bei Schleiz)", "Neundorf (bei Schleiz)")
    # Another Neundorf, in another municipality: the mark says that this one is not meant.
    assert not means("Neundorf (bei Schleiz)", "Neundorf", "Rosenthal am Rennsteig")
    assert means("Linda b. Neustadt an der Orla", "Linda", neustadt)
    assert not means("", "", "")
    assert means("Poessneck", "Pößneck", "Pößneck")
    assert means("Possneck", "Pößneck", "Pößneck")
