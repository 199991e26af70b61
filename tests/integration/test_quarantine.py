"""The backup host sets aside what a captured mail host adds to the store; both hosts go on with the rest (R9.2)."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from danhba_host.backup import prune, quarantine
from danhba_host.backup.locking import only_one
from danhba_host.backup.suspects import figures
from danhba_host.figure import render
from danhba_host.journal import Away, Refused
from tests.support import backups
from tests.support.backups import Store, restic

pytestmark = [
    pytest.mark.clause("R9.2"),
    pytest.mark.skipif(not shutil.which("restic-rest-server"), reason="Debian 12 has not the engines that hosts have"),
]
MANY = 100
KINDS = ("keys", "locks", "index", "snapshots")


@dataclass
class World:
    """A store with one backup, and the mail host's folder."""

    store: Store
    mail: Path

    @property
    def settings(self) -> quarantine.Settings:
        (self.store.folder / "state").mkdir(exist_ok=True)
        password = self.store.folder / "repository.password"
        password.write_text(backups.KEY)
        where = str(self.store.folder / "state")
        return quarantine.Settings(str(self.store.repository), str(password), where, str(self.store.folder))

    @property
    def aside(self) -> list[str]:
        """The names in the quarantine folder."""
        folder = quarantine.aside(self.settings)
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def add(self, kind: str, octets: bytes) -> str:
        """Upload a file as the mail host may, by the protocol of the store; its name."""
        name = hashlib.sha256(octets).hexdigest()
        context = ssl.create_default_context(cafile=str(self.store.folder / "store.crt"))
        connection = http.client.HTTPSConnection("localhost", self.store.port, context=context, timeout=30)
        token = base64.b64encode(f"{backups.USER}:{backups.STORE_PASSWORD}".encode()).decode()
        connection.request("POST", f"/{backups.USER}/{kind}/{name}", octets, {"Authorization": f"Basic {token}"})
        assert connection.getresponse().status == 200
        connection.close()
        return name

    def add_key_before_the_real_one(self) -> str:
        """A body that is no key, under a name that is listed before the real key's."""
        (real,) = (self.store.repository / "keys").iterdir()
        for number in range(100_000):
            octets = f"none {number}".encode()
            if hashlib.sha256(octets).hexdigest() < real.name:
                return self.add("keys", octets)
        raise AssertionError("no name is smaller")

    def back_up(self) -> str:
        done = restic(self.store, "backup", str(self.mail), "--tag", f"mail,run-{time.time_ns()}")
        assert not done.returncode, done.stderr
        return done.stdout

    def both_read_it(self) -> None:
        """The mail host and the backup host list, back up, read and verify the store."""
        self.back_up()
        for remote in (True, False):
            for words in (["snapshots"], ["ls", "latest"], ["check", "--read-data"]):
                done = restic(self.store, *words, remote=remote)
                assert not done.returncode, (remote, words, done.stderr)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(prune, "MEMORY", tmp_path / "memory")
    with backups.store(tmp_path / "store") as kept:
        backups.initialise(kept)
        made = World(kept, tmp_path / "mail")
        made.mail.mkdir()
        (made.mail / "one").write_text("one")
        made.back_up()
        quarantine.work(made.settings)  # the state before the break-in is known
        yield made


def test_sweep_moves_a_hundred_foreign_files_of_each_kind_and_both_hosts_read_the_store(world: World) -> None:
    good = {path for path in world.store.repository.rglob("*") if path.is_file()}
    names = {world.add_key_before_the_real_one()}
    names |= {world.add(kind, os.urandom(200)) for kind in KINDS for _number in range(MANY - (kind == "keys"))}
    assert restic(world.store, "backup", str(world.mail)).returncode, "the attack works"
    said = quarantine.work(world.settings)
    assert "foreign files set aside" in said
    assert {name.rpartition("-")[2] for name in world.aside} == names
    assert {path for path in good if path.exists()} == good
    world.both_read_it()
    told = quarantine.suspects(world.settings)
    text = (world.store.folder / "danhba_backup_suspects.prom").read_text()
    for kind in KINDS:
        assert told[kind]["count"] == MANY
        assert told[kind]["since"].startswith("20")
        assert f'what="{kind}"}} {MANY}' in text
    # Nothing is judged twice, and nothing is deleted.
    assert quarantine.work(world.settings) == ""
    assert len(world.aside) == len(names)


