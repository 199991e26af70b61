"""The lookup laocai.mail.contact_page: the page of `danhba export`, made without another process."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible_collections.laocai.mail.plugins.lookup import contact_page

PROJECT = Path(__file__).resolve().parents[3]
DIRECTORY = PROJECT / "directory"
DAY = date(2026, 11, 24)


def test_contact_page_equals_export(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("danhba")), "export", str(DIRECTORY), "--format", "html"]
    options = ["--lang", "vi", "--as-of", str(DAY), "--out", str(tmp_path)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert contact_page.make(DIRECTORY, DAY) == written
    assert "contact-stttt@laocai.gov.vn" in written["index.html"]


def test_contact_page_names_no_person() -> None:
    assert "ltmhoa-stttt" not in contact_page.make(DIRECTORY, DAY)["index.html"]


def test_unreadable_register_is_refused(tmp_path: Path) -> None:
    lookup = contact_page.LookupModule()
    lookup.set_options = lambda **_options: None
    lookup.get_option = lambda _name: str(DAY)
    with pytest.raises(AnsibleError, match="province"):
        lookup.run([str(tmp_path)])
