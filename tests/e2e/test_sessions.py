"""Many mail programs at once (R9.2): what is full says so and ends nobody, idle sessions wake, a reload keeps them."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from tests.lab import Lab
from tests.support.demo_host import AGAIN
from tests.support.deployment import FQDN, Deployment, PlaybookFailed
from tests.support.mail import compose
from tests.support.sessions import Session, count_open, inotify_for, open_all
from tests.support.webmail import Webmail

from .conftest import Official

SESSIONS, SLEEP = 20, 2
EACH = 5  # sessions of one mailbox, so that they are of several
GREEDY = 8  # what one mailbox may have from one address
OPEN = 12  # connections of one address that is not one of the tests' own
GREEDY_ADDRESS = "10.233.0.239"

pytestmark = [pytest.mark.clause("R9.2"), pytest.mark.long]


@pytest.fixture(scope="module", autouse=True)
def small(mail: Deployment) -> Iterator[None]:
    """A server that is full early, where sessions fall asleep soon."""
    mail.play(
        "site",
        *("--tags", "settings"),
        capacity_sessions=SESSIONS,
        dovecot_hibernate_seconds=SLEEP,
        dovecot_user_connections=GREEDY,
        base_firewall_connections=OPEN,
        base_firewall_unlimited=["10.233.0.1/32"],
    )
    with inotify_for(SESSIONS):
        yield
    if AGAIN:  # else the host ends with these tests
        mail.play("site", "--tags", "settings")


@pytest.fixture
def users(officials: list[Official]) -> Iterator[tuple[str, str]]:
    """Addresses and passwords without end, each `EACH` times in turn."""
    return itertools.chain.from_iterable([(user.address, user.password)] * EACH for user in itertools.cycle(officials))


@contextmanager
def closed(sessions: Sequence[Session]) -> Iterator[None]:
    """Whatever happens, they are not in the way of the next test."""
    try:
        yield
    finally:
        for session in sessions:
            session.close()


async def open_some(mail: Deployment, users: Iterator[tuple[str, str]], count: int) -> list[Session]:
    """So many sessions, none of which was refused. The places of an earlier test may not be free at once."""
    opened: list[Session] = []
    for user in itertools.islice(users, count):
        for _attempt in range(20):
            more, refusals = await open_all(mail.server, [user])
            opened += more
            if more:
                break
            await asyncio.sleep(0.5)
        else:
            pytest.fail(f"{user[0]}: {refusals}")
    return opened


def deaths(mail: Deployment) -> str:
    """What the journal has of programs of Dovecot that died."""
    return mail.host.run(
        "journalctl -u dovecot --no-pager -o cat | grep -E 'Panic:|Fatal:|killed with signal (6|9|11)' || true"
    ).stdout


def count_sleepers(mail: Deployment) -> int:
    """How many sessions have no process of their own but wait in the one for all that sleep."""
    limit = int(mail.host.run("doveconf -h service/imap-hibernate/client_limit").stdout)
    listed = mail.host.run("doveadm process status imap-hibernate").stdout
    return sum(limit - int(free) for free in re.findall(r"^imap-hibernate +\d+ +(\d+)", listed, re.MULTILINE))


def wait_for_sleep(mail: Deployment, count: int) -> None:
    deadline = time.monotonic() + SLEEP + 20
    while count_sleepers(mail) != count:
        assert time.monotonic() < deadline, mail.host.run("doveadm process status").stdout
        time.sleep(0.3)


def send(mail: Deployment, sender: Official, recipient: Official) -> None:
    message = compose(sender.address, [recipient.address], "Mời họp", "Nội dung.")
    with mail.server.submission(sender.address, sender.password) as smtp:
        smtp.send_message(message)


def test_one_too_many_ends_nobody(mail: Deployment, users: Iterator[tuple[str, str]]) -> None:
    async def story() -> list[str]:
        held = await open_some(mail, users, SESSIONS)
        with closed(held):
            late, refusals = await open_all(mail.server, itertools.islice(users, 5))
            with closed(late):
                assert not late
            assert await count_open(held) == SESSIONS
        return refusals

    refusals = asyncio.run(story())
    assert len(refusals) == 5
    assert all(said.startswith("* BYE [UNAVAILABLE] May chu thu da du so phien") for said in refusals)
    journal = mail.host.run("journalctl -u danhba-session-refusal -n 20 --no-pager -o cat").stdout
    assert f"đủ {SESSIONS} phiên: đã từ chối" in journal
    assert deaths(mail) == ""


@pytest.mark.parametrize(
    ("protocol", "port", "words"),
    [
        ("pop3", 995, "-ERR [SYS/TEMP] May chu thu da du so phien"),
        ("sieve", 4190, 'BYE (TRYLATER) "Máy chủ thư đã đủ số phiên'),
    ],
)
def test_the_others_are_told_in_the_words_of_their_protocol(
    mail: Deployment, protocol: str, port: int, words: str
) -> None:
    most = int(
        mail.host.run(f"nft list chain inet danhba full | sed -nE 's/.*dport {port} .*over ([0-9]+) .*/\\1/p'").stdout
    )
    with ExitStack() as held:
        for _connection in range(most):
            held.enter_context(socket.create_connection((mail.server.address, port), 10))
        late = held.enter_context(socket.create_connection((mail.server.address, port), 10))
        if port == 995:
            late = mail.server.tls.wrap_socket(late, server_hostname=FQDN)
        assert late.makefile(encoding="utf-8").read().startswith(words)
    journal = mail.host.run("journalctl -u danhba-session-refusal -n 20 --no-pager -o cat").stdout
    assert f"{protocol}: đủ {most} phiên: đã từ chối 1 kết nối" in journal
    assert deaths(mail) == ""


def test_dovecots_own_limit_ends_nobody_either(mail: Deployment, users: Iterator[tuple[str, str]]) -> None:
    """Where the firewall does not count: of sessions that were there before its first load, it knows nothing."""
    held_by_each = int(mail.host.run("doveconf -h service/imap-login/client_limit").stdout)
    fits = held_by_each * int(mail.host.run("doveconf -h service/imap-login/process_limit").stdout)

    async def story() -> None:
        held = await open_some(mail, users, fits)
        with closed(held):
            late, refusals = await open_all(mail.server, itertools.islice(users, 5))
            with closed(late):
                assert (late, len(refusals)) == ([], 5)
            assert await count_open(held) == fits

    mail.host.run("nft flush chain inet danhba full")
    try:
        asyncio.run(story())
    finally:
        mail.host.run("systemctl reload nftables")
    assert "service(imap-login): process_limit" in mail.host.run("journalctl -u dovecot -n 300 --no-pager").stdout
    assert deaths(mail) == ""


def test_a_greedy_address_takes_nobodys_place(mail: Deployment, users: Iterator[tuple[str, str]]) -> None:
    """Connections that say nothing, from an address of their own: some of them do not even come in (P6)."""
    count = (
        "import socket, sys\nheld = []\n"
        f"for _ in range({OPEN + 4}):\n"
        "    try: held.append(socket.create_connection((sys.argv[1], 993), 2))\n"
        "    except TimeoutError: pass\n"
        "print(len(held), flush=True)\nsys.stdin.read()"
    )

    async def story() -> None:
        more = await open_some(mail, users, EACH)
        with closed(more):
            pass

    with Lab().client("greedy", GREEDY_ADDRESS) as within:
        command = [*within, sys.executable, "-c", count, mail.server.address]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout
            assert int(process.stdout.readline()) == OPEN
            asyncio.run(story())
        finally:
            process.communicate()


def test_places_that_are_left_are_free_again(mail: Deployment, users: Iterator[tuple[str, str]]) -> None:
    async def story() -> None:
        with closed(await open_some(mail, users, SESSIONS)):
            pass
        with closed(await open_some(mail, users, SESSIONS)):
            pass

    asyncio.run(story())


def test_webmail_and_address_book_go_on_while_it_is_full(
    mail: Deployment, users: Iterator[tuple[str, str]], officials: list[Official]
) -> None:
    async def story() -> None:
        held = await open_some(mail, users, SESSIONS)
        with closed(held):
            await asyncio.to_thread(Webmail(mail.server).open, officials[0].address, officials[0].password)
            found = await asyncio.to_thread(bind, mail, officials[0])
            assert "result: 0" in found or "numEntries" in found
            assert await count_open(held) == SESSIONS

    asyncio.run(story())


def bind(mail: Deployment, user: Official) -> str:
    """What slapd says to somebody who signs in, which asks Dovecot for the password."""
    name = f"uid={user.address.partition('@')[0]},ou={user.agency},ou=ubnd,dc=laocai,dc=gov,dc=vn"
    command = f"ldapwhoami -x -D {name} -y /dev/stdin -H ldaps://mail.laocai.gov.vn && echo result: 0"
    done = subprocess.run(
        mail.host.ssh(f"LDAPTLS_CACERT=/etc/ssl/mail/ca.crt {command}"),
        input=user.password,
        text=True,
        check=True,
        stdout=subprocess.PIPE,
    )
    return done.stdout


def test_a_greedy_mailbox_takes_nobodys_place(
    mail: Deployment, officials: list[Official], users: Iterator[tuple[str, str]]
) -> None:
    greedy = officials[-1]

    async def story() -> list[str]:
        others = await open_some(mail, users, EACH)
        # One after the other: sign-ins that are under way at the same moment do not see each other.
        held, refusals = await open_all(mail.server, [(greedy.address, greedy.password)] * (GREEDY + 3), at_once=1)
        with closed(others), closed(held):
            assert len(held) == GREEDY
            assert await count_open(held + others) == GREEDY + EACH
            more = await open_some(mail, users, 1)
            with closed(more):
                pass
        return refusals

    refusals = asyncio.run(story())
    assert len(refusals) == 3
    assert all("NO [LIMIT] Maximum number of connections" in said for said in refusals)
    assert deaths(mail) == ""


def test_a_sleeping_session_is_woken_by_mail(mail: Deployment, officials: list[Official]) -> None:
    sender, owner = officials[0], officials[1]

    async def story() -> None:
        sessions = await open_some(mail, iter([(owner.address, owner.password)] * 2), 2)
        with closed(sessions):
            await asyncio.to_thread(wait_for_sleep, mail, 2)
            await asyncio.to_thread(send, mail, sender, owner)
            # On an idle machine 0.1 s, which the bench measures; of itself a session looks after two minutes.
            assert all(await asyncio.gather(*(session.notice(30) for session in sessions)))

    asyncio.run(story())


def test_a_sleeping_session_is_ended_by_the_job(mail: Deployment, officials: list[Official]) -> None:
    owner, other = officials[1], officials[2]

    async def story() -> None:
        sessions = await open_some(mail, iter([(user.address, user.password) for user in (owner, other)]), 2)
        with closed(sessions):
            await asyncio.to_thread(wait_for_sleep, mail, 2)
            statement = f"INSERT INTO mail.ending (address) VALUES ('{owner.address}')"
            mail.host.run(f'runuser -u postgres -- psql -qd danhba -c "{statement}"')
            mail.host.run("systemctl start danhba-end-sessions.service")
            assert not await sessions[0].is_open(5)
            assert await sessions[1].is_open()

    asyncio.run(story())
    left = "SELECT count(*) FROM mail.ending"
    assert mail.host.run(f'runuser -u postgres -- psql -qtAd danhba -c "{left}"').stdout.strip() == "0"


def test_a_reload_keeps_every_session(
    mail: Deployment, officials: list[Official], users: Iterator[tuple[str, str]]
) -> None:
    async def story() -> None:
        held = await open_some(mail, users, SESSIONS // 2)
        with closed(held):
            mail.host.run("systemctl reload dovecot")
            await asyncio.sleep(5)
            assert await count_open(held) == len(held)
            await asyncio.to_thread(send, mail, officials[1], officials[0])
            assert await held[0].notice(10)
            more = await open_some(mail, users, 2)
            with closed(more):
                pass

    asyncio.run(story())


def test_a_host_that_is_too_small_is_refused_before_anything(mail: Deployment) -> None:
    before = mail.host.run("cat /etc/nftables.conf /etc/dovecot/dovecot.conf").stdout
    with pytest.raises(PlaybookFailed) as failure:
        mail.play("site", capacity_sessions=10_000_000, events_messages_a_day=1_000_000)
    said = " ".join(failure.value.output.split())
    for words in (
        "2 things to see to first. Nothing was changed.",
        "capacity_sessions =",
        "for the events of ten days",
    ):
        assert words in said
    assert "See that nobody else is at work" not in said, "nothing comes behind"
    assert mail.host.run("cat /etc/nftables.conf /etc/dovecot/dovecot.conf").stdout == before
