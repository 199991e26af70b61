"""The settings of the gate."""

from __future__ import annotations

from dataclasses import dataclass

REFUSE, NOTE = "refuse", "note"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, without defaults, which the role has.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        domain: the domain of the mailboxes.
        basis: clause and document of the province's regulation for refusals; empty if unknown.
        workers: processes that read messages, one message each at a time.
        waiting: messages that may wait for a worker; more are deferred.
        message_octets: bytes of the largest message that is read.
        held_octets: bytes of all messages held at once.
        worker_octets: bytes of a worker's address space.
        worker_seconds: wall-clock time of one reading, after which its worker is killed.
        answer_seconds: time of an answer, waiting included.
        attempts: readings of a message that end with a dead worker before it counts as unreadable.
        unreadable_outgoing: what becomes of an unreadable message that leaves the domain: `refuse`, or `note`, which
            passes it with a header.
        unreadable_internal: the same for one within the domain.
        unreadable_incoming: the same for one from outside.
    """

    database: str
    database_socket_dir: str
    domain: str
    basis: str
    workers: int
    waiting: int
    message_octets: int
    held_octets: int
    worker_octets: int
    worker_seconds: int
    answer_seconds: int
    attempts: int
    unreadable_outgoing: str
    unreadable_internal: str
    unreadable_incoming: str

    def __post_init__(self) -> None:
        """Refuse values that would stop all mail, or pass everything."""
        for name in ("workers", "waiting", "message_octets", "worker_octets", "worker_seconds", "attempts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} phải từ 1 -- {name} must be 1 or more")
        if self.held_octets < self.message_octets:
            raise ValueError("held_octets phải từ message_octets -- held_octets must be message_octets or more")
        if self.answer_seconds < self.worker_seconds:
            raise ValueError("answer_seconds phải từ worker_seconds -- answer_seconds must be worker_seconds or more")
        for name in ("unreadable_outgoing", "unreadable_internal", "unreadable_incoming"):
            if getattr(self, name) not in {REFUSE, NOTE}:
                raise ValueError(f"{name} phải là refuse hoặc note -- {name} must be refuse or note")
