"""Rewrites owners' filters (Sieve, RFC 5228) so that they move into Trash what they discarded, and tells the owners.

Accepted official mail must be in some folder: its sender believes that it arrived. Whatever script is uploaded, Dovecot
files what it would discard into Trash (`discarded.sieve` of role dovecot); this job makes scripts say so, so that the
webmail shows what happens. `discard` beside an automatic reply becomes `keep`, otherwise `fileinto "Trash"`.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from . import durable, program
from .database import connect, translated
from .journal import Refused

ROLE = "danhba_room"
DOVEADM, DELIVER = "/usr/bin/doveadm", "/usr/lib/dovecot/dovecot-lda"
# Suffixes of a script's former version, and of one whose owner was not told yet.
BEFORE, UNTOLD = ".before", ".before.untold"
MOST = 1 << 20  # bytes of a script; Dovecot takes no larger one
_MAILBOXES = "SELECT kind, id, address FROM mail.account WHERE state IN ('open', 'suspended') ORDER BY address"
# The tokens of RFC 5228, section 8.1, as far as they must be told apart.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>\btext:[ \t]*(?:\#[^\n]*)?\r?\n(?:.*?\r?\n)??\.(?:\r?\n|\Z))
    |(?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))
    |(?P<tag>:[A-Za-z_][A-Za-z0-9_]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>[{};])""",
    re.DOTALL | re.VERBOSE,
)

SUBJECT = "Bộ lọc thư không còn xóa thư: chuyển vào Thùng rác"
TEXT = """\
Kính gửi chủ hộp thư {user},

Bộ lọc thư (hoặc thư trả lời tự động khi vắng mặt) của hộp thư này có lệnh bỏ thư đến (discard): thư bị xóa ngay, không
vào thư mục nào, trong khi người gửi tưởng đã đến. Thư công vụ không được xóa như vậy, nên lệnh đó đã được đổi:

- trong bộ lọc: chuyển thư vào Thùng rác (Trash);
- trong thư trả lời tự động: giữ thư ở Hộp thư đến.

Ông/bà nên xem lại Thùng rác và các bộ lọc tại {webmail}, mục Cài đặt, Bộ lọc thư. Muốn thư vào thư mục khác thì sửa bộ
lọc.

{support}
Thư này do hệ thống tự động gửi, không cần trả lời.

--
A filter or an absence reply of this mailbox discarded mail, which was then in no folder although its sender believed
that it had arrived. Filters now move such mail into Trash, and an absence reply keeps it. Please look into Trash and at
your filters.
"""
SUPPORT = "Cần giúp đỡ, xin liên hệ: {support}.\n"


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        store: folder of all mailboxes.
        sender: the address that writes.
        webmail: URL of the webmail.
        support: whom owners ask; nobody is named when empty.
    """

    database: str
    database_socket_dir: str
    store: str
    sender: str
    webmail: str
    support: str

    def __post_init__(self) -> None:
        """Refuse a store that depends on where the program runs."""
        if not self.store.startswith("/"):
            raise ValueError("store phải là đường dẫn tuyệt đối -- store must be an absolute path")


class _Script:
    """The tokens of a script: its discards with their blocks, and the extensions that it requires."""

    def __init__(self, text: str) -> None:
        self.extensions: set[str] = set()
        self.discards: list[tuple[tuple[int, int], int]] = []  # position and block number of each
        self.answering: set[int] = set()  # blocks with an automatic reply
        self._open, self._count, self._required = [0], 0, False
        begins = True  # whether a command may begin here
        for found in _TOKEN.finditer(text):
            self._take(found, str(found.lastgroup), begins=begins)
            if found.lastgroup != "comment":
                begins = found.lastgroup == "sign"

    def _take(self, found: re.Match[str], kind: str, *, begins: bool) -> None:
        if kind == "sign" and found[0] == "{":
            self._count += 1
            self._open.append(self._count)
        elif kind == "sign" and found[0] == "}":
            self._open = self._open[:-1] or [0]
        elif kind == "string" and self._required:
            self.extensions.add(found[0].strip('"').lower())
        elif kind == "word" and begins:
            self._command(found, found[0].lower())

    def _command(self, found: re.Match[str], name: str) -> None:
        self._required = name == "require"
        if name == "vacation":
            self.answering.add(self._open[-1])
        if name == "discard":
            self.discards.append((found.span(), self._open[-1]))


def without_discard(text: str) -> str:
    """Return the script with `fileinto "Trash"`, or `keep` beside `vacation`, in place of `discard`."""
    script = _Script(text)
    files = False
    for (start, end), block in reversed(script.discards):
        answers = block in script.answering
        files |= not answers
        text = text[:start] + ("keep" if answers else 'fileinto "Trash"') + text[end:]
    return ('require "fileinto";\n' if files and "fileinto" not in script.extensions else "") + text


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Check the scripts of all mailboxes; return the number of changed ones in a line, or nothing.

    Raises:
        Away: the database does not answer.
        Refused: some scripts could not be changed; the others were.
    """
    with translated(), connect(settings, ROLE, program="danhba-filters") as database:
        mailboxes = database.execute(_MAILBOXES).fetchall()
    changed, failed = [], []
    for kind, id_, address in mailboxes:
        try:
            told, faults = _mend(settings, address, Path(settings.store, kind, id_, "sieve"))
            changed += [address] if told else []
            failed += [f"{address}: {fault}" for fault in faults]
        except (OSError, Refused) as error:
            failed.append(f"{address}: {error}")
    if failed:
        raise Refused(
            "bộ lọc còn lệnh discard, chưa đổi được (thư vẫn vào Trash, không mất): xem từng hộp thư -- filters could"
            f" not be changed; what they discard goes to Trash all the same: {'; '.join(failed[:20])}"
        )
    names = ", ".join(changed)
    return f"đã đổi discard trong bộ lọc của {len(changed)} hộp thư -- changed discard: {names}" if changed else ""


