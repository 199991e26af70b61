"""Tests for the addresses of issuances, which depend on the order of the register (R4.1, R4.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.addresses.issuing import LONGEST, appended, contact
from danhba.addresses.rule import candidates
from danhba.checking.check import check
from danhba.vietnamese.names import split
from tests.support.registers import Entry, agency, files, person, register, usable

DAY = "2011-01-01"


def given_out(*people: Entry, code: str = "stttt") -> list[str | None]:
    """Return the local parts of an agency's people, without the code at their end."""
    checked = check(files(register(agency(code, *people))))
    assert checked.issued is not None
    return [local and local.removesuffix(f"-{code}") for local in checked.issued.locals[code]]


def named(*names: str) -> list[Entry]:
    return [person(str(number), name, DAY) for number, name in enumerate(names, 1)]


def pin(local: str) -> dict[str, str]:
    return {"address": f"{local}-stttt", "address_document": "3/STTTT-VP"}


@pytest.mark.clause("R4.1")
def test_contact_code_returns_contact_local_part() -> None:
    assert contact("stttt") == "contact-stttt"


@pytest.mark.clause("R4.2b")
@pytest.mark.parametrize(
    ("people", "expected"),
    [
        pytest.param(named("Nguyễn Văn Vịnh", "Ngô Vân Vinh"), ["nvvinh", "vinhnv"], id="different names, one form"),
        pytest.param(named("Hoàng Lan", "Hoàng Lan", "Lý Anh"), ["hlan", "lanh", "anhl"], id="across the forms"),
        pytest.param(named("Lý Anh", "Hoàng Lan", "Hoàng Lan"), ["lanh", "hlan", "lanho"], id="the other way round"),
        pytest.param(named("Lò Thị", "Lò Thị", "Lò Thị", "Lò Thị"), ["lthi", "thil", "thilo", None], id="all are used"),
        pytest.param(named("Ánh", "Anh"), ["anh", None], id="one word has one form"),
        pytest.param(
            [person("1", "Lò Thị", DAY, "2012-01-01"), person("2", "Lò Thị", DAY)],
            ["lthi", "thil"],
            id="closed is taken",
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01 renamed"),
                person("2", "Lò Thị", DAY),
                person("1", "Lò Thị Hà", "2012-01-01 renamed", "2013-01-01"),
                person("1", "Lò Thị Hà", "2014-01-01", "2015-01-01 renamed"),
                person("1", "Lò Thị", "2015-01-01 renamed"),
                person("3", "Lưu Thanh Hà", DAY),
            ],
            ["lthi", "thil", "ltha", "ltha", "lthi", "halt"],
            id="a new name, one who comes back under it, and the former name again",
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01 renamed"),
                person("1", "Lò Thị Hà", "2012-01-01 renamed", **pin("lthi")),
                person("2", "Lưu Thanh Hà", DAY),
            ],
            ["lthi", "lthi", "ltha"],
            id="a new name under the former address",
        ),
        pytest.param(
            [person("1", "Lò Thị", "2031-01-01"), person("2", "Lò Thị", DAY)], ["lthi", "thil"], id="pending is taken"
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01"),
                person("2", "Lò Thị", DAY),
                person("1", "Lò Thị", "2013-01-01"),
                person("3", "Lò Thị", DAY),
            ],
            ["lthi", "thil", "lthi", "thilo"],
            id="one who comes back",
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01", **pin("banhat")),
                person("1", "Lò Thị", "2013-01-01"),
            ],
            ["banhat", "banhat"],
            id="one who comes back to a pin",
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01"),
                person("1", "Lò Thị Hà", "2013-01-01", "2014-01-01"),
                person("2", "Lưu Thanh Hà", DAY),
                person("1", "Lò Thị", "2015-01-01", "2016-01-01"),
                person("1", "LÒ THỊ HÀ", "2017-01-01"),
            ],
            ["lthi", "ltha", "halt", "lthi", "ltha"],
            id="one who comes back under another name, under the former one, and under the other again",
        ),
        pytest.param(
            [
                person("1", "Lò Thị Hoà", DAY, "2012-01-01", **pin("banhat")),
                person("1", "Lò Thị Hạ", "2013-01-01", "2014-01-01"),
                person("1", "Lò Thị Hòa", "2015-01-01"),
            ],
            ["banhat", "ltha", "banhat"],
            id="a pin is of the name, wherever its tone is written",
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01 renamed", **pin("banhat")),
                person("1", "Lò Thị Hà", "2012-01-01 renamed", "2013-01-01 renamed"),
                person("1", "Lò Thị", "2013-01-01 renamed"),
            ],
            ["banhat", "ltha", "banhat"],
            id="the former name again, to a pin",
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01"),
                person("1", "Lò Thị", "2013-01-01", "2014-01-01", **pin("banhat")),
                person("1", "Lò Thị", "2015-01-01"),
            ],
            ["lthi", "banhat", "banhat"],
            id="of two addresses under one name the last",
        ),
        pytest.param(
            [
                person("2", "Lưu Thanh Hà", DAY),
                person("1", "Lò Thị", DAY, "2012-01-01"),
                person("3", "Lê Trung Hà", DAY, **pin("halt")),
                person("1", "Lò Thị Hà", "2013-01-01"),
            ],
            ["ltha", "lthi", "halt", "halot"],
            id="a present name whose first candidates are others'",
        ),
        pytest.param(
            [
                person("1", "Lý Anh", DAY, "2012-01-01"),
                person("1", "Lò Anh", "2013-01-01"),
            ],
            ["lanh", "lanh"],
            id="a present name that gives the person's own former address",
        ),
        pytest.param(
            [
                person("1", "Lò Thị", DAY, "2012-01-01"),
                person("2", "Anh", DAY),
                person("1", "Ánh", "2013-01-01"),
            ],
            ["lthi", "anh", None],
            id="a present name that has no address left",
        ),
        pytest.param(
            [person("1", "Lò Thị", DAY, **pin("thil")), person("2", "Lò Thị", DAY), person("3", "Lò Thị", DAY)],
            ["thil", "lthi", "thilo"],
            id="a pin takes a candidate of others",
        ),
        pytest.param(
            [person("1", "Lò Thị", DAY), person("2", "Sùng Chứ", DAY, **pin("lthi"))],
            ["lthi", None],
            id="a pin after the candidate is given out",
        ),
        pytest.param(
            [person("1", "Lò Thị", DAY, "2012-01-01"), person("1", "Lò Thị", "2013-01-01", **pin("lthi"))],
            ["lthi", "lthi"],
            id="a pin on the own address",
        ),
        pytest.param(
            [person("1", "Lò Thị", DAY, **pin("contact")), person("2", "Lò Thị", DAY)],
            [None, "lthi"],
            id="a pin that is refused leaves the others alone",
        ),
    ],
)
def test_issue_entries_in_order_give_expected_addresses(people: list[Entry], expected: list[str | None]) -> None:
    assert given_out(*people) == expected


