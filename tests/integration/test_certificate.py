"""laocai.mail.certificate: what openssl thinks of a pair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.authority import Authority

from .conftest import Ansible

NAMES = ["mail.laocai.gov.vn", "autoconfig.laocai.gov.vn"]
DAYS = 20


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path / "authority")


@pytest.fixture
def pair(authority: Authority, tmp_path: Path) -> dict[str, str]:
    """A certificate for NAMES that is good for DAYS, of that authority."""
    authority.issue(tmp_path / "server", NAMES, DAYS)
    return {
        "certificate": str(tmp_path / "server.crt"),
        "key": str(tmp_path / "server.key"),
        "trust": str(authority.certificate),
    }


def faults(ansible: Ansible, pair: dict[str, str], **other: Any) -> str:
    done = ansible.run("laocai.mail.certificate", {**pair, "names": NAMES, **other})
    assert (done.status, done.changed) == (0, False), done.output
    return "; ".join(done.result["faults"])


def test_a_good_pair_has_no_faults(ansible: Ansible, pair: dict[str, str]) -> None:
    assert faults(ansible, pair, days=DAYS - 1) == ""


def test_each_fault_is_named(ansible: Ansible, authority: Authority, pair: dict[str, str], tmp_path: Path) -> None:
    other = Authority.make(tmp_path / "other")
    assert faults(ansible, pair, names=["mx.laocai.gov.vn"]).endswith("is not issued for the name mx.laocai.gov.vn")
    assert "the certificate ends on" in faults(ansible, pair, days=DAYS + 1)
    assert faults(ansible, pair, key=str(other.key)).endswith("the key does not belong to this certificate")
    assert f"no authority in {other.certificate} has issued it" in faults(ansible, pair, trust=str(other.certificate))
    assert "set tls_authority" in faults(ansible, pair, trust="")
    assert "no key can be read" in faults(ansible, pair, key="/nonexistent")
    assert "cannot be read as a certificate" in faults(ansible, pair, certificate=pair["key"])


def test_one_that_has_ended_is_of_its_authority_all_the_same(
    ansible: Ansible, authority: Authority, pair: dict[str, str], tmp_path: Path
) -> None:
    authority.issue(tmp_path / "server", NAMES, days=-1)
    assert faults(ansible, pair).endswith("-- the certificate ends on 2021-01-01")
