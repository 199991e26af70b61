"""Each part of the host stopped, hung or full under a load of mail: nothing unscanned, lost, twice or untold.

What was sent is delivered, refused, queued, or its sender was told to wait; and who was told so sends again.
"""

from __future__ import annotations

import re
import secrets
import shlex
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.policy import SMTP

import pytest

from tests.support.deployment import Deployment
from tests.support.gate import EICAR, STRANGER, Said, hand_in, letter

from .conftest import Official

DOMAIN = "failures.example"  # of the message ids of this file
LUA = "/etc/rspamd/lua.local.d/danhba-clamav.lua"
CLAMD = "clamav-daemon.socket clamav-daemon.service"
CLUSTER, DATA = "postgresql@17-main", "/var/lib/postgresql/17/main"
SPOOL, QUEUES = "/var/spool/postfix", "active bounce corrupt defer deferred flush hold incoming maildrop saved trace"
# A server of databases that mends itself does not start again, so nobody tells those who hold its old connections.
ASIDE, FRESH = "/srv/aside", "systemctl reload postfix dovecot"
NOT_SIGNED_IN = 535
TAKEN, WAITS, EITHER = {250}, range(400, 500), {250, *range(400, 500)}
CLEAN, INFECTED, MARKED = "clean", "infected", "marked"
KINDS = (CLEAN, INFECTED, CLEAN, MARKED)
SECONDS = 180  # until all is as before


@dataclass(frozen=True)
class Part:
    """How a part is taken away and brought back, and what a clean message is told meanwhile by 25 and by 465.

    ``before`` prepares it while nothing goes on, ``after`` tidies up once all has been delivered; ``{home}`` is where
    the reader's mail lies.
    """

    stop: str
    start: str
    outside: Container[int] = WAITS
    signed_in: Container[int] = WAITS
    before: str = ""
    after: str = ""
    # How often a message may arrive: whoever is cut off between storing one and saying so is given it again (RFC 1047).
    most: int = 1


def _stopped(units: str, outside: Container[int] = WAITS, signed_in: Container[int] = WAITS, *, most: int = 1) -> Part:
    return Part(f"systemctl stop {units}", f"systemctl start {units}", outside, signed_in, most=most)


def _hung(unit: str, outside: Container[int] = WAITS, signed_in: Container[int] = WAITS) -> Part:
    words = f"systemctl kill --signal={{}} {unit}"
    return Part(words.format("STOP"), words.format("CONT"), outside, signed_in)


