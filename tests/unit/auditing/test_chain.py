"""Tests for the verification of a chain: every manipulation is found, and the row or seal is named."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.auditing import chain
from danhba.auditing.chain import BadStream, Fault, Head, verify
from tests.support.chains import FIRST, OBJECTS, Batch, Seal, export, rows
from tests.support.chains import chain as sealed

PROJECT = Path(__file__).resolve().parents[3]
TEXTS = st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20)


@st.composite
def batches(draw: st.DrawFn) -> list[Batch]:
    """Draw batches of rows for some tables; each key is used once in its table."""
    made, number = [], 0
    for relation, texts in draw(
        st.lists(
            st.tuples(st.sampled_from(chain.RECORDS[:3]), st.lists(TEXTS, min_size=1, max_size=4)),
            min_size=1,
            max_size=6,
        )
    ):
        keys = [str(number + each) for each in range(len(texts))]
        number += len(texts)
        made.append(
            Batch(relation, tuple((key, json.dumps([key, text])) for key, text in zip(keys, texts, strict=True)))
        )
    return made


def head_of(seal: Seal) -> Head:
    return Head(seal.n, seal.hash)


@given(batches(), st.randoms())
def test_verify_untouched_chain_holds_in_any_order_of_rows(made: list[Batch], random: object) -> None:
    seals, there = sealed(made), rows(made)
    random.shuffle(there)  # type: ignore[attr-defined]
    found = verify(export(seals, there), [head_of(seal) for seal in seals])
    assert (found.holds, found.faults, found.seals) == (True, [], len(made))
    assert found.head == Head(seals[-1].n, seals[-1].hash, seals[-1].at)
    assert sum(found.rows.values()) == len(there)
    # An export that is read page by page also has rows before their seals.
    early = export(seals, there)
    end, first = early.pop(), FIRST
    lines = [*early[:first], *early[len(early) - len(there) :], *early[first : len(early) - len(there)], end]
    assert verify(lines).holds


@given(batches(), st.data())
def test_verify_changed_removed_or_added_row_is_named(made: list[Batch], data: st.DataObject) -> None:
    seals, there = sealed(made), rows(made)
    place = data.draw(st.integers(0, len(there) - 1))
    relation, key, text = there[place]
    n = next(
        seal.n
        for seal in seals
        if seal.relation == relation and any(leaf.startswith(f"{key} ") for leaf in seal.leaves)
    )
    changed = [*there[:place], (relation, key, text + " "), *there[place + 1 :]]
    assert verify(export(seals, changed)).faults == [Fault("changed", n, relation, key)]
    removed = there[:place] + there[place + 1 :]
    assert verify(export(seals, removed)).faults == [Fault("removed", n, relation, key)]
    added = [*there, (relation, "new", text)]
    assert verify(export(seals, added)).faults == [Fault("added", 0, relation, "new")]
    twice = [*there, there[place], there[place]]
    assert [fault.kind for fault in verify(export(seals, twice)).faults] == ["added", "added"]


@given(batches(), st.data())
def test_verify_changed_or_removed_seal_is_named(made: list[Batch], data: st.DataObject) -> None:
    seals, there = sealed(made), rows(made)
    place = data.draw(st.integers(0, len(seals) - 1))
    seal = seals[place]
    field, value = data.draw(
        st.sampled_from(
            [
                ("at", "2025"),
                ("hash", "a" * 64),
                ("previous", "b" * 64),
                ("origin", "adopted"),
                ("form", 2),
                ("rows", 99),
            ]
        )
    )
    broken = [
        *seals[:place],
        replace(seal, **{field: value}),  # type: ignore[arg-type]
        *seals[place + 1 :],
    ]
    assert Fault("forged", seal.n, seal.relation, span(seal)) in verify(export(broken, there)).faults
    taken = seals[:place] + seals[place + 1 :]
    found = verify(export(taken, there), [head_of(each) for each in seals])
    assert not found.holds
    assert place == len(seals) - 1 or found.faults[0].kind in ("gap", "rewritten")


def span(seal: Seal) -> str:
    keys = [seal.leaves[0].split(" ")[0], seal.leaves[-1].split(" ")[0]]
    return keys[0] if keys[0] == keys[1] else "…".join(keys)


@given(batches(), st.data())
def test_verify_rewritten_chain_is_found_by_each_later_head(made: list[Batch], data: st.DataObject) -> None:
    seals = sealed(made)
    place = data.draw(st.integers(0, len(made) - 1))
    forged = [*made[:place], replace(made[place], rows=(("new", "forged"),)), *made[place + 1 :]]
    lines = export(sealed(forged), rows(forged))
    assert verify(lines).holds
    before = [head_of(seal) for seal in seals[:place]]
    assert verify(lines, before).holds
    for behind in seals[place:]:
        assert verify(lines, [*before, head_of(behind)]).faults == [Fault("rewritten", behind.n, "", str(place))]


@given(batches(), st.data())
def test_verify_shortened_chain_is_found_by_a_head(made: list[Batch], data: st.DataObject) -> None:
    seals = sealed(made)
    kept = data.draw(st.integers(0, len(made) - 1))
    lines = export(sealed(made[:kept]), rows(made[:kept]))
    assert verify(lines).holds
    assert verify(lines, [head_of(seal) for seal in seals]).faults == [Fault("cut", kept + 1, "", str(kept))]


@given(batches(), st.data())
def test_verify_incomplete_export_raises_bad_stream(made: list[Batch], data: st.DataObject) -> None:
    lines = export(sealed(made), rows(made))
    cut = data.draw(st.integers(0, len(lines) - 1))
    with pytest.raises(BadStream):
        verify(lines[:cut])
    left_out = data.draw(st.integers(FIRST, len(lines) - 2))
    with contextlib.suppress(BadStream):
        assert not verify(lines[:left_out] + lines[left_out + 1 :]).holds


@given(st.lists(st.binary(max_size=60)))
def test_verify_any_lines_raise_bad_stream(lines: list[bytes]) -> None:
    with pytest.raises(BadStream):
        verify([chain.BEGIN, *lines])


def test_verify_row_sealed_twice_is_named() -> None:
    made = [Batch("mail.run", (("1", "a"),)), Batch("mail.run", (("1", "b"),))]
    found = verify(export(sealed(made), [("mail.run", "1", "b")]))
    assert found.faults == [Fault("twice", 2, "mail.run", "1")]


@pytest.mark.parametrize(
    ("moment", "dated"),
    [
        ("2026-11-28T00:00:00.5", False),
        ("2026-11-27T23:00:02", False),
        ("2026-11-27T22:59:00", True),
        ("2026-11-28T01:01:00", True),
        ("infinity", True),
    ],
)
def test_verify_row_with_time_far_from_its_seal_is_named(moment: str, dated: bool) -> None:
    text = json.dumps({"actor": "x", "at": moment}, separators=(",", ":"))
    made = [Batch("mail.run", (("1", text),))]
    expected = [Fault("dated", 1, "mail.run", "1")] if dated else []
    lines = export(sealed(made), rows(made))
    assert verify(lines).faults == expected
    # The row may also come before its seal.
    place = FIRST
    assert verify([*lines[:place], lines[-2], *lines[place:-2], lines[-1]]).faults == expected
    adopted = [replace(made[0], origin="adopted")]
    assert verify(export(sealed(adopted), rows(adopted))).faults == []


def test_verify_object_missing_altered_or_unknown_names_it() -> None:
    lines = export([], [])
    trigger = next(place for place, line in enumerate(lines) if b'"trigger mail.run.chained"' in line)
    assert verify([*lines[:trigger], *lines[trigger + 1 :]]).faults == [
        Fault("lacking", 0, "trigger mail.run.chained", "")
    ]
    off = lines[trigger].replace(b'"enabled": "O"', b'"enabled": "D"')
    assert verify([*lines[:trigger], off, *lines[trigger + 1 :]]).faults == [
        Fault("altered", 0, "trigger mail.run.chained", 'enabled: "O" → "D"')
    ]
    own = b'object ["rule mail.run.own", {"event": "1"}]'
    assert verify(export([], [], own)).faults == [Fault("strange", 0, "rule mail.run.own", '{"event": "1"}')]


def test_verify_export_without_objects_names_each_missing_object() -> None:
    lines = export([], [])
    found = verify([lines[0], lines[-1]])
    assert found.found == len(OBJECTS)
    assert {fault.kind for fault in found.faults} == {"lacking"}


def test_verify_unread_table_does_not_hold() -> None:
    assert verify(export([], [], b"unread mail.run")).faults == [Fault("unread", 0, "mail.run")]


def stored(entry: int, account: str, digest: str | None) -> tuple[str, str]:
    """Return key and text of a row that records the password digest of an account (None: no password)."""
    kind, _, id_ = account.partition("/")
    row = {"entry": entry, "id": id_, "kind": kind, **({"digest": digest} if digest else {})}
    return str(entry), json.dumps(row)


@pytest.mark.parametrize(
    ("passwords", "wrong"),
    [
        ({"official/1": "b" * 64}, []),
        ({"official/1": "a" * 64}, ["official/1"]),
        ({}, ["official/1"]),
        ({"official/1": "b" * 64, "official/2": "c" * 64}, ["official/2"]),
        ({"official/1": "b" * 64, "official/3": "c" * 64}, ["official/3"]),
    ],
)
def test_verify_password_other_than_the_last_sealed_is_named(passwords: dict[str, str], wrong: list[str]) -> None:
    last = [stored(2, "official/1", "b" * 64), stored(1, "official/1", "a" * 64), stored(3, "official/2", "c" * 64)]
    made = [Batch("mail.credential_digest", (*last, stored(4, "official/2", None)))]
    present = [f"credential {account} {digest}".encode() for account, digest in passwords.items()]
    for there in (rows(made), rows(made)[::-1]):
        found = verify(export(sealed(made), there, *present))
        assert found.faults == [Fault("password", 0, "mail.credential", account) for account in wrong]


def test_verify_very_many_faults_lists_the_first_thousand() -> None:
    made = [Batch("mail.run", tuple((str(number), "x") for number in range(1500)))]
    found = verify(export(sealed(made), []))
    assert (found.found, len(found.faults)) == (1500, chain.MOST)


def test_verify_empty_chain_holds() -> None:
    found = verify(export([], []))
    assert (found.holds, found.head) == (True, None)


@pytest.mark.parametrize("name", ["chain.py", "made.py", "made.json"])
def test_host_code_of_the_chain_is_a_link_to_the_core(name: str) -> None:
    link = PROJECT / "roles/programs/files/danhba_host/audit" / name
    assert link.is_symlink()
    assert link.resolve() == Path(chain.__file__).resolve().with_name(name)
