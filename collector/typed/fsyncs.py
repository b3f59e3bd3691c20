"""Fsyncs against requests: by them a table tells how many files its test had, and how long it took.

Sysbench syncs each file after each `--file-fsync-freq` requests (100), and each thread syncs each
file at the end: fsyncs = files / 100 * requests + threads * files in the whole test. What a table
says about its own parameters goes before the report's: 128 files, 32 threads.
"""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from collector.findings import CellFinding
from collector.identities.printed import about, plain
from collector.results import KNOWN_VMMS
from collector.typed.model import TypedSample, TypedTable
from collector.typed.names import IOPS
from collector.typed.rows import Row, finding, table_rows
from collector.words import Message, Text, say

_FILES = 128
_FREQUENCY = 100.0
_THREADS = 32.0
_MOST_THREADS = 64.0
_SHORTEST_S = 1.0
_ROUNDS = 2.0
"""Rounds of fsyncs that may be missing: the last may be cut short, or not have begun."""
_ALIKE = 1.5
"""Numbers of files on two sides that differ by less may be one and the same."""
_AGREE = 1.15
_ENOUGH = 3
_LONG_S = 30.0
_REMARKABLE = 1.3
_LONG = 2.0
_SHORT = 5.0
"""How much longer than usual a test may seem by its fsyncs: remarkable, and no more possible."""


class Synced(NamedTuple):
    """One row: its requests and fsyncs in a second, and what is known of its test."""

    requests: TypedSample
    fsyncs: TypedSample
    rate: float
    """Requests in a second: of both kinds in a mixed test."""
    frequency: float
    threads: float | None
    seconds: float | None
    files: float | None

    @property
    def implied(self) -> float:
        """The number of files, if there were no fsyncs at the end."""
        return self.fsyncs.number.value / self.rate * self.frequency


