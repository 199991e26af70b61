#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask for all that a playbook needs, before anything is changed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Ask for all that a playbook needs, before anything is changed
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Looks at the host's variables, the register, the certificate, and what the host answered to the first question, and
    gives every fault at once with the way out. Runs on the controller, changes nothing, and does not fail itself.
  - Names and values of variables are those of the play's host; see the roles' argument specs for what they may be.
options:
  answer:
    description: The registered result of the first question to the host, a C(raw) task.
    type: dict
    required: true
  whole:
    description:
      - Whether the host is to be deployed, so that the roles' settings, certificate and room count too, and all of the
        register.
      - Otherwise C(province.yml) alone is looked at; the module that reads the agencies refuses by itself.
    type: bool
    default: false
  day:
    description:
      - Whether the playbook does what is due on a day, so that the clocks count too. That of the controller, which says
        which day it is, and that of the host must agree, and the latter with its time servers as far as it asks any.
    type: bool
    default: false
    version_added: 0.3.0
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Look whether all is there
  laocai.mail.preflight:
    answer: "{{ reach_answer }}"
    whole: true
  register: preflight_found
"""

RETURN = r"""
built:
  description: Whether the host has been deployed before, as far as its database's migrations are there.
  returned: success
  type: bool
faults:
  description: What has to be seen to first, each in Vietnamese (C(vi)) and English (C(en)).
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.preflight import ARGUMENTS


def main() -> None:
    """Say that the work is the action plugin's: a host has neither the inventory nor the register."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.preflight chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.preflight runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
