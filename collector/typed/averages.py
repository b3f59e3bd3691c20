"""Averages against the numbers they are averages of."""

from collections.abc import Sequence

from collector.findings import CellFinding
from collector.identities.printed import Printed
from collector.typed.model import TypedSample, TypedStatistic, TypedTable
from collector.words import Message, joined, say

_LARGE = 1e5


def check_averages(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return the averages that are not the mean of the numbers above them."""
    return [
        CellFinding(
            "contradiction",
            workbook,
            average.cell.sheet,
            average.cell.address,
            _message(average),
        )
        for table in tables
        for average in table.statistics
        if average.kind == "mean"
        and not any(_fits(average.number, samples) for samples in average.candidates)
    ]


def _mean(samples: Sequence[TypedSample]) -> float:
    return sum(sample.number.value for sample in samples) / len(samples)


def _fits(number: Printed, samples: Sequence[TypedSample]) -> bool:
    """Whether the mean, rounded or cut, is `number`; rounded samples give it more room."""
    coarse = max(sample.number.step for sample in samples)
    room = number.step + (coarse / 2 if coarse > number.step else 0)
    return abs(_mean(samples) - number.value) <= room * 1.0001 + 1e-9


def _message(average: TypedStatistic) -> Message:
    samples = average.candidates[0]
    mean = _mean(samples)
    first, last = samples[0].cell.address, samples[-1].cell.address
    unit = (
        average.metric.rpartition("_")[2] if average.metric.endswith(("_s", "_ms", "_kb")) else ""
    )
    digits = f"{mean:.3f}" if mean < 1e5 else f"{mean:.1f}"  # noqa: PLR2004
    message = say(
        "the mean of the {count} numbers {first} to {last} is {mean}, but the cell says {said}",
        count=len(samples),
        first=first,
        last=last,
        mean=f"{digits} {unit}".rstrip(),
        said=average.cell.formula or average.cell.text,
    )
    for left_out in samples:
        rest = [sample for sample in samples if sample is not left_out]
        if len(rest) > 1 and _fits(average.number, rest):
            without = say(
                "it is the mean without {cell}: take all of them", cell=left_out.cell.address
            )
            return joined([message, without])
    return joined([message, say("calculate it again, or look for a number that was changed later")])
