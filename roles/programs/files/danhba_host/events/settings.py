"""The settings of the collector."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        interval_seconds: pause between two readings of the journal.
        batch_lines: maximum lines read and stored in one transaction.
        keep_days: days for which events are kept.
        monitoring: addresses whose sign-ins are the operator's own monitoring, and no use.
    """

    database: str
    database_socket_dir: str
    interval_seconds: int
    batch_lines: int
    keep_days: int
    monitoring: list[str]

    def __post_init__(self) -> None:
        """Refuse values out of bounds.

        Raises:
            ValueError: the setting and its bounds.
        """
        for name, least, most in (("interval_seconds", 1, 600), ("batch_lines", 100, 100_000), ("keep_days", 31, 3660)):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} phải từ {least} đến {most} -- {name} must be from {least} to {most}")
