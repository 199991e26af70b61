"""Mailboxes, by doveadm: only those that are named are opened."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Any

from ..journal import Away, Refused

DOVEADM = "/usr/bin/doveadm"
NOTHING = Path("/dev/null")
# Mailboxes that one process opens, one after the other; processes that run side by side.
CHUNK, SIDE_BY_SIDE = 100, 4
MOST_IDS = 50  # in one search
SECONDS = 600
_FIELDS = "user mailbox mailbox-guid uid flags date.received.unixtime size.physical hdr.message-id"
_CONTENT_FIELDS = "user mailbox-guid uid size.physical text"
_EXISTS, _NO_USER, _NOT_FOUND = 65, 67, 68  # doveadm's exit statuses (sysexits.h)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message in a folder, as doveadm tells of it; nothing of its content. `received`: seconds since 1970."""

    address: str
    folder: str
    folder_id: str
    uid: int
    flags: str
    received: str
    size: int
    message_id: str

    @property
    def key(self) -> tuple[str, str, int]:
        """What its content is found by."""
        return self.address, self.folder_id, self.uid


def by_header(ids: Iterable[str], *headers: str) -> list[str]:
    """The search for messages in all folders that name one of these ids in one of these headers."""
    terms = [["HEADER", header, each] for each in ids for header in headers]
    joined = [word for term in terms for word in ("OR", *term)][1:]
    return ["MAILBOX", "*", "(", *joined, ")"]


def by_subject(ids: Iterable[str], subject: str) -> list[str]:
    """The search for these messages where their subject has this text in it, whatever the case and the encoding."""
    return [*by_header(ids, "Message-ID"), "SUBJECT", subject]


def by_likeness(since: date, phrases: Iterable[str], larger: int) -> list[str]:
    """The search for messages stored since a day that have one of these phrases, or more octets where that is not 0.

    Dovecot tells from its index when a message was stored, and reads those alone that came since.
    """
    terms = [["BODY", phrase] for phrase in phrases] + ([["LARGER", str(larger)]] if larger else [])
    joined = [word for term in terms for word in ("OR", *term)][1:]
    return ["MAILBOX", "*", "SAVEDSINCE", since.isoformat(), "(", *joined, ")"]


def search(addresses: Iterable[str], query: Sequence[str]) -> tuple[list[Mail], list[str]]:
    """The messages that a search finds in these mailboxes, and the mailboxes that could not be searched."""
    return _each_chunk(addresses, lambda users: _mails(users, query))


def contents(mails: Iterable[Mail], take: Callable[[Mail, bytes], None]) -> list[str]:
    """Hand on the octets of each of these messages, one at a time, as they lie there; whose could not be read."""
    wanted = list(mails)
    ids = sorted({mail.message_id for mail in wanted if mail.message_id})
    away: list[str] = []
    for start in range(0, len(ids), MOST_IDS):
        some = set(ids[start : start + MOST_IDS])
        named = [mail for mail in wanted if mail.message_id in some]
        away += _contents(named, by_header(sorted(some), "Message-ID"), take)
    for mail in wanted:
        if not mail.message_id:
            away += _contents([mail], ["MAILBOX-GUID", mail.folder_id, "UID", str(mail.uid)], take)
    return sorted(set(away))


def _contents(mails: Sequence[Mail], query: Sequence[str], take: Callable[[Mail, bytes], None]) -> list[str]:
    """The same of one search, which may find others too: they are passed over."""
    wanted = {mail.key: mail for mail in mails}

    def read(users: Sequence[str]) -> list[Mail]:
        with _users(users) as words, _running(["-f", "pager", "fetch", *words, _CONTENT_FIELDS, *query]) as stream:
            for key, octets in _records(stream):
                if mail := wanted.get(key):
                    take(mail, octets)
        return []

    return _each_chunk({mail.address for mail in mails}, read)[1]


def expunge(mails: Iterable[Mail]) -> list[str]:
    """Remove these messages for good; those that are not there any more are passed over. Whose could not be.

    A number is never given to another message of a folder, and no other folder has its GUID, so the places of many may
    stand in one search over all their mailboxes.
    """
    places: dict[str, list[list[str]]] = {}
    for mail in mails:
        named = ["HEADER", "Message-ID", mail.message_id] if mail.message_id else []
        place = ["(", "MAILBOX-GUID", mail.folder_id, "UID", str(mail.uid), *named, ")"]
        places.setdefault(mail.address, []).append(place)

    def remove(some: Sequence[str]) -> list[Mail]:
        query = [word for user in some for place in places[user] for word in ("OR", *place)][1:]
        with _users(some) as words:
            _run(["expunge", *words, *query], (_NOT_FOUND,))
        return []

    return _each_chunk(places, remove)[1]