@pytest.mark.parametrize("kind", [*KINDS, "data"])
def test_sweep_moves_one_foreign_file_of_a_kind(world: World, kind: str) -> None:
    """Each by itself breaks restic; a pack that no index names does not, and stays."""
    name = world.add_key_before_the_real_one() if kind == "keys" else world.add(kind, os.urandom(200))
    assert bool(restic(world.store, "backup", str(world.mail)).returncode) == (kind != "data")
    quarantine.work(world.settings)
    assert [each.rpartition("-")[2] for each in world.aside] == ([] if kind == "data" else [name])
    world.both_read_it()


def sealed(world: World, text: bytes) -> bytes:
    """A file that was encrypted by the repository's own key, which root on the mail host has."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.poly1305 import Poly1305

    master = json.loads(restic(world.store, "cat", "masterkey", remote=False).stdout)
    keys = {name: base64.b64decode(value) for name, value in (*master["mac"].items(), ("e", master["encrypt"]))}
    nonce = os.urandom(16)
    encrypted = Cipher(algorithms.AES(keys["e"]), modes.CTR(nonce)).encryptor().update(text)
    once = Cipher(algorithms.AES(keys["k"]), modes.ECB()).encryptor().update(nonce)  # noqa: S305 - one block
    return nonce + encrypted + Poly1305.generate_tag(keys["r"] + once, encrypted)


NONE = "0" * 64
BLOB = {"id": NONE, "type": "data", "offset": 0, "length": 9}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("index", "no JSON"),
        ("index", '{"packs": 7}'),
        ("index", '{"Packs": 7}'),
        ("index", '{"packs": [{"id": "x", "blobs": []}]}'),
        ("index", '{"packs": [], "packs": 7}'),
        ("index", json.dumps({"packs": [{"id": NONE, "blobs": [BLOB]}]})),
        ("index", json.dumps({"packs": [{"id": NONE, "blobs": [BLOB | {"length": -1}]}]})),
        ("locks", "no JSON"),
        ("locks", '{"time": 7}'),
        ("snapshots", "no JSON"),
        ("snapshots", '{"time": 7}'),
        ("snapshots", json.dumps({"time": "2026-12-01T00:00:00Z", "tree": NONE, "paths": ["/srv/vmail"]})),
    ],
)
def test_sweep_moves_what_the_key_opens_and_restic_cannot_use(world: World, kind: str, text: str) -> None:
    name = world.add(kind, sealed(world, text.encode()))
    quarantine.work(world.settings)
    assert [each.rpartition("-")[2] for each in world.aside] == [name]
    world.both_read_it()


def test_sweep_moves_a_second_key_that_asks_for_all_memory_unasked(world: World) -> None:
    (real,) = (world.store.repository / "keys").iterdir()
    greedy = json.loads(real.read_bytes()) | {"N": 2**40, "r": 8, "p": 1}
    name = world.add("keys", json.dumps(greedy).encode())
    begun = time.monotonic()
    quarantine.work(world.settings)
    assert time.monotonic() - begun < 30
    assert [each.rpartition("-")[2] for each in world.aside] == [name]


def test_sweep_leaves_a_second_key_that_opens_the_repository(world: World) -> None:
    """An operator may add one on the backup host; it is no danger, for whoever makes it has the password."""
    (real,) = (world.store.repository / "keys").iterdir()
    world.add("keys", json.dumps(json.loads(real.read_bytes()) | {"username": "another"}).encode())
    assert quarantine.work(world.settings) == ""
    world.both_read_it()


def test_sweep_with_a_wrong_password_moves_nothing(world: World) -> None:
    world.add("keys", b"none")
    before = sorted(world.store.repository.rglob("*"))
    settings = world.settings
    Path(settings.password_file).write_text("wrong")
    with pytest.raises(Refused, match="nothing was moved"):
        quarantine.work(settings)
    assert sorted(world.store.repository.rglob("*")) == before


def test_sweep_leaves_the_lock_and_the_uploads_of_a_backup_at_work(world: World) -> None:
    words = ["restic", "-r", str(world.store.repository), "backup", "--stdin"]
    environment = {**os.environ, "RESTIC_PASSWORD": backups.KEY}
    half = world.store.repository / "index" / f"{'a' * 64}.rest-server-temp123"
    with subprocess.Popen(words, stdin=subprocess.PIPE, env=environment, stdout=subprocess.DEVNULL) as at_work:
        while not any((world.store.repository / "locks").iterdir()):
            time.sleep(0.05)
        half.write_bytes(b"half of an upload")
        assert quarantine.work(world.settings) == ""
        assert any((world.store.repository / "locks").iterdir())
        assert half.exists()
        at_work.communicate(b"x")
    assert at_work.returncode == 0
    os.utime(half, (time.time() - 2 * 86400,) * 2)
    quarantine.work(world.settings)
    assert not half.exists()


def test_sweep_removes_the_lock_of_nobody_after_an_hour(world: World) -> None:
    text = {"time": "2099-01-01T00:00:00Z", "exclusive": True, "hostname": "mail", "username": "root", "pid": 1}
    name = world.add("locks", sealed(world, json.dumps(text).encode()))
    lock = world.store.repository / "locks" / name
    quarantine.work(world.settings)
    assert lock.exists(), "it could be a drill's"
    os.utime(lock, (time.time() - 3700,) * 2)
    quarantine.work(world.settings)
    assert not lock.exists()
    world.both_read_it()


def test_sweep_seals_keys_and_repository_and_moves_a_second_repository(world: World) -> None:
    """The store's server, an ordinary user, can then make neither keys nor repositories."""
    for folder in (world.store.repository, world.store.repository / "keys", world.store.repository / "watch"):
        assert folder.stat().st_mode & 0o777 == 0o500
    world.store.repository.chmod(0o700)
    (world.store.repository / "sub/keys").mkdir(parents=True)
    (world.store.repository / "watch/data").mkdir()
    (world.store.repository / "index" / "folder").mkdir()
    quarantine.work(world.settings)
    assert sorted(name.partition("-")[2] for name in world.aside) == ["other-data", "other-folder", "other-sub"]
    assert world.store.repository.stat().st_mode & 0o777 == 0o500
    world.both_read_it()


