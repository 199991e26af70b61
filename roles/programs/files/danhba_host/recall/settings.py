"""The settings of recalls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_OPERATOR = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63} (ssh|ecdsa|sk-ssh|sk-ecdsa)[a-z0-9@.-]* [A-Za-z0-9+/]+={0,3}")


def check_operators(operators: Sequence[str]) -> None:
    """ValueError where one of those who may confirm is not named with a key, or two have the same name or key."""
    for operator in operators:
        if not _OPERATOR.fullmatch(operator):
            raise ValueError(f"operators: cần 'tên loại-khóa khóa' -- 'name type key' is needed: {operator!r}")
    for column in ("name", "key"):
        values = [operator.split(" ")[0 if column == "name" else 2] for operator in operators]
        if len(set(values)) < len(values):
            raise ValueError(f"operators: hai người cùng {column} -- two have the same {column}")


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database with the schema `recall`.
        database_socket_dir: folder of the Unix socket of its server.
        store: folder of all mailboxes, of which closed ones are read as files.
        folder: where held messages wait for their end, for root alone.
        operators: who may confirm that a message is erased: a name, the type of the key and the public key of each.
    """

    database: str
    database_socket_dir: str
    store: str
    folder: str
    operators: list[str]

    def __post_init__(self) -> None:
        """Refuse what could not work.

        Raises:
            ValueError: an operator is not named with a key, or two have the same name or key.
        """
        check_operators(self.operators)
        if not (self.folder.startswith("/") and self.store.startswith("/")):
            raise ValueError("folder, store phải là đường dẫn tuyệt đối -- folder and store must be absolute paths")
