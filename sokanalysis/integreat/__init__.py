"""What Integreat, the app of many German districts, knows about offers, taken over with care.

Integreat's own „offers“ are links to portals elsewhere; what takes place in the district are its
locations with opening hours and its events. Contacts never come in.
"""

from sokanalysis.integreat.api import BASE_URL, Saved, fetch, read_saved, write_saved
from sokanalysis.integreat.left_out import REASONS
from sokanalysis.integreat.taking_over import TakenOver, taken_over

__all__ = [
    "BASE_URL", "REASONS", "Saved", "TakenOver", "fetch", "read_saved", "taken_over",
    "write_saved",
]  # fmt: skip
