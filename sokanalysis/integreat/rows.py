"""Rows of the district's tables, collected as cells and typed as if read from a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.errors import DataProblems
from sokanalysis.integreat.api import Entry
from sokanalysis.integreat.candidates import PLACE, Candidate, page_link
from sokanalysis.integreat.kinds import Kind, provider_kind
from sokanalysis.integreat.left_out import NotTakenOver
from sokanalysis.integreat.places import Place, municipality, number, word
from sokanalysis.integreat.texts import link
from sokanalysis.read.convert import convert
from sokanalysis.schema import TABLES

if TYPE_CHECKING:
    from sokanalysis.region import Region

QUALITY: Final = "gemeldet"
NAMES: Final = ("providers", "offers", "sites", "offer_sites", "sessions")

Cells = dict[str, str]
Times = list[tuple[tuple[str, ...], str, str]]  # weekdays, start, end


@dataclass
class Rows:
    """Rows by table and key, as they are found."""

    cells: dict[str, dict[tuple[str, ...], Cells]] = field(
        default_factory=lambda: {name: {} for name in NAMES}
    )

    def put(self, table: str, /, **cells: str) -> None:
        """Add a row; one that stands there already stays as it is."""
        key = tuple(cells[column] for column in TABLES[table].key)
        self.cells[table].setdefault(key, {"quality": QUALITY} | cells)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the rows typed and ordered by key; tables without rows have all columns."""
        return {name: _typed(name, self.cells[name]) for name in NAMES}


def _typed(name: str, rows: dict[tuple[str, ...], Cells]) -> pd.DataFrame:
    columns, problems = {}, []
    for column in TABLES[name].columns:
        cells = [rows[key].get(column.name, "") for key in sorted(rows)]
        series = pd.Series(cells, dtype="str")
        columns[column.name], found = convert(series, column, f"{name}.csv")
        problems += found
    if problems:
        raise DataProblems(problems)
    return pd.DataFrame(columns)


def add_offer(
    rows: Rows, candidate: Candidate, kind: Kind, place: Place, times: Times, region: Region,
    **dates: str,
) -> None:  # fmt: skip
    """Add an offer with its provider, its site and its sessions.

    Parameters
    ----------
    rows : Rows
        What is added to.
    candidate : Candidate
        The place or event at Integreat.
    kind : Kind
        What it is and for whom.
    place : Place
        Where it is, with a position.
    times : list
        Weekdays, start and end of its sessions.
    region : Region
        Gives the municipalities.
    **dates : str
        Cells of the offer: ``status`` and what is known of its first and last days.
    """
    source = {"source": candidate.source}
    dated = source | {"source_date": candidate.source_date}
    offer = {"offer_id": candidate.offer_id}
    words = ", ".join(f"„{found}“" for found in kind.words)
    rows.put(
        "offers", **offer, **dated, **dates,
        provider_id=_add_provider(rows, candidate, place, dated),
        name=candidate.title, kind=kind.kind, field=kind.field,
        target_groups=";".join(kind.target_groups),
        gender="frauen" if "frauen" in kind.target_groups else "",
        is_wheelchair_accessible=_yes_or_no(candidate.site.get("barrier_free")),
        note=f"aus Integreat; Art nach dem Wort {words}" + _also_online(candidate.given),
    )  # fmt: skip
    _add_site(rows, candidate, place, region)
    site = {"site_id": place.site_id}
    rows.put("offer_sites", **offer, **site, **source)
    for weekdays, start, end in times:
        clock = f"{start}-{end}".replace(":", "")
        rows.put(
            "sessions", **offer, **site, **source, session_id=f"{candidate.offer_id}-{clock}",
            weekdays=";".join(weekdays), start_time=start, end_time=end, runs_in_holidays="ja",
            note="Öffnungszeit" if candidate.entry == PLACE else "",
        )  # fmt: skip


def _yes_or_no(value: object) -> str:
    return {True: "ja", False: "nein"}[value] if isinstance(value, bool) else ""


def _also_online(entry: Entry) -> str:
    return "; findet auch online statt" if entry.get("meeting_url") else ""


def _add_provider(rows: Rows, candidate: Candidate, place: Place, dated: Cells) -> str:
    """Add who offers it and return the key: the organisation, else the place itself.

    Of an event without an organisation only the place is known, and who runs a place need not
    run what takes place in it.
    """
    given = candidate.site.get("organization")
    organisation = given if isinstance(given, dict) else {}
    key, name = number(organisation.get("id")), word(organisation.get("name"))
    if key and name:
        website = organisation.get("website")
        cells = {"website": link(website) if isinstance(website, str) else ""}
        key = f"I-T{key}"
    elif candidate.entry == PLACE:
        key, name = place.site_id, candidate.title
        cells = {"address": place.address, "place": place.town}
    else:
        key, name = "I-T0", "in Integreat nicht genannt"
        dated = {"source": "Integreat", "source_date": ""}
        cells = {"note": "Sammelzeile: wer anbietet, ist zu erfragen"}
    kind = provider_kind(name)
    doubt = {"note": "Art des Trägers prüfen"} if kind == "sonstige" else {}
    rows.put("providers", **(dated | doubt | cells), provider_id=key, name=name, kind=kind)
    return key


def _add_site(rows: Rows, candidate: Candidate, place: Place, region: Region) -> None:
    if place.position is None:
        raise NotTakenOver("ohne_lage")
    lat, lon, exact = place.position
    ags = municipality(lat, lon, region)
    towns = region.municipalities.set_index("ags")["name"]
    rows.put(
        "sites", site_id=place.site_id, name=place.name or candidate.title, address=place.address,
        place=place.town or str(towns.get(ags, place.name or candidate.title)),
        ags=ags, lat=repr(lat), lon=repr(lon), geocoding=exact,
        source=page_link(candidate.site) or candidate.source, note=place.note,
    )  # fmt: skip