def check_fsyncs(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return rows and sides whose requests and fsyncs cannot be of the tests they should be."""
    sides: dict[str, list[Synced]] = defaultdict(list)
    for table in tables:
        if table.subject == IOPS:
            for row in table_rows(table):
                if synced := _synced(row):
                    sides[synced.requests.vmm].append(synced)
    files = {vmm: _files(rows) for vmm, rows in sides.items()}
    odd = _odd_side(files)
    findings = [] if odd is None else [_other_files(odd, sides, files, workbook)]
    if odd is None and files and all(value != _FILES for value in files.values()):
        findings += _unusual(sides, workbook)
    for vmm, rows in sides.items():
        findings += _rows(rows, files[vmm], workbook)
    return findings


def _synced(row: Row) -> Synced | None:
    writes, fsyncs = row.get("writes_per_s"), row.get("fsyncs_per_s")
    if writes is None or fsyncs is None or writes.number.value <= 0:
        return None
    rate = writes.number.value
    if writes.case == "rndrw":
        if "reads_per_s" not in row:
            return None
        rate += row["reads_per_s"].number.value
    said = fsyncs.parameters
    frequency = said.frequency or _FREQUENCY
    return Synced(writes, fsyncs, rate, frequency, said.threads, said.seconds, said.files)


def _files(rows: Sequence[Synced]) -> float:
    """Return the number of files of a side: what it states, the report's, or what its rows say."""
    stated = [row.files for row in rows if row.files]
    if stated:
        return stated[0]
    if sum(_fits(row, _FILES) for row in rows) * 2 >= len(rows):
        return _FILES
    return median(row.implied for row in rows)


def _fits(row: Synced, files: float) -> bool:
    """Whether a row can be of a test with so many files, for any length that a test may have."""
    low, high = _bounds(row, files)
    return low <= row.fsyncs.number.high and row.fsyncs.number.low <= high


def _bounds(row: Synced, files: float) -> tuple[float, float]:
    shortest = max(row.seconds or _SHORTEST_S, _SHORTEST_S)
    threads = row.threads or _MOST_THREADS
    periodic = files / row.frequency * row.rate
    return periodic - _ROUNDS * files / shortest, periodic + (threads + 1) * files / shortest


def _odd_side(files: dict[str, float]) -> str | None:
    """Return the side whose number of files is not the others': the one that is not the usual."""
    if len(files) < 2:  # noqa: PLR2004
        return None
    for vmm, count in sorted(files.items(), key=lambda item: item[1] == _FILES):
        others = [value for name, value in files.items() if name != vmm]
        if all(max(count, other) > _ALIKE * min(count, other) for other in others):
            return vmm
    return None


def _other_files(
    odd: str, sides: dict[str, list[Synced]], files: dict[str, float], workbook: str
) -> CellFinding:
    other = next(vmm for vmm in sides if vmm != odd)
    shares = {
        vmm: median(row.implied / row.frequency for row in sides[vmm]) for vmm in (odd, other)
    }
    message = say(
        "{side} has {share} fsyncs per request and {other} {share2}: sysbench syncs each file"
        " after each 100 requests, so they were measured with another number of files"
        " (--file-num: about {files} against {files2}); measure both with the same",
        side=_name(odd),
        share=about(shares[odd]),
        other=_name(other),
        share2=about(shares[other]),
        files=about(files[odd]),
        files2=about(files[other]),
    )
    return finding(sides[odd][0].fsyncs, workbook, message)


def _name(vmm: str) -> Text:
    return KNOWN_VMMS.get(vmm, vmm or say("one side"))


def _unusual(sides: dict[str, list[Synced]], workbook: str) -> list[CellFinding]:
    rows = [row for side in sides.values() for row in side]
    if any(row.files for row in rows):
        return []
    message = say(
        "fsyncs per request are about {ratio} in most rows, not 1.28 as with sysbench's 128"
        " files and an fsync each 100 requests: was --file-num or --file-fsync-freq changed?",
        ratio=about(median(row.implied for row in rows) / 100),
    )
    return [finding(rows[0].fsyncs, workbook, message, note=True)]


def _rows(rows: Sequence[Synced], files: float, workbook: str) -> list[CellFinding]:
    """Find single rows that do not fit the number of files, or the length of the others' tests."""
    usual = _usual(rows, files)
    findings = []
    for row in rows:
        if not _fits(row, files):
            findings.append(finding(row.fsyncs, workbook, _impossible(row, files, usual)))
        elif usual is not None and (seconds := _seconds(row, files)) is not None:
            off = max(seconds / usual, usual / seconds)
            slight = off < (_LONG if usual >= _LONG_S else _SHORT)
            if off >= _REMARKABLE:
                words = _slight if slight else _impossible
                message = words(row, files, usual)
                findings.append(finding(row.fsyncs, workbook, message, note=slight))
    return findings


def _seconds(row: Synced, files: float) -> float | None:
    """Return how long a test took by its fsyncs; None where they do not tell."""
    extra = row.fsyncs.number.value - files / row.frequency * row.rate
    threads = row.threads or _THREADS
    if extra <= 0 or threads < _ROUNDS * 4:  # then rounds that are cut short matter as much
        return None
    return threads * files / extra


def _usual(rows: Sequence[Synced], files: float) -> float | None:
    """Return how long the tests took, where most rows tell the same; else None."""
    known = [seconds for row in rows if (seconds := _seconds(row, files)) is not None]
    if len(known) < _ENOUGH:
        return None
    usual = median(known)
    agreed = sum(max(each / usual, usual / each) <= _AGREE for each in known)
    return usual if agreed >= _ENOUGH and agreed * 2 > len(rows) else None


def _slight(row: Synced, files: float, usual: float) -> Message:
    return say(
        "by its fsyncs/s and writes/s ({cell}) the test took {implied} s, the others {usual} s:"
        " was {fsyncs} mistyped, or --time another?",
        cell=row.requests.cell.address,
        implied=about(_seconds(row, files) or 0),
        usual=about(usual),
        fsyncs=row.fsyncs.cell.text,
    )


def _impossible(row: Synced, files: float, usual: float | None) -> Message:
    end = (row.threads or _THREADS) * files / usual / row.rate if usual else 0.0
    expected = files / row.frequency + end
    return say(
        "{fsyncs} fsyncs/s over {requests} requests/s ({cell}) = {ratio:.3f}, but an fsync of"
        " all {files} files after each {frequency} requests, and one by each thread at the end,"
        " make {expected:.3f}: one of the two cells belongs to another test; compare with the log",
        fsyncs=plain(row.fsyncs.number.value),
        requests=plain(row.rate),
        cell=row.requests.cell.address,
        ratio=row.fsyncs.number.value / row.rate,
        files=about(files),
        frequency=about(row.frequency),
        expected=expected,
    )
