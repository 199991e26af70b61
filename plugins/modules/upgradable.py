#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what Debian's updates would change on a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: upgradable
short_description: Say what Debian's updates would change on a host, and what runs on what they replaced
version_added: 0.2.0
author: Lào Cai mail project (@laocai)
description:
  - Asks apt what an upgrade without removals would install, and dpkg what is there.
  - Finds the services that still run programs or libraries which were replaced, and says whether the host has to start
    anew.
  - Changes nothing. C(playbooks/upgrade.yml) does what has to be done.
options:
  since:
    description: Versions by package, as an earlier RV(installed) has them. Nothing is compared when empty.
    type: dict
    default: {}
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Look what there is to upgrade
  laocai.mail.upgradable: {}
  register: upgrade_found

- name: Look what has changed since
  laocai.mail.upgradable:
    since: "{{ upgrade_found.installed }}"
  register: upgrade_after
"""

RETURN = r"""
pending:
  description: The packages that would be changed, with the version that is there (empty for a new one) and the next.
  returned: success
  type: list
  elements: dict
  sample: [{name: dovecot-core, before: "1:2.4.1+dfsg1-6", after: "1:2.4.1+dfsg1-6+deb13u1"}]
kept:
  description: Packages that cannot be upgraded without removing others.
  returned: success
  type: list
  elements: str
installed:
  description: The version of each package that is there.
  returned: success
  type: dict
  sample: {postfix: 3.10.5-1}
changes:
  description: The packages whose version is another one than in O(since), with both.
  returned: success
  type: list
  elements: dict
  sample: [{name: postfix, before: 3.10.4-1, after: 3.10.5-1}]
outdated:
  description: Services that run on a program or a library which was replaced.
  returned: success
  type: list
  elements: str
  sample: [dovecot.service]
reboot:
  description: Why the host has to start anew, V(reboot-required) or the kernel that is newer; empty where it has not.
  returned: success
  type: str
  sample: 6.12.57+deb13-amd64
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.upgrades import Places, look


def main() -> None:
    """Run the module."""
    module = AnsibleModule({"since": {"type": "dict", "default": {}}}, supports_check_mode=True)
    try:
        module.exit_json(changed=False, **look(Places(), module.params["since"]))
    except Failure as failure:
        module.fail_json(msg=str(failure))


if __name__ == "__main__":
    main()
