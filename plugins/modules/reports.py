#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the reports of DMARC and TLS that have arrived, and tell what they say."""

from __future__ import annotations

DOCUMENTATION = r"""
module: reports
short_description: Read the reports of DMARC and TLS that have arrived, and tell what they say
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Fetches from the mailbox that gets reports the mails that were not read yet, on the host; reads them on the
    controller, by parsedmarc, each in a process of its own, without asking DNS or anybody; stores each report once in
    the database of the host; and tells what the reports of some days say.
  - A mail that is no report, or one that cannot be true, is refused by itself and counted in RV(refused).
  - Opens only what has C(Report Domain) in its subject, and changes nothing in the mailbox.
extends_documentation_fragment: [laocai.mail.database]
options:
  domain:
    description: The domain whose reports are taken, with those of the names below it.
    type: str
    required: true
  host:
    description: The mail server's full name, under which its gate writes what DMARC came to.
    type: str
    required: true
  address:
    description: The address for reports that DNS tells others.
    type: str
    required: true
  first_day:
    description: The first day of what is told, such as V(2026-11-01).
    type: str
    required: true
  last_day:
    description: The last day of it.
    type: str
    required: true
  file:
    description: File on the controller that gets every line as CSV; none when empty.
    type: path
    default: ""
requirements:
  - parsedmarc, on the controller
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Reads and tells the same, and stores nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Read the reports
  laocai.mail.reports:
    domain: laocai.gov.vn
    host: mail.laocai.gov.vn
    address: postmaster@laocai.gov.vn
    first_day: "2026-11-01"
    last_day: "2026-11-30"
    file: .private/single/reports.csv
  become: true
"""

RETURN = r"""
mails:
  description: How many mails were looked at.
  returned: success
  type: int
  sample: 12
left:
  description: How many are left for the next run.
  returned: success
  type: int
  sample: 0
new:
  description: How many reports are new.
  returned: success
  type: int
  sample: 11
again:
  description: How many were there before.
  returned: success
  type: int
  sample: 0
refused:
  description: Why mails or parts of them were refused, and how many, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: ["1 × của tên miền khác -- of another domain"]
table:
  description: What the reports of these days say, a line each, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: ["✓      214  203.0.113.7  dkim=pass spf=pass none  laocai.gov.vn"]
rows:
  description: How many lines the reports of these days have.
  returned: success
  type: int
  sample: 214
"""

import json
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import reports
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection
from ansible_collections.laocai.mail.plugins.module_utils.options.reports import ARGUMENTS

# Between the action plugin and this module alone: the file that holds what was read, and gets the answer.
INTERNAL = {"_exchange": {"type": "path"}}
ROLE = "danhba_apply"


def main() -> None:
    """Fetch mails for the action plugin, or store what it has read of them."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    path = Path(module.params["_exchange"])
    try:
        with open_connection(module.params["database"], ROLE, module.params["socket"]) as connection:
            request = json.loads(path.read_bytes())
            if request is None:
                answer = reports.fetch(connection, module.params["address"])
            else:
                answer = reports.store(connection, request, dry_run=module.check_mode)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    path.write_text(json.dumps(answer), encoding="utf-8")
    module.exit_json(changed=bool(request and request["mails"]))


if __name__ == "__main__":
    main()
