"""The register's files as text, from keyword arguments: `province.yml`, `agencies/<tendonvi>.yml` and their entries.

Every maker starts from a valid entry; a keyword replaces a key, None leaves it out, and an unknown one is written
too, so that a test can also ask for what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Value]"

# Written without quotes: dates, and what begins with a letter or digit, holds a letter and nothing that YAML reads.
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d|(?=.*[^\W\d_])\w(?:[\w /.'()@-]*[\w/.'()@-])?")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]')

_OFFICIAL_KEYS = "id name family given title leader unit phone address address_document opened suspended closed".split()
_AGENCY_KEYS = "agency name kind parent identifier opened closed succeeds quota custodians people".split()


def scalar(text: str) -> str:
    """The text as one YAML scalar on one line, plain where that reads back as the same text."""
    if _PLAIN.fullmatch(text):
        return text
    return '"' + _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + '"'


def flow(value: Value) -> str:
    """The value in YAML's flow style: ``{document: 1/QĐ-UBND, date: 2010-10-15}``."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def official_yaml(**keys: Value | None) -> str:
    """One entry of `people`, indented as it stands in an agency's file and ready to be put at its end."""
    entry: dict[str, Value | None] = {
        "id": "000001",
        "name": "Nguyễn Văn An",
        "title": "Chuyên viên",
        "opened": {"document": "101/QĐ-UBND", "date": "2010-10-15", "event": "recruited"},
    }
    lines = list(_lines(_ordered(entry | keys, _OFFICIAL_KEYS), indent=4))
    return "".join(["  - " + lines[0].lstrip(), *lines[1:]])


def agency_yaml(code: str, *, people: Iterable[Mapping[str, Value | None]] = (), **keys: Value | None) -> str:
    """An agency's whole file; `people` holds the keywords of one `official_yaml` each."""
    file: dict[str, Value | None] = {
        "agency": code,
        "name": f"Cơ quan {code}",
        "kind": "department",
        "opened": {"document": "11/2008/QĐ-UBND", "date": "2008-03-20", "event": "established"},
    }
    entries = [official_yaml(**person) for person in people]
    head = _lines(_ordered(file | keys, _AGENCY_KEYS), indent=0)
    return "".join(["---\n", *head, "people:\n" if entries else "people: []\n", *entries])


def province_yaml(**keys: Value | None) -> str:
    """The province's whole file, with every default left to the policy; `operator` is `stttt`."""
    file: dict[str, Value | None] = {
        "province": "Lào Cai",
        "domain": "laocai.gov.vn",
        "host": "mail.laocai.gov.vn",
        "operator": "stttt",
        "support": {"phone": "0214 3 000 000", "mail": "contact-stttt@laocai.gov.vn"},
        "system_addresses": {"postmaster": "contact-stttt", "abuse": "contact-stttt"},
    }
    # At the end, so that what a test adds stands at the lines that it names.
    keys.setdefault("regulation", {"number": "33/2010/QĐ-UBND", "date": "2010-10-05"})
    return "".join(["---\n", *_lines(_ordered(file | keys, ()), indent=0)])


def write_directory(root: Path, agencies: Mapping[str, str], province: str | None = None) -> Path:
    """Write a register below `root` (made where missing): `agencies` holds the text of each file by its `tendonvi`."""
    folder = root / "agencies"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "province.yml").write_text(province_yaml() if province is None else province, encoding="utf-8")
    for code, text in agencies.items():
        (folder / f"{code}.yml").write_text(text, encoding="utf-8")
    return root


def _ordered(keys: Mapping[str, Value | None], order: Sequence[str]) -> dict[str, Value]:
    """The keys that are not None, first those in `order`, then the others as they came."""
    names = [key for key in order if key in keys] + [key for key in keys if key not in order]
    return {key: value for key in names if (value := keys[key]) is not None}


def _lines(mapping: Mapping[str, Value], indent: int) -> Iterator[str]:
    """A mapping in block style: sequences of mappings one a line, mappings of plain text on their key's line."""
    margin = " " * indent
    for key, value in mapping.items():
        if isinstance(value, str):
            yield f"{margin}{key}: {scalar(value)}\n"
        elif isinstance(value, Mapping) and any(isinstance(item, Mapping) for item in value.values()):
            yield f"{margin}{key}:\n"
            yield from _lines(value, indent + 2)
        elif isinstance(value, Sequence) and any(isinstance(item, Mapping) for item in value):
            yield f"{margin}{key}:\n"
            yield from (f"{margin}  - {flow(item)}\n" for item in value)
        else:
            yield f"{margin}{key}: {flow(value)}\n"
