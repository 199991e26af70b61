"""Which mailboxes have room, as the database keeps it for Postfix: by what Dovecot says, and never better than that."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment

from danhba_host import free_space
from danhba_host.journal import Away, Refused
from tests.integration.conftest import Database
from tests.integration.rows import fill
from tests.support.programs import Reached
from tests.support.rendered import ROOT

OPEN, SUSPENDED, CLOSED = (f"{state}-stttt@laocai.gov.vn" for state in ("open", "suspended", "closed"))
QUOTA = 1000 * 1024  # octets; Dovecot counts in KiB
HEADER = "Username\tQuota name\tType\tValue\tLimit\t%"
# The job, and Dovecot's word about one.
ALL, UNDER = Namespace(user=""), Namespace(user=OPEN)


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    database.query(f"UPDATE mail.account SET quota = {QUOTA}")
    return database


def settings(database: Database) -> free_space.Settings:
    return free_space.Settings(database.name, database.server.socket, 80)


def says(
    monkeypatch: pytest.MonkeyPatch, used: dict[str, int], meanwhile: Callable[[], object] = lambda: None
) -> list[Sequence[str]]:
    """Dovecot, which knows so many KiB of each address; something may happen while it is asked. What it was asked, with
    the mailboxes that a file named in the file's place.
    """
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        named = Path(command[-1]).read_text(encoding="utf-8").split() if command[-2] == "-F" else command[-1:]
        asked.append([*command[:-1], *named])
        meanwhile()
        rows = [HEADER]
        for address, kib in used.items():
            rows += [
                f"{address}\tUser quota\tSTORAGE\t{kib}\t1000\t{kib // 10}",
                f"{address}\tUser quota\tMESSAGE\t1\t-\t0",
            ]
        return "\n".join(rows) + "\n"

    monkeypatch.setattr(free_space, "_run", run)
    return asked


def fill_up(database: Database) -> None:
    free_space.note_over(Reached(database.server.socket, database.name), OPEN)


def free(database: Database) -> dict[str, int]:
    return dict(database.query("SELECT address, free FROM postfix.room", role="postfix"))


def told(database: Database, address: str) -> list[tuple[str]]:
    """What Postfix does with a recipient, by the map of its role."""
    variables = yaml.safe_load((ROOT / "roles/postfix/vars/main.yml").read_text(encoding="utf-8"))
    template = Environment(autoescape=False).from_string(variables["__postfix_maps"]["recipient"])  # noqa: S701 - SQL
    query = template.render(**variables, postfix_message_size_limit=QUOTA // 4)
    return [tuple(row) for row in database.query(query.replace("%s", address), role="postfix")]


def test_mail_waits_where_the_first_accounts_are_still_to_come(database: Database) -> None:
    """A new host, also one that waits for its restore: mail to those who had a mailbox must not bounce."""
    assert [reply[:9] for (reply,) in told(database, OPEN)] == ["450 4.3.0"]
    fill(database)
    assert told(database, OPEN) == [("ask_room",)]
    assert told(database, "nobody@laocai.gov.vn") == []


def test_nothing_is_free_where_nothing_is_known(filled: Database) -> None:
    assert free(filled) == {OPEN: 0, SUSPENDED: 0}


def test_the_job_notes_who_has_room(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = says(monkeypatch, {OPEN: 799, SUSPENDED: 800, CLOSED: 0, "nobody@laocai.gov.vn": 0})
    assert free_space.work(settings(filled), ALL) == ""
    assert asked[0][-3:] == ["-F", OPEN, SUSPENDED]
    assert free(filled) == {OPEN: QUOTA // 5, SUSPENDED: 0}
    before = filled.query("SELECT * FROM mail.room ORDER BY id")
    free_space.work(settings(filled), ALL)
    assert filled.query("SELECT * FROM mail.room ORDER BY id") == before, "a second run changes nothing"


def test_whoever_fills_up_unseen_is_found_by_the_next_job(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, {OPEN: 0, SUSPENDED: 0})
    free_space.work(settings(filled), ALL)
    says(monkeypatch, {OPEN: 900, SUSPENDED: 0})
    free_space.work(settings(filled), ALL)
    assert free(filled) == {OPEN: 0, SUSPENDED: QUOTA // 5}


def test_a_mailbox_that_crosses_the_percentage(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = says(monkeypatch, {OPEN: 100})
    free_space.work(settings(filled), UNDER)
    assert asked[0][-2:] == ["-u", OPEN]
    assert free(filled) == {OPEN: QUOTA // 5, SUSPENDED: 0}
    fill_up(filled)
    assert free(filled)[OPEN] == 0
    free_space.work(settings(filled), UNDER)
    assert free(filled)[OPEN] == QUOTA // 5


def test_two_crossings_in_the_wrong_order_are_taken_for_full(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dovecot starts a program for each, and does not wait: it is asked anew."""
    says(monkeypatch, {OPEN: 850})
    free_space.work(settings(filled), UNDER)
    assert free(filled)[OPEN] == 0


