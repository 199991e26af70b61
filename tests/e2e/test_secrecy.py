"""Secrecy marks at the gate (R7.1): refused by every way in, recorded without content, and nothing lost meanwhile."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import smtplib
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.e2e.post import execute
from tests.support.deployment import Deployment, PlaybookFailed
from tests.support.editing import RegisterCopy
from tests.support.gate import EICAR, encrypted
from tests.support.mail import compose
from tests.support.webmail import Webmail

from .conftest import Official

pytestmark = pytest.mark.clause("R7.1")

STRANGER = "someone@example.org"
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def docx(*paragraphs: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return zipped(**{"[Content_Types]_xml": types, "word__document_xml": WORD.format(body).encode()})


def pdf(*lines: str) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made)
    for number, text in enumerate(lines):
        canvas.drawString(72, 760 - 40 * number, text)
    canvas.save()
    return made.getvalue()


def plain(text: str, subject: str = "Công văn") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(text, cte="base64")
    return message


def html(text: str) -> EmailMessage:
    message = plain("xem bản HTML")
    message.add_alternative(f"<html><body>{text}</body></html>", subtype="html")
    return message


def attached(name: str, content: bytes) -> EmailMessage:
    message = plain("Gửi tệp kèm theo.")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


MARKED: dict[str, Callable[[], EmailMessage]] = {
    "text": lambda: plain("ỦY BAN NHÂN DÂN\n\nTỐI MẬT\n\nKế hoạch"),
    "NFD": lambda: plain(unicodedata.normalize("NFD", "ỦY BAN NHÂN DÂN\n\nMẬT\n\nKế hoạch")),
    "subject": lambda: plain("Nội dung", "[MẬT] Kế hoạch"),
    "HTML": lambda: html("<p>Công văn</p><p style='display:none'>TUYỆT MẬT</p>"),
    "DOCX": lambda: attached("cong-van.docx", docx("Công văn", "MẬT")),
    "zip in zip": lambda: attached("a.zip", zipped(trong_zip=zipped(cv_docx=docx("TỐI MẬT")))),
    "in the guise of an image": lambda: attached("anh.jpg", docx("MẬT")),
}
CLEAN: dict[str, Callable[[], EmailMessage]] = {
    "text": lambda: plain("Quy định về bảo vệ bí mật nhà nước\nHỎA TỐC\nmật khẩu"),
    "DOCX": lambda: attached("cong-van.docx", docx("Công văn", "KHẨN", "BẢO MẬT THÔNG TIN")),
    "PDF": lambda: attached("cong-van.pdf", pdf("Cong van", "KHAN")),
    "zip": lambda: attached("a.zip", zipped(cv_docx=docx("Mật độ dân số"))),
}


@pytest.fixture(scope="module")
def sender(officials: list[Official]) -> Official:
    return officials[0]


@pytest.fixture(scope="module")
def reader(officials: list[Official]) -> Official:
    return officials[1]


def incidents(mail: Deployment) -> int:
    return int(execute(mail, "SELECT count(*) FROM secrecy.incident").split()[-1])


def last(mail: Deployment, *columns: str) -> list[str]:
    chosen = " || '|' || ".join(f"{column}::text" for column in columns)
    return execute(mail, f"SELECT {chosen} FROM secrecy.incident ORDER BY at DESC LIMIT 1").strip().split("|")


def submitted(mail: Deployment, message: EmailMessage, user: Official, *recipients: str, port: int = 587) -> str:
    """What the server says at the end of a message that an official sends: empty where it takes it."""
    named(message, user.address, *recipients)
    with mail.server.submission(user.address, user.password, port) as client:
        return said(client, user.address, list(recipients), message.as_bytes(policy=SMTP))


def received(mail: Deployment, message: EmailMessage, *recipients: str) -> str:
    """The same of one from outside."""
    named(message, STRANGER, *recipients)
    with mail.server.smtp() as client:
        return said(client, STRANGER, list(recipients), message.as_bytes(policy=SMTP))


def named(message: EmailMessage, sender: str, *recipients: str) -> None:
    for name, value in (("From", sender), ("To", ", ".join(recipients)), *stamps()):
        if name not in message:
            message[name] = value


def stamps() -> Iterator[tuple[str, str]]:
    made = compose("x@example.org", [], "x", "x")
    yield from ((name, str(made[name])) for name in ("Date", "Message-ID"))


def said(client: smtplib.SMTP, sender: str, recipients: list[str], octets: bytes) -> str:
    try:
        client.sendmail(sender, recipients, octets)
    except smtplib.SMTPDataError as error:
        return f"{error.smtp_code} {error.smtp_error!r}"
    return ""


@pytest.mark.parametrize("way", ["25", "587", "465"])
@pytest.mark.parametrize("what", MARKED)
def test_a_mark_is_refused_by_every_way_in(
    mail: Deployment, sender: Official, reader: Official, what: str, way: str
) -> None:
    before = incidents(mail)
    message = MARKED[what]()
    if way == "25":
        answer = received(mail, message, reader.address)
    else:
        answer = submitted(mail, message, sender, reader.address, port=int(way))
    reference, digest = last(mail, "reference", "digest")
    assert answer.startswith(("550", "554")), answer
    assert "khoan 1 Dieu 7" in answer
    assert reference in answer
    assert "0214 3 000 000" in answer, "the operator's contact"
    assert incidents(mail) == before + 1
    assert len(digest) == 64


def test_the_webmail_shows_why_it_was_refused(mail: Deployment, sender: Official, reader: Official) -> None:
    webmail = Webmail(mail.server)
    webmail.open(sender.address, sender.password)
    shown = webmail.send(reader.address, "[TỐI MẬT] Kế hoạch", "Nội dung").text
    reference, level, place = last(mail, "reference", "level", "place")
    assert (level, place) == ("toi-mat", "subject")
    assert reference in shown
    assert "Thư chưa được gửi" in shown
    assert "sent_successfully" not in shown


@pytest.mark.parametrize("what", CLEAN)
def test_ordinary_mail_passes_unchanged(mail: Deployment, sender: Official, reader: Official, what: str) -> None:
    message = CLEAN[what]()
    assert submitted(mail, message, sender, reader.address) == ""
    got = mail.server.wait_for(reader.address, reader.password, str(message["Message-ID"]))
    assert got["X-Danhba-Unreadable"] is None
    assert _parts(got) == _parts(message)


def _parts(message: EmailMessage) -> list[object]:
    return [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]


def test_signed_octets_arrive_as_they_were_sent(mail: Deployment, sender: Official, reader: Official) -> None:
    """What S/MIME signs is a part as it stands, octet for octet (RFC 8551, 3.1.1)."""
    signed = plain("Kế  \thoạch \n").as_bytes().replace(b"\n", b"\r\n")
    made = compose(sender.address, [reader.address], "x", "x")
    named = "".join(f"{name}: {made[name]}\r\n" for name in ("From", "To", "Date", "Message-ID", "MIME-Version"))
    kind = 'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="b"\r\n\r\n'
    signature = (
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    whole = (named + kind).encode() + b"--b\r\n" + signed + b"\r\n--b\r\n" + signature + b"MAMCAQE=\r\n--b--\r\n"
    value = str(made["Message-ID"])
    with mail.server.submission(sender.address, sender.password) as client:
        assert said(client, sender.address, [reader.address], whole) == ""
    mail.server.wait_for(reader.address, reader.password, value)
    stored = mail.host.run(f"doveadm fetch -u {reader.address} text mailbox INBOX header message-id '{value}'").stdout
    assert signed.decode().replace("\r\n", "\n") in stored.replace("\r\n", "\n")


def test_an_encrypted_archive_goes_out_never_and_comes_in_with_a_header(
    mail: Deployment, sender: Official, reader: Official
) -> None:
    going = attached("ke-hoach.zip", encrypted())
    answer = submitted(mail, going, sender, "ai@example.vn")
    assert answer.startswith(("550", "554"))
    assert "dat mat khau" in answer
    assert last(mail, "verdict", "direction") == ["unreadable", "outgoing"]
    before, coming = incidents(mail), attached("ke-hoach.zip", encrypted())
    assert received(mail, coming, reader.address) == ""
    got = mail.server.wait_for(reader.address, reader.password, str(coming["Message-ID"]))
    assert str(got["X-Danhba-Unreadable"]).startswith("yes")
    assert incidents(mail) == before


@pytest.mark.clause("R10.7")
def test_an_incident_says_who_and_when_and_nothing_of_the_content(
    mail: Deployment, sender: Official, reader: Official
) -> None:
    message = attached("Danh sách nguồn tin.docx", docx("MẬT", "Nội dung không ai được biết"))
    assert submitted(mail, message, sender, reader.address, "ai@example.vn")
    columns = "direction", "level", "place", "signed_in", "sender", "receivers", "recipients"
    assert last(mail, *columns) == [
        "outgoing",
        "mat",
        "attachment",
        sender.address,
        f"official/{sender.id}",
        f"{{official/{reader.id}}}",
        f"{{{reader.address},ai@example.vn}}",
    ]
    dump = "runuser -u postgres -- pg_dump danhba --data-only --table='secrecy.*'"
    kept = mail.host.run(f"{dump}; journalctl --no-pager --since=-1h", timeout=120).stdout
    for content in ("không ai được biết", "Danh sách nguồn tin", "nguồn tin.docx"):
        assert content not in kept
        assert base64.b64encode(content.encode()).decode() not in kept


def test_an_exception_passes_its_file_from_its_sender_while_it_holds(
    mail: Deployment, register: RegisterCopy, sender: Official, reader: Official, today: str
) -> None:
    form = docx("MẬT", "Biểu mẫu")
    entry = (
        "secrecy_exceptions:\n"
        f"  - sender: {sender.address.partition('@')[0]}\n"
        f"    sha256: [{hashlib.sha256(form).hexdigest()}]\n"
        "    from: {since}\n    until: {until}\n    document: 5/STTTT-VP\n    reason: biểu mẫu\n"
    )
    province = register.path / "province.yml"
    original = province.read_text(encoding="utf-8")
    try:
        # Whether or not midnight passes meanwhile.
        tomorrow = date.fromisoformat(today) + timedelta(1)
        province.write_text(original + entry.format(since=today, until=tomorrow), encoding="utf-8")
        mail.play("accounts", "--check")
        assert execute(mail, "SELECT count(*) FROM secrecy.exception").split()[-1] == "0"
        mail.play("accounts")
        assert execute(mail, "SELECT count(*) FROM secrecy.exception").split()[-1] == "1"
        assert submitted(mail, attached("mau.docx", form), sender, reader.address) == ""
        assert last(mail, "action", "direction") == ["passed", "internal"]
        assert submitted(mail, attached("mau.docx", form), reader, sender.address), "another sender"
        assert submitted(mail, attached("mau.docx", docx("MẬT", "Biểu mẫu khác")), sender, reader.address), (
            "another file"
        )
        province.write_text(original + entry.format(since="2026-01-01", until="2026-01-02"), encoding="utf-8")
        mail.play("accounts")
        assert submitted(mail, attached("mau.docx", form), sender, reader.address), "it has expired"
    finally:
        province.write_text(original, encoding="utf-8")
        mail.play("accounts")
    assert execute(mail, "SELECT count(*) FROM secrecy.exception").split()[-1] == "0"


@contextmanager
def stopped(mail: Deployment, *units: str) -> Iterator[None]:
    mail.host.run(f"systemctl stop {' '.join(units)}")
    try:
        yield
    finally:
        mail.host.run(f"systemctl start {' '.join(reversed(units))}")


def test_nothing_passes_while_the_gate_is_down_and_nothing_is_lost(
    mail: Deployment, sender: Official, reader: Official
) -> None:
    message, marked = plain("Thư thường"), MARKED["text"]()
    with stopped(mail, "danhba-secrecy.socket", "danhba-secrecy.service"):
        for each in (message, marked):
            answer = submitted(mail, each, sender, reader.address)
            assert answer.startswith("451"), answer
            assert "Chua kiem tra duoc" in answer
    assert submitted(mail, message, sender, reader.address) == ""
    assert mail.server.wait_for(reader.address, reader.password, str(message["Message-ID"]))
    assert submitted(mail, marked, sender, reader.address).startswith(("550", "554"))


@contextmanager
def silent(mail: Deployment, unit: str) -> Iterator[None]:
    """It is there, and says nothing."""
    mail.host.run(f"systemctl kill --signal=STOP {unit}")
    try:
        yield
    finally:
        mail.host.run(f"systemctl kill --signal=CONT {unit}")


VIRUSES = "journalctl -u clamav-daemon --no-pager -o cat | grep -c FOUND || true"


@pytest.mark.parametrize(
    ("unit", "others"),
    [("clamav-daemon", incidents), ("danhba-secrecy", lambda mail: int(mail.host.run(VIRUSES).stdout))],
    ids=["the gate does not wait for clamd", "clamd does not wait for the gate"],
)
def test_parts_are_asked_side_by_side(
    mail: Deployment, reader: Official, unit: str, others: Callable[[Deployment], int]
) -> None:
    """So a message takes as long as the slowest of them, and not as all together."""
    message = attached("tep.txt", EICAR) if unit == "danhba-secrecy" else MARKED["text"]()
    before = others(mail)
    with ThreadPoolExecutor(1) as threads:
        with silent(mail, unit):
            answer = threads.submit(received, mail, message, reader.address)
            end = time.monotonic() + 20
            while others(mail) == before:
                assert time.monotonic() < end, f"nobody else was asked while {unit} had nothing to say"
                time.sleep(0.2)
        assert answer.result().startswith(("550", "554"))


def test_without_the_database_a_marked_message_waits_and_is_recorded_after(mail: Deployment, reader: Official) -> None:
    before, marked, server = incidents(mail), MARKED["text"](), mail.host
    server.run("systemctl reload postgresql@17-main")
    _lock_out(mail, locked=True)
    try:
        answer = received(mail, marked, reader.address)
        assert answer.startswith("451"), answer
    finally:
        _lock_out(mail, locked=False)
    assert incidents(mail) == before
    assert received(mail, marked, reader.address).startswith(("550", "554"))
    assert incidents(mail) == before + 1


def _lock_out(mail: Deployment, *, locked: bool) -> None:
    mail.host.run(f"runuser -u postgres -- psql -c 'ALTER ROLE danhba_secrecy {'NO' * locked}LOGIN'")


def test_workers_killed_in_the_midst_lose_nothing_and_let_nothing_pass(
    mail: Deployment, sender: Official, reader: Official
) -> None:
    """Twenty at once, marked and not, while the workers are killed again and again."""
    children = "$(pgrep --parent $(systemctl show --property=MainPID --value danhba-secrecy))"
    loop = f"for n in 1 2 3 4; do kill -9 {children}; sleep 1.5; done"

    def insist(number: int) -> tuple[str, str]:
        message = MARKED["DOCX"]() if number % 2 else CLEAN["DOCX"]()
        named(message, sender.address, reader.address)
        for _attempt in range(20):
            if not (answer := submitted(mail, message, sender, reader.address)).startswith("451"):
                return str(message["Message-ID"]), answer
            time.sleep(1)
        return str(message["Message-ID"]), "451"

    with ThreadPoolExecutor(21) as threads:
        killing = threads.submit(mail.host.run, loop)
        answers = list(threads.map(insist, range(20)))
        killing.result()  # the tests after this one want their workers alive
    for number, (message_id, answer) in enumerate(answers):
        if number % 2:
            assert answer.startswith(("550", "554")), answer
        else:
            assert answer == ""
            mail.server.wait_for(reader.address, reader.password, message_id)
    assert mail.host.run("systemctl is-active danhba-secrecy").stdout.strip() == "active"


def test_what_was_begun_is_answered_when_the_gate_starts_again(
    mail: Deployment, sender: Official, reader: Official
) -> None:
    with ThreadPoolExecutor(4) as threads:
        sent = [threads.submit(submitted, mail, CLEAN["PDF"](), sender, reader.address) for _ in range(4)]
        mail.host.run("systemctl restart danhba-secrecy.service")
        assert [each.result() for each in sent] == [""] * 4


def test_days_that_are_none_are_told_before_anything_is_asked(mail: Deployment) -> None:
    with pytest.raises(PlaybookFailed, match="The days are wrong"):
        mail.play("incidents", first_day="2026-12-31", last_day="31/12/2026")


def test_the_operator_gets_a_list_for_the_report(mail: Deployment) -> None:
    mail.play("incidents", first_day="2026-01-01")
    [file] = mail.private.glob("incidents-2026-01-01-*.csv")
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert len(rows) == incidents(mail)
    assert {row["action"] for row in rows} == {"refused", "passed"}
    assert file.stat().st_mode & 0o077 == 0
