"""What recalls are tried with: messages, an order, and operators who sign."""

from __future__ import annotations

import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest

TEXT = "Kế hoạch bố trí lực lượng trực trong các ngày nghỉ của năm tới.\n"
FILE = b"\x00\x01" * 100


def compose(text: str = TEXT, message_id: str = "<1@client>", file: bytes = b"", **headers: str) -> EmailMessage:
    """A message of one text, and a file where one is given."""
    message = EmailMessage()
    message["Message-ID"] = message_id
    for name, value in ({"From": "an@laocai.gov.vn", "To": "binh@laocai.gov.vn", "Subject": "Trực"} | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if file:
        message.add_attachment(file, maintype="application", subtype="octet-stream", filename="tep.bin")
        message.set_boundary("=_x")
    return message


ASKED = {
    "recall": "TH-01",
    "purpose": "secret",
    "document": "1/QĐ",
    "document_date": "2026-11-27",
    "message_id": "<1@c>",
    "actor": "an",
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Private keys of two operators and of a stranger, each with its public one beside."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("an", "binh", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name], check=True)
    return folder


def operators(keys: Path) -> list[str]:
    """The two operators as settings name them: a name and a public key."""
    return [f"{name} {' '.join((keys / name).with_suffix('.pub').read_text().split()[:2])}" for name in ("an", "binh")]


def sign(keys: Path, name: str, text: str, namespace: str = "danhba-recall") -> str:
    """What `ssh-keygen -Y sign` makes of a line."""
    words = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(keys / name)]
    return subprocess.run(words, input=f"{text}\n", text=True, check=True, capture_output=True).stdout
