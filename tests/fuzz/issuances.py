"""Cases of the address rule: people who come, move, change their names and return, against the table of pairs.

A story is a list of steps of small numbers. Each step does what its numbers say as far as it is possible then, so that
any part of a story is a story, and the register that it makes breaks no rule but those about addresses.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from danhba.checking.check import check, wanted
from danhba.model.findings import binding
from danhba.planning.accounts import CANCELLED, FORWARD, REDIRECT, Accounts
from danhba.planning.state import State
from tests.factory.text import Value
from tests.fuzz.case import Outcome, require
from tests.fuzz.oracle import files
from tests.fuzz.pairs import Given, same_name, table
from tests.support.registers import Entry, agency, person, register

# One code reads like names, and one is long, so that candidates end at the 64th octet.
CODES = ("aa", "lan", "a" * 32)
PEOPLE = 6
# Few syllables, so that most addresses meet another: letters that fold alike, tones on either vowel, capitals, names of
# one word, hyphens, apostrophes, and parts that are stated.
NAMES: Sequence[tuple[str, str, str]] = (
    *((name, "", "") for name in ("Lò Thị", "LÒ THỊ", "Lò Thị Hà", "Lò Thị Hạ", "Lưu Thanh Hà", "Lý Anh", "Lò Ánh")),
    *((name, "", "") for name in ("Hoàng Lan", "Ánh", "Đỗ Thị Hoà", "Đỗ Thị Hòa", "Cừ Ontact", "Nguyễn-Văn Vịnh")),
    ("H'Hen Niê", "Niê", "Hen"),
    ("Niê Hen", "", ""),
    (" ".join(["Nguyễn"] * 12 + ["Khuyên"]), "", ""),
)
PINS = ("", "banhat", "lthi", "ltha", "hoadt", "old")
SYSTEM = ("lanh-aa", "thil-lan")
FIRST_DAY = date(2001, 1, 1)
FORWARD_DAYS, REDIRECT_DAYS = 90, 365


class Step(NamedTuple):
    """One thing that happens: which, to whom, where, under which name, with which pin, so many days after the last."""

    what: int
    person: int
    agency: int
    name: int
    pin: int
    days: int


# So many of each number are different; more are counted from the beginning again.
MOST = Step(12, PEOPLE, len(CODES), len(NAMES), len(PINS), 200)


@dataclass
class Held:
    """An entry while the story goes on."""

    agency: str
    given: Given
    yaml: Entry
    opened: date
    closed: date | None = None


@dataclass
class Story:
    """What a list of steps makes: each agency's entries in the order of its file, and each person's by day."""

    day: date = FIRST_DAY
    entries: dict[str, list[Held]] = field(default_factory=lambda: {code: [] for code in CODES})
    of_person: dict[str, list[Held]] = field(default_factory=dict)
    # Under which name the register knows a person, whether a mailbox was ever opened or its opening was withdrawn.
    known: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Story:
        """The story that these steps make."""
        story = cls()
        for step in steps:
            story.day += timedelta(days=1 + step.days % MOST.days)
            story._step(step)
        return story

    def _step(self, step: Step) -> None:
        id_ = str(step.person % PEOPLE)
        last = self.of_person.get(id_, [None])[-1]
        name, code = NAMES[step.name % len(NAMES)], CODES[step.agency % len(CODES)]
        what = step.what % MOST.what
        if last is None or last.closed:
            # Who returns by a new hiring has the name that the register knows; only a pair changes it.
            name = self.known.setdefault(id_, name)
            self._open(code, id_, name, step, "recruited", withdrawn=what == 0)
        elif what <= 2:
            self._close(last, "resigned")
        elif what <= 5 and not same_name(last.given.name, name[0]):
            self._pair(last, last.agency, name, step, "renamed", withdrawn=what == 3)
        elif what <= 7 and code != last.agency:
            self._pair(last, code, name, step, "transferred", withdrawn=what == 6)
        elif code != last.agency:
            self._pair(last, code, self.known[id_], step, "transferred" if what % 2 else "reorganised", withdrawn=False)

    def _pair(
        self, last: Held, code: str, name: tuple[str, str, str], step: Step, event: str, *, withdrawn: bool
    ) -> None:
        self._close(last, event, withdrawn=withdrawn)
        self._open(code, last.given.person, name, step, event, withdrawn=withdrawn)

    def _event(self, kind: str, *, withdrawn: bool) -> dict[str, Value]:
        number = f"{len(self.done) + 1}/QĐ-UBND"
        event: dict[str, Value] = {"document": number, "date": self.day.isoformat(), "event": kind}
        if withdrawn:
            event["withdrawn"] = {"document": f"9{number}", "date": (self.day - timedelta(days=1)).isoformat()}
        return event

    def _close(self, last: Held, event: str, *, withdrawn: bool = False) -> None:
        if withdrawn:
            before = last.yaml.get("withdrawn", [])
            last.yaml["withdrawn"] = [*(before if isinstance(before, list) else []), self._event(event, withdrawn=True)]
        else:
            last.yaml["closed"] = self._event(event, withdrawn=False)
            last.closed = self.day

    def _open(
        self, code: str, id_: str, name: tuple[str, str, str], step: Step, event: str, *, withdrawn: bool
    ) -> None:
        pin = PINS[step.pin % len(PINS)]
        # The address of an old system has no agency behind it, and is of one person wherever he goes.
        pin = f"old{id_}" if pin == "old" else pin and f"{pin}-{code}"
        keys: dict[str, Value] = {"address": pin, "address_document": "3/QĐ-UBND"} if pin else {}
        keys |= {"family": name[1], "given": name[2]} if name[1] else {}
        entry = person(id_, name[0], self._event(event, withdrawn=withdrawn), **keys)
        held = Held(code, Given(id_, *name, pin, withdrawn), entry, self.day)
        self.entries[code].append(held)
        if not withdrawn:
            self.of_person.setdefault(id_, []).append(held)
            self.known[id_] = name
        self.done.append(f"{self.day} {id_} {event}{' withdrawn' * withdrawn} {code[:4]} {name[0]} {pin}")

    def texts(self, system: Sequence[str]) -> dict[str, str]:
        """The register, with these addresses of the system."""
        made = (agency(code, *(held.yaml for held in entries)) for code, entries in self.entries.items())
        policy = {"forward_days": str(FORWARD_DAYS), "redirect_days": str(REDIRECT_DAYS)}
        addresses: dict[str, Value] = dict.fromkeys(("postmaster", *system), "contact-stttt")
        return register(*made, policy=policy, system_addresses=addresses)

    def expected(self, system: Sequence[str]) -> Mapping[str, list[str | None]]:
        """The addresses of each agency's entries by the table of pairs."""
        return {code: table([h.given for h in entries], code, system) for code, entries in self.entries.items()}


