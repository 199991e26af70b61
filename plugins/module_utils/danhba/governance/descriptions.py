"""Meanings of each key and word of the register's files, which editors' programs show beside them."""

from __future__ import annotations

from ..messages import mark as _
from ..messages import translator
from ..model.kinds import KINDS

# By the end of a key's path; the longest match counts: `custodians.document` before `document`.
KEYS: dict[str, tuple[str, str]] = {
    "agency": (
        _("Code (tendonvi)"),
        _("The file's name without .yml; it never changes and is never given again (R4.1)."),
    ),
    "name": (_("Name of the agency"), _("In full, as in the document that opened it.")),
    "kind": (_("Kind of agency"), _("One of a fixed list (R1).")),
    "parent": (_("Managing agency"), _("The tendonvi of the agency above; left out at the top (R1).")),
    "identifier": (_("National identifier"), _("The agency's code in the national list, such as H00.10; optional.")),
    "opened": (_("Opening"), _("The document, the day and the event that opened it (R6.1).")),
    "closed": (_("Closing"), _("Added when it ends: the document, the day from which it is closed, the event (R6.1).")),
    "changes": (
        _("Changes"),
        _("Another kind, managing agency or identifier from a day on, by a document; what was before stays (R6.1a)."),
    ),
    "withdrawn": (
        _("Closings withdrawn"),
        _("Closings that a document took back before their day (danhba withdraw); grows at its end only."),
    ),
    "changes.withdrawn": (
        _("Withdrawn"),
        _("Added when a document takes the change back before its day: that document, and its day."),
    ),
    "succeeds": (_("Predecessors"), _("The tendonvi of the agencies whose mail and duties this one takes over.")),
    "quota": (_("Quota"), _("Size of the mailbox, such as 500M or 10G; left out for that of the policy (R9.2).")),
    "quota_document": (
        _("Document of the quota"),
        _("Number and symbol of the document that decides the quota, or its change (R9.2)."),
    ),
    "custodians": (
        _("Custodians of the contact mailbox"),
        _("Grows at its end only; the last one in force holds the mailbox (R11)."),
    ),
    "people": (
        _("Officials and their mailboxes"),
        _("Grows at its end only: the order decides the addresses; never delete or reorder (R4.2)."),
    ),
    "document": (_("Document"), _("Number and symbol as on the document, such as 101/QĐ-UBND (R6).")),
    "request": (_("Request"), _("Number and symbol of the managing agency's request in writing; optional (R6.2).")),
    "date": (_("Day"), _("From which it holds: year-month-day, such as 2010-10-15; a day to come waits.")),
    "event": (_("Event"), _("What happened; one of a fixed list.")),
    "people.id": (
        _("Staff number"),
        _("Of this person for ever, in quotes; never a name, an address or a national identity number."),
    ),
    "people.name": (
        _("Full name"),
        _("As in the decision, with marks, in Unicode; the address is computed from it (R4.2)."),
    ),
    "people.family": (_("Family name"), _("Only where it is not the first word of the name (Niê in H'Hen Niê).")),
    "people.given": (_("Given name"), _("Only where it is not the last word of the name (Hen in H'Hen Niê).")),
    "people.title": (_("Title"), _("Position, such as Chuyên viên.")),
    "people.leader": (_("Leader"), _("true for the heads and their deputies: their mail is kept for longer.")),
    "people.unit": (_("Division"), _("Division within the agency.")),
    "people.phone": (_("Office telephone"), _("The number of the office only, in quotes; never a private one.")),
    "people.address": (
        _("Pinned address"),
        _("The part before @ in full, where a document decides it or the mailbox is older than this system (R4.2)."),
    ),
    "people.address_document": (_("Document of the pin"), _("Number and symbol of the document that decides it.")),
    "people.opened": (_("Opening"), _("The document, the day and the event by which this mailbox is given (R6.2a).")),
    "people.closed": (
        _("Closing"),
        _("Added when the person leaves: the document, the first day without the mailbox, the event (R6.2)."),
    ),
    "people.suspended": (_("Suspensions"), _("No login meanwhile, mail still arrives; grows at its end only.")),
    "people.leave": (
        _("Leave"),
        _("Days on which nobody has to look into the mailbox (R8); the mailbox stays open. Never write the reason."),
    ),
    "leave.from": (_("First day"), _("The first day of leave.")),
    "leave.to": (_("Last day"), _("The last day of leave, itself included.")),
    "leave.document": (_("Document"), _("Number and symbol of what grants it; optional.")),
    "opened.withdrawn": (
        _("Withdrawn"),
        _("Added when a document takes the opening back before its day: that document, and its day."),
    ),
    "suspended.withdrawn": (
        _("Withdrawn"),
        _("Added when a document takes the suspension back before it begins: that document, and its day."),
    ),
    "people.withdrawn": (
        _("Closings withdrawn"),
        _("Closings that a document took back before their day (danhba withdraw); grows at its end only."),
    ),
    "withdrawn.withdrawn": (_("Withdrawn"), _("The document that takes it back, and its day.")),
    "suspended.until": (_("Until"), _("The first day on which it is open again; left out when not known yet.")),
    "suspended.ended": (_("Ended sooner"), _("Added when a document ends it: that document, and the first open day.")),
    "custodians.person": (_("Custodian"), _("The staff number of an open official of this agency (R11.1).")),
    "custodians.document": (_("Document"), _("The appointment of the head, or the delegation in writing (R11.1).")),
    "custodians.as": (_("Role"), _("head of the agency, or delegate authorised in writing (R11.1).")),
    "custodians.withdrawn": (
        _("Withdrawn"),
        _("Added when a document takes the hand-over back before its day: that document, and its day."),
    ),
    "custodians.key": (
        _("Public key"),
        _("An age key for the letters to this custodian; optional. Never a secret key."),
    ),
    "province": (_("Province"), _("The province's name.")),
    "domain": (_("Domain"), _("The part after @ of every address; it never changes (R4.1).")),
    "host": (_("Host"), _("The name of the mail server (R2.1).")),
    "operator": (_("Operator"), _("The tendonvi of the agency that runs the system (R3).")),
    "sample": (_("Sample"), _("true for a register for trials: it goes to no host but a test host.")),
    "operator_key": (_("Operator's public key"), _("An age key, for letters where a custodian has none.")),
    "support": (_("Help"), _("Whom every refusal names (R10.9).")),
    "support.phone": (_("Telephone"), _("Of the operator's centre, in quotes.")),
    "support.mail": (_("Mail"), _("Of the operator's centre.")),
    "system_addresses": (
        _("System addresses"),
        _("postmaster, abuse and the like (RFC 2142), each with the contact mailbox that answers."),
    ),
    "regulation": (
        _("Regulation"),
        _("What the province goes by; letters, records, refusals and guides cite it, and no other."),
    ),
    "regulation.number": (_("Number"), _("Number and symbol of the document that issued it.")),
    "regulation.date": (_("Date"), _("The day of that document.")),
    "regulation.title": (_("Title of the regulation"), _("The regulation's title as it stands on the document.")),
    "regulation.articles": (
        _("Articles"),
        _(
            "The regulation's own number of each article that this software cites, by the number in this software "
            "(6.2b: 8.1b); `same` where all are equal. What has no number here is cited without one."
        ),
    ),
    "policy": (_("Policy"), _("Settings where the regulation leaves room; every key has a default.")),
    "forward_days": (_("Forwarding days"), _("For so many days an old address still delivers.")),
    "redirect_days": (_("Redirecting days"), _("Then it refuses for so many days, naming the new address.")),
    "future_days": (_("Days ahead"), _("A day further ahead than this is probably a slip, and is advised against.")),
    "retention_days": (_("Retention"), _("Days from closing until the archive step.")),
    "retention_days.default": (_("For officials"), _("Days from closing until the archive step.")),
    "retention_days.leader": (_("For leaders"), _("Days from closing until the archive step.")),
    "policy.quota": (_("Quotas"), _("Sizes of mailboxes that state none of their own, such as 2G (R9.2).")),
    "quota.official": (_("Of an official"), _("Such as 2G.")),
    "quota.agency": (_("Of a contact mailbox"), _("Such as 10G.")),
    "sending": (
        _("Sending"),
        _("What one mailbox may send (R10.6). Beyond it a program is told when to try again."),
    ),
    "sending.official": (_("Of an official"), _("Within any hour, and any day.")),
    "sending.agency": (_("Of a contact mailbox"), _("Within any hour, and any day.")),
    "sending.suspend": (
        _("Suspension"),
        _("Who tries so many times the recipients of an hour within an hour sends no more until it is lifted."),
    ),
    "messages_hour": (_("Messages an hour"), _("Within any sixty minutes.")),
    "recipients_hour": (_("Recipients an hour"), _("Of all messages within any sixty minutes.")),
    "messages_day": (_("Messages a day"), _("Within any twenty-four hours.")),
    "recipients_day": (_("Recipients a day"), _("Of all messages within any twenty-four hours.")),
    "usage": (
        _("Use"),
        _("How it is measured whether mailboxes are looked at (R8), by danhba usage."),
    ),
    "usage.windows": (_("Windows"), _("The four parts of a working day, in the province's time; an end is not in it.")),
    "usage.required": (_("Required"), _("The windows in which a mailbox is to be looked at, by their numbers.")),
    "usage.required.official": (_("Of an official"), _("At least two of 1, 2, 3 and 4 (R8.2).")),
    "usage.required.agency": (_("Of a contact mailbox"), _("All of 1, 2, 3 and 4 (R8.1).")),
    "usage.days": (
        _("Days"),
        _("Days off, and days that are worked, which the calendar of Viet Nam does not have so."),
    ),
    "usage.days.date": (_("Day"), _("Which day.")),
    "usage.days.is": (_("Off or worked"), _("Whether it is off or worked.")),
    "limits": (
        _("Limits"),
        _("How much one plan may do before it is refused; the smaller of count and percent counts."),
    ),
    "limits.close": (_("Closings"), _("Also suspensions: mailboxes taken away from their owners.")),
    "limits.readdress": (_("Address changes"), _("Mailboxes that get another address.")),
    "count": (_("Count"), _("At most so many in one plan.")),
    "percent": (_("Percent"), _("At most so many percent of all in one plan.")),
    "agency_percent": (_("Percent of an agency"), _("At most so many percent of one agency's in one plan.")),
    "protected": (_("Protected"), _("Addresses (the part before @) that are never closed or changed unless named.")),
    "acknowledgements": (
        _("Acknowledgements"),
        _("What exceeds a limit knowingly, by a document, until a day; reviewers see it here."),
    ),
    "acknowledgements.limit": (_("Limit"), _("What is acknowledged.")),
    "acknowledgements.from": (_("From"), _("The first day on which it holds; left out when it holds at once.")),
    "acknowledgements.until": (_("Until"), _("The last day on which it holds.")),
    "acknowledgements.count": (_("Count"), _("Up to so many.")),
    "acknowledgements.accounts": (_("Accounts"), _("Addresses (the part before @) that are meant.")),
    "acknowledgements.agencies": (_("Agencies"), _("The agencies alone in which the count holds.")),
    "acknowledgements.documents": (_("Documents"), _("The documents alone by which what is counted is done.")),
    "secrecy_exceptions": (
        _("Exceptions from the secrecy filter"),
        _("Files that one sender may send for some days although the filter objects, by a document (R7.1)."),
    ),
    "secrecy_exceptions.sender": (_("Sender"), _("An address; of the province's own, the part before @.")),
    "secrecy_exceptions.sha256": (_("Files"), _("The SHA-256 of each file, as sha256sum writes it.")),
    "secrecy_exceptions.from": (_("From"), _("The first day on which it holds.")),
    "secrecy_exceptions.until": (_("Until"), _("The last day on which it holds, at most 31 days in all.")),
    "secrecy_exceptions.reason": (_("Reason"), _("Why these files are no secret, in a few words.")),
}

