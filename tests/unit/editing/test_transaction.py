"""Several files written as one: all or none, whatever happens on the way."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from danhba.editing import transaction
from danhba.editing.problem import Problem
from danhba.editing.transaction import Change, recover, write
from danhba.messages import both
from danhba.reading import source
from danhba.reading.source import JOURNAL, Unusable

OLD = {"province.yml": b"province: A\n", "agencies/a.yml": b"agency: a\n", "agencies/b.yml": b"agency: b\n"}
NEW = {name: data + b"# new\n" for name, data in OLD.items()} | {"agencies/c.yml": b"agency: c\n"}
CHANGES = {name: Change(OLD.get(name), data) for name, data in NEW.items()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "directory")


def make(root: Path) -> Path:
    (root / "agencies").mkdir(parents=True)
    for name, data in OLD.items():
        (root / name).write_bytes(data)
    return root


def held(root: Path) -> dict[str, bytes]:
    """The files of the register, whatever else lies beside them."""
    return {name: data for name, data in everything(root).items() if not Path(name).name.startswith(".")}


def everything(root: Path) -> dict[str, bytes]:
    """Every file there is, hidden or not."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def message(error: pytest.ExceptionInfo[Any]) -> str:
    vietnamese, english = both(error.value.template, error.value.values)
    assert vietnamese != english
    return english


def test_all_are_written_and_nothing_is_left_behind(root: Path) -> None:
    write(root, CHANGES)
    assert everything(root) == NEW


def test_one_file(root: Path) -> None:
    write(root, {"agencies/a.yml": CHANGES["agencies/a.yml"]})
    assert everything(root) == {**OLD, "agencies/a.yml": NEW["agencies/a.yml"]}


def test_the_mode_is_kept_and_a_new_file_has_that_of_all_new_files(root: Path) -> None:
    (root / "agencies/a.yml").chmod(0o640)
    before = os.umask(0o027)
    try:
        write(root, CHANGES)
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((root / name).stat().st_mode) for name in ("agencies/a.yml", "agencies/c.yml")}
    assert modes == {"agencies/a.yml": 0o640, "agencies/c.yml": 0o640}


def replaced(path: Path) -> None:
    path.write_bytes(b"somebody else's\n")


def deleted(path: Path) -> None:
    path.unlink()


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("name", ["province.yml", "agencies/b.yml"])
@pytest.mark.parametrize(
    ("meanwhile", "text"),
    [
        (replaced, "{path} has changed since it was read; nothing was written: run the command again"),
        (deleted, "{path} has changed since it was read; nothing was written: run the command again"),
        (linked, "{path} is a link or no plain file; nothing was written: a register has plain files"),
        (piped, "{path} is a link or no plain file; nothing was written: a register has plain files"),
    ],
)
def test_somebody_else_was_there_meanwhile(root: Path, name: str, meanwhile: Callable[[Path], None], text: str) -> None:
    meanwhile(root / name)
    before = everything(root) if meanwhile is not piped else None
    with pytest.raises(Problem) as error:
        write(root, CHANGES)
    assert message(error) == text.format(path=root / name)
    assert before is None or everything(root) == before


def test_a_new_file_that_somebody_else_has_made(root: Path) -> None:
    (root / "agencies/c.yml").write_bytes(b"")
    with pytest.raises(Problem):
        write(root, CHANGES)
    assert everything(root) == {**OLD, "agencies/c.yml": b""}


def test_agencies_behind_a_link(root: Path) -> None:
    (root / "agencies").rename(root.parent / "elsewhere")
    (root / "agencies").symlink_to(root.parent / "elsewhere")
    with pytest.raises(Unusable):
        write(root, CHANGES)
    assert (root.parent / "elsewhere/a.yml").read_bytes() == OLD["agencies/a.yml"]


def test_another_command_is_writing(root: Path) -> None:
    import fcntl

    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(Problem) as error:
            write(root, CHANGES)
    finally:
        os.close(descriptor)
    assert message(error) == f"another command is writing {root}; nothing was written: run the command again"
    write(root, CHANGES)
    assert everything(root) == NEW


def failing(monkeypatch: pytest.MonkeyPatch, function: str, number: int, *, for_ever: bool = False) -> None:
    """Let a call to the system fail, as on a disk that is full; all after it too, if it stays so."""
    real, calls = getattr(os, function), iter(range(10_000))

    def wrapped(*arguments: Any, **more: Any) -> Any:
        call = next(calls)
        if call == number or (for_ever and call > number):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **more)

    monkeypatch.setattr(os, function, wrapped)


