"""What the role resolver asks before a host uses its own resolver alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
import yaml

from tests.support.deployment import environment

TASKS = Path("roles/resolver/tasks/main.yml")
VARS = Path("roles/resolver/vars/main.yml")
SOURCES = "# deb http://old.example.org/debian trixie main\ndeb https://me:word@mirror.example.vn/debian trixie main\n"
MORE = "Types: deb\nURIs: http://192.0.2.7/debian http://deb.example.org:8080/debian\n"

Lost = Callable[..., str]


@pytest.fixture
def lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lost:
    """Runs it where some names are known to the resolver in use, and some to the own."""
    (tmp_path / "sources.list").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/more.sources").write_text(MORE, encoding="utf-8")
    script = yaml.safe_load(VARS.read_text(encoding="utf-8"))["__resolver_lost"]

    def run(used: set[str], own: set[str], resolv: str = "nameserver 192.0.2.53\n") -> str:
        (tmp_path / "resolv.conf").write_text(resolv, encoding="utf-8")

        def resolve(self: dns.resolver.Resolver, name: str, **_options: object) -> bool:
            if name not in (own if self.nameservers == ["127.0.0.1"] else used):
                raise dns.resolver.NXDOMAIN
            return True

        monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
        monkeypatch.setattr(sys, "argv", ["-c", str(tmp_path / "resolv.conf"), str(tmp_path)])
        exec(compile(script, "lost", "exec"), {})  # noqa: S102 - as the host runs it
        return capsys.readouterr().out

    return run


BOTH = {"mirror.example.vn", "deb.example.org", "old.example.org"}


def test_names_known_to_both_resolvers_are_not_lost(lost: Lost) -> None:
    assert lost(BOTH, BOTH) == ""
    assert lost(set(), set()) == "", "a host without any DNS loses nothing"


def test_mirrors_known_only_to_the_present_resolver_are_lost(lost: Lost) -> None:
    assert lost(BOTH, set()) == "deb.example.org, mirror.example.vn"
    assert lost(BOTH, {"deb.example.org"}) == "mirror.example.vn"


def test_host_with_its_own_resolver_loses_nothing(lost: Lost) -> None:
    assert lost(BOTH, set(), "nameserver 127.0.0.1\n") == ""


KEY = "DNSKEY 257 3 8 AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTO"
SIGNATURE = "RRSIG DNSKEY 8 0 172800 20270101000000 20261201000000 20326 . c2lnbmF0dXJl"
SIGNED, STRIPPED = (KEY, SIGNATURE), (KEY,)
SILENT, SERVFAIL = None, ()
# What unbound answers about the root when it validates, and when it is told not to: what the role makes of it.
ANSWERS: list[tuple[tuple[str, ...] | None, tuple[str, ...] | None, str]] = [
    (SIGNED, SIGNED, ""),
    (SILENT, SILENT, ""),
    (SERVFAIL, SILENT, ""),
    (SERVFAIL, SERVFAIL, ""),
    (SERVFAIL, STRIPPED, "unsigned"),
    (SERVFAIL, SIGNED, "bogus"),
]


@pytest.mark.parametrize(("validated", "unchecked", "said"), ANSWERS)
def test_root_answer_is_judged_by_its_signatures(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    validated: tuple[str, ...] | None,
    unchecked: tuple[str, ...] | None,
    said: str,
) -> None:
    script = yaml.safe_load(VARS.read_text(encoding="utf-8"))["__resolver_root"]

    def ask(question: dns.message.Message, where: str, timeout: float) -> tuple[dns.message.Message, bool]:
        assert where == "127.0.0.1"
        records = unchecked if question.flags & dns.flags.CD else validated
        if records is None:
            raise dns.exception.Timeout
        reply = dns.message.make_response(question)
        reply.answer = [dns.rrset.from_text(".", 60, "IN", *record.split(" ", 1)) for record in records]
        if not records:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif not question.flags & dns.flags.CD:
            reply.flags |= dns.flags.AD
        return reply, False

    monkeypatch.setattr(dns.query, "udp_with_fallback", ask)
    exec(compile(script, "root", "exec"), {})  # noqa: S102 - as the host runs it
    assert capsys.readouterr().out == said


def test_fault_of_the_root_has_a_way_out() -> None:
    faults = yaml.safe_load(VARS.read_text(encoding="utf-8"))["__resolver_faults"]
    assert faults.keys() == {said for _validated, _unchecked, said in ANSWERS if said}
    assert all("Chưa đổi /etc/resolv.conf" in " ".join(text.split()) and " -- " in text for text in faults.values())


# The scripts by which the role asks.
QUESTIONS = ("__resolver_root", "__resolver_lost")


def asked(folder: Path, *options: str, **scripts: str) -> subprocess.CompletedProcess[str]:
    """Ansible runs what the role asks its resolver, with other scripts, up to where resolv.conf would be switched."""
    block = next(task["block"] for task in yaml.safe_load(TASKS.read_text(encoding="utf-8")) if "block" in task)
    tasks = [task for task in block if "ansible.builtin.command" in task or "ansible.builtin.assert" in task]
    given = {**dict.fromkeys(QUESTIONS, ""), "resolver_validate_root": True, "resolver_forwarders": [], **scripts}
    given["__resolver_faults"] = yaml.safe_load(VARS.read_text(encoding="utf-8"))["__resolver_faults"]
    switch = {"name": "Switch", "ansible.builtin.debug": {"msg": "switched"}}
    play = {"hosts": "localhost", "gather_facts": False, "vars": given, "tasks": [*tasks, switch]}
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    (folder / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "--inventory",
        "localhost,",
        "--connection",
        "local",
    ]
    return subprocess.run(
        [*command, *options, str(folder / "play.yml")],
        cwd=folder,
        env={**environment(), "ANSIBLE_CONFIG": str(folder / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("question", QUESTIONS)
def test_failing_query_keeps_resolv_conf(tmp_path: Path, question: str) -> None:
    ended = asked(tmp_path, **{question: "raise SystemExit('no module named dns')"})
    assert ended.returncode != 0
    assert "no module named dns" in ended.stdout
    assert "switched" not in ended.stdout


@pytest.mark.parametrize(("options", "script"), [((), "pass"), (("--check",), "raise SystemExit(1)")])
def test_answered_queries_and_check_mode_go_on(tmp_path: Path, options: tuple[str, ...], script: str) -> None:
    ended = asked(tmp_path, *options, **dict.fromkeys(QUESTIONS, script))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "switched" in ended.stdout
