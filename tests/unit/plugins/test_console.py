"""The callback laocai.mail.console: a refusal once, in one language; a bare host's check mode on a screen."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.callback import console
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

from tests.support import preloaded
from tests.support.deployment import PROJECT, environment

VI, EN = "Máy chưa có nhóm backup: khai trong inventory.", "There is no group backup: enter it in the inventory."


@pytest.mark.parametrize(
    ("said", "both"),
    [
        (f"{VI} -- {EN}", (VI, EN)),
        (f"{VI}\n{EN}\n", (VI, EN)),
        ("2 điều.\n1. Một.\n--\n2 things.\n1. One.\n", ("2 điều.\n1. Một.", "2 things.\n1. One.")),
        ("MODULE FAILURE -- see stderr", None),
        ("runuser -- freshclam\nsaid no", None),
        (VI, None),
        (f"{VI}\nhai\nba", None),
        ("", None),
    ],
)
def test_split_bilingual_text_gives_both_halves(said: str, both: tuple[str, str] | None) -> None:
    assert console.split(said) == both


def test_split_failure_of_several_lines_gives_both_halves() -> None:
    """As a chain's verdict is: a head line, a line for each fault, and the way out."""
    vi, en = "nhật ký đã bị sửa:\n  dòng 1\nBáo lãnh đạo.", "it was tampered with:\n  row 1\nReport it."
    assert console.split(str(Failure(vi, en))) == (vi, en)
    assert console.split(str(Failure("một dòng", en))) == ("một dòng", en)


def play(folder: Path, tasks: list[dict[str, object]], *options: str, **variables: str) -> str:
    """What a playbook says on a terminal of an operator."""
    (folder / "play.yml").write_text(
        json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]),
        encoding="utf-8",
    )
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--inventory", "localhost,", *options]
    known = {name: value for name, value in environment().items() if name not in ("DANHBA_LANGUAGE", "LANGUAGE")}
    done = preloaded.run([*command, str(folder / "play.yml")], {**known, **variables}, PROJECT)
    return str(done.stdout)


REFUSAL: list[dict[str, object]] = [
    {"name": "Look", "ansible.builtin.assert": {"that": "false", "fail_msg": f"{VI} -- {EN}", "quiet": True}}
]


@pytest.mark.parametrize(
    ("variables", "shown", "hidden"),
    [({}, [VI], [EN]), ({"LANGUAGE": "en"}, [EN], [VI]), ({"DANHBA_LANGUAGE": "both"}, [VI, EN], [])],
)
def test_refusal_is_shown_once_in_the_operator_s_language(
    tmp_path: Path, variables: dict[str, str], shown: list[str], hidden: list[str]
) -> None:
    said = play(tmp_path, REFUSAL, **variables)
    assert [said.count(text) for text in shown] == [1] * len(shown)
    assert not any(text in said for text in hidden)
    for of_ansible in ("Origin:", "[ERROR]", "^ column", "fail_msg", "Task failed"):
        assert of_ansible not in said
    assert "fatal: [localhost]:" in said
    assert "failed=1" in said


def test_refusal_is_shown_unchanged_with_verbose(tmp_path: Path) -> None:
    said = play(tmp_path, REFUSAL, "-v")
    assert "Origin:" in said
    assert EN in said


def test_loop_shows_refusal_once_and_other_failure_in_full(tmp_path: Path) -> None:
    looped = {"block": [{**REFUSAL[0], "loop": [1]}], "rescue": [{"ansible.builtin.command": {"argv": ["/bin/false"]}}]}
    said = play(tmp_path, [looped])
    assert said.count(VI) == 1
    assert EN not in said
    assert said.count("Origin:") == 1
    assert "rc: 1" in said


def test_console_is_set_in_both_configurations() -> None:
    for settings in (PROJECT / "ansible.cfg", PROJECT / "plugins/module_utils/danhba/founding/files/ansible.cfg"):
        assert "\nstdout_callback = laocai.mail.console\n" in settings.read_text(encoding="utf-8")


PACKAGES = {
    "mail.x": {"base": ["nftables", "sudo"], "postfix": ["postfix"], "watch": [f"package-{n}" for n in range(40)]}
}


def test_summary_of_a_bare_host_has_a_line_for_each_role() -> None:
    vi, *lines = console.summary(PACKAGES, ["Máy này là container."], "vi")
    assert vi.startswith("mail.x còn trống: lần chạy thật đầu tiên cài 43 gói Debian cho 3 role")
    assert "--check" in vi
    assert [line.split()[0] for line in lines] == ["base", "postfix", "watch", "Máy"]
    assert all(len(line) <= 120 for line in lines)
    assert lines[2].endswith("(+32)")
    (en, *_more) = console.summary(PACKAGES, [], "en")
    assert en.startswith("mail.x is bare")
