#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check all prerequisites of a role at once, and install missing packages, groups and users."""

from __future__ import annotations

DOCUMENTATION = r"""
module: prerequisites
short_description: Check all prerequisites of a role at once, and install what is missing
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Refuses settings that break a condition in C(meta/settings.yml) of the role, before the host is contacted.
  - Refuses a host with another release of Debian, and one on which earlier roles have not run.
  - Returns which packages, groups and users are missing or different, and with O(bring) installs them by Ansible's
    builtin modules.
options:
  role:
    description: Name of the role, for messages; by default the role of this task.
    type: str
  folder:
    description:
      - The role's folder on the controller, whose C(meta/settings.yml) has the conditions on its settings.
      - By default the folder of the role of this task.
    type: path
  debian:
    description:
      - Why the role needs this release of Debian, such as V(Dovecot 2.4), for the message. Not checked when empty.
    type: str
    default: ""
  paths:
    description: Files and folders that earlier roles create, and that must exist.
    type: list
    elements: path
    default: []
  before:
    description: Names of the roles that create O(paths), for the message.
    type: str
    default: ""
  packages:
    description: Debian packages that must be installed.
    type: list
    elements: str
    default: []
  groups:
    description: System groups that must exist.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the group.
        type: str
        required: true
      gid:
        description: Number of the group; any when left out.
        type: int
  users:
    description: System users without a login shell that must exist.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the user.
        type: str
        required: true
      uid:
        description: Number of the user; any when left out.
        type: int
      group:
        description: Primary group. When left out, any is accepted, and a new user gets one of the same name.
        type: str
      home:
        description: Home folder, which need not exist.
        type: str
        default: /nonexistent
  bring:
    description: Whether missing packages, groups and users are installed.
    type: bool
    default: true
  missing:
    description: Result of an earlier task of this module. With it, the host is not checked again.
    type: dict
  answers:
    description: Answers for debconf, set before the packages are installed.
    type: list
    elements: dict
    default: []
    suboptions:
      package:
        description: The package that asks the question.
        type: str
        required: true
      question:
        description: Name of the question.
        type: str
        required: true
      value:
        description: The answer.
        type: str
        required: true
      vtype:
        description: The type of the question.
        type: str
        required: true
  policy:
    description:
      - Exit status of policy-rc.d while packages are installed.
      - V(101) prevents the packages' services from being started, V(0) leaves that to Debian.
    type: int
    default: 101
attributes:
  check_mode:
    description:
      - Returns the same result, and does not refuse a host on which earlier roles have not run. Predicts what would be
        installed, and warns that later tasks cannot be predicted then.
    support: full
  diff_mode:
    description: Shows the changes that apt announces.
    support: full
"""

EXAMPLES = r"""
- name: Check and install the prerequisites of Postfix
  laocai.mail.prerequisites:
    debian: Postfix 3.10
    paths: [/etc/ssl/mail/server.crt]
    before: tls
    packages: [postfix, postfix-pgsql]
  register: postfix_ground
"""

RETURN = r"""
paths:
  description: The paths in O(paths) that do not exist; always empty except in check mode.
  returned: success
  type: list
  elements: str
packages:
  description: The packages in O(packages) that were not installed.
  returned: success
  type: list
  elements: str
  sample: [postfix-pgsql]
bare:
  description:
    - In check mode, whether packages are missing, so that later tasks cannot be predicted.
  returned: success
  type: bool
apt:
  description: Whether python3-apt is installed on the host, which M(ansible.builtin.apt) needs.
  returned: success
  type: bool
groups:
  description: The groups in O(groups) that did not exist, or had another number.
  returned: success
  type: list
  elements: dict
names:
  description: The packages, groups and users that were installed, or in check mode would be.
  returned: when anything was installed
  type: list
  elements: str
users:
  description: The users in O(users) that did not exist, or differed.
  returned: success
  type: list
  elements: dict
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import prerequisites
from ansible_collections.laocai.mail.plugins.module_utils.options.prerequisites import ARGUMENTS


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
        apt=prerequisites.can_ask_apt(),
        groups=[asdict(group) for group in groups],
        users=[asdict(user) for user in users],
    )


if __name__ == "__main__":
    main()
