"""The comment of a pull request with its review, for editors and reviewers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from ..addresses.issuing import contact
from ..messages import mark as _
from ..messages import render, translator, visible
from ..model import settings
from ..model.findings import Finding, Severity, binding
from ..model.policy import Acknowledgement
from ..model.register import PAIRED, RENAMED
from ..model.settings import Told
from ..planning.compared import CLOSED, OPENED, SUSPENDED, Cited, Gone, Handover, Inherited, Named, Withdrawn
from ..planning.settings import COUNTED, past_days
from ..rendering import compared as show_compared
from ..rendering import findings as show_findings
from ..rendering import plan as show_plan
from ..rendering.plan import LONGEST_MARKDOWN, Page, escape
from .descriptions import named
from .outside import Touched
from .proposal import Proposal
from .review import Back, Moved, Review

# The first line of the comment, by which a later version finds it.
MARKER = "<!-- danhba-review -->"
# Characters reserved for the plan, however long the findings are.
_ROOM_FOR_PLAN = 15_000
# Characters reserved for a line after the plan.
_ROOM_FOR_MORE = 300
# Maximum number of days that are named.
DAYS = 5
_ROOM_FOR_LISTS = 4_000
_MOST_LINES = 1_000_000
_ROOM_FOR_SETTINGS = 8_000
# Characters for keys and addresses, which must be compared one by one.
_ROOM_FOR_COMPARED = 15_000
_ROOM_FOR_CITED = 25_000
_ROOM_FOR_FINDINGS = 20_000
# Findings that are shown with the changed settings and the people affected.
_SET = frozenset({"history-limit", "history-days", "history-setting"})
# Findings that are shown with the custodians.
_KEYS = frozenset({"history-key", "history-operator-key"})
_NONE = "—"
MOVED = _("{name} ({person}) gets the address {now}, because {holder} got {before} first.")
# Maximum number of paths or people in a paragraph.
NAMED = 20
# Findings about people who may have two mailboxes.
_DOUBLED = frozenset({"person-alike", "person-two-ids"})
_SEVERITY = {Severity.ERROR: "🛑", Severity.ADVICE: "💡"}


def markdown(review: Review, language: str, file: str = "") -> str:
    """Return the whole comment, at most `LONGEST_MARKDOWN` characters; `file` says where the whole plan is."""
    page = Page(language, f"danhba check --base {review.proposal.target}", LONGEST_MARKDOWN - _ROOM_FOR_PLAN)
    page.add(_top(review, language, left=_MOST_LINES))  # the longest possible one
    for part in _situation(review, language):
        page.add(part)
    # Errors come first; without errors, the most important changes.
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


# A heading, the lines below it, and their maximum length in characters.
_Section = tuple[str, list[str], int]


def _heading(template: str, review: Review, language: str) -> str:
    return "**" + _say(template, language, review.proposal) + "**\n\n"


def _guards(review: Review, language: str) -> Iterator[_Section]:
    """Yield changed names behind ids, weaker guards and settings, and what passes only by them."""
    renamed = [_line(_named(item, language)) for item in review.compared.named]
    heading = _("⚠️ Another name behind an id: is it one and the same person? Mail and password go by the id.")
    yield heading, renamed, _ROOM_FOR_COMPARED
    guards = [each for each in review.outside if each.kind.guard]
    heading = _("⚠️ Files outside the register that guard or are run: not judged here, for the operator alone to judge.")
    yield heading, [_line(_touched(each, language)) for each in guards], _ROOM_FOR_LISTS
    settings = [line for told, count in review.reached for line in _setting(told, count, review, language)]
    if not settings:
        settings = [_line(f"{path}: {before or _NONE} → {now or _NONE}") for path, before, now in review.settings]
    yield _("Changes of province.yml: the guards of every plan are set there."), settings, _ROOM_FOR_SETTINGS
    heading = _("The guards are loosened, and this passes only by that: compare each with its document.")
    yield heading, _passed(review.loosened, review, language), _ROOM_FOR_LISTS
    heading = _("⚠️ This passes only by an acknowledgement in {target} already: compare each with its document.")
    yield heading, _passed(review.acknowledged, review, language), _ROOM_FOR_LISTS
    items = [_item(finding, language) for finding in review.together]
    heading = _("⚠️ Too much at once, together with what is merged or open besides:")
    yield heading, items, _ROOM_FOR_LISTS
    heading = _("Dated back: compare each day with its document.")
    yield heading, [_line(_back(each, language)) for each in review.back], _ROOM_FOR_LISTS


def _touched(each: Touched, language: str) -> str:
    """Return a line about a changed file outside of the register, and what the file does."""
    does = translator(language)(each.kind.does)
    return f"{each.path}: " + render(_("TAKEN AWAY: it {does}") if each.gone else "{does}", {"does": does}, language)


def _setting(told: Told, count: int | None, review: Review, language: str) -> Iterator[str]:
    """Yield a line about a changed setting: whether a guard becomes weaker, its effect, and who is affected."""
    before, now = settings.shown(told)
    if told.setting.key == "acknowledgements":
        before, now = (_acknowledgements(set(a) - set(b), language) for a, b in _both_ways(told))
    yield _line(f"{'⚠️ ' * told.weaker}{told.setting.key}: {before or _NONE} → {now or _NONE}")
    does = translator(language)(told.setting.does)
    if count is not None and (counted := COUNTED.get(told.setting.reaches)):
        does += "; " + render(counted, {"count": count}, language)
    if past := past_days(told, review.day):
        does += "; " + render(_("days that are past: {count}"), {"count": past}, language)
    yield "  " + _line(does)


def _both_ways(told: Told) -> tuple[tuple[tuple[Acknowledgement, ...], tuple[Acknowledgement, ...]], ...]:
    return (told.before, told.now), (told.now, told.before)


def _passed(findings: Sequence[Finding], review: Review, language: str) -> list[str]:
    """Return the findings that pass, each with the acknowledgements that let it pass."""
    lines = []
    for finding in findings:
        lines.append(_item(finding, language))
        for given in review.passes_by(finding):
            passes = render(_("passes by: {given}"), {"given": _acknowledgement(given, language)}, language)
            lines.append("  " + _line(passes))
    return lines


def _acknowledgements(given: Iterable[Acknowledgement], language: str) -> str:
    return "; ".join(_acknowledgement(each, language) for each in sorted(given, key=attrgetter("until", "document")))


def _acknowledgement(given: Acknowledgement, language: str) -> str:
    """Return an acknowledgement as text: limit, document, accounts or agencies, count and days."""
    whom: list[str] = [*given.accounts, *given.agencies]
    values = {
        "limit": named(given.limit, language),
        "document": given.document,
        "whom": whom or [translator(language)(_("any agency"))],
        "count": f" ≤ {given.count}" if given.count else "",
        "days": f"{given.since} → {given.until}" if given.since else f"→ {given.until}",
    }
    said = render(_("{limit}{count}, by {document}, for {whom}, {days}"), values, language)
    if given.documents:
        said += render(_(", for what {documents} do"), {"documents": given.documents}, language)
    return said


def _back(each: Back, language: str) -> str:
    """Return a line about a back-dated event: how many days ago, and how long the old address still delivers."""
    cited, translate = each.cited, translator(language)
    event = f" ({named(cited.event, language)})" if cited.event else ""
    values = {
        "who": f"{cited.name} ({cited.person or cited.agency})",
        "what": translate(show_compared.DONE[cited.what]) + event,
        "document": cited.document,
        "day": cited.day,
        "days": each.days,
        "address": cited.address or contact(cited.agency),
        "left": each.left,
        "promised": each.promised,
    }
    said = render(_("{who}: {what}, {document}, from {day} on, {days} days ago"), values, language)
    if each.left is None:
        return said
    more = _("⚠️ the old address {address} delivers for {left} of {promised} days more; then it refuses")
    return f"{said}; {render(more, values, language)}"


def _compared(review: Review, language: str) -> Iterator[_Section]:
    """Yield the most important changes, to be compared with their documents; keys by their findings."""
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
    leaving = [line for item, left in _leaving(compared.cited) for line in _left(item, left, language)]
    yield (
        _("Leaders who leave, move or are locked: ask their agency, and compare each with the decision."),
        leaving,
        most,
    )
    inherited = [_line(_inherited(item, language)) for item in compared.inherited]
    heading = _("Mail that goes on to other agencies: compare each with the document that says who takes over.")
    yield heading, inherited, most
    changes = [_line(line) for line in show_compared.changes(compared.changes, language)]
    yield _("Agencies that change on a day: compare each with its document."), changes, most
    doubled = [_item(finding, language) for finding in review.findings if finding.rule.id in _DOUBLED]
    yield _("One person, one mailbox (R4.0): find out of each whether these are two people."), doubled, most
    described = [_line(show_compared.described(item, language)) for item in compared.described]
    yield _("Said anew without a document of its own:"), described, most


def _named(item: Named, language: str) -> str:
    return show_compared.named(item, named(item.event, language) if item.event else "", language)


def _withdrawn(item: Withdrawn, language: str) -> str:
    what = named(item.event, language) if item.event else translator(language)(show_compared.COMING[item.what])
    return show_compared.withdrawn(item, what, language)


def _gone(item: Gone, language: str) -> str:
    return show_compared.gone(item, named(item.event, language) if item.event else "", language)


def _inherited(item: Inherited, language: str) -> str:
    return show_compared.inherited(item, named(item.event, language), language)


def _handed(item: Handover, language: str) -> Iterator[str]:
    yield _line(show_compared.handover(item, language))
    if item.is_to_another:
        yield "  " + _line(show_compared.follows(item, language))


def _told(page: Page, review: Review, language: str) -> None:
    """Add the errors and advice to the page, how many more the target has already, and files nobody judged."""
    elsewhere = _KEYS | _DOUBLED | (_SET if review.reached else frozenset())
    findings = [finding for finding in review.findings if finding.rule.id not in elsewhere]
    heading = _heading(_("What the check says of it:"), review, language)
    page.list([_item(finding, language) for finding in _in_order(findings)], heading, most=_ROOM_FOR_FINDINGS)
    if review.known:
        known = _("{count} more findings are in {target} already.")
        page.add(_say(known, language, review.proposal, count=review.known))
    outside = [_line(_touched(each, language)) for each in review.outside if not each.kind.guard]
    heading = _("Files outside the register: not looked at here, and for the operator alone to judge.")
    page.list(outside, _heading(heading, review, language), most=_ROOM_FOR_LISTS)


# The pair of a closing and an opening of one person on one day, which is shown once.
_MOVED = "moved"
_DONE = {**show_compared.DONE, _MOVED: _("move")}


def _once(cited: Iterable[Cited]) -> tuple[list[Cited], dict[tuple[str, str], Cited]]:
    """Return the events, and the closings left out of them, which an opening of the same person and day continues."""
    items = list(cited)
    left = {(each.person, each.day): each for each in items if each.what == CLOSED and each.event in PAIRED}
    come = {(each.person, each.day) for each in items if each.what == OPENED and each.event in PAIRED}
    both = {key: each for key, each in left.items() if key in come and key[0]}
    told = [_moves(each, both) for each in items if (each.person, each.day) not in both or each.what != CLOSED]
    return told, both


def _moves(each: Cited, left: Mapping[tuple[str, str], Cited]) -> Cited:
    moved = each.what == OPENED and (each.person, each.day) in left
    return each._replace(what=_MOVED) if moved else each


def _leaving(cited: Iterable[Cited]) -> Iterator[tuple[Cited, Cited | None]]:
    """Yield leaders whose mailbox closes, is suspended or moves, with the entry that they leave."""
    told, left = _once(cited)
    for each in told:
        former = left.get((each.person, each.day)) if each.what == _MOVED else None
        if each.what in {CLOSED, SUSPENDED, _MOVED} and each.event != RENAMED and (former or each).leader:
            yield each, former


def _left(item: Cited, left: Cited | None, language: str) -> Iterator[str]:
    yield _line(_deed(item, language))
    yield "  " + _line(_subject(item, language, left))


# Groups events of one document on a day: a reviewer has the document in hand, and compares all of them.
_SAME = attrgetter("day", "document", "request", "what", "event", "until", "until_before")
_REQUEST, _PINNED_BY = _("request"), _("address by {document}")
_UNTIL = _("until {before} → {until}")


def _cited(page: Page, review: Review, language: str, file: str) -> None:
    """Add each event of a person or agency to the page, by day and document."""
    lines = []
    cited, left = _once(review.compared.cited)
    for _key, same in groupby(sorted(cited, key=_SAME), _SAME):
        items = list(same)
        lines.append(_line(_deed(items[0], language)))
        lines += ["  " + _line(_subject(item, language, left.get((item.person, item.day)))) for item in items]
    heading = _heading(_("People and agencies: compare each with its document."), review, language)
    findings, page.file = page.file, file or "danhba review --out FILE"
    page.list(lines, heading, most=_ROOM_FOR_CITED)
    page.file = findings


def _deed(item: Cited, language: str) -> str:
    """Return a line with a document, its day and what it does."""
    translate = translator(language)
    what = translate(_DONE[item.what])
    event = f" ({named(item.event, language)})" if item.event else ""
    until = f" → {item.until}" if item.until else ""
    if item.until_before:
        what += ", " + render(_UNTIL, {"before": item.until_before, "until": item.until or _NONE}, language)
    request = f", {translate(_REQUEST)} {item.request}" if item.request else ""
    return f"{item.day}{until}, {item.document}{request}: {what}{event}"


def _subject(item: Cited, language: str, left: Cited | None = None) -> str:
    """Return a line with the person or agency of an event and the address, for a move also the former address."""
    address = item.address if item.person else contact(item.agency)
    if left and item.what == _MOVED:
        by = f" ({left.document})" if left.document != item.document else ""
        address = f"{left.address}{by} → {address}"
    parts = [f"{item.name} ({item.person or item.agency})", item.title, item.unit, address]
    if item.address_document and item.what in {OPENED, _MOVED}:
        parts.append(render(_PINNED_BY, {"document": item.address_document}, language))
    return ", ".join(part for part in parts if part)


def _line(text: str) -> str:
    return f"- {escape(visible(text))}"


def _top(review: Review, language: str, left: int = 0) -> str:
    others = [*_warnings(review, left)]
    if "⚠️" in (head := _headline(review, language, left)):
        others = others[1:]
    elif head.startswith("✅"):
        others = []
    more = [f"- ⚠️ {_say(each.reason, language, review.proposal, count=left)}" for each in others]
    return "\n".join([MARKER, f"## {head}", *([""] * bool(more)), *more])


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
    """Return the headline of a proposal without errors: ✅ only if all can be read and no guard is weaker."""
    if first := next(_warnings(review, left), None):
        return "⚠️ " + _say(first.headline, language, review.proposal, count=left)
    if review.outside:
        template = _("No errors in the register; {count} files outside it are not judged here: read them")
        return "✅ " + _say(template, language, review.proposal, count=len(review.outside))
    return "✅ " + _say(_("No errors: read the plan before approving"), language, review.proposal)


class _Warning(NamedTuple):
    """A reason why a proposal gets no plain ✅: as headline, and as one of several reasons below it."""

    headline: str
    reason: str


_LOOSENED = _Warning(
    _("No errors, but the guards are loosened: read by what, and what for"), _("guards are loosened in province.yml")
)
_RENAMED = _Warning(
    _("No errors, but a mailbox gets another name: find out whether it is one person"),
    _("a mailbox gets another name: is it one person?"),
)
_UNGUARDED = _Warning(
    _("No errors in the register, but files outside it guard it or are run: read what each does"),
    _("files outside the register that guard it or are run are changed"),
)
_ACKNOWLEDGED = _Warning(
    _("No errors, but this passes only by an acknowledgement in force: read by which, and what for"),
    _("something passes only by an acknowledgement in force"),
)
_TOGETHER = _Warning(
    _("No errors, but it is too much together with what is merged or open besides"),
    _("it is too much together with what is merged or open besides"),
)
_BROKEN = _Warning(
    _("No errors, but old addresses end sooner than promised, for their day lies back"),
    _("old addresses end sooner than promised, for their day lies back"),
)
_LEFT = _Warning(
    _("No errors, but {count} lines to compare do not fit here: read those, too, before approving"),
    _("{count} lines to compare do not fit here: read those, too, before approving"),
)


def _warnings(review: Review, left: int) -> Iterator[_Warning]:
    """Each reason for which a proposal without errors is no plain ✅, the heaviest first."""
    if review.loosens:
        yield _LOOSENED
    if review.compared.named:
        yield _RENAMED
    if review.unguarded:
        yield _UNGUARDED
    if review.acknowledged:
        yield _ACKNOWLEDGED
    if review.together:
        yield _TOGETHER
    if review.breaks_promise:
        yield _BROKEN
    if left:
        yield _LEFT


def _situation(review: Review, language: str) -> Iterator[str]:
    """Yield which commits were judged, whether they can be merged, and what the editor does about it."""
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
            "Where the change was written, do it anew upon what {target} has got: each command is run again with its "
            "answers. What was edited by hand is written once more: danhba start. What follows is about this branch by "
            "itself."
        )
    elif proposal.appended:
        way = _(
            "Take in what {target} has got: those entries keep their places, and yours come after them, at the end. "
            "What follows is the result of that."
        )
    else:
        way = _("Rebase. What follows is about the register, which git could merge.")
    yield _say(way, language, proposal)
    yield "\n".join(("```sh", *_steps(proposal, language), "```"))


def _steps(proposal: Proposal, language: str) -> tuple[str, ...]:
    """Return the commands that end a conflict; git's own only for files beside the register, which no clerk edits."""
    if proposal.result is None:
        return "danhba again", "danhba send"
    if proposal.appended:
        return "danhba update", "danhba send"
    edit = _("# in each file: delete the lines <<<<<<< ======= >>>>>>>, and keep what both sides mean")
    return (
        "git fetch",
        f"git rebase {visible(proposal.target).replace('`', '')}",
        translator(language)(edit),
        "git add -u",
        "git -c core.editor=true rebase --continue",
        "git push --force-with-lease",
    )


def _moved(moved: Moved, language: str) -> str:
    issuance = moved.issuance
    who = {"name": issuance.name, "person": issuance.id, "holder": moved.holder}
    return _safe(MOVED, language, {**who, "before": moved.before, "now": moved.now})


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Sort findings: errors first, then those about history with keys among them, then the rest."""
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
    """Render a message whose values cannot become markup."""
    return render(template, {key: _escaped(value) for key, value in values.items()}, language)


def _escaped(value: object) -> object:
    return [_escaped(item) for item in value] if isinstance(value, list) else escape(visible(str(value)))
