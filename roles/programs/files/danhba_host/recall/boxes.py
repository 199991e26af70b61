"""All mailboxes: open ones by Dovecot, closed ones as files. What can be done with both is asked in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from ..archive.reading import Changed
from ..journal import Away, Refused
from . import mailboxes
from .closed import Closed, is_closed
from .mailboxes import Mail


class Boxes:
    """What is done with messages, whether their mailboxes are open or closed; an address without @ is a closed one."""

    def __init__(self, store: Path) -> None:
        self._closed = Closed(store)

    def has(self, mailbox: str) -> bool:
        """Whether a closed mailbox lies in the store."""
        return self._closed.has(mailbox)

    def search(
        self, addresses: Iterable[str], ids: Sequence[str], headers: Sequence[str]
    ) -> tuple[list[Mail], list[str]]:
        """The messages that name one of these ids in one of these headers; the mailboxes that could not be searched."""
        open_, closed = _apart(addresses)
        found, away = mailboxes.search(open_, mailboxes.by_header(ids, *headers)) if open_ else ([], [])
        more, unread = _each(closed, lambda mailbox: self._closed.search(mailbox, ids, headers))
        return found + more, sorted(away + unread)

    def stored_since(
        self, addresses: Iterable[str], since: date, phrases: Sequence[str], larger: int
    ) -> tuple[list[Mail], list[str]]:
        """The messages stored since a day that may have some of a text or a file; whose could not be searched.

        Of closed mailboxes all that was stored since: to read it is to search it.
        """
        open_, closed = _apart(addresses)
        query = mailboxes.by_likeness(since, phrases, larger)
        found, away = mailboxes.search(open_, query) if open_ and (phrases or larger) else ([], [])
        more, unread = _each(closed, lambda mailbox: self._closed.stored_since(mailbox, since))
        return found + more, sorted(away + unread)

    def titled(self, addresses: Iterable[str], ids: Sequence[str], subject: str) -> set[str]:
        """Which of these messages somebody has, in an open mailbox, with this text in the subject."""
        open_, _closed = _apart(addresses)
        found, _away = mailboxes.search(open_, mailboxes.by_subject(ids, subject)) if open_ else ([], [])
        return {mail.message_id for mail in found}.intersection(ids)

    def contents(self, mails: Iterable[Mail], take: Callable[[Mail, bytes], None]) -> list[str]:
        """Hand on the octets of each of these messages, one at a time, as they lie there; whose could not be read."""
        wanted = list(mails)

        def read(mailbox: str) -> list[Mail]:
            self._closed.contents(mailbox, _of(mailbox, wanted), take)
            return []

        away = mailboxes.contents([mail for mail in wanted if not is_closed(mail.address)], take)
        return sorted(away + _each({mail.address for mail in wanted if is_closed(mail.address)}, read)[1])

    def expunge(self, mails: Iterable[Mail]) -> list[str]:
        """Remove these messages for good; those that are not there any more are passed over. Whose could not be."""
        wanted = list(mails)

        def remove(mailbox: str) -> list[Mail]:
            self._closed.expunge(mailbox, _of(mailbox, wanted))
            return []

        away = mailboxes.expunge(mail for mail in wanted if not is_closed(mail.address))
        return sorted(away + _each({mail.address for mail in wanted if is_closed(mail.address)}, remove)[1])

    def put_back(self, mail: Mail, file: Path) -> None:
        """Store a message again in its folder, with its date and marks; only once.

        Raises:
            Away: it could not be.
        """
        if not is_closed(mail.address):
            mailboxes.put_back(mail, file)
            return
        try:
            self._closed.put_back(mail, file)
        except (Changed, OSError, Refused) as error:
            raise Away(f"{mail.address}: {error}") from error

    def forget_caches(self, places: Iterable[tuple[str, str]]) -> list[str]:
        """Clear what the caches of folders, by address and name, keep of messages that are gone; whose could not be."""
        wanted = set(places)

        def clear(mailbox: str) -> list[Mail]:
            for _mailbox, folder in (place for place in wanted if place[0] == mailbox):
                self._closed.forget_cache(mailbox, folder)
            return []

        away = mailboxes.forget_caches(place for place in wanted if not is_closed(place[0]))
        return sorted(away + _each({place[0] for place in wanted if is_closed(place[0])}, clear)[1])


def _apart(addresses: Iterable[str]) -> tuple[list[str], list[str]]:
    every = sorted(set(addresses))
    return [each for each in every if not is_closed(each)], [each for each in every if is_closed(each)]


def _of(mailbox: str, mails: Iterable[Mail]) -> list[Mail]:
    return [mail for mail in mails if mail.address == mailbox]


def _each(closed: Iterable[str], work: Callable[[str], list[Mail]]) -> tuple[list[Mail], list[str]]:
    """The work on each closed mailbox; one that has what no mailbox has is told, and the others go on."""
    found: list[Mail] = []
    away: list[str] = []
    for mailbox in sorted(closed):
        try:
            found += work(mailbox)
        except (Changed, OSError, Refused):
            away.append(mailbox)
    return found, away
