"""The commands `danhba start`, `undo` and `again` for clerks, who work in a git clone without using git themselves.

They start from the register in force, undo the last change, and repeat changes after a merge conflict.
"""

from __future__ import annotations

import secrets
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from ..checking.check import Checked
from ..editing import transaction
from ..editing.problem import Problem
from ..governance import branch as branches
from ..governance import jobs as records
from ..governance.branch import Clone, Outcome
from ..governance.jobs import Job, Jobs, Repeated
from ..messages import mark as _
from ..messages import render
from ..reading import source
from ..reading.source import File
from ..rendering import plan as show_plan
from .commit import add_commit_options, declined, read_files, refuse_new, say, show_difference
from .common import REFUSED, at_terminal, directory, examine, lang, language, some, today
from .sending import (
    actions_between,
    changes,
    commit,
    default_message,
    examined_at,
    fetched,
    go_to_the_one_behind,
    named_some,
    opened,
    put_back,
    tell_outcomes,
)

STALE = _("what follows is as of the last time that the server was reached")
WORK_LEFT = _("not sent yet: {jobs}")
WORK_IN = _("not sent yet, in: {files}")
KEEP_ASIDE = _("Keep this aside, and begin the day?")
NOT_BEGUN = _("send it first: danhba send; or take it back: danhba undo; or keep it aside: danhba start --keep")
KEPT_ASIDE = _("kept aside as {branch}; to go on with it: danhba start --proposal {branch}")
NO_PROPOSAL = _("there is no proposal or kept work {branch}; there are: {known}")
NONE_KNOWN = _("there is no proposal or kept work {branch}")
GOING_ON = _("on with {branch}: what is written now goes to that proposal")
SINCE = _("has come into force since the last time ({count}):")
NO_NEWS = _("nothing has come into force since the last time")
BEGUN = _("the register here is as it is in force; write the next change")
MORE = _("… and {count} more")
NOTHING_TO_UNDO = _("no command has changed anything here that is not sent")
BY_HAND = _("no command has changed this, but it was edited by hand: {files}; take those lines out in the editor")
IS_SENT = _(
    "the last change is sent, as proposal {branch} ({message}), and is not taken back here: close that proposal on its "
    "page, or go on with it: danhba start --proposal {branch}; when it is merged, write a new change"
)
MAY_BE_SENT = _("a send was cut off, and what it sent may have arrived; run danhba send again before anything else")
EDITED_SINCE = _(
    "what this command wrote was edited since: {command}; nothing was taken back: take those lines out in the editor"
)
TAKING_BACK = _("taken back is: {command}")
UNDONE = _("taken back; these files are as before: {files}")
WRONG_WITHOUT = _("without this change the register would have what stands above; nothing was taken back")
NO_JOBS = _("no command that was run here is in a proposal that is not merged; there is nothing to do anew")
NOT_BY_COMMANDS = _(
    "{files} were also edited by hand, which cannot be done anew by itself; nothing was changed: begin anew and write "
    "it once more (danhba start --keep keeps what you have aside)"
)
ANEW = _("anew ({number} of {count}): {command}")
NOT_ANEW = _(
    "this could not be done anew, and all is as it was before; keep it aside, and write it otherwise upon what others "
    "did: danhba start --keep"
)
ALL_ANEW = _("all is done anew upon what others did; what there was before is kept as {branch}; now: danhba send")
_LISTED = 20


@click.command("start")
@directory
@click.option("--keep", is_flag=True, help="Cất lại việc chưa gửi / Keep aside what is not sent.")
@click.option("--proposal", metavar="NAME", help="Làm tiếp đề nghị, việc đã cất / Go on with a proposal, or kept work.")
@lang
def start_command(directory: Path, keep: bool, proposal: str | None, lang: str | None) -> None:
    """Bắt đầu một buổi: lấy bản đang có hiệu lực / Begin a day: from what is in force now.

    Nói những gì người khác đã làm từ lần trước, đề nghị đã gửi thì sao. Việc chưa gửi không bao giờ mất / Says what
    others did since the last time, and what has become of what was sent. What is not sent is never lost.
    """
    clone = opened(directory)
    away = fetched(clone)
    if away:
        say(away.template, **away.values)
        say(STALE)
    branches.name_here(clone, branches.new_name((), today()))
    read_files(directory, dry_run=False)
    _leave(clone, keep=keep)
    branches.leave_empty(clone)
    if proposal:
        _go_on(clone, proposal)
        return
    if branches.current(clone) == clone.target and branches.count(clone, clone.upstream, "HEAD"):
        _name_stray(clone)
    branches.begin(clone)
    _news(clone)
    if not away:
        tell_outcomes(clone)
    say(BEGUN)


