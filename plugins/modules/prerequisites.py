#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask at once for all that a role stands on, and bring it about."""

from __future__ import annotations

DOCUMENTATION = r"""
module: prerequisites
short_description: Ask at once for all that a role stands on, and bring it about
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Refuses settings of which something does not hold that C(meta/settings.yml) of the role wants to hold, before the
    host is asked.
  - Refuses a host of another release, and one on which the roles before have not run.
  - Says which packages, groups and users are not there as they should be, and brings them about if asked to, by
    Ansible's own modules.
options:
  role:
    description: The role that asks, for messages; by default the one whose task this is.
    type: str
  folder:
    description:
      - The role's folder on the controller, whose C(meta/settings.yml) says what must hold of its settings.
      - By default that of the role whose task this is.
    type: path
  debian:
    description:
      - What the role needs this release of Debian for, such as V(Dovecot 2.4). The release is of no matter where it is
        empty.
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
  bring:
    description: Whether what is missing is brought about.
    type: bool
    default: true
  missing:
    description: What a task before this one was answered. Then the host is not asked again.
    type: dict
  answers:
    description: What debconf is to answer before the packages are installed.
    type: list
    elements: dict
    default: []
    suboptions:
      package:
        description: The package that asks.
        type: str
        required: true
      question:
        description: Its question.
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
      - What policy-rc.d says while packages are installed.
      - V(101) keeps their services from being started, V(0) leaves it to Debian.
    type: int
    default: 101
attributes:
  check_mode:
    description:
      - Gives the same answer, and does not refuse a host on which the roles before have not run. Says what would be
        brought about, and that what follows cannot be foretold.
    support: full
  diff_mode:
    description: Shows what apt says that it would do.
    support: full
"""

EXAMPLES = r"""
- name: Ask for all that Postfix stands on
  laocai.mail.prerequisites:
    debian: Postfix 3.10
    paths: [/etc/ssl/mail/server.crt]
    before: tls
    packages: [postfix, postfix-pgsql]
  register: postfix_ground
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
bare:
  description:
    - Whether check mode meets a host without O(packages), so that what follows cannot be asked there.
  returned: success
  type: bool
apt:
  description: Whether Ansible can ask apt on the host.
  returned: success
  type: bool
groups:
  description: Those of O(groups) that are not there, or have another number.
  returned: success
  type: list
  elements: dict
names:
  description: The packages, groups and users that were brought about.
  returned: when something was
  type: list
  elements: str
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
