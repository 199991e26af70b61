#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a host by commands, and compare their output."""

from __future__ import annotations

DOCUMENTATION = r"""
module: questions
short_description: Check a host by commands, and compare their output
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Runs any number of read-only commands, one after the other, and compares the output of each with a regular
    expression.
  - An unexpected output does not fail the task. It is returned in RV(passed) and RV(faults), so that a playbook can
    collect all faults before it ends.
extends_documentation_fragment: [laocai.mail.asking]
options:
  questions:
    description: The checks, in this order.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the check, for messages.
        type: str
        required: true
      argv:
        description: The command and its arguments. It is run without a shell, with LC_ALL=C.UTF-8.
        type: list
        elements: str
        required: true
      expect:
        description: Regular expression that must be found in the command's stdout and stderr together.
        type: str
        required: true
      way_out:
        description: What to do about a fault; returned with it.
        type: str
        default: ""
  tries:
    description: How often a check is run until it passes.
    type: int
    default: 1
  delay:
    description: Seconds between two tries.
    type: int
    default: 5
  timeout:
    description: Seconds after which a command is killed; the check fails then.
    type: int
    default: 120
"""

EXAMPLES = r"""
- name: Check the services of the host
  laocai.mail.questions:
    questions:
      - name: the services run
        argv: [systemctl, is-active, postfix, dovecot]
        expect: ^active\nactive$
        way_out: see "systemctl status postfix dovecot"
  register: asked
  failed_when: not asked.passed
"""

RETURN = r"""
passed:
  description: Whether all checks passed.
  returned: success
  type: bool
asked:
  description: The names of all checks.
  returned: success
  type: list
  elements: str
  sample: [the services run]
faults:
  description: The checks that failed, in their order, each with the command's output (C(said)).
  returned: success
  type: list
  elements: dict
  sample: [{name: the services run, said: "active\ninactive", way_out: see "systemctl status postfix dovecot"}]
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import questions

QUESTION = {
    "name": {"type": "str", "required": True},
    "argv": {"type": "list", "elements": "str", "required": True},
    "expect": {"type": "str", "required": True},
    "way_out": {"type": "str", "default": ""},
}
ARGUMENTS = {
    "questions": {"type": "list", "elements": "dict", "required": True, "options": QUESTION},
    "tries": {"type": "int", "default": 1},
    "delay": {"type": "int", "default": 5},
    "timeout": {"type": "int", "default": 120},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    wanted = module.params
    try:
        asked = [questions.Question(**question) for question in wanted["questions"]]
        faults = questions.ask(asked, tries=wanted["tries"], delay=wanted["delay"], timeout=wanted["timeout"])
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(
        changed=False,
        passed=not faults,
        asked=[question.name for question in asked],
        faults=[asdict(fault) for fault in faults],
    )


if __name__ == "__main__":
    main()
