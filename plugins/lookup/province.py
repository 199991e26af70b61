# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a register's province.yml, once for all inventory variables that refer to it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: province
short_description: Read the settings of the whole province from a register
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Reads C(province.yml) of a register as YAML. It is not checked here; C(playbooks/preflight.yml) does that.
  - All values below C(regulation) are strings as written in the file, also numbers and dates.
  - A process parses the file once while it is unchanged, however many inventory variables use it.
options:
  _terms:
    description: Folder of the register on the controller; give exactly one.
    type: list
    elements: path
    required: true
"""

EXAMPLES = r"""
- name: Show the province's mail domain
  ansible.builtin.debug:
    msg: "{{ lookup('laocai.mail.province', register_dir).domain }}"
"""

RETURN = r"""
_raw:
  description: The keys of the file with their values.
  type: list
  elements: dict
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    """The lookup laocai.mail.province."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **options: Any) -> list[dict[str, Any]]:
        """Return the content of each register's province.yml."""
        return [read(Path(term) / "province.yml") for term in terms]


def read(path: Path) -> dict[str, Any]:
    """Return the content of a province.yml; it is parsed again only after it has changed.

    Raises:
        AnsibleError: the file cannot be read, or is not a YAML mapping.
    """
    try:
        found = path.stat()
        return _parsed(path, (found.st_ino, found.st_size, found.st_mtime_ns))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        reason = f"{path}: {getattr(error, 'strerror', None) or error}"
        raise AnsibleError(f"Không đọc được tệp của tỉnh | The province's file cannot be read: {reason}") from error


@lru_cache(maxsize=4)
def _parsed(path: Path, _state: tuple[int, int, int]) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    content = yaml.load(text, yaml.CSafeLoader)
    if not isinstance(content, dict):
        raise yaml.YAMLError("tệp không có khóa | it has no keys")
    if "regulation" in content:
        # Article numbers have to stay strings: as floats, 8.10 would become 8.1.
        content["regulation"] = yaml.load(text, yaml.CBaseLoader)["regulation"]  # noqa: S506 - texts
    return content
