"""What a lab keeps to itself: keys, host keys, and units that may do little."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from simulated_lab import CHECKOUT, MISSING, SSHD_PROGRAM, SimulatedLab, make_key

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(not Path(SSHD_PROGRAM).exists(), reason=MISSING),
]

PLAN = str(CHECKOUT / "tests/data/plans/tiny.yml")
PAGE = CHECKOUT / "docs/security.md"
UNITS = (
    "vmmlab-guest-stratovirt.service",
    "vmmlab-guest-qemu.service",
    "vmmlab-network.service",
    "vmmlab-run@.service",
    "vmmlab-tuning.service",
    "vmmlab-quiet.service",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedLab]:
    """One host, provisioned and measured."""
    with SimulatedLab(tmp_path_factory.mktemp("security") / "lab", 1) as made:
        # The key by which the hosts are reached: on real ones that is the user's own.
        assert made.play("provision", "--limit", "controllers", plan=PLAN).returncode == 0
        done = made.play("full", plan=PLAN)
        assert done.returncode == 0, done.stdout[-6000:]
        yield made


def test_keys_are_for_their_owner_alone(lab: SimulatedLab) -> None:
    """Private keys are 0600 and lie in a folder that nobody else may enter; on the host, too."""
    state = lab.folder / "state"
    assert mode(state) == "700"
    assert mode(lab.key) == "600"
    private = [p for p in lab.folder.rglob("*") if p.is_file() and "PRIVATE KEY" in head(p)]
    own = [path for path in private if "etc/ssh" not in str(path)]
    assert lab.key in own
    keys = lab.hosts[0].path("/etc/vmmlab/keys")
    assert mode(keys) == "700"
    assert {path.name for path in own} >= {"guest_ed25519", "guest_host_ed25519"}
    assert [str(path) for path in own if mode(path) != "600"] == []


def mode(path: Path) -> str:
    """Return the permissions of a file as people write them."""
    return f"{path.stat().st_mode & 0o777:o}"


def head(path: Path) -> str:
    """Return the beginning of a file."""
    with path.open("rb") as file:
        return file.read(100).decode(errors="replace")


def test_host_keys_are_recorded_once_and_checked_ever_after(lab: SimulatedLab) -> None:
    """A changed key is refused, with a message that says where the old one is and what to do."""
    host = lab.hosts[0]
    known = lab.folder / "state/known_hosts"
    public = (host.folder / "host_ed25519.pub").read_text().split()[1]
    find = ["ssh-keygen", "-F", f"[{host.address}]:2200", "-f", str(known)]
    found = subprocess.run(find, capture_output=True, text=True, check=False).stdout
    assert found.split()[-1] == public, "the file holds hashes of names"
    host.stop()
    for suffix in ("", ".pub"):
        (host.folder / f"host_ed25519{suffix}").rename(host.folder / f"old_ed25519{suffix}")
    make_key(host.folder / "host_ed25519")
    host.start(lab.key, "")
    lab.wait()
    refused = lab.play("measure", plan=PLAN)
    assert refused.returncode != 0
    words = " ".join(refused.stdout.replace('"', "'").split())
    assert f"sim-01 shows another host key than at first contact ({known}, line 1)" in words
    assert f"ssh-keygen -f '{known}' -R '[{host.address}]:2200'" in words
    assert public in known.read_text(), "the recorded key stays"


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_as_confined_as_the_page_says(lab: SimulatedLab, unit: str) -> None:
    """The figure of systemd (0 is best, 10 is worst) is the page's, and none is worse."""
    path = lab.hosts[0].path(f"/etc/systemd/system/{unit}")
    command = ["systemd-analyze", "security", "--offline=yes"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    row = re.search(rf"^\| `{re.escape(unit)}` \| ([\d.]+) \|", PAGE.read_text(), re.MULTILINE)
    assert row, f"{PAGE} has no row for {unit}, whose figure is {found[1]}"
    assert float(found[1]) <= float(row[1]), done.stdout


def test_each_exposure_that_stays_has_a_reason(lab: SimulatedLab) -> None:
    """What systemd counts against a unit, by weight 0.2 and more, is on the page."""
    page = PAGE.read_text().replace("\\|", "|")
    for unit in UNITS:
        path = lab.hosts[0].path(f"/etc/systemd/system/{unit}")
        command = ["systemd-analyze", "security", "--offline=yes", "--json=short", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for entry in json.loads(done.stdout):
            exposed = float(entry["exposure"] or 0) >= 0.2
            name = entry["name"].rstrip("=")
            assert not exposed or f"`{name}`" in page, f"{unit}: {name}: {entry['description']}"


def test_downloads_are_encrypted_and_checked() -> None:
    """Every source that is named is reached by TLS; every download has a checksum."""
    texts = {path: path.read_text() for path in CHECKOUT.glob("roles/*/defaults/main.yml")}
    texts[CHECKOUT / "inventory"] = (CHECKOUT / "inventory/lab.example.yml").read_text()
    assert [str(path) for path, text in texts.items() if "http://" in text] == []
    downloads = 0
    for path in CHECKOUT.glob("roles/*/tasks/*.yml"):
        for task in flat(yaml.safe_load(path.read_text())):
            if "ansible.builtin.get_url" in task:
                downloads += 1
                arguments = task["ansible.builtin.get_url"]
                assert arguments.get("checksum"), f"{path}: {task['name']}"
                assert "validate_certs" not in arguments, f"{path}: {task['name']}"
    assert downloads == 3


def flat(tasks: list[dict[str, object]] | None) -> Iterator[dict[str, dict[str, object]]]:
    """Yield tasks, those of blocks too."""
    for task in tasks or []:
        yield task  # type: ignore[misc] # a task's values are what they are
        for part in ("block", "rescue", "always"):
            inner = task.get(part)
            yield from flat(inner if isinstance(inner, list) else None)
