#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archive closed mailboxes, restore and purge archives, and export one person's data."""

from __future__ import annotations

DOCUMENTATION = r"""
module: archive
short_description: Archive closed mailboxes, restore and purge archives, and export one person's data
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Lists the mailboxes that have been closed for as long as the policy keeps them (C(retention_days)), and archives
    those that are named. The host seals each by age to the operator's key of the register, the file is fetched and
    compared by SHA-256, and only then the mailbox leaves the store.
  - Restores an archive to its own mailbox when that is open again, or into a folder of another one.
  - Purges archives of closed mailboxes, when two operators have signed the plan.
  - Exports to one person's own key what is stored about them.
  - A run that ends early at any moment is made good by the next. What is done is not done again.
extends_documentation_fragment: [laocai.mail.test_host]
options:
  step:
    description: What to do.
    type: str
    required: true
    choices: [list, archive, restore, purge, export]
  folder:
    description: Private folder on the controller for sealed files, exports and plans.
    type: path
    required: true
  register:
    description: Folder of the register on the controller.
    type: path
    required: true
  as_of:
    description: The day, as V(2026-11-24), on which the register says what is closed, and whose days are over.
    type: str
    required: true
  mailboxes:
    description: The mailboxes, each as V(official/000105) or V(agency/stttt). One alone of C(restore) and C(export).
    type: list
    elements: str
    default: []
  document:
    description: The number and symbol of the document that decides it. All steps but C(list) need it.
    type: str
    default: ""
  document_date:
    description: The day of that document.
    type: str
    default: ""
  number:
    description: Of C(restore), the number of the archive; the last one of the mailbox when 0.
    type: int
    default: 0
  identity:
    description: Of C(restore), the file on the controller with the private key of age, which does not leave it.
    type: path
    default: ""
  into:
    description: Of C(restore), another mailbox that gets the mail, as V(official/000105), with O(into_folder).
    type: str
    default: ""
  into_folder:
    description: The folder there.
    type: str
    default: ""
  key:
    description: Of C(export), the person's public key of age.
    type: str
    default: ""
requirements:
  - pyrage, on the controller
  - age, and C(danhba-host archive) of role programs, on the host
attributes:
  check_mode:
    description: Says what would be done, and changes nothing.
    support: full
  diff_mode:
    description: Has nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Archive what is due and named
  laocai.mail.archive:
    step: archive
    mailboxes: [official/000105]
    document: 12/QĐ-STTTT
    document_date: "2026-11-27"
    folder: "{{ private_dir }}/archives"
    register: "{{ register_dir }}"
    as_of: "2026-11-28"
  become: true
"""

RETURN = r"""
due:
  description: Of C(list), the mailboxes whose days are over and which lie in the store.
  returned: for list
  type: list
  elements: dict
archives:
  description: Of C(list) and C(purge), the archives with what became of each (C(steps)).
  returned: for list and purge
  type: list
  elements: dict
archived:
  description: What was archived, with the C(number) and the checksums of each.
  returned: for archive
  type: list
  elements: dict
restored:
  description: The archive, and how many messages were C(put) back; those that were there are not put twice.
  returned: for restore
  type: dict
waiting:
  description: Whether the plan waits for signatures, which belong into RV(folder).
  returned: for purge
  type: bool
folder:
  description: Where the plan is.
  returned: for purge
  type: str
exported:
  description: The sealed C(file) on the controller, and its checksum.
  returned: for export
  type: dict
said:
  description: What is so now, a line each, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: [Không có hộp thư nào đến hạn, chưa có lưu trữ nào -- nothing is due, nothing is archived]
findings:
  description: The first errors of a register that was refused, with the keys of C(danhba check).
  returned: when the register has errors
  type: list
  elements: dict
  sample: []
"""

import json
import os
import subprocess
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.archive import ARGUMENTS

PROGRAM = "/usr/local/sbin/danhba-host"
# Between the action plugin and this module alone: the file that holds the request and gets the answer, and the one
# that was brought along.
INTERNAL = {
    "_exchange": {"type": "path"},
    "_file": {"type": "path", "default": ""},
    "_program": {"type": "path", "default": PROGRAM},
}


def main() -> None:
    """Hand one request on to the host's program; of its files, let whoever signs in here fetch the one it names."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    path = Path(module.params["_exchange"])
    request = {**json.loads(path.read_bytes()), "file": module.params["_file"]}
    done = subprocess.run(
        [module.params["_program"], "archive"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        module.fail_json(msg=done.stderr.strip() or f"danhba-host archive: {done.returncode}")
    sealed = json.loads(done.stdout).get("path", "")
    if sealed and Path(sealed).exists():
        owner = path.stat()
        os.chown(sealed, owner.st_uid, owner.st_gid, follow_symlinks=False)
    path.write_text(done.stdout, encoding="utf-8")
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
