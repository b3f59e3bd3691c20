"""Sets the knobs of a lab host that disturb measurements, and puts them back.

`apply` saves what it finds, sets what is wanted where the host has such a knob, and reads back;
`restore` sets what was found. A knob that is absent (as in a virtual machine) or refuses a value is
noted and is no error: the results say on what they were made.
"""

import argparse
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEEP = "keep"


def plain(text: str) -> str:
    """Return the value of a file that holds nothing else."""
    return text


def chosen(text: str) -> str:
    """Return the value in brackets: `always [madvise] never`."""
    return text.partition("[")[2].partition("]")[0]


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting: its files (the first pattern that finds some) and their words for its values."""

    name: str
    files: tuple[tuple[str, dict[str, str]], ...]
    read: Callable[[str], str] = plain

    def find(self, root: Path) -> tuple[list[Path], dict[str, str]]:
        """Return the files of this host, and their words for the values that people use."""
        for pattern, words in self.files:
            found = sorted(root.glob(pattern))
            if found:
                return found, words
        return [], {}


KNOBS = (
    Knob("governor", (("sys/devices/system/cpu/cpufreq/policy*/scaling_governor", {}),)),
    Knob(
        "turbo",
        (
            ("sys/devices/system/cpu/intel_pstate/no_turbo", {"on": "0", "off": "1"}),
            ("sys/devices/system/cpu/cpufreq/boost", {"on": "1", "off": "0"}),
        ),
    ),
    Knob("thp", (("sys/kernel/mm/transparent_hugepage/enabled", {}),), chosen),
    Knob("ksm", (("sys/kernel/mm/ksm/run", {}),)),
)


def values(knob: Knob, paths: list[Path]) -> dict[str, str]:
    """Return what each file of a knob holds; those of a CPU that is offline cannot be read."""
    found = {}
    for path in paths:
        with contextlib.suppress(OSError):
            found[str(path)] = knob.read(path.read_text().strip())
    return found


def summary(found: dict[str, str], words: dict[str, str]) -> str | None:
    """Return the value of all files in people's words; several differ, none is None."""
    names = {word: name for name, word in words.items()}
    return ", ".join(sorted({names.get(value, value) for value in found.values()})) or None


def apply(root: Path, wanted: dict[str, str], state: Path) -> None:
    """Set what is wanted; what was found at first stays known, however often this is done."""
    earlier = json.loads(state.read_text()) if state.exists() else {}
    told: dict[str, Any] = {}
    for knob in KNOBS:
        paths, words = knob.find(root)
        found = values(knob, paths)
        before = earlier.get(knob.name, {}).get("files") or found
        told[knob.name] = {
            "before": summary(before, words),
            "wanted": wanted[knob.name],
            "after": summary(found, words),
            "files": before,
        }
    # Before anything is turned: who is killed meanwhile can still be put right.
    save(state, told)
    for knob in KNOBS:
        paths, words = knob.find(root)
        value = wanted[knob.name]
        for path in paths if value != KEEP else []:
            turn(path, words.get(value, value))
        after = told[knob.name]["after"] = summary(values(knob, paths), words)
        if paths and value not in (KEEP, after):
            print(f"{knob.name}: {value} was wanted, the host keeps {after}")
    save(state, told)


def save(state: Path, told: dict[str, Any]) -> None:
    """Write down what was found and set; the name never means an incomplete file."""
    state.parent.mkdir(parents=True, exist_ok=True)
    temporary = state.with_suffix(".part")
    temporary.write_text(json.dumps(told, indent=1) + "\n")
    temporary.replace(state)


def restore(state: Path) -> None:
    """Set what `apply` found."""
    if state.exists():
        for knob in json.loads(state.read_text()).values():
            for path, value in knob["files"].items():
                turn(Path(path), value)
        state.unlink()


def turn(path: Path, value: str) -> None:
    """Write a value; the kernel may know better."""
    try:
        path.write_text(value)
    except OSError as error:
        print(f"{path}: does not take {value}: {error.strerror}")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["apply", "restore"])
    parser.add_argument("--root", type=Path, default=Path("/"), help=argparse.SUPPRESS)
    for knob in KNOBS:
        parser.add_argument(f"--{knob.name}", default=KEEP)
    arguments = parser.parse_args(argv)
    state = arguments.root / "run/vmmlab/tuning.json"
    if arguments.action == "apply":
        apply(arguments.root, {knob.name: getattr(arguments, knob.name) for knob in KNOBS}, state)
    else:
        restore(state)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
