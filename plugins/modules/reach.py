#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask from a host whether it reaches what a deployment needs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: reach
short_description: Ask from a host whether it reaches what a deployment needs
version_added: 0.4.0
author: Lào Cai mail project (@laocai)
description:
  - Asks name servers for the root's signature, the package mirrors for their releases, the mirror of the virus database
    and time servers, all at once, each with a time-out of 3 to 9 seconds. Changes nothing, and does not fail itself.
  - The action plugin of M(laocai.mail.preflight) runs it before the first change to a host.
options:
  names:
    description: Whether name servers are asked.
    type: bool
    default: true
  forwarders:
    description: Name servers as C(ADDRESS) or C(ADDRESS@PORT). The root's own servers when empty.
    type: list
    elements: str
    default: []
  signatures:
    description: Whether they have to pass on the root's signature (DNSSEC).
    type: bool
    default: true
  packages:
    description: Whether apt's mirrors are asked, for releases that are signed and in force.
    type: bool
    default: true
  mirror:
    description: Name or address of the mirror of the virus database. It is not asked for when empty.
    type: str
    default: ""
  time_servers:
    description: Names or addresses of time servers.
    type: list
    elements: str
    default: []
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Ask whether the host reaches what it needs
  laocai.mail.reach:
    forwarders: [192.0.2.53]
    mirror: database.clamav.net
  register: reached
"""

RETURN = r"""
found:
  description:
    - What is not as it has to be, each with C(what) was asked (V(forwarder), V(root), V(packages), V(mirror), V(time)),
      C(where), and C(how) it went.
  returned: success
  type: list
  elements: dict
  sample: [{what: forwarder, where: 192.0.2.53, how: unsigned}]
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.host import reaching
from ansible_collections.laocai.mail.plugins.module_utils.options.reach import ARGUMENTS


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    found = reaching.ask(reaching.Wanted(**module.params))
    module.exit_json(changed=False, found=[asdict(one) for one in found])


if __name__ == "__main__":
    main()
