"""The settings of the audit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database.
        database_socket_dir: folder of the Unix socket of its server.
        metrics: where the node exporter looks for files; nothing is noted where that folder is not.
    """

    database: str
    database_socket_dir: str
    metrics: str
