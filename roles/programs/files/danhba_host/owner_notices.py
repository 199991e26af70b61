"""Sends due notices to owners of mailboxes: guessed passwords, sign-ins from a new place, suspended sending.

The list is in the database (mail.notice), written by the credential service and by Postfix's policy of limits. A
message that was submitted is removed from it, so one may come twice if the job is killed, and none is lost. The
operator is told of suspensions too. No message has a link: people used to such links also click forged ones.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from zoneinfo import ZoneInfo

from . import program
from .database import Connection, connect, translated
from .journal import Away

ROLE = "danhba_notices"
SENDMAIL = "/usr/sbin/sendmail"
MOST = 200  # maximum per run; the next run comes within a minute
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_DUE = """
SELECT kind, id, what, address, name, detail, notice.since
  FROM mail.notice JOIN mail.account USING (kind, id)
 WHERE told IS NULL AND state <> 'closed' ORDER BY notice.since LIMIT %s
"""
_TOLD = "UPDATE mail.notice SET told = now() WHERE (kind, id, what, since) = (%s, %s, %s, %s)"
_FORGET = "DELETE FROM mail.sending WHERE slot < now() - interval '25 hours'"

GUESSED = "Có người dò mật khẩu hộp thư này"
STRANGE = "Hộp thư này được mở từ nơi lạ"
SUSPENDED = "Hộp thư này bị tạm dừng gửi"
HELD = "Tạm dừng gửi thư: {address}"
TEXTS = {
    "guessed": (
        GUESSED,
        """\
Lúc {time}, hộp thư {address} đã bị nhập sai mật khẩu nhiều lần liên tiếp, nên tạm thời không nhận đăng nhập từ nơi lạ
trong ít phút. Nơi ông/bà vẫn thường đăng nhập không bị ảnh hưởng.

- Nếu chính ông/bà gõ nhầm, hoặc điện thoại, máy tính còn giữ mật khẩu cũ: chờ 15 phút, sửa mật khẩu trong máy đó.
  Không cần làm gì thêm.
- Nếu không phải ông/bà: mật khẩu chưa bị lộ. Không cho ai biết mật khẩu; nếu mật khẩu dễ đoán, hãy đổi tại trang thư,
  mục Cài đặt.
""",
        """\
Somebody typed wrong passwords for your mailbox again and again. Where you usually sign in, nothing changes. If it was
you, or a phone with the old password, correct it there; if not, tell nobody your password, and change one that is easy
to guess.
""",
    ),
    "strange": (
        STRANGE,
        """\
Lúc {time}, sau nhiều lần sai mật khẩu, hộp thư {address} đã được đăng nhập đúng mật khẩu từ một nơi chưa từng dùng
(địa chỉ mạng {detail}).

- Nếu chính ông/bà đăng nhập: không cần làm gì.
- Nếu không phải: người khác đã biết mật khẩu. Đổi mật khẩu ngay tại trang thư, mục Cài đặt, rồi báo cơ quan vận hành.
""",
        """\
After many wrong passwords somebody signed in to your mailbox with the right one, from a place that was never used
before ({detail}). If it was not you, change your password at once and tell the operator.
""",
    ),
    "suspended": (
        SUSPENDED,
        """\
Từ {time}, hộp thư {address} không gửi được thư, vì trong một giờ đã thử gửi tới quá nhiều người nhận ({detail}).
Nguyên nhân thường gặp là mật khẩu đã bị lộ và người khác dùng hộp thư để phát tán thư rác. Đăng nhập, đọc và nhận thư
vẫn bình thường.

1. Đổi mật khẩu ngay tại trang thư, mục Cài đặt.
2. Quét vi rút máy tính và điện thoại đang dùng hộp thư.
3. Báo cơ quan vận hành để được gửi thư lại.
""",
        """\
