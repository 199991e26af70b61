"""The lookup laocai.mail.province: what province.yml says, as it is now."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import Mock

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible_collections.laocai.mail.plugins.lookup.province import LookupModule, read

PROJECT = Path(__file__).resolve().parents[3]


def test_province_lookup_returns_the_file() -> None:
    text = (PROJECT / "directory/province.yml").read_text(encoding="utf-8")
    assert LookupModule().run([str(PROJECT / "directory")]) == [
        # Numbers of articles are texts: 8.10 is not 8.1.
        yaml.safe_load(text) | {"regulation": yaml.load(text, yaml.BaseLoader)["regulation"]}  # noqa: S506
    ]


def test_province_file_is_parsed_again_only_after_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "province.yml"
    path.write_text("domain: a.example\n", encoding="utf-8")
    load = Mock(wraps=yaml.load)
    monkeypatch.setattr(yaml, "load", load)
    assert [read(path)["domain"] for _ in range(3)] == ["a.example"] * 3
    assert load.call_count == 1
    # As long as before, and at the same moment: another file in its place.
    moment = path.stat().st_mtime_ns
    other = tmp_path / "other.yml"
    other.write_text("domain: b.example\n", encoding="utf-8")
    os.utime(other, ns=(moment, moment))
    other.replace(path)
    assert read(path)["domain"] == "b.example"


@pytest.mark.parametrize("octets", [None, b"- domain\n", b"", b"domain: [\n", b"domain: \xff\n"])
def test_unreadable_province_file_is_refused_by_name(tmp_path: Path, octets: bytes | None) -> None:
    if octets is not None:
        (tmp_path / "province.yml").write_bytes(octets)
    with pytest.raises(AnsibleError, match=r"province\.yml") as refused:
        LookupModule().run([str(tmp_path)])
    assert "Không đọc được" in str(refused.value)
