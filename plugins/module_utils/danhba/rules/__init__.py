"""What a register must hold to beyond its shape: one file for each part of it."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..register import Register
from . import agencies, people, province


def check(register: Register, unread: frozenset[str]) -> Iterator[Finding]:
    """Every finding about a register; the agencies in `unread` exist, though nobody could read their files."""
    yield from province.check(register, unread)
    yield from agencies.check(register, unread)
    yield from people.check(register, unread)
