#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the database's schema up to date."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrations
short_description: Bring the schema of the mail database up to date
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Applies the numbered SQL files of a folder that the database does not have yet, in order, each in a transaction of
    its own.
  - What was applied is recorded with its checksum in the table C(public.schema_migration).
  - A file that was edited after it was applied, a missing number, or a database newer than the folder is an error, and
    nothing is applied.
  - Runs as the system user C(postgres) and takes the role C(danhba_owner), which owns the database and all in it.
extends_documentation_fragment: [laocai.mail.database]
options:
  src:
    description: Folder on the host with the files C(NNNN_name.sql), numbered from 0001 without a gap.
    type: path
    required: true
requirements:
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Says which files would be applied, and applies none.
    support: full
  diff_mode:
    description: Shows the number of the last migration before and after.
    support: full
"""

EXAMPLES = r"""
- name: Bring the schema up to date
  laocai.mail.migrations:
    src: /usr/local/share/danhba/migrations
  become: true
  become_user: postgres
"""

RETURN = r"""
applied:
  description: Names of the files applied, or in check mode of those that would be, in order.
  returned: success
  type: list
  elements: str
  sample: [0001_accounts.sql, 0002_views.sql]
version:
  description: Number of the last migration that the database has, or in check mode would have.
  returned: success
  type: int
  sample: 2
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.migrations import migrate, read_migrations
from ansible_collections.laocai.mail.plugins.module_utils.host.postgres import open_connection
from ansible_collections.laocai.mail.plugins.module_utils.options.database import OPTIONS


def main() -> None:
    """Run the module."""
    module = AnsibleModule({"src": {"type": "path", "required": True}, **OPTIONS}, supports_check_mode=True)
    try:
        migrations = read_migrations(Path(module.params["src"]))
        with open_connection(module.params["database"], "postgres", module.params["socket"]) as connection:
            applied = migrate(connection, migrations, dry_run=module.check_mode)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(
        changed=bool(applied),
        applied=[migration.label for migration in applied],
        version=len(migrations),
        diff={
            "before": f"migration {len(migrations) - len(applied)}\n",
            "after": f"migration {len(migrations)}\n",
        },
    )


if __name__ == "__main__":
    main()
