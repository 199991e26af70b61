"""Who may write as whom (R10.2, R10.4): from inside as oneself alone, from outside as none of us; code and text."""

from __future__ import annotations

import json
import shlex
import smtplib
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import formatdate

import pytest

from danhba_host.protected_names import fold
from tests.support.deployment import Deployment
from tests.support.mail import Sieve
from tests.support.waiting import until
from tests.support.webmail import Webmail

pytestmark = [pytest.mark.clause("R10.2"), pytest.mark.clause("R10.4")]

OWN = "laocai.gov.vn"
TEXT = "\r\n\r\nKính gửi,\r\n"
NOT_OWN, FORGED = "dia chi cua hop thu dang dang nhap", "khong gui tu may chu cua chung toi"
BELOW, ONE = "Ten mien con", "dung mot dong From"
TAKEN = (250, "")
# What every ordinary message has. Without it a stranger's is taken for spam.
ORDINARY = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nTo: OTHER\r\n"


@dataclass(frozen=True)
class People:
    """Two who signed in before, with passwords of their own."""

    mail: Deployment
    me: str
    other: str

    def send(self, headers: str, *, sender: str | None = None, port: int = 587) -> tuple[int, str]:
        """Write to the other as myself; what the server says, code and text, at the last step."""
        with self.mail.server.submission(self.me, self.mail.passwords[self.me], port) as client:
            return post(client, self.me if sender is None else sender, self.other, self.fill(headers))

    def send_from_outside(self, headers: str, *, sender: str = "a@example.org") -> tuple[int, str]:
        with self.mail.server.smtp(25) as client:
            client.ehlo()
            subject = "" if "Subject:" in headers else "Subject: x\r\n"
            ordinary = f"{ORDINARY}Date: {formatdate()}\r\n{subject}"
            return post(client, sender, self.other, self.fill(f"{ordinary}{headers}"))

    def fill(self, headers: str) -> str:
        for name, value in (("ME", self.me), ("OTHER", self.other)):
            headers = headers.replace(name, value)
        return headers

    def find(self, message_id: str) -> list[Message]:
        """The message with an id, wherever the filter has put it."""
        with self.mail.server.imap(self.other, self.mail.passwords[self.other]) as client:
            for folder in ("INBOX", "Junk"):
                client.select(folder, readonly=True)
                if number := client.search(None, "HEADER", "Message-ID", f'"{message_id}"')[1][0].split():
                    parts = client.fetch(number[0].decode(), "(BODY.PEEK[])")[1]
                    return [message_from_bytes(part[1]) for part in parts if isinstance(part, tuple)]
        return []

    def origin(self, message_id: str) -> str:
        message = until(lambda: self.find(message_id), 30)[0]
        assert len(message.get_all("X-Danhba-Origin", [])) == 1
        assert message["From"], "whoever reads it sees a sender"
        return str(message["X-Danhba-Origin"])


def post(client: smtplib.SMTP, sender: str, to: str, headers: str) -> tuple[int, str]:
    """Hand in a message with headers just as they are; what the server says to the first step that it refuses."""
    code, text = client.mail(sender)
    if code == 250:
        code, text = client.rcpt(to)
    if code == 250:
        code, text = client.data(headers.encode() + TEXT.encode())
    return code, text.decode()


@pytest.fixture(scope="module")
def people(mail: Deployment) -> People:
    me, other = sorted(address for address in mail.passwords if not address.startswith("contact-"))[20:22]
    for address in (me, other):
        mail.choose(address)
    return People(mail, me, other)


