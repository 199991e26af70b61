"""Backup and restore with the engines themselves: restic, its append-only store, pgBackRest and PostgreSQL."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import ssl
import subprocess
import syslog
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from danhba_host.backup import __main__ as backup
from danhba_host.backup import commands, drill, locking, prune, queue, restore
from danhba_host.backup.cluster import Cluster, Copy
from danhba_host.backup.commands import POSTGRES
from danhba_host.backup.locking import alone
from danhba_host.backup.restic import Restic
from danhba_host.backup.settings import BEFORE, DATABASE, KEYS, MAIL, TOLD, Settings
from danhba_host.backup.store import note_told, read_told
from danhba_host.credentials.hashing import Hasher
from danhba_host.journal import Away, Refused
from tests.integration.conftest import TEMPLATE, Server, new_server
from tests.support import backups
from tests.support.backups import Store, deliver, restic
from tests.support.queued import queue_file

pytestmark = pytest.mark.skipif(
    not shutil.which("restic-rest-server"), reason="Debian 12 has not the engines that hosts have"
)


@dataclass(frozen=True)
class World:
    """A host and its store."""

    settings: Settings
    store: Store
    server: Server

    @property
    def mail(self) -> Path:
        return Path(self.settings.mail)


def prepare(server: Server) -> None:
    backups.archive_by_pgbackrest(server.folder, server.folder / "data")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("backup")
    with backups.store(folder / "store") as kept, new_server(prepare) as server:
        backups.initialise(kept)
        settings = backups.settings(
            folder / "host", kept, data=server.folder / "data", sockets=server.folder, binaries=server.binaries,
            database=TEMPLATE,
        )  # fmt: skip
        (folder / "host/keys/dkim").write_text("private")
        deliver(Path(settings.mail), "official/1", "1.M1.mail", "one")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", f"{backups.stand_in(folder, settings)}:{os.environ['PATH']}")
            made = World(settings, kept, server)
            open_account(made, "1")
            yield made
            subprocess.run(["systemctl", "stop", backups.UNIT], check=False, capture_output=True)


@pytest.mark.clause("R9.2")
def test_a_run_makes_a_whole_set(world: World) -> None:
    said = backup.work(world.settings)
    assert said.startswith("đã sao lưu 2")
    (found,) = Restic(world.settings).sets()
    assert set(found.snapshots) == {BEFORE, DATABASE, MAIL, KEYS}
    metrics = (Path(world.settings.metrics) / "danhba_backup.prom").read_text()
    assert 'danhba_backup_last_success_timestamp_seconds{what="mail"} 1' in metrics
    assert [*Restic(world.settings).files(found.snapshots[MAIL], world.settings.mail)] == [
        f"{world.settings.mail}/official/1/Maildir/cur/1.M1.mail:2,"
    ]
    # The mail on both sides of the database, which so names none that the store lacks.
    listed = sorted(json.loads(restic(world.store, "snapshots", "--json").stdout), key=lambda each: each["time"])
    assert [each["tags"][0] for each in listed] == [BEFORE, DATABASE, MAIL, KEYS]


@pytest.mark.clause("R9.2")
def test_a_fresh_host_adds_nothing_before_all_is_restored_to_it(world: World) -> None:
    """Its set would be the newest one, which a restore takes."""
    backup.work(world.settings)
    before = held(world.store)
    ask(world, "DELETE FROM mail.account")
    with pytest.raises(Refused, match="restore first"):
        backup.work(replace(world.settings, state=f"{world.settings.state}-fresh"))
    assert held(world.store) == before
    open_account(world, "1")


def held(kept: Store) -> dict[str, bytes]:
    """Every file of the repository but locks, which are not backups."""
    paths = [path for path in kept.repository.rglob("*") if path.is_file() and path.parent.name != "locks"]
    return {str(path.relative_to(kept.repository)): path.read_bytes() for path in paths}


def request(kept: Store, method: str, path: str, body: bytes = b"") -> int:
    """The store's answer to a request by the host's own user."""
    context = ssl.create_default_context(cafile=str(kept.folder / "store.crt"))
    connection = http.client.HTTPSConnection("localhost", kept.port, context=context, timeout=30)
    token = base64.b64encode(f"{backups.USER}:{backups.STORE_PASSWORD}".encode()).decode()
    connection.request(method, path, body, {"Authorization": f"Basic {token}"})
    return connection.getresponse().status


@pytest.mark.clause("R9.2")
def test_whoever_has_all_keys_of_the_host_destroys_nothing(world: World) -> None:
    backup.work(world.settings)
    before = held(world.store)
    for words in (
        ["forget", "--keep-last", "1", "--prune"],
        ["forget", "latest", "--unsafe-allow-remove-all"],
        ["rewrite", "--forget", "--exclude", "*"],
        ["prune", "--max-unused", "0"],
        ["repair", "index"],
        ["unlock", "--remove-all"],
        ["key", "passwd", "--new-insecure-no-password"],
        ["init"],
    ):
        restic(world.store, *words)
    for name in before:
        kind, _, file = name.rpartition("/")
        path = f"/{backups.USER}/{kind.partition('/')[0]}{'/' if kind else ''}{file}"
        assert request(world.store, "DELETE", path) == 403
        assert request(world.store, "POST", path, b"rubbish") in {400, 403}
    assert request(world.store, "DELETE", f"/{backups.USER}/") in {403, 404, 405}
    assert request(world.store, "POST", f"/{backups.USER}/?create=true") in {200, 403}
    assert request(world.store, "POST", f"/{backups.USER}/../other/?create=true") in {301, 400, 401, 403, 404}
    after = held(world.store)
    assert {name: after.get(name) for name in before} == before
    for name in after.keys() - before.keys():  # another key costs restic half a second each time it begins
        (world.store.repository / name).unlink()


def test_another_user_has_no_way_in(world: World) -> None:
    assert request(world.store, "GET", "/other/config") == 401


def prune_settings(kept: Store, **more: object) -> prune.Settings:
    password = kept.folder / "repository.password"
    password.write_text(backups.KEY)
    given = {
        "folder": str(kept.repository), "password_file": str(password), "state": str(kept.folder / "state"),
        "all_days": 35, "daily_days": 100, "monthly_days": 750, "metrics": str(kept.folder),
    }  # fmt: skip
    return prune.Settings(**{**given, **more})  # type: ignore[arg-type]


def age(kept: Store, days: float) -> None:
    """Have all snapshots have arrived days earlier."""
    for path in (kept.repository / "snapshots").iterdir():
        os.utime(path, (path.stat().st_mtime - days * 86400,) * 2)


@pytest.mark.clause("R9.2")
def test_the_backup_host_goes_by_when_a_snapshot_arrived(world: World) -> None:
    """Snapshots of the future, and one beside a good one, do not have the good ones forgotten."""
    known = {each.run for each in Restic(world.settings).sets()}
    age(world.store, 40)  # each but the first of a day is superfluous
    restic(
        world.store, "backup", str(world.mail), "--time", "2099-01-01 00:00:00", "--tag", "mail,run-20990101T000000Z"
    )
    good = min(known)
    restic(world.store, "backup", world.settings.secrets, "--tag", f"mail,run-{good}")
    assert good not in {each.run for each in Restic(world.settings).sets()}
    first = next(prune.Store(prune_settings(world.store)).arrivals())[2]
    lock = world.store.repository / "locks" / ("0" * 64)
    lock.write_bytes(b"rubbish")
    os.utime(lock, (time.time() - 7200,) * 2)
    assert "removed" in prune.work(prune_settings(world.store))
    left = Restic(world.settings).sets()
    assert [f"run-{each.run}" for each in left] == [first]
    assert [*Restic(world.settings).files(left[0].snapshots[MAIL], world.settings.mail)]
    assert (
        "danhba_backup_store_check_timestamp_seconds 1" in (world.store.folder / "danhba_backup_store.prom").read_text()
    )


def damaged(kept: Store, part: int) -> bool:
    try:
        prune.Store(prune_settings(kept)).check(part)
    except Refused as fault:
        return "see to its disk" in str(fault)
    return False


def test_damage_in_the_store_is_found(world: World) -> None:
    pack = max((world.store.repository / "data").rglob("*/*"), key=lambda path: path.stat().st_size)
    good = pack.read_bytes()
    pack.chmod(0o600)
    pack.write_bytes(good[:40] + bytes(16) + good[56:])
    try:
        found = [damaged(world.store, part) for part in range(1, 8)]
        assert any(found)
        assert not all(found), "each part is a seventh"
    finally:
        pack.write_bytes(good)


def test_a_clean_up_waits_for_the_end_of_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Store(tmp_path, 0)
    assert not restic(kept, "init", remote=False).returncode
    words = ["restic", "-r", str(kept.repository), "backup", "--stdin"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, env={**os.environ, "RESTIC_PASSWORD": backups.KEY}) as at_work:
        while not any((kept.repository / "locks").iterdir()):
            time.sleep(0.05)
        with monkeypatch.context() as patch:
            patch.setattr(prune, "RETRY_LOCK", "0s")
            with pytest.raises(Away, match="is being written to"):
                prune.work(prune_settings(kept))
        threading.Timer(3, lambda: at_work.communicate(b"x")).start()
        assert prune.work(prune_settings(kept)) == ""
        assert at_work.returncode == 0


@pytest.mark.clause("R9.2")
def test_the_mail_host_learns_how_the_store_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def noted(name: str) -> float:
        path = Path(world.settings.metrics) / f"danhba_backup_store_{name}.prom"
        return float(path.read_text().split()[-1])

    def fail(*_given: object) -> None:
        raise Refused("damaged")

    prune.work(prune_settings(world.store))
    backup.work(world.settings)
    assert noted("failed") == 0
    assert 0 < noted("free_ratio") < 1
    swept = (Path(world.settings.metrics) / "danhba_backup_swept_timestamp_seconds.prom").read_text()
    assert time.time() - 600 < float(swept.split()[-1]) <= time.time()
    first = noted("check_timestamp_seconds")
    assert time.time() - 600 < first <= time.time()
    assert drill.silence(read_told(world.settings), time.time()) == ""
    assert time.time() - 600 < read_told(world.settings)["swept"] <= time.time()
    with monkeypatch.context() as patch:
        patch.setattr(prune.Store, "check", fail)
        for _night in range(2):
            with pytest.raises(Refused, match="damaged"):
                prune.work(prune_settings(world.store))
    note_told(world.settings)
    assert (noted("failed"), noted("check_timestamp_seconds")) == (1, first)
    # The next part is whole, and this one is not forgotten, until it is.
    with monkeypatch.context() as patch:
        patch.setattr(prune, "DAY", prune.DAY * 1.00001)
        patch.setattr(prune.Store, "check", lambda *_given: None)
        parts = {int(time.time() // prune.DAY) % 7, int(time.time() // 86400) % 7}
        prune.work(prune_settings(world.store))
        note_told(world.settings)
        assert noted("failed") == len(parts) - 1
    prune.work(prune_settings(world.store))
    note_told(world.settings)
    assert noted("failed") == 0
    assert noted("check_timestamp_seconds") > first
    # Whoever has the mail host's keys reads it alone; what is not said is not noted.
    assert request(world.store, "DELETE", f"/{backups.USER}/{TOLD}/config") == 403
    assert request(world.store, "POST", f"/{backups.USER}/{TOLD}/config", b"{}") == 403
    (world.store.repository / TOLD / "config").write_text("[]")
    note_told(world.settings)
    note_told(replace(world.settings, repository="https://localhost:1/mail/"))
    assert noted("failed") == 0


# --- Restore

REASON = {"actor": "an", "document": "12/QĐ-STTTT", "document_date": "2026-11-27"}


def step(world: World, name: str, **more: object) -> dict[str, Any]:
    return restore.answer(world.settings, {"step": name, **REASON, **more})


def ask(world: World, query: str) -> list[list[str]]:
    return Cluster(world.settings).ask(query, TEMPLATE)


def open_account(world: World, id_: str, name: str = "An") -> None:
    ask(
        world,
        "WITH run AS (INSERT INTO mail.run (job, actor) VALUES ('accounts', 'test') RETURNING run)"
        " INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
        f" SELECT 'official', '{id_}', 'a{id_}@x.vn', '{name}', 'stttt', 1, 'open', '1/QĐ', '2026-01-01' FROM run",
    )


@pytest.mark.clause("R9.2")
def test_a_host_that_is_in_use_is_refused(world: World) -> None:
    backup.work(world.settings)
    open_account(world, "2")
    late = deliver(world.mail, "official/1", "2.M2.mail", "not in the backup")
    with pytest.raises(Refused, match="1 changes of the database and 1 messages are not in the backup"):
        step(world, "stage")
    assert late.exists()
    assert ask(world, "SELECT id FROM mail.account ORDER BY id") == [["1"], ["2"]]
    assert not (Path(world.settings.copies) / restore.FOLDER).exists()
    with pytest.raises(Refused, match="step=stage comes first"):
        step(world, "database")


def back_up_without(world: World, raced: Path) -> None:
    """Back up while a message is renamed in the second pass; then it is lost."""
    real = Restic.backup

    def racing(self: Restic, kind: str, *given: Any) -> str:
        if kind == MAIL:
            raced.rename(world.mail / "gone")
        return real(self, kind, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Restic, "backup", racing)
        backup.work(world.settings)
    (world.mail / "gone").unlink()


@pytest.mark.clause("R9.2")
def test_a_lost_host_comes_back_whole(world: World) -> None:
    moment = datetime.now(UTC)
    time.sleep(4)
    ask(world, "UPDATE mail.account SET name = name")
    raced = deliver(world.mail, "official/1", "3.M3[1].mail", "renamed in the second pass")
    spool = Path(world.settings.queue)
    for name, recipients in (("4gWAITS1234", ["b@example.org"]), ("4gDELIVERED", ["a1@x.vn", "a2@x.vn"])):
        path = spool / "deferred/A" / name
        path.write_bytes(queue_file(recipients, text=f"Message-ID: <{name}@x>\n\nx"))
        path.chmod(0o700)
    # It is delivered to one of both after the queue was copied, and no event tells of it.
    arrived = f"{time.time():.0f}.M4.mail"
    deliver(world.mail, "official/1", arrived, "Message-ID: <4gDELIVERED@x>\n\nx")
    back_up_without(world, raced)
    assert not (world.settings.folder / "queue").exists()
    digests = {path.name: path.read_bytes() for path in world.mail.rglob("cur/*") if arrived not in path.name}
    keys = Path(world.settings.keys[0])
    # All of it is lost, and the cluster with it.
    subprocess.run(["systemctl", "stop", backups.UNIT], check=True)
    for path in (*world.mail.iterdir(), keys, Path(world.settings.cluster), Path(world.settings.archive), spool):
        shutil.rmtree(path)
    lost = datetime.now(UTC)
    time.sleep(2)  # the host is built anew
    begun = time.time()
    for wrong in ("yesterday", "2026-11-28T10:30:00", "1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
        with pytest.raises(Refused, match="lost"):
            step(world, "stage", until=moment.isoformat(), lost=wrong)
    staged = step(world, "stage", until=moment.isoformat(), lost=lost.isoformat())
    assert (staged["accounts"], staged["messages"]) == (2, 4)
    step(world, "database")
    step(world, "database")  # cut short, and run again
    assert step(world, "mail")["messages"] == 4
    assert step(world, "keys")["keys"] == [str(keys)]
    (spool / "incoming").mkdir(parents=True)
    assert [step(world, "queue")["queued"] for _run in range(2)] == [2, 2]
    waiting = {path.name: queue.recipients(path.read_bytes()) for path in (spool / "incoming").iterdir()}
    assert {name: [each.address for each in found] for name, found in waiting.items()} == {
        "4gWAITS1234": ["b@example.org"],
        "4gDELIVERED": ["a2@x.vn"],
    }
    shutil.rmtree(spool)
    (world.mail / f"official/1/Maildir/cur/{arrived}:2,").unlink()
    done = step(world, "finish")
    # What was lost is what came after the moment, though the backup is younger, until the host was lost: the time in
    # which it was rebuilt is not in it.
    assert done["rpo_seconds"] == pytest.approx((lost - moment).total_seconds(), abs=1.5)
    assert done["rpo_most_seconds"] == pytest.approx(begun - moment.timestamp(), abs=3)
    assert 0 < done["rto_seconds"] < done["outage_seconds"] < 600
    assert done["outage_seconds"] == pytest.approx(time.time() - lost.timestamp(), abs=3)
    assert [datetime.fromisoformat(done[name]) for name in ("saved", "lost")] == [
        each.replace(microsecond=0) for each in (moment, lost)
    ]
    assert done["lost"] <= done["began"] <= done["ended"]
    assert {path.name: path.read_bytes() for path in world.mail.rglob("cur/*")} == {
        **digests,
        raced.name: raced.read_bytes(),
    }
    assert raced.read_text() == "renamed in the second pass"
    assert (keys / "dkim").read_text() == "private"
    assert ask(world, "SELECT actor, document, what, counts ->> 'rpo_seconds' FROM mail.restore") == [
        ["an", "12/QĐ-STTTT", "host", str(done["rpo_seconds"])]
    ]
    # The living one archives again, and is backed up as a whole.
    assert ask(world, "SHOW archive_mode") == [["on"]]
    backup.work(world.settings)
    info = subprocess.run(
        [*POSTGRES, "pgbackrest", f"--config={world.settings.pgbackrest}", "--output=json", "info"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert json.loads(info.stdout)[0]["backup"][-1]["type"] == "full"


@pytest.mark.clause("R9.2")
def test_the_database_comes_to_a_moment(world: World) -> None:
    moment = datetime.now(UTC).isoformat()
    time.sleep(1.1)
    ask(world, "UPDATE mail.account SET name = 'mistake'")
    open_account(world, "3")
    backup.work(world.settings)
    told = step(world, "accounts", until=moment)
    assert (told["changed"], told["since"]) == (2, ["official/3"])
    assert ask(world, "SELECT id, name FROM mail.account ORDER BY id") == [["1", "An"], ["2", "An"], ["3", "An"]]
    audited = (
        "SELECT id, document, before ->> 'name', after ->> 'name' FROM mail.audit WHERE action = 'restore_account'"
    )
    assert ask(world, f"{audited} ORDER BY id") == [
        ["1", "12/QĐ-STTTT", "mistake", "An"],
        ["2", "12/QĐ-STTTT", "mistake", "An"],
    ]
    assert step(world, "accounts")["changed"] == 2  # from the newest one: the mistake, once more
    with pytest.raises(Refused, match="no such whole backup"):
        step(world, "accounts", until="2999-01-01T00:00:00+07:00")
    with pytest.raises(Refused, match="The first possible moment is 20"):
        step(world, "accounts", until="2020-01-01T00:00:00+07:00")
    assert not (Path(world.settings.copies) / restore.FOLDER).exists()
    with pytest.raises(Refused, match="time zone"):
        step(world, "accounts", until="2026-11-28T10:00:00")


@pytest.mark.clause("R9.2")
def test_the_restored_database_names_no_mail_that_the_store_lacks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that came, and was told of, in the last moment before the point that the database comes to."""
    real = Cluster.mark

    def mark(self: Cluster, name: str) -> None:
        deliver(world.mail, "official/1", "7.M7.mail", "told of")
        self.ask("UPDATE mail.account SET name = '7.M7.mail' WHERE id = '1'", TEMPLATE)
        real(self, name)
        self.ask("UPDATE mail.account SET name = '8.M8.mail' WHERE id = '1'", TEMPLATE)

    monkeypatch.setattr(Cluster, "mark", mark)
    backup.work(world.settings)
    chosen = Restic(world.settings).sets()[0]
    assert step(world, "accounts", set=chosen.run)["changed"] == 1
    named = ask(world, "SELECT name FROM mail.account WHERE id = '1'")[0][0]
    assert named == "7.M7.mail"
    assert any(named in path for path in Restic(world.settings).files(chosen.snapshots[MAIL], str(world.mail)))
    (world.mail / "official/1/Maildir/cur/7.M7.mail:2,").unlink()
    ask(world, "UPDATE mail.account SET name = 'An' WHERE id = '1'")


