"""A release from a clean tree: version, changelog, artefact, list of parts, sums, commit and tag; or nothing at all."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from . import bom, docsite
from .tools import CHANGELOG, GALAXY, RELEASE, ROOT, Refusal, git, run

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_LINE = re.compile(r"^version: .*$", re.MULTILINE)


def numbers(version: str) -> tuple[int, ...]:
    """The three numbers of a version (Semantic Versioning, without what is before a release).

    Raises:
        Refusal: it is none.
    """
    match = _VERSION.fullmatch(version)
    if not match:
        raise Refusal(
            f"{version!r} không phải phiên bản: cần dạng 1.2.3, như make release VERSION=0.2.0 -- is no version: it has"
            " to be like 1.2.3, as in make release VERSION=0.2.0"
        )
    return tuple(map(int, match.groups()))


def releases() -> list[str]:
    """The versions that were released, the oldest first."""
    told: dict[str, Any] = yaml.safe_load((ROOT / CHANGELOG).read_text(encoding="utf-8"))
    return sorted(told["releases"], key=numbers)


def fragments() -> list[Path]:
    """What has changed since, a file for each change."""
    return sorted((ROOT / "changelogs/fragments").glob("*.yml"))


def demand(version: str) -> None:
    """See that this version may be released now.

    Raises:
        Refusal: it may not; nothing was changed.
    """
    wanted = numbers(version)
    if changed := git("status", "--porcelain"):
        raise Refusal(
            "bản sao có thay đổi chưa commit; commit hoặc bỏ chúng trước -- the tree is dirty, commit or drop these"
            f" first:\n{changed}"
        )
    if git("tag", "--list", f"v{version}"):
        raise Refusal(f"đã có tag v{version}; chọn số mới -- the tag v{version} exists; choose the next number")
    if wanted <= max(map(numbers, releases())):
        raise Refusal(
            f"{version} không mới hơn {releases()[-1]} đã phát hành -- {version} is not after {releases()[-1]}, which"
            " was released"
        )
    if not fragments():
        raise Refusal(
            "changelogs/fragments trống: không có gì để phát hành -- changelogs/fragments is empty: there is nothing to"
            " release"
        )


def lint() -> None:
    """Look over the fragments of the changelog, and over what modules and roles say of themselves.

    Raises:
        Refusal: something is wrong with them.
    """
    run("antsibull-changelog", "lint")
    docsite.lint()


def put(version: str) -> None:
    """Write the version into its one place."""
    path = ROOT / GALAXY
    text, count = _LINE.subn(f"version: {version}", path.read_text(encoding="utf-8"))
    assert count == 1
    path.write_text(text, encoding="utf-8")


def following(version: str) -> str:
    """The version that the tree has after a release; `make release` may say another one when the time has come."""
    major, minor, _patch = numbers(version)
    return f"{major}.{minor + 1}.0"


def build(version: str) -> Path:
    """Make the artefact, its list of parts and the sums of both; the folder that they are in."""
    folder = RELEASE / version
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run("ansible-galaxy", "collection", "build", "--output-path", folder)
    bom.write(folder / f"laocai-mail-{version}.cdx.json", version)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    return folder


def tag(version: str, folder: Path) -> None:
    """Tag what is released, with the sums of its files: signed where git has a key, and else annotated."""
    signed = bool(run("git", "config", "--default", "", "--get", "user.signingkey").strip())
    sums = (folder / "SHA256SUMS").read_text(encoding="ascii")
    git("tag", "--sign" if signed else "--annotate", "--message", f"laocai.mail {version}\n\n{sums}", f"v{version}")


def release(version: str) -> Path:
    """Make a release; the folder of its files. What fails leaves the tree as it was.

    Raises:
        Refusal: it may not be made, or a tool failed.
    """
    demand(version)
    lint()
    before = git("rev-parse", "HEAD")
    try:
        put(version)
        run("antsibull-changelog", "release", "--version", version)
        folder = build(version)
        git("add", "--all", GALAXY, "changelogs", "CHANGELOG.rst")
        git("commit", "--quiet", "--message", f"Release {version}")
        tag(version, folder)
    except BaseException:
        git("reset", "--quiet", "--hard", before)
        raise
    put(following(version))
    git("commit", "--quiet", "--message", f"Begin {following(version)}", GALAXY)
    return folder
