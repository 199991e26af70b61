"""The accounts and routes that a register leads to on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from danhba.checking.check import check
from danhba.checking.check import wanted as lead_to
from danhba.model.custody import holder
from danhba.planning.accounts import Accounts, Exemption
from danhba.planning.desired import accounts as desired_accounts
from danhba.planning.desired import concerned
from danhba.planning.plan import make
from danhba.planning.state import Entry, Timeline
from tests.factory.text import Value
from tests.support.registers import Texts, accounts, agency, event, files, person, register, timeline, wanted

LEAVING = register(
    agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01 transferred"), person("2", "Lò Ba", "2010-01-01")),
    agency("bb", person("1", "Lò An", "2011-01-01 transferred", "2012-06-01")),
)
CHAIN = register(
    agency("aa", person("1", "Lò An", "2010-01-01", "2010-06-01"), closed="2011-01-01 split"),
    agency("bb", opened="2011-01-01 split", succeeds=["aa"]),
    agency("cc", opened="2011-01-01 split", succeeds=["aa"]),
    agency("dd", closed="2011-01-01"),
    system_addresses={"postmaster": "contact-aa", "abuse": "contact-aa", "noc": "contact-stttt"},
    support={"phone": "0214 3 000 000", "mail": "contact-stttt@laocai.gov.vn"},
)


def routes(found: Accounts) -> dict[str, tuple[Any, ...]]:
    """Every route's mode and targets by the local part of its address."""
    return {a.partition("@")[0]: (r.mode, *("/".join(t) for t in r.targets)) for a, r in found.routes.items()}


def account(texts: Texts, day: str, key: tuple[str, str] = ("official", "1")) -> tuple[str, str, str, str]:
    """Address, state, document and since of one account."""
    found = accounts(texts, day).accounts[key]
    return found.address.partition("@")[0], found.state, found.document, found.since


def suspended(*spells: tuple[str, str]) -> Texts:
    items: list[Value] = [
        {"document": f"{number}/QĐ-STTTT", "date": since} | ({"until": until} if until else {})
        for number, (since, until) in enumerate(spells, 1)
    ]
    return register(agency("stttt", person("1", "Lò An", "2010-01-01", "2013-01-01", suspended=items)))


def test_an_officials_account_has_what_the_register_says() -> None:
    keys = {"title": "Giám đốc", "unit": "Ban Giám đốc", "phone": "0214 3 840 034", "quota": "500M"}
    found = accounts(register(agency("stttt", person("1", "Lò An", "2010-01-01", **keys))), "2010-01-01")
    official = found.accounts["official", "1"]
    assert (official.address, official.name, official.agency) == ("lan-stttt@laocai.gov.vn", "Lò An", "stttt")
    assert (official.title, official.unit, official.phone) == ("Giám đốc", "Ban Giám đốc", "0214 3 840 034")
    assert (official.quota, official.state, official.document, official.since) == (
        500 * 1024**2,
        "open",
        "11/QĐ-UBND",
        "2010-01-01",
    )


@pytest.mark.clause("R4.1")
def test_an_agencys_account() -> None:
    policy = {"quota": {"official": "1G", "agency": "3G"}}
    texts = register(agency("aa", quota="7G", opened="2010-01-01"), agency("bb", opened="2010-01-02"), policy=policy)
    found = accounts(texts, "2010-01-01").accounts
    assert found["agency", "aa"].quota == 7 * 1024**3
    assert found["agency", "stttt"].quota == 3 * 1024**3
    assert ("agency", "bb") not in found
    assert account(texts, "2010-01-01", ("agency", "aa")) == ("contact-aa", "open", "8/QĐ-UBND", "2010-01-01")


@pytest.mark.clause("R4.0")
def test_one_account_a_person_wherever_the_person_is() -> None:
    assert account(LEAVING, "2010-12-31") == ("lan-aa", "open", "11/QĐ-UBND", "2010-01-01")
    assert account(LEAVING, "2011-01-01") == ("lan-bb", "open", "11/QĐ-UBND", "2011-01-01")
    assert account(LEAVING, "2012-06-01") == ("lan-bb", "closed", "21/QĐ-UBND", "2012-06-01")
    assert ("official", "1") not in accounts(LEAVING, "2009-12-31").accounts


