"""The events in a real database: each once, whatever is stopped or killed, and whose; and the way of a message."""

from __future__ import annotations

import io
import json
import operator
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

import danhba_host
from danhba_host.database import connect
from danhba_host.events import __main__ as collector
from danhba_host.events import reading, storing
from danhba_host.events.gathering import ENVELOPE, MOST_OPEN
from danhba_host.events.settings import Settings
from danhba_host.journal import Away
from danhba_host.trace import __main__ as trace
from danhba_host.trace.settings import Settings as TraceSettings
from tests.integration.conftest import Database
from tests.integration.events import OPEN, SUSPENDED, message
from tests.integration.rows import ACCOUNT, fill
from tests.support import sigterm
from tests.support.journals import BEGIN, DOVECOT, POSTFIX, SECRECY, WEBMAIL, exported, journalctl, line, write
from tests.support.waiting import until

PROJECT = Path(__file__).resolve().parents[2]
NOW = datetime.fromtimestamp(BEGIN / 1_000_000, UTC)


QUEUE_ID = "4jbZ00000000001"  # of the first
EACH = ["received", "delivered", "stored"]  # of a message


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file behind journalctl."""
    journalctl(tmp_path / "journalctl", tmp_path / "lines")
    (tmp_path / "lines").touch()
    monkeypatch.setattr(reading, "JOURNALCTL", str(tmp_path / "journalctl"))
    return tmp_path / "lines"


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    # In the tests' journal it is always the same day.
    database.query("UPDATE events.holder SET since = '-infinity'")
    return database


def settings(database: Database, **more: Any) -> Settings:
    given: dict[str, Any] = {"interval_seconds": 1, "batch_lines": 5000, "keep_days": 3660, "monitoring": []} | more
    return Settings(database=database.name, database_socket_dir=database.server.socket, **given)


def collect(database: Database, **more: Any) -> None:
    """Collect all that there is, by a collector of its own."""
    one = collector.Collector(settings(database, **more))
    while one.step():
        pass
    one.close()


def stored(database: Database) -> list[str]:
    return [name for (name,) in database.query("SELECT event FROM events.event ORDER BY at, position")]


def asked(database: Database, what: str, **more: str) -> dict[str, Any]:
    """The answer to who asks for something."""
    request = {"asked": what, "actor": "an@controller", **more}
    return trace.answer(TraceSettings(database.name, database.server.socket), request)


def test_events_are_under_the_person_and_not_the_address(filled: Database, lines: Path) -> None:
    write(lines, message(1))
    collect(filled)
    assert stored(filled) == ["received", "delivered", "stored"]
    assert filled.query(
        "SELECT event, kind, id, message_id, sender, recipient, folder FROM events.event ORDER BY position"
    ) == [
        ("received", "official", "open", "<1@client>", OPEN, None, None),
        ("delivered", "official", "suspended", None, None, SUSPENDED, None),
        ("stored", "official", "suspended", "<1@client>", None, None, "INBOX"),
    ]


def test_an_address_belongs_to_who_had_it_at_that_time(filled: Database, lines: Path) -> None:
    """The collector was away while one official got another address, and another the one that became free."""
    write(lines, message(1))
    moved = "new-stttt@laocai.gov.vn"
    filled.query("UPDATE mail.account SET address = %s WHERE id = 'suspended'", moved)
    filled.query("UPDATE mail.account SET address = %s WHERE id = 'closed'", SUSPENDED)
    filled.query("UPDATE events.holder SET since = %s WHERE since > '-infinity'", NOW + timedelta(hours=1))
    write(lines, message(2), at=2 * 3600 * 1000)
    write(lines, message(3, recipient=f"new-stttt+x{moved[9:]}".upper()), at=2 * 3600 * 1000 + 100)
    collect(filled)
    found = filled.query("SELECT message_id, id FROM events.event WHERE event = 'stored' ORDER BY at")
    assert found == [("<1@client>", "suspended"), ("<2@client>", "closed"), ("<3@client>", "suspended")]


def test_an_account_keeps_its_row_of_holders_when_something_else_changes(filled: Database) -> None:
    filled.query("UPDATE mail.account SET name = 'Khác'")
    assert filled.query("SELECT count(*) FROM events.holder") == [(3,)]
    filled.query(ACCOUNT.format(id="new", state="open"))
    assert filled.query("SELECT kind, id FROM events.holder WHERE address LIKE 'new-%'") == [("official", "new")]


def test_an_address_that_goes_twice_in_one_transaction_is_its_last_holders(filled: Database) -> None:
    """And of one that comes back to who had it nothing is left."""
    other, third = "other-stttt@laocai.gov.vn", "third-stttt@laocai.gov.vn"
    moves = [("suspended", other), ("open", SUSPENDED), ("open", OPEN), ("suspended", SUSPENDED)]
    moves += [("suspended", third), ("closed", SUSPENDED)]
    sql = "UPDATE mail.account SET address = '{}' WHERE id = '{}'"
    added = "SELECT address, id FROM events.holder WHERE since > '-infinity' ORDER BY address"
    filled.query(";".join(sql.format(address, id_) for id_, address in moves[:4]))
    assert filled.query(added) == [(other, "suspended")]
    filled.query(";".join(sql.format(address, id_) for id_, address in moves[4:]))
    assert filled.query(added) == [(other, "suspended"), (SUSPENDED, "closed"), (third, "suspended")]


def test_a_line_told_twice_is_stored_once(filled: Database, lines: Path) -> None:
    said = exported("auth_request_finished", user=OPEN, protocol="imap", remote_ip="192.0.2.1", local_port=993)
    write(lines, [*message(1), line(DOVECOT, "dovecot", said)])
    collect(filled)
    first = filled.dump()
    filled.query("UPDATE events.progress SET cursor = NULL")
    collect(filled)
    assert filled.query("SELECT times FROM events.use") == [(1,)]
    filled.query("UPDATE events.progress SET cursor = NULL, source = NULL, position = NULL")
    collect(filled)  # and where even that is lost
    assert stored(filled) == EACH
    assert first.count("S1") == filled.dump().count("S1")


def test_a_message_whose_lines_are_in_two_batches(filled: Database, lines: Path) -> None:
    write(lines, message(1)[:2])
    collect(filled)
    assert stored(filled) == []
    write(lines, message(1)[2:], at=2)
    collect(filled)
    assert filled.query("SELECT message_id, host(client) FROM events.event WHERE event = 'received'") == [
        ("<1@client>", "192.0.2.1")
    ]
    assert filled.query("SELECT count(*) FROM events.open") == [(0,)]


def test_signs_of_use_are_one_row_a_minute(filled: Database, lines: Path) -> None:
    web = exported("auth_request_finished", user=OPEN, protocol="imap", remote_ip="127.0.0.1", local_port=143)
    watch = exported("auth_request_finished", user=SUSPENDED, protocol="imap", remote_ip="192.0.2.9", local_port=993)
    unknown = exported("auth_request_finished", user="no@laocai.gov.vn", protocol="imap", remote_ip="192.0.2.9")
    said = [web] * 50 + [watch, unknown]
    write(lines, [line(DOVECOT, "dovecot", text) for text in said])
    write(lines, [line(WEBMAIL, "x", f"INFO signed_in: {OPEN}, from 192.0.2.1")], at=60_000)
    collect(filled, monitoring=[SUSPENDED])
    assert filled.query("SELECT id, sign, protocol, host(client), times FROM events.use ORDER BY minute") == [
        ("open", "signed-in", "web", "127.0.0.1", 50),
        ("open", "signed-in", "web", "192.0.2.1", 1),
    ]


def test_a_database_that_is_away_loses_nothing(
    filled: Database, lines: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(lines, message(1))
    collect(filled)
    monkeypatch.setattr(collector, "FIRST_WAIT_SECONDS", 0.05)
    away, stop = threading.Event(), sigterm.ByHand()

    def reach(*words: Any, **more: Any) -> Any:
        if away.is_set():
            raise psycopg.OperationalError("connection refused")
        return connect(*words, **more)

    monkeypatch.setattr(collector, "connect", reach)
    away.set()
    thread = threading.Thread(target=collector.collect, args=(settings(filled), stop))
    thread.start()
    write(lines, message(2), at=6)
    time.sleep(0.3)
    assert len(stored(filled)) == 3
    away.clear()
    until(lambda: len(stored(filled)) == 6)
    stop.tell()
    thread.join(10)
    assert not thread.is_alive()
    assert "the database does not answer" in capsys.readouterr().err


def test_a_collector_killed_in_the_middle_loses_nothing(filled: Database, lines: Path, tmp_path: Path) -> None:
    messages = 400  # more than are stored between two looks at them
    for number in range(messages):
        write(lines, message(number), at=6 * number)
    file = tmp_path / "events.json"
    file.write_text(json.dumps({**settings(filled, batch_lines=100).__dict__}))
    code = (
        "import sys; from danhba_host.events import reading, __main__ as m;"
        f"reading.JOURNALCTL = {reading.JOURNALCTL!r}; sys.exit(m.main(['--once', '--settings', sys.argv[1]]))"
    )
    command = [sys.executable, "-c", code, str(file)]
    environment = {"PYTHONPATH": str(Path(danhba_host.__file__).parents[1]), "PATH": "/usr/bin:/bin"}
    for _time in range(4):
        before = len(stored(filled))
        process = subprocess.Popen(command, env=environment)
        until(lambda: len(stored(filled)), holds=partial(operator.lt, before), every=0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed_at = len(stored(filled))
    assert 0 < killed_at < 3 * messages, "it was not killed in the middle"
    subprocess.run(command, env=environment, check=True)
    assert sorted(stored(filled)) == sorted(EACH * messages)
    assert filled.query("SELECT count(DISTINCT (queue_id, event)) FROM events.event WHERE queue_id IS NOT NULL") == [
        (2 * messages,)
    ]


def test_a_flood_is_worked_off_in_bounded_batches(
    filled: Database, lines: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(lines, [line(POSTFIX, "postfix/smtpd", f"4jbZ{n:011}: client=x[192.0.2.1]") for n in range(1000)])
    monkeypatch.setitem(MOST_OPEN, ENVELOPE, 10)
    one = collector.Collector(settings(filled, batch_lines=400))
    assert [one.step() for _batch in range(3)] == [True, True, False]
    one.close()
    assert [key for (key,) in filled.query("SELECT key FROM events.open ORDER BY key")] == [
        f"4jbZ{n:011}" for n in range(990, 1000)
    ]
    assert capsys.readouterr().err.count("sessions were left unfinished: the oldest 390 are forgotten") == 1


def test_what_is_open_is_not_written_again(filled: Database, lines: Path) -> None:
    """A message in the middle stands where it stood, whatever comes beside it."""
    where = "SELECT ctid::text, xmin::text, known->>'message_id' FROM events.open ORDER BY key"
    write(lines, message(1)[:2])
    write(lines, message(2)[:1], at=2)
    collect(filled)
    before = filled.query(where)
    write(lines, message(3), at=3)
    write(lines, message(2)[1:2], at=20)
    collect(filled)
    first, second = filled.query(where)
    assert (first, len(before)) == (before[0], 2)
    assert (before[1][2], second[2]) == (None, "<2@client>")


def test_a_session_that_is_left_is_open_for_minutes_and_a_message_for_an_hour(filled: Database, lines: Path) -> None:
    minute = 60_000  # lines
    write(lines, message(1)[:1])
    write(lines, message(2)[:2], at=1)
    for minutes, open_ in ((9, 2), (11, 1), (59, 1), (62, 0)):
        write(lines, [line(POSTFIX, "postfix/anvil", "statistics")], at=minutes * minute)
        collect(filled)
        assert filled.query("SELECT count(*) FROM events.open") == [(open_,)], minutes


def refusal(recipient: str, client: str = "192.0.2.1", code: str = "5.1.1") -> Any:
    said = f"550 {code} <{recipient}>: Khong co; from=<a@e.org> to=<{recipient}> proto=ESMTP helo=<x>"
    return line(POSTFIX, "postfix/smtpd", f"NOQUEUE: reject: RCPT from x[{client}]: {said}")


def test_refusals_that_repeat_are_counted(filled: Database, lines: Path) -> None:
    """Beside them stand those for another reason, of another client, and of the next minute."""
    flood = [refusal(f"nobody{n}@laocai.gov.vn") for n in range(500)]
    write(lines, [*flood, refusal(OPEN, code="5.2.1"), refusal(OPEN, client="192.0.2.2")])
    collect(filled, batch_lines=100)
    write(lines, [refusal(OPEN)], at=60_000)
    write(lines, message(5), at=60_001)
    collect(filled)
    assert filled.query(
        "SELECT host(client), code, count(*) FROM events.event WHERE event = 'refused' GROUP BY 1, 2"
    ) == [
        ("192.0.2.1", "5.1.1", 21),
        ("192.0.2.1", "5.2.1", 1),
        ("192.0.2.2", "5.1.1", 1),
    ]
    assert filled.query("SELECT host(network), code, protocol, times FROM events.refusals") == [
        ("192.0.2.1", "5.1.1", "smtp", 480)
    ]
    # The first ones are there, and how many more; also for one that has no row.
    (first,) = asked(filled, "nobody3@laocai.gov.vn")["messages"]
    assert first["events"][0]["alike"] == 480
    counted = asked(filled, "nobody400@laocai.gov.vn")
    assert (counted["messages"], counted["counted"]) == ([], 480)
    (_other_reason, _other_client, later, whole) = asked(filled, OPEN)["messages"]
    assert "alike" not in later["events"][0]
    assert whole["size"] == 9


def test_refusals_are_told_of_once_where_many_rows_are_shown(filled: Database, lines: Path) -> None:
    write(lines, [refusal(OPEN) for _each in range(30)])
    collect(filled)
    shown = [message["events"][0].get("alike") for message in asked(filled, OPEN)["messages"]]
    assert shown == [None] * 19 + [10]


def test_a_network_is_one_client_and_all_together_have_a_bound(filled: Database, lines: Path) -> None:
    write(lines, [refusal(OPEN, client=f"2001:db8:0:1::{n:x}") for n in range(1, 51)])
    write(lines, [refusal(OPEN, client=f"10.{n // 200}.0.{n % 200}") for n in range(1200)], at=100)
    collect(filled, batch_lines=300)
    many = "SELECT count(*) FROM events.event WHERE event = 'refused'"
    assert filled.query(f"{many} AND family(client) = 6") == [(20,)]
    assert filled.query(many) == [(1000,)]
    # A thousand clients make no thousand rows of counts either.
    assert filled.query("SELECT host(network), times FROM events.refusals ORDER BY times") == [
        ("2001:db8:0:1::", 30),
        ("::", 220),
    ]


def test_a_message_that_was_seen_whole_and_refused_keeps_its_row(filled: Database, lines: Path) -> None:
    """And is not open any more, whatever comes of its session."""
    for number in range(30):
        begun = message(number)[:2]
        said = "milter-reject: END-OF-MESSAGE from x[192.0.2.1]: 5.7.1 Thu; from=<a@e.org> to=<b@c.vn> proto=ESMTP"
        write(lines, [*begun, line(POSTFIX, "postfix/cleanup", f"4jbZ{number:011}: {said}")], at=3 * number)
    collect(filled)
    assert filled.query("SELECT count(*), count(message_id) FROM events.event WHERE event = 'refused'") == [(30, 30)]
    assert filled.query("SELECT (SELECT count(*) FROM events.open), (SELECT count(*) FROM events.refusals)") == [(0, 0)]


def test_a_refusal_told_twice_is_counted_once(filled: Database, lines: Path) -> None:
    write(lines, [refusal(OPEN) for _each in range(30)])
    collect(filled)
    filled.query("UPDATE events.progress SET cursor = NULL")
    collect(filled)
    assert filled.query("SELECT times FROM events.refusals") == [(10,)]


@pytest.mark.parametrize(("hours", "read", "fine"), [(25, 40, True), (23, 40, False), (1, 2, True)])
def test_a_journal_that_another_service_floods_is_said_before_lines_are_lost(
    filled: Database, lines: Path, hours: int, read: int, fine: bool
) -> None:
    """The line that was read last is so many hours younger than the oldest that is there, and than the first read."""
    write(lines, message(1))
    collect(filled)
    lines.write_text("")
    write(lines, [line("other.service", "other", "x")], at=(read - hours) * 3600 * 1000)
    write(lines, message(2), at=read * 3600 * 1000)
    filled.query("UPDATE events.progress SET cursor = NULL")
    collect(filled)
    with filled.connect("danhba_trace") as connection:
        assert connection.execute(_verified()).fetchone() == (fine,)


def _verified() -> bytes:
    """What playbooks/verify.yml asks the database about the journal's room."""
    commands = yaml.safe_load((PROJECT / "playbooks/vars/verify.yml").read_text(encoding="utf-8"))["verify_commands"]
    (argv,) = (each["argv"] for each in commands if each["name"] == "the journal goes back far enough")
    return re.search(r'"--command=(.*?)"', " ".join(argv.split()))[1].encode()  # type: ignore[index]


