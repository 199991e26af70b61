"""The data that the webmail stores for one mailbox: contacts as vCards (RFC 6350), and settings."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import Any

from ..journal import Refused
from .settings import Settings

USER = "roundcube"
SECONDS = 120
# psql takes no parameters here, so the address is quoted.
_ASK = """
    SELECT coalesce(json_agg(json_build_object(
           'preferences', coalesce(preferences, ''), 'language', u.language,
           'identities', (SELECT coalesce(json_agg(json_build_object('name', i.name, 'email', i.email,
               'organization', i.organization, 'signature', i.signature) ORDER BY identity_id), '[]')
               FROM identities AS i WHERE i.user_id = u.user_id AND i.del = 0),
           'contacts', (SELECT coalesce(json_agg(json_build_object('name', c.name, 'email', c.email,
               'vcard', coalesce(c.vcard, '')) ORDER BY contact_id), '[]')
               FROM contacts AS c WHERE c.user_id = u.user_id AND c.del = 0)) ORDER BY u.user_id), '[]')
      FROM users AS u LEFT JOIN danhba_mailbox AS m USING (user_id)
     WHERE m.kind = {kind} AND m.id = {id} OR m.user_id IS NULL AND u.username = {address};"""


@dataclass(frozen=True, slots=True)
class Found:
    """The contacts as the text of concatenated vCards, and the settings of each user of the webmail."""

    cards: str = ""
    settings: list[dict[str, Any]] = field(default_factory=list)


def of(settings: Settings, account: dict[str, Any]) -> Found:
    """The webmail's data for a mailbox; empty if there is no webmail.

    Raises:
        Refused: the webmail's database could not be read.
    """
    if not settings.webmail:
        return Found()
    asked = _ASK.format(**{name: _quoted(account[name]) for name in ("kind", "id", "address")})
    users: list[dict[str, Any]] = json.loads(_psql(settings, asked))
    cards = [_card(contact) for user in users for contact in user["contacts"]]
    return Found("".join(cards), [{name: user[name] for name in user if name != "contacts"} for user in users])


def _card(contact: dict[str, str]) -> str:
    """The vCard of a contact: as the webmail keeps it, otherwise made from name and address."""
    text = contact["vcard"].strip()
    if not text:
        name, email = (_text(contact[name]) for name in ("name", "email"))
        text = f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nN:{name};;;;\nEMAIL:{email}\nEND:VCARD"
    return "\r\n".join(text.splitlines()) + "\r\n"


def _text(value: str) -> str:
    """Escape a value of a vCard (RFC 6350, 3.4)."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _psql(settings: Settings, sql: str) -> bytes:
    command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
    where = [f"--host={settings.database_socket_dir}", f"--dbname={settings.webmail}", "--file=-"]
    words = ["runuser", f"--user={USER}", "--", *command, *where]
    try:
        done = subprocess.run(words, input=sql.encode(), capture_output=True, check=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", b"") or str(error).encode()).decode(errors="replace")
        raise Refused(
            f"không đọc được dữ liệu webmail -- what the webmail has cannot be read: {' '.join(said.split())[:300]}"
        ) from error
    return done.stdout


def _quoted(text: str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
