"""The Python of the test hosts runs what Python runs, and compiles a module out of an archive once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.lab import interpreter

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1] if len(sys.argv) > 1 else "{archive}")
import said
print(said.WORD, __name__, globals().get("__file__", "-"), sys.argv)
"""


@pytest.fixture
def python(tmp_path: Path) -> list[str]:
    """The command; what it keeps is in a folder of this test."""
    program = tmp_path / "python" / "interpreter.py"
    (program.parent / "compiled").mkdir(parents=True)
    shutil.copy(interpreter.__file__, program)
    return [sys.executable, str(program)]


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    return tmp_path / "python" / "compiled"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return filled(tmp_path / "archive.zip", "WORD = 'first'\n")


def filled(path: Path, source: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("said.py", source)
    return path


def run(command: list[str], archive: Path) -> str:
    program = PROGRAM.format(archive=archive)
    return subprocess.run(command, input=program, capture_output=True, text=True, check=True).stdout


def test_program_from_stdin_runs_as_by_python(python: list[str], archive: Path) -> None:
    assert run(python, archive) == run([sys.executable], archive) == "first __main__ <stdin> ['']\n"


def test_program_from_a_file_runs_as_by_python(python: list[str], archive: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    said, plain = (
        subprocess.run([*command, program, archive], capture_output=True, text=True, check=True).stdout
        for command in (python, [sys.executable])
    )
    assert said == plain == f"first __main__ {program} {[str(program), str(archive)]}\n"


def test_module_is_compiled_once(python: list[str], archive: Path, compiled: Path) -> None:
    run(python, archive)
    (kept,) = compiled.iterdir()
    before = kept.stat().st_mtime_ns
    assert run(python, archive).startswith("first")
    assert [path.stat().st_mtime_ns for path in compiled.iterdir()] == [before]


def test_changed_source_is_compiled_again(python: list[str], archive: Path, compiled: Path) -> None:
    run(python, archive)
    assert run(python, filled(archive, "WORD = 'other'\n")).startswith("other")
    assert len(list(compiled.iterdir())) == 2


def test_cached_code_names_the_present_archive(python: list[str], tmp_path: Path) -> None:
    of = "__code__.co_filename"
    source = f"def one():\n  def two(): ...\n  return two\nWORD = one.{of} + ' ' + one().{of}"
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        archive = filled(tmp_path / folder / "archive.zip", source)
        assert run(python, archive).startswith(f"{archive}/said.py {archive}/said.py ")


@pytest.mark.parametrize("damage", [b"", b"no code", b"i\x01\x00"])
def test_damaged_cache_is_compiled_again(python: list[str], archive: Path, compiled: Path, damage: bytes) -> None:
    run(python, archive)
    (kept,) = compiled.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    assert run(python, archive).startswith("first")
    assert kept.read_bytes() == whole


def test_missing_cache_folder_disables_the_cache(python: list[str], archive: Path, compiled: Path) -> None:
    compiled.rmdir()
    assert run(python, archive).startswith("first")
    assert not compiled.exists()
