"""Letters as those who get them read them: a PDF, one page a mailbox."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from pypdf import PdfReader

_ADDRESS = re.compile(r"Địa chỉ hộp thư:?\s*(\S+@\S+)")
_PASSWORD = re.compile(r"Mật khẩu dùng một lần:?\s*(\S+)")


@dataclass(frozen=True)
class Letter:
    """One page: whose mailbox, the password that works once, and all its text."""

    address: str
    password: str
    text: str


def read(pdf: bytes) -> dict[str, Letter]:
    """The letters of an opened bundle by address."""
    letters = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        text = page.extract_text()
        address, password = _ADDRESS.search(text), _PASSWORD.search(text)
        assert address, text
        assert password, "a letter has no password where one is looked for"
        letters[address[1]] = Letter(address[1], password[1], " ".join(text.split()))
    return letters
