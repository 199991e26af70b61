"""Which agency of the register is meant by what was typed, told where that was not its code."""

from __future__ import annotations

from ..editing.agencies import find_agency
from ..messages import mark as _
from ..model.register import Register
from ..reading.source import File
from .commit import computed, say
from .recording import answered

FOUND = _("'{query}' is {name} ({agency})")


def agency_in(register: Register, query: str, parameter: str = "") -> str:
    """The code of the one agency that a code or a name means; noted as the answer to a parameter of the command.

    Raises:
        Problem: there is none, or there are several.
    """
    agency = find_agency(register, query)
    if agency.code != query:
        say(FOUND, query=query, name=agency.name, agency=agency.code)
    if parameter:
        answered(parameter, agency.code)
    return agency.code


def agency_of(files: list[File], query: str, parameter: str = "") -> str:
    """The same in the register's files."""
    return agency_in(computed(files)[0], query, parameter)
