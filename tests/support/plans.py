"""A small province before a reorganisation, and reorganisations of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from danhba.addresses.issuing import Issued
from danhba.model.findings import Finding
from danhba.model.register import Register
from danhba.reading.source import File
from danhba.reorganisation.forecast import Forecast, forecast
from danhba.reorganisation.reading import read
from tests.factory.text import Value
from tests.support.registers import Entry, agency, person, register, usable

DAY = date(2025, 7, 1)
HEAD = "document: 1673/NQ-UBTVQH15\ndate: 2025-07-01\n"
MERGED = HEAD + "close:\n  - {agency: skhdt, event: merged, to: stc}\n"


def province(*more: Entry, stc: tuple[Entry, ...] = (), **keys: Value) -> dict[str, str]:
    """Two departments under the People's Committee, the operator, and a unit under one of them.

    `more` are people of skhdt beside Nguyễn Văn Vịnh (1) and Trần Thị Hà (2); `stc` are people of stc before its one.
    """
    return register(
        agency("ubnd"),
        agency("stttt", parent="ubnd"),
        agency("skhdt", person("1", "Nguyễn Văn Vịnh", "2010-01-01"), person("2", "Trần Thị Hà", "2011-01-01"), *more,
               parent="ubnd"),
        agency("stc", *stc, person("9", "Lê Thị Mai", "2012-01-01"), parent="ubnd"),
        agency("ttdt", person("8", "Vàng A Páo", "2015-01-01"), parent="skhdt"),
        **keys,
    )  # fmt: skip


def decide(text: str) -> tuple[object, list[Finding]]:
    """A reorganisation read from its text."""
    return read(File("merger.yml", "merger.yml", text.encode()))


def foresee(texts: Mapping[str, str], text: str) -> Forecast:
    """The forecast of a reorganisation whose file is in order."""
    return foresee_in(*usable(texts), text)


def foresee_in(before: Register, issued: Issued, text: str) -> Forecast:
    """The same, of a register that was made out before."""
    plan, findings = read(File("merger.yml", "merger.yml", text.encode()))
    assert [(f.rule.id, f.where, f.values) for f in findings] == []
    assert plan is not None
    return forecast(before, issued, plan)


def moves(found: Forecast) -> list[str]:
    """Who goes where, as `id: old → new`."""
    return [f"{move.issuance.id}: {move.before} → {move.after}" for move in found.moves]


def places(findings: tuple[Finding, ...] | list[Finding]) -> list[str]:
    """Findings as `line:column rule`."""
    return [f"{f.where.place.line}:{f.where.place.column} {f.rule.id}" for f in findings]
