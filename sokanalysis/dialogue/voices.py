"""Groups of raters side by side, and what was said, so that nobody is recognised.

Who reads the totals of an item and all groups of it can subtract. So every part of the raters of
an item that is shown, and with it every sum and difference of such parts, has enough people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import RATER_GROUPS
from sokanalysis.dialogue.agreement import described
from sokanalysis.errors import RaterInSeveralGroups
from sokanalysis.inventory import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sokanalysis.parameters import Parameters

ALL: Final = "alle zusammen"
_ITEM: Final = ["round_id", "item_id"]


def by_group(votes: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Describe how each group rated each item; small groups are merged.

    A group with fewer ratings of an item than ``dialogue_group_min_count`` goes into „weitere“.
    While that is still too small, the next smallest group joins it: otherwise it would follow from
    the total less the others. Together the groups of an item are all its ratings, each once.

    Parameters
    ----------
    votes : DataFrame
        Rows of the table ``votes``.
    parameters : Parameters
        ``dialogue_group_min_count``.

    Returns
    -------
    DataFrame
        One row a round, item and group shown, rounds and items in order of their first votes,
        groups in order of `sokanalysis.codes.RATER_GROUPS`, „weitere“ last: ``round_id``,
        ``item_id``, ``groups`` (German; `ALL` when all had to be merged) and the columns of
        `sokanalysis.dialogue.agreement.described` but the rejection. An item rated by too few
        people has `ALL` without values; one rated by nobody has no row. Empty without votes.

    Raises
    ------
    RaterInSeveralGroups
        When somebody rated one round for two groups.
    """
    _check_groups(votes)
    rated = votes.dropna(subset="rating")
    parts = [rated.head(0).assign(groups="")]
    for _, rows in rated.groupby(_ITEM, sort=False):
        counts = {group: int((rows["group"] == group).sum()) for group in RATER_GROUPS}
        labels = merged(counts, parameters.dialogue_group_min_count)
        named = rows.assign(groups=rows["group"].map(labels))
        parts += [named[named["groups"] == label] for label in dict.fromkeys(labels.values())]
    table = described(pd.concat(parts), [*_ITEM, "groups"], parameters)
    return table.drop(columns="rejection_share")


def merged(counts: Mapping[str, int], minimum: int) -> dict[str, str]:
    """Say under which German name each group is shown.

    Parameters
    ----------
    counts : mapping of str to int
        People by group, for each of `sokanalysis.codes.RATER_GROUPS`.
    minimum : int
        Least number of people of anything shown.

    Returns
    -------
    dict of str to str
        By group, those that stand alone first. All names stand for at least `minimum` people,
        but for `ALL` when there are not so many.
    """
    present = [group for group in RATER_GROUPS if counts[group] > 0]
    rest = [group for group in present if counts[group] < minimum]
    alone = sorted((group for group in present if group not in rest), key=lambda g: counts[g])
    while rest and alone and sum(counts[group] for group in rest) < minimum:
        rest.append(alone.pop(0))
    names = [RATER_GROUPS[group] for group in present if group in rest]
    others = f"weitere ({listed(names)})" if alone else ALL
    shown = {group: RATER_GROUPS[group] for group in present if group in alone}
    return shown | {group: others for group in present if group in rest}


def _check_groups(votes: pd.DataFrame) -> None:
    groups = votes.groupby(["round_id", "rater_id"], sort=False)["group"].nunique()
    several = groups[groups > 1].index.to_list()
    if several:
        found = "; ".join(f"{rater} in Runde {round_id}" for round_id, rater in several)
        raise RaterInSeveralGroups(
            f"In mehreren Gruppen zugleich: {found} → in „votes“ je Runde und Kennung eine Gruppe "
            "eintragen."
        )


def comments(votes: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Return what was said about each item, without who said it or from which group.

    A text can give its author away all the same; before it is printed somebody has to read it.

    Parameters
    ----------
    votes : DataFrame
        Rows of the table ``votes``.
    parameters : Parameters
        Of a round with fewer raters than ``dialogue_group_min_count`` nothing is shown.

    Returns
    -------
    DataFrame
        ``round_id``, ``item_id``, ``comment``: rounds and items in order of their first votes,
        the comments of an item by alphabet, so that their order does not follow the raters.
        Empty without comments.
    """
    raters = votes.groupby("round_id")["rater_id"].transform("nunique")
    rows = votes[raters >= parameters.dialogue_group_min_count]
    place = rows.groupby(_ITEM, sort=False).ngroup().rename("place")
    said = rows[[*_ITEM, "comment"]].assign(
        place=place, comment=rows["comment"].astype("str").str.strip()
    )
    said = said[said["comment"].fillna("") != ""].sort_values(["place", "comment"])
    return said[[*_ITEM, "comment"]].reset_index(drop=True)
