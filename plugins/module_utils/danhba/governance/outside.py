"""Files outside of the register that a proposal changes: their purpose, and which of them guard the register.

The review judges the register alone. Whoever approves the rest has to know which files are guards: a workflow that is
removed no longer checks anything, and nothing else would report it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..messages import mark as _
from ..reading.beside import concerns


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of files by path patterns, and its purpose; a `guard` watches, or runs where something is trusted."""

    patterns: tuple[str, ...]
    does: str
    guard: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """A file outside of the register that a proposal changes or removes."""

    path: str
    kind: Kind
    gone: bool


_BESIDE = Kind((), _("changes what git makes of the register's files, or what every command meets in a clone"), True)
_UNKNOWN = Kind(("*",), _("nobody knows what it does: read it"), True)
KINDS = (
    Kind(
        (
            ".github/workflows/*",
            ".forgejo/workflows/*",
            ".gitea/workflows/*",
            ".gitlab-ci.yml",
            ".gitlab/ci/*",
            ".ci/*",
        ),
        _("runs this very check: whoever changes it can switch the check off, or let every proposal pass"),
        True,
    ),
    Kind(
        (
            "CODEOWNERS",
            "docs/CODEOWNERS",
            ".github/CODEOWNERS",
            ".gitlab/CODEOWNERS",
            ".forgejo/CODEOWNERS",
            ".gitea/CODEOWNERS",
        ),
        _("says who has to approve which file: whoever changes it can have an approval asked of nobody"),
        True,
    ),
    Kind(
        (".pre-commit-config.yaml", ".pre-commit-hooks.yaml", ".githooks/*", ".husky/*", "hooks/*"),
        _("runs at each commit on the machines of editors: the check there, or anything else"),
        True,
    ),
    Kind(
        ("plugins/*", "scripts/*", "setup.py", "setup", "pyproject.toml", "meta/*", "galaxy.yml"),
        _("is the checker itself, or code that runs on the controller: with it any finding can be made to vanish"),
        True,
    ),
    Kind(
        ("requirements/*", "requirements.txt", "requirements.yml", "collections/*", "*.tar.gz", "*.whl"),
        _("says which code of others runs here, by version and hash"),
        True,
    ),
    Kind(
        ("inventories/*", "inventory/*", "group_vars", "group_vars/*", "host_vars/*"),
        _("sets what the servers do: limits, passwords' rules, filters, who may reach them"),
        True,
    ),
    Kind(
        ("roles/*", "playbooks/*", "ansible.cfg", "library/*", "filter_plugins/*"),
        _("runs as root on the servers at the next deployment"),
        True,
    ),
    Kind(
        ("Makefile", ".vscode/*", ".config/*", ".devcontainer/*", ".envrc", "*.code-workspace"),
        _("is run by people on their own machines, or by their editors"),
        True,
    ),
    Kind((".gitmodules", ".lfsconfig", ".mailmap"), _("tells git where to get other files and names from"), True),
    Kind(
        ("tests/*", "molecule/*", ".ansible-lint", ".yamllint"),
        _("checks the code: what is taken out here no longer stops a change of the code"),
        True,
    ),
    Kind((".gitignore", "*/.gitignore"), _("says which files git passes over in silence"), True),
    Kind(
        ("docs/vi/can-bo.md", "docs/vi/quan-ly-hop-thu.md", "docs/vi/hinh/webmail/*"),
        _("is published on the server for all officials: a false address in it takes their passwords"),
        True,
    ),
    Kind(
        (
            *("docs/*", "changelogs/*", "*.md", "*.rst", "LICENSE", ".editorconfig", "AUTHORS"),
            *(".github/ISSUE_TEMPLATE/*", ".gitlab/issue_templates/*", ".gitlab/merge_request_templates/*"),
        ),
        _("is read by people, and nothing is run of it"),
        False,
    ),
    _UNKNOWN,
)


def told(paths: Iterable[str], gone: Iterable[str], prefix: str) -> list[Touched]:
    """Return the kind of each path outside of the register, guards first; `prefix` is the register's folder."""
    away = frozenset(gone)
    found = (Touched(path, kind_of(path, prefix), path in away) for path in paths)
    return sorted(found, key=lambda each: (not each.kind.guard, not each.gone, each.path))


def kind_of(path: str, prefix: str = "") -> Kind:
    """Return the kind of a path from the repository's root: the first one that matches."""
    if concerns(path, prefix) or path.rpartition("/")[2] == ".gitattributes":
        return _BESIDE
    return next(_kinds(path))


def _kinds(path: str) -> Iterator[Kind]:
    return (kind for kind in KINDS if any(fnmatchcase(path, pattern) for pattern in kind.patterns))
