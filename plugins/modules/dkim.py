#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make and rotate the DKIM keys of a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dkim
short_description: Make and rotate DKIM keys, which sign mail
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Keeps a signing key and a standby key in a folder of the host. Private keys never leave the host.
  - With O(held), carries out the next step of a rotation if one is due, and returns what it waits for.
  - Can be interrupted at any moment. The next run continues.
options:
  folder:
    description: The folder of the keys, which must exist.
    type: path
    required: true
  domains:
    description: Domains whose mail is signed.
    type: list
    elements: str
    required: true
  group:
    description: Group that may read the keys.
    type: str
    default: ""
  bits:
    description: Length of a new RSA key in bits.
    type: int
    default: 2048
  held:
    description: The selectors that all name servers publish (see M(laocai.mail.dns)). Without it no key is rotated.
    type: list
    elements: str
  rotate:
    description: Whether to rotate now, so that the standby key replaces the signing key.
    type: bool
    default: false
  life_days:
    description: Days after which the signing key is rotated without O(rotate).
    type: int
    default: 180
  wait_hours:
    description: Hours for which all name servers must have published a key before it signs.
    type: int
    default: 1
  former_days:
    description: Days for which a former key stays published after it was replaced.
    type: int
    default: 14
  least_hours:
    description: Hours for which a key must have signed before O(rotate) replaces it.
    type: int
    default: 24
attributes:
  check_mode:
    description: Predicts what would change, but makes no key, so that RV(records) only has existing keys.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Rotate the signing key
  laocai.mail.dkim:
    folder: /var/lib/danhba-dkim
    domains: [laocai.gov.vn]
    held: [d20261127a, d20261127b]
    rotate: true
"""

RETURN = r"""
records:
  description: The text of the TXT record of each key, by selector.
  returned: success
  type: dict
  sample: {d20261127a: v=DKIM1; k=rsa; p=MIIB}
signing:
  description: The selector of the signing key.
  returned: success
  type: str
  sample: d20261127a
said:
  description: Messages about steps done or waited for, each in Vietnamese (C(vi)) and English (C(en)).
  returned: success
  type: list
  elements: dict
  sample: []
"""

import subprocess
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import dkim

ARGUMENTS: dict[str, Any] = {
    "folder": {"type": "path", "required": True},
    "domains": {"type": "list", "elements": "str", "required": True},
    "group": {"type": "str", "default": ""},
    "bits": {"type": "int", "default": 2048},
    "held": {"type": "list", "elements": "str"},
    "rotate": {"type": "bool", "default": False},
    "life_days": {"type": "int", "default": 180},
    "wait_hours": {"type": "int", "default": 1},
    "former_days": {"type": "int", "default": 14},
    "least_hours": {"type": "int", "default": 24},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    try:
        module.exit_json(**_run(module.params, dry_run=module.check_mode))
    except Failure as failure:
        module.fail_json(msg=str(failure))
    except subprocess.CalledProcessError as error:
        said = error.stderr if isinstance(error.stderr, str) else (error.stderr or b"").decode(errors="replace")
        module.fail_json(msg=f"openssl: {said.strip()}")
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}")


def _run(given: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
    store, now = dkim.Store(Path(given["folder"]), given["group"], given["bits"]), int(time.time())
    before = store.read()
    said: list[dkim.Said] = []
    after = dkim.completed(before, now)
    if given["held"] is not None:
        hours = ("wait_hours", "least_hours")
        wait, least = (given[name] * 3600 for name in hours)
        timing = dkim.Timing(given["life_days"] * 86400, wait, given["former_days"] * 86400, least)
        after = dkim.seen(after, given["held"], now)
        after, said = dkim.advanced(after, timing, now, rotate=given["rotate"])
    changed = before != after if dry_run else store.write(after, given["domains"])
    signing = after.that(dkim.SIGNING)
    return {
        "changed": changed,
        "records": store.public(before if dry_run else after),
        "signing": signing.selector if signing else "",
        "said": [one._asdict() for one in said],
    }


if __name__ == "__main__":
    main()
