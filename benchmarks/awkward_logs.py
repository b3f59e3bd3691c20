"""What is read from logs as people really have them, by one or more versions of the collector.

    python benchmarks/awkward_logs.py [CHECKOUT...]

The logs are those of `tests/data/logs`, each with what must come out of it beside it, and what can
be made of the good ones among them: behind prefixes, in JSON, behind refused runs, one after the
other. A checkout is a folder with another version of the project (`git worktree add`); without one
this version is tried. Of each kind of log it prints how many come out right, how many yield a
number that the log does not state as a result, how many lose a result, and in how many of those
nothing says so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOGS = ROOT / "tests" / "data" / "logs"
GOOD = (
    "sysbench/cpu",
    "sysbench/cpu-64-threads",
    "sysbench/memory-rnd-4K",
    "sysbench/fileio-rndwr-4k",
    "sysbench/1.1-memory-rnd-4K",
    "sysbench/1.1-fileio-rndwr-4k",
    "pmap-x/sleep",
)
PREFIXES = {
    "journal": "Nov 23 00:{minute:02d}:{second:02d} vm bench.sh[1234]: ",
    "journal, ISO": "2026-11-23T00:{minute:02d}:{second:02d}+0800 vm bench.sh[1234]: ",
    "docker compose": "bench-1  | ",
    "kubectl": "[pod/bench-7c9f/bench] ",
    "CI": "2026-11-23T08:{minute:02d}:{second:02d}.1234567Z ",
    "quote": "> ",
    "host": "lab-1: ",
    "line number": "{number}:",
}
REFUSED = (
    "CPU speed:\n    events per second:   212.40   <- slow!\n\nGeneral statistics:\n"
    "    total time:                          10.0010s\n\n"
)
ORDER = ("logs", "right", "other number", "lost", "lost silently", "else")


@dataclass(frozen=True, slots=True)
class Case:
    """A log, its kind, and what must come out of it."""

    kind: str
    log: bytes
    expected: list[dict[str, Any]]


def cases() -> Iterator[Case]:
    """Yield every log there is."""
    for path in sorted(LOGS.rglob("*.log")):
        expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
        yield Case(f"beside: {path.parent.name}", path.read_bytes(), expected)
    for name in GOOD:
        path = LOGS / f"{name}.log"
        expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
        text = path.read_text("utf-8").rstrip("\n")
        for kind, prefix in PREFIXES.items():
            yield Case(f"behind: {kind}", _behind(text, prefix).encode(), expected)
        lines = text.split("\n")
        for shape in ({"stdout_lines": lines}, {"stdout": text, "stdout_lines": lines}):
            data = f"ok: [lab-1] => {json.dumps(shape, indent=4)}\n".encode()
            yield Case("in JSON", data, expected)
        result = text.partition("Threads started!\n")[2] or text
        heading = "\n## and the next\n"
        refused = {"outcome": "error", "values": {}}
        yield Case(
            "after a refused run", f"{REFUSED}{heading}{result}\n".encode(),
            [refused, {**expected[0], "values": _stated(expected[0]["values"], result)}],
        )  # fmt: skip
        yield Case("twice", f"{text}\n{heading}{text}\n".encode(), expected * 2)


def _behind(text: str, prefix: str) -> str:
    return "".join(
        prefix.format(minute=at // 60, second=at % 60, number=at + 1) + line + "\n"
        for at, line in enumerate(text.split("\n"))
    )


def _stated(values: dict[str, Any], result: str) -> dict[str, Any]:
    """Return the values that stand in a result without its head."""
    head = ("threads", "prime_limit", "memory_", "block_size", "file_", "access_mode", "report_")
    return values if "Kbytes" in result else {
        name: value for name, value in values.items() if not name.startswith(head)
    }  # fmt: skip


def judged(case: Case, found: list[dict[str, Any]]) -> set[str]:
    """Return what is to be said of the entries that one version makes of a log."""
    wanted = [each["values"] for each in case.expected if each["outcome"] == "ok"]
    good = [each["values"] for each in found if each["outcome"] == "ok"]
    outcomes = [each["outcome"] for each in case.expected] == [each["outcome"] for each in found]
    if outcomes and good == wanted:
        return {"right"}
    said = {"other number"} if any(each not in wanted for each in good) else set()
    if any(each not in good for each in wanted) or len(good) < len(wanted):
        said.add("lost")
        if len(found) < len(case.expected) or all(each["outcome"] == "empty" for each in found):
            said.add("lost silently")
    return said or {"else"}


def parsed(checkout: Path, paths: list[str]) -> list[list[dict[str, Any]]]:
    """Return the entries that a version makes of each log."""
    command = [sys.executable, "-m", "collector", "parse", "--json", *paths]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    entries: dict[str, list[dict[str, Any]]] = {path: [] for path in paths}
    for each in json.loads(done.stdout):
        entries[each["log"]].append(each)
    return list(entries.values())


def main() -> int:
    """Print the table; 1 when the last version yields a number that is not right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkouts", nargs="*", type=Path, default=[ROOT], metavar="CHECKOUT")
    checkouts = parser.parse_args().checkouts
    all_cases = list(cases())
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{number:04d}.log") for number in range(len(all_cases))]
        for path, case in zip(paths, all_cases, strict=True):
            Path(path).write_bytes(case.log)
        for checkout in checkouts:
            counts: dict[str, Counter[str]] = {}
            entries = parsed(checkout.resolve(), paths)
            for case, found in zip(all_cases, entries, strict=True):
                for kind in (case.kind, "all"):
                    counts.setdefault(kind, Counter()).update(["logs", *judged(case, found)])
            print(f"\n{checkout}\n{'':36}" + "".join(f"{name:>15}" for name in ORDER))
            for kind, count in sorted(counts.items(), key=lambda item: item[0] == "all"):
                print(f"{kind:36}" + "".join(f"{count[name]:15d}" for name in ORDER))
            wrong = counts["all"]["other number"]
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
