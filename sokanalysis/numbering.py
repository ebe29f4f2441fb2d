"""Numbers of measures that stay the same from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import MEASURE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region

_LETTERS: Final = {"sprache_bildung": "S", "ausbildung_arbeit": "A", "teilhabe": "T", "alle": "Q"}


def numbered(region: Region, measures: pd.DataFrame) -> pd.DataFrame:
    """Give every measure a number: its old one, or the next of its field.

    Parameters
    ----------
    region : Region
        Its table ``measure_numbers`` keeps the numbers given so far.
    measures : DataFrame
        With ``key``, ``field_code``, ``is_chosen``, ``gained_count`` and ``title``; two of one
        key get the number with a letter behind it.

    Returns
    -------
    DataFrame
        With ``number`` in front, by field (in the order of `codes.MEASURE_FIELDS`), then number.
        New numbers go to chosen measures first, of these to those that help most people. Numbers
        once given are not given again, also when their measure has gone. Without measures the
        columns stand without rows.
    """
    order = {field: rank for rank, field in enumerate(MEASURE_FIELDS)}
    rows = measures.assign(rank=measures["field_code"].map(order))
    rows = rows.sort_values(
        ["rank", "is_chosen", "gained_count", "title"], ascending=[True, False, False, True],
        kind="stable",
    )  # fmt: skip
    known = region.measure_numbers.set_index("measure_key")["number"].to_dict()
    for key, field in zip(rows["key"], rows["field_code"], strict=True):
        known.setdefault(key, _next(_LETTERS[field], known.values()))
    again = rows.groupby("key").cumcount()
    number = [
        known[key] + ("" if times == 0 else chr(ord("a") + times))
        for key, times in zip(rows["key"], again, strict=True)
    ]
    rows.insert(0, "number", pd.Series(number, index=rows.index, dtype="str"))
    digits = rows["number"].str.extract(r"(\d+)")[0].astype(int)
    rows = rows.assign(digits=digits).sort_values(["rank", "digits", "number"], kind="stable")
    return rows.drop(columns=["rank", "digits"]).reset_index(drop=True)


def _next(letter: str, given: Iterable[str]) -> str:
    used = [int(number[1:]) for number in given if number.startswith(letter)]
    return f"{letter}{max(used, default=0) + 1}"


def register(region: Region, measures: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``measure_numbers`` with these measures added as proposals.

    What stands in it already stays as it is: start and target are those of the day a measure got
    its number, and the status is the district's to change.

    Parameters
    ----------
    region : Region
        Its table ``measure_numbers`` is carried on.
    measures : DataFrame
        As `numbered` gives it, with ``need_keys``, ``start_value``, ``target_value`` and
        ``cost_eur``; of several with one key the first, whose number has no letter, is kept.

    Returns
    -------
    DataFrame
        Columns and types of the table; old rows first.
    """
    old = region.measure_numbers
    rows = measures.rename(columns={"key": "measure_key"}).drop_duplicates("measure_key")
    rows = rows[~rows["measure_key"].isin(old["measure_key"])]
    new = rows.assign(status="vorschlag").reindex(columns=old.columns)
    return pd.concat([old, new.astype(old.dtypes)], ignore_index=True)
