"""The threat model against the configuration that keeps it, as the roles write it; the rows are in `tests/promises`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from danhba.founding import repository
from tests.promises import table
from tests.promises.programs import PROGRAMS, NotHereError
from tests.promises.settings import READERS, Settings
from tests.promises.table import MODEL, ROOT, Setting
from tests.support.rendered import render

TABLE = table.read()
# Each file's rows.
ROWS = {name: [row for promise in TABLE.promises for row in promise.settings if row.of == name] for name in TABLE.files}


@cache
def written(name: str) -> str:
    """A file as the roles write it for a province that `danhba init` has founded."""
    file = TABLE.files[name]
    return render(file.template, **{**init(), **file.inputs})


@cache
def init() -> Mapping[str, Any]:
    """The inputs of roles that `danhba init` sets in a province's inventory."""
    path = Path(repository.__file__).with_name("files") / "host_vars.yml.in"
    given = yaml.safe_load(re.sub(r"@\{(\w+)\}", r"\1", path.read_text(encoding="utf-8")))
    return {name: value for name, value in given.items() if not name.startswith("ansible_") and "{{" not in str(value)}


def broken(row: Setting, found: Settings) -> str:
    """What is wrong with a file where a promise needs a setting; empty where nothing is."""
    value = found.get(row.name)
    kept = {
        "is": value == row.value,
        "has": value is not None and row.value in value,
        "lacks": value is None if not row.value else value is not None and row.value not in value,
    }[row.how]
    return "" if kept else f"{row.of}: {row.name} {row.how} {row.value!r} is promised, {value!r} is written"


@pytest.mark.parametrize("name", ROWS)
def test_configuration_keeps_promises_of_the_threat_model(name: str) -> None:
    found = READERS[TABLE.files[name].reader](written(name))
    assert list(filter(None, (broken(row, found) for row in ROWS[name]))) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_confirm_the_tables_values(name: str, tmp_path: Path) -> None:
    read = READERS[TABLE.files[name].reader](written(name))
    try:
        said = PROGRAMS[name](written(name), tmp_path, [row.name for row in ROWS[name] if row.name in read])
    except NotHereError as missing:
        pytest.skip(f"this machine has no {missing}")
    assert {key: read[key] for key in said if key in read} == {key: said[key] for key in said if key in read}
    assert said.keys() >= {row.name for row in ROWS[name] if row.name in read} or name not in ("main", "master")


def test_every_threat_has_configuration_or_tests() -> None:
    unheld = [
        threat
        for threat in table.threats()
        if threat.section not in TABLE.sections and not any(promise.is_of(threat) for promise in TABLE.promises)
    ]
    assert unheld == [], "add them to tests/promises/table.toml"


def test_every_promise_is_in_the_threat_model_once() -> None:
    threats = list(table.threats())
    assert len(threats) > 100
    text = MODEL.read_text(encoding="utf-8")
    for promise in TABLE.promises:
        made = sum(map(promise.is_of, threats)) if promise.tries else text.count(promise.words)
        assert made == 1, f"{promise.who} {promise.tries}{promise.words}: the threat model says so {made} times"


def test_tests_named_by_promises_exist() -> None:
    named = {path for promise in TABLE.promises for path in promise.held}
    named |= {path for paths in TABLE.sections.values() for path in paths}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    assert TABLE.sections.keys() <= {threat.section for threat in table.threats()}


def test_every_file_of_promises_has_a_row() -> None:
    assert {row.of for promise in TABLE.promises for row in promise.settings} == TABLE.files.keys()


@pytest.mark.parametrize(
    ("row", "value", "kept"),
    [
        (Setting("a", "b", "yes", "is"), "yes", True),
        (Setting("a", "b", "yes", "is"), "yes, no", False),
        (Setting("a", "b", "yes", "is"), None, False),
        (Setting("a", "b", "yes", "has"), "yes, no", True),
        (Setting("a", "b", "no", "lacks"), "yes, no", False),
        (Setting("a", "b", "no", "lacks"), None, False),
        (Setting("a", "b", "", "lacks"), None, True),
        (Setting("a", "b", "", "lacks"), "", False),
    ],
)
def test_broken_promise_is_reported(row: Setting, value: str | None, kept: bool) -> None:
    assert (broken(row, {} if value is None else {"b": value}) == "") == kept


def test_readers_parse_as_their_programs_do() -> None:
    assert READERS["main_cf"]("a = b,\n  c # d\n# e = f\ng =\n") == {"a": "b, c # d", "g": ""}
    assert READERS["master_cf"]("smtp inet n - y - - smtpd\n  -o a=\n  -o { b = c d }\n  -o e=f\n") == {
        "smtp/inet/a": "",
        "smtp/inet/b": "c d",
        "smtp/inet/e": "f",
    }
    assert READERS["dovecot"]('a = "x  y"\nb c {\n  d {\n    e = f \\\n      g\n  }\n}\n') == {
        "a": "x y",
        "b c/d/e": "f g",
    }
    assert READERS["nginx"]("a b;\nc {\n  d e;\n  d 'f; g';\n  location ~ ^/x$ { h; }\n}\n") == {
        "a": "b",
        "c/d": "e\nf; g",
        "c/location ~ ^/x$/h": "",
    }
    assert READERS["words"]('A b c\n-d.e = 2\nf: g\nh = "i";\n') == {"A": "b c", "d.e": "2", "f": "g", "h": "i"}
    assert READERS["sections"]("[S]\na=b \\\n  c\na=d\n") == {"S/a": "b c\nd"}
    assert READERS["ldif"]("dn: x\na: b\na: c\n") == {"x/a": "b\nc"}
