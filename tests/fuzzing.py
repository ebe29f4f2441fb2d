"""Damaged files for every reader: few by default, as many as SOK_FUZZ says on demand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from sokanalysis.errors import SokanalysisError

if TYPE_CHECKING:
    from collections.abc import Callable

fuzz = settings(
    max_examples=int(os.environ.get("SOK_FUZZ", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# What breaks readers: other separators, marks of other formats, formulas, script, old encodings.
NASTY = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b";", b",", b"\n", b"\r", b'"', b"\xe2\x80\x93",
    b"\xfc", b"-", b"x", b"NaN", b"1e999", b"-1", b"9" * 40, b"=1+1", b"<script>alert(1)</script>",
    b"<!DOCTYPE html>", b"&amp;", b"2026-02-30", b"{", b"]", b"\\u0000", b"../../x", b"A" * 5000,
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """A sound file after up to four wounds: cut off, cut out, doubled, overwritten, inserted."""
    raw = sound
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + 200)))
        piece = draw(st.sampled_from([*NASTY, raw[start:end] * 2]) | st.binary(max_size=8))
        is_cut_off = draw(st.booleans()) and draw(st.booleans())
        raw = raw[:start] + piece + (b"" if is_cut_off else raw[end:])
    return raw


def survives(reader: Callable[[Path], object], path: Path, raw: bytes) -> None:
    """A reader answers or refuses with a message of ours; any other exception is a bug."""
    path.write_bytes(raw)
    try:
        reader(path)
    except SokanalysisError as refusal:
        assert str(refusal).strip()
