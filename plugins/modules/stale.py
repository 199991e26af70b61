#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which units do not run or have not read their files yet."""

from __future__ import annotations

DOCUMENTATION = r"""
module: stale
short_description: Say which units do not run, or have not read their files yet
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Asks systemd once about any number of units, and compares when each was started or reloaded with the times of the
    files it reads.
  - Goes by the clock and not by what a run has changed, so that a run that was cut short is made good by the next.
  - Changes nothing itself. The result says what has to be done; C(roles/common/tasks/run.yml) does it.
options:
  units:
    description: The units, in the order in which they are started.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Full name of the unit, such as V(nginx.service).
        type: str
        required: true
      enabled:
        description: Whether it has to start at boot. Nothing is said of a unit that need not.
        type: bool
        default: true
      running:
        description: Whether it has to run. Nothing is said of a unit that need not.
        type: bool
        default: true
      start_files:
        description: Files, or folders with all that is in them, that are read at a start alone.
        type: list
        elements: path
        default: []
      read_files:
        description: Files, or folders with all that is in them, that are read at a start and at a reload.
        type: list
        elements: path
        default: []
attributes:
  check_mode:
    description: Gives the same answer, and passes over files and units that are not there yet.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Look whether nginx runs and has read its settings
  laocai.mail.stale:
    units:
      - name: nginx.service
        start_files: [/etc/systemd/system/nginx.service.d]
        read_files: [/etc/nginx/nginx.conf]
  register: nginx_stale
"""

RETURN = r"""
changed:
  description: Whether there is anything to be done.
  returned: success
  type: bool
daemon_reload:
  description: Whether systemd has to read the files of a unit again.
  returned: success
  type: bool
idle:
  description: Units that have to be enabled or started.
  returned: success
  type: list
  elements: dict
  sample: [{name: nginx.service, enabled: true, running: true}]
restart:
  description: Units that run, but since before a change of a file in O(units[].start_files).
  returned: success
  type: list
  elements: str
reload:
  description: Units not among those, that were started and reloaded before a change of a file in O(units[].read_files).
  returned: success
  type: list
  elements: str
  sample: [nginx.service]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import units

UNIT = {
    "name": {"type": "str", "required": True},
    "enabled": {"type": "bool", "default": True},
    "running": {"type": "bool", "default": True},
    "start_files": {"type": "list", "elements": "path", "default": []},
    "read_files": {"type": "list", "elements": "path", "default": []},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        {"units": {"type": "list", "elements": "dict", "required": True, "options": UNIT}}, supports_check_mode=True
    )
    try:
        outcome = units.examine([units.Unit(**unit) for unit in module.params["units"]], dry_run=module.check_mode)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(**units.as_result(outcome))


if __name__ == "__main__":
    main()
