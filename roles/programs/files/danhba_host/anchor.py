"""Installs the root trust anchor of Debian's package dns-root-data for unbound, where unbound's own file has none.

unbound keeps its file up to date (RFC 5011), so a file that has a root key stays as it is unless the package is newer.
Debian's own `unbound-helper` compares only these dates, and runs as root. This program runs as the user `unbound`: by
role resolver before `unbound-checkconf` reads the file, and by the unit before unbound starts.
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
# A key in the file, as the package or unbound writes it: `. IN DNSKEY 257 …`, `. 172800 IN DNSKEY 257 …`, `. IN DS …`.
_OF_THE_ROOT = re.compile(r"^[.]\s+(?:\d+\s+)?(?:IN\s+)?(?:DNSKEY\s+257|DS)\s", re.MULTILINE | re.IGNORECASE)
# The marker that unbound writes when every key of its file was revoked; with it, unbound accepts unsigned answers.
_REVOKED = re.compile(r"^;;REVOKED", re.MULTILINE)
_WAY_OUT = (
    "Chạy `apt-get install --reinstall dns-root-data`, xóa {key} rồi chạy lại. "
    "-- Run `apt-get install --reinstall dns-root-data`, remove {key}, then run again."
)


def lay(key: Path, package: Path) -> str:
    """Copy the package's root key over unbound's file if that has none; return what was done, empty if nothing.

    Raises:
        Refused: the package has no key either, or the file cannot be replaced.
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
    """The reason why the file has to be replaced; empty if it is usable."""
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
    """The content of a file; empty if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _names_the_root(text: str) -> bool:
    """Whether unbound would find a root key in this text, and validate answers by it."""
    return bool(_OF_THE_ROOT.search(text)) and not _REVOKED.search(text)


def _replace(key: Path, package: Path) -> None:
    """Copy the package's file with its modification time, atomically."""
    durable.write(key, package.read_text(encoding="utf-8", errors="replace"), mode=0o644)
    os.utime(key, (package.stat().st_atime, package.stat().st_mtime))


def main(words: Sequence[str] | None = None) -> int:
    """Replace an unusable anchor, and print the reason; print nothing otherwise."""
    parser = argparse.ArgumentParser("danhba-host anchor", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--key", type=Path, default=KEY)
    parser.add_argument("--package", type=Path, default=PACKAGE)
    given = parser.parse_args(words)
    return journal.run(lambda: lay(given.key, given.package))


if __name__ == "__main__":
    sys.exit(main())
