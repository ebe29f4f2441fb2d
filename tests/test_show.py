from __future__ import annotations

import datetime as dt

import folium
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from sokanalysis.show import (
    MIME,
    Column,
    Cover,
    DataState,
    Factsheet,
    Figure,
    KeyFigures,
    Map,
    Note,
    Table,
    Text,
)  # fmt: skip
from sokanalysis.shown import svg_width_pt

SOURCE = "Quelle: Test, Stand 1. März 2026"


def drawing():
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1])
    return figure


@pytest.fixture
def offers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Pößneck", "Schleiz", None],
            "count": [1200.0, np.nan, 3],
            "share": [0.125, 0.5, None],
            "cost": [12500.5, 0, 1],
            "day": [pd.Timestamp("2026-03-01"), pd.NaT, pd.Timestamp("2026-12-24")],
            "open": [True, False, None],
            "withheld": ["< 3", 12, 4],
        }
    )


COLUMNS = (
    Column("name", "Ort", missing="unbekannt"),
    Column("count", "Menschen", "integer", unit="Personen", missing="unbekannt"),
    Column("share", "Anteil", "percent", 1),
    Column("cost", "Kosten", "euro", 2),
    Column("day", "Tag", "date"),
    Column("open", "offen", "boolean"),
    Column("withheld", "Fälle", "integer"),
)


def test_text_is_markdown_for_the_pdf_and_html_for_the_lab():
    bundle = Text("Es sind **32,4 %**.")._repr_mimebundle_()
    assert bundle[MIME] == {"kind": "text", "markdown": "Es sind **32,4 %**.", "basis": []}
    assert "<strong>32,4 %</strong>" in bundle["text/html"]


def test_a_figure_carries_drawing_caption_source_and_alt():
    figure = drawing()
    bundle = Figure(figure, "Befund", SOURCE, "Linie & mehr", ("Annahme",))._repr_mimebundle_()
    data = bundle[MIME]
    assert (data["kind"], data["caption"], data["source"]) == ("figure", "Befund", SOURCE)
    assert data["basis"] == ["Annahme"]
    assert svg_width_pt(data["svg"]) > 100
    assert 'alt="Linie &amp; mehr"' in bundle["text/html"]
    assert figure.number not in plt.get_fignums()


@pytest.mark.parametrize("missing", ["caption", "source", "alt"])
def test_a_figure_without_words_is_refused(missing):
    texts = {"caption": "c", "source": "s", "alt": "a"} | {missing: " "}
    with pytest.raises(ValueError, match=missing):
        Figure(drawing(), **texts)
    plt.close("all")


def test_a_map_is_interactive_in_the_lab_and_static_in_the_pdf():
    made = []

    def interactive() -> folium.Map:
        made.append(1)
        return folium.Map([50, 11], tiles=None)

    shown = Map(interactive, drawing(), "Befund", SOURCE, "Karte der Orte")
    assert shown._repr_mimebundle_(include=[MIME])[MIME]["svg"]
    assert not made
    html = shown._repr_mimebundle_(exclude=[MIME])["text/html"]
    assert len(made) == 1
    assert '<iframe title="Karte der Orte"' in html


def test_a_map_takes_a_ready_map_too():
    shown = Map(folium.Map([50, 11], tiles=None), drawing(), "Befund", SOURCE, "Karte")
    assert "<iframe" in shown.html()


def test_table_values_are_german_and_missing_values_say_so(offers):
    data = Table(offers, COLUMNS, "Befund", SOURCE).payload()
    assert data["rows"] == [
        ["Pößneck", "1\u202f200", "12,5", "12\u202f500,50", "01.03.2026", "ja", "< 3"],
        ["Schleiz", "unbekannt", "50,0", "0,00", "–", "nein", "12"],
        ["unbekannt", "3", "–", "1,00", "24.12.2026", "–", "4"],
    ]


