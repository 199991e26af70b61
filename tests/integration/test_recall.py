"""Recalls against a real database: what is found, held, erased and put on record; killed anywhere, and run again."""

from __future__ import annotations

import base64
import email
import hashlib
import io
import json
import os
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest

from danhba_host.journal import Away, Refused
from danhba_host.recall import __main__ as recall
from danhba_host.recall import finding, fingerprint, held, mailboxes, queue, steps
from danhba_host.recall import store as recalls
from danhba_host.recall.settings import Settings
from tests.integration.conftest import Ansible, Database
from tests.support.mailboxes import Queue, Store
from tests.support.recalls import FILE, TEXT, compose, keys, operators, sign

__all__ = ["keys"]

SENDER, AN, BINH, CHI, DUNG = (f"{name}-stttt@laocai.gov.vn" for name in ("sender", "an", "binh", "chi", "dung"))
PEOPLE = (SENDER, AN, BINH, CHI, DUNG)
ID, FORWARD = "<1@client>", "<2@client>"
WHEN = datetime(2026, 11, 27, 1, tzinfo=UTC)
REASON = {"purpose": "secret", "document": "12/QĐ-STTTT", "document_date": "2026-11-27"}


class Events:
    """Puts events into the store, as the collector would have."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._count = 0

    def add(self, event: str, person: str = "", **values: Any) -> None:
        self._count += 1
        row = {
            "at": WHEN + timedelta(seconds=self._count),
            "source": "00000000-0000-0000-0000-000000000000",
            "position": self._count,
            "event": event,
            **({"kind": "official", "id": person.partition("-")[0]} if person else {}),
            **values,
        }
        names = ", ".join(row)
        with self._database.connect() as connection:
            connection.execute("SELECT events.prepare(events.day(%s))", [row["at"]])
            connection.execute(
                f"WITH new AS (INSERT INTO events.event ({names}) VALUES ({', '.join(['%s'] * len(row))}) RETURNING *)"
                " INSERT INTO events.key SELECT DISTINCT events.hash(word), new.at FROM new, events.words(new) AS word"
                " ON CONFLICT DO NOTHING".encode(),
                list(row.values()),
            )

    def sent(
        self, message_id: str, sender: str, *recipients: str, uid: int = 1, outside: str = "", files: str = ""
    ) -> None:
        """A message that was delivered; `files` as the gate has told them."""
        queue_id = f"4jbZ{self._count:011}"
        if files:
            self.add("carried", queue_id=queue_id, files=files)
        self.add("received", sender, queue_id=queue_id, message_id=message_id, sender=sender, size=9)
        for each in recipients:
            session = f"S{self._count}"
            self.add("delivered", each, queue_id=queue_id, recipient=each, protocol="lmtp", session=session)
            more = {"message_id": message_id, "session": session, "protocol": "lmtp"}
            self.add("stored", each, folder="INBOX", uid=uid, **more)
        if outside:
            self.add(
                "delivered", queue_id=queue_id, recipient=outside, protocol="smtp", origin="mx.example.org[192.0.2.1]"
            )


@pytest.fixture
def events(database: Database) -> Events:
    for each in PEOPLE:
        database.query(
            "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
            " VALUES ('official', %s, %s, 'Lò Thị', 'stttt', 1, 'open', '1/QĐ-VP', '2010-10-15')",
            each.partition("-")[0],
            each,
        )
    return Events(database)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store()
    monkeypatch.setattr(mailboxes, "_running", store.running)
    return store


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Queue:
    waiting = Queue()
    monkeypatch.setattr(queue, "_run", waiting.run)
    return waiting


class Asked:
    """Asks the host's program, as the playbook does."""

    def __init__(self, database: Database, folder: Path, signers: list[str], waiting: Queue) -> None:
        self.waiting = waiting
        self.settings = Settings(
            database.name, database.server.socket, str(folder.parent / "store"), str(folder), signers
        )

    def __call__(self, step: str, **more: Any) -> dict[str, Any]:
        request = {"step": step, "recall": "TH-01", "actor": "an@controller", **more}
        if step == "find":
            request = {"message_id": ID, **REASON, **request}
        return json.loads(json.dumps(recall.answer(self.settings, request)))  # type: ignore[no-any-return]


@pytest.fixture
def ask(database: Database, tmp_path: Path, keys: Path, store: Store, waiting: Queue) -> Asked:
    assert store is not None
    return Asked(database, tmp_path / "held", operators(keys), waiting)


@pytest.fixture
def leaked(events: Events, store: Store, waiting: Queue) -> Store:
    """A message in an inbox, a subfolder and Sent; forwarded on; in the queue; one to outside; and other mail."""
    original, other = compose(file=FILE).as_bytes(), compose(text="Thư khác.\n", message_id="<9@client>").as_bytes()
    events.sent(ID, SENDER, AN, BINH, outside="x@example.org")
    events.add("read", AN, folder="INBOX", uid=2, protocol="pop3", client="192.0.2.7")
    store.put(SENDER, "Sent", original)
    store.put(AN, "INBOX", other, flags=r"\Seen")
    store.put(AN, "INBOX", b"Return-Path: <x>\n" + original, flags=r"\Flagged \Seen")
    store.put(BINH, "Việc/Năm nay", original.replace(b"\n", b"\r\n"))
    store.put(BINH, "INBOX", other)
    forward = compose(text="Kính chuyển.\n", message_id=FORWARD, References=ID, file=FILE).as_bytes()
    events.sent(FORWARD, BINH, CHI)
    store.put(BINH, "Sent", forward)
    store.put(CHI, "INBOX", forward)
    answer = compose(text="Đã nhận.\n", message_id="<3@client>", References=ID).as_bytes()
    events.sent("<3@client>", AN, SENDER)
    store.put(SENDER, "INBOX", answer)
    store.put(DUNG, "INBOX", other)
    waiting.waiting["4jbZqueued00001"] = (SENDER, ["y@example.org"], original)
    waiting.waiting["4jbZother000001"] = (SENDER, ["y@example.org"], other)
    return store


def rest(store: Store) -> list[Any]:
    """What is no copy of the message and carries none."""
    return [each for each in store.all() if FILE not in _decoded(each[3])]


def _decoded(raw: bytes) -> bytes:
    parts = email.message_from_bytes(raw).walk()
    return b"".join(part.get_payload(decode=True) or b"" for part in parts if not part.is_multipart())  # type: ignore[misc]


def signed(keys: Path, checksum: str, *names: str) -> list[str]:
    return [sign(keys, name, checksum) for name in names or ("an", "binh")]


@pytest.mark.clause("R10.7")
def test_all_of_a_recall(ask: Asked, leaked: Store, waiting: Queue, keys: Path, database: Database) -> None:
    before = rest(leaked)
    found = ask("find")
    assert found["changed"]
    places = [(each["mailbox"], each["folder"], each["relation"]) for each in found["copies"]]
    assert sorted(places) == [
        ("official/an", "INBOX", "copy"),
        ("official/binh", "Sent", "carrier"),
        ("official/binh", "Việc/Năm nay", "copy"),
        ("official/chi", "INBOX", "carrier"),
        ("official/sender", "Sent", "copy"),
    ]
    assert [each["queue_id"] for each in found["queue"]] == ["4jbZqueued00001"]
    report = found["report"]
    assert [(each["recipient"], each["server"]) for each in report["outside"]] == [
        ("x@example.org", "mx.example.org[192.0.2.1]")
    ]
    assert [(each["mailbox"], each["protocol"], each["client"]) for each in report["reads"]] == [
        ("official/an", "pop3", "192.0.2.7")
    ] * bool(report["reads"])
    assert {each["mailbox"] for each in report["mailboxes"]} == {
        "official/an",
        "official/binh",
        "official/chi",
        "official/sender",
    }
    assert report["mentions"] == [{"mailbox": "official/sender", "folder": "INBOX", "message_id": "<3@client>"}]
    assert not ask("find")["changed"]
    assert not any(DUNG in " ".join(call) for call in leaked.calls)

    kept = ask("hold")
    assert kept["counts"]["held"] == 6
    assert leaked.all() == before == rest(leaked)
    assert waiting.held == {"4jbZqueued00001"}
    assert not ask("hold")["changed"]
    assert ask("find")["checksum"] == found["checksum"]

    erased = ask("erase", signatures=signed(keys, found["checksum"]))
    assert (erased["counts"]["erased"], erased["signed"], erased["more"]) == (6, ["an", "binh"], 0)
    assert leaked.all() == before
    assert list(waiting.waiting) == ["4jbZother000001"]
    assert {(AN, "INBOX"), (BINH, "Việc/Năm nay"), (SENDER, "Sent"), (CHI, "INBOX")} <= leaked.purged
    assert not Path(ask.settings.folder, "TH-01").exists()
    assert not ask("erase")["changed"]

    recorded = ask("record")
    body = json.loads(recorded["record"]["record"])
    assert (body["number"], body["previous"]) == (1, "0" * 64)
    assert [step["step"] for step in body["steps"]] == ["find", "hold", "erase", "erase"]
    assert body["steps"][-1]["detail"]["signed"] == ["an", "binh"]
    again = ask("record")
    assert (again["changed"], again["record"]) == (False, recorded["record"])
    assert database.query("SELECT count(*) FROM events.look") == [(3,)]


