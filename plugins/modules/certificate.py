#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong with a certificate and its key."""

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate
short_description: Say what is wrong with a certificate and its key
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Asks openssl whether both can be read, belong together, and are good for every name on a day.
  - Changes nothing, and does not fail where something is wrong.
options:
  certificate:
    description: The certificate (PEM), with any intermediate ones after it.
    type: path
    required: true
  key:
    description: Its private key (PEM) without a password.
    type: path
    required: true
  trust:
    description: The file whose certificates are believed.
    type: path
    required: true
  names:
    description: Host names that it must be issued for.
    type: list
    elements: str
    required: true
  days:
    description: For how many days from now it must be good.
    type: int
    default: 0
requirements:
  - openssl
attributes:
  check_mode:
    description: Gives the same answer.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
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
  description: What is wrong, in Vietnamese and English; empty when it is good.
  returned: success
  type: list
  elements: str
  sample: ['khoá không thuộc chứng thư này -- the key does not belong to this certificate']
"""

import time
from collections.abc import Iterator
from typing import Any

from ansible.module_utils.basic import AnsibleModule

SPEC: dict[str, Any] = {
    "certificate": {"type": "path", "required": True},
    "key": {"type": "path", "required": True, "no_log": False},
    "trust": {"type": "path", "required": True},
    "names": {"type": "list", "elements": "str", "required": True},
    "days": {"type": "int", "default": 0},
}
SECONDS_A_DAY = 86400


def ask(module: AnsibleModule, *arguments: str) -> str | None:
    """What openssl prints, None where it objects."""
    status, said, _error = module.run_command(["openssl", *arguments])
    return str(said) if status == 0 else None


def find_faults(module: AnsibleModule) -> Iterator[str]:
    """What is wrong with the pair, in Vietnamese and English."""
    certificate, key = module.params["certificate"], module.params["key"]
    issued = ask(module, "x509", "-in", certificate, "-noout", "-pubkey")
    held = ask(module, "pkey", "-in", key, "-pubout", "-passin", "pass:")
    if issued is None or held is None:
        yield (
            "không đọc được chứng thư hoặc khoá (cần PEM, khoá không mật khẩu)"
            " -- certificate or key cannot be read (PEM is needed, the key without a password)"
        )
    if issued != held:
        yield "khoá không thuộc chứng thư này -- the key does not belong to this certificate"
    when = str(int(time.time()) + module.params["days"] * SECONDS_A_DAY)
    trust = ("-partial_chain", "-trusted", module.params["trust"], "-attime", when)
    for name in module.params["names"]:
        if ask(module, "verify", *trust, "-verify_hostname", name, certificate) is None:
            yield (
                f"không cấp cho tên {name}, hoặc không còn hạn dùng -- not issued for the name {name}, or not valid any"
                " more"
            )


def main() -> None:
    """Run the module."""
    module = AnsibleModule(SPEC, supports_check_mode=True)
    module.exit_json(changed=False, faults=list(find_faults(module)))


if __name__ == "__main__":
    main()
