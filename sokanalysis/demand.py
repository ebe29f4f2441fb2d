"""Who needs what, where: people with a need by settlement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.codes import COURSE_KINDS
from sokanalysis.distribution import Floats, apportion
from sokanalysis.errors import ParameterOutOfRange
from sokanalysis.foreigners import AGE_PARAMETERS, AGES, SEEKERS, Foreigners, foreigners

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sokanalysis.parameters import Parameter, Parameters
    from sokanalysis.region import Region

GENERAL_GROUPS: Final = frozenset(
    {"alle", "zugewanderte", "gefluechtete", "arbeitsuchende"}
)  # an offer for one of these is open to most people with a need
ORIGINS: Final = frozenset({"ukraine", "eu"})  # named without a general group, they are a limit
CHILDREN: Final = ("unter_6", "6_bis_15")
YOUTH: Final = ("16_bis_24",)
ADULTS: Final = ("16_bis_24", "ab_25")


@dataclass(frozen=True)
class Need:
    """One kind of need, whom it concerns and the offers that answer it.

    Parameters
    ----------
    title : str
        German name.
    field : str
        Field of action, a key of `codes.FIELDS`.
    kinds : tuple of str
        Kinds of offer that answer the need.
    near_kinds : tuple of str
        Kinds at another level or for other people: they show that a provider is there.
    base : str
        Of whom ``need_share_<need>`` is a share: "heute" (foreigners carried forward to today),
        "stichtag" (foreigners as last counted), "kinder", "jugend" (today's children under 16,
        people of 16 to 24) or "kurse" (people with one of the needs for a language course).
    ages : tuple of str
        Keys of `sokanalysis.foreigners.AGES`: the need is spread as these people live.
    is_seeker_need : bool
        Whether asylum seekers have it ``seeker_need_ratio`` times as often as others.
    groups : frozenset of str
        Target groups (codes) of offers that are open to most people with the need.
    course_column : str
        Column of the offers; a language course for which it says yes answers the need as well.
    """

    title: str
    field: str
    kinds: tuple[str, ...]
    near_kinds: tuple[str, ...]
    base: str = "heute"
    ages: tuple[str, ...] = ADULTS
    is_seeker_need: bool = False
    groups: frozenset[str] = GENERAL_GROUPS
    course_column: str = ""

    def is_answered_by(self, offers: pd.DataFrame) -> pd.Series[bool]:
        """Tell which offers are of the right kind, whomever they are for."""
        is_kind = offers["kind"].isin(self.kinds)
        if not self.course_column:
            return is_kind
        says_yes = offers[self.course_column].fillna(False).astype(bool)
        return is_kind | (offers["kind"].isin(COURSE_KINDS) & says_yes)

    def is_open(self, groups: Iterable[str]) -> bool:
        """Tell whether an offer for these groups is open to most people with the need.

        An offer for children from Ukraine names both, and is for few children.
        """
        named = set(groups)
        is_for_origin = bool(named & ORIGINS) and not named & GENERAL_GROUPS
        return bool(named & self.groups) and not is_for_origin


NEEDS: Final = {
    "alphabetisierung": Need(
        "Alphabetisierung", "sprache_bildung", ("alphabetisierung",),
        ("integrationskurs", "einstiegskurs"), is_seeker_need=True,
    ),
    "integrationskurs": Need(
        "Integrationskurs A1–B1", "sprache_bildung", ("integrationskurs",),
        ("alphabetisierung", "einstiegskurs", "berufssprachkurs"), is_seeker_need=True,
    ),
    "berufssprache": Need(
        "Berufssprache ab B2", "sprache_bildung", ("berufssprachkurs",),
        ("integrationskurs", "einstiegskurs"),
    ),
    "schule_kita": Need(
        "Deutschförderung in Schule und Kita", "sprache_bildung", ("schule_daz",),
        ("jugendarbeit",), "kinder", CHILDREN, groups=GENERAL_GROUPS | {"kinder", "familien"},
    ),
    "kinderbetreuung": Need(
        "Kinderbetreuung während des Kurses", "sprache_bildung", ("kinderbetreuung",), (),
        "kurse", is_seeker_need=True, groups=GENERAL_GROUPS | {"kinder", "familien", "frauen"},
        course_column="has_childcare",
    ),
    "arbeit": Need(
        "Begleitung in Arbeit", "ausbildung_arbeit", ("jobvermittlung", "aktivierung"),
        ("ausbildungsbegleitung", "jugendmigrationsdienst", "arbeitsgelegenheit", "jobmesse"),
        "stichtag",
    ),
    "ausbildung": Need(
        "Begleitung in Ausbildung", "ausbildung_arbeit", ("ausbildungsbegleitung",),
        ("jobvermittlung", "jugendmigrationsdienst", "jobmesse"), "jugend", YOUTH,
        groups=GENERAL_GROUPS | {"junge_menschen"},
    ),
    "beratung": Need(
        "Migrationsberatung", "teilhabe", ("migrationsberatung",),
        ("jugendmigrationsdienst", "aktivierung"), is_seeker_need=True,
    ),
    "begegnung": Need(
        "Begegnung und Mitgestaltung", "teilhabe", ("begegnung", "sport", "ehrenamt"),
        ("jugendarbeit", "existenzhilfe"), ages=tuple(AGES), is_seeker_need=True,
    ),
}  # fmt: skip
COURSE_NEEDS: Final = ("alphabetisierung", "integrationskurs", "berufssprache")


def share_name(need: str) -> str:
    """Return the name of the parameter that holds the share of a need."""
    return f"need_share_{need}"


def need_counts(people: Foreigners, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return people with each need in the district under some values of the parameters.

    Parameters
    ----------
    people : Foreigners
        As `sokanalysis.foreigners.foreigners` gives it.
    values : mapping of str to ndarray of float, shape () or (draws,)
        Growth, age shares and need shares, by the name of the parameter.

    Returns
    -------
    dict of str to ndarray of float, shape () or (draws,)
        By need, in the order of `NEEDS`; not rounded.
    """
    under_6, to_15, to_24 = (values[name] for name in AGE_PARAMETERS)
    counted = float(people.counted.sum())
    today = counted * (1 + values["foreigner_growth_share"]) ** people.years
    courses = sum((values[share_name(need)] for need in COURSE_NEEDS), np.asarray(0.0))
    bases = {
        "stichtag": np.asarray(counted), "heute": today, "kinder": today * (under_6 + to_15),
        "jugend": today * to_24, "kurse": today * courses,
    }  # fmt: skip
    return {need: bases[entry.base] * values[share_name(need)] for need, entry in NEEDS.items()}


