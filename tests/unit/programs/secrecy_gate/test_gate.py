"""The gate as it runs: a server on a Unix socket over real processes, with records in memory."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from danhba_host.journal import Away
from danhba_host.secrecy_gate.gate import Deaths, Gate
from danhba_host.secrecy_gate.pool import Pool
from danhba_host.secrecy_gate.protocol import HEAD_LIMIT
from danhba_host.secrecy_gate.server import Server
from danhba_host.secrecy_gate.settings import Settings
from danhba_host.secrecy_gate.store import Exempt, Incident
from tests.support.secrecy import ENVELOPE, SETTINGS, WORKER, answered, ask, asking

pytestmark = pytest.mark.clause("R7.1")


class Memory:
    """Records that last as long as the test."""

    def __init__(self) -> None:
        self.incidents: list[Incident] = []
        self.held: list[Exempt] = []
        self.asked: list[str] = []
        self.away = False

    def exceptions_of(self, sender: str) -> Sequence[Exempt]:
        if self.away:
            raise Away("away")
        self.asked.append(sender)
        return self.held

    def record(self, incident: Incident) -> None:
        if self.away:
            raise Away("away")
        self.incidents.append(incident)


class Running:
    """A gate that answers in a thread of its own."""

    def __init__(self, path: Path, settings: Settings, memory: Memory) -> None:
        self.path, self.memory, self.settings = path, memory, settings
        self.pool = Pool(WORKER, settings.workers, settings.worker_seconds)
        self.server = Server(Gate(settings, self.pool, memory))
        self.loop = asyncio.new_event_loop()

    def ask(self, message: bytes, **envelope: Any) -> dict[str, Any]:
        return ask(self.path, message, **envelope)

    def forget(self) -> None:
        """Begin with no records."""
        self.memory = self.server.gate.records = Memory()
        self.server.gate.deaths = Deaths()

    def wait(self) -> None:
        """Until all workers are there."""
        deadline = time.monotonic() + 60
        while self.pool._free.qsize() < self.settings.workers and time.monotonic() < deadline:
            time.sleep(0.02)

    def workers(self) -> list[int]:
        return [worker.process.pid for worker in self.pool._all]


@contextmanager
def running(folder: Path, **changed: Any) -> Iterator[Running]:
    made = Running(folder / "scan.sock", Settings(**{**SETTINGS, **changed}), Memory())
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(made.path))
    listener.listen(64)
    listener.setblocking(False)
    loop = made.loop
    stop: list[Callable[[], None]] = []
    loop.add_signal_handler = lambda _number, handler: stop.append(handler)  # type: ignore[method-assign, misc, assignment]

    async def serve() -> None:
        made.pool.start()
        try:
            await made.server.serve(listener)
        finally:
            await made.pool.end()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop[0])
        thread.join(20)
        loop.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Processes take their time to begin, so most tests ask one gate."""
    with running(tmp_path_factory.mktemp("gate")) as made:
        yield made


@pytest.fixture
def gate(shared: Running) -> Running:
    shared.forget()
    shared.wait()
    return shared


def test_clean_passes_and_leaves_no_trace(gate: Running) -> None:
    answer = gate.ask(b"Subject: x\n\nclean")
    assert (answer["action"], answer["verdict"], answer["text"], answer["header"]) == ("accept", "clean", "", [])
    assert gate.memory.incidents == []


def test_a_mark_is_refused_and_recorded_without_content(gate: Running) -> None:
    message = b"Subject: x\n\nMARK"
    answer = gate.ask(message)
    (incident,) = gate.memory.incidents
    assert (answer["action"], answer["verdict"], answer["reference"]) == ("reject", "marked", incident.reference)
    assert incident.reference in answer["text"]
    assert "TOI MAT" in answer["text"]
    assert "MẬT" not in str(answer)
    assert (incident.action, incident.level, incident.place) == ("refused", "toi-mat", "attachment")
    assert (incident.digest, incident.octets) == (hashlib.sha256(message).hexdigest(), len(message))
    assert incident.mail_from == incident.signed_in == ENVELOPE["sender"]
    assert "bí mật của tôi" not in str(incident)


