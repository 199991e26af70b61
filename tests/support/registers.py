"""Small registers for the tests of the core: as files in memory, checked, and as accounts on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

from danhba.addresses.issuing import Issued
from danhba.checking.check import check
from danhba.checking.check import wanted as lead_to
from danhba.checking.sweep import Progress, Results
from danhba.model.findings import Finding, binding
from danhba.model.register import Register
from danhba.planning import state
from danhba.planning.accounts import Account, Accounts, Route
from danhba.planning.plan import Wanted
from danhba.planning.state import Timeline
from danhba.reading.source import File
from tests.factory import agency_yaml, province_yaml
from tests.factory.text import Value

PROVINCE = """\
regulation: {number: 33/2010/QĐ-UBND, date: 2010-10-05}
province: Lào Cai
domain: laocai.gov.vn
host: mail.laocai.gov.vn
operator: stttt
support: {phone: "0214 3 000 000", mail: contact-stttt@laocai.gov.vn}
system_addresses: {postmaster: contact-stttt}
policy:
  forward_days: 90
  quota: {official: 2G, agency: 10G}
  limits:
    close: {count: 50, percent: 2, agency_percent: 20}
  protected: [contact-stttt]
acknowledgements:
  - {limit: close, count: 7, document: 5/STTTT-VP, until: 2012-01-01}
"""
UBND = """\
---
agency: ubnd
name: Ủy ban nhân dân tỉnh
kind: provincial_committee
opened: {document: 1/QĐ-UBND, date: 1991-10-01, event: established}
people: []
"""
STTTT = """\
---
agency: stttt
name: Sở Thông tin và Truyền thông
kind: department
parent: ubnd
identifier: H38.10
opened: {document: 11/2008/QĐ-UBND, date: 2008-03-20, event: established}
quota: 10G
custodians:
  - {person: "000101", document: 101/QĐ-UBND, date: 2010-10-15, as: head}
  - {person: "000102", document: 05/GUQ-STTTT, date: 2011-02-01, as: delegate}
people:
  - id: "000101"
    name: Nguyễn Văn Vịnh
    title: Giám đốc
    leader: true
    phone: "0214 3 840 034"
    opened: {document: 101/QĐ-UBND, date: 2010-10-15, event: recruited}
  - id: "000102"
    name: Ngô Vân Vinh
    opened: {document: 44/QĐ-STTTT, request: 12/STTTT-VP, date: 2010-11-01, event: recruited}
    suspended:
      - {document: 9/QĐ-STTTT, date: 2011-05-01, until: 2011-08-01}
  - id: "000103"
    name: Giàng Seo Phử
    opened: {document: 45/QĐ-STTTT, date: 2010-11-01, event: recruited}
    closed: {document: 77/QĐ-STTTT, date: 2012-01-01, event: retired}
"""
# Of the secrecy filter: one, and what goes below it.
MORE_EXCEPTIONS = """  - sender: contact-stttt
    sha256: [0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8]
    from: 2011-12-01
    until: 2011-12-10
    document: 5/STTTT-VP
    reason: biểu mẫu
