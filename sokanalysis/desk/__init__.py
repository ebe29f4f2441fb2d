"""The analyst's desk: ideas tried out while people talk."""
