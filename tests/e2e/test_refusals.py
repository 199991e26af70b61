"""Who may send from where, to whom, as whom, and what: each case with the code and the text that the sender is told.

Of each case the other files have more; this one is the whole of it on a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

import pytest

from tests.e2e.post import execute
from tests.support.demo_host import addresses
from tests.support.deployment import Deployment
from tests.support.editing import RegisterCopy
from tests.support.gate import EICAR, PROGRAM, Said, encrypted, hand_in, letter, old_document_with_macros

from .conftest import Official

pytestmark = [pytest.mark.clause(clause) for clause in ("R7.1", "R10.2", "R10.4", "R10.6", "R10.8", "R10.9")]

# From where: another server on port 25, or a client that signs in. What the rows say of people is filled in.
OUT, IN, UNKNOWN = "25", "465", "587 without signing in"
ME, OTHER, CONTACT, NOBODY = "ME", "OTHER", "CONTACT", "nobody-skhcn@laocai.gov.vn"
STRANGER, ELSEWHERE, HOST = "an@example.net", "binh@example.org", "root@mail.laocai.gov.vn"
CLEAN, VIRUS, PROGRAMS, MACROS, MARK, SUBJECT, LOCKED, LARGE = (
    "clean", "a virus", "a program", "macros", "a mark", "a mark in the subject", "what nobody can open", "too large",
)  # fmt: skip
INSIDE_ALONE, NOT_OWN = "khong gui tu may chu cua chung toi", "dia chi cua hop thu dang dang nhap"
SECRET = "khoan 1 Dieu 7"


class Row(NamedTuple):
    """One case; ``header`` is `From:`, the envelope's sender where it is empty."""

    way: str
    sender: str
    to: str
    what: str = CLEAN
    header: str = ""
    code: int = 250
    text: str = ""


MATRIX = [
    # To whom, from outside.
    Row(OUT, STRANGER, OTHER),
    Row(OUT, STRANGER, CONTACT),
    Row(OUT, "", OTHER, header=STRANGER),
    Row(OUT, STRANGER, "SUSPENDED"),
    Row(OUT, STRANGER, NOBODY, code=550, text="5.1.1"),
    Row(OUT, STRANGER, "CLOSED", code=550, text="5.2.1"),
    Row(OUT, STRANGER, "MOVED", code=550, text="5.1.6"),
    Row(OUT, STRANGER, ELSEWHERE, code=554, text="5.7.1"),
    Row(OUT, "", ELSEWHERE, header=STRANGER, code=554, text="5.7.1"),
    Row(OUT, OTHER, ELSEWHERE, code=554, text="5.7.1"),
    # As whom, from outside.
    Row(OUT, OTHER, ME, code=554, text=INSIDE_ALONE),
    Row(OUT, OTHER, ME, header=STRANGER, code=554, text=INSIDE_ALONE),
    Row(OUT, STRANGER, ME, header=OTHER, code=554, text=INSIDE_ALONE),
    Row(OUT, STRANGER, ME, header=NOBODY, code=554, text=INSIDE_ALONE),
    Row(OUT, HOST, ME, code=554, text=INSIDE_ALONE),
    Row(OUT, "", ME, header=HOST, code=554, text=INSIDE_ALONE),
    Row(OUT, "an", ME, header=STRANGER, code=504, text="5.5.2"),
    # With what, from outside.
    Row(OUT, STRANGER, OTHER, VIRUS, code=554, text="Thu co vi-rut"),
    Row(OUT, STRANGER, OTHER, PROGRAMS, code=554, text="Thu kem tep chay duoc"),
    Row(OUT, STRANGER, OTHER, MACROS, code=554, text="macro"),
    Row(OUT, STRANGER, OTHER, MARK, code=554, text=SECRET),
    Row(OUT, STRANGER, OTHER, SUBJECT, code=554, text=SECRET),
    Row(OUT, STRANGER, OTHER, LOCKED),
    Row(OUT, STRANGER, OTHER, LARGE, code=552, text="5.3.4"),
    # To whom, from inside.
    Row(IN, ME, OTHER),
    Row(IN, ME, CONTACT),
    Row(IN, ME, ELSEWHERE),
    Row(IN, ME, NOBODY, code=550, text="5.1.1"),
    Row(IN, ME, "CLOSED", code=550, text="5.2.1"),
    Row(IN, ME, "MOVED", code=550, text="5.1.6"),
    # As whom, from inside.
    Row(IN, OTHER, ELSEWHERE, code=553, text="5.7.1"),
    Row(IN, CONTACT, OTHER, code=553, text="5.7.1"),
    Row(IN, STRANGER, OTHER, code=553, text="5.7.1"),
    Row(IN, "", OTHER, header=ME, code=550, text="5.7.1"),
    Row(IN, ME, OTHER, header=OTHER, code=554, text=NOT_OWN),
    Row(IN, ME, ELSEWHERE, header=CONTACT, code=554, text=NOT_OWN),
    Row(IN, ME, ELSEWHERE, header=STRANGER, code=554, text=NOT_OWN),
    # With what, from inside, to one of us and out of the province.
    *(
        Row(IN, ME, to, what, code=554, text=text)
        for to in (OTHER, ELSEWHERE)
        for what, text in (
            (VIRUS, "Thu co vi-rut"),
            (PROGRAMS, "Thu kem tep chay duoc"),
            (MACROS, "macro"),
            (MARK, SECRET),
            (SUBJECT, SECRET),
        )
    ),
    Row(IN, ME, ELSEWHERE, LOCKED, code=554, text="dat mat khau"),
    Row(IN, ME, OTHER, LARGE, code=552, text="5.3.4"),
    # Who may not sign in, or not send yet.
    Row("465 as a stranger", STRANGER, OTHER, code=535, text="5.7.8"),
    Row("465 as CLOSED", "CLOSED", OTHER, code=535, text="5.7.8"),
    Row("465 as NEW", "NEW", OTHER, code=554, text="hay dang nhap"),
    Row(UNKNOWN, ME, OTHER, code=530, text="5.7.0"),
]


