"""Report on the use of mailboxes: the module of the same name tells what was counted, and the report is made here."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.messages import both
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.source import Unusable
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting import report as core
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting import scope
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.calendar import impossible
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.checks import Period
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.daily import masks
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.report import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange
from ansible_collections.laocai.mail.plugins.plugin_utils.report import content, files
from ansible_collections.laocai.mail.plugins.plugin_utils.report.rules import read_rules


class ActionModule(BaseAction):
    """The action behind laocai.mail.report; see the module's documentation."""

    TRANSFERS_FILES = True  # have a remote temporary folder from the start
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        try:
            return self._report(arguments, task_vars)
        except Unusable as error:
            raise Failure(*both(error.template, error.values)) from error

    def _report(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        first, last, day = (controller.read_day(arguments[name], name) for name in ("first_day", "last_day", "day"))
        rules = read_rules(arguments)
        _possible(first, min(last, day))
        files.require()
        folder = Path(self._loader.path_dwim(arguments["folder"]))
        directory = Path(self._loader.path_dwim(arguments["register"]))
        register, issued = controller.read_register_for(directory, test_host=arguments["test_host"])
        # Of days that have not come yet there is nothing to say.
        period = Period.of(Timeline.of(register, issued, min(last, day)), first, min(last, day))
        timeline = Timeline.of(register, issued, period.last)
        of = _scope(timeline, arguments)
        told, changed = self._ask(arguments, period, task_vars)
        report = core.make(timeline, of, period, told, rules)
        said = content.write(report, register)
        made = files.make(said, report, files.sender(register, issued, day))
        stem = "-".join(filter(None, ("bao-cao", arguments["agency"], arguments["mailbox"], str(first), str(last))))
        written = [
            controller.write_private_octets(folder / f"{stem}{end}", octets, dry_run=self._task.check_mode)
            for end, octets in made.items()
        ]
        return {
            "changed": changed or any(written),
            "title": said.title,
            "files": [str(folder / f"{stem}{end}") for end in made],
            "figures": content.lines(said),
            "uncounted": len(report.coverage.uncounted),
            "below": [each.code for each in report.using.below(rules)] if not of.mailbox else [],
        }

    def _ask(self, arguments: dict[str, Any], period: Period, task_vars: dict[str, Any]) -> tuple[Any, bool]:
        exchange = Exchange(self, "report", {name: arguments[name] for name in ARGUMENTS}, task_vars)
        days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
        changed = exchange.ask({**days, "windows": masks(period)})["changed"]
        return exchange.answer(), changed


def _possible(first: date, last: date) -> None:
    refused = impossible(first, last)
    if refused:
        raise Failure(*both(*refused))


def _scope(timeline: Timeline, arguments: dict[str, Any]) -> scope.Scope:
    if arguments["agency"] and arguments["mailbox"]:
        raise Failure(
            "Chỉ nêu một trong hai: agency hoặc mailbox. Chưa ghi gì.",
            "Name an agency or a mailbox, not both. Nothing was written.",
        )
    if arguments["mailbox"]:
        return scope.of_mailbox(timeline, arguments["mailbox"])
    return scope.of_agency(timeline, arguments["agency"]) if arguments["agency"] else scope.of_province(timeline)
