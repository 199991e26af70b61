"""Gives unbound a root key to begin with, where its own file has none: the one of Debian's package dns-root-data.

unbound keeps the file up to date by itself (RFC 5011), so a file that names a key of the root is left as it is, unless
the package is younger; that is what Debian's own `unbound-helper` goes by, which runs as root and looks at nothing
else. It is run as the user `unbound`: by the role resolver before `unbound-checkconf` reads the file, and by the unit
before unbound does.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from . import durable, journal
from .journal import Refused

KEY, PACKAGE = Path("/var/lib/unbound/root.key"), Path("/usr/share/dns/root.key")
# A line of the file, as the package or unbound wrote it: `. IN DNSKEY 257 …`, `. 172800 IN DNSKEY 257 …`, `. IN DS …`.
_OF_THE_ROOT = re.compile(r"^[.]\s+(?:\d+\s+)?(?:IN\s+)?(?:DNSKEY\s+257|DS)\s", re.MULTILINE | re.IGNORECASE)
# What unbound writes on top once each key of its file was revoked; from then on it believes any answer.
_REVOKED = re.compile(r"^;;REVOKED", re.MULTILINE)
_WAY_OUT = (
    "Chạy `apt-get install --reinstall dns-root-data`, xóa {key} rồi chạy lại. "
    "-- Run `apt-get install --reinstall dns-root-data`, remove {key}, then run again."
)


def lay(key: Path, package: Path) -> str:
    """Put the package's root key into unbound's file where that has none; what was done, nothing where it has one.

    Raises:
        Refused: the package has none either, or the file cannot be replaced.
    """
    fault = _fault_of(key, package)
    if not fault:
        return ""
    if not _names_the_root(_text(package)):
        raise Refused(
            f"{package}: không có khóa gốc DNSSEC -- it has no root key of DNSSEC. {_WAY_OUT.format(key=key)}"
        )
    try:
        _replace(key, package)
    except OSError as error:
        raise Refused(f"{key}: không ghi được -- it cannot be written: {error}. {_WAY_OUT.format(key=key)}") from None
    return f"{key}: {fault}; đã lấy khóa gốc của {package} -- the root key of {package} was taken"


def _fault_of(key: Path, package: Path) -> str:
    """Why the file has to be replaced; nothing where it need not be."""
    text = _text(key)
    if not key.exists():
        return "chưa có -- not there"
    if not _names_the_root(text):
        return "không có khóa gốc nào -- no key of the root is in it"
    if not os.access(key, os.W_OK):
        return "unbound không ghi được -- unbound cannot write it"
    if _names_the_root(_text(package)) and package.stat().st_mtime > key.stat().st_mtime:
        return "cũ hơn gói dns-root-data -- older than the package dns-root-data"
    return ""


def _text(path: Path) -> str:
    """What is in a file; nothing where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _names_the_root(text: str) -> bool:
    """Whether unbound would have a key of the root by this file, and validate by it."""
    return bool(_OF_THE_ROOT.search(text)) and not _REVOKED.search(text)


def _replace(key: Path, package: Path) -> None:
    """Copy the package's file with its time, whole or not at all."""
    durable.write(key, package.read_text(encoding="utf-8", errors="replace"), mode=0o644)
    os.utime(key, (package.stat().st_atime, package.stat().st_mtime))


def main(words: Sequence[str] | None = None) -> int:
    """Say what was laid down, or nothing."""
    parser = argparse.ArgumentParser("danhba-host anchor", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--key", type=Path, default=KEY)
    parser.add_argument("--package", type=Path, default=PACKAGE)
    given = parser.parse_args(words)
    return journal.run(lambda: lay(given.key, given.package))


if __name__ == "__main__":
    sys.exit(main())
