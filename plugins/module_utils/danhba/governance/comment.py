"""A review as the one comment that a pull request gets, for editors and reviewers."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, Severity, binding
from ..messages import mark as _
from ..messages import render, visible
from ..rendering import findings as show_findings
from ..rendering import plan as show_plan
from ..rendering.plan import LONGEST_MARKDOWN, Page, escape
from .proposal import Proposal
from .review import Moved, Review

# The first line of the comment, by which its later versions find it.
MARKER = "<!-- danhba-review -->"
# What the plan has at least, however long the findings are.
_ROOM_FOR_PLAN = 15_000
_SEVERITY = {Severity.ERROR: "🛑", Severity.ADVICE: "💡"}


def markdown(review: Review, language: str, file: str = "") -> str:
    """The whole comment, at most `LONGEST_MARKDOWN` characters; `file` is where the whole plan is."""
    page = Page(language, file, LONGEST_MARKDOWN - _ROOM_FOR_PLAN)
    page.add(f"{MARKER}\n## {_headline(review, language)}")
    for part in _situation(review, language):
        page.add(part)
    page.list([_item(finding, language) for finding in _in_order(review.findings)])
    if review.known:
        page.add(
            _say(_("{count} more findings are in {target} already."), language, review.proposal, count=review.known)
        )
    outside = [f"- {escape(visible(path))}" for path in review.proposal.outside]
    heading = _("Files outside the register: not looked at here, and for the operator alone to judge.")
    page.list(outside, "**" + _say(heading, language, review.proposal) + "**\n\n", most=2_000)
    if review.plan:
        room = LONGEST_MARKDOWN - len(page.text())
        page.add(show_plan.markdown(review.plan, language, file, room))
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
    return "✅ " + _say(_("No errors: read the plan before approving"), language, proposal)


def _situation(review: Review, language: str) -> Iterator[str]:
    """Which commits were looked at, whether they can be merged, and what the editor does about it."""
    proposal = review.proposal
    yield _say(_("Looked at: commit {commit} merged into {target} ({onto})."), language, proposal)
    if not proposal.related:
        yield _say(
            _("It shares no history with {target}; start a branch from {target} and make the change there."),
            language,
            proposal,
        )
    elif proposal.conflicts:
        yield from _conflict(proposal, language)
    elif proposal.behind:
        behind = _(
            "{target} has moved on by {behind} commits since this branch left it; the result of merging is what counts here."
        )
        yield _say(behind, language, proposal)
    if review.moved:
        yield "\n".join(f"- {escape(_moved(moved, language))}" for moved in review.moved[:20])


def _conflict(proposal: Proposal, language: str) -> Iterator[str]:
    paths = [path for path in proposal.conflicts[:20]]
    yield _say(_("{target} and this change both changed: {paths}."), language, proposal, paths=paths)
    if proposal.result is None:
        yield _say(
            _(
                "Below is what is wrong with this branch by itself. Rebase it, and put together what both sides changed; entries of {target} keep their order:"
            ),
            language,
            proposal,
        )
    else:
        yield _say(
            _(
                "Rebase: the entries that {target} has got stay where they are, and yours come to the end. Below is the result of that:"
            ),
            language,
            proposal,
        )
    branch = visible(proposal.target).replace("`", "")
    yield f"```sh\ngit fetch\ngit rebase {branch}\n# …\ngit add {' '.join(map(visible, paths))}\ngit rebase --continue\ngit push --force-with-lease\n```"


def _moved(moved: Moved, language: str) -> str:
    values = {
        "name": moved.issuance.name,
        "person": moved.issuance.id,
        "now": moved.now,
        "before": moved.before,
        "holder": moved.holder,
    }
    template = _("{name} ({person}): the address becomes {now}, because {holder} got {before} first.")
    return render(template, values, language)


def _in_order(findings: list[Finding]) -> list[Finding]:
    """What must be corrected first."""
    return sorted(findings, key=lambda finding: finding.rule.severity is not Severity.ERROR)


def _item(finding: Finding, language: str) -> str:
    where, rule = finding.where, finding.rule
    place = escape(f"{visible(where.file)}:{where.place.line}:{where.place.column}")
    message = escape(show_findings.message(finding, language))
    return f"- {_SEVERITY[rule.severity]} **{place}** `{rule.id}` ({rule.clause})  \n  {message}"


def _say(template: str, language: str, proposal: Proposal, **values: object) -> str:
    known = {
        "target": proposal.target,
        "commit": proposal.commit[:10],
        "onto": proposal.target_commit[:10],
        "behind": proposal.behind,
    }
    return escape(render(template, {**known, **values}, language))
