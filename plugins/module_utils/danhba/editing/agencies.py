"""Lookup of agencies by what an editor typed: a code, a name or a part of a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from unidecode import unidecode

from ..messages import mark as _
from ..model.register import Agency, Register
from .problem import Problem

UNKNOWN_AGENCY = _("the register has no agency '{query}'; write its code, such as snv, or its name")
NEAR_AGENCY = _("the register has no agency '{query}'; did you mean: {near}?")
SEVERAL_AGENCIES = _("'{query}' could be several agencies: {found}; write more of the name, or the code")
# Maximum number of agencies that a message lists.
NAMED = 5


def find_agency(register: Register, query: str, among: Collection[str] | None = None) -> Agency:
    """Return the one agency with this code, name or part of a name; marks and capitals are ignored.

    Of several with such a name the one that is open is meant. `among` limits the search to agencies with these codes.

    Raises:
        Problem: no agency matches, or several do.
    """
    known = [agency for code, agency in register.agencies.items() if among is None or code in among]
    text = bare(query)
    for found in (
        [agency for agency in known if agency.code == text.removeprefix("contact-")],
        [agency for agency in known if bare(agency.name) == text],
        [agency for agency in known if f" {text} " in f" {bare(agency.name)} "],
    ):
        meant = [agency for agency in found if agency.closed is None] or found
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise Problem(SEVERAL_AGENCIES, query=query, found=_named(meant))
    near = near_agencies(query, known)
    raise Problem(NEAR_AGENCY if near else UNKNOWN_AGENCY, query=query, near=_named(near))


def near_agencies(query: str, known: Iterable[Agency], cutoff: float = 0.6) -> list[Agency]:
    """Return up to `NAMED` agencies whose code or name is similar to a text, the most similar first."""
    texts = {text: agency for agency in known for text in (bare(agency.name), agency.code)}
    found = {texts[text].code: texts[text] for text in get_close_matches(bare(query), texts, NAMED, cutoff)}
    return list(found.values())


def bare(text: str) -> str:
    """Return a text in lower-case ASCII letters, without marks and superfluous spaces."""
    return " ".join(unidecode(text).casefold().split())


def _named(agencies: Iterable[Agency]) -> list[str]:
    listed = [f"{agency.code} ({agency.name})" for agency in agencies]
    return [*listed[:NAMED], *(["…"] if len(listed) > NAMED else [])]
