"""The module laocai.mail.letters, run by Ansible on letters that laocai.mail.password has issued."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyrage
import pytest

from tests.integration.issuing import DAY, LETTERS, NOBODYS, REGISTER, add_accounts, order, write_register

from .conftest import Ansible, Database, Outcome

MODULE = "laocai.mail.letters"
TO = "usb"
OTHER_KEY = str(pyrage.x25519.Identity.generate().to_public())


@pytest.fixture
def issued(ansible: Ansible, database: Database, tmp_path: Path) -> list[str]:
    """Addresses whose letters wait, encrypted to the operator."""
    write_register(tmp_path)
    addresses = add_accounts(database, 3)
    done = ansible.run("laocai.mail.password", order(database, key=""))
    assert done.result["operator"] == 1, done.output
    return addresses


def hand_over(ansible: Ansible, *, check: bool = False, **arguments: Any) -> Outcome:
    given = {"letters": LETTERS, "to": TO, "register": REGISTER, "as_of": DAY}
    return ansible.run(MODULE, {**given, **arguments}, check=check)


def everything(folder: Path) -> dict[str, bytes]:
    """Each file below a folder, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / REGISTER / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_letters_are_handed_over_once(ansible: Ansible, issued: list[str]) -> None:
    before = everything(ansible.folder / LETTERS)
    foreseen = hand_over(ansible, check=True)
    assert foreseen.changed, foreseen.output
    assert not (ansible.folder / TO).exists()
    assert everything(ansible.folder / LETTERS) == before

    done = hand_over(ansible)
    assert done.changed, done.output
    assert done.result["bundles"] == foreseen.result["bundles"]
    [bundle] = done.result["bundles"]
    assert (bundle["agency"], bundle["letters"], bundle["void"]) == ("stttt", len(issued), [])
    given = everything(ansible.folder / TO)
    assert set(given) == {bundle["file"], done.result["list"]}
    assert given[bundle["file"]] in before.values()
    rows = list(csv.reader(given[done.result["list"]].decode("utf-8-sig").splitlines()))
    assert any(bundle["file"] in row for row in rows)

    after = everything(ansible.folder)
    again = hand_over(ansible)
    assert (again.status, again.changed, again.result["bundles"]) == (0, False, [])
    assert everything(ansible.folder) == after


def test_what_is_kept_back_or_broken_is_warned_of(ansible: Ansible, issued: list[str]) -> None:
    edit(ansible.folder, "province.yml", NOBODYS, OTHER_KEY)
    kept = hand_over(ansible)
    assert (kept.changed, kept.result["held"]) == (False, ["stttt"])
    assert "Kept back for stttt" in " ".join(kept.output.split())
    assert not (ansible.folder / TO).exists()

    [manifest] = (ansible.folder / LETTERS).glob("*/manifest.json")
    manifest.write_text("{", encoding="utf-8")
    broken = hand_over(ansible)
    assert (broken.status, broken.changed) == (0, False)
    assert len(broken.result["broken"]) == 1
    assert manifest.parent.name in broken.output.partition("localhost | ")[0]  # among the warnings


def test_what_cannot_be_is_refused(ansible: Ansible, issued: list[str]) -> None:
    before = everything(ansible.folder)
    hand_over(ansible, as_of="hôm nay").assert_refused("as_of không phải ngày", "as_of is no date")
    hand_over(ansible, to=f"{LETTERS}/usb").assert_refused("nằm trong kho phiếu", "lies inside the folder of letters")
    assert everything(ansible.folder) == before
    edit(ansible.folder, "agencies/stttt.yml", "kind: department", "kind: nothing")
    refused = hand_over(ansible)
    assert refused.status == 2
    assert [finding["rule"] for finding in refused.result["findings"]] == ["schema-value"]
    assert not (ansible.folder / TO).exists()
