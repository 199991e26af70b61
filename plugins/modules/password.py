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
  - What was issued is added to the private file O(output) on the controller.
  - A run that ends early at any moment, also by C(kill -9), leaves no account with a password that nobody can know.
    Before the host stores them, the passwords are on the controller's disk, in a file beside O(output) that ends in
    C(.partial), and the next run with the same O(output) finds out whether they were stored.
  - To issue to accounts that have no password is idempotent. To reissue is not, each run makes new passwords.
  - A reissue does not end sessions that are open.
options:
  accounts:
    description:
      - Addresses of the accounts that get a password. Each must be an open account.
      - Empty means every open account that has no password yet.
    type: list
    elements: str
    default: []
  document:
    description:
      - Number and symbol of the document on which this rests, for example V(12/BC-STTTT). It is recorded with each
        password.
      - Required when a named account has a password already, because a reissue rests on a written report (R10.5).
      - Without it a first password cites the document that opened the account.
    type: str
    default: ""
  output:
    description:
      - CSV file on the controller with the columns address, name, agency and password, mode C(0600). A newer password
        replaces the older line of the same address.
      - Its folder must be private to the user (C(0700)) and is made if it does not exist.
      - A relative path starts at the folder of the playbook.
    type: str
    required: true
  acknowledge:
    description:
      - Reissuing is limited to 50 accounts or 2 percent of the open accounts at once, whichever is fewer, but never
        less than one. To exceed the limit, give the exact number of passwords that will be reissued.
      - First passwords are not limited.
    type: int
    default: 0
  database:
    description: Name of the database.
    type: str
    default: danhba
  socket:
    description: Folder of the PostgreSQL server's Unix socket on the host.
    type: path
    default: /run/postgresql
requirements:
  - libpass and argon2-cffi, on the controller
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Says how many passwords would be issued, and makes and writes none.
    support: full
  diff_mode:
    description: Has nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Issue a password to every account that has none
  laocai.mail.password:
    output: "{{ playbook_dir }}/../.private/single/passwords.csv"
  become: true

- name: Reissue a forgotten password
  laocai.mail.password:
    accounts:
      - nvvinh-stttt@laocai.gov.vn
    document: 12/BC-STTTT
    output: "{{ playbook_dir }}/../.private/single/passwords.csv"
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
recovered:
  description: How many earlier runs ended early but had stored their passwords, which are only now in O(output).
  returned: success
  type: int
  sample: 0
discarded:
  description: How many earlier runs ended before they stored their passwords, which never held and are thrown away.
  returned: success
  type: int
  sample: 0
accounts:
  description: Addresses of the first 20 accounts, by agency and address.
  returned: success
  type: list
  elements: str
  sample: [contact-stttt@laocai.gov.vn, nvvinh-stttt@laocai.gov.vn]
output:
  description: Path of the file with what was issued, on the controller.
  returned: success
  type: str
  sample: /home/operator/mail/.private/single/passwords.csv
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.credentials import ARGUMENTS, ROLE, answer_file
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.postgres import open_connection

# Between the action plugin and this module alone: which question, and the file that holds it and gets the answer.
INTERNAL = {"_mode": {"type": "str", "choices": ["settle", "targets", "store"]}, "_exchange": {"type": "path"}}


def main() -> None:
    """Answer one question of the action plugin, which does the rest on the controller."""
    module = AnsibleModule({**ARGUMENTS, **INTERNAL}, supports_check_mode=True)
    database, socket = module.params["database"], module.params["socket"]
    try:
        answer_file(
            lambda: open_connection(database, ROLE, socket),
            module.params["_mode"],
            Path(module.params["_exchange"]),
            dry_run=module.check_mode,
        )
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
