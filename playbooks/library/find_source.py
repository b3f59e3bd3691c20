"""Ansible module: find the first mirror of a source that answers."""

from __future__ import annotations

DOCUMENTATION = """
module: find_source
short_description: Find the first mirror of a source that answers
description:
  - Tries the mirrors in their order and stops at the first that has what is wanted.
  - Never fails because of a mirror; what each one said is returned.
options:
  mirrors: {type: list, elements: str, required: true, description: URLs or local paths.}
  git_ref: {type: str, description: The mirrors are git repositories which must have this ref.}
  timeout: {type: int, default: 15, description: Seconds for each mirror.}
"""
EXAMPLES = """
- find_source:
    mirrors: [https://gitee.com/openeuler/stratovirt.git]
    git_ref: v2.5.0
"""
RETURN = """
url: {type: str, returned: always, description: The first mirror that answers, or an empty string.}
problems: {type: list, returned: always, description: What each mirror before it said.}
"""

import os
import signal
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url

NO_MATCHING_REF = 2
# Nobody is there to be asked for a password: a mirror that wants one cannot serve.
UNATTENDED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C",
}


def ask_git(mirror: str, ref: str, timeout: int) -> str | None:
    """Return why a git repository cannot serve `ref`, or nothing."""
    try:
        # A session of its own has no terminal that ssh could ask at, and ends as a whole: the
        # programs that git starts for its transports outlive it otherwise.
        git = subprocess.Popen(
            ["git", "ls-remote", "--exit-code", "--", mirror, ref],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, **UNATTENDED},
            start_new_session=True,
        )
    except FileNotFoundError:
        return "git is not installed"
    with git:
        try:
            _, said = git.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(git.pid, signal.SIGKILL)
            return f"no answer within {timeout} s"
    if git.returncode == 0:
        return None
    if git.returncode == NO_MATCHING_REF:
        return f"has no ref {ref}"
    return reason(said) or f"git ls-remote ended with {git.returncode}"


def reason(said: str) -> str:
    """Return the first line that tells why git failed; general advice follows it."""
    lines = [line.strip() for line in said.splitlines()]
    return next((line for line in lines if line and not line.lower().startswith("warning:")), "")


def ask_web(mirror: str, timeout: int) -> str | None:
    """Return why a URL cannot be had, or nothing."""
    try:
        open_url(mirror, method="HEAD", timeout=timeout, validate_certs=True).close()
    except Exception as error:  # noqa: BLE001 - whatever stops a download is the answer
        return str(error)
    return None


def ask(mirror: str, git_ref: str | None, timeout: int) -> str | None:
    """Return why a mirror cannot serve the source, or nothing."""
    if git_ref:
        return ask_git(mirror, git_ref, timeout)
    if "://" not in mirror:
        return None if Path(mirror).exists() else "no such file or folder"
    return ask_web(mirror, timeout)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "mirrors": {"type": "list", "elements": "str", "required": True},
            "git_ref": {"type": "str"},
            "timeout": {"type": "int", "default": 15},
        },
        supports_check_mode=True,
    )
    problems = []
    for mirror in module.params["mirrors"]:
        problem = ask(mirror, module.params["git_ref"], module.params["timeout"])
        if problem is None:
            module.exit_json(changed=False, url=mirror, problems=problems)
        problems.append(f"{mirror}: {problem}")
    module.exit_json(changed=False, url="", problems=problems)


if __name__ == "__main__":
    main()
