"""Readers of files that German statistical offices and agencies publish."""
