"""Counts failures to slow down guessing, and remembers owners' clients, so that nobody else is slowed down.

A key is of an account, of a client, or of an account at a client.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

CAPACITY = 100_000  # maximum number of keys, of some 300 bytes each; the least recently used is dropped
KNOWN_SECONDS = 30 * 24 * 3600.0
KNOWN_ACCOUNTS = 50_000  # of some 500 bytes each, 1100 with all clients; the least recently used is dropped
KNOWN_CLIENTS = 8  # per account, so that no account displaces others' clients

CLIENTS = 10_000  # maximum number of clients with their accounts
ACCOUNTS = 500  # maximum number of accounts of each

Key = bytes
"""What is counted, as `key_of` gives it."""


def key_of(*parts: str) -> Key:
    """Return the key of texts: of fixed length, without anything that was typed."""
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).digest()


class Throttle:
    """Attempts by key within the last `window` seconds. `clock` returns monotonic seconds.

    An attempt counts as a failure from its beginning until it is forgiven, so that simultaneous ones cannot slip
    through between question and count.
    """

    def __init__(self, window: float, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._window = window
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._attempts: OrderedDict[Key, list[float]] = OrderedDict()  # the longest unused first
        self._changed: set[Key] = set()

    def admit(self, limits: Mapping[Key, int]) -> int:
        """Count an attempt under all keys and return 0; or, if one is at its limit, count nothing and return the
        seconds to wait.
        """
        with self._lock:
            now = self._clock()
            self._drop_expired(now)
            waits = [self._wait(key, limit, now) for key, limit in limits.items()]
            if any(waits):
                return max(waits)
            for key in limits:
                self._attempts.setdefault(key, []).append(now)
                self._attempts.move_to_end(key)
            self._note(limits)
            while len(self._attempts) > self._capacity:
                self._attempts.popitem(last=False)
            return 0

    def count(self, key: Key) -> int:
        """Return the number of attempts of a key."""
        with self._lock:
            return len(self._within(key, self._clock()))

    def forgive(self, *keys: Key) -> None:
        """Take back the newest attempt of each key: it was none, or succeeded."""
        with self._lock:
            for key in keys:
                if attempts := self._attempts.get(key):
                    attempts.pop()
                    self._note([key])

    def forget(self, key: Key) -> None:
        """Take back all attempts of a key: its owner has come."""
        with self._lock:
            self._attempts.pop(key, None)
            self._note([key])

    def take_changes(self) -> dict[Key, list[float]]:
        """Return, for each key changed since the last call, the ages of its attempts in seconds."""
        with self._lock:
            now, changed = self._clock(), self._changed
            self._changed = set()
            return {key: [now - each for each in self._within(key, now)] for key in changed}

    def restore(self, ages: Mapping[Key, list[float]]) -> None:
        """Restore attempts returned by `take_changes`, beside newer ones."""
        with self._lock:
            now, since = self._clock(), self._attempts
            before = {key: sorted(now - age for age in known) for key, known in ages.items() if known}
            self._attempts = OrderedDict(sorted(before.items(), key=lambda each: each[1][-1]))
            for key, attempts in since.items():
                self._attempts[key] = self._attempts.pop(key, []) + attempts
            while len(self._attempts) > self._capacity:
                self._attempts.popitem(last=False)

    def touch(self, keys: Iterable[Key]) -> None:
        """Mark keys as changed again: their changes were not written."""
        with self._lock:
            self._note(keys)

    def _note(self, keys: Iterable[Key]) -> None:
        """Mark keys as changed, up to the capacity."""
        if len(self._changed) < self._capacity:
            self._changed.update(keys)

    def _drop_expired(self, now: float) -> None:
        """Drop expired keys; keys are in order of last use, so stop at the first fresh one."""
        while self._attempts:
            key, attempts = next(iter(self._attempts.items()))
            if attempts and attempts[-1] > now - self._window:
                break
            del self._attempts[key]
            self._changed.discard(key)

    def _wait(self, key: Key, limit: int, now: float) -> int:
        attempts = self._within(key, now)
        return math.ceil(attempts[0] + self._window - now) if len(attempts) >= limit else 0

    def _within(self, key: Key, now: float) -> list[float]:
        attempts = self._attempts.get(key, [])
        del attempts[: bisect_right(attempts, now - self._window)]
        return attempts


class Marks:
    """Marks of the passwords typed for a key within the last `window` seconds, which reveal none of them."""

    def __init__(self, window: float, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._window = window
        self._clock = clock
        self._capacity = capacity
        self._seen: OrderedDict[Key, dict[Key, tuple[float, int]]] = OrderedDict()  # the longest unused first

    def count(self, key: Key, mark: Key) -> int:
        """Return how often the mark was seen."""
        first, count = self._seen.get(key, {}).get(mark, (-math.inf, 0))
        return count if self._clock() < first + self._window else 0

    def add(self, key: Key, mark: Key) -> None:
        """Count the mark once more."""
        marks, now = self._seen.setdefault(key, {}), self._clock()
        first, count = marks.get(mark, (now, 0)) if self.count(key, mark) else (now, 0)
        marks[mark] = first, count + 1
        self._seen.move_to_end(key)
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)

    def forget(self, key: Key, mark: Key | None = None) -> bool:
        """Remove one mark of a key, or all; return whether there was any."""
        marks = self._seen.get(key, {})
        if mark is not None:
            return marks.pop(mark, None) is not None
        return bool(self._seen.pop(key, None))


class KnownClients:
    """The clients at which each account has shown its password within the last 30 days. `clock` as above."""

    def __init__(self, clock: Callable[[], float], capacity: int = KNOWN_ACCOUNTS) -> None:
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._seen: OrderedDict[Key, dict[Key, float]] = OrderedDict()  # both with the longest unused first
        self._changed: set[Key] = set()

    def remember(self, account: Key, client: Key) -> None:
        """Record that the account's password came from the client."""
        with self._lock:
            clients = self._seen.setdefault(account, {})
            clients.pop(client, None)
            clients[client] = self._clock()
            if len(clients) > KNOWN_CLIENTS:
                del clients[next(iter(clients))]
            self._seen.move_to_end(account)
            self._changed.add(account)
            if len(self._seen) > self._capacity:
                self._seen.popitem(last=False)

    def take_changes(self) -> dict[Key, dict[Key, float]]:
        """Return, for each account changed since the last call, the age of each client's last success in seconds."""
        with self._lock:
            now, changed = self._clock(), self._changed
            self._changed = set()
            return {
                account: {client: now - seen for client, seen in self._seen.get(account, {}).items()}
                for account in changed
            }

    def restore(self, ages: Mapping[Key, Mapping[Key, float]]) -> None:
        """Restore clients returned by `take_changes`, before newer ones."""
        with self._lock:
            now = self._clock()
            for account, known in ages.items():
                before = {client: now - age for client, age in sorted(known.items(), key=lambda each: -each[1])}
                self._seen[account] = before | self._seen.get(account, {})
                while len(self._seen[account]) > KNOWN_CLIENTS:
                    del self._seen[account][next(iter(self._seen[account]))]
            while len(self._seen) > self._capacity:
                self._seen.popitem(last=False)

    def touch(self, accounts: Iterable[Key]) -> None:
        """Mark accounts as changed again: their changes were not written."""
        with self._lock:
            self._changed.update(accounts)

    def knows(self, account: Key, client: Key) -> bool:
        """Say whether the account's password has come from the client."""
        with self._lock:
            seen = self._seen.get(account, {}).get(client, -math.inf)
            return self._clock() < seen + KNOWN_SECONDS


