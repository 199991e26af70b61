"""Answers requests. Logs name only accounts that exist, never what was typed."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from .guard import Guard
from .hashing import Hasher
from .policy import CURRENT, FORMER, Owner, Policy, Reason, prepare, unpreparable
from .protocol import ChangePassword, LookUp, Malformed, Request, ShowUse, SignIn, SignOut, parse
from .settings import Settings
from .store import Account, Overtaken, Store, Unavailable

LOG = logging.getLogger("danhba-credentials")

Answer = dict[str, Any]


class Sessions(Protocol):
    """Ends mail sessions."""

    def end(self, address: str) -> str:
        """End every session of a user; return the error, or an empty text."""


class Refused(Exception):
    """Raised for a wrong password, or an account that is missing or not open: the caller does not learn which."""


@dataclass(frozen=True, slots=True)
class Service:
    """Answers each request."""

    settings: Settings
    store: Store
    hasher: Hasher
    guard: Guard
    policy: Policy
    sessions: Sessions

    def answer(self, line: bytes) -> Answer:
        """Return the answer to one line, of any content."""
        try:
            return self._answer(parse(line))
        except Malformed:
            LOG.warning("malformed request")
            return {"answer": "malformed"}
        except (Refused, Overtaken):
            return {"answer": "refused"}
        except Unavailable as error:
            LOG.error("the database does not answer: %s", error)
            return {"answer": "unavailable"}

    def _answer(self, request: Request) -> Answer:
        match request:
            case SignIn():
                return self._guarded(request, request.password)
            case ChangePassword():
                return self._guarded(request, request.old)
            case LookUp():
                return self._look_up(request)
            case SignOut():
                if self.store.end_session(request.address, request.token):
                    LOG.info("sign_out %s", request.address)
                return {"answer": "signed_out"}
            case ShowUse():
                page = self.store.use(request.address, request.token)
                return {"answer": "use", "page": page} if page else {"answer": "refused"}

    def _guarded(self, request: SignIn | ChangePassword, typed: str) -> Answer:
        """Check the typed password and continue, unless too many were wrong."""
        if seconds := self.guard.begin(request.address, request.client):
            LOG.warning("wait: too many failures, from %s", request.client)
            return {"answer": "wait", "seconds": seconds}
        try:
            account = self._verify(request.address, typed, request.client)
        except Unavailable:
            self.guard.cancel(request.address, request.client)
            raise
        self.guard.right(request.address, request.client)
        return self._sign_in(account, request) if isinstance(request, SignIn) else self._change(account, typed, request)

    def _verify(self, address: str, typed: str, client: str) -> Account:
        account = self.store.find(address)
        password = prepare(typed)
        right = self.hasher.verify(account.password if account else None, password or "")
        if account is None or password is None or not right:
            LOG.warning("refused: %s, from %s", account.address if account else "no such account", client)
            self.guard.accuse(address, client)
            raise Refused
        return account

    def _sign_in(self, account: Account, request: SignIn) -> Answer:
        mailbox = self.store.describe(account)
        if account.initial:
            LOG.info("initial: %s, from %s", account.address, request.client)
            return {"answer": "initial", "mailbox": mailbox}
        token = self.store.begin_session(account)
        LOG.info("signed_in: %s, from %s", account.address, request.client)
        return {"answer": "signed_in", "token": token, "mailbox": mailbox}

    def _change(self, account: Account, old: str, request: ChangePassword) -> Answer:
        new = prepare(request.new)
        reasons = self._examine(account, old, new, request.new)
        if reasons or new is None:
            LOG.info("unsuitable: %s, %s", account.address, " ".join(reason.rule for reason in reasons))
            return {"answer": "unsuitable", "reasons": [asdict(reason) for reason in reasons]}
        mailbox = self.store.describe(account)
        token = self.store.change_password(account, self.hasher.make(new))
        LOG.info("changed: %s, from %s", account.address, request.client)
        self._end_sessions(account.address)
        return {"answer": "changed", "token": token, "mailbox": mailbox}

    def _end_sessions(self, address: str) -> None:
        """End the sessions under the former password; the job of the list of endings repeats what fails."""
        try:
            listed = self.store.endings(address)
            if fault := self.sessions.end(address):
                LOG.error("the sessions of %s were not ended yet: %s", address, fault)
            elif self.settings.anvil_socket:
                self.store.delete_endings(listed)
        except Unavailable as error:
            LOG.error("the sessions of %s may not be ended yet: %s", address, error)

    def _examine(self, account: Account, old: str, new: str | None, typed: str) -> list[Reason]:
        if new is None:
            return [unpreparable(typed)] if typed else self.policy.examine("", Owner(account.name, account.address))
        reasons = self.policy.examine(new, Owner(account.name, account.address))
        if new == prepare(old):
            reasons.append(CURRENT)
        # The most expensive check comes last, and only if it can still matter.
        if not reasons and any(self.hasher.verify(hashed, new) for hashed in self.store.former_passwords(account)):
            reasons.append(FORMER)
        return reasons

    def _look_up(self, request: LookUp) -> Answer:
        account = self.store.find_session(request.address, request.token)
        if account is None:
            return {"answer": "refused"}
        return {"answer": "known", "mailbox": self.store.describe(account)}
