"""Turns the YAML tree of a file into typed data, and checks its keys and values (docs/reference.md)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import lru_cache, partial
from typing import TypeVar

from ..messages import mark as _
from ..messages import short, word
from ..model import documents, regulation
from ..model.exceptions import SHA256, SecrecyException
from ..model.findings import Finding, Where, advice, rule
from ..model.kinds import KINDS
from ..model.place import Place, Places
from ..model.policy import ACKNOWLEDGED, LIMITS, Acknowledgement, Exceptional, Limit, Policy, Sending, Usage, Window
from ..model.register import (
    AGENCY_CLOSED,
    AGENCY_OPENED,
    PERSON_CLOSED,
    PERSON_OPENED,
    STANDING,
    Agency,
    Change,
    Custodian,
    Ending,
    Event,
    Issuance,
    Leave,
    Province,
    Suspension,
    closing,
    never,
)
from ..model.regulation import Regulation
from ..model.sizes import UNITS
from . import age
from .tree import List, Map, Node, Text

KEY = rule("schema-key", "R5", _("{object} has no key '{key}'; it may have: {allowed}"))
MISSING = rule("schema-missing", "R5", _("{object} lacks the key '{key}'; add it"))
TYPE = rule("schema-type", "R5", _("{key} is to be written {how}: {wanted}; here it is {found}"))
EMPTY = rule("schema-empty", "R5", _("'{key}' has no value; write one, or leave the key out where it is optional"))
VALUE = rule("schema-value", "R5", _("'{key}' cannot be '{value}'; it is one of: {allowed}"))
SHAPE = rule("schema-shape", "R5", _("'{key}' cannot be '{value}'; it should look like {example}"))
DATE = rule("schema-date", "R5", _("'{key}' is no date: '{value}'; write year-month-day, such as 2010-10-15"))
LONG = rule("schema-long", "R5", _("'{key}' has {length} characters; at most {most} are allowed"))
DOCUMENT = rule(
    "document-shape",
    "R6",
    _("'{value}' is no number and symbol of a document; write it as on the document, such as {example}"),
)
PHONE = advice("office-phone", "R5", _("'{value}' does not look like an office telephone; write digits and spaces"))

WRONG_KEY = rule(
    "age-key",
    "R9.3",
    _(
        "'{key}' is no public key of age, although it looks like one: '{value}'; a character was lost or changed, so "
        "copy it again as age-keygen -y shows it"
    ),
)

# Words for the message of `TYPE`: how a value must be written, and what was found instead.
_BRACES, _LINES = word(_("in braces")), word(_("with one key a line"))
_LIST, _TEXT = word(_("as a list")), word(_("as a text"))
_KINDS = {Map: word(_("a group of keys")), List: word(_("a list of values")), Text: word(_("a single text"))}

LONGEST = 200
CODE = re.compile(r"[a-z][a-z0-9]{0,31}")
PERSON = re.compile(r"[A-Za-z0-9-]{1,32}")
_SIZE = re.compile(r"([1-9][0-9]{0,5})([MGT])")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN_DAYS = (
    re.compile(r"(?P<day>[0-9]{1,2})(?P<sign>[/.-])(?P<month>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4})"),
    re.compile(r"(?:ngày )?(?P<day>[0-9]{1,2}) tháng (?P<month>[0-9]{1,2}) năm (?P<year>[0-9]{4})", re.IGNORECASE),
)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
IDENTIFIER = re.compile(r"(?=.{1,35}$)[A-Y][0-9]{2}(\.[0-9A-Z]+)*")
DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
LOCAL = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_MAIL = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?@[a-z0-9.-]+\.[a-z]+")
PHONE_SHAPE = re.compile(r"\+?[0-9][0-9 .()-]{5,24}")
# Text that pages and settings can contain without quoting; whether it looks like a telephone is only advice (`PHONE`).
_NAMEABLE = re.compile(r"[^\x00-\x1f\x7f\"'<>\\]*")
_DOCUMENT_EXAMPLE = "12/2024/QĐ-UBND, 44/TTr-SNV, 650/UBND-NV"

T = TypeVar("T")


def parse_day(text: str) -> date | None:
    """Return the day of an ISO 8601 text in full (2010-10-15), else None.

    The other forms of ISO 8601, which `date.fromisoformat` accepts, are refused.
    """
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def parse_written_day(text: str) -> date | None:
    """Return the day of a typed text: 2026-12-01, 1/12/2026, 01.12.2026, ngày 01 tháng 12 năm 2026; else None.

    For input of people; the register's files accept ISO 8601 alone (`parse_day`).
    """
    parts = written_day(text)
    return parse_day("{2:04}-{1:02}-{0:02}".format(*parts)) if parts else parse_day(text.strip())


def written_day(text: str) -> tuple[int, int, int] | None:
    """Return day, month and year of a text in a form of documents, even if no calendar has such a day; else None."""
    plain = unicodedata.normalize("NFC", " ".join(text.split()))
    found = next(filter(None, (form.fullmatch(plain) for form in _WRITTEN_DAYS)), None)
    return (int(found["day"]), int(found["month"]), int(found["year"])) if found else None


@dataclass(slots=True)
class Reader:
    """Reads the values of one file and collects findings; a wrong value is read as None."""

    file: str
    object: str
    findings: list[Finding] = field(default_factory=list)

    def where(self, place: Place) -> Where:
        """Return a place in this file, with the object that is being read."""
        return Where(self.file, place, self.object)

    def map(self, node: Node | None, key: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Fields:
        """Return the fields of a mapping and check its keys; a node that is no mapping is read as one without keys."""
        if not isinstance(node, Map):
            self._wrong(node, key, *_keys(key, required))
            return Fields(self, {}, {})
        if not _fits(tuple(node.entries), required, optional):
            self._misfit(node, key, required, optional)
        places = {name: child.place for name, child in node.entries.items()}
        places[""] = node.place
        return Fields(self, node.entries, places)

    def _misfit(self, node: Map, key: str, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        """Add findings for the unknown and the missing keys of a mapping."""
        for name, place in node.keys().items():
            if name not in required and name not in optional:
                allowed = [*required, *optional]
                self.findings.append(KEY.at(self.where(place), key=name, object=self._name(key), allowed=allowed))
        for name in required:
            if name not in node.entries:
                self.findings.append(MISSING.at(self.where(node.place), key=name, object=self._name(key)))

    def _name(self, key: str) -> str:
        return f"{self.object}: {key}" if key else self.object

    def items(self, node: Node | None, key: str) -> list[Node]:
        """Return the items of a sequence; a node that is no sequence is read as an empty one."""
        if isinstance(node, List):
            return node.items
        self._wrong(node, key, _LIST, "[…, …]")
        return []

    def _wrong(self, node: Node | None, key: str, how: str, wanted: str) -> None:
        if isinstance(node, Text) and not node.value:
            self.findings.append(EMPTY.at(self.where(node.place), key=key or self.object))
        elif node is not None:
            where = self.where(node.place)
            values = {"how": how, "wanted": wanted, "found": _KINDS[type(node)]}
            self.findings.append(TYPE.at(where, key=key or self.object, **values))

    def text(self, node: Node | None, key: str) -> str | None:
        """Return the text of a scalar without leading, trailing or repeated spaces; None for one missing or wrong."""
        if node is None:
            return None
        if not isinstance(node, Text):
            self._wrong(node, key, _TEXT, "abc")
            return None
        value = " ".join(node.value.split())
        if not value:
            self.findings.append(EMPTY.at(self.where(node.place), key=key))
            return None
        if len(value) > LONGEST:
            self.findings.append(LONG.at(self.where(node.place), key=key, length=len(value), most=LONGEST))
            return None
        return value


@lru_cache(maxsize=4096)  # most entries have one of a few sets of keys
def _fits(keys: tuple[str, ...], required: tuple[str, ...], optional: tuple[str, ...]) -> bool:
    return set(required) <= set(keys) <= {*required, *optional}


def _keys(key: str, required: tuple[str, ...]) -> tuple[str, str]:
    """Return how a mapping is to be written, and an example: a whole file with one key a line, a value in braces."""
    keys = ", ".join(f"{name}: …" for name in required) or "…"
    return (_BRACES, "{" + keys + "}") if key else (_LINES, keys)


@dataclass(slots=True)
class Fields:
    """The values of one mapping, read by key; a wrong value adds a finding to the reader."""

    reader: Reader
    entries: dict[str, Node]
    at: Places

    def node(self, key: str) -> Node | None:
        """Return the node of a key, None where the mapping lacks it."""
        return self.entries.get(key)

    def text(self, key: str) -> str:
        """Return the text of a key, empty where there is none."""
        node = self.entries.get(key)
        return "" if node is None else self.reader.text(node, key) or ""  # quick exit: most entries lack most keys

    def matching(self, key: str, shape: re.Pattern[str], example: str) -> str:
        """Return the text of a key that must have a shape; empty where it has not."""
        value = self.text(key)
        if value and not shape.fullmatch(value):
            self._object(SHAPE.at(self._where(key), key=key, value=value, example=example))
            return ""
        return value

    def public_key(self, key: str) -> str:
        """Return the public age key of a key, empty where it is not a valid one."""
        value = self.matching(key, age.SHAPE, "age1…")
        if value and not age.is_key(value):
            self._object(WRONG_KEY.at(self._where(key), key=key, value=value))
            return ""
        return value

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        """Return the text of a key that must be one of a list; empty where it is not."""
        value = self.text(key)
        if value and value not in allowed:
            self._object(VALUE.at(self._where(key), key=key, value=value, allowed=sorted(allowed)))
            return ""
        return value

    def document(self, key: str) -> str:
        """Return the number and symbol of a document (R6), even if its shape is wrong, which adds a finding."""
        value = self.text(key)
        if value and documents.parse(value) is None:
            self._object(DOCUMENT.at(self._where(key), value=value, example=_DOCUMENT_EXAMPLE))
        return value

    def date(self, key: str) -> date | None:
        """Return the day of a key in ISO 8601 (2010-10-15), None where it is not one."""
        value = self.text(key)
        if not value:
            return None
        day = parse_day(value)
        if day is None:
            self._object(DATE.at(self._where(key), key=key, value=value))
        return day

    def number(self, key: str, default: int) -> int:
        """Return the whole number of a key, written in digits; the default where it is missing or wrong."""
        value = self.matching(key, _NUMBER, "90")
        return int(value) if value else default

    def size(self, key: str) -> int | None:
        """Return the size of a key in bytes, from a number of mebi-, gibi- or tebibytes (500M, 2G)."""
        value = self.matching(key, _SIZE, "500M, 2G")
        return int(value[:-1]) * UNITS[value[-1]] if value else None

    def truth(self, key: str) -> bool:
        """Return whether the value of a key is `true`; any spelling other than `true` and `false` is a finding."""
        return self.one_of(key, ("true", "false")) == "true"

    def phone(self, key: str) -> str:
        """Return an office telephone number; one of another shape is kept, with advice."""
        value = self.text(key)
        if value and not PHONE_SHAPE.fullmatch(value):
            self._object(PHONE.at(self._where(key), value=value))
        return value

    def many(self, key: str, read: Callable[[Node], T | None]) -> tuple[T, ...]:
        """Return the items of a sequence as `read` makes them of their nodes, without those that are None."""
        if key not in self.entries:
            return ()
        items = (read(item) for item in self.reader.items(self.entries[key], key))
        return tuple(item for item in items if item is not None)

    def _where(self, key: str) -> Where:
        return self.reader.where(self.at[key])

    def _object(self, finding: Finding) -> None:
        self.reader.findings.append(finding)


def _event(fields: Fields, key: str, events: Collection[str], more: tuple[str, ...] = ()) -> Event | None:
    node = fields.node(key)
    return None if node is None else _happening(fields.reader, node, key, events, ((), more))


def _happening(
    reader: Reader,
    node: Node,
    key: str,
    events: Collection[str],
    more: tuple[tuple[str, ...], tuple[str, ...]],
) -> Event | None:
    """Return the event of a node; `more` are additional required and optional keys (`withdrawn`)."""
    required, optional = more
    inner = reader.map(node, key, ("document", "date", "event", *required), ("request", *optional))
    document, day, event = inner.document("document"), inner.date("date"), inner.one_of("event", events)
    request = inner.document("request")
    withdrawn = _ending(reader, inner.node("withdrawn"), "withdrawn")
    return Event(document, day, event, request, inner.at, withdrawn) if document and day and event else None


def _suspension(reader: Reader, node: Node) -> Suspension | None:
    inner = reader.map(node, "suspended", ("document", "date"), ("until", "ended", "withdrawn"))
    document, since, until = inner.document("document"), inner.date("date"), inner.date("until")
    ended = _ending(reader, inner.node("ended"), "ended")
    withdrawn = _ending(reader, inner.node("withdrawn"), "withdrawn")
    # A suspension whose end cannot be read is kept: its end has a finding, which stops the register anyway.
    return Suspension(document, since, until, ended, inner.at, withdrawn) if document and since else None


def _leave(reader: Reader, node: Node) -> Leave | None:
    inner = reader.map(node, "leave", ("from", "to"), ("document",))
    first, last, document = inner.date("from"), inner.date("to"), inner.document("document")
    return Leave(first, last, document, inner.at) if first and last else None


def _ending(reader: Reader, node: Node | None, key: str) -> Ending | None:
    if node is None:
        return None
    inner = reader.map(node, key, ("document", "date"))
    document, day = inner.document("document"), inner.date("date")
    return Ending(document, day, inner.at) if document and day else None


_ISSUANCE = ("id", "name", "opened")
_ISSUANCE_MORE = (
    *("title", "leader", "unit", "phone", "family", "given", "address", "address_document"),
    *("quota", "quota_document", "suspended", "leave", "closed", "withdrawn"),
)


def _issuance(reader: Reader, code: str, node: Node) -> Issuance | None:
    reader.object = f"{code}/{_peek(node, 'id')}"
    inner = reader.map(node, "", _ISSUANCE, _ISSUANCE_MORE)
    person, name = inner.matching("id", PERSON, "000101"), inner.text("name")
    opened = _event(inner, "opened", PERSON_OPENED, ("withdrawn",))
    closed = _event(inner, "closed", PERSON_CLOSED)
    broken = "closed" in inner.at and closed is None
    rest = {key: inner.text(key) for key in ("title", "unit", "family", "given", "address")}
    issuance = Issuance(
        id=person,
        name=name,
        opened=opened or Event("", date.max, ""),
        closed=closing(opened, closed) if opened else closed,
        leader=inner.truth("leader"),
        phone=inner.phone("phone"),
        address_document=inner.document("address_document"),
        quota=inner.size("quota"),
        quota_document=inner.document("quota_document"),
        suspended=inner.many("suspended", lambda item: _suspension(reader, item)),
        withdrawn=inner.many("withdrawn", lambda item: _withdrawn(reader, item, PERSON_CLOSED)),
        leave=inner.many("leave", lambda item: _leave(reader, item)),
        at=inner.at,
        **rest,
    )
    return issuance if person and name and opened and not broken else None


def _withdrawn(reader: Reader, node: Node, events: Collection[str]) -> Event | None:
    """Return a closing that was withdrawn before its day; None where it cannot be read."""
    event = _happening(reader, node, "withdrawn", events, (("withdrawn",), ()))
    return event if event and event.withdrawn else None


def _peek(node: Node, key: str) -> str:
    value = node.entries.get(key) if isinstance(node, Map) else None
    return short(value.value, LONGEST) if isinstance(value, Text) else "?"


def _custodian(reader: Reader, node: Node) -> Custodian | None:
    inner = reader.map(node, "custodians", ("person", "document", "date", "as"), ("key", "withdrawn"))
    person, document = inner.matching("person", PERSON, "000101"), inner.document("document")
    day, role = inner.date("date"), inner.one_of("as", ("head", "delegate"))
    key, withdrawn = inner.public_key("key"), _ending(reader, inner.node("withdrawn"), "withdrawn")
    if not (person and document and day and role):
        return None
    return Custodian(person, document, day, role, key, inner.at, withdrawn)


def _change(reader: Reader, node: Node) -> Change | None:
    inner = reader.map(node, "changes", ("document", "date"), (*STANDING, "withdrawn"))
    document, day = inner.document("document"), inner.date("date")
    values = {key: read(inner) for key, read in _STANDING.items()}
    withdrawn = _ending(reader, inner.node("withdrawn"), "withdrawn")
    return Change(document, day, **values, at=inner.at, withdrawn=withdrawn) if document and day else None


# How the keys of `STANDING` are read, in an agency's founding and in each change.
_STANDING: Mapping[str, Callable[[Fields], str]] = {
    "kind": lambda fields: fields.one_of("kind", KINDS),
    "parent": lambda fields: fields.matching("parent", CODE, "ubnd"),
    "identifier": lambda fields: fields.matching("identifier", IDENTIFIER, "H00.10"),
}

_AGENCY = ("agency", "name", "kind", "opened", "people")
_AGENCY_MORE = (
    *("parent", "identifier", "closed", "withdrawn", "changes", "succeeds"),
    *("quota", "quota_document", "custodians"),
)


def agency(reader: Reader, node: Node) -> Agency | None:
    """Return the agency of a file's tree, None where it is unusable. Unreadable entries of people are left out."""
    code = reader.object
    inner = reader.map(node, "", _AGENCY, _AGENCY_MORE)
    named, name = inner.matching("agency", CODE, "snv"), inner.text("name")
    standing = {key: read(inner) for key, read in _STANDING.items()}
    opened, closed = _event(inner, "opened", AGENCY_OPENED, ("withdrawn",)), _event(inner, "closed", AGENCY_CLOSED)
    closings = inner.many("withdrawn", lambda item: _withdrawn(reader, item, AGENCY_CLOSED))
    changes = inner.many("changes", lambda item: _change(reader, item))
    quota, quota_document = inner.size("quota"), inner.document("quota_document")
    succeeds = inner.many("succeeds", lambda item: reader.text(item, "succeeds"))
    custodians = inner.many("custodians", lambda item: _custodian(reader, item))
    people = inner.many("people", lambda item: _issuance(reader, code, item))
    reader.object = code
    if not (named and name and standing["kind"] and opened) or ("closed" in inner.at and closed is None):
        return None
    return Agency(
        code=named,
        name=name,
        opened=opened,
        closed=closing(opened, closed),
        changes=tuple(change for change in changes if not change.withdrawn),
        withdrawn=tuple(never(closings, changes, custodians)),
        file=reader.file,
        succeeds=succeeds,
        quota=quota,
        quota_document=quota_document,
        custodians=tuple(custodian for custodian in custodians if not custodian.withdrawn),
        people=people,
        at=inner.at,
        **standing,
    )


