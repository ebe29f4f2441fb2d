"""Open Referral's HSDS 3, out and in: for the systems of partners.

The Human Services Data Specification (https://docs.openreferral.org, CC BY-SA 4.0) knows
organizations, services, locations and their schedules. What it has a field for stands there and
nowhere else; what only this library knows travels as attributes of the taxonomy ``sokanalysis``.
Both directions report what one of the two models cannot hold.
"""

from sokanalysis.hsds.files import write_hsds
from sokanalysis.hsds.paging import fetch_pages
from sokanalysis.hsds.reading import Exchanged, read_hsds, read_pages
from sokanalysis.hsds.report import HsdsReport

__all__ = ["Exchanged", "HsdsReport", "fetch_pages", "read_hsds", "read_pages", "write_hsds"]
