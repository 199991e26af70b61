"""How one key of DKIM follows another: each step, in any order of runs, and cut off anywhere."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import dkim
from ansible_collections.laocai.mail.plugins.module_utils.host.dkim import FORMER, SIGNING, STANDBY, Key, Keys, Timing
from hypothesis import given
from hypothesis import strategies as st

DAY, HOUR = 86400, 3600
TIMING = Timing(life=180 * DAY, wait=HOUR, former=14 * DAY, least=DAY)
NOW = 1_795_780_000
DOMAINS = ["laocai.gov.vn", "mail.laocai.gov.vn"]


def run(keys: Keys, now: int, held: set[str] | None = None, *, rotate: bool = False) -> tuple[Keys, str]:
    """One run of `playbooks/dkim.yml`; DNS holds every key where `held` is not given."""
    keys = dkim.completed(keys, now)
    keys = dkim.seen(keys, {key.selector for key in keys.keys} if held is None else held, now)
    keys, said = dkim.advanced(keys, TIMING, now, rotate=rotate)
    return keys, " ".join(one.en for one in said)


def does(keys: Keys) -> dict[str, str]:
    return {key.state: key.selector for key in keys.keys}


BEGUN, _ = run(Keys(), NOW)


def test_first_run_makes_a_signing_and_a_standby_key() -> None:
    assert does(BEGUN) == {SIGNING: "d20261127a", STANDBY: "d20261127b"}
    assert dkim.text_of_map(BEGUN, DOMAINS) == "laocai.gov.vn d20261127a\nmail.laocai.gov.vn d20261127a\n"


def test_keys_do_not_rotate_before_the_end_of_their_life() -> None:
    later, said = run(BEGUN, NOW + 179 * DAY)
    assert does(later) == does(BEGUN)
    assert "d20261127b follows on 2027-05-26" in said


def test_standby_key_signs_after_the_life_of_the_signing_key() -> None:
    later, said = run(BEGUN, NOW + 180 * DAY)
    assert does(later)[SIGNING] == "d20261127b"
    assert does(later)[FORMER] == "d20261127a"
    assert "keep d20261127a in DNS for 14 days more" in said


def test_requested_rotation_waits_for_dns_over_several_runs() -> None:
    waiting, said = run(BEGUN, NOW + 2 * DAY, {"d20261127a"}, rotate=True)
    assert does(waiting) == does(BEGUN)
    assert "Waiting for DNS: not every name server holds d20261127b" in said
    waiting, said = run(waiting, NOW + 3 * DAY)  # nobody asks again
    assert does(waiting) == does(BEGUN)
    assert "wait until" in said
    done, said = run(waiting, NOW + 3 * DAY + HOUR)
    assert does(done)[SIGNING] == "d20261127b"
    assert not done.rotating


def test_standby_key_that_vanishes_from_dns_does_not_sign() -> None:
    waiting, _ = run(BEGUN, NOW + 2 * DAY, {"d20261127a"}, rotate=True)
    waiting, _ = run(waiting, NOW + 3 * DAY)
    waiting, said = run(waiting, NOW + 4 * DAY, {"d20261127a"})
    assert "Waiting for DNS" in said
    waiting, said = run(waiting, NOW + 5 * DAY)
    assert "wait until" in said  # from the beginning


def test_repeated_rotation_request_rotates_once() -> None:
    done, _ = run(BEGUN, NOW + 2 * DAY, rotate=True)
    assert does(done)[SIGNING] == "d20261127b"
    again, said = run(done, NOW + 2 * DAY + 60, rotate=True)
    assert does(again) == does(done)
    assert "no other follows before 2026-11-30" in said


def test_former_key_stays_published_for_its_period() -> None:
    done, _ = run(BEGUN, NOW + 2 * DAY, rotate=True)
    kept, _ = run(done, NOW + 16 * DAY - 1)
    assert FORMER in does(kept)
    gone, said = run(kept, NOW + 16 * DAY)
    assert FORMER not in does(gone)
    assert "take d20261127a._domainkey out of DNS" in said


def test_selectors_of_one_day_are_unique() -> None:
    keys, names = BEGUN, set(does(BEGUN).values())
    timing = Timing(180 * DAY, 0, 14 * DAY, 0)
    for _ in range(6):
        keys = dkim.seen(keys, {key.selector for key in keys.keys}, NOW)
        keys, _said = dkim.advanced(keys, timing, NOW, rotate=True)
        assert does(keys)[STANDBY] not in names
        names.add(does(keys)[STANDBY])


@given(
    st.lists(
        st.tuples(st.integers(0, 200 * DAY), st.booleans(), st.sampled_from(["all", "none", "signing"])), max_size=30
    )
)
def test_signing_key_was_always_seen_in_dns_before(runs: list[tuple[int, bool, str]]) -> None:
    """But the very first key: it signs before anybody can have published it, which is no worse than no signature."""
    keys, now = BEGUN, NOW
    seen = {does(BEGUN)[SIGNING]}
    for passed, rotate, what in runs:
        now += passed
        held = {"all": None, "none": set(), "signing": {does(keys)[SIGNING]}}[what]
        seen |= {key.selector for key in keys.keys} if held is None else held
        before = keys
        keys, _said = run(keys, now, held, rotate=rotate)
        states = [key.state for key in keys.keys]
        assert (states.count(SIGNING), states.count(STANDBY)) == (1, 1)
        assert does(keys)[SIGNING] in seen
        if does(keys)[SIGNING] != does(before)[SIGNING]:
            assert does(before)[SIGNING] in {key.selector for key in keys.keys if key.state == FORMER}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dkim.Store:
    """Keys of few bits: only their names matter here."""
    return dkim.Store(tmp_path, "", bits=1024)


def test_store_reads_the_keys_that_it_wrote(store: dkim.Store, tmp_path: Path) -> None:
    assert store.write(BEGUN, DOMAINS)
    assert store.read() == BEGUN
    assert not store.write(BEGUN, DOMAINS)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o640}
    for selector, text in store.public(BEGUN).items():
        key = subprocess.run(
            ["openssl", "pkey", "-in", tmp_path / f"{selector}.key", "-pubout"],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        assert text.removeprefix("v=DKIM1; k=rsa; p=") == "".join(key.split("\n")[1:-2])


@pytest.mark.parametrize(("lost", "signs"), [(SIGNING, STANDBY), (STANDBY, SIGNING)])
def test_lost_key_is_not_made_again_under_its_selector(
    store: dkim.Store, tmp_path: Path, lost: str, signs: str
) -> None:
    store.write(BEGUN, DOMAINS)
    (tmp_path / f"{does(BEGUN)[lost]}.key").unlink()
    keys, _said = run(store.read(), NOW + DAY)
    assert does(keys) == {SIGNING: does(BEGUN)[signs], STANDBY: "d20261128a"}
    assert store.write(keys, DOMAINS)
    assert (tmp_path / dkim.MAP).read_text() == dkim.text_of_map(keys, DOMAINS)


class Cut(BaseException):
    """The run ends here."""


def cut_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The n-th file that is put in its place is not."""
    real: Callable[..., Path] = Path.replace
    count = 0

    def replaced(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == step:
            raise Cut
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replaced)


