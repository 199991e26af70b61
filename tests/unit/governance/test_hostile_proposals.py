"""Proposals that mean harm, by somebody who has read the rules: the comment tells the harm on its first screen.

Each is one thing that passed under a plain ✅ once, or would have; the last puts the worst of them together. A reviewer
has three minutes: what is told must stand within `SCREEN` lines, unfolded, and above it no plain ✅.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from danhba.governance.comment import markdown
from danhba.governance.proposal import Other
from danhba.governance.review import Review, review
from danhba.reading.source import File
from tests.factory import province_yaml
from tests.support.proposals import proposal
from tests.support.registers import Entry, Texts, agency, event, files, person, register

DAY = date(2026, 12, 3)
SCREEN = 45
WORDS = "An Ban Chi Dung Giang Hà Khánh Lan Mai Nga Oanh Phương".split()
DIRECTOR = person("100", "Nguyễn Văn Vịnh", "2015-01-01", title="Giám đốc", leader="true")
STAFF = [DIRECTOR, *(person(f"1{n:02}", f"Lò Thị {word}", "2016-03-01") for n, word in enumerate(WORDS, 1))]
HEALTH = [person(f"2{n:02}", f"Vàng A {word}", "2016-03-01") for n, word in enumerate(WORDS)]
RENAMED = person("100", "Lò Thị Mai Hoa", event("renamed", "2026-12-10", "82/QĐ-UBND"), title="Chuyên viên")
GONE = person("300", "Giàng Seo Phử", "2016-03-01", "2026-09-15")
MOVED_OUT = person("301", "Sùng Thị Dợ", "2016-03-01", event("transferred", "2026-11-20", "60/QĐ-UBND"))
MOVED_IN = person("301", "Sùng Thị Dợ", event("transferred", "2026-11-20", "60/QĐ-UBND"))
LIMITS = {"close": {"count": "5", "percent": "20", "agency_percent": "30"}}
POLICY: Mapping[str, Any] = {"limits": LIMITS, "protected": ["contact-ubnd", "contact-stttt"]}


def province(policy: Mapping[str, Any] | None = None, **keys: Any) -> str:
    return province_yaml(policy={**POLICY, **(policy or {})}, **keys)


def whole(snv: list[Entry] = STAFF, syt: list[Entry] = HEALTH, text: str = "", last: tuple[Entry, ...] = ()) -> Texts:
    made = register(
        agency("snv", *snv, GONE, MOVED_OUT, *last, parent="ubnd"),
        agency("syt", *syt, parent="ubnd"),
        agency("stttt", MOVED_IN, parent="ubnd"),
        agency("ubnd", kind="provincial_committee"),
    )
    return {**made, "province.yml": text or province()}


def closed(entry: Entry, day: str = "2026-12-10", kind: str = "retired", document: str = "70/QĐ-SNV") -> Entry:
    return {**entry, "closed": event(kind, day, document)}


def closing(count: int, first: int = 1) -> list[Entry]:
    return [closed(each) if first <= n < first + count else each for n, each in enumerate(STAFF)]


def acknowledged(**keys: Any) -> list[dict[str, Any]]:
    return [{"limit": "close", "document": "5/STTTT-VP", "until": "2026-12-31", **keys}]


@dataclass
class Harm:
    """A proposal, what a reviewer reads of it on the first screen, and whether the check stops it."""

    name: str
    result: Texts
    told: tuple[str, ...]
    before: Texts = field(default_factory=whole)
    more: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[Texts, ...] = ()
    applied: Texts | None = None
    stopped: bool = False
    lines: int = SCREEN
    marked: bool = False  # told by a finding or in a block of its own, below a ✅

    def review(self) -> Review:
        others = [Other(f"#{n}", files(each)) for n, each in enumerate(self.others, 7)]
        applied = files(self.applied) if self.applied else None
        return review(proposal(self.result, self.before, **self.more), DAY, others, applied)


def setting(name: str, *told: str, stopped: bool = False, policy: Any = None, **keys: Any) -> Harm:
    return Harm(name, whole(text=province(policy, **keys)), told, stopped=stopped)


def outside(name: str, path: str, *told: str, gone: bool = False) -> Harm:
    more = {"outside": (path,), "gone": (path,) if gone else (), "prefix": "directory/"}
    return Harm(name, whole(), (path, *told), more=more)


def beside(name: str, text: str, *told: str, rule: str = "file-attributes", path: str = ".gitattributes") -> Harm:
    """A file that the check reads beside the register: one that is refused, but among `HARMLESS`."""
    more = {"outside": (path,), "beside": (File(path, path, text.encode()),), "prefix": "directory/"}
    return Harm(name, whole(), (rule, *told), stopped=True, more=more)


def transferred(name: str, title: str, day: str = "2026-12-10", kind: str = "transferred") -> Texts:
    left = [closed(DIRECTOR, day, kind, "81/QĐ-UBND"), *STAFF[1:]]
    come = person("100", name, event(kind, day, "81/QĐ-UBND"), title=title)
    return whole(left, [*HEALTH, come])


def sending(**keys: str) -> dict[str, Any]:
    return {"sending": {"official": keys}}


def moved_back(given: dict[str, Any]) -> Harm:
    """Somebody's transfer of half a year ago, by a document by which an acknowledgement lets something else pass."""
    by = province(acknowledgements=[{"document": "81/QĐ-UBND", "until": "2026-12-31", **given}])
    moved = transferred("Nguyễn Văn Vịnh", "Giám đốc", "2026-06-01")
    return Harm(
        f"an acknowledgement ({given['limit']}) for others lets a move of half a year ago pass",
        {**moved, "province.yml": by},
        ("185 ngày trước", "history-forwarding"),
        before=whole(text=by),
        stopped=True,
    )


