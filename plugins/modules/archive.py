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
  - Lists the mailboxes that have been closed for longer than the policy keeps them (C(retention_days)), and archives
    those that are named. The host encrypts each mailbox by age to the operator's key in the register. The file is
    fetched and verified by SHA-256, and only then is the mailbox deleted from the mail store.
  - Restores an archive to its own mailbox if that is open again, or into a folder of another mailbox.
  - Purges archives of closed mailboxes, after two operators have signed the plan.
  - Exports all data stored about one person, encrypted to that person's key.
  - Can be interrupted at any moment. The next run continues, and repeats no step.
extends_documentation_fragment: [laocai.mail.test_host]
options:
  step:
    description: The operation to run.
    type: str
    required: true
    choices: [list, archive, restore, purge, export]
  folder:
    description: Private folder on the controller for encrypted archives, exports and plans.
    type: path
    required: true
  register:
    description: Folder of the register on the controller.
    type: path
    required: true
  as_of:
    description: The day as of which the register tells which mailboxes are closed and due, such as V(2026-11-24).
    type: str
    required: true
  mailboxes:
    description: The mailboxes, such as V(official/000105) or V(agency/stttt); exactly one for C(restore) and C(export).
    type: list
    elements: str
    default: []
  document:
    description: Number and symbol of the document that orders the step. Required for all steps except C(list).
    type: str
    default: ""
  document_date:
    description: The date of O(document).
    type: str
    default: ""
  number:
    description: For C(restore), the number of the archive; 0 means the latest one of the mailbox.
    type: int
    default: 0
  identity:
    description: For C(restore), the file with the private age key. It stays on the controller.
    type: path
    default: ""
  into:
    description: For C(restore), another mailbox to restore into, such as V(official/000105); needs O(into_folder).
    type: str
    default: ""
  into_folder:
    description: The folder of the mailbox O(into) to restore into.
    type: str
    default: ""
  key:
    description: For C(export), the person's public age key.
    type: str
    default: ""
requirements:
  - pyrage, on the controller
  - age, and C(danhba-host archive) of role programs, on the host
attributes:
  check_mode:
    description: Returns what would be done, and changes nothing.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Archive a mailbox that is due
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
  description: The mailboxes that are due for archiving, because their retention period is over.
  returned: for list
  type: list
  elements: dict
archives:
  description: The archives, each with the steps done to it so far (C(steps)).
  returned: for list and purge
  type: list
  elements: dict
archived:
  description: The mailboxes that were archived, each with its C(number) and checksums.
  returned: for archive
  type: list
  elements: dict
restored:
  description: The restored archive, and in C(put) the number of messages restored; messages already there are skipped.
  returned: for restore
  type: dict
waiting:
  description: Whether the plan still needs signatures, which have to be put into RV(folder).
  returned: for purge
  type: bool
folder:
  description: The folder with the plan to sign.
  returned: for purge
  type: str
exported:
  description: The encrypted C(file) on the controller, and its checksum.
  returned: for export
  type: dict
said:
  description: The state after the run, in lines of Vietnamese and English.
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
# Options set only by the action plugin: the file with the request, into which the answer is written; the archive that
# was copied to the host for a restore; and, in tests, another program.
INTERNAL = {
    "_exchange": {"type": "path"},
    "_file": {"type": "path", "default": ""},
    "_program": {"type": "path", "default": PROGRAM},
}


def main() -> None:
    """Pass one request to the host's program; make Ansible's login user the owner of the file named in the answer.

    Otherwise that user could not fetch the file.
    """
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
