"""An editor's branch in a clone: what is unsent, how changes of others are taken in, how it is sent.

Where both the target and this branch added to the end of one file, the additions are put together, theirs first;
`proposal` does the same, so the reviewers' comment foretells the result.
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

# Git tells the reason of a failed push only in words, which it would translate.
_UNTRANSLATED = {"LC_ALL": "C"}
# Marker file while `take_in` runs: a rebase that was killed is recognised as ours and aborted.
_TAKING_IN = "danhba-taking-in"
# Refs of commits that a killed send may have pushed, by branch.
_SENDING = "refs/danhba/sending"
# Seconds to wait for git's lock before it is removed as left by a killed git.
_LOCK_SECONDS = 3.0
_STEPS = ("rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD")
_LINK = re.compile(r"https?://\S+")
# Credentials in the remote's address, which messages must not show.
_SECRET = re.compile(r"(?<=//)[^/@\s]+@")
_SCP = re.compile(r"(?:[^/@\s]+@)?(?P<host>[^/:\s]+):(?P<path>[^\s]+)")


class Away(Unusable):
    """Raised if the forge cannot be reached; nothing was lost."""


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone: its top, the register's folder within it (ending in `/`), and the target branch of changes."""

    directory: Path
    root: Path
    prefix: str
    target: str

    @property
    def upstream(self) -> str:
        """Return the name of the target's remote-tracking branch."""
        return f"{REMOTE}/{self.target}"

    def git(self, *arguments: str, environment: Mapping[str, str] | None = None) -> CompletedProcess[bytes]:
        """Run git at the top of the clone; the caller checks its status."""
        return source.run_git(self.root, *arguments, environment=environment)

    def says(self, *arguments: str) -> str:
        """Return git's output, or an empty text if it fails."""
        done = self.git(*arguments)
        return done.stdout.decode("utf-8", "surrogateescape").strip() if done.returncode == 0 else ""


def find(directory: Path) -> Clone:
    """Return the clone that a register is in.

    Raises:
        Unusable: it is in none, or in one without a remote or a known target.
        Problem: git is in the middle of an operation.
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
    """Return the path of one of git's own files for this clone."""
    return clone.root / clone.says("rev-parse", "--git-path", name)


def _give_up_ours(clone: Clone) -> None:
    """Abort a `take_in` that was killed, and restore uncommitted changes."""
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
    """Return the branch that is checked out; raise Problem if there is none."""
    name = clone.says("symbolic-ref", "--quiet", "--short", "HEAD")
    if not name:
        raise Problem(DETACHED, target=clone.target)
    return name


def name_here(clone: Clone, name: str) -> None:
    """Create a branch at the present commit if none is checked out, so that no commit is lost."""
    if not clone.says("symbolic-ref", "--quiet", "--short", "HEAD"):
        _switch(clone, "switch", "--quiet", "--create", name)


def uncommitted(clone: Clone) -> tuple[list[str], list[str]]:
    """Return the paths that differ from the last commit: the register's, and others."""
    shown = clone.git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all").stdout
    paths = [entry[3:] for entry in shown.decode("utf-8", "surrogateescape").split("\0") if entry]
    mine = [path for path in paths if is_data(path, clone.prefix)]
    return mine, [path for path in paths if path not in mine]


def fetch(clone: Clone) -> None:
    """Fetch the target; this branch's remote copy is not fetched, so that a push still compares with the last known
    one.
    """
    done = clone.git("fetch", "--quiet", REMOTE, f"+refs/heads/{clone.target}:refs/remotes/{clone.upstream}")
    if done.returncode:
        raise Away(AWAY, reason=_reason(done))


def count(clone: Clone, since: str, until: str) -> int:
    """Return the number of commits that one revision has and another lacks."""
    return int(clone.says("rev-list", "--count", f"{since}..{until}") or 0)


