#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the papers of a recall."""

from __future__ import annotations

DOCUMENTATION = r"""
module: recall_papers
short_description: Write the papers of a recall
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Writes what C(danhba-host recall) answers as the papers of the operator, in Vietnamese, for their owner alone.
    Works on the controller alone; the host is not asked.
  - C(plan.json) and C(plan.sha256), of which two operators sign the second; of a find C(bao-cao), the report, and at
    the end C(bien-ban-NUMBER), the record, as JSON, text and PDF each.
options:
  answer:
    description: What the program on the host has answered.
    type: dict
    required: true
  folder:
    description: Folder of the recall on the controller. It is made if it does not exist.
    type: path
    required: true
attributes:
  check_mode:
    description: Says which files would change, and writes nothing.
    support: full
  diff_mode:
    description: Has nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Write the papers
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
    """Say that the work is the action plugin's: a host has not the folder of papers."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.recall_papers chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.recall_papers runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
