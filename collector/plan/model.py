"""A plan as data: what is measured, with which parameters, how often."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FILEIO_SHAPES = ("latency", "throughput", "iops")
"""The three ways in which the report uses `sysbench fileio`, in its order."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """Parameters of `sysbench cpu`."""

    threads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """Parameters of `sysbench memory`; sizes as sysbench takes them (`4K`, `1000G`)."""

    threads: int
    total_size: str
    block_sizes: tuple[str, ...]
    access_modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the three shapes of `sysbench fileio`."""

    threads: int
    block_size: str


@dataclass(frozen=True, slots=True)
class Fileio:
    """Parameters of `sysbench fileio`; a shape that is None is not measured."""

    total_size: str
    modes: tuple[str, ...]
    latency: Shape | None = None
    throughput: Shape | None = None
    iops: Shape | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A resolved plan.

    `boots`, `footprints` and `repetitions` count per VMM; `repetitions` and `seconds` are those of
    every sysbench test; `settle_seconds` is the longest wait for RSS to settle; `initrd` names the
    VMM types that boot with the initrd.
    """

    name: str
    description: str
    boots: int
    footprints: int
    repetitions: int
    seconds: int
    settle_seconds: int
    initrd: tuple[str, ...] = ()
    seed: int | None = None
    cpu: Cpu | None = None
    memory: Memory | None = None
    fileio: Fileio | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the plan as `run.json` holds it: absent parts are absent, tuples are lists."""
        return _without_none(asdict(self))

    @classmethod
    def from_data(cls, name: str, data: Mapping[str, Any]) -> "Plan":
        """Return the plan that validated `data` (a plan file's, or `run.json`'s) describes."""
        cpu, memory, fileio = (data.get(key) for key in ("cpu", "memory", "fileio"))
        return cls(
            name=name,
            description=data.get("description", ""),
            boots=int(data["boots"]),
            footprints=int(data["footprints"]),
            repetitions=int(data["repetitions"]),
            seconds=int(data["seconds"]),
            settle_seconds=int(data["settle_seconds"]),
            initrd=tuple(data.get("initrd", ())),
            seed=None if data.get("seed") is None else int(data["seed"]),
            cpu=cpu and Cpu(tuple(int(count) for count in cpu["threads"])),
            memory=memory
            and Memory(
                int(memory["threads"]),
                memory["total_size"],
                tuple(memory["block_sizes"]),
                tuple(memory["access_modes"]),
            ),
            fileio=fileio
            and Fileio(
                fileio["total_size"],
                tuple(fileio["modes"]),
                **{
                    shape: Shape(int(fileio[shape]["threads"]), fileio[shape]["block_size"])
                    for shape in FILEIO_SHAPES
                    if fileio.get(shape)
                },
            ),
        )


def _without_none(mapping: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for key, value in mapping.items():
        if isinstance(value, dict):
            clean[key] = _without_none(value)
        elif value is not None:
            clean[key] = list(value) if isinstance(value, tuple) else value
    return clean
