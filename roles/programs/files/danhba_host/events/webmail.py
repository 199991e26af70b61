"""Reads the credential service's lines about people who sign in to the webmail with their password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .event import network_address

if TYPE_CHECKING:
    from .gathering import Gathering
    from .line import Line

UNIT = "danhba-credentials.service"
_SIGNED_IN = re.compile(r"(?:INFO )?(?:signed_in|changed): (?P<address>\S+), from (?P<client>\S+)$")


def read(line: Line, into: Gathering) -> None:
    """Add a sign-in; the webmail's own requests to Dovecot only have this host as client."""
    if found := _SIGNED_IN.match(line.text):
        into.use(line, found["address"], "signed-in", "web", network_address(found["client"]))