def _mend(settings: Settings, address: str, folder: Path) -> tuple[bool, list[str]]:
    """Rewrite the scripts of a mailbox, keep the former ones, and tell the owner, also after a killed run.

    Returns whether the owner was told, and the faults of single scripts, which do not stop the others.
    """
    failed = []
    for path in _scripts(folder):
        try:
            _mend_one(address, path)
        except (OSError, UnicodeError, Refused) as error:
            failed.append(f"{path.name}: {error}")
    untold = sorted(folder.glob(f"*{UNTOLD}"))
    if untold:
        message = compose(settings, address).as_bytes()
        _run([DELIVER, "-d", address, "-f", settings.sender, "-o", "quota_enforce=no"], message)
    for path in untold:
        path.replace(path.with_name(path.name.removesuffix(UNTOLD) + BEFORE))
    return bool(untold), failed


def _mend_one(address: str, path: Path) -> None:
    """Rewrite a script and keep the former version; do nothing if it discards nothing."""
    old = _read(path)
    new = without_discard(old)
    if new == old:
        return
    untold = path.with_name(path.name + UNTOLD)
    before = _read(untold) if untold.exists() else None
    durable.write(untold, old)
    try:
        # A script's name may begin like an option.
        _run([DOVEADM, "sieve", "put", "-u", address, "--", path.stem], new.encode())
    except Refused:
        if before in {None, old}:
            untold.unlink()
        else:  # a killed run has changed scripts without telling the owner
            durable.write(untold, before)
        raise


def _scripts(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".sieve" and not path.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return


def _read(path: Path) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read(MOST).decode()


def compose(settings: Settings, user: str) -> EmailMessage:
    """Return the message to the owner."""
    message = EmailMessage()
    message["From"] = f"Quản trị thư công vụ <{settings.sender}>"
    message["To"] = user
    message["Subject"] = SUBJECT
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers it
    message["Content-Language"] = "vi, en"
    support = SUPPORT.format(support=settings.support) if settings.support else ""
    message.set_content(TEXT.format(user=user, webmail=settings.webmail, support=support))
    return message


def _run(command: Sequence[str], typed: bytes) -> None:
    try:
        subprocess.run(command, input=typed, capture_output=True, check=True)
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.decode(errors="replace").split())
        raise Refused(f"{command[0]}: {said[-300:]}") from error
    except OSError as error:
        raise Refused(f"{command[0]}: {error}") from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once; print only changes and faults."""
    return program.run(program.parser("filters", __doc__, "filters.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
