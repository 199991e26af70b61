"""What git would make of a proposal, read from a repository with two branches."""

from __future__ import annotations

from pathlib import Path

import pytest

from danhba.governance import proposal
from danhba.governance.proposal import Proposal, read
from danhba.reading.source import File, Unusable
from tests.support.forges import git
from tests.support.registers import SAMPLE, write

S, U = "agencies/stttt.yml", "agencies/ubnd.yml"
ENTRY = """\
  - id: "{id}"
    name: {name}
    opened: {{document: 5/QĐ-UBND, date: 2011-07-01, event: recruited}}
"""
MINE, THEIRS = ENTRY.format(id="201", name="Vàng A Páo"), ENTRY.format(id="202", name="Lò Thị Mai")


class Clone:
    """A repository with the sample register in a folder, and the branches `target` and `mine` from its first commit."""

    def __init__(self, path: Path, folder: str = "a/directory") -> None:
        self.path, self.folder = path, path / folder
        write(self.folder)
        (path / "README.md").write_text("one\n" * 20, encoding="utf-8")
        git(path, "init", "--quiet")
        self.commit()
        git(path, "branch", "target")
        git(path, "checkout", "--quiet", "-b", "mine")

    def commit(self) -> str:
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--message", "Sổ")
        return git(self.path, "rev-parse", "HEAD")

    def on(self, branch: str) -> None:
        git(self.path, "checkout", "--quiet", branch)

    def add(self, text: str, name: str = S) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def read(self, target: str = "target", mine: str = "mine") -> Proposal:
        return read(self.folder, target, mine)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def texts(files: list[File] | None) -> dict[str, str]:
    assert files is not None
    return {file.name: (file.data or b"").decode() for file in files}


def test_a_clean_merge_has_what_both_did(clone: Clone) -> None:
    clone.add(MINE)
    mine = clone.commit()
    clone.on("target")
    clone.add("# theirs\n", U)
    target = clone.commit()
    found = clone.read()
    assert (found.target, found.target_commit, found.commit) == ("target", target, mine)
    assert (found.behind, found.related, found.conflicts, found.appended) == (1, True, (), ())
    assert texts(found.ancestor) == dict(SAMPLE)
    assert texts(found.own) == {**SAMPLE, S: SAMPLE[S] + MINE}
    assert texts(found.before) == {**SAMPLE, U: SAMPLE[U] + "# theirs\n"}
    assert texts(found.result) == {**SAMPLE, S: SAMPLE[S] + MINE, U: SAMPLE[U] + "# theirs\n"}


def both_append(clone: Clone) -> Proposal:
    """Read a proposal that appends an entry where the target has appended another one."""
    clone.add(MINE)
    clone.commit()
    clone.on("target")
    clone.add(THEIRS)
    clone.commit()
    return clone.read()


def test_of_two_who_append_the_target_comes_first(clone: Clone) -> None:
    found = both_append(clone)
    assert found.conflicts == found.appended == ("a/directory/agencies/stttt.yml",)
    assert texts(found.result) == {**SAMPLE, S: SAMPLE[S] + THEIRS + MINE}


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        pytest.param(SAMPLE[S].replace("Giám đốc", "Chánh"), SAMPLE[S].replace("Giám đốc", "Phó"), id="one entry"),
        pytest.param(SAMPLE[S] + MINE, SAMPLE[S].replace("retired", "resigned") + THEIRS, id="theirs is more"),
        pytest.param(SAMPLE[S].replace("retired", "resigned") + MINE, SAMPLE[S] + THEIRS, id="mine is more"),
        pytest.param(SAMPLE[S] + MINE.rstrip("\n"), SAMPLE[S] + THEIRS, id="mine has no end of line"),
        pytest.param(SAMPLE[S] + MINE, SAMPLE[S] + THEIRS.rstrip("\n"), id="theirs has no end of line"),
    ],
)
def test_what_only_an_editor_can_put_together(clone: Clone, mine: str, theirs: str) -> None:
    (clone.folder / S).write_text(mine, encoding="utf-8")
    clone.commit()
    clone.on("target")
    (clone.folder / S).write_text(theirs, encoding="utf-8")
    clone.commit()
    found = clone.read()
    assert (found.conflicts, found.appended, found.result) == (("a/directory/agencies/stttt.yml",), (), None)


def test_a_file_that_had_no_last_line_end_is_not_appended_to(clone: Clone, tmp_path: Path) -> None:
    other = Clone(tmp_path / "other")
    (other.folder / S).write_text(SAMPLE[S].rstrip("\n"), encoding="utf-8")
    other.commit()
    git(other.path, "branch", "--force", "target")
    other.add("\n" + MINE)
    other.commit()
    other.on("target")
    other.add("\n" + THEIRS)
    other.commit()
    assert other.read().result is None


