#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find pending Debian updates on a host, and services that need a restart after earlier ones."""

from __future__ import annotations

DOCUMENTATION = r"""
module: upgradable
short_description: Find pending Debian updates, and services that need a restart after earlier ones
version_added: 0.2.0
author: Lào Cai mail project (@laocai)
description:
  - Asks apt which packages an upgrade without removals would install, and dpkg which are installed.
  - Finds services that still run replaced programs or libraries, and tells whether the host needs a reboot.
  - Changes nothing. C(playbooks/upgrade.yml) does the upgrade.
options:
  since:
    description: Versions to compare with, by package, from RV(installed) of an earlier run; none when empty.
    type: dict
    default: {}
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Find pending updates
  laocai.mail.upgradable: {}
  register: upgrade_found

- name: Find what the upgrade has changed
  laocai.mail.upgradable:
    since: "{{ upgrade_found.installed }}"
  register: upgrade_after
"""

RETURN = r"""
pending:
  description: The packages that would be upgraded, with the installed version (empty for a new package) and the next.
  returned: success
  type: list
  elements: dict
  sample: [{name: dovecot-core, before: "1:2.4.1+dfsg1-6", after: "1:2.4.1+dfsg1-6+deb13u1"}]
kept:
  description: Packages that are kept back, because their upgrade would remove others.
  returned: success
  type: list
  elements: str
installed:
  description: The version of each installed package.
  returned: success
  type: dict
  sample: {postfix: 3.10.5-1}
changes:
  description: The packages whose version differs from O(since), with both versions.
  returned: success
  type: list
  elements: dict
  sample: [{name: postfix, before: 3.10.4-1, after: 3.10.5-1}]
outdated:
  description: Services that still run a program or library which was replaced.
  returned: success
  type: list
  elements: str
  sample: [dovecot.service]
reboot:
  description: Why a reboot is needed, V(reboot-required) or the version of a newer kernel; empty if none is needed.
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
