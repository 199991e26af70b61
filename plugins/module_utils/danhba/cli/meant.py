"""Lookup of an agency by what the user typed; the agency found is shown unless the text is its code."""

from __future__ import annotations

from ..editing.agencies import find_agency
from ..messages import mark as _
from ..model.register import Register
from ..reading.source import File
from .commit import computed, say
from .recording import answered

FOUND = _("'{query}' is {name} ({agency})")


def agency_in(register: Register, query: str, parameter: str = "") -> str:
    """Return the code of the one agency with this code or name; record it as the value of the command's `parameter`.

    Raises:
        Problem: no agency matches, or several do.
    """
    agency = find_agency(register, query)
    if agency.code != query:
        say(FOUND, query=query, name=agency.name, agency=agency.code)
    if parameter:
        answered(parameter, agency.code)
    return agency.code


def agency_of(files: list[File], query: str, parameter: str = "") -> str:
    """Return the code of the one agency with this code or name in the register of `files`; see `agency_in`."""
    return agency_in(computed(files)[0], query, parameter)
