"""Times as the results show them."""

from datetime import UTC, datetime


def now() -> str:
    """Return the time as ISO 8601 in UTC, with milliseconds."""
    return iso(datetime.now(UTC).timestamp())


def iso(seconds: float) -> str:
    """Return a Unix time as ISO 8601 in UTC, with milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
