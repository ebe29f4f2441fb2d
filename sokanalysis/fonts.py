"""The type of the house, Source Sans 3, from its package: for Typst and for matplotlib."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

FONT: Final = "Source Sans 3"
LATIN: Final = (*range(0x20, 0x250), *range(0x2010, 0x2045), *range(0x2190, 0x2194))
_SIGNS = (0x20AC, 0x2212, 0x2248, 0x2264, 0x2265, 0x25A0, 0x25B2, 0x25BC, 0x25CF)


def font_folder() -> Path:
    """Return the folder of the variable Source Sans 3 files, as Typst reads them."""
    import fontpkg

    return Path(fontpkg.path(FONT)).parent


@contextmanager
def open_font() -> Iterator[Any]:
    """Open the variable Source Sans 3, upright, as a fontTools `TTFont`."""
    import fontpkg
    from fontTools.ttLib import TTFont

    with TTFont(fontpkg.path(FONT), lazy=True, recalcTimestamp=False) as font:
        yield font


def _save_static_font(weight: int, file: Path) -> None:
    """Cut one weight, Latin letters only, out of the variable font.

    The subset comes first: cutting all 2,000 glyphs would take 14 s instead of one.
    """
    from fontTools import subset
    from fontTools.varLib import instancer

    with open_font() as font:
        subsetter = subset.Subsetter(subset.Options(layout_features=["kern"], notdef_outline=True))
        subsetter.populate(unicodes=[*LATIN, *_SIGNS])
        subsetter.subset(font)
        instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
        font["OS/2"].usWeightClass = weight
        style = "Regular" if weight == 400 else "Bold"
        # The last name tells the weights apart in an SVG: figures share the shapes of a name.
        names = ((1, FONT), (2, style), (4, f"{FONT} {style}"), (6, f"SourceSans3-{style}"))
        for name_id, text in names:
            font["name"].setName(text, name_id, 3, 1, 0x409)
        font.save(file)


@lru_cache(maxsize=4)
def static_font(weight: int = 400) -> Path:
    """Return a static font file, because matplotlib reads only a variable font's default weight.

    Parameters
    ----------
    weight : {400, 600}
        Regular or semibold, which matplotlib shall take for bold.

    Returns
    -------
    Path
        A TrueType file in matplotlib's cache folder, made on first use.
    """
    from importlib.metadata import version

    from matplotlib import get_cachedir

    release = version("fontpkg-source-sans-3")
    file = Path(get_cachedir()) / f"sokanalysis-source-sans-{release}-named-{weight}.ttf"
    if not file.exists():
        # Two kernels may come here at the same time: only a finished file gets the name.
        draft = file.with_suffix(f".{os.getpid()}.draft")
        _save_static_font(weight, draft)
        draft.replace(file)
    return file


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make Source Sans 3, regular and bold, known to matplotlib; a second call does nothing."""
    from matplotlib import font_manager

    for weight in (400, 600):
        font_manager.fontManager.addfont(static_font(weight))


def web_font(letters: str) -> bytes:
    """Return the type of the house for a page, regular to semibold, with these letters only.

    Parameters
    ----------
    letters : str
        All that occur; those the font lacks are passed over.

    Returns
    -------
    bytes
        A WOFF file of some 15 kB; the same letters give the same bytes.
    """
    from io import BytesIO

    from fontTools import subset
    from fontTools.varLib import instancer

    with open_font() as font:
        subsetter = subset.Subsetter(subset.Options(layout_features=["kern", "tnum"]))
        subsetter.populate(text=letters)
        subsetter.subset(font)
        instancer.instantiateVariableFont(font, {"wght": (400, 600)}, inplace=True)
        font.flavor = "woff"
        file = BytesIO()
        font.save(file)
    return file.getvalue()