_PROVINCE = ("province", "domain", "host", "operator")
_PROVINCE_MORE = (
    "sample",
    "operator_key",
    "support",
    "system_addresses",
    "regulation",
    "policy",
    "acknowledgements",
    "secrecy_exceptions",
)


def province(reader: Reader, node: Node) -> Province | None:
    """Return the province of a file's tree, None where it is unusable."""
    inner = reader.map(node, "", _PROVINCE, _PROVINCE_MORE)
    name, domain = inner.text("province"), inner.matching("domain", DOMAIN, "tentinh.gov.vn")
    host, operator = inner.matching("host", DOMAIN, "mail.tentinh.gov.vn"), inner.matching("operator", CODE, "snv")
    support = reader.map(inner.node("support"), "support", (), ("phone", "mail"))
    policy = _policy(reader, inner.node("policy"))
    result = Province(
        name=name,
        domain=domain,
        host=host,
        operator=operator,
        file=reader.file,
        operator_key=inner.public_key("operator_key"),
        support_phone=support.matching("phone", _NAMEABLE, "0200 3 000 000") and support.phone("phone"),
        support_mail=support.matching("mail", _MAIL, "contact-snv@tentinh.gov.vn"),
        system_addresses=_system_addresses(reader, inner.node("system_addresses")),
        policy=policy,
        acknowledgements=inner.many("acknowledgements", lambda item: _acknowledgement(reader, item)),
        secrecy_exceptions=inner.many("secrecy_exceptions", lambda item: _secrecy_exception(reader, item)),
        sample=inner.truth("sample"),
        regulation=_regulation(reader, inner.node("regulation"), name),
        at=inner.at,
    )
    return result if name and domain and host and operator else None


