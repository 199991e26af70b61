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
    that do exist, and makes all the difference in one transaction, or none of it.
  - A register with errors, a plan that exceeds a limit of the register's policy, and a checksum that no longer fits are
    refused before anything is written.
  - New accounts have no password and cannot log in; see M(laocai.mail.password). Applying never touches a password, and
    closing never deletes a mailbox.
  - What changed is recorded with its document, the register's commit and who applied it.
  - In the same transaction the host is told which mailboxes are an agency's own on which days, which days and windows
    count, and who reads on the webmail how they are used, the custodian and the head. What was seen in the mailboxes is
    the host's; nothing of it is read or changed.
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
      - Apply nothing if the register, the day or the server has moved since.
    type: str
    default: ""
  plan:
    description: File on the controller that gets the whole plan as JSON; a result only has its first actions.
    type: path
  export:
    description:
      - File on the controller that gets the state of the server before the change, as JSON.
      - C(danhba plan --against) reads it.
    type: path
  target_percent:
    description: Share of working days that a mailbox has to meet, which the page of its use compares with.
    type: int
    default: 90
  after:
    description:
      - A command and its arguments, run on the host once the register was applied, also where nothing had to change.
        Where it fails the task does, and the accounts stay as they were brought to be.
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
  description: Whether anything was other about who reads the use of which agency.
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
    - Addresses that were closed, suspended or readdressed, so that no session may go on under them.
    - For whoever reads the result; what has to end is on a list in the database, which the host works off.
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
    - The hand-overs of contact mailboxes that are not done yet, each with C(agency), C(address), C(former),
      C(successor), C(document), C(day), and in a line as C(said); playbooks/handover.yml carries them out (R11.2).
    - Nothing is changed by that.
  returned: when the register could be read
  type: list
  elements: dict
  sample: []
refused:
  description: Why nothing was applied.
  returned: when a guard objects
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

# Between the action plugin and this module alone: the file that holds what is wanted and gets the answer.
INTERNAL = {"_exchange": {"type": "path"}}


def main() -> None:
    """Apply what the action plugin has computed on the controller."""
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
    """Run the command; why it did not end well, for the action plugin, which has first to keep what was applied."""
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