@pytest.mark.clause("R4.2b", "R16")
def test_issue_tenth_namesake_needs_a_pin() -> None:
    people = named(*["Nguyễn Văn Vịnh"] * 10)
    assert given_out(*people) == [*candidates(split("Nguyễn Văn Vịnh")), None]
    assert given_out(*people[:9], people[9] | pin("vinhmoi"))[9] == "vinhmoi"


def test_issue_same_name_in_two_agencies_is_independent() -> None:
    texts = register(agency("stttt", *named("Lò Thị")), agency("ubnd", person("9", "Lò Thị", DAY)))
    assert usable(texts)[1].locals == {"stttt": ["lthi-stttt"], "ubnd": ["lthi-ubnd"]}


def test_issue_long_name_stays_within_64_octets() -> None:
    code, name = "a" * 32, " ".join(["Nguyễn"] * 8 + ["Khuyên"])
    found = given_out(*named(*[name] * 30), code=code)
    assert all(local is None or len(f"{local}-{code}") <= LONGEST for local in found)
    assert (found[0], found[-1]) == ("nnnnnnnnkhuyen", None)
    assert len([local for local in found if local]) == 2 + (LONGEST - len(f"-{code}nnnnnnnnkhuyen"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Contact", [None], id="the only candidate"),
        pytest.param("Cừ Ontact", ["ontactc"], id="the first of several"),
        pytest.param("Contacto", ["contacto"], id="a longer name"),
    ],
)
def test_issue_name_that_reads_contact_takes_another_address(name: str, expected: list[str | None]) -> None:
    """A foreign name that reads `contact` takes its next candidate: contact-… belongs to an agency (R4.1)."""
    assert given_out(*named(name)) == expected


