"""Apply the register: computed here on the controller, written by the module of the same name on the host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.checking import check
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.findings import RULES
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning import handovers
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.handovers import Held
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.plan import (
    AGENCY_LIMIT,
    LIMIT,
    PROTECTED,
    SAMPLE,
    Action,
    Refusal,
)
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading import source
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.origin import of_head
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import plan as show
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage import pages
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.request import PEOPLE, Use, dump_request, request_for
from ansible_collections.laocai.mail.plugins.module_utils.options.accounts import ARGUMENTS
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.acting import BaseAction
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange


class ActionModule(BaseAction):
    """The action behind laocai.mail.accounts; see the module's documentation."""

    TRANSFERS_FILES = True  # have a remote temporary folder from the start
    options = ARGUMENTS

    def work(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Carry out the task."""
        directory = Path(self._loader.path_dwim(arguments["register"]))
        day = controller.read_day(arguments["as_of"])
        register, issued = controller.read_register_for(directory, test_host=arguments["test_host"])
        files = {name: self._file(arguments[name]) for name in ("plan", "export") if arguments[name]}
        target = controller.read_percent(arguments["target_percent"], "target_percent")
        timeline = Timeline.of(register, issued, day)
        request = request_for(
            check.wanted_then(timeline),
            approved=arguments["checksum"],
            actor=controller.find_actor(),
            commit=source.commit(directory),
            people=_people(directory),
            whole=bool(arguments["plan"]),
            state=bool(arguments["export"]),
        )
        rule, *told = (line.decode() for line in pages.lines(timeline, target))
        request = replace(request, use=Use(rule, told))
        passed = {name: arguments[name] for name in ("database", "socket", "after")}
        exchange = Exchange(self, "accounts", passed, task_vars)
        remote = exchange.ask(dump_request(request))
        if files:
            self._keep(files, remote, exchange.answer(), day)
        held = [Held(*row) for row in remote.pop("held")]
        failed = {"failed": True, "msg": after} if (after := remote.pop("_after", "")) else {}
        due = [_as_data(each) for each in handovers.due(register, held, day)]
        return self._result(remote) | failed | {"handovers": due, "commit": request.commit}

    def _file(self, name: str) -> Path:
        path = Path(self._loader.path_dwim(name))
        controller.prepare_private(path)
        return path

    def _keep(self, files: dict[str, Path], remote: dict[str, Any], answer: dict[str, Any], day: date) -> None:
        """Write the files that were asked for: also in check mode, which only spares the host."""
        if "plan" in files:
            whole = {
                "checksum": remote["checksum"],
                "as_of": day.isoformat(),
                "counts": remote["counts"],
                "refused": [show.refusal_data(_refusal(item), "vi") for item in remote["refused"]],
                "actions": answer["plan"],
            }
            controller.write_private(files["plan"], whole)
        if "export" in files:
            controller.write_private(files["export"], answer["state"])

    def _result(self, remote: dict[str, Any]) -> dict[str, Any]:
        lines = [show.sentence(Action(**action), "vi") for action in remote.pop("actions")]
        result = remote | {"sample": lines[:SAMPLE], "ended": [] if remote["refused"] else remote["ended"]}
        if self._task.diff:
            left = sum(remote["counts"].values()) - len(lines)
            result["diff"] = {"prepared": "\n".join([*lines, f"… +{left}"] if left else lines) + "\n"}
        refused = [_refusal(item) for item in remote["refused"]]
        if not refused:
            return result
        messages = [f"{show.refusal(item, 'vi')}\n    {show.refusal(item, 'en')}" for item in refused]
        vi, en = _way_out(refused)
        failure = Failure(
            "\n".join([f"Kế hoạch bị từ chối, chưa có gì thay đổi, kể cả việc tới ngày hôm nay.{vi}", *messages]),
            f"The plan was refused, nothing was changed, nor what begins or ends today.{en}",
        )
        return result | {
            "failed": True,
            "msg": str(failure),
            "refused": [show.refusal_data(item, "vi") for item in refused],
        }


def _way_out(refused: Sequence[Refusal]) -> tuple[str, str]:
    """What to do about guards that an acknowledgement lets pass, in Vietnamese and English; nothing of others."""
    if not any(item.rule in (AGENCY_LIMIT, LIMIT, PROTECTED) for item in refused):
        return "", ""
    vi = (
        " Sổ sai thì sửa sổ; đúng là cần như vậy thì xác nhận bằng lệnh nêu dưới đây, theo một văn bản. Cả hai đều làm "
        "trong bản sao của mình rồi gửi đề nghị gộp (danhba send); được duyệt và gộp thì áp dụng được."
    )
    en = (
        " Correct the register, or, where this is meant, acknowledge it by the command above, on a document: either in "
        "a clone of your own, as a proposal (danhba send). Once that is merged, it is applied."
    )
    return vi, en


def _people(directory: Path) -> dict[str, str]:
    """Whose the register's commit is, for the record."""
    origin = of_head(directory)._asdict()
    return {name: origin[name] for name in PEOPLE}


def _as_data(handover: handovers.Handover) -> dict[str, str]:
    """A hand-over that is not done yet, for a result; `said` is all of it in a line."""
    former = handover.former.name or handover.former.person
    line = f"{handover.address} ({former} → {handover.successor.name}, {handover.document}, {handover.day})"
    return {
        "agency": handover.agency,
        "address": handover.address,
        "former": former,
        "successor": handover.successor.name,
        "document": handover.document,
        "day": handover.day,
        "said": line,
    }


def _refusal(item: dict[str, Any]) -> Refusal:
    return Refusal(RULES[item["rule"]], item["values"])