def test_units_stand_in_the_head_and_numbers_to_the_right(offers):
    head = Table(offers, COLUMNS, "Befund", SOURCE).payload()["head"]
    assert [column["unit"] for column in head] == ["", "Personen", "%", "€", "", "", ""]
    assert [column["align"] == "right" for column in head] == [
        False, True, True, True, False, False, True,
    ]  # fmt: skip


def test_a_total_row_is_summed_or_given(offers):
    columns = COLUMNS[:4]
    summed = Table(offers, columns, "Befund", SOURCE, total="Summe").payload()["total"]
    assert summed == ["Summe", "1\u202f203", "", "12\u202f501,50"]
    values = {"name": "Kreis", "share": 0.25}
    assert Table(offers, columns, "Befund", SOURCE, total=values).payload()["total"] == [
        "Kreis", "", "25,0", "",
    ]  # fmt: skip


def test_an_empty_table_says_so(offers):
    table = Table(offers.head(0), COLUMNS, "Befund", SOURCE)
    assert table.payload()["rows"] == []
    assert "keine Einträge" in table.html()


def test_a_table_names_the_columns_it_lacks(offers):
    with pytest.raises(KeyError, match="fehlt_hier"):
        Table(offers, [Column("fehlt_hier", "x")], "Befund", SOURCE)


def test_table_html_has_scoped_heads_and_escapes(offers):
    html = Table(offers, COLUMNS, "a < b", SOURCE, note="Hinweis").html()
    assert html.count('scope="col"') == len(COLUMNS)
    assert "a &lt; b" in html
    assert "&lt; 3" in html


def test_key_figures_format_bare_numbers():
    shown = KeyFigures([(1234, "Menschen", ""), ("41 %", "Anteil", "ohne Rufbus")])
    assert [n["value"] for n in shown.payload()["numbers"]] == ["1\u202f234", "41 %"]
    assert "ohne Rufbus" in shown.html()


def test_a_cover_needs_question_and_answer():
    data = Cover("Wer kann teilnehmen?", [(1, "a", "b")], "**Kurse verlegen**").payload()
    assert data["kind"] == "cover"
    with pytest.raises(ValueError, match="answer"):
        Cover("Frage", [], "")


def test_data_state_counts_by_quality_in_a_fixed_order():
    counts = {"angenommen": 30, "amtlich": 70, "belegt": 0}
    data = DataState(counts, "Text", dt.date(2026, 3, 1)).payload()
    assert [(p["count"], p["share"]) for p in data["parts"]] == [
        ("70", "70\u00a0%"), ("0", "0\u00a0%"), ("30", "30\u00a0%"),
    ]  # fmt: skip
    assert data["as_of"] == "2026-03-01"
    assert "1. März 2026" in DataState(counts, "Text", dt.date(2026, 3, 1)).html()


def test_data_state_of_nothing_divides_by_nothing():
    assert DataState({}, "leer").payload()["parts"] == []
    assert DataState({"amtlich": 0}, "leer").payload()["parts"][0]["share"] == "0\u00a0%"


def test_a_factsheet_holds_texts_lists_and_a_drawing():
    rows = [("Ziel", "mehr"), ("Schritte", ["eins", "zwei"]), ("Kosten", 1000)]
    shown = Factsheet("M 1", "Kurs verlegen", rows, ("Sofort",), drawing(), "Linie")
    data = shown.payload()
    assert [row["items"] for row in data["rows"]] == [["mehr"], ["eins", "zwei"], ["1\u202f000"]]
    assert data["svg"].startswith("<?xml")
    assert "<li>zwei</li>" in shown.html()
    with pytest.raises(ValueError, match="alt"):
        Factsheet(1, "Titel", [], figure=drawing())
    plt.close("all")


def test_a_note_has_a_known_kind():
    assert "Arbeitsannahme" in Note("annahme", "Der *Fahrplan*").html()
    with pytest.raises(ValueError, match="Unbekannte Art"):
        Note("laut", "…")
