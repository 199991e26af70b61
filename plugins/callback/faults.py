# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down why a run failed, as its tasks say it to people: for the letter about it, before any log."""

from __future__ import annotations

DOCUMENTATION = r"""
name: faults
type: aggregate
short_description: Write why a run failed into a file
version_added: 0.3.0
author: Lào Cai mail project (@laocai)
description:
  - Adds, for each task that failed or could not reach its host, what it says about that, behind what is in the file.
  - What is told by several hosts in the same words is written once. Nothing is written of a task that is kept secret
    but its name, and nothing at all where no task failed.
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

_MOST = 4000  # characters of one fault: a letter, not a log


class CallbackModule(CallbackBase):
    """Collects what failed tasks say, and adds it to the file when the run ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "laocai.mail.faults"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[str, str] = {}

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task has failed on a host."""
        if not ignore_errors:
            self.faults.setdefault(why(result), result._host.get_name())

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host could not be reached."""
        if not result._task_fields.get("ignore_unreachable"):
            self.faults.setdefault(why(result), result._host.get_name())

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The run has ended: whoever asked reads the file."""
        if self.faults and (file := self.get_option("file")):
            private = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(private, "a", encoding="utf-8") as written:
                written.writelines(f"{host}: {fault}\n\n" for fault, host in self.faults.items())


def why(result: Any) -> str:
    """What a failed task says to people; its name where it says nothing, or where that is kept secret."""
    said = "\n".join(dict.fromkeys(_said(result._result)))
    return said[:_MOST] or str(result._task.get_name())


def _said(result: Mapping[str, Any]) -> Iterator[str]:
    if result.get("_ansible_no_log"):
        return
    # Of a task without a loop the result itself does not say that it has failed; of a loop only some may have.
    failed = [one for one in result.get("results", []) if one.get("failed") or one.get("unreachable")]
    for one in failed or [result]:
        text = str(one.get("msg") or "").strip()
        if text and not one.get("_ansible_no_log"):
            yield text