PARTS = {
    "database": _stopped(CLUSTER, signed_in={421, 451}),
    # Nobody can say whether a mailbox has room that the database knows nothing of yet.
    # And Dovecot ends its deliveries when it is told to stop, also one that has stored the message.
    "dovecot": _stopped("dovecot", outside=EITHER, most=2),
    "rspamd": _stopped("rspamd"),
    "rspamd-hung": _hung("rspamd"),
    "clamd": _stopped(CLAMD),
    "clamd-hung": _hung("clamav-daemon"),
    "clamd-without-signatures": Part(
        "mv /var/lib/clamav /var/lib/clamav.away; mkdir /var/lib/clamav; systemctl restart clamav-daemon",
        "rm -r /var/lib/clamav; mv /var/lib/clamav.away /var/lib/clamav; systemctl restart clamav-daemon",
    ),
    "valkey": _stopped("valkey-server", TAKEN, TAKEN),
    "valkey-hung": _hung("valkey-server", TAKEN, TAKEN),
    "secrecy": _stopped("danhba-secrecy.socket danhba-secrecy.service"),
    "secrecy-hung": _hung("danhba-secrecy"),
    "credentials": _stopped("danhba-credentials.socket danhba-credentials.service", TAKEN, EITHER),
    "slapd": _stopped("slapd", TAKEN, TAKEN),
    "events": _stopped("danhba-events", TAKEN, TAKEN),
    # What waits for answers that do not come may be longer than Postfix has patience here.
    "names": _stopped("unbound", EITHER, EITHER),
    # As on a host with one small disk: the part lies on a file system of its own, which something else then fills.
    "full-database": Part(
        f"cat /dev/zero > {ASIDE}/filler || true",
        f"rm {ASIDE}/filler; timeout 60 sh -c 'until pg_isready -q; do sleep 0.5; done'; {FRESH}",
        EITHER,
        EITHER,
        before=f"""
        systemctl stop {CLUSTER} && mkdir -p {ASIDE} && size=$(du -sm {DATA} | cut -f1)
        mount -t tmpfs -o size=$((size + 64))m,mode=700,uid=postgres,gid=postgres tmpfs {ASIDE}
        cp -a {DATA}/. {ASIDE}/ && mount --bind {ASIDE} {DATA} && systemctl start {CLUSTER}
        """,
        after=f"""
        systemctl stop {CLUSTER} && umount {DATA} && find {DATA} -mindepth 1 -delete && cp -a {ASIDE}/. {DATA}/
        umount {ASIDE} && rmdir {ASIDE} && systemctl start {CLUSTER}; {FRESH}
        """,
    ),
    "full-queue": Part(
        f"cat /dev/zero > {SPOOL}/filler || true",
        f"rm {SPOOL}/filler",
        before=f"""
        systemctl stop postfix && mkdir -p {ASIDE} && mount --bind {SPOOL} {ASIDE}
        mount --make-private {ASIDE}  # or what is mounted over the queue would lie here, too
        mount -t tmpfs -o size=256m,mode=755 tmpfs {SPOOL}
        for folder in $(ls {ASIDE}); do
          mkdir {SPOOL}/$folder && chown --reference={ASIDE}/$folder {SPOOL}/$folder
          chmod --reference={ASIDE}/$folder {SPOOL}/$folder
          case " {QUEUES} " in *" $folder "*) ;; *) mount --rbind {ASIDE}/$folder {SPOOL}/$folder ;; esac
        done
        systemctl start postfix
        """,
        after=f"""
        systemctl stop postfix && umount -R {SPOOL} && umount {ASIDE} && rmdir {ASIDE} && systemctl start postfix
        """,
    ),
    "full-mailboxes": Part(
        # Full before it is there: what still found room would end with it.
        f"mkdir -p {ASIDE}; mount -t tmpfs -o size=64k,mode=700,uid=vmail,gid=vmail tmpfs {ASIDE};"
        f" cat /dev/zero > {ASIDE}/filler; mount --bind {ASIDE} {{home}}",
        f"umount {{home}}; umount {ASIDE}; rmdir {ASIDE}",
        EITHER,
        EITHER,
        # Another file system under a delivery, where Dovecot has stored the message and not yet noted its number.
        most=2,
    ),
}
RESTARTS = (
    "reload clamav-daemon",
    "reload rspamd",
    "restart clamav-daemon",
    "kill --signal=KILL rspamd",
    "restart valkey-server",
    "restart danhba-secrecy",
    "kill --signal=KILL danhba-events",
)


@dataclass(frozen=True)
class Letter:
    """A message of the load: by 465 where it has a password, else by 25."""

    message_id: str
    kind: str
    octets: bytes
    recipient: str
    sender: str = STRANGER
    password: str = ""

    def send(self, mail: Deployment) -> Said:
        return hand_in(mail, self.octets, self.recipient, self.sender, self.password)


def load(name: str, sender: Official, reader: Official) -> list[Letter]:
    """Messages of each kind by both ways, each with octets of its own."""
    return [
        Letter(message_id, kind, write(kind, message_id, origin[0], reader.address), reader.address, *origin)
        for origin in ((STRANGER,), (sender.address, sender.password))
        for number, kind in enumerate(KINDS)
        for message_id in (f"<{name}.{number}.{len(origin)}.{secrets.token_hex(4)}@{DOMAIN}>",)
    ]


