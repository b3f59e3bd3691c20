"""What charts and plots show: medians per VMM for charts, every sample for plots of dots."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from collector.labels import Language, say
from collector.metrics import metric
from collector.tables.fileio import MODES
from collector.tables.host_data import HostData
from collector.tables.model import SampleKey
from collector.tables.sysbench import block_of, threads_of

_PHASES = ("firmware_s", "loader_s", "kernel_s", "initrd_s", "userspace_s")


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name and its samples per category (empty where there are none)."""

    name: str
    samples: tuple[tuple[float, ...], ...]

    @property
    def medians(self) -> tuple[float | None, ...]:
        """The median of each category; None where nothing was measured."""
        return tuple(median(values) if values else None for values in self.samples)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: categories on one axis, a series per VMM (or per boot phase, stacked)."""

    subject: str
    title: str
    unit: str
    category_title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    form: Literal["bars", "stacked bars", "dots"]


def charts_of(data: HostData, language: Language) -> tuple[Chart, ...]:
    """Return the charts of one host; those without any number are left out."""
    builder = _Builder(data, language)
    default = {"": "default"}
    threads = builder.threads()
    modes = builder.modes()
    reading = builder.modes("rndrd", "seqrd", "rndrw")
    writing = builder.modes("rndwr", "seqwr", "rndrw", "seqrewr")
    charts = [
        builder.boot_phases(),
        builder.per_case("boot", "boot", "total_s", default),
        builder.per_case("rss", "memory-footprint", "rss_kb", default),
        builder.per_case("cpu speed", "sysbench-cpu", "events_per_second", threads),
        builder.per_case("cpu latency", "sysbench-cpu", "latency_p95_ms", threads),
        *(
            builder.per_case(
                f"memory {mode}", "sysbench-memory", "throughput_mib_per_s", builder.blocks(mode)
            )
            for mode in ("seq", "rnd")
        ),
        builder.per_case("fileio latency", "fileio-latency", "latency_avg_ms", modes),
        builder.per_case("fileio longest", "fileio-latency", "latency_max_ms", modes),
        # A mode reads or writes; the other number is zero.
        builder.per_case(
            "throughput", "fileio-throughput", "read_mib_per_s written_mib_per_s", modes
        ),
        builder.per_case("reads", "fileio-iops", "reads_per_s", reading),
        builder.per_case("writes", "fileio-iops", "writes_per_s", writing),
    ]
    return tuple(
        chart
        for chart in charts
        if any(values for series in chart.series for values in series.samples)
    )


class _Builder:
    """Charts of one host."""

    def __init__(self, data: HostData, language: Language) -> None:
        self._data = data
        self._language = language

    def threads(self) -> dict[str, str]:
        named = ((threads_of(case), case) for case in self._data.all_cases("sysbench-cpu"))
        return {str(n): case for n, case in sorted(pair for pair in named if pair[0] is not None)}

    def blocks(self, mode: str) -> dict[str, str]:
        named = ((block_of(case), case) for case in self._data.all_cases("sysbench-memory"))
        sizes = sorted((block[1], case) for block, case in named if block and block[0] == mode)
        return {f"{size:g}": case for size, case in sizes}

    def modes(self, *only: str) -> dict[str, str]:
        return {say(self._language, mode): mode for mode in MODES if not only or mode in only}

    def boot_phases(self) -> Chart:
        """The parts of a boot, one stack per VMM."""
        names = [vmm.name for vmm in self._data.vmms if self._data.has(vmm.name, "boot")]
        series = tuple(
            Series(
                say(self._language, phase),
                tuple(self._samples(name, "boot", "default", (phase,)) for name in names),
            )
            for phase in _PHASES
        )
        return Chart(
            "boot",
            say(self._language, "chart boot phases"),
            "s",
            "",
            tuple(self._data.labels[name] for name in names),
            tuple(one for one in series if any(one.samples)),
            "stacked bars",
        )

    def per_case(self, title: str, subject: str, metrics: str, cases: dict[str, str]) -> Chart:
        """One category per case, one series per VMM that has the subject.

        `cases` is label to case; of several `metrics` the sum is shown.
        """
        names = metrics.split()
        present = self._data.all_cases(subject)
        chosen = {label: case for label, case in cases.items() if case in present}
        return Chart(
            subject,
            say(self._language, f"chart {title}"),
            metric(names[0]).unit,
            say(self._language, f"categories {subject}"),
            tuple(chosen),
            tuple(
                Series(
                    self._data.labels[vmm.name],
                    tuple(
                        self._samples(vmm.name, subject, case, names) for case in chosen.values()
                    ),
                )
                for vmm in self._data.vmms
                if self._data.has(vmm.name, subject)
            ),
            "dots" if "default" in chosen.values() else "bars",
        )

    def _samples(
        self, vmm: str, subject: str, case: str, metrics: Sequence[str]
    ) -> tuple[float, ...]:
        """One number per repetition: the sum over `metrics`, as a test does one or the other."""
        found = []
        for repetition in self._data.repetitions(subject, (case,)):
            keys = (SampleKey(vmm, subject, case, repetition, name) for name in metrics)
            numbers = self._data.numbers.values(keys)
            if numbers:
                found.append(sum(numbers))
        return tuple(found)
