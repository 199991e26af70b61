"""The commands `danhba send` (commit and push changes for approval) and `danhba update` (merge others' changes).

A proposal is one branch. After a send the clone returns to the target branch, so that the next change begins a
proposal of its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

import click

from ..checking.check import Checked, differences
from ..editing import transaction
from ..editing.problem import Problem
from ..editing.transaction import Change
from ..governance import branch as branches
from ..governance import jobs as records
from ..governance.branch import Away, Clone, Outcome
from ..governance.comment import MOVED
from ..governance.jobs import Jobs, Sent
from ..governance.proposal import read
from ..governance.review import review, together
from ..messages import mark as _
from ..messages import render
from ..planning.plan import Action
from ..reading import source
from ..rendering import plan as show_plan
from .asking import Text
from .commit import add_commit_options, read_files, refuse_new, say
from .common import COULD_NOT_RUN, REFUSED, at_terminal, directory, examine, lang, language, some, today

ERRORS = _("correct these first; nothing was sent")
MERGED_ERRORS = _("together with what others have done meanwhile this is wrong; correct it, and run danhba send again")
NOTHING = _("there is nothing to send: the register here is as it is in force")
UNSENT = _("{files} are changed and not sent; send them first: danhba send")
OTHERS = _("not sent, for they are none of the register's files: {files}")
DRY = _("--dry-run: nothing was committed and nothing sent")
MESSAGE = _("What is this change, and by which document?")
CONFIRM = _("Send this?")
DECLINED = _("nothing was committed and nothing sent")
COMMITTED = _("recorded as {branch}: {message}")
SENDING = _("sending …")
SENT = _("sent: {branch}")
REQUEST = _("make the request, or see the one that is there: {link}")
NO_LINK = _("now make the request from {branch} on the page of the repository")
KEPT = _("the change is kept here as {branch}; when the server can be reached again: danhba send")
BEGIN_NEXT = _("the next job begins a proposal of its own; to go on with this one: danhba start --proposal {branch}")
CURRENT = _("this has all that is in force")
TAKEN_IN = _("taken in: {count} changes that others made meanwhile")
SEND_AGAIN = _("send it now: danhba send")

IS_OPEN = _("proposal {branch} ({message}): not decided yet")
IS_MERGED = _("proposal {branch} ({message}): merged, it is in force")
IS_GONE = _("proposal {branch} ({message}): closed without being merged; the reason is on its page")
IS_BEHIND = _("proposal {branch} ({message}): others were first in the same file; run danhba update, then danhba send")
IN_CONFLICT = _(
    "proposal {branch} ({message}): others have changed the same lines; do it anew upon what they did: danhba again"
)
SEVERAL = _("several proposals lack what others did: {proposals}; say which one: danhba start --proposal NAME")
GONE_TO = _("on with proposal {branch} ({message})")
NOT_PUT_BACK = _(
    "danhba again was cut off on the branch {branch}, and files were edited by hand since; take those lines out, and "
    "run the command again"
)
_OUTCOMES = {"open": IS_OPEN, "merged": IS_MERGED, "gone": IS_GONE, "behind": IS_BEHIND, "conflict": IN_CONFLICT}

_BRANCH = Text("NAME", re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*"), "snv-2026-12-01")
# Up to so many actions are the commit's subject themselves; maximum lines in a commit message; maximum files in a line.
_SINGLE, _LISTED, _NAMED = 1, 20, 10


@click.command("send")
@directory
@click.option("--message", "-m", type=Text(), help="Việc gì, theo văn bản nào / What the change is, by which document.")
@click.option("--branch", type=_BRANCH, help="Tên nhánh; để trống thì lệnh tự đặt / The branch, else a new one.")
@add_commit_options
@lang
def send_command(  # noqa: PLR0913, PLR0917
    directory: Path, message: str | None, branch: str | None, dry_run: bool, yes: bool, lang: str | None
) -> None:
    """Gửi thay đổi để duyệt: ghi nhận, đưa lên nhánh / Send a change to be approved: commit it, push its branch."""
    clone = opened(directory)
    away = fetched(clone)
    files = read_files(directory, dry_run)
    changed, others = branches.uncommitted(clone)
    if others:
        say(OTHERS, files=named_some(others))
    if not changed and not branches.count(clone, clone.upstream, "HEAD"):
        if not away:
            tell_outcomes(clone)
        say(NOTHING)
        return
    base = examined_at(clone, branches.left_at(clone))
    actions = actions_between(base, _checked(files, base, ERRORS))
    said = message or default_message(actions, changed)
    _show(actions, said)
    if dry_run:
        say(DRY)
        return
    if not yes and at_terminal(sys.stdin):
        said = message or click.prompt(render(MESSAGE, {}, language()), default=said, err=True)
        if not click.confirm(render(CONFIRM, {}, language()), err=True):
            say(DECLINED)
            sys.exit(REFUSED)
    name = commit(clone, branch, changed, said)
    if away:
        _keep(clone, name, away)
    if branches.count(clone, "HEAD", clone.upstream):
        _take_in(clone)
    _push(clone, name, said.partition("\n")[0])


@click.command("update")
@directory
@lang
def update_command(directory: Path, lang: str | None) -> None:
    """Lấy những gì người khác đã được duyệt vào nhánh này / Take into this branch what of others was approved."""
    clone = opened(directory)
    changed, _others = branches.uncommitted(clone)
    if changed:
        raise Problem(UNSENT, files=named_some(changed))
    branches.fetch(clone)
    go_to_the_one_behind(clone, (Outcome.OPEN, Outcome.CONFLICT))
    if not branches.count(clone, "HEAD", clone.upstream):
        say(CURRENT)
        return
    mine = branches.count(clone, clone.upstream, "HEAD")
    _take_in(clone)
    if mine:
        say(SEND_AGAIN)


def opened(directory: Path) -> Clone:
    """Return the git clone of a register, after undoing a `danhba again` that was killed."""
    clone = branches.find(directory)
    found = records.load(clone)
    if found.repeated:
        put_back(clone, found)
    return clone


def put_back(clone: Clone, found: Jobs) -> None:
    """Restore the proposal as it was before a `danhba again` that was cut off or failed."""
    before = found.repeated
    if before is None:
        return
    anew = [job for job in found.on(before.branch) if job not in before.jobs]
    files = {file.name: file.data or b"" for file in source.from_directory(clone.directory)}
    was = records.before_all([job for job in anew if records.is_in(job, files)], files)
    if was is None:
        raise Problem(NOT_PUT_BACK, branch=before.branch)
    transaction.write(clone.directory, changes(files, was))
    branches.set_back(clone, before.branch, before.commit)
    rest = found.without(anew)
    records.store(clone, replace(rest, unsent=(*rest.unsent, *before.jobs), repeated=None))


def changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, Change]:
    """Return the changes between two states of a register's files, by name."""
    names = sorted({*before, *after})
    return {name: Change(before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def fetched(clone: Clone) -> Away | None:
    """Fetch the target branch from the forge; return the error where the forge cannot be reached.

    It is returned, not raised, since a change can be committed locally even so.
    """
    try:
        branches.fetch(clone)
    except Away as away:
        return away
    return None


def examined_at(clone: Clone, revision: str) -> Checked:
    """Return the checked register of a git revision."""
    return examine(source.from_git(clone.directory, revision), today())


def _checked(files: list[source.File], base: Checked, otherwise: str) -> Checked:
    """Check the register with the change; end the process where it has errors that `base` has not."""
    checked = examine(files, today(), base)
    refuse_new(base, checked, otherwise)
    return checked


def actions_between(base: Checked, checked: Checked) -> Sequence[Action]:
    """Return the actions on mailboxes that a change leads to, on any day, each once."""
    plans, _more = differences(base, checked, today())
    return together(plans).actions if plans else ()


def default_message(actions: Sequence[Action], changed: Sequence[str]) -> str:
    """Return a commit message: a subject and, for several actions, a list of them."""
    lines = [show_plan.sentence(action, language()) for action in actions]
    if len(lines) <= _SINGLE:
        return lines[0] if lines else render(_("register: {files}"), {"files": named_some(_stems(changed))}, language())
    heading = render(
        _("{count} changes: {files}"), {"count": len(lines), "files": named_some(_stems(changed))}, language()
    )
    return "\n".join([heading, "", *(f"- {line}" for line in some(lines, _LISTED))])


def _stems(paths: Sequence[str]) -> list[str]:
    return [PurePosixPath(path).stem for path in paths]


def named_some(paths: Sequence[str]) -> list[str]:
    """Return the first paths and the number of the others, for a message on one line."""
    return some(paths, _NAMED)


def _show(actions: Sequence[Action], message: str) -> None:
    lines = some([show_plan.sentence(action, language()) for action in actions], _LISTED)
    for line in lines:
        click.echo(line)
    if (subject := message.partition("\n")[0]) not in lines:
        click.echo(subject, err=True)


def commit(clone: Clone, wanted: str | None, changed: Sequence[str], message: str) -> str:
    """Commit changed files on branch `wanted`, else the current one or, on the target, a new one; return its name."""
    name = branches.current(clone)
    if wanted and wanted != name:
        branches.leave(clone, wanted)
        name = wanted
    elif name == clone.target:
        name = branches.new_name(_stems(changed), today())
        branches.leave(clone, name)
    if changed:
        branches.commit(clone, changed, message)
        records.store(clone, records.load(clone).committed(name))
        say(COMMITTED, branch=name, message=message.partition("\n")[0])
    return name


def _take_in(clone: Clone) -> None:
    """Merge the target branch and show whose computed address changes by that; end the process for new errors."""
    count = branches.count(clone, "HEAD", clone.upstream)
    moved = review(read(clone.directory, clone.upstream, "HEAD"), today()).moved
    branches.take_in(clone)
    say(TAKEN_IN, count=count)
    for each in moved:
        issuance = each.issuance
        values = {"name": issuance.name, "person": issuance.id, "holder": each.holder}
        say(MOVED, **values, before=each.before, now=each.now)
    _checked(source.from_directory(clone.directory), examined_at(clone, clone.upstream), MERGED_ERRORS)


def _push(clone: Clone, name: str, message: str) -> None:
    say(SENDING)
    try:
        link = branches.send(clone, name)
    except Away as away:
        _keep(clone, name, away)
    _note_sent(clone, name, message, link)
    say(SENT, branch=name)
    if link:
        say(REQUEST, link=link)
    else:
        say(NO_LINK, branch=name)
    branches.begin(clone)
    say(BEGIN_NEXT, branch=name)
    with suppress(Away):
        tell_outcomes(clone, besides=name)


def _note_sent(clone: Clone, name: str, message: str, link: str) -> None:
    found = records.load(clone)
    jobs = found.on(name)
    before = found.proposal(name)
    sent = Sent(name, branches.sent_at(clone, name), message, link, (*(before.jobs if before else ()), *jobs))
    others = tuple(each for each in found.sent if each.branch != name)
    records.store(clone, replace(found.without(jobs), sent=(*others, sent)))


def _keep(clone: Clone, name: str, away: Away) -> None:
    """Say that the change is kept on its local branch, and exit with status 2, since it could not be sent."""
    say(away.template, **away.values)
    say(KEPT, branch=name)
    sys.exit(COULD_NOT_RUN)


def outcomes(clone: Clone, found: Jobs) -> list[tuple[Sent, Outcome]]:
    """Return each proposal that was sent from this clone with its outcome.

    Raises:
        Away: the forge cannot be reached.
    """
    there = branches.heads(clone) if found.sent else {}
    return [(sent, branches.outcome(clone, sent.commit, there.get(sent.branch, ""))) for sent in found.sent]


def tell_outcomes(clone: Clone, besides: str = "") -> None:
    """Show the outcome of each sent proposal, except `besides`; records of merged and closed ones are then removed."""
    found = records.load(clone)
    left = []
    for sent, outcome in outcomes(clone, found):
        if sent.branch == besides:
            left.append(sent)
            continue
        if not besides or outcome is not Outcome.OPEN:  # after a send, proposals that are still open are not listed
            say(_OUTCOMES[_way(clone, sent, outcome)], branch=sent.branch, message=sent.message)
        if outcome in {Outcome.OPEN, Outcome.CONFLICT}:
            left.append(replace(sent, told=outcome.value))
    records.store(clone, replace(found, sent=tuple(left)))


def _way(clone: Clone, sent: Sent, outcome: Outcome) -> str:
    """Return the key of an outcome in `_OUTCOMES`.

    A conflict that the merge of register files resolves (both sides only added at the end of files) is `behind`.
    """
    if outcome is Outcome.CONFLICT and read(clone.directory, clone.upstream, sent.commit).result is not None:
        return "behind"
    return outcome.value


def go_to_the_one_behind(clone: Clone, wanted: Collection[Outcome]) -> None:
    """Switch from the target branch without own commits to the one proposal that lacks the latest target.

    Raises:
        Problem: several proposals lack it.
    """
    if branches.current(clone) != clone.target or branches.count(clone, clone.upstream, "HEAD"):
        return
    open_ones = [(sent, outcome) for sent, outcome in outcomes(clone, records.load(clone)) if outcome in wanted]
    behind = [sent for sent, _outcome in open_ones if branches.count(clone, sent.commit, clone.upstream)]
    stuck = [sent for sent, outcome in open_ones if outcome is Outcome.CONFLICT]
    meant = stuck or behind
    if len(meant) > 1:
        raise Problem(SEVERAL, proposals=[sent.branch for sent in meant])
    if meant:
        branches.go_to(clone, meant[0].branch)
        say(GONE_TO, branch=meant[0].branch, message=meant[0].message)
