"""What the collector makes of Postfix's lines."""

from __future__ import annotations

from typing import Any

import pytest

from danhba_host.events.gathering import ENVELOPE, MOST_OPEN, Change, Gathering
from tests.support.journals import POSTFIX, gathered, line, postfix, told

ID = "4jbZ1D2Dxmz9w43"
SENT = (
    f"lmtp: {ID}: to=<b@laocai.gov.vn>, orig_to=<old@laocai.gov.vn>, relay=mail[private/dovecot-lmtp], conn_use=2,"
    " delay=0.14, delays=0.09/0.01/0/0.03, dsn=2.0.0, status=sent (250 2.0.0 <b@laocai.gov.vn> F9vIDV:R2 Saved)"
)


def test_a_message_received_is_one_event_of_its_first_lines() -> None:
    assert told(
        postfix(
            f"submission/smtpd: {ID}: client=unknown[10.233.0.1], sasl_method=PLAIN, sasl_username=a@laocai.gov.vn/3",
            f"cleanup: {ID}: message-id=<1@client>",
            f"qmgr: {ID}: from=<A@laocai.gov.vn>, size=1640, nrcpt=2 (queue active)",
            f"qmgr: {ID}: from=<A@laocai.gov.vn>, size=1640, nrcpt=1 (queue active)",
            f"qmgr: {ID}: removed",
        )
    ) == [
        {
            "event": "received",
            "person": "a@laocai.gov.vn",
            "queue_id": ID,
            "message_id": "<1@client>",
            "sender": "a@laocai.gov.vn",
            "size": 1640,
            "client": "10.233.0.1",
            "protocol": "submission",
        }
    ]


def test_what_is_known_of_a_message_goes_along_to_the_next_batch() -> None:
    first, *_rest = postfix(
        f"smtpd: {ID}: client=mx.example.org[2001:db8::1]",
        f"qmgr: {ID}: from=<>, size=9, nrcpt=1 (queue active)",
    )
    earlier = gathered([first])
    assert earlier.events == []
    assert earlier.change().begun[ID]["client"] == "2001:db8::1"
    assert gathered([]).change() == Change({}, [], {})


@pytest.mark.parametrize(
    ("minutes", "said", "kept"),
    [(9, 1, True), (11, 1, False), (11, 2, True), (59, 2, True), (61, 2, False)],
)
def test_what_never_went_on_is_forgotten(minutes: int, said: int, kept: bool) -> None:
    """After minutes where only an envelope came, after an hour where a message had begun."""
    late = line(POSTFIX, "postfix/qmgr", "x", 60 * minutes)
    begun = postfix(f"smtpd: {ID}: client=x[192.0.2.1]", f"cleanup: {ID}: message-id=<a@b>")[:said]
    assert bool(gathered([*begun, late]).change().begun) == kept


def test_a_flood_of_one_kind_forgets_nothing_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in MOST_OPEN:
        monkeypatch.setitem(MOST_OPEN, kind, 3)
    whole = [f"smtpd: {ID}: client=x[192.0.2.1]", f"cleanup: {ID}: message-id=<a@b>"]
    flood = [f"smtpd: 4jbZ{number:011}: client=x[192.0.2.1]" for number in range(9)]
    change = gathered(postfix(*whole, *flood)).change()
    assert sorted(change.begun) == ["4jbZ00000000006", "4jbZ00000000007", "4jbZ00000000008", ID]
    assert change.forgotten == {ENVELOPE: 6}


def test_only_what_changed_is_told() -> None:
    begun = postfix(f"smtpd: {ID}: client=x[192.0.2.1]", f"smtpd: {ID[:-1]}x: client=x[192.0.2.1]")
    before = gathered(begun).change().begun
    after = Gathering(before)
    after.take(line(POSTFIX, "postfix/cleanup", f"{ID}: milter-reject: END-OF-MESSAGE from x[192.0.2.1]: 5.7.1 x"))
    after.take(line(POSTFIX, "postfix/smtpd", f"{ID[:-1]}y: client=x[192.0.2.1]"))
    change = after.change()
    assert (list(change.begun), change.ended) == ([f"{ID[:-1]}y"], [ID])


