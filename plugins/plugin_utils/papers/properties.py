"""The properties of a PDF: title, author, subject, and the day of the paper.

There are no tags of an accessible file (PDF/UA): reportlab has no call for them. A screen reader gets the text in its
order, and the language.
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
    """Title, issuing office, kind of paper, and day (None if it is written by hand)."""

    title: str
    office: str
    kind: str
    day: date | None = None


def describe(canvas: Any, properties: Properties) -> None:
    """Set the properties on an invariant canvas: the same paper of the same day makes the same bytes."""
    canvas.setTitle(properties.title)
    canvas.setAuthor(properties.office)
    canvas.setSubject(properties.kind)
    canvas.setCreator(CREATOR)
    canvas.setViewerPreference("DisplayDocTitle", "true")  # readers show the title, not the name of the file
    if properties.day:
        _date(canvas, properties.day)


def _date(canvas: Any, day: date) -> None:
    """Set midnight of a day in Viet Nam as the date of creation; reportlab has no option but its environment."""
    stamp = canvas._doc._timeStamp
    stamp.lt = day.timetuple()
    stamp.t = float(calendar.timegm(day.timetuple()) - VIETNAM_HOURS * 3600)
    stamp.YMDhms = tuple(stamp.lt)[:6]
    stamp.dhh, stamp.dmm, stamp.tzname = VIETNAM_HOURS, 0, "ICT"
