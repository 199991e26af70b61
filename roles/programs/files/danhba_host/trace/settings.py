"""The settings of the trace."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database with the events.
        database_socket_dir: folder of the Unix socket of its server.
    """

    database: str
    database_socket_dir: str
