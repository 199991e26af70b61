"""The address book (R5) as an official's mail program meets it: by LDAP over TLS, with the official's own password."""

from __future__ import annotations

import io
import re
import secrets
import shlex
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ldif
import pytest
import yaml
from unidecode import unidecode

from tests.e2e.post import execute
from tests.support.demo_host import addresses
from tests.support.deployment import FQDN, Deployment
from tests.support.editing import RegisterCopy
from tests.support.jobs import as_deployed
from tests.support.waiting import until

from .conftest import Official

SUFFIX = "dc=laocai,dc=gov,dc=vn"
# What everybody may know (R5), by LDAP's names.
ATTRIBUTES = {"cn", "sn", "givenName", "displayName", "title", "o", "ou", "mail", "telephoneNumber"}
LIMIT = 500
# The filters with which Thunderbird completes: its present one, and a former one, which other programs took over.
TODAY = "(|(cn=*%v1*%v2-*)(mail=*%v*)(givenName=*%v1*)(sn=*%v*))"
TEMPLATES = {"today": TODAY, "before": "(|(cn=%v1*%v2-*)(mail=%v1*%v2-*)(sn=%v1*%v2-*))"}
# The agency in which people come and go here, and where they go to.
OLD, NEW = "sxd", "stc"

SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT, INAPPROPRIATE, WRONG = 0, 4, 32, 48, 49
# What a connection of this kind may not ask at all, however it is asked (RFC 4511: confidentialityRequired).
REFUSED = 13
# What OpenLDAP's programs end with when a transaction is refused to them, and when the connection breaks off (-1).
NO_TRANSACTION, UNREACHABLE = 1, 255
# What brings the book into step, and the timer that begins it.
JOB = "danhba-addressbook-sync"


@dataclass(frozen=True)
class Answer:
    """The status by which one of OpenLDAP's programs ended (RFC 4511, appendix A), and the entries it printed."""

    status: int
    entries: dict[str, dict[str, list[str]]]

    @property
    def found(self) -> set[str]:
        """The addresses found."""
        return {address for entry in self.entries.values() for address in entry.get("mail", [])}


@dataclass(frozen=True)
class Book:
    """The address book, asked as somebody with a password."""

    mail: Deployment
    dn: str
    password: str

    def run(self, program: str, *arguments: str, more: str = "") -> Answer:
        """Run one of OpenLDAP's programs; the password is on no command line."""
        tls = "LDAPTLS_CACERT=/etc/ssl/mail/ca.crt"
        words = [program, "-x", "-H", f"ldaps://{FQDN}", "-D", self.dn, "-y", "/dev/fd/3", *arguments]
        # The password comes first, up to a NUL; then what the program reads.
        command = f"IFS= read -r -d '' password; {tls} {shlex.join(words)} 3< <(printf %s \"$password\")"
        done = subprocess.run(
            self.mail.host.ssh(f"bash -c {shlex.quote(command)}"),
            input=self.password.encode() + b"\0" + more.encode(),
            check=False,
            stdout=subprocess.PIPE,
        )
        return Answer(done.returncode, _parsed(done.stdout) if program == "ldapsearch" else {})

    def search(
        self, text: str, *attributes: str, base: str = SUFFIX, scope: str = "sub", pages: int = 0, limit: int = 0
    ) -> Answer:
        """What a filter finds."""
        paged = ["-E", f"pr={pages}/noprompt"] if pages else []
        asked = ["-LLL", "-o", "ldif-wrap=no", "-z", str(limit), *paged, "-b", base, "-s", scope]
        return self.run("ldapsearch", *asked, text, *attributes)

    def complete(self, typed: str, template: str = TODAY) -> Answer:
        """What Thunderbird asks while an address is typed: lower case, its own filter, attributes and limit.

        Of several asterisks in a row it sends one, as every client has to (RFC 4511, 4.5.1.7.2).
        """
        first, *rest = map(escaped, typed.lower().split())
        values = {"%v1": first, "%v2-": " ".join(rest), "%v": " ".join([first, *rest])}
        text = re.sub(r"%v(1|2-)?", lambda found: values[found[0]], template)
        answer = self.search(re.sub(r"\*+", "*", text), "cn", "commonname", "mail", limit=100)
        assert answer.status in (SUCCESS, SIZE_LIMIT)
        return answer


