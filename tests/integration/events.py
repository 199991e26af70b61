"""A message's lines in the journal."""

from __future__ import annotations

from typing import Any

from tests.support.journals import DOVECOT, POSTFIX, line

OPEN, SUSPENDED = "open-stttt@laocai.gov.vn", "suspended-stttt@laocai.gov.vn"


def message(number: int, sender: str = OPEN, recipient: str = SUSPENDED) -> list[Any]:
    """The lines of a message, as Postfix and Dovecot write them."""
    queue_id, session = f"4jbZ{number:011}", f"S{number}"
    changed = f"uid={number}, msgid=<{number}@client>, size=9"
    return [
        line(POSTFIX, f"postfix/{daemon}", f"{queue_id}: {text}")
        for daemon, text in (
            ("submission/smtpd", f"client=x[192.0.2.1], sasl_method=PLAIN, sasl_username={sender}/1"),
            ("cleanup", f"message-id=<{number}@client>"),
            ("qmgr", f"from=<{sender}>, size=9, nrcpt=1 (queue active)"),
            (
                "lmtp",
                (
                    f"to=<{recipient}>, relay=m[private/dovecot-lmtp], delay=1, delays=0/0/0/0, dsn=2.0.0, status=sent"
                    f" (250 2.0.0 <{recipient}> {session} Saved)"
                ),
            ),
            ("qmgr", "removed"),
        )
    ] + [line(DOVECOT, "dovecot", f"lmtp({recipient})<1><{session}>: Mailbox INBOX: save: box=INBOX, {changed}")]
