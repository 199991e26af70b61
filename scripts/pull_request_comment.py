#!/usr/bin/env python3
"""Create or update the review comment on a pull request (GitHub, GitLab, Forgejo), and list open pull requests.

The comment's first line is a marker: a comment of our own user with this first line is edited in place; comments of
other users are never touched. The token comes from the environment variable REVIEW_TOKEN and is never printed. Only the
standard library is imported, so that no third-party code can read the token; `forges.json` is read as data.

Exit status: 0 done, 2 refused or failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

RECORDS = Path(__file__).resolve().parents[1] / "plugins/module_utils/danhba/governance/forges.json"
# Characters of a comment; GitHub refuses longer ones: https://docs.github.com/en/rest/issues/comments
LONGEST = 65_536
TIMEOUT = 20
ATTEMPTS = 5
LONGEST_WAIT = 30
MOST_PAGES = 100
MOST_BYTES = 16 * 1024 * 1024


class Refused(Exception):
    """Permanent failure, with the message and the way out in Vietnamese and English."""

    def __init__(self, vietnamese: str, english: str) -> None:
        super().__init__(vietnamese, english)
        self.vietnamese = vietnamese
        self.english = english


class Passing(Exception):
    """Temporary failure: a retry may succeed. `wait` is the server's Retry-After in seconds, 0 where it sent none."""

    def __init__(self, reason: str, wait: int = 0) -> None:
        super().__init__(reason)
        self.wait = wait


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Handler that follows no redirect, because urllib would send the token to the redirect's target."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


@dataclass(frozen=True)
class Api:
    """A forge's REST API: base URL and headers of each request. A call is not retried here."""

    url: str
    headers: Mapping[str, str] = field(repr=False)

    def call(self, method: str, url: str, data: Mapping[str, str] | None = None) -> tuple[Any, Message]:
        """Send a request and return the decoded JSON (None for an empty body) and the headers of the answer.

        Raises:
            Passing: a temporary failure; a retry may succeed.
            Refused: a permanent failure.
        """
        body = None if data is None else json.dumps(data).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "danhba"}
        request = urllib.request.Request(url, body, {**headers, **self.headers}, method=method)  # noqa: S310
        try:
            with _OPENER.open(request, timeout=TIMEOUT) as answer:
                return _decoded(answer.read(MOST_BYTES + 1)), answer.headers
        except urllib.error.HTTPError as error:
            raise _problem(error.code, error.headers) from None
        except (OSError, HTTPException) as error:
            raise Passing(f"{type(error).__name__}: {getattr(error, 'reason', error)}") from None

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """Yield the items of a list from all its pages, following the header Link (RFC 8288)."""
        url: str | None = f"{self.url}{path}?{urlencode(query)}"
        for _page in range(MOST_PAGES):
            items, headers = self.call("GET", str(url))
            yield from _list(items)
            url = _next(headers.get("Link", ""))
            if url is None:
                return
            if urlsplit(url)[:2] != urlsplit(self.url)[:2]:
                raise Refused("máy chủ chỉ trang sau sang máy khác", "the server's next page is on another server")
        raise Refused(f"quá {MOST_PAGES} trang", f"more than {MOST_PAGES} pages")


def _decoded(body: bytes) -> Any:
    if len(body) > MOST_BYTES:
        raise Refused("câu trả lời của máy chủ quá dài", "the server's answer is too long")
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        raise Passing("the answer is no JSON") from None


def _list(items: Any) -> list[Any]:
    if not isinstance(items, list):
        raise Refused("câu trả lời không phải danh sách; kiểm tra địa chỉ API", "no list; check the API's address")
    return items


def _next(link: str) -> str | None:
    for part in link.split(","):
        target, _semicolon, parameters = part.partition(";")
        if 'rel="next"' in parameters:
            return target.strip().strip("<>")
    return None


def _problem(status: int, headers: Message) -> Exception:
    if status in (408, 425, 429) or status >= 500:
        wait = headers.get("Retry-After", "")
        return Passing(f"HTTP {status}", int(wait) if wait.isascii() and wait.isdigit() else 0)
    if status in (401, 403):
        return Refused(
            f"máy chủ từ chối (HTTP {status}): REVIEW_TOKEN phải được quyền đọc đề nghị gộp và viết lời bình",
            f"refused (HTTP {status}): REVIEW_TOKEN needs to read pull requests and to write comments",
        )
    return Refused(
        f"máy chủ trả lời HTTP {status}; kiểm tra địa chỉ API, kho và số của đề nghị gộp",
        f"HTTP {status}; check the API's address, the repository and the pull request's number",
    )


