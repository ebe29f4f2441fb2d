"""A district's folder: made new, filled from official files."""
