"""The settings of archiving."""

from __future__ import annotations

from dataclasses import dataclass

from ..recall.settings import check_operators


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database with the schema `archive`.
        database_socket_dir: folder of the Unix socket of its server.
        store: folder of the mailboxes, each in `kind/id`.
        folder: where sealed files wait until the controller has them.
        webmail: name of the webmail's database; none when empty.
        operators: who may confirm a purge: a name, the type of the key and the public key of each.
    """

    database: str
    database_socket_dir: str
    store: str
    folder: str
    webmail: str
    operators: list[str]

    def __post_init__(self) -> None:
        """Refuse unusable settings.

        Raises:
            ValueError: an operator has no name or key, two share a name or a key, or a path is not absolute.
        """
        check_operators(self.operators)
        for name in ("store", "folder"):
            if not getattr(self, name).startswith("/"):
                raise ValueError(f"{name} phải là đường dẫn tuyệt đối -- {name} must be an absolute path")
