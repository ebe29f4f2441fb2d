"""Every result table as files for GIS and spreadsheets, protected together, all or nothing."""
