# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module that opens the database of accounts; `module_utils/host/postgres.py` has their specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that a module gets by `extends_documentation_fragment: [laocai.mail.database]`."""

    DOCUMENTATION = r"""
options:
  database:
    description: Name of the database.
    type: str
    default: danhba
  socket:
    description: Folder of the PostgreSQL server's Unix socket on the host.
    type: path
    default: /run/postgresql
"""
