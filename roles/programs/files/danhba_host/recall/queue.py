"""The queue of Postfix: what waits there of a message, held and removed by its number."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Collection, Sequence
from typing import Any

from ..journal import Away, Refused
from . import fingerprint
from .plan import Queued

POSTQUEUE, POSTSUPER, POSTCAT = "/usr/sbin/postqueue", "/usr/sbin/postsuper", "/usr/sbin/postcat"
SECONDS = 120


def find(
    message_ids: Collection[str],
    queue_ids: Collection[str],
    senders: Collection[str],
    look: Callable[[str, bytes], None] = lambda _digest, _raw: None,
) -> list[Queued]:
    """What waits of messages with these ids: as the events number them, or as the queue's own file says.

    `look` is handed the digest and the octets of each.
    """
    found = []
    for each in _waiting():
        if each["queue_id"] in queue_ids or each["sender"].lower() in senders:
            raw = _run([POSTCAT, "-hbq", each["queue_id"]], fine=(1,))
            if fingerprint.message_id(raw) in message_ids:
                recipients = tuple(sorted(recipient["address"] for recipient in each["recipients"]))
                found.append(Queued(each["queue_id"], digest := fingerprint.digest(raw), recipients))
                look(digest, raw)
    return sorted(found)


def hold(queue_ids: Sequence[str]) -> None:
    """Let these messages wait until somebody says so; those that are gone are passed over."""
    _each("-h", queue_ids)


def let_go(queue_ids: Sequence[str]) -> None:
    """Let these messages be delivered."""
    _each("-H", queue_ids)


def remove(queue_ids: Sequence[str]) -> None:
    """Remove these messages for good; nobody is told."""
    _each("-d", queue_ids)


def waits(queue_ids: Collection[str]) -> set[str]:
    """Which of these are still there."""
    return {each["queue_id"] for each in _waiting()} & set(queue_ids)


def _each(how: str, queue_ids: Sequence[str]) -> None:
    if queue_ids:
        _run([POSTSUPER, how, "-"], "".join(f"{queue_id}\n" for queue_id in queue_ids).encode())


def _waiting() -> list[dict[str, Any]]:
    return [json.loads(line) for line in _run([POSTQUEUE, "-j"]).splitlines()]


def _run(words: Sequence[str], given: bytes = b"", fine: Sequence[int] = ()) -> bytes:
    try:
        done = subprocess.run(words, input=given, capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Away(f"Postfix không trả lời -- Postfix does not answer: {error}") from error
    except OSError as error:
        raise Refused(f"không chạy được {words[0]} -- {words[0]} does not run: {error}") from error
    if done.returncode and done.returncode not in fine:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise Away(f"{words[0]} {words[1]}: {said}")
    return done.stdout
