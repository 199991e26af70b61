"""The settings of the job that synchronises the address book."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        suffix: distinguished name of the root of the book.
        organization: name of the root.
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        least_percent: a database with less than this share of the book's mailboxes is not believed.
    """

    suffix: str
    organization: str
    database: str
    database_socket_dir: str
    least_percent: int

    def __post_init__(self) -> None:
        """Refuse a share outside of 0 to 100 percent."""
        if not 0 <= self.least_percent <= 100:
            raise ValueError("least_percent phải từ 0 đến 100 -- least_percent must be from 0 to 100")
