"""Executed notebooks made by hand, with one of everything that a document can show."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sokanalysis import style
from sokanalysis.show import (
    Column,
    Cover,
    DataState,
    Factsheet,
    Figure,
    KeyFigures,
    Note,
    Table,
    Text,
)  # fmt: skip

SOURCE = "Quelle: Test, Stand 1. März 2026"
RISES = "steigt von null auf eins"
BASIS = ("Modellfahrplan – Arbeitsannahme",)
ABOUT = {
    "titel": "Bericht über Größe und Maß",
    "untertitel": "An den Kreistag",
    "datei": "1_bestand",
    "kreis": "Saale-Orla-Kreis",
    "herausgeber": "Landratsamt",
    "schlagworte": ["Integration"],
    "datenstand": "2026-03-01",
}
PROSE = """## Anlass

Äpfel, *Öl* und **Übermaß**: Straße [hier](https://example.org).

- eins
  - zwei

1. drei

> Zitat

`code`

| a | b |
|---|--:|
| 1 | 2 |
"""


def markdown(text: str):
    return new_markdown_cell(text)


def shown(*objects, **metadata):
    outputs = [new_output("display_data", data=o._repr_mimebundle_()) for o in objects]
    return new_code_cell("geheim = 1", outputs=outputs, metadata=metadata)


def notebook(*cells, **about):
    return new_notebook(cells=list(cells), metadata={"sokanalysis": ABOUT | about})


def drawing() -> Drawing:
    figure = Drawing(figsize=style.figure_size(40))
    figure.subplots().plot([0, 1], [0, 1])
    return figure


def long_table() -> Table:
    frame = pd.DataFrame({"ort": [f"Ort {i}" for i in range(200)], "zahl": np.arange(200) * 7.5})
    columns = [Column("ort", "Ortsname"), Column("zahl", "Menschen", "number", 1)]
    return Table(frame, columns, "Zweihundert Orte", SOURCE)


def wide_table(count: int = 12) -> Table:
    words = ["Alphabetisierungskurs für Zugewanderte", "Jugendmigrationsdienst", "ja"]
    frame = pd.DataFrame({f"c{i}": words for i in range(count)})
    columns = [Column(f"c{i}", f"Angebotsmerkmal {i}") for i in range(count)]
    return Table(frame, columns, "Zwölf Spalten", SOURCE)


def whole_notebook():
    return notebook(
        markdown("# Bericht über Größe und Maß"),
        markdown(PROSE),
        shown(DataState({"amtlich": 3, "angenommen": 1}, "Ein *Viertel*.", dt.date(2026, 3, 1))),
        shown(KeyFigures([(41, "Prozent", "Schultag")]), Note("annahme", "Der Fahrplan.")),
        shown(Text("### Mitte\n\nIm Mittel **32,4 %**."), basis=1),
        shown(Figure(drawing(), "Erster Befund", SOURCE, f"Eine Linie {RISES}", BASIS)),
        shown(Figure(drawing(), "Zweiter Befund", SOURCE, f"Noch eine Linie {RISES}")),
        shown(long_table()),
        shown(wide_table()),
        markdown("## Maßnahmen"),
        shown(Factsheet("M 1", "Kurs verlegen", [("Ziel", "mehr"), ("Wer", ["VHS", "Kreis"])],
                        ("Sofort",), drawing(), f"Die Linie des Kurses {RISES}")),
        shown(Cover("Wer kann teilnehmen?", [("41 %", "erreichen", "")], "1. **Verlegen**")),
    )  # fmt: skip
