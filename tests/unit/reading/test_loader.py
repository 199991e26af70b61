"""Tests for findings about bytes, characters and names of files.

Each case changes one thing in the sample register and lists all findings that follow.
"""

from __future__ import annotations

import unicodedata

from danhba.checking.check import check
from tests.support.cases import Case, P, S, U, change, each, found, replace, without
from tests.support.looped import for_each
from tests.support.registers import SAMPLE, STTTT, UBND, files
from tests.support.said import recorded, values

VINH = "name: Nguyễn Văn Vịnh"

CASES = [
    without("no province", P, "province.yml:1:1 province-missing"),
    replace("the province is a link", P, None, "province.yml:1:1 file-unreadable"),
    replace("a file too large or a directory", "agencies/x.yml", None, "agencies/x.yml:1:1 file-unreadable"),
    replace("another ending", "agencies/snv.yaml", STTTT, "agencies/snv.yaml:1:1 file-name"),
    replace("an impossible code", "agencies/Sở.yml", STTTT, "agencies/Sở.yml:1:1 file-name"),
    replace("a folder within", "agencies/a/snv.yml", STTTT, "agencies/a/snv.yml:1:1 file-name"),
    replace("a code of another file", "agencies/snv.yml", UBND, "agencies/snv.yml:2:9 agency-code"),
    replace("an empty file", "agencies/snv.yml", "", "agencies/snv.yml:1:1 file-empty"),
    replace("only a comment", "agencies/snv.yml", "# nothing\n", "agencies/snv.yml:1:1 file-empty"),
    replace("only a beginning", "agencies/snv.yml", "---\n", "agencies/snv.yml:1:1 file-empty"),
    replace("an empty province", P, "", "province.yml:1:1 file-empty"),
    replace("Latin-1", U, "name: Tr\xecnh\n".encode("latin-1"), "agencies/ubnd.yml:1:9 file-legacy"),
    replace("UTF-16", S, STTTT.encode("utf-16"), "agencies/stttt.yml:1:1 file-legacy"),
    replace(
        "TCVN3",
        S,
        "name: Sở Tư pháp".encode()
        .replace("ở".encode(), b"\xeb")
        .replace("ư".encode(), b"\xad")
        .replace("á".encode(), b"\xb8"),
        "agencies/stttt.yml:1:8 file-legacy",
    ),
    replace("a picture", U, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "agencies/ubnd.yml:1:1 file-encoding"),
    change("TCVN3 read as Latin-1", S, VINH, "name: NguyÔn V¨n VÞnh", f"{S}:14:11 unicode-legacy"),
    change("VNI read as Latin-1", S, VINH, "name: Nguyeãn Vaên Vònh", f"{S}:14:11 unicode-legacy"),
    change("UTF-8 read as Latin-1", S, "title: Giám đốc", "title: GiÃ¡m Ä‘á»‘c", f"{S}:15:12 unicode-legacy"),
    replace(
        "Windows-1258 after other lines",
        U,
        b"---\nagency: ubnd\nname: \xc3\x9a \xd2\n",
        "agencies/ubnd.yml:3:9 file-encoding",
    ),
    replace("CRLF", U, UBND.replace("\n", "\r\n"), "agencies/ubnd.yml:1:4 file-lines"),
    replace("a byte order mark", U, "\ufeff" + UBND, "agencies/ubnd.yml:1:1 unicode-invisible"),
    change("NFD", S, VINH, unicodedata.normalize("NFD", VINH), *(f"{S}:14:{c} unicode-nfc" for c in (16, 22, 27))),
    change("a zero-width space", S, VINH, "name: Nguyễn\u200b Văn Vịnh", f"{S}:14:17 unicode-invisible"),
    change("a line separator", S, "Giám đốc", "Giám\u2028", f"{S}:15:16 unicode-invisible"),
    change("eth for Đ", S, "9/QĐ-STTTT", "9/QÐ-STTTT", f"{S}:23:20 document-shape", f"{S}:23:23 unicode-lookalike"),
]


@each(CASES)
def test_check_changed_sample_reports_expected_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_check_changed_sample_fills_messages_with_recorded_values(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"


def test_load_many_wrong_characters_reports_the_first_twenty() -> None:
    names = " ".join(unicodedata.normalize("NFD", "Vịnh") for _ in range(500))
    findings = check(files({**SAMPLE, U: UBND.replace("tỉnh", "tỉnh\u200b" * 30) + f"# {names}\n"})).findings
    rules = [finding.rule.id for finding in findings]
    assert rules.count("unicode-nfc") == 20
    assert rules.count("unicode-invisible") == 20
