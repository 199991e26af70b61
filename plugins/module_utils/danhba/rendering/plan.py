"""Renders a plan as text, as JSON, and as Markdown for a pull request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice, takewhile
from typing import Any

from ..jsontext import AT_ONCE, pretty_object
from ..messages import mark as _
from ..messages import render, translator, visible
from ..model.sizes import written
from ..planning.accounts import CANCELLED, FORWARD, OFFICIAL, REDIRECT
from ..planning.compared import Compared
from ..planning.plan import CLOSE, CREATE, READDRESS, REOPEN, RESUME, SUSPEND, UPDATE, Action, Plan, Refusal
from ..vietnamese.names import spelling
from . import compared as show_compared
from .colour import Paint, plain

LABELS = {
    "create": _("create"),
    "record": _("opened and closed before this day, no mailbox"),
    "reopen": _("reopen"),
    "resume": _("resume"),
    "suspend": _("suspend"),
    "readdress": _("readdress"),
    "close": _("close"),
    "update": _("update"),
    "alias": _("technical address"),
    "forward": _("forward"),
    "redirect": _("redirect"),
    "cancel": _("cancel"),
    "release": _("stop forwarding"),
    "except": _("⚠️ except from the secrecy filter"),
    "end_exception": _("end an exception from the secrecy filter"),
}
RENAME = _("rename")
# Words for an account's fields.
FIELDS = {
    "address": _("address"),
    "name": _("name"),
    "agency": _("agency"),
    "title": _("title"),
    "unit": _("division"),
    "phone": _("telephone"),
    "quota": _("quota"),
    "parent": _("managing agency"),
    "family": _("family name"),
    "given": _("given name"),
    "mode": _("mail goes by"),
    "reply": _("refusal"),
    "targets": _("mail goes to"),
    "sender": _("sender"),
    "files": _("files (SHA-256)"),
    "until": _("until"),
    "reason": _("reason"),
}
# Actions that take or return a mailbox or address, of which reviewers read each.
TAKING = frozenset({CLOSE, SUSPEND, READDRESS, REOPEN, RESUME})
COLOURS = {CLOSE: "red", SUSPEND: "magenta", READDRESS: "yellow", CREATE: "green", REOPEN: "green", RESUME: "green"}
# Fields about the document of the others, which ends the line.
_CITING = frozenset({"document", "since", "state", "quota_document"})
# GitHub cuts a comment at 65,536 characters.
LONGEST_MARKDOWN = 65_000
_GAP = "\n\n"
# Forges look for mentions in the rendered text, without the backslash: the @ needs a character after it.
_MENTION = re.compile(r"(?<=\W\\@)(?=\w)|(?<=^\\@)(?=\w)")


def refusal(item: Refusal, language: str) -> str:
    """Return a refusal as text."""
    return f"{item.rule.id} [{item.rule.clause}] {render(item.rule.message, item.values, language)}"


def as_data(plan: Plan, language: str) -> dict[str, Any]:
    """Return a plan as a dict with the keys of the output format."""
    return {**_head(plan, language), "actions": list(plan.data)}


def _head(plan: Plan, language: str) -> dict[str, Any]:
    """Return the dict without the actions."""
    return {
        "checksum": plan.checksum,
        "as_of": plan.day.isoformat(),
        "counts": plan.counts,
        "refused": [refusal_data(item, language) for item in plan.refused],
    }


def refusal_data(item: Refusal, language: str) -> dict[str, Any]:
    """Return a refusal as a dict with its rule and message."""
    return {
        "rule": item.rule.id,
        "clause": item.rule.clause,
        "message": render(item.rule.message, item.values, language),
        "message_en": render(item.rule.message, item.values, "en"),
    }


def as_json(plan: Plan, language: str, compared: Compared | None = None) -> str:
    """Return the whole plan as one JSON object; `compared` is the difference of the two registers, if there are two."""
    return b"".join(json_pieces(plan, language, compared)).decode()


def json_pieces(plan: Plan, language: str, compared: Compared | None = None) -> Iterator[bytes]:
    """Yield that JSON as bytes, in pieces: a province's first plan has a hundred megabytes."""
    more = {"compared": compared.as_data()} if compared else {}
    return pretty_object({**_head(plan, language), **more}, "actions", plan.data)


