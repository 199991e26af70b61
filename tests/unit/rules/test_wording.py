"""The rules on how names, titles and telephones are written.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import ENTRY, NAME, PHU, WITH, Case, P, S, U, change, each, found
from tests.support.looped import for_each
from tests.support.registers import agency, person, register
from tests.support.said import recorded, values


def named(name: str, *expected: str, more: str = "") -> Case:
    """The third person of the sample under another name."""
    return change(f"the name {name}", S, "Giàng Seo Phử", name + more, *expected)


def typed(name: str, *expected: str) -> Case:
    """The third person's name; the address stays, for marks do not count."""
    return change(f"typed {name}", S, "name: Giàng Seo Phử", f"name: {name}", *expected)


def titled(title: str, *expected: str) -> Case:
    """The first person of the sample with another title."""
    return change(f"the title {title}", S, "title: Giám đốc", f"title: {title}", *expected)


def called(phone: str, *expected: str) -> Case:
    """The first person of the sample with another telephone."""
    return change(f"the telephone {phone}", S, "0214 3 840 034", phone, *expected)


NUMBERS = (
    "0912 345 678",
    "0384123456",
    "+84 912 345 678",
    "84 987654321",
    "+84 (0)912 345 678",
    "0168 234 5678",
    "0123.456.7890",
)


def stated(key: str, value: str, *expected: str) -> Case:
    """The third person of the sample with one key more."""
    return change(f"{key} {value}", S, PHU, f'{PHU}    {key}: "{value}"\n', *expected)


