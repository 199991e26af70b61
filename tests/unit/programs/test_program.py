"""The command line that all programs have."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from danhba_host import quota, session_endings
from danhba_host.addressbook import __main__ as addressbook
from danhba_host.credentials import __main__ as credentials
from tests.support.programs import ADDRESSBOOK, ENDINGS, QUOTA, SERVICE

PROGRAMS = [(addressbook, ADDRESSBOOK), (session_endings, ENDINGS), (quota, QUOTA), (credentials, SERVICE)]


@pytest.mark.parametrize(("program", "values"), PROGRAMS)
def test_check_says_nothing_of_a_good_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], program: ModuleType, values: dict[str, object]
) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(values))
    assert program.main(["--check", str(path)]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("program", "values"), PROGRAMS)
def test_check_refuses_a_wrong_file_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], program: ModuleType, values: dict[str, object]
) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(values | {"colour": "red"}))
    assert program.main(["--check", str(path)]) == 1
    assert capsys.readouterr() == ("", f"{path}: có khóa lạ -- keys are unknown: colour\n")


@pytest.mark.parametrize(("program", "_values"), PROGRAMS)
def test_program_does_not_run_with_a_wrong_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], program: ModuleType, _values: object
) -> None:
    path = tmp_path / "none.json"
    assert program.main(["--settings", str(path)]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_service_wants_its_socket(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LISTEN_FDS", raising=False)
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(SERVICE))
    assert credentials.main(["--settings", str(path)]) == 1
    assert "start danhba-credentials.socket" in capsys.readouterr().err
