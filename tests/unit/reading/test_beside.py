"""Tests for files beside a register: git attributes that change, hide or merge its files, and a leftover journal."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from danhba.model.findings import Finding
from danhba.reading import beside
from danhba.reading.source import File
from tests.support.forges import git

NAMES = ("province.yml", "agencies/snv.yml")
PREFIX = "a/directory/"


def found(text: str | None, path: str = ".gitattributes", prefix: str = PREFIX) -> list[Finding]:
    data = None if text is None else text.encode()
    return list(beside.check([File(path, path, data)], prefix, NAMES))


@pytest.mark.parametrize(
    "attribute",
    [
        *("working-tree-encoding=UTF-16", "working-tree-encoding=cp1258", "Working-Tree-Encoding=UTF-16"),
        *("filter=lfs", "filter", "ident", "eol=crlf", "crlf", "binary", "-diff", "diff=none"),
        *("linguist-generated", "linguist-generated=true", "gitlab-generated", "merge=union", "-merge", "merge=ours"),
        *("export-subst", "export-ignore"),
    ],
)
def test_beside_harmful_attribute_is_refused(attribute: str) -> None:
    assert [f.values["attribute"] for f in found(f"*.yml text {attribute}\n")] == [attribute]


@pytest.mark.parametrize(
    "attribute",
    [
        *("text", "text=auto", "-text", "eol=lf", "-filter", "!filter", "-ident", "working-tree-encoding=UTF-8"),
        *("-linguist-generated", "linguist-language=YAML", "merge", "diff", "whitespace=trailing-space", "delta"),
    ],
)
def test_beside_harmless_attribute_passes(attribute: str) -> None:
    assert found(f"*.yml {attribute}\n") == []


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        *((pattern, ".gitattributes") for pattern in ("*", "*.yml", "*.YML", "snv.*", "province.yml", "?nv.yml")),
        *((pattern, ".gitattributes") for pattern in ("a/directory/**", "/a/directory/agencies/*.yml", "**/*.yml")),
        *((pattern, ".gitattributes") for pattern in ("**/agencies/*", '"*.y\\155l"', "[a-z]*.yml", "[attr]odd")),
        ("*.yml", "a/.gitattributes"),
        ("directory/agencies/*", "a/.gitattributes"),
        ("*.yml", "a/directory/.gitattributes"),
        ("/snv.yml", "a/directory/agencies/.gitattributes"),
        ("x.yml", "a/directory/agencies/.gitattributes"),
    ],
)
def test_beside_pattern_that_may_match_the_register_is_refused(pattern: str, path: str) -> None:
    assert len(found(f"{pattern} filter=x\n", path)) == 1


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        *((pattern, ".gitattributes") for pattern in ("*.png", "docs/*.yml", "/province.yml", "roles/**", "# *.yml")),
        ("province.yml", "a/directory/agencies/.gitattributes"),
    ],
)
def test_beside_pattern_that_cannot_match_the_register_passes(pattern: str, path: str) -> None:
    assert found(f"{pattern} filter=x\n", path) == []


def test_beside_finding_has_line_and_column_of_the_attribute() -> None:
    findings = found("# one\n*.png filter=lfs\n*.yml text ident filter=x\n")
    assert [(f.where.place.line, f.where.place.column) for f in findings] == [(3, 12), (3, 18)]


def test_beside_gitattributes_as_a_link_is_refused() -> None:
    assert [f.rule.id for f in found(None)] == ["file-attributes"]


def test_beside_gitattributes_with_invalid_utf8_is_read() -> None:
    assert len(list(beside.check([File(".gitattributes", "x", b"\xff\xfe\n*.yml ident\n")], PREFIX, NAMES))) == 1


def test_beside_journal_is_refused_in_the_registers_folder_alone() -> None:
    assert [f.rule.id for f in found("", f"{PREFIX}.danhba-journal")] == ["file-journal"]
    assert found("", "docs/.danhba-journal") == []


@pytest.mark.parametrize(
    ("path", "concerns"),
    [
        *((path, True) for path in (".gitattributes", "a/.gitattributes", "a/directory/.gitattributes")),
        *((path, True) for path in ("a/directory/agencies/.gitattributes", "a/directory/.danhba-journal")),
        *((path, False) for path in ("b/.gitattributes", "a/directory2/.gitattributes", "README.md")),
    ],
)
def test_concerns_path_tells_whether_the_file_is_checked(path: str, concerns: bool) -> None:
    assert beside.concerns(path, PREFIX) is concerns


@pytest.mark.parametrize("line", ["*.yml working-tree-encoding=UTF-16", "*.yml ident", "*.yml text eol=crlf"])
def test_beside_refused_attribute_changes_bytes_in_a_real_clone(tmp_path: Path, line: str) -> None:
    """Clone with real git: the bytes of the clone differ from those that were committed."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "--quiet")
    (origin / "x.yml").write_text("a: $Id$\n", encoding="utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "Sổ")
    blob = git(origin, "rev-parse", "HEAD:x.yml")
    (origin / ".gitattributes").write_text(f"{line}\n", encoding="utf-8")
    git(origin, "add", ".gitattributes")
    git(origin, "commit", "--quiet", "--message", "Thuộc tính")
    assert git(origin, "rev-parse", "HEAD:x.yml") == blob
    subprocess.run(["git", "clone", "--quiet", str(origin), str(clone)], check=True, capture_output=True)
    assert (clone / "x.yml").read_bytes() != b"a: $Id$\n"
    assert found(f"{line}\n") != []
