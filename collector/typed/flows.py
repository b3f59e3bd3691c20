"""MiB/s, requests/s, latency and threads of one row of a fileio table against each other."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from collector.findings import CellFinding
from collector.identities.printed import about, plain
from collector.typed.model import TypedSample, TypedTable
from collector.typed.rows import Row, finding, table_rows
from collector.words import Message, joined, say, say_in

_MIB = float(1 << 20)
_CUT = 0.45
"""The least share of a block that requests have on average: sysbench cuts them at a file's end."""
_WHOLE = 0.9
"""The same for blocks that are small beside the files."""
_SMALL = 16 * 1024.0
_ROOM = 1.02
_DECIMAL = (1.048576, 1.073742)
"""MB of 10^6 bytes, and GB of 10^9, taken for those of 2^20 and 2^30: true numbers all the same."""
_NEAR = 0.002
_MOST_THREADS = 300.0
"""Of a table that does not say how many threads its tests had."""
_SLACK = 1.05
_FEW_REQUESTS = 1.0
_PAIRS = (("reads_per_s", "read_mib_per_s"), ("writes_per_s", "written_mib_per_s"))
_LEAST_BLOCK, _LARGEST_BLOCK = 256.0, float(1 << 26)
BUT = say_in("between sentences", ", but ")
_USUAL_BLOCKS = (4096.0, 16384.0, 131072.0, 65536.0, 1048576.0)


class Moved(NamedTuple):
    """What one row moves with a request."""

    flow: TypedSample
    requests: TypedSample
    size: float
    """Bytes of a request, by the two numbers."""


def check_flows(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return rows whose MiB/s are not their requests, or whose latency is of no such test."""
    findings = []
    for table in tables:
        if not table.subject.startswith("fileio"):
            continue
        rows = table_rows(table)
        moved = [each for row in rows for each in _moved(row)]
        findings += [_of_block(each, workbook) for each in moved if not _fits_block(each)]
        findings += _unlike([each for each in moved if not each.flow.parameters.block], workbook)
        for row in rows:
            findings += _latency(row, workbook)
    return findings


def _moved(row: Row) -> list[Moved]:
    found = []
    for requests, flow in _PAIRS:
        if requests in row and flow in row and row[requests].number.value > _FEW_REQUESTS:
            size = row[flow].number.value * _MIB / row[requests].number.value
            if row[flow].number.value > row[flow].number.step:
                found.append(Moved(row[flow], row[requests], size))
    return found


def _fits_block(each: Moved) -> bool:
    block = each.flow.parameters.block
    if not block:
        return True
    least = block * (_WHOLE if block <= _SMALL else _CUT)
    room = each.flow.number.step / each.flow.number.value
    return least * (1 - room) <= each.size <= block * (_ROOM + room) or any(
        abs(each.size / block / prefix - 1) <= _NEAR + room for prefix in _DECIMAL
    )


def _of_block(each: Moved, workbook: str) -> CellFinding:
    message = say(
        "the table says blocks of {block:g} KiB: one of the two is of another block size; compare"
        " with the log",
        block=(each.flow.parameters.block or 0.0) / 1024,
    )
    return finding(each.flow, workbook, joined([_of_each(each), message], BUT))


def _of_each(each: Moved) -> Message:
    return say(
        "{flow} MiB/s over {requests} requests/s ({cell}) are {size} KiB for each request",
        flow=each.flow.cell.text,
        requests=plain(each.requests.number.value),
        cell=each.requests.cell.address,
        size=about(each.size / 1024),
    )


def _unlike(moved: Sequence[Moved], workbook: str) -> list[CellFinding]:
    """Without a stated block, all rows of a table have one: a row that has another is odd."""
    if len(moved) < 3:  # noqa: PLR2004 - of two nobody knows which is odd
        return _odd_pair(moved, workbook)
    sizes = sorted(each.size for each in moved)
    usual = sizes[len(sizes) // 2]
    message = say(
        "the other rows have {usual} KiB: another block size, or a slip of the unit; compare with"
        " the log",
        usual=about(usual / 1024),
    )
    return [
        finding(each.flow, workbook, joined([_of_each(each), message], BUT))
        for each in moved
        if max(each.size / usual, usual / each.size) > 1 / _CUT
    ]


def _odd_pair(moved: Sequence[Moved], workbook: str) -> list[CellFinding]:
    """Two rows or one: only what is no size of a block at all is wrong."""
    message = say("that is no block: one of the two belongs to another test; compare with the log")
    return [
        finding(each.flow, workbook, joined([_of_each(each), message]))
        for each in moved
        if not _LEAST_BLOCK <= each.size <= _LARGEST_BLOCK
    ]


def _latency(row: Row, workbook: str) -> list[CellFinding]:
    """Little's law: requests and fsyncs in a second times their average latency are the threads."""
    average = row.get("latency_avg_ms")
    rates = [row[name] for name in ("reads_per_s", "writes_per_s", "fsyncs_per_s") if name in row]
    if average is None or not rates or not any(rate.number.value > 0 for rate in rates):
        return []
    # fsyncs at the end of a test are no events, so fsyncs/s may be a little too many
    events = sum(rate.number.low for rate in rates if rate.metric != "fsyncs_per_s")
    at_work = events * average.number.low / 1000
    threads = average.parameters.threads
    if at_work <= (threads or _MOST_THREADS) * _SLACK:
        return []
    message = say(
        "{rate} requests/s of {latency} ms on average = {busy} threads at work",
        rate=about(events),
        latency=plain(average.number.value),
        busy=about(at_work),
    )
    of = (
        say("the test has {threads:g} (Little's law)", threads=threads)
        if threads
        else say("no test has so many (Little's law)")
    )
    return [
        finding(average, workbook, joined([joined([message, of], BUT), _typed_again(row, average)]))
    ]


def _typed_again(row: Row, average: TypedSample) -> Message:
    """Say which throughput a latency is, when it is one."""
    for requests, flow in _PAIRS:
        if flow in row and row[flow].number.value == average.number.value:
            return say("it is the throughput of {cell} typed again", cell=row[flow].cell.address)
        rate = row[requests].number.value if requests in row else 0.0
        for block in _USUAL_BLOCKS:
            if rate and math.isclose(rate * block / _MIB, average.number.value, rel_tol=1e-3):
                return say(
                    "it is the throughput of these requests with blocks of {block:g} KiB, typed as"
                    " a latency",
                    block=block / 1024,
                )
    return say("compare with the log")
