"""Report on the use of mailboxes: the module of the same name returns the host's counts, the report is made here."""

from __future__ import annotations

from datetime import date, timedelta
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
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import day_in_figures
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.report import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange
from ansible_collections.laocai.mail.plugins.plugin_utils.report import content, files
from ansible_collections.laocai.mail.plugins.plugin_utils.report.rules import read_rules

_DAY = timedelta(days=1)


class ActionModule(BaseAction):
    """The action behind laocai.mail.report; see the module's documentation."""

    TRANSFERS_FILES = True  # makes Ansible create the remote temporary folder before the task runs
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        try:
            return self._report(arguments, task_vars)
        except Unusable as error:
            raise Failure(*both(error.template, error.values)) from error

    def _report(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        first, asked, day = (controller.read_day(arguments[name], name) for name in ("first_day", "last_day", "day"))
        rules = read_rules(arguments)
        _possible(first, asked, day)
        files.require()
        folder = Path(self._loader.path_dwim(arguments["folder"]))
        directory = Path(self._loader.path_dwim(arguments["register"]))
        register, issued = controller.read_register_for(directory, test_host=arguments["test_host"])
        last = _over(asked, day)
        timeline = Timeline.of(register, issued, last)
        period, of = Period.of(timeline, first, last), _scope(timeline, arguments)
        told, changed = self._ask(arguments, period, task_vars)
        if (end := _end(first, told)) < last:
            timeline = Timeline.of(register, issued, end)
            period, of = Period.of(timeline, first, end), _scope(timeline, arguments)
        report = core.make(timeline, of, period, told, rules, asked)
        said = content.write(report, register)
        made = files.make(said, report, files.sender(register, issued, day))
        subject = arguments["agency"], arguments["mailbox"]
        stem = "-".join(filter(None, ("bao-cao", *subject, str(first), str(period.last))))
        written = [
            controller.write_private_octets(folder / f"{stem}{end}", octets, dry_run=self._task.check_mode)
            for end, octets in made.items()
        ]
        return {
            "changed": changed or any(written),
            "title": said.title,
            "files": [str(folder / f"{stem}{end}") for end in made],
            "last_day": period.last.isoformat(),
            "notes": list(said.notes),
            "figures": content.lines(said),
            "uncounted": len(report.coverage.uncounted),
            "below": [each.code for each in report.using.below(rules)] if not of.mailbox else [],
        }

    def _ask(self, arguments: dict[str, Any], period: Period, task_vars: dict[str, Any]) -> tuple[Any, bool]:
        exchange = Exchange(self, "report", {name: arguments[name] for name in ARGUMENTS}, task_vars)
        days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
        changed = exchange.ask({**days, "windows": masks(period)})["changed"]
        return exchange.answer(), changed


def _over(asked: date, day: date) -> date:
    """Return the last day of the requested period that is over on the day of the report."""
    return min(asked, max(day, date.min + _DAY) - _DAY)


def _possible(first: date, asked: date, day: date) -> None:
    """Raise Failure where the period is impossible, or has no day that is over on the day of the report."""
    last = _over(asked, day)
    if first <= asked and last < first:
        raise Failure(
            f"Kỳ báo cáo từ {day_in_figures(first)} đến {day_in_figures(asked)} chưa có ngày nào đã hết: báo cáo lập "
            f"ngày {day_in_figures(day)}, ngày cuối đã hết là {day_in_figures(last)}. Chưa ghi gì. Đặt first_day không "
            "sau ngày đó, hoặc lập lại khi kỳ đã có ngày hết.",
            f"No day of {first} to {asked} is over: the report is made on {day}, and the last day that is over is "
            f"{last}. Nothing was written. Let first_day be that day or before it, or make the report again when a day "
            "of the period is over.",
        )
    refused = impossible(first, last)
    if refused:
        raise Failure(*both(*refused))


def _end(first: date, told: dict[str, Any]) -> date:
    """Return the last day of which the host has data; raise Failure where that is before the period."""
    until = date.fromisoformat(told["until"])
    if until < first:
        raise Failure(
            f"Chưa có số liệu của kỳ báo cáo: máy chủ thu đủ nhật ký đến hết ngày {day_in_figures(until)}, kỳ báo cáo "
            f"bắt đầu ngày {day_in_figures(first)}. Chưa ghi gì. Đặt first_day không sau ngày đó; nếu ngày đó đã lâu "
            "thì xem trên máy: systemctl status danhba-events.",
            f"There are no data of the period yet: the host has collected its journal to the end of {until}, and the "
            f"period begins on {first}. Nothing was written. Let first_day be that day or before it; where that day is "
            "long past, see there: systemctl status danhba-events.",
        )
    return until


def _scope(timeline: Timeline, arguments: dict[str, Any]) -> scope.Scope:
    if arguments["agency"] and arguments["mailbox"]:
        raise Failure(
            "Chỉ nêu một trong hai: agency hoặc mailbox. Chưa ghi gì.",
            "Name an agency or a mailbox, not both. Nothing was written.",
        )
    if arguments["mailbox"]:
        return scope.of_mailbox(timeline, arguments["mailbox"])
    return scope.of_agency(timeline, arguments["agency"]) if arguments["agency"] else scope.of_province(timeline)
