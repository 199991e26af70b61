"""Apply the register: computed here on the controller, written by the module of the same name on the host."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible_collections.laocai.mail.plugins.module_utils import controller, server_accounts
from ansible_collections.laocai.mail.plugins.module_utils.danhba import check, source
from ansible_collections.laocai.mail.plugins.module_utils.danhba.findings import RULES
from ansible_collections.laocai.mail.plugins.module_utils.danhba.plan import SAMPLE, Action, Refusal
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import plan as show
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure


class ActionModule(ActionBase):
    """The action behind laocai.mail.accounts; see the module's documentation."""

    TRANSFERS_FILES = True  # have a remote temporary folder from the start

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Carry out the task."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(server_accounts.ARGUMENTS)[1]
        try:
            return result | self._apply(arguments, task_vars or {})
        except controller.RegisterRefused as refused:
            return result | {"failed": True, "msg": str(refused), "findings": refused.findings}
        except Failure as failure:
            return result | {"failed": True, "msg": str(failure)}
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)

    def _apply(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        directory = Path(self._loader.path_dwim(arguments["register"]))
        day = controller.read_day(arguments["as_of"])
        register, issued = controller.read_register(directory)
        request = server_accounts.Request(
            wanted=check.wanted(register, issued, day),
            approved=arguments["checksum"],
            actor=controller.find_actor(),
            commit=source.commit(directory),
            whole=bool(arguments["plan"]),
            state=bool(arguments["export"]),
        )
        remote, answer = self._ask(request, arguments, task_vars)
        if remote.get("failed"):
            return remote
        self._keep(arguments, remote, answer)
        return self._result(remote)

    def _ask(
        self, request: server_accounts.Request, arguments: dict[str, Any], task_vars: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Run the module on a request. Only a path is an argument: arguments end in the host's journal."""
        shell = self._connection._shell
        path = shell.join_path(shell.tmpdir, "accounts.json")
        self._transfer_data(path, json.dumps(server_accounts.dump_request(request)))
        remote: dict[str, Any] = self._execute_module(
            module_name="laocai.mail.accounts",
            module_args={"database": arguments["database"], "socket": arguments["socket"], "_exchange": path},
            task_vars=task_vars,
        )
        if remote.get("failed") or not (request.whole or request.state):
            return remote, {}
        return remote, self._fetch(path)

    def _fetch(self, path: str) -> dict[str, Any]:
        folder = constants.config.get_config_value("DEFAULT_LOCAL_TMP")
        with tempfile.NamedTemporaryFile(dir=folder, prefix="accounts-") as copy:
            self._connection.fetch_file(path, copy.name)
            answer: dict[str, Any] = json.loads(Path(copy.name).read_bytes())
        return answer

    def _keep(self, arguments: dict[str, Any], remote: dict[str, Any], answer: dict[str, Any]) -> None:
        """Write the files that were asked for: also in check mode, which only spares the host."""
        if arguments["plan"]:
            refused = [show.refusal_data(_refusal(item), "vi") for item in remote["refused"]]
            whole = {
                "checksum": remote["checksum"],
                "as_of": arguments["as_of"],
                "counts": remote["counts"],
                "refused": refused,
                "actions": answer["plan"],
            }
            controller.write_private(Path(self._loader.path_dwim(arguments["plan"])), whole)
        if arguments["export"]:
            controller.write_private(Path(self._loader.path_dwim(arguments["export"])), answer["state"])

    def _result(self, remote: dict[str, Any]) -> dict[str, Any]:
        lines = [show.sentence(Action(**action), "vi") for action in remote.pop("actions")]
        result = remote | {"sample": lines[:SAMPLE]}
        if self._task.diff:
            left = sum(remote["counts"].values()) - len(lines)
            result["diff"] = {"prepared": "\n".join([*lines, f"… +{left}"] if left else lines) + "\n"}
        refused = [_refusal(item) for item in remote["refused"]]
        if not refused:
            return result
        messages = [f"{show.refusal(item, 'vi')}\n    {show.refusal(item, 'en')}" for item in refused]
        failure = Failure(
            "\n".join(["Kế hoạch bị từ chối, chưa có gì thay đổi.", *messages]),
            "The plan was refused, nothing was changed.",
        )
        return result | {
            "failed": True,
            "msg": str(failure),
            "refused": [show.refusal_data(item, "vi") for item in refused],
        }


def _refusal(item: dict[str, Any]) -> Refusal:
    return Refusal(RULES[item["rule"]], item["values"])
