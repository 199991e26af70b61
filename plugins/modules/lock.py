#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the lock that all playbooks of a controller share."""

from __future__ import annotations

DOCUMENTATION = r"""
module: lock
short_description: Take the lock that all playbooks of a controller share
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Locks a file on the controller until C(ansible-playbook) ends, also when it is killed. Fails if another playbook or
    a timer of the controller holds the lock.
  - If C(ansible-playbook) was started by C(flock) on the same file, or the playbook is imported by another one, the
    lock is held already, and the task succeeds.
  - No host is contacted.
options:
  path:
    description: The lock file. It and its folder are created, accessible only by their owner.
    type: path
    required: true
attributes:
  check_mode:
    description: Changes nothing, and takes no lock.
    support: full
  diff_mode:
    description: No diff is shown.
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
  description: Whether the lock was taken by this task; false if this run held it already, and in check mode.
  returned: success
  type: bool
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.lock import ARGUMENTS


def main() -> None:
    """Fail: this module only works through its action plugin; the lock is held by ansible-playbook itself."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.lock chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.lock runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