def merged(*heirs: str, document: str = "90/QĐ-UBND", parent: str = "syt") -> Texts:
    """A unit of Sở Y tế that is merged on a day, into new ones."""
    end, kind = event("merged", "2026-12-10", document), "public_service_unit"
    new = {code: agency(code, opened=end, succeeds=["ttyt"], parent=parent, kind=kind) for code in heirs}
    old = agency("ttyt", closed=end, parent="syt", kind=kind)
    return {**whole(), **{f"agencies/{code}.yml": text for code, text in {**new, "ttyt": old}.items()}}


CENTRE = {**whole(), "agencies/ttyt.yml": agency("ttyt", parent="syt", kind="public_service_unit")}


def office(code: str, name: str) -> Texts:
    """A new office of Sở Nội vụ."""
    opened = event("established", "2026-12-10", "88/QĐ-SNV")
    return {**whole(), f"agencies/{code}.yml": agency(code, opened=opened, name=name, parent="snv", kind="office")}


def left(kind: str, document: str) -> Texts:
    return whole([closed(DIRECTOR, "2026-12-10", kind, document), *STAFF[1:]])


MANY = "999999999"
DAYS = [{"date": f"2026-11-{day:02}", "is": "off", "document": "9/STTTT-VP"} for day in (2, 9, 16)]
LETTERS = {**whole(text=province(acknowledgements=acknowledged(count="7")))}
WORST = Harm(
    "everything at once",
    {
        **transferred("Lò Thị Mai Hoa", "Chuyên viên", "2026-06-01"),
        "province.yml": province(
            {
                **sending(messages_hour="9000", recipients_hour="9000", messages_day="9000", recipients_day="9000"),
                "quota": {"official": "200M"},
                "retention_days": {"default": "40"},
                "protected": [],
                "usage": {"days": DAYS},
            },
            operator="syt",
            support={"phone": "0214 3 000 000", "mail": "hotro@gmail.com"},
            acknowledgements=acknowledged(count="70"),
        ),
    },
    (
        "Nguyễn Văn Vịnh, Giám đốc, snv → Lò Thị Mai Hoa, Chuyên viên, syt",
        ".ci/review: ĐÃ GỠ BỎ",
        "operator: stttt → syt",
        "support.mail: contact-stttt@laocai.gov.vn → hotro@gmail.com",
        "policy.sending.official.messages_hour: 100 → 9000",
        "policy.quota.official: 2G → 200M",
        "policy.retention_days.default: 183 → 40",
        "≤ 70",
    ),
    more={"outside": (".ci/review", "CODEOWNERS"), "gone": (".ci/review",), "prefix": "directory/"},
    stopped=True,
    lines=60,  # what stops it stands above
)

