"""What came, went, moved or changed among the offers between two snapshots of a district."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from sokanalysis import style
from sokanalysis.codes import CURRENT_STATUSES, STATUSES, WEEKDAYS
from sokanalysis.schema import OFFERS, SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sokanalysis.columns import Column
    from sokanalysis.region import Region

# In the order in which they are listed.
CHANGES: Final = ("neu", "entfallen", "verlegt", "verschoben", "geändert")
OFFER, SESSION, SITE, PROVIDER = "Angebot", "Termin", "Ort", "Träger"

_NOTHING: Final = "–"
_NO_TIME: Final = "Zeit unbekannt"
_COLUMNS: Final = ("offer_id", "name", "provider", "change", "item", "was", "now")
# What decides who can take part, beside time, place and provider.
_OFFER_COLUMNS: Final = (
    "kind", "target_groups", "level_in", "level_out", "place_count", "has_childcare", "status",
)  # fmt: skip
_SESSION_COLUMNS: Final = ("runs_in_holidays", "ride_max_km")
# What two appointments of an offer have in common to be taken for the same one: the first rule
# that finds a partner holds. New numbers for old appointments are no change.
_LIKENESS: Final = (
    ("site_id", "when", "values"), ("site_id", "when"), ("session_id",), ("when",), ("site_id",),
)  # fmt: skip


class _Change(NamedTuple):
    """What stands in a row of the answer."""

    offer_id: str
    change: str
    item: str
    was: str
    now: str


class _Appointment(NamedTuple):
    """A session, or a site of an offer without one, in the words of the answer."""

    offer_id: str
    session_id: str
    site_id: str
    when: str
    where: str
    address: str
    place: str
    values: tuple[str, ...]

    @property
    def is_timed(self) -> bool:
        return self.when != _NO_TIME

    def __str__(self) -> str:
        return f"{self.when}, {self.where}"


def offer_changes(before: Region, after: Region) -> pd.DataFrame:
    """List what is different among the offers of two snapshots.

    Offers count as `Region.current_offers` says on the day of each snapshot, so one that has
    ended since is "entfallen". Offers are told apart by ``offer_id``; appointments are compared
    by what they say, then by ``session_id``. A site of an offer without an appointment counts as
    one at an unknown time. A site that moves keeps its key and changes its address; an address
    that is only now known, or a better position, is no move.

    Parameters
    ----------
    before, after : Region
        The same district twice; the order of rows in their tables does not matter.

    Returns
    -------
    DataFrame
        One row a change: ``offer_id``, ``name`` and ``provider`` (as of `after`, or else of
        `before`), ``change`` (one of `CHANGES`), ``item`` (German: what changed, such as
        `OFFER`, `SESSION`, `SITE`, `PROVIDER` or the title of a column), ``was`` and ``now``
        (German). "neu" and "entfallen" with item `OFFER` is the whole offer, with `SESSION` or
        `SITE` an appointment or a site of one that goes on. By change, name, number, item and
        text; empty when nothing changed. Swapping the snapshots swaps ``was`` and ``now``,
        "neu" and "entfallen". Holds no people: nothing has to pass `sokanalysis.privacy`.
    """
    found = [
        *_whole_offers(before, after),
        *_changed_values(before, after),
        *_changed_appointments(before, after),
    ]
    names = _names(before) | _names(after)
    rows = [
        (row.offer_id, *names[row.offer_id], *row[1:]) for row in set(found) if row.was != row.now
    ]
    rows.sort(key=lambda row: (CHANGES.index(row[3]), row[1], row[0], *row[4:]))
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype="str")


def _names(region: Region) -> dict[str, tuple[str, str]]:
    """Return name and provider of all offers."""
    providers = region.providers.set_index("provider_id")["name"].to_dict()
    columns = region.offers[["offer_id", "name", "provider_id"]]
    return {offer: (name, providers[provider]) for offer, name, provider in _cells(columns)}


def _cells(rows: pd.DataFrame) -> Iterable[tuple[Any, ...]]:
    return rows.itertuples(index=False, name=None)


# --- whole offers -------------------------------------------------------------------------------


def _whole_offers(before: Region, after: Region) -> Iterator[_Change]:
    old, new = (set(region.current_offers["offer_id"]) for region in (before, after))
    described = _described(before), _described(after)
    for offer in old ^ new:
        was, now = (texts.get(offer, _NOTHING) for texts in described)
        yield _Change(offer, "neu" if offer in new else "entfallen", OFFER, was, now)


def _described(region: Region) -> dict[str, str]:
    """Say of every offer when and where it takes place, or why it is none of today's."""
    offers = region.offers[["offer_id", "status", "valid_until_date"]]
    texts = {offer: _absence(status, end) for offer, status, end in _cells(offers)}
    texts |= dict.fromkeys(region.current_offers["offer_id"], "Ort und Zeit unbekannt")
    rows = defaultdict(list)
    for row in _of_today(region):
        rows[row.offer_id].append(str(row))
    return texts | {offer: "; ".join(parts) for offer, parts in rows.items()}


def _absence(status: str, end: Any) -> str:
    if status in CURRENT_STATUSES and pd.notna(end):
        return f"beendet am {end:%d.%m.%Y}"
    return STATUSES[status]


# --- values of offers that go on ----------------------------------------------------------------


