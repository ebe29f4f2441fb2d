"""The one place for the look: colours, type, German numbers, and matplotlib's settings.

Everything drawn or printed takes its colour, its type size and its number format from here; the
Typst templates receive the same values from the exporter. matplotlib is loaded only when
something is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sokanalysis import fonts

if TYPE_CHECKING:
    import datetime as dt

    from matplotlib.figure import Figure

ACCENT: Final = "#00566b"
INK: Final = "#1f2a30"
MUTED: Final = "#5b6770"
RULE: Final = "#c3ccd0"
PAPER: Final = "#f1f5f6"
ATTENTION: Final = "#b3541e"
HIGHLIGHT: Final = "#eda81f"

# Light to dark in even steps of lightness: the order survives a photocopier.
ORDINAL: Final = ("#dcebee", "#a9cdd6", "#6fa9b8", "#3a8095", "#00566b", "#00303d")
# All differ in lightness as well as in hue, for colour-blind readers and for greyscale.
CATEGORICAL: Final = (ACCENT, HIGHLIGHT, "#43102f", "#bfe0f2", ATTENTION, "#4f9d8a")

NO_DATA: Final = "#efece6"
NO_DATA_HATCH: Final = "////"
NO_DATA_EDGE: Final = "#9a958a"
NO_DATA_LABEL: Final = "keine Daten oder geheim"

FONT: Final = fonts.FONT
# Points; the same in a figure and in the text around it, because figures are set at full size.
TYPE_SCALE: Final = {"small": 8.0, "label": 9.0, "body": 10.5, "h3": 11.5, "h2": 14.0, "h1": 20.0}

TEXT_WIDTH_MM: Final = 160.0
_MM_PER_INCH = 25.4

NBSP: Final = "\N{NO-BREAK SPACE}"
THIN: Final = "\N{NARROW NO-BREAK SPACE}"  # between thousands; no line ends there
UNKNOWN: Final = "unbekannt"
DASH: Final = "–"
_RANGE: Final = re.compile(rf"(\d(?:{NBSP}\S+)?) bis (?=\d)")
_WRITTEN: Final = re.compile(rf"[−+]?[\d{THIN}]+(?:,(\d+))?")
_GERMAN: Final = str.maketrans({",": THIN, ".": ",", "-": "\N{MINUS SIGN}"})


def ordinal(count: int) -> tuple[str, ...]:
    """Return colours for ordered classes, light (little) to dark (much).

    Parameters
    ----------
    count : int
        Number of classes, 0 to 6.

    Returns
    -------
    tuple of str
        `count` hex colours; empty for 0.

    Raises
    ------
    ValueError
        More classes than a reader can tell apart.
    """
    picks = {0: "", 1: "4", 2: "14", 3: "024", 4: "0134", 5: "01234", 6: "012345"}
    if count not in picks:
        raise ValueError(f"Höchstens {len(ORDINAL)} Klassen sind unterscheidbar, nicht {count}.")
    return tuple(ORDINAL[int(pick)] for pick in picks[count])


def categorical(count: int) -> tuple[str, ...]:
    """Return colours for unordered classes, 0 to 6; raises ValueError as `ordinal` does."""
    if not 0 <= count <= len(CATEGORICAL):
        raise ValueError(f"Höchstens {len(CATEGORICAL)} Gruppen sind unterscheidbar: {count}.")
    return CATEGORICAL[:count]


def ink_on(color: str) -> str:
    """Return white on dark and ink on light colours (relative luminance of WCAG 2.2)."""
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.22 else INK


def is_missing(value: Any) -> bool:
    """Tell whether a scalar is None, NaN, NaT or pandas' NA, without loading pandas."""
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124  # only NaN and NaT differ from themselves
    except TypeError:  # NA refuses to be compared
        return True


def number(value: object, decimals: int = 0, *, missing: str = DASH) -> str:
    """Write a number as German readers do: 1 234,5, with a true minus sign (DIN 5008).

    Parameters
    ----------
    value : number or missing
        Rounded half to even.
    decimals : int, default 0
        Places after the comma, always shown.
    missing : str, default "–"
        What stands for None, NaN and NA.

    Returns
    -------
    str
        Thousands are set apart by a narrow space at which no line ends, never by a point, which
        readers of other languages take for the comma.
    """
    if is_missing(value):
        return missing
    rounded = round(float(value), decimals) + 0.0  # type: ignore[arg-type]  # + 0.0: no "-0"
    return f"{rounded:,.{decimals}f}".translate(_GERMAN)