HARMS = [
    Harm(
        "the Director's id goes to another name by a transfer",
        transferred("Lò Thị Mai Hoa", "Chuyên viên"),
        ("Nguyễn Văn Vịnh, Giám đốc, snv → Lò Thị Mai Hoa, Chuyên viên, syt", "81/QĐ-UBND"),
        stopped=True,
    ),
    Harm(
        "the Director is renamed into a clerk in the same agency",
        whole([closed(DIRECTOR, "2026-12-10", "renamed", "82/QĐ-UBND"), *STAFF[1:]], last=(RENAMED,)),
        ("Nguyễn Văn Vịnh, Giám đốc, snv → Lò Thị Mai Hoa, Chuyên viên, snv",),
    ),
    Harm(
        "an acknowledgement of before lets a name be edited",
        whole(
            [{**DIRECTOR, "name": "Ngô Văn Vinh"}, *STAFF[1:]],
            text=province(acknowledgements=acknowledged(limit="history", accounts=["snv/100"])),
        ),
        ("Nguyễn Văn Vịnh, Giám đốc, snv → Ngô Văn Vinh, Giám đốc, snv", "5/STTTT-VP"),
        before=whole(text=province(acknowledgements=acknowledged(limit="history", accounts=["snv/100"]))),
    ),
    Harm(
        "a transfer dated half a year back ends the old address at once",
        transferred("Nguyễn Văn Vịnh", "Giám đốc", "2026-06-01"),
        ("185 ngày trước", "0 trên 90 ngày"),
        stopped=True,
    ),
    Harm(
        "a transfer dated 60 days back leaves 30 of 90 days",
        transferred("Nguyễn Văn Vịnh", "Giám đốc", "2026-10-04"),
        ("60 ngày trước", "30 trên 90 ngày"),
        stopped=True,
    ),
    setting(
        "messages without end",
        "policy.sending.official.messages_hour",
        "10000",
        stopped=True,
        policy=sending(messages_hour=MANY, recipients_hour=MANY, messages_day=MANY, recipients_day=MANY),
    ),
    setting(
        "messages just below the bound",
        "policy.sending.official.messages_hour: 100 → 9999",
        "26",
        policy=sending(messages_hour="9999", recipients_hour="9999", messages_day="9999", recipients_day="9999"),
    ),
    setting(
        "a mailbox is never stopped from sending",
        "policy.sending.suspend: 3 → 31",
        policy={"sending": {"suspend": "31"}},
    ),
    setting("another operator", "operator: stttt → syt", operator="syt"),
    setting(
        "support by a mailbox at gmail",
        "hotro@gmail.com",
        "province-support-mail",
        support={"phone": "0214 3 000 000", "mail": "hotro@gmail.com"},
    ),
    setting(
        "support by another telephone",
        "support.phone: 0214 3 000 000 → 0214 3 999 999",
        support={"phone": "0214 3 999 999", "mail": "contact-stttt@laocai.gov.vn"},
    ),
    setting(
        "another server for passwords",
        "host: mail.laocai.gov.vn → mail.laocai-gov.vn",
        "đăng nhập",
        host="mail.laocai-gov.vn",
    ),
    setting(
        "abuse leads to another agency",
        "abuse: contact-stttt → abuse: contact-syt",
        system_addresses={"postmaster": "contact-stttt", "abuse": "contact-syt"},
    ),
    setting(
        "another agency answers those who issue certificates",
        "system_addresses: — → hostmaster: contact-syt",
        "chứng thư",
        system_addresses={"postmaster": "contact-stttt", "abuse": "contact-stttt", "hostmaster": "contact-syt"},
    ),
    setting(
        "windows over the whole day",
        "policy.usage.windows",
        "00:00-06:00, 06:00-12:00, 12:00-18:00, 18:00-24:00",
        policy={"usage": {"windows": ["00:00-06:00", "06:00-12:00", "12:00-18:00", "18:00-24:00"]}},
    ),
    setting(
        "past Mondays off by the operator's own letter",
        "2026-11-02 off (9/STTTT-VP)",
        "ngày đã qua: 3",
        policy={"usage": {"days": DAYS}},
    ),
    setting(
        "quota of all to a tenth",
        "policy.quota.official: 2G → 200M",
        "chưa có dung lượng riêng: 26",
        policy={"quota": {"official": "200M"}},
    ),
    setting(
        "quota of all to 900 gibibytes",
        "policy.quota.official: 2G → 900G",
        "26",
        policy={"quota": {"official": "900G"}},
    ),
    setting(
        "mail of the closed deleted",
        "policy.retention_days.default: 183 → 31",
        "1",
        policy={"retention_days": {"default": "31"}},
    ),
    setting(
        "retention of no days",
        "policy.retention_days.default",
        stopped=True,
        policy={"retention_days": {"default": "0"}},
    ),
    setting("no forwarding any more", "policy.forward_days: 90 → 0", "1", policy={"forward_days": "0"}),
    setting(
        "days far ahead without a question", "policy.future_days", "3660", stopped=True, policy={"future_days": "99999"}
    ),
    setting(
        "limits of nothing, so that everybody acknowledges",
        "policy.limits.close.count",
        stopped=True,
        policy={"limits": {"close": {**LIMITS["close"], "count": "0"}}},
    ),
    setting(
        "limits loosened",
        "policy.limits.close.agency_percent: 30 → 100",
        policy={"limits": {"close": {"count": "50", "percent": "100", "agency_percent": "100"}}},
    ),
    setting("limits left out, so that the default holds", "policy.limits.close.count: 5 → 50", policy={"limits": {}}),
    setting(
        "protected mailboxes left out", "policy.protected: contact-ubnd; contact-stttt → —", policy={"protected": []}
    ),
    setting(
        "an acknowledgement for everybody",
        "≤ 70",
        "5/STTTT-VP",
        "→ 2026-12-31",
        "history-acknowledgement",
        acknowledgements=acknowledged(count="70"),
    ),
    moved_back({"limit": "history", "accounts": ["snv/101"]}),
    moved_back({"limit": "readdress", "count": "2", "agencies": ["syt"]}),
    Harm(
        "another unit gets the mail of one that is merged",
        merged("ttdl", "ttytm"),
        ("contact-ttdl, contact-ttytm", "⚠️ mỗi nơi đều nhận toàn bộ thư"),
        before=CENTRE,
        marked=True,
    ),
    Harm(
        "a department ends a unit of another by its merger",
        merged("ttytm", document="90/QĐ-SNV", parent="snv"),
        ("document-founder", "contact-ttytm"),
        before=CENTRE,
        marked=True,
    ),
    Harm(
        "a retired official's mailbox is opened again in the same agency",
        whole(last=(person("300", "Giàng Seo Phử", "2026-12-10"),)),
        ("history-return", "toàn bộ thư trong đó"),
        marked=True,
    ),
    Harm(
        "an office bears the name of the committee of the province",
        office("ubndtinh", "Cơ quan ubnd"),
        ("agency-namesake", "ubndtinh"),
        marked=True,
    ),
    Harm(
        "an agency passes for whoever helps with passwords",
        office("hotro", "Bộ phận Hỗ trợ"),
        ("agency-code-reserved",),
        stopped=True,
    ),
    Harm(
        "a Director is let go by a body that is nearly one of the register",
        left("resigned", "88/QĐ-SNVT"),
        ("Lãnh đạo thôi, chuyển hoặc bị tạm khóa", "88/QĐ-SNVT", "Nguyễn Văn Vịnh (100), Giám đốc"),
        marked=True,
    ),
    Harm(
        "a Director is fetched by the department that gets them",
        {
            path: str(text).replace("81/QĐ-UBND", "81/QĐ-SYT")
            for path, text in transferred("Nguyễn Văn Vịnh", "Giám đốc").items()
        },
        ("Lãnh đạo thôi, chuyển hoặc bị tạm khóa", "81/QĐ-SYT", "nvvinh-snv → nvvinh-syt"),
        marked=True,
    ),
    Harm(
        "closings that pass by an acknowledgement that was for others",
        {**LETTERS, "agencies/snv.yml": whole(closing(6))["agencies/snv.yml"]},
        ("≤ 7", "5/STTTT-VP", "→ 2026-12-31", "plan-agency-limit"),
        before=LETTERS,
    ),
    Harm(
        "three closings beside three in another open proposal",
        whole(closing(3)),
        ("plan-together", "#7", "6 "),
        others=(whole(closing(3, 4)),),
    ),
    Harm(
        "three closings beside three merged and not applied",
        whole(closing(6)),
        ("plan-together", "merged, not applied", "6 "),
        before=whole(closing(3)),
        applied=whole(),
    ),
    outside("a workflow taken away", ".github/workflows/pull-request.yml", "ĐÃ GỠ BỎ", "tắt", gone=True),
    outside("a workflow loosened", ".github/workflows/pull-request.yml", "tắt"),
    outside("owners taken away", ".github/CODEOWNERS", "ĐÃ GỠ BỎ", gone=True),
    outside("the checker's own code", "plugins/module_utils/danhba/rules/people.py"),
    outside("the versions of what runs", "requirements/lock.txt"),
    outside("the variables of the servers", "inventories/single/group_vars/all.yml"),
    outside("hooks on editors' machines", ".pre-commit-config.yaml"),
    outside("a task of editors that runs by itself", ".vscode/tasks.json"),
    outside("a file of which nobody knows what it does", "bin/x"),
    outside("the guide that officials read on the server", "docs/vi/can-bo.md", "mật khẩu"),
    outside("who protects the main branch, by an app of the forge", ".github/settings.yml"),
    outside("steps that workflows run", ".github/actions/setup/action.yml"),
    outside("rules of approval in GitLab", ".gitlab/security-policies/policy.yml"),
    beside("every clone in UTF-16", "*.yml working-tree-encoding=UTF-16\n", "working-tree-encoding=UTF-16"),
    beside("differences hidden from reviewers", "directory/** linguist-generated\n", "linguist-generated"),
    beside(
        "merges that take both sides in silence",
        "*.yml merge=union\n",
        "merge=union",
        path="directory/agencies/.gitattributes",
    ),
    beside("a journal that stops every command", "{}", rule="file-journal", path="directory/.danhba-journal"),
    WORST,
]


