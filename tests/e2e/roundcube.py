"""The webmail as its users have it before them: found by what is shown, used by clicks and keys."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, FrameLocator, Locator, Page, Response, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.support.browser import PAGE_SECONDS, Visitor
from tests.support.deployment import FQDN

URL = f"https://{FQDN}"
# Words of Roundcube's English texts that no Vietnamese one has; names of products and protocols may stay.
ENGLISH = re.compile(
    r"\b(?:the|your|you|and|with|this|from|please|password|username|mailbox|message|folder|settings|contacts?|"
    r"identity|identities|search|filters?|actions?|out of office|vacation|start time|end time|create|delete|save|"
    r"cancel|close|details|headers|options|attachments?|empty|list|mode|junk|archive|selected|sender|subject|error|"
    r"warning|allow|remote|resources|reply|forward|mark|more|select|send|sent|draft|quota|size|date|name|login|logout)\b",
    re.IGNORECASE,
)

_ADDRESS = re.compile(r"\S+@\S+|https?:\S+")
# What Roundcube calls the parts that its menu's links have these classes for.
_TASKS = {"mail": "mail", "contacts": "addressbook", "settings": "settings"}


@dataclass(frozen=True)
class Roundcube:
    """A visitor's webmail; `address` is who has signed in."""

    visitor: Visitor

    @property
    def page(self) -> Page:
        """The visitor's page."""
        return self.visitor.page

    # Sign-in

    def open(self, query: str = "") -> None:
        """Go to the webmail, or to one of its pages.

        Chromium gives up what it has begun when this machine gets or loses an interface, as with any other test host.
        """
        for attempt in range(5):
            try:
                self.page.goto(f"{URL}/{query}")
            except PlaywrightError as error:
                if "ERR_NETWORK_CHANGED" not in error.message or attempt == 4:
                    raise
            else:
                return

    def sign_in(self, address: str, password: str) -> None:
        """Give address and password; where that leads is for the caller to see."""
        self.open()
        self.page.fill("#rcmloginuser", address)
        self.page.fill("#rcmloginpwd", password)
        self.page.click("#rcmloginsubmit")
        self.page.wait_for_load_state()

    def sign_out(self) -> None:
        """By the button."""
        self.page.click("#taskmenu a.logout")
        self.page.wait_for_selector("#rcmloginuser")

    # The first password

    def asks_to_change(self) -> bool:
        """Whether the page is the one that changes the first password, and nothing else."""
        return self.page.locator("#danhba-new").count() == 1 and self.page.locator("#taskmenu").count() == 0

    def change(self, new: str, again: str | None = None, *, old: str | None = None) -> None:
        """Fill in the form and send it; the everyday one asks for the old password too."""
        if old is not None:
            self.page.fill("#danhba-old", old)
        self.page.fill("#danhba-new", new)
        self.page.fill("#danhba-again", new if again is None else again)
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            self.page.click("#danhba-form button[type=submit]")
        # Either the page goes on, or its own script has the reasons before the button can be pressed again.
        self.page.locator(
            "#danhba-form button[type=submit]:not([disabled]), #mailboxlist, .danhba-done"
        ).first.wait_for()
        self.page.wait_for_load_state()

    def refusal(self) -> str:
        """Why the form was not taken."""
        return self.page.locator("#danhba-reasons").inner_text()

    # Mail

    def mail(self, folder: str | None = None) -> None:
        """The list of messages of a folder, by its shown name; the inbox without one."""
        self._task("mail")
        self.page.wait_for_selector("#mailboxlist")
        if folder:
            self._select(folder)
        self.settle()

    def _select(self, folder: str) -> None:
        """Click a folder as often as it takes: Roundcube drops a click that meets it while it loads something."""
        selected = self.page.locator("#mailboxlist li.selected > a", has_text=folder)
        for _ in range(int(PAGE_SECONDS / 5)):
            self.settle()
            self.page.locator("#mailboxlist").get_by_role("link", name=folder).first.click()
            with suppress(PlaywrightTimeout):
                selected.wait_for(timeout=5000)
                return
        pytest.fail(f"{folder} does not open")

    def _task(self, name: str) -> None:
        """Go to a part of the webmail; the link to where one is already does nothing."""
        self.settle()
        link = self.page.locator(f"#taskmenu a.{name}")
        if link.get_attribute("aria-disabled") != "true":
            link.click()
            self.page.wait_for_function("task => window.rcmail && rcmail.env.task === task", arg=_TASKS[name])
        self.settle()

    def settle(self) -> None:
        """Wait until the webmail has loaded what it was asked for."""
        self.page.wait_for_function("() => document.readyState === 'complete' && window.rcmail && !rcmail.busy")

    def folders(self) -> list[str]:
        """The shown names of all folders, without counts of unread messages."""
        names = "links => links.map(link => link.firstChild.textContent.trim())"
        return list(self.page.eval_on_selector_all("#mailboxlist li > a", names))

    def subjects(self) -> list[str]:
        """The subjects of the listed messages, as shown."""
        shown = self.page.locator("#messagelist tr.message:visible td.subject a")
        return [text.strip() for text in shown.all_inner_texts()]

    def wait_for(self, subject: str, seconds: float = 60) -> Locator:
        """The row of a message, as soon as opening its folder again shows it."""
        row = self.page.locator("#messagelist tr.message:visible", has_text=subject).first
        deadline = time.monotonic() + seconds
        while row.count() == 0:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{subject!r} is not in the list: {self.subjects()}")
            self.page.click("#mailboxlist li.selected > a")
            self.settle()
            self.page.wait_for_timeout(500)
        return row

    def put_away(self, subject: str, button: str) -> None:
        """Press a button that takes the message that is being read out of the list."""
        self.press(button)
        expect(self.page.locator("#messagelist tr.message:visible", has_text=subject)).to_have_count(0)

    def read(self, subject: str) -> FrameLocator:
        """Click a message and return what shows it."""
        self.wait_for(subject).locator("td.subject").click()
        frame = self.page.frame_locator("#messagecontframe")
        frame.locator("#message-header .subject").filter(has_text=subject).wait_for()
        return frame

    def frame(self, selector: str) -> Frame:
        """The frame of an element, for what only a frame can do."""
        frame = self.page.query_selector(selector).content_frame()  # type: ignore[union-attr]
        assert frame
        return frame

    def search(self, typed: str) -> None:
        """Look for messages of the folder by subject and sender."""
        self.page.fill("#mailsearchform", typed)
        self.page.keyboard.press("Enter")
        self.settle()

    def press(self, button: str) -> None:
        """A button above the message, by the class that Roundcube gives it: `archive`, `junk`, `reply`."""
        self.page.locator(f".toolbar a.{button}:not(.disabled)").first.click()
        self.settle()

    def quota(self) -> str:
        """What the meter below the folders says, shown and in its tip."""
        meter = self.page.locator("#quotadisplay")
        return meter.inner_text().strip() + " " + (meter.locator("[title]").first.get_attribute("title") or "")

    # Compose

    def compose(self) -> None:
        """A new message."""
        self.page.click("#taskmenu a.compose")
        self.page.wait_for_selector("#compose-subject")
        self.editor().wait_for()
        self.settle()

    def complete(self, typed: str) -> list[str]:
        """Type into the recipient's field and return what is proposed."""
        field = self.page.locator("#compose_to .recipient-input input")
        field.click()
        field.fill(typed[:-1])
        with self.page.expect_response(
            lambda response: "_action=autocomplete" in response.url and _asks(response, typed)
        ):
            field.press_sequentially(typed[-1])
        proposals = self.page.locator("#rcmKSearchpane li")
        proposals.first.wait_for()
        return [text.strip() for text in proposals.all_inner_texts()]

    def accept(self, proposal: str) -> None:
        """Take one of the proposals."""
        self.page.locator("#rcmKSearchpane li", has_text=proposal).first.click()
        expect(self.page.locator("#compose_to .recipient-input .recipient")).to_have_count(1)

    def recipient(self, address: str) -> None:
        """Type a whole address."""
        field = self.page.locator("#compose_to .recipient-input input")
        field.fill(address)
        field.press("Enter")

    def write(self, text: str) -> None:
        """Type into the message, before whatever it has."""
        self.editor().press("Control+Home")
        self.page.keyboard.insert_text(text)

    def editor(self) -> Locator:
        """The text of the message in the editor of formatted text."""
        return self.page.frame_locator("#composebody_ifr").locator("body#tinymce")

    def attach(self, file: Path) -> None:
        """Attach a file and wait until it is listed."""
        with self.page.expect_file_chooser() as chooser:
            self.page.click("#compose-attachments button.attach")
        chooser.value.set_files(file)
        self.page.locator("#attachment-list li:not(.uploading)", has_text=file.name).wait_for()

    def chosen_from(self, selector: str) -> list[str]:
        """What a field offers, as shown."""
        return [text.strip() for text in self.page.locator(f"{selector} option").all_text_contents()]

    def try_to_send(self) -> None:
        """Press the button."""
        self.page.locator("button.send, a.send").first.click()

    def send(self) -> None:
        """Send, and wait until the message is gone."""
        self.try_to_send()
        self.page.wait_for_url(re.compile(r"_task=mail(?!.*_action=compose)"))
        self.settle()

    # Settings

    def settings(self, tab: str) -> None:
        """A tab of the settings, by Roundcube's class: `filter`, `vacation`, `folders`, `identities`, `password`."""
        self._task("settings")
        self.page.locator(f"#settings-menu li.{tab} a").click()
        self.settle()

    def create_folder(self, name: str) -> None:
        """A folder beside the inbox."""
        self.settings("folders")
        self.page.click(".toolbar a.create")
        form = self.page.frame_locator("#preferences-frame")
        form.locator("#_name").fill(name)
        form.locator("button.submit").click()
        self.page.locator("#subscription-table li", has_text=name).wait_for()

    def create_filter(self, name: str, *, contains: str, folder: str) -> None:
        """A filter that files messages with a word in their subject."""
        self.settings("filter")
        self.page.click(".toolbar a.create")
        form = self.page.frame_locator("#filter-box")
        form.locator("#_name").fill(name)
        form.locator("#header0").select_option("subject")
        form.locator("#rule_op0").select_option("contains")
        form.locator('input[name="_rule_target[0][]"]').fill(contains)
        form.locator("#action_type0").select_option("fileinto")
        form.locator('select[name="_action_mailbox[0]"]').select_option(label=folder)
        form.locator("button.submit").click()
        self.page.locator("#filterslist tr", has_text=name).wait_for()

    def vacation(self, subject: str, text: str) -> None:
        """A notice to those who write, from now on."""
        self.settings("vacation")
        self.page.fill("#vacation_subject", subject)
        self.page.fill("#vacation_reason", text)
        self.page.select_option("#vacation_status", "on")
        self.page.click(".formbuttons button.submit")
        self.page.locator("#messagestack .confirmation").wait_for()

    def search_people(self, typed: str) -> None:
        """Look for somebody in the province's address book."""
        self._task("contacts")
        self.page.wait_for_selector("#directorylist")
        self.page.locator("#directorylist li.addressbook", has_text="Danh bạ tỉnh").locator("a").first.click()
        self.settle()
        self.page.fill("#searchform", typed)
        self.page.keyboard.press("Enter")
        self.settle()
        self.page.locator("#contacts-table tr").first.wait_for()

    def said(self) -> str:
        """What the webmail has just told its user in the corner of the page."""
        box = self.page.locator("#messagestack > div")
        box.first.wait_for()
        return "\n".join(text.strip() for text in box.all_inner_texts())

    # What every page must be

    def english(self) -> list[str]:
        """Each shown line with an English word, in the page and its frames; a message's own text is not looked at."""
        lines = []
        for frame in self.page.frames:
            if frame.url.startswith(URL):
                text = frame.evaluate(_SHOWN)
                lines += [line.strip() for line in text.splitlines() if ENGLISH.search(_ADDRESS.sub("", line))]
        return sorted({line for line in lines if line})

    def cut_off(self) -> list[str]:
        """The texts of buttons and headings that do not fit where they are shown."""
        return list(self.page.evaluate(_CUT_OFF))


