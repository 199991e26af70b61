"""Runs on a test host: makes a Maildir with very many messages, as years of use would.

    python3 fill_mailbox.py MAILDIR COUNT

Few files and many names for them: what is tested is the number of messages, not the disk.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

TEMPLATES = 400
START = 1_100_000_000  # seconds: the first message is of 2004, the others follow an hour apart


def main(maildir: Path, count: int) -> None:
    """Messages in `cur`, read ones, named so that their size need not be asked of each file."""
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True, exist_ok=True)
    contents = [_message(number) for number in range(TEMPLATES)]
    originals = [maildir / "tmp" / f"original-{number}" for number in range(TEMPLATES)]
    for path, content in zip(originals, contents, strict=True):
        path.write_bytes(content)
    for number in range(count):
        of = number % TEMPLATES
        size = len(contents[of])
        moment = START + 3600 * number
        os.link(originals[of], maildir / "cur" / f"{moment}.M{number}P1.mail,S={size},W={size}:2,S")
    for path in originals:
        path.unlink()


def _message(number: int) -> bytes:
    """A short message, its subject and text in Vietnamese, its lines ended as on the wire."""
    lines = [
        f"From: =?utf-8?q?V=C4=83n_th=C6=B0_s=E1=BB=91_{number}?= <vanthu{number}@example.org>",
        "To: nddat-sgtvt@laocai.gov.vn",
        f"Subject: =?utf-8?q?C=C3=B4ng_v=C4=83n_s=E1=BB=91_{number:03}=2FUBND?=",
        "Date: Tue, 24 Nov 2026 08:00:00 +0700",
        f"Message-ID: <{number}.many@example.org>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        f"Nội dung công văn số {number}.",
        "",
    ]
    return "\r\n".join(lines).encode()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