def places(text: str) -> int:
    """Return how many places a written number has after its comma; 0 when it is no number."""
    match = _WRITTEN.fullmatch(text)
    return len(match[1] or "") if match else 0


def filling(text: str, most: int) -> str:
    """Return what a number lacks to have so many places, to be set unseen behind it.

    Commas below each other need it: "7" lacks ",00" of two places, a word lacks nothing.
    """
    if not most or not _WRITTEN.fullmatch(text):
        return ""
    return ("" if places(text) else ",") + "0" * (most - places(text))


def exact(value: float) -> str:
    """Write a number with the places after the comma that it has, at most three: 0.25 is "0,25"."""
    return number(value, next((d for d in range(3) if round(value, d) == value), 3))


def _with_unit(value: object, decimals: int, unit: str, missing: str) -> str:
    if is_missing(value):
        return missing
    return f"{number(value, decimals)}{NBSP}{unit}"


def percent(share: object, decimals: int = 0, *, missing: str = DASH) -> str:
    """Write a share (0–1) as a percentage: 0.125 with one decimal is "12,5 %"."""
    value = share if is_missing(share) else float(share) * 100  # type: ignore[arg-type]
    return _with_unit(value, decimals, "%", missing)


def euro(amount: object, decimals: int = 0, *, missing: str = DASH) -> str:
    """Write an amount in euros: 12500 is "12 500 €"."""
    return _with_unit(amount, decimals, "€", missing)


def minutes(duration: object, decimals: int = 0, *, missing: str = DASH) -> str:
    """Write a duration in minutes: 75 is "75 min"."""
    return _with_unit(duration, decimals, "min", missing)


def german_date(day: dt.date | None, *, missing: str = UNKNOWN) -> str:
    """Write a date: 2026-03-01 is "1. März 2026"."""
    from babel.dates import format_date

    if is_missing(day):
        return missing
    return str(format_date(day, format="long", locale="de_DE"))


def unbroken(text: str) -> str:
    """Keep every range of numbers on one line: "191 bis 428", "5 % bis 12 %"."""
    return _RANGE.sub(rf"\1{NBSP}bis{NBSP}", text)


def rc() -> dict[str, Any]:
    """Return matplotlib's settings for the house, fonts registered."""
    from cycler import cycler

    fonts.register_fonts()
    small, label = TYPE_SCALE["small"], TYPE_SCALE["label"]
    return {
        "font.family": [FONT], "font.size": label, "text.color": INK,
        "axes.titlesize": TYPE_SCALE["body"], "axes.titleweight": 600,
        "axes.titlelocation": "left", "axes.labelsize": label, "axes.labelcolor": MUTED,
        "axes.edgecolor": RULE, "axes.linewidth": 0.8, "axes.spines.top": False,
        "axes.spines.right": False, "axes.prop_cycle": cycler(color=CATEGORICAL),
        "axes.axisbelow": True, "axes.unicode_minus": True, "axes.grid": False,
        "grid.color": RULE, "grid.linewidth": 0.5, "xtick.color": MUTED, "ytick.color": MUTED,
        "xtick.labelcolor": INK, "ytick.labelcolor": INK, "xtick.labelsize": small,
        "ytick.labelsize": small, "xtick.major.size": 0, "ytick.major.size": 0,
        "legend.frameon": False, "legend.fontsize": small, "hatch.linewidth": 0.4,
        "hatch.color": NO_DATA_EDGE, "figure.figsize": figure_size(), "figure.dpi": 110,
        "figure.constrained_layout.use": True, "savefig.transparent": False,
        # Outlines instead of text: a figure looks the same where Source Sans is not installed,
        # and no glyph can be missing in the PDF. The words are in the alternative text.
        "svg.fonttype": "path", "svg.hashsalt": "sokanalysis",
    }  # fmt: skip


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the look of the house inside this context: `with house_style(): …`."""
    import matplotlib as mpl

    settings: Any = rc()  # the stubs know every key by name
    with mpl.rc_context(settings):
        yield


def use_house_style() -> None:
    """Set the look of the house for a whole notebook."""
    import matplotlib as mpl

    settings: Any = rc()
    mpl.rcParams.update(settings)


def figure_size(height_mm: float = 88.0, width_mm: float = TEXT_WIDTH_MM) -> tuple[float, float]:
    """Return a figure size in inches; full text width unless told otherwise."""
    return width_mm / _MM_PER_INCH, height_mm / _MM_PER_INCH


def figure_svg(figure: Figure) -> str:
    """Return a figure as SVG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    str
        An `<svg>` document without date and creator.
    """
    from io import StringIO

    buffer = StringIO()
    with house_style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
