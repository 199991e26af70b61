"""What the role resolver asks before a host uses its own resolver alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import dns.resolver
import pytest
import yaml

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


def test_what_both_know_is_not_lost(lost: Lost) -> None:
    assert lost(BOTH, BOTH) == ""
    assert lost(set(), set()) == "", "a host without any DNS loses nothing"


def test_servers_of_packages_that_only_the_present_one_knows(lost: Lost) -> None:
    assert lost(BOTH, set()) == "deb.example.org, mirror.example.vn"
    assert lost(BOTH, {"deb.example.org"}) == "mirror.example.vn"


def test_a_host_that_has_its_own_already(lost: Lost) -> None:
    assert lost(BOTH, set(), "nameserver 127.0.0.1\n") == ""
