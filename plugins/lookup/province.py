# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a register's province.yml says, read once for all values of an inventory that stand on it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: province
short_description: What a register says for the whole province
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Reads C(province.yml) of a register as YAML. It is not checked here; C(playbooks/preflight.yml) does that.
  - What stands at C(regulation) is text as it is written, numbers and days too.
  - A process parses the file once, as long as it stays the same, however many values of an inventory stand on it.
options:
  _terms:
    description: Folder of the register on the controller, one alone.
    type: list
    elements: path
    required: true
"""

EXAMPLES = r"""
- name: Say whose mail this is
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
        """The province of each register."""
        return [read(Path(term) / "province.yml") for term in terms]


def read(path: Path) -> dict[str, Any]:
    """What a file says; parsed anew only when it has changed.

    Raises:
        AnsibleError: it cannot be read, or is no YAML with keys.
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
        # Its numbers of articles are texts: 8.10 is not 8.1.
        content["regulation"] = yaml.load(text, yaml.CBaseLoader)["regulation"]  # noqa: S506 - texts
    return content
