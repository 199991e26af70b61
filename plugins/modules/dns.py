#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what DNS must hold, and ask whether it is held."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns
short_description: Say what DNS must hold for the mail system, and ask whether it is held
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Makes all records that DNS must hold, writes them as a fragment of a zone and as YAML for octoDNS, and asks each
    authoritative server for each of them.
  - Runs on the controller. Changes nothing in DNS. That records are missing is no failure; RV(faults) counts them.
options:
  domain:
    description: The domain of the addresses.
    type: str
    required: true
  host:
    description: The mail server's full name.
    type: str
    required: true
  addresses:
    description: The addresses at which the Internet reaches it.
    type: list
    elements: str
    required: true
  dkim:
    description: The TXT records of the keys that sign, by selector.
    type: dict
    default: {}
  discovery_hosts:
    description: Names under which mail programs look for their settings.
    type: list
    elements: str
    default: []
  tlsa:
    description: SHA-256 of the public key of the certificate in force, in hexadecimal; no TLSA record when empty.
    type: str
    default: ""
  spf:
    description: Further mechanisms of SPF, such as V(include:example.org).
    type: list
    elements: str
    default: []
  dmarc:
    description: What others are asked to do with what fails.
    type: str
    choices: [none, quarantine, reject]
    default: quarantine
  reports:
    description: Address for reports of DMARC and TLS; none are asked for when empty.
    type: str
    default: ""
  sts_host:
    description: Name under which the policy of MTA-STS is served; no policy when empty.
    type: str
    default: ""
  sts_id:
    description: The id of that policy.
    type: str
    default: ""
  caa:
    description: Authorities that may issue certificates; no record when empty.
    type: list
    elements: str
    default: []
  ldap:
    description: Whether there is an address book by LDAP.
    type: bool
    default: false
  ttl:
    description: Seconds for which others may keep a record.
    type: int
    default: 3600
  folder:
    description: Folder on the controller for the fragment and the YAML; nothing is written when empty.
    type: path
    default: ""
  servers:
    description: Authoritative servers to ask, names or addresses; those of the zone's NS records when empty.
    type: list
    elements: str
    default: []
  ask:
    description: Whether to ask them.
    type: bool
    default: true
  only:
    description: All records, or those of DKIM alone.
    type: str
    choices: [all, dkim]
    default: all
attributes:
  check_mode:
    description: Asks, and predicts whether files would change.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Look whether DNS holds what it must
  laocai.mail.dns:
    domain: laocai.gov.vn
    host: mail.laocai.gov.vn
    addresses: [192.0.2.10]
    folder: .private/single/dns
  register: dns_asked
"""

RETURN = r"""
records:
  description: How many records DNS must hold.
  returned: success
  type: int
  sample: 24
table:
  description: A line for each record, and what is wrong with it, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: ["✓ MX    laocai.gov.vn  (MX: where mail for the domain goes (RFC 5321, 5))"]
faults:
  description: How many answers were not as they should be.
  returned: success
  type: int
  sample: 0
asked:
  description: Whether a server has answered. False also where the task failed because no server is known.
  returned: always, but where an option is wrong
  type: bool
  sample: true
held:
  description: The selectors of DKIM whose every record each server holds.
  returned: success
  type: list
  elements: str
  sample: [d20261127a]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.dns import ARGUMENTS


def main() -> None:
    """Say that the work is the action plugin's: a host has no dnspython, and may see another DNS."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.dns chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.dns runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
