"""Small playbooks run with the checkout's own Ansible configuration."""

import os
import re
import subprocess
import sys
from pathlib import Path

from collector.plan.project import ROOT

BIN = Path(sys.executable).parent

INVENTORY = """
all:
  hosts:
    h1: {ansible_host: 192.0.2.1}
    h2: {ansible_host: 192.0.2.2}
  vars:
    plan: quick
    vmms: [stratovirt, {name: qemu_old, type: qemu, version: "9"}]
    plan_left_out: {stratovirt: "no 'source', really"}
    results_dir: RESULTS
"""

MEASURE = """
- name: Measure
  hosts: all
  gather_facts: false
  roles:
    - role: plan
- name: Look
  hosts: all
  gather_facts: false
  tasks:
    - name: Say what is known
      ansible.builtin.debug:
        msg: >-
          {{ inventory_hostname }} knows {{ plan_run }}, {{ plan_schedule.blocks | length }} blocks
"""

REPORT = """
- name: Report
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Say what is known
      ansible.builtin.debug:
        msg: ["localhost knows {{ plan_run_dir }}", "a \\e[2J\\nb"]
"""

FULL = """
- name: Measure
  ansible.builtin.import_playbook: measure.yml
- name: Report
  ansible.builtin.import_playbook: report.yml
"""

FAULTY = """
- name: Fail
  hosts: all
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - name: Rescue
      block:
        - name: Break
          ansible.builtin.fail:
            msg: rescued
      rescue:
        - name: Mend
          ansible.builtin.debug:
            msg: mended
    - name: Ignore
      ansible.builtin.fail:
        msg: ignored
      ignore_errors: true
    - name: Break for good
      ansible.builtin.fail:
        msg: "no space\\nleft"
      when: inventory_hostname == 'h1'
"""

STARTING = """
- name: Wait
  hosts: h1
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  roles:
    - role: plan
  tasks:
    - name: Wait for a long time
      ansible.builtin.command: sleep 60
      changed_when: false
"""


def write_lab(folder: Path) -> Path:
    """Write the playbooks and an inventory into `folder`; return the inventory."""
    for name, text in (
        ("measure", MEASURE),
        ("report", REPORT),
        ("full", FULL),
        ("faulty", FAULTY),
        ("starting", STARTING),
    ):
        (folder / f"{name}.yml").write_text(f"---{text}", encoding="utf-8")
    inventory = folder / "hosts.yml"
    text = INVENTORY.replace("RESULTS", str(folder / "results"))
    inventory.write_text(text, encoding="utf-8")
    return inventory


def environment() -> dict[str, str]:
    """Return an environment in which the checkout's configuration applies."""
    own = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    return {**os.environ, **own, "PATH": f"{BIN}:{os.environ['PATH']}"}


def play(inventory: Path, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the playbook `name` beside `inventory` and return what came of it."""
    return subprocess.run(
        [
            str(BIN / "ansible-playbook"),
            *("-i", str(inventory), str(inventory.with_name(f"{name}.yml")), *options),
        ],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def changes(output: str) -> int:
    """Return how many changes the recap in `output` counts."""
    return sum(int(count) for count in re.findall(r"changed=(\d+)", output))
