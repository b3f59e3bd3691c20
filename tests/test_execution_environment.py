"""The execution environment: ansible-builder understands it, and it says what the project says."""

import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "execution-environment.yml"
OWN = ("ansible-core", "ansible-runner")


def test_ansible_builder_makes_a_build_context(tmp_path: Path) -> None:
    """As far as it goes without a container engine: a file to build the image from."""
    program = str(Path(sys.executable).with_name("ansible-builder"))
    context = tmp_path / "context"
    command = [program, "create", "--file", str(FILE), "--context", str(context)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (recipe,) = [*context.glob("Containerfile"), *context.glob("Dockerfile")]
    base = yaml.safe_load(FILE.read_text())["images"]["base_image"]["name"]
    assert f'EE_BASE_IMAGE="{base}"' in recipe.read_text()
    assert "pandas" in (context / "_build/requirements.txt").read_text()
    assert "openssh-clients" in (context / "_build/bindep.txt").read_text()


def test_it_asks_for_what_the_project_asks_for() -> None:
    """The same libraries, and the locked releases of Ansible."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    stated = yaml.safe_load(FILE.read_text())["dependencies"]
    assert stated["python"] == [word for word in wanted if not word.startswith(OWN)]
    locked = (ROOT / "requirements/run.txt").read_text()
    for key in ("ansible_core", "ansible_runner"):
        assert f"\n{stated[key]['package_pip']} " in f"\n{locked}"
