"""From the tags of a street to the speed of a mode in both directions; rules as data in yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import yaml

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters

Tags = Mapping[str, str]

MILE_KM: Final = 1.609344
_KNOT_KMH: Final = 1.852
_LIMIT_KEYS: Final = (
    "maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic",
)  # fmt: skip
_ROUND: Final = ("roundabout", "circular")
_BOTH: Final = (True, True)
_DIRECTIONS: Final = {
    "yes": (True, False), "true": (True, False), "1": (True, False),
    "-1": (False, True), "reverse": (False, True),
}  # fmt: skip


@cache
def rules() -> dict[str, Any]:
    """Return the rules that the package ships, as they stand in street_profiles.yaml."""
    text = files("sokanalysis").joinpath("street_profiles.yaml").read_text(encoding="utf-8")
    # Words such as "no" and "yes" are tag values here, not truth values.
    return dict(yaml.load(text, Loader=_Words))


class _Words(yaml.SafeLoader):
    """Reads yes and no as words."""


_Words.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def speeds_kmh(
    mode: str, tag_sets: Sequence[Tags], parameters: Parameters
) -> npt.NDArray[np.float64]:
    """Return the speed on streets with such tags.

    Parameters
    ----------
    mode : str
        A key of `streets.MODES`.
    tag_sets : sequence of mappings
        Tags of a street, by key.
    parameters : Parameters
        Walking and cycling speed, and the share of the speed limit that cars drive.

    Returns
    -------
    ndarray of float, shape (tag sets, 2)
        km/h along and against the direction in which the street is drawn; 0 where it is closed.
    """
    pairs = [_both_directions(mode, tags, parameters) for tags in tag_sets]
    return np.array(pairs, dtype=float).reshape(-1, 2)


def passes(mode: str, tag_sets: Sequence[Tags]) -> npt.NDArray[np.bool_]:
    """Tell whether a mode gets past a barrier on the street with such tags; shape (tag sets,)."""
    closed = rules()["barriers"]["closed"][mode]
    return np.array([_passes(mode, tags, closed) for tags in tag_sets], dtype=bool)


def can_stop(mode: str, tag_sets: Sequence[Tags]) -> npt.NDArray[np.bool_]:
    """Tell whether a way may begin or end on a street with such tags; shape (tag sets,)."""
    through = rules()["modes"][mode]["through"]
    return np.array(
        [tags.get("highway") not in through and "motorroad" not in tags for tags in tag_sets],
        dtype=bool,
    )


def _passes(mode: str, tags: Tags, closed: Sequence[str]) -> bool:
    value = access(tags, rules()["modes"][mode]["keys"])
    if value in rules()["access"]["closed"]:
        return False
    return value in rules()["access"]["opens"] or tags.get("barrier") not in closed


def _both_directions(mode: str, tags: Tags, parameters: Parameters) -> tuple[float, float]:
    speed = {"auto": _car_kmh, "rad": _bike_kmh, "fuss": _foot_kmh}[mode](tags, parameters)
    along, against = directions(mode, tags)
    return speed * along, speed * against


def _foot_kmh(tags: Tags, parameters: Parameters) -> float:
    return pace("fuss", tags) * float(parameters.walk_speed_kmh)


def _car_kmh(tags: Tags, parameters: Parameters) -> float:
    limit = limit_kmh(tags)
    driven = np.inf if limit is None else limit * parameters.car_limit_share
    return float(min(pace("auto", tags), driven))


def _bike_kmh(tags: Tags, parameters: Parameters) -> float:
    """Ride where riding is allowed, push where only walking is."""
    dismount = tags.get("bicycle") == "dismount"
    push = rules()["modes"]["rad"]["push"].get(tags.get("highway"), 1.0 if dismount else 0.0)
    if dismount:
        return float(push * _foot_kmh(tags, parameters))
    ride = pace("rad", tags) * float(parameters.bike_speed_kmh)
    return ride or push * _foot_kmh(tags, parameters)


def pace(mode: str, tags: Tags) -> float:
    """Return the pace of street_profiles.yaml, 0 where the street is closed to the mode."""
    profile, words = rules()["modes"][mode], rules()["access"]
    kind, value = tags.get("highway", ""), access(tags, profile["keys"])
    if kind in profile["never"] or value in words["closed"] or _only_motors(mode, tags):
        return 0.0
    own = tags.get(profile["keys"][-1]) or (tags.get("motor_vehicle") if mode == "auto" else None)
    usual = profile["pace"].get(kind, profile["opened"] if own in words["opens"] else 0.0)
    caps = [cap.get(tags.get(key), np.inf) for key, cap in profile["caps"].items()]
    slow = profile["slow"] if value in words["slow"] else np.inf
    return float(min(usual, slow, *caps))


def access(tags: Tags, keys: Sequence[str]) -> str:
    """Return the value of the most particular access tag, empty when none is given."""
    return next((tags[key] for key in reversed(keys) if key in tags), "")


def _only_motors(mode: str, tags: Tags) -> bool:
    """Tell whether the street is a Kraftfahrstraße (sign 331.1) that the mode may not use."""
    return mode != "auto" and tags.get("motorroad") == "yes"


def directions(mode: str, tags: Tags) -> tuple[bool, bool]:
    """Tell whether the mode may go along and against the direction of drawing."""
    if mode == "fuss":
        return _DIRECTIONS.get(tags.get("oneway:foot", ""), _BOTH)
    if mode == "rad" and (own := _bike_directions(tags)):
        return own
    implied = tags.get("junction") in _ROUND or tags.get("highway") == "motorway"
    return _DIRECTIONS.get(tags.get("oneway", "yes" if implied else ""), _BOTH)


def _bike_directions(tags: Tags) -> tuple[bool, bool] | None:
    """Return what the tags say about bikes alone; None when they follow the cars."""
    if "oneway:bicycle" in tags:
        return _DIRECTIONS.get(tags["oneway:bicycle"], _BOTH)
    lanes = [tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right")]
    return _BOTH if any(lane.startswith("opposite") for lane in lanes) else None


def limit_kmh(tags: Tags) -> float | None:
    """Return the speed limit, None when no tag gives one that can be read."""
    limits = (_one_limit(tags[key]) for key in _LIMIT_KEYS if key in tags)
    return next((limit for limit in limits if limit), None)


def _one_limit(text: str) -> float | None:
    """Read "50", "30 mph", "DE:rural", "DE:30", "walk", "none", or the lowest of "50;70"."""
    words = rules()["words"]["kmh"]
    limits = [words.get(part) or _number(part) for part in map(str.strip, text.split(";"))]
    return min((limit for limit in limits if limit), default=None)


def _number(text: str) -> float | None:
    found = re.fullmatch(r"(?:[A-Z]{2}:(?:zone:?)?)?(\d+(?:\.\d+)?)\s*(km/h|kmh|mph|knots)?", text)
    unit = {"mph": MILE_KM, "knots": _KNOT_KMH}
    return float(found[1]) * unit.get(found[2], 1.0) if found else None
