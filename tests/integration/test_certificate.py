"""laocai.mail.certificate: what openssl thinks of a pair."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import Ansible

NAMES = ["mail.laocai.gov.vn", "autoconfig.laocai.gov.vn"]
DAYS = 30


def make_pair(folder: Path) -> dict[str, str]:
    """A certificate for NAMES that is good for DAYS, and believes itself."""
    folder.mkdir()
    key, certificate = folder / "key", folder / "crt"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", str(DAYS), "-subj", f"/CN={NAMES[0]}"),
            *("-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in NAMES)),
        ],
        check=True,
        capture_output=True,
    )
    return {"certificate": str(certificate), "key": str(key), "trust": str(certificate)}


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, str]:
    return make_pair(tmp_path / "pair")


def faults(ansible: Ansible, pair: dict[str, str], **other: Any) -> str:
    done = ansible.run("laocai.mail.certificate", {**pair, "names": NAMES, **other})
    assert (done.status, done.changed) == (0, False), done.output
    return "; ".join(done.result["faults"])


def test_a_good_pair_has_no_faults(ansible: Ansible, pair: dict[str, str]) -> None:
    assert faults(ansible, pair, days=DAYS - 1) == ""


def test_each_fault_is_named(ansible: Ansible, pair: dict[str, str], tmp_path: Path) -> None:
    other = make_pair(tmp_path / "other")
    assert "not issued for the name mx.laocai.gov.vn" in faults(ansible, pair, names=["mx.laocai.gov.vn"])
    assert f"not issued for the name {NAMES[1]}, or not valid any more" in faults(ansible, pair, days=DAYS + 1)
    assert faults(ansible, pair, key=other["key"]).endswith("the key does not belong to this certificate")
    assert "not issued for" in faults(ansible, pair, trust=other["trust"])
    assert "cannot be read" in faults(ansible, pair, key="/nonexistent")
