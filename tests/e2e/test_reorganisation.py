"""The merger of 2025 on a real server with mail in the mailboxes: nothing is lost, and old addresses lead on (R6).

Its days lie before those of the other tests' host, and no server goes back: its database and its mail are emptied, also
where it is a host that somebody has named.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from danhba.checking.check import Usable, check
from danhba.planning.state import Timeline
from danhba.reading.source import from_directory
from tests.e2e.post import STRANGER, refusal, send
from tests.factory.merger import DAY, write_merger
from tests.support.deployment import Deployment
from tests.support.mail import compose
from tests.support.merger import run
from tests.support.registers import people_of
from tests.support.waiting import until

from .conftest import Demo, Official, stored_files

pytestmark = pytest.mark.long
SERVICES = "postfix dovecot.socket dovecot danhba-events danhba-credentials"
EMPTY = f"""
    systemctl stop {SERVICES}
    runuser -u postgres -- psql --quiet --command='DROP DATABASE danhba WITH (FORCE)'
    find /srv/vmail -mindepth 1 -delete
"""
DOMAIN = "laocai.gov.vn"
ON = date.fromisoformat(DAY)
EVE = (ON - timedelta(days=1)).isoformat()
OFFICIALS = 700
# Whose mail is followed: one in each of some agencies that end, by the position among those who are open.
MOVING = {"skhdt": 0, "snnptnt": 1, "stnmt": 1, "tplaocai": 3, "sapa": 4, "bdt": 0, "stttt": 2}
CLOSED = ("cucthue", 0)
CONTACTS = ("skhdt", "stttt", "tplaocai", "cucthue")
SUBJECTS = ("Báo cáo tháng 5", "Về việc sắp xếp đơn vị hành chính")


@dataclass
class Story:
    """The server with the register of before and after, the people followed, and what was sent to them."""

    mail: Deployment
    after: Path
    sender: Official
    people: dict[str, Official]
    contacts: dict[str, Official]
    closed: Official
    suspended: Official
    sent: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def everyone(self) -> list[Official]:
        """All the officials followed."""
        return [*self.people.values(), self.closed, self.suspended]

    def now(self, official: Official, day: date = ON) -> Official:
        """The same official with the address of a day."""
        address = addresses(self.after, day)[official.id]
        return replace(official, address=address, agency=address.partition("@")[0].rpartition("-")[2])


@cache
def read(register: Path) -> Usable:
    """A register that no test changes any more."""
    usable = check(from_directory(register)).usable
    assert usable
    return usable


@cache
def addresses(register: Path, day: date) -> dict[str, str]:
    """The address that each person has on a day, by a register that no test changes any more."""
    timeline = Timeline.of(*read(register), day)
    return {
        id_: f"{entry.local}@{DOMAIN}"
        for id_, entries in people_of(timeline).items()
        if (entry := timeline.last(entries))
    }


def find(register: Path, code: str, position: int, *, suspended: bool = False) -> Official:
    """One of those who are open in an agency on the eve, or suspended."""
    timeline = Timeline.of(*read(register), date.fromisoformat(EVE))
    agency = timeline.register.agencies[code]
    wanted = "suspended" if suspended else "open"
    found = [i for i in agency.people if timeline.own_state(i).value == wanted]
    issuance = found[position]
    return Official(issuance.id, code, issuance.name, addresses(register, ON)[issuance.id], "")


@pytest.fixture(scope="module")
def mail(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A server as it was on the eve of the merger."""
    made = write_merger(tmp_path_factory.mktemp("merger"), officials=OFFICIALS)
    deployment = replace(demo.deployment, register=made.register)
    deployment.host.run(EMPTY)
    shutil.rmtree(deployment.letters, ignore_errors=True)
    deployment.play("site", "--tags", "database")
    deployment.host.run(f"systemctl start {SERVICES}")
    deployment.play("accounts", as_of=EVE)
    return deployment