def screen(harm: Harm, language: str = "vi") -> str:
    """What a reviewer sees without scrolling or unfolding."""
    text = markdown(harm.review(), language).replace("\\", "")
    return "\n".join(text.partition("<details>")[0].splitlines()[: harm.lines])


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.name)
def test_comment_of_hostile_proposal_tells_the_harm_on_its_first_screen(harm: Harm) -> None:
    shown = screen(harm)
    assert [told for told in harm.told if told not in shown] == [], shown
    assert ("✅" in shown) is harm.marked, shown
    assert ("## 🛑" in shown) is harm.stopped, shown


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.name)
def test_review_of_hostile_proposal_passes_only_where_nothing_stops_it(harm: Harm) -> None:
    assert harm.review().passed is not harm.stopped


HARMLESS: Mapping[str, Callable[[], Harm]] = {
    "a retirement in time": lambda: Harm("", whole(closing(1)), ()),
    "a transfer under the same name": lambda: Harm("", transferred("Nguyễn Văn Vịnh", "Giám đốc"), ()),
    "a page of the documents": lambda: outside("", "docs/vi/van-hanh.md"),
    "line ends by git": lambda: beside("", "*.py text eol=lf\n", path="tests/.gitattributes"),
    "tighter limits": lambda: setting("", policy={"limits": {"close": {**LIMITS["close"], "count": "4"}}}),
    "a retirement of an official, not a leader": lambda: Harm("", whole(closing(1, 2)), ()),
    "less sending": lambda: setting("", policy={"sending": {"suspend": "2"}}),
}


@pytest.mark.parametrize("name", [name for name in HARMLESS if name != "line ends by git"])
def test_comment_of_harmless_proposal_has_no_warning(name: str) -> None:
    shown = screen(HARMLESS[name]())
    assert "✅" in shown
    assert "⚠️" not in shown


def test_attributes_that_change_nothing_are_told_and_not_refused() -> None:
    made = HARMLESS["line ends by git"]().review()
    assert (made.passed, made.findings) == (True, [])
    assert "## ⚠️" in markdown(made, "vi")
