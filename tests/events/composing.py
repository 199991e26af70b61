"""A proposal for each cell of the table: a small register, and what the event of the cell makes of it.

Each event is a function that does it to a register: to the first or the second of the subjects that stand ready for it.
`compose` uses it for each way in which a cell has it entered: appended, edited where it stands, as the second of two
proposals, or by a reorganisation, whose entries an event's function writes itself.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias

from tests.factory import agency_yaml, province_yaml

from .table import Cell

Map: TypeAlias = "dict[str, Any]"
Texts: TypeAlias = "dict[str, str]"

TODAY = date(2026, 12, 3)
# The days of the dimension `when`. The servers follow the main branch each night, and reports are of past months.
DAYS = {
    "long_ago": TODAY - timedelta(731),
    "reported": TODAY - timedelta(59),
    "applied": TODAY - timedelta(3),
    "today": TODAY,
    "later": TODAY + timedelta(30),
}
# What stands ready to be taken back, put off or moved comes to pass on this day.
COMING = "2027-03-01"
KEY = "age10gpvekl02f2vsr2setyt0lc4r9zdkgtr9wayjv3e8ggutwemrc9shyyqml"
OTHER_KEY = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"
DIGEST = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
OTHER_NAME = "Giàng A Sử"


class Doing(NamedTuple):
    """What an event's function is to do: on which `day`, by which `document` (None: the key is left out), to the first
    or second subject (`number` 0 or 1), and whose it is.
    """

    whose: str
    document: str | None
    day: str
    number: int = 0
    how: str = "append"


class Proposed(NamedTuple):
    """A register before and after a proposal, as the texts of its files; `outside` are other files that it changes."""

    before: Texts
    after: Texts
    outside: tuple[str, ...] = ()


Do: TypeAlias = "Callable[[Map, Doing], None]"
EVENTS: dict[str, Do] = {}
# Kinds of documents by which an event is usually done, where it is no decision.
KINDS: dict[str, str] = {}


# What an event needs that would be in the way of others.
READY: dict[str, Callable[[Map], None]] = {}
# Events that change a value where it stands, and do not add an entry.
STANDING: set[str] = set()


def event(
    *names: str, kind: str = "QĐ", ready: Callable[[Map], None] | None = None, stands: bool = False
) -> Callable[[Do], Do]:
    """Register a function as what does these events, by documents of a kind."""

    def register(do: Do) -> Do:
        for name in names:
            EVENTS[name], KINDS[name] = do, kind
            if ready:
                READY[name] = ready
            if stands:
                STANDING.add(name)
        return do

    return register


def compose(cell: Cell, covers: Sequence[str] = ()) -> Proposed:
    """The proposal of a cell that can occur; of files outside the register, one for each pattern that a row covers."""
    if cell.event not in EVENTS:
        texts = _texts(_base())
        return Proposed(texts, texts, tuple(pattern.replace("*", "x") for pattern in covers))
    do, day = EVENTS[cell.event], DAYS[cell.when].isoformat()
    before = _ready(cell.event)
    if cell.how == "edit" and cell.event not in STANDING:
        whose = "same" if cell.whose == "human" else cell.whose
        do(before, Doing(whose, _usual(cell.event), day, 0))
    if cell.how == "second":
        do(before, Doing("same", _usual(cell.event), day, 1))
    after = copy.deepcopy(before) if cell.how == "second" else _ready(cell.event)
    do(after, Doing(cell.whose, _document(cell), day, 0, cell.how))
    return Proposed(_texts(before), _texts(after))


def _ready(event_: str) -> Map:
    register = _base()
    if event_ in READY:
        READY[event_](register)
    return register


def _usual(event_: str) -> str:
    """The document by which an event was done before, with nothing to object to."""
    return _document(Cell(event_, "same", "own" if KINDS[event_] == "GUQ" else "above", "today", "append"), 8) or ""


_BODIES = {"own": "SYT", "above": "UBND", "foreign": "STC", "outside": "BYT", "unfit": "SYT"}
# Of units other than the first of `UNITS`.
_UNIT_BODIES = {"established": "TTM", "closing_withdrawn": "TTPC"}


def _document(cell: Cell, number: int = 9) -> str | None:
    """The document of a cell; seen from a unit, Sở Y tế is above it."""
    if cell.document == "none":
        return None
    kind = "GM" if cell.document == "unfit" else KINDS[cell.event]
    body = _BODIES[cell.document]
    if cell.event in OF_UNIT:
        body = {"SYT": _UNIT_BODIES.get(cell.event, "TTKSBT"), "UBND": "SYT"}.get(body, body)
    return f"{number}/{kind}-{body}"


def _texts(register: Map) -> Texts:
    agencies = register["agencies"]
    texts = {
        f"agencies/{code}.yml": agency_yaml(
            code, **{key: value for key, value in keys.items() if not key.startswith("_")}
        )
        for code, keys in agencies.items()
    }
    return {"province.yml": province_yaml(**register["province"]), **texts}


def cited(document: str | None, **values: Any) -> Map:
    """A mapping that cites a document first, or none."""
    return ({"document": document} if document else {}) | values


def _base() -> Map:
    found: Map = json.loads(_TEXT)
    return found


def _person(id_: str, name: str, **keys: Any) -> Map:
    return {"id": id_, "name": name, "opened": cited(f"1{id_}/QĐ-UBND", date="2015-03-02", event="recruited")} | keys


def _body(name: str, *people: Map, **keys: Any) -> Map:
    opened = {"document": "8/2008/QĐ-UBND", "date": "2008-03-20", "event": "established"}
    return {"name": name, "parent": "ubnd", "opened": opened, "people": [*people]} | keys


def _custody(person: str, role: str, document: str, day: str) -> Map:
    return {"person": person, "document": document, "date": day, "as": role, "key": KEY}


_BASE: Map = {
    "province": {
        "operator_key": KEY,
        "policy": {
            "forward_days": "90",
            "redirect_days": "365",
            "future_days": "366",
            "retention_days": {"default": "183", "leader": "365"},
            "quota": {"official": "2G", "agency": "10G"},
            "sending": {
                "official": {
                    "messages_hour": "100",
                    "recipients_hour": "500",
                    "messages_day": "5000",
                    "recipients_day": "20000",
                },
                "agency": {
                    "messages_hour": "500",
                    "recipients_hour": "3000",
                    "messages_day": "5000",
                    "recipients_day": "20000",
                },
                "suspend": "3",
            },
            "limits": {
                "close": {"count": "50", "percent": "2", "agency_percent": "20"},
                "readdress": {"count": "50", "percent": "2", "agency_percent": "20"},
            },
            "protected": ["contact-ubnd", "contact-stttt"],
        },
    },
    "agencies": {
        "ubnd": _body("Ủy ban nhân dân tỉnh", kind="provincial_committee", parent=None),
        "stttt": _body("Sở Thông tin và Truyền thông"),
        "stc": _body("Sở Tài chính", _person("301", "Ma Văn Sì")),
        "sgddt": _body(
            "Sở Giáo dục và Đào tạo",
            _person("401", "Hoàng Thị Lan", leader="true", title="Giám đốc"),
            _person("411", "Vàng A Páo"),
            _person("412", "Sùng Thị Dí"),
            _person("431", "Ly A Tủa"),
            _person("421", "Lù Văn Thành", closed=cited("2421/QĐ-UBND", date="2020-01-01", event="resigned")),
            _person("422", "Tẩn Mẩy Pham", closed=cited("2422/QĐ-UBND", date="2020-01-01", event="resigned")),
            custodians=[_custody("401", "head", "401/QĐ-UBND", "2015-03-02")],
        ),
        "syt": _body(
            "Sở Y tế",
            _person("201", "Lò Thị Mai", leader="true", title="Giám đốc"),
            _person("211", "Nguyễn Văn Vịnh"),
            _person("212", "Phàn Láo Tả"),
            _person("221", "Trần Thu Hà", suspended=[cited("21/QĐ-SYT", date="2026-01-05", until="2027-06-01")]),
            _person("222", "Đặng Văn Kỳ", suspended=[cited("22/QĐ-SYT", date="2026-01-05", until="2027-06-01")]),
            _person("231", "Phạm Quốc Bảo", closed=cited("31/QĐ-SYT", date=COMING, event="retired")),
            _person("232", "Bùi Thị Yến", closed=cited("32/QĐ-SYT", date=COMING, event="retired")),
            _person("241", "Cư Seo Vảng", opened=cited("41/QĐ-SYT", date=COMING, event="recruited")),
            _person("242", "Thào Thị Sua", opened=cited("42/QĐ-SYT", date=COMING, event="recruited")),
            _person("251", "Lý Thị Xuân", suspended=[cited("51/QĐ-SYT", date=COMING, until="2027-06-01")]),
            _person("252", "Vi Đức Hạnh", suspended=[cited("52/QĐ-SYT", date=COMING, until="2027-06-01")]),
            _person("261", "Hà Kim Ngân", closed=cited("2261/QĐ-UBND", date="2020-01-01", event="resigned")),
            _person("271", "Ly Seo Tráng"),
            _person("281", "Má A Lử", leader="true", title="Phó Giám đốc"),
            _person("282", "Đèo Thị Hiền", leader="true", title="Phó Giám đốc"),
            _person("262", "Nông Quốc Tuấn", closed=cited("2262/QĐ-UBND", date="2020-01-01", event="resigned")),
            custodians=[_custody("201", "head", "201/QĐ-UBND", "2015-03-02")],
        ),
        "ttksbt": _body("Trung tâm Kiểm soát bệnh tật", parent="syt", kind="public_service_unit"),
        "ttgdyk": _body("Trung tâm Giám định y khoa", parent="syt", kind="public_service_unit"),
        "ttpc": _body(
            "Trung tâm Pháp y",
            parent="syt",
            kind="public_service_unit",
            closed=cited("71/QĐ-SYT", date=COMING, event="dissolved"),
        ),
        "ttkn": _body(
            "Trung tâm Kiểm nghiệm",
            parent="syt",
            kind="public_service_unit",
            closed=cited("72/QĐ-SYT", date=COMING, event="dissolved"),
        ),
    },
}
# Read anew for each proposal, which takes a fifth of the time of a deep copy.
_TEXT = json.dumps(_BASE)
# The units whose events are composed; whose document it is, is then seen from them: above them stands Sở Y tế.
UNITS = ("ttksbt", "ttgdyk")
OF_UNIT = frozenset(
    """established agency_merged agency_renamed agency_split dissolved kind parent identifier closing_withdrawn
    agency_name agency_quota succeeds""".split()
)


def people(register: Map, code: str = "syt") -> list[Map]:
    """The entries of an agency."""
    found: list[Map] = register["agencies"][code]["people"]
    return found


def one(register: Map, id_: str, code: str = "syt") -> Map:
    """The last entry of somebody in an agency."""
    return next(entry for entry in reversed(people(register, code)) if entry["id"] == id_)


def _policy(register: Map) -> Map:
    found: Map = register["province"]["policy"]
    return found


# People.


def _new_id(doing: Doing) -> tuple[str, str, str]:
    """The id and name of who is hired, and the agency where the id is known: a new one, or one of somebody who left."""
    if doing.whose == "human" and doing.how == "edit":
        return "901", OTHER_NAME, "syt"
    if doing.whose == "human":
        return ("261", "262")[doing.number], OTHER_NAME, "syt"
    if doing.whose == "elsewhere":
        return ("421", "422")[doing.number], ("Lù Văn Thành", "Tẩn Mẩy Pham")[doing.number], "sgddt"
    return ("901", "902")[doing.number], ("Chảo Thị Liên", "Giàng Seo Phử")[doing.number], ""


def _hire(kind: str) -> Do:
    def do(register: Map, doing: Doing) -> None:
        id_, name, _known = _new_id(doing)
        people(register).append(_person(id_, name, opened=cited(doing.document, date=doing.day, event=kind)))

    return do


for _kind in ("recruited", "migrated"):
    event(_kind)(_hire(_kind))


def _move(kind: str) -> Do:
    """From Sở Y tế to Sở Giáo dục và Đào tạo on one day."""

    def do(register: Map, doing: Doing) -> None:
        entry = one(register, ("211", "212")[doing.number])
        name = OTHER_NAME if doing.whose == "human" else entry["name"]
        entry["closed"] = cited(doing.document, date=doing.day, event=kind)
        people(register, "sgddt").append(
            _person(entry["id"], name, opened=cited(doing.document, date=doing.day, event=kind))
        )

    return do


for _kind in ("transferred", "reorganised"):
    event(_kind)(_move(_kind))


@event("renamed")
def _renamed(register: Map, doing: Doing) -> None:
    entry = one(register, ("211", "212")[doing.number])
    last = entry["name"].rpartition(" ")[2]
    name = OTHER_NAME if doing.whose == "human" else f"Nguyễn Quang {last}"
    entry["closed"] = cited(doing.document, date=doing.day, event="renamed")
    people(register).append(_person(entry["id"], name, opened=cited(doing.document, date=doing.day, event="renamed")))


def _close(kind: str) -> Do:
    def do(register: Map, doing: Doing) -> None:
        one(register, ("211", "212")[doing.number])["closed"] = cited(doing.document, date=doing.day, event=kind)

    return do


for _kind in ("retired", "resigned", "dismissed", "deceased", "left_province"):
    event(_kind)(_close(_kind))


@event("suspended")
def _suspended(register: Map, doing: Doing) -> None:
    one(register, ("211", "212")[doing.number])["suspended"] = [
        cited(doing.document, date=doing.day, until="2027-09-01")
    ]


@event("unlocked")
def _unlocked(register: Map, doing: Doing) -> None:
    spell = one(register, ("221", "222")[doing.number])["suspended"][0]
    spell["ended"] = cited(doing.document, date=doing.day)


@event("suspension_longer", stands=True)
def _suspension_longer(register: Map, doing: Doing) -> None:
    one(register, ("221", "222")[doing.number])["suspended"][0]["until"] = "2027-12-01"


@event("suspension_withdrawn")
def _suspension_withdrawn(register: Map, doing: Doing) -> None:
    spell = one(register, ("251", "252")[doing.number])["suspended"][0]
    spell["withdrawn"] = cited(doing.document, date=doing.day)


@event("closing_of_person_withdrawn")
def _withdrawn(register: Map, doing: Doing) -> None:
    entry = one(register, ("231", "232")[doing.number])
    closed = entry.pop("closed")
    entry["withdrawn"] = [closed | {"withdrawn": cited(doing.document, date=doing.day)}]


@event("put_off")
def _put_off(register: Map, doing: Doing) -> None:
    _withdrawn(register, doing)
    entry = one(register, ("231", "232")[doing.number])
    entry["closed"] = cited(doing.document, date="2027-09-01", event="retired")


@event("opening_withdrawn")
def _opening_withdrawn(register: Map, doing: Doing) -> None:
    entry = one(register, ("241", "242")[doing.number])
    entry["opened"]["withdrawn"] = cited(doing.document, date=doing.day)


@event("leave")
def _leave(register: Map, doing: Doing) -> None:
    last = (date.fromisoformat(doing.day) + timedelta(2)).isoformat()
    leave = {"from": doing.day, "to": last}
    one(register, ("211", "212")[doing.number])["leave"] = [
        leave | ({"document": doing.document} if doing.document else {})
    ]


@event("pin")
def _pin(register: Map, doing: Doing) -> None:
    """Only of a new entry: the address of one that is there is given out."""
    id_, name = ("901", "902")[doing.number], ("Chảo Thị Liên", "Giàng Seo Phử")[doing.number]
    local = ("ctlien", "gsphu")[doing.number] if doing.whose != "human" else "nvbinh"
    entry = _person(id_, name, opened=cited("3/QĐ-SYT", date=doing.day, event="recruited"))
    entry["address"] = f"{local}-{'sgddt' if doing.whose == 'elsewhere' else 'syt'}"
    if doing.document:
        entry["address_document"] = doing.document
    people(register).append(entry)


@event("person_quota")
def _person_quota(register: Map, doing: Doing) -> None:
    entry = one(register, ("211", "212")[doing.number])
    entry["quota"] = "4G"
    if doing.document:
        entry["quota_document"] = doing.document


@event("leader", stands=True)
def _leader(register: Map, doing: Doing) -> None:
    one(register, ("211", "212")[doing.number])["leader"] = "true"


@event("leader_no_more", stands=True)
def _leader_no_more(register: Map, doing: Doing) -> None:
    one(register, ("281", "282")[doing.number])["leader"] = "false"


@event("described", stands=True)
def _described(register: Map, doing: Doing) -> None:
    entry = one(register, ("211", "212")[doing.number])
    entry |= {"title": "Phó Trưởng phòng", "unit": "Phòng Nghiệp vụ", "phone": "0214 3 840 034"}


@event("person_name", stands=True)
def _person_name(register: Map, doing: Doing) -> None:
    """Edited where it stands: `same` mends the marks only, `human` is a name that makes the same address."""
    entry = one(register, ("211", "212")[doing.number])
    names = {"same": ("Nguyễn Văn Vĩnh", "Phàn Láo Tạ"), "human": ("Nông Viết Vinh", "Phùng Lệ Ta")}
    entry["name"] = names[doing.whose][doing.number]


@event("given_name", stands=True)
def _given_name(register: Map, doing: Doing) -> None:
    entry = one(register, ("211", "212")[doing.number])
    family, _space, given = entry["name"].partition(" ")
    entry |= {"family": family, "given": given.rpartition(" ")[2]}


@event("person_id", stands=True)
def _person_id(register: Map, doing: Doing) -> None:
    one(register, ("211", "212")[doing.number])["id"] = ("981", "982")[doing.number]


@event("entry_removed", stands=True)
def _entry_removed(register: Map, doing: Doing) -> None:
    people(register).remove(one(register, ("211", "212")[doing.number]))


# Agencies.


@event("head")
def _head(register: Map, doing: Doing) -> None:
    _custodian(register, doing, "head")


@event("delegate", kind="GUQ")
def _delegate(register: Map, doing: Doing) -> None:
    _custodian(register, doing, "delegate")


def _custodian(register: Map, doing: Doing, role: str) -> None:
    person = "411" if doing.whose == "elsewhere" else ("211", "212")[doing.number]
    if role == "head" and doing.whose == "same":
        one(register, person)["leader"] = "true"
    custodians = register["agencies"]["syt"]["custodians"]
    custodians.append(cited(doing.document, date=doing.day) | {"person": person, "as": role})


def _with_custodians_to_come(register: Map) -> None:
    for code, coming in (("syt", ("271", "5/GUQ-SYT")), ("sgddt", ("431", "5/GUQ-SGDĐT"))):
        register["agencies"][code]["custodians"].append(_custody(coming[0], "delegate", coming[1], COMING))


@event("custodian_withdrawn", kind="GUQ", ready=_with_custodians_to_come)
def _custodian_withdrawn(register: Map, doing: Doing) -> None:
    custodians = register["agencies"][("syt", "sgddt")[doing.number]]["custodians"]
    custodians[1]["withdrawn"] = cited(doing.document, date=doing.day)


@event("custodian_key", stands=True)
def _custodian_key(register: Map, doing: Doing) -> None:
    code = ("syt", "sgddt")[doing.number]
    register["agencies"][code]["custodians"][0]["key"] = OTHER_KEY


def _opened_unit(register: Map, doing: Doing, kind: str, succeeds: list[str]) -> None:
    code = ("ttm", "ttn")[doing.number]
    opened = cited(doing.document, date=doing.day, event=kind)
    body = _body(f"Trung tâm {code.upper()}", parent="syt", kind="public_service_unit", opened=opened)
    if succeeds:
        body["succeeds"] = succeeds
    register["agencies"][code] = body


@event("established")
def _established(register: Map, doing: Doing) -> None:
    _opened_unit(register, doing, "established", [])


def _succeeded(kind: str) -> Do:
    """A unit ends and another one takes over its mail on the same day."""

    def do(register: Map, doing: Doing) -> None:
        former = UNITS[doing.number]
        register["agencies"][former]["closed"] = cited(doing.document, date=doing.day, event=kind)
        _opened_unit(register, doing, kind, [former])

    return do


for _kind in ("merged", "renamed", "split"):
    event(f"agency_{_kind}")(_succeeded(_kind))


@event("dissolved")
def _dissolved(register: Map, doing: Doing) -> None:
    register["agencies"][UNITS[doing.number]]["closed"] = cited(doing.document, date=doing.day, event="dissolved")


@event("closing_withdrawn")
def _closing_withdrawn(register: Map, doing: Doing) -> None:
    body = register["agencies"][("ttpc", "ttkn")[doing.number]]
    body["withdrawn"] = [body.pop("closed") | {"withdrawn": cited(doing.document, date=doing.day)}]


def _change(key: str, value: str) -> Do:
    def do(register: Map, doing: Doing) -> None:
        change = cited(doing.document, date=doing.day) | {key: value if doing.number == 0 else f"{value}"}
        register["agencies"][UNITS[doing.number]]["changes"] = [change]

    return do


event("kind")(_change("kind", "sub_department"))
event("parent")(_change("parent", "sgddt"))


@event("identifier")
def _identifier(register: Map, doing: Doing) -> None:
    change = cited(doing.document, date=doing.day) | {"identifier": ("H38.10.1", "H38.10.2")[doing.number]}
    register["agencies"][UNITS[doing.number]]["changes"] = [change]


@event("agency_name", stands=True)
def _agency_name(register: Map, doing: Doing) -> None:
    register["agencies"][UNITS[doing.number]]["name"] = "Trung tâm Y tế dự phòng"


@event("agency_founded_as", stands=True)
def _agency_founded_as(register: Map, doing: Doing) -> None:
    register["agencies"][UNITS[doing.number]] |= {"parent": "sgddt", "identifier": "H38.11"}


@event("agency_gone", stands=True)
def _agency_gone(register: Map, doing: Doing) -> None:
    del register["agencies"][UNITS[doing.number]]


@event("agency_quota")
def _agency_quota(register: Map, doing: Doing) -> None:
    register["agencies"][UNITS[doing.number]] |= {"quota": "20G"} | (
        {"quota_document": doing.document} if doing.document else {}
    )


@event("succeeds", stands=True)
def _succeeds(register: Map, doing: Doing) -> None:
    """An heir that comes late: of a unit that ended before, or is to end."""
    register["agencies"][UNITS[doing.number]]["succeeds"] = [("ttpc", "ttkn")[doing.number]]


# The province.


@event("acknowledged", kind="TTr")
def _acknowledged(register: Map, doing: Doing) -> None:
    """Until a day, for a number of mailboxes or for those that are named."""
    accounts = {"same": ["syt/211"], "elsewhere": ["stc/301"]}[doing.whose]
    acknowledged = cited(doing.document) | {"limit": "history", "accounts": accounts, "until": doing.day}
    register["province"].setdefault("acknowledgements", []).append(acknowledged)


def _acknowledge_limit(limit: str) -> Do:
    def do(register: Map, doing: Doing) -> None:
        what: Map = {"accounts": ["contact-ubnd"]} if limit == "protected" else {"count": str(20 + doing.number)}
        acknowledged = cited(doing.document) | {"limit": limit, "until": doing.day} | what
        register["province"].setdefault("acknowledgements", []).append(acknowledged)

    return do


for _kind in ("close", "readdress", "protected"):
    event(f"acknowledged_{_kind}", kind="TTr")(_acknowledge_limit(_kind))


@event("secrecy_exception")
def _secrecy_exception(register: Map, doing: Doing) -> None:
    last = (date.fromisoformat(doing.day) + timedelta(7)).isoformat()
    sender = "contact-stc" if doing.whose == "elsewhere" else "contact-syt"
    exception = {"sender": sender, "sha256": [DIGEST[:-1] + str(doing.number)], "from": doing.day, "until": last}
    register["province"].setdefault("secrecy_exceptions", []).append(
        exception | cited(doing.document) | {"reason": "biểu mẫu"}
    )


@event("usage_day")
def _usage_day(register: Map, doing: Doing) -> None:
    day = (date.fromisoformat(doing.day) + timedelta(doing.number)).isoformat()
    days = _policy(register).setdefault("usage", {}).setdefault("days", [])
    days.append({"date": day, "is": "off"} | cited(doing.document))


@event("regulation")
def _regulation(register: Map, doing: Doing) -> None:
    register["province"]["regulation"] = {"date": doing.day} | ({"number": doing.document} if doing.document else {})


# Each setting of the province's file that has neither a document nor a day: where it stands, and its values made less
# and more strict.
SETTINGS: dict[str, tuple[tuple[str, ...], Any]] = {
    "province": (("province",), "Yên Bái"),
    "domain": (("domain",), "yenbai.gov.vn"),
    "host": (("host",), "thu.laocai.gov.vn"),
    "operator": (("operator",), "syt"),
    "sample": (("sample",), "true"),
    "operator_key": (("operator_key",), OTHER_KEY),
    "support_phone": (("support", "phone"), "0214 3 000 009"),
    "support_mail": (("support", "mail"), "danhba@gmail.com"),
    "system_addresses": (("system_addresses", "postmaster"), "contact-syt"),
    "articles": (("regulation", "articles"), "same"),
    "forward_days_fewer": (("policy", "forward_days"), "30"),
    "forward_days_more": (("policy", "forward_days"), "180"),
    "redirect_days_fewer": (("policy", "redirect_days"), "30"),
    "redirect_days_more": (("policy", "redirect_days"), "700"),
    "future_days_fewer": (("policy", "future_days"), "100"),
    "future_days_more": (("policy", "future_days"), "1000"),
    "retention_fewer": (("policy", "retention_days", "default"), "30"),
    "retention_more": (("policy", "retention_days", "default"), "400"),
    "retention_leader_fewer": (("policy", "retention_days", "leader"), "200"),
    "retention_leader_more": (("policy", "retention_days", "leader"), "800"),
    "quota_official_less": (("policy", "quota", "official"), "200M"),
    "quota_official_more": (("policy", "quota", "official"), "4G"),
    "quota_agency_less": (("policy", "quota", "agency"), "1G"),
    "quota_agency_more": (("policy", "quota", "agency"), "20G"),
    "sending_more": (("policy", "sending", "official", "messages_hour"), "400"),
    "sending_less": (("policy", "sending", "official", "messages_hour"), "50"),
    "sending_agency_more": (("policy", "sending", "agency", "messages_hour"), "2000"),
    "sending_agency_less": (("policy", "sending", "agency", "messages_hour"), "400"),
    "sending_suspend_later": (("policy", "sending", "suspend"), "10"),
    "sending_suspend_sooner": (("policy", "sending", "suspend"), "2"),
    "usage_windows": (("policy", "usage", "windows"), ["00:00-06:00", "06:00-12:00", "12:00-18:00", "18:00-24:00"]),
    "usage_required": (("policy", "usage", "required", "official"), ["1", "2"]),
    "limit_raised": (("policy", "limits", "close", "count"), "500"),
    "limit_lowered": (("policy", "limits", "close", "count"), "5"),
    "limit_readdress_raised": (("policy", "limits", "readdress", "percent"), "90"),
    "limit_readdress_lowered": (("policy", "limits", "readdress", "percent"), "1"),
    "protected_taken_out": (("policy", "protected"), ["contact-ubnd"]),
    "protected_added": (("policy", "protected"), ["contact-ubnd", "contact-stttt", "contact-syt"]),
}
_SUPPORT = {"phone": "0214 3 000 000", "mail": "contact-stttt@laocai.gov.vn"}
_SYSTEM = {"postmaster": "contact-stttt", "abuse": "contact-stttt"}
_REGULATION = {"number": "33/2010/QĐ-UBND", "date": "2010-10-05"}


def _set(path: tuple[str, ...], value: Any) -> Do:
    def do(register: Map, _doing: Doing) -> None:
        usual = {"support": _SUPPORT, "system_addresses": _SYSTEM, "regulation": _REGULATION}
        place = register["province"]
        *parents, key = path
        for each in parents:
            place = place.setdefault(each, dict(usual.get(each, {})))
        place[key] = value

    return do


for _name, (_path, _value) in SETTINGS.items():
    event(_name, stands=True)(_set(_path, _value))
