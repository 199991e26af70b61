#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start systemd units, and restart or reload them after their files changed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: units
short_description: Start systemd units, and restart or reload them after their files changed
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Reads the state of any number of units from systemd once, and compares the time of each unit's start or reload with
    the times of the files that it reads. Units are enabled and started if they are not; a unit whose files are newer is
    restarted or reloaded, never both.
  - Compares times instead of results of earlier tasks, so that a run after an interrupted one restarts what needs it.
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
        description: Whether the unit must be enabled. When false, it is left as it is.
        type: bool
        default: true
      running:
        description: Whether the unit must run. When false, it is left as it is.
        type: bool
        default: true
      start_files:
        description: Files, or folders with everything in them, that the unit reads only when it starts.
        type: list
        elements: path
        default: []
      read_files:
        description: Files, or folders with everything in them, that the unit reads when it starts and when it reloads.
        type: list
        elements: path
        default: []
  check:
    description: A command that must succeed before any unit is restarted or reloaded, such as a syntax check.
    type: dict
    suboptions:
      argv:
        description: The command and its arguments.
        type: list
        elements: str
        required: true
      stdin:
        description: Input of the command.
        type: str
        default: ""
      usual:
        description:
          - A regular expression for harmless lines of output, matched at their beginning. Any other line on stdout
            makes the check fail.
        type: str
        default: $
  database:
    description:
      - A database that must answer the service before any unit is started, restarted or reloaded.
      - It is queried by its Unix socket as the system user of the service, with LIMIT 0. This proves that the server
        runs, that the user may connect, and that each view exists and may be read.
    type: dict
    suboptions:
      database:
        description: Name of the database.
        type: str
        required: true
      socket_dir:
        description: Folder of the PostgreSQL server's Unix socket.
        type: path
        default: /run/postgresql
      user:
        description: The system user of the service.
        type: str
        required: true
      role:
        description: The database role of the service; the one named like O(database.user) when empty.
        type: str
        default: ""
      views:
        description: Views and tables, with their schema, that the service reads.
        type: list
        elements: str
        default: []
requirements:
  - psql, runuser; where O(database) is given
attributes:
  check_mode:
    description:
      - Returns what would be done, and skips files and units that do not exist yet. O(check) and O(database) are not
        run, because what they need may not exist yet either.
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Start nginx, or reload it after its settings changed
  laocai.mail.units:
    units:
      - name: nginx.service
        start_files: [/etc/systemd/system/nginx.service.d]
        read_files: [/etc/nginx/nginx.conf]
    check: {argv: [nginx, -t, -q]}

- name: Start Dovecot, once the database answers it
  laocai.mail.units:
    units: [{name: dovecot.service}]
    database:
      database: danhba
      user: dovecot
      views: [dovecot.passdb, dovecot.userdb]
"""

RETURN = r"""
changed:
  description: Whether any unit was changed, or in check mode would be.
  returned: success
  type: bool
names:
  description: The units that were enabled, started, restarted or reloaded.
  returned: success
  type: list
  elements: str
  sample: [nginx.service]
daemon_reload:
  description: Whether C(systemctl daemon-reload) was needed.
  returned: success
  type: bool
idle:
  description: Units that were enabled (C(enabled)) or started (C(running)).
  returned: success
  type: list
  elements: dict
  sample: [{name: nginx.service, enabled: true, running: true}]
restart:
  description: Units that were restarted, because a file in O(units[].start_files) is newer than their start.
  returned: success
  type: list
  elements: str
reload:
  description: Other units that were reloaded, because a file in O(units[].read_files) is newer than their last reload.
  returned: success
  type: list
  elements: str
  sample: [nginx.service]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import database_answers, units

UNIT = {
    "name": {"type": "str", "required": True},
    "enabled": {"type": "bool", "default": True},
    "running": {"type": "bool", "default": True},
    "start_files": {"type": "list", "elements": "path", "default": []},
    "read_files": {"type": "list", "elements": "path", "default": []},
}
CHECK = {
    "argv": {"type": "list", "elements": "str", "required": True},
    "stdin": {"type": "str", "default": ""},
    "usual": {"type": "str", "default": "$"},
}
DATABASE = {
    "database": {"type": "str", "required": True},
    "socket_dir": {"type": "path", "default": "/run/postgresql"},
    "user": {"type": "str", "required": True},
    "role": {"type": "str", "default": ""},
    "views": {"type": "list", "elements": "str", "default": []},
}
ARGUMENTS = {
    "units": {"type": "list", "elements": "dict", "required": True, "options": UNIT},
    "check": {"type": "dict", "options": CHECK},
    "database": {"type": "dict", "options": DATABASE},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    check, database = module.params["check"], module.params["database"]
    try:
        if database and not module.check_mode:
            database_answers.demand(database_answers.Reader(**database))
        outcome = units.examine([units.Unit(**unit) for unit in module.params["units"]], dry_run=module.check_mode)
        if not module.check_mode:
            units.bring_about(outcome, units.Check(**check) if check else None)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(**units.as_result(outcome))


if __name__ == "__main__":
    main()
