"""What a plan costs in time: seconds that nobody measures, from figures of real lab hosts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds that each step of a run takes beside what it measures."""

    guest_start: float
    """From the unit's start until the guest says that it has booted and is at rest."""
    guest_stop: float
    pause: float
    """Silence before each measurement in the guest."""
    process: float
    """To start one program in the guest or on the lab host and to take its output."""
    prepare: float
    """To write the files of `sysbench fileio` (20 MB)."""
    settle: float
    """Until the memory of a guest that has just booted stands still."""


HARDWARE = Costs(guest_start=8.0, guest_stop=1.0, pause=0.5, process=0.1, prepare=0.3, settle=3.0)
"""A lab host with KVM."""

EMULATED = Costs(guest_start=45.0, guest_stop=2.0, pause=0.5, process=0.3, prepare=0.5, settle=3.0)
"""The virtual lab without virtualisation hardware, on two cores."""


def time_limit(expected: float) -> int:
    """Return the seconds after which something that should take `expected` seconds has hung."""
    return round(3 * expected + 120)
