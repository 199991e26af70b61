"""Compare two registers, and the people in them."""

from __future__ import annotations

from collections.abc import Mapping

from danhba.checking.check import check
from danhba.planning.compared import Compared, compare
from tests.support.registers import Texts, files, person

GIB = 1024**3
KEY = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"
HOA, AN = person("1", "Lò Thị Mai Hoa", "2010-01-01", title="Trưởng phòng"), person("2", "Vàng A An", "2010-01-01")
SPELL: Mapping[str, str] = {"document": "9/QĐ-AA", "date": "2011-01-01"}


def between(before: Texts, now: Texts) -> Compared:
    """What of one register is not in the other."""
    then = check(files(before))
    later = check(files(now), None, then)
    return compare(then.register, later.register, later.issued)


def named(compared: Compared) -> set[str]:
    """Of which kinds there is something."""
    return {kind for kind, records in compared.as_data().items() if records}
