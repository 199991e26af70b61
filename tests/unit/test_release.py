"""A release is made of a clean tree, whole or not at all; what changed is told in the form of the tool."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.release import bom, docsite, tools, version
from tests.release.__main__ import main
from tests.release.tools import ROOT, Refusal
from tests.support.looped import for_each

SECTIONS = {name for name, _title in yaml.safe_load((ROOT / "changelogs/config.yaml").read_text())["sections"]}
RELEASES = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))["releases"]
FRAGMENTS = sorted(path for path in (ROOT / "changelogs/fragments").iterdir() if path.name != ".gitkeep")

# What the tools of a release do, as far as it matters here.
_STUBS = {
    "antsibull-changelog": """#!/bin/sh
[ "$1" = lint ] && exit 0
rm changelogs/fragments/*
printf 'releases: {0.1.0: {}, %s: {}}\\n' "$3" > changelogs/changelog.yaml
printf 'v%s\\n' "$3" > CHANGELOG.rst
""",
    "ansible-galaxy": """#!/bin/sh
printf 'whole' > "$4/laocai-mail-$(sed -n 's/^version: //p' galaxy.yml).tar.gz"
""",
    "cyclonedx-py": """#!/bin/sh
echo '{"bomFormat": "CycloneDX", "components": [{"name": "click"}]}'
""",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of a project after its first release, with one fragment, and tools that need no network."""
    root, programs = tmp_path / "clone", tmp_path / "programs"
    (root / "changelogs/fragments").mkdir(parents=True)
    programs.mkdir()
    for name, text in _STUBS.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (root / "galaxy.yml").write_text("name: mail\nversion: 0.2.0\n")
    (root / "changelogs/changelog.yaml").write_text("releases: {0.1.0: {}}\n")
    (root / "changelogs/fragments/one.yml").write_text("added: [One.]\n")
    (root / "CHANGELOG.rst").write_text("v0.1.0\n")
    for name in ("ROOT", "RELEASE", "TOOLS", "OWN"):
        path = {"ROOT": root, "RELEASE": tmp_path / "made"}.get(name, programs)
        for module in (tools, version, docsite):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, path)
    monkeypatch.setattr(docsite, "lint", lambda: None)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Người phát hành")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "phathanh@example.org")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Begin"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def test_release_is_built_with_checksums_and_tagged(tree: Path, tmp_path: Path) -> None:
    folder = version.release("0.2.0")
    assert sorted(path.name for path in folder.iterdir()) == [
        *("SHA256SUMS", "laocai-mail-0.2.0.cdx.json", "laocai-mail-0.2.0.tar.gz"),
    ]
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)
    tagged = tools.git("show", "v0.2.0:galaxy.yml"), tools.git("show", "v0.2.0:CHANGELOG.rst")
    assert tagged == ("name: mail\nversion: 0.2.0", "v0.2.0")
    assert (folder / "SHA256SUMS").read_text().strip() in tools.git("tag", "--list", "--format=%(contents)", "v0.2.0")
    assert tools.git("cat-file", "-t", "v0.2.0") == "tag"
    assert "version: 0.3.0" in (tree / "galaxy.yml").read_text()
    assert tools.git("status", "--porcelain") == ""
    parts = yaml.safe_load((folder / "laocai-mail-0.2.0.cdx.json").read_text())
    assert parts["metadata"]["component"]["version"] == "0.2.0"
    assert {"click", "postgresql-17"} <= {part["name"] for part in parts["components"]}


def _dirty(tree: Path) -> None:
    (tree / "new").write_text("x")


def _tagged(_tree: Path) -> None:
    tools.git("tag", "v0.2.0")


def _told(tree: Path) -> None:
    (tree / "changelogs/fragments/one.yml").unlink()
    tools.git("commit", "--quiet", "--all", "--message", "Nothing")


@pytest.mark.parametrize(
    ("wanted", "before", "said"),
    [
        ("0.2.0", _dirty, "dirty"),
        ("0.2.0", _tagged, "exists"),
        ("0.2.0", _told, "nothing to"),
        ("0.1.0", lambda _tree: None, "not after"),
        ("0.0.9", lambda _tree: None, "not after"),
        ("0.2", lambda _tree: None, "no version"),
        ("0.2.0-rc1", lambda _tree: None, "no version"),
        ("v0.2.0", lambda _tree: None, "no version"),
    ],
)
def test_release_of_an_unfit_tree_is_refused(
    tree: Path, wanted: str, before: Callable[[Path], None], said: str
) -> None:
    before(tree)
    was, tags = tools.git("status", "--porcelain"), tools.git("tag", "--list")
    with pytest.raises(Refusal, match=said):
        version.release(wanted)
    assert (tools.git("status", "--porcelain"), tools.git("tag", "--list")) == (was, tags)


@pytest.mark.parametrize("program", ["antsibull-changelog", "ansible-galaxy", "cyclonedx-py", "git"])
def test_failing_step_leaves_the_tree_unchanged(tree: Path, program: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The changelog that is not as it should be; and each step behind it, the commit and the tag too."""
    if program == "git":
        hook = tree / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    else:
        (tools.TOOLS / program).write_text("#!/bin/sh\necho broken\nexit 3\n")
    before = tools.git("rev-parse", "HEAD")
    assert main(["version", "0.2.0"]) == 1
    assert "Not released" in capsys.readouterr().err
    assert tools.git("rev-parse", "HEAD") == before
    assert tools.git("status", "--porcelain") == ""
    assert tools.git("tag", "--list") == ""
    assert (tree / "changelogs/fragments/one.yml").exists()


def test_wrong_command_line_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 2
    assert "make release VERSION=" in capsys.readouterr().err


@for_each("path", FRAGMENTS)
def test_fragments_have_known_sections_and_markup(path: Path) -> None:
    """A look at it that needs no tool: `make lint-changelog` looks closer, and so does each release."""
    assert path.suffix == ".yml"
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert told.keys() <= SECTIONS | {"release_summary", "trivial"}
    for section, lines in told.items():
        for line in [lines] if section == "release_summary" else lines:
            assert isinstance(line, str)
            assert not re.search(r"\]\(|(?<!`)`[^`<]+`(?![`_])", line), "``code``, and `text <target>`__ for links"


def test_links_of_the_changelog_exist() -> None:
    texts = [(ROOT / "CHANGELOG.rst").read_text(encoding="utf-8"), *(f.read_text(encoding="utf-8") for f in FRAGMENTS)]
    targets = {target for text in texts for target in re.findall(r"<([^>\s]+)>`__", text)}
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_changelog_has_each_release_and_tree_the_next_version() -> None:
    text = (ROOT / "CHANGELOG.rst").read_text(encoding="utf-8")
    assert re.findall(r"^v(\S+)\n=+$", text, re.MULTILINE) == sorted(RELEASES, key=version.numbers, reverse=True)
    wanted = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert version.numbers(wanted) > max(map(version.numbers, RELEASES)) or not FRAGMENTS


def test_defaults_with_expressions_are_described_in_words() -> None:
    options: dict[str, Any] = {
        "size": {"type": "int", "default": "{{ 2 * x }}", "description": "How large."},
        "name": {"type": "str", "default": "{{ x }}", "description": ["Its name."]},
        "inner": {"type": "dict", "options": {"on": {"type": "bool", "default": "{{ y }}", "description": "On."}}},
    }
    docsite.literal(options)
    assert options["size"] == {"type": "int", "description": ["How large.", "By default V({{ 2 * x }})."]}
    assert options["name"]["default"] == "{{ x }}"
    assert "default" not in options["inner"]["options"]["on"]


def test_parts_of_a_role_are_found_in_lists_and_expressions(tmp_path: Path) -> None:
    (tmp_path / "one/vars").mkdir(parents=True)
    (tmp_path / "one/vars/main.yml").write_text(
        "__one_packages: \"{{ ['a-b'] + (['cc'] if mode == 'acme' else []) }}\"\nother: [d]\n"
        "parts: [{packages: [e+1, f]}]\n"
    )
    assert bom.packages(tmp_path) == {"a-b": ["one"], "cc": ["one"], "e+1": ["one"], "f": ["one"]}
