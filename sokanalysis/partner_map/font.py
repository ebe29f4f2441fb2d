"""The type of the house inside the page: Source Sans 3, regular and semibold."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from typing import Final

from sokanalysis.fonts import FONT, static_font

WEIGHTS: Final = (400, 600)


@lru_cache(maxsize=1)
def font_faces() -> str:
    """Return `@font-face` rules with the fonts as data; about 130 kB."""
    return "\n".join(
        f"@font-face{{font-family:'{FONT}';font-weight:{weight};font-display:block;"
        f"src:url(data:font/woff;base64,{_woff(weight)}) format('woff')}}"
        for weight in WEIGHTS
    )


def _woff(weight: int) -> str:
    from fontTools.ttLib import TTFont

    target = BytesIO()
    with TTFont(static_font(weight), recalcTimestamp=False) as font:
        font.flavor = "woff"
        font.save(target)
    return b64encode(target.getvalue()).decode("ascii")