def _parsed(text: bytes) -> dict[str, dict[str, list[str]]]:
    lines = [line for line in text.split(b"\n") if not line.startswith(b"#")]
    return dict(ldif.LDIFParser(io.BytesIO(b"\n".join(lines))).parse())


def escaped(value: str) -> str:
    """A value as a client puts it into a filter (RFC 4515, 3)."""
    return "".join(f"\\{ord(letter):02x}" if letter in "\\*()\0" else letter for letter in value)


def distinguished_name(mail: Deployment, address: str) -> str:
    """The name by which the owner of an address binds; empty where the book does not have it."""
    command = f"ldapsearch -LLL -Q -Y EXTERNAL -H ldapi:/// -o ldif-wrap=no -b {SUFFIX} '(mail={address})' dn"
    found = mail.host.run(f"runuser -u openldap -- {command}").stdout.strip()
    return found.removeprefix("dn: ")


def everything(mail: Deployment) -> str:
    """The whole book as the job that writes it reads it."""
    command = f"ldapsearch -LLL -Q -Y EXTERNAL -H ldapi:/// -b {SUFFIX}"
    return mail.host.run(f"runuser -u openldap -- {command}").stdout


def of_agency(register: RegisterCopy, code: str) -> list[dict[str, Any]]:
    """The open officials of an agency."""
    return [
        item
        for item in addresses(register)
        if (item["agency"], item["kind"], item["state"]) == (code, "official", "open")
    ]


@pytest.fixture(scope="module")
def book(mail: Deployment, officials: list[Official]) -> Book:
    """The book, asked as an official."""
    return Book(mail, distinguished_name(mail, officials[0].address), officials[0].password)