@pytest.mark.clause("R6.2b")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2011-04-30", ("open", "11/QĐ-UBND", "2010-01-01")),
        ("2011-05-01", ("suspended", "1/QĐ-STTTT", "2011-05-01")),
        ("2011-08-01", ("open", "1/QĐ-STTTT", "2011-08-01")),
        ("2012-05-01", ("suspended", "2/QĐ-STTTT", "2012-05-01")),
        ("2013-01-01", ("closed", "21/QĐ-UBND", "2013-01-01")),
    ],
)
def test_the_document_of_a_state(day: str, expected: tuple[str, str, str]) -> None:
    texts = suspended(("2011-05-01", "2011-08-01"), ("2012-05-01", ""))
    assert account(texts, day)[1:] == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2011-07-31", ("open", "1/QĐ-STTTT", "2011-04-01")),
        ("2012-05-31", ("suspended", "2/QĐ-STTTT", "2012-05-01")),
        ("2012-06-01", ("open", "2/QĐ-STTTT", "2012-06-01")),
        ("2012-12-31", ("open", "2/QĐ-STTTT", "2012-06-01")),
    ],
)
def test_of_suspensions_that_ended_the_last_gives_the_document(day: str, expected: tuple[str, str, str]) -> None:
    texts = suspended(("2011-03-01", "2011-04-01"), ("2012-05-01", "2012-06-01"))
    assert account(texts, day)[1:] == expected


def test_which_suspension_was_the_last_is_told_by_its_days_and_not_by_its_document() -> None:
    spells: list[Value] = [
        {"document": f"{document}/QĐ-STTTT", "date": f"2011-{month}-01", "until": f"2011-{month}-11"}
        for document, month in (("9", "03"), ("10", "05"))
    ]
    texts = register(agency("stttt", person("1", "Lò An", "2010-01-01", suspended=spells)))
    assert account(texts, "2011-06-01")[1:] == ("open", "10/QĐ-STTTT", "2011-05-11")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2010-12-31", {}),
        ("2011-01-01", {"lan-aa": ("forward", "official/1")}),
        ("2011-03-31", {"lan-aa": ("forward", "official/1")}),
        ("2011-04-01", {"lan-aa": ("redirect",)}),
        ("2012-03-30", {"lan-aa": ("redirect",)}),
        ("2012-03-31", {}),
        ("2012-06-01", {"lan-aa": ("cancelled",), "lan-bb": ("cancelled",)}),
    ],
)
def test_what_a_person_leaves_behind(day: str, expected: dict[str, tuple[str, ...]]) -> None:
    found = routes(accounts(LEAVING, day))
    assert {local: route for local, route in found.items() if local.startswith("lan-")} == expected


def test_a_return_leaves_the_own_address_alone() -> None:
    texts = register(
        agency(
            "aa",
            person("1", "Lò An", "2010-01-01", "2011-01-01 transferred"),
            person("1", "Lò An", "2012-01-01 transferred"),
        ),
        agency("bb", person("1", "Lò An", "2011-01-01 transferred", "2012-01-01 transferred")),
    )
    found = accounts(texts, "2012-01-01")
    assert found.accounts["official", "1"].address == "lan-aa@laocai.gov.vn"
    assert {k: r for k, r in routes(found).items() if k.startswith("lan")} == {"lan-bb": ("forward", "official/1")}


def test_one_who_left_twice_from_an_agency() -> None:
    # The second closing of lan-aa decides, and lan-aa was in use in between.
    texts = register(
        agency(
            "aa",
            person("1", "Lò An", "2010-01-01", "2010-02-01 transferred"),
            person("1", "Lò An", "2012-01-01 transferred", "2012-02-01 transferred"),
        ),
        agency(
            "bb",
            person("1", "Lò An", "2010-02-01 transferred", "2012-01-01 transferred"),
            person("1", "Lò An", "2012-02-01 transferred"),
        ),
    )
    local = {
        day: routes(accounts(texts, day)).get("lan-aa")
        for day in ("2010-03-01", "2012-02-01", "2012-06-01", "2014-01-01")
    }
    assert local == {
        "2010-03-01": ("forward", "official/1"),
        "2012-02-01": ("forward", "official/1"),
        "2012-06-01": ("redirect",),
        "2014-01-01": None,
    }


