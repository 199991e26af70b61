"""A review as the one comment that a pull request gets, for editors and reviewers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from ..addresses.issuing import contact
from ..messages import mark as _
from ..messages import render, translator, visible
from ..model.findings import Finding, Severity, binding
from ..planning.compared import OPENED, Cited, Gone, Handover, Withdrawn
from ..rendering import compared as show_compared
from ..rendering import findings as show_findings
from ..rendering import plan as show_plan
from ..rendering.plan import LONGEST_MARKDOWN, Page, escape
from .descriptions import named
from .proposal import Proposal
from .review import Moved, Review

# The first line of the comment, by which its later versions find it.
MARKER = "<!-- danhba-review -->"
# What the plan has at least, however long the findings are.
_ROOM_FOR_PLAN = 15_000
# For a line behind the plan.
_ROOM_FOR_MORE = 300
# So many days are named in it.
DAYS = 5
_ROOM_FOR_LISTS = 4_000
# Who gets which key and which address must be compared one by one.
_ROOM_FOR_COMPARED = 15_000
_ROOM_FOR_CITED = 25_000
_ROOM_FOR_FINDINGS = 20_000
# They are told beside the custodians.
_KEYS = frozenset({"history-key", "history-operator-key"})
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
    page.add(_top(review, language))
    for part in _situation(review, language):
        page.add(part)
    # What must be corrected comes first; otherwise what weighs most.
    parts = (_told, _weighed) if binding(review.findings) else (_weighed, _told)
    for add in parts:
        add(page, review, language)
    _cited(page, review, language, file)
    page.parts[0] = _top(review, language, left=page.left)
    if review.plan:
        room = LONGEST_MARKDOWN - len(page.text()) - _ROOM_FOR_MORE
        page.add(show_plan.markdown(review.plan, language, file, room))
    if review.more:
        more = _(
            "This change also does something on {days}, not shown here: see it by danhba plan --against "
            "{target} --as-of {day}."
        )
        shown = [*review.more[:DAYS], *["…"] * (len(review.more) > DAYS)]
        page.add(_say(more, language, review.proposal, days=shown, day=review.more[0]))
    return page.text().strip() + "\n"


def _weighed(page: Page, review: Review, language: str) -> None:
    for heading, items, most in (*_guards(review, language), *_compared(review, language)):
        page.list(items, _heading(heading, review, language), most=most)


# A heading, what stands below it, and how many characters that may have.
_Section = tuple[str, list[str], int]


def _heading(template: str, review: Review, language: str) -> str:
    return "**" + _say(template, language, review.proposal) + "**\n\n"


def _guards(review: Review, language: str) -> Iterator[_Section]:
    """What the province's file says anew, and what passes only by that."""
    settings = [_line(f"{path}: {before or _NONE} → {now or _NONE}") for path, before, now in review.settings]
    yield _("Changes of province.yml: the guards of every plan are set there."), settings, _ROOM_FOR_LISTS
    items = [_item(finding, language) for finding in review.loosened]
    heading = _("The guards are loosened, and this passes only by that: compare each with its document.")
    yield heading, items, _ROOM_FOR_LISTS
    items = [_item(finding, language) for finding in review.acknowledged]
    heading = _("⚠️ This passes only by an acknowledgement in {target} already: compare each with its document.")
    yield heading, items, _ROOM_FOR_LISTS


def _compared(review: Review, language: str) -> Iterator[_Section]:
    """What weighs most, each compared with its document; keys are told by their findings, who had them before too."""
    compared, most = review.compared, _ROOM_FOR_COMPARED
    handed = [line for item in compared.handovers for line in _handed(item, language)]
    keys = [_item(finding, language) for finding in review.findings if finding.rule.id in _KEYS]
    heading = _("Custodians and keys: compare each with the authorisation, and ask them whether the key is theirs.")
    yield heading, [*handed, *keys], most
    pins = [_line(show_compared.pinned(item, language)) for item in compared.pins]
    yield _("Pinned addresses: compare each with the document that decides it."), pins, most
    unlocked = [_line(show_compared.unlocked(item, language)) for item in compared.unlocked]
    yield _("Unlocked sooner: compare each with the document that ends the suspension."), unlocked, most
    withdrawn = [_line(_withdrawn(item, language)) for item in compared.withdrawn]
    heading = _("Withdrawn before its day: this does not come to pass. Compare each with the document that says so.")
    yield heading, withdrawn, most
    gone = [_line(_gone(item, language)) for item in compared.gone]
    yield _("⚠️ Taken out, with no document that takes it back: compare each with what acknowledges it."), gone, most
    leaders = [_line(show_compared.leader(item, language)) for item in compared.leaders]
    yield _("Leaders: compare each with the appointment."), leaders, most
    quotas = [_line(show_compared.quota(item, language)) for item in compared.quotas]
    yield _("Quotas: compare each with the document that decides it."), quotas, most
    changes = [_line(line) for line in show_compared.changes(compared.changes, language)]
    yield _("Agencies that change on a day: compare each with its document."), changes, most
    doubled = [_item(finding, language) for finding in review.findings if finding.rule.id in _DOUBLED]
    yield _("One person, one mailbox (R4.0): find out of each whether these are two people."), doubled, most
    described = [_line(show_compared.described(item, language)) for item in compared.described]
    yield _("Said anew without a document of its own:"), described, most


