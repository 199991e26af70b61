"""Encrypts to an age public key, in memory."""

from __future__ import annotations

from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

try:
    import pyrage
except ImportError:
    HAS_PYRAGE = False
else:
    HAS_PYRAGE = True


def check() -> None:
    """Raise Failure if the encryption library is missing."""
    if not HAS_PYRAGE:
        raise Failure(
            "Máy điều khiển thiếu gói Python pyrage. Chạy: make setup. Chưa có gì thay đổi.",
            "The controller lacks the Python package pyrage. Run: make setup. Nothing was changed.",
        )


def seal(data: bytes, key: str) -> bytes:
    """Return the data encrypted as an age file for the key's owner; `content.check_key` has validated the key."""
    check()
    sealed: bytes = pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(key)])
    return sealed
