"""Editors' clones of one forge, with real git, and the commands as those people type them."""

from __future__ import annotations

from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from danhba.cli import main
from danhba.governance import branch, jobs
from danhba.governance.branch import Clone
from tests.factory import official_yaml
from tests.support.forges import git
from tests.support.registers import agency, person, register, write

DAY = "2026-01-05"
HOOK = """#!/bin/sh
echo 'Create a pull request for this:' >&2
printf 'Ng\\341y\n' >&2 # no text
echo '  https://forge.example/laocai/register/compare/main...x' >&2
"""


@dataclass
class Desk:
    """Somebody's clone, and the commands as that person types them."""

    clone: Path

    def danhba(self, *arguments: str, status: int = 0, speaking: str = "en") -> str:
        """What a command says in a language; it must end with that status."""
        cache = str(self.clone.parent / "cache")
        environment = {"LANGUAGE": speaking, "XDG_CACHE_HOME": cache, "GIT_CONFIG_GLOBAL": "/dev/null"}
        with chdir(self.clone):
            done = CliRunner(env=environment).invoke(main, arguments)
        assert done.exit_code == status, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.output

    def git(self, *arguments: str) -> str:
        return git(self.clone, *arguments)

    def file(self, code: str) -> Path:
        return self.clone / f"directory/agencies/{code}.yml"

    def add(self, code: str, id_: str, name: str) -> None:
        """Add an official to the end of an agency's file."""
        opened = {"document": "1/QĐ-UBND", "date": DAY, "event": "recruited"}
        with self.file(code).open("a", encoding="utf-8") as file:
            file.write(official_yaml(id=id_, name=name, title=None, opened=opened))

    @property
    def branch(self) -> str:
        """The branch that it is on; back on main, the one that was sent last."""
        here = self.git("branch", "--show-current")
        sent = jobs.load(self.found).sent if here == "main" else ()
        return sent[-1].branch if sent else here

    @property
    def found(self) -> Clone:
        return branch.find(self.clone / "directory")

    def knows(self, *names: str) -> None:
        """Let it know of these branches of the forge and no others, and not which of them is the main one."""
        self.git("remote", "set-head", "origin", "--delete")
        commit = self.git("rev-parse", "HEAD")
        self.git("update-ref", "-d", "refs/remotes/origin/main")
        for name in names:
            self.git("update-ref", f"refs/remotes/origin/{name}", commit)


@dataclass
class Forge:
    """A bare repository, and what its main branch takes."""

    path: Path

    def git(self, *arguments: str) -> str:
        return git(self.path, *arguments)

    def merge(self, branch: str) -> None:
        """Approve a branch that is ahead of main: as a forge does without a commit of its own."""
        git(self.path, "merge-base", "--is-ancestor", "main", branch)
        self.git("update-ref", "refs/heads/main", branch)

    def text(self, branch: str, code: str) -> str:
        return self.git("show", f"{branch}:directory/agencies/{code}.yml")


def a_forge(tmp_path: Path) -> Forge:
    """A forge whose main branch has a small register of two agencies."""
    seed = tmp_path / "seed"
    seed.mkdir()
    git(seed, "init", "--quiet", "--initial-branch", "main")
    staff = (person("001", "Lò Thị Mai Hoa", "2010-10-15"), person("002", "Giàng Seo Phử", "2010-10-15"))
    write(
        seed / "directory", register(agency("snv", *staff), agency("stc", person("009", "Sùng A Tếnh", "2010-10-15")))
    )
    (seed / "README.md").write_text("Sổ\n", encoding="utf-8")
    for command in (("add", "."), ("commit", "--quiet", "--message", "Sổ")):
        git(seed, *command)
    path = tmp_path / "forge.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(seed), str(path))
    hook = path / "hooks/post-receive"
    hook.write_text(HOOK, encoding="utf-8")
    hook.chmod(0o755)
    return Forge(path)


def two_desks(forge: Forge, tmp_path: Path) -> tuple[Desk, Desk]:
    """Two editors' clones of a forge."""
    found = []
    for name in ("mot", "hai"):
        git(tmp_path, "clone", "--quiet", str(forge.path), name)
        desk = Desk(tmp_path / name)
        desk.git("config", "user.name", name)
        desk.git("config", "user.email", f"{name}@example.org")
        found.append(desk)
    return found[0], found[1]
