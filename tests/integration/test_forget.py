"""A recalled message is taken out of backups on their own host, by restic itself; all else stays as it was (R10.7)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from danhba_host.backup import prune, quarantine
from danhba_host.backup import recall as forget
from danhba_host.backup.commands import run
from danhba_host.journal import Away, Refused
from danhba_host.recall import fingerprint, plan
from danhba_host.recall.plan import Copy
from tests.support import backups
from tests.support.backups import Store, restic
from tests.support.recalls import ASKED, compose, keys, operators, sign

__all__ = ["keys"]

pytestmark = [
    pytest.mark.clause("R10.7"),
    pytest.mark.skipif(not shutil.which("restic-rest-server"), reason="Debian 12 has not the engines that hosts have"),
]
SECRET = compose(text="Việc phải thu hồi.\n").as_bytes()
OTHER = compose(text="Việc phải thu hồi!\n", message_id="<9@client>").as_bytes()
DIGEST = fingerprint.digest(SECRET)
DAY = 86400


@dataclass
class World:
    """A mail host's folders, and the store that has three backups of them."""

    host: Path
    store: Store
    signers: list[str]
    keys: Path
    remote: bool = True

    @property
    def settings(self) -> forget.Settings:
        (self.store.folder / "state").mkdir(exist_ok=True)
        password = self.store.folder / "repository.password"
        password.write_text(backups.KEY)
        return forget.Settings(
            str(self.store.repository), str(password), str(self.store.folder / "state"), self.signers
        )

    def mail(self, box: str, folder: str, name: str, octets: bytes) -> Path:
        place = self.host / "mail" / box / "Maildir" / folder / "cur"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(octets)
        return place / name

    def back_up(self, run: str, kind: str = "mail", days: float = 0, more: Sequence[str] = ()) -> None:
        words = ["backup", str(self.host / kind), "--tag", f"{kind},run-{run}", *more]
        done = restic(self.store, *words, remote=self.remote)
        assert not done.returncode, done.stderr
        newest = max((self.store.repository / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime)
        os.utime(newest, (newest.stat().st_mtime - days * DAY,) * 2)

    def arrivals(self) -> dict[tuple[str, str], int]:
        found = prune.Store(self.settings).arrivals()
        return {(kind, run): round(moment) for _id, kind, run, moment in found}

    def files(self) -> dict[tuple[str, str], bytes]:
        """Every file of every snapshot, by run and path."""
        found: dict[tuple[str, str], bytes] = {}
        for snapshot in json.loads(restic(self.store, "snapshots", "--json", remote=False).stdout):
            target = self.store.folder / "all" / snapshot["id"]
            assert not restic(self.store, "restore", snapshot["id"], "--target", str(target), remote=False).returncode
            run = next(tag for tag in snapshot["tags"] if tag.startswith("run-"))
            paths = [path for path in target.rglob("*") if path.is_file()]
            found |= {(run, "/" + str(path.relative_to(target))): path.read_bytes() for path in paths}
            shutil.rmtree(target)
        return found

    def request(self, *names: str, digest: str = DIGEST, recall: str = "TH-01", **more: Any) -> dict[str, Any]:
        copies = [Copy("official/1", "f", 1, "an@x", "INBOX", digest, "<1@c>", "copy")]
        whole = plan.make(ASKED | {"recall": recall}, copies, [])
        return {
            "plan": whole,
            "mailboxes": ["official/1", "official/2", "official/none"],
            "sizes": [len(SECRET)],
            "mail": str(self.host / "mail"),
            "held": str(self.host / "keys"),
            "signatures": [sign(self.keys, name, plan.checksum(whole)) for name in names or ("an", "binh")],
            **more,
        }

    def ask(self, *names: str, **more: Any) -> dict[str, Any]:
        return forget.answer(self.settings, self.request(*names, **more))


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of this test alone; tests run side by side."""
    monkeypatch.setattr(prune, "MEMORY", tmp_path / "memory")
    return tmp_path / "memory"


@pytest.fixture
def world(tmp_path: Path, keys: Path) -> Iterator[World]:
    with backups.store(tmp_path / "store") as kept:
        world = World(tmp_path / "host", kept, operators(keys), keys)
        backups.initialise(kept)
        inbox = world.mail("official/1", "", "1.M1P1.mail,S=1:2,", SECRET)
        world.mail("official/1", "", "2.M1P1.mail:2,S", OTHER)
        # What a user calls a folder is no pattern.
        world.mail("official/1", ".a*b[c]", "3.M1P1.mail:2,", b"Return-Path: <x>\n" + SECRET)
        world.mail("official/1", ".aXbc", "3.M1P1.mail:2,", OTHER)
        world.mail("official/3", "", "1.M1P1.mail,S=1:2,", OTHER)
        world.back_up("1", days=40)
        inbox.rename(inbox.with_name("1.M1P1.mail,S=1:2,RS"))
        world.mail("official/2", ".Vi&Hsc-c", "9.M1P1.mail:2,", SECRET.replace(b"\n", b"\r\n"))
        world.back_up("2", days=2)
        held = world.host / "keys/TH-01"
        held.mkdir(parents=True)
        (held / "aa").write_bytes(SECRET)
        (held.parent / "other").write_bytes(OTHER)
        world.back_up("2", "keys", days=2)
        shutil.rmtree(world.host / "mail/official/1")
        world.back_up("3")
        yield world


def blob_is_there(world: World, octets: bytes) -> bool:
    """Whether the store has these octets: a small file is one blob, named by its SHA-256."""
    name = hashlib.sha256(octets).hexdigest()
    return not restic(world.store, "cat", "blob", name, remote=False).returncode


def test_it_is_gone_from_each_snapshot_and_from_the_store_and_all_else_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, arrived = world.files(), world.arrivals()
    secret = {key for key, octets in before.items() if fingerprint.digest(octets) == DIGEST}
    assert len(secret) == 7
    assert blob_is_there(world, SECRET)
    note = Path(world.settings.state, prune.ARRIVALS)
    note.write_text(json.dumps({"moments": {"gone": 1.0}}))
    tried = world.ask(dry_run=True)
    assert json.loads(note.read_text()) == {"moments": {"gone": 1.0}}
    assert (tried["snapshots"], tried["files"], tried["left"]) == (4, 5, 4)
    assert world.arrivals() == arrived

    # Killed when the first snapshot is made anew, and it is not said yet how old it is.
    with monkeypatch.context() as patch:
        patch.setattr(forget.Store, "_demand", killed_after(forget.Store._demand, "rewrite"))
        with pytest.raises(KeyboardInterrupt):
            world.ask()
    assert world.arrivals() != arrived
    assert blob_is_there(world, SECRET)

    done = world.ask()
    assert (done["changed"], done["signed"], done["left"]) == (True, ["an", "binh"], 0)
    assert (done["snapshots"], done["files"]) == (4, 5), "with those of the run that was killed"
    assert world.files() == {key: octets for key, octets in before.items() if key not in secret}
    assert not blob_is_there(world, SECRET)
    assert blob_is_there(world, OTHER)
    # They are as old as before, so that they are kept for as long as before.
    assert world.arrivals() == arrived
    assert not restic(world.store, "check", "--read-data", remote=False).returncode
    assert not prune.MEMORY.exists()


def killed_after(demand: Any, step: str) -> Any:
    """The same, which does not live beyond a step."""

    def run(store: forget.Store, *words: str) -> str:
        said = str(demand(store, *words))
        if words[0] == step:
            raise KeyboardInterrupt
        return said

    return run


@pytest.fixture
def local(tmp_path: Path, keys: Path) -> World:
    """A store that has no backup yet."""
    world = World(tmp_path / "host", Store(tmp_path / "store", 0), operators(keys), keys, remote=False)
    world.store.folder.mkdir()
    backups.initialise(world.store)
    return world


def padded(octets: bytes, size: int) -> bytes:
    """The same message, of another size: there is a header more, which its digest does not have."""
    return b"X-P: " + b"x" * (size - len(octets) - 6) + b"\n" + octets


def test_a_message_is_read_in_each_snapshot_that_says_it_has_it(local: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is root on the mail host adds a snapshot that tells lies of the others' files: nothing comes of it."""
    good, secret = padded(OTHER, 2000), padded(SECRET, 2000)
    kept, taken = "1.M.mail:2,", ["2.M.mail:2,", "3.M.mail:2,$HOME", "4.M.mail:2,x ", "5.M\n.mail:2,", "6.M.*[a]:2,"]

    def fill(contents: dict[str, bytes]) -> None:
        for name, octets in contents.items():
            os.utime(local.mail("official/1", "", name, octets), (10**9, 10**9))

    local.mail("official/3", "", kept, secret)  # where nobody says that it was
    fill({kept: secret, **dict.fromkeys(taken, good)})
    local.back_up("forged", more=["--time", "2001-01-01 00:00:00"])
    fill({kept: good, **dict.fromkeys(taken, secret)})
    local.back_up("genuine")
    before = local.files()

    def meanwhile(store: forget.Store) -> None:
        real(store)
        local.back_up("late")

    real = forget.Store.clean
    monkeypatch.setattr(forget.Store, "clean", meanwhile)
    monkeypatch.setattr(forget, "MOST_FOLDERS", 0)
    done = local.ask(sizes=[2000])
    assert (done["snapshots"], done["files"], done["left"]) == (2, 6, 1), "the one that came in the meantime has it"
    inbox = str(local.host / "mail/official/1/Maildir/cur")
    gone = {("forged", f"{inbox}/{kept}"), *(("genuine", f"{inbox}/{name}") for name in taken)}
    assert {key for key in local.files() if key[0] != "run-late"} == {
        key for key in before if (key[0].removeprefix("run-"), key[1]) not in gone
    }


@pytest.mark.clause("R9.2")
def test_one_stays_as_old_as_it_is_recall_by_recall_and_a_forged_one_is_not_taken_for_it(local: World) -> None:
    one = local.mail("official/1", "", "1.M.mail:2,", SECRET)
    two = local.mail("official/1", "", "2.M.mail:2,", OTHER)
    local.back_up("1", days=9)
    store = forget.Store(local.settings)
    ((genuine, _kind, _run, moment),) = store.arrivals()
    forge = ["rewrite", "--exclude", str(two), "--new-time", "2001-01-01 00:00:00", genuine]
    assert not restic(local.store, *forge, remote=False).returncode
    (forged,) = {*store.all()} - {genuine}
    known = genuine
    for path in (one, two):
        with prune.at_work(local.settings):
            store.rewrite({known: moment}, [str(path)])
        (first, *_, arrived), (second, *_, late) = store.arrivals()
        assert first != known
        assert (arrived, second) == (moment, forged)
        assert late > moment + 8 * DAY
        known = first


class Told(prune.Store):
    """A store that has what a test says: snapshots, and what each says that it replaces."""

    def __init__(self, settings: quarantine.Place) -> None:
        super().__init__(settings)
        self.snapshots: dict[str, str] = {}
        self.forgotten: list[str] = []

    def add(self, name: str, original: str = "") -> None:
        self.snapshots[name] = original
        (self._folder / "snapshots" / name).touch()

    def forget(self, snapshots: Sequence[str]) -> None:
        self.forgotten += snapshots

    def check(self, part: int) -> None:
        """Nothing is damaged."""

    def _snapshots(self) -> list[dict[str, Any]]:
        tags = ["mail", "run-1"]
        return [{"id": name, "original": original or None, "tags": tags} for name, original in self.snapshots.items()]


@pytest.fixture
def told(bare: World) -> Told:
    for name in ("snapshots", "locks"):
        (bare.store.repository / name).mkdir(parents=True)
    store = Told(bare.settings)
    store.add("a")
    store.remember_arrivals({"a": 1.0})
    return store


def test_when_one_arrived_is_remembered_until_it_is_replaced(told: Told) -> None:
    """A run that waits for restic's lock has noted it; others come by meanwhile."""
    told.add("other")
    assert not told.date_back()
    told.add("b", "a")  # restic writes the new one before it removes the former
    assert not told.date_back()
    assert told.arrived("b")["b"] > 1
    del told.snapshots["a"]
    told.date_back()
    assert told.arrived("b") == {"b": 1.0}
    assert not told.date_back()


@pytest.mark.clause("R9.2")
def test_where_two_say_that_they_replace_one_both_are_kept_as_they_are(told: Told, bare: World) -> None:
    told.add("b", "a")
    told.add("c", "a")
    del told.snapshots["a"]
    for _night in range(2):
        assert told.date_back() == {"b", "c"}
        prune._work(sweep(bare), told, time.time())
    assert min(told.arrived("bc").values()) > 1
    assert not told.forgotten
    told.add("d")  # a second one of the same kind and run
    told.add("e")
    prune._work(sweep(bare), told, time.time())
    assert told.forgotten in (["d"], ["e"])
    told.add("f", "b")  # made anew for another recall
    del told.snapshots["b"]
    assert told.date_back() == {"c", "f"}
    told.snapshots.clear()
    assert not told.date_back()


def sweep(world: World) -> prune.Settings:
    """Settings of the nightly clean-up."""
    kept = world.settings
    return prune.Settings(kept.folder, kept.password_file, kept.state, 1, 1, 1, kept.state)


def test_what_was_taken_out_is_counted_over_all_runs(bare: World) -> None:
    store = forget.Store(bare.settings)
    assert store.count("TH-01", {"a": frozenset({"/x", "/y"})}) == (1, 2)
    assert store.count("TH-01", {"a": frozenset({"/x"}), "b": frozenset({"/z"})}) == (2, 3)
    assert store.count("TH-02", {}) == (0, 0)
    assert store.count("TH-01", {}) == (2, 3), "it was killed, or its answer did not come to the mail host"
    assert "/x" not in Path(bare.settings.state, forget.FORGOTTEN).read_text(), "folders have names that tell much"


def test_one_at_a_time_and_what_a_killed_one_left_in_memory_goes(bare: World, memory: Path) -> None:
    bare.store.repository.mkdir(parents=True)
    (bare.store.repository / "config").touch()
    (memory / "tmp").mkdir(parents=True)
    (memory / "tmp/message").write_bytes(SECRET)
    with prune.at_work(bare.settings):
        assert [*memory.iterdir()] == []
        assert memory.stat().st_mode & 0o777 == 0o700
        for other in (bare.ask, lambda: bare.ask(dry_run=True), lambda: prune.work(sweep(bare))):
            with pytest.raises(Away, match="wait for its end"):
                other()
        # restic works on when what started it was killed: so it holds the lock too.
        orphan = int(run(["sh", "-c", "sleep 600 >&- 2>&- & echo $!"], inherit=True).stdout)
    assert not memory.exists()
    try:
        with pytest.raises(Away):
            bare.ask()
    finally:
        os.kill(orphan, signal.SIGKILL)
    memory.symlink_to(bare.store.folder)
    with pytest.raises(Refused, match="see who made it"):
        until_it_is_free(bare.ask)
    assert (bare.store.repository / "config").exists()


def until_it_is_free(ask: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(Away):
            ask()
        time.sleep(0.05)


def test_a_file_that_restic_names_otherwise_is_told_with_its_snapshot(
    bare: World, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.mkdir()
    monkeypatch.setattr(forget.Store, "_demand", lambda *_words: "")
    with pytest.raises(Refused, match=r"(?s)bản chụp ffff: .*'/1.M�.mail'"):
        forget.Store(bare.settings).digests("ffff", ["/1.M�.mail"])


def test_a_held_file_is_no_larger_than_a_message_may_be(bare: World) -> None:
    order = forget._order(bare.request())
    assert order.could_be(f"{order.held_folder}/aa", forget.MOST_OCTETS)
    assert not order.could_be(f"{order.held_folder}/aa", forget.MOST_OCTETS + 1)


def test_files_without_number_are_named(memory: Path) -> None:
    memory.mkdir()
    with forget._named("exclude", (f"/{number}" for number in range(100_000))) as words:
        assert len(words) == 2
        assert Path(words[1]).read_text().count("\n") == 100_000


@pytest.fixture
def bare(tmp_path: Path, keys: Path) -> World:
    """Of a mail host that has not begun to back up."""
    return World(tmp_path / "host", Store(tmp_path, 0), operators(keys), keys)


@pytest.mark.parametrize(
    ("names", "more", "said"),
    [
        (("an",), {}, "2 different operators"),
        (("an", "stranger"), {}, "of no operator"),
        (("an", "binh"), {"plan": {}}, "not its form"),
        (("an", "binh"), {"plan": {"recall": "TH-01", "copies": [], "queue": []}}, "no message"),
        (("an", "binh"), {"mailboxes": ["../../etc"]}, "strange path"),
        (("an", "binh"), {"mail": "srv"}, "strange path"),
        (("an", "binh"), {"sizes": ["many"]}, "not its form"),
    ],
)
def test_what_is_refused(bare: World, names: tuple[str, ...], more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        bare.ask(*names, **more)


def test_a_plan_that_names_another_message_than_was_signed(bare: World) -> None:
    asked = bare.request()
    asked["plan"]["copies"][0]["digest"] = fingerprint.digest(OTHER)
    with pytest.raises(Refused, match="of no operator"):
        forget.answer(bare.settings, asked)


@pytest.mark.parametrize(("folder", "said"), [("/", "restic ls"), ("/" * 200_000, "cannot be run")])
def test_what_restic_says_is_handed_on(bare: World, folder: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        [*forget.Store(bare.settings).files("ffff", [folder])]


def test_much_is_read_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forget, "MOST_OCTETS", 100)
    files = [forget.File(f"/{number}", size) for number, size in enumerate((60, 30, 20, 200, 1))]
    assert [[each.size for each in some] for some in forget._batches(files)] == [[60, 30], [20], [200], [1]]
    assert not [*forget._batches([])]


def test_as_a_program_where_the_disk_is_not_there(bare: World, tmp_path: Path) -> None:
    file = tmp_path / "backup-recall.json"
    file.write_text(json.dumps(vars(bare.settings)))
    words = ["python3", "-m", "danhba_host.backup.recall", "--settings", str(file)]
    folder = str(Path(forget.__file__).parents[2])
    done = subprocess.run(
        words, input=json.dumps(bare.request()), env=os.environ | {"PYTHONPATH": folder}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no store of backups" in done.stderr


@pytest.mark.parametrize("more", [{}, {"sizes": [], "mailboxes": []}], ids=["in a mailbox too", "there alone"])
def test_a_message_that_waited_in_the_queue_is_taken_out_with_the_file_of_postfix(
    world: World, more: dict[str, Any]
) -> None:
    """The queue's copy of a backup has both; another message in it stays."""
    for name, octets in (("4gSECRET123", SECRET), ("4gOTHER1234", OTHER)):
        place = world.host / "queue" / name
        place.mkdir(parents=True)
        (place / "message").write_bytes(octets)
        (place / "file").write_bytes(b"Postfix: " + octets)
    world.back_up("4", "queue")
    told = world.ask(queue=str(world.host / "queue"), **more)
    assert (told["changed"], told["left"]) == (True, 0)
    left = {path.rpartition("/queue/")[2] for run, path in world.files() if run == "run-4"}
    assert left == {"4gOTHER1234/message", "4gOTHER1234/file"}
