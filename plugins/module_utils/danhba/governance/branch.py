"""An editor's branch in a clone: what is on it and was not sent, how it takes in what others did, how it is sent.

What others and this branch have added to the end of one file is put together by itself, theirs first; so it is in
`proposal`, by which the reviewers' comment has foretold it.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from subprocess import CompletedProcess
from urllib.parse import urlsplit

from ..editing.problem import Problem
from ..messages import mark as _
from ..reading import source
from ..reading.source import Unusable
from .forges import of_host
from .proposal import grown_together, is_data, place

REMOTE = "origin"
NO_REMOTE = _("this clone knows no {remote} to send to; make it by git clone, or ask the operator")
NO_TARGET = _("this clone does not know the main branch of {remote}; run: git fetch {remote}")
UNFINISHED = _("git is in the middle of a merge or a rebase here; end it first, or give it up: git rebase --abort")
UNRELATED = _("this branch shares no history with {upstream}; make the change in a new clone: git clone")
DETACHED = _("this clone is on no branch; go back to {target}: danhba start")
NOBODY = _(
    'git does not know who you are; say so once: git config --global user.name "…"; git config --global user.email …'
)
NO_BRANCH = _("git makes no branch {branch}: {reason}; take another name: --branch")
NOT_COMMITTED = _("git did not take the change: {reason}; correct it, and run danhba send again")
CONFLICT = _(
    "others have changed the same lines of {files}, and only an editor can put that together; what you wrote is as it "
    "was: do it anew upon what others did: danhba again"
)
NOT_SWITCHED = _("git did not go to another branch: {reason}; nothing was changed")
AWAY = _("the server of proposals cannot be reached ({reason}); nothing is lost, try again later")
REFUSED = _("{remote} did not take the branch {branch}: {reason}; it stays here, nothing is lost")
TAKEN = _(
    "somebody else has sent to the branch {branch} meanwhile; yours stays here: send it under another name: --branch"
)

# Why a push failed git tells by words alone, which it would translate.
_UNTRANSLATED = {"LC_ALL": "C"}
# Exists while `take_in` runs, so that a rebase which was killed is known as ours and given up.
_TAKING_IN = "danhba-taking-in"
# The commit that a send which was killed may have brought to the forge, by branch.
_SENDING = "refs/danhba/sending"
# Where a git that was killed leaves its lock, the next one waits this long before it takes the lock away.
_LOCK_SECONDS = 3.0
_STEPS = ("rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD")
_LINK = re.compile(r"https?://\S+")
# Who has a token in the address of the remote does not want to see it in a message.
_SECRET = re.compile(r"(?<=//)[^/@\s]+@")
_SCP = re.compile(r"(?:[^/@\s]+@)?(?P<host>[^/:\s]+):(?P<path>[^\s]+)")


class Away(Unusable):
    """The forge cannot be reached; nothing was lost."""


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone: its top, the register's folder from there (`/` at its end), and the branch that changes are for."""

    directory: Path
    root: Path
    prefix: str
    target: str

    @property
    def upstream(self) -> str:
        """The target as this clone has last seen it."""
        return f"{REMOTE}/{self.target}"

    def git(self, *arguments: str, environment: Mapping[str, str] | None = None) -> CompletedProcess[bytes]:
        """Run git at the top of the clone; its status is asked."""
        return source.run_git(self.root, *arguments, environment=environment)

    def says(self, *arguments: str) -> str:
        """What git prints; nothing where it fails."""
        done = self.git(*arguments)
        return done.stdout.decode("utf-8", "surrogateescape").strip() if done.returncode == 0 else ""


def find(directory: Path) -> Clone:
    """The clone that a register is in.

    Raises:
        Unusable: it is in none, or in one without a remote or a known target.
        Problem: git is in the middle of something.
    """
    root, prefix = place(directory)
    clone = Clone(directory, root, prefix, "")
    if not clone.says("remote", "get-url", REMOTE):
        raise Unusable(NO_REMOTE, remote=REMOTE)
    _give_up_ours(clone)
    for step in _STEPS:
        if path_in_git(clone, step).exists():
            raise Problem(UNFINISHED)
    return Clone(directory, root, prefix, _target(clone))


def path_in_git(clone: Clone, name: str) -> Path:
    """Where git keeps a file of its own for this clone."""
    return clone.root / clone.says("rev-parse", "--git-path", name)


