"""What the exit code of every `vmmlab` command means."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit codes, the same for all sub-commands."""

    OK = 0
    """All is well: nothing missing, nothing contradictory."""
    FINDINGS = 1
    """The command did its work, and there is something to look at."""
    UNUSABLE = 2
    """The input or the command line cannot be used."""
    BROKEN = 3
    """vmmlab itself failed; what it printed belongs into a bug report."""
