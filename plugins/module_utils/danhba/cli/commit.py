"""The last step of every command that changes the register: check the change, show it, ask, and write it."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import click

from ..addresses.issuing import Issued
from ..checking.check import Checked, between
from ..editing.draft import Draft
from ..messages import mark as _
from ..messages import render, visible
from ..model.findings import Finding, Severity, binding, new
from ..model.register import Register
from ..planning.compared import compare
from ..reading import source
from ..reading.source import File, Unusable
from ..rendering import findings as show_findings
from ..rendering import plan as show_plan
from .common import REFUSED, at_terminal, beside, examine, language, refuse, some, today, usable
from .recording import recorded

NEW_ERRORS = _("the change would bring in what stands above (lines as they would be); nothing was written")
OLD_ERRORS = _(
    "the register has {count} errors already, which danhba check shows: "
    "they do not stop this change, but its plan can be shown only after they are corrected"
)
NOTHING = _("nothing changes")
DRY = _("--dry-run: nothing was written")
DECLINED = _("nothing was written")
CONFIRM = _("Write this?")
WRITTEN = _("written: {files}")
UNDO = _("to take this back, as long as it is not sent: danhba undo")

CUT_SHORT = _(
    "a change was cut off half way in {path}, and --dry-run writes nothing; "
    "run the command without --dry-run, which first puts the files back"
)
TRACKED = _("{journal} came with a commit, so no command here wrote it; remove it: git rm")
PUT_BACK = _("a command was cut off half way; these files are again what they were before it: {files}")
MORE = _("… and {count} more of these")
# Maximum number of findings, and of files, that are shown for one change.
FINDINGS, FILES = 50, 10

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}

F = TypeVar("F", bound=Callable[..., Any])


def commit_draft(  # noqa: PLR0913
    directory: Path,
    before: list[File],
    draft: Draft,
    day: date,
    *,
    dry_run: bool = False,
    yes: bool = False,
    show: bool = True,
    last: Callable[[], None] | None = None,
) -> None:
    """Check a draft, show what it changes, and write it.

    `before` are the files that the draft was made from. `day` is the day from which the change holds: its plan is shown
    as of that day, or of today if that day has passed. `show=False` leaves out the difference and the plan, which the
    caller has shown. `last` is called right before the question. At a terminal the user is asked to confirm, unless
    `yes`. Returns when the change is written, or shown with `dry_run`. Ends the process with status 1, nothing
    written, where the change would bring errors into the register, a file is no longer as in `before`, or the user
    declines.

    Raises:
        Problem: an edit cannot be made in the layout of its file.
        Unusable: the files cannot be written.
    """
    changed = draft.changed()
    if not changed:
        say(NOTHING)
        return
    checked = _checked(before, draft.files())
    if show:
        _show(before, draft.files(), checked, max(day, today()))
    if last:
        last()
    if dry_run:
        say(DRY)
        return
    if declined(yes):
        sys.exit(REFUSED)
    _write(directory, before, changed)


def declined(yes: bool) -> bool:
    """Ask at a terminal, unless `yes`, whether to write; return True, with a message, where the user declines."""
    if yes or not at_terminal(sys.stdin) or click.confirm(render(CONFIRM, {}, language())):
        return False
    say(DECLINED)
    return True


def _show(before: list[File], after: list[File], checked: Checked, day: date) -> None:
    """Show the change as a difference of text, and its plan."""
    show_difference(before, after)
    if checked.usable:
        click.echo(_plan(before, checked, day))


def show_difference(before: list[File], after: list[File]) -> None:
    """Show the difference between two states of files as coloured unified diffs."""
    for line in _difference(before, after):
        click.echo(click.style(line, fg=_COLOURS.get(line[:1])))


def add_commit_options(command: F) -> F:
    """Add --dry-run and --yes."""
    dry = click.option("--dry-run", is_flag=True, help="Chỉ cho xem, không ghi / Show only, write nothing.")
    yes = click.option("--yes", "-y", is_flag=True, help="Không hỏi lại / Do not ask.")
    return dry(yes(command))


def say(template: str, **values: object) -> None:
    """Write a message to standard error, apart from the command's output."""
    click.echo(render(template, values, language()), err=True)


