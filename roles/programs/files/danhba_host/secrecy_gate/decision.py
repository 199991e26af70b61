"""Decides what becomes of a message. Pure: from its verdict, its envelope and the exceptions that apply."""

from __future__ import annotations

from .protocol import Envelope
from .settings import REFUSE, Settings

OUTGOING, INTERNAL, INCOMING = "outgoing", "internal", "incoming"
CLEAN, MARKED, UNREADABLE = "clean", "marked", "unreadable"
HERE = frozenset({"", "127.0.0.1", "::1"})


def direction(envelope: Envelope, domain: str) -> str:
    """Return the direction of a message: from a signed-in user or this host, within or out of the domain; or in."""
    if not envelope.user and envelope.client not in HERE:
        return INCOMING
    inside = all(domain_of(recipient) == domain for recipient in envelope.recipients)
    return INTERNAL if inside else OUTGOING


def is_notice(envelope: Envelope) -> bool:
    """Say whether this host notifies a sender about a message, which was read as it came in.

    Signed-in users have no empty sender (role postfix), and nobody else submits mail here.
    """
    return not envelope.sender and not envelope.user and envelope.client in HERE


def domain_of(address: str) -> str:
    """Return an address's domain in lower case; empty if it has none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def sender_of(envelope: Envelope) -> str:
    """Return who answers for a message: the signed-in user, or from outside the claimed sender."""
    user = envelope.user.partition("/")[0]
    return (user or envelope.sender).lower()


def may_be_excepted(envelope: Envelope, domain: str) -> bool:
    """Say whether the register may except the sender: nobody outside passes by an address of ours."""
    return bool(envelope.user) or domain_of(envelope.sender) != domain


def passes(verdict: str, direction: str, settings: Settings) -> bool:
    """Say whether a message of this verdict passes without an exception; unreadable ones by the setting."""
    if verdict == UNREADABLE:
        return bool(getattr(settings, f"unreadable_{direction}") != REFUSE)
    return verdict == CLEAN
