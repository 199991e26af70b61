#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have units run, and have them read their files."""

from __future__ import annotations

DOCUMENTATION = r"""
module: units
short_description: Have units run, and have them read their files
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Asks systemd once about any number of units, and compares when each was started or reloaded with the times of the
    files it reads. What is not enabled is enabled, what does not run is started, and what has not read its files is
    started again or reloaded, never both.
  - Goes by the clock and not by what a run has changed, so that a run that was cut short is made good by the next.
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
  check:
    description: A command that has to end well before anything is started again or reloaded.
    type: dict
    suboptions:
      argv:
        description: The command and its arguments.
        type: list
        elements: str
        required: true
      stdin:
        description: What it is given to read.
        type: str
        default: ""
      usual:
        description:
          - A regular expression. What the command says on lines that begin with a match is no fault; anything else that
            it says is one.
        type: str
        default: $
  database:
    description:
      - A database that has to answer the service before anything is started or read.
      - It is asked by its Unix socket as the system user of the service, for none of the rows of what the service
        reads. So it holds that the server runs, that the user may come in, and that each view is there and granted.
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
        description: The system user as whom the service runs.
        type: str
        required: true
      role:
        description: The database role that the service takes; that of the user's name when empty.
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
      - Says what would be done, and passes over files and units that are not there yet. O(check) and O(database) are
        not asked, for what they ask about may not be there either.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Have nginx run with the settings that were written
  laocai.mail.units:
    units:
      - name: nginx.service
        start_files: [/etc/systemd/system/nginx.service.d]
        read_files: [/etc/nginx/nginx.conf]
    check: {argv: [nginx, -t, -q]}

- name: Have Dovecot run, where the database answers it
  laocai.mail.units:
    units: [{name: dovecot.service}]
    database:
      database: danhba
      user: dovecot
      views: [dovecot.passdb, dovecot.userdb]
"""

RETURN = r"""
changed:
  description: Whether there was anything to do.
  returned: success
  type: bool
names:
  description: The units that something was done to.
  returned: success
  type: list
  elements: str
  sample: [nginx.service]
daemon_reload:
  description: Whether systemd had to read the files of a unit again.
  returned: success
  type: bool
idle:
  description: Units that were enabled or started, and which of the two.
  returned: success
  type: list
  elements: dict
  sample: [{name: nginx.service, enabled: true, running: true}]
restart:
  description: Units that ran, but since before a change of a file in O(units[].start_files), and were started again.
  returned: success
  type: list
  elements: str
reload:
  description: Units not among those, that had last read before a change of a file in O(units[].read_files).
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
