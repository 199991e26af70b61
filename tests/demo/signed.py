"""A message that its sender has signed (S/MIME, RFC 8551), as by a token, and whether the signature still holds."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from pathlib import Path

from tests.lab import LabError
from tests.support.authority import Authority

_HELD = ("openssl", "smime", "-verify", "-purpose", "any")


@dataclass(frozen=True)
class Signed:
    """The message octet by octet, its id, and the authority that its signature stands on."""

    message_id: str
    octets: bytes
    authority: bytes

    def holds(self, received: bytes) -> bool:
        """Whether the signature still holds of what has arrived, by openssl."""
        with tempfile.TemporaryDirectory() as folder:
            certificate = Path(folder, "ca.crt")
            certificate.write_bytes(self.authority)
            command = [*_HELD, "-CAfile", str(certificate)]
            return subprocess.run(command, input=received, capture_output=True, check=False).returncode == 0


def sign(sender: str, recipient: str, subject: str, text: str) -> Signed:
    """Sign a text by a certificate that is made for it."""
    part = MIMEText(text, "plain", "utf-8").as_bytes(policy=SMTP)
    message_id = make_msgid(domain="client.example.org")
    head = f"Message-ID: {message_id}\r\nDate: {formatdate(localtime=True)}\r\n"
    with tempfile.TemporaryDirectory() as folder:
        authority, signer = Authority.make(Path(folder)), Path(folder, "signer")
        authority.issue(signer, ["signer.example"])
        command = [
            *(
                "openssl",
                "smime",
                "-sign",
                "-binary",
                "-crlfeol",
                "-signer",
                f"{signer}.crt",
                "-inkey",
                f"{signer}.key",
            ),
            *("-from", sender, "-to", recipient, "-subject", subject),
        ]
        done = subprocess.run(command, input=part, capture_output=True, check=False)
        if done.returncode:
            raise LabError("openssl không ký được thư.", f"openssl could not sign the message: {done.stderr.decode()}")
        # openssl ends some lines of the head by LF alone.
        octets = head.encode() + re.sub(rb"\r?\n", b"\r\n", done.stdout)
        return Signed(message_id, octets, authority.certificate.read_bytes())
