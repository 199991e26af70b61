"""The prompts of `danhba decide`, which ask at a terminal for a reorganisation's decisions, agency by agency."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

import click

from ..editing.agencies import find_agency, near_agencies
from ..editing.problem import Problem
from ..messages import mark as _
from ..messages import render
from ..model.kinds import KINDS
from ..model.register import AGENCY_CLOSED, Agency, Issuance, Register
from ..reorganisation.model import Closing, Fate, Holder, Opening, Parent, Person, Reorganisation, Unit
from ..reorganisation.references import is_live, open_on
from .asking import CODE, ENDINGS, Document, Text, ask
from .commit import say
from .common import at_terminal, language
from .misuse import WrongValue
from .words import Word

ENDS = _("Which agency ends (tendonvi)?")
NEXT = _("Which other agency ends (tendonvi)?")
REASON = _("Why does {name} end?")
HEIR = _("Which agency takes over from {name} (tendonvi)?")
MEANT = _("There is no agency {value}. Is {name} ({agency}) meant?")
NOT_A_CODE = _("'{value}' is no agency that goes on, and no code for a new one, which is like: snv")
HEIRS = _("Which agencies take over from {name} (tendonvi, with commas)?")
NAME = _("The name of the new agency {agency}")
KIND = _("The kind of {agency}")
ABOVE = _("The managing agency of {agency} (tendonvi)")
PEOPLE = _("Where do the people of {name} go (tendonvi, or the reason of a closing)?")
UNIT = _("Where does the division {unit} of {name} go ({count} people)? Else each person is asked for")
ONE = _("Where does {name} ({id}) go (tendonvi, or the reason of a closing)?")
OTHERS = _("Who of {name} goes elsewhere (id)?")
CUSTODIAN = _("Who holds the contact mailbox of {agency} from then on (id)?")
OPERATOR = _("Which agency runs the system from then on?")
NOT_OPEN = _("'{value}' is no agency that is open on that day; near it there are: {choices}")
NOT_THERE = _("'{value}' is none of: {choices}")
NEITHER = _("'{value}' is no agency that goes on, nor one of:")
APART = _("Where do all the people of {name} go (tendonvi, or the reason)? Else each division and person is asked for")
# Maximum number of codes or ids that a message suggests.
NEAR = 8


@dataclass(slots=True)
class Among(click.ParamType[str]):
    """One of several known codes or ids; the error for another text suggests the most similar ones."""

    known: list[str]
    otherwise: str = NOT_OPEN
    name: str = "TENDONVI"
    register: Register | None = None

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the code or id; raise `WrongValue` for an unknown one."""
        text = str(value).strip()
        if text not in self.known:
            if self.register and (found := _by_name(self.register, text, self.known)):
                return found
            near = get_close_matches(text, self.known, NEAR, 0.3) or self.known[:NEAR]
            raise WrongValue(self.otherwise, value=text, choices=near)
        return text


def _by_name(register: Register, text: str, known: list[str]) -> str:
    """Return the code of the agency with this name among the `known` codes; empty where none matches."""
    try:
        return find_agency(register, text, known).code
    except Problem:
        return ""


@dataclass(slots=True)
class Where(click.ParamType[Fate]):
    """What becomes of people: the code or name of an agency that goes on, or the reason of a closing."""

    known: list[str]
    register: Register
    name: str = "TENDONVI|REASON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fate:
        """Return the fate; raise `WrongValue` for a text that is neither an agency nor a reason."""
        text, endings = str(value).strip(), Word(ENDINGS)
        if text in self.known:
            return Fate(to=text)
        try:
            return Fate(close=endings.convert(text, param, ctx))
        except click.BadParameter:
            if found := _by_name(self.register, text, self.known):
                return Fate(to=found)
            raise WrongValue(NEITHER, *endings.shown(language()), value=text) from None


