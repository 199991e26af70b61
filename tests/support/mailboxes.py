"""Mailboxes in memory that answer as doveadm and the queue's programs do, for tests of recalls."""

from __future__ import annotations

import email
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from pathlib import Path
from typing import IO, Any

from danhba_host.journal import Away


@dataclass
class Message:
    """A message in a folder."""

    raw: bytes
    flags: str = ""
    received: str = "1795741200"


@dataclass
class Store:
    """All mailboxes: address → folder → number → message; each folder's number that comes next is kept."""

    boxes: dict[str, dict[str, dict[int, Message]]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    calls: list[list[str]] = field(default_factory=list)
    purged: set[tuple[str, str]] = field(default_factory=set)
    next: dict[tuple[str, str], int] = field(default_factory=dict)
    given: Path = Path("/dev/null")

    def put(self, address: str, folder: str, raw: bytes, **more: str) -> int:
        """Store a message; its number."""
        uid = self.next[address, folder] = self.next.get((address, folder), 0) + 1
        self.boxes.setdefault(address, {}).setdefault(folder, {})[uid] = Message(raw, **more)
        return uid

    def all(self) -> list[tuple[str, str, int, bytes, str]]:
        """Everything that is there."""
        return [
            (address, folder, uid, message.raw, message.flags)
            for address, folders in sorted(self.boxes.items())
            for folder, messages in sorted(folders.items())
            for uid, message in sorted(messages.items())
        ]

    @contextmanager
    def running(
        self, words: Sequence[str], _fine: Sequence[int] = (), given: Path = Path("/dev/null")
    ) -> Iterator[IO[bytes]]:
        """In place of a run of doveadm."""
        self.given = given
        self.calls.append(list(words))
        rest = list(words)
        form = rest.pop(1) if rest[0] == "-f" else ""
        rest = rest[1:] if form else rest
        command = rest.pop(0)
        if command == "flags":
            rest.pop(0)
        if command == "mailbox":
            command = f"mailbox {rest.pop(0)}"
            if command == "mailbox cache":
                rest.pop(0)
        option, named = rest.pop(0), rest.pop(0)
        users = Path(named).read_text(encoding="utf-8").split() if option == "-F" else [named]
        if self.away & set(users):
            raise Away(f"doveadm {command}: 75 mailbox is away")
        yield io.BytesIO(getattr(self, "_" + command.replace(" ", "_"))(users, rest, form))

    def _fetch(self, users: list[str], rest: list[str], form: str) -> bytes:
        found = [row for user in users for row in self._search(user, rest[1:])]
        if form == "json":
            return json.dumps([_told(*row) for row in found]).encode()
        return b"\f\n".join(_paged(*row) for row in found)

    def _expunge(self, users: list[str], rest: list[str], _form: str) -> bytes:
        for user, folder, uid, _message in [found for each in users for found in self._search(each, rest)]:
            del self.boxes[user][folder][uid]
        return b""

    def _mailbox_create(self, users: list[str], rest: list[str], _form: str) -> bytes:
        self.boxes.setdefault(users[0], {}).setdefault(rest[0], {})
        return b""

    def _save(self, users: list[str], rest: list[str], _form: str) -> bytes:
        self.put(users[0], rest[1], self.given.read_bytes(), received=rest[3])
        return b""

    def _flags(self, users: list[str], rest: list[str], _form: str) -> bytes:
        for _user, _folder, _uid, message in self._search(users[0], rest[1:]):
            message.flags = rest[0]
        return b""

    def _mailbox_purge(self, users: list[str], rest: list[str], _form: str) -> bytes:
        self.purged |= {(user, rest[-1]) for user in users}
        return b""

    _mailbox_cache = _mailbox_purge

    def _search(self, user: str, query: list[str]) -> Iterator[tuple[str, str, int, Message]]:
        for folder, messages in self.boxes.get(user, {}).items():
            for uid, message in messages.items():
                if _matches(user, folder, uid, message.raw, query):
                    yield user, folder, uid, message


def folder_id(user: str, folder: str) -> str:
    """The GUID of a folder."""
    return f"guid of {folder} of {user}"


def _header(raw: bytes, name: str) -> str:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
    found = re.search(rf"(?im)^{re.escape(name)}:[ \t]*(.*(?:\n[ \t].*)*)", head)
    return found[1] if found else ""


# What of a message itself a search asks. All of it was stored just now.
_WITHIN: dict[str, Callable[[bytes, str], bool]] = {
    "SUBJECT": lambda raw, value: value.lower() in str(make_header(decode_header(_header(raw, "Subject")))).lower(),
    "SAVEDSINCE": lambda _raw, _value: True,
    "LARGER": lambda raw, value: len(raw) > int(value),
    "BODY": lambda raw, value: value.casefold() in _body(raw).casefold(),
}


def _matches(user: str, folder: str, uid: int, raw: bytes, query: list[str]) -> bool:
    """Whether a message fits a search: all that stands side by side, any of what stands between OR."""

    def fits(words: Iterator[str], name: str) -> bool:
        if name == "(":
            return any_of(words)
        value = next(words)
        if name == "HEADER":
            return next(words).lower() in _header(raw, value).lower()
        if name in _WITHIN:
            return _WITHIN[name](raw, value)
        known = {"MAILBOX": ("*", folder), "MAILBOX-GUID": (folder_id(user, folder),), "UID": (str(uid),)}
        return value in known[name]

    def any_of(words: Iterator[str]) -> bool:
        branches = [True]
        for word in words:
            if word == ")":
                break
            if word == "OR":
                branches.append(True)
            else:
                branches[-1] = fits(words, word) and branches[-1]
        return any(branches)

    return any_of(iter(query))


def _body(raw: bytes) -> str:
    """The texts of a message as Dovecot searches them."""
    parts = [part for part in email.message_from_bytes(raw).walk() if part.get_content_maintype() == "text"]
    return "\n".join((part.get_payload(decode=True) or b"").decode("utf-8", "replace") for part in parts)  # type: ignore[union-attr]


def _told(user: str, folder: str, uid: int, message: Message) -> dict[str, Any]:
    return {
        "user": user,
        "mailbox": folder,
        "mailbox-guid": folder_id(user, folder),
        "uid": str(uid),
        "flags": message.flags,
        "date.received.unixtime": message.received,
        "size.physical": str(len(message.raw)),
        "hdr.message-id": _header(message.raw, "Message-ID"),
    }


def _paged(user: str, folder: str, uid: int, message: Message) -> bytes:
    told = _told(user, folder, uid, message)
    head = "".join(f"{name}: {told[name]}\n" for name in ("user", "mailbox-guid", "uid", "size.physical"))
    return f"{head}text:\n".encode() + message.raw + b"\n"


@dataclass
class Queue:
    """What waits: number → sender, recipients, message."""

    waiting: dict[str, tuple[str, list[str], bytes]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)

    def run(self, words: Sequence[str], given: bytes = b"", fine: Sequence[int] = ()) -> bytes:
        """In place of a run of postqueue, postcat or postsuper."""
        if words[0].endswith("postqueue"):
            return b"".join(
                json.dumps(
                    {"queue_id": number, "sender": sender, "recipients": [{"address": each} for each in recipients]}
                ).encode()
                + b"\n"
                for number, (sender, recipients, _raw) in self.waiting.items()
            )
        if words[0].endswith("postcat"):
            return self.waiting[words[2]][2]
        numbers = set(given.decode().split()) & set(self.waiting)
        if words[1] == "-d":
            self._remove(numbers)
        else:
            self.held = self.held | numbers if words[1] == "-h" else self.held - numbers
        assert not fine
        return b""

    def _remove(self, numbers: set[str]) -> None:
        for number in numbers:
            del self.waiting[number]
