#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand contact mailboxes over to new custodians."""

from __future__ import annotations

DOCUMENTATION = r"""
module: handover
short_description: Hand contact mailboxes over to new custodians
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Finds the contact mailboxes whose custodian in the register differs from the person to whom the password on the
    server was issued, and hands each over (R11.2).
  - The new custodian gets a new password by letter, as with M(laocai.mail.password), on the document that the register
    cites. All sessions and tokens of the former custodian are revoked.
  - Mail rules (Sieve) with forwardings, and the signature and settings in the webmail, are removed from the mailbox and
    kept in the record. Messages, folders and contacts stay.
  - Writes the record of each hand-over (biên bản bàn giao) to O(records), as PDF for two signatures and as JSON.
  - Can be interrupted at any moment. The next run continues, and repeats no step.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host]
options:
  agency:
    description: The tendonvi of the agency whose mailbox is handed over; all due mailboxes when empty.
    type: str
    default: ""
  letters:
    description: Folder on the controller for the encrypted letters, as for M(laocai.mail.password).
    type: str
    required: true
  records:
    description: Private folder on the controller for the records of the hand-overs.
    type: str
    required: true
  register:
    description: Folder of the register on the controller.
    type: path
    required: true
  as_of:
    description:
      - The day of the hand-over, such as V(2026-11-24), on which the register names the custodians.
      - It must not be before the last day that M(laocai.mail.accounts) has applied.
    type: str
    required: true
  key:
    description: A public age key for all letters, in place of the keys in the register; for test hosts.
    type: str
    default: ""
  shortest:
    description: Minimum length of a password, which the letter tells.
    type: int
    default: 10
  webmail:
    description: Name of the webmail's database on the host; empty if there is no webmail.
    type: str
    default: ""
requirements:
  - libpass, argon2-cffi, reportlab, pyrage and Debian's fonts-liberation, on the controller
  - python3-psycopg (psycopg 3) and Dovecot, on the host
attributes:
  check_mode:
    description: Returns what would be handed over, and changes nothing.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Hand over all mailboxes with a new custodian
  laocai.mail.handover:
    letters: "{{ playbook_dir }}/../.private/single/letters"
    records: "{{ playbook_dir }}/../.private/single/handovers"
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
    webmail: roundcube
  become: true
"""

RETURN = r"""
handovers:
  description: The hand-overs done, or in check mode due, each with the address, both custodians, the document and its
    day; C(said) sums it up in one line.
  returned: success
  type: list
  elements: dict
files:
  description: The records that were written, on the controller.
  returned: success
  type: list
  elements: str
  sample: [/home/operator/mail/.private/single/handovers/stttt-2026-11-24-1.pdf]
bundles:
  description: Number of agencies with letters.
  returned: success
  type: int
  sample: 1
findings:
  description: The first errors of a register that was refused, with the keys of C(danhba check).
  returned: when the register has errors
  type: list
  elements: dict
  sample: []
"""

import json
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.handover import ARGUMENTS, ROLE, Host, answer, run
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection

# Options set only by the action plugin: the kind of request, and the file with the request, into which the answer is
# written.
INTERNAL = {"_mode": {"type": "str", "choices": ["held", "take", "end"]}, "_exchange": {"type": "path"}}


def main() -> None:
    """Answer one request of the action plugin, which does the rest on the controller."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    path, mode = Path(module.params["_exchange"]), module.params["_mode"]
    if module.check_mode and mode != "held":
        module.exit_json(changed=False)
    host = Host(module.params["webmail"], module.params["socket"], run)
    try:
        with open_connection(module.params["database"], ROLE, module.params["socket"]) as connection:
            told = answer(connection, mode, json.loads(path.read_bytes()), host)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    path.write_text(json.dumps(told), encoding="utf-8")
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