def test_sweep_tells_a_damaged_pack_at_its_arrival_and_leaves_it(world: World) -> None:
    (world.mail / "two").write_bytes(os.urandom(3000))
    before = set((world.store.repository / "data").rglob("*"))
    world.back_up()
    pack = max(set((world.store.repository / "data").rglob("*")) - before, key=lambda path: path.stat().st_size)
    good = pack.read_bytes()
    pack.chmod(0o600)
    pack.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    assert "damaged on the disk" in quarantine.work(world.settings)
    assert quarantine.suspects(world.settings)["damaged"]["first"] == pack.name[:16]
    assert pack.exists()
    assert not world.aside
    told = json.loads((world.store.repository / "watch/config").read_text())
    assert told["suspects"]["damaged"]["count"] == 1
    pack.write_bytes(good)
    quarantine.work(world.settings)
    assert quarantine.suspects(world.settings) == {}


@pytest.mark.parametrize("damage", [lambda good: good[:50], lambda good: bytes([good[0] ^ 1]) + good[1:]])
def test_sweep_leaves_a_snapshot_that_the_disk_has_damaged(world: World, damage: Callable[[bytes], bytes]) -> None:
    """Restores have to know that a snapshot is missing, and an operator may mend it from a copy of the disk."""
    world.back_up()
    newest = max((world.store.repository / "snapshots").iterdir(), key=lambda path: path.stat().st_mtime)
    newest.chmod(0o600)
    newest.write_bytes(damage(newest.read_bytes()))
    assert "damaged on the disk" in quarantine.work(world.settings)
    assert newest.exists()


