"""A guest that is not what it was: it costs its own measurements, and never the runner."""

import base64
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runner_lab import RUN, FakeLab, block, fake_lab, footprint_test, guest_test, until

STRATOVIRT = "vmmlab-guest-stratovirt.service"
HELLO = {"event": "hello", "monotonic": 1.0, "boot_id": "b"}
FACTS = {
    "kernel": "6.1",
    "sysbench": "1.0.20",
    "boot_id": "b",
    "clocksource": None,
    "cpus": 1,
    "memory_kib": 1000,
    "write_cache": "write back",
    "state": "running",
}
STATE = {"event": "state", "finished": 1.0, "guest": FACTS}
BEGIN = {"event": "begin", "index": 0}
RESULT = {
    "event": "result",
    "index": 0,
    "command": ["sysbench"],
    "started": 2.0,
    "seconds": 1.0,
    "exit_code": 0,
    "log": base64.b64encode(b"a log\n").decode(),
}
DEEP = "[" * 100_000


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[FakeLab]:
    """A lab host with its own folders."""
    yield from fake_lab(tmp_path)


def says(lab: FakeLab, *records: dict[str, Any] | str) -> Path:
    """Make each connection into the guest bring these records, and end."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    path = lab.state / "guest-says"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (['{"event": "broken"}'], "unknown record 'broken'"),
        ([DEEP], "the guest sent no record"),
        (["7"], "the guest sent no record"),
        (['{"event": "hello", "monotonic": 1e300, "boot_id": "b"}'], "no number of seconds"),
        (['{"event": "hello", "monotonic": NaN, "boot_id": "b"}'], "no number of seconds"),
        ([HELLO, {**STATE, "finished": 10**400}], "no number of seconds"),
        ([HELLO, {**STATE, "guest": {**FACTS, "kernel": [[]]}}], "kernel is a list"),
        ([HELLO, {"event": "state", "reason": "\ud800\x1b[2J\n" + "x" * 5000}], "[2J xxx"),
        ([HELLO, STATE, {**BEGIN, "index": -1}], "there is no measurement -1"),
        ([HELLO, STATE, {**BEGIN, "index": 1}], "qemu memory-footprint default (1) is made in"),
        ([HELLO, STATE, {"event": "host", "index": 0}], "qemu sysbench-cpu threads-1 (1) is made"),
        ([HELLO, STATE, {"event": "end"}], "end before qemu sysbench-cpu threads-1 (1)"),
        ([HELLO, STATE, BEGIN, {**RESULT, "started": 1e18}], "no number of seconds"),
        ([HELLO, STATE, BEGIN, {**RESULT, "exit_code": 10**400}], "is no exit code"),
        ([HELLO, STATE, BEGIN, {**RESULT, "log": "?"}], "the guest sent a wrong record"),
        ([HELLO, STATE, BEGIN, RESULT, RESULT], "is not to be made any more"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_record_ends_the_guest_only(lab: FakeLab, records: list[Any], reason: str) -> None:
    """The next block goes on; what is missing says what was wrong, in words that do no harm."""
    path = says(lab, *records)
    first = block(1, "qemu", 1, guest_test("1"), footprint_test())
    lab.schedule(first, block(2, "stratovirt", 1, guest_test("1")), boot_timeout=5, grace=2)
    runner = lab.begin()
    until(lambda: STRATOVIRT in lab.lines("starts"), 60)
    path.unlink()
    assert runner.wait(timeout=60) == 0
    progress = lab.progress()
    reasons = {one["reason"] for one in progress["missing"] if one["vmm"] == "qemu"}
    assert any(reason in each for each in reasons), reasons
    assert all(each.isprintable() and len(each) < 4000 for each in reasons)
    assert not [one for one in progress["missing"] if one["vmm"] == "stratovirt"]
    assert len(lab.lines("starts")) <= 9


def test_a_guest_that_only_says_hello_is_given_up(lab: FakeLab) -> None:
    """Each connection brings a hello: without an end it would hold the lab host for ever."""
    says(lab, HELLO)
    lab.schedule(block(1, "qemu", 1, guest_test("1")), boot_timeout=3, grace=1)
    assert lab.call("run", RUN).returncode == 0
    assert "the guest fell silent for 4 s" in lab.progress()["missing"][0]["reason"]


def test_a_guest_that_begins_without_an_end_is_given_up(lab: FakeLab) -> None:
    """Each record gives time for the next one, but all of them together have a limit."""
    says(lab, HELLO, STATE, *[BEGIN] * 3)
    lab.schedule(block(1, "qemu", 1, guest_test("1", timeout=1)), boot_timeout=2, grace=1)
    assert lab.call("run", RUN).returncode == 0
    assert "the guest is not through" in lab.progress()["missing"][0]["reason"]


def test_failed_results_have_an_end(lab: FakeLab) -> None:
    """No more failed attempts are kept than are asked for."""
    says(lab, HELLO, STATE, *[BEGIN, {**RESULT, "reason": "no"}] * 50)
    lab.schedule(block(1, "qemu", 1, guest_test("1")), boot_timeout=3, grace=1)
    assert lab.call("run", RUN).returncode == 0
    kept = list((lab.results / "qemu/sysbench-cpu/threads-1").glob("01.failed-*.log"))
    assert len(kept) == 2


def test_a_flood_on_the_console(lab: FakeLab) -> None:
    """The console lies in the lab host's memory: a guest that fills it is stopped."""
    lab.set("flood")
    lab.schedule(block(1, "qemu", 1, guest_test("1")), boot_timeout=20)
    assert lab.call("run", RUN).returncode == 0
    assert "the guest floods its console" in lab.progress()["missing"][0]["reason"]


