"""What the numbers in each column of a table are, by the texts above it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from collector.typed.column_subject import Clues, subject_of
from collector.typed.context import Context
from collector.typed.keys import Keys
from collector.typed.meaning import Meaning, meaning
from collector.typed.names import MEMORY
from collector.typed.parameters import NONE, Parameters

_LONGEST_SIDE = 24


@dataclass(frozen=True, slots=True)
class Column:
    """One column of numbers."""

    metric: str
    """A metric, or `rate` or `operations`, which the row's mode makes one."""
    subject: str
    heading: str
    """All the text above it: it names the unit."""
    vmm: str = ""
    access: str | None = None
    mode: str | None = None
    statistic: str = ""
    """`mean`, `max`, `min` or `other`, where repetitions lie side by side."""
    parameters: Parameters = NONE


def columns_of(stack: dict[int, list[str]], keys: Keys, context: Context) -> dict[int, Column]:
    """Return the columns whose numbers are known, by the texts above them.

    Where no column names a metric, the title does: then columns are VMMs, cases or repetitions.
    """
    said = {column: [meaning(text) for text in texts] for column, texts in stack.items()}
    own = {column: metric for column, each in said.items() if (metric := _metric(each))}
    if all(_is_bare(each) for column, each in said.items() if column in own):
        own = own if _is_of_latency(context) else {}
    compact = not own
    if context.metric == "rate":
        own = {column: _flow(metric, said[column]) for column, metric in own.items()}
    title = context.metric
    if title is None and context.subject == MEMORY and keys.role == "block":
        title = "rate"  # the only thing that is measured for each size of a block
    if compact and (title is None or not keys.columns or keys.metrics):
        return {}
    if compact and meaning(context.unit).derived:
        return {}
    metrics = dict.fromkeys(stack, title or "") if compact else own
    found = frozenset(metrics.values())
    columns = {}
    for column, metric in metrics.items():
        clues = Clues(metric, found, frozenset(keys.columns.values()), context, said[column])
        if subject := subject_of(clues):
            side = _side(stack[column]) if compact else ""
            flow = metric.endswith("_mib_per_s") and any(each.direction for each in said[column])
            unit = context.unit if compact or flow else ""
            columns[column] = _column(clues, subject, side, " ".join((unit, *stack[column])))
    return _statistics_apart(columns, stack, _derived(said, compact=compact))


def _metric(said: Sequence[Meaning]) -> str | None:
    """Return the metric that the texts above a column name, the nearest to the numbers first.

    A bare `平均` is the mean of what stands above it, and a latency only where nothing does.
    """
    named = [each for each in reversed(said) if each.metric]
    whole = [each for each in named if not each.bare]
    return next((each.metric for each in whole or named), None)


def _flow(metric: str, said: Sequence[Meaning]) -> str:
    """Return what `读` and `write` mean below a title of throughput: MiB, not requests."""
    flow = {"reads_per_s": "read_mib_per_s", "writes_per_s": "written_mib_per_s"}.get(metric)
    return flow if flow and any(each.direction for each in said) else metric


def _is_bare(said: Sequence[Meaning]) -> bool:
    """Whether a column names a statistic and not of what."""
    return all(each.bare for each in said if each.metric)


def _is_of_latency(context: Context) -> bool:
    """Whether the title is of latencies: then `平均` and `最大` are those."""
    return meaning(context.caption).latency or meaning(context.unit).latency


def _column(clues: Clues, subject: str, side: str, heading: str) -> Column:
    near = list(reversed(clues.said))
    parameters = NONE
    for each in near:
        parameters = parameters.over(each.parameters)
    return Column(
        metric={"boot_s": "total_s"}.get(clues.metric, clues.metric),
        subject=subject,
        heading=heading,
        vmm=next((each.vmms[0] for each in near if len(each.vmms) == 1), side),
        access=next((each.access for each in near if each.access), None),
        mode=next((each.mode for each in near if each.mode), None),
        parameters=parameters,
    )


def _side(texts: Sequence[str]) -> str:
    """Return the name of a side that no list of VMMs has: a heading that says nothing else."""
    for text in reversed(texts):
        if not meaning(text).heading and not meaning(text).unit and len(text) <= _LONGEST_SIDE:
            return text.lower()
    return ""


def _derived(said: dict[int, list[Meaning]], *, compact: bool) -> set[int]:
    """Return the columns of what was calculated from the others: `提升`, `QEMU 损耗`, a ratio.

    In a comparison the columns are sides: one that says more than another's bare name does, in
    words that nobody knows, was made from it.
    """
    found = {column for column, each in said.items() if any(text.derived for text in each)}
    if compact:
        found |= {column for column, each in said.items() if len(each[-1].vmms) > 1}
        bare = {vmm for each in said.values() for vmm in each[-1].vmms if not each[-1].more}
        found |= {
            column for column, each in said.items() if each[-1].more and bare & {*each[-1].vmms}
        }
    return found


def _statistics_apart(
    columns: dict[int, Column], stack: dict[int, list[str]], derived: set[int]
) -> dict[int, Column]:
    """Mark the columns of means and other statistics, where repetitions lie side by side."""
    marked = {}
    for column, each in columns.items():
        said = meaning(stack[column][-1])
        kind = "mean" if said.average else said.statistic
        if said.metric == each.metric:
            kind = ""  # an average latency is what was measured
        kind = "other" if column in derived else kind
        marked[column] = replace(each, statistic=kind) if kind else each
    kinds = {each.statistic for each in marked.values()}
    return columns if "" not in kinds else marked