def put_back(mail: Mail, file: Path) -> None:
    """Store a message again in its folder, which is made where it is gone, with its date and marks; only once.

    Raises:
        Away: the mailbox could not be opened, or has no room.
    """
    _run(["mailbox", "create", "-u", mail.address, mail.folder], (_EXISTS,))
    if not _there(mail):
        # By the standard input: doveadm opens files as the user of all mailboxes.
        _run(["save", "-u", mail.address, "-m", mail.folder, "-r", mail.received], given=file)
    kept = [flag for flag in mail.flags.split() if flag not in (r"\Recent", r"\Deleted")]
    if kept and (there := _there(mail)):
        place = ["MAILBOX-GUID", there[-1].folder_id, "UID", str(there[-1].uid)]
        _run(["flags", "add", "-u", mail.address, " ".join(kept), *place])


def _there(mail: Mail) -> list[Mail]:
    """What is like it in the folder of that name, the newest last."""
    query = ["MAILBOX", mail.folder, "HEADER", "Message-ID", mail.message_id]
    found = [each for each in _mails([mail.address], query) if (each.size, each.received) == (mail.size, mail.received)]
    return sorted(found, key=lambda each: each.uid)


def forget_caches(folders: Iterable[tuple[str, str]]) -> list[str]:
    """Clear what the caches of folders, by address and name, keep of messages that are gone; whose could not be."""
    users: dict[str, set[str]] = {}
    for address, folder in folders:
        users.setdefault(folder, set()).add(address)

    def clear(folder: str, some: Sequence[str]) -> list[Mail]:
        with _users(some) as words:
            _run(["mailbox", "cache", "purge", *words, folder], (_NO_USER, _NOT_FOUND))
        return []

    away: set[str] = set()
    for folder, addresses in users.items():
        away.update(_each_chunk(addresses, partial(clear, folder))[1])
    return sorted(away)


def _mails(users: Sequence[str], query: Sequence[str]) -> list[Mail]:
    with _users(users) as words, _running(["-f", "json", "fetch", *words, _FIELDS, *query]) as stream:
        told = stream.read()
    return [_mail(found) for found in json.loads(told or b"[]")]


def _mail(found: dict[str, Any]) -> Mail:
    return Mail(
        address=str(found["user"] if "user" in found else found["username"]),
        folder=str(found["mailbox"]),
        folder_id=str(found["mailbox-guid"]),
        uid=int(found["uid"]),
        flags=" ".join(sorted(str(found["flags"]).split())),
        received=str(found["date.received.unixtime"]),
        size=int(found["size.physical"]),
        message_id=" ".join(str(found["hdr.message-id"]).split()),
    )


def _records(stream: IO[bytes]) -> Iterator[tuple[tuple[str, str, int], bytes]]:
    """Each message with its key. The length is told before the octets, so that nothing in them passes for an end."""
    while True:
        told: dict[str, str] = {}
        while (line := stream.readline()) and line != b"text:\n":
            name, _, value = line.decode("utf-8", "replace").strip("\f\n").partition(": ")
            told[name] = value
        if not line:
            return
        octets = stream.read(int(told["size.physical"]))
        yield (told["user"], told["mailbox-guid"], int(told["uid"])), octets
        stream.readline()


def _each_chunk(addresses: Iterable[str], work: Callable[[Sequence[str]], list[Mail]]) -> tuple[list[Mail], list[str]]:
    """The work on all mailboxes, some at a time; those of a chunk that failed one by one, to know which it was."""
    users = sorted(set(addresses))
    chunks = [users[start : start + CHUNK] for start in range(0, len(users), CHUNK)]
    away: list[str] = []

    def one(chunk: Sequence[str]) -> list[Mail]:
        try:
            return work(chunk)
        except Away:
            if len(chunk) == 1:
                away.append(chunk[0])
                return []
            return [mail for user in chunk for mail in one([user])]

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        found = [mail for mails in pool.map(one, chunks) for mail in mails]
    return found, sorted(away)


@contextmanager
def _users(users: Sequence[str]) -> Iterator[list[str]]:
    """The words of a command that name these mailboxes: by a file, because there may be many."""
    with tempfile.NamedTemporaryFile("w", prefix="danhba-", encoding="utf-8") as file:
        file.write("".join(f"{user}\n" for user in users))
        file.flush()
        yield ["-F", file.name]


def _run(words: Sequence[str], fine: Sequence[int] = (), given: Path = NOTHING) -> bytes:
    with _running(words, fine, given) as stream:
        return stream.read()


@contextmanager
def _running(words: Sequence[str], fine: Sequence[int] = (), given: Path = NOTHING) -> Iterator[IO[bytes]]:
    """What a run of doveadm prints; `given` is its standard input.

    Raises:
        Away: it failed, but for the exit statuses that are `fine`.
        Refused: it is not there.
    """
    with tempfile.TemporaryFile() as errors, given.open("rb") as stdin:
        try:
            process = subprocess.Popen([DOVEADM, *words], stdin=stdin, stdout=subprocess.PIPE, stderr=errors)
        except OSError as error:
            raise Refused(f"không chạy được doveadm -- doveadm does not run: {error}") from error
        with process:
            if process.stdout is None:
                raise AssertionError("no pipe")
            yield process.stdout
            status = process.wait(SECONDS)
        if status and status not in fine:
            errors.seek(0)
            said = " ".join(errors.read(2000).decode("utf-8", "replace").split())
            raise Away(f"doveadm {words[0]}: {status} {said}")
