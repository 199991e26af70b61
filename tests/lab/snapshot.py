"""A host as it was at one moment: its root file system, kept read only for further hosts to lie over."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.lab.shell import write

_UPPER, _DESCRIPTION = "upper", "snapshot.json"


@dataclass(frozen=True)
class Snapshot:
    """What one host had written, and the address and full name that it was deployed with.

    ``below`` is what that lies over, the topmost first: snapshots, and last an image.
    """

    directory: Path
    below: tuple[Path, ...]
    address: str
    fqdn: str

    @classmethod
    def load(cls, directory: Path) -> Self | None:
        """The snapshot whose directory this is; None when it was never completely written."""
        try:
            fields = json.loads((directory / _DESCRIPTION).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return cls(directory, tuple(Path(layer) for layer in fields["below"]), fields["address"], fields["fqdn"])

    @classmethod
    def keep(cls, directory: Path, upper: Path, image: Path, *, address: str, fqdn: str) -> Self:
        """Move what a host has written over its image here; nothing of the host may run.

        The description comes last, so what is left of an interrupted move is no snapshot.
        """
        directory.mkdir(parents=True)
        upper.rename(directory / _UPPER)
        below = layers(image)
        fields = {"below": [str(layer) for layer in below], "address": address, "fqdn": fqdn}
        write(directory / _DESCRIPTION, json.dumps(fields, indent=2) + "\n", 0o600)
        return cls(directory, below, address, fqdn)

    @property
    def name(self) -> str:
        """Its name in the lab."""
        return self.directory.name

    @property
    def image(self) -> Path:
        """What hosts are said to lie over."""
        return self.directory / _UPPER


def snapshot_of(image: Path) -> Snapshot | None:
    """The snapshot that a host lies over; None where it lies over a root file system as it was built."""
    return Snapshot.load(image.parent)


def layers(image: Path) -> tuple[Path, ...]:
    """The directories that make up an image or a snapshot's, the topmost first, as overlayfs takes them."""
    snapshot = snapshot_of(image)
    return (image, *snapshot.below) if snapshot else (image,)
