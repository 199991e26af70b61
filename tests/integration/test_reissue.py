"""Passwords reissued to many on one report (R10.5), against a real PostgreSQL: whom it finds, and once alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import credentials
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import Order
from ansible_collections.laocai.mail.plugins.plugin_utils import passwords
from ansible_collections.laocai.mail.plugins.plugin_utils.controller import read_register
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import Office
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox
from ansible_collections.laocai.mail.plugins.plugin_utils.passwords import Issuer

from tests.integration.issuing import (
    DAY,
    LETTERS,
    MODULE,
    PUBLIC,
    REGISTER,
    SECRET,
    DirectHost,
    add_accounts,
    silent,
    write_register,
)
from tests.support.letters import open_letters

from .conftest import Ansible, Database

pytestmark = pytest.mark.clause("R10.5")
DOCUMENT, DATED = "16/BC-STTTT", "2026-11-23"
REPORT = Order([], DOCUMENT, 0, reported=DATED, once=True)
SINCE = "2026-11-20T00:30:00+00:00"
PEOPLE = 60  # of which two percent are one


@pytest.fixture(autouse=True)
def register(tmp_path: Path) -> Path:
    return write_register(tmp_path, PEOPLE)


@pytest.fixture
def issuer(database: Database, tmp_path: Path, register: Path, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """Everybody has a password; hashes show it."""
    monkeypatch.setattr(passwords, "hash_passwords", lambda made, progress: [f"{{PLAIN}}{item}" for item in made])
    office = Office(*read_register(register), date.fromisoformat(DAY), PUBLIC)
    issuer = Issuer(Outbox(tmp_path / LETTERS), office, DirectHost(database), "test", silent, silent)
    add_accounts(database, PEOPLE - 1)
    issuer.issue(Order([], "", 0))
    add_accounts(database, 1, first=PEOPLE)  # has none yet
    return issuer


def used(database: Database, number: int, minute: str, client: str, sign: str = "signed-in") -> None:
    """A sign that somebody was there."""
    database.query("SELECT events.prepare(%s::timestamptz::date)", minute)
    database.query(
        "INSERT INTO events.use (minute, kind, id, sign, protocol, client, times)"
        " VALUES (%s, 'official', %s, %s, 'imap', %s, 1)",
        minute,
        str(number),
        sign,
        client,
    )


def address(number: int) -> str:
    return f"u{number:04}-stttt@laocai.gov.vn"


def reissued(database: Database) -> list[tuple[str, str, str]]:
    rows = database.query(
        "SELECT after ->> 'address', document, after ->> 'reported' FROM mail.audit"
        " WHERE action = 'reissue_password' ORDER BY 1"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_all_who_were_there_from_an_address_since_a_moment(database: Database, issuer: Issuer) -> None:
    used(database, 1, "2026-11-20T00:30Z", "203.0.113.7")
    used(database, 2, "2026-11-20T00:29Z", "203.0.113.7")  # before
    used(database, 3, "2026-11-21T05:00Z", "203.0.113.70")  # from elsewhere
    used(database, 4, "2026-11-22T05:00Z", "203.0.113.7", sign="connected")  # signed in before, was there since
    used(database, PEOPLE, "2026-11-22T05:00Z", "203.0.113.7")  # has no password any more
    asked = replace(REPORT, client="203.0.113.7/32", since=SINCE, actor="ops@controller", acknowledge=2)
    assert issuer.foresee(asked).whom == [("stttt", address(n), f"Nguyễn Văn {n}") for n in (1, 4)]
    assert reissued(database) == []
    done = issuer.issue(asked)
    assert (done.issued, done.reissued, done.bundles) == (2, 2, 1)
    assert reissued(database) == [(address(1), DOCUMENT, DATED), (address(4), DOCUMENT, DATED)]
    looks = database.query("SELECT actor, asked, since = %s::timestamptz, found FROM events.look", SINCE)
    assert looks == [("ops@controller", "203.0.113.7/32", True, 3)] * 2
    wider = replace(asked, client="203.0.113.0/24", acknowledge=0)
    assert [row[1] for row in issuer.foresee(wider).whom] == [address(3)]


def test_the_same_report_reissues_once_whoever_has_opened_the_letter(database: Database, issuer: Issuer) -> None:
    asked = replace(REPORT, agencies=["stttt"], acknowledge=PEOPLE - 1)
    assert issuer.issue(asked).reissued == PEOPLE - 1
    before = database.dump()
    # Also when the letters are gone: the report was for one reissue, and nobody has to acknowledge it any more.
    for path in issuer.outbox.path.iterdir():
        path.rename(issuer.outbox.path.parent / path.name)
    again = issuer.issue(replace(asked, acknowledge=0))
    assert (again.issued, again.whom) == (0, [])
    assert database.dump() == before
    with pytest.raises(Failure, match=f"set acknowledge: {PEOPLE - 1}"):
        issuer.issue(replace(asked, document="17/BC-STTTT", acknowledge=0))
    with pytest.raises(Failure, match=f"set acknowledge: {PEOPLE - 1}"):  # the number, a year later
        issuer.issue(replace(asked, reported="2027-11-23", acknowledge=0))


class Cut(Exception):
    """The run ends here."""


class CutHost(DirectHost):
    """Ends the run before or after what is stored."""

    def __init__(self, database: Database, *, stored: bool) -> None:
        super().__init__(database)
        self._stored = stored

    def store(self, *arguments: object) -> None:
        if self._stored:
            super().store(*arguments)  # type: ignore[arg-type]
        raise Cut


@pytest.mark.parametrize("stored", [True, False])
def test_a_run_that_was_cut_is_finished_by_the_same_order(database: Database, issuer: Issuer, stored: bool) -> None:
    asked = replace(REPORT, accounts=[address(n) for n in range(1, 6)], acknowledge=5)
    with pytest.raises(Cut):
        replace(issuer, host=CutHost(database, stored=stored)).issue(asked)
    done = issuer.issue(asked)
    assert (done.issued, done.recovered, done.discarded) == ((0, 1, 0) if stored else (5, 0, 1))
    assert len(reissued(database)) == 5
    letters = open_letters(issuer.outbox.path, SECRET)
    in_force = {name: hashed.removeprefix("{PLAIN}") for name, hashed in _hashes(database).items()}
    assert {name: letters[name] for name in in_force} == in_force


def _hashes(database: Database) -> dict[str, str]:
    return dict(database.query("SELECT address, password FROM dovecot.passdb", role="dovecot"))


def test_who_is_suspended_is_named_and_gaps_are_told(database: Database, issuer: Issuer) -> None:
    used(database, 5, "2026-11-21T05:00Z", "203.0.113.7")
    database.query("UPDATE mail.account SET state = 'suspended' WHERE id IN ('5', '6')")
    database.query("INSERT INTO events.gap (since, until) VALUES ('2026-11-21T01:00Z', '2026-11-21T02:00Z')")
    database.query("UPDATE events.progress SET at = '2026-11-24T02:00Z'")
    by_client = replace(REPORT, client="203.0.113.7/32", since="2026-11-20T20:00:00+00:00")
    with database.connect(credentials.ROLE) as connection:
        said = "\n".join(credentials.find_doubts(connection, by_client))
        assert f"Đang tạm khóa nên không cấp lại: {address(5)}. Mở lại" in said
        assert "Events are known until 2026-11-24 09:00" in said
        assert "There are 1 gaps" in said
        assert "Events are kept from 2026-11-21 on" in said
        later = replace(by_client, since="2026-11-21T03:00:00+00:00")
        assert len(credentials.find_doubts(connection, later)) == 2
        [alone] = credentials.find_doubts(connection, replace(REPORT, agencies=["stttt"]))
        assert f"{address(5)}, {address(6)}" in alone
        assert credentials.find_doubts(connection, REPORT) == []


def test_a_file_as_its_playbook_gives_it(ansible: Ansible, database: Database, issuer: Issuer) -> None:
    """Unknown addresses are refused by name; check mode says whom, and a list is written; nothing else."""
    given = {
        "letters": LETTERS,
        "register": REGISTER,
        "as_of": DAY,
        "key": PUBLIC,
        "whom": "private/whom.csv",
        "file": "leaked.txt",
        "document": DOCUMENT,
        "document_date": DATED,
        **database.arguments,
    }
    listed = ansible.folder / "leaked.txt"
    listed.write_text(f"{address(1)}\nx-stttt@laocai.gov.vn\n")
    before = database.dump()
    ansible.run(MODULE, given).assert_refused("x-stttt@laocai.gov.vn (không có)", "x-stttt@laocai.gov.vn (unknown)")
    listed.write_text(f"# báo cáo 16\n{address(1)}\n")
    foreseen = ansible.run(MODULE, given, check=True)
    assert (foreseen.changed, foreseen.result["agencies"]) == (True, {"stttt": 1}), foreseen.output
    assert "whom" not in foreseen.result
    assert database.dump() == before
    assert (ansible.folder / "private/whom.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "Mã cơ quan,Địa chỉ thư,Họ và tên",
        f"stttt,{address(1)},Nguyễn Văn 1",
    ]
    assert ansible.run(MODULE, given).result["reissued"] == 1
    assert reissued(database) == [(address(1), DOCUMENT, DATED)]
