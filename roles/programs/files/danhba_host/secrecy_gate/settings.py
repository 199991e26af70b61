"""The settings of the gate."""

from __future__ import annotations

from dataclasses import dataclass

REFUSE, NOTE = "refuse", "note"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, without defaults: those are the role's.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        domain: of the addresses; what it holds is inside.
        basis: the clause of the province's regulation and its document, which refusals name; empty where none is known.
        workers: processes that read messages, one message each at a time.
        waiting: messages that may wait for one of them; more are told to come back.
        message_octets: of the largest message that may be asked about.
        held_octets: of all messages that are held at once.
        worker_octets: of the address space of a worker.
        worker_seconds: that one reading may take by the clock, after which its worker is killed.
        answer_seconds: that an answer may take in all, waiting included.
        attempts: readings of one message that end with a dead worker, after which it counts as unreadable.
        unreadable_outgoing: what becomes of an unreadable message that leaves the domain: `refuse`, or `note`, which
            lets it pass with a header.
        unreadable_internal: the same of one that does not leave the domain.
        unreadable_incoming: the same of one from outside.
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
        """Refuse what would stop all mail, or let it pass."""
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
