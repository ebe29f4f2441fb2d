"""Where everything stands, in millimetres from the upper left corner."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import numpy as np

from sokanalysis import style
from sokanalysis.plans.labels import LINE_MM, Floats, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from sokanalysis.network_chart.order import Order

# From the left: names and numbers of providers, their marks, fields, marks, numbers and places.
NAMES_MM: Final = 60.0
COUNTS_MM: Final = 65.5
START_MM: Final = 68.0
FIELDS_MM: Final = (88.0, 115.0)
END_MM: Final = 130.0
PLACE_COUNTS_MM: Final = 135.5
PLACES_MM: Final = 137.0

HEAD_MM: Final = 6.0
FOOT_MM: Final = 11.0
ROOM_MM: Final = 220.0 - HEAD_MM - FOOT_MM  # between them, on a page

_AIR_MM: Final = 1.5
_SPARE_MM: Final = 1.5  # on a coarse screen type is wider than measured
_FIELD_AIR_MM: Final = 6.0
_LINK_MM: Final = 4.0  # at most, from line to line within a field


@dataclass(frozen=True)
class Layout:
    """Levels in millimetres from the top.

    Parameters
    ----------
    body : float
        Height between head and foot.
    providers, fields, places : array of float
        Middles, in their order.
    boxes : array of float
        Heights of the fields.
    slots : array of float
        Where the links pass through the fields, in the order of `through_fields`.
    """

    body: float
    providers: Floats
    fields: Floats
    boxes: Floats
    places: Floats
    slots: Floats


def provider_lines(label: str) -> list[str]:
    """Return the label of a provider in lines; to be called in the style of the house."""
    return wrapped(label, NAMES_MM - _SPARE_MM)


def place_lines(place: str) -> list[str]:
    """Return the name of a place in the lines that find room at the right edge."""
    return wrapped(place, style.TEXT_WIDTH_MM - PLACES_MM - _SPARE_MM)


def row_mm(lines: Sequence[str]) -> float:
    """Return how high a row has to be for its lines."""
    return len(lines) * LINE_MM + _AIR_MM


def field_lines(field: str) -> list[str]:
    """Return the name of a field in lines; semibold type is a little wider than regular."""
    return wrapped(field, 0.9 * (FIELDS_MM[1] - FIELDS_MM[0]) - 2)


def provider_rows(links: pd.DataFrame, order: Order) -> pd.DataFrame:
    """Return the first link of every provider, in order, by ``provider_id``."""
    rows = links.drop_duplicates("provider_id").set_index("provider_id")
    return rows.loc[[*order.providers]]


def laid_out(passing: pd.DataFrame, order: Order) -> Layout:
    """Place rows and fields; the column that needs most room gives the height.

    Parameters
    ----------
    passing : DataFrame
        As `sokanalysis.network_chart.order.through_fields` gives it, and ``label``: what is
        written of the provider.
    order : Order
        Of all that is linked.

    Returns
    -------
    Layout
        Labels do not touch each other; fields are the higher the more links they have.
    """
    labels = provider_rows(passing, order)["label"]
    providers = [row_mm(provider_lines(label)) for label in labels]
    places = [row_mm(place_lines(place)) for place in order.places]
    fields = [len(field_lines(field)) * LINE_MM + _FIELD_AIR_MM for field in order.fields]
    body = max(sum(providers), sum(places), sum(fields))
    counts = np.bincount(passing["field_rank"])
    link_mm = min(_LINK_MM, (body - sum(fields)) / len(passing))
    boxes = np.array(fields) - _FIELD_AIR_MM / 2 + counts * link_mm
    middles = _levels(boxes, body)
    slots = [
        middle + height * ((np.arange(count) + 0.5) / count - 0.5)
        for middle, height, count in zip(middles, boxes, counts, strict=True)
    ]
    return Layout(
        body, _levels(providers, body), middles, boxes, _levels(places, body), np.concatenate(slots)
    )


def _levels(heights: Sequence[float] | Floats, body: float) -> Floats:
    """Return the middles of rows that share the height left over evenly, below the head."""
    rows = np.array(heights)
    rows += (body - rows.sum()) / len(rows)
    return HEAD_MM + np.array([*accumulate(rows)]) - rows / 2
