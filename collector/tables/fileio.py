"""Tables of sysbench fileio: latency of one queue, throughput, operations per second."""

from collections.abc import Sequence

from collector.labels import Language, say
from collector.tables.cells import (
    heading,
    not_applicable,
    number,
    percentile_heading,
    percentile_metric,
    spread,
)
from collector.tables.host_data import HostData
from collector.tables.model import Cell, Row, SampleKey, Style

MODES = ("rndrd", "rndwr", "seqrd", "seqwr", "rndrw", "seqrewr")
"""sysbench's test modes: the report's four in its order, then the others."""
_READS = {"rndrd", "seqrd", "rndrw"}
_WRITES = {"rndwr", "seqwr", "rndrw", "seqrewr"}


def latency(
    data: HostData, vmm: str, language: Language
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return header and body: one row per mode and repetition."""
    subject = "fileio-latency"
    percentile = percentile_metric(data, vmm, subject)
    header = tuple(
        heading(text)
        for text in (
            say(language, "mode"),
            say(language, "latency avg"),
            say(language, "latency max"),
            percentile_heading(language, percentile),
        )
    )
    metrics = ("latency_avg_ms", "latency_max_ms", percentile)
    return (header,), _per_mode(data, vmm, subject, metrics, language)


def iops(data: HostData, vmm: str, language: Language) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return header and body: one row per mode and repetition; `-` for what a mode does not do."""
    header = tuple(heading(say(language, key)) for key in ("mode", "reads", "writes", "fsyncs"))
    metrics = ("reads_per_s", "writes_per_s", "fsyncs_per_s")
    return (header,), _per_mode(data, vmm, "fileio-iops", metrics, language)


def throughput(
    data: HostData, vmms: Sequence[str], language: Language
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return header and body: one row per mode, one column per VMM and repetition."""
    subject = "fileio-throughput"
    modes = _modes(data, subject)
    repetitions = data.repetitions(subject, modes)
    span = len(repetitions)
    header: tuple[Row, ...] = (
        (
            heading(say(language, "mode"), rows=2),
            *spread(heading(say(language, "throughput"), columns=span * len(vmms))),
        ),
        (
            None,
            *(cell for vmm in vmms for cell in spread(heading(data.labels[vmm], columns=span))),
        ),
    )
    body = tuple(
        (
            heading(say(language, mode)),
            *(
                _moved(data, vmm, subject, mode, repetition)
                for vmm in vmms
                for repetition in repetitions
            ),
        )
        for mode in modes
    )
    return header, body


def _modes(data: HostData, subject: str) -> tuple[str, ...]:
    found = data.all_cases(subject)
    return tuple(mode for mode in MODES if mode in found)


def _per_mode(
    data: HostData, vmm: str, subject: str, metrics: Sequence[str], language: Language
) -> tuple[Row, ...]:
    modes = _modes(data, subject)
    repetitions = data.repetitions(subject, modes)
    body: list[Row] = []
    for mode in modes:
        first: Cell | None = heading(say(language, mode), rows=len(repetitions))
        for repetition in repetitions:
            keys = (SampleKey(vmm, subject, mode, repetition, metric) for metric in metrics)
            body.append((first, *(_operation(data, key) for key in keys)))
            first = None
    return tuple(body)


def _operation(data: HostData, key: SampleKey) -> Cell:
    """A read in a write test does not apply, unless the log says that there were some."""
    foreign = (key.metric == "reads_per_s" and key.case not in _READS) or (
        key.metric in {"writes_per_s", "fsyncs_per_s"} and key.case not in _WRITES
    )
    if foreign and not any(data.numbers.values([key])):
        return not_applicable(data, key)
    return number(data, key, Style.HUNDREDTHS)


def _moved(data: HostData, vmm: str, subject: str, mode: str, repetition: int) -> Cell:
    """MiB/s read or written; of a mode that does both, their sum."""
    read = number(
        data, SampleKey(vmm, subject, mode, repetition, "read_mib_per_s"), Style.HUNDREDTHS
    )
    written = number(
        data, SampleKey(vmm, subject, mode, repetition, "written_mib_per_s"), Style.HUNDREDTHS
    )
    if mode not in _WRITES:
        return read
    if mode not in _READS or not isinstance(read.value, float):
        return written
    if not isinstance(written.value, float):
        return written
    return Cell(
        read.value + written.value, Style.HUNDREDTHS, key=written.key, source=written.source
    )
