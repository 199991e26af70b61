"""Renders the way of messages that `danhba-host trace` has found on a mail host (R7.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ..messages import mark as _
from ..messages import render, translator
from ..vietnamese.figures import moment_in_figures

Event = Mapping[str, Any]

MESSAGE = _("message {message_id}")
NO_ID = _("without a message id")
ENVELOPE = _("from {sender}, {size} octets, queue id {queue_ids}")
NO_SIZE = _("from {sender}, queue id {queue_ids}")  # refused before the size was known
NOTHING_BY = _("(the mail system itself)")
UNKNOWN = _("unknown")
MORE = _("there are older messages: ask for one of them by its message id, or with --since for a shorter time")
GAPS = _("parts of the journal were lost {gaps} times before they were read: what happened then is not shown")
COUNTED = _(
    "{counted} refusals were only counted, because one client had more than 20 in a minute, or all clients more than"
    " 1,000: whom they were for is not shown"
)
BEHIND = _(
    "the collector has not been here for {seconds} s, so what happened since is not shown: danhba-events.service"
)

# Sentences by event; `who` is the owner of the mailbox.
_HAPPENED = {
    "received": _("received from {client} by {protocol}"),
    "judged": _("looked at by the filters: {action}, score {score}"),
    "refused": _("refused to {client}: recipient {recipient}"),
    "delivered": _("delivered to {recipient}"),
    "deferred": _("not delivered to {recipient} yet, it is tried again"),
    "bounced": _("not delivered to {recipient}, and will not be"),
    "expired": _("given up: it could not be delivered for days"),
    "notified": _("the sender was sent a notice ({action}), queue id {next_queue_id}"),
    "stored": _("put into folder {folder}"),
    "copied": _("copied from folder {origin} to {folder}"),
    "moved": _("moved from folder {origin} to {folder}"),
    "read": _(
        "fetched from folder {folder} by {protocol}: the program has it, which does not say that somebody read it"
    ),
    "expunged": _("deleted from folder {folder} for good"),
}
_PROTOCOLS = {
    "smtp": _("port 25"),
    "submission": _("port 587"),
    "submissions": _("port 465"),
    "sendmail": _("a program of the mail host"),
    "postfix": _("the mail host itself"),
    "web": _("the webmail"),
    "imap": _("IMAP"),
    "pop3": _("POP3"),
    "lmtp": _("Dovecot"),
}
_ACTIONS = {
    "no-action": _("nothing found"),
    "add-header": _("spam, to go to Junk"),
    "reject": _("refused"),
    "soft-reject": _("to be tried again"),
    "greylist": _("to be tried again"),
    "non-delivery": _("it was not delivered"),
    "delivery-status": _("it was delivered"),
    "delay": _("it waits"),
}
# Meanings of rspamd's symbols that decide whether a message is refused, put into Junk or passed, the heaviest first.
# `-v` shows the other symbols, which describe a message and decide little.
SYMBOLS = {
    "CLAM_VIRUS": _("a virus"),
    "CLAM_PROGRAM": _("a program in it"),
    "REFUSED_PROGRAMS": _("a program in it"),
    "CLAM_MACRO": _("macros in it"),
    "REFUSED_MACROS": _("macros in it"),
    "CLAM_LIMIT": _("too large unpacked to be looked at"),
    "CLAM_UNSCANNED": _("not looked at for viruses yet"),
    "DANHBA_NOT_OWN": _("the sender's address is another's"),
    "DANHBA_FORGED": _("it claims to be of this province and is not"),
    "DANHBA_UNKNOWN": _("it cannot be told yet whose the sender's address is"),
    "DANHBA_SECRECY_UNREAD": _("not looked at for marks of secrecy yet"),
    "DMARC_POLICY_REJECT": _("the sender's domain asks to refuse it (DMARC)"),
    "DMARC_POLICY_QUARANTINE": _("the sender's domain asks to put it aside (DMARC)"),
    "R_SPF_FAIL": _("the sender's domain does not let this host send for it (SPF)"),
    "R_DKIM_REJECT": _("no valid signature (DKIM)"),
    "BAYES_SPAM": _("it resembles known spam"),
    "BAYES_HAM": _("it resembles known good mail"),
    "GREYLIST": _("a sender seen for the first time"),
    "DMARC_POLICY_ALLOW": _("the sender's domain vouches for it (DMARC)"),
    "CLAM_CLEAN": _("no virus"),
    "DANHBA_SECRECY": _("let pass by a document, in spite of a mark of secrecy"),
    "DANHBA_SECRECY_PASSED": _("looked at for marks of secrecy"),
}
# Enhanced status codes (RFC 3463 and IANA's registry), by all three numbers or the last two.
STATUSES = {
    "5.1.1": _("there is no such mailbox"),
    "1.2": _("there is no such domain"),
    "1.3": _("the address is not written as it should be"),
    "1.6": _("the mailbox has moved"),
    "1.8": _("the sender's domain does not exist"),
    "2.1": _("the mailbox takes no mail"),
    "2.2": _("the mailbox is full"),
    "2.3": _("the message is larger than the mailbox takes"),
    "3.1": _("the other mail system has no room"),
    "3.2": _("the other mail system takes no mail now"),
    "3.4": _("the message is larger than the other mail system takes"),
    "4.1": _("the other mail system does not answer"),
    "4.2": _("the connection broke off"),
    "4.3": _("a name server does not answer"),
    "4.4": _("no mail system is known for this domain"),
    "4.6": _("the message goes round in a circle"),
    "4.7": _("it could not be delivered in time"),
    "5.3": _("too many recipients"),
    "6.1": _("the other side does not take this kind of content"),
    "7.0": _("signing in is needed"),
    "7.1": _("not allowed, or taken for spam"),
    "7.23": _("the sender's domain does not let this host send for it (SPF)"),
    "7.20": _("no valid signature (DKIM)"),
    "7.25": _("the address of the sending host has no name"),
    "7.26": _("several checks of the sender failed (SPF, DKIM, DMARC)"),
}


def text(answer: Mapping[str, Any], language: str, *, symbols: bool = False) -> Iterator[str]:
    """Yield the lines of an answer: each message with its events, times in Viet Nam's zone.

    With `symbols`, the filter's names of its findings are beside their meanings.
    """
    for message in answer["messages"]:
        yield from _message(message, language, symbols)
        yield ""
    for template, values in _remarks(answer):
        yield render(template, values, language)


def _remarks(answer: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if answer.get("more"):
        yield MORE, {}
    if answer.get("gaps"):
        yield GAPS, {"gaps": answer["gaps"]}
    if answer.get("counted") and answer.get("as") == "address":
        yield COUNTED, {"counted": answer["counted"]}
    if (answer.get("idle_seconds") or 0) > 300:
        yield BEHIND, {"seconds": answer["idle_seconds"]}


def _message(message: Mapping[str, Any], language: str, symbols: bool) -> Iterator[str]:
    words = translator(language)
    yield render(MESSAGE, {"message_id": message.get("message_id") or words(NO_ID)}, language)
    sender = message.get("sender")
    values = {
        "sender": words(NOTHING_BY) if sender == "" else sender or words(UNKNOWN),
        "size": message.get("size"),
        "queue_ids": message.get("queue_ids") or "-",
    }
    yield f"  {render(NO_SIZE if values['size'] is None else ENVELOPE, values, language)}"
    yield from (f"  {_moment(event['at'])}  {_event(event, language, symbols)}" for event in _once(message["events"]))


def _once(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return the events, with repeated fetches of a message as one, with their number and last time."""
    shown: list[dict[str, Any]] = []
    fetched: dict[tuple[str, ...], dict[str, Any]] = {}
    for event in events:
        key = (event.get("mailbox", {}).get("id", ""), event.get("folder", ""), event.get("protocol", ""))
        if event["event"] == "read" and key in fetched:
            fetched[key] |= {"times": fetched[key].get("times", 1) + 1, "last": event["at"]}
            continue
        shown.append(dict(event))
        if event["event"] == "read":
            fetched[key] = shown[-1]
    return shown


