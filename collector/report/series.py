"""What charts and plots show: medians per VMM for charts, every sample for plots of dots."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from collector.labels import Language, say
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
    charts = [
        builder.boot_phases(),
        builder.per_case("chart boot", "boot", "total_s", "s", {"": "default"}, "dots"),
        builder.per_case("chart rss", "memory-footprint", "rss_kb", "KB", {"": "default"}, "dots"),
        *(
            builder.per_case(
                f"chart cpu {kind}", "sysbench-cpu", metric, unit, builder.threads(), form
            )
            for kind, metric, unit, form in (
                ("speed", "events_per_second", "events/s", "bars"),
                ("latency", "latency_p95_ms", "ms", "bars"),
            )
        ),
        *(
            builder.per_case(
                f"chart memory {mode}",
                "sysbench-memory",
                "throughput_mib_per_s",
                "MiB/s",
                builder.blocks(mode),
                "bars",
            )
            for mode in ("seq", "rnd")
        ),
        *(
            builder.per_case(
                f"chart fileio {kind}", "fileio-latency", metric, "ms", builder.modes(), form
            )
            for kind, metric, form in (
                ("latency", "latency_avg_ms", "bars"),
                ("longest", "latency_max_ms", "dots"),
            )
        ),
        builder.throughput(),
        *(
            builder.per_case(
                f"chart {metric}",
                "fileio-iops",
                f"{metric}_per_s",
                "1/s",
                builder.modes(*modes),
                "bars",
            )
            for metric, modes in (
                ("reads", ("rndrd", "seqrd", "rndrw")),
                ("writes", ("rndwr", "seqwr", "rndrw", "seqrewr")),
            )
        ),
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
                say(self._language, metric),
                tuple(self._samples(name, "boot", "default", (metric,)) for name in names),
            )
            for metric in _PHASES
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

    def throughput(self) -> Chart:
        """MiB/s read or written, whichever the mode does."""
        return self.per_case(
            "chart throughput", "fileio-throughput", "", "MiB/s", self.modes(), "bars"
        )

    def per_case(
        self,
        title: str,
        subject: str,
        metric: str,
        unit: str,
        cases: dict[str, str],
        form: Literal["bars", "dots"],
    ) -> Chart:
        """One category per case, one series per VMM that has the subject."""
        metrics = (metric,) if metric else ("read_mib_per_s", "written_mib_per_s")
        present = self._data.all_cases(subject)
        chosen = {label: case for label, case in cases.items() if case in present}
        return Chart(
            subject,
            say(self._language, title),
            unit,
            say(self._language, f"categories {subject}"),
            tuple(chosen),
            tuple(
                Series(
                    self._data.labels[vmm.name],
                    tuple(
                        self._samples(vmm.name, subject, case, metrics) for case in chosen.values()
                    ),
                )
                for vmm in self._data.vmms
                if self._data.has(vmm.name, subject)
            ),
            form,
        )

    def _samples(
        self, vmm: str, subject: str, case: str, metrics: Sequence[str]
    ) -> tuple[float, ...]:
        """One number per repetition: the sum over `metrics`, as a test does one or the other."""
        found = []
        for repetition in self._data.repetitions(subject, (case,)):
            keys = (SampleKey(vmm, subject, case, repetition, metric) for metric in metrics)
            numbers = [self._data.numbers[key][0] for key in keys if key in self._data.numbers]
            if numbers:
                found.append(sum(numbers))
        return tuple(found)
