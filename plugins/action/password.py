"""Issue passwords: made, hashed and encrypted on the controller; the module of the same name stores the hashes."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.exporting.writing import harmless
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller, issuing, selecting
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox
from ansible_collections.laocai.mail.plugins.plugin_utils.passwords import Issued


class ActionModule(BaseAction):
    """The action behind laocai.mail.password; see the module's documentation."""

    TRANSFERS_FILES = True  # makes Ansible create the remote temporary folder before the task runs
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task; the result contains neither a password nor a hash."""
        outbox = Outbox(Path(self._loader.path_dwim(arguments["letters"])))
        issued = self._issue(outbox, arguments, task_vars)
        self._warn(issued)
        if arguments["whom"] and issued.whom:
            controller.write_private_octets(Path(self._loader.path_dwim(arguments["whom"])), _as_csv(issued))
        for broken in outbox.find_broken():
            self._display.warning(str(broken))
        changed = bool(issued.issued or issued.recovered)
        told = {key: value for key, value in asdict(issued).items() if key != "whom"}
        return {"changed": changed, "letters": str(outbox.path), "agencies": _by_agency(issued)} | told

    def _issue(self, outbox: Outbox, arguments: dict[str, Any], task_vars: dict[str, Any]) -> Issued:
        office = issuing.office(Path(self._loader.path_dwim(arguments["register"])), arguments)
        order = selecting.order(arguments, office.register, office.day, datetime.now(UTC), self._loader.path_dwim)
        order = replace(order, actor=controller.find_actor())
        issuer = issuing.issuer(self, arguments, task_vars, outbox, office)
        return issuer.foresee(order) if self._task.check_mode else issuer.issue(order)

    def _warn(self, issued: Issued) -> None:
        """Warn about interrupted earlier runs: whether their letters were recovered or discarded."""
        if issued.recovered:
            self._display.warning(
                f"{issued.recovered} lần chạy trước bị ngắt sau khi đã lưu mật khẩu; đã nhận lại phiếu của lần đó.\n"
                f"{issued.recovered} earlier run(s) ended after storing their passwords; their letters are taken over."
            )
        if issued.done:
            addresses = ", ".join(issued.done)
            self._display.warning(
                f"Lần chạy trước đã cấp theo đúng văn bản này, nên không cấp lại lần nữa: {addresses}.\n"
                f"The earlier run had issued these on the same document, so they are not issued again: {addresses}."
            )
        if issued.discarded:
            self._display.warning(
                f"{issued.discarded} lần chạy trước bị ngắt trước khi lưu mật khẩu; đã bỏ, không ai mất gì.\n"
                f"{issued.discarded} earlier run(s) ended before storing their passwords; thrown away, nothing is lost."
            )


def _by_agency(issued: Issued) -> dict[str, int]:
    """Return the number of issued passwords by agency code."""
    return dict(Counter(agency for agency, _address, _name in issued.whom))


def _as_csv(issued: Issued) -> bytes:
    """Return the people who get a password as CSV (UTF-8 with BOM), without cells that a spreadsheet would evaluate."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("Mã cơ quan", "Địa chỉ thư", "Họ và tên"))
    writer.writerows([harmless(text) for text in row] for row in issued.whom)
    return file.getvalue().encode("utf-8-sig")
