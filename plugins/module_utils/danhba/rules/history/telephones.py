"""Rules about private telephones that a change brings in: merged, they stay in git for ever (R5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from ...messages import mark as _
from ...model.findings import KIND_LIMIT, Finding, Where, rule
from ...model.personal import digits, mobiles
from ...model.place import place_of
from ...reading.source import File

MOBILE = rule(
    "history-mobile",
    "R5",
    _(
        "{phone} is a mobile telephone, which is personal, and what is merged stays in git for ever; "
        "write the office telephone, or leave it out"
    ),
)
# A staff number may look like a telephone number.
_ID = re.compile(r"\b(?:id|person): *[\"']?$")


def check(then: Iterable[File], now: Iterable[File]) -> Iterator[Finding]:
    """Yield the mobile numbers of the files `now`, in values or comments, that none of the files `then` has."""
    known = {digits(number) for file in then for _offset, number in mobiles(_text(file))}
    for file in now:
        yield from islice(_new(file, known), KIND_LIMIT)


def _new(file: File, known: set[str]) -> Iterator[Finding]:
    text = _text(file)
    for offset, number in mobiles(text):
        if digits(number) not in known and not _ID.search(text, text.rfind("\n", 0, offset) + 1, offset):
            where = Where(file.path, place_of(text, offset), file.stem)
            yield MOBILE.at(where, phone=number)


def _text(file: File) -> str:
    return (file.data or b"").decode("utf-8", "replace")
