"""Edits of a register's text: they say what they should, and change nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba.editing.draft import Draft
from danhba.editing.problem import Problem
from danhba.editing.text import Value
from danhba.messages import both
from danhba.reading import tree
from danhba.reading.source import File
from tests.support import layouts
from tests.support.registers import PROVINCE, SAMPLE, STTTT, files

EVENT: dict[str, Value] = {"event": "retired", "date": "2013-01-01", "document": "77/QĐ-STTTT"}
PERSON: dict[str, Value] = {"opened": {**EVENT, "event": "recruited"}, "name": "Lò Thị Mai", "id": "000104"}
LINES = """\
  - id: "000104"
    name: Lò Thị Mai
    opened: {document: 77/QĐ-STTTT, date: 2013-01-01, event: recruited}
"""
FLOW = '{id: "000104", name: Lò Thị Mai, opened: {document: 77/QĐ-STTTT, date: 2013-01-01, event: recruited}}'
CLOSED = "closed: {document: 77/QĐ-STTTT, date: 2013-01-01, event: retired}"
CUSTODIAN: dict[str, Value] = {"as": "head", "person": "000102", "document": "1/QĐ-UBND", "date": "2013-01-01"}
HEAD = '{person: "000102", document: 1/QĐ-UBND, date: 2013-01-01, as: head}'


def draft(text: str, code: str = "x") -> Draft:
    return Draft(files({"province.yml": PROVINCE, f"agencies/{code}.yml": text}))


def new(made: Draft, code: str = "x") -> str:
    (name,) = made.changed()
    assert name == f"agencies/{code}.yml"
    return made.changed()[name].decode()


def read(text: str) -> dict[str, Any]:
    """What a text says, all of it as text."""
    says: dict[str, Any] = yaml.load(text, yaml.CBaseLoader)  # noqa: S506
    return says


def refusal(error: pytest.ExceptionInfo[Problem]) -> str:
    vietnamese, english = both(error.value.template, error.value.values)
    assert vietnamese != english
    return english


AGENCY = "agency: x\nkind: department\nopened: {document: 1/QĐ-UBND, date: 2008-03-20, event: established}\n"
ONE = 'people:\n  - id: "1"\n    name: A\n'


class TestAddPerson:
    @pytest.mark.parametrize(
        ("people", "wanted"),
        [
            (ONE, ONE + LINES),
            ("people: []\n", "people:\n" + LINES),
            ("people:   [ ]   # chưa có ai\n", "people:   # chưa có ai\n" + LINES),
            ("people:\n", "people:\n" + LINES),
            ("people:", "people:\n" + LINES),
            (ONE.rstrip("\n"), ONE + LINES),
            (ONE + "# cuối tệp\n", ONE + LINES + "# cuối tệp\n"),
            (ONE + "    # về A\n# hết\n", ONE + "    # về A\n" + LINES + "# hết\n"),
            (ONE + "\n# hết\n", ONE + LINES + "\n# hết\n"),
            (ONE + "...\n", ONE + LINES + "...\n"),
            (ONE + "quota: 1G\n", ONE + LINES + "quota: 1G\n"),
            ('people:\n- id: "1"\n  name: A\n', 'people:\n- id: "1"\n  name: A\n' + re.sub("(?m)^  ", "", LINES)),
            (
                'people:\n    -   id: "1"\n        name: A # x\n',
                'people:\n    -   id: "1"\n        name: A # x\n'
                + LINES.replace("    ", "        ").replace("  - ", "    -   "),
            ),
            (
                'people:\n  - {id: "1", name: A}\n',
                f'people:\n  - {{id: "1", name: A}}\n  - {FLOW}\n',
            ),
            (
                'people: [{id: "1", name: A}, ]  # một dòng\n',
                f'people: [{{id: "1", name: A}}, {FLOW}, ]  # một dòng\n',
            ),
            (
                'people:\n  - id: "1"\n    name: A\n\n  - id: "2"\n    name: B\n',
                'people:\n  - id: "1"\n    name: A\n\n  - id: "2"\n    name: B\n\n' + LINES,
            ),
            (
                'people:\n  - id: "1"\n    name: |\n      A\n      # B\n',
                'people:\n  - id: "1"\n    name: |\n      A\n      # B\n' + LINES,
            ),
            (
                'people:\n  - id: "1"\n    name: "A\n      B"  # x\n',
                'people:\n  - id: "1"\n    name: "A\n      B"  # x\n' + LINES,
            ),
        ],
    )
    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_at_the_end_of_the_list(self, people: str, wanted: str, line_end: str) -> None:
        made = draft((AGENCY + people).replace("\n", line_end))
        made.add_person("x", PERSON)
        assert new(made) == (AGENCY + wanted).replace("\n", line_end)

    def test_many(self) -> None:
        made = draft(AGENCY + "people: []\n")
        for number in range(100):
            made.add_person("x", {**PERSON, "id": f"{number}"})
        assert [entry["id"] for entry in read(new(made))["people"]] == [str(n) for n in range(100)]

    def test_what_an_entry_may_have_is_in_the_order_of_the_format(self) -> None:
        made = draft(AGENCY + "people: []\n")
        entry = {**PERSON, "suspended": [{"until": "2014-01-01", "date": "2013-02-01", "document": "9/QĐ-X"}]}
        made.add_person(
            "x", {**entry, "closed": EVENT, "phone": "0214 3", "leader": "true", "title": "Trưởng phòng: A"}
        )
        assert new(made) == AGENCY + (
            'people:\n  - id: "000104"\n    name: Lò Thị Mai\n    title: "Trưởng phòng: A"\n    leader: true\n'
            '    phone: "0214 3"\n    opened: {document: 77/QĐ-STTTT, date: 2013-01-01, event: recruited}\n'
            f"    suspended:\n      - {{document: 9/QĐ-X, date: 2013-02-01, until: 2014-01-01}}\n    {CLOSED}\n"
        )


TWO = 'people:\n  - id: "1"\n    name: A  # đầu\n  # về B\n  - id: "2"\n    name: B\n    # cuối B\n'


class TestClosePerson:
    @pytest.mark.parametrize(
        ("person", "wanted"),
        [
            ("1", TWO.replace("# đầu\n", f"# đầu\n    {CLOSED}\n")),
            ("2", TWO + f"    {CLOSED}\n"),
        ],
    )
    def test_at_the_end_of_the_entry(self, person: str, wanted: str) -> None:
        made = draft(AGENCY + TWO)
        made.close_person("x", person, EVENT)
        assert new(made) == AGENCY + wanted

    def test_in_braces(self) -> None:
        made = draft(AGENCY + 'people: [{id: "1", name: A }, {id: "2"}]\n')
        made.close_person("x", "1", EVENT)
        assert new(made) == AGENCY + f'people: [{{id: "1", name: A, {CLOSED} }}, {{id: "2"}}]\n'

    def test_the_last_that_is_open(self) -> None:
        text = AGENCY + 'people:\n  - id: "1"\n    closed: {}\n  - id: "1"\n    name: B\n  - id: "1"\n    closed: {}\n'
        made = draft(text)
        made.close_person("x", "1", EVENT)
        assert new(made) == text.replace("name: B\n", f"name: B\n    {CLOSED}\n")

    def test_one_that_was_added_before(self) -> None:
        made = draft(AGENCY + "people: []\n")
        made.add_person("x", PERSON)
        made.close_person("x", "000104", EVENT)
        made.add_person("x", {**PERSON, "id": "5"})
        assert new(made) == AGENCY + "people:\n" + LINES + f"    {CLOSED}\n" + LINES.replace("000104", "5")

    @pytest.mark.parametrize("person", ["9", "2", ""])
    def test_nobody_open_there(self, person: str) -> None:
        text = AGENCY + 'people:\n  - id: "1"\n  - id: "2"\n    closed: {}\n  - id: "2"\n    closed:\n'
        made = draft(text)
        with pytest.raises(Problem) as error:
            made.close_person("x", person, EVENT)
        assert refusal(error) == f"nobody with id {person} is open in x; see where they are: danhba who {person}"
        assert made.changed() == {}

    def test_twice(self) -> None:
        made = draft(AGENCY + TWO)
        made.close_person("x", "1", EVENT)
        with pytest.raises(Problem):
            made.close_person("x", "1", EVENT)
        assert new(made).count("closed") == 1


class TestSuspend:
    def test_a_list_for_the_first_which_grows_at_its_end(self) -> None:
        made = draft(AGENCY + TWO)
        for day in ("2013-01-01", "2014-01-01"):
            made.suspend("x", "1", {"date": day, "document": "9/QĐ-X"})
        lines = "".join(f"      - {{document: 9/QĐ-X, date: {day}}}\n" for day in ("2013-01-01", "2014-01-01"))
        assert new(made) == AGENCY + TWO.replace("# đầu\n", "# đầu\n    suspended:\n" + lines)

    def test_as_lists_stand_in_the_file(self) -> None:
        made = draft(AGENCY + 'people:\n- id: "1"\n  name: A\n')
        made.suspend("x", "1", {"date": "2013-01-01", "document": "9/QĐ-X"})
        wanted = 'people:\n- id: "1"\n  name: A\n  suspended:\n  - {document: 9/QĐ-X, date: 2013-01-01}\n'
        assert new(made) == AGENCY + wanted

    def test_ahead_of_what_follows_in_the_entry(self) -> None:
        text = AGENCY + 'people:\n  - id: "1"\n    suspended:\n      - {document: 1/QĐ-X}\n    # x\n    name: A\n'
        made = draft(text)
        made.suspend("x", "1", {"date": "2013-01-01", "document": "9/QĐ-X"})
        line = "      - {document: 9/QĐ-X, date: 2013-01-01}\n"
        assert new(made) == text.replace("1/QĐ-X}\n", "1/QĐ-X}\n" + line)

    @pytest.mark.parametrize("closed", ["2012-12-31", "2013-01-01", "'[2014-01-01'", "soon", "2014-1-1", ""])
    def test_nothing_where_it_is_closed_or_may_be(self, closed: str) -> None:
        opened = "{document: 1/QĐ-X, date: 2010-01-01}"
        text = f"{AGENCY}people:\n  - {{id: '1', opened: {opened}, closed: {{document: 2/QĐ-X, date: {closed}}}}}\n"
        made = draft(text)
        with pytest.raises(Problem):
            made.suspend("x", "1", {"date": "2013-01-01", "document": "9/QĐ-X"})
        assert made.changed() == {}
        draft(text.replace(f"date: {closed}}}}}", "date: 2014-01-01}}")).suspend("x", "1", {"date": "2013-01-01"})


class TestAgencies:
    def test_custodians_are_made_ahead_of_people(self) -> None:
        made = draft(AGENCY + "# Người:\n" + ONE)
        made.add_custodian("x", CUSTODIAN)
        made.add_custodian("x", {**CUSTODIAN, "key": "age1x"})
        key = HEAD.replace("}", ", key: age1x}")
        assert new(made) == AGENCY + f"custodians:\n  - {HEAD}\n  - {key}\n# Người:\n" + ONE

    def test_custodians_where_people_come_first(self) -> None:
        made = draft("# Đầu\n" + ONE + AGENCY)
        made.add_custodian("x", CUSTODIAN)
        assert new(made) == f"# Đầu\ncustodians:\n  - {HEAD}\n" + ONE + AGENCY

    def test_closing_and_succession(self) -> None:
        made = draft(AGENCY + "people: []\n")
        made.close_agency("x", {**EVENT, "event": "merged"})
        made.add_succeeds("x", ["no", "snv", "no"])
        made.add_succeeds("x", ["snv", "stc"])
        closed = CLOSED.replace("retired", "merged")
        assert new(made) == AGENCY + f'{closed}\nsucceeds: ["no", snv, stc]\npeople: []\n'
        with pytest.raises(Problem) as error:
            made.close_agency("x", EVENT)
        assert refusal(error) == "x was closed on 2013-01-01 by 77/QĐ-STTTT already; nothing is closed twice"

    def test_succession_that_says_nothing_new(self) -> None:
        made = draft(AGENCY + "succeeds:\n- snv\npeople: []\n")
        made.add_succeeds("x", ["snv"])
        assert made.changed() == {}
        made.add_succeeds("x", ["stc"])
        assert new(made) == AGENCY + "succeeds:\n- snv\n- stc\npeople: []\n"

    def test_what_changes_from_a_day_on(self) -> None:
        made = draft(AGENCY + "people: []\n")
        made.change_agency("x", {"parent": "no", "date": "2014-01-01", "document": "1/QĐ-UBND"})
        last = '  - {document: 1/QĐ-UBND, date: 2014-01-01, parent: "no"}\n'
        assert new(made) == AGENCY + f"changes:\n{last}people: []\n"
        made.change_agency("x", {"kind": "office", "date": "2014-01-01", "document": "2/QĐ-UBND"})
        same = "  - {document: 2/QĐ-UBND, date: 2014-01-01, kind: office}\n"
        made.change_agency("x", {"kind": "board", "date": "2013-01-01", "document": "3/QĐ-UBND"})
        first = "  - {document: 3/QĐ-UBND, date: 2013-01-01, kind: board}\n"
        assert new(made) == AGENCY + f"changes:\n{first}{last}{same}people: []\n"

    OTHER = "{document: 1/QĐ-UBND, date: 2014-01-01, kind: office}"
    LINES = "- date: 2014-01-01\n  kind: office"

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (f"changes: [{OTHER}]", f"changes: [NEW, {OTHER}]"),
            (f"changes:\n{LINES}", f"changes:\n- document: 3/QĐ-UBND\n  date: 2013-01-01\n  kind: board\n{LINES}"),
            (f"changes:\n  # a note\n  -   {OTHER}", f"changes:\n  # a note\n  - NEW\n  -   {OTHER}"),
        ],
    )
    def test_a_change_before_another(self, before: str, after: str) -> None:
        made = draft(AGENCY + before + "\npeople: []\n")
        made.change_agency("x", {"kind": "board", "date": "2013-01-01", "document": "3/QĐ-UBND"})
        after = after.replace("NEW", "{document: 3/QĐ-UBND, date: 2013-01-01, kind: board}")
        assert new(made) == AGENCY + after + "\npeople: []\n"

    def test_a_new_one(self) -> None:
        made = draft(AGENCY + "people: []\n")
        made.add_agency("moi", {"opened": EVENT, "name": "Sở Mới", "kind": "department"})
        made.add_person("moi", PERSON)
        made.add_custodian("moi", CUSTODIAN)
        event = CLOSED.removeprefix("closed: ")
        assert new(made, "moi") == (
            f"---\nagency: moi\nname: Sở Mới\nkind: department\nopened: {event}\n"
            f"custodians:\n  - {HEAD}\npeople:\n" + LINES
        )
        assert [file.path for file in made.files()] == [
            f"directory/{name}" for name in sorted(["agencies/moi.yml", "agencies/x.yml", "province.yml"])
        ]

    def test_a_new_one_with_people(self) -> None:
        made = draft(AGENCY + "people: []\n")
        made.add_agency("moi", {"name": "Sở Mới", "people": [PERSON], "custodians": [CUSTODIAN]})
        assert new(made, "moi") == f"---\nagency: moi\nname: Sở Mới\ncustodians:\n  - {HEAD}\npeople:\n" + LINES

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("x", "the register has x already, and no tendonvi is issued again; take another"),
            ("../x", "'../x' is no tendonvi; it has up to 32 lower-case letters and digits, such as snv"),
        ],
    )
    def test_no_new_one(self, code: str, message: str) -> None:
        with pytest.raises(Problem) as error:
            draft(AGENCY + "people: []\n").add_agency(code, {})
        assert refusal(error) == message

    @pytest.mark.parametrize("code", ["y", "../province", ""])
    def test_an_agency_that_is_not_there(self, code: str) -> None:
        with pytest.raises(Problem) as error:
            draft(AGENCY).add_person(code, PERSON)
        assert refusal(error) == f"the register has no agency {code}; write its tendonvi, such as snv"


class TestProvince:
    def test_acknowledgements(self) -> None:
        made = Draft(files(SAMPLE))
        made.acknowledge({"until": "2013-01-01", "document": "1/QĐ-X", "limit": "protected", "accounts": ["contact-x"]})
        line = "  - {limit: protected, document: 1/QĐ-X, until: 2013-01-01, accounts: [contact-x]}\n"
        assert made.changed() == {"province.yml": (PROVINCE + line).encode()}

    def test_the_first_acknowledgement(self) -> None:
        text = PROVINCE.partition("acknowledgements")[0]
        made = Draft(files({"province.yml": text}))
        made.acknowledge({"limit": "close", "count": "9", "document": "1/QĐ-X", "until": "2013-01-01"})
        line = "acknowledgements:\n  - {limit: close, document: 1/QĐ-X, until: 2013-01-01, count: 9}\n"
        assert made.changed() == {"province.yml": (text + line).encode()}

    def test_the_operator(self) -> None:
        made = Draft(files(SAMPLE))
        made.set_operator("snv")
        assert made.changed() == {"province.yml": PROVINCE.replace("operator: stttt", "operator: snv").encode()}

    def test_no_province(self) -> None:
        with pytest.raises(Problem) as error:
            Draft([]).acknowledge({})
        assert refusal(error) == "the register has no province.yml; restore it from git"


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (b"", 1),
            (b"- 1\n", 1),
            (b"a: b\nc: \xff\n", 2),
            (b"a: b\nc: *x\n", 2),
            (b"a: b\nc: [\n", 3),
            (b"a: b\na: c\n", 2),
            (b"a: b\n---\nc: d\n", 2),
            (None, 1),
        ],
    )
    def test_what_is_no_file_of_a_register(self, text: bytes | None, line: int) -> None:
        made = Draft([File("agencies/x.yml", "directory/agencies/x.yml", text)])
        with pytest.raises(Problem) as error:
            made.add_person("x", PERSON)
        assert refusal(error) == (
            f"directory/agencies/x.yml cannot be edited: line {line} is not as a register is written; "
            "correct what danhba check says"
        )
        assert made.changed() == {}

    @pytest.mark.parametrize("people", ["people: x\n", "people: {a: b}\n", "people: |\n  x"])
    def test_a_list_that_is_none(self, people: str) -> None:
        made = draft(AGENCY + people)
        with pytest.raises(Problem) as error:
            made.add_person("x", PERSON)
        assert "make this change by hand" in refusal(error)

    def test_a_layout_in_which_an_addition_would_say_something_else(self) -> None:
        made = draft(AGENCY + 'people:\n  - id: "1"\n    name: |\n      không có cuối dòng')
        made.add_person("x", PERSON)
        with pytest.raises(Problem) as error:
            made.changed()
        assert refusal(error) == (
            "directory/agencies/x.yml is laid out in a way that cannot be edited by a command; make this change by hand"
        )

    @pytest.mark.parametrize("character", ["\n", "\x1b", "\t", "\u2028", "\udcff"])
    def test_characters_that_no_register_has(self, character: str) -> None:
        made = draft(AGENCY + "people: []\n")
        with pytest.raises(Problem) as error:
            made.add_person("x", {**PERSON, "name": f"A{character}B"})
        assert f"U+{ord(character):04X}, which cannot stand in a register" in refusal(error)
        assert made.changed() == {}


def test_a_byte_order_mark_stays() -> None:
    made = draft("\ufeff" + AGENCY + ONE)
    made.add_person("x", PERSON)
    assert new(made) == "\ufeff" + AGENCY + ONE + LINES


def test_nothing_changes() -> None:
    before = files(SAMPLE)
    assert Draft(before).files() == before


edits = st.lists(
    st.one_of(
        st.tuples(st.just("add_person"), layouts.people),
        st.tuples(st.just("close_person"), layouts.ids, layouts.events),
        st.tuples(st.just("suspend"), layouts.ids, layouts.events),
        st.tuples(st.just("add_custodian"), layouts.custodians),
        st.tuples(st.just("add_succeeds"), st.lists(layouts.codes, max_size=2)),
        st.tuples(st.just("close_agency"), layouts.events),
    ),
    min_size=1,
    max_size=5,
)


def apply(says: dict[str, Any], edit: tuple[Any, ...]) -> bool:
    """Do to the values what an edit does to the text; False where it must be refused."""
    kind, *rest = edit
    if kind == "add_person":
        grow(says, "people", rest[0])
    elif kind == "add_custodian":
        grow(says, "custodians", rest[0])
    elif kind == "add_succeeds":
        for code in rest[0]:
            if code not in says.get("succeeds", []):
                grow(says, "succeeds", code)
    elif kind == "close_agency":
        if "closed" in says:
            return False
        says["closed"] = rest[0]
    else:
        entries = [entry for entry in says.get("people") or [] if isinstance(entry, dict)]
        opened = [entry for entry in entries if entry.get("id") == rest[0] and "closed" not in entry]
        if not opened:
            return False
        if kind == "close_person":
            opened[-1]["closed"] = rest[1]
        else:
            grow(opened[-1], "suspended", rest[1])
    return True


def grow(says: dict[str, Any], key: str, value: Any) -> None:
    says[key] = [*(says.get(key) or []), value]


@settings(max_examples=150)
@given(data=st.data(), says=layouts.agencies(), made=edits)
def test_any_edits_of_any_layout(data: st.DataObject, says: dict[str, Any], made: list[tuple[Any, ...]]) -> None:
    """The text says what it said and the additions, and all that stood in it still does, in its order."""
    text = data.draw(layouts.written(says))
    assert read(text) == says, "the layout is not what this test thinks"
    edited = draft(text)
    wanted = read(text)
    for edit in made:
        if apply(wanted, edit):
            getattr(edited, edit[0])("x", *edit[1:])
        else:
            with pytest.raises(Problem):
                getattr(edited, edit[0])("x", *edit[1:])
    after = edited.changed().get("agencies/x.yml", text.encode()).decode()
    assert read(after) == wanted
    assert is_within(without_empty_lists(text), after)


snippets = st.sampled_from(
    [
        *" \t\n#?-|>'\"[]{},:&*!%@`~",
        "- ",
        "? ",
        "\r",
        "\u2028",
        "\x85",
        "---\n",
        "...\n",
        "# x\n",
        "  ",
        "a: b\n",
        "\ufeff",
    ]
)


@settings(max_examples=150)
@given(data=st.data(), says=layouts.agencies(), made=edits)
def test_any_text_at_all(data: st.DataObject, says: dict[str, Any], made: list[tuple[Any, ...]]) -> None:
    """What is no register, or too odd, is refused; what is edited says what it should, and nothing twice."""
    text = data.draw(layouts.written(says))
    for _number in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + data.draw(snippets) + text[place + data.draw(st.integers(0, 1)) :]
    edited = draft(text)
    try:
        for edit in made:
            getattr(edited, edit[0])("x", *edit[1:])
        after = edited.changed().get("agencies/x.yml", text.encode()).decode()
    except Problem:
        return
    wanted = read(text)
    for edit in made:
        assert apply(wanted, edit)
    node, problems = tree.parse(after)
    assert not problems
    assert plain(node) == wanted


def plain(node: tree.Node | None) -> Any:
    if isinstance(node, tree.Map):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, tree.List):
        return [plain(item) for item in node.items]
    return node.value if node else None


def without_empty_lists(text: str) -> str:
    """An empty list says nothing, and gives way to the lines of its first item."""
    return re.sub(r"\s*\[\s*\]", "", text)


def is_within(text: str, whole: str) -> bool:
    """Whether all characters of a text stand in the whole in the same order."""
    rest = iter(whole)
    return all(character in rest for character in text)


class TestDescribe:
    """What an entry says beside its documents, written anew."""

    def change(self, key: str, value: str, person: str = "000101") -> str:
        made = Draft(files(SAMPLE))
        made.describe("stttt", person, key, value)
        return made.changed().get("agencies/stttt.yml", STTTT.encode()).decode()

    def test_a_key_that_is_there(self) -> None:
        assert self.change("title", "Phó Giám đốc") == STTTT.replace("title: Giám đốc", "title: Phó Giám đốc")

    def test_a_new_key_stands_where_registers_have_it(self) -> None:
        entry = STTTT.index('  - id: "000101"')
        line = STTTT.index("    opened:", entry)
        assert self.change("quota", "5G") == f"{STTTT[:line]}    quota: 5G\n{STTTT[line:]}"

    def test_a_key_taken_out(self) -> None:
        assert self.change("title", "") == STTTT.replace("    title: Giám đốc\n", "", 1)

    def test_what_it_says_already(self) -> None:
        assert self.change("title", "Giám đốc") == STTTT
        assert self.change("quota", "") == STTTT

    def test_the_first_key_of_an_entry_cannot_be_taken_out_by_a_command(self) -> None:
        with pytest.raises(Problem):
            self.change("id", "")

    def test_who_is_not_there(self) -> None:
        with pytest.raises(Problem):
            self.change("title", "x", "nobody")
