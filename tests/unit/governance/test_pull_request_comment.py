"""The one comment of a pull request, by servers that answer as each forge's API does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripts import pull_request_comment as script

from danhba.governance.forges import FORGES
from tests.support.forges import BOTS, MARKER, Api, serving

PROJECT = Path(__file__).resolve().parents[3]
BODY = f"{MARKER}\n## ✅ Kế hoạch\n\n- cấp mới: nvvinh-stttt\n"


@pytest.fixture(params=FORGES)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with serving(Api(request.param, pulls={7: ("main", "c0ffee"), 8: ("main", "beef"), 9: ("other", "dead")})) as api:
        yield api


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", WAITED.append)
    WAITED.clear()


WAITED: list[float] = []


def run(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str, **environment: str
) -> tuple[int, str]:
    """The script's status, and all that it shows."""
    for name, value in (api.environment() | environment).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["pull_request_comment.py", api.kind, *arguments])
    try:
        script.main()
        status = 0
    except SystemExit as error:
        status = int(str(error.code))
    shown = capsys.readouterr()
    assert api.token not in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err
    return status, shown.out + shown.err


@pytest.fixture
def put(api: Api, tmp_path: Path, capsys: Any, monkeypatch: Any) -> Any:
    def put(body: str = BODY, *arguments: str, **environment: str) -> tuple[int, str]:
        file = tmp_path / "comment.md"
        file.write_text(body, encoding="utf-8")
        return run(api, capsys, monkeypatch, "put", "7", str(file), *arguments, **environment)

    return put


class TestOneComment:
    def test_written_then_edited_in_place_then_left(self, api: Api, put: Any) -> None:
        assert put()[0] == 0
        assert put(BODY + "\nmore\n")[0] == 0
        assert api.bodies(7) == [BODY + "\nmore\n"]
        api.asked.clear()
        assert put(BODY + "\nmore\n")[0] == 0
        assert all(line.startswith("GET ") for line in api.asked)

    def test_found_on_a_later_page_among_others(self, api: Api, put: Any) -> None:
        for number in range(5):
            api.add(7, "an.editor", f"comment {number}")
        ours = api.add(7, BOTS[api.kind], f"{MARKER}\nold")
        api.add(7, "an.editor", "thanks")
        assert put()[0] == 0
        assert api.comments[7][ours] == (BOTS[api.kind], BODY)
        assert len(api.bodies(7)) == 7

    def test_the_marker_in_somebody_elses_comment_is_nothing(self, api: Api, put: Any) -> None:
        api.add(7, "mallory", f"{MARKER}\n## ✅ forged")
        api.add(7, BOTS[api.kind], f"quoting:\n{MARKER}")
        assert put()[0] == 0
        assert api.bodies(7) == [f"{MARKER}\n## ✅ forged", f"quoting:\n{MARKER}", BODY]

    def test_of_two_of_ours_one_stays(self, api: Api, put: Any) -> None:
        first = api.add(7, BOTS[api.kind], f"{MARKER}\nold")
        api.add(7, BOTS[api.kind], f"{MARKER}\nolder")
        assert put()[0] == 0
        assert api.comments[7] == {first: (BOTS[api.kind], BODY)}

    def test_other_pull_requests_are_left_alone(self, api: Api, put: Any) -> None:
        api.add(8, BOTS[api.kind], f"{MARKER}\nof another")
        assert put()[0] == 0
        assert api.bodies(8) == [f"{MARKER}\nof another"]

    def test_a_commit_that_is_not_the_last_any_more(self, api: Api, put: Any) -> None:
        status, shown = put(BODY, "--head", "0ld")
        assert status == 0
        assert "moved on" in shown
        assert api.comments == {}
        assert put(BODY, "--head", "c0ffee")[0] == 0
        assert api.bodies(7) == [BODY]


