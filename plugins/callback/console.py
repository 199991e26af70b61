# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's default output, but with each refusal shown once, in the operator's language, without source lines."""

from __future__ import annotations

DOCUMENTATION = r"""
name: console
type: stdout
short_description: Ansible's default output for operators, who read a refusal once
version_added: 0.4.0
author: Lào Cai mail project (@laocai)
description:
  - Is Ansible's default output with two exceptions. With C(-v) it is the default output unchanged.
  - Where a task refuses something in Vietnamese and English, its text is shown once, in one language, without the lines
    of the playbook and without the task's result. Every other failure is shown as by default.
  - In check mode, for a host that was never deployed, shows one summary of the packages that each role would install,
    because nothing else can be predicted. Refusals and failures are shown as usual.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
options:
  language:
    description:
      - The language of refusals. By default the first language of the environment variable C(LANGUAGE), as for the
        command C(danhba), and Vietnamese where that is unset or another language.
    type: str
    choices: [vi, en, both]
    ini:
      - section: callback_console
        key: language
    env:
      - name: DANHBA_LANGUAGE
"""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants, context
from ansible.plugins.callback.default import CallbackModule as DefaultCallback

LANGUAGES = ("vi", "en")
# Letters with diacritics, by which a Vietnamese text is told from an English one.
_VIETNAMESE = re.compile(r"[À-ỹĐđ]")
_BETWEEN = re.compile(r"\s+--\s+")
_ASKED, _BROUGHT = "laocai.mail.preflight", "laocai.mail.prerequisites"


class CallbackModule(DefaultCallback):
    """Ansible's default output, except for refusals and for check mode on hosts that were never deployed."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "laocai.mail.console"

    def __init__(self) -> None:
        super().__init__()
        self._bare: set[str] = set()
        self._built: set[str] = set()
        self._packages: dict[str, dict[str, list[str]]] = {}
        self._notes: dict[str, None] = {}

    def get_option(self, k: str, hostvars: Any = None) -> Any:
        """Return an option; in check mode on undeployed hosts, hide tasks that are ok or skipped."""
        if k in ("display_ok_hosts", "display_skipped_hosts") and self._foretells_nothing:
            return False
        return super().get_option(k, hostvars)

    @property
    def language(self) -> str:
        """The language in which refusals are shown: `vi`, `en` or `both`."""
        preferred = os.environ.get("LANGUAGE", "").partition(":")[0].partition("_")[0].partition(".")[0]
        return self.get_option("language") or (preferred if preferred in LANGUAGES else LANGUAGES[0])

    @property
    def _foretells_nothing(self) -> bool:
        """Whether this is check mode on hosts none of which was deployed before."""
        return bool(self._bare and not self._built and self._is_short())

    def _is_short(self) -> bool:
        return bool(self._display.verbosity == 0)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Show a failed task: a refusal in one language, any other failure as by default."""
        said = None if ignore_errors else self._refusal(result.result)
        if said is None or (result.task.loop and "results" in result.result):
            super().v2_runner_on_failed(result, ignore_errors)
        else:
            self._show(result, said)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Show a failed item of a loop: a refusal in one language, any other failure as by default."""
        if (said := self._refusal(result.result)) is None:
            super().v2_runner_item_on_failed(result)
        else:
            self._show(result, said)

    def v2_runner_on_ok(self, result: Any) -> None:
        """Show a finished task as by default, and keep its result for the summary."""
        if not self._foretells_nothing:
            super().v2_runner_on_ok(result)
        self._note(result)

    def v2_on_file_diff(self, result: Any) -> None:
        """Show a task's diff as by default, except in check mode on undeployed hosts."""
        if not self._foretells_nothing:
            super().v2_on_file_diff(result)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Show the play's banner as by default, except in check mode on undeployed hosts."""
        if self._foretells_nothing:
            self._play = play
        else:
            super().v2_playbook_on_play_start(play)

    def v2_playbook_on_include(self, included_file: Any) -> None:
        """Show included files as by default, except in check mode on undeployed hosts."""
        if not self._foretells_nothing:
            super().v2_playbook_on_include(included_file)

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Show that no host matched as by default, except in check mode on undeployed hosts."""
        if not self._foretells_nothing:
            super().v2_playbook_on_no_hosts_matched()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Show the summary of packages for undeployed hosts, then the default statistics."""
        if self._foretells_nothing:
            self._display.display("")
            for line in summary(self._packages, list(self._notes), self.language):
                self._display.display(line)
        super().v2_playbook_on_stats(stats)

    def _refusal(self, result: Mapping[str, Any]) -> str | None:
        """Return a task's message in the chosen language; None where it is not in both languages, or with `-v`."""
        if not self._is_short() or result.get("_ansible_no_log"):
            return None
        both = split(str(result.get("msg") or ""))
        return None if both is None else chosen(both, self.language)

    def _show(self, result: Any, said: str) -> None:
        if self._last_task_banner != result.task._uuid:
            self._print_task_banner(result.task)
        result.result.pop("exception", None)
        self._handle_warnings(result.result)
        text = (
            f"fatal: [{self.host_label(result)}]: {said}"
            if "\n" not in said
            else f"fatal: [{self.host_label(result)}]:\n{said}"
        )
        stderr = self.get_option("display_failed_stderr")
        self._display.display(text, color=constants.COLOR_ERROR, stderr=stderr)

    def _note(self, result: Any) -> None:
        """In check mode, keep for the summary: deployed hosts, packages by role, and bilingual debug messages."""
        if not context.CLIARGS.get("check"):
            return
        host, said = result.host.get_name(), result.result
        if result.task.resolved_action == _ASKED and "built" in said:
            (self._built if said["built"] else self._bare).add(host)
        elif result.task.resolved_action == _BROUGHT and said.get("bare"):
            role = result.task._role.get_name() if result.task._role else ""
            self._packages.setdefault(host, {})[role.rpartition(".")[2]] = said.get("packages", [])
        elif result.task.resolved_action == "ansible.builtin.debug" and (both := split(str(said.get("msg") or ""))):
            self._notes[chosen(both, self.language)] = None


