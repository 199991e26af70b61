"""Where a message goes, who answers for it, and what passes without an exception."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from danhba_host.secrecy_gate import decision
from danhba_host.secrecy_gate.protocol import Envelope, Malformed, parse
from danhba_host.secrecy_gate.settings import Settings
from danhba_host.secrecy_gate.texts import MARKED, PLACES, UNREADABLE, level_of, place_of
from tests.support.secrecy import ENVELOPE, SETTINGS

DOMAIN = "laocai.gov.vn"
GIVEN = Envelope(**ENVELOPE, octets=0)


@pytest.mark.parametrize(
    ("changed", "going"),
    [
        ({}, "outgoing"),
        ({"recipients": ["a@laocai.gov.vn", "b@example.vn"]}, "outgoing"),
        ({"recipients": ["a@LAOCAI.gov.vn"]}, "internal"),
        ({"recipients": ["a@x.laocai.gov.vn"]}, "outgoing"),
        ({"recipients": ["postmaster"]}, "outgoing"),
        ({"user": ""}, "incoming"),
        ({"user": "", "client": "127.0.0.1"}, "outgoing"),
        ({"user": "", "client": "", "recipients": ["a@laocai.gov.vn"]}, "internal"),
    ],
)
def test_direction(changed: dict[str, Any], going: str) -> None:
    assert decision.direction(replace(GIVEN, **changed), DOMAIN) == going


def test_who_has_signed_in_answers_for_a_message() -> None:
    assert decision.sender_of(replace(GIVEN, sender="khac@laocai.gov.vn")) == "nvvinh-stttt@laocai.gov.vn"
    assert decision.sender_of(replace(GIVEN, user="", sender="Ai@Bo.gov.vn")) == "ai@bo.gov.vn"


def test_nobody_is_excepted_by_writing_an_address_of_ours() -> None:
    assert decision.may_be_excepted(GIVEN, DOMAIN)
    assert decision.may_be_excepted(replace(GIVEN, user="", sender="ai@bo.gov.vn"), DOMAIN)
    assert not decision.may_be_excepted(replace(GIVEN, user=""), DOMAIN)


@pytest.mark.parametrize("going", ["outgoing", "internal", "incoming"])
@pytest.mark.parametrize("setting", ["refuse", "note"])
def test_unreadable_by_the_setting_of_its_direction_and_a_mark_never(going: str, setting: str) -> None:
    values = {**SETTINGS, **{f"unreadable_{each}": "note" for each in ("outgoing", "internal", "incoming")}}
    settings = Settings(**{**values, f"unreadable_{going}": setting})
    assert decision.passes("unreadable", going, settings) == (setting == "note")
    assert decision.passes("clean", going, settings)
    assert not decision.passes("marked", going, settings)


@pytest.mark.parametrize("place", PLACES.values())
@pytest.mark.parametrize("text", [MARKED, UNREADABLE])
def test_texts_fit_in_one_line_of_smtp(text: str, place: str) -> None:
    said = text.format(level="TUYET MAT", place=place, reference="BM-20261127-K7Q2M9", basis=f" ({SETTINGS['basis']})")
    assert said.isascii()
    assert len(said) <= 450
    assert "khoan 1 Dieu 7" in said


def test_names_of_files_are_not_told() -> None:
    places = [place_of(where) for where in ("subject", "text", "html", "text › x", "văn bản mật.docx › header", "")]
    assert places == ["subject", "text", "text", "attachment", "attachment", ""]


def test_the_line_of_a_text_is_no_attachment() -> None:
    lines = ("text › line 3", "html › line 1", "a.txt › line 3", "a.eml › text › line 3")
    assert [place_of(where) for where in lines] == ["text", "text", "attachment", "attachment"]


def test_the_highest_level_counts() -> None:
    assert level_of(["mat", "tuyet-mat", "toi-mat"]) == "tuyet-mat"
    assert level_of([]) == ""


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{}",
        b'{"octets": 1}',
        b"[" * 100_000,
        b'{"sender": 1, "recipients": [], "user": "", "client": "", "queue_id": "", "octets": 1}',
        b'{"sender": "", "recipients": [1], "user": "", "client": "", "queue_id": "", "octets": 1}',
        b'{"sender": "", "recipients": [], "user": "", "client": "", "queue_id": "", "octets": true}',
        b'{"sender": "", "recipients": [], "user": "", "client": "", "queue_id": "", "octets": -1}',
        b'{"sender": "", "recipients": [], "user": "", "client": "", "queue_id": "", "octets": 1, "more": 1}',
    ],
)
def test_what_is_no_question(line: bytes) -> None:
    with pytest.raises(Malformed):
        parse(line)
