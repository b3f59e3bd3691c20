"""Ansible module: which release this machine is of, and the mirror its apt gets packages from."""

from __future__ import annotations

DOCUMENTATION = """
module: apt_mirror
short_description: The release and mirror that this machine's own apt uses
"""
EXAMPLES = """
- apt_mirror:
  register: mirror
"""
RETURN = """
suite: {type: str, returned: always, description: Codename of the release.}
uri: {type: str, returned: always, description: The mirror.}
"""

from ansible.module_utils.apt_mirror import find_mirror
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        suite, uri = find_mirror()
    except (OSError, RuntimeError, KeyError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, suite=suite, uri=uri)


if __name__ == "__main__":
    main()
