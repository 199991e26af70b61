"""Folders' names, as they lie on the disk and as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba_host.archive import folders

NAMES = st.lists(st.text(min_size=1).filter(lambda part: "/" not in part), min_size=1).map("/".join)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("", "INBOX"),
        (".Sent", "Sent"),
        (".L&APQ-u", "Lôu"),  # as Dovecot 2.4 stores it
        (".Vi&Hsc-c.N&AQM-m nay^2ev2", "Việc/Năm nay.v2"),
        (".A&-B", "A&B"),
        (".a^2fb", "a/b"),
        (".&2AA-", "&2AA-"),  # half of a letter
        (".&x-", "&x-"),
    ],
)
def test_names_are_shown(stored: str, shown: str) -> None:
    assert folders.shown(stored) == shown


@pytest.mark.parametrize("name", ["Khôi phục official 000105", "A/B.c", "a&b~c^d", "Đã/gửi 𝄞"])
def test_names_are_stored(name: str) -> None:
    assert folders.shown(folders.stored(name)) == name
    assert folders.stored(name).isascii()


@given(NAMES.filter(lambda name: name != "INBOX" and name.isprintable()))
def test_whatever_it_is_called_it_stays_in_its_mailbox(name: str) -> None:
    stored = folders.stored(name)
    assert folders.shown(stored) == name
    assert stored.startswith(".")
    assert "/" not in stored
    assert ".." not in stored
