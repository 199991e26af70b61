"""Archives against a real database and real sealed files: out of the store and back, killed anywhere, run again."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.plugin_utils.archives.carrying import Archivist, carry_out
from ansible_collections.laocai.mail.plugins.plugin_utils.archives.keeping import Keeper
from ansible_collections.laocai.mail.plugins.plugin_utils.archives.saying import said
from ansible_collections.laocai.mail.plugins.plugin_utils.controller import read_register

from danhba_host import durable
from danhba_host.archive import __main__ as archive
from danhba_host.archive import packing, reading, sealing, steps
from danhba_host.archive import store as stores
from danhba_host.archive.settings import Settings
from danhba_host.journal import Refused
from tests.support.recalls import keys, operators, sign
from tests.support.registers import agency, event, person, register, write

from .conftest import Ansible, Database, Outcome

__all__ = ["keys"]

KEY = pyrage.x25519.Identity.generate()
PUBLIC, SECRET = str(KEY.to_public()), str(KEY)
MAILBOX, OTHER = "official/000105", "official/000106"
SINCE, REASON = "2026-01-10", {"document": "12/QĐ-STTTT", "document_date": "2026-11-27"}
MAIL = {
    "Maildir/cur/1.M1.host,S=5:2,S": b"Thu 1",
    "Maildir/new/2.M2.host": b"Thu 2\0\xff",
    "Maildir/.Vi&Hsc-c.N&AQM-m/cur/3.M3.host:2,FS": b"Thu 3" * 1000,
    "Maildir/dovecot-uidlist": b"3 V1764291600 N4 G0123\n1 :1.M1.host\n",
    "Maildir/.Vi&Hsc-c.N&AQM-m/dovecot-keywords": b"0 $Label1\n",
    "sieve/rules.sieve": b"keep;\n",
}
MADE = {
    "Maildir/dovecot.index.cache": b"Subject: not to be kept",
    "Maildir/tmp/9.host": b"half",
    "sieve/rules.svbin": b"x",
}


class Desk:
    """The program on a store of its own."""

    def __init__(self, database: Database, folder: Path, signers: list[str]) -> None:
        self.database = database
        self.folder = folder
        self.settings = Settings(
            database.name, database.server.socket, str(folder / "vmail"), str(folder / "sealed"), "", signers
        )

    def __call__(self, step: str, **more: Any) -> dict[str, Any]:
        request = {"step": step, "actor": "an@controller", **REASON, **more}
        answer: dict[str, Any] = json.loads(json.dumps(archive.answer(self.settings, request)))
        return answer

    def seal(self, mailbox: str = MAILBOX, **more: Any) -> dict[str, Any]:
        return self("seal", **{"mailbox": mailbox, "since": SINCE, "recipient": PUBLIC, **more})

    def archived(self, mailbox: str = MAILBOX) -> tuple[dict[str, Any], Path]:
        """Archived as the controller does it; what was sealed, and where the file is now."""
        sealed = self.seal(mailbox)
        kept = self.folder / f"{sealed['number']}.age"
        kept.write_bytes(Path(sealed["path"]).read_bytes())
        self("remove", number=sealed["number"], sealed=sealed["sealed"])
        return sealed, kept

    def home(self, mailbox: str = MAILBOX) -> Path:
        return self.folder / "vmail" / mailbox

    def files(self, mailbox: str = MAILBOX) -> dict[str, bytes]:
        home = self.home(mailbox)
        return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}

    def put(self, files: dict[str, bytes], mailbox: str = MAILBOX) -> None:
        for name, octets in files.items():
            path = self.home(mailbox) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)

    def state(self, state: str, since: str = SINCE, mailbox: str = MAILBOX) -> None:
        self.database.query(
            "UPDATE mail.account SET state = %s, since = %s WHERE kind || '/' || id = %s", state, since, mailbox
        )

    def steps(self, number: int) -> list[str]:
        rows = self.database.query("SELECT step FROM archive.step WHERE archive = %s ORDER BY entry", number)
        return [row[0] for row in rows]

    def leftovers(self) -> list[Path]:
        return [*(self.folder / "vmail").glob(".leaving/*"), *(self.folder / "sealed").glob("*")]


@pytest.fixture
def desk(database: Database, tmp_path: Path, keys: Path) -> Desk:
    for id_, state in (("000105", "closed"), ("000106", "open")):
        database.query(
            "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
            " VALUES ('official', %s, %s, 'Lò Thị', 'stttt', 1, %s, '1/QĐ-VP', %s)",
            *(id_, f"{id_}-stttt@laocai.gov.vn", state, SINCE),
        )
    desk = Desk(database, tmp_path, operators(keys))
    desk.put(MAIL | MADE)
    (desk.home() / ".dovecot.sieve").symlink_to("sieve/rules.sieve")
    return desk


def opened(sealed: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """What a sealed file holds, by another program than the one under test."""
    octets = pyrage.decrypt(sealed.read_bytes(), [KEY])
    with tarfile.open(fileobj=io.BytesIO(octets)) as tar:
        found = {each.name: tar.extractfile(each) for each in tar.getmembers() if each.isreg()}
        files = {name: file.read() for name, file in found.items() if file}
    return files, json.loads(files.pop("manifest.json"))


@pytest.mark.clause("R6.2b")
def test_out_of_the_store_and_back(desk: Desk) -> None:
    before = desk.files()
    sealed, kept = desk.archived()
    assert not desk.home().exists()
    assert desk.leftovers() == []
    files, manifest = opened(kept)
    assert files == MAIL
    assert {each["path"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(octets).hexdigest() for name, octets in MAIL.items()
    }
    assert manifest["links"] == [{"path": ".dovecot.sieve", "target": "sieve/rules.sieve"}]
    assert [(each["name"], each["messages"], each["uidvalidity"]) for each in manifest["folders"]] == [
        ("INBOX", 2, 1764291600),
        ("Việc/Năm", 1, 0),
    ]
    assert (sealed["messages"], desk.steps(sealed["number"])) == (3, ["removing", "removed"])
    desk.state("open", "2026-11-28")
    told = desk("restore", number=sealed["number"], file=str(kept), identity=SECRET)
    assert (told["put"], told["messages"]) == (3, 3)
    assert {name: octets for name, octets in desk.files().items() if name in MAIL} == MAIL
    assert set(before) - set(desk.files()) == {name for name in MADE if name != "Maildir/tmp/9.host"} | {
        "Maildir/tmp/9.host"
    }
    assert (desk.home() / ".dovecot.sieve").readlink() == Path("sieve/rules.sieve")
    assert desk.steps(sealed["number"]) == ["removing", "removed", "restored"]


def test_restored_twice_is_there_once_with_the_flags_that_its_owner_gave_it(desk: Desk) -> None:
    sealed, kept = desk.archived()
    desk.state("suspended")
    wanted = {"number": sealed["number"], "file": str(kept), "identity": SECRET}
    desk("restore", **wanted)
    (desk.home() / "Maildir/new/2.M2.host").rename(desk.home() / "Maildir/cur/2.M2.host:2,S")
    desk.put({"Maildir/dovecot-uidlist": b"3 V7 N9\n", "Maildir/new/7.host": b"new"})
    after = desk.files()
    assert desk("restore", **wanted)["put"] == 0
    assert desk.files() == after


def test_restored_into_a_folder_of_another_mailbox(desk: Desk) -> None:
    sealed, kept = desk.archived()
    desk.put({"Maildir/cur/5.host:2,S": b"own"}, OTHER)
    wanted = {"number": sealed["number"], "file": str(kept), "identity": SECRET, "into": OTHER}
    desk("restore", folder="Khôi phục A/B.c", **wanted)
    top = "Maildir/.Kh&APQ-i ph&HuU-c A.B^2ec"
    assert {name: octets for name, octets in desk.files(OTHER).items() if not name.endswith("maildirfolder")} == {
        "Maildir/cur/5.host:2,S": b"own",
        f"{top}/cur/1.M1.host,S=5:2,S": b"Thu 1",
        f"{top}/new/2.M2.host": b"Thu 2\0\xff",
        f"{top}.Vi&Hsc-c.N&AQM-m/cur/3.M3.host:2,FS": b"Thu 3" * 1000,
    }
    assert not desk.home().exists()


def test_only_what_is_closed_as_was_said_is_sealed(desk: Desk) -> None:
    for mailbox, since in ((OTHER, SINCE), (MAILBOX, "2026-01-11")):
        with pytest.raises(Refused, match="not closed since"):
            desk.seal(mailbox, since=since)
    with pytest.raises(Refused, match="no such mailbox"):
        desk.seal("agency/none")
    assert desk("list")["archives"] == []


def test_reopened_between_sealing_and_removing_it_stays(desk: Desk) -> None:
    sealed = desk.seal()
    before = desk.files()
    for state, since in (("open", SINCE), ("suspended", SINCE), ("closed", "2026-11-20")):
        desk.state(state, since)
        with pytest.raises(Refused, match="does not follow"):
            desk("remove", number=sealed["number"], sealed=sealed["sealed"])
    assert desk.files() == before
    assert desk.steps(sealed["number"]) == []


def test_reopened_after_it_began_to_leave_it_stays_or_comes_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, kept = desk.seal(), desk.folder / "kept.age"
    kept.write_bytes(Path(sealed["path"]).read_bytes())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(steps.Archive, "_take_out", killed)
        with pytest.raises(KeyboardInterrupt):
            desk("remove", number=sealed["number"], sealed=sealed["sealed"])
    desk.state("open")
    with pytest.raises(Refused, match="opened again"):
        desk("remove", number=sealed["number"], sealed=sealed["sealed"])
    assert set(MAIL) <= set(desk.files())
    assert desk("restore", number=sealed["number"], file=str(kept), identity=SECRET)["put"] == 0


@pytest.mark.parametrize("killed", [False, True])
def test_closed_again_as_of_the_same_day_what_came_meanwhile_is_archived_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    """Also where the first had only begun to leave."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if killed:
        with monkeypatch.context() as patch:
            patch.setattr(steps.Archive, "_take_out", stop)
            with pytest.raises(KeyboardInterrupt):
                desk.archived()
    else:
        desk.archived()
    desk.state("open")
    desk.put({"Maildir/new/8.host": b"later"})
    desk.state("closed")
    second, kept = desk.archived()
    assert (second["number"], desk.home().exists()) == (2, False)
    assert opened(kept)[0]["Maildir/new/8.host"] == b"later"