@pytest.mark.clause("R6.1a")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2010-12-31", {}),
        ("2011-01-01", {"contact-aa": ("forward", "agency/bb", "agency/cc"), "contact-dd": ("cancelled",)}),
        ("2011-04-01", {"contact-aa": ("redirect",), "contact-dd": ("cancelled",)}),
        ("2012-03-31", {"contact-aa": ("cancelled",), "contact-dd": ("cancelled",)}),
    ],
)
def test_what_an_agency_leaves_behind(day: str, expected: dict[str, tuple[str, ...]]) -> None:
    found = routes(accounts(CHAIN, day))
    assert {local: route for local, route in found.items() if local.startswith("contact")} == expected


@pytest.mark.parametrize(
    ("day", "postmaster"),
    [("2010-01-01", ("system", "agency/aa")), ("2011-01-01", ("system", "agency/bb", "agency/cc"))],
)
def test_system_addresses_reach_whoever_is_open(day: str, postmaster: tuple[str, ...]) -> None:
    found = routes(accounts(CHAIN, day))
    assert found["postmaster"] == postmaster
    assert found["noc"] == ("system", "agency/stttt")
    assert found["abuse"][0] == "system"


@pytest.mark.clause("R10.9")
@pytest.mark.parametrize(
    ("day", "local", "named"),
    [
        ("2010-06-01", "lan-aa", "contact-aa@laocai.gov.vn, contact-stttt@laocai.gov.vn, 0214 3 000 000"),
        (
            "2011-01-01",
            "lan-aa",
            "contact-bb@laocai.gov.vn, contact-cc@laocai.gov.vn, contact-stttt@laocai.gov.vn, 0214 3 000 000",
        ),
        ("2011-01-01", "contact-dd", "contact-stttt@laocai.gov.vn, 0214 3 000 000"),
        ("2011-04-01", "contact-aa", "contact-bb@laocai.gov.vn, contact-cc@laocai.gov.vn"),
    ],
)
def test_a_refusal_names_whom_to_ask_or_where_to_write(day: str, local: str, named: str) -> None:
    reply = accounts(CHAIN, day).routes[f"{local}@laocai.gov.vn"].reply
    assert named in reply
    assert reply.isascii()
    assert len(reply) < 500  # a reply line has at most 512 octets (RFC 5321, 4.5.3.1.5)


def test_a_refusal_without_anybody_to_ask() -> None:
    texts = register(agency("dd", closed="2011-01-01"), support=None)  # type: ignore[arg-type]
    reply = accounts(texts, "2011-01-01").routes["contact-dd@laocai.gov.vn"].reply
    assert "postmaster@laocai.gov.vn" in reply


def test_a_reply_is_ascii_whatever_the_register_says() -> None:
    texts = register(agency("dd", closed="2011-01-01"), support={"phone": "số 0214 3 000 000"})
    checked = check(files(texts))
    assert [f.rule.id for f in checked.findings] == ["office-phone"]
    assert checked.usable is not None
    found = lead_to(*checked.usable, date(2011, 1, 1)).accounts
    assert "contact-stttt" not in (reply := found.routes["contact-dd@laocai.gov.vn"].reply)
    assert "so 0214 3 000 000" in reply
    assert reply.isascii()


def test_the_guards_have_addresses_in_full() -> None:
    texts = register(
        policy={"protected": ["contact-stttt"], "limits": {"close": {"count": "3"}}},
        acknowledgements=[
            {"limit": "protected", "document": "1/STTTT-VP", "until": "2012-01-01", "accounts": ["lan-aa", "x@y.vn"]}
        ],
    )
    guards = wanted(texts, "2011-01-01").guards
    assert guards.protected == {"contact-stttt@laocai.gov.vn"}
    assert guards.acknowledgements[0].accounts == ("lan-aa@laocai.gov.vn", "x@y.vn")
    assert (guards.limits["close"].count, guards.limits["close"].percent, guards.limits["readdress"].count) == (
        3,
        2,
        50,
    )


