"""Lines of sysbench that are no part of a result of 1.0 or 1.1, but stand in its logs.

Sources: as in `sysbench_grammar`, and the branches 0.4 and 0.5.
"""

import re

from collector.patterns import on_use

__all__ = [
    "ANYWHERE",
    "BANNER",
    "CHECKPOINT",
    "FATAL",
    "OLD",
    "OLD_BANNER",
    "OLD_ONLY",
    "PREPARATION",
]

CHECKPOINT = on_use(r"\[ \d+s \] Checkpoint report:")
"""The line before one of the reports of `--report-checkpoints`."""

BANNER = on_use(r"sysbench (?P<version>\d+\.\d+[\w.+~-]*)(?P<using> \(using .*\))?$")
OLD_BANNER = on_use(r"sysbench (?P<version>[\w.-]+):\s+multi-threaded system evaluation")

OLD = on_use(
    r"""
      Doing [ ] CPU [ ] performance [ ] benchmark
    | Random [ ] number [ ] generator [ ] seed [ ] is [ ] 0 .*
    | Initializing [ ] random [ ] number [ ] generator [ ] from [ ] timer\.
    | (?: Primer [ ] numbers [ ] limit | Maximum [ ] prime [ ] number [ ] checked .* ): .*
    | Memory [ ] (?: block | transfer ) [ ] size: [ ] \d+[KM]
    | Memory [ ] (?: operations | scope ) [ ] type: .*
    | Operations [ ] performed: [ ]+ .*
    | [\d.]+ [ ] MB [ ] transferred [ ] .*
    | Read [ ] \S+b [ ]+ Written [ ] \S+b [ ]+ Total [ ] transferred .*
    | [\d.]+ [ ] Requests/sec [ ] executed
    | (?: \d+ [ ] files, [ ] [\d.]+[KMG]?b [ ] each | [\d.]+[KMG]?b [ ] total [ ] file [ ] size
        | Block [ ] size [ ] [\d.]+[KMG]?b )
    | Number [ ] of [ ] random [ ] requests .*
    | Test [ ] execution [ ] summary: | per-request [ ] statistics: | response [ ] time:
    | total [ ] time [ ] taken [ ] by [ ] event [ ] execution: .*
    | (?: min | avg | max ): [ ]+ [\d.]+ (?: ms | s )
    | approx\. [ ]+ \d+ [ ] percentile: .*
    | Done\. | Threads [ ] started!
    """,
    re.VERBOSE,
)
"""Lines of the releases 0.4 and 0.5, as far as 1.0 does not print the same."""

OLD_ONLY = on_use(
    r"Maximum prime number checked .*|Primer numbers limit: .*|Test execution summary:"
    r"|per-request statistics:|approx\.\s+\d+ percentile: .*|Random number generator seed is 0 .*"
    r"|[\d.]+ MB transferred .*|Read \S+b  Written \S+b  Total transferred .*"
)
"""Lines that tell those releases from 1.0."""

ANYWHERE = on_use(
    r"""
      \[ [ ] \d+s [ ] \] [ ] (?:
          thds: .* | queue [ ] length: .* | [\d.]+ [ ] MiB/sec | reads: [ ] .* MiB/s .* )
    | [\d.]+ [ ] \| \** \s* \d+                                       # histogram
    | value [ ]+ -+ [ ] distribution [ ] -+ [ ] count
    | WARNING: [ ] .*
    | DEBUG: [ ] .*
    | thread [ ] \#\s*\d+: [ ] min: .*
    | total [ ] time [ ] taken [ ] by [ ] event [ ] execution: .*
    | Number [ ] of [ ] unfinished [ ] transactions [ ] on [ ] forced [ ] shutdown: [ ] \d+
    | (?:Time|Event) [ ] limit [ ] exceeded, [ ] exiting\.\.\.
    | \(last [ ] message [ ] repeated [ ] \d+ [ ] times\)
    """,
    re.VERBOSE,
)
"""Lines that carry no result and may stand between any others: reports at intervals, warnings."""

PREPARATION = on_use(
    r"\d+ files, \d+Kb each, \d+Mb total"
    r"|Creating files for the test\.\.\.|Removing test files\.\.\."
    r"|(?:Creating|Reusing existing|Extending existing) file \S+"
    r"|\d+ bytes written in .* seconds .*|No bytes written\."
)
"""Lines of `sysbench fileio prepare` and `cleanup`."""

FATAL = on_use(r"(?:FATAL|ALERT|CRITICAL): ")
"""How sysbench begins what it gives up with."""