def _moment(at: str) -> str:
    return moment_in_figures(datetime.fromisoformat(at))


def _event(event: Event, language: str, symbols: bool) -> str:
    words = translator(language)
    shown = {name: event.get(name) or words(UNKNOWN) for name in _FIELDS}
    shown["protocol"] = words(_PROTOCOLS.get(event.get("protocol", ""), event.get("protocol") or UNKNOWN))
    shown["action"] = words(_ACTIONS.get(event.get("action", ""), event.get("action") or UNKNOWN))
    shown["score"] = f"{event.get('score') or 0:.1f}"
    happened = render(_HAPPENED.get(event["event"], str(event["event"])), shown, language)
    found = event.get("symbols", ()) if symbols else ()
    beside = [*_beside(event, language), *([render(_NAMES, {"symbols": " ".join(found)}, language)] if found else [])]
    return happened + "".join(f"; {part}" for part in beside)


def reasons(symbols: Iterable[str], language: str) -> list[str]:
    """Return the meanings of symbols, each once, without those that only describe a message."""
    known = [meaning for symbol, meaning in SYMBOLS.items() if symbol in set(symbols)]
    return [translator(language)(meaning) for meaning in dict.fromkeys(known)]


_NAMES = _("symbols of the filter: {symbols}")
_FIELDS = ("client", "recipient", "folder", "origin", "next_queue_id")
_PERSON = _("mailbox of {name} ({kind} {id})")
_KINDS = {"official": _("official"), "agency": _("agency")}
_ORIGINAL = _("sent to {original}")
_SERVER = _("by {server}")
_TIMES = _("{times} times, the last {last}")
_ALIKE = _("{alike} more refusals for this reason to the same client in that minute")


def _beside(event: Event, language: str) -> Iterator[str]:
    """Yield further facts of an event: the mailbox, meanings of symbols, the other server's reply."""
    if why := reasons(event.get("symbols", ()), language):
        yield ", ".join(why)
    if mailbox := event.get("mailbox"):
        kind = translator(language)(_KINDS.get(mailbox["kind"], mailbox["kind"]))
        yield render(_PERSON, {"name": mailbox["name"], "kind": kind, "id": mailbox["id"]}, language)
    if "times" in event:
        yield render(_TIMES, {"times": event["times"], "last": _moment(event["last"])}, language)
    if event.get("alike"):
        yield render(_ALIKE, {"alike": event["alike"]}, language)
    if event.get("original"):
        yield render(_ORIGINAL, {"original": event["original"]}, language)
    if event.get("origin") and event["event"] in {"delivered", "deferred", "bounced"}:
        yield render(_SERVER, {"server": event["origin"]}, language)
    if meaning := status(event.get("code") or ""):
        yield translator(language)(meaning)
    if event.get("said"):
        yield render("{code} {said}", {"code": event.get("code", ""), "said": event["said"]}, language).strip()


def status(code: str) -> str:
    """Return the meaning of an enhanced status code as a template; empty for success and unknown codes."""
    if not code.startswith(("4.", "5.")):
        return ""
    return STATUSES.get(code) or STATUSES.get(code.partition(".")[2], "")
