#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand over the letters with issued passwords."""

from __future__ import annotations

DOCUMENTATION = r"""
module: letters
short_description: Hand over the encrypted letters with issued passwords
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Copies every file of letters that M(laocai.mail.password) made and that was not handed over yet, with a list of
    what is given to whom. Works on the controller alone; the host is not asked.
  - The files stay encrypted. A file is handed over once; letters can be issued again only by reissuing the passwords.
  - Each copy has a name of its own. Where another file of that name is in O(to), nothing is handed over.
  - A file is kept back where the person to whose key it is encrypted is no longer the custodian on the day, or has
    another key, where it is encrypted to a key that the operator has replaced, and where the letter for the agency's
    own mailbox is addressed to somebody else. Reissue its passwords.
  - A folder whose manifest cannot be read stays where it is, and older files of its agencies are kept back, as its
    letters may have replaced theirs. RV(broken) says what to do.
  - A file is left out in which every password was reissued since, or is of a mailbox that ended or has another address.
    Where the file would be kept back, a suspended mailbox counts like those, until it is open again.
  - An account that got another address while its last letter waited keeps a password that nobody knows. RV(reissue)
    names it until M(laocai.mail.password) has made another letter.
extends_documentation_fragment: [laocai.mail.test_host]
options:
  letters:
    description: Folder of the letters on the controller, as for M(laocai.mail.password).
    type: str
    required: true
  to:
    description:
      - Folder for the copies and the list. It is made if it does not exist.
      - It need not be private, as nothing in it is readable without a custodian's key.
    type: str
    required: true
  register:
    description: Folder of the register on the controller, which says who the custodians are.
    type: path
    required: true
  as_of:
    description: The day on which this happens, as V(2026-11-24), not before that of the newest letters.
    type: str
    required: true
attributes:
  check_mode:
    description: Says what would be handed over, and writes nothing.
    support: full
  diff_mode:
    description: Has nothing to show.
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
  description: What was handed over, or in check mode would be.
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
  description: Agencies whose letters are encrypted to somebody who is not the custodian any more, or to a key that was
    replaced, or that are older than a folder with letters of theirs whose manifest cannot be read.
  returned: success
  type: list
  elements: str
  sample: [snv]
void:
  description: Agencies with a file that was left out, as its letters are of no use any more.
  returned: success
  type: list
  elements: str
  sample: []
list:
  description: Name of the list in O(to); empty where nothing was handed over.
  returned: success
  type: str
  sample: ban-giao-2026-11-24-1f3a5b7c.csv
broken:
  description: What is to be done about each folder of O(letters) whose manifest cannot be read, in Vietnamese and
    English.
  returned: success
  type: list
  elements: str
  sample: []
reissue:
  description: The present addresses of open mailboxes that moved before their last letter was handed over, so that
    nobody knows their password. Reissue it by M(laocai.mail.password), of which these are the accounts.
  returned: success
  type: list
  elements: str
  sample: [nhen-snv@laocai.gov.vn]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.letters import ARGUMENTS


def main() -> None:
    """Say that the work is the action plugin's: a host has neither the letters nor the register."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.letters chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.letters runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
