"""What one log is about."""

from typing import NamedTuple


class LogId(NamedTuple):
    """One repetition of one case of one subject, of one VMM on one host in one run.

    The folders and the number of the log's name in the results, from the outside in.
    """

    run: str
    host: str
    vmm: str
    subject: str
    case: str
    repetition: int

    @property
    def file(self) -> str:
        """The log's path below the folder of its host."""
        return f"{self.vmm}/{self.subject}/{self.case}/{self.repetition:02}.log"
