"""What the action plugins share on the controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.plugin_utils import controller

PROJECT = Path(__file__).parents[3]


def test_sample_register_is_refused_except_for_test_hosts() -> None:
    with pytest.raises(controller.SampleRefused) as refused:
        controller.read_register_for(PROJECT / "directory", test_host=False)
    assert "sổ mẫu" in refused.value.vi
    assert "danhba init" in refused.value.vi
    assert "is a sample" in refused.value.en
    register, _issued = controller.read_register_for(PROJECT / "directory", test_host=True)
    assert register.province.sample


def test_real_register_is_accepted_for_any_host(tmp_path: Path) -> None:
    agencies = tmp_path / "agencies"
    agencies.mkdir()
    (tmp_path / "province.yml").write_text(
        "province: Lào Cai\ndomain: laocai.gov.vn\nhost: mail.laocai.gov.vn\noperator: stttt\nsample: false\n",
        encoding="utf-8",
    )
    (agencies / "stttt.yml").write_text(
        "agency: stttt\nname: Sở Thông tin và Truyền thông\nkind: department\n"
        "opened: {document: 11/2008/QĐ-UBND, date: 2008-03-20, event: established}\npeople: []\n",
        encoding="utf-8",
    )
    register, _issued = controller.read_register_for(tmp_path, test_host=False)
    assert not register.province.sample
