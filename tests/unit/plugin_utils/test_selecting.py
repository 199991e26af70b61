"""Whom a reissue means (R10.5): the operator's words, made into an order or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Register
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import ARGUMENTS, Order
from ansible_collections.laocai.mail.plugins.plugin_utils import selecting
from ansible_collections.laocai.mail.plugins.plugin_utils.controller import read_register

from tests.support.registers import write

pytestmark = pytest.mark.clause("R10.5")
DAY = date(2026, 11, 24)
NOW = datetime.fromisoformat("2026-11-24T10:00:00+07:00")
REPORT = {"document": "12/BC-STTTT", "document_date": "2026-11-23"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where files of addresses are."""
    return tmp_path_factory.mktemp("lists")


@pytest.fixture(scope="module")
def levels(folder: Path) -> Register:
    """Agencies below one another, and one beside them."""
    read, _issued = read_register(write(folder / "directory"))
    stttt = replace(read.agencies["stttt"], parent="")
    below = {code: replace(stttt, code=code, parent=parent) for code, parent in (("tt", "stttt"), ("ttx", "tt"))}
    return replace(read, agencies={"snv": replace(stttt, code="snv"), "stttt": stttt, **below})


Asked = Callable[..., Order]


@pytest.fixture
def order(folder: Path, levels: Register) -> Asked:
    """The order that some options mean."""

    def asked(**given: Any) -> Order:
        arguments = {name: spec.get("default") for name, spec in ARGUMENTS.items()} | given
        return selecting.order(arguments, levels, DAY, NOW, lambda text: str(folder / text))

    return asked


def test_empty_selection_means_first_passwords(order: Asked) -> None:
    assert order() == Order([], "", 0)


def test_named_accounts_cite_document_and_day(order: Asked) -> None:
    asked = order(accounts=["a@b.vn"], acknowledge=3, **REPORT)
    assert asked == Order(["a@b.vn"], "12/BC-STTTT", 3, reported="2026-11-23")


def test_agency_includes_subordinate_agencies(order: Asked) -> None:
    asked = order(agency=" TT ", **REPORT)
    assert (asked.agencies, asked.once, asked.accounts) == (["tt", "ttx"], True, [])
    assert order(agency="stttt", **REPORT).agencies == ["stttt", "tt", "ttx"]


def test_file_of_addresses_is_read_by_line(order: Asked, folder: Path) -> None:
    (folder / "leaked").write_text("\ufeff# lộ ngày 23\nA@x.vn\n\n b@x.vn \na@x.vn\n", encoding="utf-8")
    asked = order(file="leaked", **REPORT)
    assert (asked.accounts, asked.once) == (["a@x.vn", "b@x.vn"], True)


@pytest.mark.parametrize(
    ("client", "since", "seen"),
    [
        ("203.0.113.7", "2026-11-20", ("203.0.113.7/32", "2026-11-19T17:00:00+00:00")),
        ("203.0.113.7/24", "2026-11-20T07:30", ("203.0.113.0/24", "2026-11-20T00:30:00+00:00")),
        ("2001:db8::1", "2026-11-20T07:30:00Z", ("2001:db8::1/128", "2026-11-20T07:30:00+00:00")),
        ("203.0.113.7", "2026-11-24T10:00:00+07:00", ("203.0.113.7/32", "2026-11-24T03:00:00+00:00")),
    ],
)
def test_client_address_and_time_are_read(order: Asked, client: str, since: str, seen: tuple[str, str]) -> None:
    asked = order(client=client, since=since, **REPORT)
    assert (asked.client, asked.since) == seen
    assert asked.once


@pytest.mark.parametrize(
    ("given", "vi", "en"),
    [
        ({"agency": "tt", "accounts": ["a@b.vn"], **REPORT}, "Chỉ nêu một trong", "accounts, agency"),
        ({"agency": "tt"}, "phải dẫn báo cáo, gồm số và ngày", "set document and document_date"),
        ({"agency": "tt", "document": "12/BC-STTTT"}, "phải dẫn báo cáo", "document_date"),
        ({"agency": "tt", "document_date": "2026-11-23"}, "ngày của văn bản nêu ở document", "must be the day"),
        ({"agency": "xyz", **REPORT}, "Sổ không có cơ quan 'xyz'", "no agency 'xyz'"),
        ({"document": "báo cáo miệng"}, "không phải số, ký hiệu", "not the number and symbol"),
        ({**REPORT, "document_date": "23/11/2026"}, "như 2026-11-24", "like 2026-11-24"),
        ({**REPORT, "document_date": "2026-11-25"}, "đề ngày 2026-11-25, sau ngày", "dated 2026-11-25, after"),
        ({"client": "203.0.113.7", **REPORT}, "phải nêu cùng nhau", "go together"),
        ({"since": "2026-11-20", **REPORT}, "phải nêu cùng nhau", "go together"),
        ({"client": "máy tôi", "since": "2026-11-20", **REPORT}, "không phải địa chỉ mạng", "no address of a network"),
        ({"client": "203.0.113.7", "since": "hôm qua", **REPORT}, "không phải thời điểm", "is no moment"),
        ({"client": "203.0.113.7", "since": "2026-11-24T10:01", **REPORT}, "ở tương lai", "in the future"),
        ({"file": "absent", **REPORT}, "Không đọc được", "Cannot read"),
        ({"file": "empty", **REPORT}, "không có địa chỉ nào", "has no address"),
        ({"file": "wrong", **REPORT}, "dòng không phải địa chỉ thư: 2, 3, 4, 5, 6, …", "2, 3, 4, 5, 6, …"),
        ({"file": "octets", **REPORT}, "Không đọc được", "UTF-8?"),
        ({"file": "large", **REPORT}, "lớn hơn 8 MB", "larger than 8 MB"),
    ],
)
def test_contradictory_or_invalid_selection_is_refused(
    order: Asked, folder: Path, given: dict[str, Any], vi: str, en: str
) -> None:
    (folder / "empty").write_text("# nothing\n\n")
    (folder / "wrong").write_text("a@b.vn\n" + "Nguyễn Văn A; a@b.vn\n" * 6)
    (folder / "octets").write_bytes(b"\xff\xfe@x.vn")
    (folder / "large").write_bytes(b"a" * ((8 << 20) + 1))
    with pytest.raises(Failure) as refused:
        order(**given)
    assert vi in refused.value.vi
    assert en in refused.value.en
