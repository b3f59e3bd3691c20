"""Workbooks in the report's form, also hand-typed ones: finding tables in them, checking cells."""