def _asks(response: Response, typed: str) -> bool:
    """Whether an answer is that to the whole of what was typed."""
    return parse_qs(response.request.post_data or "").get("_search") == [typed]


# What can be seen now, heard by those who do not see, or chosen; what was written by people is left out, and so are the
# names of languages and places.
_SHOWN = """() => {
  const theirs = '#messagelist, #messagebody, .header-subject, #message-header, .username, .recipient, #composebody, '
    + '#attachment-list, code, script, style, noscript, [data-user-text]';
  const lines = [];
  const seen = node => node.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.replace(/\\s+/g, ' '), parent = walk.currentNode.parentElement;
    if (parent && !parent.closest(theirs) && seen(parent)) lines.push(text);
  }
  const spoken = ['placeholder', 'title', 'aria-label', 'alt'];
  for (const node of document.querySelectorAll(spoken.map(name => `[${name}]`).join())) {
    if (node.closest(theirs) || !seen(node)) continue;
    lines.push(...spoken.map(name => node.getAttribute(name)).filter(Boolean));
  }
  for (const choice of document.querySelectorAll('select:not(#rcmfd_lang, #rcmfd_timezone) option')) {
    if (seen(choice.closest('select'))) lines.push(choice.textContent);
  }
  return lines.join('\\n');
}"""
_CUT_OFF = """() => {
  const labels = '#taskmenu a, #taskmenu .inner, .toolbar a, .toolbar .inner, .header-title, .listing a, button, label';
  return [...document.querySelectorAll(labels)]
    .filter(node => node.checkVisibility() && !node.closest('.voice, .username'))
    .filter(node => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== 'visible')
    .map(node => node.textContent.trim());
}"""