def _regulation(reader: Reader, node: Node | None, province: str) -> Regulation:
    """Return the regulation of the province. The key `articles` maps numbers of `MODEL` to its own, or is `same`."""
    if node is None:
        return Regulation()
    inner = reader.map(node, "regulation", ("number", "date"), ("title", "articles"))
    number, day, title = inner.document("number"), inner.date("date"), inner.text("title")
    return Regulation(number, day, title, _articles(reader, inner.node("articles")), province, inner.at)


def _articles(reader: Reader, node: Node | None) -> Mapping[str, str] | None:
    if node is None:
        return None
    if isinstance(node, Text) and node.value.strip() == regulation.SAME:
        return regulation.same()
    inner = reader.map(node, "articles", (), regulation.ARTICLES)
    found = {name: inner.matching(name, regulation.NUMBER, "8, 8.1, 8.1b") for name in inner.entries}
    return {name: number for name, number in found.items() if number and name in regulation.ARTICLES}


def _system_addresses(reader: Reader, node: Node | None) -> dict[str, str]:
    """Return the system addresses (RFC 2142): local parts, each with that of the contact mailbox that gets its mail."""
    names = node.keys() if isinstance(node, Map) else {}
    for name, place in names.items():
        if not LOCAL.fullmatch(name) or name.startswith("contact-"):
            where = reader.where(place)
            reader.findings.append(SHAPE.at(where, key="system_addresses", value=name, example="postmaster, abuse"))
    inner = reader.map(node, "system_addresses", (), tuple(names))
    found = {name: inner.matching(name, LOCAL, "contact-snv") for name in names}
    return {name: target for name, target in found.items() if target}