@pytest.mark.parametrize("step", range(1, 4))
def test_interrupted_run_leaves_a_signing_key(
    store: dkim.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    store.write(BEGUN, DOMAINS)
    after, _said = run(BEGUN, NOW + 2 * DAY, rotate=True)
    with monkeypatch.context() as within:
        cut_at(step, within)
        with pytest.raises(Cut):
            store.write(after, DOMAINS)
    signing = (tmp_path / dkim.MAP).read_text().split()[1]
    assert (tmp_path / f"{signing}.key").exists()
    assert signing in {key.selector for key in store.read().keys}
    # The next run ends where the one before would have.
    found = store.read()
    ended, _said = run(found, NOW + 2 * DAY + 1, rotate=True)
    store.write(ended, DOMAINS)
    assert does(store.read())[SIGNING] == "d20261127b"
    assert {path.name for path in tmp_path.iterdir()} == {
        dkim.STATE, dkim.MAP, *(f"{key.selector}.key" for key in ended.keys)
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"keys": [{}], "rotating": false}',
        '{"keys": [{"selector": "../x", "state": "signing", "since": 1}], "rotating": false}',
    ],
)
def test_damaged_state_file_is_refused_by_name(store: dkim.Store, tmp_path: Path, text: str) -> None:
    (tmp_path / dkim.STATE).write_text(text)
    with pytest.raises(Failure, match="is broken: restore it"):
        store.read()


def test_state_file_contains_no_private_key(store: dkim.Store, tmp_path: Path) -> None:
    store.write(BEGUN, DOMAINS)
    data = json.loads((tmp_path / dkim.STATE).read_text())
    assert data["keys"][0] == {"selector": "d20261127a", "state": "signing", "since": NOW, "held": NOW}
    assert Key(**data["keys"][0]) == BEGUN.keys[0]


def test_twenty_seventh_selector_of_a_day_is_refused() -> None:
    full = Keys(tuple(Key(f"d20261127{letter}", FORMER, NOW) for letter in "abcdefghijklmnopqrstuvwxyz"))
    with pytest.raises(Failure, match="run again tomorrow"):
        dkim.completed(full, NOW)
