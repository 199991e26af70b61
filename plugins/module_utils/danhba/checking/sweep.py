"""All agencies' files examined: in several processes where it is much, and only those that have changed since."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from typing import Protocol

from yaml import _yaml

from .. import PACKAGE
from ..garbage import without_collection
from ..reading.source import File
from . import examination
from .examination import Examined

# Less than this is examined sooner than a second process starts.
WORTHWHILE = 2 * 1024**2
# Each process is given this many shares, so that none waits long for the others.
SHARES = 32

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
    examined = _examine([file for file, key in missing], system)
    for (file, _), result in zip(missing, examined, strict=True):
        found[file.name] = result
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


def _examine(files: list[File], system: frozenset[str]) -> Iterator[bytes]:
    done = 0
    for result in _together(files, system):
        done += 1
        yield result
    for file in files[done:]:
        yield _examined(file, system)


def _together(files: list[File], system: frozenset[str]) -> Iterator[bytes]:
    """The results of the first files, as far as several processes get: all, or none where that is not worthwhile.

    Less where the system has no semaphores or memory for them, one of them is killed, or this one may have none.
    """
    processes = len(os.sched_getaffinity(0))
    size = sum(len(file.data or b"") for file in files)
    if processes < 2 or size < WORTHWHILE or multiprocessing.current_process().daemon:
        return
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    with suppress(OSError, ImportError, NotImplementedError, BrokenExecutor), ProcessPoolExecutor(processes) as pool:
        shares = list(_shares(files, size // (processes * SHARES)))
        for results in pool.map(_share, shares, [system] * len(shares)):
            yield from results


def _shares(files: list[File], size: int) -> Iterator[list[File]]:
    """The files in lists of some `size` octets each."""
    share, held = [], 0
    for file in files:
        share.append(file)
        held += len(file.data or b"")
        if held >= size:
            yield share
            share, held = [], 0
    if share:
        yield share


@without_collection()
def _share(files: list[File], system: frozenset[str]) -> list[bytes]:
    return [_examined(file, system) for file in files]


def _examined(file: File, system: frozenset[str]) -> bytes:
    return examination.dump(examination.examine(file, system))
