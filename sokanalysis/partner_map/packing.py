"""How values travel into the page: arrays as base64, everything else as JSON in a script."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, Final

import numpy as np
import numpy.typing as npt

NONE: Final = 0xFFFF  # a number that is not there

# What could end the script or the line in it; JSON reads all of them back.
_RISKY: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def packed_bytes(values: npt.ArrayLike) -> str:
    """Return whole numbers from 0 to 255 as base64, row by row; empty for none."""
    return b64encode(np.ascontiguousarray(values, dtype=np.uint8).tobytes()).decode("ascii")


def packed_numbers(values: npt.ArrayLike) -> str:
    """Return numbers as 16 bits each, lowest byte first, as base64; empty for none.

    Parameters
    ----------
    values : array of float
        Rounded up to whole numbers, so that a way is never shown shorter than it is. What is
        not finite or does not fit becomes `NONE`.
    """
    numbers = np.ceil(np.asarray(values, dtype=float))
    fits = np.isfinite(numbers) & (numbers >= 0) & (numbers < NONE)
    whole = np.where(fits, numbers, NONE).astype("<u2")
    return b64encode(np.ascontiguousarray(whole).tobytes()).decode("ascii")


def script_json(value: Any) -> str:
    """Return a value as JSON that cannot leave the script element it stands in.

    Raises
    ------
    ValueError
        When a number is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_RISKY)