def sentence(action: Action, language: str) -> str:
    """Return an action as a line: action, account and document."""
    label, name = translator(language)(LABELS[action.action]), action.name
    if renames(action):
        label = translator(language)(RENAME) + (f", {label}" if action.action == READDRESS else "")
        name = f"{action.before['name']} → {action.after['name']}"
    line = f"{label}: {action.address}"
    if name:
        line += f" ({name})"
    if moved := _arrow(action, language):
        line += f" {moved}"
    return visible(f"{line} [{action.document}]" if action.document else line)


def renames(action: Action) -> bool:
    """Say whether a person who keeps the mailbox gets another name; another vowel with the same tone is none."""
    if action.kind != OFFICIAL or action.action not in {READDRESS, UPDATE}:
        return False
    before, after = (spelling(str(each.get("name", ""))) for each in (action.before, action.after))
    return before != after


# Maximum number of addresses named whose refusals change alike.
NAMED = 5


def _lines(actions: Iterable[Action], language: str) -> Iterator[tuple[str, str]]:
    """Yield each action and its line; refusals that only name other contacts are joined in one line at the end."""
    alike: dict[tuple[str, str], list[str]] = {}
    for action in actions:
        if _only_asks(action):
            alike.setdefault((action.before["reply"], action.after["reply"]), []).append(action.address)
        else:
            yield READDRESS if renames(action) else action.action, sentence(action, language)
    template = _("{count} refused addresses name others to ask ({addresses}): {before} → {after}")
    for (before, after), addresses in alike.items():
        shown = [*addresses[:NAMED], *["…"] * (len(addresses) > NAMED)]
        values = {"count": len(addresses), "addresses": shown, "before": before, "after": after}
        yield "cancel", render(template, values, language)


def _only_asks(action: Action) -> bool:
    before, after = action.before, action.after
    return action.kind == "route" and before.get("mode") == after.get("mode") == CANCELLED and len(after) == len(before)


def _arrow(action: Action, language: str) -> str:
    if action.action == READDRESS:
        return f"→ {action.after['address']}"
    if action.kind == "route" and "targets" in action.after:
        return "→ " + ", ".join(action.after["targets"])
    if not action.before:
        return ""
    said = {*_CITING, *(("name", "family", "given") if renames(action) else ())}
    changed = [
        name
        for name, value in action.after.items()
        if name in action.before and action.before[name] != value and name not in said
    ]
    translate = translator(language)
    return "; ".join(
        f"{translate(FIELDS[name])}: {_value(action.before[name])} → {_value(action.after[name])}" for name in changed
    )


def _value(value: Any) -> str:
    """Return an account's value as people read it; only the quota is a number."""
    return written(value) if isinstance(value, int) else value or "—"


def counts(plan: Plan, language: str) -> str:
    """Return a line of the counts that are not zero, or that nothing changes."""
    translate = translator(language)
    counted = [f"{translate(LABELS[action])} {count}" for action, count in plan.counts.items() if count]
    return ", ".join(counted) or translate(_("no mailbox and no address changes"))


def text(
    plan: Plan, language: str, paint: Paint = plain, compared: Compared | None = None, *, beside: bool = True
) -> str:
    """Return the plan as text.

    It has every action, then, for two `compared` registers, what no server holds; refusals with the English `beside`
    another language, the counts, and the checksum if the plan can be applied.
    """
    return "\n".join(text_pieces(plan, language, paint, compared, beside=beside))


def text_pieces(
    plan: Plan, language: str, paint: Paint = plain, compared: Compared | None = None, *, beside: bool = True
) -> Iterator[str]:
    """Yield that text in pieces of many lines, to be joined by line ends."""
    lines = _lines(plan.actions, language)
    while some := list(islice(lines, AT_ONCE)):
        yield "\n".join(paint(line, COLOURS.get(action, "")) for action, line in some)
    if notes := [*show_compared.notes(compared or Compared(), language)]:
        yield "\n".join(notes)
    yield "\n".join(_end(plan, language, paint, beside=beside))


def _end(plan: Plan, language: str, paint: Paint, *, beside: bool) -> list[str]:
    lines = []
    for item in plan.refused:
        refused = translator(language)(_("REFUSED")) + ": " + refusal(item, language)
        lines.append(paint(refused, "red"))
        if beside and language != "en":
            lines.append("    " + refusal(item, "en"))
    lines.append(render(_("As of {day}: {counts}"), {"day": plan.day, "counts": counts(plan, language)}, language))
    if plan.checksum:
        lines.append(render(_("checksum: {checksum}"), {"checksum": plan.checksum}, language))
    return lines


