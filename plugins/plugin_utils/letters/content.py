"""Composes letters and chooses who may open them, from the register on a day. Knows no password.

A letter has the form of an official document (Nghị định 30/2020/NĐ-CP, Phụ lục I); its demands are the regulation's
(R10.1, R10.4, R10.5, R11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ansible_collections.laocai.mail.plugins.module_utils.danhba.addresses.issuing import Issued, contact
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model import custody, documents
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import (
    Agency,
    Custodian,
    Issuance,
    Province,
    Register,
)
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import Regulation, basis, cite
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.accounts import AGENCY, OFFICIAL
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import LIVE, State, Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading import age
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.schema import parse_day
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import day_in_words
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import Target

TITLE = "PHIẾU CẤP HỘP THƯ ĐIỆN TỬ CÔNG VỤ"
SYMBOL = "PCHT"  # phiếu cấp hộp thư
REPORT = "BC"  # báo cáo
# Field names as on the webmail's page of the first change (roles/roundcube, plugin danhba).
STEPS = """
Tự gõ https://{host}/ vào trình duyệt; không bấm liên kết trong thư.

Tắt bộ gõ tiếng Việt, rồi đăng nhập bằng địa chỉ thư và mật khẩu cấp một lần ở trên.

Đổi mật khẩu ngay (khoản 1 Điều 10): tự chọn một mật khẩu, gõ vào hai ô “Mật khẩu mới” và “Nhập lại mật khẩu mới”; ít
nhất {shortest} ký tự, không chứa họ tên, địa chỉ thư, không phải mật khẩu phổ biến hoặc mật khẩu cũ.

Đổi xong mới dùng được hộp thư, kể cả trên điện thoại. Sau đó hủy phiếu này.
"""
# The words before the bar are bold.
DUTIES = """
Không cho ai biết mật khẩu, không dùng chung hộp thư| (khoản 4, khoản 5 Điều 10). Không cơ quan nào được hỏi mật khẩu.

