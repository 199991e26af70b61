"""A repository of a register, of which each entry's origin is known."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

AN, BINH, CHI = (f"{name} <{name.lower()}@laocai.gov.vn>" for name in ("An", "Binh", "Chi"))


class Repository:
    """A clone in which somebody commits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str, who: str = AN, committer: str = "") -> str:
        (name, address), (other, there) = (each.rstrip(">").split(" <") for each in (who, committer or who))
        people = {"AUTHOR_NAME": name, "AUTHOR_EMAIL": address, "COMMITTER_NAME": other, "COMMITTER_EMAIL": there}
        environment = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        environment |= {f"GIT_{key}": value for key, value in people.items()}
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env={**os.environ, **environment},
            check=True,
            text=True,
            capture_output=True,
        )
        return done.stdout.strip()

    def commit(self, document: str, *words: str, who: str = AN, committer: str = "", message: str = "Change") -> str:
        agencies = self.folder / "agencies"
        agencies.mkdir(exist_ok=True)
        with (agencies / "stttt.yml").open("a") as file:
            file.write(f"- {{document: {document}}}\n")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", message, *words, who=who, committer=committer)
        return self.git("rev-parse", "HEAD")

    def merged(self, document: str, *words: str) -> tuple[str, str]:
        """A proposal of An's, merged by Binh: the proposal's commit, and the merge."""
        self.git("checkout", "--quiet", "-b", document.replace("/", "-"))
        change = self.commit(document)
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", *words, document.replace("/", "-"), who=BINH)
        return change, self.git("rev-parse", "HEAD")
