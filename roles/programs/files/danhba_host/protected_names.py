"""Writes the names of officials and agencies for the gate, which warns of strangers who use them (R10.4).

Each line is a name's words without diacritics in alphabetical order, so that neither diacritics nor word order matter.
Names of one word are left out: strangers may have them.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import durable, program
from .database import connect, translated
from .journal import Refused

ROLE = "danhba_notices"
FILE = "names.map"
# Names of officials and agencies, and the agencies' codes as in their addresses.
_NAMES = "SELECT name FROM addressbook.mailbox UNION SELECT agency_name FROM addressbook.mailbox"
_OTHER_LETTERS = str.maketrans("đĐ", "dd")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        folder: folder of the file.
    """

    database: str
    database_socket_dir: str
    folder: str


def fold(name: str) -> str:
    """Return the words of a name without diacritics and case, in alphabetical order, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name.translate(_OTHER_LETTERS)).lower()
    return "-".join(sorted(_WORD.findall("".join(each for each in plain if not unicodedata.combining(each)))))


def lines(names: Iterable[str]) -> str:
    """Return the file's content."""
    return "".join(f"{each}\n" for each in sorted({fold(name) for name in names}) if "-" in each)


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Write the file if it changes.

    Raises:
        Away, Refused
    """
    with (
        translated(),
        connect(settings, ROLE, program="danhba-protected-names") as database,
    ):
        text = lines(name for (name,) in database.execute(_NAMES).fetchall())
    try:
        _replace(Path(settings.folder, FILE), text)
    except OSError as error:
        raise Refused(f"không ghi được tên -- the names cannot be written: {error}") from error
    return ""


def _replace(path: Path, text: str) -> None:
    """Replace a file by this text unless it has it already."""
    if path.exists() and path.read_text(encoding="ascii") == text:
        return
    durable.write(path, text, 0o640)  # rspamd reads it by its group


def main(words: Sequence[str] | None = None) -> int:
    """Run once; print only faults."""
    return program.run(program.parser("protected_names", __doc__, "protected-names.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
