"""A recall from end to end on a real host (R10.7): found wherever it lies, held, erased; nothing else is touched."""

from __future__ import annotations

import hashlib
import json
import poplib
import re
import secrets
import shlex
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.policy import compat32
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.support.demo_host import addresses
from tests.support.deployment import Deployment, PlaybookFailed, changed
from tests.support.editing import RegisterCopy
from tests.support.mail import compose
from tests.support.waiting import until

from .conftest import Official

CRLF = compat32.clone(linesep="\r\n")
RUN = secrets.token_hex(4)  # a host may be used again
NAME, ID, FORWARD = f"TH-{RUN}", f"<leaked-{RUN}@client>", f"<forward-{RUN}@phone>"
TEXT = f"{RUN}: kế hoạch trực của đơn vị trong các ngày nghỉ lễ, chỉ dùng trong nội bộ.\n"
FILE_OF_THE_SECRET, FILE = f"ke-hoach-{RUN}.bin", RUN.encode() * 200
FIND = {"purpose": "secret", "document": "12/QĐ-STTTT", "document_date": "2026-11-27", "message_id": ID}
# What takes mail for outside, and nothing of it is kept.
SINK = """
import socketserver
class Session(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda text: self.wfile.write(text.encode() + b"\\r\\n")
        say("220 sink")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"DATA"):
                say("354 go on")
                while self.rfile.readline() != b".\\r\\n":
                    pass
            say("221 bye" if line == b"QUIT" else "250 ok")
            if line == b"QUIT":
                return
socketserver.TCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", 2526), Session).serve_forever()
"""


class _Pop3(poplib.POP3_SSL):
    def __init__(self, mail: Deployment) -> None:
        self._mail = mail
        super().__init__(mail.server.address, context=mail.server.tls)

    def _create_socket(self, timeout: float) -> Any:
        assert timeout
        return self._mail.server.tls.wrap_socket(self._mail.server.connect(995), server_hostname=self._mail.server.name)


def message(sender: str, *recipients: str, text: str = TEXT, message_id: str = ID, secret: bool = True) -> Message:
    made = compose(sender, list(recipients), "Kế hoạch trực", text, (FILE_OF_THE_SECRET, FILE) if secret else None)
    made.replace_header("Message-ID", message_id)
    return made


def submit(mail: Deployment, sender: Official, made: Message, *recipients: str) -> None:
    with mail.server.submission(sender.address, sender.password) as client:
        client.sendmail(sender.address, list(recipients), made.as_bytes(policy=CRLF))


def append(mail: Deployment, owner: Official, folder: str, made: Message) -> None:
    with mail.server.imap(owner.address, owner.password) as client:
        client.append(folder, r"\Seen", None, made.as_bytes(policy=CRLF))


def files(mail: Deployment) -> dict[str, str]:
    """SHA-256 of each message file on the server by its unique name; flags and folders' new/ and cur/ are not in it.

    A file that goes while they are listed has them listed again: Dovecot ends what it was asked also for one who died.
    """
    command = "find /srv/vmail -path '*/cur/*' -o -path '*/new/*' | tr '\\n' '\\0' | xargs -0r sha256sum"
    listed = until(lambda: _all_of(mail.host.run(command, check=False)))
    return {Path(path).name.partition(":")[0]: digest for digest, path in map(_halves, listed.splitlines())}


def _all_of(done: subprocess.CompletedProcess[str]) -> str:
    return "" if done.returncode else done.stdout


def _halves(line: str) -> tuple[str, str]:
    digest, _, path = line.partition("  ")
    return digest, path