@pytest.fixture(scope="module")
def story(mail: Deployment) -> Story:
    """Mail was sent to everyone followed, then the province was reorganised and the register applied."""
    story = _before(mail)
    _send(story)
    run(story.after.parent, "danhba", "reorganise", "merger.yml", story.after.name, "--yes")
    story.mail = replace(mail, register=story.after)
    story.mail.play("accounts", as_of=DAY)
    return story


def _before(mail: Deployment) -> Story:
    register = mail.register
    after = Path(shutil.copytree(register, register.parent / "after"))
    people = {code: find(register, code, position) for code, position in MOVING.items()}
    closed, suspended = find(register, *CLOSED), find(register, "snnptnt", 0, suspended=True)
    sender = find(register, "ubnd", 0)
    contacts = {code: Official(code, code, code, f"contact-{code}@{DOMAIN}", "") for code in (*CONTACTS, "stc")}
    named = [official.address for official in (*people.values(), closed, sender, *contacts.values())]
    mail.play("passwords", accounts=named)
    chosen = {address: mail.choose(address) for address in named}

    def known(official: Official) -> Official:
        return replace(official, password=chosen.get(official.address, ""))

    return Story(
        mail,
        after,
        known(sender),
        {code: known(official) for code, official in people.items()},
        {code: known(official) for code, official in contacts.items()},
        known(closed),
        suspended,
    )


def _send(story: Story) -> None:
    """Two messages to each, one of them read and filed away; one from outside to each contact mailbox."""
    mail = story.mail
    for official in story.everyone:
        story.sent[official.id] = [send(mail, story.sender, official.address, subject) for subject in SUBJECTS]
    for contact in story.contacts.values():
        story.sent[contact.id] = [write(mail, contact.address, "Công văn từ bên ngoài")]
    for official in (*story.people.values(), story.closed, *story.contacts.values()):
        for message in story.sent[official.id]:
            mail.server.wait_for(official.address, official.password, message)
    filed = story.people["skhdt"]
    with mail.server.imap(filed.address, filed.password) as client:
        client.create("Luu")
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Seen \\Flagged)")
        client.copy("1", "Luu")
    story.files = {official.id: stored_files(mail, official) for official in story.everyone}
    assert all(story.files[official.id] for official in story.everyone)


def write(mail: Deployment, recipient: str, subject: str) -> str:
    """Send a message from outside and return its id."""
    message = compose(STRANGER, [recipient], subject, "Kính gửi quý cơ quan.")
    with mail.server.smtp() as client:
        client.send_message(message)
    return str(message["Message-ID"])


def names(files: str) -> set[str]:
    """The files of a mailbox with their inodes."""
    return set(files.splitlines())


@pytest.mark.clause("R6.2a")
def test_every_message_is_under_the_new_login_and_no_file_has_moved(story: Story) -> None:
    for official in story.people.values():
        now = story.now(official)
        assert now.address != official.address
        found = {str(message["Message-ID"]) for message in story.mail.server.inbox(now.address, now.password)}
        assert found == set(story.sent[official.id])
        assert names(stored_files(story.mail, official)) == names(story.files[official.id])


def test_folders_and_flags_are_as_they_were(story: Story) -> None:
    filed = story.now(story.people["skhdt"])
    assert len(story.mail.server.inbox(filed.address, filed.password, "Luu")) == 1
    with story.mail.server.imap(filed.address, filed.password) as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "FLAGGED", "SEEN")[1] == [b"1"]


def test_the_old_login_is_no_more(story: Story) -> None:
    for official in story.people.values():
        assert not story.mail.server.may_log_in(official.address, official.password)


def test_a_pin_is_the_same_with_the_new_code_or_as_decided(story: Story) -> None:
    assert story.people["snnptnt"].address == f"anhdecided-snnptnt@{DOMAIN}"
    assert story.now(story.people["snnptnt"]).address == f"anhdecided-snnmt@{DOMAIN}"
    assert story.now(story.people["stnmt"]).address == f"anhdecidedb-snnmt@{DOMAIN}"


@pytest.mark.clause("R6.2a")
def test_mail_to_the_old_address_arrives(story: Story) -> None:
    for official in story.people.values():
        now = story.now(official)
        for message in (
            send(story.mail, story.sender, official.address, "Gửi địa chỉ cũ"),
            write(story.mail, official.address, "Từ bên ngoài"),
            send(story.mail, story.sender, now.address, "Gửi địa chỉ mới"),
        ):
            story.mail.server.wait_for(now.address, now.password, message)