@pytest.mark.parametrize("name", ["Maildir/new/8.host", "Maildir/cur/1.M1.host,S=5:2,S", "sieve/rules.sieve"])
def test_what_came_or_changed_after_sealing_keeps_it_in_the_store(desk: Desk, name: str) -> None:
    sealed = desk.seal()
    desk.put({name: b"Thu X"})
    with pytest.raises(Refused, match="changed while"):
        desk("remove", number=sealed["number"], sealed=sealed["sealed"])
    assert desk.steps(sealed["number"]) == []
    again, _kept = desk.archived()
    assert again["number"] > sealed["number"]
    assert not desk.home().exists()


def test_what_changes_under_the_last_look_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = desk.seal()
    step = stores.Store.step

    def late(self: Any, number: int, what: str, *more: Any) -> None:
        step(self, number, what, *more)
        desk.put({"Maildir/new/8.host": b"late"})

    monkeypatch.setattr(stores.Store, "step", late)
    with pytest.raises(Refused, match="changed while"):
        desk("remove", number=sealed["number"], sealed=sealed["sealed"])
    assert desk.files()["Maildir/new/8.host"] == b"late"


def test_another_file_than_the_sealed_one_removes_nothing(desk: Desk) -> None:
    sealed = desk.seal()
    with pytest.raises(Refused, match="not the one"):
        desk("remove", number=sealed["number"], sealed="0" * 64)
    with pytest.raises(Refused, match="no archive"):
        desk("remove", number=sealed["number"] + 1, sealed=sealed["sealed"])
    assert set(MAIL) <= set(desk.files())