def test_first_sweep_of_an_old_store_with_a_lost_pack_moves_no_index(world: World) -> None:
    """The pack may have been lost for a year: its index is needed for all other packs that it names."""
    (Path(world.settings.state) / quarantine.STATE).unlink()
    lost = max((world.store.repository / "data").rglob("*/*"), key=lambda path: path.stat().st_size)
    lost.unlink()
    assert "damaged on the disk" in quarantine.work(world.settings)
    assert not world.aside


@pytest.mark.parametrize("text", ["", "[]", "{", '{"until": 7}', '{"moments": {}}'])
def test_sweep_with_a_damaged_state_file_tells_it_and_judges_all_anew(
    world: World, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = Path(world.settings.state) / quarantine.STATE
    state.write_text(text)
    world.add("index", os.urandom(200))
    assert "foreign files set aside: index/" in quarantine.work(world.settings)
    assert f"{quarantine.STATE}.damaged" in capsys.readouterr().err
    assert json.loads(state.read_text())["key"]


def test_sweep_out_of_time_leaves_the_rest_to_the_next_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(5):
        world.add("locks", os.urandom(200))
    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "SWEEP_SECONDS", -1)
        assert "left to the next run" in quarantine.work(world.settings)
    quarantine.work(world.settings)
    assert len(world.aside) == 5


def test_sweep_while_the_store_is_cleaned_is_told_to_come_again(world: World) -> None:
    """restic's clean-up removes indexes before it has written all new ones: then good snapshots seem to lack files."""
    world.back_up()
    (index, *_more) = (world.store.repository / "index").iterdir()
    hidden = index.rename(world.store.folder / "hidden")
    with prune.at_work(world.settings), pytest.raises(Away, match="is cleaning the store"):
        quarantine.work(world.settings)
    hidden.rename(index)
    assert quarantine.work(world.settings) == ""
    assert not world.aside


