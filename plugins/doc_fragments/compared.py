# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module that compares the use of mailboxes with what it is to be (R8, R9.8)."""

from __future__ import annotations


class ModuleDocFragment:
    """What `extends_documentation_fragment: [laocai.mail.compared]` adds to a module's documentation."""

    DOCUMENTATION = r"""
options:
  target_percent:
    description: Share of working days that an agency has to meet.
    type: int
    default: 90
  regular_percent:
    description: Share of working days with a sign from which on a mailbox is in regular use.
    type: int
    default: 80
"""