@dataclass(frozen=True)
class Forge:
    """Pull requests by GitHub's API; Forgejo has the same calls, but its page size is `limit` instead of `per_page`."""

    api: Api
    repository: str
    user: str

    @classmethod
    def here(cls, user: str) -> Forge:
        """Return the forge described by the environment of a CI job.

        `user` is the user name under which comments written with a job's token appear; REVIEW_USER overrides it.
        """
        api = Api(_needed("GITHUB_API_URL"), {"Authorization": f"Bearer {_needed('REVIEW_TOKEN')}"})
        return cls(api, f"/repos/{quote(_needed('GITHUB_REPOSITORY'))}", os.environ.get("REVIEW_USER") or user)

    def open(self, branch: str) -> Iterator[tuple[int, str]]:
        """Yield number and head commit of each open pull request for a branch."""
        for item in self.api.pages(f"{self.repository}/pulls", state="open", per_page=100, limit=50):
            if item["base"]["ref"] == branch:
                yield item["number"], item["head"]["sha"]

    def head(self, number: int) -> str:
        """Return the head commit of a pull request."""
        return str(self.api.call("GET", f"{self.api.url}{self.repository}/pulls/{number}")[0]["head"]["sha"])

    def comments(self, number: int) -> Iterator[tuple[int, str, str]]:
        """Yield id, author and text of each comment on a pull request."""
        for item in self.api.pages(f"{self.repository}/issues/{number}/comments", per_page=100):
            yield item["id"], item["user"]["login"], item["body"]

    def create(self, number: int, body: str) -> None:
        """Create a comment on a pull request."""
        self.api.call("POST", f"{self.api.url}{self.repository}/issues/{number}/comments", {"body": body})

    def update(self, number: int, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        self.api.call("PATCH", f"{self.api.url}{self.repository}/issues/comments/{comment}", {"body": body})

    def delete(self, number: int, comment: int) -> None:
        """Delete a comment."""
        self.api.call("DELETE", f"{self.api.url}{self.repository}/issues/comments/{comment}")


class GitLab(Forge):
    """Merge requests by GitLab's API, where comments are called notes."""

    @classmethod
    def here(cls, user: str) -> Forge:
        """Return the forge described by the environment of a GitLab job.

        `user` is any name: `comments` asks the API which user the token belongs to.
        """
        api = Api(_needed("CI_API_V4_URL"), {"PRIVATE-TOKEN": _needed("REVIEW_TOKEN")})
        return cls(api, f"/projects/{quote(_needed('CI_PROJECT_ID'), safe='')}/merge_requests", user)

    def open(self, branch: str) -> Iterator[tuple[int, str]]:
        """Yield number and head commit of each open merge request for a branch."""
        for item in self.api.pages(self.repository, state="opened", target_branch=branch, per_page=100):
            yield item["iid"], item["sha"]

    def head(self, number: int) -> str:
        """Return the head commit of a merge request."""
        return str(self.api.call("GET", f"{self.api.url}{self.repository}/{number}")[0]["sha"])

    def comments(self, number: int) -> Iterator[tuple[int, str, str]]:
        """Yield id, author and text of each note; the author is `self.user` for the token's user, else `another`."""
        mine = self.api.call("GET", f"{self.api.url}/user")[0]["id"]
        for item in self.api.pages(f"{self.repository}/{number}/notes", per_page=100, sort="asc"):
            yield item["id"], self.user if item["author"]["id"] == mine else "another", item["body"]

    def create(self, number: int, body: str) -> None:
        """Create a note on a merge request."""
        self.api.call("POST", f"{self.api.url}{self.repository}/{number}/notes", {"body": body})

    def update(self, number: int, comment: int, body: str) -> None:
        """Replace the text of a note."""
        self.api.call("PUT", f"{self.api.url}{self.repository}/{number}/notes/{comment}", {"body": body})

    def delete(self, number: int, comment: int) -> None:
        """Delete a note."""
        self.api.call("DELETE", f"{self.api.url}{self.repository}/{number}/notes/{comment}")


# The class of each value of `api` in forges.json.
APIS = {"github": Forge, "gitlab": GitLab}


def _needed(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise Refused(f"thiếu biến môi trường {name}", f"the environment lacks {name}")
    return value


def put(forge: Forge, number: int, body: str, head: str) -> str:
    """Create or edit the comment, and return what was done, in both languages.

    Does nothing where the pull request's head is no longer `head`: the review of the newer commit will comment.
    """
    if head and forge.head(number) != head:
        return "đề nghị gộp đã có bản mới, để lần chạy sau / the pull request has moved on, a later run will comment"
    ours = [
        (comment, text) for comment, user, text in forge.comments(number) if user == forge.user and _ours(text, body)
    ]
    if not ours:
        forge.create(number, body)
        return "đã viết lời bình / the comment is written"
    (comment, text), *others = ours
    for other, _text in others:  # duplicates: two runs at the same time may each have created a comment
        forge.delete(number, other)
    if text.rstrip() == body.rstrip():
        return "lời bình đã đúng / the comment is as it should be"
    forge.update(number, comment, body)
    return "đã sửa lời bình / the comment is edited"


def _ours(text: str, body: str) -> bool:
    """Return whether a comment has the same first line (the marker) as the new one."""
    return text.split("\n", 1)[0].strip() == body.split("\n", 1)[0].strip()


def _patiently(forge: Forge, arguments: argparse.Namespace) -> str:
    """Run the job of the command line and return its output; restart it after a temporary failure.

    Restarting is safe: `put` finds a comment that an attempt has created before it failed.
    """
    for attempt in range(ATTEMPTS):
        try:
            if arguments.job == "list":
                return "\n".join(f"{number} {commit}" for number, commit in forge.open(arguments.branch))
            return put(forge, arguments.number, _body(arguments.file), arguments.head)
        except Passing as error:
            reason = error
            if attempt < ATTEMPTS - 1:
                time.sleep(min(max(error.wait, 2**attempt), LONGEST_WAIT))
    raise Refused(
        f"máy chủ không trả lời được ({reason}); chạy lại sau", f"the server falters ({reason}); run it later"
    )


def _body(file: Path) -> str:
    try:
        body = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"không đọc được {file}: {error}", f"cannot read {file}: {error}") from None
    if not body.startswith("<!--") or len(body) > LONGEST:
        raise Refused(
            f"{file} phải bắt đầu bằng dòng đánh dấu và có nhiều nhất {LONGEST} ký tự",
            f"{file} should begin with its marker and have at most {LONGEST} characters",
        )
    return body


def _records() -> dict[str, dict[str, str]]:
    """Return the settings of each forge by its name, from forges.json (see governance/forges.py)."""
    records: dict[str, dict[str, str]] = json.loads(RECORDS.read_text(encoding="utf-8"))
    return records


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("forge", choices=_records())
    jobs = parser.add_subparsers(dest="job", required=True)
    listing = jobs.add_parser("list", help="the open pull requests: number and commit, one a line")
    listing.add_argument("branch", help="the branch that they are for")
    writing = jobs.add_parser("put", help="write the comment, or edit it")
    writing.add_argument("number", type=int)
    writing.add_argument("file", type=Path, help="Markdown; the first line is the marker")
    writing.add_argument("--head", default="", help="only while the pull request is at this commit")
    return parser.parse_args()


def _stop(error: Refused) -> NoReturn:
    print(f"{error.vietnamese}\n    {error.english}", file=sys.stderr)
    sys.exit(2)


def main() -> None:
    """Run the job of the command line; print its output, or the failure in both languages and exit with 2."""
    arguments = _arguments()
    try:
        record = _records()[arguments.forge]
        print(_patiently(APIS[record["api"]].here(record["comment_user"]), arguments))
    except Refused as error:
        _stop(error)
    except (KeyError, TypeError, ValueError) as error:
        _stop(Refused(f"câu trả lời lạ của máy chủ: {error!r}", f"an answer of an unknown shape: {error!r}"))


if __name__ == "__main__":
    main()
