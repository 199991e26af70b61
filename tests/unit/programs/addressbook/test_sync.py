"""One run of the job that keeps the address book in step, with a book in memory in place of slapd."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from danhba_host.addressbook import sync as job
from danhba_host.addressbook.__main__ import main
from danhba_host.addressbook.compare import Changes, Marks, marks
from danhba_host.addressbook.entries import Book, Entry, wanted
from danhba_host.addressbook.settings import Settings
from danhba_host.addressbook.source import Mailbox, Source
from danhba_host.journal import Away, Refused

SUFFIX = "dc=laocai,dc=gov,dc=vn"
SETTINGS = Settings(SUFFIX, "Lào Cai", "danhba", "/run", 50)


class LDAPError(Exception):
    """What python-ldap raises."""


class ServerDownError(LDAPError):
    """slapd is not there."""


def mailbox(n: int) -> Mailbox:
    return (f"a{n}@laocai.gov.vn", f"Lò Thị {n}", "Lò", f"{n}", "", "", "", "Sở A", f"uid=a{n},ou=a,{SUFFIX}")


def source(count: int, version: str = "2 7") -> Source:
    return Source(version, [("a", "Sở A", f"ou=a,{SUFFIX}")], [mailbox(n) for n in range(count)])


@dataclass
class Slapd:
    """The book, and what was done to it."""

    noted: str | None = None
    book: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    error: Exception | None = None
    meanwhile: Callable[[], None] = lambda: None

    def stamp(self) -> str | None:
        if self.error:
            raise self.error
        return self.noted

    def plant(self, entry: Entry) -> None:
        self.done.append(f"plant {entry['dc'][0]}")

    def read(self) -> Marks:
        return marks(self.book)

    def apply(self, changes: Changes, book: Book, *, together: bool) -> None:
        self.done.append(f"{'load' if together else 'apply'} {changes}")
        self.book = dict(book)
        self.meanwhile()

    def note(self, entry: Entry, version: str) -> None:
        self.done.append(f"note {version}")
        self.noted = version


@dataclass
class World:
    """Both sides, as one run finds them."""

    slapd: Slapd
    source: Source | None
    known: list[str | None] = field(default_factory=list)

    def read(self, _settings: Settings, known: str | None) -> Source | None:
        self.known.append(known)
        return None if self.source is None or self.source.version == known else self.source

    def run(self, *, whole: bool = False, accept: bool = False, compare: bool = False) -> str:
        return job.sync(SETTINGS, argparse.Namespace(whole=whole, accept=accept, compare=compare))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    errors = ("TIMEOUT", "UNAVAILABLE", "BUSY", "CONNECT_ERROR")
    ldap = SimpleNamespace(LDAPError=LDAPError, SERVER_DOWN=ServerDownError, **dict.fromkeys(errors, ServerDownError))
    monkeypatch.setitem(sys.modules, "ldap", ldap)
    made = World(Slapd(), source(3))
    monkeypatch.setattr(job, "Directory", lambda _suffix: made.slapd)
    monkeypatch.setattr(job, "read", made.read)
    return made


def test_first_run_plants_the_root_and_fills_the_book(world: World) -> None:
    assert world.run() == "danh bạ LDAP: +4 ~0 -0 -- address book: +4 ~0 -0"
    assert world.slapd.done == ["plant laocai", "load +4 ~0 -0", "note 2 7"]


def test_unfinished_first_load_goes_on(world: World) -> None:
    world.slapd.noted, world.slapd.book = "", dict(wanted(source(2), SETTINGS))
    assert "+1 ~0 -0" in world.run()
    assert world.slapd.done == ["load +1 ~0 -0", "note 2 7"]


@pytest.mark.parametrize(("more", "how"), [(2, "apply"), (3, "load")])
def test_many_entries_are_written_together(world: World, monkeypatch: pytest.MonkeyPatch, more: int, how: str) -> None:
    monkeypatch.setattr(job, "MOST_ALONE", 2)
    world.slapd.noted, world.slapd.book = "2 6", dict(wanted(source(3), SETTINGS))
    world.source = source(3 + more)
    world.run()
    assert world.slapd.done[0] == f"{how} +{more} ~0 -0"


def test_what_is_committed_while_it_writes_is_brought_by_the_same_run(world: World) -> None:
    def commit() -> None:
        world.source, world.slapd.meanwhile = source(4, "2 8"), lambda: None

    world.slapd.meanwhile = commit
    first, second = world.run().splitlines()
    assert ("+4 ~0 -0" in first, "+1 ~0 -0" in second) == (True, True)
    assert world.slapd.noted == "2 8"


def test_a_database_that_never_rests_does_not_keep_it(world: World) -> None:
    def commit() -> None:
        assert world.source
        world.source = source(3, f"2 {int(world.source.version[2:]) + 1}")

    world.slapd.meanwhile = commit
    world.run()
    assert len(world.known) == job.MOST_ROUNDS


def test_nothing_is_done_before_the_first_apply(world: World) -> None:
    world.source = None
    assert world.run() == ""
    assert world.slapd.done == []


def test_known_version_is_not_compared(world: World) -> None:
    world.slapd.noted = "2 7"
    assert world.run() == ""
    assert (world.known, world.slapd.done) == (["2 7"], [])


@pytest.mark.parametrize("option", ["whole", "accept"])
def test_known_version_is_compared_when_asked_for(world: World, option: str) -> None:
    world.slapd.noted = "2 7"
    world.slapd.book = dict(wanted(source(2), SETTINGS))
    assert "+1 ~0 -0" in world.run(**{option: True})
    assert world.slapd.done == ["apply +1 ~0 -0", "note 2 7"]


def test_comparison_changes_nothing(world: World) -> None:
    assert "+4 ~0 -0" in world.run(compare=True)
    assert world.slapd.done == []


def test_book_in_step_is_noted_without_a_word(world: World) -> None:
    world.slapd.noted, world.slapd.book = "2 6", dict(wanted(source(3), SETTINGS))
    assert world.run() == ""
    assert world.slapd.done == ["apply +0 ~0 -0", "note 2 7"]


def test_book_that_would_lose_most_is_left(world: World) -> None:
    world.slapd.noted, world.slapd.book = "2 6", dict(wanted(source(40), SETTINGS))
    with pytest.raises(Refused, match="danhba-host addressbook --accept"):
        world.run()
    assert world.slapd.done == []
    assert "-37" in world.run(accept=True)


@pytest.mark.parametrize(("error", "meaning"), [(ServerDownError("x"), Away), (LDAPError("x"), Refused)])
def test_errors_of_slapd(world: World, error: Exception, meaning: type[Exception]) -> None:
    world.slapd.error = error
    with pytest.raises(meaning, match="slapd"):
        world.run()


def test_command_line(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "addressbook.json"
    path.write_text(json.dumps(asdict(SETTINGS)))
    assert main(["--settings", str(path), "--compare"]) == 0
    assert "+4 ~0 -0" in capsys.readouterr().out
