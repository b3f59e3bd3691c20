"""What many lab hosts cost the controller, beside the naive way: one task for each measurement.

Hosts are simulated here (tests/simulated_lab.py): SSH servers on loopback addresses, each
with its own view of the files; guests and tools answer at once. Needs root, overlayfs and sshd. The
role preflight and the trial of guests are left out, for want of a KVM in each host.

    python benchmarks/many_hosts.py 1 10 50
"""

import argparse
import base64
import fcntl
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from modules import load  # noqa: E402 - found through the line above
from playbook_cost import Cost, adopt, run  # noqa: E402 - as above
from simulated_lab import FAKES, SimulatedLab  # noqa: E402 - as above

from collector.plan.load import load_plan  # noqa: E402 - as above
from collector.plan.project import find_plan  # noqa: E402 - as above
from collector.plan.schedule import HARDWARE, blocks  # noqa: E402 - as above
from collector.plan.totals import totals  # noqa: E402 - as above
from collector.run.incoming import unpack  # noqa: E402 - as above

PLAN = str(ROOT / "tests/data/plans/tiny.yml")
# Held while a number of hosts is measured.
LOCK = Path(os.environ.get("MANY_HOSTS_LOCK", "/tmp/vmmlab-many-hosts.lock"))  # noqa: S108
NAIVE_TASKS = 10
# A playbook's own start differs by some hundredths of a CPU second from one time to the next: long
# waits and many hosts make that little beside what is measured.
WAIT_S = {False: 40, True: 240}  # whether the task is unhurried
LOOK_HOSTS = 10
UNPACK_TIMES = 20
VMMS = ("stratovirt", "qemu", "qemu_microvm")
NAIVE = """
- name: One task for each measurement
  hosts: lab
  gather_facts: false
  tasks:
TASKS
"""
NAIVE_TASK = """
    - name: Measure NUMBER
      ansible.builtin.command: COMMAND
      register: log
      changed_when: true
      vars: {unhurried: UNHURRIED}
"""


def write_naive(path: Path, commands: list[str], *, unhurried: bool = False) -> Path:
    """Write the playbook that runs these commands, one task each; return its path."""
    text = NAIVE_TASK.replace("UNHURRIED", str(unhurried).lower())
    tasks = (
        text.replace("NUMBER", str(number)).replace("COMMAND", command)
        for number, command in enumerate(commands, 1)
    )
    path.write_text(NAIVE.replace("TASKS", "".join(tasks)))
    # Ansible reads the lab's defaults beside a playbook: how to reach its hosts is among them.
    with suppress(FileExistsError):
        (path.parent / "group_vars").symlink_to(ROOT / "playbooks/group_vars")
    return path


@contextmanager
def alone() -> Iterator[None]:
    """Wait for others who measure on this machine and hold the same lock."""
    with LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def looks(lab: SimulatedLab) -> int:
    """Return how often the hosts were asked how far their runs are."""
    paths = [host.folder / "state/host-systemctl.log" for host in lab.hosts]
    lines = [line for path in paths if path.exists() for line in path.read_text().splitlines()]
    return sum(line.startswith("is-active vmmlab-run@") for line in lines)


def waited(lab: SimulatedLab, run_name: str, cost: Cost) -> float:
    """Return the seconds of the stage measure in which not every host measures or has measured.

    That is the time until the last run began, and from the last run's end until everything is here.
    """
    began, ended = cost.began, cost.began
    for host in lab.hosts:
        told = json.loads((lab.results / run_name / host.name / "progress.json").read_text())
        began = max(began, moment(told["started"]))
        ended = max(ended, moment(told["updated"]))
    return began - cost.began + cost.ended - ended


