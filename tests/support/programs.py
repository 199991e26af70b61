"""Settings with which tests run the host's programs."""

from __future__ import annotations

from typing import Any, NamedTuple


class Reached(NamedTuple):
    """Of the settings of a program those by which it reaches the database."""

    database_socket_dir: str
    database: str


# Of the credential service, without its database: limits small enough to be reached.
CREDENTIALS: dict[str, Any] = {
    "connections": 8,
    "hashes_at_once": 2,
    "session_seconds": 43200,
    "window_seconds": 900,
    "account_failures": 3,
    "account_failures_everywhere": 6,
    "client_failures": 8,
    "ban_accounts": 5,
    "minimum_length": 10,
    "former_passwords": 2,
    "word_lists": [],
    "anvil_socket": "",
    "dovecot_key": "",
}
# As the roles write them; `test_wrong_value` breaks each value.
ADDRESSBOOK = {
    "suffix": "dc=laocai",
    "organization": "Lào Cai",
    "database": "danhba",
    "database_socket_dir": "/run",
    "least_percent": 50,
}
ENDINGS = {"database": "danhba", "database_socket_dir": "/run", "anvil_socket": "/run/anvil"}
QUOTA = {
    "sender": "postmaster@laocai.gov.vn",
    "webmail": "https://mail/",
    "support": "",
    "days": 7,
    "room_percent": 80,
    "database": "danhba",
    "database_socket_dir": "/run",
}
SERVICE = {
    **CREDENTIALS,
    "database": "danhba",
    "database_socket_dir": "/run",
    "word_lists": ["/usr/share/dict/cracklib-small"],
}