DELIVERED: dict[str, Any] = {
    "event": "delivered",
    "person": "b@laocai.gov.vn",
    "queue_id": ID,
    "recipient": "b@laocai.gov.vn",
    "original": "old@laocai.gov.vn",
    "protocol": "lmtp",
    "code": "2.0.0",
    "session": "F9vIDV:R2",
}


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (SENT, DELIVERED),
        (
            (
                f"smtp: {ID}: to=<y@example.org>, relay=mx.example.org[192.0.2.9]:25, delay=3, dsn=4.7.1,"
                " status=deferred (host mx.example.org[192.0.2.9] said: 450 4.7.1 try later (in reply to RCPT TO))"
            ),
            {
                "event": "deferred",
                "person": "y@example.org",
                "queue_id": ID,
                "recipient": "y@example.org",
                "origin": "mx.example.org[192.0.2.9]:25",
                "protocol": "smtp",
                "code": "4.7.1",
                "said": "host mx.example.org[192.0.2.9] said: 450 4.7.1 try later (in reply to RCPT TO)",
            },
        ),
        (
            (
                f"smtp: {ID}: to=<y@example.org>, relay=127.0.0.1[127.0.0.1]:10025, delay=3, delays=0/0/1/2, dsn=2.0.0,"
                " status=sent (250 2.0.0 Ok: queued as 4jbZ1D5BdKz9w47)"
            ),
            {
                "event": "delivered",
                "person": "y@example.org",
                "queue_id": ID,
                "next_queue_id": "4jbZ1D5BdKz9w47",
                "recipient": "y@example.org",
                "origin": "127.0.0.1[127.0.0.1]:10025",
                "protocol": "smtp",
                "code": "2.0.0",
                "said": "250 2.0.0 Ok: queued as 4jbZ1D5BdKz9w47",
            },
        ),
        (
            f"bounce: {ID}: sender non-delivery notification: 4jbZ1D5BdKz9w47",
            {
                "event": "notified",
                "queue_id": ID,
                "next_queue_id": "4jbZ1D5BdKz9w47",
                "action": "non-delivery",
            },
        ),
        (
            f"qmgr: {ID}: from=<a@laocai.gov.vn>, status=expired, returned to sender",
            {"event": "expired", "queue_id": ID, "sender": "a@laocai.gov.vn"},
        ),
        (
            (
                "smtpd: NOQUEUE: reject: RCPT from unknown[10.233.0.1]: 550 5.1.1 <no@laocai.gov.vn>: Recipient address"
                " rejected: User unknown; from=<x@example.org> to=<no@laocai.gov.vn> proto=ESMTP helo=<foreign>"
            ),
            {
                "event": "refused",
                "person": "no@laocai.gov.vn",
                "sender": "x@example.org",
                "recipient": "no@laocai.gov.vn",
                "client": "10.233.0.1",
                "protocol": "smtp",
                "code": "5.1.1",
                "said": "<no@laocai.gov.vn>: Recipient address rejected: User unknown",
                "step": "RCPT",
            },
        ),
        (
            (
                f"cleanup: {ID}: milter-reject: END-OF-MESSAGE from unknown[10.233.0.1]: 5.7.1 Thu co virus. Infected;"
                " from=<x@example.org> to=<b@laocai.gov.vn> proto=ESMTP helo=<x>"
            ),
            {
                "event": "refused",
                "person": "b@laocai.gov.vn",
                "queue_id": ID,
                "sender": "x@example.org",
                "recipient": "b@laocai.gov.vn",
                "client": "10.233.0.1",
                "protocol": "smtp",
                "code": "5.7.1",
                "said": "Thu co virus. Infected",
                "step": "END-OF-MESSAGE",
            },
        ),
    ],
)
def test_event_of_a_line(said: str, event: dict[str, Any]) -> None:
    assert told(postfix(said)) == [event]


