"""Tests for reading the files of a register from disk, from a commit and from the index of git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from danhba.checking.check import check
from danhba.reading import source
from danhba.reading.source import Unusable
from tests.support.registers import SAMPLE, STTTT, UBND, files, places, write


def git(directory: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *settings, *arguments], cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with the sample register as its only commit."""
    write(tmp_path / "directory")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Sample")
    return tmp_path


class TestDirectory:
    def test_from_directory_returns_register_files_by_name(self, tmp_path: Path) -> None:
        (write(tmp_path) / "agencies" / ".stttt.yml.swp").touch()
        (tmp_path / "README.md").touch()
        found = source.from_directory(tmp_path)
        assert {file.name: (file.data or b"").decode() for file in found} == SAMPLE
        assert [file.path for file in found] == [
            str(tmp_path / name) for name in ("agencies/stttt.yml", "agencies/ubnd.yml", "province.yml")
        ]

    def test_from_directory_links_folders_and_large_files_have_no_data(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agencies = write(tmp_path) / "agencies"
        (agencies / "link.yml").symlink_to("/etc/passwd")
        (agencies / "dangling.yml").symlink_to("nothing")
        (agencies / "folder.yml").mkdir()
        os.mkfifo(agencies / "pipe.yml")
        (agencies / "large.yml").write_bytes(b"x" * 5001)
        (agencies / "largest.yml").write_bytes(b"x" * 5000)
        (tmp_path / "province.yml").unlink()
        (tmp_path / "province.yml").symlink_to("nothing")
        monkeypatch.setattr(source, "LARGEST", 5000)
        unread = [file.name for file in source.from_directory(tmp_path) if file.data is None]
        assert unread == [
            *(f"agencies/{name}.yml" for name in ("dangling", "folder", "large", "link", "pipe")),
            "province.yml",
        ]

    def test_from_directory_without_province_is_reported_by_check(self, tmp_path: Path) -> None:
        write(tmp_path, {"agencies/ubnd.yml": UBND})
        assert places(check(source.from_directory(tmp_path)).findings) == ["province.yml:1:1 province-missing"]

    def test_from_directory_agencies_as_a_link_is_refused(self, tmp_path: Path) -> None:
        write(tmp_path / "elsewhere")
        (tmp_path / "register").mkdir()
        (tmp_path / "register" / "agencies").symlink_to(tmp_path / "elsewhere" / "agencies")
        with pytest.raises(Unusable, match="symbolic link"):
            source.from_directory(tmp_path / "register")

    def test_from_directory_too_many_bytes_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(source, "LARGEST_REGISTER", 1000)
        with pytest.raises(Unusable, match="more than"):
            source.from_directory(write(tmp_path))

    def test_from_directory_too_many_files_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path)
        monkeypatch.setattr(source, "LARGEST_FILES", 3)
        assert len(source.from_directory(tmp_path)) == 3
        (tmp_path / "agencies/a.yml").touch()
        with pytest.raises(Unusable, match="no register has so many"):
            source.from_directory(tmp_path)

    def test_from_directory_missing_directory_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Unusable) as caught:
            source.from_directory(tmp_path / "none")
        assert caught.value.values == {"path": tmp_path / "none"}

    def test_from_directory_without_agencies_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Unusable) as caught:
            source.from_directory(tmp_path)
        assert caught.value.values == {"path": tmp_path, "name": "agencies"}

    def test_from_directory_unreadable_file_is_refused_with_its_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(path: Path) -> bytes:
            raise PermissionError(13, "Permission denied", str(path))

        write(tmp_path)
        monkeypatch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(Unusable) as caught:
            source.from_directory(tmp_path)
        assert caught.value.values == {"path": str(tmp_path / "agencies/stttt.yml"), "reason": "Permission denied"}