@pytest.mark.parametrize("day", ["2010-12-31", "2011-01-05", "2012-01-01"])
@pytest.mark.parametrize(
    ("sender", "address"),
    [("contact-stttt", "contact-stttt@laocai.gov.vn"), ("vanthu@example.vn", "vanthu@example.vn")],
)
def test_an_exemption_goes_to_the_server_whatever_the_day(sender: str, address: str, day: str) -> None:
    said: Value = {
        "sender": sender,
        "sha256": ["f" * 64, "0" * 64],
        "from": "2011-01-01",
        "until": "2011-01-10",
        "document": "5/STTTT-VP",
        "reason": "Biểu mẫu",
    }
    (found,) = accounts(register(secrecy_exceptions=[said]), day).exemptions.values()
    files_ = ("0" * 64, "f" * 64)
    assert found == Exemption(address, files_, "2011-01-01", "2011-01-10", "5/STTTT-VP", "Biểu mẫu")


def test_the_document_that_closed_an_agency() -> None:
    texts = register(agency("dd", closed="2011-01-01"))
    assert account(texts, "2010-12-31", ("agency", "dd")) == ("contact-dd", "open", "8/QĐ-UBND", "2000-01-01")
    assert account(texts, "2011-01-01", ("agency", "dd")) == ("contact-dd", "closed", "9/QĐ-UBND", "2011-01-01")


@pytest.mark.clause("R6.1a")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2009-12-31", ("aa", "8/QĐ-UBND", "2000-01-01")),
        ("2010-01-01", ("bb", "7/QĐ-UBND", "2010-01-01")),
        ("2010-06-01", ("bb", "7/QĐ-UBND", "2010-01-01")),
        ("2011-01-01", ("aa", "6/QĐ-UBND", "2011-01-01")),
    ],
)
def test_a_contact_mailbox_stands_under_the_parent_of_the_day(day: str, expected: tuple[str, ...]) -> None:
    changes: list[Value] = [
        {"document": "7/QĐ-UBND", "date": "2010-01-01", "parent": "bb"},
        {"document": "5/QĐ-UBND", "date": "2010-03-01", "kind": "office"},
        {"document": "6/QĐ-UBND", "date": "2011-01-01", "parent": "aa"},
    ]
    texts = register(agency("aa"), agency("bb"), agency("cc", parent="aa", changes=changes))
    found = accounts(texts, day).accounts["agency", "cc"]
    assert (found.parent, found.document, found.since) == expected


def test_a_contact_mailbox_has_a_parent_and_nothing_of_a_person() -> None:
    found = accounts(register(agency("aa"), agency("bb", parent="aa")), "2010-01-01").accounts
    assert [found["agency", code].parent for code in ("aa", "bb")] == ["", "aa"]
    own = found["agency", "bb"]
    assert (own.title, own.unit, own.phone, own.family, own.given) == ("", "", "", "", "")


@pytest.mark.parametrize(
    ("name", "keys", "parts"),
    [
        ("Trần Thị Hồng Ngọc", {}, ("Trần", "Ngọc")),
        ("Ánh", {}, ("", "Ánh")),
        ("Y Bhăm Êban", {"family": "Êban", "given": "Bhăm"}, ("Êban", "Bhăm")),
        ("Maria Anna Schmidt", {"family": "Schmidt", "given": "Maria"}, ("Schmidt", "Maria")),
    ],
)
def test_the_parts_of_a_name(name: str, keys: dict[str, Value], parts: tuple[str, str]) -> None:
    found = accounts(register(agency("stttt", person("1", name, "2010-01-01", **keys))), "2010-01-01")
    official = found.accounts["official", "1"]
    assert (official.family, official.given, official.parent) == (*parts, "")


def test_a_route_has_the_document_that_led_to_it_and_a_reply_only_where_it_refuses() -> None:
    gone = accounts(CHAIN, "2011-01-01").routes
    said = {local: gone[f"{local}@laocai.gov.vn"] for local in ("postmaster", "contact-aa", "contact-dd", "lan-aa")}
    assert {local: route.document for local, route in said.items()} == {
        "postmaster": "8/QĐ-UBND",
        "contact-aa": "9/QĐ-UBND",
        "contact-dd": "9/QĐ-UBND",
        "lan-aa": "21/QĐ-UBND",
    }
    assert (said["postmaster"].reply, said["contact-aa"].reply) == ("", "")
    moved = accounts(LEAVING, "2011-01-01").routes["lan-aa@laocai.gov.vn"]
    assert (moved.reply, moved.document) == ("", "21/QĐ-UBND")
    later = accounts(LEAVING, "2011-04-01").routes["lan-aa@laocai.gov.vn"]
    assert later.reply.endswith("please write to: lan-bb@laocai.gov.vn")