CASES = [
    *(
        stated("unit", number, f"{S}:26:11 text-national")
        for number in (
            "Tổ 010090012345",
            "010 090 012 345",
            "0100.9001.2345",
            "063123456",
            "Số 063 123 456",
            "x012345678y",
        )
    ),
    *(
        stated("unit", number)
        for number in (
            "Tổ 12",
            "Khóa 2016-2021",
            "Kho 12345678",
            "Kho 1234567890",
            "110090012345",
            "Tổ 0100900123456",
            "63 123 456",
        )
    ),
    stated("phone", "010090012345", f"{S}:26:12 text-national"),
    stated("phone", "020 840 034"),
    stated("phone", "02143840034"),
    *(stated("phone", number, f"{S}:26:12 text-national") for number in ("063123456", "063 123 456", "063.123.456")),
    *(
        stated("phone", f"{shown}", f"{S}:26:12 office-phone", f"{S}:26:12 text-national")
        for shown in ("CMND 063123456", "số CCCD 020 840 034", "063123456 (của An)", "Căn cước: 0200 840 034")
    ),
    stated("phone", "0214 3840 034 (gọi CMT)", f"{S}:26:12 office-phone"),
    stated("unit", "Hộ chiếu 12345678", f"{S}:26:11 text-national"),
    stated("unit", "Tổ chứng minh 12"),
    change(
        "a national number in a title",
        S,
        "Giám đốc",
        "Giám đốc 010090012345",
        f"{S}:15:12 text-national",
        f"{S}:15:12 title-content",
    ),
    change(
        "a national number in a comment",
        S,
        "    leader: true",
        "    leader: true  # CCCD 010090012345",
        f"{S}:16:26 text-national",
    ),
    change(
        "a national number in a line of comment",
        P,
        "operator: stttt",
        "# 063123456\noperator: stttt",
        f"{P}:5:3 text-national",
    ),
    change("a number in a comment", S, "    leader: true", "    leader: true  # 0214 3 840 034, 12/2008"),
    change("a national number for the support", P, "0214 3 000 000", "0214 3000 0001", f"{P}:6:10 text-national"),
    change("a name of an agency with markup", S, "Sở Thông", "<b>Sở</b> Thông", f"{S}:3:7 text-markup"),
    change("a name of an agency with an entity", S, "tin và", "tin &amp; và", f"{S}:3:7 text-markup"),
    change("a name of an agency with a sign", U, "name: Ủy ban", "name: A&B < C & Ủy ban"),
    stated("title", "Trưởng phòng GIÀNG SEO PHỬ", f"{S}:26:12 title-content"),
    stated("unit", "<script>x</script>", f"{S}:26:11 text-markup"),
    *(
        named(name, f"{S}:25:11 name-placeholder", more="\n    address: gsphu-stttt\n    address_document: 3/STTTT-VP")
        for name in ("Test Test", "Demo User", "Nguyen Test", "Lan Lan", "Lan lan LAN")
    ),
    typed("Nguyen Van Vinh", f"{S}:25:11 name-marks"),
    typed("tran thi hoa", f"{S}:25:11 name-marks"),
    typed(
        "Nguyen",
    ),
    typed("Nguyễn Van Vinh"),
    typed("Cao Lan Anh"),
    typed("Nguy\u1ec5n V\u0430n", f"{S}:25:19 unicode-lookalike"),
    change("Greek in the name of an agency", S, NAME, "name: Sở N\u03bfi", f"{S}:3:11 unicode-lookalike"),
    change("wide letters", S, "title: Giám đốc", "title: \uff30hó", f"{S}:15:12 unicode-lookalike"),
    *(
        named(name, f"{S}:25:11 name-capitals")
        for name in ("GIÀNG SEO PHỬ", "giàng seo phử", "Giàng seo Phử", "Giàng Seo PHỬ", "H'HEN NIÊ")
    ),
    *(
        named(name)
        for name in (
            "Giàng A Phử",
            "H'Hen Niê",
            "Y Ban",
            "Đ’Sơn K’Phử",
            "McDonald An",
            "Ánh",
            "Đồng Văn Chí",
            "Bá Thị Cố",
        )
    ),
    *(
        named(name, f"{S}:25:11 name-title")
        for name in (
            "Ông Giàng Phử",
            "BÀ Giàng Phử",
            "ThS Giàng Phử",
            "TS Giàng Phử",
            "PGS TS Giàng Phử",
            "Đồng chí Giàng Phử",
        )
    ),
    named("ThS. Giàng Phử", f"{S}:25:11 name-character", f"{S}:25:11 name-title"),
    named("Ông Ích Khiêm", more="\n    family: Ông"),
    named("Ông"),
    *(
        titled(title)
        for title in ("Bác sĩ chuyên khoa I", "Phó Trưởng phòng Nghiệp vụ 1", "BTV", "Kiểm soát viên thị trường")
    ),
    *(titled(title, f"{S}:15:12 text-capitals") for title in ("GIÁM ĐỐC", "PHÓ CHÁNH VĂN PHÒNG")),
    *(
        titled(title, f"{S}:15:12 title-content")
        for title in (
            "Giám đốc 0912 345 678",
            "Giám đốc x@laocai.gov.vn",
            "Giám đốc Nguyễn văn vịnh",
            "Chuyên viên 01.003",
        )
    ),
    Case(
        "a name of one word that is in the title",
        register(agency("aa", person("1", "An", "2011-01-01", title="Cán bộ An toàn giao thông"))),
        [],
    ),
    *(called(phone, f"{S}:17:12 phone-mobile") for phone in NUMBERS),
    *(called(phone) for phone in ("0214 3 840 034", "+84 214 3840 034", "020 3 840 034", "1900 1234", "3 840 034")),
    change(
        "an agency in capitals",
        S,
        NAME,
        NAME.replace("Sở Thông tin", "SỞ THÔNG TIN").upper().replace("NAME", "name"),
        f"{S}:3:7 text-capitals",
    ),
    change("an agency known by its letters", S, NAME, "name: VNPT"),
    change("a unit in capitals", S, ENTRY, WITH + "unit: PHÒNG KẾ TOÁN\n", f"{S}:21:11 text-capitals"),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
