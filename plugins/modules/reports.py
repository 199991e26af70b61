#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the DMARC and TLS reports that arrived by mail, store them, and list them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: reports
short_description: Read the DMARC and TLS reports that arrived by mail, store them, and list them
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Fetches new mails from the mailbox for reports on the host, parses them on the controller by parsedmarc, each in a
    process of its own and without network access, stores each report once in the host's database, and lists the
    reports of the requested days.
  - A mail without a valid or plausible report is skipped, and counted in RV(refused).
  - Reads only mails with C(Report Domain) in their subject, and changes nothing in the mailbox.
extends_documentation_fragment: [laocai.mail.database]
options:
  domain:
    description: The mail domain. Reports on it and its subdomains are accepted.
    type: str
    required: true
  host:
    description: The mail server's full name, under which it writes the DMARC result into received mail.
    type: str
    required: true
  address:
    description: The mail address for reports that is published in DNS.
    type: str
    required: true
  first_day:
    description: First day of the reports to list, such as V(2026-11-01).
    type: str
    required: true
  last_day:
    description: Last day of the reports to list.
    type: str
    required: true
  file:
    description: File on the controller to which all lines are written as CSV; none when empty.
    type: path
    default: ""
requirements:
  - parsedmarc, on the controller
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Reads the mails and returns the same result, but stores nothing.
    support: full
  diff_mode:
    description: No diff is shown.
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
  description: Number of mails read.
  returned: success
  type: int
  sample: 12
left:
  description: Number of mails left for the next run.
  returned: success
  type: int
  sample: 0
new:
  description: Number of new reports.
  returned: success
  type: int
  sample: 11
again:
  description: Number of reports that were stored before.
  returned: success
  type: int
  sample: 0
refused:
  description: Reasons for which mails or parts of them were refused, with counts, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: ["1 × của tên miền khác -- of another domain"]
table:
  description: The reports of the requested days as lines of text, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: ["✓      214  203.0.113.7  dkim=pass spf=pass none  laocai.gov.vn"]
rows:
  description: Number of lines in the reports of the requested days.
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

# Option set only by the action plugin: the file with the request, into which the answer is written.
INTERNAL = {"_exchange": {"type": "path"}}
ROLE = "danhba_apply"


def main() -> None:
    """Fetch new mails for the action plugin, or store the reports that it has parsed."""
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
