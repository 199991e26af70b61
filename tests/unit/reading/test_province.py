"""The support's telephone is put into pages, settings and answers of servers: nothing that could end a text there."""

from __future__ import annotations

import json

import pytest

from danhba.checking.check import check
from tests.support.registers import edited, files


def rules(phone: str) -> set[str]:
    """The rules that object to a register with this telephone."""
    texts = edited("province.yml", ('"0214 3 000 000"', json.dumps(phone, ensure_ascii=False)))
    return {finding.rule.id for finding in check(files(texts)).findings}


@pytest.mark.parametrize(
    "phone", ["0214'; phpinfo(); //", 'a"b', "<b>0214</b>", "0214\\", "0214\u0007", "0214 3\n000", "0214\u001b"]
)
def test_what_could_end_a_text_is_refused(phone: str) -> None:
    assert rules(phone) & {"schema-shape", "yaml-escape"}


@pytest.mark.parametrize("phone", ["0214 3 000 000", "+84 214 3 000 000"])
def test_a_telephone_is_none_of_that(phone: str) -> None:
    assert rules(phone) == set()


def test_an_unusual_telephone_is_advised_against_and_taken() -> None:
    assert rules("số 0214 3 000 000, máy lẻ 12") == {"office-phone"}
