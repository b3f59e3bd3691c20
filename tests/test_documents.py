"""What README.md, CONTRIBUTING.md and docs name is there: commands, playbooks, plans and files."""

import re
import shlex
from pathlib import Path

import pytest

from collector.cli import COMMANDS, main

CHECKOUT = Path(__file__).parent.parent
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))


def code(document: Path) -> list[str]:
    """Return what stands between backticks, and each line of the blocks."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [*(line.partition(" # ")[0] for line in lines), *re.findall(r"`([^`]+)`", inline)]


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what `vmmlab COMMAND --help` prints."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    return capsys.readouterr().out


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_named_exist(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Targets of make, stages that are played and sub-commands of vmmlab with their options."""
    for line in code(document):
        words = shlex.split(line) if line.count("'") % 2 == 0 else line.split()
        if words[:1] == ["make"] and len(words) > 1:
            assert words[1] in TARGETS, line
        if words[:1] == ["vmmlab"] and len(words) > 1:
            assert words[1] in COMMANDS, line
            shown = help_of(words[1], capsys)
            options = {word.partition("=")[0] for word in words if word.startswith("-")}
            assert all(re.search(rf"(?<![\w-]){option}(?![\w-])", shown) for option in options), (
                line
            )
        for playbook in re.findall(r"playbooks/\w+\.yml", line):
            assert (CHECKOUT / playbook).is_file(), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    """Links lead somewhere, and so do paths of this checkout."""
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("https://") or (document.parent / link).is_file(), link
    for path in re.findall(r"`((?:roles|tests|inventory|docs|benchmarks)/[\w./-]+)`", text):
        assert (CHECKOUT / path).exists() or path == "inventory/lab.yml", path
