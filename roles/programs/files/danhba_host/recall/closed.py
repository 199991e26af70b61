"""Closed mailboxes, which Dovecot opens for nobody: read and changed as the files that they are.

A message has the number and its folder the GUID that Dovecot's own list has (`dovecot-uidlist`), so that a copy is the
same one whether its mailbox is open or closed. Instead of an address stands the mailbox, as kind and id.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import BinaryIO

from .. import durable
from ..archive import folders, putting, reading
from .mailboxes import Mail

# More than any head of a message has.
MOST_HEAD = 1 << 20
CACHE = "dovecot.index.cache"
_GUID = re.compile(r"\bG([0-9a-f]{32})\b")
_LINE = re.compile(r"(\d+) (?:[^:]* )?:([^\n]+)")
_FLAGS = {"D": r"\Draft", "F": r"\Flagged", "R": r"\Answered", "S": r"\Seen", "T": r"\Deleted"}
_HEADER = BytesHeaderParser()


def is_closed(address: str) -> bool:
    """Whether this stands for a closed mailbox: it is no address."""
    return "@" not in address


class Numbers:
    """Dovecot's list of the numbers of a folder's messages; where there is none, numbers of our own, below 0."""

    def __init__(self, folder: Path) -> None:
        text = ""
        with suppress(OSError):
            listed = os.open(folder / "dovecot-uidlist", os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(listed, "rb") as file:
                text = file.read().decode("utf-8", "replace")
        head, _, rest = text.partition("\n")
        found = _GUID.search(head)
        self.guid = found[1] if found else f"closed {folder.name}"
        self._by_name = {name.partition(":")[0]: int(uid) for uid, name in _LINE.findall(rest)}

    def of(self, name: str) -> int:
        """The number of a message, by its file's name."""
        base = name.partition(":")[0]
        return self._by_name.get(base) or -int(hashlib.sha256(base.encode()).hexdigest()[:12], 16)

    def name(self, uid: int) -> str | None:
        """The name of a message's file without its flags, where the list has it."""
        return next((name for name, number in self._by_name.items() if number == uid), None)


@dataclass(frozen=True)
class Place:
    """Where a message of a closed mailbox lies: its folder on the disk, its file, and what it is known by."""

    key: tuple[str, str, int]
    folder: str
    path: Path
    item: reading.Item
    open: Callable[[], BinaryIO]

    def mail(self, head: Message) -> Mail:
        """What is told of it."""
        _name, _sign, marks = self.path.name.rpartition(":2,")
        return Mail(
            address=self.key[0],
            folder=folders.shown(self.folder),
            folder_id=self.key[1],
            uid=self.key[2],
            flags=" ".join(sorted(flag for letter, flag in _FLAGS.items() if letter in marks and _sign)),
            received=str(self.item.mtime // 10**9),
            size=self.item.size,
            message_id=" ".join(str(head.get("Message-ID", "")).split()),
        )

    def head(self) -> Message:
        """Its headers."""
        with self.open() as file:
            octets = file.read(MOST_HEAD).replace(b"\r\n", b"\n")
        return _HEADER.parsebytes(octets.partition(b"\n\n")[0] + b"\n\n")


class Closed:
    """The closed mailboxes of a store. Each is handed on by its name, and raises `Refused` or `Changed` for itself."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def has(self, mailbox: str) -> bool:
        """Whether it lies in the store: one that was archived does not."""
        return putting.is_folder(self._store / mailbox)

    def search(self, mailbox: str, ids: Sequence[str], headers: Sequence[str]) -> list[Mail]:
        """The messages that name one of these ids in one of these headers."""
        wanted = [each.lower() for each in ids]
        found = []
        for place in self._places(mailbox):
            head = place.head()
            said = [str(value).lower() for header in headers for value in head.get_all(header, [])]
            if any(each in value for each in wanted for value in said):
                found.append(place.mail(head))
        return found

    def stored_since(self, mailbox: str, since: date) -> list[Mail]:
        """The messages whose file was stored or renamed since a day."""
        moment = datetime.combine(since, time.min, UTC).timestamp()
        return [place.mail(place.head()) for place in self._places(mailbox) if place.path.lstat().st_ctime >= moment]

    def contents(self, mailbox: str, mails: Iterable[Mail], take: Callable[[Mail, bytes], None]) -> None:
        """Hand on the octets of each of these messages, one at a time."""
        wanted = {mail.key: mail for mail in mails}
        for place in self._places(mailbox):
            if place.key in wanted:
                with place.open() as file:
                    take(wanted[place.key], file.read())

    def expunge(self, mailbox: str, mails: Iterable[Mail]) -> None:
        """Remove these messages for good; those that are not there any more are passed over."""
        wanted = {mail.key for mail in mails}
        paths = [place.path for place in self._places(mailbox) if place.key in wanted]
        with putting.owner_of(self._store):
            for path in paths:
                path.unlink(missing_ok=True)

    def put_back(self, mail: Mail, file: Path) -> None:
        """Store a message again in its folder, with its date and marks; only once."""
        octets = file.read_bytes()
        if any(place.key == mail.key for place in self._places(mail.address)):
            return
        folder = self._folder(mail.address, folders.stored(mail.folder))
        name = Numbers(folder).name(mail.uid) or f"{mail.received}.M{abs(mail.uid)}P0.danhba"
        marks = "".join(sorted(letter for letter, flag in _FLAGS.items() if flag in mail.flags.split()))
        with putting.owner_of(self._store):
            _write(folder / "cur" / f"{name}:2,{marks}", octets, int(mail.received))

    def forget_cache(self, mailbox: str, folder: str) -> None:
        """Clear what the cache of a folder keeps of messages that are gone: Dovecot makes it anew."""
        with putting.owner_of(self._store):
            (self._folder(mailbox, folders.stored(folder)) / CACHE).unlink(missing_ok=True)

    def _folder(self, mailbox: str, folder: str) -> Path:
        return self._store / mailbox / reading.MAILDIR / folder

    def _places(self, mailbox: str) -> Iterator[Place]:
        """Each message of a mailbox; none where it does not lie here.

        Raises:
            Refused: something in it is no file or folder.
            reading.Changed: it is being worked in.
        """
        known: dict[str, Numbers] = {}
        home = self._store / mailbox
        for item, open_ in reading.Reader(home, lenient=True).items() if self.has(mailbox) else ():
            folder, path = reading.folder_of(item.path), home / item.path
            if folder is not None and not path.name.startswith("."):
                numbers = known.setdefault(folder, Numbers(self._folder(mailbox, folder)))
                yield Place((mailbox, numbers.guid, numbers.of(path.name)), folder, path, item, open_)


def _write(path: Path, octets: bytes, received: int) -> None:
    """Make a file with the time of a message's arrival, as a whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(octets)
    os.utime(new, (received, received))
    durable.place(new, path)
