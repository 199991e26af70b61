"""Gives every issuance of the register its address, by the order of the entries alone (R4.1, R4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from unidecode import unidecode

from ..messages import mark as _
from ..model.facts import Facts
from ..model.findings import Finding, Where, advice, rule
from ..model.place import Place
from ..model.register import Agency, Event, Issuance
from ..vietnamese import legacy, names
from .office import RESERVED_NAMES
from .rule import candidates

CHARACTER = rule(
    "name-character",
    "R4.2",
    _(
        "{character} in '{name}' has no letter without marks; write the name with letters, or, where it is a letter of "
        "another language, pin one that was decided: address: …-{agency}, address_document: …"
    ),
)
LETTERS = rule("name-letters", "R4.2", _("'{name}' has no letters; write the full name"))
PART = rule("name-part", "R4.2", _("{part}: '{value}' is not part of the name '{name}'; write it as in the name"))
EXHAUSTED = rule(
    "address-exhausted",
    "R16",
    _(
        "no address is left for '{name}': all {count} candidates are given out in {agency}; "
        "decide one by a document and pin it: address: …-{agency}, address_document: …"
    ),
)
TAKEN = rule("address-taken", "R4.0", _("{address} is pinned, but was given to {holder} before; pin another"))
SHAPE = rule(
    "address-shape",
    "R4.2",
    _("'{address}' cannot be pinned; it is a local part such as vinhnv-{agency}: lower case, at most 64 octets"),
)
RESERVED = rule("address-reserved", "R4.1", _("'{address}' is reserved and cannot be a person's; pin another"))
BARE = advice(
    "address-bare",
    "R4.2",
    _(
        "'{address}' lacks -{agency}, in which every official's address ends but those that came with the old system "
        "(event: migrated); pin one that ends in it"
    ),
)
DOCUMENT = rule("address-document", "R16", _("a pinned address needs address_document: the document that decided it"))

# The longest local part of an address, in octets (RFC 5321, 4.5.3.1.1).
LONGEST = 64
CONTACT = "contact-"
_PIN = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*(?:-[a-z][a-z0-9]*)?")


def contact(code: str) -> str:
    """Return the local part of an agency's contact mailbox (R4.1)."""
    return CONTACT + code


@dataclass(frozen=True, slots=True)
class Issued:
    """The local parts of all issuances: by agency code, in the order of its file, None where the rule gives none."""

    locals: Mapping[str, Sequence[str | None]]

    def of(self, agency: Agency) -> Iterator[tuple[Issuance, str | None]]:
        """Return an agency's issuances paired with their local parts, in the order of its file."""
        return zip(agency.people, self.locals[agency.code], strict=True)


def issue_in(agency: Agency, system: frozenset[str], findings: list[Finding]) -> list[str | None]:
    """Return the local part of every issuance of an agency, None where the rule gives none; append findings.

    Each issuance gets its first candidate that no earlier entry of another person in the agency has. A person who comes
    back under the same name gets the old address again, under another name an address of that name. A pinned address is
    taken at the position of its entry (docs/decisions/0097). `system` are local parts that no person can have.
    """
    return list(_Issuer(agency, findings, dict.fromkeys(system, "system_addresses")).all())


def across(facts: Sequence[Facts]) -> Iterator[Finding]:
    """Yield findings about pinned addresses without an agency's code, which two agencies could pin.

    The first agency in the register keeps the address (`TAKEN`). Only people who were migrated from the old system may
    have such an address; they keep it wherever they move (`BARE`).
    """
    holders: dict[str, tuple[str, str]] = {}
    pins = [(agency, pin) for agency in facts for pin in agency.pins]
    migrated = _migrated(facts) if pins else frozenset()
    for agency, pin in pins:
        where = Where(agency.file, Place(pin.line, pin.column), f"{agency.code}/{pin.id}")
        holder, code = holders.setdefault(pin.address, (pin.id, agency.code))
        if code != agency.code and holder != pin.id:
            yield TAKEN.at(where, address=pin.address, holder=holder)
        elif pin.id not in migrated:
            yield BARE.at(where, address=pin.address, agency=agency.code)


def _migrated(facts: Sequence[Facts]) -> frozenset[str]:
    return frozenset(held.id for agency in facts for held in agency.people if held.opened_event == "migrated")


def appended(code: str, people: Sequence[Issuance], names_: list[str]) -> tuple[list[str | None], list[Finding]]:
    """Return the local parts that new people with these names would get in an agency, with the findings about them.

    The new people are appended to `people`, each as a different person.
    """
    someday = Event("", date.max, "recruited")
    others = tuple(Issuance(f"+{i}", name, someday) for i, name in enumerate(names_))
    agency = Agency(code, code, "", someday, code, people=(*people, *others))
    findings: list[Finding] = []
    return issue_in(agency, frozenset(), findings)[len(people) :], findings


