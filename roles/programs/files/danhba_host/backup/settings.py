"""The settings that backup, restore and drill share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..credential import given

# The kinds of snapshots in a set, which are also their tags.
BEFORE, DATABASE, MAIL, KEYS = "mail-before", "database", "mail", "keys"
# The folder beside the repository, to the store's server a repository of its own, whose `config` is the backup host's
# report.
TOLD = "watch"


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        repository: address of the store, by HTTPS, with its port and the folder of this host.
        user: by which the store knows this host.
        secrets: folder of `repository.password` (restic's), `store.password` (the user's) and `store.crt`; their
            unit has them as credentials.
        state: folder of what is remembered between runs.
        mail: folder of the mail store.
        queue: folder of Postfix's queues.
        keys: files and folders that no playbook could make again, and the settings.
        keys_back: those of them that a restore of a whole host puts back.
        database, database_socket_dir: the database of accounts.
        cluster: folder of the cluster's data.
        cluster_unit: its unit.
        copies: folder of second clusters, on the same disk.
        binaries: folder of PostgreSQL's programs.
        pgbackrest: its configuration.
        archive: folder of pgBackRest's repository.
        full_days, increment_hours: after how long a full and an incremental backup of the database are due.
        services: units that have to be off while a whole host is restored, in the order in which they start.
        drill_mailboxes: how many mailboxes a drill restores and compares.
        drill_address: a mailbox whose password a drill tries on the restored accounts; none when empty.
        drill_password: the file with that password; as above.
        host_key: private SSH key of this host, which signs the record of a drill; as above.
        metrics: folder of node_exporter's text files.
    """

    repository: str
    user: str
    secrets: str
    state: str
    mail: str
    queue: str
    keys: list[str]
    keys_back: list[str]
    database: str
    database_socket_dir: str
    cluster: str
    cluster_unit: str
    copies: str
    binaries: str
    pgbackrest: str
    archive: str
    full_days: int
    increment_hours: int
    services: list[str]
    drill_mailboxes: int
    drill_address: str
    drill_password: str
    host_key: str
    metrics: str

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not self.repository.startswith("https://"):
            raise ValueError("repository: phải bắt đầu bằng https:// -- it must begin with https://")
        if self.full_days < 1 or self.increment_hours < 1:
            raise ValueError("full_days, increment_hours: ít nhất 1 -- they must be at least 1")

    @property
    def folder(self) -> Path:
        """The folder of state that is kept between runs."""
        return Path(self.state)

    def secret(self, name: str) -> Path:
        """The file of a secret that only this program has."""
        return given(Path(self.secrets, name))