@pytest.mark.clause("R9.2")
def test_one_mailbox_folder_or_message_comes_back_beside_the_living_mail(world: World, tmp_path: Path) -> None:
    deliver(world.mail, "official/1", "4.M4.mail", "Message-ID: <4@x>", folder=".Sent")
    backup.work(world.settings)
    boxes = Path(os.environ["PATH"].partition(":")[0]).parent / "boxes/a1@x.vn"
    before = {path: path.stat() for path in world.mail.rglob("*") if path.is_file()}
    first = step(world, "mailbox", mailbox="a1@x.vn", message_id="<4@x>")
    assert first["messages"] == 1
    assert first["into"].startswith("Khôi phục 20")
    assert [path.name for path in (boxes / first["into"]).iterdir()] == ["4.M4.mail:2,"]
    second = step(world, "mailbox", mailbox="A1@x.vn", folder="Sent")
    assert (second["into"], second["messages"]) == (f"{first['into']} (2)", 1)
    assert step(world, "mailbox", mailbox="a1@x.vn")["messages"] == 4
    assert {path: path.stat() for path in world.mail.rglob("*") if path.is_file()} == before
    for asked, said in (
        ({"mailbox": "nobody@x.vn"}, "there is no such mailbox"),
        ({"mailbox": "a1@x.vn", "message_id": "<none@x>"}, "no such message"),
        ({"mailbox": "a1@x.vn", "message_id": "a b"}, "message_id không đúng"),
        ({"mailbox": "a1@x.vn", "set": "20200101T000000Z"}, "no such whole backup"),
        ({"mailbox": "a1@x.vn", "document": ""}, "the document's number and its date are needed"),
    ):
        with pytest.raises(Refused, match=said):
            step(world, "mailbox", **asked)
    assert ask(world, "SELECT count(*) FROM mail.restore WHERE what = 'mailbox'") == [["3"]]


