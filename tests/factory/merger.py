"""The merger of 1 July 2025: the bodies of the province before it with fictitious people, and its reorganisation file.

Which bodies there were and are is fact (`bodies.yml`); who works where, and what was decided of it, is made up, but as
it was done: departments merged, districts ended and their people went to the new communes, central bodies left.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.factory.names import draw_name
from tests.factory.register import _give, _pins
from tests.factory.text import Value, agency_yaml, flow, province_yaml, write_directory

DAY, DOCUMENT = "2025-07-01", "1673/NQ-UBTVQH15"
_NEW = f"from {DAY}"
# Who stood above them before: the one that the facts name came into being by the merger.
_PARENTS = {"ttgnn": "snnptnt", "cckl": "snnptnt"}
# Ended long before: the reorganisation finds them closed.
_ENDED = {"ttcnttvt": "lcit", "ttmtt": "lcit"}
# Where the facts name no successor.
_MERGED = {"bqlck": "bqlkkt", "dptth": "bao", "cdsp": "cdlc", "ccvtlt": "snv"}
_RENAMED = {"bdt": "sdttg", "lcit": "ttcntt"}
# Central bodies became regional and left the province's system.
_LEFT = ("cucthue", "khobac", "haiquan", "cuctk", "bhxh", "nhnn")
# The new communes of each district that ended.
_COMMUNES = {
    "tplaocai": "phuonglaocai phuongcamduong xahopthanh",
    "batxat": "xabatxat xaamusung xatrinhtuong xayty xadensang xabanxeo xamuonghum xacocsan",
    "muongkhuong": "xaphalong xamuongkhuong xacaoson xabanlau",
    "simacai": "xasimacai xasincheng",
    "bacha": "xabacha xatacuty xalungphinh xabanlien xabaonhai xacoclau",
    "baothang": "xaphonghai xabaothang xatangloong xagiaphu xaxuanquang",
    "baoyen": "xabaoyen xanghiado xaxuanhoa xathuongha xabaoha xaphuckhanh",
    "sapa": "phuongsapa xanguchison xataphin xatavan xamuongbo xabanho",
    "vanban": "xavanban xavolao xanamchay xanamxe xachiengken xakhanhyen xaduongquy xaminhluong",
}
# Divisions that go elsewhere than the rest of their agency; the last two leave agencies that go on.
_UNITS = {
    ("sldtbxh", "Phòng Giáo dục nghề nghiệp"): "sgddt",
    ("sldtbxh", "Phòng Bảo trợ xã hội"): "syt",
    ("stnmt", "Phòng Đăng ký đất đai"): "vpdkdd",
    ("vpubnd", "Bộ phận Một cửa"): "ttpvhcc",
    ("skhcn", "Phòng Kiểm định"): "ttkdkn",
}
_OFFICES = ("Văn phòng", "Phòng Tổ chức cán bộ", "Phòng Kế hoạch - Tài chính", "Phòng Nghiệp vụ 1", "Phòng Nghiệp vụ 2")
_TITLES = ("Chuyên viên", "Chuyên viên chính", "Phó Trưởng phòng", "Văn thư", "Kế toán")
_WEIGHTS = {"department": 6, "city_committee": 6, "district_committee": 5, "office": 3, "public_service_unit": 2}
_COMMITTEES = ("city_committee", "district_committee")

Body = dict[str, Any]
Person = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Merger:
    """What was written: the register before, the reorganisation's file, and how many mailboxes are open in it."""

    register: Path
    plan: Path
    officials: int
    agencies: int


@cache
def bodies() -> dict[str, Body]:
    """The facts, by code."""
    with (Path(__file__).parent / "bodies.yml").open(encoding="utf-8") as file:
        return {body["code"]: body for body in yaml.safe_load(file)}


def write_merger(path: Path, *, officials: int, seed: int = 1) -> Merger:
    """Write the register before the merger to `path/directory`, and the merger to `path/merger.yml`.

    Among the people are namesakes, pins with and without a code, two pins that clash in the new agency, suspensions,
    some who left long ago, one who comes back, and one who will retire after it.

    Raises:
        ValueError: with fewer than 500 people not all of that can be.
    """
    if officials < 500:
        raise ValueError("the merger needs at least 500 officials")
    made = _Before(bodies(), random.Random(seed))
    made.staff(officials)
    register = write_directory(path / "directory", made.files(), _province())
    plan = path / "merger.yml"
    plan.write_text("".join(_Plan(made).lines()), encoding="utf-8")
    return Merger(register, plan, officials, sum(code not in _ENDED for code in made.before))


