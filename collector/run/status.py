"""A run's summary in words, for the terminal and for the end of `ansible-playbook`."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from collector.plan.project import near
from collector.plan.totals import duration
from collector.run.summary import HostSummary, Missing, RunSummary

_NAMED = 3


def headline(summary: RunSummary) -> str:
    """Return the counts of a run: `104 measurements planned, 100 made, 4 missing (2 of them …)`."""
    failed = sum(host.failed for host in summary.hosts)
    tried = f" ({failed} of them failed)" if failed else ""
    return (
        f"{summary.planned} measurements planned, {summary.made} made,"
        f" {summary.planned - summary.made} missing{tried}"
    )


def host_rows(summary: RunSummary) -> list[tuple[str, ...]]:
    """Return one row per host below the heading: host, planned, made, missing, failed, state."""
    rows: list[tuple[str, ...]] = [("host", "planned", "made", "missing", "failed", "state")]
    for host in summary.hosts:
        counts = (host.planned, host.made, len(host.missing), host.failed)
        rows.append((host.host, *(str(count) for count in counts), _state(host)))
    return rows


def table_lines(rows: list[tuple[str, ...]]) -> list[str]:
    """Return `rows` as aligned lines: numbers to the right, words to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numeric = [all(_is_number(row[column]) for row in rows[1:]) for column in range(len(widths))]
    return [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in rows
    ]


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).removesuffix(" s").isdecimal() or cell == "-"


def _state(host: HostSummary) -> str:
    if host.state == "running" and host.seconds_left is not None:
        return f"running, {duration(host.seconds_left)} left when it was last heard of"
    words = host.state or ("complete" if not host.missing else "not heard of")
    if host.missing and host.error and not host.state:
        words = f"failed in {host.error.partition(':')[0]}"
    retried = f", {host.retried} made after a failed attempt" if host.retried else ""
    return f"{words}{retried}"


def reasons(summary: RunSummary) -> Iterator[str]:
    """Yield a line per host and reason: how many logs are missing for it, and which first."""
    for host in summary.hosts:
        if host.missing and host.error:
            yield f"{host.host}: {host.error}; see {_display(host.error_log)}"
        if host.missing and host.message:
            yield f"{host.host}: {host.message}"
        groups: dict[str, list[Missing]] = defaultdict(list)
        for missing in host.missing:
            groups[missing.reason].append(missing)
        for reason, group in groups.items():
            named = ", ".join(missing.title for missing in group[:_NAMED])
            more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
            kept = next((missing.log for missing in group if missing.log), None)
            log = f"; log: {_display(kept)}" if kept else ""
            yield f"{host.host}: {len(group)} missing, {reason}: {named}{more}{log}"


def closing_lines(summary: RunSummary) -> Iterator[str]:
    """Yield what is said at the end of a run: workbook, counts, hosts, left-out VMMs, what next."""
    for path in summary.workbooks:
        yield f"Workbook: {_display(path)}"
    if not summary.workbooks:
        folder = _display(summary.directory)
        way = f"; vmmlab report {folder} -o {folder}/report.xlsx makes one of what is there"
        yield f"Workbook: none was made{way if summary.made else ''}"
    yield headline(summary)
    yield from table_lines(host_rows(summary))
    yield from reasons(summary)
    for vmm, reason in summary.left_out.items():
        yield f"LEFT OUT: {vmm}: {reason}"
    if summary.made < summary.planned:
        yield (
            "Go on with what is missing: the same command with"
            f" -e run_name={summary.run} (vmmlab run: --run {summary.run})"
        )


def _display(path: Path) -> Path:
    return near(path.absolute())
