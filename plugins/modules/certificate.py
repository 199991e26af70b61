#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a certificate and its key."""

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate
short_description: Check a certificate and its key
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Checks with openssl that both files can be read, belong together, and are valid for all names for some days.
  - Changes nothing. A fault is returned in RV(faults), and does not fail the task.
options:
  certificate:
    description: The certificate (PEM), followed by any intermediate certificates.
    type: path
    required: true
  key:
    description: Its private key (PEM) without a password.
    type: path
    required: true
  trust:
    description: File of trusted certificates (PEM); those of the machine's system when empty.
    type: path
    default: ""
  names:
    description: Host names that the certificate must be issued for.
    type: list
    elements: str
    required: true
  days:
    description: For how many days from now the certificate must be valid.
    type: int
    default: 0
requirements:
  - openssl
extends_documentation_fragment: [laocai.mail.asking]
"""

EXAMPLES = r"""
- name: Examine the certificate
  laocai.mail.certificate:
    certificate: /etc/ssl/mail/server.crt
    key: /etc/ssl/mail/server.key
    trust: /etc/ssl/mail/ca.crt
    names: [mail.laocai.gov.vn]
    days: 30
  register: certificate
"""

RETURN = r"""
faults:
  description: The faults found, in Vietnamese and English.
  returned: success
  type: list
  elements: str
  sample: ['khoá không thuộc chứng thư này -- the key does not belong to this certificate']
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.certificate import Pair, find_faults

SPEC: dict[str, Any] = {
    "certificate": {"type": "path", "required": True},
    "key": {"type": "path", "required": True, "no_log": False},
    "trust": {"type": "path", "default": ""},
    "names": {"type": "list", "elements": "str", "required": True},
    "days": {"type": "int", "default": 0},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(SPEC, supports_check_mode=True)

    def ask(*arguments: str) -> str | None:
        status, said, _error = module.run_command(["openssl", *arguments])
        return str(said) if status == 0 else None

    given = module.params
    pair = Pair(given["certificate"], given["key"], given["trust"])
    module.exit_json(changed=False, faults=list(find_faults(ask, pair, given["names"], given["days"])))


if __name__ == "__main__":
    main()
