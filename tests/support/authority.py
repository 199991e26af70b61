"""A private certificate authority for tests, such as a province may have."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Authority:
    """Its certificate and key, in a folder."""

    certificate: Path
    key: Path

    @classmethod
    def read(cls, folder: Path) -> Authority:
        """That of a folder."""
        return cls(folder / "ca.crt", folder / "ca.key")

    @classmethod
    def make(cls, folder: Path) -> Authority:
        """A new one."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls.read(folder)
        _openssl(
            *("req", "-x509", *CURVE, "-keyout", made.key, "-out", made.certificate, "-days", "30"),
            *("-subj", "/CN=CA of a test", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )
        return made

    def below(self, folder: Path) -> Authority:
        """One that this one answers for: an intermediate."""
        folder.mkdir(parents=True, exist_ok=True)
        made = Authority.read(folder)
        _openssl(
            *("req", "-x509", "-CA", self.certificate, "-CAkey", self.key, *CURVE, "-subj", "/CN=CA in between"),
            *("-days", "30", "-keyout", made.key, "-out", made.certificate),
            *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )
        return made

    def issue(self, path: Path, names: Sequence[str], days: int = 20) -> None:
        """A certificate for names into `path`.crt, and its key into `path`.key; one that has ended where `days` < 0."""
        listed = ",".join(f"DNS:{name}" for name in names)
        when = ("-not_before", "20200101000000Z", "-not_after", "20210101000000Z") if days < 0 else ("-days", str(days))
        _openssl(
            *("req", "-x509", "-CA", self.certificate, "-CAkey", self.key, *CURVE, "-subj", f"/CN={names[0]}", *when),
            *("-keyout", path.with_suffix(".key"), "-out", path.with_suffix(".crt")),
            *("-addext", f"subjectAltName={listed}", "-addext", "basicConstraints=critical,CA:FALSE"),
        )


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
