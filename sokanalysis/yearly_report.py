"""The yearly report to those who pay: period, offers, effect, measures and money in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import style
from sokanalysis.codes import MEASURE_STATUSES
from sokanalysis.errors import PeriodOutOfOrder
from sokanalysis.inventory import listed
from sokanalysis.monitoring import EFFECTS, LIGHTS
from sokanalysis.offer_changes import OFFER

if TYPE_CHECKING:
    from sokanalysis.region import Region

_WITHHELD: Final = "geheim"
_PAID: Final = {"abgeschlossen": "Abgeschlossen", "in_umsetzung": "In Umsetzung"}
# Adjectives of offers that go on, by kind of change; what came or went in them changed them.
_ALTERED: Final = {"verlegt": "verlegt", "verschoben": "verschoben", "geändert": "sonst geändert"}
_OWN_DATE: Final = (
    "in der parameters.yaml des älteren Ordners reference_date eintragen, den älteren Stand zuerst"
)


def yearly_report(
    before: Region, after: Region, changes: pd.DataFrame, participation: pd.DataFrame,
    lights: pd.DataFrame, measures: pd.DataFrame,
) -> str:  # fmt: skip
    """Write the computed part of the yearly report.

    Parameters
    ----------
    before, after : Region
        Give the two days.
    changes : DataFrame
        As `sokanalysis.offer_changes.offer_changes` gives it.
    participation : DataFrame
        As `sokanalysis.monitoring.participation_change` gives it, after `sokanalysis.privacy`:
        what is missing is written as "geheim", and so is a sum over it.
    lights : DataFrame
        As `sokanalysis.monitoring.indicators` gives it; may be empty.
    measures : DataFrame
        ``number``, ``status`` (code or label of `sokanalysis.codes.MEASURE_STATUSES`) and
        ``cost_eur`` (a year, missing where unknown). Money is that of measures that are being
        carried out or are done.

    Returns
    -------
    str
        Markdown in German: one paragraph each on the period, the offers, those who can take part
        (with one line a need), the lights and the money.

    Raises
    ------
    PeriodOutOfOrder
        When the day of `after` does not lie after that of `before`.
    """
    first, last = before.parameters.reference_date, after.parameters.reference_date
    if first >= last:
        raise PeriodOutOfOrder(first, last, _OWN_DATE)
    days = style.german_date(first), style.german_date(last)
    paragraphs = [
        f"**Zeitraum.** Verglichen wird der Stand vom {days[0]} mit dem Stand vom {days[1]}.",
        f"**Angebote.** {_offers(changes)}",
        f"**Teilnahme.** {_participation(participation, days[0])}",
        "\n".join(_of_need(row) for row in participation.to_dict("records")),
        f"**Ampel.** {_lights(lights)}" if len(lights) else "",
        f"**Maßnahmen und Geld.** {_money(measures)}",
    ]
    return "\n\n".join(text for text in paragraphs if text)


# --- offers -------------------------------------------------------------------------------------


def _offers(changes: pd.DataFrame) -> str:
    is_whole = changes["item"] == OFFER
    came, went = (changes[is_whole & (changes["change"] == name)] for name in ("neu", "entfallen"))
    others = changes[~is_whole]
    kinds = others["change"].where(others["change"].isin(_ALTERED), "geändert")
    counts = others.groupby(kinds)["offer_id"].nunique()
    altered = [f"{counts.get(kind, 0)} {word}" for kind, word in _ALTERED.items()]
    return (
        f"{_named(came, 'Neu')}. {_named(went, 'Entfallen')}. "
        f"Von den übrigen Angeboten wurden {listed(altered)}; "
        "ein Angebot kann mehrfach genannt sein."
    )


def _named(offers: pd.DataFrame, word: str) -> str:
    """Say how many offers, and which, in the order of the rows."""
    names = [f"„{name}“ ({who})" for name, who in zip(offers["name"], offers["provider"],
                                                      strict=True)]  # fmt: skip
    return f"{word} {_counted(len(offers), 'Angebot', 'Angebote', 'kein')}" + (
        f": {listed(names)}" if names else ""
    )


def _counted(count: int, one: str, many: str, none: str) -> str:
    """Say "sind 2 Angebote", "ist 1 Angebot" or "ist kein Angebot"."""
    if count > 1:
        return f"sind {style.number(count)} {many}"
    return f"ist {count or none} {one}"


# --- people -------------------------------------------------------------------------------------


def _participation(rows: pd.DataFrame, first: str) -> str:
    counts = rows.select_dtypes("number").sum(skipna=False)
    return (
        f"Zahl der Menschen, die teilnehmen können: {_people(counts['able_count_after'])}; am "
        f"{first} waren es {_people(counts['able_count_before'])} "
        f"({_signed(counts['change_count'])}). Wer zwei Bedarfe hat, zählt zweimal. "
        f"Ursachen der Veränderung: {_causes(counts)}."
    )


def _of_need(row: dict[Any, Any]) -> str:
    now, before = (
        f"{_people(row[f'able_count_{when}'])} von {_people(row[f'person_count_{when}'])}"
        for when in ("after", "before")
    )
    counts = [row["change_count"], *(row[name] for name in EFFECTS)]
    is_same = not any(style.is_missing(count) or count for count in counts)
    change = "unverändert" if is_same else f"{_signed(row['change_count'])}; {_causes(row)}"
    return f"- {row['need']}: {now} können teilnehmen, zuvor {before} ({change})"


def _causes(counts: Any) -> str:
    """Name the parts of a change; assumptions only where they play a part."""
    return listed(
        f"{title} {_signed(counts[name])}"
        for name, title in EFFECTS.items()
        if name != "assumption_effect_count" or style.is_missing(counts[name]) or counts[name]
    )


def _people(count: object) -> str:
    return style.number(count, missing=_WITHHELD)


def _signed(count: Any) -> str:
    sign = "" if style.is_missing(count) or count < 0 else "+" if count > 0 else "±"
    return sign + _people(count)


# --- measures -----------------------------------------------------------------------------------


def _lights(lights: pd.DataFrame) -> str:
    counts = lights["meaning"].value_counts()
    parts = [
        f"{counts[name]}-mal {light} ({name})" for name, light in LIGHTS.items() if name in counts
    ]
    return f"Sie zeigt {listed(parts)}."


def _money(measures: pd.DataFrame) -> str:
    status = measures["status"].replace(MEASURE_STATUSES)
    of_status = {word: measures[status == MEASURE_STATUSES[code]] for code, word in _PAID.items()}
    paid = pd.concat(of_status.values())
    parts = [_paid(rows, word) for word, rows in of_status.items()]
    total = f" Zusammen sind das {_cost(paid)}." if paid["cost_eur"].notna().any() else ""
    unknown = paid.loc[paid["cost_eur"].isna(), "number"]
    note = f" Ohne bekannten Betrag: {listed(unknown)}." if len(unknown) else ""
    return " ".join(parts) + total + note


def _paid(measures: pd.DataFrame, word: str) -> str:
    head = f"{word} {_counted(len(measures), 'Maßnahme', 'Maßnahmen', 'keine')}"
    names = f" ({listed(measures['number'])}) mit {_cost(measures)}" if len(measures) else ""
    return f"{head}{names}."


def _cost(measures: pd.DataFrame) -> str:
    """Say what is known of the costs; nothing known is no zero."""
    costs = measures["cost_eur"].astype(float).sum(min_count=1)
    return f"{style.euro(costs)} im Jahr" if pd.notna(costs) else "unbekannten Kosten"
