# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write to a file what a run changes, or would change in check mode: mostly changes made by hand since the last run."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift
type: aggregate
short_description: Write the changes that a run makes, or would make, to a file
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Writes an introduction, then one line for each task that changed a host, or would have in check mode, with the
    files, units or accounts that its result names. The file is empty where nothing was changed.
  - In check mode after a complete run the lines are the differences between a host and the inventory, which the next
    run corrects. A line tells where a task failed, because later tasks were not compared on that host.
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

# Keys of a task's result that name the changed objects, in order of preference.
_ABOUT = ("names", "paths", "path", "dest", "name", "counts")
_MOST = 10
_WORDS = 500  # characters of a failed task's message
# One long line per language: mail programs wrap it.
INTRODUCTION = (
    "Máy chủ khác với kho và inventory ở những chỗ dưới đây; lần chạy này đưa về đúng. Hỏi ai đã sửa tay và vì sao; "
    "cần giữ thì khai trong inventory.\n"
    "The server differs from what the inventory says in these places, and this run brings it back. Ask who changed it "
    "by hand, and why; what is to stay goes into the inventory.\n\n"
)


class CallbackModule(CallbackBase):
    """Collects a line for each change, and writes them to the file when the run ends."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "laocai.mail.drift"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def v2_runner_on_ok(self, result: Any) -> None:
        """Add a line for a task that changed a host."""
        if result.is_changed():
            about = ", ".join(_about(result._result))
            self.lines.append(f"{result._host.get_name()}: {result._task.get_name()}{about and f': {about}'}")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Add a line for a failed task: often one that check mode cannot try, since what it needs was not started."""
        if not ignore_errors:
            self._cut_short(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Add a line for a host that could not be reached."""
        if not result._task_fields.get("ignore_unreachable"):
            self._cut_short(result)

    def _cut_short(self, result: Any) -> None:
        self.lines.append(
            f"{result._host.get_name()}: từ đây trở đi chưa so sánh được -- not compared from here on: "
            f"{result._task.get_name()}: {' '.join(why(result).split())[:_WORDS]}"
        )

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write the collected lines to the file (0600), if one is configured."""
        if file := self.get_option("file"):
            private = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(private, "w", encoding="utf-8") as written:
                written.writelines([INTRODUCTION, *(f"{line}\n" for line in self.lines)] if self.lines else [])


def _about(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the objects that a result changed; none for a task with `no_log`."""
    if result.get("_ansible_no_log"):
        return
    for one in result.get("results", [result]):
        if one.get("changed"):
            key = next((key for key in _ABOUT if one.get(key)), None)
            said = one[key] if key else one.get("item", "")
            yield from map(str, said[:_MOST] if isinstance(said, list) else [said] if said else [])
