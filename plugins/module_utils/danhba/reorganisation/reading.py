"""Reads the file of a reorganisation, as strictly as the register's own files."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

from ..messages import mark as _
from ..model.findings import Finding
from ..model.kinds import KINDS
from ..model.register import AGENCY_CLOSED, AGENCY_OPENED, PAIRED, PERSON_CLOSED
from ..reading import loader, schema
from ..reading.schema import Fields, Reader
from ..reading.source import File
from ..reading.tree import List, Map, Node, Text
from .model import Closing, Fate, Holder, Opening, Parent, Person, Reorganisation, Unit
from .rules import problem

# Events that end a mailbox for good; `to` says who goes on.
ENDINGS = PERSON_CLOSED - PAIRED
FATE = problem(
    "fate",
    "R6.2",
    _("say here what becomes of these mailboxes: either to: <tendonvi>, or close: with one of {allowed}"),
)

_FILE = ("document", "date")
_FILE_MORE = ("request", "operator", "agencies", "close", "units", "people", "parents", "custodians")
_FATE_MORE = ("to", "close", "document")


def read(file: File) -> tuple[Reorganisation | None, list[Finding]]:
    """Return the reorganisation in a file, or None if it cannot be read, with all findings about the text."""
    subject = PurePath(file.name).name
    findings: list[Finding] = []
    node = loader.read(file, subject, findings)
    if node is None:
        return None, findings
    return _reorganisation(Reader(file.path, subject, findings), node), findings


def _reorganisation(reader: Reader, node: Node) -> Reorganisation | None:
    fields = reader.map(node, "", _FILE, _FILE_MORE)
    document, day = fields.document("document"), fields.date("date")
    if not document or day is None:
        return None
    return _parts(fields, document, day)


def _parts(fields: Fields, document: str, day: date) -> Reorganisation:
    reader = fields.reader
    return Reorganisation(
        document=document,
        date=day,
        file=reader.file,
        request=fields.document("request"),
        operator=_code(fields, "operator"),
        agencies=fields.many("agencies", lambda item: _opening(reader, item)),
        close=fields.many("close", lambda item: _closing(reader, item)),
        units=fields.many("units", lambda item: _unit(reader, item)),
        people=fields.many("people", lambda item: _person(reader, item)),
        parents=fields.many("parents", lambda item: _parent(reader, item)),
        custodians=fields.many("custodians", lambda item: _holder(reader, item)),
        at=fields.at,
    )


def _code(fields: Fields, key: str) -> str:
    return fields.matching(key, schema.CODE, "snv")


_OPENING = ("agency", "name", "kind", "event")
_OPENING_MORE = ("parent", "identifier", "quota", "quota_document")


def _opening(reader: Reader, node: Node) -> Opening | None:
    inner = reader.map(node, "agencies", _OPENING, _OPENING_MORE)
    code, name = _code(inner, "agency"), inner.text("name")
    kind, event = inner.one_of("kind", KINDS), inner.one_of("event", AGENCY_OPENED)
    opening = Opening(
        code,
        name,
        kind,
        event,
        parent=_code(inner, "parent"),
        identifier=inner.matching("identifier", schema.IDENTIFIER, "H00.10"),
        quota=inner.size("quota"),
        quota_document=inner.document("quota_document"),
        at=inner.at,
    )
    return opening if code and name and kind and event else None


def _closing(reader: Reader, node: Node) -> Closing | None:
    inner = reader.map(node, "close", ("agency", "event"), ("to", "people"))
    code, event = _code(inner, "agency"), inner.one_of("event", AGENCY_CLOSED)
    people = None
    if rest := inner.node("people"):
        people = _fate(reader.map(rest, "people", (), _FATE_MORE))
    closing = Closing(code, event, _codes(inner, "to"), people, inner.at)
    return closing if code and event else None


def _codes(fields: Fields, key: str) -> tuple[str, ...]:
    """Return one code or a list of codes."""
    node = fields.node(key)
    if not isinstance(node, List):
        code = _code(fields, key)
        return (code,) if code else ()
    single = ({key: item} for item in node.items)
    found = (_code(Fields(fields.reader, entry, {key: entry[key].place}), key) for entry in single)
    return tuple(code for code in found if code)


def _fate(fields: Fields) -> Fate | None:
    """Return a fate with exactly one of `to` and `close`; a node that is no mapping has its finding already."""
    if "" not in fields.at:
        return None
    to, close = _code(fields, "to"), fields.one_of("close", ENDINGS)
    document = fields.document("document")
    if ("to" in fields.at) == ("close" in fields.at):
        where = fields.reader.where(fields.at[""])
        fields.reader.findings.append(FATE.at(where, allowed=sorted(ENDINGS)))
        return None
    return Fate(to, close, document, fields.at) if to or close else None


def _unit(reader: Reader, node: Node) -> Unit | None:
    inner = reader.map(node, "units", ("agency", "unit"), _FATE_MORE)
    code, name, fate = _code(inner, "agency"), inner.text("unit"), _fate(inner)
    return Unit(code, name, fate) if code and name and fate else None


_PERSON_MORE = (*_FATE_MORE, "title", "unit", "phone", "leader", "address", "address_document")


def _person(reader: Reader, node: Node) -> Person | None:
    if isinstance(node, Map) and isinstance(node.entries.get("id"), Text):
        reader = Reader(reader.file, f"{reader.object}/{node.entries['id'].value}", reader.findings)  # type: ignore[union-attr]
    inner = reader.map(node, "people", ("id",), _PERSON_MORE)
    id_, fate = inner.matching("id", schema.PERSON, "000101"), _fate(inner)
    if not id_ or not fate:
        return None
    return Person(
        id_,
        fate,
        title=inner.text("title"),
        unit=inner.text("unit"),
        phone=inner.phone("phone"),
        leader=inner.truth("leader") if "leader" in inner.at else None,
        address=inner.text("address"),
        address_document=inner.document("address_document"),
    )


def _parent(reader: Reader, node: Node) -> Parent | None:
    inner = reader.map(node, "parents", ("agency", "parent"))
    code, parent = _code(inner, "agency"), _code(inner, "parent")
    return Parent(code, parent, inner.at) if code and parent else None


def _holder(reader: Reader, node: Node) -> Holder | None:
    inner = reader.map(node, "custodians", ("agency", "person", "document", "as"), ("key",))
    code, person = _code(inner, "agency"), inner.matching("person", schema.PERSON, "000101")
    document, role = inner.document("document"), inner.one_of("as", ("head", "delegate"))
    key = inner.public_key("key")
    return Holder(code, person, document, role, key, inner.at) if code and person and document and role else None
