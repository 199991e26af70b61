"""Reads rspamd's line about each message (role rspamd, log_format), which names symbols and no content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .event import network_address

if TYPE_CHECKING:
    from .gathering import Gathering
    from .line import Line

UNIT = "rspamd.service"
_LOGGED = "rspamd_task_write_log: id: <"
_QUEUE_ID = re.compile(r">, qid: <(?P<id>[0-9A-Za-z]{6,30})>,")
_CLIENT = re.compile(r">, ip: (?P<client>[0-9A-Fa-f.:]+),")
_JUDGED = re.compile(
    r"\(default: \S+ \((?P<action>[a-z ]+)\): \[(?P<score>-?[\d.]+)/[^\]]*\] \[(?P<symbols>[^\]]*)\]\)"
)
_SYMBOL = re.compile(r"(?P<name>[A-Z0-9_]+)\(")


def read(line: Line, into: Gathering) -> None:
    """Add the decision about a message, with its symbols.

    A message chooses its own id, which comes first: if that looks like the rest of the line, the line is ignored.
    """
    if _LOGGED not in line.text:
        return
    queue_ids, judged = list(_QUEUE_ID.finditer(line.text)), list(_JUDGED.finditer(line.text))
    if len(queue_ids) != 1 or len(judged) != 1:
        return
    client = _CLIENT.search(line.text)
    into.add(
        line,
        "judged",
        queue_id=queue_ids[0]["id"],
        client=network_address(client and client["client"]),
        action=judged[0]["action"].replace(" ", "-"),
        score=float(judged[0]["score"]),
        symbols=" ".join(sorted(_SYMBOL.findall(judged[0]["symbols"]))),
    )
