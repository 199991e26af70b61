#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail the encrypted reports of past months to the operator."""

from __future__ import annotations

DOCUMENTATION = r"""
module: monthly_report
short_description: Mail the encrypted reports of past months to the operator
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Makes in memory, on the controller, the report of each past month that was not mailed yet, encrypts its files into
    one (age), to the operator's public key in the register, and has the mail host deliver it to the operator's contact
    mailbox. Nothing is written unencrypted.
  - A month is mailed once. Months that were missed are mailed later, at most twelve. The first run mails only the last
    month.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host, laocai.mail.compared]
options:
  register:
    description: Directory of the register on the controller.
    type: path
    required: true
  day:
    description: The day of the run, such as V(2026-11-02). The month before it is the last one to be mailed.
    type: str
    required: true
  key:
    description: A public age key in place of the register's C(operator_key).
    type: str
    default: ""
  least_days:
    description: Minimum number of working days with data for an agency or a mailbox to be compared with others.
    type: int
    default: 10
  doveadm:
    description: Path of C(doveadm) on the host.
    type: path
    default: /usr/bin/doveadm
requirements:
  - reportlab, openpyxl, pyrage, on the controller
  - python3-psycopg (psycopg 3) and Dovecot, on the host
attributes:
  check_mode:
    description: Returns which months would be mailed; neither counts usage nor mails.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Mail the reports that are due
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
  description: Address of the operator's contact mailbox.
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

# Options set only by the action plugin: the kind of request, and the file with the request, into which the answer is
# written.
INTERNAL = {"_mode": {"type": "str", "choices": ["due", "told", "mail"]}, "_exchange": {"type": "path"}}
ROLE = "danhba_apply"


def main() -> None:
    """Answer one request of the action plugin, which does the rest on the controller."""
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
