"""A directory with the sample register, in which the commands for lists are run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

from danhba import cli
from tests.support.registers import Texts, write


class Office:
    """A directory with the sample register, and the commands run in it, in English."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / "directory/agencies/stttt.yml"
        write(path / "directory")
        self.before = self.file.read_bytes()

    def keep(self, texts: Texts) -> None:
        """Have another register in place of the sample."""
        for file in self.file.parent.iterdir():
            file.unlink()
        write(self.path / "directory", texts)

    def run(self, *arguments: object) -> Result:
        """Run a command; whatever is given, nobody meets a traceback."""
        result = CliRunner().invoke(cli.main, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    def import_(self, data: bytes, *more: object, name: str = "list.xlsx") -> Result:
        """Import a list for the sample's agency, by a document of 2010."""
        (self.path / name).write_bytes(data)
        cited = ("--document", "45/QĐ-STTTT", "--date", "2010-11-15", "--lang", "en")
        return self.run("import", self.path / name, "--agency", "stttt", *cited, *more)

    def entries(self) -> list[dict[str, Any]]:
        """The entries of people that were added to the agency's file."""
        former: list[dict[str, Any]] = yaml.safe_load(self.before)["people"]
        now: list[dict[str, Any]] = yaml.safe_load(self.file.read_text("utf-8"))["people"]
        assert now[: len(former)] == former
        return now[len(former) :]

    @property
    def is_unchanged(self) -> bool:
        """Whether the agency's file is as it was, to the byte."""
        return self.file.read_bytes() == self.before
