"""One block: a guest, started as often as it takes, and all that is measured in it."""

import contextlib
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vmmlab_runner import boot, clock, cpu_stat, footprint, processors, records, unit
from vmmlab_runner.errors import GuestError, RunnerError
from vmmlab_runner.layout import Layout, read_json
from vmmlab_runner.link import AGENT_DIRECTORY, Link
from vmmlab_runner.progress import Progress
from vmmlab_runner.schedule import Block, Measurement, Schedule
from vmmlab_runner.store import Store
from vmmlab_runner.surroundings import Watch

ATTEMPTS = 2  # of a measurement
BOOTS = 3  # that fail, in one block
STARTS = 8  # of a guest, in one block
LOGIN_PAUSE = (0.03, 0.5, 5.0)  # share of the boot, at least, at most
CUT_OFF = "the runner or this host ended while it was measured"
ENVIRONMENT = {"LC_ALL": "C"}
WORKPLACE = "/var/lib/vmmlab-fileio"
DIRECT = "--file-extra-flags=direct"
THROUGH_CACHE = (
    "its guests' disks go through the host's cache, as a plan without disk wants them; provision it"
    " with this plan"
)
BOOT = "boot"  # its questions take no time; what it takes is over by then


@dataclass(slots=True)
class Session:
    """What is known of one started guest."""

    guest: boot.Guest
    todo: list[Measurement]
    login: float  # monotonic seconds at which the first connection was made
    cpu: cpu_stat.Watch
    boot_id: str | None = None  # of the boot that is measured, once the guest has said it
    hello: float = 0.0  # the guest's clock, when the lab host's showed `heard`
    heard: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    host_clock: dict[str, float] = field(default_factory=dict)

    def iso(self, moment: float) -> str:
        """Return a time of the guest's monotonic clock by the lab host's calendar."""
        return clock.iso(time.time() - time.monotonic() + self.heard + moment - self.hello)


