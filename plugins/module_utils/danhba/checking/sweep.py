"""Examine all agencies' files; of those whose results are cached, load the results.

One process examines them: without a cache 20,000 officials take 2.9 s on an idle machine, two processes took
2.4 s. After a change one or two files are examined.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from typing import Protocol

from yaml import _yaml

from .. import PACKAGE
from ..reading.source import File
from . import examination
from .examination import Examined

Progress = Callable[[int], None]


class Results(Protocol):
    """Where results are kept: by a key that says all they depend on."""

    def get(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Those that are there."""

    def put(self, results: dict[bytes, bytes]) -> None:
        """Keep more."""


def sweep(
    files: list[File], system: frozenset[str], results: Results | None = None, progress: Progress | None = None
) -> Iterator[tuple[File, Examined]]:
    """Each file with what was made of it, in the order of the files; `progress` hears how many are done."""
    keys = [_key(file, system) for file in files] if results else [b""] * len(files)
    known = results.get(keys) if results else {}
    missing = [(file, key) for file, key in zip(files, keys, strict=True) if key not in known]
    found = {}
    for file, _ in missing:
        found[file.name] = _examined(file, system)
        if progress:
            progress(len(files) - len(missing) + len(found))
    if results and found:
        results.put({key: found[file.name] for file, key in missing})
    for file, key in zip(files, keys, strict=True):
        yield file, _loaded(file, found.pop(file.name, b"") or known[key], system)


def _loaded(file: File, result: bytes, system: frozenset[str]) -> Examined:
    """What a result says; of one that was kept and is none, the file tells again."""
    try:
        return examination.load(result, file.path)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error):
        return examination.load(_examined(file, system), file.path)


def _key(file: File, system: frozenset[str]) -> bytes:
    content = "unread" if file.data is None else file.sha256
    whole = f"{_fingerprint()}\n{sorted(system)}\n{file.name}\n{content}"
    return hashlib.blake2b(whole.encode(errors="surrogateescape"), digest_size=20).digest()


@cache
def _fingerprint() -> str:
    """Of this package and of what it reads and spells with: what another version of the rules found says nothing."""
    whole = hashlib.blake2b(repr(_versions()).encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _versions() -> list[str]:
    """Of Python, which has Unicode's tables, of YAML, of the letters without marks, and of what keeps the results."""
    return [sys.version, _yaml.get_version_string(), *map(version, ("PyYAML", "Unidecode", "orjson"))]


def _examined(file: File, system: frozenset[str]) -> bytes:
    return examination.dump(examination.examine(file, system))
