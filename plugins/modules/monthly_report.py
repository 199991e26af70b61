#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail the reports of the months that are over, sealed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: monthly_report
short_description: Mail the reports of the months that are over, sealed
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Makes in memory, on the controller, the report of each month that is over and was not mailed yet, seals all its
    files into one to the public key of the operator (age), and has the mail host put it into the contact mailbox of
    the operator, both as the register names them. Nothing readable is written anywhere.
  - A month is mailed once. One that was missed is made good, twelve at most; at first the last month alone is mailed.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host, laocai.mail.compared]
options:
  register:
    description: Directory of the register on the controller.
    type: path
    required: true
  day:
    description: The day on which it is run, such as V(2026-11-02); the month before is the last one that is over.
    type: str
    required: true
  key:
    description: A public key of age in place of the register's C(operator_key).
    type: str
    default: ""
  least_days:
    description: Working days from which on an agency or a mailbox is compared with others.
    type: int
    default: 10
  doveadm:
    description: The program of Dovecot on the host.
    type: path
    default: /usr/bin/doveadm
requirements:
  - reportlab, openpyxl, pyrage, on the controller
  - python3-psycopg (psycopg 3) and Dovecot, on the host
attributes:
  check_mode:
    description: Tells which months would be mailed; neither counts nor mails.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Mail what is due
  laocai.mail.monthly_report:
    register: directory
    day: "2026-11-02"
  become: true
"""

RETURN = r"""
months:
  description: The months whose reports were mailed, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: ["2026-10"]
recipient:
  description: The contact mailbox of the operator.
  returned: success
  type: str
  sample: contact-stttt@laocai.gov.vn
findings:
  description: What is wrong with the register, at most the first twenty.
  returned: when the register has errors
  type: list
  elements: dict
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import monthly, usage
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection
from ansible_collections.laocai.mail.plugins.module_utils.options.monthly_report import ARGUMENTS

# Between the action plugin and this module alone: which question, and the file that holds it and gets the answer.
INTERNAL = {"_mode": {"type": "str", "choices": ["due", "told", "mail"]}, "_exchange": {"type": "path"}}
ROLE = "danhba_apply"


def main() -> None:
    """Answer one question of the action plugin, which does the rest on the controller."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    path = Path(module.params["_exchange"])
    request = json.loads(path.read_bytes())
    try:
        with open_connection(module.params["database"], ROLE, module.params["socket"]) as connection:
            answer = _answer(connection, module.params, request)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    path.write_text(json.dumps(answer), encoding="utf-8")
    module.exit_json(changed=False)


def _answer(connection: monthly.Connection, options: dict[str, Any], request: dict[str, Any]) -> Any:
    if options["_mode"] == "due":
        return monthly.due(connection, request["last"])
    if options["_mode"] == "mail":
        return monthly.mail(connection, request, options["doveadm"])
    usage.count(connection)
    first, last = map(date.fromisoformat, (request["first"], request["last"]))
    return usage.told(connection, first, last, request["windows"])


if __name__ == "__main__":
    main()
