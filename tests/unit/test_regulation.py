"""Clauses that no part carries out alone: each shown on a small register, or on all roles."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from danhba.checking.check import check
from tests.clauses import ROOT
from tests.fixtures.registers import DAY, example, files

ROLES = sorted(path for path in (ROOT / "roles").iterdir() if (path / "tasks").is_dir())
# Modules that bring something from a place of its own onto a host; `apt` brings what Debian has.
FOREIGN = re.compile(r"(?:^|\.)(?:apt_key|apt_repository|deb822_repository|get_url|git|npm|pip|subversion|uri)$")
# Hosts that a setting may name: this one, and the authority that `tls_mode: acme` asks for certificates. The last three
# are names of formats, which nobody looks up.
# A pattern of text names none.
OWN = re.compile(
    r"acme-v02\.api\.letsencrypt\.org|\$host|\{\$this-|\[\^|\{\{|localhost|127\.0\.0\.1|www\.w3\.org|schemas\.microsoft\.com|www\.apple\.com/DTDs"
)
_URL = re.compile(r"https?://([^\s'\"<>]+)")


def rules(agency: str, old: str, new: str, day: date = DAY) -> set[str]:
    """The rules that object when one text of an agency's file in the example register is another."""
    contents = example()
    name = f"agencies/{agency}.yml"
    text = (contents[name] or b"").decode()
    assert text.count(old) == 1
    contents[name] = text.replace(old, new).encode()
    return {finding.rule.id for finding in check(files(contents), day).findings}


@pytest.mark.clause("R6.1a")
@pytest.mark.parametrize(
    ("document", "objections"),
    [
        ("11/2008/QĐ-UBND", set()),
        ("1/2008/TT-BNV", set()),
        ("1673/NQ-UBTVQH12", set()),
        ("11/TTr-UBND", {"document-agency"}),
        ("11/UBND-NV", {"document-agency"}),
        ("11/QĐ-STTTT", {"document-own"}),
    ],
)
def test_agency_is_not_founded_by_its_own_document(document: str, objections: set[str]) -> None:
    assert rules("stttt", "11/2008/QĐ-UBND", document) == objections


@pytest.mark.clause("R6.1b")
@pytest.mark.parametrize(
    ("document", "objections"),
    [
        ("20/QĐ-STTTT", set()),
        ("20/STTTT-VP", set()),
        ("20/TTr-STTTT", set()),
        ("20/PC-STTTT", {"document-unit"}),
        ("20/GM-STTTT", {"document-unit"}),
        ("20/QĐ-TTCNTTVT", {"document-own"}),
    ],
)
def test_unit_is_not_founded_by_its_own_document(document: str, objections: set[str]) -> None:
    assert rules("ttcnttvt", "20/QĐ-STTTT", document) == objections


@pytest.mark.clause("R6.2a")
@pytest.mark.parametrize(
    ("opened", "objections"),
    [
        ("document: 44/QĐ-STTTT, request: 12/STTTT-VP", set()),
        ("document: 44/QĐ-STTTT", set()),
        ("request: 12/STTTT-VP", {"schema-missing"}),
        ("document: 44/TTr-STTTT, request: 12/STTTT-VP", {"document-person"}),
        ("document: 44/QĐ-STTTT, request: 12/GM-STTTT", {"document-request"}),
    ],
)
def test_recruitment_cites_decision_and_request(opened: str, objections: set[str]) -> None:
    assert rules("stttt", "document: 44/QĐ-STTTT, request: 12/STTTT-VP", opened) == objections


@pytest.mark.clause("R6.2b")
@pytest.mark.parametrize(
    ("closed", "objections"),
    [
        ("document: 15/QĐ-UBND, date: 2008-03-20, event: retired", set()),
        ("date: 2008-03-20, event: retired", {"schema-missing"}),
        ("document: 15/QĐ-UBND, date: 2008-03-20", {"schema-missing"}),
        ("document: 15/TTr-UBND, date: 2008-03-20, event: retired", {"document-person"}),
    ],
)
def test_cancelled_mailbox_has_document_and_reason(closed: str, objections: set[str]) -> None:
    assert rules("bantdkt", "document: 15/QĐ-UBND, date: 2008-03-20, event: retired", closed) == objections


@pytest.mark.clause("R3")
@pytest.mark.parametrize("operator", ["ubnd", "snv", "ttcnttvt"])
def test_any_agency_may_be_the_operator(operator: str) -> None:
    contents = example()
    contents["province.yml"] = (contents["province.yml"] or b"").replace(
        b"operator: stttt", f"operator: {operator}".encode()
    )
    assert check(files(contents), DAY).findings == []


@pytest.mark.clause("R2.2")
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_roles_install_software_only_from_debian(role: Path) -> None:
    for path in sorted(role.glob("tasks/*.yml")):
        for task in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert not [key for key in task if FOREIGN.search(key)], f"{path.relative_to(ROOT)}: {task['name']}"


@pytest.mark.clause("R2.2")
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_roles_configure_no_other_server(role: Path) -> None:
    for folder in ("defaults", "files", "templates", "vars"):
        for path in sorted((role / folder).rglob("*")):
            if path.is_file() and path.suffix not in {".pyc", ".png"}:
                text = re.sub(r"^\s*(#|//|/?\*).*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
                foreign = [url for url in _URL.findall(text) if not OWN.match(url)]
                assert foreign == [], path.relative_to(ROOT)
