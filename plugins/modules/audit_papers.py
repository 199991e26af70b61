#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep heads of the audit chain, and write what was done with a mailbox."""

from __future__ import annotations

DOCUMENTATION = r"""
module: audit_papers
short_description: Keep heads of the audit chain, and write what was done with a mailbox
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Works on the controller alone, with what C(danhba-host audit) has answered; the host is not asked.
  - Without O(answer) and O(mailbox) it says which heads are kept, for the host to look for in its chain.
options:
  heads:
    description: The file of heads, a JSON a line. It is made if it does not exist.
    type: path
    required: true
  copy:
    description:
      - What another machine has of that file, as the backup host. Heads that only it has have to be in the chain, too,
        and are taken back into O(heads).
      - Nothing is asked of it, and RV(missing) is empty, where it is left out, as while that machine is away.
    type: str
  answer:
    description:
      - What C(danhba-host audit verify) has answered. Its head is kept where the chain holds and every head that was
        kept before is in it; else the task fails and names what is wrong.
    type: dict
  mailbox:
    description: What C(danhba-host audit list) has answered. It is written as JSON, text and PDF.
    type: dict
  folder:
    description: Where the papers of a mailbox go. It is made if it does not exist.
    type: path
  register:
    description: The register's directory, whose git log says who brought a document in and who merged it.
    type: path
    default: directory
  host:
    description: The host's name, which is kept with the head.
    type: str
    default: ""
  document:
    description:
      - The document by which the database was restored. Heads that were lost by that need not be in the chain any more;
        this is kept with the new head.
    type: str
    default: ""
  commit:
    description: Whether the file of heads is put into the git log, signed where the clone has a key to sign with.
    type: bool
    default: false
attributes:
  check_mode:
    description: Says what would change, and writes nothing.
    support: full
  diff_mode:
    description: Has nothing to show.
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
  description: The heads that have to be in the chain, each with its number and its hash.
  returned: without O(answer) and O(mailbox)
  type: list
  elements: dict
said:
  description: What was found, in Vietnamese and in English.
  returned: with O(answer)
  type: list
  elements: str
missing:
  description: The lines of O(heads) that O(copy) does not have, for its end.
  returned: with O(answer)
  type: str
head:
  description: The newest seal.
  returned: with O(answer)
  type: dict
files:
  description: The files that were written, or in check mode would be.
  returned: with O(mailbox)
  type: list
  elements: str
entries:
  description: What was done with the mailbox, the newest first.
  returned: with O(mailbox)
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.audit_papers import ARGUMENTS, REQUIRED_BY


def main() -> None:
    """Say that the work is the action plugin's: a host has not the heads."""
    module = AnsibleModule(ARGUMENTS, required_by=REQUIRED_BY, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.audit_papers chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.audit_papers runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
