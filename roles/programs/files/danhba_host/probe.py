"""Tests the mail service as an official uses it: signs in by IMAP, sends itself a letter, reads and removes it.

It runs every few minutes in a mailbox of its own, with the password in a credential of its unit. Each step's result is
a metric.
"""

from __future__ import annotations

import argparse
import imaplib
import re
import secrets
import smtplib
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from . import program
from .credential import given
from .figure import Figure, render, write
from .journal import WARNING, Refused
from .journal import write as say

FILE = "danhba-probe.prom"
GIVEN = "/etc/danhba/probe.password"
HEADER = "X-Danhba-Probe"
SUBJECT = "Thư kiểm tra hệ thống"
TEXT = "Thư tự động kiểm tra đường thư, tự xóa sau khi đọc. An automatic check of the mail's way.\n"
SECONDS = 20  # to wait for an answer
PAUSE = 0.5  # seconds between two searches for the letter
# Errors that mean that a step has failed.
FAULTS = (OSError, ssl.SSLError, smtplib.SMTPException, imaplib.IMAP4.error, TimeoutError)


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        host: the server's name, as in its certificate.
        imap_port, submission_port: ports with implicit TLS.
        authority: file of the trusted authorities.
        address: the probe's mailbox.
        folder: the node exporter's folder of metrics.
        wait_seconds: time for the letter to arrive.
    """

    host: str
    imap_port: int
    submission_port: int
    authority: str
    address: str
    folder: str
    wait_seconds: int


@dataclass
class Way:
    """One run: the IMAP connection of the first step, and the mark that identifies the letter."""

    settings: Settings
    password: str
    mark: str
    imap: imaplib.IMAP4_SSL | None = None

    def steps(self) -> dict[str, Callable[[], None]]:
        """Return the steps in order; a failed one ends the run."""
        return {"login": self.login, "submit": self.submit, "receive": self.receive, "remove": self.remove}

    def login(self) -> None:
        """Sign in by IMAP."""
        self.imap = imaplib.IMAP4_SSL(
            self.settings.host, self.settings.imap_port, ssl_context=self._context(), timeout=SECONDS
        )
        self.imap.login(self.settings.address, self.password)
        self.imap.select("INBOX")

    def submit(self) -> None:
        """Send the letter."""
        message = EmailMessage()
        message["From"] = message["To"] = self.settings.address
        message["Subject"] = SUBJECT
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain=self.settings.address.partition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message[HEADER] = self.mark
        message.set_content(TEXT)
        where = (self.settings.host, self.settings.submission_port)
        with smtplib.SMTP_SSL(*where, timeout=SECONDS, context=self._context()) as smtp:
            smtp.login(self.settings.address, self.password)
            smtp.send_message(message)

    def receive(self) -> None:
        """Wait until the letter has arrived."""
        end = time.monotonic() + self.settings.wait_seconds
        while not self._find(self.mark):
            if time.monotonic() > end:
                raise TimeoutError(f"thư chưa tới sau {self.settings.wait_seconds} giây -- the letter did not arrive")
            time.sleep(PAUSE)

    def remove(self) -> None:
        """Remove the letter, and those left by earlier runs."""
        if found := b",".join(self._find("")).decode("ascii"):
            self._imap.uid("STORE", found, "+FLAGS.SILENT", r"(\Deleted)")
            self._imap.uid("EXPUNGE", found)
        self._imap.logout()

    @property
    def _imap(self) -> imaplib.IMAP4_SSL:
        if self.imap is None:
            raise imaplib.IMAP4.error("not signed in")
        return self.imap

    def _find(self, mark: str) -> list[bytes]:
        self._imap.noop()
        status, found = self._imap.uid("SEARCH", f'FROM "{self.settings.address}" HEADER {HEADER} "{mark}"')
        if status != "OK":
            raise imaplib.IMAP4.error(f"SEARCH: {status}")
        numbers: list[bytes] = (found[0] or b"").split()
        return numbers

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.authority)


def go(way: Way) -> Iterator[Figure]:
    """Yield result and duration of each step, up to and including the first failure."""
    for name, step in way.steps().items():
        began = time.monotonic()
        try:
            step()
        except FAULTS as error:
            say(WARNING, f"bước {name} hỏng -- step {name} failed: {_plain(error)}", sys.stderr)
            yield Figure("danhba_probe_success", 0, {"step": name})
            return
        yield Figure("danhba_probe_success", 1, {"step": name})
        yield Figure("danhba_probe_seconds", time.monotonic() - began, {"step": name})


def _plain(error: BaseException) -> str:
    """Return an error in one line."""
    return re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:300]


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Run all steps once, and write the metrics.

    Raises:
        Refused: there is no password, or the file cannot be written.
    """
    way = Way(settings, _password(), secrets.token_hex(16))
    figures = [*go(way), Figure("danhba_probe_timestamp_seconds", time.time())]
    try:
        write(Path(settings.folder, FILE), render(figures))
    except OSError as error:
        raise Refused(f"{settings.folder}: không ghi được -- cannot be written: {error}") from error
    return ""


def _password() -> str:
    try:
        return given(GIVEN).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise Refused(
            f"không có mật khẩu của hộp thư kiểm tra: chạy playbooks/site.yml -- there is no password of the probe's"
            f" mailbox: run playbooks/site.yml: {error}"
        ) from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("probe", __doc__, "probe.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
