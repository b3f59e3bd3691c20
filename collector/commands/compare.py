"""`vmmlab compare`: whether two sides differ, with what confidence."""

import argparse
import dataclasses
import itertools
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collector.commands.margin import add_margin
from collector.compare import Comparison, Side, compare_pairs, make_side
from collector.compare.family import called_different
from collector.compare.model import largest, p_text, percent_text
from collector.compare.refusal import ACCEPTABLE
from collector.errors import UnusableInputError
from collector.exit_status import ExitStatus
from collector.from_host import printable
from collector.metrics import metric
from collector.results import Collection, collect

HELP = "whether two sides differ, with what confidence"

_WHOLE_FROM = 100_000
"""Numbers from here on are shown without decimals."""
_EPILOG = f"""\
A side is PATH or PATH:VMM; PATH is a folder with results, one run, one host or one VMM.

  vmmlab compare results/monday:stratovirt results/monday:qemu    two VMMs of one run
  vmmlab compare results/monday results/tuesday                   each VMM that both runs have
  vmmlab compare results/monday results/tuesday --vmm stratovirt  two builds of one VMM
  vmmlab compare results/monday/host1 results/monday/host2        two hosts

Per metric: medians, Hodges and Lehmann's estimate of left over right with its exact 95 % interval,
the p value of Mann and Whitney's test (exact, corrected by Holm for all metrics compared), Cliff's
delta. A difference is called where p is below 0.05 and the interval excludes 1; where the whole
interval lies within --margin, the difference does not matter. Of many hosts with both sides, ratio
and interval are estimated from the hosts' ratios, and the test is Wilcoxon's signed-rank test.

Nothing is called where what must be equal is recorded and differs. The names of these facts, for
--accept-different:
{textwrap.fill(", ".join(ACCEPTABLE), 90, initial_indent="  ", subsequent_indent="  ")}
VMM, version and machine type are what is compared, and may differ.

Exit code: 0 no metric that could be tested differs; 1 a difference is called, or nothing could be
tested; 2 the input cannot be used.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `vmmlab compare`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("left", metavar="A", help="one side: PATH or PATH:VMM")
    parser.add_argument("right", metavar="B", help="the other side: PATH or PATH:VMM")
    parser.add_argument("--vmm", metavar="NAME", help="the VMM of a side that names none")
    parser.add_argument("--host", metavar="NAME", help="only this host (default: all)")
    parser.add_argument(
        "--accept-different",
        action="append",
        default=[],
        metavar="FACT",
        choices=ACCEPTABLE,
        help="compare although this fact differs, and say so (repeat for more)",
    )
    add_margin(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON array, one per metric")


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison of two sides."""
    by_pair = compare_pairs(_pairs(arguments), arguments.accept_different, margin=arguments.margin)
    comparisons = list(itertools.chain.from_iterable(by_pair))
    if all(each.verdict == "one side only" for each in comparisons):
        raise UnusableInputError("the two sides have no metric in common; nothing to compare")
    if arguments.json:
        print(json.dumps([_entry(each) for each in comparisons], indent=2))
    else:
        for line in _lines(comparisons):
            print(printable(line))  # a fact is a lab host's text
    tested = any(each.p_value is not None for each in comparisons)
    same = tested and not called_different(comparisons)
    return ExitStatus.OK if same else ExitStatus.FINDINGS


def _entry(each: Comparison) -> dict[str, Any]:
    """Return what `--json` prints of one metric: all in English."""
    entry = dataclasses.asdict(each)
    del entry["reasons"], entry["warnings"]
    return {**entry, "reason": each.reason, "warnings": [str(text) for text in each.warnings]}


def _pairs(arguments: argparse.Namespace) -> list[tuple[Side, Side]]:
    left_path, left_vmm = _split(arguments.left, arguments.vmm)
    right_path, right_vmm = _split(arguments.right, arguments.vmm)
    collections = collect([left_path]), collect([right_path])
    names = _names(collections[0]), _names(collections[1])
    chosen = _choose((left_vmm, right_vmm), names, (arguments.left, arguments.right))
    pairs = []
    for one, other in chosen:
        folders = [
            _folders(collection, name, arguments.host)
            for collection, name in zip(collections, (one, other), strict=True)
        ]
        if folders[0] == folders[1]:
            raise UnusableInputError(
                f"{arguments.left} and {arguments.right}: a side is compared with itself, which"
                f" shows nothing: both are of {min(folders[0])}; give another run,"
                " host or VMM, or measure a control (the key control of a plan)"
            )
        labels = _labels((left_path, one), (right_path, other))
        pairs.append(
            (
                make_side(collections[0], one, host=arguments.host, label=labels[0]),
                make_side(collections[1], other, host=arguments.host, label=labels[1]),
            )
        )
    return pairs


def _split(text: str, vmm: str | None) -> tuple[Path, str | None]:
    """Return the path and the VMM of a side; a colon that is part of an existing path stays."""
    path, colon, name = text.rpartition(":")
    if colon and path and not Path(text).exists():
        return Path(path), name
    return Path(text), vmm


