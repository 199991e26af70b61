# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes `check_mode` and `diff_mode` of every module that only reads."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that a module gets by `extends_documentation_fragment: [laocai.mail.asking]`."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Changes nothing in either mode, so it gives the same answer.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""
