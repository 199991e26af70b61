"""laocai.mail.addresses: what it computes, on the controller and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.editing import PROJECT, RegisterCopy

from .conftest import Ansible

MODULE = "laocai.mail.addresses"
SAMPLE = str(PROJECT / "directory")


def test_names_of_a_new_agency(ansible: Ansible) -> None:
    done = ansible.run(MODULE, {"names": ["Nguyễn Văn Vịnh", "Nguyễn Văn Vịnh", "Giàng Seo Phử"], "agency": "stttt"})
    assert not done.changed
    assert [item["address"] for item in done.result["addresses"]] == ["nvvinh-stttt", "vinhnv-stttt", "gsphu-stttt"]


def test_names_after_those_of_the_register(ansible: Ansible) -> None:
    done = ansible.run(MODULE, {"register": SAMPLE, "names": ["Nguyễn Văn Vịnh"], "agency": "stttt"})
    # nvvinh is his namesake's, vinhnv is pinned by a colleague: the third candidate.
    assert [item["address"] for item in done.result["addresses"]] == ["vinhngv-stttt"]


def test_whole_register_into_a_private_file(ansible: Ansible, tmp_path: Path) -> None:
    dest = tmp_path / "out/addresses.json"
    arguments = {"register": SAMPLE, "as_of": "2026-11-24", "dest": str(dest)}
    assert ansible.run(MODULE, arguments, check=True).changed
    assert not dest.exists()
    done = ansible.run(MODULE, arguments)
    listed = json.loads(dest.read_text(encoding="utf-8"))
    assert done.changed
    assert done.result["count"] == len(listed)
    assert len(done.result["addresses"]) < len(listed)
    assert dest.stat().st_mode & 0o077 == 0
    assert not ansible.run(MODULE, arguments).changed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"agency": "stttt"}, "names"),
        ({"names": ["A"]}, "agency"),
        ({"names": ["Nguyễn 中"], "agency": "stttt"}, "U+4E2D"),
        ({"names": ["A"], "agency": "khongco", "register": SAMPLE}, "khongco"),
        ({"register": SAMPLE, "as_of": "24/11/2026"}, "2010-10-15"),
        ({"register": "nowhere", "as_of": "2026-11-24"}, "nowhere"),
    ],
)
def test_what_cannot_be_computed_says_why(ansible: Ansible, arguments: dict[str, object], message: str) -> None:
    failed = ansible.run(MODULE, arguments)
    assert failed.status != 0
    assert message in failed.message
    assert "Traceback" not in failed.output


def test_appending_to_the_register_gives_what_was_foretold(ansible: Ansible, tmp_path: Path) -> None:
    register = RegisterCopy.of_the_sample(tmp_path)
    name = "Hoàng Lan"
    foretold = ansible.run(MODULE, {"register": str(register.path), "names": [name], "agency": "svhttdl"})
    register.append("svhttdl", "990001", name, "2026-11-01")
    dest = tmp_path / "all.json"
    ansible.run(MODULE, {"register": str(register.path), "as_of": "2026-11-24", "dest": str(dest)})
    given = {item["id"]: item["address"] for item in json.loads(dest.read_text(encoding="utf-8"))}
    assert given["990001"] == foretold.result["addresses"][0]["address"] + "@laocai.gov.vn"
