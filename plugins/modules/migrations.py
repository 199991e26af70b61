#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the schema of the mail database up to date."""

from __future__ import annotations

DOCUMENTATION = r"""
module: migrations
short_description: Bring the schema of the mail database up to date
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Applies the numbered SQL files of O(src) that the database does not have yet, in order. They change tables and data.
  - Then loads the files of O(schema) that have changed. Each has the present form of one function or view, with its
    grants and the triggers that call it. A file is loaded after those whose objects it mentions.
  - All of it is one transaction. If a file fails, the database stays as it was.
  - A file of O(schema) is also loaded if its object, the owner, the grants or a trigger was changed in the database.
  - Applied migrations are recorded with their checksums in the table C(public.schema_migration), loaded files in
    C(public.schema_file).
  - A file that was edited after it was applied, a missing number, or a database newer than the folder is an error, and
    nothing is applied.
  - Runs as the system user C(postgres) and takes the role C(danhba_owner), which owns the database and all in it.
extends_documentation_fragment: [laocai.mail.database]
options:
  src:
    description: Folder on the host with the files C(NNNN_name.sql), numbered from 0001 without a gap.
    type: path
    required: true
  schema:
    description: Folder on the host with a file C(schema/name.sql) for each function and view C(schema.name).
    type: path
    required: true
requirements:
  - python3-psycopg (psycopg 3), on the host
attributes:
  check_mode:
    description: Returns which files would be applied and loaded, and changes nothing.
    support: full
  diff_mode:
    description: Shows the number of the last migration before and after, and which files are loaded.
    support: full
"""

EXAMPLES = r"""
- name: Bring the schema up to date
  laocai.mail.migrations:
    src: /usr/local/share/danhba/migrations
    schema: /usr/local/share/danhba/schema
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
loaded:
  description: >-
    Files of O(schema) loaded, or in check mode those that would be, in order. Check mode cannot predict which objects a
    pending migration drops.
  returned: success
  type: list
  elements: str
  sample: [events/take.sql]
altered:
  description: Files in RV(loaded) that have not changed themselves, but whose object was changed in the database.
  returned: success
  type: list
  elements: str
  sample: []
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
from ansible_collections.laocai.mail.plugins.module_utils.host.schema import read_files
from ansible_collections.laocai.mail.plugins.module_utils.options.database import OPTIONS

FOLDER = {"type": "path", "required": True}


def main() -> None:
    """Run the module."""
    module = AnsibleModule({"src": FOLDER, "schema": FOLDER, **OPTIONS}, supports_check_mode=True)
    try:
        migrations = read_migrations(Path(module.params["src"]))
        files = read_files(Path(module.params["schema"]))
        with open_connection(module.params["database"], "postgres", module.params["socket"]) as connection:
            change = migrate(connection, migrations, files, dry_run=module.check_mode)
    except Failure as failure:
        module.fail_json(msg=str(failure))
    module.exit_json(
        changed=bool(change),
        applied=[migration.label for migration in change.applied],
        loaded=change.loaded,
        altered=change.altered,
        version=len(migrations),
        diff={
            "before": f"migration {len(migrations) - len(change.applied)}\n"
            + "".join(f"{name}: changed in the database\n" for name in change.altered),
            "after": f"migration {len(migrations)}\n" + "".join(f"{name}: loaded\n" for name in change.loaded),
        },
    )


if __name__ == "__main__":
    main()