def write(kind: str, message_id: str, sender: str, recipient: str) -> bytes:
    """A message as it goes over the wire."""
    text = "ỦY BAN NHÂN DÂN\n\nTỐI MẬT\n\nKế hoạch\n" if kind == MARKED else "Trân trọng mời họp.\n"
    files = {"tep.bin": EICAR if kind == INFECTED else message_id.encode()}
    message = letter(recipient, text=text, files=files)
    message.replace_header("From", sender)
    message.replace_header("Message-ID", message_id)
    return message.as_bytes(policy=SMTP)


@pytest.fixture(scope="module")
def sent() -> list[Letter]:
    """All that was sent in this file."""
    return []


@pytest.fixture(scope="module", autouse=True)
def _impatient(mail: Deployment) -> Iterator[None]:
    """The gate gives clamd three seconds in place of 45, and Postfix the gate six, so that the tests need not wait."""
    mail.host.run(f"cp -p {LUA} /root/danhba-clamav.lua && sed -i 's/^local SECONDS = .*/local SECONDS = 3.0/' {LUA}")
    mail.host.run("cp -p /etc/postfix/main.cf /root/main.cf")
    # All of the load comes from one address.
    settings = "milter_content_timeout=6s milter_command_timeout=6s smtpd_client_event_limit_exceptions=static:all"
    mail.host.run(f"postconf {settings} && systemctl reload postfix")
    mail.host.run("systemctl restart rspamd")
    wait(mail)
    yield
    mail.host.run(f"cp -p /root/danhba-clamav.lua {LUA} && rm /root/danhba-clamav.lua && systemctl restart rspamd")
    mail.host.run("mv /root/main.cf /etc/postfix/main.cf && systemctl reload postfix")


def wait(mail: Deployment) -> None:
    """Until the gate answers again."""
    asked = "runuser -u danhba-learn -- rspamc -h /run/rspamd/controller.sock stat"
    mail.host.run(f"timeout 60 sh -c 'until {asked}; do sleep 0.5; done'", timeout=70)
    mail.host.run(f"timeout 60 sh -c 'until test -S {SPOOL}/rspamd/milter.sock; do sleep 0.2; done'")


@contextmanager
def away(mail: Deployment, part: Part, home: str) -> Iterator[None]:
    """Without a part, whatever happens meanwhile."""
    mail.host.run(part.stop.replace("{home}", home), timeout=120)
    try:
        yield
    finally:
        mail.host.run(part.start.replace("{home}", home), timeout=120)


def at_once(mail: Deployment, letters: Iterable[Letter]) -> dict[Letter, Said]:
    """Hand them in side by side, and what each is told."""
    letters = list(letters)
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(letters, pool.map(lambda one: one.send(mail), letters), strict=True))


def insist(mail: Deployment, told: dict[Letter, Said]) -> dict[Letter, Said]:
    """Who was told to wait sends again, until nobody is; what each was told at last.

    Until Dovecot has connected anew, who signs in hears that a right password is wrong (role database), and signs in
    again.
    """
    deadline = time.monotonic() + SECONDS
    while waiting := [one for one, said in told.items() if said.waits or said.code == NOT_SIGNED_IN]:
        assert time.monotonic() < deadline, {one.message_id: told[one] for one in waiting}
        time.sleep(0.5)  # on a quick machine they would else send more than they may in an hour
        told = told | at_once(mail, waiting)
    return told


def check_last(told: dict[Letter, Said]) -> None:
    """Clean messages are taken, the others refused for what they are."""
    for one, said in told.items():
        assert (said.code == 250) == (one.kind == CLEAN), (one.message_id, said)
        assert ("vi-rut" in said.text) == (one.kind == INFECTED), (one.message_id, said)
        assert ("khoan 1 Dieu 7" in said.text) == (one.kind == MARKED), (one.message_id, said)


def stored(mail: Deployment) -> Counter[str]:
    """How often each message of this file is in any folder of any mailbox."""
    found = mail.host.run(f"grep -rhaoi '^Message-ID: <[^>]*@{DOMAIN}>' /srv/vmail", check=False).stdout
    return Counter(re.findall(r"<[^>]*>", found))


