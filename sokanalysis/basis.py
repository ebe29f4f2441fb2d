"""What the results rest on, in sentences for the page: timetable, ways, sessions, people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sokanalysis.codes import AREA_LEVELS, DAY_TYPES, label
from sokanalysis.timetable import NO_FLEX, flex_hours

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sokanalysis.region import Region


def travel_basis(region: Region) -> str:
    """Say with which timetable, ways and sessions travel was computed, in German Markdown."""
    sessions = region.current_sessions
    assumed = int((sessions["quality"] == "angenommen").sum())
    kinds = [_timetable(region), _ways(region)]
    kinds += [f"mit {assumed} von {len(sessions)} Terminen als Arbeitsannahme"] if assumed else []
    known = "" if not region.feed.is_model else "Ein amtlicher Fahrplan liegt nicht vor. "
    caution = (
        " Die Ergebnisse zeigen Muster; für einen einzelnen Ort sind sie kein Befund."
        if region.basis or assumed
        else ""
    )
    *first, last = kinds
    return f"{known}Gerechnet wird {', '.join(first)} und {last}.{caution}"


def _timetable(region: Region) -> str:
    if region.feed.is_model:
        return "mit einem **Modellfahrplan** über die wirklichen Haltestellen"
    days = region.feed.active.index
    return f"mit dem veröffentlichten Fahrplan vom {days.min():%d.%m.%Y} bis {days.max():%d.%m.%Y}"


def _ways(region: Region) -> str:
    if region.streets:
        return "mit Wegen auf dem Straßennetz von OpenStreetMap"
    return "mit Wegen auf Luftlinie mal Umwegfaktor"


def foreigners_basis(region: Region) -> str:
    """Say where the numbers of foreigners come from: areas, days and quality; in German.

    Without any row it says that the number is not known.
    """
    rows = region.groups[region.groups["group"] == "auslaender"]
    parts = []
    for level in AREA_LEVELS:
        known = rows[rows["area_level"] == level]
        latest = known[known["date"] == known["date"].max()]
        if not latest.empty:
            quality = label("quality", latest["quality"].mode()[0]).partition(" (")[0]
            day = f"{latest['date'].iloc[0]:%d.%m.%Y}"
            parts.append(f"{AREA_LEVELS[level]} {day} ({quality})")
    return ", ".join(parts) or "nicht bekannt"


def flex_basis(region: Region, dates: Mapping[str, pd.Timestamp]) -> str:
    """Say when the on-demand bus runs on the reference days, in German.

    Parameters
    ----------
    region : Region
        Gives the timetable.
    dates : mapping of str to Timestamp
        By day type, as `sokanalysis.timetable.reference_dates` gives them.
    """
    hours = {name: flex_hours(region.feed, date) for name, date in dates.items()}
    told = [
        f"am {DAY_TYPES[name]} von {words}" for name, words in hours.items() if words != NO_FLEX
    ]
    return f"Der Rufbus fährt {', '.join(told)}." if told else "Der Fahrplan kennt keinen Rufbus."
