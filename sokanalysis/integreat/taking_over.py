"""From the answers of Integreat to rows of the district's tables, and a report of all the rest.

What becomes an offer: a place with opening hours (anybody may come then), and an event that takes
place every week. What it is and for whom the rules of kinds.yaml say; where they say nothing, the
entry is listed. Of all texts only titles come in, and those without contacts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.integreat.api import Saved
from sokanalysis.integreat.candidates import PLACE, Candidate, candidates, page_link, pages, portals
from sokanalysis.integreat.kinds import Kind, offer_kind
from sokanalysis.integreat.left_out import LeftOut, NotTakenOver, left_out
from sokanalysis.integreat.places import Place, located, place_of, word
from sokanalysis.integreat.rows import Cells, Rows, add_offer
from sokanalysis.integreat.times import Meeting, meeting, opening_week
from sokanalysis.opening_hours import sessions

if TYPE_CHECKING:
    from sokanalysis.region import Region

TO_LOCATE: Final = ("site_id", "name", "address", "place", "link")


@dataclass(frozen=True)
class TakenOver:
    """What Integreat knows, in the tables of the district, and what it does not say.

    Parameters
    ----------
    providers, offers, sites, offer_sites, sessions : DataFrame
        Typed rows with the columns of `sokanalysis.schema`, ordered by their key; keys begin with
        ``I-`` and hold Integreat's own numbers, so the same entry has the same key in every
        answer.
    left_out : DataFrame
        Everything not taken over, as `left_out.left_out` describes it.
    to_locate : DataFrame
        ``site_id``, ``name``, ``address``, ``place`` and ``link`` of places whose position is
        missing or a placeholder, where an offer waits for it. With ``lat``, ``lon`` and
        ``geocoding`` filled in they are the ``positions`` of `taken_over`.
    region : str
        What Integreat calls the region; empty when it is not known.
    """

    providers: pd.DataFrame
    offers: pd.DataFrame
    sites: pd.DataFrame
    offer_sites: pd.DataFrame
    sessions: pd.DataFrame
    left_out: pd.DataFrame
    to_locate: pd.DataFrame
    region: str

    @property
    def text(self) -> str:
        """The report in German: what came in, what did not and why, what stayed outside."""
        counts = (
            f"Angebote: {len(self.offers)}, Träger: {len(self.providers)}, "
            f"Orte: {len(self.sites)}, Termine: {len(self.sessions)}"
        )
        lines = [f"Aus Integreat übernommen ({self.region or 'Region nicht genannt'}) – {counts}."]
        if not self.left_out.empty:
            lines.append(f"Nicht oder nicht ganz übernommen: {len(self.left_out)}")
        lines += [
            _line(str(why), rows) for why, rows in self.left_out.groupby("reason", sort=False)
        ]
        if not self.to_locate.empty:
            lines.append(f"Orte, deren Lage noch zu bestimmen ist: {len(self.to_locate)}")
        return "\n".join([*lines, _PRIVACY])


_PRIVACY: Final = (
    "Nicht hereingelassen: Ansprechpersonen, Telefonnummern, E-Mail-Adressen und Beschreibungen. "
    "Einen Namen ohne „Frau“ oder „Herr“ in einem Titel erkennt das Programm nicht: die Titel "
    "durchsehen, bevor Tabellen weitergegeben werden."
)


def _line(reason: str, rows: pd.DataFrame) -> str:
    titles = [f"„{title}“" for title in rows["title"] if title][:3]
    examples = f" ({', '.join(titles)}{' …' if len(rows) > len(titles) else ''})" if titles else ""
    return f"  {reason}: {len(rows)}{examples}"


@dataclass
class _Draft:
    """Rows and remarks as they are found."""

    saved: Saved
    region: Region
    positions: pd.DataFrame | None
    rows: Rows = field(default_factory=Rows)
    left: list[LeftOut] = field(default_factory=list)
    to_locate: dict[str, Cells] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        return pd.Timestamp(self.region.parameters.reference_date).date()


def taken_over(saved: Saved, region: Region, *, positions: pd.DataFrame | None = None) -> TakenOver:
    """Take over what Integreat knows about a district.

    Parameters
    ----------
    saved : Saved
        From `fetch` or `read_saved`.
    region : Region
        Gives the day of today (``reference_date``) and the boundaries of the municipalities.
    positions : DataFrame, optional
        ``site_id``, ``lat``, ``lon`` (degrees, EPSG:4326) and ``geocoding`` of places that were
        located elsewhere; they come before what Integreat says. See `TakenOver.to_locate`.

    Returns
    -------
    TakenOver
        The same for the same answers, in whatever order their entries stand. Quality is
        ``gemeldet``, source the page, ``source_date`` the day of its last change; status is
        ``laufend``, or ``geplant`` where the first day is still to come. Sessions count for the
        holidays, too: Integreat knows no school holidays. The tables have no rows when nothing
        fits.
    """
    draft, seen = _Draft(saved, region, positions), set[str]()
    for candidate in candidates(saved):
        try:
            if not candidate.key or candidate.key in seen:
                raise NotTakenOver("doppelt" if candidate.key else "unlesbar", "Kennung")
            seen.add(candidate.key)
            _take(draft, candidate)
        except NotTakenOver as why:
            draft.left.append(candidate.left(why.reason, why.detail))
    waiting = [draft.to_locate[key] for key in sorted(draft.to_locate)]
    return TakenOver(
        **draft.rows.tables(),
        left_out=left_out([*draft.left, *pages(saved), *portals(saved)]),
        to_locate=pd.DataFrame(waiting, columns=[*TO_LOCATE], dtype="str"),
        region=word(saved.region.get("name")),
    )


def _take(draft: _Draft, candidate: Candidate) -> None:
    """Add the offer that an entry is; `NotTakenOver` when it is none."""
    if not candidate.title:
        raise NotTakenOver("unlesbar", "Titel fehlt")
    if candidate.entry == PLACE:
        _take_place(draft, candidate)
    else:
        when = meeting(candidate.entries, draft.today)
        times = [(when.weekdays, when.start_time, when.end_time)]
        kind, place = _kind(candidate), _place(draft, candidate)
        dates = _dates(when, draft.today)
        add_offer(draft.rows, candidate, kind, place, times, draft.region, **dates)


def _take_place(draft: _Draft, candidate: Candidate) -> None:
    given = candidate.given
    if given.get("temporarily_closed") is True:
        raise NotTakenOver("geschlossen")
    if given.get("opening_hours") is None:
        raise NotTakenOver("ohne_zeiten")
    hours, by_appointment = opening_week(given["opening_hours"])
    if hours.empty:
        raise NotTakenOver("nach_vereinbarung" if by_appointment else "ohne_zeiten")
    kind, place = _kind(candidate), _place(draft, candidate)
    add_offer(draft.rows, candidate, kind, place, sessions(hours), draft.region, status="laufend")
    if by_appointment:
        days = ", ".join(by_appointment)
        draft.left.append(candidate.left("nach_vereinbarung", days, is_taken_over=True))


def _kind(candidate: Candidate) -> Kind:
    kind = offer_kind(candidate.title, candidate.category)
    if not kind.kind:
        reason = "mehrere_arten" if kind.words else "unbekannte_art"
        raise NotTakenOver(reason, ", ".join(kind.words) or candidate.category)
    return kind


def _place(draft: _Draft, candidate: Candidate) -> Place:
    """Return where it is; a place without a position is noted down to be located."""
    place = located(place_of(candidate.given, draft.saved.region), draft.positions)
    if place.position is None:
        draft.to_locate[place.site_id] = {
            "site_id": place.site_id, "name": place.name or candidate.title,
            "address": place.address, "place": place.town, "link": page_link(candidate.given),
        }  # fmt: skip
        raise NotTakenOver("ohne_lage", place.address or place.name)
    return place


def _dates(when: Meeting, today: dt.date) -> Cells:
    days = {
        "valid_from_date": when.first, "valid_until_date": when.last,
        "assured_date": when.known_until,
    }  # fmt: skip
    cells = {name: day.isoformat() if day else "" for name, day in days.items()}
    is_to_come = when.first is not None and when.first > today
    return cells | {"status": "geplant" if is_to_come else "laufend"}
