#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a set of files of a host to what it should be, in one go."""

from __future__ import annotations

DOCUMENTATION = r"""
module: files
short_description: Bring a set of files, folders and links to what it should be, in one go
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Compares any number of paths with what is there in one run on the host, and ships the contents of those files that
    differ, and no others.
  - Paths are brought about in their order. A file is checked by its O(files[].validate) beside its place, and replaces
    the old one whole, with its owner and mode; where the checker objects, the old one stays and the task ends.
  - A folder that is shipped by O(files[].tree) keeps nothing that is not in the set any more.
options:
  files:
    description:
      - The paths, each with one of C(template), C(copy), C(content), C(tree), C(directory), C(link), C(absent).
      - One with O(files[].each) alone is files whose texts are its values.
    type: list
    elements: dict
    required: true
    suboptions:
      path:
        description: Where it is on the host; the folder above it must be there, or come before it.
        type: path
        required: true
      template:
        description: A Jinja2 template of the role's C(templates) folder, as M(ansible.builtin.template) takes it.
        type: str
      each:
        description:
          - Makes a file of each key, which is put for V(%s) in O(files[].path). O(files[].template) has the key and its
            value as C(item.key) and C(item.value).
        type: dict
      vars:
        description: Variables of this O(files[].template) alone.
        type: dict
        default: {}
      copy:
        description: A file of the role's C(files) folder, or on the controller by its whole path.
        type: str
      content:
        description: The text itself.
        type: str
      tree:
        description: A folder of the role's C(files) folder, or on the controller by its whole path, with all below it.
        type: str
      directory:
        description: Whether it is a folder.
        type: bool
        default: false
      link:
        description: What a symbolic link leads to.
        type: str
      absent:
        description: Whether there is to be nothing; what is there goes, a folder with all that is in it.
        type: bool
        default: false
      owner:
        description: The user it belongs to.
        type: str
        default: root
      group:
        description: The group it belongs to.
        type: str
        default: root
      mode:
        description: Its mode in octal, for O(files[].tree) that of the files; V(0755) or V(0644) when empty.
        type: str
        default: ""
      validate:
        description:
          - A command without a shell that ends with 0 when the file, whose name is put for V(%s), is valid.
          - It is asked of each file of O(files[].tree).
        type: str
        default: ""
  only_with:
    description: A path of the host without which nothing is done.
    type: path
    default: ""
requirements:
  - Python 3.11, on the host
attributes:
  check_mode:
    description: Compares, and changes nothing; checkers are not asked.
    support: full
  diff_mode:
    description: Shows the texts, owners and modes before and after; no text that its owner alone may read.
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
  description: The paths that were not as they should be, the first 50.
  returned: success
  type: list
  elements: str
  sample: [/etc/nginx/nginx.conf]
send:
  description: Digests of the contents that are needed; between the action plugin and the module alone.
  returned: when a content is needed
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

# Between the action plugin and this module alone: the paths with their digests, and the file with the contents that
# this module has asked for. `entries` is long, and the journal need not repeat it.
INTERNAL: dict[str, Any] = {"entries": {"type": "json", "no_log": True}, "_exchange": {"type": "path"}}
PATHS = 50  # that a result names
NOT_SHOWN = "(chỉ chủ tệp được đọc, nên không hiện -- its owner alone may read it, so it is not shown)\n"


def main() -> None:
    """Compare what the action plugin has described, and bring it about where the contents came along."""
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
    """The result of the module: what was changed, or which contents it needs before it changes anything."""
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
    """The difference of one path, as Ansible shows it."""
    path = change.entry.path
    shown = {"before_header": path, "after_header": path}
    if not change.needs_content:
        return shown | {"before": change.before.text(), "after": change.after.text()}
    if change.is_private:
        return shown | {"before": change.before.text(), "after": change.after.text() + NOT_SHOWN}
    before = Path(path).read_bytes() if change.before.kind == "file" else b""
    return shown | {"before": readable(before), "after": readable(contents[change.entry.digest])}


def readable(content: bytes) -> str:
    """A text as it is; of anything else that it is none."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"({len(content)} octets)\n"


if __name__ == "__main__":
    main()