Mất phiếu, lộ, quên mật khẩu hoặc gõ đúng vẫn bị từ chối|: báo ngay Thủ trưởng cơ quan và {operator} để được cấp lại
(khoản 5 Điều 10). Phiếu này không in lại được.
"""
HANDED = "Thay đổi người quản lý| thì bàn giao hộp thư theo khoản 2 Điều 11."


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader of a bundle: the `key` it is encrypted to, and its owner.

    `owner` is `custodian`, `operator`, or `given` if the task named a key. `person` and `name` are of the agency's
    custodian, who gets the bundle in any case; empty if there is none.
    """

    key: str
    owner: str
    person: str
    name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of one page, without its password."""

    parent: str
    office: str
    number: str
    place: str
    subject: str
    to: str
    basis: tuple[str, ...]
    opening: str
    address: str
    steps: tuple[str, ...]
    duties: tuple[tuple[str, str], ...]
    support: str
    signed_as: str
    signed_by: str
    day: date


@dataclass(frozen=True, slots=True)
class Draft:
    """The letters of one agency; `targets` are their accounts in the same order."""

    agency: str
    name: str
    reader: Reader
    letters: tuple[Letter, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """Writes the letters of the operator of `register` on `day`.

    `key`, if set, replaces the register's keys for every bundle; `shortest` is the least length of a new password.
    """

    register: Register
    issued: Issued
    day: date
    key: str = ""
    shortest: int = 10

    def write(self, targets: Sequence[Target], batch: str) -> list[Draft]:
        """Return the letters of accounts by agency; raise Failure, with nothing made, if one could not be delivered.

        `batch` is the UUID of the run: the letters' numbers begin with it, and the host's record has it.
        """
        if self.key:
            check_key(self.key)
        by_agency: dict[str, list[Target]] = {}
        homes = {target.address: self._home(target) for target in targets}
        for target in targets:
            by_agency.setdefault(homes[target.address][0].code, []).append(target)
        readers = self._readers(by_agency)
        drafts, number = [], 0
        for code, group in by_agency.items():
            letters = []
            for target in group:
                number += 1
                name = f"{batch[:8].upper()}-{number:03}/{SYMBOL}-{self.register.province.operator.upper()}"
                letters.append(self._letter(target, *homes[target.address], number=name))
            drafts.append(Draft(code, self._agency(code).name, readers[code], tuple(letters), tuple(group)))
        return drafts

    def reader(self, code: str) -> Reader:
        """Return the reader of an agency's bundle; without any key its `key` is empty."""
        custodian = self.custodian(self._agency(code))
        person, name = (custodian[0].person, custodian[1].name) if custodian else ("", "")
        if self.key:
            return Reader(self.key, "given", person, name)
        if custodian and custodian[0].key:
            return Reader(custodian[0].key, "custodian", person, name)
        return Reader(self.register.province.operator_key, "operator", person, name)

    def custodian(self, agency: Agency) -> tuple[Custodian, Issuance] | None:
        """Return the custodian of the agency's contact mailbox on the day (R11.1), with the open entry."""
        return custody.holder(agency, self.day)

    def states(self) -> dict[str, State]:
        """Return the states of all open and suspended mailboxes, by address."""
        timeline, domain = Timeline(self.register, self.day), self.register.province.domain
        found: list[tuple[str | None, State]] = []
        for agency in self.register.agencies.values():
            found.append((contact(agency.code), timeline.own_agency_state(agency)))
            found.extend((own, timeline.own_state(entry)) for entry, own in self.issued.of(agency))
        return {f"{local}@{domain}": state for local, state in found if state in LIVE}

    def owners(self) -> dict[str, tuple[str, str]]:
        """Return kind and id of the account behind each address that was ever issued, also of closed ones."""
        domain = self.register.province.domain
        found: dict[str, tuple[str, str]] = {}
        for agency in self.register.agencies.values():
            found[f"{contact(agency.code)}@{domain}"] = AGENCY, agency.code
            found |= {f"{own}@{domain}": (OFFICIAL, entry.id) for entry, own in self.issued.of(agency)}
        return found

    def _agency(self, code: str) -> Agency:
        return self.register.agencies[code]

    def _home(self, target: Target) -> tuple[Agency, Issuance | None]:
        """Return the register's entry of an account, of any day; an address is never issued twice."""
        local, _separator, domain = target.address.partition("@")
        agency = self.register.agencies.get(target.id if target.kind == AGENCY else target.agency)
        if agency and domain == self.register.province.domain:
            if target.kind == AGENCY:
                if local == contact(agency.code):
                    return agency, None
            else:
                found = [entry for entry, own in self.issued.of(agency) if entry.id == target.id and own == local]
                if found:
                    return agency, found[-1]
        raise Failure(
            f"Sổ không có hộp thư {target.address} mà máy chủ đang có, nên không lập được phiếu. "
            "Cập nhật sổ rồi chạy playbooks/accounts.yml trước. Chưa có gì thay đổi.",
            f"The register has no mailbox {target.address}, which the server has, so no letter can be written. "
            "Update the register and run playbooks/accounts.yml first. Nothing was changed.",
        )

    def _readers(self, codes: Sequence[str] | dict[str, list[Target]]) -> dict[str, Reader]:
        readers = {code: self.reader(code) for code in codes}
        without = [code for code, reader in readers.items() if not reader.key]
        if without:
            raise Failure(
                f"Không có khóa nào để mã hóa phiếu của: {_some(without)}. Người quản lý hộp thư chưa có key trong sổ, "
                "province.yml chưa có operator_key. Tạo khóa bằng age-keygen, ghi khóa công khai vào sổ. "
                "Chưa có gì thay đổi.",
                f"There is no key to encrypt the letters of: {_some(without)}. The custodian has no key in the "
                "register, and province.yml has no operator_key. Make one with age-keygen, and write the public key "
                "into the register. Nothing was changed.",
            )
        for reader in readers.values():
            check_key(reader.key)
        return readers

    def _letter(self, target: Target, agency: Agency, issuance: Issuance | None, *, number: str) -> Letter:
        province = self.register.province
        operator = self.register.agencies[province.operator]
        parent = self.register.agencies.get(operator.on(self.day).parent)
        head = self.head(operator)
        return Letter(
            parent=parent.name if parent else "",
            office=operator.name,
            number=number,
            place=province.name,
            subject=cite(_subject(target), self.regulation),
            to=self._to(agency, issuance),
            basis=_basis(self.regulation, target),
            opening=_opening(operator, issuance),
            address=target.address,
            steps=_steps(province, self.shortest, self.regulation),
            duties=_duties(operator, issuance, self.regulation),
            support=_support(province, operator),
            signed_as=head.title if head and head.title else "Thủ trưởng cơ quan",
            signed_by=head.name if head else "",
            day=self.day,
        )

    @property
    def regulation(self) -> Regulation:
        """Return the regulation that the province's papers of the day cite."""
        return self.register.province.regulation.on(self.day)

    def head(self, agency: Agency) -> Issuance | None:
        """Return the entry of the head, as the custodians name them, if still in office."""
        heads = [entry for entry in agency.custodians if entry.role == "head" and entry.date <= self.day]
        held = custody.in_office(agency, heads[-1], self.day) if heads else None
        return held[1] if held else None

    def _to(self, agency: Agency, issuance: Issuance | None) -> str:
        if issuance:
            parts = [f"Ông (Bà) {issuance.name}", issuance.title, issuance.unit, agency.name]
            return ", ".join(part for part in parts if part)
        held = self.custodian(agency)
        if held is None:
            return f"Thủ trưởng {agency.name}"
        parts = [f"Ông (Bà) {held[1].name}", held[1].title, f"người quản lý hộp thư của {agency.name}"]
        return ", ".join(part for part in parts if part)


