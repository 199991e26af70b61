"""One run of the synchronisation."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from ..database import translated
from ..journal import Away, Refused
from .compare import compare, guard, marks
from .entries import root, wanted
from .settings import Settings
from .slapd import Directory, away
from .source import read

# Maximum of rounds per run, including the first; the next timer run does the rest.
MOST_ROUNDS = 3
# Up to so many new and changed entries are written one by one. More would take minutes, so they are written in
# transactions, although these can crash slapd while somebody searches. The next run then continues with the rest.
MOST_ALONE = 2_000


def sync(settings: Settings, given: argparse.Namespace) -> str:
    """Bring the book into step with the database; return the changes in a line, empty where nothing differed.

    Arguments:
        settings: where the book and the database are.
        given: `whole` compares all entries, whatever the root notes; `accept` does so even if most mailboxes are gone;
            `compare` only says what differs.

    Raises:
        Refused, Away
    """
    with translated(), _translated():
        return _until_in_step(settings, given)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of slapd into errors that end a program."""
    import ldap

    try:
        yield
    except away(ldap) as error:
        raise Away(f"slapd không trả lời -- slapd does not answer: {error}") from error
    except ldap.LDAPError as error:
        raise Refused(f"slapd từ chối -- slapd refused: {error}") from error


def _until_in_step(settings: Settings, given: argparse.Namespace) -> str:
    """Compare until book and database agree: an apply that commits during this run cannot start the running unit
    again.
    """
    told = [_once(settings, whole=given.whole or given.accept, accept=given.accept, dry_run=given.compare)]
    while told[-1] is not None and not given.compare and len(told) < MOST_ROUNDS:
        told.append(_once(settings))
    return "\n".join(line for line in told if line)


def _once(settings: Settings, *, whole: bool = False, accept: bool = False, dry_run: bool = False) -> str | None:
    """Compare once and write the differences; None if the root entry already has the database's version."""
    directory = Directory(settings.suffix)
    stamp = directory.stamp()
    source = read(settings, None if whole or dry_run else stamp)
    if source is None:
        return None
    book = wanted(source, settings)
    if stamp is None and not dry_run:
        directory.plant(root(settings))
    actual, needed = directory.read() if stamp is not None else {}, marks(book)
    if not accept:
        guard(actual, needed, settings.least_percent)
    changes = compare(actual, needed)
    if not dry_run:
        many = len(changes.added) + len(changes.changed) > MOST_ALONE
        directory.apply(changes, book, together=many or not stamp)
        directory.note(root(settings), source.version)
    return f"danh bạ LDAP: {changes} -- address book: {changes}" if changes else ""
