"""Measures on one page each: what is said, what stays away, and no small counts of people."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from sokanalysis.factsheets import factsheets
from sokanalysis.planning import planned
from tests.conftest import COURSE_OFFER, COURSE_SESSION, villages

MEASURE = {
    "number": "S1", "title": "Kurs verschieben", "lever_code": "verschieben",
    "lever": "Termin verschieben", "field": "Sprache", "need": "Kurs",
    "gap": "kein Heimweg: 5 von 9 Menschen", "goal": "Ziel", "target_group": "alle",
    "steps": ["a", "b"], "responsible": "VHS", "partners": "KomBus", "period": "bald",
    "cost_eur": 500.0, "cost_eur_low": 200.0, "cost_eur_high": 1200.0,
    "cost_per_person_eur": 62.5, "funding": "F1", "indicator": "Menschen", "start_value": 4.0,
    "target_value": 12.0, "gained_count": 8.0, "gained_range": "5 bis 11",
    "gained_count_holidays": 6.0, "lost_count": 7.0, "chosen_share": 0.85,
    "robustness": "fast immer", "decides": "hohe Nachfrage", "status": "Vorschlag",
    "priority": "mittel", "is_quick_win": True, "is_chosen": True,
    "reached_before": frozenset(["Süd"]), "reached_after": frozenset(["Süd", "Fern"]),
}  # fmt: skip
# What the district itself writes down has no effect that could be computed.
OWN = MEASURE | {
    "number": "Q1", "title": "Runder Tisch", "lever_code": "sonstige", "lever": "Ohne Rechnung",
    "need": "", "cost_eur_low": 500.0, "cost_eur_high": 500.0, "is_quick_win": False,
} | dict.fromkeys(
    ["cost_per_person_eur", "gained_count", "gained_range", "gained_count_holidays",
     "lost_count", "chosen_share", "robustness", "decides", "reached_before", "reached_after"],
    np.nan,
)  # fmt: skip


def bounded(made):
    """The villages with a border that can be drawn."""
    shape = gpd.GeoDataFrame(
        {"ags": ["16075001"], "name": ["Dorf"]}, geometry=[box(11.6, 50.5, 11.8, 50.8)],
        crs="EPSG:4326",
    )  # fmt: skip
    return replace(made, boundaries=shape)


@cache
def district():
    return bounded(villages())


def sheet(measure: dict, **values):
    (made,) = factsheets(district(), pd.DataFrame([measure | values]))
    return made


def rows(measure: dict, **values) -> dict[str, list[str]]:
    """The lines of one page by their label, with plain blanks."""
    payload = sheet(measure, **values).payload()
    return {
        row["label"]: [item.replace("\N{NO-BREAK SPACE}", " ") for item in row["items"]]
        for row in payload["rows"]
    }


# --- a measure that is computed -----------------------------------------------------------------


def test_a_factsheet_has_all_fields():
    made = sheet(MEASURE)
    assert (made.number, made.title) == ("S1", "Kurs verschieben")
    assert made.badges == [
        "Priorität mittel", "Termin verschieben", "Sofortmaßnahme", "im Plan",
    ]  # fmt: skip
    assert rows(MEASURE) == {
        "Handlungsfeld": ["Sprache"], "Bedarf": ["Kurs"],
        "Lücke": ["kein Heimweg: 5 von 9 Menschen"], "Ziel": ["Ziel"], "Zielgruppe": ["alle"],
        "Schritte": ["a", "b"], "Verantwortlich (Vorschlag)": ["VHS"], "Partner": ["KomBus"],
        "Zeitraum": ["bald"],
        "Kosten im Jahr (Annahme)": ["500 € (Spanne 200 € bis 1\u202f200 €), 62 € je Person"],
        "Förderung (zu prüfen)": ["F1"], "Kennzahl": ["Menschen: von 4 auf 12"],
        "Zusätzlich erreicht": [
            "8 Menschen in der Schulzeit, je nach Bedarf 5 bis 11; in den Ferien 6"
        ],
        "Im Verbund": ["ohne diese Maßnahme könnten 7 Menschen weniger teilnehmen"],
        "Gewissheit": ["fast immer gewählt (85 % der Ziehungen); es entscheidet: hohe Nachfrage"],
        "Stand": ["Vorschlag"],
    }  # fmt: skip


def test_a_map_shows_from_where_it_works_and_on_what_it_rests():
    made = sheet(MEASURE)
    # Ten inhabitants live in each of the five villages.
    assert "10 Einwohner" in made.alt
    assert made.basis == district().basis
    assert "svg" in made.payload()["svg"]


def test_an_alternative_is_not_in_the_plan():
    # What is not in the plan cannot be left out of it.
    made = rows(MEASURE, is_chosen=False, lost_count=np.nan)
    assert "Im Verbund" not in made
    assert sheet(MEASURE, is_chosen=False, is_quick_win=False).badges == [
        "Priorität mittel", "Termin verschieben", "Alternative",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "label", "text"),
    [
        ({"cost_eur_high": 200.0, "cost_eur": 200.0}, "Kosten im Jahr (Annahme)",
         "200 €, 62 € je Person"),
        ({"cost_per_person_eur": np.nan}, "Kosten im Jahr (Annahme)",
         "500 € (Spanne 200 € bis 1\u202f200 €)"),
        ({"decides": ""}, "Gewissheit", "fast immer gewählt (85 % der Ziehungen)"),
        ({"gained_count_holidays": 0.0}, "Zusätzlich erreicht",
         "8 Menschen in der Schulzeit, je nach Bedarf 5 bis 11; in den Ferien 0"),
        ({"gained_count_holidays": np.nan}, "Zusätzlich erreicht",
         "8 Menschen in der Schulzeit, je nach Bedarf 5 bis 11"),
        ({"gained_count": 1234.0}, "Zusätzlich erreicht",
         "1\u202f234 Menschen in der Schulzeit, je nach Bedarf 5 bis 11; in den Ferien 6"),
        # A small count is withheld: missing, and not the same as not known.
        ({"gained_count": np.nan, "gained_range": "unter 3 bis 7"}, "Zusätzlich erreicht",
         "je nach Bedarf unter 3 bis 7 Menschen in der Schulzeit; in den Ferien 6"),
        ({"start_value": np.nan, "target_value": np.nan}, "Kennzahl",
         "Menschen: von geheim auf geheim"),
    ],
)  # fmt: skip
def test_words_of_single_lines(values, label, text):
    assert rows(MEASURE, **values)[label] == [text]


def test_what_is_missing_stays_away():
    made = rows(MEASURE, partners="", steps=[], need="", funding="", indicator="")
    assert not {"Partner", "Schritte", "Bedarf", "Förderung (zu prüfen)", "Kennzahl"} & set(made)


# --- a measure of the district ------------------------------------------------------------------


def test_a_measure_without_numbers_has_no_effect_and_no_map():
    made = sheet(OWN)
    assert made.badges == ["Priorität mittel", "Ohne Rechnung"]
    assert (made.figure, made.alt, made.payload()["svg"]) == (None, "", "")
    labels = rows(OWN)
    assert labels["Kosten im Jahr (Annahme)"] == ["500 €"]
    assert not {"Zusätzlich erreicht", "Im Verbund", "Gewissheit", "Bedarf"} & set(labels)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"start_value": np.nan, "target_value": 41.0}, "Menschen: von offen auf 41"),
        ({"start_value": 0.0, "target_value": 1.0}, "Menschen: von 0 auf 1"),
        # A share or a mean is not a whole number.
        ({"start_value": 1.5, "target_value": 2.0}, "Menschen: von 1,5 auf 2"),
    ],
)
def test_an_indicator_that_nobody_has_measured_yet_is_open(values, text):
    assert rows(OWN, **values)["Kennzahl"] == [text]


def test_costs_that_nobody_knows_are_not_nothing():
    unknown = dict.fromkeys(["cost_eur", "cost_eur_low", "cost_eur_high"], np.nan)
    assert rows(OWN, **unknown)["Kosten im Jahr (Annahme)"] == ["noch nicht beziffert"]
    nothing = dict.fromkeys(unknown, 0.0)
    assert rows(OWN, **nothing)["Kosten im Jahr (Annahme)"] == ["0 €"]


def test_pages_come_in_the_order_of_the_catalogue():
    pages = factsheets(district(), pd.DataFrame([OWN, MEASURE]))
    assert [page.number for page in pages] == ["Q1", "S1"]
    assert factsheets(district(), pd.DataFrame([OWN, MEASURE])[:0]) == []


# --- small counts -------------------------------------------------------------------------------

# Of 10 people who learn to read and write 2 live in each village. The course in the afternoon is
# reached by the 2 of Süd only; 7.5 seats (7) are there.
FEW = bounded(villages(
    [COURSE_OFFER | {"kind": "alphabetisierung", "place_count": 5}],
    [COURSE_SESSION | {"start_time": "14:00", "end_time": "17:00"}],
    own_measures=[
        {"measure_id": "E01", "title": "Runder Tisch", "field": "alle", "gap": "Lücke",
         "goal": "Ziel", "priority": "hoch", "is_quick_win": "ja", "status": "vorschlag"},
    ],
))  # fmt: skip


@pytest.fixture(scope="module")
def few():
    """The catalogue of a district in which only two people can take part."""
    return planned(FEW).measures


def test_small_counts_are_withheld_and_do_not_follow_from_others(few):
    computed = few[few["lever_code"] != "sonstige"]
    assert len(computed)
    limit = FEW.parameters.withhold_below
    counts = ["start_value", "target_value", "gained_count", "gained_count_low",
              "gained_count_high", "gained_count_holidays", "lost_count"]  # fmt: skip
    for row in computed.to_dict("records"):
        shown = [row[name] for name in counts if pd.notna(row[name])]
        assert not [count for count in shown if 0 < abs(count) < limit]
        # 2 start from where nobody may see it: of start, gain and target two are the third.
        assert pd.isna(row["start_value"])
        assert pd.isna(row["target_value"]) or pd.isna(row["gained_count"])


def test_pages_name_no_small_count(few):
    pages = factsheets(FEW, few)
    assert [page.title for page in pages][-1] == "Runder Tisch"
    people = [
        text
        for page in pages
        for row in page.payload()["rows"]
        if row["label"] in ("Kennzahl", "Zusätzlich erreicht", "Im Verbund", "Lücke")
        for text in row["items"]
    ]
    assert any("geheim" in text for text in people)
    numbers = itertools.chain(*(re.findall(r"(?<!unter )\b\d+\b", text) for text in people))
    assert not {"1", "2"} & set(numbers)
