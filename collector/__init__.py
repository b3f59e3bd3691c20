"""Turns the logs of hypervisor measurements into samples, tables, workbooks and comparisons."""

__version__ = "0.1.0"
