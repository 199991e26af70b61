"""The count of failures, and which clients are known."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from danhba_host.credentials.throttle import KNOWN_CLIENTS, KnownClients, Throttle, key_of


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


A, B, C = key_of("account", "a"), key_of("account", "b"), key_of("client", "1.2.3.4")


def test_who_fails_too_often_waits_and_nobody_else() -> None:
    clock = Clock()
    throttle = Throttle(900, clock)
    for _ in range(3):
        assert throttle.admit({A: 3}) == 0
        clock.now += 10
    assert throttle.admit({A: 3}) == 870
    assert throttle.admit({B: 3}) == 0
    clock.now += 870
    assert throttle.admit({A: 3}) == 0, "the oldest failure no longer counts"
    assert throttle.admit({A: 3}) == 10


def test_refused_attempts_do_not_prolong_the_wait() -> None:
    clock = Clock()
    throttle = Throttle(900, clock)
    assert throttle.admit({A: 1}) == 0
    for _ in range(5):
        clock.now += 100
        assert throttle.admit({A: 1}) == 1900 - clock.now


def test_a_client_is_counted_over_all_accounts() -> None:
    throttle = Throttle(900, Clock())
    for name in "abc":
        assert throttle.admit({key_of("account", name): 10, C: 3}) == 0
    assert throttle.admit({key_of("account", "d"): 10, C: 3}) == 900
    assert throttle.admit({key_of("account", "d"): 10, key_of("client", "other"): 3}) == 0


def test_success_clears_one_key_and_takes_its_own_attempt_back_from_another() -> None:
    throttle = Throttle(900, Clock())
    for _ in range(2):
        throttle.admit({A: 3, C: 3})
    throttle.admit({A: 3, C: 3})
    throttle.forget(A)
    throttle.forgive(C)
    assert throttle.admit({A: 3, C: 3}) == 0
    assert throttle.admit({A: 3, C: 3}) == 900, "the client's earlier failures still count"


def test_memory_is_bounded() -> None:
    throttle = Throttle(900, Clock(), capacity=10)
    for number in range(1000):
        throttle.admit({key_of("account", str(number)): 1})
    assert throttle.admit({key_of("account", "999"): 1}) == 900
    assert throttle.admit({key_of("account", "1"): 1}) == 0


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """How many octets the code within has allocated and not given back."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_a_key_is_small_whatever_was_typed_and_goes_when_it_no_longer_counts() -> None:
    clock = Clock()
    throttle = Throttle(900, clock)
    with traced() as octets:
        for number in range(5000):
            throttle.admit({key_of("account", f"{number}".ljust(8000, "x")): 10})
        full = octets()
        assert full < 5000 * 400
        clock.now += 901
        throttle.admit({A: 10})
        throttle.take_changes()  # as every 20 seconds
        assert octets() < full / 3
    assert throttle.admit({A: 1}) == 900


def test_keys_of_several_parts_are_told_apart() -> None:
    parts = [("client", "a", "b"), ("client", "ab"), ("client", "a\0b"), ("client", "a", "b", ""), ("account", "ab")]
    assert len({key_of(*texts) for texts in parts}) == len(parts)


def test_client_is_known_for_thirty_days_to_that_account_alone() -> None:
    clock = Clock()
    known = KnownClients(clock)
    assert not known.knows(A, C)
    known.remember(A, C)
    clock.now += 30 * 86400 - 1
    assert known.knows(A, C)
    assert not known.knows(B, C)
    assert not known.knows(A, B)
    known.remember(A, C)
    clock.now += 30 * 86400
    assert not known.knows(A, C)


def test_known_clients_of_an_account_push_out_none_but_its_own() -> None:
    known = KnownClients(Clock())
    known.remember(B, C)
    clients = [key_of("client", str(number)) for number in range(1000)]
    for client in clients:
        known.remember(A, clients[0])
        known.remember(A, client)
    assert [client for client in clients if known.knows(A, client)] == [clients[0], *clients[1 - KNOWN_CLIENTS :]]
    assert known.knows(B, C)


def test_memory_of_known_clients_is_bounded() -> None:
    known = KnownClients(Clock(), capacity=1000)
    with traced() as octets:
        for number in range(20000):
            known.remember(key_of("account", str(number // 10)), key_of("client", str(number)))
        assert octets() < 1000 * 1500
    assert known.knows(key_of("account", "1999"), key_of("client", "19999"))
    assert not known.knows(key_of("account", "0"), key_of("client", "9"))