def test_a_journal_that_a_power_cut_spoilt(lab: FakeLab) -> None:
    """Zeros, half a name and bytes that are no text are passed over; every file is handed out."""
    lab.schedule(block(1, "qemu", 1, guest_test("1")))
    lab.call("run", RUN)
    lines = (lab.run / "journal").read_bytes().splitlines(keepends=True)
    spoilt = [b"\0" * 40 + b"\n", b"qemu/sysbench-cpu\n", b"\xff\xfe\n", *lines[1:], b"qemu/bo"]
    (lab.run / "journal").write_bytes(b"".join(spoilt))
    assert lab.call("start", RUN).stdout == "complete\n"
    answer = json.loads(lab.call("pack", RUN).stdout)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(answer["tar"]))) as archive:
        names = archive.getnames()
    there = [str(p.relative_to(lab.results)) for p in lab.results.rglob("*") if p.is_file()]
    assert sorted(names) == sorted(there)


def test_a_measurement_that_the_runner_does_not_survive(lab: FakeLab) -> None:
    """Each cut-off attempt is kept; after two the others go on without it."""
    lab.environment["FAKE_SECONDS"] = "20"
    lab.schedule(block(1, "qemu", 1, guest_test("1")), block(2, "stratovirt", 1, guest_test("4")))

    def crash_in_test(number: int) -> None:
        runner = lab.begin()
        # A guest that is not stopped at once may begin another attempt: its start is what counts.
        until(lambda: len(lab.lines("starts")) == number and lab.progress()["current"])
        runner.kill()
        runner.wait()
        lab.stop_guest("qemu")

    crash_in_test(1)
    crash_in_test(2)
    lab.environment["FAKE_SECONDS"] = "0"
    assert lab.call("run", RUN).returncode == 0
    (missing,) = lab.progress()["missing"]
    assert (missing["vmm"], lab.progress()["done"]) == ("qemu", 1)
    assert missing["reason"] == "the runner or this host ended while it was measured"
    for number in (1, 2):
        stem = f"qemu/sysbench-cpu/threads-1/01.failed-{number}"
        assert lab.sidecar(stem)["reason"] == missing["reason"]
    assert lab.call("start", RUN).stdout == "started\n"
    assert lab.call("run", RUN).returncode == 0
    assert lab.sidecar("qemu/sysbench-cpu/threads-1/01")["attempt"] == 3
