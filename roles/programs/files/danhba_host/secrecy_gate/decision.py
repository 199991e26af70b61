"""What becomes of a message: pure, of its verdict, its envelope and the exceptions that hold for it."""

from __future__ import annotations

from .protocol import Envelope
from .settings import REFUSE, Settings

OUTGOING, INTERNAL, INCOMING = "outgoing", "internal", "incoming"
CLEAN, MARKED, UNREADABLE = "clean", "marked", "unreadable"
HERE = frozenset({"", "127.0.0.1", "::1"})


def direction(envelope: Envelope, domain: str) -> str:
    """Where a message goes: from one who has signed in, or from this host itself, out of the domain or not; or in."""
    if not envelope.user and envelope.client not in HERE:
        return INCOMING
    inside = all(domain_of(recipient) == domain for recipient in envelope.recipients)
    return INTERNAL if inside else OUTGOING


def is_notice(envelope: Envelope) -> bool:
    """Whether this host tells a sender what became of his message, which was read as it came in.

    Who has signed in has no empty sender (role postfix), and nobody else hands mail in here.
    """
    return not envelope.sender and not envelope.user and envelope.client in HERE


def domain_of(address: str) -> str:
    """Of an address, in lower case; empty where it has none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def sender_of(envelope: Envelope) -> str:
    """Who answers for a message: who has signed in, and from outside who says to be the sender."""
    user = envelope.user.partition("/")[0]
    return (user or envelope.sender).lower()


def may_be_excepted(envelope: Envelope, domain: str) -> bool:
    """Whether the sender is one whom the register may name: nobody outside passes by an address of ours."""
    return bool(envelope.user) or domain_of(envelope.sender) != domain


def passes(verdict: str, direction: str, settings: Settings) -> bool:
    """Whether a message of this verdict passes without an exception; what is unreadable by the setting."""
    if verdict == UNREADABLE:
        return bool(getattr(settings, f"unreadable_{direction}") != REFUSE)
    return verdict == CLEAN