def test_the_second_record_names_the_first(ask: Asked, leaked: Store, keys: Path, database: Database) -> None:
    for name in ("TH-01", "TH-02"):
        assert leaked
        found = ask("find", recall=name)
        ask("erase", recall=name, signatures=signed(keys, found["checksum"]))
        ask("record", recall=name)
    first, second = database.query("SELECT record::jsonb ->> 'previous', sha256 FROM recall.record ORDER BY number")
    assert (first[0], second[0]) == ("0" * 64, first[1])


def test_a_record_that_was_changed_is_seen(ask: Asked, leaked: Store, keys: Path, database: Database) -> None:
    assert leaked
    found = ask("find")
    ask("erase", signatures=signed(keys, found["checksum"]))
    ask("record")
    for change in ("UPDATE recall.record SET recall = recall", "DELETE FROM recall.step", "TRUNCATE recall.record"):
        with pytest.raises(psycopg.Error, match="only grows"):
            database.query(change)
    database.query(
        "ALTER TABLE recall.record DISABLE TRIGGER record_only_grows;"
        " UPDATE recall.record SET record = replace(record, '12/QĐ', '13/QĐ')"
    )
    ask("find", recall="TH-02")
    with pytest.raises(Refused, match="record 1 in the database does not fit"):
        ask("record", recall="TH-02")


@pytest.mark.parametrize("wrong", [{"previous": "0" * 64}, {"number": 3}])
def test_record_that_does_not_follow_the_last_one_is_refused(
    ask: Asked, leaked: Store, keys: Path, database: Database, wrong: dict[str, Any]
) -> None:
    """By the database itself: whoever has the role of recalls can leave no record out of the chain."""
    assert leaked
    found = ask("find")
    ask("erase", signatures=signed(keys, found["checksum"]))
    ask("record")
    ask("find", recall="TH-02")
    [(last,)] = database.query("SELECT sha256 FROM recall.record")
    record = json.dumps({"number": 2, "previous": last} | wrong)
    insert = "INSERT INTO recall.record (recall, record) VALUES ('TH-02', %s)"
    with pytest.raises(psycopg.errors.SerializationFailure, match="does not name the record before it"):
        database.query(insert, record, role="danhba_recall")
    database.query(insert, json.dumps({"number": 2, "previous": last}), role="danhba_recall")


def test_check_mode_changes_nothing(ask: Asked, leaked: Store, waiting: Queue, keys: Path, database: Database) -> None:
    def state() -> tuple[Any, ...]:
        dump = [
            database.query(f"SELECT * FROM recall.{name}") for name in ("recall", "copy", "queued", "step", "record")
        ]
        return (
            dump,
            leaked.all(),
            dict(waiting.waiting),
            set(waiting.held),
            sorted(Path(ask.settings.folder).glob("**/*")),
        )

    before = state()
    assert ask("find", dry_run=True)["changed"]
    assert state() == before
    found = ask("find")
    for step, more in (("hold", {}), ("release", {}), ("erase", {"signatures": signed(keys, found["checksum"])})):
        before = state()
        assert ask(step, dry_run=True, **more)["changed"], step
        assert state() == before
    ask("erase", signatures=signed(keys, found["checksum"]))
    before = state()
    assert ask("record", dry_run=True)["record"]
    assert state() == before


def test_a_hold_by_mistake_is_put_back_as_it_was(ask: Asked, leaked: Store, waiting: Queue) -> None:
    ask("find")
    leaked.boxes[BINH]["Việc/Năm nay"][1].flags = r"\Answered"  # its owner goes on in the meantime
    before = sorted((each[0], each[1], each[3], each[4]) for each in leaked.all())
    ask("find")
    ask("hold")
    back = ask("release")
    assert back["counts"]["released"] == 6
    assert sorted((each[0], each[1], each[3], each[4]) for each in leaked.all()) == before
    assert waiting.held == set()
    assert len(waiting.waiting) == 2
    assert not ask("release")["changed"]
    assert back["plan"]["copies"] == back["plan"]["queue"] == []