def examined(files: list[File]) -> Checked:
    """Return the checked register before the change; the result is cached."""
    return _examined(tuple(files), today())


@lru_cache(maxsize=1)
def _examined(files: tuple[File, ...], day: date) -> Checked:
    return examine([*files], day)


def computed(files: list[File]) -> tuple[Register, Issued]:
    """Return the register before the change and its addresses, whatever other errors it has.

    Ends the process with status 1 where its errors do not allow even that.
    """
    checked = examined(files)
    if checked.register is None or checked.issued is None:
        return usable(checked)
    return checked.register, checked.issued


def _checked(before: list[File], after: list[File]) -> Checked:
    """Check the register with the change; end the process where it has errors that it did not have before."""
    checked = examine(after, today(), examined(before))
    refuse_new(examined(before), checked, NEW_ERRORS)
    if errors := binding(checked.findings):
        say(OLD_ERRORS, count=len(errors))
    return checked


def refuse_new(before: Checked, after: Checked, otherwise: str) -> None:
    """Show the findings that a change adds; if errors are among them, end the process with the message `otherwise`."""
    brought_in = new(before.findings, after.findings)
    if brought_in:
        _tell(brought_in)
    if binding(brought_in):
        refuse(otherwise)


def _tell(findings: list[Finding]) -> None:
    """Show findings, errors first, and not more than `FINDINGS` of them, since those of a mass change are alike."""
    ordered = [*binding(findings), *(f for f in findings if f.rule.severity is Severity.ADVICE)]
    click.echo(show_findings.text(ordered[:FINDINGS], language(), beside=beside()), err=True)
    if len(ordered) > FINDINGS:
        say(MORE, count=len(ordered) - FINDINGS)


def _difference(before: list[File], after: list[File]) -> Iterator[str]:
    """Yield the lines of unified diffs between two states of files."""
    former = {file.name: file.data for file in before}
    for file in after:
        old = former.get(file.name)
        if old != file.data:
            name = "/dev/null" if old is None else file.path
            lines = difflib.unified_diff(_lines(old), _lines(file.data), name, file.path, lineterm="")
            yield from map(visible, lines)


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace")
    return text.removesuffix("\n").split("\n") if text else []


def _plan(before: list[File], after: Checked, day: date) -> str:
    register, _issued = computed(before)
    compared = compare(register, after.register, after.issued)
    made = between(examined(before), after, day)
    return show_plan.text(made, language(), compared=compared, beside=beside())


def _write(directory: Path, before: list[File], changed: dict[str, bytes]) -> None:
    from ..editing import transaction

    former = {file.name: file.data for file in before}
    changes = {name: transaction.Change(former.get(name), data) for name, data in changed.items()}
    with recorded(directory, changes) as is_recorded:
        transaction.write(directory, changes)
    written = [str(directory / name) for name in changed]
    say(WRITTEN, files=some(written, FILES))
    if is_recorded:
        say(UNDO)


def read_files(directory: Path, dry_run: bool) -> list[File]:
    """Read the files of a register before an edit; a change that a killed command left half done is undone first.

    Raises:
        Unusable: the files cannot be read, or a half-done change would have to be undone with `dry_run`.
    """
    from ..editing import transaction

    if transaction.is_cut_short(directory):
        if dry_run:
            raise Unusable(CUT_SHORT, path=directory)
        if _is_tracked(directory):
            raise Unusable(TRACKED, journal=directory / source.JOURNAL)
        say(PUT_BACK, files=[str(directory / name) for name in transaction.recover(directory)])
    return source.from_directory(directory)


def _is_tracked(directory: Path) -> bool:
    """Tell whether git tracks the journal: then it came with a commit, and no command of this user wrote it."""
    try:
        source.git(directory, "ls-files", "--error-unmatch", "--", source.JOURNAL, revision=source.JOURNAL)
    except Unusable:
        return False
    return True
