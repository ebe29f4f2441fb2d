"""Where measures stand: a table with a light in words for the monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sokanalysis import show, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

# The signs are in the font of the PDF and tell apart without colour.
SIGNS: Final = {"grün": "●", "gelb": "▲", "rot": "■", "grau": "○"}
_VALUES: Final = ("start_value", "now_value", "target_value")
_COLUMNS: Final = (
    show.Column("number", "Nr."),
    show.Column("title", "Maßnahme"),
    show.Column("start_value", "Beginn", "number"),
    show.Column("now_value", "jetzt", "number"),
    show.Column("target_value", "Ziel", "number"),
    show.Column("light", "Ampel"),
)


def traffic_lights(
    rows: pd.DataFrame, *, caption: str, source: str, note: str = "", basis: Sequence[str] = ()
) -> show.Table:
    """Show where measures stand between their start and their target, with a light in words.

    Parameters
    ----------
    rows : DataFrame
        ``number``, ``title``, ``start_value``, ``now_value``, ``target_value`` (with one decimal
        where they are not whole; missing is a dash), ``light`` (a key of `SIGNS`) and, if
        wanted, ``meaning`` (German), as `sokanalysis.monitoring.indicators` gives them. Counts
        of people have to come through `sokanalysis.privacy`.
    caption, source, note, basis
        As in `sokanalysis.show.Table`. Before the note stands how many lights of each kind there
        are.

    Returns
    -------
    Table
        Without rows it says "keine Einträge".

    Raises
    ------
    KeyError
        When a light is not in `SIGNS`.
    """
    lights = [f"{SIGNS[light]} {light}" for light in rows["light"]]
    if "meaning" in rows:
        pairs = zip(lights, rows["meaning"], strict=True)
        lights = [f"{light}: {meaning}" for light, meaning in pairs]
    written = {name: [_value(value) for value in rows[name]] for name in _VALUES}
    shown = rows[["number", "title"]].assign(light=lights, **written)
    counted = ", ".join(f"{n}-mal {light}" for light, n in _counts(rows["light"]).items())
    said = [f"Ampel: {counted}."] if counted else []
    if rows[[*_VALUES]].isna().any(axis=None):
        said.append(f"{style.DASH} heißt: {style.NO_DATA_LABEL}.")
    text = " ".join([*said, note]).strip()
    return show.Table(shown, _COLUMNS, caption, source, text, tuple(basis))


def _counts(lights: pd.Series[str]) -> dict[str, int]:
    counts = {light: int((lights == light).sum()) for light in SIGNS}
    return {light: count for light, count in counts.items() if count}


def _value(value: object) -> str:
    if style.is_missing(value):
        return style.DASH
    return style.number(value, 0 if float(value).is_integer() else 1)  # type: ignore[arg-type]
