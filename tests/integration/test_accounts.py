"""laocai.mail.accounts against a real PostgreSQL: what it writes, what it refuses. Kills: test_accounts_killed.py."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.policy import Guards, Limit
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.accounts import Account, Accounts
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.plan import Wanted
from ansible_collections.laocai.mail.plugins.module_utils.host import accounts as host
from ansible_collections.laocai.mail.plugins.module_utils.host.request import request_for

from tests.support.editing import RegisterCopy

from .conftest import TEMPLATE, Ansible, Database, Outcome, Server, new_database

MODULE = "laocai.mail.accounts"
DAY = "2026-11-24"
STTTT = "agencies/stttt.yml"


@pytest.fixture
def register(tmp_path: Path) -> RegisterCopy:
    """A copy of the sample register that a test may edit."""
    return RegisterCopy.of_the_sample(tmp_path)


@pytest.fixture
def arguments(register: RegisterCopy, database: Database) -> dict[str, Any]:
    """The module's arguments for the register and the database."""
    return given(register, database)


def given(register: RegisterCopy, database: Database) -> dict[str, Any]:
    return {"register": str(register.path), "as_of": DAY, "test_host": True, **database.arguments}


@pytest.fixture(scope="module")
def first(
    server: Server, ansible_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Outcome]]:
    """A database to which the sample register was applied, and what the module said."""
    folder = tmp_path_factory.mktemp("first")
    with new_database(server, TEMPLATE) as database:
        register = RegisterCopy.of_the_sample(folder)
        yield database, Ansible(folder, ansible_environment).run(MODULE, given(register, database))


@pytest.fixture
def applied(first: tuple[Database, Outcome], database: Database) -> Outcome:
    """The sample register, applied to this test's database; what the module said."""
    before, outcome = first
    database.become(before)
    return outcome


def close(register: RegisterCopy, agency: str, count: int) -> None:
    """Let the first people of an agency who can retire do so."""
    people = re.split(r"(?m)^(?=  - id:)", register.agency(agency).read_text(encoding="utf-8"))[1:]
    open_ = [entry for entry in people if not re.search("closed:|suspended:|date: 2027", entry)]
    assert len(open_) >= count
    for entry in open_[:count]:
        register.close(agency, entry.partition('"')[2].partition('"')[0], "2026-11-20", document="9/QĐ-STTTT")


@pytest.mark.clause("R5", "R9.6")
def test_first_apply_writes_what_the_register_says(database: Database, applied: Outcome) -> None:
    assert applied.changed, applied.output
    states: dict[str, int] = dict(database.query("SELECT state, count(*) FROM mail.account GROUP BY state"))
    assert states["open"] + states["suspended"] == applied.result["counts"]["create"]
    assert states["closed"] == applied.result["counts"]["record"]
    assert database.query("SELECT address, name FROM mail.account WHERE id = '000101'") == [
        ("nvvinh-stttt@laocai.gov.vn", "Nguyễn Văn Vịnh")
    ]
    assert database.query("SELECT count(*) FROM mail.credential") == [(0,)]
    assert database.query("SELECT destination FROM postfix.alias WHERE address = 'postmaster@laocai.gov.vn'") == [
        ("contact-stttt@laocai.gov.vn",)
    ]


@pytest.mark.clause("R9.6")
def test_second_apply_changes_nothing(
    ansible: Ansible, database: Database, arguments: dict[str, Any], applied: Outcome
) -> None:
    before = database.dump()
    again = ansible.run(MODULE, arguments)
    assert not again.changed
    assert set(again.result["counts"].values()) == {0}
    assert database.dump() == before


def test_what_comes_after_is_done_whether_or_not_anything_had_to_change(
    ansible: Ansible, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome, tmp_path: Path
) -> None:
    noted = tmp_path / "noted"
    after = {"after": ["cp", "/etc/hostname", str(noted)]}
    ansible.run(MODULE, arguments | after, check=True)
    assert not noted.exists()
    assert not ansible.run(MODULE, arguments | after).changed
    assert noted.exists()
    noted.unlink()
    assert ansible.run(MODULE, arguments | after | {"checksum": "other"}).status != 0
    assert not noted.exists()
    close(register, "stttt", 1)
    kept = tmp_path / "plan.json"
    failed = ansible.run(MODULE, arguments | {"after": ["cat", "/nonexistent"], "plan": str(kept)})
    failed.assert_refused("Sổ đã được áp dụng", "The register was applied")
    assert "No such file" in failed.message
    assert failed.result["counts"]["close"] == 1
    assert [action["action"] for action in json.loads(kept.read_text())["actions"]] == ["close"]
    assert not ansible.run(MODULE, arguments).changed


