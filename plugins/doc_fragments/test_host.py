# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `test_host` of every module that applies data of the register to a host."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation that a module gets by `extends_documentation_fragment: [laocai.mail.test_host]`."""

    DOCUMENTATION = r"""
options:
  test_host:
    description: Whether the host is a test host. A register marked C(sample) is refused for any other host.
    type: bool
    default: false
"""
