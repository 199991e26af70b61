"""Copy the encrypted password letters that are to be handed to agencies, on the controller."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.options.letters import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import Office
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.handover import Clerk, Outcome
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox


class ActionModule(BaseAction):
    """The action behind laocai.mail.letters; see the module's documentation."""

    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        outcome = self._hand_over(arguments)
        self._warn(outcome)
        return {"changed": bool(outcome.bundles)} | asdict(outcome)

    def _hand_over(self, arguments: dict[str, Any]) -> Outcome:
        letters, to, directory = (Path(self._loader.path_dwim(arguments[key])) for key in ("letters", "to", "register"))
        register, addresses = controller.read_register_for(directory, test_host=arguments["test_host"])
        clerk = Clerk(Outbox(letters), Office(register, addresses, controller.read_day(arguments["as_of"])), to)
        return clerk.foresee() if self._task.check_mode else clerk.hand_over()

    def _warn(self, outcome: Outcome) -> None:
        for said in outcome.broken:
            self._display.warning(said)
        if outcome.held:
            agencies = ", ".join(outcome.held)
            self._display.warning(
                f"Chưa bàn giao phiếu của {agencies}: người được gửi không còn quản lý hộp thư, khóa của người đó hay "
                "của cơ quan vận hành đã đổi, hoặc phiếu cũ hơn một lần cấp có tệp hỏng. Cấp lại mật khẩu cho các hộp "
                "thư đó (hộp thư đang tạm khóa: sau khi mở lại) rồi bàn giao.\n"
                f"Kept back for {agencies}: whom they are for is not the custodian any more, that person or the "
                "operator has another key, or they are older than a batch with a broken file. Reissue those passwords "
                "(of a suspended mailbox, when it is open again), then hand over."
            )
