#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install a set of files, folders and links on a host in one module call."""

from __future__ import annotations

DOCUMENTATION = r"""
module: files
short_description: Install a set of files, folders and links in one module call
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Compares any number of paths with the host in one module call, and sends only the contents of files that differ.
  - Paths are changed in their order. A new file is validated by O(files[].validate) in a temporary folder, and replaces
    the old one atomically, with its owner and mode. If it is not valid, the old file stays and the task fails.
  - In a folder installed by O(files[].tree), everything that is not part of the set is removed.
options:
  files:
    description:
      - The paths, each with one of C(template), C(copy), C(content), C(tree), C(directory), C(link), C(absent).
      - With O(files[].each) and none of these, the values are the texts of the files.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Path on the host. Its parent folder must exist, or be an earlier item.
        type: path
        required: true
      template:
        description: A Jinja2 template of the role's C(templates) folder, as M(ansible.builtin.template) takes it.
        type: str
      each:
        description:
          - Makes one file for each key, which replaces V(%s) in O(files[].path). In O(files[].template) the key and its
            value are C(item.key) and C(item.value).
        type: dict
      vars:
        description: Additional variables for this O(files[].template).
        type: dict
        default: {}
      copy:
        description: A file in the role's C(files) folder, or an absolute path on the controller.
        type: str
      content:
        description: The text of the file.
        type: str
      tree:
        description: A folder to copy recursively, in the role's C(files) folder or as absolute path on the controller.
        type: str
      directory:
        description: Whether the path is a folder.
        type: bool
        default: false
      link:
        description: Target of a symbolic link.
        type: str
      absent:
        description: Whether the path is removed, a folder with everything in it.
        type: bool
        default: false
      owner:
        description: The owner.
        type: str
        default: root
      group:
        description: The group.
        type: str
        default: root
      mode:
        description: Mode in octal, for O(files[].tree) of its files; V(0755) for folders, V(0644) for files when empty.
        type: str
        default: ""
      validate:
        description:
          - A command, run without a shell, that exits with 0 if the file is valid. V(%s) stands for the file's path.
          - It is run for each file of O(files[].tree).
        type: str
        default: ""
  only_with:
    description: A path on the host; if it does not exist, nothing is done.
    type: path
    default: ""
requirements:
  - Python 3.11, on the host
attributes:
  check_mode:
    description: Compares, and changes nothing. Validators are not run.
    support: full
  diff_mode:
    description: Shows texts, owners and modes before and after, except texts that only the owner may read.
    support: full
"""

EXAMPLES = r"""
- name: Configure nginx
  laocai.mail.files:
    files:
      - {path: /var/www/danhba, directory: true}
      - {path: /etc/nginx/nginx.conf, template: nginx.conf.j2, validate: nginx -t -q -c %s}
      - {path: /usr/share/danhba/pictures, tree: pictures}
  become: true
"""

RETURN = r"""
paths:
  description: The paths that were changed, or would be; the first 50.
  returned: success
  type: list
  elements: str
  sample: [/etc/nginx/nginx.conf]
send:
  description: Digests of the contents that the host needs. The action plugin sends these, and removes this key.
  returned: only to the action plugin
  type: list
  elements: str
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import file_set
from ansible_collections.laocai.mail.plugins.module_utils.options.files import ARGUMENTS

# Options set only by the action plugin: the paths with their digests, and the file with the contents that this module
# has requested. `entries` is long; no_log keeps it out of the journal.
INTERNAL: dict[str, Any] = {"entries": {"type": "json", "no_log": True}, "_exchange": {"type": "path"}}
PATHS = 50  # most paths in a result
NOT_SHOWN = "(chỉ chủ tệp được đọc, nên không hiện -- its owner alone may read it, so it is not shown)\n"


def main() -> None:
    """Compare the entries from the action plugin with the host; install them once the contents were sent along."""
    module = AnsibleModule({"only_with": ARGUMENTS["only_with"], **INTERNAL}, supports_check_mode=True)
    needed = module.params["only_with"]
    if needed and not Path(needed).exists():
        module.exit_json(changed=False, paths=[])
    try:
        module.exit_json(**bring(module))
    except Failure as failure:
        module.fail_json(msg=str(failure))
    except OSError as error:
        module.fail_json(msg=f"Không ghi được tệp: {error}\nA file cannot be written: {error}")


def bring(module: AnsibleModule) -> dict[str, Any]:
    """Return the module's result: the changed paths, or `send`, the digests of contents that are needed first."""
    changes = file_set.compare([file_set.Entry(**entry) for entry in json.loads(module.params["entries"])])
    send = sorted({change.entry.digest for change in changes if change.needs_content})
    contents: Mapping[str, bytes] = {}
    if send and not module.params["_exchange"]:
        return {"changed": False, "send": send}
    if module.params["_exchange"]:
        shipped = json.loads(Path(module.params["_exchange"]).read_bytes())
        contents = {digest: base64.b64decode(content) for digest, content in shipped.items()}
    result: dict[str, Any] = {"changed": bool(changes), "paths": [change.entry.path for change in changes][:PATHS]}
    if module._diff:
        result["diff"] = [show(change, contents) for change in changes]
    if not module.check_mode:
        for change in changes:
            file_set.apply(change, contents)
    return result


def show(change: file_set.Change, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Return the diff of one path in Ansible's form."""
    path = change.entry.path
    shown = {"before_header": path, "after_header": path}
    if not change.needs_content:
        return shown | {"before": change.before.text(), "after": change.after.text()}
    if change.is_private:
        return shown | {"before": change.before.text(), "after": change.after.text() + NOT_SHOWN}
    before = Path(path).read_bytes() if change.before.kind == "file" else b""
    return shown | {"before": readable(before), "after": readable(contents[change.entry.digest])}


def readable(content: bytes) -> str:
    """Decode a text; for binary content return its size."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"({len(content)} octets)\n"


if __name__ == "__main__":
    main()
