"""What has been measured: files that people and the controller read."""

import os
import re
from pathlib import Path
from typing import Any

from vmmlab_runner import files
from vmmlab_runner.schedule import Measurement


class Store:
    """The results of one run on this lab host, and the journal of finished files.

    The journal has one line per finished file, in the order in which they were finished: who has
    read its first n lines finds what is new behind them.
    """

    def __init__(self, directory: Path) -> None:
        """Open the results in `directory`, the run's own."""
        self.results = directory / "results"
        self.journal = directory / "journal"
        self.entries = 0

    def recover(self) -> None:
        """Note finished files that a killed runner did not get to note."""
        known = self._noted()
        found = sorted(
            str(path.relative_to(self.results))
            for path in self.results.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        )
        new = [name for name in found if name not in set(known)]
        files.write(self.journal, "".join(f"{name}\n" for name in known + new).encode())
        self.entries = len(known) + len(new)

    def complete(self, measurement: Measurement) -> bool:
        """Tell whether a measurement has its log and its sidecar."""
        return self._path(measurement.stem, ".log").exists() and (
            self._path(measurement.stem, ".json").exists()
        )

    def failures(self, measurement: Measurement) -> int:
        """Return how many failed attempts were kept of a measurement, here or by the controller."""
        return max(self._failures(self._path(measurement.stem, ".log")), measurement.failed)

    def keep(self, measurement: Measurement, log: bytes, sidecar: dict[str, Any]) -> None:
        """Write a finished measurement; its sidecar comes last and makes it complete."""
        self._write(f"{measurement.stem}.log", log)
        files.write_json(self._path(measurement.stem, ".json"), sidecar)
        self._note(f"{measurement.stem}.json")

    def keep_failed(self, measurement: Measurement, log: bytes, sidecar: dict[str, Any]) -> None:
        """Write a failed attempt beside the place of the result it is not."""
        stem = f"{measurement.stem}.failed-{self.failures(measurement) + 1}"
        self._write(f"{stem}.log", log)
        files.write_json(self._path(stem, ".json"), sidecar)
        self._note(f"{stem}.json")

    def keep_console(self, vmm: str, repetition: int, data: bytes, *, failed: bool) -> None:
        """Write the serial console of one guest start."""
        stem = f"{vmm}/console/{repetition:02d}"
        failures = self._failures(self._path(stem, ".log"))
        self._write(f"{stem}.failed-{failures + 1}.log" if failed else f"{stem}.log", data)

    def describe(self, name: str, value: dict[str, Any]) -> None:
        """Write `host.json` or a `vmm.json`."""
        files.write_json(self.results / name, value)
        self._note(name)

    def _path(self, stem: str, suffix: str) -> Path:
        return self.results / f"{stem}{suffix}"

    def _failures(self, log: Path) -> int:
        pattern = re.compile(rf"{re.escape(log.stem)}\.failed-(\d+)\.log")
        names = [path.name for path in log.parent.glob("*.log")]
        return max((int(m[1]) for name in names if (m := pattern.fullmatch(name))), default=0)

    def _write(self, name: str, data: bytes) -> None:
        files.write(self.results / name, data)
        self._note(name)

    def _noted(self) -> list[str]:
        if not self.journal.exists():
            return []
        return self.journal.read_text(encoding="utf-8", errors="replace").splitlines()

    def _note(self, name: str) -> None:
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")
            file.flush()
            # Else a power cut could leave a line of zeros where a name is.
            os.fsync(file.fileno())
        self.entries += 1
