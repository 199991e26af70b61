"""Which files unbound may begin with as the root's key, and what is laid down in place of the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from danhba_host import anchor

PACKAGED = ". IN DNSKEY 257 3 8 AwEAAaz/new= ; keytag 20326\n. IN DNSKEY 257 3 8 AwEAAa96/next= ; keytag 38696\n"
# As unbound writes it (RFC 5011).
TRACKED = (
    "; autotrust trust anchor file\n;;id: . 1\n;;last_queried: 1796253129 ;;Wed Dec  2 23:12:09 2026\n"
    ".\t172800\tIN\tDNSKEY\t257 3 8 AwEAAaz/new= ;{id = 20326 (ksk), size = 2048b} ;;state=2 [  VALID  ] ;;count=0\n"
)
OF_THE_ROOT = {
    "the package's": PACKAGED,
    "unbound's own": TRACKED,
    "a digest": ". IN DS 20326 8 2 E06D44B8\n",
    "without a class": ". 172800 DNSKEY 257 3 8 AwEAAaz/new=\n",
}
NOT_OF_THE_ROOT = {
    "empty": "",
    "only a comment": "; autotrust trust anchor file\n",
    "no records": "garbage\n",
    "another zone's": "laocai.gov.vn. IN DS 12345 13 2 E06D44B8\n",
    "a key that signs records alone": ". IN DNSKEY 256 3 8 AwEAAaz/new=\n",
    "cut off": ". IN DNS",
    "all of it revoked": f";;REVOKED\n; The zone has all keys revoked\n{TRACKED}",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package's file, written last year."""
    path = tmp_path / "package.key"
    path.write_text(PACKAGED, encoding="utf-8")
    os.utime(path, (1_760_000_000, 1_760_000_000))
    return path


def laid(key: Path, package: Path) -> int:
    """How the program ends."""
    return anchor.main(["--key", str(key), "--package", str(package)])


def test_anchor_missing_is_laid_down_with_the_packages_time(
    tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "root.key"
    assert laid(key, package) == 0
    assert key.read_text(encoding="utf-8") == PACKAGED
    assert key.stat().st_mtime == package.stat().st_mtime
    assert key.stat().st_mode & 0o777 == 0o644
    assert "not there; đã lấy khóa gốc" in capsys.readouterr().out
    assert laid(key, package) == 0
    assert capsys.readouterr() == ("", ""), "a second run has nothing to do"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["package.key", "root.key"]


@pytest.mark.parametrize("kind", OF_THE_ROOT)
def test_anchor_that_names_a_root_key_is_kept(
    tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    key = tmp_path / "root.key"
    key.write_text(OF_THE_ROOT[kind], encoding="utf-8")
    assert laid(key, package) == 0
    assert key.read_text(encoding="utf-8") == OF_THE_ROOT[kind]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("kind", NOT_OF_THE_ROOT)
def test_anchor_without_a_root_key_is_replaced(
    tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    key = tmp_path / "root.key"
    key.write_text(NOT_OF_THE_ROOT[kind], encoding="utf-8")
    assert laid(key, package) == 0
    assert key.read_text(encoding="utf-8") == PACKAGED
    assert "no key of the root is in it" in capsys.readouterr().out


def test_anchor_older_than_the_package_is_replaced(tmp_path: Path, package: Path) -> None:
    key = tmp_path / "root.key"
    key.write_text(". IN DNSKEY 257 3 8 AwEAAagAIKlVZrpC= ; of 2010\n", encoding="utf-8")
    os.utime(key, (1_500_000_000, 1_500_000_000))
    assert laid(key, package) == 0
    assert key.read_text(encoding="utf-8") == PACKAGED


def test_anchor_is_kept_where_a_younger_package_has_no_root_key(tmp_path: Path, package: Path) -> None:
    key = tmp_path / "root.key"
    key.write_text(TRACKED, encoding="utf-8")
    package.write_text("", encoding="utf-8")
    os.utime(key, (1_500_000_000, 1_500_000_000))
    assert laid(key, package) == 0
    assert key.read_text(encoding="utf-8") == TRACKED


def test_anchor_that_unbound_cannot_write_is_replaced(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "root.key"
    key.write_text(TRACKED, encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != key)
    assert laid(key, package) == 0
    assert key.read_text(encoding="utf-8") == PACKAGED


def test_anchor_that_is_a_link_is_replaced_and_its_target_is_left(tmp_path: Path, package: Path) -> None:
    target, key = tmp_path / "other", tmp_path / "root.key"
    target.write_text("of somebody else\n", encoding="utf-8")
    key.symlink_to(target)
    assert laid(key, package) == 0
    assert not key.is_symlink()
    assert target.read_text(encoding="utf-8") == "of somebody else\n"


@pytest.mark.parametrize("text", [*NOT_OF_THE_ROOT.values(), None])
def test_package_without_a_root_key_is_refused_with_the_way_out(
    tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    package.unlink()
    if text is not None:
        package.write_text(text, encoding="utf-8")
    key = tmp_path / "root.key"
    assert laid(key, package) == 1
    assert not key.exists()
    said = capsys.readouterr().err
    assert "không có khóa gốc DNSSEC -- it has no root key of DNSSEC" in said
    assert "apt-get install --reinstall dns-root-data" in said


def test_anchor_that_is_a_folder_is_refused_with_the_way_out(
    tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "root.key"
    key.mkdir()
    assert laid(key, package) == 1
    assert key.is_dir()
    assert "it cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "root.key.tmp").exists()
