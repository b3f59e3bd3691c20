"""The names of the report's subjects, which are those of sheets that people type."""

from collector.subjects import REPORTED

BOOT, FOOTPRINT, CPU, MEMORY, LATENCY, THROUGHPUT, IOPS = REPORTED
"""In the report's order."""
