"""Measures on one page each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import show, style
from sokanalysis.maps import effect_map

if TYPE_CHECKING:
    from sokanalysis.region import Region

_WORDS: Final = (
    ("Handlungsfeld", "field"), ("Bedarf", "need"), ("Lücke", "gap"), ("Ziel", "goal"),
    ("Zielgruppe", "target_group"), ("Schritte", "steps"),
    ("Verantwortlich (Vorschlag)", "responsible"), ("Partner", "partners"),
    ("Zeitraum", "period"),
)  # fmt: skip


def factsheets(region: Region, measures: pd.DataFrame) -> list[show.Factsheet]:
    """Return one page a measure, in the order of the catalogue.

    Parameters
    ----------
    region : Region
        Gives map and assumptions.
    measures : DataFrame
        As `sokanalysis.catalogue.catalogue` gives it. What is missing stays away; measures that
        are not computed (lever "sonstige") have no effect and no map. A count that is missing in
        a computed one is withheld, and the page says so.

    Returns
    -------
    list of Factsheet
        Empty without measures.
    """
    return [_factsheet(region, row) for row in measures.to_dict("records")]


def _factsheet(region: Region, row: dict[Any, Any]) -> show.Factsheet:
    is_computed = row["lever_code"] != "sonstige"
    rows = [(label, row[name]) for label, name in _WORDS if row[name]]
    rows += [
        ("Kosten im Jahr (Annahme)", _cost(row)), ("Förderung (zu prüfen)", row["funding"]),
        ("Kennzahl", _indicator(row, "geheim" if is_computed else "offen")),
        *(_effect(row) if is_computed else ()),
        ("Stand", row["status"]),
    ]  # fmt: skip
    rows = [(label, text) for label, text in rows if text]
    marks = [f"Priorität {row['priority']}", row["lever"]]
    marks += ["Sofortmaßnahme"] if row["is_quick_win"] else []
    if not is_computed:
        return show.Factsheet(row["number"], row["title"], rows, marks)
    marks.append("im Plan" if row["is_chosen"] else "Alternative")
    figure, alt = effect_map(region, row["reached_before"], row["reached_after"])
    return show.Factsheet(row["number"], row["title"], rows, marks, figure, alt, region.basis)


def _cost(row: dict[Any, Any]) -> str:
    if pd.isna(row["cost_eur"]):
        return "noch nicht beziffert"
    cost = style.euro(row["cost_eur"])
    if row["cost_eur_low"] < row["cost_eur_high"]:
        cost += (
            f" (Spanne {style.euro(row['cost_eur_low'])} bis {style.euro(row['cost_eur_high'])})"
        )
    each = row["cost_per_person_eur"]
    return f"{cost}, {style.euro(each)} je Person" if pd.notna(each) else cost


def _indicator(row: dict[Any, Any], missing: str) -> str:
    if not row["indicator"]:
        return ""
    start, target = (
        style.number(value, 0 if pd.isna(value) or value == round(value) else 1, missing=missing)
        for value in (row["start_value"], row["target_value"])
    )
    return f"{row['indicator']}: von {start} auf {target}"


def _effect(row: dict[Any, Any]) -> list[tuple[str, str]]:
    holidays = row["gained_count_holidays"]
    if pd.isna(row["gained_count"]):
        alone = f"je nach Bedarf {row['gained_range']} Menschen in der Schulzeit"
    else:
        count = style.number(row["gained_count"])
        alone = f"{count} Menschen in der Schulzeit, je nach Bedarf {row['gained_range']}"
    if pd.notna(holidays):
        alone += f"; in den Ferien {style.number(holidays)}"
    rows = [("Zusätzlich erreicht", alone)]
    if pd.notna(row["lost_count"]):
        lost = style.number(row["lost_count"])
        rows.append(
            ("Im Verbund", f"ohne diese Maßnahme könnten {lost} Menschen weniger teilnehmen")
        )
    decides = f"; es entscheidet: {row['decides']}" if row["decides"] else ""
    share = style.percent(row["chosen_share"])
    rows.append(("Gewissheit", f"{row['robustness']} gewählt ({share} der Ziehungen){decides}"))
    return rows
