#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a host by commands, and compare what they say."""

from __future__ import annotations

DOCUMENTATION = r"""
module: questions
short_description: Ask a host by commands, and compare what they say
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Runs any number of commands that only look, one after the other, and compares what each says with a regular
    expression.
  - A command that says something else is not a failure of the module. RV(passed) and RV(faults) say so, which lets a
    playbook collect all faults before it ends.
extends_documentation_fragment: [laocai.mail.asking]
options:
  questions:
    description: What to ask, in this order.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What is asked, for people.
        type: str
        required: true
      argv:
        description: The command and its arguments. It is run without a shell, with LC_ALL=C.UTF-8.
        type: list
        elements: str
        required: true
      expect:
        description: Regular expression found in what the command says on its output and its error output together.
        type: str
        required: true
      way_out:
        description: What to do about another answer. Told with the fault.
        type: str
        default: ""
  tries:
    description: How many times a question is asked whose answer is not as expected.
    type: int
    default: 1
  delay:
    description: Seconds between two times.
    type: int
    default: 5
  timeout:
    description: Seconds after which a command is killed that has not ended.
    type: int
    default: 120
"""

EXAMPLES = r"""
- name: Ask the host
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
  description: Whether all was as expected.
  returned: success
  type: bool
asked:
  description: What was asked.
  returned: success
  type: list
  elements: str
  sample: [the services run]
faults:
  description: The questions whose answers were not as expected, in their order.
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
