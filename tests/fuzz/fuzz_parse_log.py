"""A fuzz target for the parsers: bytes in, no exception and no number of its own out.

With atheris installed it runs until it is stopped, guided by coverage:

    python tests/fuzz/fuzz_parse_log.py [CORPUS_FOLDER]

Without it, it mutates the real logs of `tests/data/logs` blindly for `--seconds` (60).
"""

import argparse
import importlib.util
import json
import random
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from collector.commands.parse import entry
from collector.logtext import decode
from collector.metrics import metric
from collector.parsers import parse_log
from collector.parsers.clean import read_clean
from collector.parsers.scan import scan_log

LOGS = Path(__file__).parent.parent / "data" / "logs"
PIECES = (
    *(
        b"\n",
        b"\r\n",
        b"\r",
        b"\x08",
        b"\x1b[0m",
        b"\x1b]0;",
        b"\x00",
        b"\xff\xfe",
        b"\xe2\x94\x94",
    ),
    *(b"nan", b"-", b",", b".", b"0", b"99999999999999999999", b"root@guest:~# ", b"FATAL: "),
    *(b"[    1.000000] x\n", b"Threads started!\n", b"total kB ", b"Latency (ms):\n", b" = "),
)


def check(data: bytes) -> None:
    """Fail when a log makes the parsers raise, disagree, or say what is not in it.

    Raises:
        AssertionError: an entry is not whole, a number is not in the log, or the quick way through
            a clean log says something else than the long way.
    """
    runs = parse_log(data)
    assert runs, "at least one entry"
    digits = set(re.findall(r"\d+", decode(data)))
    for run in runs:
        json.dumps(entry("log", run), allow_nan=False)
        assert (run.outcome == "ok") == (run.reason is None) == bool(run.values), run
        for value in run.values:
            unit = metric(value.metric).unit
            if unit in {"events/s", "MiB/s", "MiB", "ms", "MB/s"} and isinstance(
                value.value, float
            ):
                assert (
                    str(value.value).partition(".")[0]
                    in {number.lstrip("0") or "0" for number in digits}
                    or value.value >= 1e16
                ), value
    clean = read_clean(data)
    assert clean is None or (clean.run(),) == scan_log(data), "the quick way disagrees"


def seeds() -> list[bytes]:
    """Return the real logs that mutations begin with."""
    return [path.read_bytes() for path in sorted(LOGS.rglob("*.log"))]


def mutated(chance: random.Random, corpus: Sequence[bytes]) -> bytes:
    """Return a log of the corpus after some random changes."""
    data = bytearray(chance.choice(corpus))
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.choice((0, 1, 2, 8, 64)))
        kind = chance.randrange(5)
        if kind == 0:
            data[start:end] = b""
        elif kind == 1:
            data[start:end] = chance.choice(PIECES)
        elif kind == 2:
            data[start:end] = chance.randbytes(end - start)
        elif kind == 3:
            other = chance.choice(corpus)
            cut = chance.randint(0, len(other))
            data[start:end] = other[cut : cut + 400]
        else:
            del data[start:]
    return bytes(data)


def fuzz(*, seconds: float, seed: int) -> int:
    """Check random logs for so long; return how many."""
    chance = random.Random(seed)  # noqa: S311 - noise, not secrets
    corpus = seeds()
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        data = mutated(chance, corpus)
        try:
            check(data)
        except Exception:
            sys.stderr.write(f"log number {count} of seed {seed}: {data!r}\n")
            raise
        count += 1
    return count


def main() -> None:
    """Run atheris where it is installed, the blind mutations where it is not."""
    if importlib.util.find_spec("atheris"):
        atheris = importlib.import_module("atheris")
        atheris.Setup(sys.argv, check)
        atheris.Fuzz()
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    count = fuzz(seconds=arguments.seconds, seed=arguments.seed)
    sys.stdout.write(f"{count} logs, no finding\n")


if __name__ == "__main__":
    main()
