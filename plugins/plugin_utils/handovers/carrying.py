"""Hands mailboxes over in steps; a run that ends anywhere is completed by the next (R11.2).

The password comes first, so that nobody is in the mailbox any more; then the host records its content and removes what
acts for the former custodian; then the record is written here; last the host notes that it is done. The next run
continues after the last completed step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model import custody, documents
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning import handovers
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.handovers import Handover, Held
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import Order

from .. import controller
from ..letters.content import Office
from ..papers import drawing
from ..passwords import Issuer
from . import minutes


@dataclass(frozen=True, slots=True)
class Known:
    """The host's record of a mailbox: its holder, the recipient of its last letter, and that letter's document."""

    held: Held
    issued_to: str
    issued_on: str


class Host(Protocol):
    """The mail host. Each method may raise Failure; earlier steps stay done."""

    def held(self) -> tuple[list[Known], str]:
        """Return every open contact mailbox with a password, and the last applied day (ISO 8601 or empty)."""

    def take(self, orders: Sequence[Handover]) -> list[dict[str, Any]]:
        """Record the content of the mailboxes, remove what acts for the former custodians, and return the records."""

    def end(self, numbers: Sequence[int]) -> None:
        """Note that the records with these numbers are written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run, or in `foresee` of a future one: hand-overs, the records' files, agencies with letters."""

    handovers: list[Handover]
    files: list[str]
    bundles: int


@dataclass(frozen=True, slots=True)
class Registrar:
    """Hands over by the register of `office`: letters by `issuer`, records into the folder `records`."""

    office: Office
    host: Host
    issuer: Issuer
    records: Path

    def foresee(self, agency: str) -> Outcome:
        """Return what `hand_over` would do now, with its refusals; changes nothing."""
        due, _known = self._decide(agency)
        return Outcome(due, [], len(due))

    def hand_over(self, agency: str) -> Outcome:
        """Hand over the mailbox of one agency, or of all if it is empty."""
        self.issuer.recover()
        due, known = self._decide(agency)
        if not due:
            return Outcome([], [], 0)
        drawing.check()
        controller.prepare_private(self.records / "x")
        bundles = self._issue([each for each in due if not _is_issued(each, known)])
        records = self.host.take(due)
        files = [str(path) for record in records for path in self._write(record)]
        self.host.end([record["handover"] for record in records])
        return Outcome(due, files, bundles)

    def _decide(self, agency: str) -> tuple[list[Handover], dict[str, Known]]:
        rows, applied = self.host.held()
        self._refuse_day(applied)
        known = {each.held.agency: each for each in rows}
        if agency:
            self._refuse_agency(agency, known)
        meant = [each.held for each in rows if agency in {"", each.held.agency}]
        due = handovers.due(self.office.register, meant, self.office.day)
        for each in due:
            _refuse_document(each)
        return due, known

    def _refuse_day(self, applied: str) -> None:
        """Refuse a day before the last applied one: its custodian may have changed."""
        day = self.office.day.isoformat()
        if day < applied:
            raise Failure(
                f"as_of {day} sớm hơn {applied}, ngày mà máy chủ đã được thực hiện đến: hộp thư sẽ về tay người quản "
                f"lý cũ. Nêu as_of từ {applied} trở đi; không nêu là hôm nay. Chưa có gì thay đổi.",
                f"as_of {day} lies before {applied}, up to which the server has been brought: mailboxes would go to "
                f"former custodians. Give {applied} or a later day; without as_of it is today. Nothing was changed.",
            )

    def _refuse_agency(self, code: str, known: dict[str, Known]) -> None:
        """Refuse an agency by name, with the reason why nothing can be handed over."""
        agency = self.office.register.agencies.get(code)
        if agency is None:
            raise Failure(
                f"Sổ không có cơ quan '{code}'. Ghi tendonvi như tên tệp trong agencies/. Chưa có gì thay đổi.",
                f"The register has no agency '{code}'. Write its tendonvi, as its file in agencies/ is named. Nothing "
                "was changed.",
            )
        day = self.office.day.isoformat()
        if not handovers.is_there(agency, self.office.day):
            raise Failure(
                f"Cơ quan {code} không hoạt động vào ngày {day} theo sổ, nên không có hộp thư để bàn giao. Chưa có gì "
                "thay đổi.",
                f"By the register the agency {code} is not there on {day}, so it has no mailbox to hand over. Nothing "
                "was changed.",
            )
        if custody.holder(agency, self.office.day) is None:
            raise Failure(
                f"Sổ chưa có người quản lý đương nhiệm của contact-{code} vào ngày {day}: chưa ghi, đã thôi việc hoặc "
                "đang tạm khóa. Ghi người mới kèm văn bản (danhba custodian), thực hiện sổ rồi chạy lại. Chưa có gì "
                "thay đổi.",
                f"The register has nobody in office who holds contact-{code} on {day}: none is written, or that person "
                "has left or is suspended. Write the new one with the document (danhba custodian), apply the register "
                "and run again. Nothing was changed.",
            )
        if code not in known:
            raise Failure(
                f"Máy chủ chưa có hộp thư contact-{code} đang mở và đã cấp mật khẩu. Chạy playbooks/accounts.yml rồi "
                "playbooks/passwords.yml trước. Chưa có gì thay đổi.",
                f"The server has no open mailbox contact-{code} with a password. Run playbooks/accounts.yml and then "
                "playbooks/passwords.yml first. Nothing was changed.",
            )

    def _issue(self, due: Sequence[Handover]) -> int:
        """Issue new passwords, a batch for each document; return the number of agencies with letters."""
        bundles = 0
        for document in dict.fromkeys(each.document for each in due):
            addresses = [each.address for each in due if each.document == document]
            bundles += self.issuer.issue(Order(addresses, document, len(addresses), renew=True)).bundles
        return bundles

    def _write(self, record: dict[str, Any]) -> Iterable[Path]:
        """Write the record as PDF and JSON; the text of rules and settings stays in the database."""
        name = f"{record['agency']}-{record['at'][:10]}-{record['handover']}"
        shown = minutes.shown(record)
        controller.write_private_octets(self.records / f"{name}.pdf", minutes.draw(shown, self.office))
        controller.write_private(self.records / f"{name}.json", shown)
        return (self.records / f"{name}.pdf", self.records / f"{name}.json")


def _is_issued(handover: Handover, known: dict[str, Known]) -> bool:
    """Say whether an earlier run that was killed has issued the password of this very hand-over."""
    last = known[handover.agency]
    return (last.issued_to, last.issued_on) == (handover.successor.person, handover.document)


def _refuse_document(handover: Handover) -> None:
    """Refuse a hand-over without a valid document (R11.1, R11.2)."""
    if documents.parse(handover.document) is not None:
        return
    raise Failure(
        f"{handover.address}: '{handover.document}' không phải số, ký hiệu văn bản, nên chưa bàn giao cho "
        f"{handover.successor.name}. Sửa document của người quản lý trong sổ (như 101/QĐ-UBND) rồi chạy lại. Chưa có "
        "gì thay đổi.",
        f"{handover.address}: '{handover.document}' is not the number and symbol of a document, so nothing is handed "
        f"over to {handover.successor.name}. Correct the custodian's document in the register (such as 101/QĐ-UBND), "
        "run again. Nothing was changed.",
    )
