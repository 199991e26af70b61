"""Which settings files are refused, and what is said about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from danhba_host import endings, full, quota, room
from danhba_host.addressbook import settings as addressbook
from danhba_host.credentials import settings as credentials
from danhba_host.journal import Refused
from danhba_host.settings import load
from tests.support.programs import CREDENTIALS

GOOD: dict[str, Any] = {"name": "Lào Cai", "count": 3, "on": True, "paths": ["/a"]}


@dataclass(frozen=True)
class Example:
    """One setting of each type."""

    name: str
    count: int
    on: bool
    paths: list[str]

    def __post_init__(self) -> None:
        if self.count > 9:
            raise ValueError("count: tối đa 9 -- at most 9")


def written(folder: Path, values: Any) -> Path:
    path = folder / "settings.json"
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    return path


def test_good_file(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD), Example) == Example("Lào Cai", 3, True, ["/a"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (GOOD | {"count": "3"}, "count phải là -- must be int: '3'"),
        (GOOD | {"count": True}, "count phải là -- must be int: True"),
        (GOOD | {"count": 3.0}, "count phải là -- must be int: 3.0"),
        (GOOD | {"count": None}, "count phải là -- must be int: None"),
        (GOOD | {"name": 7}, "name phải là -- must be str: 7"),
        (GOOD | {"on": 1}, "on phải là -- must be bool: 1"),
        (GOOD | {"paths": "/a"}, "paths phải là -- must be list[str]: '/a'"),
        (GOOD | {"paths": ["/a", 1]}, "paths phải là -- must be list[str]: ['/a', 1]"),
        (GOOD | {"cuont": 3, "more": 1}, "có khóa lạ -- keys are unknown: cuont, more"),
        ({"name": "x", "paths": []}, "thiếu khóa -- keys are missing: count, on"),
        ([GOOD], "phải là một đối tượng JSON -- must be one JSON object"),
        (GOOD | {"count": 10}, "count: tối đa 9 -- at most 9"),
        ("{", "không đọc được -- cannot be read"),
        ("", "không đọc được -- cannot be read"),
        ("[" * 100_000, "không đọc được -- cannot be read"),
    ],
)
def test_wrong_file_is_refused_as_a_whole(tmp_path: Path, values: Any, said: str) -> None:
    path = written(tmp_path, values)
    with pytest.raises(Refused) as refusal:
        load(path, Example)
    assert str(refusal.value).startswith(f"{path}: {said}")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        load(tmp_path / "none.json", Example)


# As the roles write them; `test_wrong_value` breaks each value.
ADDRESSBOOK = {
    "suffix": "dc=laocai",
    "organization": "Lào Cai",
    "database": "danhba",
    "database_socket_dir": "/run",
    "least_percent": 50,
}
ENDINGS = {"database": "danhba", "database_socket_dir": "/run", "anvil_socket": "/run/anvil"}
FULL = {"port": 1993, "sessions": 10_000}
ROOM = {"database": "danhba", "database_socket_dir": "/run", "percent": 80}
QUOTA = {
    "sender": "postmaster@laocai.gov.vn",
    "webmail": "https://mail/",
    "support": "",
    "days": 7,
    "room_percent": 80,
    "database": "danhba",
    "database_socket_dir": "/run",
}
SERVICE = {
    **CREDENTIALS,
    "database": "danhba",
    "database_socket_dir": "/run",
    "word_lists": ["/usr/share/dict/cracklib-small"],
}
PROGRAMS: list[tuple[type, dict[str, Any]]] = [
    (addressbook.Settings, ADDRESSBOOK),
    (endings.Settings, ENDINGS),
    (full.Settings, FULL),
    (quota.Settings, QUOTA),
    (room.Settings, ROOM),
    (credentials.Settings, SERVICE),
]


@pytest.mark.parametrize(("kind", "values"), PROGRAMS)
def test_programs_take_theirs(tmp_path: Path, kind: type, values: dict[str, Any]) -> None:
    load(written(tmp_path, values), kind)


@pytest.mark.parametrize(
    ("kind", "values", "name"), [(kind, values, name) for kind, values in PROGRAMS for name in values]
)
def test_wrong_value(tmp_path: Path, kind: type, values: dict[str, Any], name: str) -> None:
    """A number as text is what `ansible-playbook -e` makes of it."""
    wrong = str(values[name]) if not isinstance(values[name], str) else 1
    with pytest.raises(Refused, match=f"{name} phải là"):
        load(written(tmp_path, values | {name: wrong}), kind)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (addressbook.Settings, ADDRESSBOOK | {"least_percent": -1}),
        (addressbook.Settings, ADDRESSBOOK | {"least_percent": 101}),
        (quota.Settings, QUOTA | {"days": -1}),
        (room.Settings, ROOM | {"percent": 0}),
        (room.Settings, ROOM | {"percent": 100}),
    ],
)
def test_out_of_bounds(tmp_path: Path, kind: type, values: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r" -- .* must "):
        load(written(tmp_path, values), kind)


@pytest.mark.parametrize("percent", [0, 100])
def test_bounds_are_within(tmp_path: Path, percent: int) -> None:
    load(written(tmp_path, ADDRESSBOOK | {"least_percent": percent}), addressbook.Settings)
