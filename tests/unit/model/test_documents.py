"""Tests for numbers and symbols of documents (R6), in all shapes that bodies of the province use."""

from __future__ import annotations

import pytest

from danhba.model.documents import Document, parse


@pytest.mark.clause("R5")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("33/2010/QĐ-UBND", Document("33", "2010", "QĐ", "UBND")),
        ("3712/QĐ-UBND", Document("3712", "", "QĐ", "UBND")),
        ("44/TTr-STTTT", Document("44", "", "TTr", "STTTT")),
        ("01/QĐ-STTTT", Document("01", "", "QĐ", "STTTT")),
        ("05/GUQ-STTTT", Document("05", "", "GUQ", "STTTT")),
        ("12a/BC-STTTT", Document("12a", "", "BC", "STTTT")),
        ("123/2005/QĐ.UB", Document("123", "2005", "QĐ", "UB")),
        ("64/2007/NĐ-CP", Document("64", "2007", "NĐ", "CP")),
        ("34/2008/CT-TTg", Document("34", "2008", "CT", "TTg")),
        ("07/2002/TT-BKHCN", Document("07", "2002", "TT", "BKHCN")),
        ("143/2025/QĐ-UBND", Document("143", "2025", "QĐ", "UBND")),
        ("9/TB-VPUBND.NC", Document("9", "", "TB", "VPUBND.NC")),
        ("414-CTr/TU", Document("414", "", "CTr", "TU")),
        ("384-QĐ/TW", Document("384", "", "QĐ", "TW")),
        ("20/2023/QH15", Document("20", "2023", "", "QH15")),
        ("1673/NQ-UBTVQH15", Document("1673", "", "NQ", "UBTVQH15")),
        ("650/UBND-NV", Document("650", "", "", "UBND-NV")),
        ("12/STTTT-VP", Document("12", "", "", "STTTT-VP")),
        ("6987/SNNMT-KS", Document("6987", "", "", "SNNMT-KS")),
        ("1027/CTK-CSCL", Document("1027", "", "", "CTK-CSCL")),
        ("2129/BTTTT-ƯDCNTT", Document("2129", "", "", "BTTTT-ƯDCNTT")),
        ("7/GPMT-UBND", Document("7", "", "", "GPMT-UBND")),
    ],
)
def test_parse_shape_in_use_returns_its_parts(text: str, expected: Document) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "33",
        "QĐ-UBND",
        "33/2010",
        "33/QĐ",
        "33/QĐ-",
        "650/UBND",
        "33/2010/UBND-NV",
        "33/QĐ UBND",
        "33 /QĐ-UBND",
        "Số: 05/BC-STTTT",
        "33/qđ-ubnd",
        "33/QÐ-UBND",
        "33/2010/QĐ-UBND ",
        "1234567/QĐ-UBND",
        "33/20/QĐ-UBND",
        "414-CTr",
        "20/2023/QH",
        "650/",
        "/UBND-NV",
        "650/UBND--NV",
        "650/UBND-NV\n",
        "quyết định",
        "33/2010/QĐ-UBND; 34/2010/QĐ-UBND",
    ],
)
def test_parse_other_text_returns_none(text: str) -> None:
    assert parse(text) is None
