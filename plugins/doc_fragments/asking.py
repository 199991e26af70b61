# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode and diff mode are to every module that only asks."""

from __future__ import annotations


class ModuleDocFragment:
    """What `extends_documentation_fragment: [laocai.mail.asking]` adds to a module's documentation."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Gives the same answer.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""
