"""Thresholds and assumptions: complete, in their ranges, changed only by name."""

from __future__ import annotations

import datetime as dt
import doctest
import pickle

import pytest

from sokanalysis import parameters
from sokanalysis.codes import QUALITIES
from sokanalysis.errors import ParameterOutOfRange, UnknownParameter
from sokanalysis.parameters import default_parameters, minutes_of_day, region_parameters

ENTRIES = default_parameters().entries


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_is_complete(name):
    entry = ENTRIES[name]
    assert entry.name == name
    for text in (entry.title, entry.unit, entry.source):
        assert isinstance(text, str)
        assert text.strip()
    assert entry.quality in QUALITIES
    assert type(entry.valid_from) is dt.date
    assert entry.value is not None


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.range])
def test_every_default_lies_in_its_range(name):
    low, high = ENTRIES[name].range
    assert low < high
    assert low <= ENTRIES[name].value <= high
    assert isinstance(low, str) == isinstance(high, str) == isinstance(ENTRIES[name].value, str)


def test_an_assumption_is_called_one():
    for entry in ENTRIES.values():
        if entry.source.startswith("Arbeitsannahme"):
            assert entry.quality == "angenommen", entry.name


def test_clocks_are_written_with_two_digits():
    # They are compared as text, so 7:00 would be later than 12:00.
    clocks = [entry for entry in ENTRIES.values() if entry.unit == "Uhr"]
    assert {"earliest_departure", "latest_return"} <= {entry.name for entry in clocks}
    for entry in clocks:
        for clock in (entry.value, *entry.range):
            assert dt.time.fromisoformat(clock).strftime("%H:%M") == clock


def test_values_are_read_by_name():
    given = default_parameters()
    assert (given.walk_speed_kmh, given.walk_max_minutes) == (4.5, 30)
    assert given.reference_date == dt.date(2026, 11, 22)


def test_a_changed_value_leaves_the_others_and_the_original():
    given = default_parameters()
    changed = given.replace(walk_speed_kmh=4.0, walk_max_minutes=20)
    assert (changed.walk_speed_kmh, changed.walk_max_minutes) == (4.0, 20)
    assert changed.bike_speed_kmh == given.bike_speed_kmh
    assert given.walk_speed_kmh == 4.5
    entry = changed.entries["walk_speed_kmh"]
    assert (entry.title, entry.range) == ("Gehgeschwindigkeit", (3.5, 5.0))


@pytest.mark.parametrize("value", [3.5, 5.0])
def test_the_ends_of_a_range_are_allowed(value):
    assert default_parameters().replace(walk_speed_kmh=value).walk_speed_kmh == value


@pytest.mark.parametrize("value", [3.49, 5.01, -1, float("nan")])
def test_outside_of_the_range_is_refused(value):
    message = r"„walk_speed_kmh“ \(Gehgeschwindigkeit\).* außerhalb von 3.5 bis 5.0 km/h"
    with pytest.raises(ParameterOutOfRange, match=message):
        default_parameters().replace(walk_speed_kmh=value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("walk_speed_kmh", "schnell"), ("latest_return", 1260), ("latest_return", "24:30")],
)
def test_a_value_of_another_kind_is_refused(name, value):
    # YAML reads 21:00 without quotation marks as 21 × 60 = 1260.
    with pytest.raises(ParameterOutOfRange, match=f"„{name}“"):
        default_parameters().replace(**{name: value})


def test_a_value_without_a_range_is_free():
    today = dt.date(2027, 1, 1)
    assert default_parameters().replace(reference_date=today).reference_date == today


def test_unknown_names_are_refused_and_the_known_ones_listed():
    with pytest.raises(UnknownParameter, match=r"„walk_sped“ gibt es nicht.*walk_speed_kmh"):
        default_parameters().replace(walk_sped=4)
    with pytest.raises(UnknownParameter, match="„nie_gehört“"):
        _ = default_parameters().nie_gehört


def test_python_may_look_for_its_own_names():
    assert pickle.loads(pickle.dumps(default_parameters())).walk_speed_kmh == 4.5


def test_a_region_lays_its_own_values_over_the_defaults(tmp_path):
    assert region_parameters(tmp_path).walk_speed_kmh == 4.5
    file = tmp_path / "parameters.yaml"
    file.write_text("walk_speed_kmh: 4\nlatest_return: '21:00'\n", encoding="utf-8")
    given = region_parameters(tmp_path)
    assert (given.walk_speed_kmh, given.latest_return, given.bike_speed_kmh) == (4, "21:00", 13)
    file.write_text("# nichts eigenes\n", encoding="utf-8")
    assert region_parameters(tmp_path).walk_speed_kmh == 4.5


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("walk_sped_kmh: 4", UnknownParameter),
        ("walk_speed_kmh: 40", ParameterOutOfRange),
        ("latest_return: 21:00", ParameterOutOfRange),
    ],
)
def test_a_region_cannot_leave_the_ranges(tmp_path, text, error):
    (tmp_path / "parameters.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(error):
        region_parameters(tmp_path)


@pytest.mark.parametrize(
    ("clock", "minutes"), [("00:00", 0), ("08:30", 510), ("25:10", 1510), ("08:30:59", 510)]
)
def test_minutes_of_the_day(clock, minutes):
    assert minutes_of_day(clock) == minutes


def test_the_example_of_the_docstring():
    assert doctest.testmod(parameters).failed == 0
    assert doctest.testmod(parameters).attempted == 2
