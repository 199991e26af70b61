"""The address book in slapd, by python-ldap: entries are read one at a time and written in transactions (RFC 5805)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from ..journal import Refused
from .compare import Changes, Marks, mark
from .entries import Book, Entry, Raw, encoded

SOCKET = "ldapi:///"
ANSWER_SECONDS, SEARCH_SECONDS = 60, 300  # seconds for one answer of slapd, and for a search of all entries
STAMP = "description"
# The most operations in one transaction, and the object identifiers of transactions (RFC 5805).
BATCH = 2_000
START, MEMBER, END = "1.3.6.1.1.21.1", "1.3.6.1.1.21.2", "1.3.6.1.1.21.3"

Step = tuple[str, Callable[..., object]]
"""One change: the distinguished name, and what does it."""


def away(ldap: Any) -> tuple[type[Exception], ...]:
    """The exceptions of python-ldap that mean that slapd is not running or does not answer."""
    return (ldap.SERVER_DOWN, ldap.TIMEOUT, ldap.UNAVAILABLE, ldap.BUSY, ldap.CONNECT_ERROR)


class Directory:
    """The address book in slapd."""

    def __init__(self, suffix: str) -> None:
        import ldap
        import ldap.sasl

        self._suffix = suffix
        self._ldap = ldap
        self._away = away(ldap)
        self._server = ldap.initialize(SOCKET)
        self._server.timeout = ANSWER_SECONDS
        self._server.sasl_interactive_bind_s("", ldap.sasl.external())

    def stamp(self) -> str | None:
        """The version that the root entry notes: empty while the first load is unfinished, None where there is no
        root.
        """
        try:
            found = self._server.search_s(self._suffix, self._ldap.SCOPE_BASE, attrlist=[STAMP])
        except self._ldap.NO_SUCH_OBJECT:
            return None
        return str(found[0][1].get(STAMP, [b""])[0].decode())

    def plant(self, entry: Entry) -> None:
        """Add the root entry."""
        self._server.add_s(self._suffix, self._added(entry))

    def note(self, entry: Entry, version: str) -> None:
        """Write the values of the root entry, and the version of the database that the book shows."""
        self._server.modify_s(self._suffix, self._replaced({**entry, STAMP: [version]}))

    def read(self) -> Marks:
        """The marks of all entries below the root."""
        return {name: mark(raw) for dn, raw in self._entries() if (name := dn.lower()) != self._suffix.lower()}

    def _entries(self) -> Iterator[tuple[str, Raw]]:
        """The entries one at a time as slapd sends them, so that only one is in memory."""
        number = self._server.search_ext(self._suffix, self._ldap.SCOPE_SUBTREE, timeout=SEARCH_SECONDS)
        kind = self._ldap.RES_SEARCH_ENTRY
        while kind != self._ldap.RES_SEARCH_RESULT:
            kind, found, *_ = self._server.result3(number, all=0)
            yield from found

    def apply(self, changes: Changes, book: Book, *, together: bool) -> None:
        """Apply the changes in order. New mailboxes are added before old ones are removed, so that nobody who moves is
        missing.

        Arguments:
            together: write many changes by one write to the disk. Not for a few: slapd 2.6 sometimes crashes with a
                segmentation fault if somebody searches during a transaction.

        Raises:
            Refused: slapd refused some changes; the others are applied.
        """
        steps = self._steps(changes, book)
        refused: list[str] = []
        while batch := [*islice(steps, BATCH)]:
            refused += self._transact(batch) if together else self._each(batch)
        # Removals one by one: slapd 2.6 cannot remove the last entry below another in a transaction (result 80).
        refused += self._each([(dn, partial(self._server.delete_ext_s, dn)) for dn in changes.removed])
        if refused:
            some = "; ".join(refused[:3])
            raise Refused(f"slapd không nhận {len(refused)} mục -- slapd refused {len(refused)} entries: {some}")

    def _steps(self, changes: Changes, book: Book) -> Iterator[Step]:
        """The LDAP operations for new and changed entries; each is made only when it is asked for, to save memory."""
        for dn in changes.added:
            yield dn, partial(self._server.add_ext_s, dn, self._added(book[dn]))
        for dn in changes.changed:
            yield dn, partial(self._server.modify_ext_s, dn, self._replaced(book[dn]))

    def _transact(self, steps: Sequence[Step]) -> list[str]:
        """Apply all operations by one write to the disk (RFC 5805); if slapd refuses the transaction, one by one."""
        from ldap.controls import RequestControl
        from ldap.extop import ExtendedRequest

        _oid, identifier = self._server.extop_s(ExtendedRequest(START, None))
        control = RequestControl(MEMBER, True, identifier)

        def end(commit: bytes) -> None:
            # SEQUENCE { commit BOOLEAN, identifier OCTET STRING }
            value = b"\x01\x01" + commit + b"\x04" + bytes([len(identifier)]) + identifier
            self._server.extop_s(ExtendedRequest(END, b"\x30" + bytes([len(value)]) + value))

        try:
            for _dn, step in steps:
                step(serverctrls=[control])
        except self._away:
            raise
        except self._ldap.LDAPError:
            end(b"\x00")
            return self._each(steps)
        try:
            end(b"\xff")
        except self._away:
            raise
        except self._ldap.LDAPError:
            return self._each(steps)
        return []

    def _each(self, steps: Iterable[Step]) -> list[str]:
        """Apply the operations one by one; return the refused ones with slapd's reasons."""
        refused = []
        for dn, step in steps:
            try:
                step()
            except self._away:
                raise
            except self._ldap.LDAPError as error:
                refused.append(f"{dn}: {error}")
        return refused

    def _added(self, entry: Entry) -> list[tuple[str, Sequence[bytes]]]:
        return [*encoded(entry).items()]

    def _replaced(self, entry: Entry) -> list[tuple[int, str, Sequence[bytes] | None]]:
        """The LDAP modification that replaces every attribute of the entry and deletes attributes that the entry
        lacks.
        """
        optional = ("givenName", "title", "ou", "telephoneNumber") if "mail" in entry else ()
        replace = self._ldap.MOD_REPLACE
        written = [(replace, key, values) for key, values in self._added(entry) if key != "objectClass"]
        return [*written, *((replace, key, None) for key in optional if key not in entry)]
