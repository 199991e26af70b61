"""Warns the owner of a mailbox that is nearly full.

Dovecot runs it when a percentage is crossed upwards: `warn` PERCENT, or `note` if it is only noted for Postfix. A
mailbox near the percentage crosses it often, so the same warning is not repeated for some days. It is delivered even
past the quota.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from . import free_space, program
from .journal import Refused

DELIVER = "/usr/lib/dovecot/dovecot-lda"
DAY_SECONDS = 86400
KIB = 1024

TEXT = """\
Kính gửi chủ hộp thư {user},

Hộp thư này đã dùng {used} trên {limit} ({percent} %). Khi đầy, hộp thư không nhận thêm thư nào: người gửi sẽ được
báo là thư không đến.

Ông/bà nên làm ngay những việc sau:
1. Đăng nhập {webmail}, mở thư mục Đã gửi và Hộp thư đến, sắp xếp theo kích thước.
2. Lưu về máy các tệp đính kèm lớn cần giữ, rồi xóa những thư đó.
3. Xóa hết thư trong Thùng rác và Thư rác: thư trong đó vẫn chiếm chỗ.

{support}
Thư này do hệ thống tự động gửi, không cần trả lời.

--
Your mailbox has used {used} of {limit} ({percent} %). Once it is full, no more mail arrives, and senders are told so.
Sign in at {webmail}, save and delete large messages, and empty the trash.
"""
SUPPORT = "Nếu công việc cần hộp thư lớn hơn, hoặc cần giúp đỡ, xin liên hệ: {support}.\n"


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        sender: the sender's address.
        webmail: URL of the webmail.
        support: the support named to owners; none when empty.
        days: days during which the same warning is not repeated.
        room_percent: percentage from which the mailbox has no free space.
        database: name of the database with the notes for Postfix.
        database_socket_dir: folder of the Unix socket of its server.
    """

    sender: str
    webmail: str
    support: str
    days: int
    room_percent: int
    database: str
    database_socket_dir: str

    def __post_init__(self) -> None:
        """Refuse a value that would warn at each crossing."""
        if self.days < 0:
            raise ValueError("days không được âm -- days must not be negative")


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Note that there is no free space, and send the warning even if that fails.

    Of several percentages crossed at once, Dovecot runs the program for the highest only.

    Raises:
        Away: the database did not take the note.
        Refused: Dovecot did not report the quota or did not take the message.
    """
    try:
        if int(given.percent) >= settings.room_percent:
            free_space.note_over(settings, given.user)
    finally:
        if given.what == "warn":
            _warn(settings, given)
    return ""


def _warn(settings: Settings, given: argparse.Namespace) -> None:
    """Send the warning, unless the same one was sent recently."""
    stamp = Path(given.home, f".quota-warning-{given.percent}")
    if stamp.exists() and time.time() - stamp.stat().st_mtime < settings.days * DAY_SECONDS:
        return
    used, limit = ask_quota(given.user)
    message = compose(settings, given.user, used, limit)
    _run([DELIVER, "-d", given.user, "-f", settings.sender, "-o", "quota_enforce=no"], message.as_bytes())
    stamp.touch()


def ask_quota(user: str) -> tuple[int, int]:
    """Return the mailbox's size and quota in KiB."""
    command = ["/usr/bin/doveadm", "-f", "tab", "quota", "get", "-u", user]
    said = _run(command)
    for row in csv.DictReader(said.splitlines(), delimiter="\t"):
        if row["Type"] == "STORAGE":
            return int(row["Value"]), int(row["Limit"])
    raise Refused(_failure(command, said))


def _run(command: Sequence[str], typed: bytes = b"") -> str:
    """Return the output of one of Dovecot's programs."""
    try:
        return subprocess.run(command, input=typed, capture_output=True, check=True).stdout.decode()
    except subprocess.CalledProcessError as error:
        raise Refused(_failure(command, error.stderr.decode(errors="replace"))) from error
    except OSError as error:
        raise Refused(_failure(command, str(error))) from error


def _failure(command: Sequence[str], why: str) -> str:
    said = why.strip() or "?"
    return f"không gửi được cảnh báo hộp thư sắp đầy -- the warning was not sent: {command[0]}: {said}"


def compose(settings: Settings, user: str, used: int, limit: int) -> EmailMessage:
    """Return the warning as a message; `used` and `limit` in KiB."""
    percent = used * 100 // limit
    message = EmailMessage()
    message["From"] = f"Quản trị thư công vụ <{settings.sender}>"
    message["To"] = user
    message["Subject"] = f"Hộp thư này đã dùng {percent} % dung lượng"
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers it
    message["Content-Language"] = "vi, en"
    support = SUPPORT.format(support=settings.support) if settings.support else ""
    sizes = {"used": size(used), "limit": size(limit), "percent": percent}
    message.set_content(TEXT.format(user=user, webmail=settings.webmail, support=support, **sizes))
    return message


def size(kib: int) -> str:
    """Return a size as written in Vietnamese, with a decimal comma."""
    if kib < KIB:
        return f"{kib} KB"
    value, unit = (kib / KIB, "MB") if kib < KIB * KIB else (kib / KIB / KIB, "GB")
    return f"{value:.1f} {unit}".replace(".", ",")


def main(words: Sequence[str] | None = None) -> int:
    """Warn once; print only faults."""
    parser = program.parser("quota", __doc__, "quota-warning.json")
    # Optional, because `--check` has none of them.
    for name in ("what", "percent", "user", "home"):
        parser.add_argument(name, nargs="?", default="")
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
