"""Whole logs put together as people and programs do it: no number of its own, no result lost.

    python tests/fuzz/fuzz_many_logs.py [--seconds 60] [--seed 0]

Two of the good logs of `tests/data/logs` stand one after the other, behind a refused one, behind
prefixes, behind a part of one, or are written at once.
"""

import argparse
import json
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.commands.parse import entry
from collector.parsers import parse_log

LOGS = Path(__file__).parent.parent / "data" / "logs"
_LEFT_OUT = {"wrapped", "behind-prefix", "none", "vmm-cpu-time"}
"""Logs of several things, and those that nobody but our own runner writes."""
PREFIXES = ("Nov 23 00:00:{second:02d} vm b[12]: ", "b-1 | ", "> ", "[a/b] ", "{number}: ")
BETWEEN = ("", "\n", "## next\n", "root@guest:~# date\n")


@dataclass(frozen=True, slots=True)
class Good:
    """A good log and its values."""

    folder: str
    text: str
    values: dict[str, Any]


def logs() -> tuple[list[Good], list[str]]:
    """Return the good logs, and those that are refused as a whole."""
    good: list[Good] = []
    refused: list[str] = []
    for path in sorted(LOGS.rglob("*.log")):
        text = path.read_bytes().decode("utf-8", errors="replace").rstrip("\n") + "\n"
        if path.parent.name in _LEFT_OUT or not text.replace("\n", "").isprintable():
            continue
        entries = json.loads(path.with_suffix(".json").read_text("utf-8"))
        if [each["outcome"] for each in entries] == ["ok"]:
            good.append(Good(path.parent.name, text, entries[0]["values"]))
        elif all(each["outcome"] == "error" for each in entries) and "twice" not in path.stem:
            refused.append(text)
    return good, refused


def behind(text: str, prefix: str) -> str:
    """Return a log behind a prefix on each line."""
    lines = text.rstrip("\n").split("\n")
    return "".join(
        prefix.format(second=at % 60, number=at + 1) + line + "\n" for at, line in enumerate(lines)
    )


def at_once(chance: random.Random, one: str, other: str) -> str:
    """Return two logs in pieces of some lines, as two programs write them into one file."""
    sides = [one.splitlines(keepends=True), other.splitlines(keepends=True)]
    parts: list[str] = []
    while any(sides):
        side = chance.choice([each for each in sides if each])
        count = chance.choice((1, 2, 5, 20))
        parts += side[:count]
        del side[:count]
    return "".join(parts)


def together(
    chance: random.Random, one: Good, other: Good, refused: list[str]
) -> tuple[str, list[Good]]:
    """Return a log made of others, and those whose values must come out of it."""
    kind = chance.randrange(5)
    if kind == 0 and not one.folder == other.folder == "systemd-analyze-blame":
        return one.text + other.text, [one, other]
    if kind == 1:
        return chance.choice(refused) + chance.choice(BETWEEN) + one.text, [one]
    if kind == 2:
        first, second = chance.sample(PREFIXES, 2)
        return behind(one.text, first) + behind(other.text, second), [one, other]
    if kind == 3:
        lines = other.text.splitlines(keepends=True)
        part = "".join(lines[: chance.randrange(len(lines))])
        return part + chance.choice(BETWEEN) + one.text, [one]
    if {one.folder, other.folder} == {"sysbench"}:
        return at_once(chance, one.text, other.text), []
    return one.text, [one]


def check(log: str, parts: list[Good], wanted: list[Good]) -> None:
    """Fail when a value is of none of the logs, or when values that must be there are not.

    Raises:
        AssertionError: so it is.
    """
    runs = parse_log(log.encode())
    found = [entry("", run)["values"] for run in runs if run.outcome == "ok"]
    for values in found:
        plain = {name: value for name, value in values.items() if name != "access_mode"}
        assert any(plain.items() <= part.values.items() for part in parts), plain
    named = any(run.outcome == "error" for run in runs)
    for part in wanted:
        assert named or any(part.values == values for values in found), part.values


def fuzz(*, seconds: float, seed: int) -> int:
    """Check logs that are put together at random for so long; return how many."""
    chance = random.Random(seed)  # noqa: S311 - noise, not secrets
    good, refused = logs()
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        one, other = chance.choice(good), chance.choice(good)
        log, wanted = together(chance, one, other, refused)
        try:
            check(log, [one, other], wanted)
        except AssertionError:
            sys.stderr.write(f"log number {count} of seed {seed}:\n{log}\n")
            raise
        count += 1
    return count


def main() -> None:
    """Run for so long as is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    count = fuzz(seconds=arguments.seconds, seed=arguments.seed)
    sys.stdout.write(f"{count} logs, no finding\n")


if __name__ == "__main__":
    main()