KILLED_AT: list[Callable[[pytest.MonkeyPatch, Any], None]] = [
    lambda patch, killed: patch.setattr(stores.Store, "add", killed),
    lambda patch, killed: patch.setattr(durable, "sync", killed),
    lambda patch, killed: patch.setattr(stores.Store, "step", killed),
    lambda patch, killed: patch.setattr(steps.Archive, "_take_out", killed),
    lambda patch, killed: patch.setattr(steps.Archive, "_clear", killed),
    lambda patch, killed: patch.setattr(shutil, "rmtree", killed),
    lambda patch, killed: patch.setattr(sealing, "measure", killed),
]


@pytest.mark.parametrize("place", KILLED_AT)
def test_killed_anywhere_the_next_run_finishes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: Callable[[pytest.MonkeyPatch, Any], None]
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        place(patch, killed)
        with pytest.raises(KeyboardInterrupt):
            desk.archived()
    sealed, kept = _finish(desk)
    assert opened(kept)[0] == MAIL
    assert not desk.home().exists()
    assert desk.leftovers() == []
    assert desk.steps(sealed["number"]) == ["removing", "removed"]


def _finish(desk: Desk) -> tuple[dict[str, Any], Path]:
    """The next run, which has the file where the one before had fetched it."""
    sealed = desk.seal()
    kept = desk.folder / f"{sealed['number']}.age"
    if not kept.exists():
        kept.write_bytes(Path(sealed["path"]).read_bytes())
    desk("remove", number=sealed["number"], sealed=sealed["sealed"])
    return sealed, kept


def test_killed_between_moving_and_noting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    step = stores.Store.step

    def killed(self: Any, number: int, what: str, *more: Any) -> None:
        if what == "removed":
            raise KeyboardInterrupt
        step(self, number, what, *more)

    with monkeypatch.context() as patch:
        patch.setattr(stores.Store, "step", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.archived()
    assert not desk.home().exists()
    sealed, kept = _finish(desk)
    assert desk.steps(sealed["number"]) == ["removing", "removed"]
    assert (opened(kept)[0], desk.leftovers()) == (MAIL, [])


def test_sealed_again_it_is_the_same(desk: Desk) -> None:
    first, second = desk.seal(), desk.seal()
    assert (second["changed"], second["number"], second["sealed"]) == (False, first["number"], first["sealed"])
    desk("remove", number=first["number"], sealed=first["sealed"])
    third = desk.seal()
    assert (third["changed"], third["number"], third["steps"]) == (False, first["number"], ["removing", "removed"])
    assert desk("remove", number=first["number"], sealed=first["sealed"])["changed"] is False


def test_two_at_once(desk: Desk) -> None:
    with desk.database.connect("danhba_archive") as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('archive', 0))")
        with pytest.raises(Refused, match="another run"):
            desk.seal()


def test_nobody_opens_it_while_it_is_taken_out(desk: Desk) -> None:
    sealed = desk.seal()
    with desk.database.connect("danhba_archive") as connection, connection.transaction():
        assert connection.execute("SELECT archive.hold(%s)", [sealed["number"]]).fetchone() == (True,)
        with desk.database.connect() as other:
            other.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("UPDATE mail.account SET state = 'open' WHERE id = '000105'")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("Maildir/cur/7.host:2,S", "/etc/shadow"),
        ("Maildir/cur/7.host", "1.M1.host,S=5:2,S"),
        ("Maildir/.Sent", "/etc"),
        (".dovecot.sieve", "/x"),
    ],
)
def test_a_link_is_not_followed(desk: Desk, path: str, target: str) -> None:
    (desk.home() / path).unlink(missing_ok=True)
    (desk.home() / path).symlink_to(target)
    with pytest.raises(Refused, match="is no file"):
        desk.seal()
    assert desk.leftovers() == []


def test_a_pipe_is_no_file(desk: Desk) -> None:
    os.mkfifo(desk.home() / "Maildir/cur/7.host")
    with pytest.raises(Refused, match="is no file"):
        desk.seal()


