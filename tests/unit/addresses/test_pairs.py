"""Compares the addresses of the core with a second implementation of the rule, written from the regulation (R4.2)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba.addresses.issuing import Pairs
from danhba.checking.check import check
from tests.fuzz.campaign import Failure, keep
from tests.fuzz.case import WrongError
from tests.fuzz.issuances import MOST, SYSTEM, Issuances, Step, Story, issuances
from tests.fuzz.pairs import Given, candidates, table
from tests.fuzz.worker import Limits
from tests.support.registers import files

# The number of random stories, with fixed seeds and some seventeen issuances each. `python -m tests.fuzz --target
# addresses` runs more.
STORIES = 120
steps = st.builds(Step, *(st.integers(0, most - 1) for most in MOST))


@pytest.mark.clause("R4.2a", "R4.2b")
def test_issue_random_stories_give_the_addresses_of_the_table() -> None:
    given_out = 0
    for number in range(STORIES):
        story = issuances(random.Random(f"pairs {number}"))
        story.run()
        given_out += sum(map(len, Story.of(story.steps).entries.values()))
    assert given_out >= 2000


@settings(max_examples=60)
@given(st.lists(steps, max_size=12).map(tuple), st.sampled_from([(), SYSTEM]))
def test_issue_any_story_gives_the_addresses_of_the_table(story: tuple[Step, ...], system: tuple[str, ...]) -> None:
    Issuances(story, system).run()


def given_out(story: Sequence[Step]) -> Mapping[str, Sequence[str | None]]:
    """Return the local parts that the core gives to each agency's entries."""
    issued = check(files(Story.of(story).texts(()))).issued
    assert issued is not None
    return issued.locals


@pytest.mark.clause("R4.2b")
@settings(max_examples=50)
@given(st.lists(steps, max_size=10), st.lists(steps, max_size=4))
def test_issue_continued_story_changes_no_earlier_address(before: list[Step], after: list[Step]) -> None:
    """Later steps recruit, return, rename or withdraw people under any name, with any pin."""
    shorter, longer = given_out(before), given_out([*before, *after])
    assert {code: longer[code][: len(locals_)] for code, locals_ in shorter.items()} == shorter


@pytest.mark.clause("R4.2b")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Nguyễn Văn Vịnh",
            "nvvinh vinhnv vinhngv vinhnguv vinhnguyv vinhnguyev vinhnguyenv vinhnguyenva vinhnguyenvan",
        ),
        ("Giàng Seo Phử", "gsphu phugs phugis phugias phugians phugiangs phugiangse phugiangseo"),
        ("Sùng A Lềnh", "salenh lenhsa lenhsua lenhsuna lenhsunga"),
        ("Lò Thị", "lthi thil thilo"),
        ("Ánh", "anh anh"),
    ],
)
def test_table_makes_the_candidates_that_the_regulation_lists(name: str, expected: str) -> None:
    """A name of one word has one candidate, which the text of the regulation makes twice."""
    assert candidates(Given("1", name)) == expected.split()


def test_table_one_entry_for_each_sentence_of_the_format_gives_its_address() -> None:
    """Cases: first entry, namesake, return under another name and the same, pin, pin already taken, void entry."""
    entries = [
        Given("1", "Lò Thị"), Given("2", "Lò Thị"), Given("1", "Lò Thị Hà"), Given("1", "Lò Thị"),
        Given("3", "Lưu Thanh Hà"), Given("4", "Lý Anh", pin="banhat-aa"), Given("5", "Lý Anh", pin="banhat-aa"),
        Given("6", "Lò Thị", withdrawn=True), Given("7", "Lò Thị"), Given("6", "Lý Anh"),
    ]  # fmt: skip
    expected = ["lthi", "thil", "ltha", "lthi", "halt", "banhat", None, "thilo", None, "lanh"]
    assert table(entries, "aa") == [local and f"{local}-aa" for local in expected]


def test_comparison_with_the_former_rule_raises_wrong_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the former rule, a person who came back under another name got the address of the former name."""
    monkeypatch.setattr(Pairs, "under", lambda self, person, _name: (self._of.get(person) or [("", None)])[-1][1])
    # Lò Thị joins aa, moves to lan, is renamed Lò Thị Hà there, and moves back.
    story = (Step(8, 1, 0, 0, 0, 0), Step(8, 1, 1, 0, 0, 0), Step(4, 1, 1, 2, 0, 0), Step(8, 1, 0, 0, 0, 0))
    with pytest.raises(WrongError, match="another one than by the table of pairs"):
        Issuances(story).run()


def test_comparison_failure_is_kept_as_the_smallest_story(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Pairs, "under", lambda *_: "decided-aa")
    error = "an address is another one than by the table of pairs"
    failure = Failure("1/addresses/0", f"tests.fuzz.case.WrongError: …\n{error}")
    keep(failure, Limits(), tmp_path, seconds=60)
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("agencies/*.yml"))
    assert written.count("- id:") == 1
    assert error in (tmp_path / "1-addresses-0" / "error.txt").read_text(encoding="utf-8")