class Guessers:
    """The accounts at which each client was wrong, and right, within the last `window` seconds.

    An agency behind one address has some people who mistype, and many more who do not. `clock` as above.
    """

    def __init__(self, window: float, clock: Callable[[], float], capacity: int = CLIENTS) -> None:
        self._window = window
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._seen: OrderedDict[Key, tuple[dict[Key, float], dict[Key, float]]] = OrderedDict()

    def wrong(self, client: Key, account: Key) -> int:
        """Record a wrong password; return the number of accounts, if more than those at which the client was right,
        else 0.
        """
        with self._lock:
            wrong, right = self._note(client, account, right=False)
            return len(wrong) if len(wrong) > len(right) else 0

    def right(self, client: Key, account: Key) -> None:
        """Record a right password."""
        with self._lock:
            self._note(client, account, right=True)

    def _note(self, client: Key, account: Key, *, right: bool) -> tuple[dict[Key, float], dict[Key, float]]:
        now = self._clock()
        both = self._seen.setdefault(client, ({}, {}))
        self._seen.move_to_end(client)
        both[right].pop(account, None)
        both[right][account] = now
        if right:  # a former mistake no longer counts
            both[False].pop(account, None)
        for accounts in both:
            while accounts and (next(iter(accounts.values())) <= now - self._window or len(accounts) > ACCOUNTS):
                del accounts[next(iter(accounts))]
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)
        return both