def _names(collection: Collection) -> list[str]:
    found = [vmm.name for run in collection.runs for host in run.hosts for vmm in host.vmms]
    return list(dict.fromkeys(found))


def _folders(collection: Collection, vmm: str, host: str | None) -> set[Path]:
    """Return the folders that the samples of a side come from."""
    return {
        found.path.resolve()
        for run in collection.runs
        for each in run.hosts
        for found in each.vmms
        if found.name == vmm and host in (None, each.name)
    }


def _choose(
    wanted: tuple[str | None, str | None],
    names: tuple[list[str], list[str]],
    texts: tuple[str, str],
) -> list[tuple[str, str]]:
    """Return the pairs of VMMs: the named ones, the only ones, or all that both sides have."""
    left, right = (
        name or (found[0] if len(found) == 1 else None)
        for name, found in zip(wanted, names, strict=True)
    )
    if left and right:
        return [(left, right)]
    if left or right:
        text = texts[1] if left else texts[0]
        there = ", ".join(names[1] if left else names[0])
        raise UnusableInputError(f"{text}: which VMM? write PATH:VMM; there are: {there}")
    both = [(name, name) for name in names[0] if name in names[1]]
    if texts[0] == texts[1] or not both:
        raise UnusableInputError(
            f"{texts[0]} and {texts[1]}: nothing to compare; name the VMMs as PATH:VMM;"
            f" there are: {', '.join(names[0])} and {', '.join(names[1])}"
        )
    return both


def _labels(left: tuple[Path, str], right: tuple[Path, str]) -> tuple[str, str]:
    """Return what tells the sides apart: the VMM, else as much of the path as differs."""
    if left[1] != right[1]:
        return left[1], right[1]
    parts = [list(side[0].absolute().parts) for side in (left, right)]
    while len(parts[0]) > 1 and len(parts[1]) > 1 and parts[0][-1] == parts[1][-1]:
        parts = [each[:-1] for each in parts]
    return f"{parts[0][-1]}:{left[1]}", f"{parts[1][-1]}:{right[1]}"


def _lines(comparisons: list[Comparison]) -> Iterator[str]:
    """Yield one line per metric, then what the reader should know, said once."""
    pair = None
    for each in comparisons:
        if (each.left, each.right) != pair:
            pair = (each.left, each.right)
            yield from ("", f"{each.left} (left) against {each.right} (right)")
            heads = ("", "left", "right", "ratio", "95 % interval", "p", "delta")
            yield _line(*heads, "verdict")
        yield _line(*_cells(each), _verdict(each))
    remarks: dict[str, list[str]] = {}
    for each in comparisons:
        for text in (each.reason, *map(str, each.warnings)):
            if text:
                remarks.setdefault(text, []).append(f"{each.subject}/{each.case} {each.metric}")
    yield ""
    for text, where in remarks.items():
        yield f"{_where(where, len(comparisons))}: {text}"
    different = len(called_different(comparisons))
    tested = sum(each.p_value is not None for each in comparisons)
    yield ""
    yield f"{different} of {tested} tested metrics differ; {len(comparisons) - tested} not tested"


def _verdict(each: Comparison) -> str:
    """Return the verdict with what it means for a reader who does not know the metric."""
    if each.verdict == "no difference" and each.smallest_shown is not None:
        return f"no difference ({percent_text(each.smallest_shown)}% would be shown)"
    if each.verdict == "no difference that matters" and (bound := largest(each)) is not None:
        return f"{each.verdict} ({percent_text(bound)}% at most)"
    better = metric(each.metric).higher_is_better
    if each not in called_different([each]) or better is None:
        return each.verdict
    return f"{each.verdict} ({'better' if (each.verdict == 'left higher') == better else 'worse'})"


def _where(places: list[str], total: int) -> str:
    if len(places) == total:
        return "everywhere"
    shown = 2
    more = f" and {len(places) - shown} more" if len(places) > shown else ""
    return ", ".join(places[:shown]) + more


def _cells(each: Comparison) -> tuple[str, ...]:
    name = f"{each.subject}/{each.case} {each.metric} ({each.n_left}, {each.n_right})"
    interval = (
        f"{each.interval_low:.3f} .. {each.interval_high:.3f}"
        if each.interval_low is not None and each.interval_high is not None
        else "-"
    )
    numbers = (each.median_left, each.median_right)
    return (
        name,
        *(_short(value) if value is not None else "-" for value in numbers),
        f"{each.ratio:.3f}" if each.ratio is not None else "-",
        interval,
        p_text(each.p_value) or "-",
        f"{each.effect_size:+.2f}" if each.effect_size is not None else "-",
    )


def _short(value: float) -> str:
    """Return a number with six digits and no exponent."""
    return f"{value:.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.6g}"


def _line(*cells: str) -> str:
    widths = (58, 11, 11, 8, 18, 7, 6)
    padded = [f"{cells[0]:<{widths[0]}}"]
    padded += [f"{cell:>{width}}" for cell, width in zip(cells[1:-1], widths[1:], strict=True)]
    return " ".join((*padded, f" {cells[-1]}"))
