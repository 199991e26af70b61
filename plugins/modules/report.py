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
  - Has the host count by day what has come in since, asks it what it counted, and writes on the controller a report on
    the accounts, their use, the mail, the disks and the incidents of a period - as a workbook, a page and a document
    to be signed, with reminders to the agencies that miss the target.
  - Of the province, of one agency with those below it, or of one mailbox. No content and no subject is in it.
  - Days of which nothing, or only a part, was collected count for nobody, and the report names them.
  - The report ends with the last day of the period that is over on O(day) and collected by the host. Where that is
    before O(first_day), nothing is written.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host, laocai.mail.compared]
options:
  register:
    description: Folder of the register on the controller.
    type: path
    required: true
  first_day:
    description: The first day, such as V(2026-01-01).
    type: str
    required: true
  last_day:
    description: The last day; 366 days at most. Days that are not over are left out.
    type: str
    required: true
  day:
    description: The day on which it is written, which stands on the document.
    type: str
    required: true
  agency:
    description: Tendonvi of the agency that it is of; all agencies when empty.
    type: str
    default: ""
  mailbox:
    description: Address of the mailbox that it is of; not together with O(agency).
    type: str
    default: ""
  least_days:
    description:
      - Working days with data from which on an agency or a mailbox is compared with others and reminded. They are days,
        however many mailboxes each counts for.
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
    description: Neither counts on the host nor writes a file; tells what the report would say.
    support: full
  diff_mode:
    description: There is nothing to show.
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
  description: What it is about.
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
  description: Each figure, as it stands in the report.
  returned: success
  type: list
  elements: str
  sample: ["Hộp thư cơ quan: tỷ lệ kiểm tra đủ: 97,3 %"]
last_day:
  description: The day with which the report ends.
  returned: success
  type: str
  sample: "2026-12-02"
notes:
  description: What was asked for and what was measured, as it stands above the figures.
  returned: success
  type: list
  elements: str
  sample: ["Số liệu sử dụng có của 1/229 ngày làm việc trong kỳ, ngày 02/12/2026; 228 ngày không có số liệu, …"]
uncounted:
  description: Working days of the period that are not known as a whole.
  returned: success
  type: int
  sample: 0
below:
  description: Agencies that miss the target, the worst first.
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

# Between the action plugin and this module alone: the file that holds what is asked, and gets the answer.
INTERNAL = {"_exchange": {"type": "path"}}
ROLE = "danhba_apply"


def main() -> None:
    """Count what has come, and tell the action plugin what there is."""
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
