"""The plan that operators sign, and whose signatures count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba_host.journal import Refused
from danhba_host.recall import plan, signatures
from danhba_host.recall.plan import Copy, Queued
from danhba_host.recall.settings import Settings
from tests.support.recalls import ASKED, keys, operators, sign

__all__ = ["keys"]


def copy(uid: int, **more: str) -> Copy:
    given = {"mailbox": "official/1", "folder_id": "f", "address": "an@x", "folder": "INBOX", "digest": "0" * 64}
    return Copy(uid=uid, message_id="<1@c>", relation="copy", **(given | more))  # type: ignore[arg-type]


@given(st.permutations([copy(1), copy(2), copy(3, mailbox="official/2")]))
def test_the_plan_is_one_whatever_the_order(copies: list[Copy]) -> None:
    whole = plan.make(ASKED, copies, [])
    assert plan.checksum(whole) == plan.checksum(
        plan.make(ASKED, [copy(1), copy(2), copy(3, mailbox="official/2")], [])
    )
    assert [each["uid"] for each in whole["copies"]] == [1, 2, 3]


def test_the_plan_says_what_is_erased_and_not_how_far_it_is() -> None:
    first = plan.checksum(plan.make(ASKED, [copy(1)], [Queued("4jbZ1", "0" * 64)]))
    now = plan.make(
        ASKED,
        [copy(1, folder="Trash", address="new@x").now(plan.HELD)],
        [Queued("4jbZ1", "0" * 64, ("b@x",), plan.GONE)],
    )
    assert plan.checksum(now) == first
    assert plan.checksum(plan.make(ASKED, [copy(1), copy(2)], [Queued("4jbZ1", "0" * 64)])) != first
    assert plan.checksum(plan.make(ASKED | {"document": "2/QĐ"}, [copy(1)], [Queued("4jbZ1", "0" * 64)])) != first
    assert plan.make(ASKED, [copy(1).now(plan.RELEASED)], [])["copies"] == []


SUM = "a" * 64


@pytest.mark.clause("R10.7")
def test_two_operators_confirm(keys: Path) -> None:
    signed = [sign(keys, "binh", SUM), sign(keys, "an", SUM)]
    assert signatures.require_two(SUM, signed, operators(keys)) == ["an", "binh"]


@pytest.mark.clause("R10.7")
@pytest.mark.parametrize(
    ("who", "said"),
    [
        ([], "different operators"),
        ([("an", SUM)], "so far there is: an"),
        ([("an", SUM), ("an", SUM)], "so far there is: an"),
        ([("an", SUM), ("stranger", SUM)], "of no operator"),
        ([("an", SUM), ("binh", "b" * 64)], "of no operator"),
        ([("an", SUM)] * 21, "too many"),
    ],
)
def test_anything_else_confirms_nothing(keys: Path, who: list[tuple[str, str]], said: str) -> None:
    signed = [sign(keys, name, text) for name, text in who]
    with pytest.raises(Refused, match=said):
        signatures.require_two(SUM, signed, operators(keys))


@pytest.mark.parametrize(
    "forged", ["", "x", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n", "\0é"]
)
def test_what_is_no_signature_is_refused(keys: Path, forged: str) -> None:
    with pytest.raises(Refused, match="of no operator"):
        signatures.require_two(SUM, [sign(keys, "an", SUM), forged], operators(keys))


def test_a_signature_for_something_else_is_none_for_a_recall(keys: Path) -> None:
    """Of a commit, or of another job of this system, whose text somebody chose so."""
    with pytest.raises(Refused, match="of no operator"):
        signatures.require_two(SUM, [sign(keys, "an", SUM), sign(keys, "binh", SUM, "git")], operators(keys))


def test_without_ssh_keygen_nothing_is_confirmed(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "SSH_KEYGEN", "/no/such/program")
    with pytest.raises(Refused, match="does not run"):
        signatures.require_two(SUM, [sign(keys, "an", SUM)], operators(keys))


@pytest.mark.parametrize(
    "wrong",
    [
        {"operators": ["an"]},
        {"operators": ["an ssh-ed25519 AAAA", "an ssh-ed25519 AAAB"]},
        {"operators": ["an ssh-ed25519 AAAA", "binh ssh-ed25519 AAAA"]},
        {"operators": ['an namespaces="x" ssh-ed25519 AAAA']},
        {"operators": ["an ssh-ed25519 AAAA\nbinh ssh-ed25519 AAAA"]},
        {"folder": "here"},
    ],
)
def test_settings_that_would_let_one_person_be_two_are_refused(wrong: dict[str, object]) -> None:
    fine: dict[str, object] = {
        "database": "x",
        "database_socket_dir": "/x",
        "store": "/x",
        "folder": "/x",
        "operators": [],
    }
    assert Settings(**fine)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="--"):
        Settings(**(fine | wrong))  # type: ignore[arg-type]
