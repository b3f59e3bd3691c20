"""Ansible module: find the first mirror of a source that answers."""

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
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url


def ask_git(mirror, ref, timeout):
    """Return why a git repository cannot serve `ref`, or nothing."""
    command = ["git", "ls-remote", "--exit-code", mirror, ref]
    quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, env=quiet, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {timeout} s"
    except FileNotFoundError:
        return "git is not installed"
    if done.returncode == 0:
        return None
    if done.returncode == 2:  # noqa: PLR2004 - ls-remote --exit-code: no matching ref
        return f"has no ref {ref}"
    return (done.stderr.strip().splitlines() or [f"git ls-remote ended with {done.returncode}"])[-1]


def ask_web(mirror, timeout):
    """Return why a URL cannot be had, or nothing."""
    try:
        open_url(mirror, method="HEAD", timeout=timeout, validate_certs=True)
    except Exception as error:  # noqa: BLE001 - whatever stops a download is the answer
        return str(error)
    return None


def ask(mirror, git_ref, timeout):
    """Return why a mirror cannot serve the source, or nothing."""
    if git_ref:
        return ask_git(mirror, git_ref, timeout)
    if "://" not in mirror:
        return None if Path(mirror).exists() else "no such file or folder"
    return ask_web(mirror, timeout)


def main():
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