@pytest.mark.parametrize(("count", "named"), [(3, 3), (4, 4), (5, 4)])
def test_a_reply_names_four_at_most(count: int, named: int) -> None:
    codes = [f"h{number}" for number in range(count)]
    heirs = [agency(code, opened="2011-01-01 split", succeeds=["aa"]) for code in codes]
    reply = (
        accounts(register(agency("aa", closed="2011-01-01 split"), *heirs), "2011-06-01")
        .routes["contact-aa@laocai.gov.vn"]
        .reply
    )
    expected = ", ".join([*(f"contact-{code}@laocai.gov.vn" for code in codes[:named]), *["..."] * (count > named)])
    assert reply.endswith(f"please write to: {expected}")


def at(day: str, *agencies: str, **province: Value) -> Timeline:
    return timeline(register(*agencies, **province), day)


AN, BA = person("1", "Lò An", "2010-01-01"), person("2", "Lò Ba", "2010-01-01")
MOVED = agency("bb", person("3", "Lò Bốn", "2010-01-01", "2010-06-01 transferred"))
ARRIVED = agency("cc", person("3", "Lò Bốn", "2010-06-01 transferred"))


def shared(before: Texts, now: Texts, day: str = "2011-01-01") -> frozenset[str]:
    """The agencies that a change concerns, where those that have not changed were read once for both."""
    first = check(files(before))
    second = check(files(now), base=first)
    assert first.sound
    assert second.sound
    return concerned(*(Timeline.of(*each.sound, date.fromisoformat(day)) for each in (first, second) if each.sound))


def test_only_agencies_that_differ_are_concerned() -> None:
    before = register(agency("aa", AN), agency("bb", BA))
    assert shared(before, before) == set()
    assert shared(before, register(agency("aa", AN), agency("bb", BA, AN | {"id": "9"}))) == {"bb"}


def test_an_agency_that_comes_or_goes_is_concerned() -> None:
    few, more = register(agency("aa", AN)), register(agency("aa", AN), agency("bb", BA))
    assert shared(few, more) == shared(more, few) == {"bb"}


def test_where_people_have_been_as_well_is_concerned() -> None:
    before = register(agency("aa", AN), MOVED, ARRIVED)
    now = register(agency("aa", AN), MOVED, agency("cc", person("3", "Lò Bốn", "2010-06-01 transferred", title="Phó")))
    assert shared(before, now) == {"bb", "cc"}


def test_all_are_concerned_by_a_change_of_the_province() -> None:
    before = register(agency("aa", AN))
    now = register(agency("aa", AN), agency("bb", BA), policy={"quota": {"official": "3G", "agency": "10G"}})
    assert shared(before, now) == {"aa", "bb", "stttt"}
    assert shared(now, before) == {"aa", "bb", "stttt"}


def test_who_is_no_longer_open_is_concerned_by_another_successor() -> None:
    ended = agency("dd", person("4", "Lò Tư", "2010-01-01", "2010-06-01"), closed="2011-01-01 split")
    heir = agency("bb", opened="2011-01-01 split", succeeds=["dd"])
    before = register(agency("aa", AN), ended, heir, agency("cc", opened="2011-01-01"))
    now = register(agency("aa", AN), ended, heir, agency("cc", opened="2011-01-01 split", succeeds=["dd"]))
    assert shared(before, now, "2011-02-01") == {"cc", "dd"}
    # While it is open, nobody answers for it; those that are yet to come answer nobody either.
    assert shared(before, now, "2010-12-01") == {"bb", "cc"}


def test_a_change_of_people_concerns_no_agency_that_ended() -> None:
    ended = agency("dd", closed="2011-01-01")
    before, now = (register(agency("aa", AN, *more), ended) for more in ((), (BA,)))
    assert shared(before, now, "2011-02-01") == {"aa"}