# The last line of a failure, by which a smaller story is known to fail in the same way.
DIFFERS = "an address is another one than by the table of pairs"
ASTRAY = "mail to a former address does not arrive where its owner is"
# What a story may break: a system address that reads like a person's, another's pin, a name that has no address left.
ALLOWED = {"address-exhausted", "address-taken", "province-system-person"}


@dataclass(frozen=True)
class Issuances:
    """A story: the core has to give the table's addresses, and to lead mail for former addresses to their owners."""

    steps: tuple[Step, ...]
    system: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        return "; ".join(Story.of(self.steps).done)

    def run(self) -> Outcome:
        story = Story.of(self.steps)
        expected, texts = story.expected(self.system), story.texts(self.system)
        checked = check(files({name: text.encode() for name, text in texts.items()}), story.day)
        found = {finding.rule.id for finding in binding(checked.findings)}
        require(found <= ALLOWED, f"the story breaks {sorted(found - ALLOWED)}")
        require(checked.issued is not None, "no addresses were given out")
        if checked.issued:
            for code, locals_ in expected.items():
                given = [*checked.issued.locals[code]]
                require(given == locals_, f"{code} gives {given}, the table of pairs {locals_}\n{DIFFERS}")
        if checked.usable:
            for later in (0, FORWARD_DAYS, FORWARD_DAYS + REDIRECT_DAYS):
                day = story.day + timedelta(days=later)
                _delivered(story, expected, day, wanted(*checked.usable, day).accounts)
        return Outcome(len(checked.findings), {finding.rule.id for finding in checked.findings})

    def size(self) -> int:
        return len(self.steps)

    def save(self, folder: Path) -> None:
        for name, text in Story.of(self.steps).texts(self.system).items():
            path = folder / "directory" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def smaller(self) -> Iterator[Issuances]:
        size = len(self.steps)
        while size > 1:
            size = (size + 1) // 2
            for start in range(0, len(self.steps), size):
                yield replace(self, steps=self.steps[:start] + self.steps[start + size :])


def _delivered(story: Story, expected: Mapping[str, list[str | None]], day: date, found: Accounts) -> None:
    """Each person's last address is the mailbox's; a former one forwards, then redirects, by the day of its closing."""
    addresses = {
        id(held): f"{local}@laocai.gov.vn"
        for code, entries in story.entries.items()
        for held, local in zip(entries, expected[code], strict=True)
    }
    for id_, entries in story.of_person.items():
        present = addresses[id(entries[-1])]
        account = found.accounts["official", id_]
        live = entries[-1].closed is None
        require(account.address == present, f"on {day} {id_} has {account.address} for {present}\n{DIFFERS}")
        require((account.state == State.OPEN) == live, f"on {day} {id_} is {account.state}\na mailbox is not open")
        left = {addresses[id(held)]: held.closed for held in entries if held.closed}
        for address, closed in left.items():
            if closed:
                _leads(id_, address, _way(address, present, (day - closed).days, live=live), found)


def _way(address: str, present: str, days: int, *, live: bool) -> str | None:
    """By what a former address answers so many days after it was last closed."""
    if not live:
        return CANCELLED
    if address == present or days >= FORWARD_DAYS + REDIRECT_DAYS:
        return None
    return FORWARD if days < FORWARD_DAYS else REDIRECT


def _leads(id_: str, address: str, way: str | None, found: Accounts) -> None:
    route = found.routes.get(address)
    mode = route.mode if route else None
    require(mode == way, f"{address}, which {id_} left, is {mode} in place of {way}\n{ASTRAY}")
    if route and way == FORWARD:
        require(
            route.targets == (("official", id_),), f"{address} leads to {route.targets} in place of {id_}\n{ASTRAY}"
        )
    if route and way == REDIRECT:
        now = found.accounts["official", id_].address
        require(now in route.reply, f"{address} names {route.reply!r} in place of {now}\n{ASTRAY}")


def issuances(rng: random.Random) -> Issuances:
    """A story of up to 45 steps, of all names or of a few, so that some return under a former one."""
    names = rng.sample(range(MOST.name), rng.choice((2, 4, MOST.name)))
    pinned = rng.choice((0, 0.05, 0.4))
    steps = []
    for _ in range(rng.randint(1, 45)):
        step = Step(*(rng.randrange(most) for most in MOST))
        pin = step.pin if rng.random() < pinned else 0
        steps.append(step._replace(name=rng.choice(names), pin=pin))
    return Issuances(tuple(steps), rng.choice(((), (), (), SYSTEM)))
