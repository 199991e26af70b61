"""What a province's file says of itself, for texts shown beside a register: read leniently, checked elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ..model.regulation import Regulation, of_file
from .source import PROVINCE, File

# Where a province's repository has its register.
FOLDER = Path("directory")
# The register that comes with this project, which the examples of its pages are of.
SAMPLE = ("Lào Cai", "laocai.gov.vn", "mail.laocai.gov.vn")
_EXAMPLES = {"stttt": "coquan", "STTTT": "COQUAN"}


@dataclass(frozen=True, slots=True)
class Stated:
    """Name, domain and host of the province, empty where the file does not say them, and the regulation it goes by."""

    name: str = ""
    domain: str = ""
    host: str = ""
    regulation: Regulation = field(default_factory=Regulation)

    def adapt(self, text: str) -> str:
        """A text of this project as the province shows it: with its own names in place of the sample's."""
        if not self.domain or (self.name, self.domain, self.host) == SAMPLE:
            return text
        name, domain, host = SAMPLE
        for sample, own in {host: self.host, domain: self.domain, name: self.name, **_EXAMPLES}.items():
            text = text.replace(sample, own)
        return text


def in_files(files: Iterable[File]) -> Stated:
    """What the province's file among those of a register says."""
    return next((_stated(file.data or b"") for file in files if file.name == PROVINCE), Stated())


def in_folder(directory: Path = FOLDER) -> Stated:
    """What the file of a folder says; nothing where there is none that can be read."""
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