def test_all_who_moved_are_concerned_with_where_they_have_been() -> None:
    def moving(id_: str, name: str, to: str, title: str) -> tuple[str, str]:
        left = person(id_, name, "2010-01-01", "2010-06-01 transferred")
        came = person(id_, name, "2010-06-01 transferred", title=title)
        return agency(f"from{to}", left), agency(to, came)

    before, now = (
        register(*moving("3", "Lò Bốn", "aa", title), *moving("4", "Lò Năm", "bb", title))
        for title in ("Chuyên viên", "Phó")
    )
    assert shared(before, now) == {"fromaa", "aa", "frombb", "bb"}


def test_those_after_one_who_never_came_and_one_who_came_back_have_their_mailboxes() -> None:
    never = event("recruited", "2010-06-01", withdrawn={"document": "2/QĐ-UBND", "date": "2010-05-01"})  # type: ignore[arg-type]
    people = (
        person("5", "Lò Sáu", never),
        person("1", "Lò An", "2010-01-01", "2010-03-01 resigned"),
        person("1", "Lò An", "2010-06-01"),
        person("2", "Lò Ba", "2010-01-01"),
    )
    found = accounts(register(agency("stttt", *people)), "2011-01-01").accounts
    assert [id_ for kind, id_ in found if kind == "official"] == ["1", "2"]


@pytest.mark.parametrize(("opened", "since"), [("2010-01-01", "2010-01-01"), ("2010-01-01 transferred", "2010-05-01")])
def test_a_suspension_has_its_own_document_unless_it_is_carried_into_the_entry(opened: str, since: str) -> None:
    """On the day of a recruitment it is no move that goes on; and after a move it began there."""
    spell: Value = {"document": "9/QĐ-UBND", "date": since}
    left = [person("1", "Lò An", "2009-01-01", opened)] * ("transferred" in opened)
    texts = register(agency("aa", *left), agency("stttt", person("1", "Lò An", opened, suspended=[spell])))
    assert account(texts, "2011-01-01") == ("lan-stttt", "suspended", "9/QĐ-UBND", since)


def test_only_the_people_of_some_agencies_are_made_out() -> None:
    found = desired_accounts(at("2011-01-01", agency("aa", AN), agency("bb", BA)), {"bb"})
    assert [key for key in found.accounts if key[0] == "official"] == [("official", "2")]
    assert {key for key in found.accounts if key[0] == "agency"} == {
        ("agency", "aa"),
        ("agency", "bb"),
        ("agency", "stttt"),
    }


def renamed(**pin: Value) -> Texts:
    """One who gets another name on 1 January 2011."""
    left, came = event("renamed", "2011-01-01"), event("renamed", "2011-01-01")
    return register(agency("stttt", person("1", "Lò An", "2010-01-01", left), person("1", "Lò Thị Bình", came, **pin)))


def test_the_mailbox_of_a_renamed_person_goes_on_under_the_new_name_and_the_former_address_leads_there() -> None:
    before, after = accounts(renamed(), "2010-12-31"), accounts(renamed(), "2011-01-01")
    was, now = (each.accounts["official", "1"] for each in (before, after))
    assert (was.name, was.address) == ("Lò An", "lan-stttt@laocai.gov.vn")
    assert (now.name, now.address) == ("Lò Thị Bình", "ltbinh-stttt@laocai.gov.vn")
    assert (now.state, now.document, now.since) == ("open", "1/QĐ-UBND", "2011-01-01")
    assert "lan-stttt" not in routes(before)
    assert routes(after)["lan-stttt"] == ("forward", "official/1")
    assert routes(accounts(renamed(), "2011-04-01"))["lan-stttt"][0] == "redirect"
    assert "lan-stttt" not in routes(accounts(renamed(), "2012-06-01"))


def returned(back: str = "2011-03-01", pair: str = "transferred") -> Texts:
    """Lò An of stttt moves to aa, is renamed Lò Thị Bình there, and comes back; Lê Thị Bình is in stttt by then."""
    new_name = event("renamed", "2011-02-01")
    return register(
        agency(
            "stttt",
            person("1", "Lò An", "2010-01-01", f"2011-01-01 {pair}"),
            person("2", "Lê Thị Bình", "2010-01-01"),
            person("1", "Lò Thị Bình", f"{back} {pair}"),
        ),
        agency(
            "aa",
            person("1", "Lò An", f"2011-01-01 {pair}", new_name),
            person("1", "Lò Thị Bình", new_name, f"{back} {pair}"),
        ),
    )