def test_conflicts_elsewhere_leave_the_register_its_result(clone: Clone) -> None:
    (clone.path / "README.md").write_text("mine\n", encoding="utf-8")
    clone.add(MINE)
    clone.commit()
    clone.on("target")
    (clone.path / "README.md").write_text("theirs\n", encoding="utf-8")
    clone.commit()
    found = clone.read()
    assert (found.conflicts, found.appended) == (("README.md",), ())
    assert texts(found.result) == {**SAMPLE, S: SAMPLE[S] + MINE}


def test_what_lies_outside_the_register(clone: Clone) -> None:
    """A renamed file is two that changed; what stands in the folder and is none of the register's files is outside."""
    git(clone.path, "mv", "README.md", "OTHER.md")
    for name in ("a/directory/agencies/.x.yml", "a/directory/agencies/deep/x.yml", "a/directory/x.yml", "province.yml"):
        (clone.path / name).parent.mkdir(exist_ok=True)
        (clone.path / name).write_text("x\n", encoding="utf-8")
    clone.add(MINE)
    (clone.folder / "agencies/snv.yml").write_text("x\n", encoding="utf-8")
    (clone.folder / "province.yml").write_text("x\n", encoding="utf-8")
    clone.commit()
    assert set(clone.read().outside) == {
        *("README.md", "OTHER.md", "province.yml"),
        *("a/directory/agencies/.x.yml", "a/directory/agencies/deep/x.yml", "a/directory/x.yml"),
    }


def test_what_is_outside_is_told_of_the_proposal_alone(clone: Clone) -> None:
    clone.add(MINE)
    clone.commit()
    clone.on("target")
    (clone.path / "theirs.md").write_text("x\n", encoding="utf-8")
    clone.commit()
    (clone.path / "not-committed.md").write_text("x\n", encoding="utf-8")
    assert clone.read().outside == ()


def test_names_that_are_no_text(clone: Clone) -> None:
    """git keeps names as bytes; whatever they are, the file is told, also where both sides have it."""
    name = clone.path / "\udcff.md"
    for branch in ("mine", "target"):
        clone.on(branch)
        name.write_text(f"{branch}\n", encoding="utf-8")
        clone.commit()
    found = clone.read()
    assert (found.outside, found.conflicts) == (("\udcff.md",), ("\udcff.md",))


def test_a_program_of_the_users_own_settings_is_not_run(clone: Clone) -> None:
    git(clone.path, "config", "diff.external", "touch ran; false")
    clone.add(MINE)
    (clone.path / "README.md").write_text("mine\n", encoding="utf-8")
    clone.commit()
    assert clone.read().outside == ("README.md",)
    assert not list(clone.path.rglob("ran"))


def test_branches_without_a_common_commit(clone: Clone) -> None:
    git(clone.path, "checkout", "--quiet", "--orphan", "other")
    clone.add(MINE)
    (clone.path / "README.md").write_text("mine\n", encoding="utf-8")
    clone.commit()
    found = clone.read(mine="other")
    assert (found.related, found.conflicts, found.appended, found.result) == (False, (), (), None)
    assert found.ancestor == []
    assert texts(found.own) == {**SAMPLE, S: SAMPLE[S] + MINE}
    # Without a place where the two part, all that differs from the target counts.
    assert found.outside == ("README.md",)


def test_a_shallow_clone_names_what_it_lacks(clone: Clone, tmp_path: Path) -> None:
    clone.add(MINE)
    clone.commit()
    shallow = tmp_path / "shallow"
    git(clone.path, "clone", "--quiet", "--depth", "1", "--no-single-branch", f"file://{clone.path}", str(shallow))
    with pytest.raises(Unusable) as refused:
        read(shallow / "a/directory", "origin/target", "origin/mine")
    assert refused.value.values == {"revision": "origin/mine", "target": "origin/target"}
    # A clone that is shallow and knows where the two part is good enough.
    assert read(shallow / "a/directory", "origin/mine", "origin/mine").related


@pytest.mark.parametrize("revision", ["mine..target", "mine...target", "mine target"])
def test_several_commits_are_no_proposal(clone: Clone, revision: str) -> None:
    clone.add(MINE)
    clone.commit()
    for ends in ({"target": revision}, {"mine": revision}):
        with pytest.raises(Unusable) as refused:
            clone.read(**ends)
        assert refused.value.values["revision"] == revision


@pytest.mark.parametrize("status", [2, 128])
def test_a_git_that_cannot_merge(clone: Clone, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    real = proposal._run

    def old(directory: Path, *arguments: str) -> tuple[int, str]:
        return (status, "") if arguments[0] == "merge-tree" else real(directory, *arguments)

    clone.add(MINE)
    commit = clone.commit()
    monkeypatch.setattr(proposal, "_run", old)
    with pytest.raises(Unusable) as refused:
        clone.read()
    assert refused.value.values == {"revision": commit}


def test_a_register_at_the_root(tmp_path: Path) -> None:
    clone = Clone(tmp_path, ".")
    found = both_append(clone)
    assert found.appended == (S,)
    assert texts(found.result)[S] == SAMPLE[S] + THEIRS + MINE
