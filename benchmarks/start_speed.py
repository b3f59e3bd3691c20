"""How long `vmmlab --help` takes, against a Python that does nothing.

    python benchmarks/start_speed.py [--rounds 30]

Both in turn, so that what else the machine does slows both.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

GOAL = 3.0
NOTHING = (sys.executable, "-c", "pass")
HELP = (str(Path(sys.executable).with_name("vmmlab")), "--help")


def seconds(command: tuple[str, ...]) -> float:
    """Return how long `command` takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> int:
    """Print both medians and their ratio; return 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    rounds = [(seconds(NOTHING), seconds(HELP)) for _ in range(arguments.rounds)]
    nothing, help_ = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(f"python -c pass: {1000 * nothing:.0f} ms, vmmlab --help: {1000 * help_:.0f} ms")
    ratio = help_ / nothing
    print(f"ratio: {ratio:.2f} (goal: at most {GOAL})")
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main())