def test_a_restore_says_how_far_it_has_come(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "[0:0{0}] {0}0.00%  {0} files/dirs 1 GiB, total 9 files/dirs 9 GiB"
    (tmp_path / "restic").write_text(
        f"#!/bin/sh\necho 'restoring snapshot 1'; echo '{line.format(1)}'; sleep 1; echo '{line.format(6)}'; sleep 1\n"
    )
    (tmp_path / "restic").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(commands, "LOOK_SECONDS", 0.05)
    said: list[str] = []
    monkeypatch.setattr(syslog, "syslog", lambda _priority, text: said.append(text))
    Restic(world.settings).restore("1", "/srv/vmail", tmp_path)
    assert said == [f"/srv/vmail: {line.format(1)}", f"/srv/vmail: {line.format(6)}"]


@pytest.mark.clause("R9.2")
def test_a_message_that_was_renamed_meanwhile_comes_back_into_its_mailbox(world: World) -> None:
    """As for a whole host: from the pass before, though the flags of others have changed between both."""
    raced = deliver(world.mail, "official/1", "5.M5.mail", "Message-ID: <5@x>", folder=".Sent")
    alone_there = deliver(world.mail, "official/3", "6.M6.mail", "Message-ID: <6@x>")
    flagged = world.mail / "official/1/Maildir/cur/1.M1.mail:2,"
    real = Restic.backup

    def flagging(self: Restic, kind: str, *given: Any) -> str:
        if kind == MAIL:
            flagged.rename(f"{flagged}S")
            shutil.rmtree(world.mail / "official/3")
        return real(self, kind, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Restic, "backup", flagging)
        back_up_without(world, raced)
    Path(f"{flagged}S").rename(flagged)
    assert not alone_there.exists()
    assert step(world, "mailbox", mailbox="a1@x.vn", message_id="<5@x>")["messages"] == 1
    assert step(world, "mailbox", mailbox="a1@x.vn")["messages"] == 5
    assert step(world, "mailbox", mailbox="a3@x.vn")["messages"] == 1
    with pytest.raises(Refused, match="no such message"):
        step(world, "mailbox", mailbox="a2@x.vn")


# --- Drill


def drilled(world: World, capsys: pytest.CaptureFixture[str]) -> str:
    """What a drill that fails says, though the backup host says that all is well."""
    backups.tell(world.store)
    with pytest.raises(Refused, match="FAILED"):
        drill.work(world.settings)
    return capsys.readouterr().out


@pytest.mark.clause("R9.2")
def test_a_drill_restores_beside_the_living_host(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(world.mail, "official/1", "1700000000.M5.mail", "old enough to be compared")
    gone = deliver(world.mail, "official/1", "1700000000.M5b.mail", "not there any more to be compared with")
    backup.work(world.settings)
    gone.unlink()
    before = {path: path.stat().st_mtime_ns for path in world.mail.rglob("*")}
    metric = Path(world.settings.metrics) / "danhba_drill.prom"
    assert not metric.exists()
    backups.tell(world.store)
    said = drill.work(world.settings)
    assert "passed" in said
    text = capsys.readouterr().out
    assert "HỎNG" not in text
    # What was measured is named with from when to when; no time of a whole host, for none was rebuilt.
    span = r"[0-9]+\.[0-9] s, 20[-0-9]+ [:0-9]{8} - 20[-0-9]+ [:0-9]{8} UTC"
    assert re.search(r"- RPO: bản sao lưu mới nhất cũ [0-9]+ s lúc diễn tập", text)
    assert re.search(rf"- RTO của riêng cơ sở dữ liệu, .*: {span}", text)
    # What could only be restored, for its owner has deleted it, is not said to have been compared.
    sample = re.search(rf"- phục hồi 1 hộp thư, ([0-9]+)/\1 thư; so nội dung được ([0-9]+) thư .*: {span}", text)
    assert sample
    assert int(sample[2]) == int(sample[1]) - 1 > 0
    assert re.search("Không đo / not measured: RTO của cả máy", text)
    assert "khoảng" not in text
    assert "no probe: no password was tried" in text
    assert f"living messages are in the backup: {sample[2]} / {sample[2]}" in text
    assert metric.read_text().splitlines()[-1].startswith("danhba_drill_last_success_timestamp_seconds 1")
    assert ended(world) == "danhba_drill_failed 0"
    assert {path: path.stat().st_mtime_ns for path in world.mail.rglob("*")} == before
    assert not (Path(world.settings.copies) / drill.FOLDER).exists()
    # An inspector reads the record, and sees whose it is.
    path = max((Path(world.settings.state) / "drills").glob("*.txt"))
    assert path.read_text() == text
    allowed = path.with_suffix(".allowed")
    allowed.write_text(f"host {Path(world.settings.host_key).with_suffix('.pub').read_text()}")
    words = ["-Y", "verify", "-n", drill.NAMESPACE, "-f", str(allowed), "-I", "host", "-s", f"{path}.sig"]
    assert not subprocess.run(["ssh-keygen", *words], input=text.encode(), check=False).returncode
    assert subprocess.run(["ssh-keygen", *words], input=text.encode() + b"x", check=False).returncode


def ended(world: World) -> str:
    """How the watch is told that the last drill ended."""
    return (Path(world.settings.metrics) / "danhba_drill_failed.prom").read_text().splitlines()[-1]


def test_a_drill_wants_an_empty_place(world: World) -> None:
    place = Path(world.settings.copies) / drill.FOLDER
    place.mkdir()
    (place / "of somebody").touch()
    with pytest.raises(Refused, match="an empty place alone"):
        drill.work(world.settings)
    assert (place / "of somebody").exists()
    assert ended(world) == "danhba_drill_failed 1"
    shutil.rmtree(place)


@pytest.mark.clause("R9.2")
def test_a_drill_finds_what_is_wrong(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    lost = deliver(world.mail, "official/1", "1700000001.M6.mail", "never backed up")
    changed = world.mail / "official/1/Maildir/cur/1700000000.M5.mail:2,"
    changed.write_text("another text")
    metric = (Path(world.settings.metrics) / "danhba_drill.prom").read_text()
    text = drilled(world, capsys)
    assert re.search(r"living messages are in the backup: 1 / [0-9]+: official/1 1700000001[.]M6[.]mail[.] ", text)
    assert "mailboxes are restored and compared: 1: official/1 1700000000.M5.mail. " in text
    assert (Path(world.settings.metrics) / "danhba_drill.prom").read_text() == metric
    assert ended(world) == "danhba_drill_failed 1"
    lost.unlink()
    changed.write_text("old enough to be compared")
    # Mail of nobody, and an account less than the backup has.
    nobody = deliver(world.mail, "official/none", "1700000002.M7.mail", "of nobody")
    backup.work(world.settings)
    ask(world, "DELETE FROM mail.account WHERE id = '3'")
    text = drilled(world, capsys)
    assert "mailboxes have accounts: official/none. " in text
    assert "mail.account 3/2" in text
    nobody.unlink()


@pytest.mark.long
def test_a_drill_tries_the_password_of_the_probe(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_account(world, "7")
    hashed = Hasher(1).make(backups.PASSWORD)
    ask(
        world,
        "INSERT INTO mail.credential (kind, id, password, run, initial)"
        f" SELECT 'official', '7', '{hashed}', max(run), false FROM mail.run",
    )
    for number, folder in enumerate(("", "", ".Sent")):
        deliver(world.mail, "official/7", f"1700000003.M{number}.mail", "to the probe", folder=folder)
    backup.work(world.settings)
    (tmp_path / "probe").write_text(f"{backups.PASSWORD}\n", encoding="utf-8")
    backups.tell(world.store)
    tries = replace(world.settings, drill_address="a7@x.vn", drill_password=str(tmp_path / "probe"))
    drill.work(tries)
    text = capsys.readouterr().out
    assert "a7@x.vn bằng mật khẩu / by its password" in text
    assert "the probe's inbox is opened on a second Dovecot: a7@x.vn, INBOX 2 " in text
    (tmp_path / "probe").write_text("another\n", encoding="utf-8")
    with pytest.raises(Refused, match="FAILED"):
        drill.work(tries)
    text = capsys.readouterr().out
    assert "is not its password" in text
    assert re.search(r"HỎNG    mở hộp thư thử .*: a7@x[.]vn: .*AUTHENTICATIONFAILED", text)
    assert "After a restore nobody could read mail." in text
    assert backups.PASSWORD not in text


@pytest.mark.long
def test_a_drill_finds_a_broken_archive_and_an_old_backup(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Copy.start

    def damaged(self: Copy) -> None:
        real(self)
        file = max((self.archive / "archive").rglob("0*.zst"))
        file.write_bytes(file.read_bytes()[:-20] + bytes(20))

    monkeypatch.setattr(Copy, "start", damaged)
    monkeypatch.setattr(drill, "OLDEST_HOURS", 0)
    asked = Copy.ask
    monkeypatch.setattr(
        Copy, "ask", lambda self, query, *more: [["on"]] if "SHOW" in query else asked(self, query, *more)
    )
    text = drilled(world, capsys)
    assert "HỎNG    bản mới nhất" in text
    assert "HỎNG    kho WAL nguyên vẹn" in text
    assert "archive_mode = on" in text


# --- Bad input


def host_of(world: World, kept: Store, folder: Path) -> Settings:
    """The same host with another store, which it has never written to."""
    secrets = Path(shutil.copytree(world.settings.secrets, folder / "secrets"))
    shutil.copy(kept.folder / "store.crt", secrets)
    for name in ("mail", "metrics"):
        (folder / name).mkdir()
    return replace(
        world.settings, repository=kept.url, secrets=str(secrets), state=str(folder / "state"),
        mail=str(folder / "mail"), metrics=str(folder / "metrics"),
    )  # fmt: skip


@pytest.mark.clause("R9.2")
def test_a_full_store_is_told_at_once_and_stays_whole(world: World, tmp_path: Path) -> None:
    begun = (Path(world.settings.metrics) / "danhba_backup.prom").read_text()
    with backups.store(tmp_path / "store", "--max-size", "30000000") as small:
        settings = host_of(world, small, tmp_path)
        deliver(Path(settings.mail), "official/1", "1.M1.mail", "one")
        backup.work(settings)
        noted = (Path(settings.metrics) / "danhba_backup.prom").read_text()
        large = Path(settings.mail) / "official/1/Maildir/cur/2.M2.mail:2,"
        large.write_bytes(os.urandom(40_000_000))
        asked = time.monotonic()
        with pytest.raises(Refused, match=r"kho sao lưu đã đầy.*the store is full.*507"):
            backup.work(settings)
        assert time.monotonic() - asked < 120, "restic itself tries for a quarter of an hour"
        # backup-old sees the age of the last one that is whole.
        assert (Path(settings.metrics) / "danhba_backup.prom").read_text() == noted != begun
        (good,) = Restic(settings).sets()
        assert not [*(small.repository / "locks").iterdir()]
        assert not restic(small, "check", "--read-data").returncode
    large.unlink()
    with backups.store(tmp_path / "store", "--max-size", "100000000") as larger:
        moved = replace(settings, repository=larger.url)
        backup.work(moved)
        assert [each.run for each in Restic(moved).sets()][1:] == [good.run]
        Restic(moved).restore(good.snapshots[MAIL], settings.mail, tmp_path / "back")
        assert [path.read_text() for path in (tmp_path / "back").rglob("cur/*")] == ["one"]


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize("days", [2, -2])
def test_a_run_by_a_wrong_clock_hides_none_and_has_none_removed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """The order is that of the store's clock, when this host's is two days ahead or behind."""
    real, told = time.time, f"told with a clock {days} days wrong"
    before = [each.run for each in Restic(world.settings).sets()]
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + days * 86400)
        deliver(world.mail, "official/1", f"1{days}.M11.mail", told)
        backup.work(world.settings)
        asked = Restic(world.settings)
        asked.open(make=False)
        (new, *others) = asked.sets()
        assert [each.run for each in others] == before
    assert abs(datetime.strptime(new.run, "%Y%m%dT%H%M%S%z").timestamp() - real()) < 600
    asked = Restic(world.settings)
    asked.open(make=False)
    assert [each.run for each in asked.sets()] == [new.run, *before]
    (place := tmp_path / "back").mkdir()
    asked.restore(new.snapshots[MAIL], f"{world.mail}/official/1", place)
    assert told in {path.read_text() for path in place.rglob("cur/*")}
    assert prune.work(prune_settings(world.store)) == ""
    assert [each.run for each in asked.sets()] == [new.run, *before]


@pytest.mark.clause("R9.2")
def test_what_says_that_it_is_of_the_future_is_not_the_newest(world: World) -> None:
    newest = Restic(world.settings).sets()[0].run
    tags = f"run-{datetime.fromtimestamp(time.time() + 2 * 86400, UTC):%Y%m%dT%H%M%SZ}"
    for kind in (BEFORE, DATABASE, MAIL, KEYS):
        restic(world.store, "backup", world.settings.secrets, "--tag", f"{kind},{tags}")
    sets = [each.run for each in Restic(world.settings).sets()]
    assert (sets[0], sets[-1]) == (newest, tags.removeprefix("run-"))
    assert not restic(world.store, "forget", "--tag", tags, "--unsafe-allow-remove-all", remote=False).returncode


@pytest.fixture
def truncated(world: World, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file of the store that is cut short: of the newest run, whose mail is in a pack of its own."""
    kind = request.param
    before = {path for path in (world.store.repository / kind).rglob("*") if path.is_file()}
    deliver(world.mail, "official/1", "1700000009.M9.mail", f"in a pack of its own {kind}" + os.urandom(9000).hex())
    backup.work(world.settings)
    new = {path for path in (world.store.repository / kind).rglob("*") if path.is_file()} - before
    cut = max(new, key=lambda path: (path.stat().st_size, path.stat().st_mtime))
    good = cut.read_bytes()
    cut.chmod(0o600)
    os.truncate(cut, len(good) // 2)
    shutil.rmtree(world.settings.folder / "cache")  # as on a fresh host
    yield cut
    cut.write_bytes(good)


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize(
    "truncated",
    [pytest.param("snapshots", marks=pytest.mark.long), pytest.param("index", marks=pytest.mark.long), "data"],
    indirect=True,
)
def test_what_is_cut_short_in_the_store_is_told(
    world: World,
    truncated: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the check of the backup host, by a restore and by a drill; each ends as failed, and nothing was restored."""
    assert all(damaged(world.store, part) for part in range(1, 8))
    settings, recorded = str(backups.written(tmp_path, world.settings)), ask(world, "SELECT * FROM mail.restore")
    boxes = [*(Path(os.environ["PATH"].partition(":")[0]).parent / "boxes").rglob("*")]
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"step": "mailbox", "mailbox": "a1@x.vn", **REASON})))
    assert restore.main(["--settings", settings]) == 1
    told = capsys.readouterr()
    assert (told.out, truncated.name[:8] in told.err) == ("", True), told.err
    assert ask(world, "SELECT * FROM mail.restore") == recorded
    assert [*(Path(os.environ["PATH"].partition(":")[0]).parent / "boxes").rglob("*")] == boxes
    assert drill.main(["--settings", settings]) == 1
    assert "HỎNG    đọc một phần bảy kho / a seventh of the store can be read" in capsys.readouterr().out
    assert ended(world) == "danhba_drill_failed 1"


@pytest.mark.clause("R9.2")
def test_of_a_store_with_a_damaged_snapshot_a_set_is_restored_that_was_named(world: World) -> None:
    older = Restic(world.settings).sets()[0].run
    deliver(world.mail, "official/1", "1700000010.M10.mail", "in the set that is damaged")
    backup.work(world.settings)
    newest = max((world.store.repository / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime)
    good = newest.read_bytes()
    newest.chmod(0o600)
    os.truncate(newest, 100)
    shutil.rmtree(world.settings.folder / "cache")  # as on a fresh host
    try:
        told = step(world, "sets")
        assert (told["sets"][0], told["unreadable"]) == (older, 1)
        with pytest.raises(Refused, match="1 snapshots of the store are damaged"):
            step(world, "mailbox", mailbox="a1@x.vn")
        assert step(world, "mailbox", mailbox="a1@x.vn", set=older)["run"] == older
    finally:
        newest.write_bytes(good)
    assert step(world, "sets")["unreadable"] == 0


def test_two_at_once(world: World) -> None:
    with alone(world.settings), pytest.raises(Away, match="another backup, restore or drill is at work"):
        backup.work(world.settings)


def test_a_drill_waits_for_the_end_of_a_backup(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locking, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(drill, "_drilled", lambda _settings: (Path("record"), 0.0))
    words = ["--settings", str(backups.written(tmp_path, world.settings)), "--wait"]
    with alone(world.settings):
        assert drill.main([*words, "1"]) == 75
    assert "another backup, restore or drill is at work" in capsys.readouterr().err
    taken = threading.Event()

    def hold() -> None:
        with alone(world.settings):
            taken.set()
            time.sleep(1)

    other = threading.Thread(target=hold)
    other.start()
    assert taken.wait(10)
    assert drill.main([*words, "60"]) == 0
    other.join()


def test_the_store_is_away(world: World) -> None:
    with pytest.raises(Away, match="the backup host does not answer"):
        backup.work(replace(world.settings, repository="https://localhost:1/mail/"))


def test_wrong_keys_and_a_foreign_store(world: World, tmp_path: Path) -> None:
    secrets = Path(shutil.copytree(world.settings.secrets, tmp_path / "secrets"))
    settings = replace(world.settings, secrets=str(secrets))
    (secrets / "repository.password").write_text("wrong")
    with pytest.raises(Refused, match="the store's key is wrong"):
        backup.work(settings)
    shutil.copy(f"{world.settings.secrets}/repository.password", secrets)
    (secrets / "store.password").write_text("wrong")
    with pytest.raises(Refused, match="does not know this host's password"):
        backup.work(settings)
    (secrets / "store.password").unlink()
    with pytest.raises(Refused, match=r"store\.password"):
        backup.work(settings)
    with backups.store(tmp_path / "other") as other:
        shutil.copy(other.folder / "store.crt", Path(world.settings.secrets))
        moved = replace(world.settings, repository=other.url)
        try:
            with pytest.raises(Refused, match="the store is empty"):
                backup.work(moved)
            assert not restic(other, "init").returncode
            with pytest.raises(Refused, match="the store is another one"):
                backup.work(moved)
            with pytest.raises(Refused, match="certificate is not the one that is known"):
                backup.work(world.settings)
        finally:
            shutil.copy(world.store.folder / "store.crt", Path(world.settings.secrets))


@pytest.mark.parametrize(
    ("status", "text", "kind", "said"),
    [
        (1, "Fatal: unable to save snapshot: server response unexpected: 507", Refused, "the store is full"),
        (11, "unable to create lock in backend", Away, "the store is busy"),
        (1, "Post: dial tcp: connection refused", Away, "the store is busy or does not answer"),
        (1, "something else", Refused, "restic could not do it: something else"),
    ],
)
def test_what_restic_says(  # noqa: PLR0917
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    text: str,
    kind: type[Exception],
    said: str,
) -> None:
    (tmp_path / "restic").write_text(f"#!/bin/sh\necho '{text}' >&2\nexit {status}\n")
    (tmp_path / "restic").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(kind, match=said):
        backup.work(world.settings)


def test_sending_counts_come_back_with_the_database(world: World) -> None:
    """An unlogged table is in no backup: who had sent all that he may began anew after a restore."""
    query = "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relname IN ('sending')"
    assert ask(world, query) == []
    ask(world, "INSERT INTO mail.sending (kind, id, slot) VALUES ('official', '1', now())")
    ask(world, "DELETE FROM mail.sending")


def test_a_backup_that_a_foreign_file_stops_says_what_comes_next(world: World) -> None:
    name = hashlib.sha256(b"none").hexdigest()
    path = world.store.repository / "index" / name
    path.write_bytes(b"none")
    try:
        with pytest.raises(Refused, match="The backup host sets a foreign one aside within minutes"):
            backup.work(world.settings)
    finally:
        path.unlink()


@pytest.mark.clause("R9.2")
def test_a_drill_does_not_wait_for_a_backup_that_was_killed(world: World) -> None:
    backup.work(world.settings)
    words = ["restic", "-r", str(world.store.repository), "backup", "--stdin"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, env={**os.environ, "RESTIC_PASSWORD": backups.KEY}) as killed:
        while not any((world.store.repository / "locks").iterdir()):
            time.sleep(0.1)
        killed.kill()
    assert [*(world.store.repository / "locks").iterdir()]
    backups.tell(world.store)
    assert "passed" in drill.work(world.settings)


@pytest.mark.clause("R9.2")
def test_drill_fails_where_the_backup_host_knows_of_damage(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """In another seventh than the one that the drill reads."""
    backup.work(world.settings)
    backups.tell(world.store, failed=1, suspects={"damaged": {"count": 2, "first": "a", "since": "b"}})
    with pytest.raises(Refused, match="FAILED"):
        drill.work(world.settings)
    text = capsys.readouterr().out
    assert "1/7 kho đọc lại bị hỏng / sevenths of the store failed when last read, 2 tệp hỏng" in text


@pytest.mark.parametrize(
    "told", [{}, {"failed": 0}, {"failed": "x", "suspects": []}, {"suspects": {"keys": {"count": 1}}}]
)
def test_known_damage_of_a_whole_store_is_none(told: dict[str, Any]) -> None:
    assert drill.known_damage(told) == ""


@pytest.mark.clause("R9.2")
def test_drill_that_failed_does_not_say_how_much_would_be_lost(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.work(world.settings)

    def fail(_self: Copy, *_given: object) -> None:
        raise Refused("pgBackRest restores nothing")

    monkeypatch.setattr(Copy, "restore", fail)
    text = drilled(world, capsys)
    assert "pgBackRest restores nothing" in text
    assert re.search(r"- tuổi của bản mới nhất lúc diễn tập: [0-9]+ s; .* is not shown to be restorable", text)
    assert "mất nhiều nhất chừng ấy" not in text
    assert "the most that would have been lost" not in text


@pytest.mark.clause("R9.2")
def test_drill_fails_where_the_backup_host_says_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As with no file, an answer of 401 or none at all: of six sevenths of the store nobody knows anything then."""
    backup.work(world.settings)
    shutil.rmtree(world.store.repository / TOLD, ignore_errors=True)
    with pytest.raises(Refused, match="FAILED"):
        drill.work(world.settings)
    text = capsys.readouterr().out
    assert text.count("HỎNG    ") == 1
    assert "máy sao lưu không nói gì / the backup host says nothing. " in text
    assert ended(world) == "danhba_drill_failed 1"
    # A minute after the first backup of a province, before the first night.
    backups.tell(world.store, checked=0)
    drill.work(world.settings)
    assert "has not read the store yet" in capsys.readouterr().out


def test_drill_of_a_backup_host_that_cannot_be_asked_knows_nothing(world: World, tmp_path: Path) -> None:
    backups.tell(world.store)
    secrets = Path(shutil.copytree(world.settings.secrets, tmp_path / "secrets"))
    assert read_told(replace(world.settings, secrets=str(secrets)))["failed"] == 0
    (secrets / "store.password").write_text("wrong")
    assert drill.silence(read_told(replace(world.settings, secrets=str(secrets))), time.time()) == drill.NOBODY_TELLS
    away = replace(world.settings, repository="https://localhost:1/mail/")
    assert drill.silence(read_told(away), time.time()) == drill.NOBODY_TELLS


NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"swept": NOW - 120, "checked": NOW - 86400, "failed": 0}, ""),
        ({"swept": NOW - 120, "free": 0.5, "suspects": {}}, ""),  # before its first night
        ({"swept": NOW + 60, "checked": 0}, ""),
        ({"checked": NOW - 86400, "failed": 0}, ""),  # by an earlier release
        ({}, "the backup host says nothing$"),
        ({"free": 0.5, "suspects": {}}, "new files since: không rõ / unknown$"),
        ({"swept": "x"}, "new files since: không rõ"),
        ({"swept": True}, "new files since: không rõ"),
        ({"swept": 1e300}, "new files since: không rõ"),
        (
            {"swept": NOW - 21 * 86400, "checked": NOW - 21 * 86400},
            "new files since: 2026-12-25 08:00:00 UTC$",
        ),
        ({"swept": NOW + 21 * 86400}, "new files since: 2027-02-05 08:00:00 UTC$"),
        ({"swept": NOW, "checked": NOW - 3 * 86400}, "has not read the store since: 2027-01-12 08:00:00 UTC$"),
    ],
)
def test_silence_is_what_is_old_or_missing(told: dict[str, Any], why: str) -> None:
    found = drill.silence(told, NOW)
    assert re.search(why, found) if why else found == ""