def _withdrawn(item: Withdrawn, language: str) -> str:
    what = named(item.event, language) if item.event else translator(language)(show_compared.COMING[item.what])
    return show_compared.withdrawn(item, what, language)


def _gone(item: Gone, language: str) -> str:
    return show_compared.gone(item, named(item.event, language) if item.event else "", language)


def _handed(item: Handover, language: str) -> Iterator[str]:
    yield _line(show_compared.handover(item, language))
    if item.is_to_another:
        yield "  " + _line(show_compared.follows(item, language))


def _told(page: Page, review: Review, language: str) -> None:
    """What is wrong or advised, what the target has of that, and what nobody looked at."""
    findings = [finding for finding in review.findings if finding.rule.id not in _KEYS | _DOUBLED]
    heading = _heading(_("What the check says of it:"), review, language)
    page.list([_item(finding, language) for finding in _in_order(findings)], heading, most=_ROOM_FOR_FINDINGS)
    if review.known:
        known = _("{count} more findings are in {target} already.")
        page.add(_say(known, language, review.proposal, count=review.known))
    outside = [_line(path) for path in review.proposal.outside]
    heading = _("Files outside the register: not looked at here, and for the operator alone to judge.")
    page.list(outside, _heading(heading, review, language), most=_ROOM_FOR_LISTS)


# One thing that a document does on a day, to one or to many: a reviewer has it in hand, and compares all of them.
_SAME = attrgetter("day", "document", "request", "what", "event", "until", "until_before")
_REQUEST, _PINNED_BY = _("request"), _("address by {document}")
_UNTIL = _("until {before} → {until}")


def _cited(page: Page, review: Review, language: str, file: str) -> None:
    """Each thing that a document does to somebody, day by day and document by document."""
    lines = []
    for _key, same in groupby(sorted(review.compared.cited, key=_SAME), _SAME):
        items = list(same)
        lines.append(_line(_deed(items[0], language)))
        lines += ["  " + _line(_subject(item, language)) for item in items]
    heading = _heading(_("People and agencies: compare each with its document."), review, language)
    findings, page.file = page.file, file or "danhba review --out FILE"
    page.list(lines, heading, most=_ROOM_FOR_CITED)
    page.file = findings


def _deed(item: Cited, language: str) -> str:
    """What a document does, and on which day."""
    translate = translator(language)
    what = translate(show_compared.DONE[item.what])
    event = f" ({named(item.event, language)})" if item.event else ""
    until = f" → {item.until}" if item.until else ""
    if item.until_before:
        what += ", " + render(_UNTIL, {"before": item.until_before, "until": item.until or _NONE}, language)
    request = f", {translate(_REQUEST)} {item.request}" if item.request else ""
    return f"{item.day}{until}, {item.document}{request}: {what}{event}"


def _subject(item: Cited, language: str) -> str:
    """To whom, and which mailbox that is about."""
    address = item.address if item.person else contact(item.agency)
    parts = [f"{item.name} ({item.person or item.agency})", item.title, item.unit, address]
    if item.address_document and item.what == OPENED:
        parts.append(render(_PINNED_BY, {"document": item.address_document}, language))
    return ", ".join(part for part in parts if part)


def _line(text: str) -> str:
    return f"- {escape(visible(text))}"


def _top(review: Review, language: str, left: int = 0) -> str:
    return f"{MARKER}\n## {_headline(review, language, left)}"


def _headline(review: Review, language: str, left: int = 0) -> str:
    proposal, errors = review.proposal, len(binding(review.findings))
    if not proposal.related or proposal.conflicts:
        return "⚠️ " + _say(_("This change cannot be merged as it is"), language, proposal)
    if errors:
        return "🛑 " + _say(
            _("{count} errors are to be corrected before this can be approved"), language, proposal, count=errors
        )
    if review.plan is None:
        return "🛑 " + _say(
            _("{target} itself has errors, and no plan can be made; correct them first"), language, proposal
        )
    if review.plan.refused:
        return "🛑 " + _say(_("The plan is refused"), language, proposal)
    return _passing(review, language, left)


def _passing(review: Review, language: str, left: int) -> str:
    """What stands above a proposal that has no errors: ✅ only where all is there to be read, and nothing loosened."""
    proposal = review.proposal
    if review.loosens:
        return "⚠️ " + _say(_("No errors, but the guards are loosened: read by what, and what for"), language, proposal)
    if review.acknowledged:
        template = _("No errors, but this passes only by an acknowledgement in force: read by which, and what for")
        return "⚠️ " + _say(template, language, proposal)
    if left:
        template = _("No errors, but {count} lines to compare do not fit here: read those, too, before approving")
        return "⚠️ " + _say(template, language, proposal, count=left)
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