def left_at(clone: Clone) -> str:
    """Return the commit where this branch left the target."""
    found = clone.says("merge-base", "HEAD", clone.upstream)
    if not found:
        raise Problem(UNRELATED, upstream=clone.upstream)
    return found


def new_name(codes: Sequence[str], day: date) -> str:
    """Return a new branch name: agency, day and a random part that no other editor has."""
    whose = codes[0] if len(codes) == 1 else "so"
    return f"{whose}-{day.isoformat()}-{secrets.token_hex(2)}"


def leave(clone: Clone, name: str) -> None:
    """Switch to a new branch with everything that is here; a target that is left is reset to the forge's."""
    left = current(clone)
    done = clone.git("switch", "--quiet", "--create", name)
    if done.returncode:
        raise Problem(NO_BRANCH, branch=name, reason=_reason(done))
    if left == clone.target:
        clone.git("branch", "--force", clone.target, clone.upstream)


def commit(clone: Clone, paths: Sequence[str], message: str) -> None:
    """Commit only the given files."""
    if not (clone.says("config", "user.name") and clone.says("config", "user.email")):
        raise Problem(NOBODY)
    for command in (("add", "--all"), ("commit", "--quiet", f"--message={message}")):
        done = clone.git("--literal-pathspecs", *command, "--", *paths)
        if done.returncode:
            raise Problem(NOT_COMMITTED, reason=_reason(done))


def take_in(clone: Clone) -> None:
    """Rebase this branch on the present target; if that fails, everything is as before."""
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
    """Merge a file to whose end both sides only added; say whether that was the case."""
    common, theirs, mine = (clone.git("show", f":{stage}:{path}") for stage in (1, 2, 3))
    if any(done.returncode for done in (common, theirs, mine)) or not is_data(path, clone.prefix):
        return False
    whole = grown_together(common.stdout, theirs.stdout, mine.stdout)
    if whole is None:
        return False
    (clone.root / path).write_bytes(whole)
    return clone.git("--literal-pathspecs", "add", "--", path).returncode == 0


def send(clone: Clone, branch: str) -> str:
    """Push a branch in place of what was pushed before, and return the link for a merge request.

    Raises:
        Away: the forge cannot be reached.
        Problem: it refuses the branch, or somebody else has pushed to it.
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
    """Say whether a send of a branch was killed or lost its connection, so that it may have arrived."""
    return bool(clone.says("rev-parse", "--verify", "--quiet", f"{_SENDING}/{branch}"))


def _arrived(clone: Clone, branch: str) -> str:
    """Return the commit that an interrupted send has brought to the forge, or an empty text."""
    sending = clone.says("rev-parse", "--verify", "--quiet", f"{_SENDING}/{branch}")
    if not sending:
        return ""
    there = clone.says("ls-remote", REMOTE, f"refs/heads/{branch}").partition("\t")[0]
    return sending if there == sending else ""


def sent_at(clone: Clone, branch: str) -> str:
    """Return the commit of a branch when it was last pushed or fetched, or an empty text."""
    return clone.says("rev-parse", "--verify", "--quiet", f"refs/remotes/{REMOTE}/{branch}")


def unsent(clone: Clone, name: str) -> int:
    """Return the number of commits that neither the target nor the forge's copy of this branch has."""
    there = sent_at(clone, name) if name != clone.target else ""
    return int(clone.says("rev-list", "--count", "HEAD", "--not", clone.upstream, *([there] if there else [])) or 0)


def keep(clone: Clone, name: str) -> None:
    """Give the present commit another branch name, too."""
    done = clone.git("branch", name)
    if done.returncode:
        raise Problem(NO_BRANCH, branch=name, reason=_reason(done))


def begin(clone: Clone) -> None:
    """Switch to the target as the forge has it; local commits on the target must have another name by then."""
    _switch(clone, "switch", "--quiet", "--no-track", "--force-create", clone.target, clone.upstream)
    clone.git("branch", "--quiet", f"--set-upstream-to={clone.upstream}", clone.target)


