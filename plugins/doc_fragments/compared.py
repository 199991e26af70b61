# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module that compares the use of mailboxes with the targets (R8, R9.8)."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that a module gets by `extends_documentation_fragment: [laocai.mail.compared]`."""

    DOCUMENTATION = r"""
options:
  target_percent:
    description: Target, the percentage of working days on which an agency has to check its mailbox.
    type: int
    default: 90
  regular_percent:
    description: Percentage of working days with a sign of use from which a mailbox counts as regularly used.
    type: int
    default: 80
"""