def ask(mail: Deployment, step: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The host's own program, without the way by Ansible."""
    request = json.dumps({"step": step, "recall": NAME, "actor": "test@e2e", **more})
    return mail.host.run(f"printf %s {shlex.quote(request)} | danhba-host recall", check=False, timeout=120)


def told(mail: Deployment, step: str, **more: Any) -> dict[str, Any]:
    done = ask(mail, step, **more)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def outside(mail: Deployment) -> Iterator[None]:
    """Somebody outside who takes mail, and another one whose server is away."""
    mail.host.run(f"cat > /run/sink.py <<'END'\n{SINK}\nEND\nsystemd-run --unit=sink /usr/bin/python3 /run/sink.py")
    maps = "inline:{ {taken.example=smtp:[127.0.0.1]:2526}, {away.example=smtp:[127.0.0.1]:2527} }"
    mail.host.run(f"postconf -e {shlex.quote('transport_maps=' + maps)} && postfix reload")
    yield
    mail.host.run("postconf -X transport_maps; postfix reload; systemctl stop sink; postsuper -d ALL")


@pytest.fixture(scope="module")
def keys(mail: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of two operators, whom the host knows."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("an", "binh"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    known = [f"{name} {' '.join((folder / f'{name}.pub').read_text().split()[:2])}" for name in ("an", "binh")]
    script = (
        "import json,sys; p='/etc/danhba/recall.json'; s=json.load(open(p)); s['operators']=json.loads(sys.argv[1])"
    )
    script += "; json.dump(s, open(p,'w'))"
    mail.host.run(f"python3 -c {shlex.quote(script)} {shlex.quote(json.dumps(known))}")
    return folder


def sign(keys: Path, name: str, papers: Path) -> None:
    words = ["ssh-keygen", "-Y", "sign", "-q", "-n", "danhba-recall", "-f", str(keys / name)]
    with (papers / "plan.sha256").open("rb") as plan, (papers / f"{name}.sig").open("wb") as signature:
        subprocess.run(words, stdin=plan, stdout=signature, check=True)


@dataclass
class Leak:
    """What was leaked: who has it, which files there were before, and which came with it; where its papers are."""

    sender: Official
    inbox: Official
    subfolder: Official
    pop3: Official
    inside: Official
    renamed: Official
    papers: Path
    before: dict[str, str] = field(default_factory=dict)
    came: set[str] = field(default_factory=set)
    digest: str = ""

    @property
    def owners(self) -> tuple[Official, ...]:
        """Everybody who has it."""
        return self.sender, self.inbox, self.subfolder, self.pop3, self.inside, self.renamed


@pytest.fixture(scope="module")
def renamed(mail: Deployment, register: RegisterCopy) -> tuple[Official, str]:
    """Somebody with a new address, and the old one, at which there is mail still."""
    listed = addresses(register)
    people = {item["id"]: item for item in listed if item["kind"] == "official" and item["state"] == "open"}
    old = next(item for item in listed if item["state"] == "forwarding" and item["id"] in people)
    item = people[old["id"]]
    owner = Official(item["id"], item["agency"], item["name"], item["address"], mail.choose(item["address"]))
    return owner, old["address"]


@pytest.fixture(scope="module")
def leak(mail: Deployment, officials: list[Official], renamed: tuple[Official, str], keys: Path, outside: None) -> Leak:
    assert keys.is_dir()
    sender, inbox, subfolder, pop3, inside = officials[:5]
    leak = Leak(sender, inbox, subfolder, pop3, inside, renamed[0], mail.private / "recalls" / NAME)
    for owner in (leak.inbox, leak.inside):
        other = message(owner.address, owner.address, message_id="<other@x>", text="Thư khác.\n", secret=False)
        append(mail, owner, "INBOX", other)
    leak.before = files(mail)
    leaked = message(leak.sender.address, leak.inbox.address, leak.subfolder.address, leak.pop3.address)
    receivers = [*(each.address for each in (leak.inbox, leak.subfolder, leak.pop3)), renamed[1]]
    submit(mail, leak.sender, leaked, *receivers, "x@taken.example", "y@away.example")
    append(mail, leak.sender, "Sent", leaked)
    for owner in (leak.inbox, leak.subfolder, leak.pop3, leak.renamed):
        mail.server.wait_for(owner.address, owner.password, ID)
    _move(mail, leak.subfolder, "Viec/Nam")
    with mail.server.imap(leak.subfolder.address, leak.subfolder.password) as client:
        client.select("Viec/Nam")
        client.fetch("1", "(BODY[])")
    _fetch_by_pop3(mail, leak.pop3)
    forward = message(leak.inbox.address, leak.inside.address, text="Xem nhé.\n", message_id=FORWARD)
    submit(mail, leak.inbox, forward, leak.inside.address)
    mail.server.wait_for(leak.inside.address, leak.inside.password, FORWARD)
    # Another message under the same forged id, which is nobody's secret.
    bystander = message(leak.sender.address, leak.inbox.address, text="Thư vô can mang mã giả.\n" * 5, secret=False)
    submit(mail, leak.sender, bystander, leak.inbox.address)
    until(lambda: _with_the_id(mail, leak.inbox) == 2)
    leak.came = set(files(mail)) - set(leak.before)
    return leak


def _move(mail: Deployment, owner: Official, folder: str) -> None:
    with mail.server.imap(owner.address, owner.password) as client:
        client.create(folder)
        client.select()
        (number,) = client.search(None, f'HEADER Message-ID "{ID}"')[1][0].decode().split()
        client._simple_command("MOVE", number, folder)  # imaplib has no method for it


def _fetch_by_pop3(mail: Deployment, owner: Official) -> None:
    session = _Pop3(mail)
    session.user(owner.address)
    session.pass_(owner.password)
    session.retr(len(session.list()[1]))
    session.quit()


def _with_the_id(mail: Deployment, owner: Official) -> int:
    return len([one for one in mail.server.inbox(owner.address, owner.password) if one["Message-ID"] == ID])


def play(mail: Deployment, step: str, *options: str, **more: Any) -> str:
    """A step by the playbook, as an operator runs it."""
    variables: dict[str, Any] = {"step": step, "recall": NAME, **(FIND if step == "find" else {}), **more}
    return mail.play("recall", *options, **variables)


def found(mail: Deployment, **more: Any) -> dict[str, Any]:
    """What `find` would answer, without noting it."""
    return told(mail, "find", **FIND, dry_run=True, **more)


def _choices(mail: Deployment) -> list[dict[str, Any]]:
    """Both messages, as soon as the collector has told of all five copies of the one."""
    done = ask(mail, "find", **FIND, dry_run=True)
    choices: list[dict[str, Any]] = [] if done.returncode else json.loads(done.stdout).get("choices", [])
    return choices if sorted(each["copies"] for each in choices) == [1, 5] else []


def test_two_messages_with_one_forged_id_are_shown(mail: Deployment, leak: Leak) -> None:
    choices = until(lambda: _choices(mail))
    with pytest.raises(PlaybookFailed) as several:
        play(mail, "find")
    assert "2 thư khác nhau khớp" in several.value.output
    leak.digest = max(choices, key=lambda each: int(each["copies"]))["digest"]
    assert not leak.papers.exists()


@pytest.mark.clause("R10.7", "R10.8")
def test_found_wherever_it_lies(mail: Deployment, leak: Leak, story: Callable[[], None]) -> None:
    story()
    until(lambda: {"pop3", "imap"} <= set(_ways(found(mail, digests=[leak.digest]))))
    until(lambda: len(found(mail, digests=[leak.digest])["plan"]["copies"]) == 6)
    until(lambda: len(found(mail, digests=[leak.digest])["report"]["outside"]) == 1)
    assert changed(play(mail, "find", digest=leak.digest)) > 0
    answer = json.loads((leak.papers / "bao-cao.json").read_text(encoding="utf-8"))
    assert {(each["address"], each["folder"], each["relation"]) for each in answer["copies"]} == {
        (leak.sender.address, "Sent", "copy"),
        (leak.inbox.address, "INBOX", "copy"),
        (leak.subfolder.address, "Viec/Nam", "copy"),
        (leak.pop3.address, "INBOX", "copy"),
        (leak.renamed.address, "INBOX", "copy"),
        (leak.inside.address, "INBOX", "carrier"),
        (leak.inbox.address, "INBOX", "namesake"),
    }
    assert [each["relation"] for each in answer["plan"]["left"]] == ["namesake"]
    assert [each["recipients"] for each in answer["queue"]] == [["y@away.example"]]
    assert [each["recipient"] for each in answer["report"]["outside"]] == ["x@taken.example"]
    reads = {(each["protocol"], each["mailbox"]) for each in answer["report"]["reads"]}
    assert reads >= {("pop3", f"official/{leak.pop3.id}"), ("imap", f"official/{leak.subfolder.id}")}
    report = " ".join(" ".join(page.extract_text() for page in PdfReader(leak.papers / "bao-cao.pdf").pages).split())
    assert "Kính gửi: Thủ trưởng" in report
    assert "Kế hoạch trực" not in report


@pytest.mark.clause("R10.7", "R10.8")
def test_its_file_alone_says_where_it_is(mail: Deployment, leak: Leak, story: Callable[[], None]) -> None:
    story()
    file = {"message_id": "", "sha256": hashlib.sha256(FILE).hexdigest(), "recall": f"{NAME}-tep"}
    answer = told(mail, "find", **(FIND | file), dry_run=True)
    assert len(answer["plan"]["copies"]) == 6
    assert {each["address"] for each in answer["copies"]} == {owner.address for owner in leak.owners}


@pytest.mark.clause("R10.7")
def test_its_sender_time_and_subject_say_which_it_is(mail: Deployment, leak: Leak, story: Callable[[], None]) -> None:
    story()
    hour, now = timedelta(hours=1), datetime.now(UTC)
    when = {"sent_since": (now - hour).isoformat(), "sent_until": (now + hour).isoformat()}
    asked = {"message_id": "", "recall": f"{NAME}-de", "sender": leak.sender.address, "digests": [leak.digest], **when}
    answer = told(mail, "find", **(FIND | asked), subject="KẾ HOẠCH TRỰC", dry_run=True)
    assert answer["plan"]["message_id"] == ID
    refused = ask(mail, "find", **(FIND | asked), subject="Kinh phí", dry_run=True)
    assert "leave subject out" in refused.stderr


def test_held_also_where_it_was_killed_in_between(mail: Deployment, leak: Leak, story: Callable[[], None]) -> None:
    story()
    _killed_in_between(mail)
    now = files(mail)
    in_hold = int(mail.host.run("find /var/lib/danhba-recall -type f ! -name '*.new' | wc -l").stdout)
    assert len([name for name in leak.came if name in now]) + in_hold >= len(leak.came)
    with _written_to(mail, leak.inbox) as written:
        play(mail, "hold")
    assert changed(play(mail, "hold")) == 0
    assert told(mail, "hold")["counts"]["held"] == 7
    assert written, "its owner wrote while it was held"
    kept = {str(each["Message-ID"]) for each in mail.server.inbox(leak.inbox.address, leak.inbox.password)}
    assert kept >= set(written)
    for owner in leak.owners:
        for folder in ("INBOX", "Sent"):
            assert FILE_OF_THE_SECRET not in _texts(mail, owner, folder)
    assert mail.host.run("postqueue -j | grep -c '\"hold\"'", check=False).stdout.strip() == "1"


def test_erased_when_two_have_signed(mail: Deployment, leak: Leak, keys: Path, story: Callable[[], None]) -> None:
    story()
    sign(keys, "an", leak.papers)
    with pytest.raises(PlaybookFailed) as alone:
        play(mail, "erase")
    assert "cần chữ ký của 2 người" in alone.value.output
    sign(keys, "binh", leak.papers)
    play(mail, "erase", "--check")
    assert told(mail, "hold")["counts"]["held"] == 7
    play(mail, "erase")
    assert mail.host.run("find /var/lib/danhba-recall -mindepth 1").stdout == ""
    assert mail.host.run("postqueue -j").stdout == ""


def test_all_other_mail_is_there_to_the_octet(mail: Deployment, leak: Leak, story: Callable[[], None]) -> None:
    story()
    after = files(mail)
    assert {name: after.get(name) for name in leak.before} == leak.before
    assert len(set(after) & leak.came) == 1  # the one with the forged id
    assert _with_the_id(mail, leak.inbox) == 1
    remembered = "find /srv/vmail -name dovecot.index.cache -print0 | xargs -0 grep -lF forward-" + RUN
    assert mail.host.run(remembered, check=False).stdout == ""


def test_what_was_done_is_on_record(mail: Deployment, leak: Leak, story: Callable[[], None]) -> None:
    story()
    play(mail, "record")
    assert changed(play(mail, "record")) == 0
    (record,) = leak.papers.glob("bien-ban-*.json")
    body = json.loads(record.read_text(encoding="utf-8"))
    assert {name for step in body["steps"] for name in step["detail"].get("signed", [])} == {"an", "binh"}
    assert {each["state"] for each in (*body["copies"], *body["queue"])} == {"erased", "left"}


def _texts(mail: Deployment, owner: Official, folder: str) -> str:
    """What the owner sees."""
    return " ".join(one.as_string() for one in mail.server.inbox(owner.address, owner.password, folder))


def _ways(answer: dict[str, Any]) -> set[str]:
    return {each["protocol"] for each in answer["report"]["reads"]}


@contextmanager
def _written_to(mail: Deployment, owner: Official) -> Iterator[list[str]]:
    """While its owner puts message after message into the mailbox; their ids."""
    written: list[str] = []
    over = threading.Event()

    def write() -> None:
        while not over.wait(0.2):
            name = f"<{secrets.token_hex(8)}@phone>"
            other = message(owner.address, owner.address, message_id=name, text="Nháp.\n", secret=False)
            append(mail, owner, "INBOX", other)
            written.append(name)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        over.set()
        thread.join()


def _killed_in_between(mail: Deployment) -> None:
    """Kill the program as soon as the first message is held."""
    request = json.dumps({"step": "hold", "recall": NAME, "actor": "test@e2e"})
    mail.host.run(
        f"printf %s {shlex.quote(request)} | danhba-host recall >/dev/null & "
        "for n in $(seq 3000); do ls /var/lib/danhba-recall/ 2>/dev/null | grep -q . && break; sleep 0.01; done; "
        "for pid in $(pgrep -f 'danhba_host[.]recall'); do kill -9 $pid; done; wait",
        check=False,
    )
    assert re.search(r"\w", mail.host.run("ls -A /var/lib/danhba-recall").stdout)


LIKE = f"<like-{RUN}@client>"
LONG = (
    f"{RUN}: danh sách người được giao giữ con dấu và khóa của kho lưu trữ cơ quan trong quý tới.\n"
    "Mỗi phòng cử một người chính và một người thay, báo về văn phòng trước ngày hai mươi hằng tháng.\n"
    "Người giữ khóa không giao lại cho người khác khi chưa lập biên bản có chữ ký của thủ trưởng.\n"
)


@pytest.mark.clause("R10.7")
def test_what_people_made_of_it_is_found_by_its_text(mail: Deployment, leak: Leak, keys: Path) -> None:
    """Changed under its id, quoted in a reply, stored again under another id, and in the mailbox of a bystander."""
    sender, reader, bystander = leak.sender, leak.inbox, leak.pop3

    def write(text: str, message_id: str, owner: Official = sender) -> Message:
        return message(owner.address, reader.address, text=text, message_id=message_id, secret=False)

    submit(mail, sender, write(LONG, LIKE), reader.address)
    mail.server.wait_for(reader.address, reader.password, LIKE)
    append(mail, reader, "Archive", write(LONG.replace("hai mươi", "mười lăm"), LIKE))
    append(mail, reader, "Archive", write(LONG, f"<again-{RUN}@phone>"))
    quoted = "".join(f"> {line}\n" for line in LONG.splitlines())
    reply = write(f"Đã nhận và sẽ làm theo như vậy.\n\n{quoted}", f"<reply-{RUN}@client>", reader)
    append(mail, reader, "Sent", reply)
    append(mail, bystander, "Archive", write(LONG, f"<usb-{RUN}@home>"))
    asked = {**FIND, "message_id": LIKE, "recall": f"{NAME}-giong"}

    def kinds(**more: Any) -> list[tuple[str, str]]:
        answer = told(mail, "find", **asked, **more)
        own = [each for each in answer["copies"] if RUN in each["message_id"]]  # a host may be used again
        return sorted((each["relation"], each["state"]) for each in own)

    # The collector of events has to tell of it first.
    until(lambda: ask(mail, "find", **asked, dry_run=True).returncode == 0)
    until(lambda: len(kinds(dry_run=True)) == 4)
    here = [("changed", "found"), ("copy", "found"), ("twin", "found"), ("whole", "left")]
    assert kinds() == here
    assert kinds(all_mailboxes=True) == sorted([*here, ("twin", "found")])
    told(mail, "hold", recall=asked["recall"])
    assert RUN not in _texts(mail, bystander, "Archive")
    assert f"<reply-{RUN}@client>" in _texts(mail, reader, "Sent")
    told(mail, "release", recall=asked["recall"])
    assert keys
