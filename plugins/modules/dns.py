#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute the DNS records that the mail system needs, and check that DNS has them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dns
short_description: Compute the DNS records that the mail system needs, and check that DNS has them
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Computes all records that the mail system needs, writes them as a zone file fragment and as YAML for octoDNS, and
    queries each authoritative server for each record.
  - Runs on the controller. Changes nothing in DNS. Missing records do not fail the task; RV(faults) counts them.
options:
  domain:
    description: The domain of the mail addresses.
    type: str
    required: true
  host:
    description: The mail server's full name.
    type: str
    required: true
  addresses:
    description: Public IP addresses of the mail server.
    type: list
    elements: str
    required: true
  dkim:
    description: The TXT records of the DKIM keys, by selector.
    type: dict
    default: {}
  discovery_hosts:
    description: Host names under which mail programs look for their settings (autoconfig, autodiscover).
    type: list
    elements: str
    default: []
  tlsa:
    description: SHA-256 of the public key of the present certificate, in hexadecimal; no TLSA record when empty.
    type: str
    default: ""
  spf:
    description: Additional SPF mechanisms, such as V(include:example.org).
    type: list
    elements: str
    default: []
  dmarc:
    description: DMARC policy, that is, what receivers are asked to do with mail that fails DMARC.
    type: str
    choices: [none, quarantine, reject]
    default: quarantine
  reports:
    description: Mail address for DMARC and TLS reports; no reports are requested when empty.
    type: str
    default: ""
  sts_host:
    description: Host name under which the MTA-STS policy is served; no policy when empty.
    type: str
    default: ""
  sts_id:
    description: The id of the MTA-STS policy.
    type: str
    default: ""
  caa:
    description: Certificate authorities for CAA records; no such record when empty.
    type: list
    elements: str
    default: []
  ldap:
    description: Whether there is an LDAP address book, which gets an SRV record.
    type: bool
    default: false
  ttl:
    description: TTL of the records in seconds.
    type: int
    default: 3600
  folder:
    description: Folder on the controller for the zone fragment and the YAML file; nothing is written when empty.
    type: path
    default: ""
  servers:
    description: Authoritative servers to ask, names or addresses; those of the zone's NS records when empty.
    type: list
    elements: str
    default: []
  ask:
    description: Whether to query the name servers.
    type: bool
    default: true
  only:
    description: Which records to handle, all or only those of DKIM.
    type: str
    choices: [all, dkim]
    default: all
attributes:
  check_mode:
    description: Queries the name servers, and predicts whether files would change.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Check the DNS records of the mail system
  laocai.mail.dns:
    domain: laocai.gov.vn
    host: mail.laocai.gov.vn
    addresses: [192.0.2.10]
    folder: .private/single/dns
  register: dns_asked
"""

RETURN = r"""
records:
  description: Number of records that DNS must have.
  returned: success
  type: int
  sample: 24
table:
  description: A line for each record with its fault, if it has one, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: ["✓ MX    laocai.gov.vn  (MX: where mail for the domain goes (RFC 5321, 5))"]
faults:
  description: Number of wrong or missing answers.
  returned: success
  type: int
  sample: 0
asked:
  description: Whether any server answered. Also false if the task failed because no server is known.
  returned: always, except when an option is invalid
  type: bool
  sample: true
held:
  description: The DKIM selectors all of whose records every server publishes.
  returned: success
  type: list
  elements: str
  sample: [d20261127a]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.dns import ARGUMENTS


def main() -> None:
    """Fail: this module only works through its action plugin; a host lacks dnspython, and may see another DNS."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    module.fail_json(
        msg="laocai.mail.dns chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.dns runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
