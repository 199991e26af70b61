"""Tests for the support's telephone: pages, settings and server replies contain it, so it must not end a text there."""

from __future__ import annotations

import json

import pytest

from danhba.checking.check import check
from tests.support.registers import edited, files


def rules(phone: str) -> set[str]:
    """Return the ids of the rules that a register with this telephone breaks."""
    texts = edited("province.yml", ('"0214 3 000 000"', json.dumps(phone, ensure_ascii=False)))
    return {finding.rule.id for finding in check(files(texts)).findings}


@pytest.mark.parametrize(
    "phone", ["0214'; phpinfo(); //", 'a"b', "<b>0214</b>", "0214\\", "0214\u0007", "0214 3\n000", "0214\u001b"]
)
def test_check_phone_with_quotes_or_control_characters_is_refused(phone: str) -> None:
    assert rules(phone) & {"schema-shape", "yaml-escape"}


@pytest.mark.parametrize("phone", ["0214 3 000 000", "+84 214 3 000 000"])
def test_check_usual_phone_passes(phone: str) -> None:
    assert rules(phone) == set()


def test_check_unusual_phone_is_taken_with_advice() -> None:
    assert rules("số 0214 3 000 000, máy lẻ 12") == {"office-phone"}