def test_a_journal_that_was_emptied_is_put_on_record(
    filled: Database, lines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(lines, message(1))
    collect(filled)
    assert filled.query("SELECT count(*) FROM events.gap") == [(0,)]
    lines.write_text("")
    write(lines, message(2), at=100)
    filled.query("UPDATE events.progress SET cursor = NULL")  # as journalctl does with one it does not know
    collect(filled)
    assert filled.query("SELECT since < until FROM events.gap") == [(True,)]
    assert "raise events_journal_size" in capsys.readouterr().err
    assert asked(filled, "x@example.org")["gaps"] == 1


def test_days_are_made_ahead_and_dropped_whole(filled: Database, lines: Path) -> None:
    write(lines, message(1))
    collect(filled)
    old = datetime.now(UTC).date() - timedelta(days=40)
    filled.query("SELECT events.prepare(%s)", old)
    tables = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events.event'::regclass"
    ((before,),) = filled.query(tables)
    with filled.connect("danhba_events") as connection:
        storing.keep_days(connection, 31)
    # The day of the tests' journal may itself be over.
    kept = filled.query("SELECT relname FROM pg_class WHERE relname ~ '^(event|use)_[0-9]{8}$' AND relkind = 'r'")
    assert not {f"event_{old:%Y%m%d}", f"use_{old:%Y%m%d}"} & {name for (name,) in kept}
    assert filled.query(tables)[0][0] < before or before == 4
    ahead = datetime.now(UTC).astimezone().date() + timedelta(days=1)
    assert f"event_{ahead:%Y%m%d}" in {name for (name,) in kept}


def test_what_cannot_be_stored_says_so(filled: Database, lines: Path) -> None:
    write(lines, message(1))
    filled.query("REVOKE EXECUTE ON FUNCTION events.take FROM danhba_events")
    assert collector.main(["--once", "--settings", _file(lines, filled)]) == 1
    filled.query("GRANT EXECUTE ON FUNCTION events.take TO danhba_events")
    assert collector.main(["--once", "--settings", _file(lines, filled)]) == 0
    assert stored(filled) == EACH


def _file(lines: Path, database: Database) -> str:
    path = lines.with_name("settings.json")
    path.write_text(json.dumps(settings(database).__dict__))
    return str(path)


def test_it_ends_when_it_is_told_to(filled: Database, lines: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(lines, message(1))
    monkeypatch.setattr(collector.Collector, "step", lambda _self: os.kill(os.getpid(), signal.SIGTERM))
    with sigterm.kept():
        assert collector.main(["--settings", _file(lines, filled)]) == 0


def test_the_way_of_a_message_by_each_key(filled: Database, lines: Path) -> None:
    write(lines, message(7))
    imap = f"imap({SUSPENDED})<1><I>: "
    changed = "uid=7, msgid=<7@client>, size=9"
    said = [
        exported("mail_opened", user=SUSPENDED, session="I", mailbox="INBOX", uid=7, local_port=993, remote_ip="::1"),
        exported("mail_opened", user=SUSPENDED, session="I", mailbox="INBOX", uid=8, local_port=993, remote_ip="::1"),
        f"{imap}Mailbox Trash: copy from INBOX: box=Trash, uid=1, msgid=<7@client>, size=9",
        f"{imap}Mailbox INBOX: expunge: box=INBOX, {changed}",
        f"{imap}Mailbox Trash: expunge: box=Trash, uid=1, msgid=<7@client>, size=9",
    ]
    write(lines, [line(DOVECOT, "dovecot", text) for text in said], at=10)
    write(lines, message(8), at=100)
    collect(filled)
    by_id = asked(filled, "<7@client>")
    assert (by_id["as"], by_id["more"]) == ("message-id", False)
    (found,) = by_id["messages"]
    whole = ["received", "delivered", "stored", "read", "copied", "moved", "expunged"]
    assert [event["event"] for event in found["events"]] == whole
    assert found["sender"] == OPEN
    assert found["events"][1]["mailbox"] == {
        "kind": "official",
        "id": "suspended",
        "name": "Lò Thị",
        "address": SUSPENDED,
    }
    for key, way in (("7@client", "message-id"), ("4jbZ00000000007", "queue-id")):
        assert asked(filled, key)["messages"] == by_id["messages"]
        assert asked(filled, key)["as"] == way
    assert [found["message_id"] for found in asked(filled, SUSPENDED.upper())["messages"]] == [
        "<7@client>",
        "<8@client>",
    ]
    assert asked(filled, OPEN, since=(NOW + timedelta(days=1)).isoformat())["messages"] == []
    assert filled.query("SELECT actor, asked, found FROM events.look ORDER BY entry LIMIT 1") == [
        ("an@controller", "<7@client>", 7)
    ]


def test_a_bounce_and_what_goes_on_under_another_number_are_followed(filled: Database, lines: Path) -> None:
    first, second, notice = "4jbZaaaaaaaaaaa", "4jbZbbbbbbbbbbb", "4jbZccccccccccc"
    said = [
        ("cleanup", first, "message-id=<1@client>"),
        ("qmgr", first, f"from=<{OPEN}>, size=9, nrcpt=1 (queue active)"),
        (
            "smtp",
            first,
            f"to=<y@e.org>, relay=f[127.0.0.1]:10025, delay=1, dsn=2.0.0, status=sent (250 queued as {second})",
        ),
        ("cleanup", second, "message-id=<1@client>"),
        ("qmgr", second, f"from=<{OPEN}>, size=9, nrcpt=1 (queue active)"),
        ("smtp", second, "to=<y@e.org>, relay=none, delay=1, dsn=5.4.4, status=bounced (Host not found)"),
        ("cleanup", notice, "message-id=<n@mail>"),
        ("qmgr", notice, "from=<>, size=9, nrcpt=1 (queue active)"),
        ("bounce", second, f"sender non-delivery notification: {notice}"),
        (
            "lmtp",
            notice,
            f"to=<{OPEN}>, relay=m[private/dovecot-lmtp], delay=1, dsn=2.0.0, status=sent (250 <a> S Saved)",
        ),
    ]
    write(lines, [line(POSTFIX, f"postfix/{daemon}", f"{queue_id}: {text}") for daemon, queue_id, text in said])
    long = "<" + "a" * 90 + "@e.org>"
    write(lines, [line(POSTFIX, "postfix/cleanup", f"4jbZddddddddddd: message-id={long}")], at=50)
    more = message(9)[2:]
    renamed = [line(one.unit, one.program, one.text.replace("4jbZ00000000009", "4jbZddddddddddd")) for one in more]
    renamed[-1] = line(DOVECOT, "dovecot", renamed[-1].text.replace("<9@client>", long[:77] + "..."))
    write(lines, renamed, at=51)
    collect(filled)
    original, bounce = asked(filled, "<1@client>")["messages"]
    assert original["queue_ids"] == [first, second]
    assert [event["event"] for event in bounce["events"]] == ["received", "delivered"]
    assert asked(filled, notice)["messages"] == [original, bounce]
    # Dovecot cuts what is longer than 80 characters.
    (cut,) = asked(filled, long)["messages"]
    assert [event["event"] for event in cut["events"]] == ["received", "delivered", "stored"]


def test_trace_as_a_program(
    filled: Database, lines: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(lines, message(1))
    collect(filled)
    file = lines.with_name("trace.json")
    file.write_text(json.dumps({"database": filled.name, "database_socket_dir": filled.server.socket}))

    def run(given: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        status = trace.main(["--settings", str(file)])
        out, errors = capsys.readouterr()
        return status, out, errors

    status, out, _errors = run(json.dumps({"asked": " <1@client> ", "actor": "an@controller"}))
    assert status == 0
    assert len(json.loads(out)["messages"]) == 1
    for given, said in (
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "must be one JSON object"),
        ("{}", "malformed request"),
        ('{"asked": 1, "actor": "x"}', "malformed request"),
        ('{"asked": "x", "actor": "x", "since": "yesterday"}', "malformed request"),
        ('{"asked": "x", "actor": "x", "since": "2026-11-27T00:00:00"}', "with its time zone"),
        ('{"asked": "x", "actor": " "}', "who asks"),
        (json.dumps({"asked": "x" * 1001, "actor": "x"}), "who asks"),
        (json.dumps({"asked": "x\0", "actor": "x"}), "who asks"),
    ):
        status, out, errors = run(given)
        assert (status, out) == (1, "")
        assert said in errors
    assert filled.query("SELECT count(*) FROM events.look") == [(1,)]


def test_nobody_is_answered_where_it_cannot_be_put_on_record(filled: Database) -> None:
    filled.query("REVOKE INSERT (actor) ON events.look FROM danhba_trace")
    with pytest.raises(Exception, match="permission denied"):
        asked(filled, OPEN)


def test_a_database_that_does_not_answer_is_away(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(Away):
        trace.answer(TraceSettings(filled.name, str(tmp_path)), {"asked": OPEN, "actor": "x"})


@pytest.mark.clause("R10.7")
def test_which_files_a_message_carries_is_found_by_each_and_is_nobodys_way(filled: Database, lines: Path) -> None:
    first, second = "a" * 64, "b" * 64
    said = [f"{queue_id}: files {files}" for queue_id, files in ((QUEUE_ID, f"{first} {second}"), ("4jbZ7", "c"))]
    write(lines, message(1) + [line(SECRECY, "danhba-secrecy", each) for each in said])
    collect(filled)
    assert stored(filled).count("carried") == 1
    found = "SELECT queue_id FROM events.event WHERE at IN (SELECT at FROM events.key WHERE hash = events.hash(%s))"
    for digest in (first, second):
        assert (QUEUE_ID,) in filled.query(f"{found} AND event = 'carried'", digest)
    told = asked(filled, "<1@client>")["messages"][0]["events"]
    assert "carried" not in {event["event"] for event in told}
