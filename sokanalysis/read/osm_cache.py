"""Keep what was read from an extract beside it, so that the next run starts at once."""

from __future__ import annotations

import json
import os
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np

from sokanalysis.read.osm import KEYS, Box, OsmStreets, read_osm

# To be raised whenever the reader makes something else of the same file; KEYS counts by itself.
_VERSION: Final = 1
_ARRAYS: Final = (
    "lon", "lat", "start", "end", "line", "code", "water", "barrier", "barrier_code",
)  # fmt: skip


def read_streets(path: Path, box: Box) -> OsmStreets:
    """Read the streets in a box, from the cache beside the extract when that is current.

    The cache ``<extract>.npz`` is made anew when the extract, the box or the reader has changed,
    or when it is damaged. In a folder that cannot be written everything works without it.

    Parameters
    ----------
    path, box
        As for `read_osm`.

    Returns
    -------
    OsmStreets
        The same with and without cache.

    Raises
    ------
    StreetsNotReadable
        As `read_osm`.
    """
    cache = path.with_name(path.name + ".npz")
    key = _key(path, box) if path.exists() else ""
    streets = _cached(cache, key)
    if streets is None:
        streets = read_osm(path, box)
        with suppress(OSError):
            _keep(cache, key, streets)
    return streets


def _key(path: Path, box: Box) -> str:
    """Return what has to be the same for a cache to be current."""
    stat = path.stat()
    return json.dumps([_VERSION, sorted(KEYS), stat.st_size, stat.st_mtime_ns, list(box)])


def _cached(cache: Path, key: str) -> OsmStreets | None:
    """Return what the cache holds, None when it is missing, old or damaged."""
    try:
        _check_sums(cache)
        with np.load(cache, allow_pickle=False) as kept:
            if not key or str(kept["key"]) != key:
                return None
            arrays: dict[str, Any] = {name: kept[name] for name in _ARRAYS}
            streets = OsmStreets(**arrays, tag_sets=tuple(json.loads(str(kept["tag_sets"]))))
    except Exception:  # a damaged archive raises almost anything, and the extract is still there
        return None
    return streets if _is_sound(streets) else None


def _check_sums(cache: Path) -> None:
    """Compare all bytes with their sums before a length in them is believed."""
    with zipfile.ZipFile(cache) as archive:
        if archive.testzip() is not None:
            raise zipfile.BadZipFile


def _is_sound(streets: OsmStreets) -> bool:
    """Tell whether every number points at something."""
    nodes = (streets.start, streets.end, streets.water, streets.barrier)
    codes = (streets.code, streets.barrier_code)
    same_length = len({len(c) for c in (streets.start, streets.end, streets.line, streets.code)})
    return (
        same_length == 1
        and len(streets.lon) == len(streets.lat)
        and all(_points_into(part, len(streets.lon)) for part in nodes)
        and all(_points_into(part, len(streets.tag_sets)) for part in codes)
    )


def _points_into(numbers: Any, count: int) -> bool:
    return not numbers.size or (numbers.min() >= 0 and numbers.max() < count)


def _keep(cache: Path, key: str, streets: OsmStreets) -> None:
    """Write the cache in one step, so that nobody reads half of it."""
    draft = cache.with_name(f".{cache.name}.{os.getpid()}.npz")
    arrays = {name: getattr(streets, name) for name in _ARRAYS}
    try:
        np.savez(draft, key=key, tag_sets=json.dumps(streets.tag_sets), **arrays)
        draft.replace(cache)
    finally:
        draft.unlink(missing_ok=True)
