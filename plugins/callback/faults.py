# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write to a file why a run failed, in the failed tasks' own messages: the alert mail quotes it before the log."""

from __future__ import annotations

DOCUMENTATION = r"""
name: faults
type: aggregate
short_description: Write why a run failed into a file
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Appends to the file the message of each task that failed or could not reach its host.
  - A message that several hosts have in common is written once. Of a task with C(no_log) only the name is written.
    Where no task failed, the file is left alone.
options:
  file:
    description: The file on the controller. Without it nothing is written.
    type: path
    default: ""
    env:
      - name: DANHBA_FAULTS
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.plugins.callback import CallbackBase

_MOST = 4000  # characters of one message, so that the mail stays readable


class CallbackModule(CallbackBase):
    """Collects the messages of failed tasks, and appends them to the file when the run ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "laocai.mail.faults"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[str, str] = {}

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Keep the message of a failed task."""
        if not ignore_errors:
            self.faults.setdefault(why(result), result._host.get_name())

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Keep the message of a task whose host could not be reached."""
        if not result._task_fields.get("ignore_unreachable"):
            self.faults.setdefault(why(result), result._host.get_name())

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Append the messages to the file (created 0600), if one is configured and a task failed."""
        if self.faults and (file := self.get_option("file")):
            private = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(private, "a", encoding="utf-8") as written:
                written.writelines(f"{host}: {fault}\n\n" for fault, host in self.faults.items())


def why(result: Any) -> str:
    """Return the message of a failed task; the task's name where it has none, or has `no_log`."""
    said = "\n".join(dict.fromkeys(_said(result._result)))
    return said[:_MOST] or str(result._task.get_name())


def _said(result: Mapping[str, Any]) -> Iterator[str]:
    if result.get("_ansible_no_log"):
        return
    # A loop's result has one entry per item, some of which may not have failed. Without a loop, use the result itself,
    # which has no key `failed` here.
    failed = [one for one in result.get("results", []) if one.get("failed") or one.get("unreachable")]
    for one in failed or [result]:
        text = str(one.get("msg") or "").strip()
        if text and not one.get("_ansible_no_log"):
            yield text