def _province() -> str:
    policy: Value = {"forward_days": "90", "redirect_days": "365", "protected": ["contact-ubnd", "contact-stttt"]}
    return province_yaml(policy=policy)


def _event(document: str, day: str, event: str, **more: str) -> Value:
    return {"document": document, "date": day, "event": event, **more}


@dataclass
class _Before:
    """The province on the day before, and what will become of its bodies."""

    facts: Mapping[str, Body]
    rng: random.Random
    people: dict[str, list[Person]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = {code: body for code, body in self.facts.items() if body["period"] != _NEW}
        self.successors = dict(self._successors())

    def _successors(self) -> Iterator[tuple[str, str]]:
        """The one successor of each body that ends in one."""
        for code, body in self.facts.items():
            yield from ((former, code) for former in body.get("succeeds", ()) if former not in _ENDED)
        yield from _MERGED.items()
        yield from _RENAMED.items()
        named = {self.bare(code): code for code in " ".join(_COMMUNES.values()).split()}
        for district, communes in _COMMUNES.items():
            others = itertools.cycle(communes.split())
            for code, body in self.before.items():
                if body.get("parent") == district:
                    yield code, named.get(self.bare(code)) or next(others)

    def bare(self, code: str) -> str:
        """The name of a commune without what it is."""
        words = self.facts[code]["name"].removeprefix("Ủy ban nhân dân ").split()
        return " ".join(words[2:] if words[0] == "thị" else words[1:])

    def staff(self, officials: int) -> None:
        """Spread people over all bodies that are open."""
        open_ = [code for code in self.before if code not in _ENDED]
        weights = [_WEIGHTS.get(self.before[code]["kind"], 1) for code in open_]
        counts = dict.fromkeys(open_, officials // (2 * len(open_)))
        left = officials - sum(counts.values())
        for code, weight in zip(open_, weights, strict=True):
            counts[code] += left * weight // sum(weights)
        for code in itertools.islice(itertools.cycle(open_), officials - sum(counts.values())):
            counts[code] += 1
        numbers = itertools.count(1)
        for code in open_:
            self.people[code] = list(self._staff(code, counts[code], numbers))
        self._special()

    def _staff(self, code: str, count: int, numbers: Iterator[int]) -> Iterator[Person]:
        taken: set[str] = set()
        for position in range(count):
            yield self._person(code, position, next(numbers), taken)
            if position % 20 == 19:  # one who left long ago, and whose address stays with that person for ever
                former = self._person(code, position, next(numbers), taken)
                yield former | {"closed": _event(f"{position + 1}/QĐ-{code.upper()}", "2024-03-01", "retired")}

    def _person(self, code: str, position: int, number: int, taken: set[str]) -> Person:
        name, symbol = draw_name(self.rng), code.upper()
        person: Person = {
            "id": f"{number:06d}",
            "name": name,
            "title": "Thủ trưởng" if position == 0 else self.rng.choice(_TITLES),
            "unit": self._unit(code, position),
            "phone": f"0214 3 {number // 1000 % 1000:03d} {number % 1000:03d}",
            "opened": _event(f"{position + 1}/QĐ-{symbol}", f"20{self.rng.randint(11, 23)}-05-04", "recruited"),
        }
        if position == 0:
            person |= {"leader": "true", "opened": _event("101/QĐ-UBND", "2010-10-15", "recruited")}
        if position % 45 == 7:
            person["suspended"] = [{"document": f"9/QĐ-{symbol}", "date": "2025-06-01", "until": "2025-09-01"}]
        if position % 60 == 30:
            person["quota"] = "5G"
        if position % 40 == 20 or not _give(name, taken):
            pin = next(local for local in _pins(name) if local not in taken)
            taken.add(pin)
            person |= {"address": f"{pin}-{code}", "address_document": f"{position + 1}/{symbol}-VP"}
        return person

    def _unit(self, code: str, position: int) -> str:
        own = [name for agency, name in _UNITS if agency == code]
        return ([*_OFFICES, *own])[position % (len(_OFFICES) + len(own))]

    def _special(self) -> None:
        """What the merger must cope with, and would meet by chance only."""
        for code in ("snnptnt", "stnmt"):
            self.people[code][1] |= {"address": f"anhdecided-{code}", "address_document": "3/STTTT-VP"}
        self.people["stttt"][1] |= {"address": "vanthutinh", "address_document": "4/STTTT-VP"}
        self.people["snnptnt"][4] |= {"closed": _event("78/QĐ-SNNPTNT", "2025-10-01", "retired")}
        back = self.people["skhdt"][1]
        moved = _event("12/QĐ-SKHDT", "2024-04-01", "transferred")
        former = {key: value for key, value in back.items() if key not in ("suspended", "address", "address_document")}
        self.people["stc"].append(former | {"closed": moved})
        back["opened"] = moved

    def files(self) -> dict[str, str]:
        """The agencies' files."""
        return {code: self._file(code, body) for code, body in self.before.items()}

    def _file(self, code: str, body: Body) -> str:
        people = self.people.get(code, [])
        keys: dict[str, Value] = {"name": body["name"], "kind": body["kind"]}
        if parent := _PARENTS.get(code, body.get("parent")):
            keys["parent"] = parent
        if code in _ENDED:
            keys["closed"] = _event("21/QĐ-UBND", "2016-03-01", "merged")
        if code == "lcit":
            keys |= {"opened": _event("21/QĐ-UBND", "2016-03-01", "merged"), "succeeds": [*_ENDED]}
            people = [person | {"opened": _event("22/QĐ-STTTT", "2016-03-01", "recruited")} for person in people]
        if people:
            day = str(people[0]["opened"]["date"])  # type: ignore[call-overload, index]
            keys["custodians"] = [{"person": people[0]["id"], "document": "101/QĐ-UBND", "date": day, "as": "head"}]
        return agency_yaml(code, people=people, **keys)


@dataclass
class _Plan:
    """The reorganisation's file."""

    made: _Before

    def lines(self) -> Iterator[str]:
        yield f"---\ndocument: {DOCUMENT}\ndate: {DAY}\noperator: skhcn\n"
        lists = {
            "agencies": self.agencies(),
            "close": self.close(),
            "units": self.units(),
            "people": self.decided(),
            "custodians": self.custodians(),
        }
        for key, items in lists.items():
            yield f"{key}:\n"
            yield from (f"  - {flow(item)}\n" for item in items)

    def agencies(self) -> Iterator[Value]:
        """Those that came into being."""
        merged = set(self.made.successors.values()) - set(_RENAMED.values())
        for code, body in self.made.facts.items():
            if body["period"] == _NEW:
                event = "merged" if code in merged else "renamed" if code in _RENAMED.values() else "established"
                entry = {"agency": code, "name": body["name"], "kind": body["kind"], "event": event}
                yield entry | ({"parent": body["parent"]} if "parent" in body else {})

    def close(self) -> Iterator[Value]:
        """Those that ended."""
        for code, body in self.made.before.items():
            if body["period"] == "both" or code in _ENDED:
                continue
            if code in _LEFT:
                yield {"agency": code, "event": "dissolved", "people": {"close": "left_province"}}
            elif body["kind"] in _COMMITTEES:
                communes = _COMMUNES[code].split()
                yield {"agency": code, "event": "split", "to": communes, "people": {"to": communes[0]}}
            else:
                event = "renamed" if code in _RENAMED else "merged"
                yield {"agency": code, "event": event, "to": self.made.successors[code]}

    def units(self) -> Iterator[Value]:
        """Divisions with a way of their own."""
        for (agency, unit), target in _UNITS.items():
            if any(person["unit"] == unit for person in self.made.people[agency]):
                yield {"agency": agency, "unit": unit, "to": target}
        for district, communes in _COMMUNES.items():
            present = {str(person["unit"]) for person in self.made.people[district]}
            for unit, target in zip(_OFFICES, itertools.cycle(communes.split()), strict=False):
                if unit in present:
                    yield {"agency": district, "unit": unit, "to": target}

    def decided(self) -> Iterator[Value]:
        """People with a way of their own: two pins that clash, and in each district one who retires."""
        people = self.made.people
        second = people["stnmt"][1]
        pin: Value = {"address": "anhdecidedb-snnmt", "address_document": "15/SNNMT-VP"}
        yield {"id": second["id"], "to": "snnmt", "title": "Phó Trưởng phòng", **pin}  # type: ignore[dict-item]
        for district, communes in _COMMUNES.items():
            yield {"id": people[district][0]["id"], "to": communes.split()[-1], "title": "Chủ tịch"}
            if len(people[district]) > 2:
                document = f"77/QĐ-{district.upper()}"
                yield {"id": people[district][2]["id"], "close": "retired", "document": document}

    def custodians(self) -> Iterator[Value]:
        """The head of the first body that went into each new one holds its mailbox; in one, nobody is named yet."""
        first: dict[str, str] = {}
        for code, successor in self.made.successors.items():
            first.setdefault(successor, code)
        for successor, code in first.items():
            if self.made.facts[successor]["period"] == _NEW and successor != "xabanlau":
                head = self.made.people[code][0]
                yield {"agency": successor, "person": head["id"], "document": "102/QĐ-UBND", "as": "head"}
