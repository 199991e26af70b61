#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Issue passwords to accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: password
short_description: Issue passwords to mail accounts
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Makes a password for every open account that has none, or for the accounts named, and stores its hash in the mail
    database.
  - Passwords are made and hashed on the controller. Only hashes reach the host, in a private file that is emptied as
    soon as it is read; neither a password nor a hash is ever in an argument, a result, a log or the environment.
  - Passwords leave only as letters, a page of a PDF each. The letters of one agency are one file, encrypted with age in
    memory to the key of the agency's custodian or, where there
    is none, to the operator's. Nothing is written in clear.
  - A run that ends early at any moment, also by C(kill -9), leaves no account with a password that nobody can know.
    Before the host stores them, the letters are on the controller's disk, in a folder of O(letters) that ends in
    C(.partial), and the next run with the same O(letters) finds out whether they were stored.
  - To issue to accounts that have no password is idempotent. To reissue is not, each run makes new passwords. But the
    same order after a run that was cut once its passwords were stored takes over its letters and makes no others.
  - A reissue ends the web sessions and the mail sessions of the account (R10.5), the latter by C(doveadm kick) as soon
    as the new hash is stored. Where that did not come about, the next run does it. Of more than 50 accounts everybody's
    mail sessions are ended.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host]
options:
  accounts:
    description:
      - Addresses of the accounts that get a password. Each must be an open account.
      - Empty means every open account that has no password yet.
    type: list
    elements: str
    default: []
  agency:
    description:
      - The tendonvi of an agency, in place of O(accounts). Reissues to all that have a password in it and in those
        below it on the day.
    type: str
    default: ""
  file:
    description:
      - A file on the controller with the addresses, one a line, in place of O(accounts). Lines that begin with C(#) say
        nothing.
    type: path
    default: ""
  client:
    description:
      - An address of the network, or a network as V(203.0.113.0/24), in place of O(accounts). Reissues to all who used
        the mail system from there since O(since), by the events that the host has collected. That somebody looked is
        put on record in C(events.look), also in check mode.
    type: str
    default: ""
  since:
    description: From when on, as V(2026-11-24) or V(2026-11-24T07:30), in Viet Nam's time where no zone is given.
    type: str
    default: ""
  document:
    description:
      - Number and symbol of the document on which this rests, for example V(12/BC-STTTT). It is recorded with each
        password.
      - Required with O(agency), O(file) and O(client). With these, whoever has a password on the same document already
        gets no other, so that the same order finishes what was cut short.
      - Required when a named account has a password already, because a reissue rests on a written report (R10.5).
      - Without it a first password cites the document that opened the account.
    type: str
    default: ""
  document_date:
    description: The day of the document, as V(2026-11-24). Required with O(agency), O(file) and O(client).
    type: str
    default: ""
  whom:
    description:
      - A private file on the controller that gets agency, address and name of all whose passwords are issued, as CSV;
        none when empty. Check mode writes it too.
    type: path
    default: ""
  letters:
    description:
      - Folder on the controller for the encrypted letters. Each run adds a folder of its own with a file for each
        agency and C(manifest.json), which says what is in them and for whom, without any secret.
      - It must be private to the user (C(0700)) and is made if it does not exist.
      - A relative path starts at the folder of the playbook.
    type: str
    required: true
  register:
    description: Folder of the register on the controller, from which come names, titles, custodians and keys.
    type: path
    required: true
  as_of:
    description:
      - The day of the letters, which also decides who the custodians are, as V(2026-11-24).
      - It may not lie before the last day that M(laocai.mail.accounts) has applied.
    type: str
    required: true
  key:
    description:
      - A public key of age for every file, in place of the keys of the register.
      - For test hosts, whose register has keys that nobody owns.
    type: str
    default: ""
  shortest:
    description: How many characters a new password must have, as the letter says. The credential service decides.
    type: int
    default: 10
  acknowledge:
    description:
      - Reissuing is limited to 50 accounts or 2 percent of the open accounts at once, whichever is fewer, but never
        less than one. To exceed the limit, give the exact number of passwords that will be reissued.
      - First passwords are not limited.
    type: int
    default: 0
requirements:
  - libpass, argon2-cffi, reportlab, pyrage and Debian's fonts-liberation, on the controller
  - python3-psycopg (psycopg 3) and, where there are mail sessions to end, Dovecot, on the host
attributes:
  check_mode:
    description: Says how many passwords would be issued, makes and writes none, and ends no session.
    support: full
  diff_mode:
    description: Has nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Issue a password to every account that has none
  laocai.mail.password:
    letters: "{{ playbook_dir }}/../.private/single/letters"
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
  become: true

- name: Reissue to all who were signed in from an address, on a report
  laocai.mail.password:
    client: 203.0.113.7
    since: "2026-11-20T07:30"
    document: 15/BC-STTTT
    document_date: "2026-11-24"
    acknowledge: 120
    letters: "{{ playbook_dir }}/../.private/single/letters"
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
  become: true

- name: Reissue a forgotten password
  laocai.mail.password:
    accounts:
      - nvvinh-stttt@laocai.gov.vn
    document: 12/BC-STTTT
    letters: "{{ playbook_dir }}/../.private/single/letters"
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
  become: true
"""

RETURN = r"""
issued:
  description: How many accounts got a password, or in check mode would get one.
  returned: success
  type: int
  sample: 412
reissued:
  description: How many of them had one before.
  returned: success
  type: int
  sample: 0
bundles:
  description: For how many agencies there are letters, each a file.
  returned: success
  type: int
  sample: 31
operator:
  description: How many of the files are encrypted to the operator's key, because the custodian has none.
  returned: success
  type: int
  sample: 4
recovered:
  description: How many earlier runs ended early but had stored their passwords; their letters are taken over now.
  returned: success
  type: int
  sample: 0
discarded:
  description: How many earlier runs ended before they stored their passwords; their letters are thrown away.
  returned: success
  type: int
  sample: 0
accounts:
  description: Addresses of the first 20 accounts, by agency and address.
  returned: success
  type: list
  elements: str
  sample: [contact-stttt@laocai.gov.vn, nvvinh-stttt@laocai.gov.vn]
done:
  description: Addresses in O(accounts) that get no password now, because a run taken over now had issued theirs on the
    same O(document).
  returned: success
  type: list
  elements: str
  sample: []
agencies:
  description: How many passwords each agency gets.
  returned: success
  type: dict
  sample: {stttt: 12}
letters:
  description: Path of the folder with the letters, on the controller.
  returned: success
  type: str
  sample: /home/operator/mail/.private/single/letters
findings:
  description: The first errors of a register that was refused, with the keys of C(danhba check).
  returned: when the register has errors
  type: list
  elements: dict
  sample: []
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import (
    ARGUMENTS,
    ROLE,
    answer_file,
    end_sessions,
)
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection

# Between the action plugin and this module alone: which question, and the file that holds it and gets the answer.
INTERNAL = {"_mode": {"type": "str", "choices": ["settle", "targets", "store"]}, "_exchange": {"type": "path"}}


def main() -> None:
    """Answer one question of the action plugin, which does the rest on the controller."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    database, socket = module.params["database"], module.params["socket"]
    said: list[str] = []  # not warnings of the module's own: only the action plugin sees its result
    try:
        answer_file(
            lambda: open_connection(database, ROLE, socket),
            module.params["_mode"],
            Path(module.params["_exchange"]),
            lambda addresses: end_sessions(addresses, said.append),
            dry_run=module.check_mode,
        )
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(changed=False, said=said)


if __name__ == "__main__":
    main()
