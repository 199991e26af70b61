"""The differences between two address books, by a digest of each entry: two whole books would not fit the job's
memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from ..journal import Refused
from .entries import Book, Raw, encoded

# Number of mailboxes below which a book may lose any share of them in one run.
SMALL_BOOK = 20
ACCEPT = "runuser -u openldap -- /usr/local/sbin/danhba-host addressbook --accept"


@dataclass(frozen=True, slots=True)
class Mark:
    """The part of an entry that is kept for comparison: whether it is a mailbox, and a digest of its values."""

    mailbox: bool
    digest: bytes


Marks = Mapping[str, Mark]
"""Marks by distinguished name, in lower case."""


@dataclass(frozen=True)
class Changes:
    """Distinguished names to add, change and remove, in the order in which an LDAP tree allows it."""

    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        return f"+{len(self.added)} ~{len(self.changed)} -{len(self.removed)}"


def depth(dn: str) -> int:
    """How far down in the tree an entry is."""
    return dn.count(",")


def mark(raw: Raw) -> Mark:
    """The mark of an entry. Its digest covers the values in the order in which programs see them, without the object
    classes.
    """
    values = sorted((key, sorted(found) if key == "objectClass" else [*found]) for key, found in raw.items())
    return Mark("mail" in raw, blake2b(repr(values).encode(), digest_size=16).digest())


def marks(book: Book) -> Marks:
    """The marks of all entries."""
    return {dn: mark(encoded(entry)) for dn, entry in book.items()}


def compare(actual: Marks, book: Marks) -> Changes:
    """The changes that turn the actual book into the wanted one: additions from the top down, removals from the bottom
    up.
    """
    added = sorted((dn for dn in book if dn not in actual), key=depth)
    removed = sorted((dn for dn in actual if dn not in book), key=depth, reverse=True)
    return Changes(added, [dn for dn in book if dn in actual and actual[dn] != book[dn]], removed)


def people(book: Marks) -> int:
    """The number of mailboxes in the book."""
    return sum(entry.mailbox for entry in book.values())


def guard(actual: Marks, book: Marks, least_percent: int) -> None:
    """Refuse to apply a book that has lost most of its mailboxes: a fault of the database is likelier than so many
    closures.

    Raises:
        Refused: less than `least_percent` of the mailboxes are left.
    """
    before, after = people(actual), people(book)
    if before >= SMALL_BOOK and after * 100 < before * least_percent:
        raise Refused(
            f"cơ sở dữ liệu chỉ còn {after} hộp thư, danh bạ LDAP đang có {before}: danh bạ được giữ nguyên. Nếu đúng"
            f" như vậy, chạy: {ACCEPT}"
            f" -- the database has only {after} mailboxes, the address book {before}: it was left as it is. If that is"
            f" right, run: {ACCEPT}"
        )