@pytest.mark.parametrize("given", [ALL, UNDER])
@pytest.mark.parametrize("known", [False, True])
def test_what_fills_up_while_dovecot_is_asked_counts(
    filled: Database, monkeypatch: pytest.MonkeyPatch, given: Namespace, known: bool
) -> None:
    if known:
        says(monkeypatch, {OPEN: 100})
        free_space.work(settings(filled), ALL)
    says(monkeypatch, {OPEN: 100}, lambda: fill_up(filled))
    free_space.work(settings(filled), given)
    assert free(filled)[OPEN] == 0


def test_a_smaller_quota_is_not_believed_to_have_room(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, {OPEN: 100})
    free_space.work(settings(filled), ALL)
    filled.query(f"UPDATE mail.account SET quota = {QUOTA - 1}", role="danhba_apply")
    assert free(filled)[OPEN] == 0
    filled.query(f"UPDATE mail.account SET quota = {QUOTA * 2}", role="danhba_apply")
    assert free(filled)[OPEN] == QUOTA // 5


@pytest.mark.parametrize(("octets", "believed"), [(QUOTA - 1, True), (QUOTA - 1023, True), (QUOTA - 1024, False)])
def test_dovecot_rounds_up(filled: Database, monkeypatch: pytest.MonkeyPatch, octets: int, believed: bool) -> None:
    """What differs by more than that is a quota that was lowered since Dovecot read it."""
    filled.query(f"UPDATE mail.account SET quota = {octets}")
    says(monkeypatch, {OPEN: 100})
    free_space.work(settings(filled), ALL)
    assert free(filled)[OPEN] == (octets // 100 * 20 if believed else 0)


def test_an_account_that_is_closed_or_readdressed_keeps_what_is_known(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, {OPEN: 100})
    free_space.work(settings(filled), ALL)
    filled.query("UPDATE mail.account SET address = 'moi-stttt@laocai.gov.vn' WHERE id = 'open'", role="danhba_apply")
    assert free(filled) == {"moi-stttt@laocai.gov.vn": QUOTA // 5, SUSPENDED: 0}
    filled.query("UPDATE mail.account SET state = 'closed' WHERE id = 'open'", role="danhba_apply")
    assert free(filled) == {SUSPENDED: 0}


def test_a_database_that_is_away_is_tried_again(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, {})
    with pytest.raises(Away):
        free_space.work(free_space.Settings("none", filled.server.socket, 80), ALL)


@pytest.mark.parametrize("command", [["false"], ["/nowhere/doveadm"], ["sh", "-c", "echo why >&2; exit 1"]])
def test_dovecot_that_does_not_answer_is_told(command: list[str]) -> None:
    with pytest.raises(Refused, match="Dovecot does not say how full mailboxes are"):
        free_space._run(command)


def test_dovecot_that_just_starts_is_tried_again() -> None:
    with pytest.raises(Away, match="how full mailboxes are: why"):
        free_space._run(["sh", "-c", "echo why >&2; exit 75"])
