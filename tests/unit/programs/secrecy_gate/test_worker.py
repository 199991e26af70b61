"""One process that reads messages: what it answers, and what it takes from itself."""

from __future__ import annotations

import hashlib
import io
import json
import resource
from base64 import b64encode
from email.message import EmailMessage
from typing import Any

import pytest

from danhba_host.secrecy_gate import worker
from tests.support.secrecy import Mark, Verdict

pytestmark = pytest.mark.clause("R7.1")

FILE = b"cong van"


def scan(octets: bytes) -> Verdict:
    if b"hong" in octets:
        raise ValueError(octets)
    marked = b"MAT" in octets or b64encode(FILE) in octets
    return Verdict("marked", [Mark("mat", "text")]) if marked else Verdict("clean")


def talk(*messages: bytes, files: list[str] | None = None, cut: int = 0) -> list[Any]:
    """What it says after that it is ready; each message with its head, the last one without `cut` octets."""
    heads = (json.dumps({"octets": len(one), "files": files or []}).encode() + b"\n" for one in messages)
    asked = b"".join(head + one for head, one in zip(heads, messages, strict=True))
    answers = io.BytesIO()
    worker.serve(scan, io.BytesIO(asked[: len(asked) - cut]), answers)
    ready, *said = answers.getvalue().splitlines()
    assert ready == b"ready"
    return [one if one == b"taken" else json.loads(one) for one in said]


def test_each_message_is_taken_and_answered_without_its_text() -> None:
    marked = {"verdict": "marked", "marks": [{"level": "mat", "where": "text"}], "files": [], "carried": []}
    clean = {"verdict": "clean", "marks": [], "files": [], "carried": []}
    assert talk(b"MAT", b"thuong") == [b"taken", marked, b"taken", clean]


def test_what_breaks_the_scanner_is_unreadable_and_said_nowhere() -> None:
    assert talk(b"hong") == [b"taken", {"verdict": "unreadable", "marks": [], "files": [], "carried": []}]


def test_a_message_that_was_cut_short_is_not_answered() -> None:
    assert talk(b"thuong", b"MAT", cut=1) == [b"taken", {"verdict": "clean", "marks": [], "files": [], "carried": []}]


def test_an_excepted_file_is_left_out_and_named() -> None:
    message = EmailMessage()
    message.set_content("xem tep")
    message.add_attachment(FILE, maintype="application", subtype="octet-stream", filename="cong-van.bin")
    digest = hashlib.sha256(FILE).hexdigest()
    (_taken, answer) = talk(message.as_bytes(), files=[digest])
    assert (answer["verdict"], answer["files"]) == ("clean", [digest])


def test_it_takes_memory_and_dumps_from_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", taken.__setitem__)
    worker.bound(5)
    worker.load()
    assert taken == {resource.RLIMIT_AS: (5, 5), resource.RLIMIT_CORE: (0, 0)}
