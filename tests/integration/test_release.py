"""A release and its pages by the real tools: antsibull, cyclonedx-py, Sphinx, ansible-galaxy; in a clone of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.release import version
from tests.release.tools import RELEASE
from tests.support.deployment import PROJECT

pytestmark = pytest.mark.long

WANTED = version.following(version.releases()[-1])
# A plugin of each of these kinds has a page of its own, and each role.
KINDS = {"modules": "module", "callback": "callback", "filter": "filter", "lookup": "lookup"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed, with this clone's Python and tools."""
    made = tmp_path_factory.mktemp("release") / "clone"
    subprocess.run(["make", str((RELEASE / ".prepared").relative_to(PROJECT))], cwd=PROJECT, check=True)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(PROJECT), str(made)], check=True)
    (made / "build/release").mkdir(parents=True)
    (made / "build/release/venv").symlink_to(RELEASE / "venv")
    return made


def run(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m tests.release` as `make` runs it, by somebody whose git has no key."""
    who = {
        f"GIT_{part}_{what}": text
        for part in ("AUTHOR", "COMMITTER")
        for what, text in (("NAME", "An"), ("EMAIL", "an@example.org"))
    }
    known = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "PYTHONPATH": str(clone), **who}
    command = [sys.executable, "-m", "tests.release", *words]
    done = subprocess.run(command, cwd=clone, env=known, check=False, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_each_role_and_each_plugin_has_its_page(clone: Path) -> None:
    done = run(clone, "docsite")
    assert done.stderr == ""  # no warning of any tool
    site = Path(done.stdout.strip())
    assert site == clone / "build/docsite"
    wanted = {f"{path.parents[1].name}_role" for path in PROJECT.glob("roles/*/meta/argument_specs.yml")}
    wanted |= {f"{name}_{kind}" for folder, kind in KINDS.items() for name in plugins(folder)}
    pages = {path.stem: path.read_text(encoding="utf-8") for path in site.glob("*_*.html")}
    assert wanted - pages.keys() == set()
    index = (site / "index.html").read_text(encoding="utf-8")
    assert [name for name in wanted if f'href="{name}.html' not in index] == []
    # antsibull-docs writes such a page where a plugin's documentation does not hold.
    assert [
        name for name, text in pages.items() if "did not contain" in text or "Docutils System Message" in text
    ] == []
    assert "By default" in "".join(pages.values())


def plugins(folder: str) -> set[str]:
    """The names of the collection's plugins of a kind; of filters there are several in a file."""
    found = set()
    for path in (PROJECT / "plugins" / folder).iterdir():
        if path.suffix in {".py", ".yml"} and not path.stem.startswith("_"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"^ *(?:name|module): (\w+)$", text, re.MULTILINE)[:1])
    return found


def test_a_release_is_made_by_the_real_tools(clone: Path) -> None:
    before = sorted(path.name for path in (clone / "changelogs/fragments").glob("*.yml"))
    run(clone, "version", WANTED)
    folder = clone / "build/release" / WANTED
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    with tarfile.open(folder / f"laocai-mail-{WANTED}.tar.gz") as archive:
        manifest = json.load(archive.extractfile("MANIFEST.json") or pytest.fail("no manifest"))
        changelog = (archive.extractfile("CHANGELOG.rst") or pytest.fail("no changelog")).read().decode()
    assert manifest["collection_info"]["version"] == WANTED
    told = yaml.safe_load((clone / "changelogs/changelog.yaml").read_text(encoding="utf-8"))["releases"][WANTED]
    assert sorted(told["fragments"]) == before
    assert changelog == (clone / "CHANGELOG.rst").read_text(encoding="utf-8")
    assert re.search(rf"^v{re.escape(WANTED)}\n=+$", changelog, re.MULTILINE)
    parts = json.loads((folder / f"laocai-mail-{WANTED}.cdx.json").read_text(encoding="utf-8"))
    assert (parts["bomFormat"], parts["specVersion"]) == ("CycloneDX", "1.6")
    purls = {part.get("purl", "").partition("@")[0].partition("?")[0] for part in parts["components"]}
    assert {"pkg:pypi/ansible-core", "pkg:deb/debian/postfix"} <= purls
    tagged = ["git", "cat-file", "-t", f"v{WANTED}"]
    assert subprocess.run(tagged, cwd=clone, check=True, capture_output=True, text=True).stdout == "tag\n"
    left = ["git", "status", "--porcelain", "--untracked-files=no"]
    assert subprocess.run(left, cwd=clone, check=True, capture_output=True, text=True).stdout == ""
