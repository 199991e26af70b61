#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report on the use of mailboxes in a period."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Report on the use of mailboxes in a period
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Makes the host count the usage of days with new events, reads the counts, and writes on the controller a report on
    the accounts, their use, mail, disks and incidents in a period. The files are a workbook (XLSX), a page (HTML) and a
    document to be signed (PDF), with reminders to agencies that miss the target.
  - The report is on the whole province, one agency with its subordinate agencies, or one mailbox. It contains neither
    content nor subjects of mail.
  - Days whose events were not collected completely are left out for all mailboxes, and listed in the report.
  - The report ends with the last day of the period that is over on O(day) and collected by the host. If that is before
    O(first_day), nothing is written.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host, laocai.mail.compared]
options:
  register:
    description: Folder of the register on the controller.
    type: path
    required: true
  first_day:
    description: First day of the period, such as V(2026-01-01).
    type: str
    required: true
  last_day:
    description: Last day of the period, which has at most 366 days. Days that are not over yet are left out.
    type: str
    required: true
  day:
    description: Date of the report, shown on the document.
    type: str
    required: true
  agency:
    description: The tendonvi of the agency to report on; all agencies when empty.
    type: str
    default: ""
  mailbox:
    description: Address of the mailbox to report on; not together with O(agency).
    type: str
    default: ""
  least_days:
    description:
      - Minimum number of working days with data for an agency or a mailbox to be compared with others and reminded. A
        day counts once, for any number of mailboxes.
    type: int
    default: 20
  folder:
    description: Private folder on the controller for the files.
    type: path
    required: true
requirements:
  - reportlab, openpyxl, on the controller
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Neither counts on the host nor writes a file; returns what the report would contain.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Report on a year
  laocai.mail.report:
    register: directory
    first_day: "2026-01-01"
    last_day: "2026-12-31"
    day: "2027-01-05"
    folder: .private/single/report
  become: true
"""

RETURN = r"""
title:
  description: Title of the report.
  returned: success
  type: str
  sample: Tình hình quản lý và sử dụng hệ thống thư điện tử công vụ trên địa bàn tỉnh năm 2026
files:
  description: The files that were written, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: [".private/single/report/bao-cao-2026-01-01-2026-12-31.xlsx"]
figures:
  description: The figures, as printed in the report.
  returned: success
  type: list
  elements: str
  sample: ["Hộp thư cơ quan: tỷ lệ kiểm tra đủ: 97,3 %"]
last_day:
  description: The last day covered by the report.
  returned: success
  type: str
  sample: "2026-12-02"
notes:
  description: Notes on the requested and the covered period, as printed above the figures.
  returned: success
  type: list
  elements: str
  sample: ["Số liệu sử dụng có của 1/229 ngày làm việc trong kỳ, ngày 02/12/2026; 228 ngày không có số liệu, …"]
uncounted:
  description: Number of working days of the period without complete data.
  returned: success
  type: int
  sample: 0
below:
  description: Agencies that miss the target, worst first.
  returned: success
  type: list
  elements: str
  sample: [snv]
"""

import json
from datetime import date
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import usage
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection
from ansible_collections.laocai.mail.plugins.module_utils.options.report import ARGUMENTS

# Option set only by the action plugin: the file with the request, into which the answer is written.
INTERNAL = {"_exchange": {"type": "path"}}
ROLE = "danhba_apply"


def main() -> None:
    """Count the usage of days with new events, and return the data of the period to the action plugin."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    path = Path(module.params["_exchange"])
    request = json.loads(path.read_bytes())
    first, last = map(date.fromisoformat, (request["first"], request["last"]))
    try:
        with open_connection(module.params["database"], ROLE, module.params["socket"]) as connection:
            counted = 0 if module.check_mode else usage.count(connection)
            answer = usage.told(connection, first, last, request["windows"])
    except Failure as failure:
        module.fail_json(msg=str(failure))
    path.write_text(json.dumps(answer), encoding="utf-8")
    module.exit_json(changed=counted > 0)


if __name__ == "__main__":
    main()
