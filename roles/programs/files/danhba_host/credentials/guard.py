"""Counts wrong passwords over all ways in: webmail, mail programs, and programs that query the address book."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from .notes import Notes
from .settings import Settings
from .throttle import Guessers, Key, KnownClients, Marks, Throttle, key_of

LOG = logging.getLogger("danhba-credentials")

# All programs at the address book are one client, because their addresses are unknown here. So wrong passwords of some
# do not make the others wait.
ADDRESS_BOOK = "address book"
# The same password again comes from a program with the old one, or from several at once, and is no further guess. Each
# is checked so often, at the cost of an Argon2 computation, before it has to wait.
REPEATS = 60
# From the third failure on, each delays the next attempt by a second more. Postfix waits ten seconds for an answer.
FREE, SLOWEST = 3, 4
# Failures by unknown clients within the window, after which a success of one is reported to the owner.
STRANGE = 10


class Keys(NamedTuple):
    """The keys that an attempt is counted under."""

    account: Key
    client: Key
    both: Key


def keys_of(address: str, client: str) -> Keys:
    """Return the keys of an attempt."""
    return Keys(key_of("account", address), key_of("client", client), key_of("both", address, client))


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides who has to wait.

    Addresses and clients are in the form of `protocol`; a `mark` stands for the typed password without revealing it.
    """

    settings: Settings
    throttle: Throttle
    known: KnownClients
    marks: Marks
    guessers: Guessers
    notes: Notes
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def new(cls, settings: Settings, clock: Callable[[], float]) -> Guard:
        """Return a guard without history; `clock` returns monotonic seconds."""
        window = settings.window_seconds
        throttle, known, marks = Throttle(window, clock), KnownClients(clock), Marks(window, clock)
        return cls(settings, throttle, known, marks, Guessers(window, clock), Notes())

    def begin(self, address: str, client: str, mark: str = "") -> int:
        """Count an attempt and return 0; or count nothing and return the seconds to wait.

        It counts as a failure until it is taken back. An attempt with a known mark is no further one.
        """
        keys, typed = keys_of(address, client), key_of(mark)
        with self._lock:
            before = self.marks.count(keys.both, typed) if mark else 0
            if before >= REPEATS:
                return self.settings.window_seconds
            if not before and (seconds := self.throttle.admit(self._limits(keys, client))):
                self._note_guessing(keys, address)
                return seconds
            if mark:
                self.marks.add(keys.both, typed)
            return 0

    def delay(self, address: str, client: str) -> int:
        """Return the seconds by which the answer to a counted attempt is delayed."""
        failures = self.throttle.count(keys_of(address, client).both) - 1
        return max(0, min(SLOWEST, failures - FREE + 1))

    def cancel(self, address: str, client: str, mark: str = "") -> None:
        """Take back an attempt whose password could not be checked."""
        keys = keys_of(address, client)
        with self._lock:
            if not mark or self.marks.forget(keys.both, key_of(mark)):
                self.throttle.forgive(*self._limits(keys, client))

    def right(self, address: str, client: str, *, marked: bool = False) -> None:
        """Record a right password: the client is one of the owner's.

        Of simultaneous `marked` attempts only one was counted; its mark is not compared, because Dovecot computes
        another one if it has normalised the user's name meanwhile.
        """
        keys = keys_of(address, client)
        with self._lock:
            if self.marks.forget(keys.both) or not marked:
                self.throttle.forgive(*self._limits(keys, client))
            self.throttle.forget(keys.both)
            strange = client != ADDRESS_BOOK and not self.known.knows(keys.account, keys.client)
            if strange and self.throttle.count(keys.account) >= STRANGE:
                self.notes.add(address, "strange", client)
            self.known.remember(keys.account, keys.client)
        self.guessers.right(keys.client, keys.account)

    def accuse(self, address: str, client: str) -> None:
        """Record a wrong password; the journal names clients that guess at many mailboxes, for fail2ban."""
        if count := self.wrong(address, client):
            LOG.warning("guesser: %s guessed at %d mailboxes", client, count)

    def wrong(self, address: str, client: str) -> int:
        """Record a wrong password; return how many mailboxes this client guessed at if that is far too many, else 0.

        Mailboxes whose owners are known at the client do not count.
        """
        keys = keys_of(address, client)
        if client == ADDRESS_BOOK or self.known.knows(keys.account, keys.client):
            return 0
        count = self.guessers.wrong(keys.client, keys.account)
        return count if count >= self.settings.ban_accounts else 0

    def _note_guessing(self, keys: Keys, address: str) -> None:
        """Note a message to the owner if the mailbox itself is at a limit, not only the client."""
        if (
            self.throttle.count(keys.both) >= self.settings.account_failures
            or self.throttle.count(keys.account) >= self.settings.account_failures_everywhere
        ):
            self.notes.add(address, "guessed", "")

    def _limits(self, keys: Keys, client: str) -> dict[Key, int]:
        """Return the maximum of failures of each key. Where the owner is known, others' failures do not count."""
        limits = {keys.both: self.settings.account_failures}
        if not self.known.knows(keys.account, keys.client):
            limits[keys.account] = self.settings.account_failures_everywhere
            if client != ADDRESS_BOOK:
                limits[keys.client] = self.settings.client_failures
        return limits
