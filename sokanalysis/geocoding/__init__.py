"""Coordinates for places that have an address but no position, and a check of those that have."""