_LIMIT_KEYS = ("count", "percent", "agency_percent")


_POLICY = (
    *("forward_days", "redirect_days", "future_days", "retention_days"),
    *("quota", "sending", "usage", "limits", "protected"),
)
_SENDING = tuple(each.name for each in fields(Sending))


def _policy(reader: Reader, node: Node | None) -> Policy:
    defaults = Policy()
    inner = reader.map(node, "policy", (), _POLICY)
    retention = reader.map(inner.node("retention_days"), "retention_days", (), ("default", "leader"))
    quota = reader.map(inner.node("quota"), "quota", (), ("official", "agency"))
    sending = reader.map(inner.node("sending"), "sending", (), ("official", "agency", "suspend"))
    limits = reader.map(inner.node("limits"), "limits", (), LIMITS)
    return Policy(
        forward_days=inner.number("forward_days", defaults.forward_days),
        redirect_days=inner.number("redirect_days", defaults.redirect_days),
        future_days=inner.number("future_days", defaults.future_days),
        retention_days=retention.number("default", defaults.retention_days),
        retention_days_leader=retention.number("leader", defaults.retention_days_leader),
        quota_official=quota.size("official") or defaults.quota_official,
        quota_agency=quota.size("agency") or defaults.quota_agency,
        sending_official=_sending(reader, sending.node("official"), "official", defaults.sending_official),
        sending_agency=_sending(reader, sending.node("agency"), "agency", defaults.sending_agency),
        sending_suspend=sending.number("suspend", defaults.sending_suspend),
        usage=_usage(reader, inner.node("usage"), defaults.usage),
        limits={name: _limit(reader, limits.node(name), name) for name in LIMITS},
        protected=inner.many("protected", lambda item: reader.text(item, "protected")),
    )


