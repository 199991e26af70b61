# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spares the processor of the controller: what is forked for a task leaves its memory alone, loads little."""

from __future__ import annotations

DOCUMENTATION = r"""
name: forks
type: aggregate
short_description: Have forks of Ansible leave its memory alone
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Ansible forks a process for each task. Python's search for garbage there goes through all that the playbook is made
    of, finds nothing, and has each page copied that it touches. With this callback it looks at what is new alone.
  - Most tasks use a filter, a test, a lookup of a file, and run a module. Each of those processes would load these,
    and passlib with them, for Ansible's own process has no need of them. With this callback they are loaded once.
  - Says nothing, and does nothing else.
"""

import gc
import os

from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import action_loader, filter_loader, lookup_loader, test_loader

# By these names tasks ask for them. A name without a collection has all filters, or tests, of Ansible's own loaded.
_OF_MOST_TASKS = {
    action_loader: "normal",
    filter_loader: "default",
    lookup_loader: "ansible.builtin.file",
    test_loader: "defined",
}


class CallbackModule(CallbackBase):
    """Does it once, as it is loaded."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "laocai.mail.forks"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        os.register_at_fork(after_in_child=gc.freeze)
        for loader, plugin in _OF_MOST_TASKS.items():
            loader.get(plugin, class_only=True)
