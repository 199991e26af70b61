#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep heads of the audit chain on the controller, and write the audit report of a mailbox."""

from __future__ import annotations

DOCUMENTATION = r"""
module: audit_papers
short_description: Keep heads of the audit chain, and write the audit report of a mailbox
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Runs only on the controller, with an answer of C(danhba-host audit); the host is not contacted.
  - Without O(answer) and O(mailbox), it returns the heads that are kept, which the host then looks up in its chain.
options:
  heads:
    description: The file of heads, one JSON object per line. It is created if it does not exist.
    type: path
    required: true
  copy:
    description:
      - Content of the copy of O(heads) on another machine, such as the backup host. Heads that are only in the copy
        must be in the chain, too, and are added to O(heads) again.
      - Leave it out while that machine cannot be reached. Then no copy is compared, and RV(missing) is empty.
    type: str
  answer:
    description:
      - The answer of C(danhba-host audit verify). Its head is kept if the chain is intact and contains every head kept
        before; otherwise the task fails, and names the fault.
    type: dict
  mailbox:
    description: The answer of C(danhba-host audit list). It is written as JSON, text and PDF.
    type: dict
  folder:
    description: The folder for the audit report of a mailbox. It is created if it does not exist.
    type: path
  register:
    description: Directory of the register, whose git log tells who entered each document and who merged it.
    type: path
    default: directory
  host:
    description: The host's name, which is stored with the head.
    type: str
    default: ""
  document:
    description:
      - The document that ordered a restore of the database. Heads lost by the restore are then accepted as missing from
        the chain; the document is stored with the new head.
    type: str
    default: ""
  commit:
    description: Whether the file of heads is committed to git, with a signature if the clone has a signing key.
    type: bool
    default: false
attributes:
  check_mode:
    description: Returns what would change, and writes nothing.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Keep the newest head
  laocai.mail.audit_papers:
    heads: .private/single/audit-heads.jsonl
    answer: "{{ audit_told.stdout | from_json }}"
"""

RETURN = r"""
known:
  description: The heads that must be in the chain, each with number (C(n)) and hash.
  returned: without O(answer) and O(mailbox)
  type: list
  elements: dict
said:
  description: The result of the verification, in Vietnamese and English.
  returned: with O(answer)
  type: list
  elements: str
missing:
  description: The lines of O(heads) that O(copy) lacks, to be appended to it.
  returned: with O(answer)
  type: str
head:
  description: The newest head of the chain.
  returned: with O(answer)
  type: dict
files:
  description: The files that were written, or in check mode would be.
  returned: with O(mailbox)
  type: list
  elements: str
entries:
  description: The recorded events of the mailbox, newest first.
  returned: with O(mailbox)
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.audit_papers import ARGUMENTS, REQUIRED_BY


def main() -> None:
    """Fail: this module only works through its action plugin; the heads are on the controller."""
    module = AnsibleModule(ARGUMENTS, required_by=REQUIRED_BY, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.audit_papers chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.audit_papers runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
