"""Levers: ways of changing something, each a function from the district to candidates."""