Your mailbox sends no more, for within an hour it tried to write to far too many recipients ({detail}); a stolen
password is the usual cause. Change it, scan your computer, and ask the operator to lift the suspension. Reading and
receiving go on.
""",
    ),
}
OPERATOR = """\
Từ {time}, hộp thư {address} ({name}) bị tạm dừng gửi thư: trong một giờ đã thử gửi tới {detail} (số người nhận/mức cho
phép). Chủ hộp thư đã được báo. Đọc và nhận thư vẫn bình thường.

Liên hệ chủ hộp thư; nếu mật khẩu có thể đã lộ, cấp lại: playbooks/passwords.yml. Cho gửi lại:
ansible-playbook playbooks/sending.yml -e accounts={address}

--
Sending from {address} is suspended: within an hour it tried to write to {detail} (recipients/limit). Its owner was
told. Lift it by playbooks/sending.yml.
"""
SUPPORT = "\nCần giúp đỡ, xin liên hệ: {support}.\n"
END = "\nThư này do hệ thống tự động gửi, không cần trả lời, không có đường dẫn nào để bấm.\n\n--\n"


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        sender: the sender's address.
        operator: the address that is told of suspensions.
        support: the support named to owners; none when empty.
    """

    database: str
    database_socket_dir: str
    sender: str
    operator: str
    support: str


@dataclass(frozen=True)
class Due:
    """A notice to send: recipient, kind, and time by Viet Nam's clock."""

    what: str
    address: str
    name: str
    detail: str
    time: str

    def compose(self, settings: Settings) -> EmailMessage:
        """Return the message to the owner."""
        subject, text, english = TEXTS[self.what]
        support = SUPPORT.format(support=settings.support) if settings.support else ""
        whole = f"Kính gửi {{name}},\n\n{text}{{support}}{END}{english}"
        return self._message(settings, self.address, subject, whole.format(**self.__dict__, support=support))

    def report(self, settings: Settings) -> EmailMessage:
        """Return the message to the operator."""
        subject = HELD.format(address=self.address)
        return self._message(settings, settings.operator, subject, OPERATOR.format(**self.__dict__))

    def _message(self, settings: Settings, to: str, subject: str, text: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = f"Quản trị thư công vụ <{settings.sender}>"
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers it
        message["Content-Language"] = "vi, en"
        message.set_content(text)
        return message


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Send the due notices; return their number in a line, or nothing.

    Raises:
        Away, Refused
    """
    with (
        translated(),
        connect(settings, ROLE, program="danhba-notices") as database,
    ):
        written = _write(database, settings)
        database.execute(_FORGET)
    if not written:
        return ""
    held = [due.address for due in written if due.what == "suspended"]
    names = f": tạm dừng gửi -- sending is suspended: {', '.join(held)}" if held else ""
    return f"đã báo {len(written)} chủ hộp thư -- told {len(written)} owners of mailboxes{names}"


def _write(database: Connection, settings: Settings) -> list[Due]:
    """Send notices to owners, and to the operator about suspended ones."""
    written = []
    for kind, id_, what, address, name, detail, since in database.execute(_DUE, [MOST]).fetchall():
        due = Due(what, address, name, detail, f"{since.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}")
        _hand_in(settings, address, due.compose(settings))
        if what == "suspended":
            _hand_in(settings, settings.operator, due.report(settings))
        database.execute(_TOLD, [kind, id_, what, since])
        written.append(due)
    return written


def _hand_in(settings: Settings, to: str, message: EmailMessage) -> None:
    """Submit a message to Postfix."""
    try:
        subprocess.run(
            [SENDMAIL, "-i", "-f", settings.sender, "--", to],
            input=message.as_bytes(),
            capture_output=True,
            check=True,
        )
    except (subprocess.CalledProcessError, OSError) as error:
        why = getattr(error, "stderr", b"") or str(error).encode()
        raise Away(f"Postfix không nhận thư -- Postfix takes no message: {why.decode(errors='replace')}") from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once; print only what was sent, and faults."""
    return program.run(program.parser("owner_notices", __doc__, "owner-notices.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
