"""A plan as text, as JSON, and as Markdown for a pull request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..messages import mark as _
from ..messages import render, translator
from ..plan import CLOSE, READDRESS, Action, Plan, Refusal

LABELS = {
    "create": _("create"),
    "record": _("record as closed"),
    "reopen": _("reopen"),
    "resume": _("resume"),
    "suspend": _("suspend"),
    "readdress": _("readdress"),
    "close": _("close"),
    "update": _("update"),
    "alias": _("alias"),
    "forward": _("forward"),
    "redirect": _("redirect"),
    "cancel": _("cancel"),
    "release": _("release"),
}
# A comment on GitHub is cut at 65,536 characters.
LONGEST_MARKDOWN = 65_000


def refusal(item: Refusal, language: str) -> str:
    """Why the plan must not be applied."""
    return f"{item.rule.id} [{item.rule.clause}] {render(item.rule.message, item.values, language)}"


def as_data(plan: Plan, language: str) -> dict[str, Any]:
    """A plan with the keys of the format."""
    return {
        "checksum": plan.checksum,
        "as_of": plan.day.isoformat(),
        "counts": plan.counts,
        "refused": [refusal_data(item, language) for item in plan.refused],
        "actions": [action_data(action) for action in plan.actions],
    }


def refusal_data(item: Refusal, language: str) -> dict[str, Any]:
    """A refusal with its rule and its message."""
    return {
        "rule": item.rule.id,
        "clause": item.rule.clause,
        "message": render(item.rule.message, item.values, language),
        "message_en": render(item.rule.message, item.values, "en"),
    }


def action_data(action: Action) -> dict[str, Any]:
    """An action as JSON holds it."""
    return {name: getattr(action, name) for name in Action.__slots__}


def as_json(plan: Plan, language: str) -> str:
    """The whole plan as one JSON object."""
    return json.dumps(as_data(plan, language), ensure_ascii=False, indent=2)


def sentence(action: Action, language: str) -> str:
    """One action in one line: what, to whom, on which document."""
    label = translator(language)(LABELS[action.action])
    line = f"{label}: {action.address}"
    if action.name:
        line += f" ({action.name})"
    if moved := _arrow(action):
        line += f" {moved}"
    return f"{line} [{action.document}]" if action.document else line


def _arrow(action: Action) -> str:
    if action.action == READDRESS:
        return f"→ {action.after['address']}"
    if action.kind == "route" and "targets" in action.after:
        return "→ " + ", ".join(action.after["targets"])
    changed = [name for name in action.after if name in action.before and name not in ("document", "since", "state")]
    return "; ".join(f"{name}: {action.before[name] or '—'} → {action.after[name] or '—'}" for name in changed)


def counts(plan: Plan, language: str) -> str:
    """The counts that are not zero, in a line; or that nothing changes."""
    translate = translator(language)
    counted = [f"{translate(LABELS[action])} {count}" for action, count in plan.counts.items() if count]
    return ", ".join(counted) or translate(_("nothing changes"))


def text(plan: Plan, language: str) -> str:
    """Every action, then every refusal, the counts, and the checksum to apply by."""
    lines = [sentence(action, language) for action in plan.actions]
    for item in plan.refused:
        lines.append(translator(language)(_("REFUSED")) + ": " + refusal(item, language))
        if language != "en":
            lines.append("    " + refusal(item, "en"))
    lines.append(render(_("As of {day}: {counts}"), {"day": plan.day, "counts": counts(plan, language)}, language))
    lines.append(f"checksum: {plan.checksum}")
    return "\n".join(lines)


def markdown(plan: Plan, language: str) -> str:
    """For a pull request: refusals, counts, a table an agency; closings and new addresses open, the rest folded."""
    parts = list(_markdown(plan, language))
    whole = "\n\n".join(parts)
    if len(whole) <= LONGEST_MARKDOWN:
        return whole
    translate = translator(language)
    cut = whole[:LONGEST_MARKDOWN].rsplit("\n", 1)[0]
    closed = "\n\n</details>" if cut.count("<details>") > cut.count("</details>") else ""
    return cut + closed + "\n\n" + translate(_("The plan is longer than a comment may be; see the whole in its file."))


def _markdown(plan: Plan, language: str) -> Iterator[str]:
    translate = translator(language)
    title, refused = translate(_("Plan")), translate(_("REFUSED"))
    yield f"### {title} {plan.day.isoformat()}: {counts(plan, language)}"
    for item in plan.refused:
        yield f"> **{refused}**: {_escape(refusal(item, language))}"
    if plan.actions:
        yield _by_agency(plan, language)
    shown = [action for action in plan.actions if action.action in (CLOSE, READDRESS)]
    if shown:
        yield _list(shown, language)
    rest = [action for action in plan.actions if action.action not in (CLOSE, READDRESS)]
    if rest:
        summary = render(_("{count} more actions"), {"count": len(rest)}, language)
        yield f"<details><summary>{summary}</summary>\n\n{_list(rest, language)}\n\n</details>"
    yield f"`checksum: {plan.checksum}`"


def _by_agency(plan: Plan, language: str) -> str:
    translate = translator(language)
    kinds = [action for action, count in plan.counts.items() if count]
    counted = Counter((action.agency, action.action) for action in plan.actions)
    lines = [
        "| " + translate(_("agency")) + " | " + " | ".join(translate(LABELS[kind]) for kind in kinds) + " |",
        "|---|" + "---:|" * len(kinds),
    ]
    for agency in sorted({action.agency for action in plan.actions}):
        cells = (str(counted[agency, kind] or "") for kind in kinds)
        lines.append(f"| {agency or '—'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _list(actions: list[Action], language: str) -> str:
    return "\n".join(f"- {_escape(sentence(action, language))}" for action in actions)


def _escape(value: str) -> str:
    """Names come from a pull request: they must not become markup, mentions or links in its comment."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#!~@$:." else c for c in value)


FORMATS = {"text": text, "json": as_json, "markdown": markdown}
