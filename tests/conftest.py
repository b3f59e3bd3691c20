"""Lets tests import the helpers beside them, and the lab host's runner.

Here is also the lab that all end-to-end tests share: full.yml takes most of their time.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
# The checkout comes first: beside `tests/collector`, the package `collector` must be found.
RUNNER = HERE.parent / "roles/measure/files"
for folder in (RUNNER, HERE / "runner", HERE / "e2e", HERE, HERE.parent):
    sys.path.insert(0, str(folder))

from e2e_lab import Ended, Lab, Snapshot  # noqa: E402 - found through the lines above


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Yield a lab whose machine is stopped afterwards, whatever happened."""
    made = Lab.on_free_port(tmp_path_factory.mktemp("lab"))
    yield made
    made.play("teardown")


@pytest.fixture(scope="session")
def before(lab: Lab) -> Snapshot:
    """Return what the lab's machine is while it has seen nothing but the lab's key."""
    for stage, *options in (["build"], ["provision", "--limit", "controllers"]):
        done = lab.play(stage, *options)
        assert done.returncode == 0, done.last_words
    return lab.snapshot()


@pytest.fixture(scope="session")
def full(lab: Lab, before: Snapshot) -> Ended:
    """Return the end of full.yml, run once for all tests."""
    assert before
    return lab.play("full")


FAULTS = pytest.StashKey[list[tuple[str, ...]]]()


@pytest.fixture(scope="session")
def faults(pytestconfig: pytest.Config) -> list[tuple[str, ...]]:
    """Return the rows of the table of faults, printed when all tests have ended."""
    head = ("fault", "measured before", "lost", "repeated", "time to recover")
    return pytestconfig.stash.setdefault(FAULTS, [head])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of faults."""
    rows = terminalreporter.config.stash.get(FAULTS, [])
    for row in rows:
        terminalreporter.write_line(f"{row[0]:44}" + "".join(f"{cell:>17}" for cell in row[1:]))
