"""Which agency an editor means: by its code, by its name, or by a part of its name."""

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
# So many are named.
NAMED = 5


def find_agency(register: Register, query: str, among: Collection[str] | None = None) -> Agency:
    """The one agency that a code, a name or a part of a name means, marks and capitals aside; of `among`, if stated.

    Of several with such a name the one that is open counts.

    Raises:
        Problem: there is none, or there are several.
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
    """The agencies whose code or name is near what was typed, the nearest first."""
    texts = {text: agency for agency in known for text in (bare(agency.name), agency.code)}
    found = {texts[text].code: texts[text] for text in get_close_matches(bare(query), texts, NAMED, cutoff)}
    return list(found.values())


def bare(text: str) -> str:
    """A text without marks, capitals and needless spaces."""
    return " ".join(unidecode(text).casefold().split())


def _named(agencies: Iterable[Agency]) -> list[str]:
    listed = [f"{agency.code} ({agency.name})" for agency in agencies]
    return [*listed[:NAMED], *(["…"] if len(listed) > NAMED else [])]
