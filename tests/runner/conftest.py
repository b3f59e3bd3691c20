"""Gives the tests of the runner their lab host."""

from runner_lab import lab

__all__ = ["lab"]