def _give_up_ours(clone: Clone) -> None:
    """Go back to what was there before a `take_in` that was killed; what was not committed comes back, too."""
    marker = path_in_git(clone, _TAKING_IN)
    if not marker.exists():
        return
    lock = path_in_git(clone, "index.lock")
    deadline = time.monotonic() + _LOCK_SECONDS
    while lock.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    lock.unlink(missing_ok=True)
    if any(path_in_git(clone, step).exists() for step in _STEPS[:2]):
        clone.git("rebase", "--abort")
    marker.unlink(missing_ok=True)


def _target(clone: Clone) -> str:
    if head := clone.says("symbolic-ref", "--quiet", "--short", f"refs/remotes/{REMOTE}/HEAD"):
        return head.removeprefix(f"{REMOTE}/")
    for name in ("main", "master"):
        if clone.says("rev-parse", "--verify", "--quiet", f"refs/remotes/{REMOTE}/{name}"):
            return name
    raise Unusable(NO_TARGET, remote=REMOTE)


def current(clone: Clone) -> str:
    """The branch that the clone is on."""
    name = clone.says("symbolic-ref", "--quiet", "--short", "HEAD")
    if not name:
        raise Problem(DETACHED, target=clone.target)
    return name


def name_here(clone: Clone, name: str) -> None:
    """Where the clone is on no branch, have one from here on, so that nothing that was made here is lost."""
    if not clone.says("symbolic-ref", "--quiet", "--short", "HEAD"):
        _switch(clone, "switch", "--quiet", "--create", name)


def uncommitted(clone: Clone) -> tuple[list[str], list[str]]:
    """The paths that differ from the last commit: the register's, and others."""
    shown = clone.git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all").stdout
    paths = [entry[3:] for entry in shown.decode("utf-8", "surrogateescape").split("\0") if entry]
    mine = [path for path in paths if is_data(path, clone.prefix)]
    return mine, [path for path in paths if path not in mine]


def fetch(clone: Clone) -> None:
    """See what the target is now; of this branch's own copy there nothing is asked, so that a push still compares."""
    done = clone.git("fetch", "--quiet", REMOTE, f"+refs/heads/{clone.target}:refs/remotes/{clone.upstream}")
    if done.returncode:
        raise Away(AWAY, reason=_reason(done))


def count(clone: Clone, since: str, until: str) -> int:
    """How many commits one revision has that another lacks."""
    return int(clone.says("rev-list", "--count", f"{since}..{until}") or 0)


def left_at(clone: Clone) -> str:
    """The commit where this branch left the target."""
    found = clone.says("merge-base", "HEAD", clone.upstream)
    if not found:
        raise Problem(UNRELATED, upstream=clone.upstream)
    return found


def new_name(codes: Sequence[str], day: date) -> str:
    """A name for a branch: whose files it changes, when, and something that no other editor has."""
    whose = codes[0] if len(codes) == 1 else "so"
    return f"{whose}-{day.isoformat()}-{secrets.token_hex(2)}"


def leave(clone: Clone, name: str) -> None:
    """Go on upon a new branch with all that is here; the target, if it was left, is again what the forge has."""
    left = current(clone)
    done = clone.git("switch", "--quiet", "--create", name)
    if done.returncode:
        raise Problem(NO_BRANCH, branch=name, reason=_reason(done))
    if left == clone.target:
        clone.git("branch", "--force", clone.target, clone.upstream)


def commit(clone: Clone, paths: Sequence[str], message: str) -> None:
    """Commit some files and nothing else."""
    if not (clone.says("config", "user.name") and clone.says("config", "user.email")):
        raise Problem(NOBODY)
    for command in (("add", "--all"), ("commit", "--quiet", f"--message={message}")):
        done = clone.git("--literal-pathspecs", *command, "--", *paths)
        if done.returncode:
            raise Problem(NOT_COMMITTED, reason=_reason(done))


def take_in(clone: Clone) -> None:
    """Put this branch's commits upon the target as it is now (git-rebase); all is as it was where that fails."""
    marker = path_in_git(clone, _TAKING_IN)
    marker.touch()
    try:
        _rebase(clone)
    finally:
        marker.unlink(missing_ok=True)