def _sending(reader: Reader, node: Node | None, kind: str, default: Sending) -> Sending:
    inner = reader.map(node, kind, (), _SENDING)
    return Sending(*(inner.number(key, getattr(default, key)) for key in _SENDING))


_WINDOW = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_ORDINAL = re.compile(r"[1-4]")


def _usage(reader: Reader, node: Node | None, default: Usage) -> Usage:
    inner = reader.map(node, "usage", (), ("windows", "required", "days"))
    required = reader.map(inner.node("required"), "required", (), ("official", "agency"))
    windows = inner.many("windows", lambda item: _window(reader, item))
    official = required.many("official", lambda item: _ordinal(reader, item, "official"))
    of_agency = required.many("agency", lambda item: _ordinal(reader, item, "agency"))
    return Usage(
        windows=windows if "windows" in inner.at else default.windows,
        official=official if "official" in required.at else default.official,
        agency=of_agency if "agency" in required.at else default.agency,
        days=inner.many("days", lambda item: _exceptional(reader, item)),
    )


def _window(reader: Reader, node: Node) -> Window | None:
    """Return a window of the day (07:00-09:30); 24:00 is the end of the day."""
    text = _shaped(reader, node, "windows", _WINDOW, "07:00-09:30")
    return Window(*map(_minutes, text.split("-"))) if text else None


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


