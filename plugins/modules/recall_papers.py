#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the plan, report and record of a recall."""

from __future__ import annotations

DOCUMENTATION = r"""
module: recall_papers
short_description: Write the plan, report and record of a recall
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Writes an answer of C(danhba-host recall) to files for the operator, in Vietnamese, readable only by their owner.
    Runs only on the controller; the host is not contacted.
  - The files are C(plan.json) and C(plan.sha256), the latter to be signed by two operators; after a search the report,
    C(bao-cao); at the end the record, C(bien-ban-NUMBER). Report and record are JSON, text and PDF.
options:
  answer:
    description: The answer of C(danhba-host recall).
    type: dict
    required: true
  folder:
    description: Folder of the recall on the controller. It is created if it does not exist.
    type: path
    required: true
attributes:
  check_mode:
    description: Returns which files would change, and writes nothing.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Write the files of a recall
  laocai.mail.recall_papers:
    answer: "{{ recall_told.stdout | from_json }}"
    folder: .private/single/recalls/TH-2026-01
"""

RETURN = r"""
files:
  description: The files that were written, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: [plan.json, plan.sha256, bao-cao.json, bao-cao.txt, bao-cao.pdf]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.recall_papers import ARGUMENTS


def main() -> None:
    """Fail: this module only works through its action plugin; the folder of the recall is on the controller."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.recall_papers chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.recall_papers runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
