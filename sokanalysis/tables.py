"""Tables and boxes for the page: which columns, under which German heads."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis import inventory, show, style
from sokanalysis.codes import DAY_TYPES, STATE_TITLES
from sokanalysis.show import Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sokanalysis.region import Region

# Heads of computed columns; those of the district's tables stand in `sokanalysis.schema`.
_COLUMNS: Final = {
    column.name: column
    for column in (
        Column("name", "Name"),
        Column("municipality", "Gemeinde"),
        Column("place", "Ort", missing="unbekannt"),
        Column("places", "Orte"),
        Column("area", "Verband"),
        Column("field", "Handlungsfeld"),
        Column("kind", "Art"),
        Column("need", "Bedarf"),
        Column("gap_class", "Lücke"),
        Column("rank", "Rang", "integer"),
        Column("status", "Status"),
        Column("provider", "Träger"),
        Column("providers", "Träger"),
        Column("provider_count", "Träger", "integer", unit="Anzahl"),
        Column("target_group", "Zielgruppe"),
        Column("other_provider", "und"),
        Column("shared_kinds", "gleiche Art"),
        Column("shared_groups", "gleiche Zielgruppen"),
        Column("times", "Zeiten"),
        Column("meeting", "Runder Tisch"),
        Column("participants", "wer"),
        Column("why", "Anlass"),
        Column("settle", "zu klären"),
        Column("offer_count", "Angebote", "integer", unit="Anzahl"),
        Column("place_count", "gemeldete Plätze", "integer"),
        Column("offers_per_1000", f"Angebote je {style.number(1000)}", "number", 1, "Ausländer*"),
        Column("population_count", "Einwohner", "integer", unit="Personen"),
        Column("foreigner_count", "Ausländer*", "integer", unit="Personen", missing="geheim"),
        Column("sprache_bildung", "Sprache und Bildung", "integer"),
        Column("ausbildung_arbeit", "Ausbildung und Arbeit", "integer"),
        Column("teilhabe", "Teilhabe", "integer"),
        Column("oldest_years", "älteste Angabe", "number", 1, "Jahre", "unbekannt"),
        Column("open_count", "offene Fragen", "integer", unit="Anzahl"),
        Column("ask", "zu fragen nach"),
        Column("is_assumed", "Zeiten angenommen", "boolean"),
        *(
            Column(f"{name}_offers", title, "integer", unit="Angebote")
            for name, title in STATE_TITLES.items()
        ),
        *(
            Column(f"{name}_people", title, "integer", unit="Personen", missing="geheim")
            for name, title in STATE_TITLES.items()
        ),
        *(Column(name, title, "percent") for name, title in STATE_TITLES.items()),
        Column("reason", "häufigster Grund"),
        Column("days", "Tage"),
        Column("start_time", "Beginn heute", unit="Uhr"),
        Column("earlier_share", "früher", "percent"),
        Column("today_share", "heute", "percent"),
        Column("later_share", "später", "percent"),
        Column("best", "beste Zeit"),
        Column("person_count", "Personen", "integer", missing="geheim"),
        Column("person_count_low", "mindestens", "integer", unit="Personen", missing="geheim"),
        Column("person_count_high", "höchstens", "integer", unit="Personen", missing="geheim"),
        Column("carless_count", "ohne Auto", "integer", unit="Personen"),
        Column("reached_count", "kommen hin", "integer", unit="Personen"),
        Column("car_count", "kämen mit Auto hin", "integer", unit="Personen"),
        Column("gap_count", "Unterschied", "integer", unit="Personen"),
        Column("gap_count_low", "mindestens", "integer", unit="Personen"),
        Column("gap_count_high", "höchstens", "integer", unit="Personen"),
        Column("sought", "gesucht"),
        Column("accommodation_share", "Unterkünfte", "percent"),
        Column("seeker_share", "Schutzsuchende", "percent"),
        Column("inhabitant_share", "Einwohner", "percent"),
        Column("number", "Nr."),
        Column("title", "Maßnahme"),
        Column("lever", "Hebel"),
        Column("gained_count", "zusätzlich", "integer", unit="Personen"),
        Column("gained_range", "Spanne", unit="Personen"),
        Column("gained_count_holidays", "in den Ferien", "integer", unit="Personen"),
        Column("lost_count", "im Verbund", "integer", unit="Personen", missing="–"),
        Column("robustness", "gewählt"),
        Column("chosen_share", "Anteil der Ziehungen", "percent"),
        Column("decides", "entscheidend"),
        Column("giver", "Fördergeber"),
        Column("own_share", "Eigenanteil mindestens", "percent", missing="offen"),
        Column("until_date", "endet am", "date", missing="offen"),
        Column("conditions", "Bedingungen"),
        Column("change", "Änderung"),
        Column("item", "was"),
        Column("able_count_before", "vorher", "integer", unit="Personen", missing="geheim"),
        Column("able_count_after", "jetzt", "integer", unit="Personen", missing="geheim"),
        Column("change_count", "Veränderung", "integer", unit="Personen", missing="geheim"),
        Column("offer_effect_count", "durch Angebot und Fahrplan", "integer", missing="geheim"),
        Column("demand_effect_count", "durch den Bedarf", "integer", missing="geheim"),
        Column("assumption_effect_count", "durch Annahmen", "integer", missing="geheim"),
        Column("round_title", "Runde"),
        Column("groups", "Gruppe"),
        Column("text", "Aussage"),
        Column("rater_count", "Beteiligte", "integer", unit="Personen", missing="zu wenige"),
        Column("item_count", "Aussagen", "integer", unit="Anzahl"),
        Column("rating_count", "Stimmen", "integer"),
        Column("rating_median", "Median", "number", 1, missing="–"),
        Column("rating_lower_quartile", "unteres Viertel", "number", 1, missing="–"),
        Column("rating_upper_quartile", "oberes Viertel", "number", 1, missing="–"),
        Column("agreement_share", "stimmen zu", "percent", missing="–"),
        Column("outcome", "Ergebnis"),
        Column("is_without", "ohne Gewichte", "boolean"),
        Column("is_with", "mit Gewichten", "boolean"),
        Column("was", "vorher"),
        Column("now", "jetzt"),
        Column("cost_eur", "Kosten im Jahr", "euro"),
        Column("cost_per_person_eur", "je Person", "euro"),
        Column("priority", "Priorität"),
        Column("value", "Wert", "number"),
        Column("unit", "Einheit"),
        Column("range", "Spanne"),
        Column("source", "Quelle"),
        Column("date", "Datum", "date"),
        Column("day_type", "Tagesart"),
        Column("direction", "Richtung"),
        Column("departure_time", "ab", unit="Uhr"),
        Column("arrival_time", "an", unit="Uhr"),
        Column("origin", "von"),
        Column("target", "nach"),
        Column("means", "womit"),
        Column("level_in", "Niveau vorher", missing="unbekannt"),
        Column("level_out", "Niveau nachher", missing="unbekannt"),
    )
}


def table(
    rows: pd.DataFrame, *names: str, caption: str, source: str, note: str = "",
    total: str = "", basis: Sequence[str] = (),
) -> show.Table:  # fmt: skip
    """Show columns of a computed table under their German heads.

    Parameters
    ----------
    rows : DataFrame
        As an analysis gives it; counts of people have to come through `sokanalysis.privacy`.
    *names : str
        Columns to show, in order.
    caption, source, note, total, basis
        As in `sokanalysis.show.Table`.

    Raises
    ------
    KeyError
        When a column has no head or the rows lack it.
    """
    columns = [_COLUMNS[name] for name in names]
    return show.Table(rows, columns, caption, source, note, tuple(basis), total)


def data_state(region: Region, text: str) -> show.DataState:
    """Show how many rows of all tables are official, documented, reported, estimated, assumed."""
    counts = inventory.quality_counts(region).sum()
    return show.DataState(
        {str(code): int(count) for code, count in counts.items()}, text,
        region.parameters.reference_date, _imprint(region),
    )  # fmt: skip


def _imprint(region: Region) -> dict[str, str]:
    told = asdict(region.imprint)
    return told | {"meeting": style.german_date(region.imprint.meeting, missing="")}


def assumptions(region: Region, *topics: str, caption: str, source: str) -> show.Table:
    """Show the parameters of some topics that nobody has measured, with their ranges."""
    entries = [
        {
            "name": entry.title, "value": _written(entry.value), "unit": entry.unit,
            "range": " bis ".join(_written(bound) for bound in entry.range or ()),
            "source": entry.source,
        }
        for entry in region.parameters.entries.values()
        if entry.topic in topics and entry.quality in ("angenommen", "geschaetzt")
    ]  # fmt: skip
    names = ("name", "value", "unit", "range", "source")
    return table(pd.DataFrame(entries), *names, caption=caption, source=source)


def _written(value: object) -> str:
    return style.exact(value) if isinstance(value, int | float) else str(value)


def reference_days(dates: Mapping[str, pd.Timestamp]) -> str:
    """Return the date that stands for each day type, in German.

    Parameters
    ----------
    dates : mapping of str to Timestamp
        As `sokanalysis.timetable.reference_dates` gives it.
    """
    return ", ".join(f"{DAY_TYPES[day]} {style.german_date(date)}" for day, date in dates.items())
