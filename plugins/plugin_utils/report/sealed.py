"""A month's report as a message with one encrypted file, for the operator's key alone."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from ..letters import sealing

# Equal files make equal archives; each encryption differs.
_WHEN = (1980, 1, 1, 0, 0, 0)
TEXT = """Báo cáo tình hình quản lý và sử dụng hệ thống thư điện tử công vụ tháng {month}, đã mã hóa cho khóa của
cơ quan vận hành.

Mở trên máy có khóa riêng:
    age --decrypt --identity KHÓA-RIÊNG {name} > {archive}
SHA-256 của tệp đính kèm: {digest}

The report of {month}, sealed to the operator's key; opened by the command above.
"""


@dataclass(frozen=True)
class Sealed:
    """The message to send, its id, and the SHA-256 of its file."""

    octets: bytes
    message_id: str
    digest: str


def seal(files: Mapping[str, bytes], month: str, key: str, recipient: str, at: datetime) -> Sealed:
    """Return the message with the files of a month's report (by suffix); `at` is its date.

    Its id is the month's own, so that a repeated message is recognised.
    """
    stem = f"bao-cao-{month}"
    sealed = sealing.seal(_archive({f"{stem}{end}": octets for end, octets in files.items()}), key)
    digest = hashlib.sha256(sealed).hexdigest()
    message = EmailMessage(policy=SMTP)
    domain = recipient.partition("@")[2]
    message["From"] = f"Quản trị thư công vụ <postmaster@{domain}>"
    message["To"] = recipient
    message["Subject"] = f"Báo cáo tháng {month[5:]}/{month[:4]} (đã mã hóa)"
    message["Message-ID"] = f"<{stem}@{domain}>"
    message["Date"] = format_datetime(at)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic reply answers it
    archive = f"{stem}.zip"
    said = f"{month[5:]}/{month[:4]}"
    message.set_content(TEXT.format(month=said, name=f"{archive}.age", archive=archive, digest=digest))
    message.add_attachment(sealed, maintype="application", subtype="octet-stream", filename=f"{archive}.age")
    return Sealed(message.as_bytes(), str(message["Message-ID"]), digest)


def _archive(files: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in files.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), octets, zipfile.ZIP_DEFLATED)
    return held.getvalue()
