#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a host at once about all that a role stands on."""

from __future__ import annotations

DOCUMENTATION = r"""
module: prerequisites
short_description: Ask a host at once about all that a role stands on
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Refuses a host of another release, and one on which the roles before have not run.
  - Says which packages, groups and users are not there as they should be. Changes nothing itself;
    C(roles/common/tasks/bring.yml) brings them about.
options:
  role:
    description: The role that asks, for messages.
    type: str
    required: true
  debian:
    description:
      - What the role needs Debian 13 for, such as V(Dovecot 2.4). The release is of no matter where it is empty.
    type: str
    default: ""
  paths:
    description: Files and folders that earlier roles leave.
    type: list
    elements: path
    default: []
  before:
    description: The names of those roles.
    type: str
    default: ""
  packages:
    description: Packages of Debian.
    type: list
    elements: str
    default: []
  groups:
    description: Groups of the system.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Its name.
        type: str
        required: true
      gid:
        description: Its number, where that matters.
        type: int
  users:
    description: Users of the system who sign in nowhere.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name.
        type: str
        required: true
      uid:
        description: The number, where that matters.
        type: int
      group:
        description: The primary group, where it is not the user's own.
        type: str
      home:
        description: The home folder, which need not be there.
        type: str
        default: /nonexistent
attributes:
  check_mode:
    description: Gives the same answer, and does not refuse a host on which the roles before have not run.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Ask for all that Postfix stands on
  laocai.mail.prerequisites:
    role: postfix
    debian: Postfix 3.10
    paths: [/etc/ssl/mail/server.crt]
    before: tls
    packages: [postfix, postfix-pgsql]
  register: postfix_missing
"""

RETURN = r"""
paths:
  description: Those of O(paths) that are not there; empty but in check mode.
  returned: success
  type: list
  elements: str
packages:
  description: Those of O(packages) that are not installed.
  returned: success
  type: list
  elements: str
  sample: [postfix-pgsql]
groups:
  description: Those of O(groups) that are not there, or have another number.
  returned: success
  type: list
  elements: dict
users:
  description: Those of O(users) who are not there, or are otherwise.
  returned: success
  type: list
  elements: dict
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import prerequisites

GROUP = {"name": {"type": "str", "required": True}, "gid": {"type": "int"}}
USER = {
    "name": {"type": "str", "required": True},
    "uid": {"type": "int"},
    "group": {"type": "str"},
    "home": {"type": "str", "default": "/nonexistent"},
}
ARGUMENTS = {
    "role": {"type": "str", "required": True},
    "debian": {"type": "str", "default": ""},
    "paths": {"type": "list", "elements": "path", "default": []},
    "before": {"type": "str", "default": ""},
    "packages": {"type": "list", "elements": "str", "default": []},
    "groups": {"type": "list", "elements": "dict", "default": [], "options": GROUP},
    "users": {"type": "list", "elements": "dict", "default": [], "options": USER},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    wanted = module.params
    paths = prerequisites.missing_paths(wanted["paths"])
    try:
        if wanted["debian"]:
            prerequisites.demand_release(wanted["role"], wanted["debian"])
        if not module.check_mode:
            prerequisites.refuse_missing(paths, wanted["before"])
        packages = prerequisites.missing_packages(wanted["packages"])
    except Failure as failure:
        module.fail_json(msg=str(failure))
    groups = prerequisites.missing_groups([prerequisites.Group(**group) for group in wanted["groups"]])
    users = prerequisites.missing_users([prerequisites.User(**user) for user in wanted["users"]])
    module.exit_json(
        changed=False,
        paths=paths,
        packages=packages,
        groups=[asdict(group) for group in groups],
        users=[asdict(user) for user in users],
    )


if __name__ == "__main__":
    main()
