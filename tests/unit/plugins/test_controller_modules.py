"""Modules whose work is their action plugin's: run on a host, they say so and do nothing."""

from __future__ import annotations

import importlib
import json

import pytest
from ansible.module_utils.testing import patch_module_args

ARGUMENTS = {
    "addresses": {"names": ["Nguyễn Văn Vịnh"], "agency": "stttt"},
    "audit_papers": {"heads": "heads.jsonl"},
    "dns": {"domain": "laocai.gov.vn", "host": "mail.laocai.gov.vn", "addresses": ["192.0.2.10"]},
    "letters": {"letters": "letters", "to": "usb", "register": "directory", "as_of": "2026-11-24"},
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_module_run_on_a_host_fails_and_tells_where_it_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(f"ansible_collections.laocai.mail.plugins.modules.{name}")
    with patch_module_args(ARGUMENTS[name]), pytest.raises(SystemExit):
        module.main()
    said = json.loads(capsys.readouterr().out)
    vi, en = said["msg"].split("\n")
    assert said["failed"]
    assert f"laocai.mail.{name} chạy ở máy điều khiển" in vi
    assert f"laocai.mail.{name} runs on the controller" in en