INSIDE = {
    "as oneself": ("From: ME", TAKEN),
    "with a name": ("From: =?utf-8?q?L=C3=B2_Th=E1=BB=8B?= <ME>", TAKEN),
    "in capitals": ("FROM: <ME>", TAKEN),
    "with a sender": ("From: ME\r\nSender: ME", TAKEN),
    "as another": ("From: OTHER", (554, NOT_OWN)),
    "as a stranger": ("From: a@example.org", (554, NOT_OWN)),
    "as another too": ("From: ME, OTHER", (554, NOT_OWN)),
    "as another with a sender": ("From: OTHER\r\nSender: ME", (554, NOT_OWN)),
    "a sender of another": ("From: ME\r\nSender: OTHER", (554, NOT_OWN)),
    "resent by another": ("From: ME\r\nResent-From: OTHER", (554, NOT_OWN)),
    "two headers": ("From: ME\r\nFrom: OTHER", (554, NOT_OWN)),
    "two headers, the other first": ("From: OTHER\r\nFrom: ME", (554, NOT_OWN)),
    "twice oneself": ("From: ME\r\nFrom: ME", (554, NOT_OWN)),
    "no header": ("Subject: x", (554, NOT_OWN)),
    "nobody": ("From:", (554, NOT_OWN)),
    "a name only": ("From: Lo Thi", (554, NOT_OWN)),
    "another as a name": ('From: "OTHER" <ME>', (554, NOT_OWN)),
    "another as an encoded name": ("From: =?utf-8?q?OTHER?= <ME>", (554, NOT_OWN)),
    "another in wide letters": ("From: =?utf-8?q?ct=EF=BC=A0laocai=2Egov=2Evn?= <ME>", (554, NOT_OWN)),
    "another in a comment": ("From: ME (OTHER)", (554, NOT_OWN)),
    "another before": ("From: <OTHER> <ME>", (554, NOT_OWN)),
    "a group": ("From: Nhom: ME, OTHER;", (554, NOT_OWN)),
    "a group of nobody": ("From: Nhom:;", (554, NOT_OWN)),
    "folded": ("From: ME,\r\n OTHER", (554, NOT_OWN)),
    "a longer domain": ("From: ME.evil.example", (554, NOT_OWN)),
    "a longer name": ("From: x.ME", (554, NOT_OWN)),
    "another whose address ends in one's own": ('From: "x.ME" <ME>', (554, NOT_OWN)),
    "a space before the colon": ("From: ME\r\nFrom : OTHER", (554, NOT_OWN)),
    "a sender with a space before the colon": ("From: ME\r\nSender\t: OTHER", (554, NOT_OWN)),
    "a sub-domain": ("From: x@sub.laocai.gov.vn", (554, NOT_OWN)),
    "a full stop of another script": ("From: ct@laocai。gov。vn", (554, NOT_OWN)),
}


@pytest.mark.parametrize("case", INSIDE)
def test_who_signed_in_writes_as_oneself_alone(people: People, case: str) -> None:
    headers, (code, text) = INSIDE[case]
    said = people.send(headers)
    assert said[0] == code, said
    assert text in said[1]


@pytest.mark.parametrize("port", [465, 587])
@pytest.mark.parametrize(("sender", "code"), [("", 550), ("a@example.org", 553), ("OTHER", 553), ("ME", 250)])
def test_envelope(people: People, port: int, sender: str, code: int) -> None:
    assert people.send("From: ME", sender=people.fill(sender), port=port)[0] == code