@pytest.mark.parametrize("message", [b"MARK", b"LOCKED"])
@pytest.mark.parametrize("to", ["a@laocai.gov.vn", "a@example.org"])
def test_a_notice_brings_back_what_was_taken(gate: Running, message: bytes, to: str) -> None:
    """What came in unreadable, or went out by an exception, and could not be delivered."""
    notice: dict[str, Any] = {"sender": "", "user": "", "client": "127.0.0.1", "recipients": [to]}
    assert gate.ask(message, **notice)["action"] == "accept"
    assert gate.memory.incidents == []
    for other in ({"client": "192.0.2.1"}, {"sender": "b@laocai.gov.vn"}, {"user": "b@laocai.gov.vn/1"}):
        assert gate.ask(b"MARK", **(notice | other))["action"] == "reject"


def test_what_goes_to_nobody_is_a_question_of_the_operator_s(gate: Running) -> None:
    assert gate.ask(b"MARK", recipients=[])["action"] == "reject"
    assert gate.ask(b"clean", recipients=[])["action"] == "accept"
    assert gate.memory.incidents == []
    gate.memory.away = True
    assert gate.ask(b"clean", recipients=[])["action"] == "defer", "it says so where the database is away"


def test_unreadable_going_out_is_refused_and_coming_in_gets_a_header(gate: Running) -> None:
    refused = gate.ask(b"LOCKED")
    assert (refused["action"], refused["verdict"]) == ("reject", "unreadable")
    assert [incident.verdict for incident in gate.memory.incidents] == ["unreadable"]
    passed = gate.ask(b"LOCKED", user="", sender="ai@example.vn", recipients=["a@laocai.gov.vn"])
    assert (passed["action"], passed["header"][0]) == ("accept", "X-Danhba-Unreadable")
    assert len(gate.memory.incidents) == 1


def test_what_cannot_be_read_at_all_is_unreadable(gate: Running) -> None:
    assert gate.ask(b"RAISE")["verdict"] == "unreadable"


def test_the_database_away_means_later_and_no_incident_is_lost(
    gate: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    gate.memory.away = True
    answer = gate.ask(b"MARK")
    assert (answer["action"], answer["reason"]) == ("defer", "database")
    assert gate.ask(b"clean")["action"] == "accept", "what has no mark needs no database"
    gate.memory.away = False
    assert gate.ask(b"MARK")["action"] == "reject"
    assert len(gate.memory.incidents) == 1


@pytest.mark.parametrize("poison", [b"DIE", b"HANG"])
def test_a_message_that_kills_is_put_off_and_then_unreadable(gate: Running, poison: bytes) -> None:
    answers = [gate.ask(poison) for _ in range(3)]
    assert [answer["action"] for answer in answers] == ["defer", "defer", "reject"]
    assert [answer["reason"] for answer in answers] == ["died", "died", ""]
    assert answers[2]["verdict"] == "unreadable"
    assert gate.ask(b"clean")["action"] == "accept", "others go on"


def test_a_worker_killed_while_idle_is_no_message_s_fault(gate: Running) -> None:
    assert gate.ask(b"clean")["action"] == "accept"
    for pid in gate.workers():
        os.kill(pid, signal.SIGKILL)
    assert gate.ask(b"clean")["action"] == "accept"


def test_a_worker_killed_in_the_midst_is_replaced(gate: Running) -> None:
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(gate.ask, b"SLOW")
        time.sleep(0.3)
        for pid in gate.workers():
            os.kill(pid, signal.SIGKILL)
        assert slow.result()["action"] in {"defer", "accept"}
    assert gate.ask(b"SLOW")["action"] == "accept"


def test_too_many_at_once_are_told_to_come_back(gate: Running) -> None:
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(gate.ask, [b"SLOW %d" % number for number in range(20)]))
    actions = [answer["action"] for answer in answers]
    assert set(actions) == {"accept", "defer"}
    assert actions.count("accept") >= SETTINGS["workers"] + SETTINGS["waiting"]
    assert {answer["reason"] for answer in answers if answer["action"] == "defer"} == {"busy"}
    assert gate.ask(b"clean")["action"] == "accept"


def test_too_large_is_told_before_it_is_held(gate: Running) -> None:
    answer = gate.ask(b"x" * (SETTINGS["message_octets"] + 1))
    assert (answer["action"], answer["reason"]) == ("defer", "busy")


@pytest.mark.parametrize("wrong", [{"octets": -1}, {"recipients": "x"}, {"recipients": ["x" * HEAD_LIMIT]}])
def test_nonsense_gets_no_answer_and_does_no_harm(gate: Running, wrong: dict[str, Any]) -> None:
    with suppress(ConnectionError):  # of what is left unread, it is told so
        assert gate.ask(b"clean", **wrong) == {}
    assert gate.ask(b"clean")["action"] == "accept"


