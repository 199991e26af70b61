"""The settings of the service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, without defaults, which the role has.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        connections: requests answered at once; more wait.
        hashes_at_once: Argon2 computations at once, of 19 MiB each.
        session_seconds: maximum duration of a web session.
        window_seconds: time for which a failure counts.
        account_failures: failures of an account at one client within the window before it has to wait there.
        account_failures_everywhere: the same over all clients, except known ones.
        client_failures: failures of one client address (IPv6: one network of 64 bits) over all accounts, except those
            known there.
        ban_accounts: number of mailboxes not known there at which a client may be wrong within the window, if it is
        right
            at fewer, before the journal names it to be banned.
        minimum_length: of a password, in characters. former_passwords: number of earlier passwords that may not return.
        word_lists: files of words that are no passwords, one a line, beside the service's own list. anvil_socket:
        Dovecot's socket that ends sessions; none when empty. dovecot_key: name of the service's credential (systemd)
        that Dovecot's requests must contain; without Dovecot when
            empty.
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
