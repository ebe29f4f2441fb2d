"""From what stands in a cell of a workbook to the text that `read.convert` understands."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from sokanalysis.columns import Column

UNKNOWN_WORDS: Final = frozenset(
    {"?", "??", "???", "-", "–", "—", "unbekannt", "k. a.", "k.a.", "keine angabe", "weiß nicht"}
)
_MONTHS: Final = (
    "januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober",
    "november", "dezember",
)  # fmt: skip
_DAY: Final = re.compile(r"(\d{1,2})\s*\.\s*(\d{1,2})\s*\.\s*(\d{4}|\d{2})")
_DAY_IN_WORDS: Final = re.compile(r"(\d{1,2})\.?\s+([A-Za-zäÄ]{3,9})\.?\s+(\d{4})")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*([0-5]\d)(?::00)?)?\s*(Uhr)?(?:\s*([0-5]\d))?")
_THOUSANDS: Final = re.compile(r"\d{1,3}(\.\d{3})+")
# Excel counts days; outside of these years a bare number is more likely something else.
_FIRST_SERIAL, _LAST_SERIAL = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
_EPOCH, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)


def plain(text: str) -> str:
    """Return a text without what a spreadsheet does to it when it is saved.

    Line ends become line feeds, no-break spaces become spaces, control characters and spaces at
    the ends go, and letters with accents are composed.
    """
    text = re.sub(r"_x00([01][0-9A-Fa-f])_", lambda found: chr(int(found[1], 16)), text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    kept = "".join(letter for letter in text if letter in "\n\t" or ord(letter) >= 32)
    return unicodedata.normalize("NFC", kept).strip()


def text_of(value: Any, column: Column) -> str:
    """Write one typed value as the text of a CSV cell: 2026-09-01, ja, 2.5, Mo;Di, or empty."""
    if column.kind == "codes":
        return ";".join(value)
    if pd.isna(value):
        return ""
    if column.kind == "date":
        return f"{value:%Y-%m-%d}"
    if column.kind == "boolean":
        return "ja" if value else "nein"
    if column.kind == "number":
        return repr(float(value)).removesuffix(".0")
    return str(value)


def is_unknown(text: str) -> bool:
    """Tell whether somebody says that they do not know."""
    return text.casefold() in UNKNOWN_WORDS


def cell_text(value: Any, column: Column, *, is_from_1904: bool = False) -> str:
    """Write the value of a cell as `sokanalysis.read.convert` expects it.

    Parameters
    ----------
    value : object
        As openpyxl gives it: text, number, truth value, date, time, duration or None.
    column : Column
        What the cell should hold.
    is_from_1904 : bool
        Whether bare numbers count days from 1904.

    Returns
    -------
    str
        2026-09-01 for a date, 08:30 for a time, codes for labels. What is not understood comes
        back as it stands, for `convert` to refuse.
    """
    if value is None:
        return ""
    if column.kind == "time":
        return _time_text(value)
    if isinstance(value, str):
        return _from_text(plain(value), column)
    if column.kind == "date" and type(value) in (int, float):
        return _serial_text(value, is_from_1904)
    return _typed_text(value, column)


def _typed_text(value: Any, column: Column) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, dt.datetime | dt.date):
        # A number that Excel took for a date has to look wrong, not like another number.
        return f"{value:%Y-%m-%d}" if column.kind in ("date", "text") else f"{value:%d.%m.%Y}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float):
        return repr(float(value)).removesuffix(".0") if abs(value) < 1e15 else str(value)
    return str(value)


def _from_text(text: str, column: Column) -> str:
    if column.kind == "date":
        return _day_text(text)
    if column.kind in ("code", "codes"):
        return codes_text(text, column)
    if column.kind in ("integer", "number") and _THOUSANDS.fullmatch(text):
        return f"{text} (Tausenderpunkt oder Komma?)"
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):
        return text[1:]  # the sign with which people keep a spreadsheet from computing
    return text


def _day_text(text: str) -> str:
    """Write a German day as ISO; two digits of a year are of this century."""
    short = _DAY.fullmatch(text)
    if short:
        day, month, year = short.groups()
        return f"{int(day):02d}.{int(month):02d}.{year if len(year) == 4 else f'20{year}'}"
    long = _DAY_IN_WORDS.fullmatch(text)
    found = [m for m in _MONTHS if long and m.startswith(long[2].casefold())]
    if long and len(found) == 1:
        return f"{int(long[1]):02d}.{_MONTHS.index(found[0]) + 1:02d}.{long[3]}"
    return text


def _serial_text(value: float, is_from_1904: bool) -> str:
    epoch = _EPOCH_1904 if is_from_1904 else _EPOCH
    low, high = (_FIRST_SERIAL - epoch).days, (_LAST_SERIAL - epoch).days
    if low <= value <= high:
        return f"{epoch + dt.timedelta(days=int(value)):%Y-%m-%d}"
    return repr(float(value)).removesuffix(".0")


def _time_text(value: Any) -> str:
    if isinstance(value, dt.time):
        value = dt.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if type(value) in (int, float) and 0 <= value < 1:
        value = dt.timedelta(days=value)
    if isinstance(value, dt.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, dt.datetime):
        return f"{value:%d.%m.%Y %H:%M}"  # a day, not a time: to be refused
    if isinstance(value, str):
        return _clock_text(plain(value))
    return str(value)


def _clock_text(text: str) -> str:
    """Write 8.30, 8:30 Uhr, 8 Uhr and 8 Uhr 30 as 08:30; a bare number says too little."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return text
    hours, minutes, is_clock, after = found.groups()
    if (minutes and after) or not (minutes or is_clock) or (after and not is_clock):
        return text
    return f"{int(hours):02d}:{minutes or after or '00'}"


def codes_text(text: str, column: Column) -> str:
    """Write labels as codes, several separated by semicolons; unknown parts stay as they are."""
    by_word = _by_word(column)
    if column.kind == "code":
        return by_word.get(_word(text), text)
    parts = re.split(r"[;,\n/]", text)
    if column.codes == "weekday":
        parts = [day for part in parts for day in _days(part, by_word, list(column.code_list))]
    found = [by_word.get(_word(part), part.strip()) for part in parts if part.strip()]
    order = {code: number for number, code in enumerate(column.code_list)}
    is_sound = all(code in order for code in found)
    kept = list(dict.fromkeys(found))
    return ";".join(sorted(kept, key=order.__getitem__) if is_sound else kept)


def _word(text: str) -> str:
    return " ".join(text.casefold().strip(" .").split())


def _by_word(column: Column) -> Mapping[str, str]:
    """Return code by what people write for it: code, label, label without its brackets."""
    words: dict[str, str] = {}
    for code, label in column.code_list.items():
        words |= {_word(code): code, _word(label): code}
        words.setdefault(_word(label.partition(" (")[0]), code)
    return words


def _days(part: str, by_word: Mapping[str, str], order: list[str]) -> list[str]:
    """Take „Mo–Fr“, „Montag bis Freitag“ and „Di und Do“ apart."""
    ends = [by_word.get(_word(end)) for end in re.split(r"\s*[-–—]\s*|\s+bis\s+", part)]
    if len(ends) == 2 and ends[0] and ends[1]:
        first, last = order.index(ends[0]), order.index(ends[1])
        return order[first : last + 1] if first <= last else [part]
    return re.split(r"\s+und\s+|\s*\+\s*|\s*&\s*", part)
