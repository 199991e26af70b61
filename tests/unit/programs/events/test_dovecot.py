"""What the collector makes of Dovecot's lines, of the credential service's and of rspamd's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.journals import RSPAMD, WEBMAIL, dovecot, exported, gathered, line, told

USER = "b@laocai.gov.vn"
IMAP = f"imap({USER})<19684><VhdQ6k>: "
CHANGED = "uid=3, msgid=<1@client>, size=1142"
MESSAGE = {"person": USER, "uid": 3, "message_id": "<1@client>", "size": 1142, "session": "VhdQ6k", "protocol": "imap"}


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (f"Mailbox Sent: save: box=Sent, {CHANGED}", {"event": "stored", "folder": "Sent"}),
        (f"Mailbox Trash: expunge: box=Trash, {CHANGED}", {"event": "expunged", "folder": "Trash"}),
        (f"Mailbox Trash: autoexpunge: box=Trash, {CHANGED}", {"event": "expunged", "folder": "Trash"}),
        (
            f"Mailbox Lưu, uid=9: copy from INBOX: box=Lưu, uid=9, {CHANGED}",
            {"event": "copied", "origin": "INBOX", "folder": "Lưu, uid=9"},
        ),
    ],
)
def test_what_becomes_of_a_message_in_a_mailbox(said: str, event: dict[str, Any]) -> None:
    assert told(dovecot(IMAP + said)) == [MESSAGE | event]


def test_what_is_copied_and_then_removed_was_moved() -> None:
    events = told(
        dovecot(
            f"{IMAP}Mailbox Trash: copy from INBOX: box=Trash, {CHANGED}",
            f"{IMAP}Mailbox INBOX: expunge: box=INBOX, {CHANGED}",
            f"{IMAP}Mailbox INBOX: expunge: box=INBOX, {CHANGED}",
        )
    )
    assert [(event["event"], event.get("origin"), event["folder"]) for event in events] == [
        ("copied", "INBOX", "Trash"),
        ("moved", "INBOX", "Trash"),
        ("expunged", None, "INBOX"),
    ]


def test_a_message_without_an_id() -> None:
    (event,) = told(dovecot(f"lmtp({USER})<1><a:R2>: Mailbox INBOX: save: box=INBOX, uid=1, msgid=, size=9"))
    assert (event["event"], event["session"], event.get("message_id")) == ("stored", "a:R2", None)


def test_a_message_that_is_fetched_was_read() -> None:
    said = exported(
        "mail_opened", user=USER, session="s", mailbox="INBOX", uid=3, local_port=143, remote_ip="127.0.0.1"
    )
    assert told(dovecot(said)) == [
        {
            "event": "read",
            "person": USER,
            "session": "s",
            "folder": "INBOX",
            "uid": 3,
            "client": "127.0.0.1",
            "protocol": "web",
        }
    ]


SIGNED_IN, COMMAND = "auth_request_finished", "imap_command_finished"


@pytest.mark.parametrize(
    ("said", "use"),
    [
        (
            exported(SIGNED_IN, user=f"{USER}/3", protocol="smtp", remote_ip="192.0.2.1"),
            ("signed-in", "smtp", "192.0.2.1"),
        ),
        (
            exported(SIGNED_IN, user=USER, protocol="imap", remote_ip="::1", local_port=993),
            ("signed-in", "imap", "::1"),
        ),
        (
            exported(SIGNED_IN, user=USER, protocol="imap", remote_ip="127.0.0.1", local_port=144),
            ("signed-in", "book", "127.0.0.1"),
        ),
        (exported(SIGNED_IN, user=USER, protocol="pop3"), ("signed-in", "pop3", "::")),
        (exported(COMMAND, user=USER, cmd_name="EXAMINE", local_port=143), ("selected", "web", "::")),
        (exported(COMMAND, user=USER, cmd_name="IDLE", local_port=993), ("connected", "imap", "::")),
    ],
)
def test_sign_of_use(said: str, use: tuple[str, str, str]) -> None:
    (found,) = gathered(dovecot(said)).uses
    assert (found.sign, found.protocol, found.client) == use
    assert found.person == USER


@pytest.mark.parametrize("text", [f"INFO signed_in: {USER}, from 192.0.2.1", f"INFO changed: {USER}, from 192.0.2.1"])
def test_sign_in_to_the_webmail(text: str) -> None:
    (found,) = gathered([line(WEBMAIL, "danhba-credentials", text)]).uses
    assert (found.person, found.sign, found.protocol, found.client) == (USER, "signed-in", "web", "192.0.2.1")


@pytest.mark.parametrize(
    "said",
    [
        "stats: {",
        "stats: []",
        'stats: {"event": "mail_opened", "fields": []}',
        'stats: {"event": "mail_opened", "fields": {}}',
        exported("mail_delivery_finished", user=USER, message_subject="TOKEN"),
        f"imap-login: Logged in: user=<{USER}>",
        f'{IMAP}stats: {{"event": "mail_opened", "fields": {{"user": "c@d"}}}}',
        f"{IMAP}Disconnected: Logged out in=70",
        "[" * 100_000,
        "stats: " + "[" * 100_000,
    ],
)
def test_what_is_no_event(said: str) -> None:
    gathering = gathered(dovecot(said))
    assert (gathering.events, gathering.uses) == ([], [])


JUDGED = (
    "<f2a>; proxy; rspamd_task_write_log: id: <{id}>, qid: <4jbZ1D2Dxmz9w43>, ip: 192.0.2.1, from: <x@e.org>,"
    " (default: F (add header): [7.50/15.00] [B_SPAM(5.00),A_LINK(2.50)]), len: 9"
)


def test_judgement_of_the_filters() -> None:
    assert told([line(RSPAMD, "rspamd", JUDGED.format(id="1@e.org"))]) == [
        {
            "event": "judged",
            "queue_id": "4jbZ1D2Dxmz9w43",
            "client": "192.0.2.1",
            "action": "add-header",
            "score": 7.5,
            "symbols": "A_LINK B_SPAM",
        }
    ]


@pytest.mark.parametrize(
    "forged", ["a>, qid: <4jbZ1D5BdKz9w47>, ip: 192.0.2.1, x", "(default: F (no action): [0.00/15.00] [X(0.00)])"]
)
def test_a_message_id_that_looks_like_a_judgement_is_not_believed(forged: str) -> None:
    assert told([line(RSPAMD, "rspamd", JUDGED.format(id=forged))]) == []


def test_nobody_else_speaks_for_a_service() -> None:
    assert told([line("x.service", "postfix/qmgr", "4jbZ1D2Dxmz9w43: from=<a@b>, status=expired, returned")]) == []
