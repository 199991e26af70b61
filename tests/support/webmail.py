"""A user of the webmail without a browser: HTTPS with a verified certificate, cookies, and the forms of the pages."""

from __future__ import annotations

import html
import http.client
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.mail import TIMEOUT, Server
from tests.support.web import Connection

_TOKEN = re.compile(r'"request_token":"([^"]+)"|name="_token"[^>]* value="([^"]+)"|value="([^"]+)"[^>]* name="_token"')
_ALERT = re.compile(r'role="alert"[^>]*>(?P<text>.*?)</div>', re.DOTALL)
_MESSAGE = re.compile(r'display_message\("(?P<text>(?:[^"\\]|\\.)*)","(?P<kind>\w+)"')
FIRST = "plugin.danhba-first"
PASSWORD = "plugin.danhba-password"


@dataclass(frozen=True)
class Page:
    """An answer: status, headers as they came (names in lower case), and the text."""

    status: int
    headers: tuple[tuple[str, str], ...]
    text: str

    def header(self, name: str) -> str:
        """The value of a header that is there exactly once, or an empty text."""
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) < 2, f"{name}: {values}"
        return values[0] if values else ""

    @property
    def cookies(self) -> list[str]:
        """Each Set-Cookie as it came."""
        return [value for name, value in self.headers if name == "set-cookie"]

    @property
    def location(self) -> dict[str, str]:
        """The arguments of the address that the answer sends to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.header("location")).query).items()}

    @property
    def token(self) -> str:
        """The request token of the page, without which a form is not taken."""
        match = _TOKEN.search(self.text)
        assert match, self.text[:2000]
        return next(group for group in match.groups() if group)

    @property
    def complaint(self) -> str:
        """What the page complains of, as a reader would see it."""
        shown = [_plain(match["text"]) for match in _ALERT.finditer(self.text)]
        shown += [json.loads(f'"{match["text"]}"') for match in _MESSAGE.finditer(self.text)]
        return " ".join(shown)


def _plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


@dataclass
class Webmail:
    """One browser, so to speak: it keeps its cookies and the request token of its session."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    given: list[str] = field(default_factory=list)
    """Each Set-Cookie that came, as it came."""
    languages: str = ""
    """What the browser prefers (Accept-Language)."""

    def get(self, path: str = "/", **query: str | int) -> Page:
        """Ask for a page; `query` are its arguments, without the underscore that Roundcube puts before each."""
        return self._request("GET", path, query)

    def post(self, form: Mapping[str, str], path: str = "/", **query: str | int) -> Page:
        """Send a form."""
        return self._form(form, path, query)

    def remote(self, form: Mapping[str, str] | None = None, **query: str | int) -> Page:
        """A request as the page's script makes it; the answer is JSON."""
        arguments = {**query, "remote": 1}
        if form is None:
            return self._request("GET", "/", arguments)
        return self._form({**form, "_token": self.token, "_remote": "1"}, "/", arguments)

    def sign_in(self, user: str, password: str) -> Page:
        """Open the login page and send its form. The answer of a success sends on."""
        self.token = token = self.get().token
        form = {"_task": "login", "_action": "login", "_user": user, "_pass": password, "_token": token}
        return self.post({**form, "_timezone": "_default_", "_url": ""}, task="login")

    def open(self, user: str, password: str) -> Page:
        """Sign in and read the first page of the mailbox."""
        answer = self.sign_in(user, password)
        if answer.status != 302 or answer.location.get("_task") != "mail":
            raise PermissionError(f"{answer.status} {answer.complaint or answer.header('location')}")
        return self._mailbox()

    def choose_first(self, user: str, issued: str, chosen: str) -> Page:
        """Sign in with an issued password, change it, and read the first page of the mailbox."""
        answer = self.sign_in(user, issued)
        if answer.location.get("_action") != FIRST:
            raise PermissionError(f"{answer.status} {answer.complaint or answer.header('location')}")
        answer = self.first_form(chosen, chosen)
        if answer.status != 302:
            raise PermissionError(answer.complaint)
        return self._mailbox()

    def first_form(self, new: str, again: str, token: str | None = None) -> Page:
        """Send the form of the first change, as the page before it has it."""
        token = self.get(task="login", action=FIRST).token if token is None else token
        return self.post({"_token": token, "_new": new, "_again": again}, task="login", action=FIRST)

    def change_password(self, old: str, new: str, again: str | None = None) -> Page:
        """Send the form of everyday's change, and follow where a success sends on to."""
        form = {"_token": self.token, "_old": old, "_new": new, "_again": new if again is None else again}
        answer = self.post(form, task="settings", action=PASSWORD)
        if answer.status != 302:
            return answer
        return self.get(**{name.removeprefix("_"): value for name, value in answer.location.items()})

    def signed_in(self) -> bool:
        """Whether the session still opens the mailbox."""
        page = self.get(task="mail")
        return page.status == 200 and "task-mail" in page.text

    def subjects(self, folder: str = "INBOX") -> str:
        """The first page of a folder, as the script gets it: each row names sender and subject."""
        return self.remote(task="mail", action="list", mbox=folder, refresh=1).text

    def read(self, uid: int, folder: str = "INBOX") -> Page:
        """A message as it is shown."""
        return self.get(task="mail", action="show", uid=uid, mbox=folder, framed=1)

    def compose(self) -> tuple[str, Page]:
        """Begin a message: its id, and the page."""
        sent_on = self.get(task="mail", action="compose")
        identity = sent_on.location["_id"]
        return identity, self.get(task="mail", action="compose", id=identity)

    def send(self, recipients: str, subject: str, text: str, **fields: str) -> Page:
        """Write and send a message; `fields` (without underscore) replace or add to those of the form."""
        return self.finish(self.compose(), {"to": recipients, "subject": subject, "message": text, **fields})

    def finish(self, begun: tuple[str, Page], fields: Mapping[str, str]) -> Page:
        """Send a message that is begun."""
        identity, page = begun
        sender = re.search(r'<option value="(\d+)" selected', page.text) or re.search(
            r'<option value="(\d+)"', page.text
        )
        form = {"task": "mail", "action": "send", "id": identity, "token": page.token, "is_html": "0"}
        form |= {"from": sender[1] if sender else "", **fields}
        query = {"task": "mail", "action": "send", "id": identity, "framed": "1", "lang": "vi", "remote": "1"}
        return self._form({f"_{name}": value for name, value in form.items()}, "/", query)

    def upload(self, name: str, content: bytes, begun: tuple[str, Page] | None = None) -> Page:
        """Attach a file to a message that is begun, or to a new one."""
        identity, page = begun or self.compose()
        boundary = uuid.uuid4().hex
        disposition = f'Content-Disposition: form-data; name="_attachments[]"; filename="{name}"'
        head = f"--{boundary}\r\n{disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        query = {"task": "mail", "action": "upload", "id": identity, "uploadid": "1", "token": page.token}
        return self._request("POST", "/", query | {"remote": "1"}, body, f"multipart/form-data; boundary={boundary}")

    def log_out(self) -> Page:
        """Log out of the webmail."""
        return self.get(task="logout", token=self.token)

    def _mailbox(self) -> Page:
        page = self.get(task="mail")
        self.token = page.token
        return page

    def _form(self, form: Mapping[str, str], path: str, query: Mapping[str, str | int]) -> Page:
        return self._request("POST", path, query, urlencode(form), "application/x-www-form-urlencoded")

    def _request(
        self, method: str, path: str, query: Mapping[str, str | int], body: str | bytes = b"", kind: str = ""
    ) -> Page:
        arguments = urlencode({f"_{name}": value for name, value in query.items()})
        headers = {"User-Agent": "Mozilla/5.0 (tests)"} | ({"Content-Type": kind} if kind else {})
        if self.languages:
            headers["Accept-Language"] = self.languages
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if "remote" in query:
            headers |= {"X-Requested-With": "XMLHttpRequest", "X-Roundcube-Request": self.token}
        connection = Connection(self.server.address, self.server.name, self.server.tls, TIMEOUT * 2)
        try:
            _send(connection, method, path + (f"?{arguments}" if arguments else ""), body, headers)
            answer = connection.getresponse()
            sent = tuple((name.lower(), value) for name, value in answer.getheaders())
            page = Page(answer.status, sent, answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()
        self._keep(page)
        return page

    def _keep(self, page: Page) -> None:
        self.given += page.cookies
        for line in page.cookies:
            for name, morsel in SimpleCookie(line).items():
                if morsel.value in {"", "-del-"}:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


def _send(
    connection: http.client.HTTPSConnection, method: str, target: str, body: str | bytes, headers: dict[str, str]
) -> None:
    """A server that has refused a large body closes its side while we still send: its answer is there to be read."""
    try:
        connection.request(method, target, body or None, headers)
    except (BrokenPipeError, ConnectionResetError):
        if connection.sock is None:
            raise
