"""Who has to wait, whichever way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from danhba_host.credentials.guard import ADDRESS_BOOK, REPEATS, Guard
from danhba_host.credentials.settings import Settings
from tests.support.guards import HERE, OTHER, OWNER, SETTINGS, THERE, Clock, guess


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guard(clock: Clock) -> Guard:
    return made(SETTINGS, clock)


def made(settings: Settings, clock: Callable[[], float]) -> Guard:
    return Guard.new(settings, clock)


def test_a_guess_too_many_waits_at_that_client_and_nowhere_else(guard: Guard) -> None:
    assert guess(guard, 4) == [0, 0, 0, 900]
    assert guard.begin(OWNER, THERE, "right") == 0
    assert guard.begin(OTHER, HERE, "right") == 0


def test_mail_programs_and_the_webmail_count_together(guard: Guard) -> None:
    assert guess(guard, 2) == [0, 0]
    assert [guard.begin(OWNER, HERE) for _ in range(2)] == [0, 900]
    assert guess(guard, 1, first=2) == [900]


def test_one_program_that_does_not_know_the_new_password_locks_nobody_out(guard: Guard) -> None:
    assert [guard.begin(OWNER, HERE, "former") for _ in range(REPEATS)] == [0] * REPEATS
    assert guard.begin(OWNER, HERE, "former") == 900
    assert guard.begin(OWNER, HERE, "new") == 0


def test_many_at_once_with_the_right_password_are_one_attempt(guard: Guard) -> None:
    assert [guard.begin(OWNER, HERE, "right") for _ in range(20)] == [0] * 20
    assert guess(guard, 2) == [0, 0]
    for _ in range(20):
        guard.right(OWNER, HERE, marked=True)
    assert guess(guard, 4, first=2) == [0, 0, 0, 900], "all before is forgotten"


def test_signing_in_often_is_no_guessing(guard: Guard) -> None:
    for _ in range(2 * REPEATS):
        assert guard.begin(OWNER, HERE, "right") == 0
        guard.right(OWNER, HERE, marked=True)


def test_own_mailbox_buys_no_guesses_at_others(guard: Guard) -> None:
    """Whoever signs in to a mailbox of his own in between gets no further at that of somebody else."""
    said = []
    for number in range(SETTINGS.client_failures):
        said.append(guard.begin(f"a{number}@laocai.gov.vn", HERE, "guess"))
        for _ in range(3):
            guard.begin(OTHER, HERE, "own")
        for _ in range(3):
            guard.right(OTHER, HERE, marked=True)
    assert said == [0] * SETTINGS.client_failures
    assert guard.begin("b@laocai.gov.vn", HERE, "guess") == 900
    assert guard.begin(OTHER, HERE, "own") == 0


def test_owner_where_he_is_known_does_not_wait_for_others(guard: Guard) -> None:
    guard.begin(OWNER, HERE, "right")
    guard.right(OWNER, HERE, marked=True)
    for number in range(SETTINGS.account_failures_everywhere):
        guess(guard, 1, client=f"198.51.100.{number}")
    assert guard.begin(OWNER, THERE, "right") == 900
    assert guard.begin(OWNER, HERE, "right") == 0


def test_what_nobody_could_look_at_does_not_count(guard: Guard) -> None:
    for mark in ("", "right"):
        for _ in range(SETTINGS.account_failures + 1):
            assert guard.begin(OWNER, HERE, mark) == 0
            guard.cancel(OWNER, HERE, mark)


def test_people_who_ask_the_address_book_do_not_wait_for_each_other(guard: Guard) -> None:
    """Nobody knows where their programs are, so all of them are one client."""
    for number in range(SETTINGS.client_failures + 5):
        assert guard.begin(f"a{number}@laocai.gov.vn", ADDRESS_BOOK, "guess") == 0
    assert guess(guard, 4, client=ADDRESS_BOOK) == [0, 0, 0, 900]


def test_window_ends(guard: Guard, clock: Clock) -> None:
    guess(guard, 3)
    clock.now += SETTINGS.window_seconds
    assert guess(guard, 4) == [0, 0, 0, 900]
    assert [guard.begin(OTHER, HERE, "former") for _ in range(REPEATS + 1)][-1] == 900
    clock.now += SETTINGS.window_seconds
    assert guard.begin(OTHER, HERE, "former") == 0


def test_answers_come_more_slowly_from_the_third_failure_on() -> None:
    settings = Settings("", "", 8, 2, 43200, 900, 20, 100, 100, 5, 10, 2, [], "", "")
    guard = made(settings, lambda: 0.0)
    delays = []
    for number in range(9):
        guard.begin(OWNER, HERE, f"{number}")
        delays.append(guard.delay(OWNER, HERE))
    assert delays == [0, 0, 0, 1, 2, 3, 4, 4, 4]


class TestGuessers:
    """Who is banned: whoever guesses at many mailboxes, and no agency that mistypes."""

    def test_who_guesses_at_many_mailboxes_is_named(self, guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
        for number in range(SETTINGS.ban_accounts):
            assert "guesser" not in caplog.text
            guard.accuse(f"{number}@laocai.gov.vn", THERE)
        assert f"guesser: {THERE} guessed at {SETTINGS.ban_accounts} mailboxes" in caplog.messages

    def test_who_guesses_at_one_mailbox_is_not(self, guard: Guard) -> None:
        assert [guard.wrong(OWNER, HERE) for _ in range(50)] == [0] * 50

    def test_mailboxes_that_are_known_there_do_not_count(self, guard: Guard) -> None:
        for number in range(50):
            guard.right(f"{number}@laocai.gov.vn", HERE)
        assert not any(guard.wrong(f"{number}@laocai.gov.vn", HERE) for number in range(50))

    def test_an_agency_with_many_who_know_their_password_is_not(self, guard: Guard) -> None:
        """On the day when all get a new one, some mistype."""
        for number in range(20):
            guard.right(f"{number}@laocai.gov.vn", HERE)
        assert not any(guard.wrong(f"{number}-b@laocai.gov.vn", HERE) for number in range(20))
        assert guard.wrong("21-b@laocai.gov.vn", HERE) == 21

    def test_who_gets_it_right_after_all_counts_no_more(self, guard: Guard) -> None:
        for number in range(SETTINGS.ban_accounts - 1):
            guard.wrong(f"{number}@laocai.gov.vn", HERE)
            guard.right(f"{number}@laocai.gov.vn", HERE)
        assert guard.wrong(OWNER, HERE) == 0

    def test_what_is_past_counts_no_more(self, guard: Guard, clock: Clock) -> None:
        for number in range(SETTINGS.ban_accounts - 1):
            guard.wrong(f"{number}@laocai.gov.vn", HERE)
        clock.now += 901
        assert guard.wrong(OWNER, HERE) == 0

    def test_the_address_book_is_nobody_to_ban(self, guard: Guard) -> None:
        assert not any(guard.wrong(f"{number}@laocai.gov.vn", ADDRESS_BOOK) for number in range(50))


class TestNotes:
    """What owners are told."""

    def test_an_owner_at_whose_mailbox_somebody_guesses(self, guard: Guard) -> None:
        guess(guard, 3)
        assert guard.notes.take() == {}
        guess(guard, 2, first=3)
        assert guard.notes.take() == {(OWNER, "guessed"): ""}

    def test_not_the_owners_of_whom_a_client_may_ask_no_more(self, guard: Guard) -> None:
        for number in range(SETTINGS.client_failures + 1):
            guard.begin(f"{number}@laocai.gov.vn", THERE, "x")
        assert guard.notes.take() == {}

    def test_a_stranger_who_is_right_after_many_guesses(self, clock: Clock) -> None:
        guard = made(replace(SETTINGS, account_failures_everywhere=20), clock)
        for number in range(5):
            guess(guard, 2, client=f"198.51.100.{number}", first=2 * number)
        guard.begin(OWNER, THERE, "right")
        guard.right(OWNER, THERE, marked=True)
        assert guard.notes.take() == {(OWNER, "strange"): THERE}
        guard.begin(OWNER, THERE, "right")
        guard.right(OWNER, THERE, marked=True)
        assert guard.notes.take() == {}, "from now on it is no stranger"

    def test_no_stranger_without_guesses(self, guard: Guard) -> None:
        guard.begin(OWNER, THERE, "right")
        guard.right(OWNER, THERE, marked=True)
        assert guard.notes.take() == {}
