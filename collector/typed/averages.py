"""Averages against the numbers they are averages of."""

from collections.abc import Sequence

from collector.findings import CellFinding
from collector.identities.printed import Printed
from collector.typed.model import TypedSample, TypedStatistic, TypedTable
from collector.words import Message, joined, say

_AGAIN = say("calculate it again, or look for a number that was changed later")


def check_averages(tables: Sequence[TypedTable], workbook: str) -> list[CellFinding]:
    """Return the means and the extremes that are not those of the numbers above them."""
    return [
        CellFinding(
            "contradiction",
            workbook,
            each.cell.sheet,
            each.cell.address,
            _message(each) if each.kind == "mean" else _extreme_message(each),
        )
        for table in tables
        for each in table.statistics
        if not any(_agrees(each, samples) for samples in each.candidates)
    ]


def _agrees(each: TypedStatistic, samples: Sequence[TypedSample]) -> bool:
    if each.kind == "mean":
        return _fits(_as_typed(each), samples)
    found = _extreme(each, samples).number
    room = each.number.step / 2 if each.number.step > found.step else 0.0
    return abs(found.value - each.number.value) <= room * 1.0001 + 1e-9


def _as_typed(each: TypedStatistic) -> Printed:
    """Return a mean with the step of its own last digit: it may have fewer than its column."""
    quantity = each.cell.quantity
    if quantity is None or not quantity.value:
        return each.number
    own = quantity.step * abs(each.number.value / quantity.value)
    return Printed(each.number.value, max(own, each.number.step))


def _extreme(each: TypedStatistic, samples: Sequence[TypedSample]) -> TypedSample:
    pick = max if each.kind == "max" else min
    return pick(samples, key=lambda sample: sample.number.value)


def _extreme_message(each: TypedStatistic) -> Message:
    samples = each.candidates[0]
    found = _extreme(each, samples)
    fields: dict[str, str | float] = {
        "count": len(samples),
        "first": samples[0].cell.address,
        "last": samples[-1].cell.address,
        "number": found.cell.text,
        "cell": found.cell.address,
        "said": each.cell.text,
    }
    message = (
        say(
            "the largest of the {count} numbers {first} to {last} is {number} ({cell}), but the"
            " cell says {said}",
            **fields,
        )
        if each.kind == "max"
        else say(
            "the smallest of the {count} numbers {first} to {last} is {number} ({cell}), but the"
            " cell says {said}",
            **fields,
        )
    )
    return joined([message, _AGAIN])


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
        if len(rest) > 1 and _fits(_as_typed(average), rest):
            without = say(
                "it is the mean without {cell}: take all of them", cell=left_out.cell.address
            )
            return joined([message, without])
    return joined([message, _AGAIN])