@dataclass(frozen=True)
class Cast:
    """Whom the rows speak of, by address, and their passwords."""

    mail: Deployment
    names: Mapping[str, str]
    passwords: Mapping[str, str]

    def fill(self, text: str) -> str:
        return self.names.get(text, text)

    def send(self, row: Row) -> Said:
        sender, to = self.fill(row.sender), self.fill(row.to)
        octets = message(row.what, self.fill(row.header or row.sender), to).as_bytes(policy=SMTP)
        way, _, user = row.way.partition(" as ")
        if way == UNKNOWN:
            return self._without_signing_in(sender, to)
        if way == OUT:
            return hand_in(self.mail, octets, to, sender)
        name = self.fill(user or ME)
        return hand_in(self.mail, octets, to, sender, self.passwords.get(name, "khong biet"), user=name)

    def _without_signing_in(self, sender: str, to: str) -> Said:
        with self.mail.server.smtp(587) as client:
            client.starttls(context=self.mail.server.tls)
            client.ehlo()
            client.mail(sender)
            code, answer = client.rcpt(to)
        return Said(code, answer.decode())


def message(what: str, sender: str, to: str) -> EmailMessage:
    """A message of a kind, with the headers of ordinary ones."""
    files = {
        VIRUS: {"tep.txt": EICAR},
        PROGRAMS: {"cai-dat.exe": PROGRAM},
        MACROS: {"bang luong.doc": old_document_with_macros()},
        LOCKED: {"ke-hoach.zip": encrypted()},
        LARGE: {"anh.bin": bytes(60_000_000)},
    }.get(what)
    text = "ỦY BAN NHÂN DÂN\n\nTỐI MẬT\n\nKế hoạch\n" if what == MARK else "Trân trọng mời họp.\n"
    made = letter(to, "[MẬT] Kế hoạch" if what == SUBJECT else "Giấy mời họp", text, files)
    made.replace_header("From", sender)
    return made


@pytest.fixture(scope="module")
def cast(mail: Deployment, register: RegisterCopy, officials: list[Official]) -> Cast:
    me, other, suspended = officials[:3]
    listed = addresses(register)

    def first(state: str) -> str:
        return str(next(one["address"] for one in listed if (one["state"], one["kind"]) == (state, "official")))

    # Whoever is suspended in the sample is so until a certain day.
    execute(mail, f"UPDATE mail.account SET state = 'suspended' WHERE address = '{suspended.address}'")
    new = next(address for address, password in mail.issued.items() if mail.passwords[address] == password)
    names = {
        ME: me.address,
        OTHER: other.address,
        CONTACT: "contact-skhcn@laocai.gov.vn",
        "CLOSED": first("closed"),
        "MOVED": first("redirecting"),
        "SUSPENDED": suspended.address,
        "NEW": new,
    }
    return Cast(mail, names, {me.address: me.password, other.address: other.password, new: mail.issued[new]})


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: "-".join(map(str, row)))
def test_each_case_is_answered_with_its_code_and_its_text(cast: Cast, row: Row) -> None:
    said = cast.send(row)
    assert (said.code, row.text in said.text) == (row.code, True), said
