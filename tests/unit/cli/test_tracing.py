"""`danhba trace`: what it asks the host for, what it makes of the answer, and the way out where there is none."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from danhba import cli
from danhba.cli import tracing
from danhba.vietnamese.figures import VIETNAM

Run = Callable[..., Result]
FOUND = {
    "asked": "<1@client>",
    "as": "message-id",
    "messages": [
        {
            "message_id": "<1@client>",
            "queue_ids": ["4jbZ"],
            "sender": "a@laocai.gov.vn",
            "size": 9,
            "events": [{"at": "2026-11-27T13:19:52+00:00", "event": "stored", "folder": "INBOX"}],
        }
    ],
    "more": False,
    "kept_from": "2026-11-27",
    "read_until": None,
    "idle_seconds": 1,
    "gaps": 0,
}
# A playbook that is not there: keeps its command line and the request, and hands over what it was told to.
_PLAYBOOK = """#!{python}
import json, pathlib, sys
files = json.loads(sys.argv[sys.argv.index("-e") + 1])
here = pathlib.Path({here!r})
here.joinpath("seen.json").write_text(json.dumps([sys.argv[1:], json.load(open(files["trace_request"]))]))
told = here / "told.json"
if told.exists():
    pathlib.Path(files["trace_answer"]).write_text(told.read_text())
else:
    print("fatal: [mail]: UNREACHABLE! => no route")
    sys.exit(4)
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    program = tmp_path / "ansible-playbook"
    program.write_text(_PLAYBOOK.format(python=sys.executable, here=str(tmp_path)))
    program.chmod(0o755)
    monkeypatch.setattr(tracing, "_ansible", lambda: str(program))

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(cli.main, ["trace", "--lang", "en", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def tell(folder: Path, answer: dict[str, Any] | str, rc: int = 0) -> None:
    stdout = answer if isinstance(answer, str) else json.dumps(answer)
    (folder / "told.json").write_text(json.dumps({"rc": rc, "stdout": stdout, "stderr": "" if not rc else "away"}))


def seen(folder: Path) -> tuple[list[str], dict[str, Any]]:
    command, request = json.loads((folder / "seen.json").read_text())
    return command, request


def test_answer_as_text_and_as_json(run: Run, tmp_path: Path) -> None:
    tell(tmp_path, FOUND)
    result = run("<1@client>", "-i", "inventories/single")
    assert result.exit_code == 0
    assert "20:19:52 27/11/2026  put into folder INBOX" in result.stdout
    command, request = seen(tmp_path)
    assert command[:2] == ["-i", "inventories/single"]
    assert command[-1] == "laocai.mail.trace"
    assert "1@client" not in " ".join(command), "everybody on the controller sees it"
    assert (request["asked"], request["since"]) == ("<1@client>", None)
    assert "@" in request["actor"]
    as_json = run("<1@client>", "--format", "json")
    assert (as_json.exit_code, json.loads(as_json.stdout)) == (0, FOUND)


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_found(run: Run, tmp_path: Path, form: str) -> None:
    tell(tmp_path, {**FOUND, "messages": []})
    result = run("<1@client>", "--format", form)
    assert result.exit_code == 1
    said = "nothing is known of <1@client>; events are there from 27/11/2026 to -"
    assert (said in result.stderr) == (form == "text")


def test_since(run: Run, tmp_path: Path) -> None:
    tell(tmp_path, FOUND)
    run("x@y.vn", "--since", "2026-11-20")
    assert seen(tmp_path)[1]["since"] == "2026-11-20T00:00:00+07:00"
    run("x@y.vn", "--since", "3d")
    ago = datetime.now(VIETNAM) - datetime.fromisoformat(seen(tmp_path)[1]["since"])
    assert timedelta(days=3) <= ago < timedelta(days=3, minutes=1)
    for wrong in ("yesterday", "2026-13-01", "99999d", "-1d", ""):
        result = run("x@y.vn", "--since", wrong)
        assert result.exit_code == 2
        assert "is no time; write a day like 2010-10-15, or 3d" in result.stderr


def test_who_asks_is_the_person_behind_sudo(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "lan")
    tell(tmp_path, FOUND)
    run("x@y.vn")
    assert seen(tmp_path)[1]["actor"].startswith("lan@")


def test_host_that_does_not_answer(run: Run, tmp_path: Path) -> None:
    result = run("x@y.vn")
    assert result.exit_code == 2
    assert "did not answer (fatal: [mail]: UNREACHABLE! => no route); does ansible-playbook reach it" in result.stderr
    tell(tmp_path, "", rc=75)
    result = run("x@y.vn")
    assert (result.exit_code, "the mail host could not answer: away" in result.stderr) == (2, True)
    tell(tmp_path, "no json")
    result = run("x@y.vn")
    assert (result.exit_code, "the mail host could not answer: no json" in result.stderr) == (2, True)


def test_controller_without_ansible(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "")
    (tmp_path / "ansible-playbook").unlink()
    result = run("x@y.vn")
    assert (result.exit_code, "ansible-playbook is not installed here" in result.stderr) == (2, True)
