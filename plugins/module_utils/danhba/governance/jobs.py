"""The jobs of a clone: which command wrote which files, so that a job can be undone and repeated.

They are in one file of the clone's git directory, which no commit includes: they are this editor's alone. A job has the
words of its command with all answers, and the content of each file before and after it. Undoing a job is a three-way
merge (git-merge-file), so that later changes elsewhere in the file stay.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..messages import mark as _
from ..reading import source
from ..reading.source import Unusable
from .branch import Clone, path_in_git
from .proposal import place

UNREADABLE = _(
    "the record of jobs {path} cannot be read: {reason}; delete it: then only danhba undo and danhba again forget what "
    "was done before"
)

_NAME = "danhba-jobs.json"


@dataclass(frozen=True, slots=True)
class Held:
    """The content of a file before and after a job; None where there was no file."""

    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Job:
    """A command that wrote the register: its words from its name on, and the files by name within the register.

    `branch` is empty until the job is committed.
    """

    words: tuple[str, ...]
    files: Mapping[str, Held]
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A proposal that was sent; `told` is the outcome that the editor has seen last."""

    branch: str
    commit: str
    message: str
    link: str
    jobs: tuple[Job, ...]
    told: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A proposal whose jobs are being repeated, with its former state, so that it can be restored."""

    branch: str
    commit: str
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The record: unsent jobs, sent proposals, and the target's commit when the last day was begun."""

    unsent: tuple[Job, ...] = ()
    sent: tuple[Sent, ...] = ()
    seen: str = ""
    repeated: Repeated | None = field(default=None)

    def on(self, branch: str) -> tuple[Job, ...]:
        """Return the unsent jobs in the files of a branch."""
        return tuple(job for job in self.unsent if job.branch in {"", branch})

    def committed(self, branch: str) -> Jobs:
        """Return the record with uncommitted jobs assigned to a branch."""
        return replace(self, unsent=tuple(replace(job, branch=job.branch or branch) for job in self.unsent))

    def without(self, jobs: Sequence[Job]) -> Jobs:
        """Return the record without some jobs."""
        return replace(self, unsent=tuple(job for job in self.unsent if job not in jobs))

    def proposal(self, branch: str) -> Sent | None:
        """Return the last proposal that was sent from a branch, or None."""
        return next((sent for sent in reversed(self.sent) if sent.branch == branch), None)


def clone_of(directory: Path) -> Clone | None:
    """Return the clone that a register is in, with or without a forge; None outside of a git repository."""
    try:
        root, prefix = place(directory)
    except Unusable:
        return None
    return Clone(directory, root, prefix, "")


def load(clone: Clone) -> Jobs:
    """Return the record.

    Raises:
        Unusable: the file cannot be read, or has another form.
    """
    path = path_in_git(clone, _NAME)
    try:
        return _jobs(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Jobs()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, zlib.error, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise Unusable(UNREADABLE, path=path, reason=reason) from error


def store(clone: Clone, jobs: Jobs) -> None:
    """Replace the record atomically."""
    path = path_in_git(clone, _NAME)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(_data(jobs), file)
            file.flush()
            os.fsync(descriptor)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Unusable(_("cannot write {path}: {reason}"), path=path, reason=error.strerror) from error


def is_in(job: Job, files: Mapping[str, bytes]) -> bool:
    """Say whether a job has changed any file: a command that was killed before it wrote has not."""
    return any(files.get(name) != held.before for name, held in job.files.items())


def taken_back(job: Job, files: Mapping[str, bytes]) -> dict[str, bytes | None] | None:
    """Return the contents of a job's files without it; None if its own lines were changed since."""
    found: dict[str, bytes | None] = {}
    for name, held in job.files.items():
        now = files.get(name)
        if now == held.after:
            found[name] = held.before
            continue
        if now is None or held.after is None or held.before is None:
            return None
        merged = _merged(now, held.after, held.before)
        if merged is None:
            return None
        found[name] = merged
    return found


def before_all(jobs: Sequence[Job], files: Mapping[str, bytes]) -> dict[str, bytes] | None:
    """Return the files without all of these jobs; None if one of them cannot be undone."""
    now = dict(files)
    for job in reversed(jobs):
        back = taken_back(job, now)
        if back is None:
            return None
        for name, data in back.items():
            if data is None:
                now.pop(name, None)
            else:
                now[name] = data
    return now


def _merged(now: bytes, base: bytes, other: bytes) -> bytes | None:
    """Merge three versions of a text (git-merge-file); None on a conflict."""
    with tempfile.TemporaryDirectory(prefix="danhba-") as folder:
        paths = [Path(folder) / name for name in ("now", "base", "other")]
        for path, data in zip(paths, (now, base, other), strict=True):
            path.write_bytes(data)
        done = source.run_git(Path(folder), "merge-file", "-p", "--quiet", *(path.name for path in paths))
    return done.stdout if done.returncode == 0 else None


def _data(jobs: Jobs) -> dict[str, Any]:
    return {
        "unsent": [_job_data(job) for job in jobs.unsent],
        "sent": [
            [one.branch, one.commit, one.message, one.link, [_job_data(job) for job in one.jobs], one.told]
            for one in jobs.sent
        ],
        "seen": jobs.seen,
        "repeated": [jobs.repeated.branch, jobs.repeated.commit, [_job_data(job) for job in jobs.repeated.jobs]]
        if jobs.repeated
        else None,
    }


def _job_data(job: Job) -> list[Any]:
    files = {name: [_packed(held.before), _packed(held.after)] for name, held in job.files.items()}
    return [list(job.words), files, job.branch]


def _jobs(data: Mapping[str, Any]) -> Jobs:
    repeated = data["repeated"]
    return Jobs(
        tuple(map(_job, data["unsent"])),
        tuple(
            Sent(branch, commit, message, link, tuple(map(_job, jobs)), told)
            for branch, commit, message, link, jobs, told in data["sent"]
        ),
        str(data["seen"]),
        Repeated(repeated[0], repeated[1], tuple(map(_job, repeated[2]))) if repeated else None,
    )


def _job(data: Sequence[Any]) -> Job:
    words, files, branch = data
    held = {name: Held(_unpacked(before), _unpacked(after)) for name, (before, after) in files.items()}
    return Job(tuple(map(str, words)), held, str(branch))


def _packed(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(zlib.compress(data)).decode()


def _unpacked(text: str | None) -> bytes | None:
    return None if text is None else zlib.decompress(base64.b64decode(text))
