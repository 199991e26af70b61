"""What folders are called: to people, and on the disk (Maildir++, names in modified UTF-7 of RFC 3501, 5.1.3)."""

from __future__ import annotations

import base64
import re

# As dovecot.conf has it (mailbox_list_storage_escape_char): what Maildir++ keeps for itself is ^ and two digits.
_ESCAPED = re.compile(r"\^([0-9a-fA-F]{2})")
_ENCODED = re.compile(r"&([^-]*)-")
_OTHER = re.compile(r"[^ -~]+")
_KEPT = re.compile(r"[./^~]")
INBOX = "INBOX"


def shown(folder: str) -> str:
    """What a folder of a Maildir is called: `.Vi&AOo-c.2010` is `Viêc/2010`; what cannot be decoded stays as it is."""
    if not folder.startswith("."):
        return INBOX
    return "/".join(_decoded(_ESCAPED.sub(_unescaped, part)) for part in folder[1:].split("."))


def stored(name: str) -> str:
    """The folder on the disk for a name; `/` is between a folder and one in it."""
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