def test_what_vanishes_while_it_is_read_has_it_run_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reading._read

    def vanish(item: reading.Item, *more: Any, **given: Any) -> reading.Known:
        (desk.home() / item.path).unlink()
        return read(item, *more, **given)

    monkeypatch.setattr(reading, "_read", vanish)
    with pytest.raises(Refused, match="changed while"):
        desk.seal()
    assert [path.name for path in desk.leftovers()] == []


def test_a_full_disk_is_told_before_and_after(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "ROOM", 1 << 60)
        with pytest.raises(Refused, match="make room"):
            desk.seal()
    full = desk.folder / "age"
    full.write_text("#!/bin/sh\nhead -c 10 > /dev/full\n")
    full.chmod(0o755)
    monkeypatch.setattr(sealing, "AGE", str(full))
    with pytest.raises(Refused, match="disk is full"):
        desk.seal()
    monkeypatch.setattr(sealing, "AGE", "/no/such/age")
    with pytest.raises(Refused, match="does not run"):
        desk.seal()
    assert desk.leftovers() == []
    assert set(MAIL) <= set(desk.files())


@pytest.mark.parametrize("key", ["", "age1", "age1" + "b" * 58, "-o/etc/passwd"])
def test_no_key_seals_nothing(desk: Desk, key: str) -> None:
    with pytest.raises(Refused, match="age"):
        desk.seal(recipient=key)
    assert desk.leftovers() == []


@pytest.mark.parametrize("fault", ["cut", "changed", "other key", "no key", "another archive"])
def test_what_does_not_open_restores_nothing(desk: Desk, fault: str) -> None:
    sealed, kept = desk.archived()
    desk.state("open")
    octets, secret = kept.read_bytes(), SECRET
    if fault == "cut":
        octets = octets[:-40]
    elif fault == "changed":
        octets = octets[:300] + bytes([octets[300] ^ 1]) + octets[301:]
    elif fault == "another archive":
        octets = pyrage.encrypt(_tar({"Maildir/cur/x": b"x"}), [KEY.to_public()])
    secret = {"other key": str(pyrage.x25519.Identity.generate()), "no key": "x"}.get(fault, secret)
    kept.write_bytes(octets)
    with pytest.raises(Refused, match="--"):
        desk("restore", number=sealed["number"], file=str(kept), identity=secret)
    assert not desk.home().exists()
    assert desk.steps(sealed["number"]) == ["removing", "removed"]


def _tar(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, octets in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(octets)
            tar.addfile(entry, io.BytesIO(octets))
    return packed.getvalue()


def test_what_has_another_content_than_the_list_restores_nothing(desk: Desk, tmp_path: Path) -> None:
    """The list is the right one; whoever sealed it has the key and changed a message."""
    sealed, kept = desk.archived()
    files, _manifest = opened(kept)
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(kept.read_bytes(), [KEY]))) as tar:
        listed = tar.extractfile("manifest.json")
        assert listed
        files["Maildir/new/2.M2.host"] = b"forged!"
        kept.write_bytes(pyrage.encrypt(_tar({**files, "manifest.json": listed.read()}), [KEY.to_public()]))
    with pytest.raises(Refused, match="not what was listed"):
        packing.verify(kept, SECRET, sealed["manifest"])


def test_the_archive_of_another_mailbox_is_not_restored(desk: Desk) -> None:
    """Whole and rightly listed, but another one than was named."""
    sealed, _kept = desk.archived()
    desk.put({"Maildir/cur/5.host": b"own"}, OTHER)
    desk.state("closed", SINCE, OTHER)
    _other, kept = desk.archived(OTHER)
    desk.state("open")
    with pytest.raises(Refused, match="not what was listed"):
        desk("restore", number=sealed["number"], file=str(kept), identity=SECRET)
    assert not desk.home().exists()


def test_into_a_closed_mailbox_nothing_is_restored(desk: Desk) -> None:
    sealed, kept = desk.archived()
    with pytest.raises(Refused, match="is closed"):
        desk("restore", number=sealed["number"], file=str(kept), identity=SECRET)


def test_what_has_not_left_is_not_restored(desk: Desk) -> None:
    sealed = desk.seal()
    desk.state("open")
    with pytest.raises(Refused, match="nothing to restore"):
        desk("restore", number=sealed["number"], file=sealed["path"], identity=SECRET)


@pytest.mark.clause("R6.2b")
def test_a_purge_is_signed_by_two(desk: Desk, keys: Path) -> None:
    sealed, _kept = desk.archived()
    wanted = {"mailboxes": [MAILBOX]}
    plan = desk("purge", **wanted)
    assert (plan["changed"], plan["plan"]["archives"]) == (
        False,
        [{"number": sealed["number"], "mailbox": MAILBOX, "sealed": sealed["sealed"]}],
    )
    an, binh = (sign(keys, name, plan["checksum"], "danhba-archive") for name in ("an", "binh"))
    recalled = sign(keys, "binh", plan["checksum"])
    for signatures in (
        [an],
        [an, an],
        [an, sign(keys, "stranger", plan["checksum"], "danhba-archive")],
        [an, recalled],
    ):
        with pytest.raises(Refused, match="--"):
            desk("purge", **wanted, signatures=signatures)
    with pytest.raises(Refused, match="of no operator"):
        desk("purge", **wanted, signatures=[an, binh], document="13/QĐ-STTTT")
    assert desk("purge", **wanted, signatures=[an, binh], dry_run=True)["changed"]
    assert "purged" not in desk.steps(sealed["number"])
    assert desk("purge", **wanted, signatures=[an, binh])["signed"] == ["an", "binh"]
    assert desk.steps(sealed["number"])[-1] == "purged"
    again = desk("purge", **wanted)
    assert (again["changed"], again["archives"][0]["steps"][-1]) == (False, "purged")
    desk.state("open")
    with pytest.raises(Refused, match="purged"):
        desk("restore", number=sealed["number"], file="x", identity=SECRET)