def weights(people: Foreigners, need: str) -> tuple[Floats, Floats]:
    """Return other foreigners and asylum seekers of the ages of a need, by settlement."""
    entry = NEEDS[need]
    ages = [list(AGES).index(age) for age in entry.ages]
    cells = people.cells[:, :, ages].sum(axis=2)
    return cells[:, 1 - SEEKERS], cells[:, SEEKERS]


def demand(region: Region) -> pd.DataFrame:
    """Estimate how many people in every settlement have a need within a year.

    The people of the need's base (`Need.base`) times its share (``need_share_…`` in
    parameters.yaml) are shared out over the settlements as the people of its ages live there;
    asylum seekers count ``seeker_need_ratio`` times where the need is more theirs.

    Returns
    -------
    DataFrame
        One row a settlement and need, in the order of the settlements and of `NEEDS`:
        ``settlement_id``, ``ags``, ``need``, ``field``, ``person_count``,
        ``person_count_low``, ``person_count_high`` (people, whole numbers; low and high take
        the share of the need alone to the ends of its range). Empty without settlements.

    Raises
    ------
    ParameterOutOfRange
        When a share lies outside of 0 to 1 or its range does not hold it.
    MarginsDisagree
        As in `sokanalysis.foreigners.foreigners`.
    """
    people, values = foreigners(region), middle_values(region.parameters)
    parts = [_demand(region, people, values, need) for need in NEEDS]
    return pd.concat(parts, ignore_index=True)


def _demand(
    region: Region, people: Foreigners, values: Mapping[str, Floats], need: str
) -> pd.DataFrame:
    name = share_name(need)
    low, value, high = bounds(region.parameters.entries[name])
    others, seekers = weights(people, need)
    ratio = float(region.parameters.seeker_need_ratio) if NEEDS[need].is_seeker_need else 1.0
    lives = others + ratio * seekers
    counts = {
        column: apportion(round(float(_count(people, values, need, share))), lives)
        for column, share in (
            ("person_count", value), ("person_count_low", low), ("person_count_high", high),
        )
    }  # fmt: skip
    return pd.DataFrame({
        "settlement_id": region.settlements["settlement_id"], "ags": region.settlements["ags"],
        "need": need, "field": NEEDS[need].field, **counts,
    })  # fmt: skip


def _count(people: Foreigners, values: Mapping[str, Floats], need: str, share: float) -> Floats:
    return need_counts(people, {**values, share_name(need): np.asarray(share)})[need]


def middle_values(parameters: Parameters) -> dict[str, Floats]:
    """Return the values in use of all parameters that bear on the demand, checked."""
    return {
        name: np.asarray(bounds(parameters.entries[name])[1])
        for name in (
            "foreigner_growth_share", *AGE_PARAMETERS, "seeker_need_ratio", *map(share_name, NEEDS),
        )
    }  # fmt: skip


def bounds(entry: Parameter) -> tuple[float, float, float]:
    """Return the low end, the value and the high end of a parameter, checked.

    Raises
    ------
    ParameterOutOfRange
        When the low end lies above the value or the high end below it, or when a share leaves
        0 to 1.
    """
    ends = entry.range or (entry.value, entry.value)
    low, value, high = (float(part) for part in (ends[0], entry.value, ends[1]))  # type: ignore[arg-type]
    place = f"Parameter „{entry.name}“ ({entry.title})"
    if not low <= value <= high:
        raise ParameterOutOfRange(
            f"{place}: Der Wert {value:g} liegt nicht zwischen {low:g} und {high:g} → untere "
            "Grenze, Wert und obere Grenze in dieser Reihenfolge angeben."
        )
    if low < 0 or (entry.unit.startswith("Anteil") and high > 1):
        raise ParameterOutOfRange(
            f"{place}: {low:g} bis {high:g} ist kein Anteil → Werte von 0 bis 1 angeben."
        )
    return low, value, high
