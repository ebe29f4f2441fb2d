"""From the tables of HSDS to ours: services at locations, schedules."""

from __future__ import annotations

from typing import Final

from sokanalysis.hsds.fields import IMPLIED
from sokanalysis.hsds.model import Row
from sokanalysis.hsds.periods import Plan, Timed
from sokanalysis.hsds.report import ASSUMED
from sokanalysis.hsds.taking import Record, Taken, is_virtual

_LOCAL: Final = "als Ortszeit gelesen, zu jeder Jahreszeit gleich"


def take_visits(taken: Taken) -> list[Record]:
    """Return services at locations as rows of ``offer_sites``, text, in the order of the file.

    After offers and sites, whose keys they refer to. Services online have no site.
    """
    records = []
    for row in taken.sheets.get("service_at_location", []):
        own = taken.said.own("service_at_location", row["id"])
        if own.get(IMPLIED) == "ja" or is_virtual(taken, row):
            continue
        record = taken.begin("offer_sites", "service_at_location", row, "id")
        record |= _place(taken, row.get("service_id", ""), row.get("location_id", ""))
        records.append(record)
    return records


def _place(taken: Taken, service: str, location: str) -> Record:
    """Return our keys of offer and site; theirs where there is no such row."""
    return {
        "offer_id": taken.keys.get(("service", service), service),
        "site_id": taken.keys.get(("location", location), location),
    }


def take_sessions(taken: Taken, plan: Plan) -> list[Record]:
    """Return weekly schedules as rows of ``sessions``, text, in the order of the file."""
    return [_session(taken, timed) for timed in plan.sessions]


def _session(taken: Taken, timed: Timed) -> Record:
    row, weekly = timed.row, timed.weekly
    is_own = bool(taken.said.own("schedule", row["id"]))
    record = taken.begin("sessions", "schedule", row, "session_id")
    record |= _place(taken, timed.service, timed.location)
    record |= {
        "weekdays": ";".join(weekly.weekdays),
        "start_time": weekly.start_time,
        "end_time": weekly.end_time,
    }
    if not is_own:
        record["note"] = _note(row)
        stated = "mit festem Abstand zu UTC" if weekly.has_offset else "ohne Zeitzone"
        taken.find("schedule", "opens_at", ASSUMED, f"{stated}, {_LOCAL}", row["id"])
    reason = "HSDS kennt keine Schulferien"
    taken.supply("schedule", record, "runs_in_holidays", "nein", reason, "session_id")
    return record


def _note(row: Row) -> str:
    """Return what somebody else says of a schedule in words."""
    words = (row.get("description", "").strip(), row.get("notes", "").strip())
    return "; ".join(dict.fromkeys(word for word in words if word))
