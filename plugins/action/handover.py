"""Hand over contact mailboxes: the controller decides and writes the records, the module changes the host."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.handovers import Handover, Held
from ansible_collections.laocai.mail.plugins.module_utils.host.handover import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller, issuing
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange
from ansible_collections.laocai.mail.plugins.plugin_utils.handovers.carrying import Known, Outcome, Registrar
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox


class ActionModule(BaseAction):
    """The action behind laocai.mail.handover; see the module's documentation."""

    TRANSFERS_FILES = True  # makes Ansible create the remote temporary folder before the task runs
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task; the result names the hand-overs and files, and contains no password."""
        outcome = self._hand_over(arguments, task_vars)
        told = {"handovers": [as_data(each) for each in outcome.handovers], "files": outcome.files}
        return {"changed": bool(outcome.handovers), "bundles": outcome.bundles} | told

    def _hand_over(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> Outcome:
        letters, records, directory = (
            Path(self._loader.path_dwim(arguments[key])) for key in ("letters", "records", "register")
        )
        office = issuing.office(directory, arguments)
        issuer = issuing.issuer(self, arguments, task_vars, Outbox(letters), office)
        registrar = Registrar(office, RemoteHost(self, arguments, task_vars), issuer, records)
        agency = arguments["agency"].strip().lower()
        return registrar.foresee(agency) if self._task.check_mode else registrar.hand_over(agency)


def as_data(handover: Handover) -> dict[str, Any]:
    """Return a hand-over as a dict for the task's result; `said` sums it up in one line."""
    former, successor = handover.former, handover.successor
    parties = {"former": former._asdict(), "successor": successor._asdict()}
    said = f"{handover.address} ({former.name or former.person} → {successor.name}, {handover.document})"
    return handover._asdict() | parties | {"said": said}


class RemoteHost:
    """The mail host, reached through the module; implements the protocol `carrying.Host`."""

    def __init__(self, action: ActionModule, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
        passed = {
            name: arguments[name]
            for name in ("database", "socket", "letters", "records", "register", "as_of", "webmail")
        }
        self._exchange = Exchange(action, "handover", passed, task_vars)
        self._actor = controller.find_actor()

    def held(self) -> tuple[list[Known], str]:
        """Return the custodian of each contact mailbox as the host knows them, and the last day applied (ISO)."""
        self._exchange.ask({}, _mode="held")
        answer = self._exchange.answer()
        return [Known(Held(*row[:3]), *row[3:]) for row in answer["held"]], answer["as_of"]

    def take(self, orders: Sequence[Handover]) -> list[dict[str, Any]]:
        """Record the hand-overs on the host and remove the former custodians' settings; return the records."""
        self._exchange.ask({"handovers": [as_data(each) for each in orders], "actor": self._actor}, _mode="take")
        records: list[dict[str, Any]] = self._exchange.answer()["records"]
        return records

    def end(self, numbers: Sequence[int]) -> None:
        """Mark the hand-overs on the host as completed, once their records are written."""
        self._exchange.ask({"handovers": list(numbers), "actor": self._actor}, _mode="end")
