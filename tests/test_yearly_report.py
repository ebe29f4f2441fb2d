"""The sentences of the yearly report, from tables made by hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from sokanalysis.errors import PeriodOutOfOrder
from sokanalysis.yearly_report import yearly_report
from tests.conftest import villages

SPACE = "\N{NO-BREAK SPACE}"
CHANGES = pd.DataFrame(
    [
        ("A1", "Café", "Caritas", "neu", "Angebot"),
        ("A2", "Kurs", "vhs", "neu", "Angebot"),
        ("A3", "Treff", "Verein", "entfallen", "Angebot"),
        ("A4", "Beratung", "Caritas", "neu", "Termin"),
        ("A4", "Beratung", "Caritas", "geändert", "Plätze"),
        ("A4", "Beratung", "Caritas", "verlegt", "Ort"),
        ("A5", "Sport", "Verein", "verlegt", "Ort"),
    ],
    columns=["offer_id", "name", "provider", "change", "item"],
)
LIGHTS = pd.DataFrame({"meaning": ["im Plan", "nicht messbar", "im Plan"]})
MEASURES = pd.DataFrame({
    "number": ["S1", "S2", "A1", "T1"],
    "status": ["abgeschlossen", "abgeschlossen", "in_umsetzung", "vorschlag"],
    "cost_eur": [42_000.0, 500.0, None, 9_999.0],
})  # fmt: skip


def participation(**counts) -> pd.DataFrame:
    """Two needs: one that changed, one that did not."""
    first = {
        "need": "Kurs", "person_count_before": 1000, "person_count_after": 1200,
        "able_count_before": 990, "able_count_after": 1100, "change_count": 110,
        "offer_effect_count": 120, "demand_effect_count": -10, "assumption_effect_count": 0,
    }  # fmt: skip
    same = dict.fromkeys(first, 0) | {
        "need": "Arbeit", "person_count_before": 50, "person_count_after": 50,
        "able_count_before": 10, "able_count_after": 10,
    }  # fmt: skip
    rows = pd.DataFrame([first | counts, same])
    return rows.astype({name: "Int64" for name in rows if name != "need"})


@pytest.fixture(scope="module")
def regions():
    after = villages()
    return after.with_parameters(reference_date=dt.date(2025, 11, 22)), after


def report(regions, rows=None, measures=MEASURES, changes=CHANGES, lights=LIGHTS) -> list[str]:
    rows = participation() if rows is None else rows
    return yearly_report(*regions, changes, rows, lights, measures).split("\n\n")


def test_the_whole_report(regions):
    assert report(regions) == [
        "**Zeitraum.** Verglichen wird der Stand vom 22. November 2025 mit dem Stand vom "
        "22. November 2026.",
        # A4 is changed by a new appointment and by its places, once, and moved; A5 is moved.
        "**Angebote.** Neu sind 2 Angebote: „Café“ (Caritas) und „Kurs“ (vhs). Entfallen ist "
        "1 Angebot: „Treff“ (Verein). Von den übrigen Angeboten wurden 2 verlegt, 0 verschoben "
        "und 1 sonst geändert; ein Angebot kann mehrfach genannt sein.",
        # 1100 + 10 and 990 + 10.
        "**Teilnahme.** Zahl der Menschen, die teilnehmen können: 1\u202f110; am 22. November 2025 "
        "waren es 1\u202f000 (+110). Wer zwei Bedarfe hat, zählt zweimal. Ursachen der "
        "Veränderung: Angebot und Fahrplan +120 und Bedarf −10.",
        "- Kurs: 1\u202f100 von 1\u202f200 können teilnehmen, zuvor 990 von 1\u202f000 (+110; "
        "Angebot und Fahrplan +120 und Bedarf −10)\n"
        "- Arbeit: 10 von 50 können teilnehmen, zuvor 10 von 50 (unverändert)",
        "**Ampel.** Sie zeigt 2-mal grün (im Plan) und 1-mal grau (nicht messbar).",
        "**Maßnahmen und Geld.** Abgeschlossen sind 2 Maßnahmen (S1 und S2) mit "
        f"42\u202f500{SPACE}€ im Jahr. In Umsetzung ist 1 Maßnahme (A1) mit unbekannten Kosten. "
        f"Zusammen sind das 42\u202f500{SPACE}€ im Jahr. Ohne bekannten Betrag: A1.",
    ]  # fmt: skip


def test_other_assumptions_are_said_where_they_play_a_part(regions):
    rows = participation(offer_effect_count=117, assumption_effect_count=3)
    _, _, people, needs, *_ = report(regions, rows)
    for text in (people, needs.splitlines()[0]):
        assert "Angebot und Fahrplan +117, Bedarf −10 und geänderte Annahmen +3" in text


def test_what_is_withheld_takes_its_sum_with_it(regions):
    hidden = dict.fromkeys(
        ["able_count_after", "change_count", "offer_effect_count", "demand_effect_count",
         "assumption_effect_count"], pd.NA,
    )  # fmt: skip
    _, _, people, needs, *_ = report(regions, participation(**hidden))
    assert "können: geheim; am 22. November 2025 waren es 1\u202f000 (geheim)" in people
    assert (
        "Kurs: geheim von 1\u202f200 können teilnehmen, zuvor 990 von 1\u202f000 (geheim" in needs
    )
    assert "unverändert" not in needs.splitlines()[0]


def test_a_catalogue_may_name_the_status_in_german(regions):
    labels = MEASURES.assign(status=["abgeschlossen", "abgeschlossen", "in Umsetzung", "Vorschlag"])
    assert report(regions, measures=labels) == report(regions)


def test_nothing_happened(regions):
    texts = report(regions, changes=CHANGES[:0], measures=MEASURES[3:], lights=LIGHTS[:0])
    assert "Neu ist kein Angebot. Entfallen ist kein Angebot." in texts[1]
    assert texts[-1] == (
        "**Maßnahmen und Geld.** Abgeschlossen ist keine Maßnahme. In Umsetzung ist keine Maßnahme."
    )
    assert len(texts) == 5


def test_two_snapshots_of_one_day_are_no_period(regions):
    before, after = regions
    with pytest.raises(PeriodOutOfOrder, match="reference_date"):
        report((after, after))
    with pytest.raises(PeriodOutOfOrder, match=r"22.11.2026 bis zum 22.11.2025"):
        report((after, before))