def _leave(clone: Clone, *, keep: bool) -> None:
    """Commit unsent work to a branch of its own, so that the files have none; raise `Problem` if the user declines."""
    changed, _others = branches.uncommitted(clone)
    if not changed and not branches.unsent(clone, branches.current(clone)):
        return
    jobs = records.load(clone).on(branches.current(clone))
    if jobs:
        say(WORK_LEFT, jobs=some([_shown(job) for job in jobs], _LISTED))
    if changed or not jobs:
        committed = clone.says("diff", "--name-only", "--no-renames", branches.left_at(clone), "HEAD").splitlines()
        say(WORK_IN, files=named_some(changed or committed))
    if not keep and not (at_terminal(sys.stdin) and click.confirm(render(KEEP_ASIDE, {}, language()), err=True)):
        raise Problem(NOT_BEGUN)
    base = branches.left_at(clone)
    files = source.from_directory(clone.directory)
    message = default_message(actions_between(examined_at(clone, base), examine(files, today())), changed)
    say(KEPT_ASIDE, branch=commit(clone, None, changed, message))


def _name_stray(clone: Clone) -> None:
    """Keep commits that were made on the local target branch, and not sent, under a new branch."""
    name = branches.new_name((), today())
    branches.keep(clone, name)
    say(KEPT_ASIDE, branch=name)


