#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check from a host that it reaches the servers that a deployment needs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: reach
short_description: Check from a host that it reaches the servers that a deployment needs
version_added: 0.4.0
author: Lào Cai mail project (@laocai)
description:
  - Checks name servers (the root zone's DNSSEC signature), package mirrors (their signed releases), the mirror of the
    virus database, and time servers, in parallel, each with a time-out of 3 to 9 seconds. Changes nothing, and does not
    fail on faults.
  - The action plugin of M(laocai.mail.preflight) runs it before the first change to a host.
options:
  names:
    description: Whether name servers are checked.
    type: bool
    default: true
  forwarders:
    description: Name servers to check, as C(ADDRESS) or C(ADDRESS@PORT). Root servers when empty.
    type: list
    elements: str
    default: []
  signatures:
    description: Whether name servers must return the root zone's signature (DNSSEC).
    type: bool
    default: true
  packages:
    description: Whether apt's mirrors are checked for signed and valid releases.
    type: bool
    default: true
  mirror:
    description: Host name or address of the mirror of the virus database; not checked when empty.
    type: str
    default: ""
  time_servers:
    description: Host names or addresses of time servers.
    type: list
    elements: str
    default: []
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Check that the host reaches what it needs
  laocai.mail.reach:
    forwarders: [192.0.2.53]
    mirror: database.clamav.net
  register: reached
"""

RETURN = r"""
found:
  description:
    - The checks that failed. C(what) is the kind of server (V(forwarder), V(root), V(key), V(packages), V(mirror),
      V(time)), C(where) the server, C(how) the kind of failure.
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
