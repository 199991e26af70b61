#!/usr/bin/env python3
"""Check that commit messages have the form that CONTRIBUTING.md asks for.

    scripts/commit_message.py FILE    judge the message that git is about to commit (the hook commit-msg)
    scripts/commit_message.py         judge the commits that the main branch does not have yet (`make lint-commits`)

The form: `area: imperative summary` of at most 72 characters, a blank line, then why, in sentences. The area is the
folder or room that changes, such as `rules`, `roles/resolver` or `docs, tests`.

Without FILE, the main branch is the first that exists of COMMITS_BASE, `origin/HEAD` and `origin/main`. Where none
exists, or HEAD is already on it, only HEAD is checked. Merges, commits older than this script, and commits that change
only the register (`directory/`) are skipped: the latter are written by editors of agencies.

Exit status: 0 all messages have the form, 1 some do not, 2 git failed or the file cannot be read.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 72
OWN_PATH = "scripts/commit_message.py"
REGISTER = "directory/"
_FORM = re.compile(r"(?P<areas>[\w./-]+(?:, [\w./-]+)*): (?P<summary>\S.*)", re.ASCII)
# `git commit --verbose` writes the difference below this line; a hook gets it too.
_SCISSORS = re.compile(r"^# -+ >8 -+$", re.MULTILINE)
_TRAILER = re.compile(r"[A-Z][A-Za-z-]+: \S")
_COMBINED = re.compile(r"(?:fixup|squash|amend)! ")
_WRITTEN_BY_GIT = re.compile(r"(?:Merge|Revert) ")
# Verbs whose imperative ends in -ed or -ing.
_IMPERATIVE = frozenset(
    "bring embed exceed feed heed need proceed ring seed shed speed spring string succeed swing".split()
)


def faults(message: str, *, final: bool) -> list[tuple[str, str]]:
    """Return what is wrong with a message, as pairs (Vietnamese, English); empty where it has the form.

    `final` is false in the hook, while the message is written: `fixup!` and `squash!` commits are then allowed.
    """
    lines = _cleaned(message)
    subject = lines[0] if lines else ""
    if _WRITTEN_BY_GIT.match(subject) or (_COMBINED.match(subject) and not final):
        return []
    return [*_of_subject(subject), *_of_body(lines[1:])]


def _cleaned(message: str) -> list[str]:
    """Return the lines of a message that git keeps: without comments, and without leading and trailing blank lines."""
    kept = _SCISSORS.split(message)[0]
    lines = (line.rstrip() for line in kept.splitlines() if not line.startswith("#"))
    return "\n".join(lines).strip("\n").splitlines()


def _of_subject(subject: str) -> Iterator[tuple[str, str]]:
    if len(subject) > LONGEST:
        yield (
            f"dòng đầu dài {len(subject)} ký tự, nhiều nhất {LONGEST}",
            f"the first line has {len(subject)} characters, at most {LONGEST} are allowed",
        )
    form = _FORM.fullmatch(subject)
    if form is None:
        yield (
            "dòng đầu phải có dạng 'nơi sửa: việc làm', ví dụ 'roles/resolver: ask the root servers over TCP'",
            "the first line must be 'area: summary', such as 'roles/resolver: ask the root servers over TCP'",
        )
        return
    summary = form["summary"]
    verb = summary.split()[0]
    if verb != verb.lower() or (verb.endswith(("ed", "ing")) and verb not in _IMPERATIVE):
        yield (
            f"tóm tắt phải bắt đầu bằng động từ nguyên thể viết thường, không phải '{verb}'",
            f"the summary must begin with a verb in the imperative, in lower case, not with '{verb}'",
        )
    if summary.endswith("."):
        yield "dòng đầu không có dấu chấm ở cuối", "the first line must not end with a full stop"


def _of_body(lines: list[str]) -> Iterator[tuple[str, str]]:
    if lines and lines[0]:
        yield "dòng thứ hai phải để trống", "the second line must be blank"
    elif not any(line and not _TRAILER.match(line) for line in lines):
        yield (
            "thiếu phần giải thích: sau một dòng trống, viết vì sao sửa",
            "the body is missing: say below a blank line why the change is made",
        )


def new_commits() -> list[str]:
    """Return the commits to check, newest first: those after this script was added that are not on the main branch.

    Returns only HEAD where there are none, or where this clone does not have the main branch.
    """
    base = _base()
    if base is None:
        return ["HEAD"]
    since = _git("log", "--max-count=1", "--diff-filter=A", "--format=%H", "HEAD", "--", OWN_PATH).strip()
    if not since:
        return []
    return _git("rev-list", "--no-merges", f"--ancestry-path={since}", "HEAD", f"^{base}").split() or ["HEAD"]


def _base() -> str | None:
    """Return the ref of the main branch (see the module's docstring); None where this clone has none."""
    for name in (os.environ.get("COMMITS_BASE", ""), "refs/remotes/origin/HEAD", "refs/remotes/origin/main"):
        if name and _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", check=False):
            return name
    return None


def _git(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(
        ["git", *arguments], check=False, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if check and done.returncode:
        _stop(f"git: {done.stderr.strip()}")
    return done.stdout


def _of_the_register(paths: str) -> bool:
    """Return whether all paths (one a line) are in the register; False for no paths, as when a message is amended."""
    names = paths.splitlines()
    return bool(names) and all(name.startswith(REGISTER) for name in names)


def _stop(reason: str) -> None:
    print(f"không soát được / cannot be judged: {reason}", file=sys.stderr)
    sys.exit(2)


def _judged(name: str, message: str, *, final: bool) -> bool:
    """Return whether a message has the form, and print its faults to stderr under the commit's name."""
    found = faults(message, final=final)
    for vietnamese, english in found:
        print(f"{name}: {vietnamese}\n    {english}", file=sys.stderr)
    return not found


def _of_file(path: str) -> bool:
    if _of_the_register(_git("diff", "--cached", "--name-only", "--no-renames")):
        return True
    try:
        message = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        _stop(f"{path}: {error.strerror}")
        raise
    return _judged("commit", message, final=False)


def _of_new_commits() -> bool:
    judged = []
    for commit in new_commits():
        name, parents, message = _git("show", "--no-patch", "--format=%h%x00%P%x00%B", commit).split("\0", 2)
        changed = _git("diff-tree", "--no-commit-id", "--name-only", "--no-renames", "--root", "-r", commit)
        if len(parents.split()) < 2 and not _of_the_register(changed):
            judged.append(_judged(name, message, final=True))
    return all(judged)


def main() -> None:
    """Check the message in the file of the command line, or the new commits; exit with 1 where one has a fault."""
    passed = _of_file(sys.argv[1]) if len(sys.argv) > 1 else _of_new_commits()
    if not passed:
        print("Quy ước / the form: CONTRIBUTING.md#commits", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