class TestFinding:
    def test_own_entry_says_what_everybody_may_know(self, book: Book, officials: list[Official]) -> None:
        me = officials[0]
        answer = book.search(f"(mail={me.address})", "*", "+")
        assert list(answer.entries) == [book.dn]
        entry = answer.entries[book.dn]
        assert set(entry) <= ATTRIBUTES
        assert (entry["cn"][0], entry["displayName"], entry["mail"]) == (me.name, [me.name], [me.address])
        assert entry["o"][0] == "Sở Khoa học và Công nghệ"

    @pytest.mark.clause("R5")
    def test_every_value_is_that_of_the_register(self, book: Book, register: RegisterCopy) -> None:
        people = yaml.safe_load(register.agency("skhcn").read_text(encoding="utf-8"))["people"]
        person = next(item for item in people if item.get("phone") and item.get("unit") and "closed" not in item)
        (entry,) = book.search(f"(telephoneNumber={person['phone']})", "*", "+").entries.values()
        for attribute, value in {
            "displayName": person["name"],
            "cn": person["name"],
            "title": person["title"],
            "ou": person["unit"],
            "o": "Sở Khoa học và Công nghệ",
            "telephoneNumber": person["phone"],
        }.items():
            assert entry[attribute][0] == value, "what programs show is the value as written"
        assert set(entry) == ATTRIBUTES

    @pytest.mark.parametrize("typed", ["Sở Khoa học và Công nghệ", "so khoa hoc va", "phong quan ly cong nghe"])
    def test_an_agency_and_a_division_find_their_people(self, book: Book, typed: str) -> None:
        answer = book.search(f"(&(|(o=*{typed}*)(ou=*{typed}*))(mail=*-skhcn@*))", "mail")
        assert len(answer.found) > 1

    @pytest.mark.parametrize("typed", ["Chánh Văn phòng", "chanh van phong"])
    def test_a_title_finds_who_bears_it(self, book: Book, typed: str) -> None:
        answer = book.search(f"(title={typed}*)", "title")
        assert answer.entries
        assert {entry["title"][0] for entry in answer.entries.values()} == {"Chánh Văn phòng"}

    @pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
    @pytest.mark.parametrize("marks", [True, False])
    @pytest.mark.parametrize("order", ["whole", "beginning", "given", "given first"])
    def test_thunderbird_completes_a_name(
        self, book: Book, officials: list[Official], order: str, template: str, *, marks: bool
    ) -> None:
        wanted = officials[1]
        words = wanted.name.split()
        typed = {
            "whole": wanted.name,
            "beginning": f"{words[0]} {words[1]}",
            "given": words[-1],
            "given first": f"{words[-1]} {words[0]}",
        }[order]
        answer = book.complete(typed if marks else unidecode(typed), template)
        assert wanted.address in answer.found
        shown = {entry["mail"][0]: entry["cn"][0] for entry in answer.entries.values()}
        assert shown[wanted.address] == wanted.name, "the name with its marks comes first, which is what is shown"

    @pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
    def test_thunderbird_completes_an_address(self, book: Book, officials: list[Official], template: str) -> None:
        assert officials[1].address in book.complete(officials[1].address.partition("-")[0], template).found

    def test_thunderbird_searches_its_address_book(self, book: Book, officials: list[Official]) -> None:
        """Its window asks for every word in many attributes, of which some are known to no schema here."""
        attributes = ("cn", "givenName", "sn", "xmozillanickname", "mozillaNickname", "mail", "mozillaSecondEmail", "o")
        words = unidecode(officials[1].name).split()
        parts = ("".join(f"({name}=*{escaped(word)}*)" for name in attributes) for word in words)
        answer = book.search(f"(&{''.join(f'(|{part})' for part in parts)})", *attributes, limit=100)
        assert officials[1].address in answer.found

    @pytest.mark.parametrize("typed", ["Sở Khoa học và Công nghệ", "so khoa hoc", "contact-skhcn"])
    def test_contact_mailboxes_are_among_the_people(self, book: Book, typed: str) -> None:
        answer = book.complete(typed)
        assert "contact-skhcn@laocai.gov.vn" in answer.found

    def test_any_part_of_a_name_is_found(self, book: Book, officials: list[Official]) -> None:
        part = unidecode(officials[1].name.split()[-1])[-2:]
        assert officials[1].address in book.search(f"(&(ou=*)(cn=*{part}*)(mail=*-skhcn@*))", "mail").found

    def test_entries_stand_where_the_export_has_them(self, book: Book, register: RegisterCopy, tmp_path: Path) -> None:
        file = tmp_path / "skhcn.ldif"
        command = ["danhba", "export", str(register.path), "--format", "ldif", "--agency", "skhcn", "--out", str(file)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        exported = _parsed(file.read_bytes())
        agency = next(dn for dn in exported if dn.startswith("ou=skhcn,"))
        found = book.search("(objectClass=*)", "*", base=agency).entries
        assert {dn for dn in exported if dn.endswith(agency)} <= set(found)
        for dn in exported:
            if dn.startswith("uid=") and dn in found:
                assert found[dn]["mail"] == exported[dn]["mail"]
                assert found[dn]["cn"][:1] == exported[dn]["cn"]
        assert found[agency] == {"ou": ["skhcn"], "description": ["Sở Khoa học và Công nghệ"]}

    def test_agencies_are_a_tree(self, book: Book) -> None:
        top = book.search("(objectClass=organizationalUnit)", "ou", "description", scope="one").entries
        below = book.search("(objectClass=organizationalUnit)", "ou", base=f"ou=ubnd,{SUFFIX}", scope="one").entries
        assert top[f"ou=ubnd,{SUFFIX}"]["description"]
        assert f"ou=skhcn,ou=ubnd,{SUFFIX}" in below


class TestLimits:
    @pytest.mark.parametrize("pages", [0, 100])
    def test_nobody_takes_the_whole_book(self, book: Book, pages: int) -> None:
        answer = book.search("(objectClass=*)", "mail", pages=pages)
        assert (answer.status, len(answer.entries)) == (SIZE_LIMIT, LIMIT)

    @pytest.mark.parametrize("base", [SUFFIX, "", "cn=Subschema", "cn=config", "cn=Monitor"])
    def test_nothing_without_signing_in(self, mail: Deployment, base: str) -> None:
        answer = Book(mail, "", "").search("(objectClass=*)", base=base, scope="base")
        assert (answer.status, answer.entries) == (INAPPROPRIATE, {})

    def test_no_other_port(self, mail: Deployment) -> None:
        listening = mail.host.run("ss --listening --tcp --no-header --processes | grep slapd").stdout
        assert {line.split()[3].rpartition(":")[2] for line in listening.splitlines()} <= {"636", "ldaps"}

    @pytest.mark.parametrize("attribute", ["userPassword", "objectClass", "uid", "entryUUID", "modifyTimestamp"])
    def test_nothing_else_is_read(self, book: Book, officials: list[Official], attribute: str) -> None:
        for official in officials[:2]:
            assert book.search(f"(mail={official.address})", attribute).entries in (
                {},
                {distinguished_name(book.mail, official.address): {}},
            )

    @pytest.mark.parametrize("text", ["(userPassword=*)", "(userPassword={SASL}*)", "(description=1*)"])
    def test_what_is_not_read_is_not_found_out_either(self, book: Book, text: str) -> None:
        assert book.search(text).entries == {}

    def test_nobody_writes(self, book: Book, officials: list[Official]) -> None:
        before = everything(book.mail)
        other = distinguished_name(book.mail, officials[1].address)
        for dn in (book.dn, other):
            change = f"dn: {dn}\nchangetype: modify\nreplace: title\ntitle: x\n"
            assert book.run("ldapmodify", more=change).status == REFUSED
            assert book.run("ldapdelete", dn).status == REFUSED
            password = f"dn: {dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: x\n"
            assert book.run("ldapmodify", more=password).status == REFUSED
        assert everything(book.mail) == before

    def test_nobody_has_anything_kept_for_a_transaction(self, book: Book) -> None:
        change = f"dn: {book.dn}\nchangetype: modify\nreplace: title\ntitle: x\n"
        assert book.run("ldapmodify", "-E", "!txn=abort", more=change).status == NO_TRANSACTION

    @pytest.mark.parametrize(("size", "status"), [(200_000, REFUSED), (300_000, UNREACHABLE)])
    def test_long_request_ends_the_connection(self, book: Book, size: int, status: int) -> None:
        change = f"dn: {book.dn}\nchangetype: modify\nreplace: title\ntitle: {'x' * size}\n"
        assert book.run("ldapmodify", more=change).status == status

    @pytest.mark.parametrize(
        "typed",
        ["*)(userPassword=*", "*))(|(cn=*", "\\2a", "(", ")", "x*)(objectClass=organization", "'; DROP TABLE"],
    )
    def test_what_is_typed_is_never_a_filter(self, book: Book, typed: str) -> None:
        answer = book.search(f"(|(cn={escaped(typed)}*)(mail={escaped(typed)}*))")
        assert (answer.status, answer.entries) == (SUCCESS, {})

    @pytest.mark.parametrize(
        "raw", ["(|(mail=*)(userPassword=*))", "(!(userPassword=x))", "(&)", "(mail=*", "(cn=a\\00b*)"]
    )
    def test_raw_filters_are_harmless(self, book: Book, raw: str) -> None:
        answer = book.search(raw)
        assert len(answer.entries) <= LIMIT
        assert all(set(entry) <= ATTRIBUTES | {"description"} for entry in answer.entries.values())
        assert book.search("(mail=contact-skhcn@laocai.gov.vn)", "mail").status == SUCCESS


class TestPasswords:
    def test_wrong_password_is_refused(self, book: Book) -> None:
        assert replace(book, password="wrong").search("(mail=*)").status == WRONG

    def test_empty_password_is_refused(self, book: Book) -> None:
        assert replace(book, password="").search("(mail=*)").status not in (SUCCESS, SIZE_LIMIT)

    def test_first_password_binds_once_it_is_changed(self, mail: Deployment, register: RegisterCopy) -> None:
        address = of_agency(register, NEW)[-1]["address"]
        dn, issued = distinguished_name(mail, address), mail.passwords[address]
        assert Book(mail, dn, issued).search("(mail=*)").status == WRONG
        chosen = mail.choose(address)
        assert Book(mail, dn, chosen).search(f"(mail={address})").found == {address}
        assert Book(mail, dn, issued).search("(mail=*)").status == WRONG

    @pytest.mark.parametrize(
        "password",
        ['Cây "cầu" Cốc Lếu 7', "gạch chéo ngược \\ và \\\\ hết", "Ωμέγα 7 lần trên núi", "{5} + {5+} = 2 bản Mế"],
    )
    def test_new_password_counts_at_once(self, mail: Deployment, register: RegisterCopy, password: str) -> None:
        password += f" {secrets.token_hex(4)}"
        address = of_agency(register, NEW)[-1]["address"]
        old = mail.choose(address)
        dn = distinguished_name(mail, address)
        request = {"request": "change_password", "address": address, "old": old, "new": password}
        assert mail.ask(request)["answer"] == "changed"
        mail.remember(address, password)
        assert Book(mail, dn, password).search(f"(mail={address})").found == {address}
        assert Book(mail, dn, old).search("(mail=*)").status == WRONG

    @pytest.mark.parametrize("start", ["x\r\n", "x\n", 'x"\r\n', "\r\n", 'x"\r\n* OK\r\n', "{2}\r\n"])
    def test_password_is_never_a_command(self, mail: Deployment, officials: list[Official], start: str) -> None:
        """The sign-in of another, hidden in a password, does not open the victim's account."""
        attacker, victim = officials[0], officials[1]
        password = f"{start}saslauthd LOGIN {attacker.address} {attacker.password}\r\n"
        dn = distinguished_name(mail, victim.address)
        assert Book(mail, dn, password).search("(mail=*)").status == WRONG

    def test_name_of_another_is_no_way_in(self, book: Book, officials: list[Official]) -> None:
        other = distinguished_name(book.mail, officials[1].address)
        assert replace(book, dn=other).search("(mail=*)").status == WRONG
        assert replace(book, dn=f"uid=*,{book.dn.partition(',')[2]}").search("(mail=*)").status == WRONG


def apply(mail: Deployment) -> None:
    """Apply the register, and wait for the job that the playbook has begun.

    One that the timer had begun before the apply is waited for first: to start it meanwhile starts no other.
    """
    mail.play("accounts")
    mail.host.run(f"systemctl start {JOB}.service && systemctl start {JOB}.service")


def job(mail: Deployment) -> str:
    """What the job has said last, and when its timer will begin it."""
    return mail.host.run(f"journalctl --no-pager -n 5 -u {JOB}.service; systemctl list-timers {JOB}.timer").stdout


@pytest.mark.clause("R5")
class TestInStep:
    """Each right after the apply, without waiting for the timer."""

    @pytest.fixture(autouse=True)
    def _story(self, story: Callable[[], None]) -> None:
        story()

    def test_new_official_is_there(self, mail: Deployment, register: RegisterCopy, book: Book, today: str) -> None:
        before = {item["address"] for item in of_agency(register, OLD)}
        register.append(OLD, "999101", "Sùng A Pháng", today)
        apply(mail)
        (address,) = {item["address"] for item in of_agency(register, OLD)} - before
        answer = book.complete("sung a phang")
        assert address in answer.found, job(mail)
        assert [dn for dn, entry in answer.entries.items() if entry["mail"] == [address]] == [
            f"uid={address.partition('@')[0]},ou={OLD},ou=ubnd,{SUFFIX}"
        ]

    def test_transferred_official_stands_in_the_new_agency(
        self, mail: Deployment, register: RegisterCopy, book: Book, today: str
    ) -> None:
        moved, before = of_agency(register, OLD)[0], {item["address"] for item in addresses(register)}
        old = moved["address"]
        register.transfer(moved["id"], moved["name"], old=OLD, new=NEW, day=today)
        apply(mail)
        (new,) = {item["address"] for item in of_agency(register, NEW)} - before
        assert distinguished_name(mail, old) == ""
        answer = book.complete(moved["name"])
        assert new in answer.found
        assert old not in answer.found
        assert distinguished_name(mail, new) == f"uid={new.partition('@')[0]},ou={NEW},ou=ubnd,{SUFFIX}"

    def test_closed_official_is_gone(self, mail: Deployment, register: RegisterCopy, book: Book, today: str) -> None:
        closed = of_agency(register, OLD)[1]
        assert distinguished_name(mail, closed["address"])
        register.close(OLD, closed["id"], today)
        apply(mail)
        assert distinguished_name(mail, closed["address"]) == ""
        assert closed["address"] not in book.complete(closed["name"]).found

    def test_the_timer_brings_an_apply(self, mail: Deployment, book: Book) -> None:
        """Where whoever applied did not start the job: here only the database knows."""
        phone = f"0214 3 {secrets.randbelow(1000):03} {secrets.randbelow(1000):03}"
        address = "contact-skhcn@laocai.gov.vn"
        execute(mail, f"UPDATE mail.account SET phone = '{phone}' WHERE address = '{address}'")
        execute(mail, "INSERT INTO mail.run (job, actor) VALUES ('accounts', 'test')")
        # Half a minute and what the job takes, on a machine that does much else.
        with as_deployed(mail.host, JOB):
            until(
                lambda: book.search(f"(telephoneNumber={phone})", "mail").found == {address} or job(mail),
                seconds=180,
                holds=lambda seen: seen is True,
            )
        apply(mail)
        assert book.search(f"(telephoneNumber={phone})", "mail").found == set()


@contextmanager
def stopped(mail: Deployment, unit: str) -> Iterator[None]:
    """A service of the host that does not run."""
    mail.host.run(f"systemctl stop {unit}")
    try:
        yield
    finally:
        mail.host.run(f"systemctl start {unit}")


@contextmanager
def by_hand_alone(mail: Deployment) -> Iterator[None]:
    """The job runs only where a test runs it, and not by its timer at the same moment."""
    mail.host.run(f"systemctl stop {JOB}.timer {JOB}.service")
    try:
        yield
    finally:
        mail.host.run(f"systemctl start {JOB}.timer")


class TestFaults:
    def synchronise(self, mail: Deployment, *options: str) -> int:
        """The status by which the job ends."""
        command = shlex.join(["/usr/local/sbin/danhba-host", "addressbook", *options])
        return mail.host.run(f"runuser -u openldap -- {command}", check=False).returncode

    def test_book_stays_while_the_database_is_away(self, mail: Deployment, book: Book) -> None:
        before = everything(mail)
        with stopped(mail, "postgresql@17-main"):
            assert self.synchronise(mail) == 75
            mail.host.run(f"systemctl start {JOB}.service")
            assert everything(mail) == before
            assert mail.host.run("systemctl is-system-running", check=False).stdout.strip() == "running"
        assert self.synchronise(mail, "--whole") == 0
        assert everything(mail) == before

    def test_book_stays_when_slapd_is_restarted(self, mail: Deployment, book: Book) -> None:
        before = everything(mail)
        mail.host.run("systemctl restart slapd")
        assert everything(mail) == before
        assert book.search(f"(mail={'contact-skhcn@laocai.gov.vn'})", "mail").status == SUCCESS

    def test_job_waits_while_slapd_is_away(self, mail: Deployment) -> None:
        with stopped(mail, "slapd"):
            assert self.synchronise(mail) == 75

    def test_lost_book_comes_back(self, mail: Deployment) -> None:
        before = sorted(everything(mail).split("\n\n"))
        with by_hand_alone(mail):
            with stopped(mail, "slapd"):
                mail.host.run("rm /var/lib/danhba-addressbook/data.mdb")
            assert self.synchronise(mail) == 0
            assert sorted(everything(mail).split("\n\n")) == before
