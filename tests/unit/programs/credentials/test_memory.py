"""What outlives a restart of the credential service, and that a database that is away loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from danhba_host.credentials.guard import Guard
from danhba_host.credentials.memory import Memory
from danhba_host.credentials.store import Unavailable
from tests.support.guards import HERE, OWNER, SETTINGS, THERE, Clock, guess


@dataclass
class Table:
    """What the database would keep; ages as of a clock that goes on."""

    clock: Clock
    away: bool = False
    known: dict[bytes, dict[bytes, float]] = field(default_factory=dict)
    attempts: dict[bytes, list[float]] = field(default_factory=dict)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)

    def recall(self) -> tuple[dict[bytes, dict[bytes, float]], dict[bytes, list[float]]]:
        self.answer()
        now = self.clock.now
        return (
            {account: {client: now - at for client, at in clients.items()} for account, clients in self.known.items()},
            {key: [now - at for at in times] for key, times in self.attempts.items()},
        )

    def remember(
        self,
        known: Mapping[bytes, Mapping[bytes, float]],
        attempts: Mapping[bytes, list[float]],
        notes: Mapping[tuple[str, str], str],
    ) -> None:
        self.answer()
        now = self.clock.now
        self.known |= {key: {client: now - age for client, age in ages.items()} for key, ages in known.items()}
        self.attempts |= {key: [now - age for age in ages] for key, ages in attempts.items()}
        self.notes |= notes

    def answer(self) -> None:
        if self.away:
            raise Unavailable


def begun(table: Table) -> tuple[Guard, Memory]:
    guard = Guard.new(SETTINGS, table.clock)
    return guard, Memory(guard, table)  # type: ignore[arg-type]


@pytest.fixture
def table() -> Table:
    return Table(Clock())


def test_counts_outlive_a_restart(table: Table) -> None:
    guard, memory = begun(table)
    guess(guard, 3)
    memory.end()
    table.clock.now += 100
    guard, memory = begun(table)
    memory.exchange()
    assert guess(guard, 1, first=3) == [800]


def test_who_is_known_outlives_a_restart(table: Table) -> None:
    guard, memory = begun(table)
    guard.right(OWNER, HERE)
    memory.end()
    guard, memory = begun(table)
    memory.exchange()
    for client in (f"198.51.100.{number}" for number in range(4)):
        guess(guard, 2, client=client)
    assert guard.begin(OWNER, THERE, "right") > 0
    assert guard.begin(OWNER, HERE, "right") == 0


def test_what_was_forgiven_stays_forgiven(table: Table) -> None:
    guard, memory = begun(table)
    guess(guard, 2)
    memory.exchange()
    guard.right(OWNER, HERE)
    memory.end()
    guard, memory = begun(table)
    memory.exchange()
    assert guess(guard, 3) == [0, 0, 0]


def test_nothing_is_lost_while_the_database_is_away(table: Table) -> None:
    table.away = True
    guard, memory = begun(table)
    guess(guard, 5)
    guard.right(OWNER, THERE)
    memory.exchange()
    table.away = False
    memory.exchange()
    assert table.notes == {(OWNER, "guessed"): ""}
    guard, memory = begun(table)
    memory.exchange()
    assert guess(guard, 1, first=9) == [900]


def test_what_comes_before_the_database_is_read_counts_too(table: Table) -> None:
    guard, memory = begun(table)
    guard.right(OWNER, HERE)
    memory.end()
    guard, memory = begun(table)
    guard.right(OWNER, THERE)
    memory.exchange()
    assert len(table.known) == 1
    assert len(guard.known.take_changes()) == 0
    assert len(next(iter(table.known.values()))) == 2


def test_what_did_not_change_is_not_written_again(table: Table) -> None:
    guard, memory = begun(table)
    guess(guard, 2)
    memory.exchange()
    table.attempts.clear()
    memory.exchange()
    assert table.attempts == {}


def test_what_was_guessed_before_the_database_is_read_adds_up(table: Table) -> None:
    guard, memory = begun(table)
    guess(guard, 2)
    memory.end()
    guard, memory = begun(table)
    guess(guard, 1, first=2)
    memory.exchange()
    assert guess(guard, 1, first=3) == [900]
