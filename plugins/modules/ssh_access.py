#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict who would be locked out by a change of sshd's settings."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ssh_access
short_description: Predict who would be locked out by a change of sshd's settings
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Asks sshd whether it accepts a new file of settings, and which settings would be effective for the users who must be
    able to sign in.
  - Checks that each of these users has a key that sshd would accept, by file modes, type, length and restrictions.
  - Changes nothing.
options:
  path:
    description: Path of the new file in C(/etc/ssh/sshd_config.d).
    type: path
    required: true
  content:
    description: Text of the new file, without C(Match) blocks.
    type: str
    required: true
  user:
    description: The user of the present ssh session, who must be able to sign in again.
    type: str
    required: true
  connection:
    description: The value of C(SSH_CONNECTION) in the present session.
    type: str
    required: true
  others:
    description: Other users who must be able to sign in.
    type: list
    elements: str
    default: []
  sudo:
    description: Whether O(user) must be able to become root by sudo.
    type: bool
    default: false
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Check that nobody would be locked out
  laocai.mail.ssh_access:
    path: /etc/ssh/sshd_config.d/10-danhba.conf
    content: "PasswordAuthentication no\n"
    user: an
    connection: 192.0.2.1 50000 192.0.2.10 22
    sudo: true
  register: found
"""

RETURN = r"""
faults:
  description: Reasons why users would be locked out, with the way out, each in Vietnamese (C(vi)) and English (C(en)).
  returned: success
  type: list
  elements: dict
  sample: []
"""

from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.host import ssh_access

ARGUMENTS: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str", "required": True},
    "user": {"type": "str", "required": True},
    "connection": {"type": "str", "required": True},
    "others": {"type": "list", "elements": "str", "default": []},
    "sudo": {"type": "bool", "default": False},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    given = module.params
    try:
        client, _, address, port = given["connection"].split()
        who = ssh_access.Who(given["user"], client, address, int(port))
    except ValueError:
        found = repr(given["connection"])
        module.fail_json(msg=f"{found} không phải giá trị của SSH_CONNECTION.\n{found} is no value of SSH_CONNECTION.")
    try:
        faults = ssh_access.judge(
            Path(given["path"]), given["content"], who, others=given["others"], sudo=given["sudo"]
        )
    except OSError as error:
        why = f"{error.filename}: {error.strerror}"
        module.fail_json(msg=f"Không đọc được thiết lập của ssh: {why}\nThe settings of ssh cannot be read: {why}")
    module.exit_json(changed=False, faults=[fault._asdict() for fault in faults])


if __name__ == "__main__":
    main()
