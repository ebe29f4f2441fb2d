"""Official files from where they lie, and the record of where they came from."""
