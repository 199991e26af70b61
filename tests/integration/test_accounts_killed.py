"""An apply that is killed while it writes: what it wrote is there whole, or not at all, and the next run completes it.

Each case puts a trigger into the database that stops the writing at one place, looks by PostgreSQL's own account of its
sessions whether the apply stands there, and kills. So every kill is known to have hit.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
import pytest

from tests.support import measuring
from tests.support.editing import RegisterCopy

from .conftest import TEMPLATE, Ansible, Database, Server, new_database, new_server

MODULE = "laocai.mail.accounts"
DAY = "2026-11-24"
# What the triggers wait for; the apply's own lock has another number.
GATE = 4711
SECONDS_TO_WAIT = 60
# What no two runs have alike.
VOLATILE = {"run", "entry", "at", "since", "register"}


class Place(NamedTuple):
    """A place in the writing: the trigger's time, event and table; of which rows (all together when empty)."""

    when: str
    table: str
    rows: str = ""

    @property
    def trigger(self) -> str:
        """The rest of CREATE TRIGGER."""
        kind = "CONSTRAINT TRIGGER" if self.when.startswith("COMMIT") else "TRIGGER"
        when = self.when.replace("COMMIT OF", "AFTER")
        late = "DEFERRABLE INITIALLY DEFERRED " if self.when.startswith("COMMIT") else ""
        each = f"ROW WHEN ({self.rows})" if self.rows else "ROW" if late else "STATEMENT"
        return (
            f"{kind} gate {when} ON mail.{self.table} {late}FOR EACH {each} EXECUTE FUNCTION public.wait_at_the_gate()"
        )


# In the order in which they are come to.
PLACES = {
    "before the first row": Place("BEFORE INSERT", "account"),
    "among new accounts": Place("BEFORE INSERT", "account", "NEW.id = '900002'"),
    "after new accounts": Place("AFTER INSERT", "account"),
    "among changed accounts": Place("BEFORE UPDATE", "account", "NEW.id = '000106'"),
    "while sessions are ended": Place("AFTER INSERT", "ending"),
    "after a released route": Place("AFTER DELETE", "route"),
    "among routes": Place("BEFORE INSERT", "route", "NEW.mode = 'forward'"),
    "after a route's targets": Place("AFTER INSERT", "route_target"),
    "after the run's row": Place("AFTER INSERT", "run"),
    "among the audit": Place("BEFORE INSERT", "audit", "NEW.action = 'close'"),
    "after the audit": Place("AFTER INSERT", "audit"),
    "during the commit": Place("COMMIT OF INSERT", "run"),
}
# One in the midst, one at the end; all others are `make long`'s.
AT_EACH_COMMIT = {"among the audit", "during the commit"}


