"""Debian's Chromium as an official's browser: in Vietnamese, at home in Vietnam's time, strict about TLS and errors.

The browser trusts the lab's certificate authority as a person would make it: by importing it, here into the NSS
database of a home of its own. So names and dates of certificates are checked as in real life; telling Chromium to
overlook certificate errors, even for one key, would overlook a wrong name and an expired date with them.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PAGE_SECONDS = 45.0  # seconds that a page may take: two processors serve the host, the browser and the tests
SHOTS = "DANHBA_SCREENSHOTS"  # the variable that names the folder for screenshots
VIEWPORT = (1280, 800)
# Roundcube's own pages: what it says when the last picture of a page that is left behind did not arrive.
_HARMLESS = re.compile(r"net::ERR_ABORTED")


class Trouble(AssertionError):
    """What a browser complained about while a page was used."""


@dataclass
class Visitor:
    """Someone at a browser of their own: cookies, pages, and what the browser complained about.

    `expected` are patterns of complaints that a test has announced by `expect_trouble`.
    """

    context: BrowserContext
    page: Page
    folder: Path
    troubles: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def shot(self, name: str, page: Page | None = None) -> Path:
        """A picture of what the visitor sees now, `NAME.png` in the folder for screenshots."""
        path = self.folder / f"{name}.png"
        shown = page or self.page
        # A blinking caret and a moving spinner would make a new picture of the same page each time; a page whose last
        # request goes on and on is shown as it is.
        with suppress(PlaywrightTimeout):
            shown.wait_for_load_state("networkidle", timeout=10_000)
        shown.evaluate("document.fonts.ready.then(() => true)")
        shown.screenshot(path=path, caret="hide", animations="disabled")
        return path

    def expect_trouble(self, pattern: str) -> None:
        """Complaints that match are part of the test, until the next `calm`."""
        self.expected.append(pattern)

    def calm(self) -> None:
        """Nothing was complained about since the last time, but what was expected.

        Raises:
            Trouble: it was; the text lists it.
        """
        found = [text for text in self.troubles if not any(re.search(known, text) for known in self.expected)]
        self.troubles.clear()
        self.expected.clear()
        if found:
            raise Trouble("\n".join(found))

    def _watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"page error: {error} ({page.url})"))
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        """Errors of any kind: of scripts, of the content security policy, of something that does not load."""
        if message.type == "error" and not _HARMLESS.search(message.text):
            where = message.location.get("url", "")
            self.troubles.append(f"console: {message.text} ({where})")

    def _dialog(self, dialog: Dialog) -> None:
        """Leaving a page that was edited asks back, which is no trouble; a message of a script is remembered."""
        if dialog.type != "beforeunload":
            self.dialogs.append(dialog.message)
        dialog.accept()


@dataclass(frozen=True)
class Chromium:
    """A running browser that knows the test host's names and authority."""

    browser: Browser
    folder: Path

    @contextmanager
    def visitor(self, *, width: int = VIEWPORT[0], height: int = VIEWPORT[1], script: bool = True) -> Iterator[Visitor]:
        """A new visitor without cookies; at the end nothing unexpected may have been complained about."""
        context = self.browser.new_context(
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": width, "height": height},
            accept_downloads=True,
            java_script_enabled=script,
        )
        context.set_default_timeout(PAGE_SECONDS * 1000)
        try:
            visitor = Visitor(context, context.new_page(), self.folder)
            visitor._watch(visitor.page)
            context.on("page", visitor._watch)
            yield visitor
            visitor.calm()
        finally:
            context.close()


@contextmanager
def chromium(
    authority: Path, hosts: Mapping[str, str], within: Sequence[str], *, shots: Path | None = None
) -> Iterator[Chromium]:
    """Chromium that trusts a certificate authority and finds hosts (name to address) without any name server.

    It is run by the command `within`. Screenshots go to `shots`, else to the folder that the environment names, else to
    one that goes away.
    """
    with tempfile.TemporaryDirectory(prefix="danhba-browser-") as home, sync_playwright() as playwright:
        trust(authority, Path(home))
        folder = shots or Path(os.environ.get(SHOTS) or Path(home) / "shots")
        folder.mkdir(parents=True, exist_ok=True)
        expect.set_options(timeout=PAGE_SECONDS * 1000)
        rules = ", ".join(f"MAP {name} {address}" for name, address in hosts.items())
        browser = playwright.chromium.launch(
            executable_path=_program(within, Path(home)),
            env={**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": f"{home}/.local/share"},
            args=[f"--host-resolver-rules={rules}", "--lang=vi-VN", "--font-render-hinting=none"],
        )
        try:
            yield Chromium(browser, folder)
        finally:
            browser.close()


def _program(within: Sequence[str], home: Path) -> Path:
    """A program that runs Chromium by a command, as Playwright takes no command."""
    program = home / "chromium"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(within)} chromium "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    return program


def trust(authority: Path, home: Path) -> None:
    """Import a certificate authority into the NSS database of a home, where Chromium looks for a user's own."""
    database = home / ".pki/nssdb"
    database.mkdir(parents=True)
    for options in (["-N", "--empty-password"], ["-A", "-n", "lab", "-t", "C,,", "-i", str(authority)]):
        subprocess.run(["certutil", "-d", f"sql:{database}", *options], check=True)
