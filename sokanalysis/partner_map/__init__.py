"""A map for partners in one HTML file: what there is, and from where it can be reached."""

from sokanalysis.partner_map.page import partner_map, write_partner_map

__all__ = ["partner_map", "write_partner_map"]
