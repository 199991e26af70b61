"""laocai.mail.dkim and laocai.mail.dns as playbooks call them: keys, files, and refusals with the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import Ansible, Outcome

DOMAINS = ["laocai.gov.vn", "mail.laocai.gov.vn"]
AT_ONCE: dict[str, Any] = {"wait_hours": 0, "least_hours": 0}
NOBODY = "127.0.0.53"  # no name server listens there


def keys(ansible: Ansible, folder: Path, *, check: bool = False, **other: Any) -> Outcome:
    arguments = {"folder": str(folder), "domains": DOMAINS, "bits": 1024, **other}
    return ansible.run("laocai.mail.dkim", arguments, check=check)


def records(ansible: Ansible, *, check: bool = False, **other: Any) -> Outcome:
    arguments = {"domain": "laocai.gov.vn", "host": "mail.laocai.gov.vn", "addresses": ["192.0.2.10"], **other}
    return ansible.run("laocai.mail.dns", arguments, check=check)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    made.mkdir()
    return made


def test_keys_are_made_once_and_not_in_check_mode(ansible: Ansible, folder: Path) -> None:
    predicted = keys(ansible, folder, check=True)
    assert (predicted.changed, predicted.result["records"], list(folder.iterdir())) == (True, {}, [])
    made = keys(ansible, folder)
    assert made.changed
    assert len(made.result["records"]) == 2
    assert "PRIVATE" not in made.output
    assert not keys(ansible, folder).changed
    assert not keys(ansible, folder, check=True).changed


def test_one_key_follows_another(ansible: Ansible, folder: Path) -> None:
    made = keys(ansible, folder).result
    waits = keys(ansible, folder, held=[made["signing"]], rotate=True, **AT_ONCE).result
    assert waits["signing"] == made["signing"]
    assert "Waiting for DNS" in waits["said"][0]["en"]
    assert "Chờ DNS" in waits["said"][0]["vi"]
    done = keys(ansible, folder, held=list(made["records"]), **AT_ONCE).result
    assert done["signing"] != made["signing"]
    assert (folder / "selectors.map").read_text().split()[1] == done["signing"]
    assert len(done["records"]) == 3


@pytest.mark.parametrize("text", ["{", '{"keys": 1}'])
def test_a_broken_state_is_refused(ansible: Ansible, folder: Path, text: str) -> None:
    (folder / "keys.json").write_text(text)
    refused = keys(ansible, folder)
    assert refused.status != 0
    assert "is broken: restore it from the host's backup" in refused.message


def test_a_folder_that_is_not_there_and_a_broken_key_are_named(ansible: Ansible, folder: Path) -> None:
    assert "No such file" in keys(ansible, folder / "none").message
    keys(ansible, folder)
    for path in folder.glob("*.key"):
        path.write_text("no key\n")
    assert keys(ansible, folder).message.startswith("openssl: ")


def test_records_are_written_for_their_owner_alone(ansible: Ansible, tmp_path: Path) -> None:
    written = tmp_path / "private/dns"
    predicted = records(ansible, check=True, folder=str(written), ask=False)
    assert (predicted.changed, written.exists()) == (True, False)
    assert records(ansible, folder=str(written), ask=False).changed
    assert not records(ansible, folder=str(written), ask=False).changed
    assert "mail.laocai.gov.vn. 3600 IN A 192.0.2.10" in (written / "laocai.gov.vn.zone").read_text()
    assert yaml.safe_load((written / "laocai.gov.vn.yaml").read_text())["mail"][0]["values"] == ["192.0.2.10"]
    assert {path.stat().st_mode & 0o777 for path in written.iterdir()} == {0o600}


def test_who_does_not_answer_is_told(ansible: Ansible) -> None:
    asked = records(ansible, servers=[NOBODY], dkim={"d20261127a": "v=DKIM1; p="}, only="dkim")
    assert asked.status == 0
    assert asked.result["held"] == []
    assert asked.result["faults"] == 2
    assert asked.result["table"][0].startswith("? TXT   d20261127a._domainkey.laocai.gov.vn")


def test_an_address_that_is_none_is_refused(ansible: Ansible) -> None:
    assert "dns_addresses: 'mail' does not appear" in records(ansible, addresses=["mail"], ask=False).message
