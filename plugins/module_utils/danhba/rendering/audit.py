"""Renders the verification of a server's audit records, and the records of a mailbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..messages import mark as _
from ..messages import render, translator
from .plan import FIELDS, LABELS

Data = Mapping[str, Any]

HOLDS = _("the records are as they were written: {seals} seals, {rows} rows; the newest seal is {n} of {at}, {hash}")
EMPTY = _("the records are empty: there is no seal yet")
BROKEN = _("the records were tampered with: {found} places do not fit the chain; the first:")
MORE = _("… and {left} more")
ADOPTED = _("{count} rows of {relation} were there before the chain: they are as on that day, and no more is known")
_FAULTS = {
    "changed": _("row {key} of {relation} is not as it was when seal {seal} was made: it was changed"),
    "removed": _("row {key} of {relation}, sealed by {seal}, is not there: it was removed"),
    "added": _("row {key} of {relation} has no seal: it was added, or its seal was removed"),
    "twice": _("row {key} of {relation} was sealed once more by seal {seal}: it was replaced"),
    "dated": _("row {key} of {relation} says another time than seal {seal}, which it got: it was dated back or ahead"),
    "forged": _("seal {seal} ({relation}, rows {key}) is not what its hash was made of: it was changed"),
    "unlinked": _("seal {seal} ({relation}, rows {key}) does not follow the one before, which was changed or replaced"),
    "gap": _("before seal {seal}, {key} seals are missing: they were removed"),
    "rewritten": _(
        "seal {seal} is another than the one that was kept elsewhere: the chain was made anew behind seal {key}, and"
        " all rows that were sealed from there to seal {seal} are in doubt"
    ),
    "cut": _("seal {seal} was kept elsewhere, and the chain ends with {key}: what came behind was removed"),
    "altered": _("{relation} is not as the migrations made it: {key}"),
    "lacking": _("{relation} is not there: the migrations made it, somebody removed or renamed it"),
    "strange": _("{relation} was made by no migration: somebody made it ({key})"),
    "unread": _("the table {relation} cannot be read: it was removed or replaced, or its rights were taken away"),
    "password": _(
        "the password of {key} is not the one that a program stored last: it was put into the database by hand"
    ),
}


def verdict(found: Data, language: str) -> Iterator[str]:
    """Yield the lines of `danhba audit verify`: whether the chain holds, and each fault."""
    head = found["head"]
    if found["holds"]:
        rows = sum(found["rows"].values())
        said = {"seals": found["seals"], "rows": rows, **(head or {})}
        yield render(HOLDS if head else EMPTY, said, language)
    else:
        yield render(BROKEN, {"found": found["found"]}, language)
        yield from (f"  {fault(each, language)}" for each in found["faults"])
        if left := found["found"] - len(found["faults"]):
            yield f"  {render(MORE, {'left': left}, language)}"
    for relation, count in found["adopted"].items():
        yield render(ADOPTED, {"count": count, "relation": relation}, language)


def fault(each: Data, language: str) -> str:
    """Return a fault as a sentence."""
    return render(_FAULTS[each["kind"]], each, language)


# Words for actions on a mailbox other than those of plans (`rendering.plan`).
_DONE = {
    "issue_password": _("first password issued"),
    "reissue_password": _("password reissued"),
    "change_password": _("password changed by its owner"),
    "password_outside": _("PASSWORD REPLACED BY NO PROGRAM OF THE SYSTEM"),
    "suspend_sending": _("sending suspended by the guard"),
    "resume_sending": _("sending allowed again"),
    "handover": _("handed over to another custodian"),
    "recall_find": _("recall: looked for a message"),
    "recall_hold": _("recall: held a message"),
    "recall_release": _("recall: put a message back"),
    "recall_erase": _("recall: erased a message"),
    "recall_record": _("recall: put on record"),
}
# Words for marks of an entry, beside the faults of its row.
_MARKS = {
    "changed": _("was changed after it was sealed"),
    "removed": _("was removed"),
    "added": _("was added without a seal"),
    "twice": _("was replaced by another"),
    "dated": _("was dated back or ahead"),
    "doubtful": _("the chain does not hold, so this is in doubt"),
}
_FIELDS = {"state": _("state"), "since": _("since"), "custodian": _("custodian")}


def what(action: str, language: str) -> str:
    """Return an action in words."""
    return translator(language)(_DONE.get(action) or LABELS.get(action, action))


def mark(kind: str, language: str) -> str:
    """Return a mark of an entry in words."""
    return translator(language)(_MARKS.get(kind, kind))


def field(name: str, language: str) -> str:
    """Return the name of a changed field in words."""
    return translator(language)(_FIELDS.get(name) or FIELDS.get(name, name))
