"""A district for the map of partners: five villages, four offers, names that would like to run.

The villages are those of `tests.conftest.villages`, with on-demand bus from 8 to 12 and from 15 to
17 for rides below 8 km.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
from shapely.geometry import box

from sokanalysis.read.imprint import Imprint
from sokanalysis.region import Region
from tests.cases import ADVICE, ADVICE_SESSION, SITES, WINDOWS
from tests.conftest import COURSE_OFFER, COURSE_SESSION, villages

EVIL = "</script><script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\"> & 'Café'"
SEPARATORS = "a\u2028b\u2029c"

MEETING = {
    "offer_id": "C1", "provider_id": "T2", "name": EVIL, "field": "teilhabe", "kind": "begegnung",
    "target_groups": "alle", "status": "ungeklaert", "languages": "Ukrainisch, Deutsch",
    "cost_eur": 0, "waiting_count": 2,
}  # fmt: skip
MEETING_SESSION = {
    "session_id": "C1a", "offer_id": "C1", "site_id": "O2", "weekdays": "Mi",
    "start_time": "15:00", "end_time": "17:00", "runs_in_holidays": "nein", "quality": "belegt",
}  # fmt: skip
UNPLACED = {
    "offer_id": "D1", "provider_id": "T1", "name": f"Hotline {SEPARATORS}", "field": "teilhabe",
    "kind": "koordination", "target_groups": "akteure", "status": "laufend",
}  # fmt: skip
PROVIDERS = [
    {"provider_id": "T1", "name": "Volkshochschule", "kind": "vhs", "place": "Süd",
     "address": "Markt 1", "website": "https://www.vhs.example"},
    {"provider_id": "T2", "name": EVIL, "kind": "verein", "website": "javascript:window.hacked=1"},
]  # fmt: skip


def district(**others: object) -> Region:
    """Return the district; other tables replace those of the same name."""
    course = COURSE_OFFER | {"level_in": "A1", "level_out": "B1"}
    tables = {
        "offers": [course, ADVICE, MEETING, UNPLACED], "providers": PROVIDERS, "sites": SITES,
        "sessions": [COURSE_SESSION, ADVICE_SESSION, MEETING_SESSION], "flex": WINDOWS,
        "trips": {
            "P": [("Süd", "14:10"), ("Mitte", "14:30")],
            "Q": [("Mitte", "17:30"), ("Süd", "17:50")],
        },
    } | others  # fmt: skip
    made = villages(**tables).with_parameters(away_max_minutes=120, flex_max_km=8)
    shape = gpd.GeoDataFrame(
        {"ags": ["16075001"], "name": ["Dorf"]}, geometry=[box(11.6, 50.55, 11.8, 50.75)],
        crs="EPSG:4326",
    )  # fmt: skip
    evil = made.settlements["name"].replace({"Fern": EVIL})
    made = replace(made, settlements=made.settlements.assign(name=evil))
    return replace(made, boundaries=shape, imprint=Imprint("Testkreis", "Amt & Partner"))