def test_what_is_open_or_not_archived_is_not_purged(desk: Desk, keys: Path) -> None:
    with pytest.raises(Refused, match="only the archive"):
        desk("purge", mailboxes=[MAILBOX])
    sealed, _kept = desk.archived()
    checksum = desk("purge", mailboxes=[MAILBOX])["checksum"]
    signatures = [sign(keys, name, checksum, "danhba-archive") for name in ("an", "binh")]
    desk.state("open")
    with pytest.raises(Refused, match="only the archive"):
        desk("purge", mailboxes=[MAILBOX], signatures=signatures)
    with desk.database.connect("danhba_archive") as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "INSERT INTO archive.step (archive, step, actor, document) VALUES (%s, 'purged', 'x', 'x')",
            [sealed["number"]],
        )


def test_an_export_has_what_is_stored_about_one_person(desk: Desk) -> None:
    desk.put(MAIL, OTHER)
    with desk.database.connect() as connection:
        connection.execute("SELECT events.prepare(events.day(now()))")
        for id_, message in (("000106", "<own@x>"), ("000105", "<other@x>")):
            connection.execute(
                "WITH new AS (INSERT INTO events.event (at, source, position, event, kind, id, message_id, recipient,"
                " sender) VALUES (now(), gen_random_uuid(), 1, 'delivered', 'official', %s, %s, 'a@x', 'secret@x')"
                " RETURNING *) INSERT INTO events.key SELECT DISTINCT events.hash(word), new.at FROM new,"
                " events.words(new) AS word ON CONFLICT DO NOTHING",
                [id_, message],
            )
            connection.execute(
                "INSERT INTO events.use VALUES (date_trunc('minute', now()), 'official', %s, 'signed-in', 'imap',"
                " '192.0.2.7', 2)",
                [id_],
            )
    told = desk("export", mailbox=OTHER, recipient=PUBLIC)
    files, manifest = opened(Path(told["path"]))
    assert {name: files[name] for name in MAIL} == MAIL
    assert told["messages"] == manifest["messages"] == 3
    events = [json.loads(line) for line in files["events.jsonl"].decode().splitlines()]
    assert [(each["event"], each.get("message_id"), each.get("client")) for each in events] == [
        ("delivered", "<own@x>", None),
        ("signed-in", None, "192.0.2.7"),
    ]
    assert json.loads(files["settings.json"])["account"]["id"] == "000106"
    assert files["contacts.vcf"] == b""
    assert b"secret@x" not in b"".join(files.values())
    desk("drop", path=told["path"])
    assert desk.leftovers() == []
    [row] = desk.database.query("SELECT kind, id, document, sealed FROM archive.export")
    assert row == ("official", "000106", REASON["document"], told["sealed"])
    assert set(MAIL) <= set(desk.files(OTHER))


@pytest.mark.parametrize("path", ["/etc/passwd", "{sealed}/1.age", "{sealed}/../x/export-1.age"])
def test_only_an_export_is_dropped(desk: Desk, path: str) -> None:
    with pytest.raises(Refused, match="no exported file"):
        desk("drop", path=path.format(sealed=desk.settings.folder))


