"""The collection as it is published: what a controller needs, and nothing of the sample or of the tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from tests.release import bom
from tests.support.deployment import PROJECT, environment

TOOLS = Path(sys.executable).parent
# What is published of the folders of the clone, and by whom it is needed.
PARTS = {
    *("CHANGELOG.rst", "LICENSE", "README.md", "README.vi.md", "pyproject.toml", "setup.py"),
    *("FILES.json", "MANIFEST.json", "meta", "playbooks", "plugins", "roles"),
    "docs",  # the guides, which role pages publish
    *(".ci", "scripts"),  # what a province's workflows call
}


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    build = [str(TOOLS / "ansible-galaxy"), "collection", "build", "--output-path", str(folder)]
    subprocess.run(build, cwd=PROJECT, env=environment(), check=True, capture_output=True)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def members(artefact: Path) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(artefact) as archive:
        return {member.name: member for member in archive.getmembers()}


def test_it_has_what_a_controller_needs_and_no_more(members: dict[str, tarfile.TarInfo]) -> None:
    assert {name.partition("/")[0] for name in members} == PARTS
    assert {name for name in members if name.startswith((".ci/", "scripts/"))} == {
        ".ci/review",
        "scripts/pull_request_comment.py",
    }


def test_the_guides_are_in_it(members: dict[str, tarfile.TarInfo]) -> None:
    names = ("can-bo", "dieu-khoan", "duyet-de-nghi", "quan-ly-hop-thu", "so-danh-ba", "su-kien", "van-hanh")
    guides = {f"docs/vi/{name}.md" for name in names}
    alerts = {f"docs/vi/su-co/{page.name}" for page in (PROJECT / "docs/vi/su-co").glob("*.md")}
    assert alerts
    assert {name for name in members if name.startswith("docs/") and name.endswith(".md")} == guides | alerts


def test_nothing_of_the_sample_the_tests_or_git_is_in_it(members: dict[str, tarfile.TarInfo]) -> None:
    for name in members:
        path = Path(name)
        assert not {"tests", "directory", "inventories", ".private", "__pycache__"} & set(path.parts), name
        assert not path.name.startswith(".git"), name
        assert path.suffix not in (".pyc", ".po"), name


def test_all_of_the_core_the_roles_and_the_plugins_is_in_it(members: dict[str, tarfile.TarInfo]) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "plugins", "roles", "playbooks", "meta"],
        cwd=PROJECT,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    wanted = {name for name in listed.stdout.splitlines() if not name.endswith(".po")}
    assert wanted - members.keys() == set()


def test_no_link_leads_out_of_it(members: dict[str, tarfile.TarInfo]) -> None:
    for name, member in members.items():
        if member.issym() or member.islnk():
            assert os.path.normpath(Path(name).parent / member.linkname) in members, name


def test_its_version_is_that_of_the_command(artefact: Path, tmp_path: Path) -> None:
    """In the clone, and where it is installed, which has no galaxy.yml."""
    wanted = yaml.safe_load((PROJECT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    with tarfile.open(artefact) as archive:
        archive.extract("setup.py", tmp_path, filter="data")
        archive.extract("MANIFEST.json", tmp_path, filter="data")
    ask = [sys.executable, "setup.py", "--version"]
    told = subprocess.run(ask, cwd=tmp_path, check=True, text=True, capture_output=True).stdout.split()[-1]
    assert artefact.name == f"laocai-mail-{wanted}.tar.gz"
    assert told == wanted == metadata.version("danhba")


def test_its_list_of_parts_has_what_its_roles_install(members: dict[str, tarfile.TarInfo], artefact: Path) -> None:
    """What the tasks of the published roles hand to apt by name is listed; what they do not is not."""
    listed = bom.packages()
    with tarfile.open(artefact) as archive:
        text = "\n".join(
            file.read().decode()
            for name in members
            if re.fullmatch(r"roles/[^/]+/(vars|defaults|tasks)/[^/]+\.yml", name)
            and (file := archive.extractfile(name))
        )
    assert {"postgresql-17", "dovecot-core", "postfix", "restic", "unattended-upgrades", "certbot"} <= listed.keys()
    assert [name for name in listed if name not in text] == []
    assert not {"acme", "[]"} & listed.keys()
    assert {"backupstore", "base", "tls"} <= set(listed["openssl"])


def test_the_playbooks_look_for_the_province_beside_its_inventory() -> None:
    shared = yaml.safe_load((PROJECT / "playbooks/group_vars/all.yml").read_text(encoding="utf-8"))
    assert shared["province_dir"] == "{{ inventory_dir | dirname | dirname }}"
    assert all(shared[name].startswith("{{ province_dir }}/") for name in ("register_dir", "private_dir"))
