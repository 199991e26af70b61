"""Messages that are held: files for root alone, from when they leave the mailbox until they are erased or put back.

A secret, too, has to be kept for so long, or a hold by mistake would be for ever; nobody else can reach it.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from pathlib import Path

from .. import durable
from .plan import Copy


class Held:
    """The folder of one recall."""

    def __init__(self, folder: Path, recall: str) -> None:
        self._folder = folder / recall

    def path(self, copy: Copy) -> Path:
        """Where a copy is, or would be: named by what it is known by, and nothing that a user chose."""
        return self._folder / hashlib.sha256("\n".join(map(str, copy.key)).encode()).hexdigest()

    def keep(self, copy: Copy, octets: bytes) -> None:
        """Keep a copy, as a whole or not at all; `sync` has it stay whatever happens."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.write(self.path(copy), octets, named=False)

    def has(self, copy: Copy) -> bool:
        """Whether it is kept."""
        return self.path(copy).exists()

    def drop(self, copy: Copy) -> None:
        """Forget one copy; with the last one its folder goes."""
        self.path(copy).unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()

    def end(self) -> None:
        """Forget all of the recall."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def sync(self) -> None:
        """Have the disk know the names of all that is kept."""
        if not self._folder.is_dir():
            return
        durable.sync(self._folder)