def test_one_that_breaks_off_does_no_harm(gate: Running) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(gate.path))
        connection.sendall(json.dumps({**ENVELOPE, "octets": 10_000}).encode() + b"\nx")
    assert gate.ask(b"clean")["action"] == "accept"


def attached(file: bytes, more: bytes = b"", text: str = "x") -> bytes:
    message = EmailMessage()
    message.set_content(text)
    message.add_attachment(file, maintype="application", subtype="pdf", filename="a.pdf", cte="8bit")
    if more:
        message.add_attachment(more, maintype="application", subtype="pdf", filename="b.pdf", cte="8bit")
    return message.as_bytes()


def exempt(file: bytes) -> Exempt:
    return Exempt("MARK-exception", [hashlib.sha256(file).hexdigest()])


FILE = b"%PDF MARK"


def test_an_exception_passes_what_it_names_and_is_recorded(gate: Running) -> None:
    gate.memory.held = [exempt(FILE), exempt(b"not in it")]
    answer = gate.ask(attached(FILE))
    (incident,) = gate.memory.incidents
    assert (answer["action"], answer["reason"], answer["reference"]) == ("accept", "exception", incident.reference)
    assert (incident.action, incident.exceptions) == ("passed", ["MARK-exception"])
    assert gate.memory.asked == [ENVELOPE["sender"]]


@pytest.mark.parametrize(
    "message",
    [
        attached(FILE + b" changed"),
        attached(FILE, b"%PDF MARK 2"),
        attached(FILE, b"LOCKED"),
        attached(FILE, text="MARK"),
    ],
)
def test_an_exception_covers_no_more_than_it_names(gate: Running, message: bytes) -> None:
    gate.memory.held = [exempt(FILE)]
    assert gate.ask(message)["action"] == "reject"
    assert gate.memory.incidents[0].exceptions == []


def test_nobody_passes_by_an_address_of_ours_without_signing_in(gate: Running) -> None:
    gate.memory.held = [exempt(FILE)]
    assert gate.ask(attached(FILE), user="")["action"] == "reject"
    assert gate.memory.asked == []


def test_what_was_begun_is_finished_when_it_ends(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        with running(tmp_path) as gate:
            gate.wait()
            slow = threads.submit(gate.ask, b"SLOW")
            while not slow.done() and gate.pool._free.qsize() == gate.settings.workers:
                time.sleep(0.01)
        assert slow.result()["action"] == "accept"


def test_what_comes_in_the_moment_of_the_end_is_answered(tmp_path: Path) -> None:
    """Connections and the word to end reach the event loop in one turn."""
    with ExitStack() as callers:
        with running(tmp_path) as gate:
            gate.wait()
            held = threading.Event()
            gate.loop.call_soon_threadsafe(held.wait, 20)
            asked = [callers.enter_context(asking(gate.path, b"nothing")) for _ in range(4)]
            # As soon as it has been told to end.
            threading.Timer(0.5, held.set).start()
        assert [answered(each).get("action") for each in asked] == ["accept"] * 4


def test_deaths_are_forgotten_from_the_oldest_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("danhba_host.secrecy_gate.gate.REMEMBERED", 2)
    deaths = Deaths()
    for digest in "abbc":
        deaths.add(digest)
    assert [deaths.count(digest) for digest in "abc"] == [0, 2, 1]


@pytest.mark.clause("R10.7")
@pytest.mark.parametrize(
    ("text", "queue_id", "told"),
    [
        (b"FILES", "4jbZ00000000001", True),
        (b"FILES LOCKED", "4jbZ00000000001", False),  # refused
        (b"FILES MARK", "4jbZ00000000001", False),
        (b"FILES", "", False),
        (b"nothing", "4jbZ00000000001", False),
    ],
)
def test_which_files_passed_is_told_the_journal(
    gate: Running, capfd: pytest.CaptureFixture[str], text: bytes, queue_id: str, told: bool
) -> None:
    ask(gate.path, text, queue_id=queue_id)
    said = capfd.readouterr().err
    assert (f"{queue_id}: files {'0' * 64} {'f' * 64}\n" in said) == told
    assert ("files" in said) == told
