"""What the secrecy gate records and is told by a real PostgreSQL, and how exceptions come there and go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from danhba_host.journal import Away, Refused
from danhba_host.secrecy_gate.store import Exempt, Incident, Store
from tests.integration.conftest import TEMPLATE, Database, Server, new_database
from tests.support.programs import Reached

pytestmark = pytest.mark.clause("R7.1")

DIGEST = hashlib.sha256(b"x").hexdigest()
INCIDENT = Incident(
    reference="BM-20261127-AAAAAA",
    action="refused",
    verdict="marked",
    level="mat",
    place="text",
    direction="outgoing",
    mail_from="Lan-stttt@laocai.gov.vn",
    signed_in="lan-stttt@laocai.gov.vn",
    recipients=["AN-stttt@laocai.gov.vn", "ai@example.vn", "khong\0co@laocai.gov.vn"],
    client="203.0.113.9",
    queue_id="4Xy",
    digest=DIGEST,
    octets=7,
    exceptions=[],
)
ACCOUNT = (
    "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since) VALUES"
    " ('official', '{id}', '{name}-stttt@laocai.gov.vn', 'Lò Thị', 'stttt', 1, 'open', '1/QĐ-VP', '2010-10-15')"
)
EXCEPTION = (
    "INSERT INTO secrecy.exception VALUES"
    " ('{id}', 'lan-stttt@laocai.gov.vn', ARRAY['{digest}'], '{since}', '{until}', '5/STTTT-VP', 'biểu mẫu')"
)
DAY = timedelta(days=1)


@pytest.fixture
def there(server: Server) -> Iterator[Database]:
    with new_database(server, TEMPLATE) as database:
        database.query(ACCOUNT.format(id="000101", name="lan"))
        database.query(ACCOUNT.format(id="000102", name="an"))
        yield database


def store(database: Database) -> Store:
    return Store(Reached(database.server.socket, database.name))


@pytest.mark.clause("R10.7")
def test_an_incident_names_whose_accounts_they_were(there: Database) -> None:
    store(there).record(INCIDENT)
    [row] = there.query(
        "SELECT reference, level, place, sender, receivers, recipients, digest, now() - at < '1 minute'"
        " FROM secrecy.incident"
    )
    recipients = ["AN-stttt@laocai.gov.vn", "ai@example.vn", "khongco@laocai.gov.vn"]
    whose = ["official/000102"]
    assert row == (INCIDENT.reference, "mat", "text", "official/000101", whose, recipients, DIGEST, True)


def test_a_reference_is_of_one_incident(there: Database) -> None:
    store(there).record(INCIDENT)
    with pytest.raises(Refused):
        store(there).record(INCIDENT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "passed"},
        {"exceptions": ["x"]},
        {"level": ""},
        {"verdict": "unreadable"},
        {"place": "bí mật.docx"},
        {"digest": "x"},
        {"direction": "up"},
    ],
)
def test_what_contradicts_itself_is_not_recorded(there: Database, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        store(there).record(replace(INCIDENT, **wrong))  # type: ignore[arg-type]
    assert there.query("SELECT count(*) FROM secrecy.incident") == [(0,)]


def test_exceptions_hold_from_their_first_day_to_their_last(there: Database) -> None:
    [(today,)] = there.query("SELECT current_date")
    for id_, since, until in (
        ("today", today, today),
        ("before", today - 2 * DAY, today - DAY),
        ("after", today + DAY, today + 2 * DAY),
    ):
        there.query(EXCEPTION.format(id=id_, digest=DIGEST, since=since, until=until))
    assert store(there).exceptions_of("lan-stttt@laocai.gov.vn") == [Exempt("today", [DIGEST])]
    assert store(there).exceptions_of("an-stttt@laocai.gov.vn") == []
    assert store(there).exceptions_of("\0") == []


@pytest.mark.parametrize("digest", ["", "x", DIGEST.upper(), DIGEST[:-1]])
def test_a_file_is_named_by_its_sha256_alone(there: Database, digest: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        there.query(EXCEPTION.format(id="x", digest=digest, since="2026-11-05", until="2026-11-05"))


def test_a_database_that_is_away_is_told_as_such(there: Database) -> None:
    with pytest.raises(Away):
        Store(Reached("/nowhere", there.name)).exceptions_of("x")
