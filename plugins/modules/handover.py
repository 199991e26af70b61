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
  - Finds the contact mailboxes whose custodian in the register is another person than the one that the server has given
    them to, and hands each over (R11.2).
  - The new custodian gets a new password by letter, as by M(laocai.mail.password), on the document that the register
    cites; every session and token of the former one ends.
  - What acts for the former custodian is taken out of the mailbox and kept in the record, mail rules (Sieve) with their
    forwardings, and in the webmail the signature and the settings. Messages, folders and contacts stay.
  - Writes the record of each hand-over (biên bản bàn giao) to O(records), a PDF for two signatures and the same as
    JSON.
  - A run that ends early at any moment is made good by the next. What is done is not done again.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host]
options:
  agency:
    description: The tendonvi of the one agency whose mailbox is handed over; all that are due when empty.
    type: str
    default: ""
  letters:
    description: Folder on the controller for the encrypted letters, as of M(laocai.mail.password).
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
      - The day of the hand-over, as V(2026-11-24). The register says who is the custodian on it.
      - It may not lie before the last day that M(laocai.mail.accounts) has applied.
    type: str
    required: true
  key:
    description: A public key of age for every letter, in place of the keys of the register; for test hosts.
    type: str
    default: ""
  shortest:
    description: How many characters a new password must have, as the letter says.
    type: int
    default: 10
  webmail:
    description: Name of the webmail's database on the host; none when empty.
    type: str
    default: ""
requirements:
  - libpass, argon2-cffi, reportlab, pyrage and Debian's fonts-liberation, on the controller
  - python3-psycopg (psycopg 3) and Dovecot, on the host
attributes:
  check_mode:
    description: Says what would be handed over, and changes nothing.
    support: full
  diff_mode:
    description: Has nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Hand over what is due
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
  description: What was handed over, or in check mode would be, with the address, both sides, the document and its day;
    in a line as C(said).
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
  description: For how many agencies there are letters.
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

# Between the action plugin and this module alone: which question, and the file that holds it and gets the answer.
INTERNAL = {"_mode": {"type": "str", "choices": ["held", "take", "end"]}, "_exchange": {"type": "path"}}


def main() -> None:
    """Answer one question of the action plugin, which does the rest on the controller."""
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