def _go_on(clone: Clone, name: str) -> None:
    known = clone.says("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    offered = [each for each in known if each != clone.target]
    if name not in offered and not branches.sent_at(clone, name):
        raise Problem(NO_PROPOSAL if offered else NONE_KNOWN, branch=name, known=offered)
    branches.go_to(clone, name)
    say(GOING_ON, branch=name)


def _news(clone: Clone) -> None:
    """Show what others have changed since the last `danhba start`."""
    found = records.load(clone)
    now = clone.says("rev-parse", clone.upstream)
    if found.seen and found.seen != now and clone.says("rev-parse", "--verify", "--quiet", f"{found.seen}^{{commit}}"):
        _tell_news(clone, examined_at(clone, found.seen), examined_at(clone, now), found.seen)
    elif found.seen:
        say(NO_NEWS)
    records.store(clone, replace(records.load(clone), seen=now))


def _tell_news(clone: Clone, before: Checked, after: Checked, seen: str) -> None:
    lines = [show_plan.sentence(action, language()) for action in actions_between(before, after)]
    paths = clone.says("diff", "--name-only", "--no-renames", seen, clone.upstream, "--", clone.prefix or ".")
    lines = lines or paths.splitlines()
    if not lines:
        say(NO_NEWS)
        return
    say(SINCE, count=len(lines))
    for line in lines[:_LISTED]:
        click.echo(f"  {line}")
    if len(lines) > _LISTED:
        say(MORE, count=len(lines) - _LISTED)


@click.command("undo")
@directory
@add_commit_options
@lang
def undo_command(directory: Path, dry_run: bool, yes: bool, lang: str | None) -> None:
    """Bỏ thay đổi vừa ghi mà chưa gửi / Take back the last change that is not sent.

    Chạy lại thì bỏ tiếp thay đổi trước đó / Run it again for the change before that one.
    """
    clone = opened(directory)
    before = read_files(directory, dry_run)
    files = {file.name: file.data or b"" for file in before}
    job = _last(clone, files)
    if branches.is_send_cut_off(clone, branches.current(clone)):
        raise Problem(MAY_BE_SENT)
    back = records.taken_back(job, files)
    if back is None:
        raise Problem(EDITED_SINCE, command=_shown(job))
    after = {**files, **{name: data for name, data in back.items() if data is not None}}
    after = {name: data for name, data in after.items() if back.get(name, data) is not None}
    say(TAKING_BACK, command=_shown(job))
    _show(before, after)
    if dry_run:
        return
    if declined(yes):
        sys.exit(REFUSED)
    if branches.unsent(clone, branches.current(clone)):
        branches.uncommit(clone)
    transaction.write(directory, changes(files, after))
    records.store(clone, records.load(clone).without([job]))
    if not branches.uncommitted(clone)[0]:
        branches.leave_empty(clone)
    say(UNDONE, files=named_some(sorted(back)))


def _last(clone: Clone, files: Mapping[str, bytes]) -> Job:
    """Return the last unsent job; records of commands that were killed before they wrote anything are removed.

    Raises:
        Problem: there is no unsent job, or the last change is sent.
    """
    found = records.load(clone)
    jobs = list(found.on(branches.current(clone)))
    while jobs and not records.is_in(jobs[-1], files):
        found = found.without([jobs.pop()])
        records.store(clone, found)
    if jobs:
        return jobs[-1]
    if changed := branches.uncommitted(clone)[0]:
        raise Problem(BY_HAND, files=named_some(changed))
    if found.sent:
        raise Problem(IS_SENT, branch=found.sent[-1].branch, message=found.sent[-1].message)
    raise Problem(NOTHING_TO_UNDO)


def _show(before: list[File], after: Mapping[str, bytes]) -> None:
    """Show the difference that undoing a change makes; end the process where it would bring errors in."""
    paths = {file.name: file.path for file in before}
    kept = [File(name, paths[name], data) for name, data in after.items() if name in paths]
    show_difference(before, [*kept, *(File(name, paths[name], b"") for name in paths if name not in after)])
    refuse_new(examine(before, today()), examine(kept, today()), WRONG_WITHOUT)


@click.command("again")
@directory
@click.option("--yes", "-y", is_flag=True, help="Không hỏi lại / Do not ask.")
@lang
def again_command(directory: Path, yes: bool, lang: str | None) -> None:
    """Làm lại việc của mình trên bản mới, khi hai người sửa cùng một dòng / Do a change anew upon what others did.

    Chạy lại từng lệnh đã làm, với những câu trả lời cũ; cần gì thêm thì hỏi. Không được thì mọi thứ như trước / Runs
    each command again with the answers that it had, and asks what else there is. If that fails, all is as before.
    """
    clone = opened(directory)
    branches.fetch(clone)
    read_files(directory, dry_run=False)
    changed, _others = branches.uncommitted(clone)
    if not changed:
        go_to_the_one_behind(clone, (Outcome.CONFLICT,))
    jobs = _jobs(clone, records.load(clone), changed)
    _refuse_by_hand(clone, jobs)
    name = commit(clone, None, changed, default_message((), changed)) if changed else branches.current(clone)
    kept = f"{name}-{secrets.token_hex(2)}-cu"
    branches.keep(clone, kept)
    found = records.load(clone)
    own = found.on(name)
    before = Repeated(name, clone.says("rev-parse", "HEAD"), own)
    records.store(clone, replace(found.without(own), repeated=before))
    branches.begin_anew(clone, name)
    if not _all_anew(directory, jobs, yes=yes):
        put_back(clone, records.load(clone))
        clone.git("branch", "--quiet", "--delete", "--force", kept)
        raise Problem(NOT_ANEW)
    _note_anew(clone, name)
    say(ALL_ANEW, branch=kept)


def _jobs(clone: Clone, found: Jobs, changed: Sequence[str]) -> tuple[Job, ...]:
    """Return the jobs of the proposal on the clone's current branch, sent and unsent ones."""
    name = branches.current(clone)
    sent = found.proposal(name)
    jobs = (*(sent.jobs if sent else ()), *found.on(name))
    if not jobs:
        raise Problem(BY_HAND if changed else NO_JOBS, files=named_some(changed))
    return jobs


def _refuse_by_hand(clone: Clone, jobs: Sequence[Job]) -> None:
    """Raise `Problem` where the files have edits that no job made: repeating the jobs would lose them."""
    files = {file.name: file.data or b"" for file in source.from_directory(clone.directory)}
    base = {file.name: file.data or b"" for file in source.from_git(clone.directory, branches.left_at(clone))}
    without = records.before_all(jobs, files)
    differing = sorted(name for name in {*base, *(without or files)} if base.get(name) != (without or files).get(name))
    if differing:
        raise Problem(NOT_BY_COMMANDS, files=some(differing, _LISTED))


def _all_anew(directory: Path, jobs: Sequence[Job], *, yes: bool) -> bool:
    """Run each job again, up to the first failure; return whether all succeeded."""
    for number, job in enumerate(jobs, 1):
        say(ANEW, number=number, count=len(jobs), command=_shown(job))
        if not _run(job, directory, yes=yes):
            return False
    return True


def _run(job: Job, directory: Path, *, yes: bool) -> bool:
    """Run the command of a job in this process; return whether it succeeded."""
    from . import main

    name, *rest = job.words
    arguments = ["--lang", language(), name, *rest, *([] if "--" in rest else ["--"]), str(directory)]
    if yes:
        arguments.insert(arguments.index("--"), "--yes")
    try:
        main.main(args=arguments, prog_name="danhba")
    except SystemExit as ended:
        return not ended.code
    except KeyboardInterrupt:
        return False
    return True


def _note_anew(clone: Clone, name: str) -> None:
    """Replace the records of a proposal's sent jobs by those of the repeated jobs."""
    found = records.load(clone)
    sent = tuple(replace(each, jobs=()) if each.branch == name else each for each in found.sent)
    records.store(clone, replace(found, sent=sent, repeated=None))


def _shown(job: Job) -> str:
    """Return the command line of a job, for messages."""
    return shlex.join(["danhba", *(word for word in job.words if word != "--")])
