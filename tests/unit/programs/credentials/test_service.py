"""What the credential service answers, with a store in memory in place of the database."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from danhba_host.credentials.guard import Guard
from danhba_host.credentials.hashing import Hasher
from danhba_host.credentials.policy import Policy
from danhba_host.credentials.service import Service
from danhba_host.credentials.settings import Settings
from danhba_host.credentials.store import Account, Overtaken, Store, Unavailable

ADDRESS, OTHER = "nvvinh-stttt@laocai.gov.vn", "lthanh-stttt@laocai.gov.vn"
ISSUED, CHOSEN, NEXT = "Bake7-Tumo4-Vina9-Nehu3-Gopa5", "Núi Hàm Rồng mây 7", "suoi thau chan cay"
HASHER = Hasher(2)
HASHED = {password: HASHER.make(password) for password in (ISSUED, CHOSEN)}
SETTINGS = Settings("", "", 8, 2, 43200, 900, 3, 6, 8, 5, 10, 2, [], "/run/anvil", "")


def account(password: str, *, initial: bool) -> Account:
    name, document = "Nguyễn Văn Vịnh", "12/QĐ-STTTT"
    return Account("official", "1", ADDRESS, name, "", "", "stttt", document, "uid=x", HASHED[password], initial, 1)


@dataclass
class Memory(Store):
    """What the database would know of one account."""

    account: Account
    away: bool = False
    overtaken: bool = False
    former: list[str] = field(default_factory=list)
    listed: list[int] = field(default_factory=lambda: [7])
    tokens: list[str] = field(default_factory=list)

    def find(self, address: str) -> Account | None:
        if self.away:
            raise Unavailable("gone")
        return self.account if address == ADDRESS else None

    def find_session(self, address: str, token: str) -> Account | None:
        return self.find(address) if token in self.tokens else None

    def use(self, address: str, token: str) -> dict[str, Any] | None:
        return {"agency": "stttt"} if self.find_session(address, token) else None

    def describe(self, account: Account) -> dict[str, Any]:
        return {"address": account.address}

    def begin_session(self, account: Account) -> str:
        if self.overtaken:
            raise Overtaken
        self.tokens.append("token")
        return "token"

    def end_session(self, address: str, token: str) -> bool:
        return address == ADDRESS and token in self.tokens

    def former_passwords(self, account: Account) -> list[str]:
        return self.former

    def change_password(self, account: Account, hashed: str) -> str:
        self.account = replace(account, password=hashed, initial=False, run=2)
        return "new token"

    def endings(self, address: str) -> list[int]:
        return self.listed

    def delete_endings(self, entries: list[int]) -> None:
        self.listed = [entry for entry in self.listed if entry not in entries]


@dataclass
class Dovecot:
    """Whose sessions were ended."""

    fault: str = ""
    ended: list[str] = field(default_factory=list)

    def end(self, address: str) -> str:
        self.ended.append(address)
        return self.fault


@dataclass
class Asked:
    """A service, its store and its Dovecot."""

    store: Memory
    dovecot: Dovecot
    service: Service

    def __call__(self, request: str, **values: str) -> dict[str, Any]:
        return self.service.answer(json.dumps({"request": request, **values}).encode())

    def sign_in(self, password: str, address: str = ADDRESS, client: str = "203.0.113.1") -> dict[str, Any]:
        return self("sign_in", address=address, password=password, client=client)

    def change(self, old: str, new: str) -> dict[str, Any]:
        return self("change_password", address=ADDRESS, old=old, new=new, client="203.0.113.1")


def made(password: str, *, initial: bool) -> Asked:
    def clock() -> float:
        return 1000.0

    store, dovecot = Memory(account(password, initial=initial)), Dovecot()
    policy = Policy(SETTINGS.minimum_length, frozenset(), frozenset())
    guard = Guard.new(SETTINGS, clock)
    return Asked(
        store,
        dovecot,
        Service(
            SETTINGS,
            store,
            HASHER,
            guard,
            policy,
            dovecot,
        ),
    )


@pytest.fixture
def issued() -> Asked:
    return made(ISSUED, initial=True)


@pytest.fixture
def chosen() -> Asked:
    return made(CHOSEN, initial=False)


def test_issued_password_begins_no_session(issued: Asked) -> None:
    assert issued.sign_in(ISSUED) == {"answer": "initial", "mailbox": {"address": ADDRESS}}
    assert issued.store.tokens == []


def test_chosen_password_begins_one(chosen: Asked) -> None:
    assert chosen.sign_in(CHOSEN) == {"answer": "signed_in", "token": "token", "mailbox": {"address": ADDRESS}}
    assert chosen("look_up", address=ADDRESS, token="token")["answer"] == "known"
    assert chosen("look_up", address=ADDRESS, token="another")["answer"] == "refused"
    assert chosen("sign_out", address=ADDRESS, token="token") == {"answer": "signed_out"}


def test_use_is_shown_by_a_session_alone(chosen: Asked) -> None:
    assert chosen("show_use", address=ADDRESS, token="token") == {"answer": "refused"}
    chosen.sign_in(CHOSEN)
    assert chosen("show_use", address=ADDRESS, token="token") == {"answer": "use", "page": {"agency": "stttt"}}
    assert chosen("show_use", address=OTHER, token="token") == {"answer": "refused"}
    assert chosen("show_use", address=ADDRESS, token="token", agency="snv") == {"answer": "malformed"}


@pytest.mark.parametrize(
    ("password", "address"), [(ISSUED, ADDRESS), (CHOSEN, OTHER), ("", ADDRESS), ("\0", ADDRESS), (CHOSEN, "")]
)
def test_wrong_password_and_nobody_are_told_the_same(chosen: Asked, password: str, address: str) -> None:
    assert chosen.sign_in(password, address) == {"answer": "refused"}


def test_password_that_was_replaced_meanwhile_is_refused(chosen: Asked) -> None:
    chosen.store.overtaken = True
    assert chosen.sign_in(CHOSEN) == {"answer": "refused"}


@pytest.mark.parametrize("line", [b"", b"{}", b'{"request": "sign_in"}', b"\xff"])
def test_malformed(chosen: Asked, line: bytes) -> None:
    assert chosen.service.answer(line) == {"answer": "malformed"}


def test_database_away_is_no_failure_of_the_owner(chosen: Asked) -> None:
    chosen.store.away = True
    for _ in range(SETTINGS.account_failures + 1):
        assert chosen.sign_in(CHOSEN) == {"answer": "unavailable"}
    chosen.store.away = False
    assert chosen.sign_in(CHOSEN)["answer"] == "signed_in"


def test_who_fails_too_often_waits_also_with_the_right_password(chosen: Asked) -> None:
    for _ in range(SETTINGS.account_failures):
        assert chosen.sign_in("wrong")["answer"] == "refused"
    assert chosen.sign_in(CHOSEN) == {"answer": "wait", "seconds": 900}
    assert chosen.sign_in(CHOSEN, client="203.0.113.2")["answer"] == "signed_in"


def test_owner_where_he_is_known_has_nothing_to_do_with_failures_of_others(chosen: Asked) -> None:
    assert chosen.sign_in(CHOSEN)["answer"] == "signed_in"
    for number in range(SETTINGS.account_failures_everywhere):
        chosen.sign_in("wrong", client=f"203.0.113.{100 + number}")
    assert chosen.sign_in(CHOSEN, client="203.0.113.99")["answer"] == "wait"
    assert chosen.sign_in(CHOSEN)["answer"] == "signed_in"


def test_change_ends_the_sessions_and_takes_them_off_the_list(issued: Asked) -> None:
    assert issued.change(ISSUED, NEXT) == {"answer": "changed", "token": "new token", "mailbox": {"address": ADDRESS}}
    assert HASHER.verify(issued.store.account.password, NEXT)
    assert issued.dovecot.ended == [ADDRESS]
    assert issued.store.listed == []


def test_change_holds_where_sessions_cannot_be_ended(issued: Asked) -> None:
    issued.dovecot.fault = "away"
    assert issued.change(ISSUED, NEXT)["answer"] == "changed"
    assert issued.store.listed == [7], "the job that works the list off does it"


def test_change_holds_where_the_list_cannot_be_read(issued: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_address: str) -> list[int]:
        raise Unavailable("gone")

    monkeypatch.setattr(issued.store, "endings", away)
    assert issued.change(ISSUED, NEXT)["answer"] == "changed"


@pytest.mark.parametrize(
    ("new", "rules"),
    [
        ("short", ["length"]),
        ("", ["length", "common"]),
        ("trau den\0an co", ["characters"]),
        ("x" * 257, ["too_long"]),
        (CHOSEN, ["current"]),
        ("suoi thau chan cay 26", ["former"]),
    ],
)
def test_unsuitable_password_changes_nothing(chosen: Asked, new: str, rules: list[str]) -> None:
    chosen.store.former = [HASHER.make("suoi thau chan cay 26")]
    answer = chosen.change(CHOSEN, new)
    assert answer["answer"] == "unsuitable"
    assert [reason["rule"] for reason in answer["reasons"]] == rules
    assert HASHER.verify(chosen.store.account.password, CHOSEN)
    assert chosen.dovecot.ended == []


@pytest.mark.parametrize(
    ("hashed", "right"),
    [(HASHED[ISSUED], True), (HASHED[CHOSEN], False), (None, False), ("{PLAIN}" + ISSUED, False), ("", False),
     ("{ARGON2ID}broken", False)],
)  # fmt: skip
def test_hasher_knows_its_own_hashes_alone(hashed: str | None, right: bool) -> None:
    assert HASHER.verify(hashed, ISSUED) is right
