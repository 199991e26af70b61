"""Edits a copy of a register as an agency's editor would: appending, never rewriting."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.factory import official_yaml

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RegisterCopy:
    """A register that a test may change."""

    path: Path

    @classmethod
    def of_the_sample(cls, folder: Path) -> RegisterCopy:
        """The sample register, copied into a folder."""
        return cls(Path(shutil.copytree(PROJECT / "directory", folder / "directory")))

    def agency(self, code: str) -> Path:
        """An agency's file."""
        return self.path / f"agencies/{code}.yml"

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace the first occurrence of a text, which must be there."""
        file = self.path / name
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def extend(self, code: str, person: str, lines: str) -> None:
        """Add lines to the end of a person's last entry in an agency."""
        file = self.agency(code)
        entries = re.split(r"(?m)^(?=  - id:)", file.read_text(encoding="utf-8"))
        index = max(i for i, entry in enumerate(entries) if entry.startswith(f'  - id: "{person}"'))
        entry, comment = re.fullmatch(r"(?s)(.*?\n)((?:  #.*\n)*)", entries[index]).groups()  # type: ignore[union-attr]
        entries[index] = f"{entry}    {lines}\n{comment}"
        file.write_text("".join(entries), encoding="utf-8")

    def close(self, code: str, person: str, day: str, *, event: str = "retired", document: str = "77/QĐ-UBND") -> None:
        """Close a person's mailbox."""
        self.extend(code, person, f"closed: {{document: {document}, date: {day}, event: {event}}}")

    def suspend(self, code: str, person: str, day: str) -> None:
        """Suspend a person's mailbox until further notice."""
        self.extend(code, person, f"suspended:\n      - {{document: 9/QĐ-UBND, date: {day}}}")

    def append(self, code: str, person: str, name: str, day: str, *, event: str = "recruited") -> None:
        """Open a mailbox at the end of an agency's file."""
        opened = {"document": "78/QĐ-UBND", "date": day, "event": event}
        with self.agency(code).open("a", encoding="utf-8") as file:
            file.write(official_yaml(id=person, name=name, opened=opened))

    def transfer(self, person: str, name: str, *, old: str, new: str, day: str) -> None:
        """Move a person from one agency to another."""
        self.close(old, person, day, event="transferred", document="78/QĐ-UBND")
        self.append(new, person, name, day, event="transferred")
