"""Where a request is made from a branch, as the forges have it."""

from __future__ import annotations

from datetime import date

import pytest

from danhba.governance.branch import link, new_name


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/laocai/so.git", "https://github.com/laocai/so/compare/main...stttt-1"),
        (
            "https://clerk:token@git.laocai.gov.vn/so/danhba",
            "https://git.laocai.gov.vn/so/danhba/compare/main...stttt-1",
        ),
        ("git@git.laocai.gov.vn:so/danhba.git", "https://git.laocai.gov.vn/so/danhba/compare/main...stttt-1"),
        (
            "ssh://git@git.laocai.gov.vn:2222/so/danhba.git",
            "https://git.laocai.gov.vn/so/danhba/compare/main...stttt-1",
        ),
        (
            "git@gitlab.laocai.gov.vn:so/danhba.git",
            "https://gitlab.laocai.gov.vn/so/danhba/-/merge_requests/new?merge_request%5Bsource_branch%5D=stttt-1",
        ),
        ("/srv/git/so.git", ""),
        ("file:///srv/git/so.git", ""),
        ("", ""),
    ],
)
def test_where_a_request_is_made(remote: str, expected: str) -> None:
    assert link(remote, "main", "stttt-1") == expected


def test_a_new_branch_says_whose_files_it_changes() -> None:
    first, second = (new_name(["stttt"], date(2026, 12, 1)) for _ in range(2))
    assert first.startswith("stttt-2026-12-01-")
    assert first != second
    assert new_name(["snv", "stttt"], date(2026, 12, 1)).startswith("so-2026-12-01-")
