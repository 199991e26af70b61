"""Whole registers of any size: the same sizes and seed give the same files, byte for byte."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from danhba.addresses.rule import candidates
from danhba.vietnamese.names import Parts, fold
from tests.factory.names import draw_name
from tests.factory.text import Value, agency_yaml, province_yaml, write_directory

ROOT = "ubnd"
OPERATOR = "stttt"
# How many agencies stand directly below one.
_FANOUT = 10
_TITLES = ("Chuyên viên", "Chuyên viên", "Chuyên viên chính", "Phó Trưởng phòng", "Trưởng phòng", "Văn thư", "Kế toán")
_UNITS = ("Văn phòng", "Phòng Tổ chức - Hành chính", "Phòng Kế hoạch - Tài chính", "Phòng Nghiệp vụ")

# The head takes office on the day that makes a custodian of the contact mailbox.
_HEAD_OPENED = {"document": "101/QĐ-UBND", "date": "2010-10-15", "event": "recruited"}

_fold = lru_cache(maxsize=4096)(fold)


@dataclass(frozen=True, slots=True)
class Register:
    """What was written: where, how many of each, and for how many officials the address rule ran out."""

    path: Path
    officials: int
    agencies: int
    pinned: int


def write_register(path: Path, *, officials: int, agencies: int | None = None, seed: int = 1) -> Register:
    """Write a register in which every mailbox is open and every rule is kept.

    Args:
        path: the directory that gets `province.yml` and `agencies/`, made where missing.
        officials: how many in all, spread evenly.
        agencies: how many in all, one per hundred officials where not given; never fewer than two.
        seed: another seed gives other people.

    Raises:
        ValueError: a number that no register can have.
        FileExistsError: there is a register already: mixing two would give a third that nobody asked for.
    """
    count = max(2, officials // 100) if agencies is None else agencies
    if officials < 0 or count < 2:
        raise ValueError(f"no register has {officials} officials in {count} agencies")
    if (path / "agencies").exists():
        raise FileExistsError(path / "agencies")
    write_directory(path, {}, province_yaml(protected=None))
    rng = random.Random(seed)
    codes = agency_codes(count)
    numbers = itertools.count(1)
    pinned = 0
    for index, code in enumerate(codes):
        staff = _staff(rng, code, officials // count + (index < officials % count), numbers)
        pinned += sum("address" in person for person in staff)
        (path / "agencies" / f"{code}.yml").write_text(_agency(codes, index, staff), encoding="utf-8")
    return Register(path, officials, count, pinned)


def agency_codes(count: int) -> list[str]:
    """The `tendonvi` of that many agencies: the People's Committee, the operator, then units by their number."""
    return [ROOT, OPERATOR, *(f"dv{index:05d}" for index in range(3, count + 1))]


def _agency(codes: list[str], index: int, staff: list[dict[str, Value]]) -> str:
    code = codes[index]
    head: dict[str, Value] = {}
    if staff:
        document = f"{index + 1}/QĐ-UBND"
        day = _HEAD_OPENED["date"]
        head = {"custodians": [{"person": staff[0]["id"], "document": document, "date": day, "as": "head"}]}
    if code == ROOT:
        return agency_yaml(code, name="Ủy ban nhân dân tỉnh", kind="provincial_committee", people=staff, **head)
    kind, name = ("department", "Sở Thông tin và Truyền thông") if code == OPERATOR else _kind_and_name(index)
    return agency_yaml(code, name=name, kind=kind, parent=codes[(index - 1) // _FANOUT], people=staff, **head)


def _kind_and_name(index: int) -> tuple[str, str]:
    if index <= _FANOUT:
        return "department", f"Sở số {index + 1}"
    return "public_service_unit", f"Đơn vị số {index + 1}"


def _staff(rng: random.Random, code: str, count: int, numbers: Iterator[int]) -> list[dict[str, Value]]:
    """The people of one agency in the order of its file; one for whom the address rule runs out carries a pin."""
    taken: set[str] = set()
    staff = []
    for position in range(count):
        name = draw_name(rng)
        person = _official(rng, code, position, next(numbers), name)
        if not _give(name, taken):
            pin = next(local for local in _pins(name) if local not in taken)
            taken.add(pin)
            person |= {"address": f"{pin}-{code}", "address_document": f"{position + 1}/{code.upper()}-VP"}
        staff.append(person)
    return staff


def _official(rng: random.Random, code: str, position: int, number: int, name: str) -> dict[str, Value]:
    who: dict[str, Value] = {"id": f"{number:06d}", "name": name}
    if position == 0:
        return who | {"title": "Thủ trưởng", "leader": "true", "opened": _HEAD_OPENED}
    symbol = code.upper()
    return who | {
        "title": rng.choice(_TITLES),
        "unit": rng.choice(_UNITS),
        "phone": f"0214 3 {number // 1000 % 1000:03d} {number % 1000:03d}",
        "opened": {
            "document": f"{position + 1}/QĐ-{symbol}",
            "request": f"{position + 1}/{symbol}-VP",
            "date": f"20{rng.randint(11, 24)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            "event": "recruited",
        },
    }


def _give(name: str, taken: set[str]) -> bool:
    """Take the first free candidate of the name; False where there is none."""
    words = name.split()
    parts = Parts(tuple(map(_fold, words[:-1])), _fold(words[-1]))
    local = next((candidate for candidate in candidates(parts) if candidate not in taken), None)
    if local is not None:
        taken.add(local)
    return local is not None


def _pins(name: str) -> Iterator[str]:
    """What an operator's document could decide: the whole name, then with letters behind it."""
    whole = "".join(map(_fold, name.split()))
    for length in itertools.count():
        for letters in itertools.product("abcdefghijklmnopqrstuvwxyz", repeat=length):
            yield whole + "".join(letters)