def begin_anew(clone: Clone, name: str) -> None:
    """Reset a branch of this name to the target; its commits must have another name by then."""
    _switch(clone, "switch", "--quiet", "--no-track", "--force-create", name, clone.upstream)


def go_to(clone: Clone, name: str) -> None:
    """Switch to an existing branch, here or on the forge, and take in what others pushed to it."""
    clone.git("fetch", "--quiet", REMOTE, f"refs/heads/{name}:refs/remotes/{REMOTE}/{name}")
    _switch(clone, "switch", "--quiet", name)
    if there := sent_at(clone, name):
        clone.git("merge", "--quiet", "--ff-only", there)


def set_back(clone: Clone, name: str, commit: str) -> None:
    """Reset a branch to a commit, and switch to it."""
    _switch(clone, "switch", "--quiet", "--no-track", "--force-create", name, commit)


def _switch(clone: Clone, *command: str) -> None:
    done = clone.git(*command)
    if done.returncode:
        raise Problem(NOT_SWITCHED, reason=_reason(done))


def uncommit(clone: Clone) -> None:
    """Turn unsent commits into uncommitted changes; no file changes."""
    name = current(clone)
    done = clone.git("reset", "--quiet", "--mixed", sent_at(clone, name) or left_at(clone))
    if done.returncode:
        raise Problem(NOT_SWITCHED, reason=_reason(done))


def leave_empty(clone: Clone) -> None:
    """Switch from a branch without any commits to the target, and delete the branch."""
    name = current(clone)
    if name != clone.target and not count(clone, clone.upstream, "HEAD") and not sent_at(clone, name):
        begin(clone)
        clone.git("branch", "--quiet", "--delete", "--force", name)


def heads(clone: Clone) -> dict[str, str]:
    """Return the commits of the forge's branches, by name.

    Raises:
        Away: it cannot be reached.
    """
    done = clone.git("ls-remote", "--heads", REMOTE)
    if done.returncode:
        raise Away(AWAY, reason=_reason(done))
    lines = done.stdout.decode("utf-8", "surrogateescape").splitlines()
    return {ref.removeprefix("refs/heads/"): commit for commit, _tab, ref in (line.partition("\t") for line in lines)}


class Outcome(Enum):
    """State of a proposal, as far as the forge's branches show it."""

    OPEN = "open"
    MERGED = "merged"
    CONFLICT = "conflict"
    GONE = "gone"


def outcome(clone: Clone, commit: str, there: str) -> Outcome:
    """Return the state of a pushed commit; `there` is its branch's commit now, empty if the branch is gone.

    It is merged if merging it would change nothing, also where the forge has squashed several commits.
    """
    done = clone.git("merge-tree", "--write-tree", "--no-messages", clone.upstream, commit)
    tree = done.stdout.decode("utf-8", "replace").partition("\n")[0]
    if done.returncode == 0 and tree == clone.says("rev-parse", f"{clone.upstream}^{{tree}}"):
        return Outcome.MERGED
    if not there:
        return Outcome.GONE
    return Outcome.OPEN if done.returncode == 0 else Outcome.CONFLICT


def _told_link(told: str) -> str:
    """Return the link that the forge has printed: every forge does at the first push of a branch."""
    lines = [line for line in told.splitlines() if line.startswith("remote:")]
    return next((found[0] for line in lines if (found := _LINK.search(line))), "")


def link(remote: str, target: str, branch: str) -> str:
    """Return the forge's page for a merge request of a branch; empty if the remote is no forge's address."""
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
    """Return git's first complaint, else its last line, without credentials."""
    lines = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
    # After "fatal: Could not read from remote repository." git gives advice, whose last line alone is meaningless.
    complaints = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    reason = (complaints or lines[-1:] or [""])[0]
    return _SECRET.sub("", reason.removeprefix("fatal: ").removeprefix("error: "))