def _rebase(clone: Clone) -> None:
    done = clone.git("rebase", "--quiet", "--autostash", clone.upstream)
    while done.returncode:
        paths = clone.says("diff", "--name-only", "--diff-filter=U", "-z").split("\0")
        paths = [path for path in paths if path]
        if not paths or not all(_put_together(clone, path) for path in paths):
            clone.git("rebase", "--abort")
            raise Problem(CONFLICT, files=paths or [_reason(done)])
        done = clone.git("-c", "core.editor=true", "rebase", "--continue")


def _put_together(clone: Clone, path: str) -> bool:
    """Whether both sides only added to the end of a file, which then has both parts."""
    common, theirs, mine = (clone.git("show", f":{stage}:{path}") for stage in (1, 2, 3))
    if any(done.returncode for done in (common, theirs, mine)) or not is_data(path, clone.prefix):
        return False
    whole = grown_together(common.stdout, theirs.stdout, mine.stdout)
    if whole is None:
        return False
    (clone.root / path).write_bytes(whole)
    return clone.git("--literal-pathspecs", "add", "--", path).returncode == 0


def send(clone: Clone, branch: str) -> str:
    """Send a branch, in the place of what was sent of it before; the link at which a request for it is made.

    Raises:
        Away: the forge cannot be reached.
        Problem: it does not take the branch, or somebody else has sent to it.
    """
    if arrived := _arrived(clone, branch):
        clone.git("update-ref", f"refs/remotes/{REMOTE}/{branch}", arrived)
    known = sent_at(clone, branch)
    lease = f"--force-with-lease=refs/heads/{branch}:{known}"
    refspec = f"HEAD:refs/heads/{branch}"
    clone.git("update-ref", f"{_SENDING}/{branch}", "HEAD")
    done = clone.git("push", "--set-upstream", lease, REMOTE, refspec, environment=_UNTRANSLATED)
    told = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        if "stale info" in told or "rejected]" in told:
            clone.git("update-ref", "-d", f"{_SENDING}/{branch}")
        if "stale info" in told:
            raise Problem(TAKEN, branch=branch)
        if "rejected]" in told:
            raise Problem(REFUSED, remote=REMOTE, branch=branch, reason=_reason(done))
        raise Away(AWAY, reason=_reason(done))
    clone.git("update-ref", "-d", f"{_SENDING}/{branch}")
    return _told_link(told) or link(clone.says("remote", "get-url", REMOTE), clone.target, branch)


def is_send_cut_off(clone: Clone, branch: str) -> bool:
    """Whether a send of a branch was killed, or lost its line, so that it may have arrived."""
    return bool(clone.says("rev-parse", "--verify", "--quiet", f"{_SENDING}/{branch}"))


def _arrived(clone: Clone, branch: str) -> str:
    """The commit that a send which was cut off has brought to the forge all the same; empty where it has not."""
    sending = clone.says("rev-parse", "--verify", "--quiet", f"{_SENDING}/{branch}")
    if not sending:
        return ""
    there = clone.says("ls-remote", REMOTE, f"refs/heads/{branch}").partition("\t")[0]
    return sending if there == sending else ""


def sent_at(clone: Clone, branch: str) -> str:
    """The commit of a branch that the forge had when it was last sent or seen; empty where it never was."""
    return clone.says("rev-parse", "--verify", "--quiet", f"refs/remotes/{REMOTE}/{branch}")


def unsent(clone: Clone, name: str) -> int:
    """How many commits are here that neither the target nor the forge's copy of this branch has."""
    there = sent_at(clone, name) if name != clone.target else ""
    return int(clone.says("rev-list", "--count", "HEAD", "--not", clone.upstream, *([there] if there else [])) or 0)


def keep(clone: Clone, name: str) -> None:
    """Keep what is committed here under another name, too."""
    done = clone.git("branch", name)
    if done.returncode:
        raise Problem(NO_BRANCH, branch=name, reason=_reason(done))


def begin(clone: Clone) -> None:
    """Go to the target as the forge has it; commits on the target that only this clone has must have a name by then."""
    _switch(clone, "switch", "--quiet", "--no-track", "--force-create", clone.target, clone.upstream)
    clone.git("branch", "--quiet", f"--set-upstream-to={clone.upstream}", clone.target)


