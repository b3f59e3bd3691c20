"""What contradicts what: checks of collected results and of workbooks."""

from collector.checks.collection import check_collection
from collector.findings import Finding

__all__ = ["Finding", "check_collection"]
