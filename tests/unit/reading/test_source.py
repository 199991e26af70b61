"""Files of a register on disk and in git."""

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
    def test_the_files_by_name(self, tmp_path: Path) -> None:
        (write(tmp_path) / "agencies" / ".stttt.yml.swp").touch()
        (tmp_path / "README.md").touch()
        found = source.from_directory(tmp_path)
        assert {file.name: (file.data or b"").decode() for file in found} == SAMPLE
        assert [file.path for file in found] == [
            str(tmp_path / name) for name in ("agencies/stttt.yml", "agencies/ubnd.yml", "province.yml")
        ]

    def test_links_folders_and_large_files_are_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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

    def test_without_a_province(self, tmp_path: Path) -> None:
        write(tmp_path, {"agencies/ubnd.yml": UBND})
        assert places(check(source.from_directory(tmp_path)).findings) == ["province.yml:1:1 province-missing"]

    def test_a_folder_that_is_a_link(self, tmp_path: Path) -> None:
        write(tmp_path / "elsewhere")
        (tmp_path / "register").mkdir()
        (tmp_path / "register" / "agencies").symlink_to(tmp_path / "elsewhere" / "agencies")
        with pytest.raises(Unusable, match="symbolic link"):
            source.from_directory(tmp_path / "register")

    def test_more_than_a_register_has(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(source, "LARGEST_REGISTER", 1000)
        with pytest.raises(Unusable, match="more than"):
            source.from_directory(write(tmp_path))

    def test_more_files_than_a_register_has(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path)
        monkeypatch.setattr(source, "LARGEST_FILES", 3)
        assert len(source.from_directory(tmp_path)) == 3
        (tmp_path / "agencies/a.yml").touch()
        with pytest.raises(Unusable, match="no register has so many"):
            source.from_directory(tmp_path)

    def test_no_directory(self, tmp_path: Path) -> None:
        with pytest.raises(Unusable) as caught:
            source.from_directory(tmp_path / "none")
        assert caught.value.values == {"path": tmp_path / "none"}

    def test_no_register(self, tmp_path: Path) -> None:
        with pytest.raises(Unusable) as caught:
            source.from_directory(tmp_path)
        assert caught.value.values == {"path": tmp_path, "name": "agencies"}

    def test_no_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: Path) -> bytes:
            raise PermissionError(13, "Permission denied", str(path))

        write(tmp_path)
        monkeypatch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(Unusable) as caught:
            source.from_directory(tmp_path)
        assert caught.value.values == {"path": str(tmp_path / "agencies/stttt.yml"), "reason": "Permission denied"}