def _ordinal(reader: Reader, node: Node, kind: str) -> int | None:
    text = _shaped(reader, node, kind, _ORDINAL, "1, 2, 3, 4")
    return int(text) if text else None


def _exceptional(reader: Reader, node: Node) -> Exceptional | None:
    inner = reader.map(node, "days", ("date", "is", "document"))
    day, work, document = inner.date("date"), inner.one_of("is", ("off", "worked")), inner.document("document")
    return Exceptional(day, work == "worked", document, inner.at) if day and work and document else None


def _shaped(reader: Reader, node: Node, key: str, shape: re.Pattern[str], example: str) -> str:
    """Return a list item that must have a shape; empty, with a finding, where it has not."""
    text = reader.text(node, key) or ""
    if text and not shape.fullmatch(text):
        reader.findings.append(SHAPE.at(reader.where(node.place), key=key, value=text, example=example))
        return ""
    return text


def _limit(reader: Reader, node: Node | None, name: str) -> Limit:
    inner, default = reader.map(node, name, (), _LIMIT_KEYS), Limit()
    count, percent, agency_percent = (inner.number(key, getattr(default, key)) for key in _LIMIT_KEYS)
    return Limit(count, percent, agency_percent)


def _acknowledgement(reader: Reader, node: Node) -> Acknowledgement | None:
    optional = ("from", "count", "accounts", "agencies", "documents")
    inner = reader.map(node, "acknowledgements", ("limit", "document", "until"), optional)
    limit, document = inner.one_of("limit", ACKNOWLEDGED), inner.document("document")
    since, until, count = inner.date("from"), inner.date("until"), inner.number("count", 0)
    accounts, agencies = (inner.many(key, partial(_named, reader, key)) for key in ("accounts", "agencies"))
    documents_named = inner.many("documents", partial(_decision, reader))
    # An acknowledgement whose first day cannot be read is dropped: without the day it would be in force at once.
    if not (limit and document and until) or ("from" in inner.at and since is None):
        return None
    return Acknowledgement(limit, document, until, count, accounts, since, agencies, documents_named, inner.at)