"""
EXCEPTIONS = "secrecy_exceptions:\n" + MORE_EXCEPTIONS.replace("contact-stttt", "contact-ubnd")
SAMPLE: Mapping[str, str] = {"province.yml": PROVINCE, "agencies/stttt.yml": STTTT, "agencies/ubnd.yml": UBND}
"""A register without findings; the tests of findings change one thing in it."""

Texts: TypeAlias = Mapping[str, "str | bytes | None"]
Entry: TypeAlias = "dict[str, Value | None]"


def files(texts: Texts) -> list[File]:
    """The files of a register by name; None is one that must not be read."""
    return [
        File(name, f"directory/{name}", text.encode() if isinstance(text, str) else text)
        for name, text in sorted(texts.items())
    ]


def edited(name: str, *changes: tuple[str, str]) -> dict[str, str]:
    """The sample register with texts replaced in one file; each occurs there exactly once."""
    text = SAMPLE[name]
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
        text = text.replace(old, new)
    return {**SAMPLE, name: text}


def places(findings: list[Finding]) -> list[str]:
    """Findings as `file:line:column rule`, which is what the tables of the tests state."""
    return [
        f"{f.where.file.removeprefix('directory/')}:{f.where.place.line}:{f.where.place.column} {f.rule.id}"
        for f in findings
    ]


def write(root: Path, texts: Texts = SAMPLE) -> Path:
    """Write a register to a folder on disk."""
    (root / "agencies").mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (root / name).write_bytes(text.encode() if isinstance(text, str) else text or b"")
    return root


def event(kind: str, day: str, document: str = "1/QĐ-UBND", **more: str) -> Value:
    """Return the YAML of an event: an opening or a closing."""
    return {"document": document, "date": day, "event": kind, **more}


def person(id_: str, name: str, opened: Value, closed: Value = "", **keys: Value) -> Entry:
    """An entry: `opened` and `closed` are a day or `day event`; recruited and retired where no event is given."""
    entry: Entry = {"id": id_, "name": name, "title": None, "opened": _event(opened, "recruited", f"1{id_}/QĐ-UBND")}
    if closed:
        entry["closed"] = _event(closed, "retired", f"2{id_}/QĐ-UBND")
    return entry | keys


def _event(text: Value, kind: str, document: str) -> Value:
    if not isinstance(text, str):
        return text
    day, _space, given = text.partition(" ")
    return event(given or kind, day, document)


def agency(code: str, *people: Entry, opened: Value = "2000-01-01", closed: Value = "", **keys: Value) -> str:
    """An agency's file, in the same way; established and dissolved where no event is given."""
    if closed:
        keys["closed"] = _event(closed, "dissolved", "9/QĐ-UBND")
    keys["opened"] = _event(opened, "established", "8/QĐ-UBND")
    return agency_yaml(code, people=people, **keys)


def register(*agencies: str, **province: Value) -> dict[str, str]:
    """A register from the texts of its agencies; the operator is added where it is not among them."""
    texts = {f"agencies/{text.split()[2]}.yml": text for text in agencies}
    texts.setdefault("agencies/stttt.yml", agency("stttt"))
    return {"province.yml": province_yaml(**province), **texts}


def usable(texts: Texts) -> tuple[Register, Issued]:
    """A register without binding findings, with its addresses."""
    checked = check(files(texts))
    assert places(binding(checked.findings)) == []
    assert checked.usable is not None
    return checked.usable


def find(
    read: list[File], day: date, results: Results | None = None, progress: Progress | None = None
) -> list[Finding]:
    """Return the findings of a register on its own, without a base to compare it with."""
    return check(read, day, None, progress, results).findings


def people_of(at: Timeline) -> dict[str, Sequence[state.Entry]]:
    """Everybody's issuances by their days; people in the order of the register."""
    held = (state.Entry(agency, row) for agency in at.register.agencies.values() for row in at.rows(agency))
    return {entry.issuance.id: at.moved.get(entry.issuance.id) or [entry] for entry in held}


def timeline(texts: Texts, day: str) -> Timeline:
    """Return the timeline of a register on a day."""
    return Timeline.of(*usable(texts), date.fromisoformat(day))


def wanted(texts: Texts, day: str) -> Wanted:
    """The accounts that a register leads to on a day, with its guards."""
    return lead_to(*usable(texts), date.fromisoformat(day))


def accounts(texts: Texts, day: str) -> Accounts:
    """The accounts that a register leads to on a day."""
    return wanted(texts, day).accounts


def account(kind: str = "official", id_: str = "1", **values: str | int) -> Account:
    """An account that differs from a usual one in the values given."""
    usual = {
        "address": f"{id_}@laocai.gov.vn",
        "name": "Nguyễn Văn An",
        "agency": "stttt",
        "title": "",
        "unit": "",
        "phone": "",
        "quota": 1024,
        "state": "open",
        "document": "1/QĐ-UBND",
        "since": "2010-10-15",
    }
    return Account(kind, id_, **{**usual, **values})  # type: ignore[arg-type]


def route(local: str, mode: str = "cancelled", reply: str = "", *targets: tuple[str, str]) -> Route:
    """A route of the address `local@laocai.gov.vn`."""
    return Route(f"{local}@laocai.gov.vn", mode, "1/QĐ-UBND", reply, targets)