def markdown(plan: Plan, language: str, file: str = "", most: int = LONGEST_MARKDOWN) -> str:
    """Return Markdown for a pull request: refusals, counts, and a table by agency.

    Actions that take a mailbox or address are shown in full, the others folded. What does not fit into `most`
    characters is counted, and is in `file`, which has the whole plan.
    """
    page = Page(language, file, most)
    title = translator(language)(_("Plan"))
    page.add(f"### {title} {plan.day.isoformat()}: {counts(plan, language)}")
    page.end = "`" + render(_("checksum: {checksum}"), {"checksum": plan.checksum}, language) + "`"
    refused = translator(language)(_("REFUSED"))
    page.list([f"> **{refused}**: {escape(refusal(item, language))}\n>" for item in plan.refused])
    if plan.actions:
        heading, *rows = _by_agency(plan, language)
        page.list(rows, heading, most=most // 4)
    taken = [action for action in plan.actions if _takes(action)]
    page.list([_item(action, language) for action in taken])
    rest = [action for action in plan.actions if not _takes(action)]
    summary = render(_("{count} more actions"), {"count": len(rest)}, language)
    opening = f"<details><summary>{summary}</summary>\n\n"
    page.list([f"- {escape(line)}" for _action, line in _lines(rest, language)], opening, "\n\n</details>")
    return page.text()


def _takes(action: Action) -> bool:
    """Say whether an action takes or returns a mailbox, address or name, or redirects mail that went elsewhere.

    The end of a forwarding is none: each ends on its day.
    """
    if action.kind != "route" or not action.before:
        return action.action in TAKING or renames(action)
    before, after = action.before, action.after
    if after.get("mode") == REDIRECT:
        return before["mode"] != FORWARD and before.get("reply") != after.get("reply")
    return "targets" in after and before.get("targets") != after["targets"]


@dataclass(slots=True)
class Page:
    """A text of at most `most` characters; `left` counts the lines that did not fit."""

    language: str
    file: str
    most: int
    parts: list[str] = field(default_factory=list)
    length: int = 0
    left: int = 0
    end: str = ""

    def add(self, part: str) -> None:
        """Add a paragraph, which must fit."""
        self.parts.append(part)
        self.length += len(part) + len(_GAP)

    def list(self, lines: Sequence[str], before: str = "", after: str = "", most: int = LONGEST_MARKDOWN) -> None:
        """Add the lines that fit, up to `most` characters, between two texts, and the number of those left out."""
        if not lines:
            return
        around = before + after + self.end + self._more(len(lines)) + 4 * _GAP
        room = min(most, self.most - self.length - len(around))
        lengths = accumulate(len(line) + 1 for line in lines)
        fitting = sum(1 for _length in takewhile(lambda length: length <= room, lengths))
        left = len(lines) - fitting
        if fitting:
            self.add(before + "\n".join(lines[:fitting]) + after)
        self.left += left
        if left:
            self.add(self._more(left))

    def _more(self, count: int) -> str:
        values = {"count": count, "file": self.file or "danhba plan --out FILE"}
        return "_" + escape(render(_("{count} more lines do not fit here; see {file}"), values, self.language)) + "_"

    def text(self) -> str:
        """Return the whole page."""
        return _GAP.join([*self.parts, self.end])


def _by_agency(plan: Plan, language: str) -> list[str]:
    """Return the heading of a table of counts by agency, and its rows."""
    translate = translator(language)
    kinds = [action for action, count in plan.counts.items() if count]
    counted = Counter((action.agency, action.action) for action in plan.actions)
    heading = "| " + translate(_("agency")) + " | " + " | ".join(translate(LABELS[kind]) for kind in kinds) + " |"
    rows = []
    for agency in sorted({action.agency for action in plan.actions}):
        cells = (str(counted[agency, kind] or "") for kind in kinds)
        rows.append(f"| {agency or '—'} | " + " | ".join(cells) + " |")
    return [f"{heading}\n|---|" + "---:|" * len(kinds) + "\n", *rows]


def _item(action: Action, language: str) -> str:
    return f"- {escape(sentence(action, language))}"


def escape(value: str) -> str:
    """Escape a name from a pull request, so that it is no markup, mention or link in its comment.

    Entities such as `&commat;` are escaped too: they would render as one of them.
    """
    escaped = "".join(f"\\{c}" if c in "\\`*_[]<>|#!~@$:." else c for c in value.replace("&", "&amp;"))
    return _MENTION.sub("&#8203;", escaped)
