"""Argon2id as the accounts have it, a bounded number of computations at once."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError

SCHEME = "{ARGON2ID}"  # Dovecot knows the hash only with its scheme in front

# The same as those of issued passwords, plugins/plugin_utils/passwords.py: OWASP's second-lowest setting.
MEMORY_COST = 19456  # KiB
TIME_COST = 2
PARALLELISM = 1


class Hasher:
    """Makes and checks hashes; whoever comes while `at_once` are being computed waits, so that memory is bounded."""

    def __init__(self, at_once: int) -> None:
        self._slots = threading.BoundedSemaphore(at_once)
        self._argon2 = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_COST, parallelism=PARALLELISM)
        self._nobody = self.make("")

    def make(self, password: str) -> str:
        """The hash of a password, with its scheme."""
        with self._slots:
            return SCHEME + self._argon2.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether a password is that of a hash. Without a hash it never is, and to find that out takes as long."""
        scheme, found, value = (hashed or self._nobody).partition("}")
        if scheme + found != SCHEME:
            return False
        with self._slots:
            try:
                return self._argon2.verify(value, password) and hashed is not None
            except (VerificationError, InvalidHash):
                return False