class BlockRunner:
    """Makes what is missing of one block."""

    def __init__(
        self,
        layout: Layout,
        schedule: Schedule,
        block: Block,
        store: Store,
        progress: Progress,
        *,
        failures: Mapping[str, int],
        facts: Mapping[str, str],
        boots: int = BOOTS,
    ) -> None:
        """Prepare the work; nothing is started yet.

        `failures` counts attempts, by the measurement's stem, that count like those made here.
        `facts` is how sidecars name this boot of the lab host; `boots`, how many boots may fail.
        """
        self.layout = layout
        self.schedule = schedule
        self.block = block
        self.store = store
        self.progress = progress
        self._failures = Counter(failures)
        self._current: Measurement | None = None
        self._facts = dict(facts)
        self._watch: Watch | None = None
        self._boots = boots
        self._booted_once = False
        self.never_booted = ""  # why, where each guest of this block failed before its first test
        lab = read_json(layout.lab)
        cached = read_json(layout.vmm(block.vmm)).get("guest", {}).get("disk_cache") == "writeback"
        self._no_direct = str(lab.get("no_direct", "")) or (THROUGH_CACHE if cached else "")
        self._address = (str(lab["guest_address"]), int(lab.get("guest_port", 22)))
        self._directory = str(lab.get("guest_directory", AGENT_DIRECTORY))
        self._workplace = str(lab.get("guest_workplace", WORKPLACE))

    def run(self) -> None:
        """Make what is missing, and say of the rest why it stays missing."""
        begun, before = time.monotonic(), len(self._todo())
        boots, reasons = 0, list[str]()
        self._note_left_out()
        self._note_cut_off()
        for _ in range(STARTS):
            todo = self._todo()
            if not todo or boots == self._boots:
                break
            self._current = None
            try:
                self._in_guest(todo)
            except GuestError as error:
                reasons.append(records.plain(error))
                if self._current is None:
                    boots += 1
                else:
                    self._lost(self._current, reasons[-1])
        self._watch = None
        if boots == self._boots and not self._booted_once:
            self.never_booted = reasons[-1]
        for measurement in self._todo():
            self.progress.miss(measurement, "; then ".join(dict.fromkeys(reasons)))
        if before == len(self.block.measurements) and not reasons:
            self.progress.paced(self.block.seconds, time.monotonic() - begun)

    def _left_out(self, measurement: Measurement) -> bool:
        """Tell whether this host cannot do it: its disk cannot be measured past the cache."""
        return bool(self._no_direct) and DIRECT in measurement.command

    def _note_left_out(self) -> None:
        for each in self.block.measurements:
            if self._left_out(each) and not self.store.complete(each):
                self.progress.miss(each, f"left out on this host: {self._no_direct}")

    def _note_cut_off(self) -> None:
        """Keep the attempt that went down with the runner; enough of them are all there will be."""
        for each in self.block.measurements:
            if self.store.complete(each):
                continue
            if each.stem == self.progress.cut_off:
                self._lost(each, CUT_OFF)
            elif self._failures[each.stem] >= ATTEMPTS:
                self.progress.miss(each, CUT_OFF)

    def _todo(self) -> list[Measurement]:
        return [
            each
            for each in self.block.measurements
            if self._failures[each.stem] < ATTEMPTS
            and not self.store.complete(each)
            and not self._left_out(each)
        ]

    def _in_guest(self, todo: list[Measurement]) -> None:
        """Start a guest, measure, stop it; its console is kept in any case.

        Raises:
            GuestError: it ended or fell silent.
        """
        vmm = self.block.vmm
        self.progress.idle(f"{vmm}: starting guest {self.block.repetition}")
        failed = True
        self._watch = Watch(self.layout, self._facts)
        try:
            guest = boot.start(self.layout, vmm, self._address, self.schedule.boot_timeout)
            self._watch.pid = guest.process.pid
            self._describe(guest)
            # The login is no part of the boot that is measured: systemd gets time to finish.
            share, least, most = LOGIN_PAUSE
            time.sleep(min(max(share * guest.ssh_s, least), most))
            login = time.monotonic()
            self._measure(Session(guest, todo, login, cpu_stat.Watch(self.layout, guest.unit)))
            failed = False
        finally:
            boot.stop(vmm)
            console = boot.console(self.layout.serial(vmm))
            self.store.keep_console(vmm, self.block.repetition, console, failed=failed)
            self.layout.disk.unlink(missing_ok=True)

    def _measure(self, session: Session) -> None:
        link = Link(self.layout.keys, self._address, self._orders(session.todo), self._directory)
        serial = self.layout.serial(self.block.vmm)
        with contextlib.closing(link):
            limit = self.schedule.boot_timeout + self.schedule.grace
            end = time.monotonic() + limit
            last = time.monotonic() + self._longest(session.todo)
            while True:
                event = link.receive(1.0)
                boot.refuse_flood(serial)
                if time.monotonic() > last:
                    raise GuestError("the guest is not through, though each measurement is limited")
                if event is None:
                    if not session.guest.process.alive():
                        raise GuestError(f"the VMM ended: {unit.last_words(session.guest.unit)}")
                    if time.monotonic() > end:
                        problem = link.problem()
                        told = f" (ssh: {problem})" if problem else ""
                        raise GuestError(f"the guest fell silent for {limit:.0f} s{told}")
                    continue
                try:
                    if event["event"] == "end":
                        return self._refuse_early_end()
                    next_within = self._handle(event, session, link)
                except (KeyError, TypeError, ValueError) as error:
                    raise GuestError(f"the guest sent a wrong record: {error!r}") from error
                if next_within is not None:
                    limit, end = next_within, time.monotonic() + next_within

    def _refuse_early_end(self) -> None:
        if left := self._todo():
            raise ValueError(f"end before {left[0]}")

    def _longest(self, todo: list[Measurement]) -> float:
        """Return the seconds after which a guest that keeps all its limits is through."""
        own = self.schedule.pause + self.schedule.grace
        each = sum(one.timeout + one.settle + own for one in todo)
        return self.schedule.boot_timeout + self.schedule.grace + ATTEMPTS * each

    def _orders(self, todo: list[Measurement]) -> dict[str, Any]:
        return {
            "boot_timeout": self.schedule.boot_timeout,
            "pause": self.schedule.pause,
            "workplace": self._workplace,
            "measurements": [
                {
                    "where": each.where,
                    "command": each.command,
                    "before": each.before,
                    "after": each.after,
                    "timeout": each.timeout,
                    "attempts": ATTEMPTS - self._failures[each.stem],
                }
                for each in todo
            ],
        }

    def _handle(self, event: dict[str, Any], session: Session, link: Link) -> float | None:
        """Take one record; return the seconds within which the next must come, if it changes."""
        match event["event"]:
            case "hello":
                boot_id, first = records.plain(event["boot_id"]), session.boot_id is None
                if session.boot_id not in (None, boot_id):
                    raise GuestError("the guest restarted by itself")
                session.boot_id = boot_id
                session.hello, session.heard = records.seconds(event["monotonic"]), event["here"]
                # Only the first gives more time: a connection can be made anew without an end.
                return self.schedule.boot_timeout + self.schedule.grace if first else None
            case "state":
                self._booted(event, session)
                return self.schedule.grace
            case "begin":
                self._current = self._step(event, session, "guest")
                # The look last: on an emulated lab host it takes longer than the guest's pause.
                session.cpu.begin()
                self.progress.begin(self.block, self._current)
                self._begin_watch()
                return self._current.timeout + self.schedule.pause + self.schedule.grace
            case "result":
                measurement = self._step(event, session, "guest")
                around = session.cpu.end(measurement)
                kept = self._keep(measurement, *self._from_guest(measurement, event, session))
                if kept and around and measurement.subject != BOOT:
                    self._keep_beside(around)
                self._current = None
                return self.schedule.grace
            case "host":
                self._on_host(self._step(event, session, "host"), session)
                link.say(f"go {event['index']}")
                return self.schedule.grace
            case kind:
                raise ValueError(f"unknown record {records.plain(kind)[:50]!r}")

    def _step(self, event: dict[str, Any], session: Session, where: str) -> Measurement:
        """Return the measurement that a record is about, if it is one still to be made `where`."""
        number = event["index"]
        if not isinstance(number, int) or not 0 <= number < len(session.todo):
            raise ValueError(f"there is no measurement {records.plain(number)[:50]}")
        measurement = session.todo[number]
        if measurement.where != where:
            raise ValueError(f"{measurement} is made in the {measurement.where}")
        if measurement not in self._todo():
            raise ValueError(f"{measurement} is not to be made any more")
        return measurement

    def _booted(self, event: dict[str, Any], session: Session) -> None:
        """Note the guest's facts and the host's clock on its boot."""
        if "reason" in event:
            raise GuestError(records.plain(event["reason"]))
        self._booted_once = True
        session.facts = records.facts(event["guest"])
        guest = session.guest
        clocks = {
            "kernel_s": guest.kernel_s,
            "ssh_s": guest.ssh_s,
            "login_s": session.login - guest.process.started,
        }
        if event["finished"] is not None:
            finished = session.heard - session.hello + records.seconds(event["finished"])
            clocks["running_s"] = finished - guest.process.started
        session.host_clock = {
            key: round(value, 3) for key, value in clocks.items() if value is not None
        }

    def _from_guest(
        self, measurement: Measurement, event: dict[str, Any], session: Session
    ) -> tuple[bytes, dict[str, Any]]:
        """Return a record's log and what its sidecar says."""
        started, seconds = (records.seconds(event[key]) for key in ("started", "seconds"))
        told = {
            "command": list(measurement.command),
            "started": session.iso(started),
            "finished": session.iso(started + seconds),
            "exit_code": records.exit_code(event["exit_code"]),
            "seconds": round(seconds, 3),
            "guest": session.facts,
        }
        if (measurement.subject, measurement.case) == (BOOT, "default"):
            told["host_clock"] = session.host_clock
        if "reason" in event:
            told["reason"] = records.plain(event["reason"])
        return records.log(event["log"]), told

    def _on_host(self, measurement: Measurement, session: Session) -> None:
        """Make a measurement of the VMM's process."""
        self._current = measurement
        process = session.guest.process
        for _ in range(ATTEMPTS - self._failures[measurement.stem]):
            self.progress.begin(self.block, measurement)
            self._begin_watch()
            settled = footprint.settle(process, measurement.settle) if measurement.settle else {}
            log, told = footprint.run(measurement, process)
            if not process.alive():
                raise GuestError("the VMM ended while its memory was measured")
            if self._keep(measurement, log, {**told, "guest": session.facts, **settled}):
                break
        self._current = None

    def _keep(self, measurement: Measurement, log: bytes, told: dict[str, Any]) -> bool:
        """Write what an attempt left; tell whether it is a result."""
        # First, before the next measurement begins.
        seen = self._watch.end(boot=measurement.subject == "boot") if self._watch else None
        if not log:
            told = {"reason": "printed nothing", **told}
        sidecar = {
            "format": 1,
            "command": told["command"],
            "attempt": self.store.failures(measurement) + 1,
            "environment": ENVIRONMENT,
            "block": self.block.block,
            **told,
            **({"host": seen} if seen else {}),
        }
        if "reason" not in told:
            self.store.keep(measurement, log, sidecar)
            # A boot was measured all along, not only while systemd told of it.
            boot_seconds = told.get("host_clock", {}).get("running_s", 0.0)
            self.progress.measured(measurement, told["seconds"] + boot_seconds)
            return True
        self.store.keep_failed(measurement, log, sidecar)
        self._fail(measurement, told["reason"])
        return False

    def _keep_beside(self, found: cpu_stat.Found) -> None:
        """Write what was found around a measurement: nobody planned it, so it is never missed."""
        attempt = self.store.failures(found.measurement) + 1
        sidecar = {"format": 1, "attempt": attempt, "block": self.block.block, **found.told}
        self.store.keep(found.measurement, found.log, sidecar)

    def _begin_watch(self) -> None:
        if self._watch:
            self._watch.begin()

    def _lost(self, measurement: Measurement, reason: str) -> None:
        """Note an attempt that went down with its guest, or with this host."""
        self._keep(
            measurement,
            b"",
            {
                "command": list(measurement.command),
                "started": None,
                "finished": clock.now(),
                "exit_code": None,
                "seconds": None,
                "reason": reason,
            },
        )

    def _fail(self, measurement: Measurement, reason: str) -> None:
        self._failures[measurement.stem] += 1
        if self._failures[measurement.stem] >= ATTEMPTS:
            self.progress.miss(measurement, reason)

    def _describe(self, guest: boot.Guest) -> None:
        """Write vmm.json, once per run and start of the runner, with the real command line."""
        known = read_json(self.layout.vmm(self.block.vmm))
        described = {
            **known,
            "command_line": guest.process.command_line(),
            **guest.process.read_back(self.layout.unit_status(self.block.vmm)),
            "cpus_allowed": processors.allowed(self.layout.proc, guest.process.pid),
        }
        path = self.store.results / self.block.vmm / "vmm.json"
        if path.exists():
            self._refuse_another(read_json(path), known)
        if not path.exists() or read_json(path) != described:
            self.store.describe(f"{self.block.vmm}/vmm.json", described)

    def _refuse_another(self, before: dict[str, Any], now: dict[str, Any]) -> None:
        """Keep what was measured under the name of what it was measured with.

        Raises:
            RunnerError: this host got another build, or other guests, since the run's first logs.
        """
        for part in ("checksums", "guest"):
            old, new = before.get(part, {}), now.get(part, {})
            different = [name for name in old if name in new and old[name] != new[name]]
            if different:
                raise RunnerError(
                    f"{self.block.vmm}: {part} {', '.join(different)} changed since the first logs"
                    " of this run; start another run, or provision this lab host as it was"
                )
