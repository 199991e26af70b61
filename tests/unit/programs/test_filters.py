"""Scripts of owners that discard mail: what they become, what is kept of them, and who is told."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from danhba_host import filters
from danhba_host.filters import Settings, without_discard
from danhba_host.journal import Refused

OWNER = "an-stttt@laocai.gov.vn"


@pytest.mark.parametrize(
    ("script", "becomes"),
    [
        ("discard;", 'require "fileinto";\nfileinto "Trash";'),
        ("DISCARD ;", 'require "fileinto";\nfileinto "Trash" ;'),
        ('require "fileinto";\nif true { discard; stop; }', 'require "fileinto";\nif true { fileinto "Trash"; stop; }'),
        (
            'require ["vacation", "fileinto"];\nif true {\n\tvacation "x";\n\tdiscard;\n}\nif false {discard;}',
            'require ["vacation", "fileinto"];\nif true {\n\tvacation "x";\n\tkeep;\n}\nif false {fileinto "Trash";}',
        ),
        ('require ["vacation"]; vacation "x"; discard;', 'require ["vacation"]; vacation "x"; keep;'),
        (
            'if header "subject" "x" { keep; } else { discard; }',
            'require "fileinto";\nif header "subject" "x" { keep; } else { fileinto "Trash"; }',
        ),
        ("/* x */ discard /* y */;", 'require "fileinto";\n/* x */ fileinto "Trash" /* y */;'),
    ],
)
def test_without_discard_a_script_that_discards_files_or_keeps(script: str, becomes: str) -> None:
    assert without_discard(script) == becomes
    assert without_discard(becomes) == becomes


@pytest.mark.parametrize(
    "script",
    [
        "",
        "keep;",
        "# discard;\nkeep;",
        "/* discard; */ keep;",
        'require "vacation"; vacation "discard; {";',
        'require "vacation"; vacation "\\"; discard; \\"";',
        'require "vacation";\nvacation text:\ndiscard;\n.\n;\nkeep;',
        'if header :is "subject" "discard" { fileinto "Trash"; }',
        'if header :contains "discard" ["discard"] { keep; }',
        "/* discard;",
        '"discard;',
        "}}}",
    ],
)
def test_without_discard_a_script_that_only_names_it_stays(script: str) -> None:
    assert without_discard(script) == script


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings("danhba", "/run", str(tmp_path), "postmaster@laocai.gov.vn", "https://mail.laocai.gov.vn", "Sở")


class Programs:
    """In place of doveadm and dovecot-lda: scripts are put where they lie, and what is delivered is kept."""

    def __init__(self, store: Path) -> None:
        self.folder = store / "official/an/sieve"
        self.folder.mkdir(parents=True)
        self.delivered: list[bytes] = []
        self.fails = ""
        self.refused: set[str] = set()

    def __call__(self, command: Sequence[str], typed: bytes) -> None:
        if self.fails and self.fails in command[0]:
            raise Refused(f"{command[0]}: away")
        if command[0] == filters.DOVEADM:
            assert list(command[1:5]) == ["sieve", "put", "-u", OWNER]
            given = list(command[5:])
            if given[0].startswith("-") and given.pop(0) != "--":
                raise Refused(f"{command[0]}: put: invalid option")  # as getopt(3)
            if given[0] in self.refused:
                raise Refused(f"{command[0]}: {given[0]} does not compile")
            (self.folder / f"{given[0]}.sieve").write_bytes(typed)
        else:
            self.delivered.append(typed)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    class Rows:
        def execute(self, _query: str) -> Rows:
            return self

        def fetchall(self) -> list[tuple[str, str, str]]:
            return [("official", "an", OWNER), ("official", "binh", "binh-stttt@laocai.gov.vn")]

    programs = Programs(tmp_path)
    monkeypatch.setattr(filters, "connect", lambda *_given, **_more: nullcontext(Rows()))
    monkeypatch.setattr(filters, "_run", programs)
    return programs


def work(settings: Settings) -> str:
    return filters.work(settings, argparse.Namespace())


def test_work_a_script_that_discards_is_changed_kept_and_told_once(settings: Settings, programs: Programs) -> None:
    script = programs.folder / "webmail.sieve"
    script.write_text("discard;", encoding="utf-8")
    (programs.folder / "other.sieve").write_text("keep;", encoding="utf-8")
    assert OWNER in work(settings)
    assert script.read_text(encoding="utf-8") == 'require "fileinto";\nfileinto "Trash";'
    assert (programs.folder / "webmail.sieve.before").read_text(encoding="utf-8") == "discard;"
    [told] = programs.delivered
    assert OWNER.encode() in told
    assert b"Auto-Submitted: auto-generated" in told
    assert work(settings) == ""
    assert len(programs.delivered) == 1
    assert sorted(path.name for path in programs.folder.iterdir()) == [
        *("other.sieve", "webmail.sieve", "webmail.sieve.before"),
    ]


@pytest.mark.parametrize("away", ["doveadm", "dovecot-lda"])
def test_work_of_a_run_that_failed_the_next_one_tells_the_owner(
    settings: Settings, programs: Programs, away: str
) -> None:
    (programs.folder / "webmail.sieve").write_text("discard;", encoding="utf-8")
    programs.fails = away
    with pytest.raises(Refused, match="not be changed"):
        work(settings)
    programs.fails = ""
    assert OWNER in work(settings)
    assert len(programs.delivered) == 1
    assert (programs.folder / "webmail.sieve.before").read_text(encoding="utf-8") == "discard;"


def test_work_what_is_no_script_is_left_alone_and_told(settings: Settings, programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("discard;", encoding="utf-8")
    (programs.folder / "link.sieve").symlink_to(tmp_path / "secret")
    (programs.folder / "broken.sieve").write_bytes(b"discard; \xff")
    with pytest.raises(Refused, match=OWNER):
        work(settings)
    assert (tmp_path / "secret").read_text(encoding="utf-8") == "discard;"
    assert not [*programs.folder.glob("*.before*")]


def test_work_a_script_whose_name_begins_as_an_option_is_changed(settings: Settings, programs: Programs) -> None:
    (programs.folder / "-x.sieve").write_text("discard;", encoding="utf-8")
    assert OWNER in work(settings)
    assert "Trash" in (programs.folder / "-x.sieve").read_text(encoding="utf-8")


def test_work_a_script_that_cannot_be_changed_keeps_no_other_from_it(settings: Settings, programs: Programs) -> None:
    """Its owner is told of the others, and nothing is kept of a change that was not made."""
    for name in ("a", "b"):
        (programs.folder / f"{name}.sieve").write_text("discard;", encoding="utf-8")
    programs.refused = {"a"}
    with pytest.raises(Refused, match=rf"{OWNER}: a\.sieve: .*a does not compile"):
        work(settings)
    assert (programs.folder / "a.sieve").read_text(encoding="utf-8") == "discard;"
    assert "Trash" in (programs.folder / "b.sieve").read_text(encoding="utf-8")
    assert [path.name for path in programs.folder.glob("*.before*")] == ["b.sieve.before"]
    assert len(programs.delivered) == 1
    with pytest.raises(Refused, match="does not compile"):
        work(settings)
    assert len(programs.delivered) == 1, "nothing more was changed, so there is nothing to tell"


@pytest.mark.parametrize(("noted", "kept"), [("discard;", []), ("stop; discard;", ["a.sieve.before"])])
def test_work_what_a_killed_run_changed_is_told_though_the_script_cannot_be_changed_again(
    settings: Settings, programs: Programs, noted: str, kept: list[str]
) -> None:
    (programs.folder / "a.sieve").write_text("discard;", encoding="utf-8")
    (programs.folder / "a.sieve.before.untold").write_text(noted, encoding="utf-8")
    programs.refused = {"a"}
    with pytest.raises(Refused, match="does not compile"):
        work(settings)
    assert [path.name for path in programs.folder.glob("*.before*")] == kept
    assert len(programs.delivered) == len(kept)


def test_run_says_what_a_program_complained_of() -> None:
    with pytest.raises(Refused, match="/bin/sh: no"):
        filters._run(["/bin/sh", "-c", "echo no >&2; exit 1"], b"")
    with pytest.raises(Refused, match="/no/such"):
        filters._run(["/no/such"], b"")
    filters._run(["/bin/cat"], b"x")


def test_compose_without_support_names_nobody(settings: Settings) -> None:
    given: dict[str, Any] = {**settings.__dict__, "support": ""}
    assert "Cần giúp đỡ" not in filters.compose(Settings(**given), OWNER).get_content()
    assert "Cần giúp đỡ, xin liên hệ: Sở." in filters.compose(settings, OWNER).get_content()
