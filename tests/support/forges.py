"""Forges for the tests: git repositories with pull requests, and HTTP servers that answer as their APIs do."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from danhba.governance.forges import FORGES

MARKER = "<!-- danhba-review -->"
# Who writes with a job's token. Where the API tells whose the token is, it tells of this one.
_TOLD = "project_7_bot"
BOTS = {name: forge.comment_user or _TOLD for name, forge in FORGES.items()}


def git(directory: Path, *arguments: str, check: bool = True) -> str:
    """What git prints, for an author who does not matter."""
    settings = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *settings, *arguments], cwd=directory, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Api:
    """What a forge's API holds and was asked; `faults` are statuses (with headers) that come before real answers."""

    kind: str
    token: str = "secret-token"
    pulls: dict[int, tuple[str, str]] = field(default_factory=dict)  # number: branch, commit
    comments: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)  # number: id: author, text
    page: int = 2
    faults: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    next_id: int = 100

    def bodies(self, number: int) -> list[str]:
        """The texts of a pull request's comments, in order."""
        return [text for _author, text in self.comments.get(number, {}).values()]

    def ours(self, number: int) -> list[str]:
        """Those that the review's user wrote."""
        return [text for author, text in self.comments.get(number, {}).values() if author == BOTS[self.kind]]

    def add(self, number: int, author: str, text: str) -> int:
        """A new comment."""
        self.next_id += 1
        self.comments.setdefault(number, {})[self.next_id] = (author, text)
        return self.next_id

    def environment(self) -> dict[str, str]:
        """What a job on this forge has in its environment."""
        if self.kind == "gitlab":
            return {"CI_API_V4_URL": self.url, "CI_PROJECT_ID": "laocai/danhba", "REVIEW_TOKEN": self.token}
        return {"GITHUB_API_URL": self.url, "GITHUB_REPOSITORY": "laocai/danhba", "REVIEW_TOKEN": self.token}

    def find(self, comment: int) -> int:
        """The pull request of a comment."""
        return next(number for number, found in self.comments.items() if comment in found)

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        """What the API says to a request, None where there is no such thing."""
        if self.kind == "gitlab":
            return self._gitlab(method, path.removeprefix("/projects/laocai/danhba/merge_requests"), query, body)
        return self._github(method, path.removeprefix("/repos/laocai/danhba"), body)

    def _github(self, method: str, path: str, body: Any) -> Any:
        if path == "/pulls":
            return [self._pull(number) for number in self.pulls]
        if match := re.fullmatch(r"/pulls/(\d+)", path):
            return self._pull(int(match[1]))
        if match := re.fullmatch(r"/issues/(\d+)/comments", path):
            if method == "POST":
                return {"id": self.add(int(match[1]), BOTS[self.kind], body["body"])}
            found = self.comments.get(int(match[1]), {})
            return [{"id": id_, "user": {"login": who}, "body": text} for id_, (who, text) in found.items()]
        if match := re.fullmatch(r"/issues/comments/(\d+)", path):
            return self._change(method, int(match[1]), body)
        return None

    def _pull(self, number: int) -> dict[str, Any]:
        branch, commit = self.pulls[number]
        return {"number": number, "base": {"ref": branch}, "head": {"sha": commit}}

    def _gitlab(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        if path == "/user":
            return {"id": 7}
        if path.endswith("/notes") or "/notes/" in path:
            return self._notes(method, path, body)
        if not path:
            assert query["state"] == ["opened"]
            wanted = query["target_branch"][0]
            return [{"iid": n, "sha": commit} for n, (branch, commit) in self.pulls.items() if branch == wanted]
        match = re.fullmatch(r"/(\d+)", path)
        return {"sha": self.pulls[int(match[1])][1]} if match else None

    def _notes(self, method: str, path: str, body: Any) -> Any:
        number, _notes, note = path.strip("/").partition("/notes")
        if note:
            return self._change(method, int(note.strip("/")), body)
        if method == "POST":
            return {"id": self.add(int(number), BOTS[self.kind], body["body"])}
        ids = {_TOLD: 7}
        found = self.comments.get(int(number), {})
        return [{"id": i, "author": {"id": ids.get(who, 1)}, "body": text} for i, (who, text) in found.items()]

    def _change(self, method: str, comment: int, body: Any) -> Any:
        found = self.comments[self.find(comment)]
        if method == "DELETE":
            del found[comment]
            return ""
        assert method == ("PUT" if self.kind == "gitlab" else "PATCH")
        found[comment] = (found[comment][0], body["body"])
        return {"id": comment}


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """The API on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            api.asked.append(f"{self.command} {unquote(parts.path)}")
            if api.faults:
                self._send(*api.faults.pop(0))
            elif api.token not in (self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""):
                self._send(401, {})
            else:
                found = api.answer(self.command, unquote(parts.path), parse_qs(parts.query), json.loads(body or "null"))
                self._answer(found, parts.path, parse_qs(parts.query))

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815

        def _answer(self, found: Any, path: str, query: dict[str, list[str]]) -> None:
            headers = {}
            # Forgejo gives all comments of a pull request at once.
            if isinstance(found, list) and not (api.kind == "forgejo" and path.endswith("/comments")):
                page = int(query.get("page", ["1"])[0])
                if len(found) > page * api.page:
                    rest = "&".join(f"{key}={value[0]}" for key, value in query.items() if key != "page")
                    first = f'<{api.url}{path}?{rest}&page=1>; rel="first"'
                    headers["Link"] = f'{first}, <{api.url}{path}?{rest}&page={page + 1}>; rel="next"'
                found = found[(page - 1) * api.page : page * api.page]
            self._send(404 if found is None else 200, headers, found)

        def _send(self, status: int, headers: dict[str, str], found: Any = None) -> None:
            body = b"" if found == "" else json.dumps(found).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
