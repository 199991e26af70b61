"""On the mail host: read the data of a usage report from the database, after counting the days that are due.

A set of days is a hexadecimal string: bit n is the nth day of the period, from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from .postgres import ask

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

# The way out where the database cannot answer, in Vietnamese and English.
WAY_OUT = (
    "Chạy playbooks/site.yml rồi lập lại báo cáo.",
    "Run playbooks/site.yml, then make the report again.",
)
# For each mailbox and time window, the days on which it was used; then the same without programs that only poll.
_SET = "bit_or(set_bit(%(none)s::varbit, day - %(first)s::date, 1))"
_LOOKED = """
    SELECT kind || '/' || id, {sets}, sum(sent), sum(received), sum(octets)
      FROM usage.day WHERE day BETWEEN %(first)s::date AND %(last)s::date GROUP BY kind, id"""
_WINDOW = _SET + " FILTER (WHERE ({minutes} & %(window{number})s::bit(1440)) <> %(empty)s::bit(1440))"


def count(connection: Connection) -> int:
    """Count again the days for which events arrived after they were counted; return the number of such days."""
    days = _asked(connection, "SELECT DISTINCT day FROM usage.mark ORDER BY day")
    for (day,) in days:
        _asked(connection, "SELECT usage.count_day(%(day)s)", {"day": day})
    return len(days)


def looked(connection: Connection, first: date, last: date, windows: Sequence[str]) -> dict[str, list[Any]]:
    """Return by mailbox a list: the set of days used for each window, the same without polling programs, then totals.

    The totals are messages sent, messages received, and octets.
    """
    given: dict[str, Any] = {f"window{number}": mask for number, mask in enumerate(windows)}
    given |= {"first": first, "last": last, "none": "0" * ((last - first).days + 1), "empty": "0" * 1440}
    sets = ", ".join(
        _WINDOW.format(minutes=minutes, number=number)
        for minutes in ("minutes", "coalesce(attended, minutes)")
        for number in range(len(windows))
    )
    rows = _asked(connection, _LOOKED.format(sets=sets), given)
    return {row[0]: [*map(_set, row[1:-3]), *map(int, row[-3:])] for row in rows}


# The queries of a report's other data, each for a period.
_WITHIN = "(%(column)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN %%(first)s AND %%(last)s"
_TOLD = {
    "flow": """
        SELECT to_char(day, 'YYYY-MM'), what, sum(times)::bigint FROM usage.flow
         WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2 ORDER BY 1, 2""",
    # A whole year before the last day, so that the report can tell how the disks fill.
    "disk": """
        SELECT day::text, folder, total, used FROM usage.disk
         WHERE day BETWEEN %(last)s::date - 365 AND %(last)s ORDER BY day, folder""",
    "incidents": "SELECT action, verdict, sender, receivers FROM secrecy.incident WHERE "
    + _WITHIN % {"column": "at"}
    + " ORDER BY at, reference",
    "passwords": "SELECT action, kind || '/' || id FROM mail.audit JOIN mail.run USING (run)"
    " WHERE action IN ('issue_password', 'reissue_password') AND " + _WITHIN % {"column": "at"} + " ORDER BY entry",
    "recalls": """
        SELECT recall.id, (recall.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text, purpose, document,
               document_date::text, count(*) FILTER (WHERE state = 'erased'),
               count(*) FILTER (WHERE state IN ('found', 'held')),
               EXISTS (SELECT FROM recall.record WHERE record.recall = recall.id)
          FROM recall.recall LEFT JOIN recall.copy ON copy.recall = recall.id WHERE """
    + _WITHIN % {"column": "recall.at"}
    + " GROUP BY recall.id, recall.at, purpose, document, document_date ORDER BY recall.at, recall.id",
    "handovers": """
        SELECT (ended.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text, agency, address, coalesce(former ->> 'name', ''),
               successor ->> 'name', document
          FROM mail.handover JOIN mail.handover_end AS ended USING (handover) WHERE """
    + _WITHIN % {"column": "ended.at"}
    + " ORDER BY ended.at, handover",
    "gaps": """
        SELECT to_char(since AT TIME ZONE 'Asia/Ho_Chi_Minh', 'HH24:MI DD/MM/YYYY'),
               to_char(until AT TIME ZONE 'Asia/Ho_Chi_Minh', 'HH24:MI DD/MM/YYYY') FROM events.gap
         WHERE events.day(since) <= %(last)s AND events.day(until) >= %(first)s ORDER BY gap.since""",
}


def last_whole(connection: Connection) -> date:
    """Return the last day that is over in Viet Nam and completely collected; reports and usage pages end with it."""
    [(last,)] = _asked(connection, "SELECT usage.last_whole()")
    found: date = last
    return found


def told(connection: Connection, first: date, last: date, windows: Sequence[str]) -> dict[str, Any]:
    """Return the data of a report on a period.

    Keys: `looked` (see the function); `flow`, counts by month; `disk`; `incidents`, `passwords`, `recalls` and
    `handovers`, one row each; `gaps` in the events; `counted`, the set of completely collected days; `late`, the number
    of events that arrived for a day already closed; `until`, the last day of the data: `last`, or the last completely
    collected day if that is earlier. Only `until` is returned if it is before `first`.
    """
    until = min(last, last_whole(connection))
    if until < first:
        return {"until": until.isoformat()}
    given = {"first": first, "last": until}
    found: dict[str, Any] = {name: [*map(list, _asked(connection, query, given))] for name, query in _TOLD.items()}
    days = _asked(
        connection, "SELECT day - %(first)s::date FROM usage.whole(%(first)s::date, %(last)s::date) AS day", given
    )
    counted = sum(1 << day for (day,) in days)
    [(late,)] = _asked(
        connection,
        "SELECT coalesce(sum(late), 0)::int FROM usage.counted WHERE day BETWEEN %(first)s AND %(last)s",
        given,
    )
    return found | {
        "looked": looked(connection, first, until, windows),
        "counted": f"{counted:x}",
        "late": late,
        "until": until.isoformat(),
    }


def _set(bits: str | None) -> str:
    return f"{int(bits[::-1], 2):x}" if bits else "0"


def _asked(connection: Connection, query: str, given: dict[str, Any] | None = None) -> list[TupleRow]:
    return ask(connection, query, given, WAY_OUT)
