"""Summaries of the clauses that rules cite (regulation of Decision 33/2010/QĐ-UBND), one sentence of ours each."""

from __future__ import annotations

from ..messages import mark as _

# Article 4 has a sentence before its first clause: it is cited as R4.0.
_OPENING = ".0"

CLAUSES = {
    "R1": _(
        "the regulation binds the agencies, public-service units, political and social bodies, economic bodies and "
        "armed units of the province, and their officials"
    ),
    "R3": _("the province has one mail system, and charges one agency, the operator, with running it"),
    "R4.0": _("each agency and each official gets one mailbox, and no more"),
    "R4.1": _("an agency's mailbox is contact-<tendonvi>, with the tendonvi from the list of the regulation"),
    "R4.2": _(
        "an official's address is the initials of family and middle names, the given name without marks, and the "
        "tendonvi; namesakes take the next form"
    ),
    "R5": _(
        "agencies and officials register in writing, and are kept in a database on the server: the electronic directory"
    ),
    "R6": _("a mailbox is created, changed or cancelled on a document, in a set procedure"),
    "R6.1": _("an agency's mailbox follows a document of the level that decides about the agency"),
    "R6.1a": _(
        "an agency's mailbox is created, changed or cancelled on the Circular or Decision that founds, dissolves or "
        "renames the agency"
    ),
    "R6.1b": _("a subordinate unit's mailbox is created, changed or cancelled on a document of its managing agency"),
    "R6.2": _(
        "an official's mailbox follows the decision about the official and the managing agency's written request"
    ),
    "R6.2a": _(
        "after a recruitment, rotation or transfer the managing agency asks in writing, and the mailbox is created or "
        "changed"
    ),
    "R6.2b": _(
        "after a retirement, a resignation or a move out of the province the managing agency must ask in writing for "
        "the mailbox to be cancelled"
    ),
    "R7.1": _("what may be sent by mail; state secrets may not"),
    "R7.3": _("Vietnamese text is written in the characters of TCVN 6909:2001, which is Unicode"),
    "R8.1": _("an agency's mailbox is checked at least four times on each working day"),
    "R8.2": _("an official's mailbox is checked at least twice on each working day"),
    "R9.2": _("the operator keeps the system stable and fast, and mailboxes large enough"),
    "R9.3": _("the operator puts policies of security and safety into effect"),
    "R10.6": _("no forbidden content and no viruses are sent"),
    "R10.9": _("faults are told to the operator's centre, which mends them"),
    "R11.1": _("an agency's mailbox is kept by its head, or by an official whom the head authorised in writing"),
    "R11.2": _("when the head changes, the mailbox's address, password and all its data are handed over"),
    "R16": _("difficulties are reported to the operator in writing, and decided by the provincial committee"),
}


def article(clause: str) -> str:
    """Return a clause as the regulation numbers it: ``6.1.a`` for R6.1a, ``4`` for R4.0."""
    number = clause.removeprefix("R").removesuffix(_OPENING)
    return f"{number[:-1]}.{number[-1]}" if number[-1].isalpha() else number
