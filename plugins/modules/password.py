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
    soon as it is read. Neither a password nor a hash is ever in an argument, a result, a log or the environment.
  - Passwords leave the controller only as letters, each a page of a PDF. The letters of one agency are one file,
    encrypted with age in memory to the key of the agency's custodian or, without one, to the operator's key. Nothing is
    written unencrypted.
  - Can be interrupted at any moment, even by C(kill -9), without leaving an account with a password that nobody can
    learn. The letters are written to a folder of O(letters) named C(*.partial) before the host stores the hashes, and
    the next run with the same O(letters) finds out whether these were stored.
  - Issuing to accounts without a password is idempotent. Reissuing is not, because each run makes new passwords. But if
    a run was interrupted after its passwords were stored, the same order takes over its letters, and makes no others.
  - A reissue ends the web sessions and the mail sessions of the account (R10.5), the latter by C(doveadm kick) right
    after the new hash is stored. If that fails, the next run does it. For more than 50 accounts, the mail sessions of
    all users are ended.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host]
options:
  accounts:
    description:
      - Addresses of the accounts that get a password. Each account must be open.
      - When empty, every open account that has no password yet gets one.
    type: list
    elements: str
    default: []
  agency:
    description:
      - The tendonvi of an agency, in place of O(accounts). Reissues to all accounts with a password in this agency and
        its subordinate agencies on the day.
    type: str
    default: ""
  file:
    description:
      - A file on the controller with addresses, one per line, in place of O(accounts). Lines that begin with C(#) are
        ignored.
    type: path
    default: ""
  client:
    description:
      - An IP address, or a network such as V(203.0.113.0/24), in place of O(accounts). Reissues to all accounts used
        from there since O(since), by the events that the host has collected. The look-up is recorded in C(events.look),
        also in check mode.
    type: str
    default: ""
  since:
    description: Start of the period for O(client), such as V(2026-11-24) or V(2026-11-24T07:30), by default in Viet
      Nam's time zone.
    type: str
    default: ""
  document:
    description:
      - Number and symbol of the document that orders this, for example V(12/BC-STTTT). It is recorded with each
        password.
      - Required with O(agency), O(file) and O(client). With these, accounts whose password was issued on the same
        document are skipped, so that the same order can be repeated after an interruption.
      - Required if a named account has a password already, because a reissue needs a written report (R10.5).
      - Without it, a first password cites the document that opened the account.
    type: str
    default: ""
  document_date:
    description: The date of O(document), such as V(2026-11-24). Required with O(agency), O(file) and O(client).
    type: str
    default: ""
  whom:
    description:
      - A private file on the controller to which agency, address and name of all who get a password are written as CSV,
        also in check mode; none when empty.
    type: path
    default: ""
  letters:
    description:
      - Folder on the controller for the encrypted letters. Each run adds a subfolder with one file per agency and
        C(manifest.json), which lists their content and recipients without any secret.
      - It must be private to the user (C(0700)), and is created if it does not exist.
      - A relative path starts at the folder of the playbook.
    type: str
    required: true
  register:
    description: Folder of the register on the controller, which has names, titles, custodians and keys.
    type: path
    required: true
  as_of:
    description:
      - The day of the letters, such as V(2026-11-24). The custodians are those of this day.
      - It must not be before the last day that M(laocai.mail.accounts) has applied.
    type: str
    required: true
  key:
    description:
      - A public age key for all files, in place of the keys in the register.
      - For test hosts, because nobody has the private keys of the sample register.
    type: str
    default: ""
  shortest:
    description: Minimum length of a password, which the letter tells. The credential service enforces its own setting.
    type: int
    default: 10
  acknowledge:
    description:
      - At most 50 accounts, and at most 2 percent of the open accounts, but always one, can be reissued at once. To
        exceed the limit, give the exact number of passwords that will be reissued.
      - First passwords are not limited.
    type: int
    default: 0
requirements:
  - libpass, argon2-cffi, reportlab, pyrage and Debian's fonts-liberation, on the controller
  - python3-psycopg (psycopg 3) and, where there are mail sessions to end, Dovecot, on the host
attributes:
  check_mode:
    description: Returns how many passwords would be issued; makes no password, and ends no session.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Issue a password to every account that has none
  laocai.mail.password:
    letters: "{{ playbook_dir }}/../.private/single/letters"
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
  become: true

- name: Reissue to all accounts used from an IP address, on a report
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
  description: Number of accounts that got a password, or in check mode would get one.
  returned: success
  type: int
  sample: 412
reissued:
  description: How many of the accounts counted in RV(issued) had a password before.
  returned: success
  type: int
  sample: 0
bundles:
  description: Number of agencies with letters; each has one file.
  returned: success
  type: int
  sample: 31
operator:
  description: Number of files encrypted to the operator's key, because the custodian has none.
  returned: success
  type: int
  sample: 4
recovered:
  description: Number of earlier runs interrupted after their passwords were stored; their letters are taken over now.
  returned: success
  type: int
  sample: 0
discarded:
  description: Number of earlier runs interrupted before their passwords were stored; their letters are deleted.
  returned: success
  type: int
  sample: 0
accounts:
  description: Addresses of the first 20 accounts that get a password, sorted by agency and address.
  returned: success
  type: list
  elements: str
  sample: [contact-stttt@laocai.gov.vn, nvvinh-stttt@laocai.gov.vn]
done:
  description: Addresses in O(accounts) that get no password now, because an interrupted run, taken over now, had issued
    theirs on the same O(document).
  returned: success
  type: list
  elements: str
  sample: []
agencies:
  description: Number of passwords by agency.
  returned: success
  type: dict
  sample: {stttt: 12}
letters:
  description: Path of the folder of letters on the controller.
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

# Options set only by the action plugin: the kind of request, and the file with the request, into which the answer is
# written.
INTERNAL = {"_mode": {"type": "str", "choices": ["settle", "targets", "store"]}, "_exchange": {"type": "path"}}


def main() -> None:
    """Answer one request of the action plugin, which does the rest on the controller."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    database, socket = module.params["database"], module.params["socket"]
    said: list[str] = []  # messages for the action plugin, which shows them; nobody sees warnings of the module itself
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
