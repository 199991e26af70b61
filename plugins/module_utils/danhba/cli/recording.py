"""Record of each editing command in the git clone, with its full command line, so that it can be undone or repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..governance import jobs as records
from ..governance.jobs import Held, Job

if TYPE_CHECKING:
    from ..editing.transaction import Change

_ANSWERS = "danhba.answers"
# Parameters that are not recorded, since each run sets its own.
_OF_THE_RUN = frozenset({"directory", "dry_run", "yes", "lang"})


def answered(name: str, value: object) -> None:
    """Note the final value of a parameter that was asked for, looked up, or chosen by the command itself."""
    if context := click.get_current_context(silent=True):
        context.meta.setdefault(_ANSWERS, {})[name] = value


def words(context: click.Context) -> tuple[str, ...]:
    """Return the words of the command that is running, all answers as options, without the register's directory."""
    given = {**context.params, **context.meta.get(_ANSWERS, {})}
    options: list[str] = []
    arguments: list[str] = []
    for parameter in context.command.params:
        value = given.get(str(parameter.name))
        if parameter.name in _OF_THE_RUN or value is None:
            continue
        if isinstance(parameter, click.Option):
            options += _option(parameter, value)
        else:
            arguments.append(_text(value))
    return (*_path(context), *options, *(["--"] if arguments else []), *arguments)


def _path(context: click.Context) -> list[str]:
    names: list[str] = []
    while context.parent:
        names.insert(0, str(context.info_name))
        context = context.parent
    return names


def _option(option: click.Option, value: Any) -> list[str]:
    name = max(option.opts, key=len)
    if option.is_flag:
        return [name] if value else [max(option.secondary_opts, key=len)] if option.secondary_opts else []
    values = value if isinstance(value, (list, tuple)) else [value]
    return [f"{name}={_text(each)}" for each in values if _text(each)]


def _text(value: Any) -> str:
    return str(value.absolute()) if isinstance(value, Path) else str(value)


@contextmanager
def recorded(directory: Path, changes: Mapping[str, Change]) -> Iterator[bool]:
    """Record the changes that are written within this context as a job; yields False where there is no git clone.

    The job is recorded before the files are written. If the command is killed in between, `records.is_in` finds that
    the job's changes are not in the files. If the block raises, the record is removed.
    """
    context = click.get_current_context(silent=True)
    clone = records.clone_of(directory)
    if clone is None or context is None:
        yield False
        return
    job = Job(words(context), {name: Held(change.before, change.after) for name, change in changes.items()})
    before = records.load(clone)
    records.store(clone, replace(before, unsent=(*before.unsent, job)))
    try:
        yield True
    except BaseException:
        records.store(clone, before)
        raise
