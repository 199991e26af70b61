"""Every cell of the table of events is decided, and the check and the comment answer it as decided."""

from __future__ import annotations

import re
import subprocess
from fnmatch import fnmatchcase
from itertools import chain

import pytest
import yaml

from danhba.cli.rules import in_groups
from danhba.governance.forges import FORGES
from danhba.governance.proposal import is_data
from danhba.model.register import AGENCY_CLOSED, AGENCY_OPENED, PERSON_CLOSED, PERSON_OPENED
from tests.events import ROOT, TABLE, Cell, Decision, Row, Table, read
from tests.events.asking import answered, comment, found
from tests.events.composing import EVENTS, Proposed, compose
from tests.events.pages import PAGE, page
from tests.events.schema import keys, matches
from tests.events.table import WARNED

EVENTS_TABLE = read()
ROWS = EVENTS_TABLE.rows
# Where the head of the comment says more than the findings do.
TOLD_BY_COMMENT = {"permits", "settings", "files"}
KEYS = keys()


def possible(event: str, table: Table = EVENTS_TABLE) -> dict[Cell, Decision]:
    """The cells of an event that can occur."""
    return {cell: decision for cell, decision in table.decisions(event).items() if decision.possible}


def proposals(cell: Cell, row: Row) -> list[Proposed]:
    """The proposals of a cell: one, or of files one for each pattern."""
    return [compose(cell, [each]) for each in row.covers] if row.group == "files" else [compose(cell)]


def answers(proposed: Proposed, row: Row) -> frozenset[str]:
    """What the check says, and the head of the comment where it tells more."""
    return answered(proposed) if row.group in TOLD_BY_COMMENT else found(proposed)


def differences(event: str, table: Table = EVENTS_TABLE) -> list[str]:
    """Where an event is answered otherwise than the table says, one line a cell."""
    row = table.rows[event]
    return [
        f"{cell}: expected {sorted(wanted) or 'silence'}, found {sorted(got) or 'silence'} {proposed.outside or ''}"
        for cell, decision in possible(event, table).items()
        for proposed in proposals(cell, row)
        for wanted, got in [(decision.rules, answers(proposed, row))]
        if got != wanted
    ]


@pytest.mark.clause("R6.1a", "R6.2a", "R6.2b")
@pytest.mark.parametrize("event", ROWS)
def test_check_and_comment_answer_event_as_its_cells_state(event: str) -> None:
    wrong = differences(event)
    assert not wrong, "docs/events.yml decides otherwise:\n" + "\n".join(wrong)


@pytest.mark.parametrize("event", ROWS)
def test_every_cell_of_an_event_has_a_decision(event: str) -> None:
    undecided = [str(cell) for cell in EVENTS_TABLE.undecided(event)]
    assert not undecided, "no line of docs/events.yml is about:\n" + "\n".join(undecided)


SILENT = {event: cell for event in ROWS if (cell := next((c for c, d in possible(event).items() if not d.rules), None))}


@pytest.mark.parametrize("event", SILENT)
def test_change_without_finding_is_shown_by_the_comment(event: str) -> None:
    """Silence is no finding; what the change does is still there for its reviewers to compare."""
    for proposed in proposals(SILENT[event], ROWS[event]):
        unchanged = Proposed(proposed.before, proposed.before)
        assert comment(proposed) != comment(unchanged), f"{SILENT[event]} does not appear in the comment"


def test_events_of_the_model_are_in_the_schema() -> None:
    """What the next test reads from the schema is what the code takes."""
    wanted = {
        *(f"agency.opened.event={each}" for each in AGENCY_OPENED),
        *(f"agency.closed.event={each}" for each in AGENCY_CLOSED),
        *(f"agency.people[].opened.event={each}" for each in PERSON_OPENED),
        *(f"agency.people[].closed.event={each}" for each in PERSON_CLOSED),
    }
    assert wanted <= {*KEYS}


def uncovered(table: Table) -> list[str]:
    """The keys and values of the schema that no row covers."""
    patterns = [pattern for row in table.rows.values() if row.group != "files" for pattern in row.covers]
    return [key for key in KEYS if not any(matches(key, pattern) for pattern in patterns)]


def test_every_key_of_the_schema_is_covered_by_an_event() -> None:
    assert uncovered(EVENTS_TABLE) == [], "no row of docs/events.yml covers these: decide their cells"