@pytest.mark.parametrize("function", ["open", "replace", "fsync", "fchmod", "unlink"])
def test_whatever_call_fails_all_is_as_it_was(root: Path, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """Each call in turn, until there is one turn without a failure."""
    for number in range(50):
        with monkeypatch.context() as patch:
            failing(patch, function, number)
            try:
                write(root, CHANGES)
                break
            except Unusable:
                pass
        recover(root)
        assert everything(root) == OLD, number
    assert 0 < number < 50
    assert everything(root) == NEW


def test_what_cannot_even_be_put_back_is_put_back_by_the_next_command(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        failing(patch, "replace", 3, for_ever=True)  # the journal and one file get through
        with pytest.raises(Unusable) as error:
            write(root, CHANGES)
    assert message(error) == (
        f"cannot write {root}: No space left on device, and not all could be put back; make room, and run the command "
        f"again: {root / JOURNAL} keeps what the files held"
    )
    assert held(root) != OLD
    recover(root)
    assert everything(root) == OLD


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for the superuser")
def test_a_read_only_directory(root: Path) -> None:
    (root / "agencies").chmod(0o500)
    try:
        with pytest.raises(Unusable) as error:
            write(root, CHANGES)
    finally:
        (root / "agencies").chmod(0o700)
    assert message(error) == f"cannot write {root}: Permission denied; nothing was changed"
    assert everything(root) == OLD


def test_a_file_that_may_not_grow(root: Path) -> None:
    """A real limit of the system, in a process of its own: the second file is too large for it."""
    big = b"#" * 100_000
    program = f"""
        import resource, signal, sys
        from pathlib import Path
        from danhba.reading.source import Unusable
        from danhba.editing.transaction import Change, write
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            write(Path(sys.argv[1]), {{
                "agencies/a.yml": Change({OLD["agencies/a.yml"]!r}, b"small"),
                "agencies/b.yml": Change({OLD["agencies/b.yml"]!r}, b"#" * {len(big)}),
            }})
        except Unusable as error:
            print(error.values["reason"])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program), root], capture_output=True, check=True)
    assert done.stdout == b"File too large\n"
    assert everything(root) == OLD


class TestKilled:
    """`kill -9` at any moment: what a reader sees afterwards is all old or all new once the next command has come."""

    PROGRAM = """
        import sys
        from pathlib import Path
        from danhba.editing.transaction import Change, write
        root = Path(sys.argv[1])
        names = ["province.yml", *(f"agencies/x{n}.yml" for n in range(20))]
        now = {name: (root / name).read_bytes() if (root / name).exists() else None for name in names}
        print("ready", flush=True)
        for number in range(100_000):
            new = {name: b"# %d\\n" % number for name in names}
            write(root, {name: Change(now[name], data) for name, data in new.items()})
            now = new
    """

    def test_all_or_nothing(self, root: Path) -> None:
        seen: set[str] = set()
        for turn in range(12):
            process = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(self.PROGRAM), root], stdout=subprocess.PIPE
            )
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.005 + turn * 0.007)
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
            hidden = {path.name for path in root.rglob(".*")}
            seen.update(re.sub("[0-9a-f]{16}", "…", name) for name in hidden)
            assert all(name.startswith(".danhba-") for name in hidden)
            recover(root)
            contents = {data for name, data in held(root).items() if name not in OLD or name == "province.yml"}
            assert len(contents) == 1, contents
            write(root, {"agencies/a.yml": Change(OLD["agencies/a.yml"], OLD["agencies/a.yml"])})
            assert not [*root.rglob(".*")]
        assert ".danhba-new-…" in seen, "no turn hit the middle; the test shows nothing"

    @pytest.fixture
    def cut_short(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A register whose second file was never renamed, since the process was gone by then."""
        with monkeypatch.context() as patch:
            real = os.replace
            calls = iter(range(10_000))

            def replace(*arguments: Any, **more: Any) -> None:
                if next(calls) > 2:
                    os._exit(9)
                real(*arguments, **more)

            patch.setattr(os, "replace", replace)
            child = os.fork()
            if not child:
                with contextlib.suppress(BaseException):
                    write(root, CHANGES)
                os._exit(1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        return root

    def test_the_next_command_puts_it_back(self, cut_short: Path) -> None:
        assert OLD != held(cut_short) != NEW
        with pytest.raises(Unusable, match="cut off half way"):
            source.from_directory(cut_short)
        assert all(
            name.startswith(".danhba-") for name in map(os.path.basename, everything(cut_short).keys() - NEW.keys())
        )
        with pytest.raises(Problem):  # it had read the half of it
            write(cut_short, {"province.yml": Change(NEW["province.yml"], b"x")})
        assert everything(cut_short) == OLD

    def test_not_over_what_somebody_has_written_since(self, cut_short: Path) -> None:
        (cut_short / "province.yml").write_bytes(b"since\n")
        with pytest.raises(Problem) as error:
            recover(cut_short)
        assert message(error) == (
            f"a command that wrote {cut_short / 'province.yml'} was cut short, and the file has been edited since; "
            f"compare it with git diff, then delete {cut_short / JOURNAL}"
        )
        assert (cut_short / "province.yml").read_bytes() == b"since\n"


@pytest.mark.parametrize(
    "journal",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"x": 1}',
        b'{"../x.yml": [null, ""]}',
        b'{"agencies/..": ["", ""]}',
        b'{"province.yml": 3}',
        b'{"province.yml": [1, 2]}',
        b"[" * 200_000,
    ],
)
def test_a_journal_of_somebody_elses(root: Path, journal: bytes) -> None:
    (root / JOURNAL).write_bytes(journal)
    before = everything(root)
    with pytest.raises(Unusable) as error:
        recover(root)
    assert message(error) == f"{root / JOURNAL} was written by no command of this kind; delete it"
    assert everything(root) == before


def test_a_journal_that_is_too_large_is_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "LARGEST", 1000)
    (root / JOURNAL).write_bytes(b" " * 1001)
    with pytest.raises(Unusable, match="written by no command"):
        recover(root)


@pytest.mark.parametrize("target", ["elsewhere", "agencies/a.yml"])
def test_a_journal_behind_a_link(root: Path, target: str) -> None:
    (root / JOURNAL).symlink_to(target)
    with pytest.raises(Problem) as error:
        recover(root)
    assert "is a link" in message(error)


def test_a_journal_of_another_user(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / JOURNAL).write_bytes(b"{}")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(Unusable, match="another user's"):
        recover(root)