class TestGit:
    def test_the_same_files_as_were_committed(self, repository: Path) -> None:
        directory = repository / "directory"
        committed = source.from_directory(directory)
        (directory / "agencies" / "stttt.yml").write_text("changed")
        assert source.from_git(directory, "HEAD") == committed
        assert source.from_git(directory, git(repository, "rev-parse", "--short", "HEAD")) == committed

    def test_what_is_no_plain_file_is_not_read(self, repository: Path) -> None:
        agencies = repository / "directory" / "agencies"
        (agencies / "link.yml").symlink_to("stttt.yml")
        (agencies / ".hidden.yml").touch()
        git(repository, "add", ".")
        head = git(repository, "rev-parse", "HEAD")
        git(repository, "update-index", "--add", "--cacheinfo", f"160000,{head},directory/agencies/module.yml")
        git(repository, "commit", "--quiet", "--message", "Links")
        read = {file.name: file.data is not None for file in source.from_git(repository / "directory", "HEAD")}
        assert read == {**dict.fromkeys(SAMPLE, True), "agencies/link.yml": False, "agencies/module.yml": False}

    def test_a_commit_without_a_register(self, repository: Path) -> None:
        git(repository, "rm", "--quiet", "-r", "--cached", ".")
        git(repository, "commit", "--quiet", "--allow-empty", "--message", "Nothing")
        with pytest.raises(Unusable, match="has no register"):
            source.from_git(repository / "directory", "HEAD")

    @pytest.mark.parametrize("revision", ["none", "HEAD~9"])
    def test_an_unknown_revision(self, repository: Path, revision: str) -> None:
        with pytest.raises(Unusable) as caught:
            source.from_git(repository / "directory", revision)
        assert caught.value.values["revision"] == revision
        assert "not a valid object name" in str(caught.value.values["reason"]).lower()

    @pytest.mark.parametrize("revision", ["--output=x", "-x", ""])
    def test_an_option_is_no_revision(self, repository: Path, revision: str) -> None:
        with pytest.raises(Unusable, match="such as origin/main") as caught:
            source.from_git(repository / "directory", revision)
        assert caught.value.values == {"revision": revision}

    def test_dotfiles_and_folders_are_as_on_disk(self, repository: Path) -> None:
        agencies = repository / "directory" / "agencies"
        for name in (".gitattributes", "sub/x.yml", "sub/.keep", ".sub/x.yml"):
            (agencies / name).parent.mkdir(exist_ok=True)
            (agencies / name).write_text("x: 1\n", encoding="utf-8")
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "--message", "Folder")
        found = source.from_git(repository / "directory", "HEAD")
        assert found == source.from_directory(repository / "directory")
        assert places(check(found).findings) == [f"{agencies}/sub:1:1 file-name"]

    def test_one_blob_under_many_names(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What counts is what it becomes: so many files, of so many bytes."""
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
    def test_where_a_hook_runs_is_not_where_the_register_is(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        directory, committed = repository / "directory", source.from_git(repository / "directory", "HEAD")
        monkeypatch.setenv(variable, str(repository.parent / "elsewhere"))
        assert source.from_git(directory, "HEAD") == committed
        assert source.commit(directory)

    def test_no_directory(self, tmp_path: Path) -> None:
        with pytest.raises(Unusable):
            source.from_git(tmp_path / "none", "HEAD")

    def test_no_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        with pytest.raises(Unusable) as caught:
            source.from_git(write(tmp_path), "HEAD")
        assert "not a git repository" in str(caught.value.values["reason"])

    def test_no_git(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(Unusable) as caught:
            source.from_git(repository / "directory", "HEAD")
        assert "git is not installed" in caught.value.template

    def test_the_commit_of_a_register(self, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        directory, head = repository / "directory", git(repository, "rev-parse", "HEAD")
        (repository / "elsewhere").touch()
        assert source.commit(directory) == head
        (directory / "province.yml").write_text("changed")
        assert source.commit(directory) == f"{head}-dirty"
        assert source.commit(write(tmp_path_factory.mktemp("outside"))) == ""


class TestStaged:
    def test_the_index_and_not_the_disk(self, repository: Path) -> None:
        agencies = repository / "directory/agencies"
        (agencies / "a.yml").write_text("agency: a\n", encoding="utf-8")
        git(repository, "add", ".")
        (agencies / "a.yml").write_text("nonsense", encoding="utf-8")
        (agencies / "untracked.yml").touch()
        staged = {file.name: file.data for file in source.staged(repository / "directory")}
        assert set(staged) == {*SAMPLE, "agencies/a.yml"}
        assert staged["agencies/a.yml"] == b"agency: a\n"

    def test_before_the_first_register(self, tmp_path: Path) -> None:
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
    def test_any_change_changes_it(self) -> None:
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

    def test_it_is_that_of_the_register_whatever_the_path(self, tmp_path: Path) -> None:
        checked = check(source.from_directory(write(tmp_path)))
        assert checked.register is not None
        assert checked.register.digest == source.digest(files(SAMPLE))

    def test_a_name_that_is_no_text(self, tmp_path: Path) -> None:
        write(tmp_path)
        Path(os.fsdecode(os.fsencode(tmp_path / "agencies") + b"/\xff.yml")).touch()
        assert [f.rule.id for f in check(source.from_directory(tmp_path)).findings] == ["file-name"]


def test_one_that_is_edited_meanwhile_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes back is the files of one moment."""
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


def test_a_file_that_is_taken_away_while_the_register_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    real = source._read

    def reading(directory: Path, name: str, size: int | None) -> source.File:
        (directory / "agencies/ubnd.yml").unlink(missing_ok=True)
        return real(directory, name, size)

    monkeypatch.setattr(source, "_read", reading)
    assert [file.name for file in source.from_directory(tmp_path)] == ["agencies/stttt.yml", "province.yml"]


def test_one_that_never_rests_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    real = source._read

    def reading(directory: Path, name: str, size: int | None) -> source.File:
        with (directory / "province.yml").open("a", encoding="utf-8") as file:
            file.write("#\n")
        return real(directory, name, size)

    monkeypatch.setattr(source, "_read", reading)
    with pytest.raises(source.Unusable, match="somebody is writing"):
        source.from_directory(tmp_path)