WORDS: dict[str, str] = {
    **{word: kind.name for word, kind in KINDS.items()},
    "off": _("a day off"),
    "worked": _("a working day"),
    "established": _("established"),
    "renamed": _("renamed: an agency as a new one with a new code; a person as a new entry of the same id and day"),
    "merged": _("united or merged"),
    "split": _("split"),
    "dissolved": _("dissolved, without a successor"),
    "recruited": _("recruited"),
    "transferred": _("transferred within the province; the other agency has the same id, day and event"),
    "reorganised": _("moved by a reorganisation of agencies; the other agency has the same id, day and event"),
    "migrated": _("had a mailbox before this system"),
    "retired": _("retired"),
    "resigned": _("resigned"),
    "dismissed": _("dismissed from service"),
    "deceased": _("deceased"),
    "left_province": _("transferred out of the province"),
    "suspended": _("suspended"),
    "changed": _("what the agency is"),
    "custodian": _("hand-over of the contact mailbox"),
    "head": _("head of the agency"),
    "delegate": _("authorised in writing"),
    "close": _("closings and suspensions"),
    "readdress": _("changes of addresses"),
    "protected": _("protected addresses"),
    "history": _("corrections of earlier entries"),
    "true": _("yes"),
    "false": _("no"),
}


def named(word: str, language: str) -> str:
    """Return a word's name in a language, without its explanation."""
    return translator(language)(WORDS[word]).partition(":")[0].partition(";")[0]