def _named(reader: Reader, key: str, item: Node) -> str | None:
    return reader.text(item, key)


def _decision(reader: Reader, item: Node) -> str | None:
    """Return the number and symbol in a list of documents (R6), with a finding where its shape is wrong."""
    value = reader.text(item, "documents")
    if value and documents.parse(value) is None:
        reader.findings.append(DOCUMENT.at(reader.where(item.place), value=value, example=_DOCUMENT_EXAMPLE))
    return value


_SENDER = re.compile(rf"{LOCAL.pattern}|{_MAIL.pattern}")
_EXCEPTION = ("sender", "sha256", "from", "until", "document", "reason")


def _secrecy_exception(reader: Reader, node: Node) -> SecrecyException | None:
    inner = reader.map(node, "secrecy_exceptions", _EXCEPTION)
    sender = inner.matching("sender", _SENDER, "contact-snv")
    document, reason = inner.document("document"), inner.text("reason")
    files = inner.many("sha256", lambda item: _digest(reader, item))
    if isinstance(listed := inner.node("sha256"), List) and not listed.items:
        reader.findings.append(EMPTY.at(reader.where(listed.place), key="sha256"))
    since, until = inner.date("from"), inner.date("until")
    # An exception with any unreadable part is dropped: it lets no file pass.
    if not (sender and files and since and until and document and reason):
        return None
    return SecrecyException(sender, files, since, until, document, reason, inner.at)


def _digest(reader: Reader, node: Node) -> str | None:
    """Return a SHA-256 in the form that sha256sum(1) writes, None where the item has another."""
    return _shaped(reader, node, "sha256", SHA256, "0" * 60 + "beef") or None
