"""The map of the desk as one SVG: quick to make, drawn by the browser, nothing fetched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

from sokanalysis import style
from sokanalysis.geography import project

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from sokanalysis.desk.trial import Outcome
    from sokanalysis.region import Region

WIDTH: Final = 640
# What becomes of a place, its colour and its shape: told apart without colour, too.
LOOKS: Final = {
    "neu erreichbar": (style.HIGHLIGHT, "square"),
    "nicht mehr erreichbar": (style.ATTENTION, "cross"),
    "erreichbar": (style.ORDINAL[3], "circle"),
    "nicht erreichbar": ("#ffffff", "circle"),
}


@dataclass(frozen=True)
class Canvas:
    """The district on a sheet `WIDTH` wide."""

    region: Region

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres (EPSG:25832), of borders and settlements."""
        at = project(self.region.settlements)
        areas = self.region.drawn_areas.total_bounds
        outer = areas if len(self.region.drawn_areas) else [*at.min(axis=0), *at.max(axis=0)]
        west, south, east, north = (float(bound) for bound in outer)
        return west, south, max(east, west + 1), max(north, south + 1)

    @cached_property
    def height(self) -> float:
        """Height of the sheet in the unit of `WIDTH`."""
        west, south, east, north = self.bounds
        return WIDTH * (north - south) / (east - west)

    def on_sheet(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return metres as places on the sheet, shape (n, 2), north up."""
        west, south, east, _ = self.bounds
        scale = WIDTH / (east - west)
        return np.column_stack([
            (points[:, 0] - west) * scale, self.height - (points[:, 1] - south) * scale
        ])  # fmt: skip

    @cached_property
    def ground(self) -> str:
        """The municipalities."""
        shapes = [part for shape in self.region.drawn_areas.geometry for part in _parts(shape)]
        lines = "".join(f'<path d="{self._path(shape)}"/>' for shape in shapes)
        return f'<g fill="{style.PAPER}" stroke="{style.RULE}" stroke-width="1">{lines}</g>'

    def _path(self, shape: BaseGeometry) -> str:
        places = self.on_sheet(np.asarray(shape.exterior.coords)[:, :2])
        return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in places) + "Z"

    @cached_property
    def places(self) -> npt.NDArray[np.float64]:
        """The settlements on the sheet."""
        return self.on_sheet(project(self.region.settlements))

    @cached_property
    def radius(self) -> npt.NDArray[np.float64]:
        """Radius of each settlement; the area follows its people."""
        people = self.region.settlements["population_count"].to_numpy(float)
        return 3 + 9 * np.sqrt(people / max(people.max(), 1))


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    return list(getattr(shape, "geoms", [shape]))


def drawn(canvas: Canvas, outcome: Outcome) -> str:
    """Return the map of an outcome as SVG with its legend as text below.

    Every place tells its name and what becomes of it on hovering; the description says how many
    places there are of each kind.
    """
    kinds = [kind_of(str(name), outcome) for name in canvas.region.settlements["settlement_id"]]
    names = canvas.region.settlements["name"]
    marks = [
        _mark(kind, x, y, radius, f"{name}: {kind}")
        for kind, (x, y), radius, name in zip(
            kinds, canvas.places, canvas.radius, names, strict=True
        )
    ]
    said = "; ".join(f"{kind}: {kinds.count(kind)} Orte" for kind in LOOKS if kind in kinds)
    return (
        f'<svg role="img" aria-label="Karte des Landkreises. {escape(said)}" '
        f'viewBox="0 0 {WIDTH} {canvas.height:.0f}" style="width:100%;max-height:72vh">'
        f"{canvas.ground}{''.join(marks)}</svg>{_legend(kinds)}"
    )


def kind_of(settlement_id: str, outcome: Outcome) -> str:
    """Return the key of `LOOKS` for a settlement."""
    was, is_now = settlement_id in outcome.before, settlement_id in outcome.after
    if was == is_now:
        return "erreichbar" if was else "nicht erreichbar"
    return "neu erreichbar" if is_now else "nicht mehr erreichbar"


def _mark(kind: str, x: float, y: float, r: float, said: str) -> str:
    color, shape = LOOKS[kind]
    look = f'fill="{color}" stroke="{style.INK}" stroke-width="0.7"'
    inner = f"<title>{escape(said)}</title>"
    left, right, top, bottom = (f"{at:.1f}" for at in (x - r, x + r, y - r, y + r))
    if shape == "square":
        size = f'width="{2 * r:.1f}" height="{2 * r:.1f}"'
        return f'<rect x="{left}" y="{top}" {size} {look}>{inner}</rect>'
    if shape == "cross":
        arms = f"M{left},{top}L{right},{bottom}M{left},{bottom}L{right},{top}"
        return f'<path d="{arms}" stroke="{color}" stroke-width="3">{inner}</path>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" {look}>{inner}</circle>'


def _legend(kinds: list[str]) -> str:
    items = [
        f'<span style="margin-right:1.5em;white-space:nowrap"><svg width="16" height="16" '
        f'aria-hidden="true" style="vertical-align:-3px">{_mark(kind, 8, 8, 5, kind)}</svg> '
        f"{kind}: {kinds.count(kind)} Orte</span>"
        for kind in LOOKS
        if kind in kinds
    ]
    return f"<p>{''.join(items)}</p>"