@dataclass(frozen=True)
class Before:
    """The database as it was applied, the next apply's arguments, and what there is before it and after it."""

    database: Database
    arguments: dict[str, Any]
    old: dict[str, list[str]]
    new: dict[str, list[str]]


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server whose sessions may be killed: all of them die with one."""
    with new_server() as server:
        yield server


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory, ansible_environment: dict[str, str]) -> Ansible:
    """Ansible, for all cases; not measured, for what it does the tests of an apply have it do, and each case twice."""
    unmeasured = {name: value for name, value in ansible_environment.items() if name != measuring.VARIABLE}
    return Ansible(tmp_path_factory.mktemp("runner"), unmeasured)


@pytest.fixture(scope="module")
def before(own_server: Server, runner: Ansible) -> Iterator[Before]:
    """An older register applied, and a newer one that changes something of every kind, applied to a copy."""
    register = RegisterCopy.of_the_sample(runner.folder)
    register.replace("province.yml", "abuse: contact-stttt}", "abuse: contact-stttt, security: contact-stttt}")
    arguments = {"register": str(register.path), "as_of": DAY, "test_host": True, "socket": own_server.socket}
    with new_database(own_server, TEMPLATE) as first:
        assert runner.run(MODULE, {**arguments, "database": first.name}).changed
        first.query("INSERT INTO mail.credential VALUES ('official', '000106', '{ARGON2ID}$x', 1)")
        change(register)
        with new_database(own_server, first.name) as second:
            done = runner.run(MODULE, {**arguments, "database": second.name})
            assert {name for name, count in done.result["counts"].items() if count} >= {"create", "close", "readdress"}
            yield Before(first, arguments, content(first), content(second))


def change(register: RegisterCopy) -> None:
    """People come, go and move, a title changes, and a technical address is dropped."""
    register.replace("province.yml", ", security: contact-stttt}", "}")
    register.replace("agencies/stttt.yml", "title: Giám đốc", "title: Phó Giám đốc")
    register.close("stttt", "000105", "2026-11-20")
    register.close("stttt", "000106", "2026-11-20")
    for number, name in enumerate(("Lò Thị Mai Hoa", "Giàng A Páo", "Vàng Thị Mỷ"), 1):
        register.append("stttt", f"90000{number}", name, "2026-11-20")
    register.transfer("001202", "Bùi Duy Ước", old="sgtvt", new="stttt", day="2026-11-20")


def content(database: Database) -> dict[str, list[str]]:
    """Every row of every table of the accounts, in no order, but for what no two runs have alike."""
    tables = database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'mail' ORDER BY 1")
    return {table: rows(database, table) for (table,) in tables}


def rows(database: Database, table: str) -> list[str]:
    """The rows of one table."""
    volatile = VOLATILE - ({"since"} if table == "account" else set())
    found = (row for (row,) in database.query(f"SELECT to_jsonb(t) FROM mail.{table} AS t"))
    return sorted(json.dumps({k: v for k, v in row.items() if k not in volatile}, sort_keys=True) for row in found)


@contextmanager
def gate(database: Database, place: Place) -> Iterator[Callable[[], None]]:
    """Let the writing stop at a place until what is given out is called, or to the end of the block."""
    with database.connect() as keeper:
        keeper.execute(
            "CREATE FUNCTION public.wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
            f" 'BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN coalesce(NEW, OLD); END'"
        )
        keeper.execute(f"CREATE {place.trigger}".encode())
        keeper.execute(f"SELECT pg_advisory_lock({GATE})".encode())

        def open_it() -> None:
            with suppress(psycopg.OperationalError):  # a server that has begun anew holds no lock
                keeper.execute(f"SELECT pg_advisory_unlock({GATE})".encode())

        yield open_it
        open_it()
    with database.connect() as keeper:
        keeper.execute("DROP FUNCTION public.wait_at_the_gate CASCADE")


def standing(database: Database, process: subprocess.Popen[bytes]) -> tuple[int, bool]:
    """The process of PostgreSQL in which the apply stands at the gate, and whether it has written by then."""
    query = (
        "SELECT pid, backend_xid IS NOT NULL FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = 'danhba_apply' AND state = 'active' AND wait_event = 'advisory'"
    )
    until = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < until and process.poll() is None:
        if found := database.query(query):
            return int(found[0][0]), bool(found[0][1])
        time.sleep(0.02)
    pytest.fail("the apply never came to the place where it was to be killed")


def settle(database: Database) -> None:
    """Wait until nothing of the killed apply is left in the server, and the server answers."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    until = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < until:
        with suppress(psycopg.OperationalError):
            if database.query(query + " AND usename = 'danhba_apply'") == [(0,)]:
                return
        time.sleep(0.05)
    pytest.fail("a session of the killed apply is still there")


def killed(runner: Ansible, database: Database, before: Before, place: Place, victim: str) -> bool:
    """Start the apply, kill it at the place, and say whether it had written by then."""
    with gate(database, place) as open_it:
        process = runner.start(MODULE, {**before.arguments, "database": database.name})
        try:
            pid, wrote = standing(database, process)
            if victim == "session":
                os.kill(pid, signal.SIGKILL)
                assert process.wait(SECONDS_TO_WAIT) != 0, (
                    "an apply whose session was killed must not say that it is done"
                )
        finally:
            runner.kill(process)
        open_it()
        settle(database)
    return wrote


def assert_the_next_run_completes(runner: Ansible, database: Database, before: Before) -> None:
    """The next run leads to what an apply that nobody killed leads to, with one record; the one after finds nothing."""
    arguments = {**before.arguments, "database": database.name}
    assert runner.run(MODULE, arguments).status == 0
    assert content(database) == before.new
    assert not runner.run(MODULE, arguments, check=True).changed


@pytest.mark.clause("R9.6")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in AT_EACH_COMMIT else pytest.mark.long) for name in PLACES]
)
def test_what_is_killed_while_it_writes_is_whole(
    runner: Ansible, own_server: Server, before: Before, name: str
) -> None:
    """`kill -9` of Ansible, its workers and the module."""
    with new_database(own_server, before.database.name) as database:
        wrote = killed(runner, database, before, PLACES[name], "apply")
        assert wrote is (name != "before the first row")
        assert content(database) == (before.new if name == "during the commit" else before.old)
        assert_the_next_run_completes(runner, database, before)


@pytest.mark.clause("R9.6")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("among new accounts", marks=pytest.mark.long),
        pytest.param("among the audit", marks=pytest.mark.long),
        "during the commit",
    ],
)
def test_what_loses_its_session_is_whole(runner: Ansible, own_server: Server, before: Before, name: str) -> None:
    """`kill -9` of PostgreSQL's process that writes: the server throws all sessions out and recovers."""
    with new_database(own_server, before.database.name) as database:
        assert killed(runner, database, before, PLACES[name], "session")
        assert content(database) == before.old
        assert_the_next_run_completes(runner, database, before)