def split(said: str) -> tuple[str, str] | None:
    """Split a bilingual message into its Vietnamese and its English text; None where it is not bilingual.

    The two texts are separated by `--` with spaces around it, or are two lines (as `Failure` writes them).
    """
    said = said.strip()
    halves = _BETWEEN.split(said, maxsplit=1)
    if len(halves) != 2 or not _VIETNAMESE.search(halves[0]):
        halves = said.split("\n")
    if len(halves) != 2 or not _VIETNAMESE.search(halves[0]):
        return None
    return halves[0].strip(), halves[1].strip()


def chosen(both: tuple[str, str], language: str) -> str:
    """Return the text in one language, or for `both` the two texts on lines of their own."""
    return "\n".join(both) if language == "both" else both[LANGUAGES.index(language)]


def summary(packages: Mapping[str, Mapping[str, list[str]]], notes: list[str], language: str) -> Iterator[str]:
    """Yield the lines that tell which packages a first deployment would install on each host, by role."""
    for host, roles in packages.items():
        count = len({name for listed in roles.values() for name in listed})
        vi = (
            f"{host} còn trống: lần chạy thật đầu tiên cài {count} gói Debian cho {len(roles)} role dưới đây. Thay đổi "
            "của từng tệp chưa biết trước được; sau lần đó --check --diff cho thấy mọi thay đổi."
        )
        en = (
            f"{host} is bare: the first run for real installs {count} packages of Debian for the {len(roles)} roles "
            "below. What changes in each file cannot be foretold; after that run --check --diff shows every change."
        )
        yield chosen((vi, en), language)
        for role, listed in roles.items():
            yield f"  {role:<12} {shortened(listed)}"
    yield from notes


def shortened(names: list[str], width: int = 90) -> str:
    """Join names into one line of about `width` characters; the rest is shown as a count."""
    line = ", ".join(names)
    if len(line) <= width:
        return line
    fit = line[:width].rpartition(", ")[0]
    return f"{fit}, … (+{len(names) - fit.count(', ') - 1})"
