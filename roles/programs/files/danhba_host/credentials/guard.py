"""One count of wrong passwords for all ways in: the webmail, mail programs, and programs that ask the address book."""

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

# Whoever asks the address book is one client, for nobody knows here where their programs are. So what some of them get
# wrong is nothing that the others have to wait for.
ADDRESS_BOOK = "address book"
# The same password again is a program that was not told of the new one, or several at once, and no further guess. So
# often each is looked at, which costs an Argon2 computation, before it waits.
REPEATS = 60
# From the third failure on, each makes the next attempt slower by a second. Postfix waits ten for an answer.
FREE, SLOWEST = 3, 4
# So many failures by strangers within the window before a stranger is right, and the owner is told.
STRANGE = 10


class Keys(NamedTuple):
    """What an attempt may count against."""

    account: Key
    client: Key
    both: Key


def keys_of(address: str, client: str) -> Keys:
    """The keys of an attempt."""
    return Keys(key_of("account", address), key_of("client", client), key_of("both", address, client))


@dataclass(frozen=True, slots=True)
class Guard:
    """Says who has to wait.

    An address and a client are as `protocol` prepares them; a `mark` stands for what was typed, without showing it.
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
        """One that knows nothing yet; `clock` gives seconds that only grow."""
        window = settings.window_seconds
        throttle, known, marks = Throttle(window, clock), KnownClients(clock), Marks(window, clock)
        return cls(settings, throttle, known, marks, Guessers(window, clock), Notes())

    def begin(self, address: str, client: str, mark: str = "") -> int:
        """Count an attempt and give 0; or count nothing and give the seconds to wait.

        Until it is taken back it counts as a failure. One with a mark that was there already is no further one.
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
        """For how many seconds an attempt that has begun should be kept waiting for its answer."""
        failures = self.throttle.count(keys_of(address, client).both) - 1
        return max(0, min(SLOWEST, failures - FREE + 1))

    def cancel(self, address: str, client: str, mark: str = "") -> None:
        """It was no attempt: nobody could look whether the password is right."""
        keys = keys_of(address, client)
        with self._lock:
            if not mark or self.marks.forget(keys.both, key_of(mark)):
                self.throttle.forgive(*self._limits(keys, client))

    def right(self, address: str, client: str, *, marked: bool = False) -> None:
        """The password was right: the client is one of the owner's.

        Of many at once that are `marked` one was counted; which mark it was is not asked, for Dovecot makes another
        where it has called the user by another name meanwhile.
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
        """The password was wrong: the journal names who guesses at many mailboxes, and fail2ban reads it."""
        if count := self.wrong(address, client):
            LOG.warning("guesser: %s guessed at %d mailboxes", client, count)

    def wrong(self, address: str, client: str) -> int:
        """The password was wrong: at how many mailboxes this client guessed by now, if that is far too many; else 0.

        Mailboxes whose owners come from there do not count.
        """
        keys = keys_of(address, client)
        if client == ADDRESS_BOOK or self.known.knows(keys.account, keys.client):
            return 0
        count = self.guessers.wrong(keys.client, keys.account)
        return count if count >= self.settings.ban_accounts else 0

    def _note_guessing(self, keys: Keys, address: str) -> None:
        """Have the owner told, where his mailbox is at a limit, and not only a client."""
        if (
            self.throttle.count(keys.both) >= self.settings.account_failures
            or self.throttle.count(keys.account) >= self.settings.account_failures_everywhere
        ):
            self.notes.add(address, "guessed", "")

    def _limits(self, keys: Keys, client: str) -> dict[Key, int]:
        """How many failures each key may have. An owner where he is known has nothing to do with those of others."""
        limits = {keys.both: self.settings.account_failures}
        if not self.known.knows(keys.account, keys.client):
            limits[keys.account] = self.settings.account_failures_everywhere
            if client != ADDRESS_BOOK:
                limits[keys.client] = self.settings.client_failures
        return limits
