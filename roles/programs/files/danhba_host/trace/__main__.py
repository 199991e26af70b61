"""Reports what became of a message: reads {"asked", "since", "actor"} as JSON, writes the answer as JSON (R7.2)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from .. import program
from ..database import connect, translated
from ..journal import Refused
from .queries import Events
from .settings import Settings
from .ways import Ways, count_alike, messages

ROLE = "danhba_trace"
LONGEST = 1000
STATEMENT_SECONDS = 30


def answer(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Return the events asked for; the request is recorded before anything is revealed.

    Raises:
        Away, Refused
    """
    asked, since, actor = _read(request)
    with (
        translated(),
        connect(
            settings,
            ROLE,
            program="danhba-trace",
            statement_seconds=STATEMENT_SECONDS,
        ) as connection,
    ):
        events = Events(connection, since)
        kind, rows, more = Ways(events).find(asked)
        events.record(actor, asked, len(rows))
        count_alike(rows, events)
        found = messages(rows, events.people(rows))
        return {"asked": asked, "as": kind, "messages": found, "more": more, **_reach(events)}


def _read(request: dict[str, Any]) -> tuple[str, datetime | None, str]:
    try:
        asked, since, actor = request["asked"].strip(), request.get("since"), request["actor"].strip()
        moment = datetime.fromisoformat(since) if since else None
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise Refused(f"yêu cầu không đúng dạng -- malformed request: {error!r}") from error
    if not asked or not actor or len(asked) > LONGEST or "\0" in asked + actor or (moment and not moment.tzinfo):
        raise Refused(
            "cần mã thư, địa chỉ hoặc mã hàng đợi, người hỏi, và thời điểm có múi giờ -- a message id, an address or a"
            " queue id, who asks, and a moment with its time zone are needed"
        )
    return asked, moment, actor[:LONGEST]


def _reach(events: Events) -> dict[str, Any]:
    reach = events.reach()
    return {
        **reach,
        **{name: reach[name].isoformat() if reach.get(name) else None for name in ("kept_from", "read_until")},
    }


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Answer one request.

    Raises:
        Away, Refused
    """
    return program.exchange(partial(answer, settings), 10 * LONGEST)


def main(words: Sequence[str] | None = None) -> int:
    """Answer one request, or say whether a settings file would do."""
    return program.run(program.parser("trace", __doc__, "trace.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
