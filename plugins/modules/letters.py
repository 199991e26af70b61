#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the encrypted letters with issued passwords for handing them to agencies."""

from __future__ import annotations

DOCUMENTATION = r"""
module: letters
short_description: Copy the encrypted letters with issued passwords for handing them to agencies
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Copies all files of letters that M(laocai.mail.password) made and that were not handed over yet, and writes a list
    of files and recipients. Runs only on the controller; the host is not contacted.
  - The files stay encrypted. Each file is handed over once. To get letters again, reissue the passwords.
  - Each copy has a unique name. If O(to) already has another file of such a name, nothing is handed over.
  - A file is held back if the person whose key it is encrypted to is no longer the custodian on the day or has another
    key, if it is encrypted to a key that the operator has replaced, or if the letter for the agency's contact mailbox
    is addressed to somebody else. Reissue the passwords of these mailboxes.
  - A folder whose manifest cannot be read stays where it is. Older files of its agencies are held back, because its
    letters may have replaced them. RV(broken) tells what to do.
  - A file is void, and not copied, if for each of its letters the password was reissued since, or the mailbox was
    closed or got another address. In a file that would be held back, a suspended mailbox counts like a closed one until
    it is open again.
  - If an account got another address before its last letter was handed over, nobody knows its password. RV(reissue)
    lists it until M(laocai.mail.password) has made a new letter.
extends_documentation_fragment: [laocai.mail.test_host]
options:
  letters:
    description: Folder of the letters on the controller, as for M(laocai.mail.password).
    type: str
    required: true
  to:
    description:
      - Folder for the copies and the list. It is created if it does not exist.
      - It need not be private, because the letters cannot be read without a custodian's key.
    type: str
    required: true
  register:
    description: Folder of the register on the controller, which names the custodians.
    type: path
    required: true
  as_of:
    description: The day of the hand-over, such as V(2026-11-24); not before the day of the newest letters.
    type: str
    required: true
attributes:
  check_mode:
    description: Returns what would be handed over, and writes nothing.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Collect the letters for handing over
  laocai.mail.letters:
    letters: "{{ playbook_dir }}/../.private/single/letters"
    to: /media/usb/phieu
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
"""

RETURN = r"""
bundles:
  description: The files that were handed over, or in check mode would be.
  returned: success
  type: list
  elements: dict
  sample:
    - agency: stttt
      name: Sở Thông tin và Truyền thông
      custodian: Nguyễn Văn Vịnh
      letters: 12
      void: []
      owner: custodian
      key: age1fjgnewrxcexpkqpgvtx29h9z6ju6l40dfte5ezgfzlxwmt8rkgkqhup0c5
      file: stttt-0001-6c52fcec.pdf.age
      sha256: 0c0beacef8877bbf2416eb00f2b5dc96354e26dd1df5517320459b1236860f8c
      issued: "2026-11-24"
held:
  description: Agencies whose letters are held back, because they are encrypted to a former custodian or a replaced key,
    or are older than a folder of their letters whose manifest cannot be read.
  returned: success
  type: list
  elements: str
  sample: [snv]
void:
  description: Agencies with a void file, none of whose letters is of use any more.
  returned: success
  type: list
  elements: str
  sample: []
list:
  description: File name of the list in O(to); empty if nothing was handed over.
  returned: success
  type: str
  sample: ban-giao-2026-11-24-1f3a5b7c.csv
broken:
  description: What to do about each folder in O(letters) whose manifest cannot be read, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: []
reissue:
  description: Present addresses of open mailboxes whose password nobody knows, because the address changed before the
    last letter was handed over. Pass them as C(accounts) to M(laocai.mail.password).
  returned: success
  type: list
  elements: str
  sample: [nhen-snv@laocai.gov.vn]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.letters import ARGUMENTS


def main() -> None:
    """Fail: this module only works through its action plugin; a host has neither the letters nor the register."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.letters chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.letters runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