def check_key(key: str) -> None:
    """Raise Failure unless a text is a public age key.

    The text is not repeated: it could be a secret key by mistake.
    """
    if age.is_key(key):
        return
    if key.strip().upper().startswith("AGE-SECRET-KEY-"):
        raise Failure(
            "Đây là khóa riêng, không được đưa ra khỏi máy của người giữ: coi như đã lộ, tạo khóa khác. Khóa công "
            "khai bắt đầu bằng age1 (age-keygen -y). Chưa có gì thay đổi.",
            "This is a secret key, which must not leave its keeper's machine: treat it as leaked and make another. "
            "The public key begins with age1 (age-keygen -y). Nothing was changed.",
        )
    raise Failure(
        "Khóa để mã hóa phiếu không phải khóa công khai age (age1…), hoặc đã sai một ký tự. Chép lại đúng như "
        "age-keygen -y hiện ra. Chưa có gì thay đổi.",
        "The key for the letters is no public key of age (age1…), or a character of it is wrong. Copy it again as "
        "age-keygen -y shows it. Nothing was changed.",
    )


def _subject(target: Target) -> str:
    if _reported(target):
        return "Cấp lại mật khẩu theo khoản 5 Điều 10"
    given = "Cấp mật khẩu lần đầu" if target.previous is None else "Cấp lại mật khẩu"
    return f"{given} cho hộp thư của {'cơ quan' if target.kind == AGENCY else 'cá nhân'}"


def _reported(target: Target) -> bool:
    """Say whether a password is reissued on a report of loss (R10.5).

    An agency's is also reissued at a hand-over (R11.2), and anybody's if a letter is unusable: then by another
    document.
    """
    document = documents.parse(target.document)
    return bool(target.previous is not None and target.kind != AGENCY and document and document.kind == REPORT)


def _basis(regulation: Regulation, target: Target) -> tuple[str, ...]:
    """Return the lines of the letter's legal basis: a semicolon after each, a full stop after the last (Phụ lục I)."""
    lines = [basis(regulation, day_in_words)]
    if target.document:
        said = " báo mất, lộ hoặc quên mật khẩu" if _reported(target) else ""
        day = parse_day(target.reported)
        dated = f" {day_in_words(day)}" if day else ""
        lines.append(f"Căn cứ văn bản số {target.document}{dated}{said}")
    return (*(f"{line};" for line in lines[:-1]), f"{lines[-1]}.")


def _opening(operator: Agency, issuance: Issuance | None) -> str:
    return f"{operator.name} cấp cho {'Ông (Bà)' if issuance else 'cơ quan'} hộp thư điện tử công vụ sau đây:"


def _steps(province: Province, shortest: int, regulation: Regulation) -> tuple[str, ...]:
    return _paragraphs(cite(STEPS.format(host=province.host, shortest=shortest), regulation))


def _duties(operator: Agency, issuance: Issuance | None, regulation: Regulation) -> tuple[tuple[str, str], ...]:
    text = cite(DUTIES if issuance else f"{DUTIES}\n\n{HANDED}", regulation)
    parts = (duty.partition("|") for duty in _paragraphs(text))
    return tuple((lead, rest.format(operator=operator.name)) for lead, _bar, rest in parts)


def _paragraphs(text: str) -> tuple[str, ...]:
    """Split a text at empty lines, and join the lines of each part."""
    return tuple(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _support(province: Province, operator: Agency) -> str:
    ways = [
        f"điện thoại {province.support_phone}" if province.support_phone else "",
        f"thư {province.support_mail}" if province.support_mail else "",
    ]
    return f"Hỗ trợ: {', '.join(way for way in ways if way) or operator.name}."


def _some(codes: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(codes[:most])
    return shown if len(codes) <= most else f"{shown}, … (+{len(codes) - most})"
