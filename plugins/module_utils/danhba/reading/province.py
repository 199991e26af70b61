"""Reads name, domain, host and regulation from the province's file, for texts shown to people.

Reads leniently: a file with mistakes gives empty values. `loader.province` is the strict reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..model.regulation import Regulation, of_file
from .source import PROVINCE, File

# The folder of the register in a province's repository.
FOLDER = Path("directory")
# Name, domain and host of the sample register of this project, from which the examples in its pages are taken.
SAMPLE = ("Lào Cai", "laocai.gov.vn", "mail.laocai.gov.vn")
_EXAMPLES = {"stttt": "coquan", "STTTT": "COQUAN"}


@dataclass(frozen=True, slots=True)
class Stated:
    """Name, domain and host of the province, empty where the file does not state them, and its regulation."""

    name: str = ""
    domain: str = ""
    host: str = ""
    regulation: Regulation = field(default_factory=Regulation)

    def adapt(self, text: str) -> str:
        """Return a text of this project with the province's own names in place of those of the sample register."""
        if not self.domain or (self.name, self.domain, self.host) == SAMPLE:
            return text
        name, domain, host = SAMPLE
        for sample, own in {host: self.host, domain: self.domain, name: self.name, **_EXAMPLES}.items():
            text = text.replace(sample, own)
        return text


def in_files(files: Iterable[File]) -> Stated:
    """Return what the province's file among the files of a register states; an empty `Stated` where there is none."""
    return next((_stated(file.data or b"") for file in files if file.name == PROVINCE), Stated())


def in_folder(directory: Path = FOLDER) -> Stated:
    """Return what the province's file in a folder states; an empty `Stated` where it cannot be read."""
    try:
        return _stated((directory / PROVINCE).read_bytes())
    except OSError:
        return Stated()


def _stated(data: bytes) -> Stated:
    try:
        content = yaml.load(data, yaml.CBaseLoader)  # noqa: S506 - all values are texts
    except (yaml.YAMLError, UnicodeError):
        return Stated()
    if not isinstance(content, dict):
        return Stated()
    name, domain, host = (" ".join(str(content.get(key, "")).split()) for key in ("province", "domain", "host"))
    regulation = content.get("regulation")
    stated = {**regulation, "province": name} if isinstance(regulation, dict) else {"province": name}
    return Stated(name, domain, host, of_file(stated))