def test_a_release_that_was_killed_puts_nothing_back_twice(
    ask: Asked, leaked: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted((each[0], each[1], each[3], each[4]) for each in leaked.all())
    ask("find")
    ask("hold")
    killed_at(monkeypatch, recalls.Store, "mark", 2)
    with pytest.raises(Killed):
        ask("release")
    monkeypatch.undo()
    monkeypatch.setattr(mailboxes, "_running", leaked.running)
    monkeypatch.setattr(queue, "_run", Queue().run)
    ask("release")
    assert sorted((each[0], each[1], each[3], each[4]) for each in leaked.all()) == before


def test_what_a_killed_hold_has_taken_is_put_back_too(ask: Asked, leaked: Store) -> None:
    before = sorted((each[0], each[1], each[3], each[4]) for each in leaked.all())
    ask("find")
    with pytest.MonkeyPatch.context() as patch:
        killed_at(patch, recalls.Store, "mark_all", 1)
        with pytest.raises(Killed):
            ask("hold")
    assert len(leaked.all()) < len(before)
    ask("release")
    assert sorted((each[0], each[1], each[3], each[4]) for each in leaked.all()) == before


def test_what_a_killed_run_has_begun_to_erase_is_not_put_back(ask: Asked, leaked: Store, keys: Path) -> None:
    """Some of it is gone for good: it would be told of all that they are in their mailboxes again."""
    found = ask("find")
    ask("hold")
    with pytest.MonkeyPatch.context() as patch:
        killed_at(patch, held.Held, "drop", 2)
        with pytest.raises(Killed):
            ask("erase", signatures=signed(keys, found["checksum"]))
    before = leaked.all()
    with pytest.raises(Refused, match="has begun to erase"):
        ask("release")
    assert leaked.all() == before


def test_a_carrier_without_an_id_is_held_too(ask: Asked, leaked: Store) -> None:
    nameless = compose(text="Xem.\n", References=ID, file=FILE)
    del nameless["Message-ID"]
    leaked.put(AN, "INBOX", nameless.as_bytes())
    assert [each["message_id"] for each in ask("find")["copies"]].count("") == 1
    assert ask("hold")["counts"]["held"] == 7
    assert not [each for each in leaked.all() if FILE in _decoded(each[3])]


def test_what_cannot_be_put_back_stays_held(ask: Asked, leaked: Store, database: Database) -> None:
    ask("find")
    ask("hold")
    database.query("UPDATE mail.account SET state = 'closed' WHERE id = 'an'")
    leaked.away = {""}
    back = ask("release")
    assert (back["away"], back["counts"]["released"], back["counts"]["held"]) == (["official/an"], 5, 1)
    assert len(list(Path(ask.settings.folder).glob("*/*"))) == 1
    database.query("UPDATE mail.account SET state = 'open' WHERE id = 'an'")
    assert ask("release")["counts"]["released"] == 6
    assert not list(Path(ask.settings.folder).glob("*"))


def test_a_recall_of_what_was_nowhere_knows_later_which_one_it_was(
    ask: Asked, events: Events, store: Store, keys: Path
) -> None:
    events.sent(ID, SENDER, AN)
    assert ask("find")["copies"] == []
    store.put(AN, "INBOX", compose(file=FILE).as_bytes())
    found = ask("find")
    store.put(AN, "INBOX", compose(text="Thư vô can.\n" * 9).as_bytes())
    erased = ask("erase", signatures=signed(keys, found["checksum"]))
    assert (erased["counts"]["erased"], erased["more"]) == (1, 0)
    assert [(each["relation"], each["state"]) for each in ask("find")["copies"]] == [
        ("copy", "erased"),
        ("namesake", "left"),
    ]


class Killed(BaseException):
    """In place of SIGKILL: nothing behind it is run, and nothing catches it."""


def killed_at(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, call: int) -> None:
    """Kill the program when it is at that call of a function for the so-many-th time."""
    own: Callable[..., Any] = getattr(place, name)
    count = 0

    def counted(*args: Any, **more: Any) -> Any:
        nonlocal count
        count += 1
        if count == call:
            raise Killed
        return own(*args, **more)

    monkeypatch.setattr(place, name, counted)


@pytest.mark.clause("R10.7")
@pytest.mark.parametrize(
    "at",
    [
        ("hold", queue, "hold", 1),
        ("hold", held.Held, "keep", 1),
        ("hold", held.Held, "keep", 3),
        ("hold", held.Held, "sync", 1),
        ("hold", mailboxes, "_run", 1),
        ("hold", mailboxes, "_run", 3),
        ("hold", recalls.Store, "mark", 1),
        ("hold", recalls.Store, "mark_all", 1),
        ("hold", recalls.Store, "mark_all", 2),
        ("hold", recalls.Store, "step", 1),
        ("erase", mailboxes, "_run", 2),
        ("erase", recalls.Store, "mark_all", 3),
        ("erase", mailboxes, "forget_caches", 1),
        ("erase", queue, "remove", 1),
        ("erase", held.Held, "drop", 2),
        ("erase", held.Held, "end", 1),
    ],
)
def test_killed_anywhere_it_is_run_again_and_finishes(
    ask: Asked, leaked: Store, keys: Path, monkeypatch: pytest.MonkeyPatch, at: tuple[str, Any, str, int]
) -> None:
    step, place, name, call = at
    before = rest(leaked)
    found = ask("find")
    more = {"signatures": signed(keys, found["checksum"])} if step == "erase" else {}
    with monkeypatch.context() as patch:
        patch.setattr(mailboxes, "CHUNK", 1)
        killed_at(patch, place, name, call)
        with pytest.raises(Killed):
            ask(step, **more)
    copies = len(leaked.all()) - len(before)
    kept = list(Path(ask.settings.folder).glob("*/*"))
    if step == "hold":
        assert copies + len(kept) >= 5, "a message is in no mailbox and not held"
    ask("hold")
    done = ask("erase", signatures=signed(keys, found["checksum"]))
    assert {name: count for name, count in done["counts"].items() if count} == {"erased": 6}
    assert leaked.all() == before
    assert list(ask.waiting.waiting) == ["4jbZother000001"]
    assert ask("record")["changed"]


@pytest.mark.clause("R10.7")
def test_two_messages_with_one_forged_id_are_never_mixed(
    ask: Asked,
    leaked: Store,
    events: Events,
    keys: Path,
) -> None:
    other = compose(text="Thư vô can.\n" * 9).as_bytes()
    events.sent(ID, DUNG, BINH)
    leaked.put(BINH, "INBOX", other)
    several = ask("find")
    assert not several["changed"]
    assert len(several["choices"]) == 2
    with pytest.raises(Refused, match="there is no recall"):
        ask("hold")
    meant = next(each["digest"] for each in several["choices"] if each["copies"] == 3)
    found = ask("find", digests=[meant])
    assert {each["digest"] for each in found["copies"] if each["relation"] == "copy"} == {meant}
    again = ask("find")  # which one it is was said
    assert (again["changed"], again["checksum"]) == (False, found["checksum"])
    ask("erase", signatures=signed(keys, found["checksum"]))
    assert other in [each[3] for each in leaked.all()]
    with pytest.raises(Refused, match="has the SHA-256 that was given"):
        ask("find", recall="TH-02", sha256=hashlib.sha256(FILE).hexdigest())


PLAN_TEXT = (
    "Kế hoạch bố trí lực lượng trực trong các ngày nghỉ của năm tới gồm ba ca mỗi ngày.\n"
    "Ca một từ bảy giờ đến mười lăm giờ, ca hai đến hai mươi ba giờ, ca ba đến sáng hôm sau.\n"
    "Danh sách trực do văn phòng lập, thủ trưởng cơ quan ký và gửi các đơn vị trước ngày mồng mười.\n"
)


@pytest.fixture
def edited(events: Events, store: Store, waiting: Queue) -> Store:
    """A message of text; its recipients have changed a line of it, its subject, and forged another under its id."""
    assert waiting
    events.sent(ID, SENDER, AN, BINH, CHI, DUNG)
    original = compose(text=PLAN_TEXT)
    store.put(SENDER, "Sent", original.as_bytes())
    store.put(AN, "INBOX", original.as_bytes())
    store.put(BINH, "INBOX", compose(text=PLAN_TEXT.replace("mồng mười", "mười lăm")).as_bytes())
    store.put(CHI, "INBOX", compose(text=PLAN_TEXT, Subject="[Đã đọc] Trực").as_bytes())
    return store


def kinds(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Of each mailbox what its message is, and what becomes of it."""
    return {each["mailbox"].partition("/")[2]: (each["relation"], each["state"]) for each in found["copies"]}


@pytest.mark.clause("R10.7")
def test_find_copies_changed_under_the_same_id_are_recalled_as_what_they_are(
    ask: Asked, edited: Store, keys: Path
) -> None:
    found = ask("find")
    assert kinds(found) == {
        "sender": ("copy", "found"),
        "an": ("copy", "found"),
        "binh": ("changed", "found"),
        "chi": ("changed", "found"),
    }
    differs = {each["mailbox"]: (each["differs"], each["percent"]) for each in found["copies"]}
    assert differs["official/chi"] == ("subject", 100)
    assert differs["official/binh"][0] == "text"
    assert 50 <= differs["official/binh"][1] < 100
    assert [each.get("relation") for each in found["plan"]["copies"]] == [None, "changed", "changed", None]
    assert not ask("find")["changed"]
    assert ask("hold")["counts"]["held"] == 4
    assert ask("find")["checksum"] == found["checksum"]
    erased = ask("erase", signatures=signed(keys, found["checksum"]))
    assert (erased["counts"]["erased"], erased["more"]) == (4, 0)
    assert edited.all() == []


@pytest.mark.clause("R10.7")
def test_find_changed_copies_that_nobody_chose_are_left_and_said(ask: Asked, edited: Store, keys: Path) -> None:
    found = ask("find", kinds=["copy"])
    assert kinds(found)["binh"] == kinds(found)["chi"] == ("changed", "left")
    assert [each["relation"] for each in found["plan"]["left"]] == ["changed", "changed"]
    with pytest.raises(Refused, match="there is no wrong"):
        ask("find", kinds=["wrong"])
    erased = ask("erase", signatures=signed(keys, found["checksum"]))
    assert (erased["counts"]["erased"], erased["counts"]["left"], erased["more"]) == (2, 2, 0)
    assert {row[0] for row in edited.all()} == {BINH, CHI}
    body = json.loads(ask("record")["record"]["record"])
    assert {each["state"] for each in body["copies"]} == {"erased", "left"}
    # Its owner removes it: it is told so, and not as something to be erased.
    edited.boxes[CHI]["INBOX"].clear()
    assert kinds(ask("find"))["chi"] == ("changed", "lapsed")
    # They are chosen later, when no text is left to compare with.
    again = ask("find", kinds=["changed"])
    assert kinds(again)["binh"] == ("changed", "found")
    assert ask("erase", signatures=signed(keys, again["checksum"]))["counts"]["erased"] == 3
    assert edited.all() == []


def test_find_a_message_that_is_other_under_the_same_id_is_named_and_left(
    ask: Asked, edited: Store, keys: Path
) -> None:
    other = compose(text="Thư vô can.\n" * 9).as_bytes()
    edited.put(DUNG, "INBOX", other)
    choices = ask("find")["choices"]
    assert {each["is"] for each in choices} == {"copy", "changed", "namesake"}
    [meant] = [each["digest"] for each in choices if each["is"] == "copy"]
    found = ask("find", digests=[meant])
    assert kinds(found)["dung"] == ("namesake", "left")
    assert kinds(found)["binh"] == ("changed", "found")
    ask("erase", signatures=signed(keys, found["checksum"]))
    assert [row[3] for row in edited.all()] == [other]


@pytest.mark.clause("R10.7")
def test_find_a_message_that_cannot_be_taken_apart_is_named_and_the_others_are_found(
    ask: Asked, edited: Store, events: Events, waiting: Queue
) -> None:
    head = b"From: dung@laocai.gov.vn\nContent-Type: message/rfc822\n"
    same, other = (
        b"Message-ID: %s\n" % id_ + head + b"\n" + (head + b"\n") * 400 + compose(text=PLAN_TEXT).as_bytes()
        for id_ in (b"<1@client>", b"<broken@client>")
    )
    strange = compose(text=PLAN_TEXT, message_id="<usb@home>").as_bytes()
    edited.put(DUNG, "INBOX", same)
    edited.put(AN, "Sent", other)
    edited.put(AN, "Việc", strange.replace(b'charset="utf-8"', b'charset="undefined"'))
    events.sent("<broken@client>", AN, DUNG)
    waiting.waiting["4jbZqueued00001"] = (SENDER, ["y@example.org"], same)
    [meant] = [each["digest"] for each in ask("find")["choices"] if each["is"] == "copy"]
    found = ask("find", digests=[meant])
    assert [(each["mailbox"], each["folder"], each["message_id"]) for each in found["report"]["unread"]] == [
        ("", "4jbZqueued00001", ""),
        ("official/an", "Sent", "<broken@client>"),
        ("official/dung", "INBOX", ID),
    ]
    assert ("official/an", "twin") in [(each["mailbox"], each["relation"]) for each in found["copies"]]
    assert not ask("find", digests=[meant])["changed"]


@pytest.fixture
def alone(events: Events, store: Store) -> Store:
    """A message that its recipient has."""
    events.sent(ID, SENDER, AN)
    store.put(AN, "INBOX", compose(text=PLAN_TEXT).as_bytes())
    return store


@pytest.fixture
def nameless(alone: Store) -> Store:
    """It, and its text in a mailbox that had nothing to do with it, stored without a Message-ID."""
    lines = compose(text=PLAN_TEXT).as_bytes().split(b"\n")
    alone.put(DUNG, "Lưu trữ", b"\n".join(line for line in lines if not line.startswith(b"Message-ID")))
    return alone


@pytest.mark.clause("R10.7")
@pytest.mark.parametrize("said", [{}, {"all_mailboxes": False}, {"all_mailboxes": ""}])
def test_find_again_what_has_no_id_is_found_again_and_erased(
    ask: Asked, nameless: Store, keys: Path, said: dict[str, Any]
) -> None:
    assert kinds(ask("find", all_mailboxes=True))["dung"] == ("twin", "found")
    again = ask("find", kinds=["changed", "twin"], **said)
    assert kinds(again)["dung"] == ("twin", "found")
    erased = ask("erase", signatures=signed(keys, again["checksum"]))
    assert (erased["counts"]["erased"], erased["more"], nameless.all()) == (2, 0, [])


def test_find_again_what_has_no_id_is_gone_when_its_owner_has_removed_it_and_not_while_it_is_away(
    ask: Asked, nameless: Store
) -> None:
    ask("find", all_mailboxes=True)
    nameless.away.add(DUNG)
    assert kinds(ask("find"))["dung"] == ("twin", "found")
    nameless.away.clear()
    nameless.boxes[DUNG]["Lưu trữ"].clear()
    assert kinds(ask("find"))["dung"] == ("twin", "gone")


def test_find_again_what_has_no_id_and_is_left_is_still_left_when_no_text_is_known(
    ask: Asked, nameless: Store, keys: Path
) -> None:
    found = ask("find", kinds=["copy"], all_mailboxes=True)
    ask("erase", signatures=signed(keys, found["checksum"]))
    assert kinds(ask("find"))["dung"] == ("twin", "left")


@pytest.mark.clause("R10.7")
@pytest.mark.parametrize(("said", "more"), [([True], 1), ([True, None], 1), ([True, False], 0), ([None], 0)])
def test_erase_looks_again_in_all_mailboxes_where_that_was_asked(
    ask: Asked, alone: Store, keys: Path, said: list[bool | None], more: int
) -> None:
    for each in said:
        found = ask("find", all_mailboxes=each)
    assert found["report"]["everywhere"] == bool(more)
    alone.put(DUNG, "Lưu trữ", compose(text=PLAN_TEXT, message_id="<usb@home>").as_bytes())
    assert ask("erase", signatures=signed(keys, found["checksum"]))["more"] == more


@pytest.mark.clause("R10.7")
def test_find_again_an_answer_in_the_queue_is_no_copy_and_is_left_when_its_kind_is(
    ask: Asked, edited: Store, events: Events, waiting: Queue, keys: Path
) -> None:
    answer = compose(text=ANSWER, message_id="<answer@client>", From="binh@laocai.gov.vn", In_Reply_To=ID).as_bytes()
    events.sent("<answer@client>", BINH, SENDER)
    edited.put(SENDER, "INBOX", answer)
    waiting.waiting["4jbZqueued00001"] = (BINH, ["y@example.org"], answer)

    def found(*chosen: str) -> tuple[list[tuple[str, str]], list[str], str]:
        """What the answer is, in the mailbox and in the queue; what the plan has of the queue; and its checksum."""
        told = ask("find", kinds=chosen)
        copies = [each for each in told["copies"] if each["message_id"] == "<answer@client>"]
        is_ = [(each["relation"], each["state"]) for each in [*copies, *told["queue"]]]
        return is_, [each["queue_id"] for each in told["plan"]["queue"]], told["checksum"]

    some = ("changed", "twin", "carrier")
    assert found(*some, "whole")[:2] == ([("whole", "found")] * 2, ["4jbZqueued00001"])
    assert found(*some)[:2] == ([("whole", "left")] * 2, [])
    assert found(*some, "whole")[:2] == ([("whole", "found")] * 2, ["4jbZqueued00001"])
    assert ask("hold")["counts"]["held"] == 6
    with pytest.raises(Refused, match="holds messages of the kind whole"):
        found(*some)
    ask("release")
    _is, named, checksum = found(*some)
    assert not named
    ask("erase", signatures=signed(keys, checksum))
    assert list(waiting.waiting) == ["4jbZqueued00001"]
    assert not waiting.held


def test_find_a_changed_copy_in_the_queue_is_held_or_told(ask: Asked, edited: Store, waiting: Queue) -> None:
    changed = compose(text=PLAN_TEXT.replace("mồng mười", "mười lăm")).as_bytes()
    waiting.waiting["4jbZqueued00001"] = (SENDER, ["y@example.org"], changed)
    assert [each["queue_id"] for each in ask("find")["queue"]] == ["4jbZqueued00001"]
    left = ask("find", recall="TH-02", kinds=["copy"])
    assert left["queue"] == []
    assert [(each["queue_id"], each["relation"]) for each in left["report"]["waiting"]] == [
        ("4jbZqueued00001", "changed")
    ]
    assert edited


def test_find_kinds_that_are_held_cannot_be_left_without_release(ask: Asked, edited: Store) -> None:
    ask("find")
    ask("hold")
    with pytest.raises(Refused, match="run step=release"):
        ask("find", kinds=["copy"])
    assert edited.all() == []


QUOTED = "".join(f"> {line}\n" for line in PLAN_TEXT.splitlines())
ANSWER = f"Tôi đã nhận và sẽ bố trí người.\n\nNgày hôm qua ông viết:\n{QUOTED}"


@pytest.fixture
def copied(edited: Store, events: Events) -> Store:
    """The message quoted whole and in part in answers, and stored again under another id, without an event of it."""
    answer = compose(text=ANSWER, message_id="<answer@client>", From="binh@laocai.gov.vn", In_Reply_To=ID)
    events.sent("<answer@client>", BINH, SENDER)
    edited.put(SENDER, "INBOX", answer.as_bytes())
    half = compose(text=f"Xem:\n{''.join(QUOTED.splitlines(keepends=True)[:2])}", message_id="<half@client>")
    edited.put(CHI, "Sent", half.as_bytes())
    edited.put(AN, "Lưu trữ", compose(text=PLAN_TEXT, message_id="<archived@phone>").as_bytes())
    edited.put(AN, "INBOX", compose(text="Đã nhận.\n", message_id="<thanks@client>", References=ID).as_bytes())
    edited.put(
        AN, "INBOX", compose(text="Việc khác hẳn của các ngày nghỉ của năm tới.\n" * 3, message_id="<9@x>").as_bytes()
    )
    return edited


@pytest.mark.clause("R10.7")
def test_find_what_quotes_it_or_is_stored_again_is_told_as_what_it_is(ask: Asked, copied: Store, keys: Path) -> None:
    found = ask("find")
    places = {each["message_id"]: (each["relation"], each["state"]) for each in found["copies"]}
    assert places == {
        ID: places[ID],
        "<answer@client>": ("whole", "left"),
        "<half@client>": ("part", "left"),
        "<archived@phone>": ("twin", "found"),
    }
    assert [each["message_id"] for each in found["report"]["mentions"]] == ["<thanks@client>"]
    assert {each["relation"] for each in found["plan"]["left"]} == {"whole", "part"}
    assert not ask("find")["changed"]
    ask("hold")
    assert ask("find")["checksum"] == found["checksum"]
    erased = ask("erase", signatures=signed(keys, found["checksum"]))
    assert (erased["counts"]["erased"], erased["counts"]["left"], erased["more"]) == (5, 2, 0)
    left = {email.message_from_bytes(row[3])["Message-ID"] for row in copied.all()}
    assert left == {"<answer@client>", "<half@client>", "<thanks@client>", "<9@x>"}


def test_find_answers_are_erased_where_their_kind_is_chosen(ask: Asked, copied: Store, keys: Path) -> None:
    found = ask("find", kinds=["changed", "twin", "carrier", "whole", "part"])
    ask("erase", signatures=signed(keys, found["checksum"]))
    left = {email.message_from_bytes(row[3])["Message-ID"] for row in copied.all()}
    assert left == {"<thanks@client>", "<9@x>"}


def test_find_a_copy_of_somebody_who_never_had_it_is_found_in_all_mailboxes(
    ask: Asked, events: Events, store: Store, keys: Path
) -> None:
    events.sent(ID, SENDER, AN)
    store.put(AN, "INBOX", compose(text=PLAN_TEXT).as_bytes())
    store.put(DUNG, "Lưu trữ", compose(text=PLAN_TEXT, message_id="<usb@home>").as_bytes())
    store.put(CHI, "Lưu trữ", compose(text=PLAN_TEXT + "Thêm một dòng.\n").as_bytes())
    assert set(kinds(ask("find"))) == {"an"}
    found = ask("find", all_mailboxes=True)
    assert kinds(found) == {"an": ("copy", "found"), "dung": ("twin", "found"), "chi": ("changed", "found")}
    assert found["report"]["searched"] == len(PEOPLE)
    again = ask("find")  # what is known is looked for where it was
    assert (again["checksum"], again["counts"]["found"]) == (found["checksum"], 3)
    erased = ask("erase", signatures=signed(keys, found["checksum"]))
    assert (erased["counts"]["erased"], erased["more"]) == (3, 0)
    assert store.all() == []


def test_find_a_short_message_is_like_no_other(ask: Asked, events: Events, store: Store) -> None:
    events.sent(ID, SENDER, AN, BINH)
    short = compose(text="Đã nhận, cảm ơn.\n")
    store.put(AN, "INBOX", short.as_bytes())
    store.put(BINH, "INBOX", compose(text="Đã nhận, cảm ơn.\n", message_id="<7@client>", References=ID).as_bytes())
    other = compose(text="Đã nhận, cảm ơn.\n", message_id="<8@client>", References=ID, Subject="Việc khác")
    store.put(BINH, "INBOX", other.as_bytes())
    assert kinds(ask("find")) == {"an": ("copy", "found")}


def test_find_compares_no_more_than_it_may_and_says_so(
    ask: Asked, copied: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_COMPARED", 1)
    assert copied
    assert ask("find")["report"]["unexamined"]


@pytest.mark.clause("R10.7")
def test_hold_a_message_that_is_not_the_planned_one_stays_where_it_is(ask: Asked, leaked: Store) -> None:
    """Its place is the planned one, its octets are others: a mailbox was restored, or a folder made anew."""
    ask("find")
    other = compose(text="Thư khác hẳn, của người khác.\n", file=b"\x07" * 200).as_bytes()
    leaked.boxes[AN]["INBOX"][2].raw = other
    kept = ask("hold")
    assert (kept["counts"]["held"], kept["counts"]["gone"]) == (5, 1)
    assert other in [row[3] for row in leaked.all()]
    assert other not in [path.read_bytes() for path in Path(ask.settings.folder).glob("*/*")]


def test_a_message_may_be_named_by_its_attachment(ask: Asked, leaked: Store, events: Events) -> None:
    events.sent(ID, DUNG, BINH)
    leaked.put(BINH, "INBOX", compose(text="Thư vô can.\n" * 9).as_bytes())
    found = ask("find", sha256=hashlib.sha256(FILE).hexdigest())
    assert len([each for each in found["copies"] if each["relation"] == "copy"]) == 3
    with pytest.raises(Refused, match="has the SHA-256 that was given"):
        ask("find", recall="TH-02", sha256="0" * 64)


def test_a_message_may_be_named_by_its_sender_and_time(ask: Asked, leaked: Store) -> None:
    assert leaked
    when = {"message_id": "", "sent_since": WHEN.isoformat(), "sent_until": (WHEN + timedelta(hours=1)).isoformat()}
    assert ask("find", sender=SENDER, **when)["plan"]["message_id"] == ID
    assert [each["message_id"] for each in ask("find", sender=BINH, recall="TH-02", **when)["plan"]["copies"]]
    with pytest.raises(Refused, match="has sent nothing"):
        ask("find", sender=DUNG, **when)


def test_of_several_messages_of_a_sender_one_has_to_be_named(ask: Asked, events: Events, leaked: Store) -> None:
    assert leaked
    events.sent("<4@client>", SENDER, AN)
    when = {"message_id": "", "sent_since": WHEN.isoformat(), "sent_until": (WHEN + timedelta(hours=1)).isoformat()}
    several = ask("find", sender=SENDER, **when)
    assert [each["message_id"] for each in several["messages"]] == [ID, "<4@client>"]
    assert not several["changed"]


def test_of_several_messages_of_a_sender_the_subject_tells(ask: Asked, events: Events, leaked: Store) -> None:
    events.sent("<4@client>", SENDER, AN)
    leaked.put(AN, "INBOX", compose(message_id="<4@client>", Subject="Phân công trực tết").as_bytes())
    when = {"message_id": "", "sent_since": WHEN.isoformat(), "sent_until": (WHEN + timedelta(hours=1)).isoformat()}
    with pytest.raises(Refused, match="leave subject out"):
        ask("find", sender=SENDER, subject="kinh phí", **when)
    both = ask("find", sender=SENDER, subject="trực", **when)
    assert [each["message_id"] for each in both["messages"]] == [ID, "<4@client>"]
    assert ask("find", sender=SENDER, subject="PHÂN CÔNG", **when)["plan"]["message_id"] == "<4@client>"


@pytest.mark.parametrize("names", [("an",), ("an", "an"), ("an", "stranger")])
def test_without_two_operators_nothing_is_erased(
    ask: Asked,
    leaked: Store,
    keys: Path,
    names: tuple[str, ...],
) -> None:
    found = ask("find")
    ask("hold")
    with pytest.raises(Refused, match="Nothing was erased"):
        ask("erase", signatures=signed(keys, found["checksum"], *names))
    assert ask("find")["counts"]["held"] == 6
    assert leaked


def test_the_signatures_of_an_older_plan_count_for_nothing(
    ask: Asked,
    leaked: Store,
    events: Events,
    keys: Path,
) -> None:
    found = ask("find")
    ask("hold")
    events.sent(ID, SENDER, DUNG, uid=7)
    leaked.put(DUNG, "INBOX", compose(file=FILE).as_bytes())
    now = ask("find")
    assert now["changed"]
    assert now["checksum"] != found["checksum"]
    with pytest.raises(Refused, match="the plan has changed"):
        ask("erase", signatures=signed(keys, found["checksum"]))
    ask("erase", signatures=signed(keys, now["checksum"]))


def test_what_comes_in_between_is_said(ask: Asked, leaked: Store, events: Events, keys: Path) -> None:
    found = ask("find")
    ask("hold")
    leaked.put(CHI, "INBOX", compose(file=FILE).as_bytes())  # he had the forwarded one alone
    events.sent(ID, SENDER, CHI, uid=9)
    assert ask("erase", signatures=signed(keys, found["checksum"]))["more"] == 1


def test_a_mailbox_that_is_away_is_named_and_held_later(ask: Asked, leaked: Store, keys: Path) -> None:
    found = ask("find")
    leaked.away = {BINH}
    assert ask("find")["report"]["away"] == [{"mailbox": "official/binh", "reason": "away"}]
    kept = ask("hold")
    assert kept["away"] == [BINH]
    assert (kept["counts"]["held"], kept["counts"]["found"]) == (4, 2)
    partly = ask("erase", signatures=signed(keys, found["checksum"]))
    assert (partly["counts"]["erased"], partly["counts"]["found"]) == (4, 2)
    with pytest.raises(Refused, match="2 copies are left"):
        ask("record")
    leaked.away = set()
    assert ask("erase", signatures=signed(keys, found["checksum"]))["counts"]["erased"] == 6
    assert ask("record")["changed"]


def test_what_its_owner_deleted_or_moved_is_gone_from_there(ask: Asked, leaked: Store) -> None:
    ask("find")
    raw = leaked.boxes[AN]["INBOX"].pop(2).raw
    leaked.put(AN, "Trash", raw)
    assert ask("hold")["counts"]["gone"] == 1
    again = ask("find")
    assert again["counts"]["found"] == 1
    assert ask("hold")["counts"]["held"] == 6


def test_a_new_address_of_an_owner_changes_nothing(ask: Asked, leaked: Store, database: Database) -> None:
    ask("find")
    database.query("UPDATE mail.account SET address = 'new-stttt@laocai.gov.vn' WHERE id = 'an'")
    leaked.boxes["new-stttt@laocai.gov.vn"] = leaked.boxes.pop(AN)
    # A folder's GUID goes along with it, which these mailboxes make of the address.
    database.query("UPDATE recall.copy SET folder_id = replace(folder_id, %s, 'new-stttt@laocai.gov.vn')", AN)
    assert ask("hold")["counts"]["held"] == 6


def test_a_closed_mailbox_is_named(ask: Asked, leaked: Store, database: Database) -> None:
    ask("find")
    database.query("UPDATE mail.account SET state = 'closed' WHERE id = 'an'")
    assert ask("hold")["away"] == ["official/an"]
    assert ask("find", recall="TH-02")["report"]["away"] == [{"mailbox": "official/an", "reason": "closed"}]
    assert leaked


GUID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def shut(ask: Asked, leaked: Store, database: Database) -> Path:
    """The mailbox of An, who has left: Dovecot knows it no more, its files are there."""
    home = Path(ask.settings.store, "official/an/Maildir")
    other, secret = (message.raw for message in leaked.boxes.pop(AN)["INBOX"].values())
    for path, octets in (
        ("cur/1.M1.mail,S=1:2,S", other),
        ("cur/2.M2.mail:2,FS", secret),
        (".Vi&AOo-c/new/3.M3.mail", secret),
    ):
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(octets)
        os.utime(home / path, (1795741200,) * 2)
        ((home / path).parent.parent / "dovecot.index.cache").write_bytes(b"<1@client>")
    (home / "dovecot-uidlist").write_text(f"3 V1 N8 G{GUID}\n6 W9 :1.M1.mail,S=1\n7 :2.M2.mail:2,S\n")
    database.query("UPDATE mail.account SET state = 'closed' WHERE id = 'an'")
    return home


def files_of(home: Path) -> dict[str, bytes]:
    paths = (path for path in home.rglob("*") if path.is_file() and path.parent.name in {"cur", "new"})
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


@pytest.mark.clause("R10.7")
def test_a_closed_mailbox_is_looked_into_held_put_back_and_erased(ask: Asked, shut: Path, keys: Path) -> None:
    before = files_of(shut)
    found = ask("find")
    own = [each for each in found["copies"] if each["mailbox"] == "official/an"]
    assert sorted((each["folder"], each["folder_id"], each["flags"]) for each in own) == [
        ("INBOX", GUID, r"\Flagged \Seen"),
        ("Viêc", "closed .Vi&AOo-c", ""),
    ]
    assert {each["uid"] for each in own if each["folder"] == "INBOX"} == {7}
    assert found["report"]["away"] == []
    assert not ask("find")["changed"]

    assert ask("hold")["counts"]["held"] == 7
    assert list(files_of(shut)) == ["cur/1.M1.mail,S=1:2,S"]
    back = ask("release")
    assert (back["away"], back["counts"]["released"]) == ([], 7)
    assert sorted(files_of(shut).values()) == sorted(before.values())
    put = shut / "cur/2.M2.mail:2,FS"
    assert (put.read_bytes(), int(put.stat().st_mtime)) == (before["cur/2.M2.mail:2,FS"], 1795741200)

    found = ask("find", recall="TH-02")
    erased = ask("erase", recall="TH-02", signatures=signed(keys, found["checksum"]))
    assert (erased["counts"]["erased"], erased["away"], erased["more"]) == (7, [], 0)
    assert files_of(shut) == {"cur/1.M1.mail,S=1:2,S": before["cur/1.M1.mail,S=1:2,S"]}
    assert not [*shut.rglob("dovecot.index.cache")]
    assert ask("record", recall="TH-02")["changed"]


def test_a_copy_that_was_found_before_its_mailbox_was_closed_is_the_same(
    ask: Asked, leaked: Store, shut: Path, database: Database
) -> None:
    database.query("UPDATE mail.account SET state = 'open' WHERE id = 'an'")
    place = shut / "cur/2.M2.mail:2,FS"
    uid = leaked.put(AN, "INBOX", place.read_bytes(), flags=r"\Flagged \Seen")
    ask("find")
    changed = "UPDATE recall.copy SET folder_id = %s, uid = 7 WHERE mailbox = 'official/an' AND uid = %s"
    database.query(changed, GUID, uid)
    database.query("UPDATE mail.account SET state = 'closed' WHERE id = 'an'")
    assert ask("hold")["away"] == []
    assert not place.exists()


def test_what_no_mailbox_has_is_left_alone_and_said(ask: Asked, shut: Path) -> None:
    (shut / "cur/9.M9.mail").symlink_to("/etc/passwd")
    found = ask("find")
    assert found["report"]["away"] == [{"mailbox": "official/an", "reason": "away"}]
    assert not [each for each in found["copies"] if each["mailbox"] == "official/an"]
    (shut / "cur/9.M9.mail").unlink()
    ask("find")
    (shut / "cur/9.M9.mail").symlink_to("/etc/passwd")
    assert ask("hold")["away"] == ["official/an"]
    (shut / "cur/9.M9.mail").unlink()
    ask("hold")
    (shut / "cur/9.M9.mail").symlink_to("/etc/passwd")
    assert ask("release")["away"] == ["official/an"] * 2


def test_archives_that_may_have_it_are_named(ask: Asked, leaked: Store, database: Database) -> None:
    assert leaked
    database.query("UPDATE mail.account SET state = 'closed', since = '2026-11-28' WHERE id IN ('an', 'dung')")
    for person in ("an", "dung"):
        [(number,)] = database.query(
            "INSERT INTO archive.archive (at, actor, kind, id, address, since, document, document_date, recipient,"
            " messages, octets, manifest, sealed, size) VALUES (%s, 'x', 'official', %s, %s, '2026-11-28', '1/QĐ-VP',"
            " '2026-11-28', %s, 1, 1, %s, %s, 1) RETURNING number",
            WHEN + timedelta(days=2), person, f"{person}-stttt@laocai.gov.vn", "age1" + "q" * 58, "0" * 64, "0" * 64,
        )  # fmt: skip
        for step in ("removing", "removed"):
            row = "INSERT INTO archive.step (archive, step, actor, document) VALUES (%s, %s, 'x', '1/QĐ-VP')"
            database.query(row, number, step)
    report = ask("find")["report"]
    assert [(each["mailbox"], each["address"]) for each in report["archives"]] == [("official/an", AN)]
    assert report["away"] == [{"mailbox": "official/an", "reason": "closed"}]


def test_a_message_that_is_nowhere(ask: Asked, events: Events) -> None:
    with pytest.raises(Refused, match="no event of the message <8@client> is known"):
        ask("find", message_id="8@client")
    events.sent(ID, SENDER, AN)
    found = ask("find")
    assert (found["copies"], [each["mailbox"] for each in found["report"]["mailboxes"]]) == (
        [],
        ["official/an", "official/sender"],
    )
    assert not ask("hold")["changed"]
    assert not ask("erase")["changed"]
    assert ask("record")["changed"]


def test_a_message_that_only_waits(ask: Asked, events: Events, waiting: Queue) -> None:
    events.add("received", SENDER, queue_id="4jbZqueued00001", message_id=ID, sender=SENDER, size=9)
    waiting.waiting["4jbZqueued00001"] = (SENDER, ["y@example.org"], compose().as_bytes())
    assert [each["queue_id"] for each in ask("find")["queue"]] == ["4jbZqueued00001"]
    waiting.waiting.clear()
    assert ask("hold")["counts"]["gone"] == 1


def test_a_notice_that_has_the_message_in_it_is_found(ask: Asked, events: Events, store: Store) -> None:
    events.sent(ID, SENDER, AN)
    store.put(AN, "INBOX", compose(file=FILE).as_bytes())
    events.add("notified", queue_id="4jbZ00000000000", next_queue_id="4jbZnotice00001", action="non-delivery")
    events.add("received", queue_id="4jbZnotice00001", message_id="<n@mail>", sender="")
    events.add("delivered", SENDER, queue_id="4jbZnotice00001", recipient=SENDER, protocol="lmtp", session="N1")
    events.add("stored", SENDER, message_id="<n@mail>", session="N1", folder="INBOX", uid=1)
    notice = EmailMessage()
    notice["Message-ID"] = "<n@mail>"
    notice.set_content("Thư không chuyển được.\n")
    notice.add_attachment(compose(file=FILE))
    store.put(SENDER, "INBOX", notice.as_bytes())
    assert [each["mailbox"] for each in ask("find")["copies"] if each["relation"] == "carrier"] == ["official/sender"]


def test_a_forward_without_a_word_of_whence_is_found(ask: Asked, events: Events, store: Store) -> None:
    """Its program names no References and keeps no copy in Sent."""
    events.sent(ID, SENDER, AN)
    store.put(AN, "INBOX", compose(file=FILE).as_bytes())
    events.sent("<5@phone>", AN, CHI)
    store.put(CHI, "INBOX", compose(text="Xem nhé.\n", message_id="<5@phone>", file=FILE).as_bytes())
    events.sent("<6@phone>", CHI, DUNG)
    store.put(DUNG, "INBOX", compose(text="x", message_id="<6@phone>", file=FILE, In_Reply_To="<5@phone>").as_bytes())
    assert {each["mailbox"] for each in ask("find")["copies"]} >= {"official/an", "official/chi"}


def test_two_runs_at_once_are_refused(ask: Asked, leaked: Store, database: Database) -> None:
    assert leaked
    with database.connect("danhba_recall") as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('recall ' || 'TH-01', 0))")
        with pytest.raises(Refused, match="another run"):
            ask("find")
    ask("find")


def test_a_name_is_of_one_recall(ask: Asked, leaked: Store) -> None:
    assert leaked
    ask("find")
    with pytest.raises(Refused, match="was begun for something else \\(document\\)"):
        ask("find", document="13/QĐ-STTTT")


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "x"},
        {"recall": "../x"},
        {"actor": " "},
        {"document": ""},
        {"document_date": "27/11/2026"},
        {"purpose": "x"},
        {"digests": ["x"]},
        {"sha256": "x"},
        {"message_id": ""},
        {"message_id": "", "sender": SENDER, "sent_since": "2026-11-27", "sent_until": "2026-11-28"},
    ],
)
def test_a_request_that_says_too_little_is_refused(ask: Asked, events: Events, wrong: dict[str, Any]) -> None:
    assert events
    with pytest.raises(Refused, match="--"):
        ask(**{"step": "find", **wrong})


@pytest.mark.parametrize("given", ["x", "[]", "[" * 100_000])
def test_what_is_no_request_is_refused(
    ask: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "recall.json"
    file.write_text(json.dumps(ask.settings.__dict__), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert recall.main(["--settings", str(file)]) == 1
    assert "JSON" in capsys.readouterr().err


def test_asked_as_the_playbook_does(
    ask: Asked, leaked: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leaked
    file = tmp_path / "recall.json"
    file.write_text(json.dumps(ask.settings.__dict__), encoding="utf-8")
    request = {"step": "find", "recall": "TH-01", "actor": "an", "message_id": ID, **REASON}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(request)))
    assert recall.main(["--settings", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["changed"]
    database_text = json.dumps(ask("find"), ensure_ascii=False)
    assert TEXT.strip() not in database_text
    assert "Trực" not in database_text


def test_doveadm_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "doveadm"
    program.write_text('#!/bin/sh\necho "$*"\ntest "$1" != fail || { echo broken >&2; exit 75; }\n')
    program.chmod(0o755)
    monkeypatch.setattr(mailboxes, "DOVEADM", str(program))
    assert mailboxes._run(["fine"]) == b"fine\n"
    with pytest.raises(Away, match="doveadm fail: 75 broken"):
        mailboxes._run(["fail"])
    assert mailboxes._run(["fail"], (75,)) == b"fail\n"
    monkeypatch.setattr(mailboxes, "DOVEADM", "/no/such/program")
    with pytest.raises(Refused, match="does not run"):
        mailboxes._run(["fine"])


def test_the_queue_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert queue._run(["/bin/echo", "x"]) == b"x\n"
    with pytest.raises(Away):
        queue._run(["/bin/ls", "/no/such/file"])
    with pytest.raises(Refused, match="does not run"):
        queue._run(["/no/such/program", "x"])

    def slow(*_words: Any, **_more: Any) -> None:
        raise subprocess.TimeoutExpired("x", 1)

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(Away, match="does not answer"):
        queue._run(["/bin/echo", "x"])


def test_papers_by_ansible(ansible: Ansible, ask: Asked, leaked: Store) -> None:
    assert leaked
    given: dict[str, Any] = {"answer": ask("find"), "folder": "recalls/TH-01"}
    foreseen = ansible.run("laocai.mail.recall_papers", given, check=True)
    assert foreseen.changed, foreseen.output
    assert not (ansible.folder / "recalls").exists()
    assert ansible.run("laocai.mail.recall_papers", given).result["files"] == foreseen.result["files"]
    assert not ansible.run("laocai.mail.recall_papers", given).changed
    record = {"number": 1, "at": "x", "record": "{}", "sha256": "0" * 64}
    forged = ansible.run("laocai.mail.recall_papers", given | {"answer": given["answer"] | {"record": record}})
    forged.assert_refused("không khớp SHA-256", "does not fit its SHA-256")


MAILBOXES, RECIPIENTS = 30_000, 5_000


def test_found_among_all_mailboxes_by_its_recipients_alone(database: Database, ask: Asked, store: Store) -> None:
    """30,000 mailboxes with events, of which 5,000 got it: no other is opened."""
    database.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since) SELECT 'official',"
        " 'p' || n, 'p' || n || '-stttt@laocai.gov.vn', 'Lò Thị', 'stttt', 1, 'open', '1/QĐ-VP', '2010-10-15'"
        f" FROM generate_series(0, {MAILBOXES}) AS n"
    )
    database.query("SELECT events.prepare(events.day(%s))", WHEN)
    database.query(
        "INSERT INTO events.event (at, source, position, event, kind, id, queue_id, message_id, sender) VALUES"
        " (%s, gen_random_uuid(), 0, 'received', 'official', 'p0', '4jbZ0', '<1@client>', 'p0-stttt@laocai.gov.vn')",
        WHEN,
    )
    for event, columns, values in (
        ("delivered", "queue_id, recipient", "'4jbZ' || whose, 'p' || n || '-stttt@laocai.gov.vn'"),
        ("stored", "message_id, folder, uid", "'<' || whose + 1 || '@client>', 'INBOX', 1"),
    ):
        database.query(
            f"INSERT INTO events.event (at, source, position, event, kind, id, protocol, session, {columns})"
            f" SELECT %s::timestamptz + n * interval '1 ms', gen_random_uuid(), n, '{event}', 'official', 'p' || n,"
            f" 'lmtp', 'S' || n, {values} FROM generate_series(1, {MAILBOXES}) AS n,"
            f" LATERAL (SELECT CASE WHEN n <= {RECIPIENTS} THEN 0 ELSE n END AS whose) AS of",
            WHEN + timedelta(minutes=1),
        )
    database.query(
        "INSERT INTO events.key SELECT DISTINCT events.hash(word), e.at FROM events.event AS e, events.words(e) AS word"
        " ON CONFLICT DO NOTHING"
    )
    database.query("ANALYZE")
    raw = compose().as_bytes()
    for number in range(1, MAILBOXES + 1):
        store.put(f"p{number}-stttt@laocai.gov.vn", "INBOX", raw)
    began = time.monotonic()
    found = ask("find")
    print(f"found {len(found['copies'])} copies in {time.monotonic() - began:.1f} s")
    assert len(found["copies"]) == len(found["report"]["mailboxes"]) - 1 == RECIPIENTS


SHA256 = hashlib.sha256(FILE).hexdigest()


def put(events: Events, store: Store, message_id: str, sender: str, recipient: str, *, file: bytes = FILE) -> None:
    """A message with a file under an id of its own, which refers to nothing."""
    text = f"Gửi kèm tệp, lần này là thư {message_id}.\n"
    store.put(recipient, "INBOX", compose(text=text, message_id=message_id, file=file).as_bytes())
    own = sender if sender in PEOPLE else ""
    events.sent(message_id, own, recipient, files=f"{'0' * 64} {hashlib.sha256(file).hexdigest()}")


@pytest.mark.clause("R10.7", "R10.8")
def test_a_file_is_recalled_whatever_carries_it(
    ask: Asked, events: Events, store: Store, keys: Path, database: Database
) -> None:
    for number, (sender, recipient) in enumerate(((SENDER, AN), (CHI, BINH), ("", DUNG))):
        put(events, store, f"<file-{number}@client>", sender, recipient)
    put(events, store, "<other@client>", AN, CHI, file=b"\x02" * 300)
    before = rest(store)
    outbreak = {"message_id": "", "purpose": "outbreak", "sha256": SHA256}
    found = ask("find", **outbreak)
    assert sorted(each["mailbox"] for each in found["copies"]) == ["official/an", "official/binh", "official/dung"]
    assert found["plan"]["file"] == SHA256
    assert not ask("find", **outbreak)["changed"]
    put(events, store, "<late@client>", "", BINH)
    held_ = ask("hold")
    assert held_["counts"]["held"] == 3
    more = ask("erase", signatures=signed(keys, held_["checksum"]))["more"]
    assert more == 1  # what came meanwhile is seen by the second search
    again = ask("find", **outbreak)
    ask("hold")
    ask("erase", signatures=signed(keys, again["checksum"]))
    assert store.all() == before == rest(store)
    assert database.query("SELECT file FROM recall.recall") == [(SHA256,)]


@pytest.mark.clause("R10.7")
def test_a_recalled_message_takes_along_what_its_holders_sent_on_and_nobody_elses(
    ask: Asked, events: Events, store: Store
) -> None:
    put(events, store, "<before@client>", DUNG, CHI)  # a form that everybody has
    put(events, store, ID, SENDER, AN)
    put(events, store, "<on@client>", AN, BINH)
    put(events, store, "<further@client>", DUNG, SENDER)
    found = ask("find")
    assert sorted((each["mailbox"], each["message_id"]) for each in found["copies"]) == [
        ("official/an", ID),
        ("official/binh", "<on@client>"),
    ]


def test_a_file_that_nothing_carried_is_refused(ask: Asked, leaked: Store) -> None:
    with pytest.raises(Refused, match="sha256sum"):
        ask("find", message_id="", sha256="f" * 64)


def forgotten(**counts: int) -> dict[str, Any]:
    """What the backup host answers."""
    told = {"recall": "TH-01", "changed": True, "signed": ["an", "binh"], "snapshots": 3, "files": 2, "left": 0}
    return {**told, **counts}


@pytest.mark.clause("R10.7")
def test_the_backups_are_asked_when_all_is_erased_and_what_they_did_is_on_record(
    ask: Asked, leaked: Store, keys: Path
) -> None:
    found = ask("find")
    assert leaked
    for step in ("order", "backups"):
        with pytest.raises(Refused, match="run the step erase first"):
            ask(step, told=forgotten())
    ask("erase", signatures=signed(keys, found["checksum"]))
    order = ask("order")
    assert (order["changed"], order["checksum"]) == (False, found["checksum"])
    assert order["mailboxes"] == [f"official/{name}" for name in ("an", "binh", "chi", "sender")]
    assert order["sizes"] == sorted({each["size"] for each in found["copies"]})
    assert (order["mail"], order["held"]) == (ask.settings.store, ask.settings.folder)

    first = json.loads(ask("record")["record"]["record"])
    assert "backups" in first["beyond"]
    assert ask("backups", told=forgotten(left=1))["changed"]
    assert "backups" in json.loads(ask("record")["record"]["record"])["beyond"]
    assert ask("backups", told=forgotten(snapshots=1), dry_run=True)["changed"]
    assert ask("backups", told=forgotten(snapshots=1))["changed"]
    for told in (forgotten(snapshots=1), forgotten(snapshots=0, files=0)):  # again, and of a host that was built anew
        assert not ask("backups", told=told)["changed"]
    last = json.loads(ask("record")["record"]["record"])
    assert "backups" not in last["beyond"]
    assert last["steps"][-1]["detail"] == {"signed": ["an", "binh"], "snapshots": 1, "files": 2, "left": 0}
    for wrong in ({}, {"told": "x"}, {"told": {"snapshots": 1}}, {"told": forgotten() | {"left": "x"}}):
        with pytest.raises(Refused, match="none of a backup host"):
            ask("backups", **wrong)


@pytest.fixture
def age_key() -> tuple[str, str]:
    """A private and a public key."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


@pytest.mark.clause("R10.8")
def test_of_an_outbreak_a_sealed_copy_is_kept(ask: Asked, leaked: Store, keys: Path, age_key: tuple[str, str]) -> None:
    identity, recipient = age_key
    found = ask("find", purpose="outbreak")
    with pytest.raises(Refused, match="no held copy"):
        ask("keep", recipient=recipient)
    ask("hold")
    with pytest.raises(Refused, match="no public key of age"):
        ask("keep", recipient="")
    assert ask("keep", recipient=recipient, dry_run=True)["changed"]
    kept = ask("keep", recipient=recipient)
    [one] = kept["kept"]
    sealed = base64.b64decode(one["sealed"])
    assert (hashlib.sha256(sealed).hexdigest(), len(sealed)) == (one["sha256"], one["size"])
    opened = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
    assert fingerprint.digest(opened) == one["digest"]
    assert not [*Path(ask.settings.folder).rglob("*.age")]
    assert not ask("keep", recipient=recipient, have=["0" * 64, one["sha256"]])["changed"]
    # Where it got lost on its way, it is sealed anew.
    assert ask("keep", recipient=recipient, have=[])["kept"][0]["sha256"] != one["sha256"]
    assert kept["checksum"] == found["checksum"]
    ask("erase", signatures=signed(keys, found["checksum"]))
    body = json.loads(ask("record")["record"]["record"])
    details = [step["detail"] for step in body["steps"] if step["step"] == "keep"]
    assert details[0] == {
        "recipient": recipient, "kept": [{name: one[name] for name in ("digest", "sha256", "size")}],
    }  # fmt: skip
    with pytest.raises(Refused, match="no held copy"):
        ask("keep", recipient=recipient)
    assert leaked


@pytest.mark.clause("R10.7")
def test_of_a_secret_no_copy_is_kept(ask: Asked, leaked: Store, age_key: tuple[str, str]) -> None:
    with pytest.raises(Refused, match="is of no outbreak"):
        ask("keep", recipient=age_key[1])
    ask("find")
    ask("hold")
    with pytest.raises(Refused, match="of a secret no copy is kept"):
        ask("keep", recipient=age_key[1])
    assert leaked


def test_what_is_too_large_is_not_kept(
    ask: Asked, leaked: Store, age_key: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("find", purpose="outbreak")
    ask("hold")
    monkeypatch.setattr(steps, "MOST_KEPT", 10)
    with pytest.raises(Refused, match="are the most that is kept"):
        ask("keep", recipient=age_key[1])
    assert leaked
