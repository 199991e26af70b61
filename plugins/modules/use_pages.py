#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell a mail host who reads the use of which agency."""

from __future__ import annotations

DOCUMENTATION = r"""
module: use_pages
short_description: Tell a mail host who reads the use of which agency
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Reads the register on the controller, and tells the host which mailboxes are an agency's own on which days, which
    days and windows count, and who reads on the webmail how they are used, the custodian and the head.
  - What was seen in the mailboxes is the host's; nothing of it is read or changed.
extends_documentation_fragment: [laocai.mail.database]
options:
  register:
    description: Directory of the register on the controller.
    type: path
    required: true
  as_of:
    description: The day whose custodians and heads read, such as V(2026-11-24).
    type: str
    required: true
  target_percent:
    description: Share of working days that a mailbox has to meet, which the page compares with.
    type: int
    default: 90
  test_host:
    description: Whether the host is one for trials, the only kind to which a register that says C(sample) may go.
    type: bool
    default: false
requirements:
  - the command C(danhba) with what it needs, on the controller
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Looks, and changes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Tell who reads the use of which agency
  laocai.mail.use_pages:
    register: directory
    as_of: "2026-11-24"
  become: true
"""

RETURN = r"""
findings:
  description: What is wrong with the register, at most the first twenty.
  returned: when the register has errors
  type: list
  elements: dict
"""

import json
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection
from ansible_collections.laocai.mail.plugins.module_utils.host.use_pages import ROLE, publish
from ansible_collections.laocai.mail.plugins.module_utils.options.use_pages import ARGUMENTS

# Between the action plugin and this module alone: the file that holds what is wanted.
INTERNAL = {"_exchange": {"type": "path"}}


def main() -> None:
    """Publish what the action plugin has computed on the controller."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    rule, _end, pages = Path(module.params["_exchange"]).read_text(encoding="utf-8").partition("\n")
    try:
        with open_connection(module.params["database"], ROLE, module.params["socket"]) as connection:
            changed = publish(connection, json.loads(rule), pages, dry_run=module.check_mode)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(changed=changed)


if __name__ == "__main__":
    main()
