# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down what a run changes, or would change in check mode: what somebody has changed by hand since the last."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift
type: aggregate
short_description: Write what was changed, or would be, into a file
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Writes what that means, then one line for each task that changed a host, or would have in check mode, with the
    files, units or accounts that it says it is about. The file is empty where nothing was changed.
  - In check mode after a whole run these are the differences between a host and the inventory, which the next run
    heals. Where a task failed, a line says so, for what comes after it on that host was not looked at.
options:
  file:
    description: The file on the controller. Without it nothing is written.
    type: path
    default: ""
    env:
      - name: DANHBA_DRIFT
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.laocai.mail.plugins.callback.faults import why

# Under these keys a result says what it is about.
_ABOUT = ("names", "paths", "path", "dest", "name", "counts")
_MOST = 10
_WORDS = 500  # characters of why a task failed
# A line for each language: whoever reads mail breaks lines himself.
INTRODUCTION = (
    "Máy chủ khác với kho và inventory ở những chỗ dưới đây; lần chạy này đưa về đúng. Hỏi ai đã sửa tay và vì sao; "
    "cần giữ thì khai trong inventory.\n"
    "The server differs from what the inventory says in these places, and this run brings it back. Ask who changed it "
    "by hand, and why; what is to stay goes into the inventory.\n\n"
)


class CallbackModule(CallbackBase):
    """Collects the lines, and writes them when the run ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "laocai.mail.drift"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task has ended on a host."""
        if result.is_changed():
            about = ", ".join(_about(result._result))
            self.lines.append(f"{result._host.get_name()}: {result._task.get_name()}{about and f': {about}'}")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task has failed on a host: what check mode cannot try, as where a service that the next one asks is off."""
        if not ignore_errors:
            self._cut_short(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A host could not be reached."""
        if not result._task_fields.get("ignore_unreachable"):
            self._cut_short(result)

    def _cut_short(self, result: Any) -> None:
        self.lines.append(
            f"{result._host.get_name()}: từ đây trở đi chưa so sánh được -- not compared from here on: "
            f"{result._task.get_name()}: {' '.join(why(result).split())[:_WORDS]}"
        )

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The run has ended: whoever asked reads the file."""
        if file := self.get_option("file"):
            private = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(private, "w", encoding="utf-8") as written:
                written.writelines([INTRODUCTION, *(f"{line}\n" for line in self.lines)] if self.lines else [])


def _about(result: Mapping[str, Any]) -> Iterator[str]:
    """What a result is about; nothing of one that is kept secret."""
    if result.get("_ansible_no_log"):
        return
    for one in result.get("results", [result]):
        if one.get("changed"):
            key = next((key for key in _ABOUT if one.get(key)), None)
            said = one[key] if key else one.get("item", "")
            yield from map(str, said[:_MOST] if isinstance(said, list) else [said] if said else [])
