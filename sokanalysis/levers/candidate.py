"""One way to change something: what it changes in the data, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import yaml

from sokanalysis.demand import NEEDS, bounds
from sokanalysis.gaps import clock, fitting_offers
from sokanalysis.parameters import minutes_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sokanalysis.changes import Change, Row
    from sokanalysis.parameters import Parameters
    from sokanalysis.region import Region

SOMEBODY: Final = "einem Träger"

Time = tuple[tuple[str, ...], str, str]  # weekdays, start, end


@dataclass(frozen=True)
class Candidate:
    """One way to change something.

    Parameters
    ----------
    key : str
        What it is, the same in every run: lever, then what is changed, with ``|`` between.
    lever : str
        Key of `codes.LEVERS`.
    change : Change
        What it changes in the data.
    cost : mapping of str to float
        How much of what: by the name of the parameter that holds the price.
    needs : tuple of str
        Needs (keys of `demand.NEEDS`) it is meant for; empty for all of them.
    choice : str
        Candidates of one choice exclude each other; empty when it stands alone.
    family : str
        What it is a variant of: the same at another time or in another building of the place.
    words : mapping of str to str
        Values for the texts of levers.yaml.
    beside : tuple of str, optional
        Offer and site at whose time it takes place; at another time of theirs it is of no use.
    """

    key: str
    lever: str
    change: Change
    cost: Mapping[str, float]
    needs: tuple[str, ...] = ()
    choice: str = ""
    family: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, str] | None = None

    def cost_eur(self, parameters: Parameters) -> float:
        """Return the cost of a year at the prices of the parameters."""
        return float(sum(getattr(parameters, name) * much for name, much in self.cost.items()))

    def cost_range_eur(self, parameters: Parameters) -> tuple[float, float]:
        """Return the cost of a year at the lowest and at the highest defensible prices."""
        ends = [(bounds(parameters.entries[name]), much) for name, much in self.cost.items()]
        return sum(e[0] * much for e, much in ends), sum(e[2] * much for e, much in ends)


@cache
def lever_words() -> dict[str, Any]:
    """Return the texts and appointments of levers.yaml."""
    text = files("sokanalysis").joinpath("levers.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


def provider_name(region: Region, provider_id: str) -> str:
    """Return the name of a provider, or words for one that is still to be found."""
    names = region.providers.set_index("provider_id")["name"]
    return str(names.get(provider_id, SOMEBODY))


def likely_provider(region: Region, need: str) -> str:
    """Return who answers a need today: the provider of the first fitting offer, or nobody."""
    offers = fitting_offers(region, need)
    return "" if offers.empty else str(offers["provider_id"].iloc[0])


def offer_row(need: str, offer_id: str, provider_id: str, **others: Any) -> Row:
    """Return a new offer that answers a need and is open to everybody who has it."""
    entry = NEEDS[need]
    return {
        "offer_id": offer_id, "provider_id": provider_id, "name": entry.title,
        "field": entry.field, "kind": entry.kinds[0], "target_groups": ("zugewanderte",),
        "status": "laufend", **others,
    }  # fmt: skip


def session_rows(offer_id: str, site_id: str, times: Iterable[Time], **others: Any) -> list[Row]:
    """Return sessions of one offer at one site."""
    return [
        {
            "session_id": f"{offer_id}@{site_id}|{number}", "offer_id": offer_id,
            "site_id": site_id, "weekdays": days, "start_time": start, "end_time": end,
            "runs_in_holidays": False, "ride_max_km": None, **others,
        }
        for number, (days, start, end) in enumerate(times, start=1)
    ]  # fmt: skip


def copied(sessions: Iterable[Row], offer_id: str, **others: Any) -> list[Row]:
    """Return sessions at the same times and places as those of another offer."""
    return [
        session | {"session_id": f"{offer_id}|{number}", "offer_id": offer_id, **others}
        for number, session in enumerate(sessions, start=1)
    ]


def planned(plan: Mapping[str, Any], start: str) -> list[Time]:
    """Return the one time that a plan of levers.yaml has with a start."""
    end = minutes_of_day(start) + plan["minutes"]
    return [(tuple(plan["weekdays"]), start, clock(end))]


def times_of(sessions: Iterable[Row]) -> list[Time]:
    """Return weekdays, start and end of sessions."""
    return [(row["weekdays"], row["start_time"], row["end_time"]) for row in sessions]


def hours_a_week(times: Iterable[Time]) -> float:
    """Return how many hours a week sessions last together."""
    minutes = (len(d) * (minutes_of_day(end) - minutes_of_day(start)) for d, start, end in times)
    return sum(minutes) / 60


def time_words(times: Iterable[Time]) -> str:
    """Return weekdays and hours of sessions in German."""
    return "; ".join(f"{'/'.join(days)} {start}–{end} Uhr" for days, start, end in times)


def sites_inside(region: Region) -> set[str]:
    """Return the sites in the district; others cannot be decided on here."""
    return set(region.sites.loc[region.sites["ags"].notna(), "site_id"])


def units_of(region: Region, kinds: Iterable[str]) -> list[tuple[Row, str, list[Row]]]:
    """Return today's offers of some kinds, each with a site and its sessions there."""
    offers = region.current_offers[region.current_offers["kind"].isin(set(kinds))]
    found = []
    for offer in offers.to_dict("records"):
        held = region.sessions[region.sessions["offer_id"] == offer["offer_id"]]
        for site, rows in held.groupby("site_id", sort=True):
            found.append((offer, str(site), rows.to_dict("records")))
    return found
