#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the server's accounts to the register's state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: accounts
short_description: Bring the mail accounts of a server to what the register says
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Reads the register on the controller, computes the accounts that should exist on a day, compares them with those
    that do exist, and writes all differences in one transaction, or none.
  - A register with errors, a plan that exceeds a limit of the register's policy, and a checksum that no longer matches
    are refused before anything is written.
  - New accounts have no password and cannot log in; see M(laocai.mail.password). Applying never touches a password, and
    closing never deletes a mailbox.
  - What changed is recorded with its document, the register's commit and who applied it.
  - The same transaction updates the agencies' usage pages on the webmail. These are the mailboxes of each agency by
    day, the days and time windows that count, and who may read the page (the custodian and the head). The usage that
    the host has counted is neither read nor changed.
extends_documentation_fragment: [laocai.mail.database, laocai.mail.test_host]
options:
  register:
    description:
      - Directory of the register on the controller.
      - A relative path starts at the folder of the playbook.
    type: path
    default: directory
  as_of:
    description: The day whose state is applied, such as V(2010-10-15).
    type: str
    required: true
  checksum:
    description:
      - Checksum of the plan that was approved, as check mode or C(danhba plan) gave it.
      - Nothing is applied if the register, the day or the server's state differs from those of that plan.
    type: str
    default: ""
  plan:
    description: File on the controller for the whole plan as JSON; the result only has the first actions.
    type: path
  export:
    description:
      - File on the controller to which the state of the server before the change is written as JSON.
      - C(danhba plan --against) reads this file.
    type: path
  target_percent:
    description: Target shown on usage pages, the percentage of working days on which a mailbox has to be checked.
    type: int
    default: 90
  after:
    description:
      - A command and its arguments, run on the host after the register was applied, also if nothing had to change.
        If it fails, the task fails, but the applied changes stay.
    type: list
    elements: str
    default: []
requirements:
  - the command C(danhba) with what it needs, on the controller
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Gives the same plan and changes nothing.
    support: full
  diff_mode:
    description: Shows the first 200 actions of the plan.
    support: full
"""

EXAMPLES = r"""
- name: Apply the register as it is today
  laocai.mail.accounts:
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
  become: true

- name: Apply the plan that was approved, and keep it
  laocai.mail.accounts:
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
    checksum: "{{ approved }}"
    plan: "{{ playbook_dir }}/../.private/single/plan.json"
  become: true
"""

RETURN = r"""
checksum:
  description: Checksum of the plan, over the register, the day and the server's state before.
  returned: when the register could be read
  type: str
  sample: ba6175140230f1273dfbcbf68c8b0f5a686a073fb70a767dd73bce5691b6aa42
counts:
  description: How many actions of each kind the plan has.
  returned: when the register could be read
  type: dict
  sample: {create: 2, close: 1, readdress: 0}
published:
  description: Whether the agencies' usage pages or their readers changed.
  returned: when the register could be read
  type: bool
  sample: false
sample:
  description: The first ten actions in a line each.
  returned: when the register could be read
  type: list
  elements: str
  sample: ['create: nvvinh-stttt@laocai.gov.vn (Nguyễn Văn Vịnh) [101/QĐ-UBND]']
ended:
  description:
    - Addresses that were closed, suspended or readdressed, whose sessions have to end.
    - For information only. The host ends the sessions itself, by a queue in the database.
  returned: when the register could be read
  type: list
  elements: str
commit:
  description:
    - The commit of the register, with C(-dirty) behind it where its files were changed since; empty outside git.
  returned: when the register could be read
  type: str
  sample: 9c4b1c0f5a3d8e7f6a2b1c0d9e8f7a6b5c4d3e2f
handovers:
  description:
    - The pending hand-overs of contact mailboxes, each with C(agency), C(address), C(former), C(successor),
      C(document), C(day), and all of these in one line as C(said).
    - For information only; playbooks/handover.yml carries them out (R11.2).
  returned: when the register could be read
  type: list
  elements: dict
  sample: []
refused:
  description: The guards that refused the plan, with the reason; nothing was applied then.
  returned: when a guard refuses the plan
  type: list
  elements: dict
findings:
  description: What is wrong with the register, at most the first twenty.
  returned: when the register has errors
  type: list
  elements: dict
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.accounts import ROLE, answer_file
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection
from ansible_collections.laocai.mail.plugins.module_utils.options.accounts import ARGUMENTS

# Option set only by the action plugin: the file with the request, into which the answer is written.
INTERNAL = {"_exchange": {"type": "path"}}


def main() -> None:
    """Apply the request that the action plugin has computed on the controller."""
    module = AnsibleModule({**ARGUMENTS, "as_of": {"type": "str"}, **INTERNAL}, supports_check_mode=True)
    database, socket = module.params["database"], module.params["socket"]
    try:
        result = answer_file(
            lambda: open_connection(database, ROLE, socket),
            Path(module.params["_exchange"]),
            dry_run=module.check_mode,
        )
    except Failure as failure:
        module.fail_json(msg=str(failure))
    if module.params["after"] and not module.check_mode and not result["refused"]:
        result["_after"] = run_after(module, module.params["after"])
    module.exit_json(**result)


def run_after(module: AnsibleModule, words: list[str]) -> str:
    """Run the command of the option `after`; return the error message if it fails, else an empty string.

    The module does not fail itself, because the action plugin first has to write the plan that was applied.
    """
    status, said, errors = module.run_command(words)
    if not status:
        return ""
    command = " ".join(words)
    return str(
        Failure(
            f"Sổ đã được áp dụng, nhưng sau đó lệnh không xong: {command}: {(errors or said).strip()}",
            f"The register was applied, but the command after it has failed: {command}",
        )
    )


if __name__ == "__main__":
    main()
