"""CODEOWNERS, read as each forge reads it: an agency's file is its own and the operator's, all else the operator's."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from click.testing import CliRunner

from danhba.cli import main
from danhba.governance.forges import FORGES
from danhba.messages import visible
from tests.support.forges import git
from tests.support.registers import agency, person, register, write

PROJECT = Path(__file__).resolve().parents[3]
OPERATOR = "@laocai/stttt"
REGISTER = register(
    agency("ubnd", kind="provincial_committee"),
    agency("snv", person("1", "Lò Thị Mai Hoa", "2010-10-15"), parent="ubnd"),
    agency("bantdkt", parent="ubnd", closed="2012-01-01"),
    agency("sldtbxh", parent="ubnd", closed="2099-01-01"),
)


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def github(text: str, path: str) -> list[set[str]]:
    """The last line whose pattern matches; one approval by any of them."""
    found: set[str] = set()
    for pattern, *owners in lines(text):
        if pattern in ("*", f"/{path}"):
            found = set(owners)
    return [found]


def gitlab(text: str, path: str) -> list[set[str]]:
    """In each section the last line that matches; an approval for every section."""
    sections: list[set[str]] = []
    for pattern, *owners in lines(text):
        if pattern.startswith("["):
            sections.append(set())
        elif fnmatchcase(f"/{path}", pattern):
            sections[-1] = set(owners)
    return [section for section in sections if section]


def forgejo(text: str, path: str) -> list[set[str]]:
    """Every line whose expression is the whole path; a review asked of each."""
    assert "\\" not in text, "Forgejo takes one backslash off before the expression is read"
    return [set(owners) for pattern, *owners in lines(text) if re.fullmatch(pattern, path)]


# By the way in which a forge reads its list (`Forge.owners`).
_READ_AS = {"last_line": github, "sections": gitlab, "every_line": forgejo}
_BOTH_AS = {
    "last_line": [{"@laocai/snv", OPERATOR}],
    "sections": [{OPERATOR}, {"@laocai/snv"}],
    "every_line": [{OPERATOR}, {"@laocai/snv"}],
}
READ = {name: _READ_AS[forge.owners] for name, forge in FORGES.items()}
BOTH = {name: _BOTH_AS[forge.owners] for name, forge in FORGES.items()}
OPERATORS = """directory/province.yml directory/README.md directory/.schema/agency.json .github/CODEOWNERS
.github/workflows/pull-request.yml .gitlab-ci.yml plugins/module_utils/danhba/checking/check.py Makefile
directory/agencies/stttt.yml directory/agencies/bantdkt.yml directory/agencies/sldtbxh.yml directory/agencies/moi.yml
directory/agencies/snvxyml directory/agencies/snv.yml.bak directory/agencies/xsnv.yml agencies/snv.yml""".split()


def made(tmp_path: Path, *arguments: str) -> str:
    git(tmp_path, "init", "--quiet")
    folder = write(tmp_path / "directory", REGISTER)
    done = CliRunner().invoke(main, ["codeowners", str(folder), *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("form", FORGES)
class TestOwners:
    def test_an_agency_owns_its_file_beside_the_operator(self, tmp_path: Path, form: str) -> None:
        assert READ[form](made(tmp_path, "--format", form), "directory/agencies/snv.yml") == BOTH[form]

    @pytest.mark.parametrize("path", OPERATORS)
    def test_all_else_is_the_operators_alone(self, tmp_path: Path, form: str, path: str) -> None:
        assert READ[form](made(tmp_path, "--format", form), path) == [{OPERATOR}]

    def test_the_organisation_can_be_named(self, tmp_path: Path, form: str) -> None:
        owners = READ[form](made(tmp_path, "--format", form, "--org", "tinh/so"), "directory/agencies/ubnd.yml")
        assert set().union(*owners) == {"@tinh/so/ubnd", "@tinh/so/stttt"}

    def test_the_committed_one_is_up_to_date(self, form: str) -> None:
        done = CliRunner().invoke(main, ["codeowners", str(PROJECT / "directory"), "--format", form, "--check"])
        assert (done.exit_code, done.output) == (0, "")

    def test_every_file_of_the_sample_has_an_owner(self, form: str) -> None:
        text = (PROJECT / FORGES[form].codeowners).read_text(encoding="utf-8")
        for file in (PROJECT / "directory/agencies").iterdir():
            owners = READ[form](text, f"directory/agencies/{file.name}")
            assert OPERATOR in set().union(*owners)
            assert set().union(*owners) <= {OPERATOR, f"@laocai/{file.stem}"}


@pytest.mark.parametrize("form", FORGES)
class TestFolder:
    @pytest.mark.parametrize("folder", ["sổ-hộp_thư/2", "Xã/Xx", "."])
    def test_names_that_mean_themselves(self, tmp_path: Path, form: str, folder: str) -> None:
        git(tmp_path, "init", "--quiet")
        register = write(tmp_path / folder, REGISTER)
        shown = CliRunner().invoke(main, ["codeowners", str(register), "--format", form]).stdout
        assert READ[form](shown, f"{folder}/agencies/snv.yml".removeprefix("./")) == BOTH[form]

    @pytest.mark.parametrize("folder", ["sổ hộp thư", "#sổ", "[so]", "so*", "so\n* @evil"])
    def test_names_that_no_list_can_hold(self, tmp_path: Path, form: str, folder: str) -> None:
        git(tmp_path, "init", "--quiet")
        register = write(tmp_path / folder, REGISTER)
        done = CliRunner().invoke(main, ["--lang", "en", "codeowners", str(register), "--format", form])
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"'{visible(folder)}' cannot stand in a CODEOWNERS" in done.stderr

    @pytest.mark.parametrize(
        ("here", "path"),
        [(".", "og/directory"), ("og/directory", "."), ("og", "directory"), ("there", "../og/directory")],
    )
    def test_outside_git_the_path_is_that_from_here(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, here: str, path: str
    ) -> None:
        write(tmp_path / "og/directory", REGISTER)
        (tmp_path / "there").mkdir()
        monkeypatch.chdir(tmp_path / here)
        done = CliRunner().invoke(main, ["codeowners", path, "--format", form])
        if ".." in path:
            assert (done.exit_code, done.stdout) == (2, "")
        else:
            assert READ[form](done.stdout, f"{path}/agencies/snv.yml".removeprefix("./")) == BOTH[form]


class TestCheck:
    def test_a_stale_one_is_told_with_the_way_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        write(tmp_path / "directory", REGISTER)
        done = CliRunner().invoke(main, ["--lang", "en", "codeowners", "--check"])
        assert done.exit_code == 1
        assert done.stderr == (
            ".github/CODEOWNERS is out of date; make it again: danhba codeowners --format github > .github/CODEOWNERS\n"
        )
        (tmp_path / ".github").mkdir()
        (tmp_path / ".github/CODEOWNERS").write_text(CliRunner().invoke(main, ["codeowners"]).stdout, encoding="utf-8")
        assert CliRunner().invoke(main, ["codeowners", "--check"]).exit_code == 0

    def test_a_register_with_errors_has_none(self, tmp_path: Path) -> None:
        folder = write(tmp_path, {**REGISTER, "agencies/snv.yml": "agency: other"})
        assert CliRunner().invoke(main, ["codeowners", str(folder)]).exit_code == 1

    @pytest.mark.parametrize("name", ["", "a b", "@x", "x/", "/x", "x\n* @evil"])
    def test_an_organisation_is_a_name(self, tmp_path: Path, name: str) -> None:
        folder = write(tmp_path, REGISTER)
        assert CliRunner().invoke(main, ["codeowners", str(folder), "--org", name]).exit_code == 2