@dataclass(slots=True)
class Pairs:
    """The address of each pair of person and name in one agency (R4.2).

    A void entry (withdrawn before it opened) passes no address on. Its person gets the same address by the rule if the
    name is the same, and nobody inherits an address that was pinned, or made of another name, for an entry that was
    never in force.
    """

    # By person: pairs of name and local part, in the order of the file.
    _of: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, issuance: Issuance, local: str) -> None:
        """Record the local part of an issuance, unless it is void; call in the order of the agency's file."""
        if not issuance.void:
            self._of.setdefault(issuance.id, []).append((issuance.name, local))

    def under(self, person: str, name: str) -> str | None:
        """Return the local part that a person last had under a name, None where the person never had that name here.

        Names that differ only in capitals or in the vowel that carries the tone are the same (`names.spelling`).
        """
        if not (given := self._of.get(person)):
            return None
        same = names.spelling(name)
        return next((local for former, local in reversed(given) if names.spelling(former) == same), None)


@dataclass(slots=True)
class _Issuer:
    agency: Agency
    findings: list[Finding]
    holders: dict[str, str]
    pairs: Pairs = field(default_factory=Pairs)

    def all(self) -> Iterator[str | None]:
        for issuance in self.agency.people:
            local = self._pinned(issuance) if issuance.address else self._computed(issuance)
            if local:
                # The address of a void entry is not given to others either.
                self.holders.setdefault(local, issuance.id)
                self.pairs.add(issuance, local)
            yield local

    def _pinned(self, issuance: Issuance) -> str | None:
        address, where = issuance.address, self.agency.where_of(issuance, "address")
        if not issuance.address_document:
            self.findings.append(DOCUMENT.at(where))
        if address.startswith(CONTACT) or address in RESERVED_NAMES:
            self.findings.append(RESERVED.at(where, address=address))
            return None
        _left, dash, code = address.rpartition("-")
        if not _PIN.fullmatch(address) or len(address) > LONGEST or (dash and code != self.agency.code):
            self.findings.append(SHAPE.at(where, address=address, agency=self.agency.code))
            return None
        holder = self.holders.get(address, issuance.id)
        if holder != issuance.id:
            self.findings.append(TAKEN.at(where, address=address, holder=holder))
            return None
        return address

    def _computed(self, issuance: Issuance) -> str | None:
        if again := self.pairs.under(issuance.id, issuance.name):
            return again
        parts = parts_of(self.agency, issuance, self.findings)
        if parts is None:
            return None
        suffix = "-" + self.agency.code
        count = 0
        for candidate in candidates(parts, LONGEST - len(suffix)):
            local = candidate + suffix
            if self.holders.get(local, issuance.id) == issuance.id and not local.startswith(CONTACT):
                return local
            count += 1
        where = self.agency.where_of(issuance, "name")
        self.findings.append(EXHAUSTED.at(where, name=issuance.name, count=count, agency=self.agency.code))
        return None


def made_of(agency: Agency, issuance: Issuance) -> list[str]:
    """Return all candidates of the rule for a name, without the agency's code; foreign letters are transliterated.

    Empty where the name cannot be split.
    """
    name, family, given = map(_plain, (issuance.name, issuance.family, issuance.given))
    try:
        parts = names.split(name, family or None, given or None)
    except (names.NameProblem, names.PartMissing):
        return []
    return [*candidates(parts, LONGEST - len(f"-{agency.code}"))]


def _plain(text: str) -> str:
    return text if text.isascii() else unidecode(text)


def parts_of(agency: Agency, issuance: Issuance, findings: list[Finding]) -> names.Parts | None:
    """Return the folded parts of a person's name; None where it has none, with a finding."""
    try:
        return names.split(issuance.name, issuance.family or None, issuance.given or None)
    except names.PartMissing as error:
        where = agency.where_of(issuance, error.part)
        findings.append(PART.at(where, part=error.part, value=error.value, name=issuance.name))
    except names.NameProblem as error:
        where = agency.where_of(issuance, "name")
        # The loader has reported lookalikes and old encodings already.
        reported = error.character in names.LOOKALIKES or legacy.recognise(issuance.name)
        shown = {"character": names.describe(error.character), "name": issuance.name} if error.character else {}
        if error.character and not reported:
            findings.append(CHARACTER.at(where, agency=agency.code, **shown))
        elif not error.character:
            findings.append(LETTERS.at(where, name=issuance.name))
    return None
