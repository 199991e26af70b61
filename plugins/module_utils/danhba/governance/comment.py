"""A review as the one comment that a pull request gets, for editors and reviewers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ..messages import mark as _
from ..messages import render, translator, visible
from ..model.findings import Finding, Severity, binding
from ..model.register import Agency, Change, Issuance
from ..rendering import findings as show_findings
from ..rendering import plan as show_plan
from ..rendering.plan import LONGEST_MARKDOWN, Page, escape
from .descriptions import KEYS, WORDS
from .proposal import Proposal
from .review import Handover, Moved, Review

# The first line of the comment, by which its later versions find it.
MARKER = "<!-- danhba-review -->"
# What the plan has at least, however long the findings are.
_ROOM_FOR_PLAN = 15_000
# For a line behind the plan.
_ROOM_FOR_MORE = 300
_ROOM_FOR_LISTS = 4_000
# Who gets which key and which address must be compared one by one.
_ROOM_FOR_COMPARED = 15_000
_NONE = "—"
MOVED = _("{name} ({person}) gets the address {now}, because {holder} got {before} first.")
# How many paths or people a paragraph names.
NAMED = 20
# What says that somebody may have two mailboxes.
_DOUBLED = frozenset({"person-alike", "person-two-ids"})
_SEVERITY = {Severity.ERROR: "🛑", Severity.ADVICE: "💡"}


def markdown(review: Review, language: str, file: str = "") -> str:
    """The whole comment, at most `LONGEST_MARKDOWN` characters; `file` is where the whole plan is."""
    page = Page(language, f"danhba check --base {review.proposal.target}", LONGEST_MARKDOWN - _ROOM_FOR_PLAN)
    page.add(f"{MARKER}\n## {_headline(review, language)}")
    for part in _situation(review, language):
        page.add(part)
    settings = [
        f"- {escape(visible(f'{path}: {before or _NONE} → {now or _NONE}'))}" for path, before, now in review.settings
    ]
    heading = _("Changes of province.yml: the guards of every plan are set there.")
    page.list(settings, "**" + _say(heading, language, review.proposal) + "**\n\n", most=_ROOM_FOR_LISTS)
    heading = _("The guards are loosened, and this passes only by that: compare each with its document.")
    items = [_item(finding, language) for finding in review.loosened]
    page.list(items, "**" + _say(heading, language, review.proposal) + "**\n\n", most=_ROOM_FOR_LISTS)
    heading = _("Custodians and keys: compare each with the authorisation, and ask them whether the key is theirs.")
    handovers = [_handover(handover, language) for handover in review.compared.handovers]
    page.list(handovers, "**" + _say(heading, language, review.proposal) + "**\n\n", most=_ROOM_FOR_COMPARED)
    heading = _("Pinned addresses: compare each with the document that decides it.")
    pins = [_pin(*pin, language) for pin in review.compared.pins]
    page.list(pins, "**" + _say(heading, language, review.proposal) + "**\n\n", most=_ROOM_FOR_COMPARED)
    heading = _("Agencies that change on a day: compare each with its document.")
    changes = [_change(*change, language) for change in review.compared.changes]
    page.list(changes, "**" + _say(heading, language, review.proposal) + "**\n\n", most=_ROOM_FOR_LISTS)
    heading = _("One person, one mailbox (R4.0): find out of each whether these are two people.")
    doubled = [finding for finding in review.findings if finding.rule.id in _DOUBLED]
    items = [_item(finding, language) for finding in doubled]
    page.list(items, "**" + _say(heading, language, review.proposal) + "**\n\n", most=_ROOM_FOR_COMPARED)
    rest = [finding for finding in review.findings if finding.rule.id not in _DOUBLED]
    page.list([_item(finding, language) for finding in _in_order(rest)])
    if review.known:
        page.add(
            _say(_("{count} more findings are in {target} already."), language, review.proposal, count=review.known)
        )
    outside = [f"- {escape(visible(path))}" for path in review.proposal.outside]
    heading = _("Files outside the register: not looked at here, and for the operator alone to judge.")
    page.list(outside, "**" + _say(heading, language, review.proposal) + "**\n\n", most=_ROOM_FOR_LISTS)
    if review.plan:
        room = LONGEST_MARKDOWN - len(page.text()) - _ROOM_FOR_MORE
        page.add(show_plan.markdown(review.plan, language, file, room))
    if review.more:
        more = _("On {count} more days to come this change opens or changes something, which is not shown here.")
        page.add(_say(more, language, review.proposal, count=review.more))
    return page.text().strip() + "\n"


def _headline(review: Review, language: str) -> str:
    proposal, errors = review.proposal, len(binding(review.findings))
    if not proposal.related or proposal.conflicts:
        return "⚠️ " + _say(_("This change cannot be merged as it is"), language, proposal)
    if errors:
        return "🛑 " + _say(_("{count} errors are to be corrected first"), language, proposal, count=errors)
    if review.plan is None:
        return "🛑 " + _say(
            _("{target} itself has errors, and no plan can be made; correct them first"), language, proposal
        )
    if review.plan.refused:
        return "🛑 " + _say(_("The plan is refused"), language, proposal)
    if review.loosens:
        return "⚠️ " + _say(_("No errors, but the guards are loosened: read by what, and what for"), language, proposal)
    return "✅ " + _say(_("No errors: read the plan before approving"), language, proposal)


def _situation(review: Review, language: str) -> Iterator[str]:
    """Which commits were looked at, whether they can be merged, and what the editor does about it."""
    proposal = review.proposal
    yield _say(_("Looked at: commit {commit}, merged into {target} ({onto})."), language, proposal)
    if not proposal.related:
        unrelated = _("It shares no history with {target}: start a branch from {target}, and make the change there.")
        yield _say(unrelated, language, proposal)
    elif proposal.conflicts:
        yield from _conflict(proposal, language)
    elif proposal.behind:
        behind = _("{target} has {behind} commits that this branch lacks; what counts is the result of merging.")
        yield _say(behind, language, proposal)
    if review.moved:
        yield "\n".join(f"- {_moved(moved, language)}" for moved in review.moved[:NAMED])


def _conflict(proposal: Proposal, language: str) -> Iterator[str]:
    paths = list(proposal.conflicts[:NAMED])
    yield _say(_("Both {target} and this change have changed: {paths}."), language, proposal, paths=paths)
    if proposal.result is None:
        way = _(
            "Rebase, and put together what both sides changed; the entries of {target} keep their order, yours come "
            "last. What follows is about this branch by itself."
        )
    elif proposal.appended:
        way = _(
            "Take in what {target} has got: those entries keep their places, and yours come after them, at the end. "
            "What follows is the result of that."
        )
    else:
        way = _("Rebase. What follows is about the register, which git could merge.")
    yield _say(way, language, proposal)
    if proposal.appended and proposal.result is not None:
        yield "\n".join(("```sh", "danhba update", "danhba send", "```"))
        return
    branch = visible(proposal.target).replace("`", "")
    edit = _("# in each file: delete the lines <<<<<<< ======= >>>>>>>, keep both parts, your entries last")
    steps = (
        "git fetch",
        f"git rebase {branch}",
        translator(language)(edit),
        "git add -u",
        "git -c core.editor=true rebase --continue",
        "git push --force-with-lease",
    )
    yield "\n".join(("```sh", *steps, "```"))


def _handover(handover: Handover, language: str) -> str:
    custodian = handover.custodian
    template = _("{agency}: from {day} on {name} ({person}), {role}, {document}; key: {key}")
    values = {
        "agency": handover.agency.code,
        "day": custodian.date,
        "name": handover.name,
        "person": custodian.person,
        "role": translator(language)(WORDS[custodian.role]),
        "document": custodian.document,
        "key": custodian.key or _NONE,
    }
    return "- " + _safe(template, language, values)


def _pin(agency: Agency, issuance: Issuance, language: str) -> str:
    template = _("{agency}: {address} for {name} ({person}), decided by {document}")
    values = {"agency": agency.code, "address": issuance.address, "name": issuance.name, "person": issuance.id}
    return "- " + _safe(template, language, {**values, "document": issuance.address_document or _NONE})


def _change(change: Change, former: Agency, language: str) -> str:
    template = _("{agency}: from {day} on {what}, {document}")
    say = translator(language)
    what = [
        f"{say(KEYS[key][0])}: {_word(key, getattr(former, key), say)} → {_word(key, value, say)}"
        for key, value in change.values.items()
    ]
    values = {"agency": former.code, "day": change.date, "what": what, "document": change.document}
    return "- " + _safe(template, language, values)


def _word(key: str, value: str, say: Callable[[str], str]) -> str:
    """A value as people read it: a kind by its name."""
    return say(WORDS[value]) if key == "kind" else value or _NONE


def _moved(moved: Moved, language: str) -> str:
    issuance = moved.issuance
    who = {"name": issuance.name, "person": issuance.id, "holder": moved.holder}
    return _safe(MOVED, language, {**who, "before": moved.before, "now": moved.now})


def _in_order(findings: list[Finding]) -> list[Finding]:
    """What must be corrected first, then what the change takes back, keys among it, then the rest."""
    return sorted(findings, key=lambda f: (f.rule.severity is not Severity.ERROR, not f.rule.id.startswith("history-")))


def _item(finding: Finding, language: str) -> str:
    where, rule = finding.where, finding.rule
    place = escape(f"{visible(where.file)}:{where.place.line}:{where.place.column}")
    message = escape(show_findings.message(finding, language))
    return f"- {_SEVERITY[rule.severity]} **{place}** `{rule.id}` ({rule.clause})  \n  {message}"


def _say(template: str, language: str, proposal: Proposal, **values: object) -> str:
    known: dict[str, object] = {
        "target": proposal.target,
        "commit": proposal.commit[:10],
        "onto": proposal.target_commit[:10],
        "behind": proposal.behind,
    }
    return _safe(template, language, known | values)


def _safe(template: str, language: str, values: Mapping[str, object]) -> str:
    """A message whose values cannot become markup."""
    return render(template, {key: _escaped(value) for key, value in values.items()}, language)


def _escaped(value: object) -> object:
    return [_escaped(item) for item in value] if isinstance(value, list) else escape(visible(str(value)))