def _changed_values(before: Region, after: Region) -> Iterator[_Change]:
    columns = [OFFERS.column(name) for name in _OFFER_COLUMNS]
    old, new = _values(before, columns), _values(after, columns)
    names = _names(before), _names(after)
    for offer in old.keys() & new.keys():
        (was_by, *was), (now_by, *now) = old[offer], new[offer]
        if was_by != now_by:  # a provider that only changes its name is the same
            yield _Change(offer, "geändert", PROVIDER, names[0][offer][1], names[1][offer][1])
        for column, one, other in zip(columns, was, now, strict=True):
            yield _Change(offer, "geändert", column.title, one, other)


def _values(region: Region, columns: list[Column]) -> dict[str, tuple[str, ...]]:
    """Return the key of the provider and the columns in German, of today's offers."""
    rows = region.current_offers[["offer_id", "provider_id", *(c.name for c in columns)]]
    return {
        offer: (provider, *map(_text, columns, cells)) for offer, provider, *cells in _cells(rows)
    }


def _text(column: Column, value: Any) -> str:
    """Write a cell in German; a list of codes in the order of its code list."""
    if column.kind == "codes":
        return ", ".join(label for code, label in column.code_list.items() if code in value)
    if pd.isna(value):
        return "keine Angabe"
    if column.kind == "code":
        return column.code_list[value]
    if column.kind == "boolean":
        return "ja" if value else "nein"
    unit = f"\N{NO-BREAK SPACE}{column.unit}" if column.unit != column.title else ""
    return style.exact(value) + unit


# --- appointments and sites of offers that go on ------------------------------------------------


def _changed_appointments(before: Region, after: Region) -> Iterator[_Change]:
    kept = set(before.current_offers["offer_id"]) & set(after.current_offers["offer_id"])
    old, new = (
        [row for row in _of_today(region) if row.offer_id in kept] for region in (before, after)
    )
    for likeness in _LIKENESS:
        pairs, old, new = _paired(old, new, likeness)
        for was, now in pairs:
            yield from _differences(was, now)
    for row in old:
        yield _Change(row.offer_id, "entfallen", _item(row), str(row), _NOTHING)
    for row in new:
        yield _Change(row.offer_id, "neu", _item(row), _NOTHING, str(row))


def _of_today(region: Region) -> list[_Appointment]:
    """Return appointments of today's offers, and their sites without one, at an unknown time."""
    columns = [SESSIONS.column(name) for name in _SESSION_COLUMNS]
    sites = region.sites.set_index("site_id")[["name", "address", "place"]].fillna("")
    spots = dict(zip(sites.index, _cells(sites), strict=True))
    sessions = region.current_sessions
    rows = [
        _Appointment(
            offer, key, site, _when(*times), *_spot(spots[site]), tuple(map(_text, columns, values))
        )
        for (offer, key, site), times, values in zip(
            _cells(sessions[["offer_id", "session_id", "site_id"]]),
            _cells(sessions[["weekdays", "start_time", "end_time"]]),
            _cells(sessions[list(_SESSION_COLUMNS)]),
            strict=True,
        )
    ]
    timed = {(row.offer_id, row.site_id) for row in rows}
    is_today = region.offer_sites["offer_id"].isin(region.current_offers["offer_id"])
    pairs = region.offer_sites.loc[is_today, ["offer_id", "site_id"]]
    return sorted(rows + [
        _Appointment(offer, site, site, _NO_TIME, *_spot(spots[site]), ())
        for offer, site in set(_cells(pairs)) - timed
    ])  # fmt: skip


def _when(weekdays: Iterable[str], start: str, end: str) -> str:
    return f"{', '.join(day for day in WEEKDAYS if day in weekdays)} {start}–{end} Uhr"


def _spot(cells: tuple[str, str, str]) -> tuple[str, str, str]:
    """Return where a site is in words, its address and its place."""
    _, address, place = cells
    return ", ".join(dict.fromkeys(filter(None, cells))), address, place


def _paired(
    old: list[_Appointment], new: list[_Appointment], likeness: tuple[str, ...]
) -> tuple[list[tuple[_Appointment, _Appointment]], list[_Appointment], list[_Appointment]]:
    """Pair rows of one offer that have something in common, each once; return the others too."""
    key = attrgetter("offer_id", *likeness)
    waiting, pairs, left = defaultdict(list), [], []
    for row in new:
        waiting[key(row)].append(row)
    for row in old:
        partners = waiting[key(row)]
        if partners:
            pairs.append((row, partners.pop(0)))
        else:
            left.append(row)
    return pairs, left, sorted(row for rows in waiting.values() for row in rows)


def _item(row: _Appointment) -> str:
    return SESSION if row.is_timed else SITE


def _differences(was: _Appointment, now: _Appointment) -> Iterator[_Change]:
    """Compare the same appointment in place, time and further columns."""
    if _has_moved(was, now):
        yield _Change(was.offer_id, "verlegt", SITE, was.where, now.where)
    if not (was.is_timed and now.is_timed):
        yield _Change(was.offer_id, "geändert", SESSION, was.when, now.when)
        return
    yield _Change(was.offer_id, "verschoben", SESSION, was.when, now.when)
    for name, one, other in zip(_SESSION_COLUMNS, was.values, now.values, strict=True):
        yield _Change(was.offer_id, "geändert", SESSIONS.column(name).title, one, other)


def _has_moved(was: _Appointment, now: _Appointment) -> bool:
    """Tell whether an appointment is somewhere else, and not only known more exactly."""
    both_known = bool(was.address and now.address)
    return (
        was.site_id != now.site_id
        or was.place != now.place
        or (both_known and was.address != now.address)
    )