@dataclass(slots=True)
class Interview:
    """The prompts, with the answers so far."""

    register: Register
    document: str
    day: date
    request: str
    closings: list[Closing] = field(default_factory=list)
    openings: dict[str, Opening] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    @staticmethod
    def possible() -> bool:
        """Tell whether standard input is a terminal."""
        return at_terminal(sys.stdin)

    def held(self) -> Reorganisation:
        """Ask all questions and return the reorganisation."""
        self._agencies()
        for number, closing in enumerate(self.closings):
            self.closings[number] = Closing(closing.code, closing.event, closing.to, self._fate(closing))
        return Reorganisation(
            self.document,
            self.day,
            "",
            self.request,
            self._operator(),
            tuple(self.openings.values()),
            tuple(self.closings),
            tuple(self.units),
            tuple(self.people),
            tuple(self._parents()),
            tuple(self._custodians()),
        )

    def _agencies(self) -> None:
        """Ask which agencies end, why, who succeeds them, and for details of each new agency."""
        while True:
            code = self._asked(self._among(), NEXT if self.closings else ENDS, skip=bool(self.closings))
            if not code:
                return
            agency = self.register.agencies[code]
            event = self._asked(Word(AGENCY_CLOSED), REASON, name=agency.name)
            heirs = self._heirs(agency, event)
            self.closings.append(Closing(code, event, heirs))
            for heir in heirs:
                if heir not in self.register.agencies and heir not in self.openings:
                    self.openings[heir] = self._opening(heir, event, agency)

    def _heirs(self, agency: Agency, event: str) -> tuple[str, ...]:
        if event == "dissolved":
            return ()
        while True:
            said = str(self._asked(Text(), HEIRS if event == "split" else HEIR, name=agency.name))
            heirs = [self._heir(each.strip()) for each in (said.split(",") if event == "split" else [said])]
            if all(heirs):
                return tuple(heirs)

    def _heir(self, text: str) -> str:
        """Return the code of an existing agency or of a new one; empty where the question has to be asked again.

        A text similar to an existing agency may be a typing error, so the user is asked whether that one is meant.
        """
        known = self._going_on()
        if text in known:
            return text
        if found := _by_name(self.register, text, known):
            return found
        agencies = [self.register.agencies[code] for code in known if code in self.register.agencies]
        for near in near_agencies(text, agencies)[:1]:
            if click.confirm(
                render(MEANT, {"value": text, "name": near.name, "agency": near.code}, language()), err=True
            ):
                return near.code
        if CODE.shape and CODE.shape.fullmatch(text) and text not in self.register.agencies:
            return text
        say(NOT_A_CODE, value=text)
        return ""

    def _opening(self, code: str, event: str, former: Agency) -> Opening:
        name = self._asked(Text(), NAME, agency=code)
        kind = self._asked(Word(KINDS), KIND, former.kind, agency=code)
        parent = self._asked(self._among(), ABOVE, former.parent, skip=not former.parent, agency=code)
        return Opening(code, name, kind, event, parent or "")

    def _fate(self, closing: Closing) -> Fate | None:
        """Ask what becomes of an agency's people as a whole, and note divisions and people who go elsewhere."""
        agency = self.register.agencies[closing.code]
        left = [issuance for issuance in agency.people if is_live(issuance, self.day)]
        if not left:
            return Fate(to=closing.to[0]) if len(closing.to) == 1 else None
        where = Where(self._going_on(), self.register)
        if len(closing.to) == 1:
            fate = self._asked(where, PEOPLE, closing.to[0], name=agency.name)
        else:
            fate = self._asked(where, APART, skip=True, name=agency.name)
        if fate is None:
            self._divisions(agency, left, where)
        else:
            self._apart(agency, left, where)
        return fate  # type: ignore[no-any-return]

    def _divisions(self, agency: Agency, left: list[Issuance], where: Where) -> None:
        """Ask where each division goes, then where each person goes whose division was skipped or who has none."""
        sent = set()
        for unit in dict.fromkeys(issuance.unit for issuance in left if issuance.unit):
            count = sum(issuance.unit == unit for issuance in left)
            if fate := self._asked(where, UNIT, skip=True, unit=unit, name=agency.name, count=count):
                self.units.append(Unit(agency.code, unit, fate))
                sent.add(unit)
        for issuance in left:
            if issuance.unit not in sent:
                self.people.append(Person(issuance.id, self._asked(where, ONE, name=issuance.name, id=issuance.id)))

    def _apart(self, agency: Agency, left: list[Issuance], where: Where) -> None:
        names = {issuance.id: issuance.name for issuance in left}
        while id_ := self._asked(Among(list(names), NOT_THERE, "ID"), OTHERS, skip=True, name=agency.name):
            self.people.append(Person(id_, self._asked(where, ONE, name=names.pop(id_), id=id_)))

    def _parents(self) -> Iterator[Parent]:
        """Ask for a new managing agency of each agency whose own one ends."""
        heirs = {closing.code: closing.to for closing in self.closings}
        for agency in self.register.agencies.values():
            if agency.parent in heirs and agency.code in self._going_on() and agency.code not in self.openings:
                default = heirs[agency.parent][0] if len(heirs[agency.parent]) == 1 else None
                yield Parent(agency.code, self._asked(self._among(), ABOVE, default, agency=agency.code))

    def _custodians(self) -> Iterator[Holder]:
        for code in self.openings:
            if person := self._asked(Among(self._coming(code), NOT_THERE, "ID"), CUSTODIAN, skip=True, agency=code):
                document = self._asked(Document(), _("The document"))
                role = self._asked(Word(("head", "delegate")), _("As"), "head")
                yield Holder(code, person, document, role)

    def _coming(self, code: str) -> list[str]:
        """Return the ids of the people who may be in a new agency by the answers so far."""
        former = [self.register.agencies[closing.code] for closing in self.closings if code in closing.to]
        people = (issuance for agency in former for issuance in agency.people if is_live(issuance, self.day))
        named = {person.id: person.fate.to for person in self.people}
        return [
            *(issuance.id for issuance in people if named.get(issuance.id, code) == code),
            *(id_ for id_, to in named.items() if to == code),
        ]

    def _operator(self) -> str:
        if self.register.province.operator in self._going_on():
            return ""
        return str(self._asked(self._among(), OPERATOR))

    def _among(self) -> Among:
        return Among(self._going_on(), register=self.register)

    def _going_on(self) -> list[str]:
        """Return the codes of the agencies that are open after the reorganisation, new ones included."""
        ended = {closing.code for closing in self.closings}
        there = [code for code, each in self.register.agencies.items() if open_on(each, self.day) and code not in ended]
        return [*there, *self.openings]

    def _asked(
        self,
        kind: click.ParamType[Any],
        question: str,
        default: str | None = None,
        *,
        skip: bool = False,
        **values: Any,
    ) -> Any:
        return ask(kind, render(question, values, language()), default, skip=skip)
