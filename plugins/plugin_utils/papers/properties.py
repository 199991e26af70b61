"""The properties of a PDF as readers and archives show them: title, author, subject, and the day of the paper.

The tags of an accessible file (PDF/UA) are missing: reportlab writes none, and has no call that puts text into a
structure. A screen reader gets the text in its order, and the language.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

CREATOR = "Danh bạ thư điện tử công vụ"
VIETNAM_HOURS = 7


@dataclass(frozen=True, slots=True)
class Properties:
    """What a paper is called, which office makes it, what kind of paper it is, and its day; none where that is open."""

    title: str
    office: str
    kind: str
    day: date | None = None


def describe(canvas: Any, properties: Properties) -> None:
    """Set the properties on a canvas that is invariant: the same paper of the same day makes the same octets."""
    canvas.setTitle(properties.title)
    canvas.setAuthor(properties.office)
    canvas.setSubject(properties.kind)
    canvas.setCreator(CREATOR)
    canvas.setViewerPreference("DisplayDocTitle", "true")  # readers show the title, not the name of the file
    if properties.day:
        _date(canvas, properties.day)


def _date(canvas: Any, day: date) -> None:
    """Midnight of a day in Viet Nam as the date of creation, for which reportlab has no option but its environment."""
    stamp = canvas._doc._timeStamp
    stamp.lt = day.timetuple()
    stamp.t = float(calendar.timegm(day.timetuple()) - VIETNAM_HOURS * 3600)
    stamp.YMDhms = tuple(stamp.lt)[:6]
    stamp.dhh, stamp.dmm, stamp.tzname = VIETNAM_HOURS, 0, "ICT"