def test_check_mode_shows_the_plan_and_leaves_the_database_alone(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    close(register, "stttt", 1)
    before = database.dump()
    shown = ansible.run(MODULE, arguments, check=True, diff=True)
    assert shown.changed
    assert shown.result["counts"]["close"] == 1
    assert "[9/QĐ-STTTT]" in shown.output.partition("localhost |")[0]
    assert database.dump() == before


@pytest.mark.clause("R9.6")
def test_every_change_is_recorded_with_its_document(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    close(register, "stttt", 1)
    commit = committed(register.path)
    assert ansible.run(MODULE, arguments).changed
    rows = database.query(
        "SELECT action, document, before ->> 'state', after ->> 'state', as_of::text, actor <> '',"
        " register, author, signer, signature, approver"
        " FROM mail.audit JOIN mail.run USING (run) WHERE run = (SELECT max(run) FROM mail.run)"
    )
    people = (commit, "An <an@laocai.gov.vn>", "", "unsigned", "Binh <binh@laocai.gov.vn>")
    assert rows == [("close", "9/QĐ-STTTT", "open", "closed", DAY, True, *people)]


def committed(folder: Path) -> str:
    """A register under git, written by one and landed by another; its commit."""
    author = ["-c", "user.name=Binh", "-c", "user.email=binh@laocai.gov.vn", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "x", "--author=An <an@laocai.gov.vn>"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, text=True, capture_output=True).stdout[
        :-1
    ]


@pytest.mark.clause("R9.6")
def test_plan_over_its_limits_is_refused_whole(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    close(register, "stttt", 12)
    before = database.dump()
    refused = ansible.run(MODULE, arguments)
    assert refused.status != 0
    assert [item["rule"] for item in refused.result["refused"]] == ["plan-agency-limit"]
    assert "danhba acknowledge" in refused.message
    assert "gửi đề nghị gộp (danhba send)" in refused.message  # what to do, before any log
    assert database.dump() == before


def test_acknowledged_limit_is_applied(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    close(register, "stttt", 12)
    with (register.path / "province.yml").open("a", encoding="utf-8") as file:
        file.write("acknowledgements:\n  - {limit: close, count: 12, document: 9/QĐ-STTTT, until: 2026-12-31}\n")
    done = ansible.run(MODULE, arguments)
    assert done.result["counts"]["close"] == 12, done.output


def test_checksum_binds_the_approved_plan(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    close(register, "stttt", 1)
    approved = ansible.run(MODULE, arguments, check=True).result["checksum"]
    register.replace(STTTT, "title: Giám đốc", "title: Phó Giám đốc")
    before = database.dump()
    refused = ansible.run(MODULE, {**arguments, "checksum": approved})
    assert [item["rule"] for item in refused.result["refused"]] == ["plan-checksum"]
    assert "danhba send" not in refused.message
    assert database.dump() == before
    approved = refused.result["checksum"]
    assert ansible.run(MODULE, {**arguments, "checksum": approved}).changed


def test_register_with_errors_reaches_no_server(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy
) -> None:
    register.replace(STTTT, "kind: department", "kind: kingdom")
    before = database.dump()
    refused = ansible.run(MODULE, arguments)
    assert refused.status != 0
    assert refused.result["findings"][0]["rule"] == "schema-value"
    assert refused.result["findings"][0]["line"] > 0
    assert database.dump() == before


def test_missing_agency_file_is_no_mass_closing(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    register.agency("tvt").unlink()
    before = database.dump()
    refused = ansible.run(MODULE, arguments)
    assert [item["rule"] for item in refused.result["refused"]] == ["plan-vanished"]
    assert database.dump() == before


def test_plan_and_export_are_private_files(ansible: Ansible, arguments: dict[str, Any], tmp_path: Path) -> None:
    plan, export = tmp_path / "out/plan.json", tmp_path / "out/state.json"
    done = ansible.run(MODULE, {**arguments, "plan": str(plan), "export": str(export)})
    assert done.changed, done.output
    whole = json.loads(plan.read_text(encoding="utf-8"))
    assert whole["checksum"] == done.result["checksum"]
    assert len(whole["actions"]) == sum(done.result["counts"].values())
    assert json.loads(export.read_text(encoding="utf-8")) == {"accounts": [], "routes": [], "exemptions": []}
    assert plan.stat().st_mode & 0o077 == export.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"register": "nowhere"}, "nowhere"),
        ({"as_of": "20261124"}, "2010-10-15"),
        ({"database": "nowhere"}, "site.yml"),
        ({"socket": "/nowhere"}, "systemctl start postgresql"),
    ],
)
def test_what_cannot_run_says_the_way_out(
    ansible: Ansible, arguments: dict[str, Any], change: dict[str, str], message: str
) -> None:
    failed = ansible.run(MODULE, {**arguments, **change})
    assert failed.status != 0
    assert message in failed.message
    assert "Traceback" not in failed.output


def test_half_built_host_says_so(ansible: Ansible, arguments: dict[str, Any], empty_database: Database) -> None:
    failed = ansible.run(MODULE, {**arguments, **empty_database.arguments})
    assert failed.status != 0
    assert "site.yml" in failed.message
    assert "Traceback" not in failed.output


@pytest.mark.clause("R10.1")
def test_apply_never_touches_a_password(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    database.query("INSERT INTO mail.credential VALUES ('official', '000101', '{ARGON2ID}$x', 1)")
    before = database.query("SELECT * FROM mail.credential")
    close(register, "stttt", 1)
    register.replace(STTTT, "title: Giám đốc", "title: Phó Giám đốc")
    assert ansible.run(MODULE, arguments).changed
    assert database.query("SELECT * FROM mail.credential") == before


def test_the_columns_of_an_account_are_its_fields(database: Database) -> None:
    columns = database.query(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = 'mail' AND table_name = 'account' ORDER BY ordinal_position"
    )
    types = {"quota": "bigint", "since": "date"}
    assert columns == [(name, types.get(name, "text")) for name in Account._fields]


@pytest.mark.clause("R9.6")
def test_a_quota_is_recorded_under_its_own_document(database: Database) -> None:
    """Not under the decision by which its owner was hired."""
    first = Account("official", "1", "a@x", "Lò An", "a", "", "", "", 1, "open", "1/QĐ-A", "2011-01-01")
    guards = Guards({"close": Limit(), "readdress": Limit()}, frozenset(), ())
    for account in (first, first._replace(quota=2, quota_document="5/QĐ-A")):
        wanted = Wanted(Accounts.of([account]), date(2011, 1, 1), "", guards)
        request = request_for(wanted, approved="", actor="test", commit="", whole=False, state=False)
        with database.connect("danhba_apply") as connection:
            host.apply(connection, request, dry_run=False)
    assert database.query("SELECT action, document FROM mail.audit ORDER BY entry") == [
        ("create", "1/QĐ-A"),
        ("update", "5/QĐ-A"),
    ]


@pytest.mark.parametrize("text", ["\\N", "a\\tb", "\\.", "tab\tend", "line\nend", "return\rend", '"{}', "'%s", "Đ😀"])
def test_any_text_comes_back_as_it_was_written(database: Database, text: str) -> None:
    """Whether it is written as a new row (COPY), or over one that is there."""
    first = Account("official", "1", "a@x", text, "a", "", "", "", 1, "open", "1/QĐ-A", "2011-01-01")
    guards = Guards({"close": Limit(), "readdress": Limit()}, frozenset(), ())
    for account in (first, first._replace(title=text)):
        wanted = Wanted(Accounts.of([account]), date(2011, 1, 1), "", guards)
        request = request_for(wanted, approved="", actor="test", commit="", whole=False, state=False)
        with database.connect("danhba_apply") as connection:
            host.apply(connection, request, dry_run=False)
            assert host.read(connection).whole().accounts == {account.key: account}
    assert database.query("SELECT after ->> 'name' FROM mail.audit ORDER BY entry LIMIT 1") == [(text,)]


@pytest.mark.clause("R6.2a", "R9.6")
@pytest.mark.parametrize("pinned", [False, True])
def test_a_renamed_official_keeps_mailbox_and_password(
    ansible: Ansible,
    database: Database,
    arguments: dict[str, Any],
    register: RegisterCopy,
    applied: Outcome,
    *,
    pinned: bool,
) -> None:
    database.query("INSERT INTO mail.credential VALUES ('official', '000101', '{ARGON2ID}$x', 1)")
    credential = database.query("SELECT * FROM mail.credential")
    address = "nvvinh" if pinned else "ntkhanh"
    register.close("stttt", "000101", DAY, event="renamed", document="78/QĐ-UBND")
    register.append("stttt", "000101", "Nguyễn Thị Khánh", DAY, event="renamed")
    if pinned:
        register.extend("stttt", "000101", "address: nvvinh-stttt\n    address_document: 78/QĐ-UBND")
    done = ansible.run(MODULE, arguments)
    assert done.changed, done.output
    counts = {key: value for key, value in done.result["counts"].items() if value}
    assert counts == ({"update": 1} if pinned else {"readdress": 1})
    where = "WHERE id = '000101'"
    assert database.query(f"SELECT address, name, state, document FROM mail.account {where}") == [
        (f"{address}-stttt@laocai.gov.vn", "Nguyễn Thị Khánh", "open", "78/QĐ-UBND")
    ]
    assert database.query("SELECT * FROM mail.credential") == credential
    served = f"SELECT home FROM dovecot.userdb WHERE address = '{address}-stttt@laocai.gov.vn'"
    assert database.query(served) == [("official/000101",)]
    leads = "SELECT destination FROM postfix.alias WHERE address = 'nvvinh-stttt@laocai.gov.vn'"
    assert database.query(leads) == ([] if pinned else [(f"{address}-stttt@laocai.gov.vn",)])
    assert set(ansible.run(MODULE, arguments).result["counts"].values()) == {0}


@pytest.mark.clause("R6.2a", "R6.2b")
def test_what_was_withdrawn_does_not_come_to_pass(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy
) -> None:
    """One retires no more, and one never comes; on the day of both nothing happens to them."""
    register.close("stttt", "000101", "2026-12-01")
    register.append("stttt", "900001", "Lò Thị Mỷ", "2026-12-01")
    assert ansible.run(MODULE, arguments).changed
    closing = "document: 77/QĐ-UBND, date: 2026-12-01, event: retired"
    ending = "withdrawn: {document: 79/QĐ-UBND, date: 2026-11-24}"
    register.replace(STTTT, f"closed: {{{closing}}}", f"withdrawn:\n      - {{{closing}, {ending}}}")
    coming = "document: 78/QĐ-UBND, date: 2026-12-01, event: recruited"
    register.replace(STTTT, f"{{{coming}}}", f"{{{coming}, {ending}}}")
    done = ansible.run(MODULE, {**arguments, "as_of": "2026-12-15"})
    assert done.status == 0, done.output
    accounts = "SELECT id, state FROM mail.account WHERE id IN ('000101', '900001')"
    assert database.query(accounts) == [("000101", "open")]


@pytest.mark.clause("R7.1")
def test_exceptions_from_the_secrecy_filter_come_and_go_on_record(
    ansible: Ansible, database: Database, arguments: dict[str, Any], register: RegisterCopy, applied: Outcome
) -> None:
    province = register.path / "province.yml"
    before, there = province.read_text(encoding="utf-8"), database.dump()
    entry = f"  - sender: contact-stttt\n    sha256: [{'0' * 64}, {'1' * 64}]\n    from: {DAY}\n    until: {DAY}\n"
    entry += "    document: 5/STTTT-VP\n    reason: biểu mẫu\n"
    province.write_text(f"{before}secrecy_exceptions:\n{entry}", encoding="utf-8")
    assert ansible.run(MODULE, arguments, check=True).changed
    assert database.dump() == there
    assert ansible.run(MODULE, arguments).result["counts"]["except"] == 1
    assert database.query("SELECT sender, files, since::text, until::text, document FROM secrecy.exception") == [
        ("contact-stttt@laocai.gov.vn", ["0" * 64, "1" * 64], DAY, DAY, "5/STTTT-VP")
    ]
    assert not ansible.run(MODULE, arguments).changed
    province.write_text(before, encoding="utf-8")
    assert ansible.run(MODULE, arguments).result["counts"]["end_exception"] == 1
    assert database.query("SELECT count(*) FROM secrecy.exception") == [(0,)]
    recorded = "SELECT action, kind, document FROM mail.audit WHERE kind = 'exception' ORDER BY entry"
    assert database.query(recorded) == [
        ("except", "exception", "5/STTTT-VP"),
        ("end_exception", "exception", "5/STTTT-VP"),
    ]
