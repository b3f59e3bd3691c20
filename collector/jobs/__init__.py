"""Whole jobs from end to end: the report of results, the check of what people hand in."""