def moment(text: str) -> float:
    """Return a recorded time as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def looks_of_the_report_plan(seconds: float) -> int:
    """Return how often the controller looks at a run that takes so long."""
    follow = load("roles/measure/action_plugins/follow.py")
    elapsed, count = 0.0, 1
    while elapsed < seconds:
        elapsed += follow.pause(elapsed, {"seconds_left": seconds - elapsed})
        count += 1
    return count


def measure(count: int, folder: Path) -> dict[str, float]:
    """Return what `count` hosts cost: one row of the table."""
    log = folder / f"{count}.log"
    sysbench = f"{FAKES}/guest/sysbench cpu --time=60 --threads=4 run"
    naive = write_naive(folder / "naive.yml", [sysbench] * NAIVE_TASKS)
    with alone(), SimulatedLab(folder / f"lab-{count}", count, {"FAKE_SECONDS": "0"}) as lab:
        provision = run(lab.command("provision", plan=PLAN), log)
        again = run(lab.command("provision", plan=PLAN), log)
        quick = run(lab.command("measure", plan=PLAN), log)
        quick_looks = looks(lab)
        finished = run(lab.command("measure", plan=PLAN), log)
        by_task = run(lab.command(str(naive)), log)
        return {
            "hosts": count,
            "provision_wall": provision.wall,
            "provision_cpu": provision.cpu / count,
            "again_wall": again.wall,
            "measure_cpu": quick.cpu / count,
            "measure_wall": quick.wall,
            "measure_looks": quick_looks / count,
            "measure_logs": len(logs(lab.results / "friday" / lab.hosts[0].name)),
            "unpacking": cost_of_unpacking(lab),
            "waited": waited(lab, "friday", quick),
            "finished_cpu": finished.cpu / count,
            "memory": max(cost.memory for cost in (provision, quick)),
            "waiting": cost_of_waiting(lab, log, unhurried=True),
            "naive_waiting": cost_of_waiting(lab, log, unhurried=False),
            "naive_cpu": by_task.cpu / count / NAIVE_TASKS,
            "naive_wall": by_task.wall / NAIVE_TASKS,
        }


def cost_of_waiting(lab: SimulatedLab, log: Path, *, unhurried: bool) -> float:
    """Return the controller's CPU seconds for each second in which it waits for its hosts.

    0 where it is less than what two starts of a playbook differ by.
    """
    seconds = WAIT_S[unhurried]
    path = write_naive(lab.folder / "wait.yml", ["sleep {{ seconds }}"], unhurried=unhurried)
    short, long = (run(lab.command(str(path), seconds=s), log) for s in (0, seconds))
    return max(0.0, long.cpu - short.cpu) / seconds


def cost_of_a_look(count: int, folder: Path) -> float:
    """Return the controller's CPU seconds for one look at one host.

    From two runs that differ in nothing but how long the tools take.
    """
    log = folder / "look.log"
    spent = []
    for seconds in ("3", "0"):
        tools = {"FAKE_SECONDS": seconds}
        with alone(), SimulatedLab(folder / f"look-{seconds}", count, tools) as lab:
            run(lab.command("provision", plan=PLAN), log)
            spent.append((run(lab.command("measure", plan=PLAN), log), looks(lab)))
            if len(spent) > 1:
                waiting = cost_of_waiting(lab, log, unhurried=True)
    (slow, many), (quick, few) = spent
    return (slow.cpu - quick.cpu - waiting * (slow.wall - quick.wall)) / (many - few)


def logs(host: Path) -> list[Path]:
    """Return the logs of one host's results."""
    return list(host.glob("*/*/*/[0-9]*.log"))


def cost_of_unpacking(lab: SimulatedLab) -> float:
    """Return the controller's CPU seconds to take one log and its sidecar out of an answer."""
    pack = load("roles/measure/files/vmmlab_runner/pack.py").pack
    answer = json.dumps(pack(lab.hosts[0].path("/var/lib/vmmlab/runs/friday"), 0))
    spent, count = 0.0, 0
    for _ in range(UNPACK_TIMES):
        with tempfile.TemporaryDirectory() as folder:
            began = time.process_time()
            unpack(base64.b64decode(json.loads(answer)["tar"], validate=True), Path(folder))
            spent += time.process_time() - began
            count += len(logs(Path(folder)))
    return spent / count


def main() -> None:
    """Measure, and print one JSON line per number of hosts and the table's last lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hosts", type=int, nargs="*", default=[1, 10, 50])
    parser.add_argument("--folder", type=Path, help="where hosts and logs are (default: a new one)")
    arguments = parser.parse_args()
    adopt()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="many-hosts-"))
    folder.mkdir(parents=True, exist_ok=True)
    plan, _ = load_plan(find_plan("report"))
    sums = totals(plan, blocks(plan, VMMS, 1, HARDWARE), HARDWARE)
    look = cost_of_a_look(LOOK_HOSTS, folder)
    print(
        f"report plan: {sums.logs} logs, {sums.wall_s:.0f} s; one look: {look:.4f} CPU s",
        flush=True,
    )
    first = 0.0
    for count in arguments.hosts:
        row = measure(count, folder)
        wall = sums.wall_s + row["waited"]
        first = first or wall
        seen = looks_of_the_report_plan(sums.wall_s)
        row["report_cpu"] = (
            row["measure_cpu"]
            + (seen - row["measure_looks"]) * look
            + (sums.logs - row["measure_logs"]) * row["unpacking"]
            + (sums.wall_s - row["measure_wall"]) * row["waiting"] / count
        )
        naive_waiting = row["naive_waiting"] * sums.measuring_s / count
        row["report_naive_cpu"] = row["naive_cpu"] * sums.logs + naive_waiting
        row["report_wall_ratio"] = wall / first
        row["cpu_ratio"] = row["report_naive_cpu"] / row["report_cpu"]
        print(json.dumps({key: round(value, 4) for key, value in row.items()}), flush=True)


if __name__ == "__main__":
    main()