class TestFaults:
    @pytest.mark.parametrize("status", [500, 502, 503, 429])
    def test_a_server_that_falters_is_asked_again(self, api: Api, put: Any, status: int) -> None:
        api.faults = [(status, {}), (status, {"Retry-After": "7"}), (status, {"Retry-After": "86400"})]
        assert put()[0] == 0
        assert api.bodies(7) == [BODY]
        assert WAITED == [1, 7, script.LONGEST_WAIT]

    def test_but_not_for_ever(self, api: Api, put: Any) -> None:
        api.faults = [(503, {})] * 100
        status, shown = put()
        assert status == 2
        assert "HTTP 503" in shown
        assert len(api.asked) == script.ATTEMPTS

    def test_what_got_through_is_not_written_twice(self, api: Api, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        kind = script.APIS[FORGES[api.kind].api]
        create = kind.create

        def create_and_lose_the_answer(forge: script.Forge, number: int, body: str) -> None:
            create(forge, number, body)
            raise script.Passing("timed out")

        monkeypatch.setattr(kind, "create", create_and_lose_the_answer)
        assert put()[0] == 0
        assert api.bodies(7) == [BODY]

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_token_without_the_right(self, api: Api, put: Any, status: int) -> None:
        api.faults = [(status, {})]
        ended, shown = put()
        assert ended == 2
        assert "REVIEW_TOKEN" in shown
        assert len(api.asked) == 1

    def test_a_redirect_does_not_get_the_token(self, api: Api, put: Any) -> None:
        with serving(Api("github")) as elsewhere:
            api.faults = [(302, {"Location": f"{elsewhere.url}/x"})]
            assert put()[0] == 2
            assert elsewhere.asked == []

    def test_nor_does_a_next_page_elsewhere(self, api: Api, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving(Api("github")) as elsewhere:
            monkeypatch.setattr(script, "_next", lambda _link: f"{elsewhere.url}/x?page=2")
            assert put()[0] == 2
            assert elsewhere.asked == []

    def test_pages_without_end(self, api: Api, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(script, "_next", lambda _link: f"{api.url}/x?page=2")
        monkeypatch.setattr(Api, "answer", lambda *_arguments: [])
        status, _shown = put(BODY)
        assert status == 2
        assert len(api.asked) <= script.MOST_PAGES + 1

    def test_an_answer_too_long(self, api: Api, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(script, "MOST_BYTES", 1)
        assert put()[0] == 2

    def test_an_answer_of_another_shape(self, api: Api, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Api, "answer", lambda *_arguments: [{"unknown": 1}])
        assert put()[0] == 2

    def test_nobody_there(self, api: Api, put: Any) -> None:
        name = "CI_API_V4_URL" if api.kind == "gitlab" else "GITHUB_API_URL"
        assert put(BODY, **{name: "http://127.0.0.1:9"})[0] == 2
        assert len(WAITED) == script.ATTEMPTS - 1

    @pytest.mark.parametrize("name", ["REVIEW_TOKEN", "CI_API_V4_URL GITHUB_API_URL"])
    def test_what_the_environment_lacks(self, api: Api, put: Any, name: str) -> None:
        status, shown = put(BODY, **dict.fromkeys(name.split(), ""))
        assert status == 2
        assert any(part in shown for part in name.split())

    @pytest.mark.parametrize("body", ["no marker", "", f"{MARKER}\n" + "x" * 65_536])
    def test_what_is_no_comment(self, api: Api, put: Any, body: str) -> None:
        assert put(body)[0] == 2
        assert api.asked == []


def test_what_is_open_for_a_branch(api: Api, capsys: Any, monkeypatch: Any) -> None:
    api.pulls |= {number: ("main", f"c{number}") for number in range(10, 15)}
    status, shown = run(api, capsys, monkeypatch, "list", "main")
    assert status == 0
    assert shown.split() == "7 c0ffee 8 beef 10 c10 11 c11 12 c12 13 c13 14 c14".split()


def test_as_a_program_of_its_own_without_any_package(api: Api) -> None:
    command = [sys.executable, "-I", "-S", str(PROJECT / "scripts/pull_request_comment.py"), api.kind, "list", "main"]
    environment = {"PATH": os.environ["PATH"], **api.environment()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["7", "c0ffee", "8", "beef"]