def begin_anew(clone: Clone, name: str) -> None:
    """Begin a branch of this name again from the target; what it had must have another name by then."""
    _switch(clone, "switch", "--quiet", "--no-track", "--force-create", name, clone.upstream)


def go_to(clone: Clone, name: str) -> None:
    """Go to a branch that was begun before, here or on the forge; what others sent to it is taken in."""
    clone.git("fetch", "--quiet", REMOTE, f"refs/heads/{name}:refs/remotes/{REMOTE}/{name}")
    _switch(clone, "switch", "--quiet", name)
    if there := sent_at(clone, name):
        clone.git("merge", "--quiet", "--ff-only", there)


def set_back(clone: Clone, name: str, commit: str) -> None:
    """Have a branch end at a commit again, and go there."""
    _switch(clone, "switch", "--quiet", "--no-track", "--force-create", name, commit)


def _switch(clone: Clone, *command: str) -> None:
    done = clone.git(*command)
    if done.returncode:
        raise Problem(NOT_SWITCHED, reason=_reason(done))


def uncommit(clone: Clone) -> None:
    """Have what was committed here and not sent as changes of the files again; no file changes."""
    name = current(clone)
    done = clone.git("reset", "--quiet", "--mixed", sent_at(clone, name) or left_at(clone))
    if done.returncode:
        raise Problem(NOT_SWITCHED, reason=_reason(done))


def leave_empty(clone: Clone) -> None:
    """Go back from a branch on which nothing was left to the target, and forget the branch."""
    name = current(clone)
    if name != clone.target and not count(clone, clone.upstream, "HEAD") and not sent_at(clone, name):
        begin(clone)
        clone.git("branch", "--quiet", "--delete", "--force", name)


def heads(clone: Clone) -> dict[str, str]:
    """The branches that the forge has now, with their commits.

    Raises:
        Away: it cannot be reached.
    """
    done = clone.git("ls-remote", "--heads", REMOTE)
    if done.returncode:
        raise Away(AWAY, reason=_reason(done))
    lines = done.stdout.decode("utf-8", "surrogateescape").splitlines()
    return {ref.removeprefix("refs/heads/"): commit for commit, _tab, ref in (line.partition("\t") for line in lines)}


class Outcome(Enum):
    """What has become of a proposal, as far as the forge's branches tell."""

    OPEN = "open"
    MERGED = "merged"
    CONFLICT = "conflict"
    GONE = "gone"


def outcome(clone: Clone, commit: str, there: str) -> Outcome:
    """What has become of a commit that was sent; `there` is the commit of its branch now, empty where that is gone.

    It is merged where merging it would change nothing: also where the forge has made one commit of several.
    """
    done = clone.git("merge-tree", "--write-tree", "--no-messages", clone.upstream, commit)
    tree = done.stdout.decode("utf-8", "replace").partition("\n")[0]
    if done.returncode == 0 and tree == clone.says("rev-parse", f"{clone.upstream}^{{tree}}"):
        return Outcome.MERGED
    if not there:
        return Outcome.GONE
    return Outcome.OPEN if done.returncode == 0 else Outcome.CONFLICT


def _told_link(told: str) -> str:
    """The link that the forge itself has told: every forge does at the first push of a branch."""
    lines = [line for line in told.splitlines() if line.startswith("remote:")]
    return next((found[0] for line in lines if (found := _LINK.search(line))), "")


def link(remote: str, target: str, branch: str) -> str:
    """Where a request is made from a branch, as the forges have it; empty where the remote is no forge's address."""
    if "://" in remote:
        parts = urlsplit(remote)
        host, path = parts.hostname or "", parts.path
    elif found := _SCP.fullmatch(remote):
        host, path = found["host"], found["path"]
    else:
        return ""
    if not host:
        return ""
    page = f"https://{host}/{path.strip('/').removesuffix('.git')}"
    return of_host(host).request_page(page, target, branch)


def _reason(done: CompletedProcess[bytes]) -> str:
    """What git complains of first, else the last that it said, without what is nobody's business."""
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    # Behind "fatal: Could not read from remote repository." it gives advice, of which the last line alone says nothing.
    complaints = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    reason = (complaints or lines[-1:] or [""])[0]
    return _SECRET.sub("", reason.removeprefix("fatal: ").removeprefix("error: "))