@pytest.mark.parametrize(
    "said",
    [
        "smtpd: connect from unknown[10.233.0.1]",
        "smtpd: warning: unknown[192.0.2.1]: SASL PLAIN authentication failed",
        f"cleanup: {ID}: reject: header Subject: TOKEN from x[192.0.2.1]; from=<a@b> to=<c@d> proto=ESMTP helo=<e>",
        f"cleanup: {ID}: warning: header Subject: TOKEN from x[192.0.2.1]; from=<a@b> to=<c@d> proto=ESMTP helo=<e>",
        f"smtp: {ID}: to=<y@example.org>, relay=none, delay=0, delays=0/0/0/0, dsn=5.1.1, status=undeliverable (x)",
        "qmgr: " + "x" * 70000,
        f"lmtp: {ID}: to=<",
        "",
    ],
)
def test_what_is_no_event(said: str) -> None:
    assert told(postfix(said)) == []


def test_an_address_cannot_end_the_line_before_its_end() -> None:
    """A sender chooses the local part of a foreign recipient, and would like to be believed."""
    forged = '"x>, relay=none, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (250 "@example.org'
    (event,) = told(
        postfix(f"smtp: {ID}: to=<{forged}>, relay=none, delay=1, delays=0/0/0/0, dsn=5.4.4, status=bounced (x)")
    )
    assert (event["event"], event["recipient"]) == ("bounced", forged)


FORGED = "x; from=<boss@laocai.gov.vn> to=<victim@laocai.gov.vn> proto=SMTP helo=<y"


@pytest.mark.parametrize(
    ("recipient", "helo"), [("no@laocai.gov.vn", FORGED), (f'"{FORGED}"@laocai.gov.vn', "x"), ("no@e.org", '"')]
)
def test_who_is_refused_is_not_believed_about_the_envelope(recipient: str, helo: str) -> None:
    said = f"<{recipient}>: Recipient address rejected: User unknown"
    (event,) = told(
        postfix(
            f"smtpd: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 5.1.1 {said}; from=<x@example.org> to=<{recipient}>"
            f" proto=ESMTP helo=<{helo}>"
        )
    )
    assert (event["sender"], event["person"], event["said"]) == ("x@example.org", recipient, said)


def test_a_stranger_does_not_lead_to_another_message() -> None:
    (event,) = told(
        postfix(
            f"smtp: {ID}: to=<y@e.org>, relay=127.0.0.1.e.org[192.0.2.9]:25, delay=3, dsn=2.0.0,"
            " status=sent (250 queued as 4jbZ1D5BdKz9w47)"
        )
    )
    assert "next_queue_id" not in event


def test_what_the_other_side_quotes_of_a_message_is_left_out() -> None:
    (event,) = told(
        postfix(
            f"smtp: {ID}: to=<y@example.org>, relay=mx[192.0.2.9]:25, delay=3, dsn=5.7.1, status=bounced"
            f" (host mx said: 550 5.7.1 spam, Subject: 'TOKEN' {'x' * 1000})"
        )
    )
    assert event["said"] == "host mx said: 550 5.7.1 spam, …"
    (event,) = told(postfix(f"smtp: {ID}: to=<y@e>, relay=m, delay=3, dsn=5.7.1, status=bounced ({'x' * 1000}\x1b[2J)"))
    assert event["said"] == "x" * 300


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b2J", "\n", "\u202e", "\u2066", "\u061c"])
def test_nothing_moves_what_is_shown(sign: str) -> None:
    (event,) = told(postfix(f"smtp: {ID}: to=<y@e>, relay=m, delay=3, dsn=5.7.1, status=bounced (a{sign}b)"))
    assert event["said"] in ("a b", "a [2Jb", "a 2Jb")
