"""Read DMARC and TLS reports: the module of the same name fetches mails and stores results; parsing is done here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.options.reports import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange
from ansible_collections.laocai.mail.plugins.plugin_utils.received_reports import reading, table


class ActionModule(BaseAction):
    """The action behind laocai.mail.reports; see the module's documentation."""

    TRANSFERS_FILES = True  # makes Ansible create the remote temporary folder before the task runs
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        reading.require()
        days = {name: controller.read_day(arguments[name], name).isoformat() for name in ("first_day", "last_day")}
        exchange = Exchange(self, "reports", {name: arguments[name] for name in ARGUMENTS if name != "file"}, task_vars)
        exchange.ask(None)
        fetched = exchange.answer()
        mails = reading.read(fetched["mails"], arguments["domain"].lower(), arguments["host"])
        changed = exchange.ask({"mails": mails, **days})["changed"]
        told = exchange.answer()
        if arguments["file"]:
            path = Path(self._loader.path_dwim(arguments["file"]))
            controller.write_private_text(path, table.as_csv(told["rows"]), dry_run=self._task.check_mode)
        return {
            "changed": changed,
            "mails": len(mails),
            "left": fetched["left"] + len(fetched["mails"]) - len(mails),
            "new": told["new"],
            "again": told["again"],
            "refused": _refused(mails, told["damaged"]),
            "table": table.lines(told["rows"], cut=told["cut"]),
            "rows": len(told["rows"]),
        }


def _refused(mails: list[dict[str, Any]], damaged: int) -> list[str]:
    counts = Counter(key for mail in mails for key in mail["refused"])
    counts += Counter({"damaged": damaged})
    return [f"{count} × {' -- '.join(reading.REASONS[key])}" for key, count in sorted(counts.items())]
