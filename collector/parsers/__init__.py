"""From the bytes of a log to what it says: one parser per tool and format.

`parse_log` finds every run of every tool in a log. Parsers are strict inside a result (a line
that is not recognised is an error, never a zero) and see nothing of what stands around it.
"""

from collector.parsers.clean import read_clean
from collector.parsers.model import LogRun, Outcome, Value
from collector.parsers.scan import scan_log

__all__ = ["LogRun", "Outcome", "Value", "parse_log"]


def parse_log(data: bytes) -> tuple[LogRun, ...]:
    """Return every run found in a log, in its order; one `empty` entry where there is none.

    Never raises, whatever the bytes.
    """
    clean = read_clean(data)
    return (clean.run(),) if clean else scan_log(data)
