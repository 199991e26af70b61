"""Issue passwords: made and sealed here on the controller, stored by the module of the same name on the host."""

from __future__ import annotations

import ctypes
import resource
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model import documents
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import (
    ARGUMENTS,
    BatchName,
    BatchState,
    Credential,
    Order,
    Target,
)
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.exchange import Exchange, ModuleFailed
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import Office
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox
from ansible_collections.laocai.mail.plugins.plugin_utils.passwords import Issued, Issuer

PROGRESS_INTERVAL = 5.0  # seconds
PR_SET_DUMPABLE = 4  # of <linux/prctl.h>


class ActionModule(ActionBase):
    """The action behind laocai.mail.password; see the module's documentation."""

    TRANSFERS_FILES = True  # have a remote temporary folder from the start

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Carry out the task and return its result, which holds neither password nor hash."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(ARGUMENTS)[1]
        outbox = Outbox(Path(self._loader.path_dwim(arguments["letters"])))
        try:
            issued = self._issue(outbox, arguments, task_vars or {})
        except controller.RegisterRefused as refused:
            return result | {"failed": True, "msg": str(refused), "findings": refused.findings}
        except Failure as failure:
            return result | {"failed": True, "msg": str(failure)}
        except ModuleFailed as failure:
            return result | failure.result
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        self._warn(issued)
        for broken in outbox.find_broken():
            self._display.warning(str(broken))
        changed = bool(issued.issued or issued.recovered)
        return result | {"changed": changed, "letters": str(outbox.path)} | asdict(issued)

    def _issue(self, outbox: Outbox, arguments: dict[str, Any], task_vars: dict[str, Any]) -> Issued:
        order = Order(arguments["accounts"], arguments["document"].strip(), arguments["acknowledge"])
        _check_document(order.document)
        _forbid_core_dumps()
        day = controller.read_day(arguments["as_of"])
        directory = Path(self._loader.path_dwim(arguments["register"]))
        register, addresses = controller.read_register_for(directory, test_host=arguments["test_host"])
        office = Office(register, addresses, day, arguments["key"].strip(), arguments["shortest"])
        issuer = Issuer(
            outbox,
            office,
            RemoteHost(self, arguments, task_vars),
            controller.find_actor(),
            hashed=ProgressLine("Băm mật khẩu / hashing passwords"),
            drawn=ProgressLine("Lập phiếu / drawing letters"),
        )
        return issuer.foresee(order) if self._task.check_mode else issuer.issue(order)

    def _warn(self, issued: Issued) -> None:
        """Say what became of earlier runs that ended early."""
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


class RemoteHost:
    """The mail host, asked through the module: each question and its answer are one private file there."""

    def __init__(self, action: ActionModule, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
        passed = {name: arguments[name] for name in ("database", "socket", "letters", "register", "as_of")}
        self._exchange = Exchange(action, "password", passed, task_vars)

    def settle(self, batches: Sequence[BatchName], actor: str, *, dry_run: bool) -> dict[str, BatchState]:
        """As `passwords.Host` says; it is the task's check mode that keeps the module from writing."""
        states: dict[str, BatchState] = self._ask(
            "settle", {"batches": [asdict(name) for name in batches], "actor": actor}
        )
        return states

    def find_targets(self, order: Order) -> tuple[str, str, list[Target]]:
        """As `passwords.Host` says."""
        answer = self._ask("targets", asdict(order))
        return answer["server"], answer["as_of"], [Target(**target) for target in answer["targets"]]

    def store(self, batch: str, actor: str, credentials: Sequence[Credential]) -> None:
        """As `passwords.Host` says."""
        request = {"batch": batch, "actor": actor, "credentials": [asdict(credential) for credential in credentials]}
        self._ask("store", request)

    def _ask(self, mode: str, request: dict[str, Any]) -> Any:
        result = self._exchange.ask(request, _mode=mode)
        for said in result.get("said", []):
            Display().warning(said)
        return self._exchange.answer()


class ProgressLine:
    """Says every few seconds how far a long part of the work has come; a short one says nothing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._display = Display()
        self._start = self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Told how many of how many are done."""
        now = time.monotonic()
        if not self._start:
            self._start = self._last = now
        if now - self._last < PROGRESS_INTERVAL:
            return
        self._last = now
        left = round((total - done) * (now - self._start) / done)
        self._display.display(f"{self._text}: {done}/{total}, còn / left {left} s")


def _forbid_core_dumps() -> None:
    """A crash of this process must not leave its memory on disk.

    Linux obeys the limit only where it writes the file itself: a program that /proc/sys/kernel/core_pattern pipes to,
    as systemd-coredump, gets the memory all the same, unless the process cannot be dumped at all. Then nobody but root
    can read its memory or trace it either.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(AttributeError):  # of Linux alone
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _check_document(document: str) -> None:
    if document and documents.parse(document) is None:
        raise Failure(
            f"'{document}' không phải số, ký hiệu văn bản. Ghi như 12/BC-STTTT hoặc 650/UBND-NV.",
            f"'{document}' is not the number and symbol of a document. Write it like 12/BC-STTTT or 650/UBND-NV.",
        )
