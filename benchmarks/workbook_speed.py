"""How long the workbook of one host takes, against importing pandas and openpyxl.

    python benchmarks/workbook_speed.py [--vmms 2] [--rounds 5]

About a hundred logs per VMM: what the plan `report` leaves, with the report's numbers in them. Each
round is a process of its own, so that nothing is warm that would be cold for a user; the goal is
that everything from the first log to the workbook, our own imports included, takes at most twice
the CPU time of importing pandas and openpyxl. What else `vmmlab report` writes is shown beside it.
"""

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "collector"))

import report_logs

GOAL = 2.0
STEPS = ("import pandas, openpyxl", "import the rest", "collect", "check", "csv", "report",
         "workbook", "page")  # fmt: skip
FOR_THE_WORKBOOK = ("import the rest", "collect", "check", "report", "workbook")
NAMES = ("stratovirt", "qemu", "qemu_microvm", "fourth")
UNITS = 60


def write_results(host: Path, vmms: int) -> int:
    """Write the logs of `vmms` VMMs below `host`; return their number."""
    for number, name in enumerate(NAMES[:vmms]):
        for path, text in report_logs.report_logs(
            (name, "") if number != 1 else ("", name)
        ).items():
            if path.startswith(f"{name}/"):
                report_logs.write_log(host, path, text)
        for repetition in range(1, 11):
            blame = "".join(f"{5 * unit}ms unit-{unit}.service\n" for unit in range(UNITS, 0, -1))
            report_logs.write_log(host, f"{name}/boot/blame/{repetition:02}.log", blame)
    return sum(1 for _ in host.rglob("*.log"))


def one_round(results: Path) -> None:
    """Make one report and print the seconds of each step as JSON."""
    times = [time.process_time()]
    import openpyxl  # noqa: F401, PLC0415
    import pandas as pd  # noqa: F401, PLC0415

    times.append(time.process_time())
    from collector.checks import check_collection  # noqa: PLC0415
    from collector.html import write_page  # noqa: PLC0415
    from collector.report.content import make_report  # noqa: PLC0415
    from collector.report.csv_file import write_samples  # noqa: PLC0415
    from collector.results import collect  # noqa: PLC0415
    from collector.tables.host_data import split  # noqa: PLC0415
    from collector.workbook import write_workbook  # noqa: PLC0415

    times.append(time.process_time())
    collection = collect([results])
    times.append(time.process_time())
    findings = check_collection(collection)
    times.append(time.process_time())
    write_samples(collection.samples, results / "samples.csv")
    times.append(time.process_time())
    (host,) = split(collection)
    report = make_report(host, findings, "zh")
    times.append(time.process_time())
    write_workbook(report, results / "report.xlsx")
    times.append(time.process_time())
    write_page(report, results / "report.html")
    times.append(time.process_time())
    print(json.dumps([after - before for before, after in itertools.pairwise(times)]))


def main() -> int:
    """Print the median of each step and the ratio; return 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vmms", type=int, default=2, choices=range(1, len(NAMES) + 1))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one_round(arguments.one)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        count = write_results(Path(folder) / "run" / "host", arguments.vmms)
        command = [sys.executable, __file__, "--one", folder]
        rounds = [
            json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            for _ in range(arguments.rounds)
        ]
    medians = dict(zip(STEPS, map(statistics.median, zip(*rounds, strict=True)), strict=True))
    print(f"{count} logs of {arguments.vmms} VMMs, medians of {arguments.rounds} rounds")
    for step, seconds in medians.items():
        print(f"  {step:<24} {seconds:6.3f} s")
    needed = [STEPS.index(step) for step in FOR_THE_WORKBOOK]
    ratio = statistics.median(sum(one[at] for at in needed) / one[0] for one in rounds)
    print(f"{' + '.join(FOR_THE_WORKBOOK)}: {ratio:.2f} times {STEPS[0]} (goal: at most {GOAL})")
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main())
