"""What YAML reads as another type than was meant is used as it was meant."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from modules import CHECKOUT

TEMPLATE = import_module("ansible.template")
LOADER = import_module("ansible.parsing.dataloader").DataLoader()


def rendered(role: str, template: str, part: str, **variables: Any) -> str:
    """Return the part of a role's template that a pattern finds, as the role renders it."""
    found = re.search(part, (CHECKOUT / "roles" / role / "templates" / template).read_text())
    assert found
    path = Path(CHECKOUT, "roles", role, "vars/main.yml")
    known = yaml.safe_load(path.read_text())
    own = {
        name: TEMPLATE.trust_as_template(value)
        for name, value in known.items()
        if isinstance(value, str)
    }
    templar = TEMPLATE.Templar(LOADER, variables={**own, **variables})
    return str(templar.template(TEMPLATE.trust_as_template(found[0])) or "")


@pytest.mark.parametrize(
    ("written", "told"), [("off", "off"), (False, "off"), (True, "on"), ("keep", "keep")]
)
def test_turbo(written: object, told: str) -> None:
    """The words on and off, without quotes, are true and false in YAML."""
    line = rendered(
        "host_tuning", "vmmlab-tuning.service.j2", r"--turbo=.*", host_tuning_turbo=written
    )
    assert line.split()[0] == f"--turbo={told}"


@pytest.mark.parametrize(
    ("written", "told"), [("", ""), (0, "CPUAffinity=0"), ("2-3", "CPUAffinity=2-3")]
)
def test_processors(written: object, told: str) -> None:
    """The first one alone is a processor, and not none."""
    part = r"(?s)\{% if guest_cpus.*?endif %\}"
    assert rendered("guest", "guest.service.j2", part, guest_cpus=written).strip() == told
