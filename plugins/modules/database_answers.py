#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask whether the database answers a service."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_answers
short_description: Ask whether the database answers a service
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Opens a database by its Unix socket as the system user of a service, and asks the views and tables that the service
    reads for none of their rows. So it holds that the server runs, that the user may come in, and that each is there
    and granted.
  - Fails with what psql says; not in check mode, where the role that makes the database has changed nothing.
  - Changes nothing.
options:
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
  - psql, runuser
attributes:
  check_mode:
    description: Asks all the same, and does not fail.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Ask the database as Dovecot will
  laocai.mail.database_answers:
    database: danhba
    user: dovecot
    views: [dovecot.passdb, dovecot.userdb]
"""

RETURN = r"""
answered:
  description: Whether the database has answered.
  returned: success
  type: bool
said:
  description: What psql said when it did not.
  returned: success
  type: str
  sample: 'ERROR:  relation "dovecot.passdb" does not exist'
"""

from ansible.module_utils.basic import AnsibleModule

SPEC = {
    "database": {"type": "str", "required": True},
    "socket_dir": {"type": "path", "default": "/run/postgresql"},
    "user": {"type": "str", "required": True},
    "role": {"type": "str", "default": ""},
    "views": {"type": "list", "elements": "str", "default": []},
}


def command(params: dict[str, object], views: list[str]) -> list[str]:
    """The question to psql; it is asked as the service's own user, since PostgreSQL knows who is at the socket."""
    return [
        *("runuser", f"--user={params['user']}", "--"),
        *("psql", "--no-psqlrc", "--quiet", f"--host={params['socket_dir']}", f"--dbname={params['database']}"),
        f"--username={params['role'] or params['user']}",
        f"--command=SELECT{' FROM ' + ', '.join(views) if views else ''} LIMIT 0",
    ]


def main() -> None:
    """Run the module."""
    module = AnsibleModule(SPEC, supports_check_mode=True)
    status, _out, errors = module.run_command(command(module.params, module.params["views"]), cwd="/")
    said = " ".join(errors.split())
    database, user = module.params["database"], module.params["user"]
    if status and not module.check_mode:
        module.fail_json(
            msg=f"Cơ sở dữ liệu {database} không trả lời người dùng {user}: chạy role database trước "
            "(playbooks/site.yml làm đúng thứ tự), hoặc xem 'systemctl status postgresql@17-main' trên máy.\n"
            f"The database {database} does not answer the user {user}: run role database first (playbooks/site.yml "
            f"keeps the order), or see 'systemctl status postgresql@17-main' there. psql: {said}"
        )
    module.exit_json(changed=False, answered=status == 0, said=said)


if __name__ == "__main__":
    main()