def test_removed_row_leaves_its_key_uncovered() -> None:
    raw = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    raw["events"] = [row for row in raw["events"] if row.get("event") != "operator_key"]
    assert uncovered(read(yaml.safe_dump(raw, allow_unicode=True))) == ["province.operator_key"]


def test_events_cover_keys_that_exist_and_can_be_composed() -> None:
    for event, row in ROWS.items():
        if row.group != "files":
            assert event in EVENTS
            assert [each for each in row.covers if not any(matches(key, each) for key in KEYS)] == [], event


def test_every_composed_event_has_a_row() -> None:
    assert EVENTS.keys() <= ROWS.keys()


def kinds_of(path: str) -> list[str]:
    """The events of a file outside the register, the one that decides first."""
    rows = (row for row in ROWS.values() if row.group == "files")
    return [row.event for row in rows if any(fnmatchcase(path, pattern) for pattern in row.covers)]


def test_files_of_this_repository_are_all_of_a_known_kind() -> None:
    """A new kind of file is decided before it is merged: none is left to the last row."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout
    outside = [path for path in tracked.split("\0") if path and not is_data(path, "directory/")]
    unknown = [path for path in outside if kinds_of(path)[:1] == ["file_unknown"]]
    assert unknown == []


@pytest.mark.parametrize("forge", FORGES)
def test_codeowners_file_is_a_guard(forge: str) -> None:
    assert kinds_of(FORGES[forge].codeowners)[0] == "file_codeowners"


def test_rules_named_by_cells_exist() -> None:
    known = {rule.id for rule in in_groups()} | {WARNED}
    named = {rule for event in ROWS for decision in EVENTS_TABLE.decisions(event).values() for rule in decision.rules}
    assert named <= known


def test_every_line_of_the_table_decides_a_cell() -> None:
    """No line is left that others have made idle."""
    for event, row in ROWS.items():
        cells = EVENTS_TABLE.decisions(event)
        for line in row.lines:
            about = "event" not in line.cells or event in line.cells["event"]
            assert not about or any(line.covers(cell) for cell in cells), (event, line)


@pytest.mark.parametrize("dimension", ["whose", "document", "when", "how"])
def test_new_value_of_a_dimension_leaves_silent_cells_undecided(dimension: str) -> None:
    raw = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    raw["dimensions"][dimension]["unheard_of"] = {"en": "new", "vi": "mới"}
    table = read(yaml.safe_dump(raw, allow_unicode=True))
    undecided = [cell for cell in table.undecided("retired") if getattr(cell, dimension) == "unheard_of"]
    assert undecided


def without(event: str, line: object) -> Table:
    """The table without one line of an event's row."""
    raw = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    row = next(each for each in raw["events"] if event in each.get("of", [each.get("event")]))
    row["lines"].remove(line)
    return read(yaml.safe_dump(raw, allow_unicode=True))


def test_removed_only_finding_leaves_its_cell_undecided() -> None:
    table = without("custodian_key", {"how": ["edit", "second"], "finds": "history-key"})
    assert [cell.how for cell in table.undecided("custodian_key")] == ["edit", "second"]


def test_removed_finding_is_reported_with_its_cells() -> None:
    """The check finds more than the table then says, and the list of differences names each cell."""
    late = without("retired", {"when": "long_ago", "how": ["append", "second"], "finds": "history-late"})
    wrong = differences("retired", late)
    assert "retired: same, own, long_ago, append: expected silence, found ['history-late'] " in wrong
    assert all("long_ago" in line for line in wrong)


def test_removed_silence_leaves_its_cell_undecided() -> None:
    table = without("retired", "silent_as_decided")
    assert Cell("retired", "same", "own", "today", "append") in table.undecided("retired")


def test_rows_have_vietnamese_and_english_texts() -> None:
    texts = [*(row.title for row in ROWS.values()), *EVENTS_TABLE.reasons.values(), *EVENTS_TABLE.groups.values()]
    texts += [
        *(row.document for row in ROWS.values()),
        *chain.from_iterable(each.values() for each in EVENTS_TABLE.dimensions.values()),
    ]
    for text in texts:
        assert text.keys() == {"en", "vi"}
        assert not re.search(r"\b(cell|row|rule)\b", text["vi"])


def test_events_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make generated"
