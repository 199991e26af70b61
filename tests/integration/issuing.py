"""A register, its people in the database, and the host's side of issuing passwords to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyrage
from ansible_collections.laocai.mail.plugins.module_utils.host import credentials
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import (
    BatchName,
    BatchState,
    Credential,
    Order,
    Target,
)

from tests.factory import official_yaml
from tests.integration.conftest import Database

MODULE = "laocai.mail.password"
LETTERS, REGISTER = "private/letters", "directory"
IDENTITY = pyrage.x25519.Identity.generate()
SECRET, PUBLIC = str(IDENTITY), str(IDENTITY.to_public())
DAY = "2026-11-24"
ROLE = "danhba_password"
NOBODYS = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"
PROVINCE = f"""province: Lào Cai
domain: laocai.gov.vn
host: mail.laocai.gov.vn
operator: stttt
operator_key: {NOBODYS}
support: {{phone: "0214 3 000 000", mail: contact-stttt@laocai.gov.vn}}
system_addresses: {{postmaster: contact-stttt}}
"""
AGENCY = """agency: stttt
name: Sở Thông tin và Truyền thông
kind: department
opened: {document: 11/2008/QĐ-UBND, date: 2008-03-20, event: established}
people:
"""


def add_accounts(database: Database, count: int, state: str = "open", first: int = 1) -> list[str]:
    """Put officials into the database as the accounts module would; their addresses."""
    database.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
        " SELECT 'official', n::text, format('u%%s-stttt@laocai.gov.vn', lpad(n::text, 4, '0')), 'Nguyễn Văn ' || n,"
        " 'stttt', 1000000, %s, n || '/QĐ-STTTT', '2010-10-15' FROM generate_series(%s::int, %s::int) AS n",
        state,
        first,
        first + count - 1,
    )
    return [f"u{number:04}-stttt@laocai.gov.vn" for number in range(first, first + count)]


def write_register(folder: Path, people: int = 600) -> Path:
    """A register with the officials that `add_accounts` puts into the database, and a key that nobody has."""
    (folder / "directory/agencies").mkdir(parents=True)
    (folder / "directory/province.yml").write_text(PROVINCE, encoding="utf-8")
    entries = "".join(
        official_yaml(
            id=str(n),
            address=f"u{n:04}-stttt",
            address_document="1/STTTT-VP",
            opened={"document": f"{n}/QĐ-STTTT", "date": "2010-10-15", "event": "migrated"},
        )
        for n in range(1, people + 1)
    )
    (folder / "directory/agencies/stttt.yml").write_text(AGENCY + entries, encoding="utf-8")
    return folder / "directory"


def order(database: Database, **arguments: Any) -> dict[str, Any]:
    """The module's arguments."""
    given = {"letters": LETTERS, "register": REGISTER, "as_of": DAY, "key": PUBLIC}
    return {**given, **database.arguments, **arguments}


class DirectHost:
    """The host's side, called without Ansible between; `kicked` is whose sessions it ended, call by call."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.kicked: list[list[str]] = []

    def settle(self, batches: Sequence[BatchName], actor: str, *, dry_run: bool) -> dict[str, BatchState]:
        asked = {"batches": [asdict(name) for name in batches], "actor": actor}
        return self._answer("settle", asked, dry_run=dry_run)

    def find_targets(self, order: Order) -> tuple[str, str, list[Target]]:
        answer = self._answer("targets", asdict(order))
        return answer["server"], answer["as_of"], [Target(**target) for target in answer["targets"]]

    def store(self, batch: str, actor: str, credentials_: Sequence[Credential]) -> None:
        asked = [asdict(credential) for credential in credentials_]
        self._answer("store", {"batch": batch, "actor": actor, "credentials": asked})

    def kick(self, addresses: Sequence[str]) -> None:
        self.kicked += [list(addresses)] if addresses else []

    def _answer(self, mode: str, asked: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
        with self._database.connect(ROLE) as connection:
            return credentials.answer(connection, mode, asked, self.kick, dry_run=dry_run)


def silent(done: int, total: int) -> None:
    """Tells nobody how far the work has come."""