@pytest.mark.clause("R4.2a", "R6.2a")
@pytest.mark.parametrize("pair", ["transferred", "reorganised"])
def test_one_who_comes_back_under_another_name_has_its_address_and_the_former_ones_lead_there(pair: str) -> None:
    texts = returned(pair=pair)
    assert account(texts, "2010-12-31")[:2] == ("lan-stttt", "open")
    assert account(texts, "2011-02-28")[:2] == ("ltbinh-aa", "open")
    assert account(texts, "2011-03-01")[:2] == ("binhlt-stttt", "open")
    everything = dict.fromkeys(("lan-stttt", "lan-aa", "ltbinh-aa"), ("forward", "official/1"))
    found = routes(accounts(texts, "2011-03-01"))
    assert {name: found.get(name) for name in everything} == everything
    assert "binhlt-stttt" not in found
    # Each by the day on which it was left: 90 days, then 365 in which the refusal names the present address.
    later = accounts(texts, "2011-04-01")
    assert routes(later)["lan-stttt"] == ("redirect",)
    assert "binhlt-stttt@laocai.gov.vn" in later.routes["lan-stttt@laocai.gov.vn"].reply
    assert routes(later)["lan-aa"] == ("forward", "official/1")
    assert "lan-stttt" not in routes(accounts(texts, "2012-03-31"))


def test_the_plan_for_one_who_comes_back_under_another_name_is_one_new_address() -> None:
    """The mailbox stays: mail to what was in use the day before goes on arriving."""
    for back in ("2011-03-01", "2013-01-01"):
        texts = returned(back)
        before, after = (wanted(texts, str(date.fromisoformat(back) - timedelta(days=days))) for days in (1, 0))
        made = make(after, before.accounts)
        assert [(each.action, each.address, each.after["address"]) for each in made.actions if each.id == "1"] == [
            ("readdress", "ltbinh-aa@laocai.gov.vn", "binhlt-stttt@laocai.gov.vn")
        ]
        assert routes(after.accounts)["ltbinh-aa"] == ("forward", "official/1")
        assert ("lan-stttt" in routes(after.accounts)) == (back == "2011-03-01")


def test_a_new_name_of_one_who_is_suspended_has_its_own_document() -> None:
    """The suspension goes on in the new entry from that day, and is not what happened on it."""
    spell, ends = {"document": "7/QĐ-AA", "date": "2010-06-01"}, event("renamed", "2011-01-01", "5/QĐ-AA")
    first = person("1", "Lò An", "2010-01-01", ends, suspended=[spell])
    second = person("1", "Lò Thị Bình", ends, suspended=[{**spell, "date": "2011-01-01"}])
    texts = register(agency("stttt", first, second))
    for day, stated in (("2010-12-31", ("7/QĐ-AA", "2010-06-01")), ("2011-01-01", ("5/QĐ-AA", "2011-01-01"))):
        found = accounts(texts, day).accounts["official", "1"]
        assert (found.state, found.document, found.since) == ("suspended", *stated)


def test_the_address_of_a_renamed_person_stays_where_a_document_pins_it() -> None:
    texts = renamed(address="lan-stttt", address_document="1/QĐ-UBND")
    found = accounts(texts, "2011-01-01")
    assert found.accounts["official", "1"][2:4] == ("lan-stttt@laocai.gov.vn", "Lò Thị Bình")
    assert "lan-stttt" not in routes(found)


def taken_back(kind: str, day: str, document: str = "1/QĐ-UBND") -> dict[str, Value]:
    ending = {"document": "9/QĐ-UBND", "date": "2010-12-01"}
    return {"document": document, "date": day, "event": kind, "withdrawn": ending}


@pytest.mark.parametrize("day", ["2010-12-15", "2011-01-01", "2013-01-01"])
def test_one_who_never_came_has_no_mailbox_and_keeps_the_address(day: str) -> None:
    never = person("1", "Lò Thị An", taken_back("recruited", "2011-01-01"))
    texts = register(
        agency("stttt", never, person("2", "Lò Thị An", "2010-01-01"), person("1", "Lò Thị An", "2012-01-01"))
    )
    found = accounts(texts, day)
    came = {"official": "1"} if day > "2012" else {}
    assert {key for key in found.accounts if key[0] == "official"} == {*came.items(), ("official", "2")}
    assert found.accounts["official", "2"].address == "anlt-stttt@laocai.gov.vn"
    if came:
        assert found.accounts["official", "1"].address == "ltan-stttt@laocai.gov.vn"
    assert "ltan-stttt" not in routes(found)
    at = timeline(texts, day)
    stttt = at.register.agencies["stttt"]
    assert at.state(Entry(stttt, next(at.rows(stttt)))) == "withdrawn"


