"""What action plugins that issue passwords share: the issuer with what it stands on, and the host as it asks it."""

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
    """Who writes the letters, by the register in `directory` and the options of the task."""
    day = controller.read_day(arguments["as_of"])
    register, addresses = controller.read_register_for(directory, test_host=arguments["test_host"])
    return Office(register, addresses, day, arguments["key"].strip(), arguments["shortest"])


def issuer(
    action: ActionBase, arguments: dict[str, Any], task_vars: dict[str, Any], outbox: Outbox, writer: Office
) -> Issuer:
    """An issuer for the host of a task; from now on no crash of this process leaves its memory on disk."""
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
    """The mail host, asked through the module: each question and its answer are one private file there."""

    def __init__(self, action: ActionBase, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
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
        for said in answer["said"]:
            Display().warning(said)
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


def forbid_core_dumps() -> None:
    """A crash of this process must not leave its memory on disk.

    Linux obeys the limit only where it writes the file itself: a program that /proc/sys/kernel/core_pattern pipes to,
    as systemd-coredump, gets the memory all the same, unless the process cannot be dumped at all. Then nobody but root
    can read its memory or trace it either.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(AttributeError):  # of Linux alone
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