def test_nobody_sends_under_the_old_address_any_more(story: Story) -> None:
    official = story.people["skhdt"]
    now = story.now(official)
    assert refusal(story.mail, official.address, story.sender.address, port=587, user=now).startswith("553")
    message = send(story.mail, now, story.sender.address, "Từ địa chỉ mới")
    story.mail.server.wait_for(story.sender.address, story.sender.password, message)


@pytest.mark.clause("R6.1a")
def test_mail_to_the_contact_of_a_merged_agency_reaches_the_successor(story: Story) -> None:
    successor = story.contacts["stc"]
    message = write(story.mail, f"contact-skhdt@{DOMAIN}", "Gửi Sở cũ")
    story.mail.server.wait_for(successor.address, successor.password, message)


def test_mail_to_the_contact_of_a_split_agency_reaches_every_successor(story: Story) -> None:
    heirs = [f"contact-{code}@{DOMAIN}" for code in ("phuonglaocai", "phuongcamduong", "xahopthanh")]
    story.mail.play("passwords", accounts=heirs)
    passwords = {heir: story.mail.choose(heir) for heir in heirs}
    message = write(story.mail, f"contact-tplaocai@{DOMAIN}", "Gửi thành phố")
    for heir in heirs:
        story.mail.server.wait_for(heir, passwords[heir], message)


@pytest.mark.clause("R3")
def test_postmaster_reaches_who_runs_the_system_now(story: Story) -> None:
    heir = f"contact-skhcn@{DOMAIN}"
    story.mail.play("passwords", accounts=[heir])
    message = write(story.mail, f"postmaster@{DOMAIN}", "Hỏi về thư")
    story.mail.server.wait_for(heir, story.mail.choose(heir), message)


@pytest.mark.clause("R6.2b")
def test_the_closed_are_refused_and_their_mail_is_kept(story: Story) -> None:
    closed = story.closed
    assert not story.mail.server.may_log_in(closed.address, closed.password)
    for address in (closed.address, f"contact-cucthue@{DOMAIN}"):
        reply = refusal(story.mail, STRANGER, address)
        assert reply.startswith("550 5.2.1")
        assert f"contact-stttt@{DOMAIN}" in reply
    assert names(stored_files(story.mail, closed)) == names(story.files[closed.id])


def test_who_was_suspended_is_so_still_and_receives(story: Story) -> None:
    suspended = story.suspended
    before = names(stored_files(story.mail, suspended))
    send(story.mail, story.sender, suspended.address, "Vẫn nhận được thư")
    until(lambda: len(names(stored_files(story.mail, suspended))) > len(before))
    query = f"select state from mail.account where kind = 'official' and id = '{suspended.id}'"
    state = story.mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{query}"').stdout
    assert state.strip() == "suspended"


def test_a_second_apply_changes_nothing(story: Story) -> None:
    output = story.mail.play("accounts", "--check", "--diff", as_of=DAY)
    assert "changed=0" in output


@pytest.mark.parametrize(
    ("days", "code"),
    [(90, "550 5.1.6"), (90 + 365, "550 5.1.1")],
)
def test_later_the_old_address_names_the_new_one_and_then_is_gone(story: Story, days: int, code: str) -> None:
    """The order matters: no server goes back."""
    day = ON + timedelta(days=days)
    story.mail.play("accounts", as_of=day.isoformat())
    for official in story.people.values():
        now = story.now(official, day)
        reply = refusal(story.mail, STRANGER, official.address)
        assert reply.startswith(code)
        assert (now.address in reply) == (days == 90)
        found = {str(message["Message-ID"]) for message in story.mail.server.inbox(now.address, now.password)}
        assert found >= set(story.sent[official.id])
    reply = refusal(story.mail, STRANGER, f"contact-skhdt@{DOMAIN}")
    assert reply.startswith("550")
    assert f"contact-stc@{DOMAIN}" in reply
