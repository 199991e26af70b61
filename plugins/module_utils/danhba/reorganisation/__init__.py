"""Reorganisations: any number of agencies merged, split, renamed and dissolved on one day by one document."""
