"""Translates folder names between the form for people and the form on disk (Maildir++, modified UTF-7, RFC 3501,
5.1.3).
"""

from __future__ import annotations

import base64
import re

# As in dovecot.conf (mailbox_list_storage_escape_char): a character that Maildir++ reserves is ^ and two digits.
_ESCAPED = re.compile(r"\^([0-9a-fA-F]{2})")
_ENCODED = re.compile(r"&([^-]*)-")
_OTHER = re.compile(r"[^ -~]+")
_KEPT = re.compile(r"[./^~]")
INBOX = "INBOX"


def shown(folder: str) -> str:
    """The name for people of a Maildir folder: `.Vi&AOo-c.2010` is `Viêc/2010`; an undecodable name stays as it is."""
    if not folder.startswith("."):
        return INBOX
    return "/".join(_decoded(_ESCAPED.sub(_unescaped, part)) for part in folder[1:].split("."))


def stored(name: str) -> str:
    """The folder on disk for a name whose `/` separates a folder from its subfolder."""
    if name == INBOX:
        return ""
    return "".join("." + _KEPT.sub(_escaped, _encoded(part)) for part in name.split("/"))


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _escaped(found: re.Match[str]) -> str:
    return f"^{ord(found[0]):02x}"


def _decoded(text: str) -> str:
    try:
        return _ENCODED.sub(_letters, text)
    except ValueError:
        return text


def _letters(found: re.Match[str]) -> str:
    packed = found[1].replace(",", "/")
    return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True).decode("utf-16-be") if packed else "&"


def _encoded(text: str) -> str:
    return _OTHER.sub(_packed, text.replace("&", "&-"))


def _packed(found: re.Match[str]) -> str:
    packed = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=")
    return f"&{packed.replace('/', ',')}-"
