"""Backs up and restores Postfix's queue: mail that was accepted and not delivered yet.

A message is a folder `<queue id>` with three files: `file`, Postfix's own with envelope and state of each recipient,
which a restore puts back; `message`, its text as postcat(1) prints it, in which a recall finds it (`recall.py`);
`queue`, the name of its queue, so that a message that was on hold, for example by a recall, stays on hold.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from .. import durable
from .commands import demand_into

FOLDER = "queue"  # in the state folder, while a run is at work
FILE, MESSAGE, NAMED = "file", "message", "queue"
# In the order in which a message passes through the queues; it may return to `deferred`.
INCOMING, HOLD = "incoming", "hold"
QUEUES = (INCOMING, "active", "deferred", HOLD)
LOOKS = 3  # passes over the queues: a message that moves to another queue during one pass is seen by the next
NAME = re.compile(r"[0-9A-Za-z]{6,}")
# Record types of a queue file (postfix, src/global/rec_type.h): a recipient, and a completed recipient.
RECIPIENT, DONE = b"R", b"D"
SIZE, CONTENT, POINTER, END = b"C", b"M", b"p", b"E"
HEADERS = 1 << 20  # octets of a message's beginning that are searched for its headers


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient whom the message still has to reach, and the place of its record in the file."""

    address: str
    place: int


@contextmanager
def staged(state: Path, spool: str) -> Iterator[Path]:
    """A copy of the queue within this context, in a folder that only root can enter; removed at the end, as it contains
    mail.
    """
    folder = state / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        for _look in range(LOOKS):
            for queue, path in _waiting(Path(spool)):
                _copy(path, queue, folder / path.name)
        for each in sorted(folder.iterdir()):
            demand_into(each / MESSAGE, ["postcat", "-b", "-h", str(each / FILE)])
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _waiting(spool: Path) -> Iterator[tuple[str, Path]]:
    """The files of accepted messages, by queue; a file that Postfix is still receiving is not executable."""
    for queue in QUEUES:
        for folder, _folders, files in os.walk(spool / queue):
            for name in files:
                path = Path(folder, name)
                with suppress(FileNotFoundError):
                    found = path.lstat()
                    if NAME.fullmatch(name) and stat.S_ISREG(found.st_mode) and found.st_mode & stat.S_IXUSR:
                        yield queue, path


def _copy(path: Path, queue: str, into: Path) -> None:
    """Copy a message. The newest copy counts: more of its recipients may be completed, and it may be on hold by now."""
    with suppress(FileNotFoundError):  # delivered meanwhile, so it is in the mail store or left the host
        octets = path.read_bytes()
        into.mkdir(mode=0o700, exist_ok=True)
        (into / FILE).write_bytes(octets)
        (into / NAMED).write_text(queue, encoding="ascii")


def put_back(folder: Path, spool: str, done: Mapping[str, Collection[str]], known: Collection[tuple[str, str]]) -> int:
    """Restore messages into the queue of a stopped Postfix, without recipients who have them; return the number of
    messages.

    A message that was on hold is on hold again, until an operator releases it.

    `folder`: as a backup has it. `done`: by queue id, addresses that were completed after the queue was copied.
    `known`: address and Message-ID of messages that are in the restored mail store.
    """
    owner = Path(spool, INCOMING).stat()
    count = 0
    for each in sorted(folder.iterdir()):
        if not NAME.fullmatch(each.name) or not (each / FILE).is_file():
            continue
        octets = (each / FILE).read_bytes()
        message_id = _message_id(each / MESSAGE)
        finished = {address.lower() for address in done.get(each.name, ())}
        left = []
        for recipient in recipients(octets):
            address = recipient.address.lower()
            if address in finished or (address, message_id) in known:
                octets = octets[: recipient.place] + DONE + octets[recipient.place + 1 :]
            else:
                left.append(address)
        if left:
            count += 1
            _place(Path(spool, HOLD if _is_on_hold(each) else INCOMING, each.name), octets, owner)
    return count


def _is_on_hold(message: Path) -> bool:
    """Whether the message was on hold when the queue was copied; False for old backups, which do not record it."""
    named = message / NAMED
    return named.is_file() and named.read_bytes().strip() == HOLD.encode()


def _place(path: Path, octets: bytes, owner: os.stat_result) -> None:
    """Write a queue file, executable and complete when it gets its name: only then Postfix accepts it."""
    durable.write(path, octets, 0o700, (owner.st_uid, owner.st_gid))


def recipients(octets: bytes) -> list[Recipient]:
    """The pending recipients in a queue file: records of a type, a length of seven bits per octet, and a text.

    Read as by qmgr(8): past the content, whose size is in the first record, because milters leave data there that is no
    record; and along pointers, behind which cleanup(8) puts recipients that a milter has added.
    """
    found, seen = [], set()
    place, content = 0, 0
    while place < len(octets) and place not in seen:
        seen.add(place)
        kind = octets[place : place + 1]
        start, length = _length(octets, place + 1)
        text = octets[start : start + length]
        following = start + length
        if kind == RECIPIENT:
            found.append(Recipient(text.decode("utf-8", "surrogateescape"), place))
        elif kind == SIZE:
            content = _number(text)
        elif kind == CONTENT:
            following += content
        elif kind == POINTER and _number(text):
            following = _number(text)
        elif kind == END:
            break
        place = following
    return found


def _length(octets: bytes, place: int) -> tuple[int, int]:
    """The position of a record's text, and its length."""
    length = shift = 0
    while place < len(octets):
        octet = octets[place]
        length |= (octet & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not octet & 0x80:
            break
    return place, length


def _number(text: bytes) -> int:
    """The first number in a record; 0 where there is none."""
    words = text.split()
    return int(words[0]) if words and words[0].isdigit() and len(words[0]) < 16 else 0


def _message_id(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return str(BytesHeaderParser().parsebytes(file.read(HEADERS)).get("Message-ID", "")).strip()
    except OSError:
        return ""


def message_ids(paths: Collection[Path]) -> set[str]:
    """The Message-IDs of stored messages."""
    return {found for path in paths if (found := _message_id(path))}
