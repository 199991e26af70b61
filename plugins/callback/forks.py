# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed up Ansible's task processes: freeze the garbage collector after fork, and load common plugins before."""

from __future__ import annotations

DOCUMENTATION = r"""
name: forks
type: aggregate
short_description: Spare processor time in the processes that Ansible forks
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Ansible forks a process for each task. Python's garbage collector there walks through all objects of the playbook,
    finds nothing, and makes the kernel copy each memory page that it touches. With this callback (C(gc.freeze) after
    the fork) it only looks at new objects.
  - Most tasks use a filter, a test and a lookup of a file, and run a module. Each forked process would load these
    plugins, and passlib with them, because Ansible's main process does not. With this callback they are loaded once,
    before the first fork.
  - Prints nothing.
"""

import gc
import os

from ansible.plugins.callback import CallbackBase
from ansible.plugins.loader import action_loader, filter_loader, lookup_loader, test_loader

# One name per kind of plugin is enough: a name without a collection makes Ansible load all builtin filters or tests.
_OF_MOST_TASKS = {
    action_loader: "normal",
    filter_loader: "default",
    lookup_loader: "ansible.builtin.file",
    test_loader: "defined",
}


class CallbackModule(CallbackBase):
    """Registers `gc.freeze` for forked processes and loads the common plugins, once, when it is loaded itself."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "laocai.mail.forks"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        os.register_at_fork(after_in_child=gc.freeze)
        for loader, plugin in _OF_MOST_TASKS.items():
            loader.get(plugin, class_only=True)