class TestGit:
    def test_from_git_returns_the_committed_files(self, repository: Path) -> None:
        directory = repository / "directory"
        committed = source.from_directory(directory)
        (directory / "agencies" / "stttt.yml").write_text("changed")
        assert source.from_git(directory, "HEAD") == committed
        assert source.from_git(directory, git(repository, "rev-parse", "--short", "HEAD")) == committed

    def test_from_git_links_and_submodules_have_no_data(self, repository: Path) -> None:
        agencies = repository / "directory" / "agencies"
        (agencies / "link.yml").symlink_to("stttt.yml")
        (agencies / ".hidden.yml").touch()
        git(repository, "add", ".")
        head = git(repository, "rev-parse", "HEAD")
        git(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},directory/agencies/module.yml")
        git(repository, "commit", "--quiet", "--message", "Links")
        read = {file.name: file.data is not None for file in source.from_git(repository / "directory", "HEAD")}
        assert read == {**dict.fromkeys(SAMPLE, True), "agencies/link.yml": False, "agencies/module.yml": False}

    def test_from_git_commit_without_register_is_refused(self, repository: Path) -> None:
        git(repository, "rm", "--quiet", "-r", "--cached", ".")
        git(repository, "commit", "--quiet", "--allow-empty", "--message", "Nothing")
        with pytest.raises(Unusable, match="has no register"):
            source.from_git(repository / "directory", "HEAD")

    @pytest.mark.parametrize("revision", ["none", "HEAD~9"])
    def test_from_git_unknown_revision_is_refused(self, repository: Path, revision: str) -> None:
        with pytest.raises(Unusable) as caught:
            source.from_git(repository / "directory", revision)
        assert caught.value.values["revision"] == revision
        assert "not a valid object name" in str(caught.value.values["reason"]).lower()

    @pytest.mark.parametrize("revision", ["--output=x", "-x", ""])
    def test_from_git_option_as_revision_is_refused(self, repository: Path, revision: str) -> None:
        with pytest.raises(Unusable, match="such as origin/main") as caught:
            source.from_git(repository / "directory", revision)
        assert caught.value.values == {"revision": revision}

    def test_from_git_dotfiles_and_folders_equal_those_on_disk(self, repository: Path) -> None:
        agencies = repository / "directory" / "agencies"
        for name in (".gitattributes", "sub/x.yml", "sub/.keep", ".sub/x.yml"):
            (agencies / name).parent.mkdir(exist_ok=True)
            (agencies / name).write_text("x: 1\n", encoding="utf-8")
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "--message", "Folder")
        found = source.from_git(repository / "directory", "HEAD")
        assert found == source.from_directory(repository / "directory")
        assert places(check(found).findings) == [f"{agencies}/sub:1:1 file-name"]

    def test_from_git_one_blob_under_many_names_is_limited_as_many_files(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Limits are for the files and bytes that a commit expands to, not for its blobs."""
        blob = git(repository, "hash-object", "-w", "directory/agencies/stttt.yml")
        for number in range(20):
            git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},directory/agencies/a{number}.yml")
        git(repository, "commit", "--quiet", "--message", "Many")
        directory, most = repository / "directory", 22 * len(STTTT.encode()) + len(SAMPLE["province.yml"].encode())
        monkeypatch.setattr(source, "LARGEST_REGISTER", most + len(UBND.encode()))
        assert len(source.from_git(directory, "HEAD")) == 23
        monkeypatch.setattr(source, "LARGEST_REGISTER", 10 * len(STTTT.encode()))
        with pytest.raises(Unusable, match="together"):
            source.from_git(directory, "HEAD")
        assert len(source.from_git(directory, "HEAD~")) == 3
        monkeypatch.undo()
        monkeypatch.setattr(source, "LARGEST_FILES", 22)
        with pytest.raises(Unusable, match="no register has so many"):
            source.from_git(directory, "HEAD")

    @pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"])
    def test_from_git_ignores_the_repository_of_a_hooks_environment(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        directory, committed = repository / "directory", source.from_git(repository / "directory", "HEAD")
        monkeypatch.setenv(variable, str(repository.parent / "elsewhere"))
        assert source.from_git(directory, "HEAD") == committed
        assert source.commit(directory)

    def test_from_git_missing_directory_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Unusable):
            source.from_git(tmp_path / "none", "HEAD")

    def test_from_git_outside_a_repository_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        with pytest.raises(Unusable) as caught:
            source.from_git(write(tmp_path), "HEAD")
        assert "not a git repository" in str(caught.value.values["reason"])

    def test_from_git_without_git_installed_is_refused(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(Unusable) as caught:
            source.from_git(repository / "directory", "HEAD")
        assert "git is not installed" in caught.value.template

    def test_commit_returns_head_and_marks_changed_files_dirty(
        self, repository: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        directory, head = repository / "directory", git(repository, "rev-parse", "HEAD")
        (repository / "elsewhere").touch()
        assert source.commit(directory) == head
        (directory / "province.yml").write_text("changed")
        assert source.commit(directory) == f"{head}-dirty"
        assert source.commit(write(tmp_path_factory.mktemp("outside"))) == ""


class TestStaged:
    def test_staged_returns_the_index_and_not_the_disk(self, repository: Path) -> None:
        agencies = repository / "directory/agencies"
        (agencies / "a.yml").write_text("agency: a\n", encoding="utf-8")
        git(repository, "add", ".")
        (agencies / "a.yml").write_text("nonsense", encoding="utf-8")
        (agencies / "untracked.yml").touch()
        staged = {file.name: file.data for file in source.staged(repository / "directory")}
        assert set(staged) == {*SAMPLE, "agencies/a.yml"}
        assert staged["agencies/a.yml"] == b"agency: a\n"

    def test_committed_before_the_first_register_is_none(self, tmp_path: Path) -> None:
        directory = write(tmp_path / "directory")
        git(tmp_path, "init", "--quiet")
        assert source.staged(directory) == []
        assert source.committed(directory) is None
        git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Nothing")
        assert source.committed(directory) is None
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", "Register")
        assert source.committed(directory) == source.staged(directory) == source.from_directory(directory)


class TestDigest:
    def test_digest_any_changed_file_changes_it(self) -> None:
        digests = {
            source.digest(files(texts))
            for texts in (
                SAMPLE,
                {**SAMPLE, "agencies/stttt.yml": STTTT + "\n"},
                {**SAMPLE, "agencies/a.yml": ""},
                {**SAMPLE, "agencies/b.yml": ""},
                {name: text for name, text in SAMPLE.items() if name != "agencies/ubnd.yml"},
            )
        }
        assert len(digests) == 5

    def test_digest_does_not_depend_on_the_directory(self, tmp_path: Path) -> None:
        checked = check(source.from_directory(write(tmp_path)))
        assert checked.register is not None
        assert checked.register.digest == source.digest(files(SAMPLE))

    def test_digest_file_name_that_is_no_unicode_is_handled(self, tmp_path: Path) -> None:
        write(tmp_path)
        Path(os.fsdecode(os.fsencode(tmp_path / "agencies") + b"/\xff.yml")).touch()
        assert [f.rule.id for f in check(source.from_directory(tmp_path)).findings] == ["file-name"]


def test_from_directory_edited_while_reading_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files returned are of one moment."""
    write(tmp_path)
    real, edits = source._read, iter([b"# another\n"])

    def reading(directory: Path, name: str, size: int | None) -> source.File:
        file = real(directory, name, size)
        if name == "province.yml" and (text := next(edits, None)):
            (directory / "agencies/ubnd.yml").write_bytes(text)
        return file

    monkeypatch.setattr(source, "_read", reading)
    found = {file.name: file.data for file in source.from_directory(tmp_path)}
    assert found["agencies/ubnd.yml"] == b"# another\n"


def test_from_directory_file_removed_while_reading_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    real = source._read

    def reading(directory: Path, name: str, size: int | None) -> source.File:
        (directory / "agencies/ubnd.yml").unlink(missing_ok=True)
        return real(directory, name, size)

    monkeypatch.setattr(source, "_read", reading)
    assert [file.name for file in source.from_directory(tmp_path)] == ["agencies/stttt.yml", "province.yml"]


def test_from_directory_constantly_edited_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    real = source._read

    def reading(directory: Path, name: str, size: int | None) -> source.File:
        with (directory / "province.yml").open("a", encoding="utf-8") as file:
            file.write("#\n")
        return real(directory, name, size)

    monkeypatch.setattr(source, "_read", reading)
    with pytest.raises(source.Unusable, match="somebody is writing"):
        source.from_directory(tmp_path)