def test_issue_candidate_that_is_a_system_address_is_skipped() -> None:
    texts = register(agency("stttt", *named("Lò Thị")), system_addresses={"lthi-stttt": "contact-stttt"})
    issued = check(files(texts)).issued  # the check also reports province-system-person
    assert issued is not None
    assert issued.locals["stttt"] == ["thil-stttt"]


def test_appended_new_people_returns_their_addresses() -> None:
    loaded, _issued = usable(register(agency("stttt", *named("Lò Thị"))))
    people = loaded.agencies["stttt"].people
    assert appended("stttt", people, ["Lò Thị", "Lò Thị"]) == (["thil-stttt", "thilo-stttt"], [])
    assert [f.rule.id for f in appended("stttt", people, ["Lò 3"])[1]] == ["name-character"]


SYLLABLES = "Lò Lý Hoàng Ngô Nguyễn Văn Thị A Y Lan Anh Vinh Vịnh".split()
full_names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map(" ".join)
staff = st.lists(st.tuples(st.integers(1, 6), full_names), max_size=14)


def locals_of(entries: list[tuple[int, str]]) -> list[str | None]:
    checked = check(files(register(agency("stttt", *(person(str(n), name, DAY) for n, name in entries)))))
    assert checked.issued is not None
    return [*checked.issued.locals["stttt"]]


@pytest.mark.clause("R4.2b")
@given(staff, staff)
def test_issue_appended_entries_change_no_earlier_address(
    before: list[tuple[int, str]], after: list[tuple[int, str]]
) -> None:
    assert locals_of([*before, *after])[: len(before)] == locals_of(before)


@pytest.mark.clause("R4.0")
@given(staff)
def test_issue_any_staff_gives_one_address_to_each_person_and_name(entries: list[tuple[int, str]]) -> None:
    """Entries of one id under several names break another rule (person-two-names), but still get addresses."""
    given_ = {(local, pair) for local, pair in zip(locals_of(entries), entries, strict=True) if local}
    assert len({local for local, _pair in given_}) == len({(local, id_) for local, (id_, _name) in given_})
    assert len({pair for _local, pair in given_}) == len(given_)


def void(id_: str, name: str, kind: str = "transferred", **keys: str) -> Entry:
    """Return an entry that was withdrawn before it opened."""
    withdrawn = {"document": "8/QĐ-UBND", "date": "2010-12-01"}
    return person(id_, name, {"document": "7/QĐ-UBND", "date": DAY, "event": kind, "withdrawn": withdrawn}, **keys)


@pytest.mark.parametrize(
    ("before", "name", "expected"),
    [
        pytest.param({}, "Lê Tổng Đài", "ltdai", id="the same name is given the same one"),
        pytest.param({}, "Phàn A Sử", "pasu", id="another name makes its own"),
        pytest.param(pin("tongdai"), "Phàn A Sử", "pasu", id="a pin is pinned again or not at all"),
        pytest.param(pin("tongdai"), "Lê Tổng Đài", "ltdai", id="a pin stays behind with its name, too"),
    ],
)
def test_issue_void_entry_passes_no_address_on(before: dict[str, str], name: str, expected: str) -> None:
    """Neither the same person under another name nor anybody else gets it."""
    first, second, third = given_out(
        void("1", "Lê Tổng Đài", **before), person("2", "Lê Tổng Đài", DAY), person("1", name, DAY)
    )
    assert first == before.get("address", "ltdai-stttt").removesuffix("-stttt")
    assert second != first
    assert third == (expected if expected != second else "dailt")


def test_issue_void_entry_leaves_its_person_the_former_address() -> None:
    before, after = person("1", "Lò Thị Hà", DAY, "2011-06-01"), person("1", "Lò Thị Hà", "2012-01-01")
    assert given_out(before, void("1", "Lê Tổng Đài", "renamed"), after) == ["ltha", "ltdai", "ltha"]