def check_delivered(mail: Deployment, letters: Iterable[Letter], most: int = 1) -> None:
    """Clean messages once each, or `most` times, all others nowhere, and nothing is left in the queue."""
    empty = "postqueue -f; for n in 1 2 3 4; do test $(postqueue -j | wc -l) = 0 && exit; sleep 0.5; done; false"
    until = f"timeout {SECONDS} sh -c {shlex.quote(f'until ({empty}); do :; done')}"
    mail.host.run(until, check=False, timeout=SECONDS + 10)
    assert mail.host.run("postqueue -j").stdout == ""
    there = stored(mail)
    times = {one.message_id: range(1, most + 1) if one.kind == CLEAN else [0] for one in letters}
    assert {name: there[name] for name, right in times.items() if there[name] not in right} == {}


@pytest.mark.clause("R10.6", "R7.1", "R7.2")
@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_away(mail: Deployment, officials: list[Official], sent: list[Letter], name: str) -> None:
    part, number = PARTS[name], list(PARTS).index(name)
    sender, reader = (officials[(number + step) % len(officials)] for step in (0, 1))
    midst, later = (load(name, sender, reader) for _time in range(2))
    sent += midst + later
    mail.host.run(part.before, timeout=120)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(at_once, mail, midst)
        with away(mail, part, f"/srv/vmail/official/{reader.id}"):
            told = at_once(mail, later)
    for one, said in told.items():
        expected = part.signed_in if one.password else part.outside
        assert (said.code in expected) if one.kind == CLEAN else said.code != 250, (one.message_id, said)
        assert said.waits or said.code == 250 or one.kind != CLEAN, (one.message_id, said)
    told = insist(mail, told | running.result())
    check_last(told)
    check_delivered(mail, told, part.most)
    mail.host.run(part.after, timeout=120)


@pytest.mark.clause("R10.6")
def test_parts_are_started_again_and_read_anew_under_load(
    mail: Deployment, officials: list[Official], sent: list[Letter]
) -> None:
    letters = [one for _time in range(6) for one in load("restarts", *officials[:2])]
    sent += letters
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(at_once, mail, letters)
        for what in RESTARTS:
            mail.host.run(f"systemctl {what}")
        told = running.result()
    told = insist(mail, told)
    check_last(told)
    check_delivered(mail, told)


def counted(mail: Deployment) -> Counter[tuple[str, str]]:
    """How many events of each kind there are of each message of this file."""
    query = (
        "SELECT one.message_id, event, count(DISTINCT (e.at, e.source, e.position)) FROM events.event AS e JOIN ("
        f"SELECT DISTINCT message_id, queue_id FROM events.event WHERE message_id LIKE '%@{DOMAIN}>') AS one"
        " ON e.queue_id = one.queue_id OR e.message_id = one.message_id GROUP BY 1, 2"
    )
    rows = mail.host.run(f"runuser -u postgres -- psql -qAt danhba -c {shlex.quote(query)}").stdout.splitlines()
    return Counter({(message_id, event): int(count) for message_id, event, count in (row.split("|") for row in rows)})


@pytest.mark.clause("R7.2")
def test_no_event_is_missing_and_none_is_there_twice(mail: Deployment, sent: list[Letter]) -> None:
    """Each clean message of this file was received and delivered once, and each other one refused."""
    wanted = {(one.message_id, event): 1 for one in sent if one.kind == CLEAN for event in ("received", "delivered")}
    refused = {one.message_id for one in sent if one.kind != CLEAN}
    deadline = time.monotonic() + SECONDS
    while True:
        found = counted(mail)
        wrong = {key: found[key] for key in wanted if found[key] != 1}
        silent = {one for one in refused if not found[one, "refused"]}
        if not wrong and not silent:
            break
        assert time.monotonic() < deadline, (wrong, silent)
        time.sleep(1)
    assert not {one for one in refused if found[one, "received"] or found[one, "delivered"]}
