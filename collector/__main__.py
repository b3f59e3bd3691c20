"""Run the command line as `python -m collector`."""

from collector.cli import entry_point

entry_point()
