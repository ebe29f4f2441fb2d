"""Thresholds and assumptions, read from parameters.yaml and changed only within their ranges."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from sokanalysis.errors import ParameterOutOfRange, UnknownParameter

Value = float | int | str | dt.date


@dataclass(frozen=True)
class Parameter:
    """One threshold or assumption with what a reader needs to judge it."""

    name: str
    title: str
    value: Value
    unit: str
    valid_from: dt.date
    quality: str
    source: str
    topic: str = ""
    range: tuple[Value, Value] | None = None


class Parameters:
    """All parameters of one analysis; reading an attribute gives the value.

    Parameters
    ----------
    entries : dict of str to Parameter
        By name.

    Examples
    --------
    >>> default_parameters().walk_speed_kmh
    4.5
    >>> default_parameters().replace(walk_speed_kmh=5.0).walk_speed_kmh
    5.0
    """

    def __init__(self, entries: dict[str, Parameter]) -> None:
        self.entries = entries

    def __getattr__(self, name: str) -> Any:
        """Return the value; UnknownParameter when parameters.yaml does not define it."""
        if name.startswith("__") or name == "entries":
            raise AttributeError(name)
        return self._entry(name).value

    def replace(self, **values: Value) -> Parameters:
        """Return parameters with other values.

        Raises
        ------
        UnknownParameter
            When a name is not defined.
        ParameterOutOfRange
            When a value lies outside the range its entry allows.
        """
        changed = {name: _with_value(self._entry(name), value) for name, value in values.items()}
        return Parameters(self.entries | changed)

    def _entry(self, name: str) -> Parameter:
        if name not in self.entries:
            known = ", ".join(sorted(self.entries))
            raise UnknownParameter(f"Parameter „{name}“ gibt es nicht. Bekannt sind: {known}")
        return self.entries[name]


def _with_value(entry: Parameter, value: Value) -> Parameter:
    low, high = entry.range or (value, value)
    place = f"Parameter „{entry.name}“ ({entry.title}): {value}"
    if isinstance(entry.value, str) != isinstance(value, str):
        example = f'"{entry.value}"' if isinstance(entry.value, str) else entry.value
        raise ParameterOutOfRange(f"{place} ist von anderer Art → schreiben wie {example}.")
    if not low <= value <= high:  # type: ignore[operator]  # both of one kind by now
        raise ParameterOutOfRange(
            f"{place} liegt außerhalb von {low} bis {high} {entry.unit} → "
            "einen Wert in diesem Bereich wählen."
        )
    return Parameter(**(entry.__dict__ | {"value": value}))


def minutes_of_day(clock: str) -> int:
    """Minutes since midnight of ``HH:MM``; hours past 24 belong to the same service day."""
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _read(text: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load(text) or {}


@cache
def default_parameters() -> Parameters:
    """Return the parameters that the package ships."""
    raw = _read(files("sokanalysis").joinpath("parameters.yaml").read_text(encoding="utf-8"))
    return Parameters({name: _parameter(name, entry) for name, entry in raw.items()})


def _parameter(name: str, entry: dict[str, Any]) -> Parameter:
    bounds = entry.pop("range", None)
    return Parameter(name=name, range=tuple(bounds) if bounds else None, **entry)


def region_parameters(folder: Path) -> Parameters:
    """Return the defaults with the values of ``<folder>/parameters.yaml`` laid over them.

    The region's file holds ``name: value`` pairs; without a file the defaults stand.

    Raises
    ------
    UnknownParameter, ParameterOutOfRange
        As in `Parameters.replace`.
    """
    path = folder / "parameters.yaml"
    own = _read(path.read_text(encoding="utf-8")) if path.exists() else {}
    return default_parameters().replace(**own)  # type: ignore[arg-type]  # values, not entries
