"""The Vietnamese catalogue as it is."""

from __future__ import annotations

from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"
PO = PLUGINS / "module_utils/danhba/locale/vi/LC_MESSAGES/danhba.po"


def read() -> Catalog:
    """The catalogue, its header too."""
    with PO.open("rb") as file:
        return read_po(file, locale="vi")


def entries() -> list[Message]:
    """What is said in it."""
    return [message for message in read() if message.id]
