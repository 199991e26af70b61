# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option of every module that brings something of the register to a host."""

from __future__ import annotations


class ModuleDocFragment:
    """What `extends_documentation_fragment: [laocai.mail.test_host]` adds to a module's documentation."""

    DOCUMENTATION = r"""
options:
  test_host:
    description: Whether the host is one for trials, the only kind to which a register that says C(sample) may go.
    type: bool
    default: false
"""