def test_an_open_mailbox_is_exported_while_its_owner_works(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is read, flagged and moved on meanwhile is there, once."""
    desk.put(MAIL, OTHER)
    home = desk.home(OTHER)
    read = reading._read
    moved: list[str] = []

    def work(item: reading.Item, *more: Any, **given: Any) -> reading.Known:
        if not moved:
            moved.append(item.path)
            (home / "Maildir/cur/1.M1.host,S=5:2,S").rename(home / "Maildir/cur/1.M1.host,S=5:2,RS")
            (home / "Maildir/.Vi&Hsc-c.N&AQM-m/cur/3.M3.host:2,FS").unlink()
        return read(item, *more, **given)

    monkeypatch.setattr(reading, "_read", work)
    files, manifest = opened(Path(desk("export", mailbox=OTHER, recipient=PUBLIC)["path"]))
    assert sorted(each for each in files if "/cur/" in each or "/new/" in each) == [
        "Maildir/cur/1.M1.host,S=5:2,RS",
        "Maildir/new/2.M2.host",
    ]
    assert manifest["messages"] == 2


def test_nothing_stored_is_nothing_to_archive_or_export(desk: Desk) -> None:
    desk.state("closed", SINCE, OTHER)
    assert desk.seal(OTHER) == {"changed": False, "nothing": True}
    with pytest.raises(Refused, match="no mail in the store"):
        desk("export", mailbox=OTHER, recipient=PUBLIC)


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    assert desk.seal(dry_run=True) == {"changed": True}
    desk.put(MAIL, OTHER)
    assert desk("export", mailbox=OTHER, recipient=PUBLIC, dry_run=True) == {"changed": True}
    assert desk.leftovers() == []
    sealed = desk.seal()
    assert desk("remove", number=sealed["number"], sealed=sealed["sealed"], dry_run=True) == {"changed": True}
    assert desk.steps(sealed["number"]) == []
    sealed, kept = desk.archived()
    desk.state("open")
    told = desk("restore", number=sealed["number"], file=str(kept), identity=SECRET, dry_run=True)
    assert (told["messages"], desk.home().exists()) == (3, False)


def test_the_list_names_what_is_closed_and_what_became_of_archives(desk: Desk) -> None:
    sealed, _kept = desk.archived()
    told = desk("list")
    assert [(each["id"], each["stored"]) for each in told["closed"]] == [("000105", False)]
    assert [(each["number"], each["steps"]) for each in told["archives"]] == [
        (sealed["number"], ["removing", "removed"])
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "destroy"},
        {"actor": ""},
        {"mailbox": "official/../agency"},
        {"mailbox": "000105"},
        {"mailbox": "official/" + "9" * 65},
        {"document": ""},
        {"document_date": "27/11/2026"},
        {"step": "remove", "number": "1"},
        {"step": "remove", "number": True},
        {"step": "remove", "number": 2**63},
        {"step": "restore", "number": 1, "into": OTHER},
        {"step": "restore", "number": 1, "folder": "x"},
        {"step": "restore", "number": 1, "into": OTHER, "folder": "x//y"},
        {"step": "restore", "number": 1, "into": OTHER, "folder": "x\ny"},
        {"step": "purge", "mailboxes": ["official/000105;x"]},
    ],
)
def test_a_request_that_says_too_little_or_too_much_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="--"):
        desk(**{"step": "seal", "mailbox": MAILBOX, "since": SINCE, "recipient": PUBLIC, **wrong})


def test_asked_as_the_playbook_does(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "archive.json"
    file.write_text(json.dumps(desk.settings.__dict__), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"step": "list", "actor": "an"})))
    assert archive.main(["--settings", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["closed"][0]["id"] == "000105"


def test_what_the_disk_says_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(steps.Archive, "_make_room", broken)
    with pytest.raises(Refused, match="No space left"):
        desk.seal()


@pytest.mark.parametrize("step", ["removed", "restored", "purged", "strange"])
def test_the_database_lets_no_step_be_left_out(desk: Desk, step: str) -> None:
    sealed = desk.seal()
    with desk.database.connect("danhba_archive") as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "INSERT INTO archive.step (archive, step, actor, document) VALUES (%s, %s, 'x', 'x')",
            [sealed["number"], step],
        )


def test_the_owner_of_the_store_writes(desk: Desk, request: pytest.FixtureRequest) -> None:
    """What a mailbox holds cannot lead root out of it: whoever owns the store writes, and has no right elsewhere."""
    if os.geteuid():
        pytest.skip("needs root")
    sealed, kept = desk.archived()
    desk.folder = Path(tempfile.mkdtemp(prefix="danhba-store-"))
    request.addfinalizer(lambda: shutil.rmtree(desk.folder))
    desk.folder.chmod(0o755)
    store, secret = desk.folder / "vmail", desk.folder / "elsewhere"
    desk.settings = replace(desk.settings, store=str(store))
    secret.mkdir(mode=0o700)
    home = desk.home(OTHER)
    home.mkdir(parents=True)
    for path in (store, *store.rglob("*")):
        os.chown(path, 54321, 54321)
    (home / "Maildir").symlink_to(secret)
    wanted = {"number": sealed["number"], "file": str(kept), "identity": SECRET, "into": OTHER, "folder": "X"}
    with pytest.raises(Refused, match="could not"):
        desk("restore", **wanted)
    assert [*secret.iterdir()] == []
    assert os.geteuid() == 0
    (home / "Maildir").unlink()
    desk("restore", **wanted)
    assert {path.stat().st_uid for path in home.rglob("*")} == {54321}


def official(id_: str, name: str, closed: str = "") -> dict[str, Any]:
    """An entry whose documents have numbers that somebody may have written."""
    opened = event("recruited", "2010-01-01", "21/QĐ-UBND")
    return {**person(id_, name, opened, event("retired", closed, "22/QĐ-UBND") if closed else "")}


class DirectHost:
    """The host's program, without the way by Ansible."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, request: Mapping[str, Any], file: Path | None = None) -> dict[str, Any]:
        asked = {**request, "actor": "an@controller", "file": str(file or "")}
        answer: dict[str, Any] = json.loads(json.dumps(archive.answer(self._desk.settings, asked)))
        return answer

    def fetch(self, remote: str, local: str) -> None:
        shutil.copyfile(remote, local)


class Controller:
    """The controller's side, with a register that has closed a mailbox, and a leader's."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.folder = desk.folder / "private/archives"
        self.register = desk.folder / "directory"
        people = [official("000105", "Lò An", SINCE), official("000106", "Lò Ba"), official("000107", "Lò Cúc", SINCE)]
        people[2]["leader"] = "true"
        write(self.register, register(agency("stttt", *people), operator_key=PUBLIC))

    def arguments(self, step: str, mailboxes: Sequence[str], **more: Any) -> dict[str, Any]:
        usual = {"number": 0, "identity": "", "into": "", "into_folder": "", "key": "", **REASON}
        return {**usual, "step": step, "mailboxes": list(mailboxes), "as_of": "2026-11-28", **more}

    def play(self, step: str, *mailboxes: str, check: bool = False, **more: Any) -> dict[str, Any]:
        arguments = self.arguments(step, mailboxes, **more)
        day = date.fromisoformat(arguments["as_of"])
        timeline = Timeline.of(*read_register(self.register), day)
        archivist = Archivist(timeline, DirectHost(self.desk), Keeper(self.folder), check)
        told = carry_out(archivist, {**arguments, "identity": Path(arguments["identity"])})
        return {**told, "said": said(step, told, dry_run=check)}

    def refused(self, step: str, *mailboxes: str, **more: Any) -> str:
        with pytest.raises((Failure, Refused)) as refusal:
            self.play(step, *mailboxes, **more)
        return str(refusal.value)


PROGRAM = """#!{python}
import sys
sys.path.insert(0, {path!r})
from danhba_host.archive.__main__ import main
sys.exit(main(["--settings", {settings!r}]))
"""
LIBRARY = str(Path(steps.__file__).parents[2])


@pytest.fixture
def controller(desk: Desk) -> Controller:
    return Controller(desk)


@pytest.fixture
def identity(desk: Desk) -> str:
    path = desk.folder / "key"
    path.write_text(f"# created\n{SECRET}\n")
    return str(path)


def test_as_the_playbook_does_it(controller: Controller, ansible: Ansible, identity: str) -> None:
    desk, folder = controller.desk, controller.folder
    settings, program = desk.folder / "archive.json", desk.folder / "danhba-host"
    settings.write_text(json.dumps(desk.settings.__dict__), encoding="utf-8")
    program.write_text(PROGRAM.format(python=sys.executable, path=LIBRARY, settings=str(settings)))
    program.chmod(0o755)
    usual = {"folder": str(folder), "register": str(controller.register), "_program": str(program)}

    def play(step: str, *mailboxes: str, check: bool = False, **more: Any) -> Outcome:
        arguments = {**controller.arguments(step, mailboxes, **more), **usual}
        return ansible.run("laocai.mail.archive", arguments, check=check)

    assert play("archive", MAILBOX, check=True).result["changed"]
    assert not folder.exists()
    done = play("archive", MAILBOX)
    assert (done.result["changed"], desk.home().exists()) == (True, False)
    assert "12/QĐ-STTTT" not in done.result["said"][0]
    assert "gone from the store" in done.result["said"][0]
    assert opened(folder / "official-000105-1.age")[0] == MAIL
    assert "is closed" in play("restore", MAILBOX, identity=identity).result["msg"]
    assert "No mailbox" in play("purge").result["msg"]
    desk.state("open", "2026-11-28")
    restored = play("restore", MAILBOX, identity=identity)
    assert restored.result["restored"]["put"] == 3
    assert SECRET not in restored.output
    (controller.register / "province.yml").write_text("x: y\n")
    assert play("list").result["findings"]


def test_the_controller_archives_what_is_due_and_named_and_brings_it_back(
    controller: Controller, identity: str
) -> None:
    desk, folder = controller.desk, controller.folder
    told = controller.play("list")
    [due] = told["due"]
    assert (due["id"], due["until"], due["agrees"]) == ("000105", "2026-07-12", True)
    assert "kept until 2026-07-12" in told["said"][0]
    foreseen = controller.play("archive", MAILBOX, check=True)
    assert (foreseen["changed"], len(foreseen["said"]), folder.exists()) == (True, 1, False)
    done = controller.play("archive", MAILBOX)
    [archived] = done["archived"]
    sealed = folder / f"official-000105-{archived['number']}.age"
    assert (done["changed"], desk.home().exists()) == (True, False)
    assert opened(sealed)[0] == MAIL
    record = json.loads(sealed.with_suffix(".json").read_text())
    assert record["sealed"] == hashlib.sha256(sealed.read_bytes()).hexdigest() == archived["sealed"]
    assert {path.stat().st_mode & 0o777 for path in folder.glob("official-*")} == {0o600}
    assert not controller.play("archive", MAILBOX)["changed"]
    assert not controller.play("archive", MAILBOX, check=True)["changed"]
    listed = controller.play("list")
    assert (listed["due"], [each["kept"] for each in listed["archives"]]) == ([], [True])
    octets = sealed.read_bytes()
    sealed.write_bytes(octets[:-9])
    assert "THE SEALED FILE IS MISSING" in controller.play("list")["said"][0]
    for step in ("restore", "archive"):
        assert "cut or changed" in controller.refused(step, MAILBOX, identity=identity)
    sealed.write_bytes(octets)
    desk.state("open", "2026-11-28")
    other = desk.folder / "other"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    (desk.folder / "empty").write_text("no key\n")
    for name, words in (("other", "Cannot open"), ("none", "Cannot read"), ("empty", "no private key")):
        assert words in controller.refused("restore", MAILBOX, identity=str(desk.folder / name))
    assert "has no archive 2" in controller.refused("restore", MAILBOX, identity=identity, number=2)
    assert controller.play("restore", MAILBOX, identity=identity, check=True)["changed"]
    restored = controller.play("restore", MAILBOX, identity=identity, number=archived["number"])
    assert restored["restored"]["put"] == 3
    assert {name: text for name, text in desk.files().items() if name in MAIL} == MAIL
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_what_does_not_arrive_whole_is_not_kept_and_nothing_leaves(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_self: DirectHost, remote: str, local: str) -> None:
        Path(local).write_bytes(Path(remote).read_bytes()[:-1])

    def full(_self: DirectHost, _remote: str, _local: str) -> None:
        raise OSError(28, "No space left on device")

    for fetch, words in ((cut, "did not arrive"), (full, "No space left")):
        monkeypatch.setattr(DirectHost, "fetch", fetch)
        assert words in controller.refused("archive", MAILBOX)
        assert [*controller.folder.glob("*")] == [*controller.folder.glob(".*.age.*")] == []
    assert set(MAIL) <= set(controller.desk.files())
    assert controller.desk.steps(1) == []


def test_nothing_in_the_store_is_said(controller: Controller) -> None:
    shutil.rmtree(controller.desk.home())
    assert "nothing of it lies in the store" in controller.play("archive", MAILBOX)["said"][0]
    assert "nothing is due" in controller.play("list")["said"][0]


def test_a_register_that_is_not_applied_is_told(controller: Controller) -> None:
    controller.desk.state("closed", "2026-01-09")
    assert "not applied" in controller.play("list")["said"][0]
    assert "not closed since" in controller.refused("archive", MAILBOX)


def test_the_controller_purges_by_two(controller: Controller, keys: Path) -> None:
    desk = controller.desk
    controller.play("archive", MAILBOX)
    [sealed] = controller.folder.glob("*.age")
    asked = controller.play("purge", MAILBOX)
    folder = Path(asked["folder"])
    assert (asked["waiting"], sealed.exists()) == (True, True)
    assert "two operators sign" in asked["said"][0]
    checksum = (folder / "plan.sha256").read_text().strip()
    (folder / "an.sig").write_text(sign(keys, "an", checksum, "danhba-archive"))
    assert "different operators" in controller.refused("purge", MAILBOX)
    (folder / "large.sig").write_bytes(b"x" * 30_000)
    assert "too large" in controller.refused("purge", MAILBOX)
    (folder / "large.sig").unlink()
    (folder / "folder.sig").mkdir()
    assert "Cannot read" in controller.refused("purge", MAILBOX)
    (folder / "folder.sig").rmdir()
    assert sealed.exists()
    (folder / "binh.sig").write_text(sign(keys, "binh", checksum, "danhba-archive"))
    foreseen = controller.play("purge", MAILBOX, check=True)
    assert (foreseen["changed"], sealed.exists()) == (True, True)
    assert "would be purged" in foreseen["said"][0]
    octets = sealed.read_bytes()
    done = controller.play("purge", MAILBOX)
    assert (done["waiting"], done["signed"], sealed.exists()) == (False, ["an", "binh"], False)
    assert sealed.with_suffix(".json").exists()
    sealed.write_bytes(octets)  # as after a run that was killed before it deleted
    controller.play("purge", MAILBOX)
    assert not sealed.exists()
    assert not controller.play("purge", MAILBOX)["changed"]
    assert desk.steps(1)[-1] == "purged"


def test_the_controller_exports(controller: Controller) -> None:
    controller.desk.put(MAIL, OTHER)
    foreseen = controller.play("export", OTHER, key=PUBLIC, check=True)
    assert (foreseen["changed"], len(foreseen["said"])) == (True, 1)
    done = controller.play("export", OTHER, key=PUBLIC)
    assert "exported" in done["said"][0]
    files, _manifest = opened(Path(done["exported"]["file"]))
    assert set(files) == {*MAIL, "contacts.vcf", "settings.json", "events.jsonl"}
    assert controller.desk.leftovers() == []


@pytest.mark.parametrize(
    ("step", "mailboxes", "more", "words"),
    [
        ("archive", [], {}, "No mailbox"),
        ("archive", ["000105"], {}, "is no mailbox"),
        ("archive", [MAILBOX, OTHER], {}, "not closed, or not there: official/000106"),
        ("archive", [MAILBOX, "official/000107"], {}, "kept until 2027-01-10"),
        ("archive", [MAILBOX], {"as_of": "2026-07-11"}, "kept until 2026-07-12"),
        ("archive", [MAILBOX], {"document": "x"}, "is not the number and symbol"),
        ("archive", [MAILBOX], {"document_date": "27/11/2026"}, "document_date is no date"),
        ("restore", [MAILBOX], {}, "has no archive"),
        ("restore", [MAILBOX, OTHER], {}, "needs one mailbox"),
        ("purge", [], {}, "No mailbox"),
        ("purge", [MAILBOX], {}, "only the archive"),
        ("export", [OTHER], {"key": "age1x"}, "is no public key"),
    ],
)
def test_the_controller_refuses_before_anything(
    controller: Controller, step: str, mailboxes: list[str], more: dict[str, Any], words: str
) -> None:
    assert words in controller.refused(step, *mailboxes, **more)
    assert set(MAIL) <= set(controller.desk.files())
    assert controller.desk.database.query("SELECT * FROM archive.archive") == []


def test_without_the_operators_key_nothing_is_sealed(controller: Controller) -> None:
    write(controller.register, register(agency("stttt", official("000105", "Lò An", SINCE))))
    assert "operator_key" in controller.refused("archive", MAILBOX)
