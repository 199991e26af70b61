"""The rules on leave: each case changes one thing in the sample register and states all findings that follow."""

from __future__ import annotations

import pytest

from danhba.checking.check import check
from danhba.reading.schema import KEY
from tests.support.cases import TODAY, Case, S, each, found
from tests.support.looped import for_each
from tests.support.registers import SAMPLE, edited, files
from tests.support.said import recorded, values

pytestmark = pytest.mark.clause("R8.2")

PHU = "    closed: {document: 77/QĐ-STTTT, date: 2012-01-01, event: retired}\n"


def leave(name: str, *spans: str, expected: tuple[str, ...] = (), closed: str = PHU) -> Case:
    """Leave in the third entry of the sample, which opens on 2010-11-01 and closes on 2012-01-01."""
    text = "    leave:\n" + "".join(f"      - {{{span}}}\n" for span in spans)
    return Case(f"leave: {name}", edited(S, (PHU, text + closed)), list(expected))


# Where its first leave stands.
LINE = 28
CASES = [
    leave("one", "from: 2011-03-01, to: 2011-03-04"),
    leave("one day", "from: 2011-03-01, to: 2011-03-01, document: 4/STTTT-VP"),
    leave("ends before it begins", "from: 2011-03-01, to: 2011-02-28", expected=(f"{S}:{LINE}:32 leave-days",)),
    leave("a year", "from: 2010-11-01, to: 2011-11-01"),
    leave("a day more", "from: 2010-11-01, to: 2011-11-02", expected=(f"{S}:{LINE}:32 leave-long",)),
    leave("the next day", "from: 2011-03-01, to: 2011-03-04", "from: 2011-03-05, to: 2011-03-05"),
    leave("the same day", "from: 2011-03-01, to: 2011-03-04", "from: 2011-03-04, to: 2011-03-07",
          expected=(f"{S}:{LINE + 1}:16 leave-overlap",)),
    leave("the later first", "from: 2011-03-04, to: 2011-03-07", "from: 2011-03-01, to: 2011-03-04",
          expected=(f"{S}:{LINE}:16 leave-overlap",)),
    leave("before it opens", "from: 2010-10-31, to: 2010-11-05", expected=(f"{S}:{LINE}:16 leave-outside",)),
    leave("before it opens for good", "from: 2010-10-31, to: 2010-11-05", closed="",
          expected=(f"{S}:{LINE}:16 leave-outside",)),
    leave("on beyond the closing", "from: 2011-12-30, to: 2012-01-05"),
    leave("from the closing on", "from: 2012-01-01, to: 2012-01-05", expected=(f"{S}:{LINE}:16 leave-outside",)),
    leave("too far ahead", "from: 2013-05-02, to: 2013-06-03", closed="",
          expected=(f"{S}:{LINE}:32 date-future",)),
    leave("no last day", "from: 2011-03-01", expected=(f"{S}:{LINE}:9 schema-missing",)),
    leave("a reason", "from: 2011-03-01, to: 2011-03-04, reason: ốm", expected=(f"{S}:{LINE}:44 schema-key",)),
    leave("no day", "from: 2011-03-01, to: mai", expected=(f"{S}:{LINE}:32 schema-date",)),
    leave("no document", "from: 2011-03-01, to: 2011-03-04, document: đơn",
          expected=(f"{S}:{LINE}:54 document-shape",)),
]  # fmt: skip
ONE = edited(S, (PHU, "    leave:\n      - {from: 2011-03-01, to: 2011-03-04}\n" + PHU))
NEAR = edited(S, (PHU, "    leave:\n      - {from: 2012-05-07, to: 2012-05-11}\n"))
OPEN = edited(S, (PHU, ""))
CASES += [
    Case("leave: entered long after", ONE, [f"{S}:28:7 history-leave"], SAMPLE),
    Case("leave: taken out long after", SAMPLE, [f"{S}:24:5 history-leave"], ONE),
    Case("leave: a document added", edited(S, (PHU, "    leave:\n      - {from: 2011-03-01, to: 2011-03-04, document: "
         "4/STTTT-VP}\n" + PHU)), [], ONE),
    Case("leave: in what was taken back before it began", edited(S, (
        "45/QĐ-STTTT, date: 2010-11-01, event: recruited}",
        "45/QĐ-STTTT, date: 2010-11-01, event: recruited, withdrawn: {document: 46/QĐ-STTTT, date: 2010-10-20}}"),
        (PHU, "    leave:\n      - {from: 2010-10-31, to: 2010-11-05}\n")), []),
    *(Case(f"leave: entered after {days} days", edited(S, (PHU, f"    leave:\n      - {{from: {day}, to: {day}}}\n")),
           list(expected), OPEN)
      for days, day, expected in ((32, "2012-04-30", [f"{S}:28:7 history-leave"]), (31, "2012-05-01", []))),
    Case("leave: entered within a month", NEAR, [], OPEN),
    Case("leave: taken out within a month", OPEN, [], NEAR),
]  # fmt: skip


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"


def test_of_a_reason_the_way_out_is_said() -> None:
    [case] = [case for case in CASES if case.name == "leave: a reason"]
    [finding] = [each for each in check(files(case.texts), TODAY).findings if each.rule is KEY]
    assert finding.values["allowed"] == ["from", "to", "document"]
