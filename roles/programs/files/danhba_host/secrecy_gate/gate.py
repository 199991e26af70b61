"""Answers a request: a message is read, judged, recorded if it has a mark, and answered."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import sys
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from .. import journal
from ..journal import Away, Refused
from . import decision, texts
from .decision import CLEAN, MARKED, UNREADABLE
from .pool import Died
from .protocol import ACCEPT, DEFER, REJECT, Answer, Envelope
from .settings import Settings
from .store import Exempt, Incident

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without look-alikes
REMEMBERED = 10_000  # maximum number of remembered messages that killed workers
FORGOTTEN_SECONDS = 86_400.0
_UNREAD: dict[str, Any] = {"verdict": UNREADABLE, "marks": [], "files": [], "carried": []}


class Reader(Protocol):
    """Reads messages: the pool."""

    async def read(self, octets: bytes, files: Sequence[str] = ()) -> dict[str, Any]:
        """Return the verdict.

        Raises:
            Died: the worker died of the message.
        """


class Records(Protocol):
    """Exceptions and incidents: the database."""

    def exceptions_of(self, sender: str) -> Sequence[Exempt]:
        """Return the exceptions that apply."""

    def record(self, incident: Incident) -> None:
        """Record the incident."""


class Deaths:
    """Counts the workers that each message has killed, so that it becomes unreadable in the end."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def count(self, digest: str) -> int:
        """Return how many workers it has killed recently."""
        count, since = self._counts.get(digest, (0, 0.0))
        return count if time.monotonic() - since < FORGOTTEN_SECONDS else 0

    def add(self, digest: str) -> None:
        """Count one more."""
        self._counts[digest] = (self.count(digest) + 1, time.monotonic())
        self._counts.move_to_end(digest)
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)


class Gate:
    """Answers requests."""

    def __init__(self, settings: Settings, reader: Reader, records: Records) -> None:
        self.settings, self.reader, self.records = settings, reader, records
        self.deaths = Deaths()

    async def answer(self, envelope: Envelope, octets: bytes) -> Answer:
        """Return what becomes of a message, within `answer_seconds`."""
        try:
            async with asyncio.timeout(self.settings.answer_seconds):
                return await self._judge(envelope, octets)
        except TimeoutError:
            return later("busy")
        except Died:
            return later("died")
        except (Away, Refused) as error:
            journal.write(journal.ERROR, f"{envelope.queue_id}: {error}", sys.stderr)
            return later("database")

    async def _judge(self, envelope: Envelope, octets: bytes) -> Answer:
        digest = await asyncio.to_thread(lambda: hashlib.sha256(octets).hexdigest())
        found = await self._read(octets, (), digest)
        if not envelope.recipients:
            return await self._probed(found)
        going = decision.direction(envelope, self.settings.domain)
        # If a notice were refused, its sender would believe that the message has arrived.
        if decision.is_notice(envelope) or decision.passes(found["verdict"], going, self.settings):
            header = texts.HEADER if found["verdict"] == UNREADABLE else []
            _tell_files(envelope, found)
            return Answer(ACCEPT, found["verdict"], [], "", "", "", header)
        used = await self._excepted(envelope, octets, digest)
        incident = _incident(envelope, found, going, used, Digest(digest, len(octets)))
        await asyncio.to_thread(self.records.record, incident)
        _note(incident)
        if used:
            _tell_files(envelope, found)
        return _told(incident, found["marks"], self.settings.basis)

    async def _probed(self, found: dict[str, Any]) -> Answer:
        """Answer playbooks/verify.yml, whose message has no recipient, after querying the database, too."""
        await asyncio.to_thread(self.records.exceptions_of, "")
        action = ACCEPT if found["verdict"] == CLEAN else REJECT
        return Answer(action, found["verdict"], found["marks"], "probe", "", "", [])

    async def _read(self, octets: bytes, files: Sequence[str], digest: str) -> dict[str, Any]:
        """Return the verdict; a message that kills workers repeatedly is unreadable."""
        if self.deaths.count(digest) >= self.settings.attempts:
            return _UNREAD
        try:
            found = await self.reader.read(octets, files)
        except Died:
            self.deaths.add(digest)
            raise
        known = found["verdict"] in {CLEAN, MARKED, UNREADABLE}
        return found if known else _UNREAD

    async def _excepted(self, envelope: Envelope, octets: bytes, digest: str) -> list[str]:
        """Return the exceptions by which a message passes: its other parts must be clean."""
        if not decision.may_be_excepted(envelope, self.settings.domain):
            return []
        held = await asyncio.to_thread(self.records.exceptions_of, decision.sender_of(envelope))
        files = sorted({file for each in held for file in each.files})
        if not files:
            return []
        rest = await self._read(octets, files, digest)
        there = set(rest["files"]) if rest["verdict"] == CLEAN else set()
        return [each.id for each in held if not there.isdisjoint(each.files)]


@dataclass(frozen=True, slots=True)
class Digest:
    """What is kept of a message: its SHA-256 in hexadecimal, and its size."""

    digest: str
    octets: int


def _incident(envelope: Envelope, found: dict[str, Any], going: str, used: list[str], kept: Digest) -> Incident:
    marks = found["marks"]
    level = texts.level_of([mark["level"] for mark in marks])
    first = next((mark["where"] for mark in marks if mark["level"] == level), "")
    return Incident(
        reference=reference(date.today()),
        action="passed" if used else "refused",
        verdict=found["verdict"],
        level=level,
        place=texts.place_of(first),
        direction=going,
        mail_from=envelope.sender,
        signed_in=envelope.user.partition("/")[0].lower(),
        recipients=envelope.recipients,
        client=envelope.client,
        queue_id=envelope.queue_id,
        exceptions=used,
        digest=kept.digest,
        octets=kept.octets,
    )


def reference(day: date) -> str:
    """Return a new reference, short enough to be read out on the telephone: `BM-20261127-K7Q2M9`."""
    return f"BM-{day:%Y%m%d}-" + "".join(secrets.choice(LETTERS) for _ in range(6))


def later(reason: str) -> Answer:
    """Return the answer to try again later."""
    return Answer(DEFER, "", [], reason, "", texts.LATER, [])


def _told(incident: Incident, marks: list[dict[str, str]], basis: str) -> Answer:
    if incident.action == "passed":
        return Answer(ACCEPT, incident.verdict, marks, "exception", incident.reference, "", [])
    place = texts.PLACES.get(incident.place, "")
    values = {"level": texts.LEVELS.get(incident.level, ""), "place": place, "reference": incident.reference}
    values["basis"] = f" ({basis})" if basis else ""
    text = (texts.MARKED if incident.verdict == MARKED else texts.UNREADABLE).format(**values)
    return Answer(REJECT, incident.verdict, marks, "", incident.reference, text, [])


def _tell_files(envelope: Envelope, found: dict[str, Any]) -> None:
    """Log the SHA-256 of a message's files, by which it is found again (R10.7, `danhba_host.events`)."""
    if envelope.queue_id and found["carried"]:
        journal.write(journal.INFO, f"{envelope.queue_id}: files {' '.join(found['carried'])}", sys.stderr)


def _note(incident: Incident) -> None:
    journal.write(
        journal.WARNING,
        f"{incident.reference}: {incident.action} {incident.direction} {incident.verdict} {incident.level}"
        f" queue={incident.queue_id} sha256={incident.digest}",
        sys.stderr,
    )
