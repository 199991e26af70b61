"""Argon2id as for all accounts, with a bounded number of computations at once."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError

SCHEME = "{ARGON2ID}"  # Dovecot needs the scheme before the hash

# As for issued passwords (plugins/plugin_utils/passwords.py): OWASP's second-lowest setting.
MEMORY_COST = 19456  # KiB
TIME_COST = 2
PARALLELISM = 1


class Hasher:
    """Makes and checks hashes; beyond `at_once` computations callers wait, so that memory is bounded."""

    def __init__(self, at_once: int) -> None:
        self._slots = threading.BoundedSemaphore(at_once)
        self._argon2 = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_COST, parallelism=PARALLELISM)
        self._nobody = self.make("")

    def make(self, password: str) -> str:
        """Return the hash of a password, with its scheme."""
        with self._slots:
            return SCHEME + self._argon2.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Say whether a password has a hash. Without a hash the answer is no, after the same time."""
        scheme, found, value = (hashed or self._nobody).partition("}")
        if scheme + found != SCHEME:
            return False
        with self._slots:
            try:
                return self._argon2.verify(value, password) and hashed is not None
            except (VerificationError, InvalidHash):
                return False