def test_clean_up_waits_for_the_end_of_a_sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "WAIT_SECONDS", 0)
    given = {"all_days": 35, "daily_days": 100, "monthly_days": 750, **vars(world.settings)}
    with quarantine.alone(world.settings), pytest.raises(Away, match="are being judged"):
        prune.work(prune.Settings(**given))


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Have restic fail whose words fit a pattern of the shell, by a line of it."""

    def have(words: str, line: str) -> None:
        fake = tmp_path / "bin" / "restic"
        fake.parent.mkdir(exist_ok=True)
        fake.write_text(f'#!/bin/sh\ncase "$*" in {words}) {line};; esac\nexec {shutil.which("restic")} "$@"\n')
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")

    return have


@pytest.mark.parametrize("line", ["kill -9 $$", "echo 'read: input/output error' >&2; exit 1", "exit 2"])
@pytest.mark.parametrize("words", ["*cat*index*", "*cat*lock*", "*cat*masterkey*", "*stats*", "*snapshots*"])
def test_sweep_whose_restic_fails_moves_nothing(
    world: World, broken: Callable[[str, str], None], words: str, line: str
) -> None:
    world.back_up()
    (real,) = (world.store.repository / "keys").iterdir()
    world.add("keys", json.dumps(json.loads(real.read_bytes()) | {"username": "another"}).encode())
    world.add("locks", sealed(world, b'{"time": "2026-12-01T00:00:00Z"}'))
    before = sorted(path for path in world.store.repository.rglob("*") if "watch" not in path.parts)
    broken(words, line)
    with pytest.raises(Refused, match="restic failed while it looked"):
        quarantine.work(world.settings)
    assert sorted(path for path in world.store.repository.rglob("*") if "watch" not in path.parts) == before
    assert not world.aside


def test_sweep_whose_restic_reads_no_known_index_moves_nothing(
    world: World, broken: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MARGIN_SECONDS", 0)
    quarantine.work(world.settings)
    world.add("index", sealed(world, b"no JSON"))
    broken("*cat*index*", "echo 'invalid character' >&2; exit 1")
    with pytest.raises(Refused, match="restic failed while it looked"):
        quarantine.work(world.settings)
    assert not world.aside


@pytest.mark.parametrize("most", [3, 500])
def test_sweep_moves_more_snapshots_than_one_command_names(
    world: World, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(quarantine, "MOST_AT_ONCE", most)
    names = set()
    for number in range(8):
        of = {"time": "2026-12-01T00:00:00Z", "tree": NONE, "paths": [str(number)]}
        names.add(world.add("snapshots", sealed(world, json.dumps(of).encode())))
    asked: list[int] = []
    real = quarantine.Sweep._restic

    def counted(sweep: quarantine.Sweep, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        asked.append(len(words))
        return real(sweep, *words, **more)

    monkeypatch.setattr(quarantine.Sweep, "_restic", counted)
    quarantine.work(world.settings)
    assert {each.rpartition("-")[2] for each in world.aside} == names
    assert max(asked) <= max(5, most + 3)
    world.both_read_it()


def test_sweep_out_of_time_between_snapshots_has_moved_and_remembered_the_first_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MOST_AT_ONCE", 2)
    for number in range(6):
        of = {"time": "2026-12-01T00:00:00Z", "tree": NONE, "paths": [str(number)]}
        world.add("snapshots", sealed(world, json.dumps(of).encode()))
    real = quarantine.Sweep._move_lacking

    def last(sweep: quarantine.Sweep, paths: list[Path]) -> None:
        real(sweep, paths)
        sweep._end = 0

    with monkeypatch.context() as patch:
        patch.setattr(quarantine.Sweep, "_move_lacking", last)
        assert "left to the next run" in quarantine.work(world.settings)
    assert 1 <= len(world.aside) <= 2
    quarantine.work(world.settings)
    assert len(world.aside) == 6


def test_first_sweep_that_ran_out_of_time_is_followed_by_another_first_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (Path(world.settings.state) / quarantine.STATE).unlink()
    lost = max((world.store.repository / "data").rglob("*/*"), key=lambda path: path.stat().st_size)
    lost.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "SWEEP_SECONDS", -1)
        assert "left to the next run" in quarantine.work(world.settings)
    assert "damaged on the disk" in quarantine.work(world.settings)
    assert not world.aside


def test_sweep_after_the_clock_was_set_back_moves_no_index_of_a_lost_pack(world: World) -> None:
    state = Path(world.settings.state) / quarantine.STATE
    told = json.loads(state.read_text())
    told["until"] = {kind: time.time_ns() + 10**15 for kind in told["until"]}
    state.write_text(json.dumps(told))
    max((world.store.repository / "data").rglob("*/*"), key=lambda path: path.stat().st_size).unlink()
    quarantine.work(world.settings)
    assert not world.aside


def test_lost_pack_is_told_until_it_is_there_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MARGIN_SECONDS", 0)
    (Path(world.settings.state) / quarantine.STATE).unlink()
    lost = max((world.store.repository / "data").rglob("*/*"), key=lambda path: path.stat().st_size)
    hidden = lost.rename(world.store.folder / "hidden")
    for _time in range(3):
        quarantine.work(world.settings)
        assert lost.name[:16] in json.dumps(quarantine.suspects(world.settings)["damaged"])
    assert not world.aside
    shutil.copyfile(hidden, lost)
    quarantine.work(world.settings)
    assert lost.name not in (Path(world.settings.state) / quarantine.STATE).read_text()


def test_sweep_with_a_wrong_password_moves_nothing_out_of_place_either(world: World) -> None:
    world.store.repository.chmod(0o700)
    (world.store.repository / "sub").mkdir()
    settings = world.settings
    Path(settings.password_file).write_text("wrong")
    world.add("locks", b"none")
    with pytest.raises(Refused, match="nothing was moved"):
        quarantine.work(settings)
    assert (world.store.repository / "sub").exists()


def test_sweep_seals_the_folder_that_was_left_open(world: World) -> None:
    (world.store.repository / "watch").chmod(0o700)  # by a run that was killed while it told
    quarantine.work(world.settings)
    assert (world.store.repository / "watch").stat().st_mode & 0o777 == 0o500


def test_sweep_tells_when_it_ended_and_a_refused_one_tells_the_last_end(world: World) -> None:
    """So that the watch sees one that no longer works."""
    file, told = world.store.folder / "danhba_backup_suspects.prom", world.store.repository / "watch/config"

    def ends() -> tuple[float, float]:
        (line,) = [each for each in file.read_text().splitlines() if each.startswith("danhba_backup_swept_")]
        return json.loads(told.read_text())["swept"], float(line.split()[1])

    first = ends()
    assert time.time() - first[0] < 60
    assert first[0] == first[1]
    quarantine.work(world.settings)
    second = ends()
    assert second > first
    told.parent.chmod(0o700)
    told.unlink()
    world.add("locks", b"none")
    settings = world.settings
    Path(settings.password_file).write_text("wrong")
    with pytest.raises(Refused):
        quarantine.work(settings)
    assert ends() == second


def test_two_sweeps_at_once_the_second_is_told_to_come_again(world: World) -> None:
    with (
        only_one(Path(world.settings.state, "quarantine"), "busy"),
        pytest.raises(Away, match="are being judged"),
    ):
        quarantine.work(world.settings)


def test_prune_sets_foreign_files_aside_first_and_says_so(world: World) -> None:
    world.add_key_before_the_real_one()
    world.add("index", os.urandom(200))
    given = {"all_days": 35, "daily_days": 100, "monthly_days": 750, **vars(world.settings)}
    assert "foreign files set aside" in prune.work(prune.Settings(**given))
    world.both_read_it()
    told = json.loads((world.store.repository / "watch/config").read_text())
    assert (told["failed"], told["suspects"]["keys"]["count"], told["suspects"]["index"]["count"]) == (0, 1, 1)


@pytest.mark.parametrize("told", ["", "[]", '{"failed": 7}', '{"checked"'])
@pytest.mark.parametrize("name", [prune.ARRIVALS, quarantine.TOLD_STATE])
def test_prune_with_a_damaged_state_file_does_its_work(world: World, name: str, told: str) -> None:
    (Path(world.settings.state) / name).write_text(told)
    given = {"all_days": 35, "daily_days": 100, "monthly_days": 750, **vars(world.settings)}
    assert prune.work(prune.Settings(**given)) == ""
    told_now = json.loads((world.store.repository / "watch/config").read_text())
    assert (told_now["failed"], told_now["checked"] > 0) == (0, True)


def test_figures_of_what_came_by_the_network_have_known_labels_alone() -> None:
    told = {"keys": {"count": 2, "first": 'a"b\n', "since": "x" * 99}, "no": {"count": 1}, "index": {"count": "1"}}
    text = render(figures(told))
    assert 'danhba_backup_suspects{first="?",since="?",what="keys"} 2' in text
    assert "no" not in [line.partition('what="')[2].partition('"')[0] for line in text.splitlines()]
    assert 'what="index"' not in text