def test_a_move_a_name_and_a_suspension_that_were_withdrawn_change_nothing() -> None:
    gone, renamed_ = taken_back("transferred", "2011-01-01"), taken_back("renamed", "2011-02-01")
    spell: Value = {
        "document": "8/QĐ-UBND",
        "date": "2011-03-01",
        "withdrawn": {"document": "9/QĐ-UBND", "date": "2010-12-01"},
    }
    plain = register(agency("aa", person("1", "Lò An", "2010-01-01")), agency("bb"))
    texts = register(
        agency(
            "aa",
            person("1", "Lò An", "2010-01-01", suspended=[spell], withdrawn=[gone, renamed_]),
            person("1", "Lò Thị Bình", renamed_),
        ),
        agency("bb", person("1", "Lò An", gone)),
    )
    for day in ("2010-06-01", "2011-06-01"):
        assert accounts(texts, day) == accounts(plain, day)


def test_one_who_comes_back_after_a_name_was_withdrawn_gets_the_address_of_then() -> None:
    renamed_ = taken_back("renamed", "2011-02-01")
    texts = register(
        agency(
            "aa",
            person("1", "Lò An", "2010-01-01", "2012-01-01", withdrawn=[renamed_]),
            person("1", "Lò Thị Bình", renamed_),
            person("2", "Lưu Thanh Bình", "2010-01-01"),
            person("1", "Lò An", "2013-01-01"),
        )
    )
    found = accounts(texts, "2013-01-01")
    assert found.accounts["official", "1"].address == "lan-aa@laocai.gov.vn"
    assert found.accounts["official", "2"].address == "binhlt-aa@laocai.gov.vn"


@pytest.mark.clause("R6.1a")
@pytest.mark.clause("R11.2")
def test_what_was_withdrawn_of_an_agency_changes_nothing() -> None:
    """Neither that it ends, nor who has its mailbox, nor under whom it stands, on any day."""
    by: Value = {"document": "9/QĐ-UBND", "date": "2010-12-01"}
    lead = person("1", "Lò An", "2010-01-01", leader="true")
    head: Value = {"person": "1", "document": "4/QĐ-UBND", "date": "2010-01-01", "as": "head"}
    never: Value = {"person": "1", "document": "5/GUQ-BB", "date": "2011-02-01", "as": "delegate", "withdrawn": by}
    moved: Value = {"document": "6/QĐ-UBND", "date": "2011-02-01", "kind": "office", "withdrawn": by}
    closings: Value = [taken_back("merged", "2011-01-01")]
    plain = register(agency("aa"), agency("bb", lead, custodians=[head]))
    texts = register(agency("aa"), agency("bb", lead, custodians=[head, never], changes=[moved], withdrawn=closings))
    for day in ("2010-06-01", "2011-06-01", "2020-01-01"):
        assert accounts(texts, day) == accounts(plain, day)
    (then, now) = (timeline(each, "2011-06-01").register.agencies["bb"] for each in (plain, texts))
    assert now.on(date(2011, 6, 1)).kind == then.kind
    assert holder(now, date(2011, 6, 1)) == holder(then, date(2011, 6, 1))


@pytest.mark.parametrize("day", ["2010-12-15", "2011-01-01", "2013-01-01"])
def test_an_agency_that_never_opened_has_no_mailbox_and_takes_over_nothing(day: str) -> None:
    never = agency("bb", opened="2011-01-01", succeeds=["aa"]).replace(
        "event: established}", "event: established, withdrawn: {document: 9/QĐ-UBND, date: 2010-12-01}}"
    )
    there = [agency("aa", closed="2011-01-01")]
    found = accounts(register(*there, never), day)
    assert found == accounts(register(*there), day)
    at = timeline(register(*there, never), day)
    assert at.agency_state(at.register.agencies["bb"]) == "withdrawn"
    assert at.live()["bb"] == 0
    assert at.successors == {}
