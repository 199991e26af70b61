"""Whether a unit would be taken, asked of systemd itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from danhba_host import unit

GOOD = "[Service]\nExecStart=/bin/true\nProtectSystem=strict\n"

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd")


def asked(folder: Path, name: str, text: str) -> int:
    """What the program says of a unit."""
    path = folder / "new"
    path.write_text(text)
    return unit.main([name, str(path)])


def test_good_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(tmp_path, "danhba-example.service", GOOD) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("NoNewPrivilges=yes", "Unknown key"),
        ("ProtectSystem=bogus", "Failed to parse"),
        ("ExecStartPre=/bin/nope", "not executable"),
        ("SystemCallFilter=@nope", "Unknown system call group"),
    ],
)
def test_wrong_unit_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    assert asked(tmp_path, "danhba-example.service", f"{GOOD}{line}\n") == 1
    refusal = capsys.readouterr().err
    assert refusal.startswith("danhba-example.service: systemd từ chối -- systemd refuses it: ")
    assert said in refusal
    assert refusal.count("\n") == 1


@pytest.mark.parametrize(("line", "status"), [("LimitCORE=0", 0), ("LimitCORE=nothing", 1)])
def test_what_is_added_is_read_with_its_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str, status: int
) -> None:
    """The service of a package, as systemctl would show it."""
    package = tmp_path / "package.service"
    package.write_text(GOOD)

    def beside(added: Path) -> Path:
        return Path(shutil.copyfile(package, added.with_name("example.service")))

    monkeypatch.setattr(unit, "_beside", beside)
    assert asked(tmp_path, "example.service.d/danhba.conf", f"[Service]\n{line}\n") == status
    assert ("danhba.conf:2" in capsys.readouterr().err) == bool(status)


def test_nothing_is_added_to_a_unit_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not Path("/run/systemd/system").is_dir():
        pytest.skip("systemd does not run here")
    assert asked(tmp_path, "danhba-nowhere.service.d/danhba.conf", "[Service]\nLimitCORE=0\n") == 1
    assert "this host has no such unit" in capsys.readouterr().err
