"""Replies to senders: Vietnamese without diacritics, then English, one line of ASCII (RFC 5321, 4.2).

Postfix appends the operator's contact to every refusal.
"""

from __future__ import annotations

import re

LEVELS = {"mat": "MAT", "toi-mat": "TOI MAT", "tuyet-mat": "TUYET MAT"}
MARKED = (
    "Thu bi tu choi: co dau do mat {level} ({place}). Khong gui bi mat Nha nuoc qua thu dien tu{basis}. Neu khong phai"
    " tai lieu mat, bao co quan van hanh ma so {reference} / Refused: secrecy mark {level}. State secrets may not be"
    " sent by mail. If it is none, give the operator reference {reference}"
)
UNREADABLE = (
    "Thu bi tu choi: tep dinh kem dat mat khau, hong hoac qua lon nen khong kiem tra duoc{basis}."
    " Gui lai tep khong dat mat khau, hoac bao co quan van hanh ma so {reference} / Refused: an"
    " attachment is encrypted, broken or too large to be checked. Send it unencrypted, or give the operator reference"
    " {reference}"
)
LATER = (
    "Chua kiem tra duoc thu nay, he thong se tu gui lai hoac xin gui lai sau it phut / The message could not be checked"
    " yet, please try again in some minutes"
)
HEADER = ["X-Danhba-Unreadable", "yes (an attachment could not be checked for secrecy marks)"]
SUBJECT, TEXT, ATTACHMENT = "subject", "text", "attachment"
PLACES = {SUBJECT: "tieu de thu - subject", TEXT: "noi dung thu - text", ATTACHMENT: "tep dinh kem - attachment"}
# The line number that the scanner gives.
_LINE = re.compile(r" › line \d+$|^line \d+$")
_SUBJECTS = frozenset({"subject", "header"})
_TEXTS = frozenset({"text", "html", "body"})


def level_of(levels: list[str]) -> str:
    """Return the highest of several levels; empty without any."""
    return next((level for level in reversed(LEVELS) if level in levels), "")


def place_of(where: str) -> str:
    """Return the part with the mark: subject, text or attachment.

    Names of files may reveal what a secret is about, and are neither recorded nor told.
    """
    if not where:
        return ""
    first = _LINE.sub("", where).lower()
    if first in _SUBJECTS:
        return SUBJECT
    return TEXT if first in _TEXTS else ATTACHMENT
