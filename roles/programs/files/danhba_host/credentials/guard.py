"""One count of wrong passwords for all ways in: the webmail, mail programs, and programs that ask the address book."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import NamedTuple

from .settings import Settings
from .throttle import Key, KnownClients, Marks, Throttle, key_of

# Whoever asks the address book is one client, for nobody knows here where their programs are. So what some of them get
# wrong is nothing that the others have to wait for.
ADDRESS_BOOK = "address book"
# The same password again is a program that was not told of the new one, or several at once, and no further guess. So
# often each is looked at, which costs an Argon2 computation, before it waits.
REPEATS = 60
# From the third failure on, each makes the next attempt slower by a second. Postfix waits ten for an answer.
FREE, SLOWEST = 3, 4


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
    _lock: threading.Lock = field(default_factory=threading.Lock)

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
            self.known.remember(keys.account, keys.client)

    def _limits(self, keys: Keys, client: str) -> dict[Key, int]:
        """How many failures each key may have. An owner where he is known has nothing to do with those of others."""
        limits = {keys.both: self.settings.account_failures}
        if not self.known.knows(keys.account, keys.client):
            limits[keys.account] = self.settings.account_failures_everywhere
            if client != ADDRESS_BOOK:
                limits[keys.client] = self.settings.client_failures
        return limits
