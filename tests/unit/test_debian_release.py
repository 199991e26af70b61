"""The release of Debian stands in one place: what has to say it in a language of its own says the same."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml
from ansible_collections.laocai.mail.plugins.module_utils import debian

from tests.lab import settings

PROJECT = Path(__file__).resolve().parents[2]
# What names the release by itself: documents for people, and the machines of developers,
# which may run an older one.
DOCUMENTS = {
    "README.md",
    "README.vi.md",
    "CONTRIBUTING.md",
    "docs/vi/van-hanh.md",
    "plugins/module_utils/danhba/founding/files/README.md",
    "plugins/module_utils/danhba/founding/files/setup",
    "roles/backupstore/README.md",
    "roles/base/README.md",
    "roles/base/meta/argument_specs.yml",
    "roles/controller/README.md",
    "roles/programs/README.md",
    "roles/valkey/README.md",
    "scripts/setup",
}
# The workflows of the forges: the image on which a proposal is reviewed.
WORKFLOWS = {
    ".forgejo/workflows/pull-request.yml",
    ".gitlab-ci.yml",
    "plugins/module_utils/danhba/founding/files/forgejo.yml",
    "plugins/module_utils/danhba/founding/files/gitlab.yml",
}
# Of tests: what is said of a host that the test makes up.
MADE_UP = re.compile(r"tests/(unit|integration|e2e)/")
NAMED = re.compile(rf"\b{debian.NAME}\b|\b[Dd]ebian[ :/]{debian.NUMBER}\b")
# Histories: what was so when it was written.
HISTORY = re.compile(r"changelogs/|CHANGELOG\.rst|docs/decisions/|requirements/")


def test_base_role_has_the_modules_release() -> None:
    assert yaml.safe_load((PROJECT / "roles/base/vars/main.yml").read_text())["__base_debian"] == debian.NUMBER


def test_lab_has_the_modules_release() -> None:
    assert (debian.NAME, debian.DEBIAN) == (settings.SUITE, settings.DEBIAN)


def test_release_is_named_only_in_listed_files() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, check=True, text=True, stdout=subprocess.PIPE)
    naming = {
        path
        for path in tracked.stdout.split("\0")
        if path and not HISTORY.match(path) and not MADE_UP.match(path) and (PROJECT / path).is_file()
        if NAMED.search((PROJECT / path).read_text(encoding="utf-8", errors="ignore"))
    }
    assert naming - {"plugins/module_utils/debian.py"} == DOCUMENTS | WORKFLOWS