# By what is refused: a text of ours. Else the mark.
OUTSIDE = {
    "a stranger": ("From: a@example.org", "outside"),
    "another envelope": ("From: a@example.net", "outside"),
    "a name like ours": ("From: contact@laocai.gov.vn.example.org", "outside; lookalike"),
    "a domain that ends like ours": ("From: a@xlaocai.gov.vn", "outside"),
    "a letter of another script": ("From: ct@xn--locai-4ve.gov.vn", "outside; lookalike"),
    "a digit for a letter": ("From: <ct@1aocai.gov.vn>", "outside; lookalike"),
    "a hyphen for a dot": ("From: ct@laocai-gov.vn", "outside; lookalike"),
    "one to answer to": ("From: a@example.org\r\nReply-To: ct@laocaigov.com", "outside; lookalike"),
    "one as a name": ('From: "ct@laocai-gov.vn" <a@example.org>', "outside; lookalike"),
    "one as an encoded name": ("From: =?utf-8?q?ct=40lao-cai=2Egov=2Evn?= <a@example.org>", "outside; lookalike"),
    "one of us to answer to": ("From: a@example.org\r\nReply-To: ME", "outside"),
    "another province": ("From: ct@laichau.gov.vn", "outside"),
    "one of us": ("From: OTHER", FORGED),
    "the host itself": ("From: Mail Delivery System <MAILER-DAEMON@mail.laocai.gov.vn>", FORGED),
    "one of us in capitals": ("From: <CT@LAOCAI.GOV.VN>", FORGED),
    "a dot at the end": ("From: <ct@laocai.gov.vn.>", FORGED),
    "one of us too": ("From: a@example.org, OTHER", FORGED),
    "a second header": ("From: a@example.org\r\nFrom: OTHER", ONE),
    "a second header of strangers": ("From: a@example.org\r\nFrom: b@example.org", ONE),
    "no header": ("X-From: a@example.org", ONE),
    "a header that goes on another": (" From: a@example.org", ONE),
    "the sender": ("From: a@example.org\r\nSender: OTHER", FORGED),
    "resent": ("From: a@example.org\r\nResent-From: OTHER", FORGED),
    "as a name": ('From: "OTHER" <a@example.org>', FORGED),
    "as an encoded name": ("From: =?utf-8?q?ct=40laocai=2Egov=2Evn?= <a@example.org>", FORGED),
    "a space within": ("From: <ct@ laocai.gov.vn>", FORGED),
    "folded within": ("From: <ct@laocai.gov.\r\n vn>", FORGED),
    "a comment within": ("From: <ct@(a(b))laocai.gov.vn>", FORGED),
    "longer than any": ("From: " + ",\r\n ".join(["a@example.org"] * 1000), FORGED),
    "letters of another script": ("From: =?utf-8?q?ct=40l=D0=B0ocai=2Egov=2Evn?= <a@example.org>", FORGED),
    "an ideographic full stop": ("From: ct@laocai。gov。vn", FORGED),
    "a wide and a half-wide full stop": ("From: ct@laocai．gov｡vn", FORGED),
    "an ideographic full stop in a name": ("From: =?utf-8?q?ct=40laocai=E3=80=82gov=E3=80=82vn?= <a@b.vn>", FORGED),
    "what nobody sees within": ("From: ct@lao\u200bcai.gov.vn", FORGED),
    "a sub-domain": ("From: x@sub.laocai.gov.vn", BELOW),
    "a sub-domain in capitals": ("From: <x@Sub.LaoCai.GOV.VN.>", BELOW),
    "a sub-domain of a sub-domain": ("From: x@mail.sub.laocai.gov.vn", BELOW),
    "a sub-domain with wide full stops": ("From: x@sub。laocai．gov.vn", BELOW),
    "a sub-domain as a sender": ("From: a@example.org\r\nSender: x@sub.laocai.gov.vn", BELOW),
    "a sub-domain as a name": ('From: "x@sub.laocai.gov.vn" <a@example.org>', BELOW),
    "a name like the host's": ("From: a@mail2.laocai.gov.vn", BELOW),
    "a space before the colon": ("From: a@example.org\r\nFrom : OTHER", ONE),
    "one of us, a space before the colon": ("From : OTHER", FORGED),
    "a stranger, a space before the colon": ("From : a@example.org", "outside"),
    "a stranger, a tab before the colon": ("From\t: a@example.org", "outside"),
    "no-break space before the colon": ("From\u00a0: a@example.org", ONE),
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_nobody_outside_writes_as_one_of_us(people: People, case: str) -> None:
    headers, origin = OUTSIDE[case]
    message_id = f"<outside-{list(OUTSIDE).index(case)}@example.org>"
    said = people.send_from_outside(f"{headers}\r\nMessage-ID: {message_id}")
    if not origin.startswith("outside"):
        assert said[0] == 554, said
        assert origin in said[1]
    else:
        assert said[0] == 250, said
        assert people.origin(message_id) == origin


@pytest.mark.parametrize("sender", ["x@sub.laocai.gov.vn", "x@Sub.LAOCAI.gov.vn", "root@mail2.laocai.gov.vn"])
def test_nobody_outside_has_an_envelope_of_a_subdomain_that_is_not_ours(people: People, sender: str) -> None:
    code, text = people.send_from_outside("From: a@example.org", sender=sender)
    assert (code, BELOW in text) == (554, True), text


# What the reader is told to look like laocai.gov.vn, and what not.
ALIKE = [
    "lаocai.gov.vn", "laоcai.gov.vn", "laocaі.gov.vn", "ӏаосаі.gov.vn", "lαocαi.gov.vn", "xn--locai-4ve.gov.vn",
    "1aocai.gov.vn", "la0cai.gov.vn", "laoca1.gov.vn", "Iaocai.gov.vn", "laocal.gov.vn", "làocai.gov.vn",
    "lào-cai.gov.vn", "lao-cai.gov.vn", "lao.cai.gov.vn.com", "laocaigov.vn", "laocai-gov.vn", "laocai-gov-vn.com",
    "laocai.gov-vn.com", "laocai.gov.vn.example.com", "mail.laocai.gov.vn.evil.net", "laocai.gov.com", "laocai.g0v.vn",
    "laocai.gov.vm", "x.1aocai.gov.vn", "thu-laocaigovvn.info", "xn--laocai-gov-vn.com", "laocai_gov.vn",
]  # fmt: skip
UNLIKE = [
    "laocai.gov.vn", "sub.laocai.gov.vn", "laichau.gov.vn", "yenbai.gov.vn", "mail.yenbai.gov.vn", "chinhphu.vn",
    "gov.vn", "xlaocai.gov.vn", "baolaocai.vn", "laocaitv.vn", "laocai.edu.vn", "gmail.com", "moha.gov.vn",
    "example.org", "vn", "", ".", "xn--", "xn--a", "xn--\u0111.vn", "xn--99999999999.vn", "[192.0.2.1]", "a" * 5000,
]  # fmt: skip
PROVINCES = """
angiang bacgiang backan baclieu bacninh baria-vungtau bentre binhdinh binhduong binhphuoc binhthuan camau cantho caobang
daklak daknong danang dienbien dongnai dongthap gialai hagiang haiduong haiphong hanam hanoi hatinh haugiang hoabinh hue
hungyen khanhhoa kiengiang kontum laichau lamdong langson laocai longan namdinh nghean ninhbinh ninhthuan phutho phuyen
quangbinh quangnam quangngai quangninh quangtri soctrang sonla tayninh thaibinh thainguyen thanhhoa tiengiang tphcm
travinh tuyenquang vinhlong vinhphuc yenbai
""".split()
_ASK = """
package.path = "/etc/rspamd/lua/?.lua;" .. package.path
local domains = require "danhba_domains"
for line in io.lines("/run/domains.txt") do
  local own, domain = line:match("^(.-)\t(.*)$")
  print(domains.is_lookalike(domain, own) and 1 or 0)
end
"""


def lookalikes(mail: Deployment, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those pairs of an own domain and another of which the second passes for the first."""
    listed = "\n".join("\t".join(pair) for pair in pairs)
    mail.host.run(f"cat > /run/domains.txt <<'END'\n{listed}\nEND\ncat > /run/ask.lua <<'END'\n{_ASK}\nEND")
    said = mail.host.run("rspamadm lua -b /run/ask.lua").stdout.split()
    assert len(said) == len(pairs)
    return [pair for pair, each in zip(pairs, said, strict=True) if each == "1"]


def test_domains_that_pass_for_ours_are_known_and_no_others(mail: Deployment) -> None:
    found = {domain for _own, domain in lookalikes(mail, [(OWN, domain) for domain in [*ALIKE, *UNLIKE]])}
    assert found == set(ALIKE)


def test_no_province_passes_for_another(mail: Deployment) -> None:
    pairs = [(f"{own}.gov.vn", f"{other}.gov.vn") for own in PROVINCES for other in PROVINCES]
    assert lookalikes(mail, pairs) == []


def test_no_rule_writes_as_another(people: People) -> None:
    """Whoever writes a rule by hand may name any sender of its answer; it comes back to its owner."""
    server, subject = people.mail.server, "thay mat nguoi khac"
    rules = Sieve(server, people.me, people.mail.passwords[people.me])
    rules.activate("other", f'require "vacation";\nvacation :from "{people.other}" :subject "{subject}" "x";\n')
    with server.submission(people.other, people.mail.passwords[people.other], 587) as client:
        assert post(client, people.other, people.me, f"From: {people.other}\r\nTo: {people.me}")[0] == 250
    for _ in range(100):
        if any(
            NOT_OWN in " ".join(str(each).split()) for each in server.inbox(people.me, people.mail.passwords[people.me])
        ):
            break
        time.sleep(0.2)
    else:
        pytest.fail("the answer did not come back")
    rules.activate("none", "keep;\n")
    rules.close()
    assert subject not in [each["Subject"] for each in server.inbox(people.other, people.mail.passwords[people.other])]


@pytest.mark.parametrize(
    "sender",
    [
        "OTHER",
        "khong-co@LaoCai.gov.vn",
        *(f"{name}@mail.laocai.gov.vn" for name in ("root", "Root", "MAILER-DAEMON", "postmaster")),
        "root@MAIL.LaoCai.gov.vn",
    ],
)
def test_nobody_outside_has_an_envelope_of_ours(people: People, sender: str) -> None:
    code, text = people.send_from_outside("From: a@example.org", sender=people.fill(sender))
    assert (code, FORGED in text) == (554, True), text


@pytest.mark.parametrize("sender", ["OTHER", "root@mail.laocai.gov.vn"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_no_program_of_the_host_writes_as_one_of_us_by_smtp(people: People, address: str, sender: str) -> None:
    """The gate believes what comes from this host: whoever got into one service of it is no official yet."""
    program = (
        f"import smtplib; client = smtplib.SMTP('{address}', 25); client.ehlo();"
        f"print(client.mail('{people.fill(sender)}')[0], client.rcpt('{people.me}')[0])"
    )
    said = people.mail.host.run(f"python3 -c {shlex.quote(program)}").stdout.split()
    assert said[-1] == "550", said


def test_marks_that_came_with_a_message_are_taken_away(people: People) -> None:
    forged = "X-Danhba-Origin: inside\r\nx-danhba-origin: inside\r\nMessage-ID: <forged-mark@example.org>"
    assert people.send_from_outside(f"From: a@example.org\r\n{forged}")[0] == 250
    assert people.origin("<forged-mark@example.org>") == "outside"
    forged = "X-Danhba-Origin: outside\r\nMessage-ID: <own-mark@example.org>"
    assert people.send(f"From: ME\r\n{forged}")[0] == 250
    assert people.origin("<own-mark@example.org>") == "inside"


NAMED = ["{name}", "Ông {name}", "Chủ tịch UBND tỉnh {name} (Lào Cai)", "{reversed}", "{plain}"]


@pytest.mark.parametrize("shape", NAMED)
def test_a_stranger_with_the_name_of_one_of_us_is_marked(people: People, shape: str) -> None:
    query = f"SELECT name FROM mail.account WHERE address = '{people.me}'"
    name = people.mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{query}"').stdout.strip()
    values = {"name": name, "reversed": " ".join(reversed(name.split())), "plain": fold(name).replace("-", " ")}
    number = NAMED.index(shape)
    message = f"From: {shape.format(**values)} <a@example.org>\r\nMessage-ID: <named-{number}@example.org>"
    assert people.send_from_outside(message)[0] == 250
    assert people.origin(f"<named-{number}@example.org>") == "outside; name"


class TestWebmail:
    """What comes from outside is recognisable, in the list and above the message."""

    @pytest.fixture(scope="class")
    def reader(self, people: People) -> Webmail:
        ours = "From: ME\r\nMessage-ID: <shown-inside@example.org>\r\nSubject: tu-ben-trong"
        theirs = "From: a@example.org\r\nMessage-ID: <shown-outside@example.org>\r\nSubject: tu-ben-ngoai"
        query = f"SELECT name FROM mail.account WHERE address = '{people.me}'"
        name = people.mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{query}"').stdout.strip()
        named = f"From: {name} <b@example.org>\r\nMessage-ID: <shown-named@example.org>\r\nSubject: mang-ten"
        alike = "From: x <b@laocai-gov.vn>\r\nMessage-ID: <shown-lookalike@example.org>\r\nSubject: gan-giong"
        assert people.send(ours)[0] == people.send_from_outside(theirs)[0] == people.send_from_outside(named)[0] == 250
        assert people.send_from_outside(alike)[0] == 250
        for kind in ("inside", "outside", "named", "lookalike"):
            people.mail.server.wait_for(
                people.other, people.mail.passwords[people.other], f"<shown-{kind}@example.org>"
            )
        webmail = Webmail(people.mail.server)
        webmail.open(people.other, people.mail.passwords[people.other])
        return webmail

    @pytest.mark.parametrize(
        ("subject", "shown"),
        [("tu-ben-trong", None), ("tu-ben-ngoai", "outside"), ("mang-ten", "named"), ("gan-giong", "lookalike")],
    )
    def test_in_the_list_and_above_the_message(self, reader: Webmail, subject: str, shown: str | None) -> None:
        rows = json.loads(reader.subjects())["exec"].split("this.add_message_row(")
        [row] = [each for each in rows if subject in each]
        assert ("danhba-origin" in row) == bool(shown)
        assert not shown or f"danhba-origin {shown}" in row
        page = reader.read(int(row.partition(",")[0])).text
        assert ("danhba-origin-notice" in page) == bool(shown)
        if shown == "named":
            assert "mang tên" in page
        if shown == "lookalike":
            assert "tên miền gần giống laocai.gov.vn" in page
            assert "b@laocai-gov.vn" in page
        assert ("boxwarning" in page) == (shown in {"named", "lookalike"})

    def test_old_mail_goes_by_its_senders_domain(self, people: People, reader: Webmail) -> None:
        """Put into the mailbox by its owner, as mail from before is; no mark came by the gate."""
        with people.mail.server.imap(people.other, people.mail.passwords[people.other]) as client:
            for sender, subject in ((people.me, "cu-trong"), ("a@example.org", "cu-ngoai")):
                text = f"From: {sender}\r\nSubject: {subject}\r\n\r\nx".encode()
                assert client.append("INBOX", None, None, text)[0] == "OK"
        rows = json.loads(reader.subjects())["exec"].split("this.add_message_row(")
        marked = {
            subject: any("danhba-origin" in each for each in rows if subject in each)
            for subject in ("cu-trong", "cu-ngoai")
        }
        assert marked == {"cu-trong": False, "cu-ngoai": True}
