"""Mail the reports of past months: made and encrypted here, delivered by the module of the same name."""

from __future__ import annotations

import base64
from calendar import monthrange
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.addresses.issuing import contact
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Register
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting import report as core
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting import scope
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.checks import Period
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.daily import masks
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import VIETNAM
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.options.monthly_report import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange
from ansible_collections.laocai.mail.plugins.plugin_utils.letters import sealing
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import check_key
from ansible_collections.laocai.mail.plugins.plugin_utils.report import content, files, sealed
from ansible_collections.laocai.mail.plugins.plugin_utils.report.rules import read_rules


class ActionModule(BaseAction):
    """The action behind laocai.mail.monthly_report; see the module's documentation."""

    TRANSFERS_FILES = True  # makes Ansible create the remote temporary folder before the task runs
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        day, rules = controller.read_day(arguments["day"], "day"), read_rules(arguments)
        files.require()
        sealing.check()
        directory = Path(self._loader.path_dwim(arguments["register"]))
        register, issued = controller.read_register_for(directory, test_host=arguments["test_host"])
        key, recipient = _key(arguments, register), f"{contact(register.province.operator)}@{register.province.domain}"
        exchange = Exchange(self, "monthly_report", {name: arguments[name] for name in ARGUMENTS}, task_vars)
        months = self._ask(exchange, "due", {"last": f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"})
        mailed = []
        for month in () if self._task.check_mode else months:
            first, last = _days(month)
            timeline = Timeline.of(register, issued, last)
            period = Period.of(timeline, first, last)
            told = self._ask(exchange, "told", {**_ends(period), "windows": masks(period)})
            report = core.make(timeline, scope.of_province(timeline), period, told, rules)
            made = files.make(content.write(report, register), report, files.sender(register, issued, day))
            message = sealed.seal(made, month, key, recipient, datetime.now(VIETNAM))
            mailed += [month] if self._ask(exchange, "mail", _request(message, month, recipient)) else []
        months = months if self._task.check_mode else mailed
        return {"changed": bool(months), "months": months, "recipient": recipient}

    def _ask(self, exchange: Exchange, mode: str, request: dict[str, Any]) -> Any:
        exchange.ask(request, _mode=mode)
        return exchange.answer()


def _key(arguments: dict[str, Any], register: Register) -> str:
    key: str = arguments["key"] or register.province.operator_key
    if not key:
        raise Failure(
            "Sổ chưa có operator_key trong province.yml nên không mã hóa được báo cáo. Chưa gửi gì.",
            "The register has no operator_key in province.yml, so that the report cannot be sealed. Nothing was sent.",
        )
    check_key(key)
    return key


def _days(month: str) -> tuple[date, date]:
    year, number = map(int, month.split("-"))
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def _ends(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _request(message: sealed.Sealed, month: str, recipient: str) -> dict[str, str]:
    return {
        "month": month,
        "actor": controller.find_actor(),
        "recipient": recipient,
        "message_id": message.message_id,
        "digest": message.digest,
        "message": base64.b64encode(message.octets).decode(),
    }
