"""Who offers what to whom where: overlaps, lone providers, missing links, round tables.

The data hold one provider an offer and no table of cooperation. So a connection is either
documented by an offer that coordinates, or it is "nicht belegt", which never means that there is
none. Places outside the district and offers whose place nobody knows are listed and not compared:
neither is a place that two providers share.
"""

from sokanalysis.network.links import OUTSIDE, UNKNOWN_PLACE, links, lone_providers
from sokanalysis.network.meetings import suggested_meetings
from sokanalysis.network.missing import missing_links
from sokanalysis.network.overlaps import overlaps

__all__ = [
    "OUTSIDE", "UNKNOWN_PLACE", "links", "lone_providers", "missing_links", "overlaps",
    "suggested_meetings",
]  # fmt: skip
