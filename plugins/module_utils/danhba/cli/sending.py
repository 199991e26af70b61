"""From a change in a clone to a request that others approve, without typing git: sending it, and taking in others'."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import click

from ..checking.check import Checked, differences
from ..editing.problem import Problem
from ..governance import branch as branches
from ..governance.branch import Away, Clone
from ..governance.comment import MOVED
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
NOTHING = _("there is nothing to send: the register is as {upstream} has it")
UNSENT = _("{files} are changed and not committed; send them first: danhba send")
OTHERS = _("not sent, for they are none of the register's files: {files}")
DRY = _("--dry-run: nothing was committed and nothing sent")
MESSAGE = _("What is this change, and by which document?")
CONFIRM = _("Send this?")
DECLINED = _("nothing was committed and nothing sent")
COMMITTED = _("committed on the branch {branch}: {message}")
SENDING = _("sending to {remote} …")
SENT = _("sent: {branch}")
REQUEST = _("make the request, or see the one that is there: {link}")
NO_LINK = _("now make the request from that branch on the page of the repository")
KEPT = _("the change is kept on the branch {branch}; when {remote} can be reached again: danhba send")
CURRENT = _("this branch has all that {upstream} has")
TAKEN_IN = _("taken in: {count} commits of {upstream}")
SEND_AGAIN = _("send it now: danhba send")

_BRANCH = Text("NAME", re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*"), "snv-2026-12-01")
# So many actions make a subject by themselves; so many lines a message lists; so many files a line names.
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
    clone = branches.find(directory)
    away = _fetched(clone)
    files = read_files(directory, dry_run)
    changed, others = branches.uncommitted(clone)
    if others:
        say(OTHERS, files=_named(others))
    if not changed and not branches.count(clone, clone.upstream, "HEAD"):
        say(NOTHING, upstream=clone.upstream)
        return
    base = _at(clone, branches.left_at(clone))
    actions = _actions(base, _checked(files, base, ERRORS))
    said = message or _default_message(actions, changed)
    _show(actions, said)
    if dry_run:
        say(DRY)
        return
    if not yes and at_terminal(sys.stdin):
        said = message or click.prompt(render(MESSAGE, {}, language()), default=said, err=True)
        if not click.confirm(render(CONFIRM, {}, language()), err=True):
            say(DECLINED)
            sys.exit(REFUSED)
    name = _commit(clone, branch, changed, said)
    if away:
        _keep(clone, name, away)
    if branches.count(clone, "HEAD", clone.upstream):
        _take_in(clone)
    _push(clone, name)


@click.command("update")
@directory
@lang
def update_command(directory: Path, lang: str | None) -> None:
    """Lấy những gì người khác đã được duyệt vào nhánh này / Take into this branch what of others was approved."""
    clone = branches.find(directory)
    changed, _others = branches.uncommitted(clone)
    if changed:
        raise Problem(UNSENT, files=_named(changed))
    branches.fetch(clone)
    if not branches.count(clone, "HEAD", clone.upstream):
        say(CURRENT, upstream=clone.upstream)
        return
    mine = branches.count(clone, clone.upstream, "HEAD")
    _take_in(clone)
    if mine:
        say(SEND_AGAIN)


def _fetched(clone: Clone) -> Away | None:
    """What kept the forge from telling what the target is now; a change can be kept all the same."""
    try:
        branches.fetch(clone)
    except Away as away:
        return away
    return None


def _at(clone: Clone, revision: str) -> Checked:
    return examine(source.from_git(clone.directory, revision), today())


def _checked(files: list[source.File], base: Checked, otherwise: str) -> Checked:
    """The register with the change; ends the process where it has errors that `base` has not."""
    checked = examine(files, today(), base)
    refuse_new(base, checked, otherwise)
    return checked


def _actions(base: Checked, checked: Checked) -> Sequence[Action]:
    """What the change does to mailboxes, each thing once, on whatever day."""
    plans, _more = differences(base, checked, today())
    return together(plans).actions if plans else ()


def _default_message(actions: Sequence[Action], changed: Sequence[str]) -> str:
    """A subject and, of more than one thing, a list."""
    lines = [show_plan.sentence(action, language()) for action in actions]
    if len(lines) <= _SINGLE:
        return lines[0] if lines else render(_("register: {files}"), {"files": _named(_stems(changed))}, language())
    heading = render(_("{count} changes: {files}"), {"count": len(lines), "files": _named(_stems(changed))}, language())
    return "\n".join([heading, "", *(f"- {line}" for line in some(lines, _LISTED))])


def _stems(paths: Sequence[str]) -> list[str]:
    return [PurePosixPath(path).stem for path in paths]


def _named(paths: Sequence[str]) -> list[str]:
    return some(paths, _NAMED)


def _show(actions: Sequence[Action], message: str) -> None:
    for line in some([show_plan.sentence(action, language()) for action in actions], _LISTED):
        click.echo(line)
    click.echo(message.partition("\n")[0], err=True)


def _commit(clone: Clone, wanted: str | None, changed: Sequence[str], message: str) -> str:
    """Commit what is changed on a branch that is not the target; its name."""
    name = branches.current(clone)
    if wanted and wanted != name:
        branches.leave(clone, wanted)
        name = wanted
    elif name == clone.target:
        name = branches.new_name(_stems(changed), today())
        branches.leave(clone, name)
    if changed:
        branches.commit(clone, changed, message)
        say(COMMITTED, branch=name, message=message.partition("\n")[0])
    return name


def _take_in(clone: Clone) -> None:
    """Take in the target, and say who gets another address by that; ends the process where the two do not agree."""
    count = branches.count(clone, "HEAD", clone.upstream)
    moved = review(read(clone.directory, clone.upstream, "HEAD"), today()).moved
    branches.take_in(clone)
    say(TAKEN_IN, count=count, upstream=clone.upstream)
    for each in moved:
        issuance = each.issuance
        values = {"name": issuance.name, "person": issuance.id, "holder": each.holder}
        say(MOVED, **values, before=each.before, now=each.now)
    _checked(source.from_directory(clone.directory), _at(clone, clone.upstream), MERGED_ERRORS)


def _push(clone: Clone, name: str) -> None:
    say(SENDING, remote=branches.REMOTE)
    try:
        link = branches.send(clone, name)
    except Away as away:
        _keep(clone, name, away)
    say(SENT, branch=name)
    if link:
        say(REQUEST, link=link)
    else:
        say(NO_LINK)


def _keep(clone: Clone, name: str, away: Away) -> None:
    """Say that nothing is lost, and end: what was asked for could not be done."""
    say(away.template, **away.values)
    say(KEPT, branch=name, remote=branches.REMOTE)
    sys.exit(COULD_NOT_RUN)
