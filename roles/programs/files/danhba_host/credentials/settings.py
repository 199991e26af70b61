"""The settings of the service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, without defaults: those are the role's.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        connections: requests answered at once; more wait.
        hashes_at_once: Argon2 computations at once, of 19 MiB each.
        session_seconds: how long a web session lasts at most.
        window_seconds: for how long a failure counts.
        account_failures: failures of one account at one client within the window after which it has to wait there.
        account_failures_everywhere: the same of one account over all clients, but those that are known.
        client_failures: the same of one client address over all accounts, but those that are known there; of one
            network of 64 bits with IPv6.
        ban_accounts: at so many mailboxes that are not known there a client may be wrong within the window, if it is
            right at fewer, before the journal names it as one to ban.
        minimum_length: of a password, in characters.
        former_passwords: how many earlier passwords may not come back.
        word_lists: files with a word a line that are no passwords, beside the service's own list.
        anvil_socket: Dovecot's socket by which sessions are ended; none when empty.
        dovecot_key: name of the credential of this service (systemd) by which Dovecot shows that it asks; when empty
            nobody listens to it.
    """

    database: str
    database_socket_dir: str
    connections: int
    hashes_at_once: int
    session_seconds: int
    window_seconds: int
    account_failures: int
    account_failures_everywhere: int
    client_failures: int
    ban_accounts: int
    minimum_length: int
    former_passwords: int
    word_lists: list[str]
    anvil_socket: str
    dovecot_key: str
