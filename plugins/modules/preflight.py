#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check everything that a playbook needs before its first change."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Check everything that a playbook needs before its first change
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Checks the host's variables, the register, the certificate, and the host's answer to a first C(raw) task. Returns
    all faults at once, each with the way out. Runs on the controller, changes nothing, and does not fail on faults.
  - Variables are those of the play's host; the roles' argument specs tell which values are allowed.
options:
  answer:
    description: The registered result of the C(raw) task that asked for the host's state; see playbooks/preflight.yml.
    type: dict
    required: true
  whole:
    description:
      - Whether the host is to be deployed. Then the roles' settings, the certificate, memory and disk, and the whole
        register are checked, too.
      - Otherwise only C(province.yml) of the register is checked; modules that read the agencies' files check these
        themselves.
    type: bool
    default: false
  day:
    description:
      - Whether the playbook's work depends on the day, so that clocks are checked, too. The clock of the controller,
        which tells the day, must agree with the host's, and the host's with its time servers, if it has any.
    type: bool
    default: false
    version_added: 0.3.0
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Check what the deployment needs
  laocai.mail.preflight:
    answer: "{{ reach_answer }}"
    whole: true
  register: preflight_found
"""

RETURN = r"""
built:
  description: Whether the host was deployed before, that is, has the files of the database's migrations.
  returned: success
  type: bool
faults:
  description: The faults to correct first, each in Vietnamese (C(vi)) and English (C(en)).
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.preflight import ARGUMENTS


def main() -> None:
    """Fail: this module only works through its action plugin; a host has neither the inventory nor the register."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.preflight chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.preflight runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
