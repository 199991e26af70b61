#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the lock of all playbooks of a controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: lock
short_description: Take the lock of all playbooks of a controller
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Locks a file on the controller for as long as C(ansible-playbook) runs, however it ends, and refuses where another
    playbook or a timer of the controller has it.
  - Whoever has begun it by C(flock) has the lock already, and so has a playbook that another one imports.
  - Goes to no host.
options:
  path:
    description: The file. It is made, with its folder, for its owner alone.
    type: path
    required: true
attributes:
  check_mode:
    description: Changes nothing, and takes no lock.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Take the lock of all playbooks
  laocai.mail.lock:
    path: "{{ private_dir }}/lock"
  run_once: true
"""

RETURN = r"""
taken:
  description: Whether the lock was taken now. It is not where this playbook has it already.
  returned: success
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.lock import ARGUMENTS


def main() -> None:
    """Say that the work is the action plugin's: a host has no playbook above it."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.lock chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.lock runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
