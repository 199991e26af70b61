"""What the action plugins that issue passwords share: the issuer, and the mail host behind a module."""

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
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import (
    BatchName,
    BatchState,
    Credential,
    Order,
    Target,
)

from . import controller
from .exchange import Exchange
from .letters.content import Office
from .letters.outbox import Outbox
from .passwords import Issuer

PROGRESS_INTERVAL = 5.0  # seconds
PR_SET_DUMPABLE = 4  # of <linux/prctl.h>


def office(directory: Path, arguments: dict[str, Any]) -> Office:
    """Return the writer of letters, from the register in `directory` and the task's options."""
    day = controller.read_day(arguments["as_of"])
    register, addresses = controller.read_register_for(directory, test_host=arguments["test_host"])
    return Office(register, addresses, day, arguments["key"].strip(), arguments["shortest"])


def issuer(
    action: ActionBase, arguments: dict[str, Any], task_vars: dict[str, Any], outbox: Outbox, writer: Office
) -> Issuer:
    """Return an issuer for a task's host; from now on a crash leaves no memory of this process on disk."""
    forbid_core_dumps()
    return Issuer(
        outbox,
        writer,
        RemoteHost(action, arguments, task_vars),
        controller.find_actor(),
        hashed=ProgressLine("Băm mật khẩu / hashing passwords"),
        drawn=ProgressLine("Lập phiếu / drawing letters"),
    )


class RemoteHost:
    """The mail host behind the module: each question and its answer are one private file there."""

    def __init__(self, action: ActionBase, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
        passed = {name: arguments[name] for name in ("database", "socket", "letters", "register", "as_of")}
        self._exchange = Exchange(action, "password", passed, task_vars)

    def settle(self, batches: Sequence[BatchName], actor: str, *, dry_run: bool) -> dict[str, BatchState]:
        """See `passwords.Host`; the task's check mode keeps the module from writing."""
        states: dict[str, BatchState] = self._ask(
            "settle", {"batches": [asdict(name) for name in batches], "actor": actor}
        )
        return states

    def find_targets(self, order: Order) -> tuple[str, str, list[Target]]:
        """See `passwords.Host`."""
        answer = self._ask("targets", asdict(order))
        for said in answer["said"]:
            Display().warning(said)
        return answer["server"], answer["as_of"], [Target(**target) for target in answer["targets"]]

    def store(self, batch: str, actor: str, credentials: Sequence[Credential]) -> None:
        """See `passwords.Host`."""
        request = {"batch": batch, "actor": actor, "credentials": [asdict(credential) for credential in credentials]}
        self._ask("store", request)

    def _ask(self, mode: str, request: dict[str, Any]) -> Any:
        result = self._exchange.ask(request, _mode=mode)
        for said in result.get("said", []):
            Display().warning(said)
        return self._exchange.answer()


class ProgressLine:
    """Prints the progress of a long step every few seconds, and nothing for a short one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._display = Display()
        self._start = self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Report progress: `done` of `total`."""
        now = time.monotonic()
        if not self._start:
            self._start = self._last = now
        if now - self._last < PROGRESS_INTERVAL:
            return
        self._last = now
        left = round((total - done) * (now - self._start) / done)
        self._display.display(f"{self._text}: {done}/{total}, còn / left {left} s")


def forbid_core_dumps() -> None:
    """Keep the memory of this process off the disk if it crashes.

    The limit alone only holds where Linux writes the file itself: a program behind /proc/sys/kernel/core_pattern, such
    as systemd-coredump, gets the memory all the same unless the process is undumpable. Then only root can read or trace
    it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
