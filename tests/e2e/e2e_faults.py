"""What a fault found when it struck a run, and what the run made of it."""

import json
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from e2e_lab import ROOT, Ended, Lab, Started, until
from modules import load

VMM = "qemu_microvm"
PLAN = ROOT / "tests/data/plans/faults.yml"
PAUSE_S = 1.5  # more than measure_pause, less than a test takes
NETWORK = yaml.safe_load((ROOT / "playbooks/group_vars/all/lab.yml").read_text())["guest_network"]
GUEST = load("playbooks/module_utils/guest_network.py").addresses(NETWORK)["address"]
GUEST_SSH = (
    "ssh -i /etc/vmmlab/keys/guest_ed25519 -o UserKnownHostsFile=/etc/vmmlab/keys/known_hosts"
    " -o BatchMode=yes -o ControlMaster=auto -o ControlPath=/run/vmmlab-test -o ControlPersist=600"
    f" root@{GUEST}"
)


@dataclass(frozen=True)
class Moment:
    """The run when the fault struck, as the lab host saw it."""

    at: datetime
    files: dict[str, str]  # checksum of each finished file by name
    done: int
    current: str


@dataclass(frozen=True)
class Outcome:
    """One row of the table of faults."""

    fault: str
    before: int
    lost: int
    repeated: int
    recovered_s: float

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        numbers = (self.before, self.lost, self.repeated)
        return (self.fault, *map(str, numbers), f"{self.recovered_s:.0f} s")


@dataclass
class Faulted:
    """A run of the plan `faults` with one VMM, to be disturbed."""

    lab: Lab
    name: str
    results: Path

    @property
    def settings(self) -> dict[str, Any]:
        """What a playbook needs to know of it."""
        return {
            "plan": str(PLAN),
            "run_name": self.name,
            "vmms": [VMM],
            "results_dir": str(self.results),
        }

    def begin(self, **settings: Any) -> Started:
        """Start the stage measure on the controller."""
        return self.lab.begin("measure", **self.settings, **settings)

    def measure(self, **settings: Any) -> Ended:
        """Run the stage measure to its end."""
        return self.begin(**settings).end()

    def progress(self) -> dict[str, Any]:
        """Return the run's progress on the lab host, which may be away just now."""
        try:
            text = self.lab.ssh(f"cat {self._folder}/progress.json")
            found: dict[str, Any] = json.loads(text)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return {"done": 0, "current": None, "state": "unknown"}
        return found

    def until_measuring(self, done: int) -> None:
        """Wait until at least `done` measurements are made and the next one has just begun.

        Named it is before the pause that every measurement is preceded by.
        """
        seen: list[Any] = []

        def just_begun() -> bool:
            now = self.progress()
            seen.append(now["current"])
            new = len(seen) > 1 and seen[-2] != now["current"]
            return now["done"] >= done and bool(now["current"]) and new

        until(just_begun, f"{done} measurements made and one more in progress")
        time.sleep(PAUSE_S)

    def until_ended(self) -> dict[str, Any]:
        """Wait for the run's end on the lab host; return its progress."""
        until(lambda: self.progress()["state"] in ("done", "failed"), "the end of the run")
        return self.progress()

    def moment(self) -> Moment:
        """Return what there is now; one connection, because the run goes on meanwhile."""
        text = self.lab.ssh(
            f"date -u +%FT%T.%3N%:z; {self._list}; cat {self._folder}/progress.json"
        )
        at, *listed = text.partition("{")[0].splitlines()
        progress = json.loads("{" + text.partition("{")[2])
        now = progress["current"] or {}
        return Moment(
            at=datetime.fromisoformat(at),
            files=_checksums(listed),
            done=int(progress["done"]),
            current=f"{now.get('measurement')}/{now.get('case')}",
        )

    def outcome(self, fault: str, moment: Moment) -> Outcome:
        """Return what became of what there was at `moment`; the run has gone on since."""
        now = _checksums(self.lab.ssh(self._list).splitlines())
        begun, finished = {}, []
        for path in self._sidecars():
            told = json.loads(path.read_text())
            begun[f"{path.parts[-3]}/{path.parts[-2]}"] = datetime.fromisoformat(told["started"])
            finished.append(datetime.fromisoformat(told["finished"]))
        return Outcome(
            fault=fault,
            before=moment.done,
            lost=sum(now.get(name) != checksum for name, checksum in moment.files.items()),
            repeated=int(begun[moment.current] > moment.at) if moment.current in begun else 0,
            recovered_s=(min(t for t in finished if t > moment.at) - moment.at).total_seconds(),
        )

    def fetched(self) -> int:
        """Return how many measurements are complete on the controller."""
        return len(self._sidecars())

    def guests(self) -> int:
        """Return in how many guests something was measured; one that hung in its boot is none."""
        told = [json.loads(path.read_text()) for path in self._sidecars()]
        return len({sidecar["guest"]["boot_id"] for sidecar in told})

    def failure_of(self, case: str) -> str:
        """Return why the first attempt of a measurement failed."""
        folder = self.results / self.name / "virtual-lab" / VMM / case
        return str(json.loads((folder / "01.failed-1.json").read_text())["reason"])

    def in_guest(self, command: str) -> str:
        """Run a command in the guest, through the lab host, which keeps the connection open."""
        return self.lab.ssh(f"{GUEST_SSH} {command}")

    def _sidecars(self) -> list[Path]:
        found = (self.results / self.name / "virtual-lab" / VMM).glob("*/*/*.json")
        # What is recorded around others is no measurement of the plan.
        planned = (path for path in found if path.parts[-3] != "vmm-cpu-time")
        return [path for path in planned if ".failed-" not in path.name]

    @property
    def _folder(self) -> str:
        return f"/var/lib/vmmlab/runs/{self.name}"

    @property
    def _list(self) -> str:
        find = f"find {self._folder}/results/{VMM} -type f ! -name '.*'"
        return f"{find} | xargs -r sha256sum"


def _checksums(listed: list[str]) -> dict[str, str]:
    return {name: checksum for checksum, name in map(str.split, listed)}
