"""The audit on the controller: heads are kept, judged by, and put into git; what was done with a mailbox on paper."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.plugin_utils.audit import keeping, listing
from ansible_collections.laocai.mail.plugins.plugin_utils.audit.keeping import Who
from ansible_collections.laocai.mail.plugins.plugin_utils.papers.text import as_text

from tests.support.origins import AN, BINH, Repository

NOW = datetime(2026, 11, 28, 1, tzinfo=UTC)
WHO = Who("an@controller", "mail")


def answer(n: int, *faults: tuple[str, int, str, str], letter: str = "a") -> dict[str, Any]:
    """What the host says of a chain of so many seals."""
    return {
        "holds": not faults,
        "head": {"n": n, "hash": letter * 64, "at": "2026-11-28T00:00:00.000000Z"} if n else None,
        "seals": n,
        "rows": {"mail.run": n, "mail.audit": n},
        "adopted": {},
        "faults": [dict(zip(("kind", "seal", "relation", "key"), fault, strict=True)) for fault in faults],
        "found": len(faults),
    }


def keep(path: Path, said: dict[str, Any], document: str = "", *, dry_run: bool = False) -> bool:
    return kept(path, said, None, document, dry_run=dry_run).changed


def kept(
    path: Path, said: dict[str, Any], copy: str | None, document: str = "", *, dry_run: bool = False
) -> keeping.Kept:
    who = Who(WHO.actor, WHO.host, document)
    return keeping.keep(keeping.Place(path, copy), said, who, NOW, dry_run=dry_run)


def test_head_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    assert keeping.known(path) == []
    assert keep(path, answer(3), dry_run=True)
    assert not path.exists()
    assert not keep(path, answer(0))
    assert [keep(path, answer(n)) for n in (3, 3, 5)] == [True, False, True]
    assert [head.n for head in keeping.known(path)] == [3, 5]
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text().splitlines()[0]) == {
        "n": 3,
        "hash": "a" * 64,
        "at": "2026-11-28T00:00:00.000000Z",
        "host": "mail",
        "rows": 6,
        "noted": "2026-11-28T01:00:00+00:00",
        "actor": "an@controller",
    }


CHANGED, CUT = ("changed", 2, "mail.audit", "7"), ("cut", 5, "", "4")
REWRITTEN = ("rewritten", 5, "", "3")


@pytest.mark.parametrize(
    ("faults", "document", "words"),
    [
        ([CHANGED], "", ("dòng 7 của mail.audit", "row 7 of mail.audit", "so với bản sao lưu")),
        ([CHANGED], "1/BB", ("dòng 7 của mail.audit", "compare with the backup")),
        ([CUT, CHANGED], "1/BB", ("compare with the backup",)),
        ([CUT], "", ("chuỗi trên máy chủ kết thúc ở 4", "-e document=SỐ-VĂN-BẢN", "-e document=NUMBER")),
        ([REWRITTEN], "", ("lập lại từ sau niêm phong 3", "-e document=SỐ-VĂN-BẢN")),
    ],
)
def test_broken_chain_keeps_no_head(
    tmp_path: Path, faults: list[tuple[str, int, str, str]], document: str, words: tuple[str, ...]
) -> None:
    path = tmp_path / "heads.jsonl"
    keep(path, answer(5))
    before = path.read_bytes()
    with pytest.raises(Failure) as refused:
        keep(path, answer(9, *faults), document)
    for word in words:
        assert word in str(refused.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("fault", "left"), [(CUT, [3, 4]), (REWRITTEN, [3, 4])])
def test_heads_lost_by_a_documented_restore_are_recorded(
    tmp_path: Path, fault: tuple[str, int, str, str], left: list[int]
) -> None:
    path = tmp_path / "heads.jsonl"
    for n in (3, 5, 6):
        keep(path, answer(n))
    assert keep(path, answer(4, fault, letter="b"), "12/BB-STTTT")
    assert [head.n for head in keeping.known(path)] == left
    told = json.loads(path.read_text().splitlines()[-1])
    assert (told["void"], told["document"]) == ([5, 6], "12/BB-STTTT")
    assert len(path.read_text().splitlines()) == 4


def test_file_that_has_no_heads_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_text("x\n")
    with pytest.raises(Failure, match="line 1: this is no head"):
        keeping.known(path)
    with pytest.raises(Failure, match="Cannot read"):
        keeping.known(tmp_path / "heads.jsonl" / "x" if os.geteuid() else tmp_path)


def test_copy_gets_all_heads_that_it_lacks(tmp_path: Path) -> None:
    path, copy = tmp_path / "heads.jsonl", ""
    assert kept(path, answer(3), None) == keeping.Kept(changed=True)
    for n in (5, 5, 6):
        copy += kept(path, answer(n), copy).missing
    assert copy == path.read_text()
    assert kept(path, answer(6), copy) == keeping.Kept(changed=False)


@pytest.mark.clause("R9.6")
def test_head_removed_here_but_in_the_copy_must_be_in_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    for n in (3, 5):
        keep(path, answer(n))
    copy = path.read_text()
    cut = copy.splitlines(keepends=True)[0]
    path.write_text(cut)
    assert [head.n for head in keeping.known(path)] == [3]
    assert [head.n for head in keeping.known(path, copy)] == [3, 5]
    with pytest.raises(Failure, match="backup host has 1 heads"):
        kept(path, answer(9, REWRITTEN), copy)
    assert path.read_text() == cut
    done = kept(path, answer(7), copy)
    assert (done.changed, len(done.said)) == (True, 2)
    assert path.read_text() == copy + done.missing


def test_heads_settled_by_a_document_are_settled_in_an_old_copy(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    for n in (3, 5, 6):
        keep(path, answer(n))
    copy = path.read_text()
    keep(path, answer(4, CUT, letter="b"), "12/BB-STTTT")
    assert [head.n for head in keeping.known(path, copy)] == [3, 4]
    assert copy + kept(path, answer(4, letter="b"), copy).missing == path.read_text()


def test_copy_that_has_no_heads_is_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    keep(path, answer(3))
    with pytest.raises(Failure, match="on the backup host, line 2: this is no head"):
        keeping.known(path, f"{path.read_text()}x")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "An")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "an@laocai.gov.vn")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    (tmp_path / "register").mkdir()
    return Repository(tmp_path / "register")


def test_heads_are_committed_to_git(repository: Repository, tmp_path: Path) -> None:
    path = repository.folder / "heads.jsonl"
    head = answer(3)["head"]
    assert not keeping.commit(path, head, dry_run=False)
    keep(path, answer(3))
    (repository.folder / "beside.txt").write_text("not to be committed")
    assert not keeping.commit(path, head, dry_run=True)
    assert keeping.commit(path, head, dry_run=False)
    assert not keeping.commit(path, head, dry_run=False)
    assert repository.git("log", "--format=%s %G?") == f"Head 3 of the audit chain: {'a' * 64} N"
    assert repository.git("status", "--porcelain") == "?? beside.txt"
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    repository.git("config", "gpg.format", "ssh")
    repository.git("config", "user.signingkey", str(key))
    keep(path, answer(5))
    assert keeping.commit(path, answer(5)["head"], dry_run=False)
    assert "\ngpgsig " in repository.git("cat-file", "commit", "HEAD")


def test_failing_git_commit_is_reported(repository: Repository, tmp_path: Path) -> None:
    for folder in (tmp_path, repository.folder):
        path = folder / "heads.jsonl"
        (repository.folder / ".gitignore").write_text("heads.jsonl\n")
        keep(path, answer(3))
        with pytest.raises(Failure, match="audit_heads"):
            keeping.commit(path, answer(3)["head"], dry_run=False)


def entry(what: str, **values: Any) -> dict[str, Any]:
    told = {
        "at": "2026-11-27T18:30:00+00:00",
        "what": what,
        "document": "2/QĐ",
        "actor": "root@controller",
        "job": None,
    }
    people = dict.fromkeys(("register", "author", "signer", "signature", "approver", "changed"))
    return {**told, **people, "record": "mail.audit", "key": "7", "mark": "", **values}


def listed(*entries: dict[str, Any], more: bool = False) -> dict[str, Any]:
    mailbox = {"kind": "official", "id": "000105", "address": "ltmhoa-stttt@laocai.gov.vn", "state": "open"}
    told = {"agencies": ["stttt", "../x"], "entries": list(entries), "more": more, "office": "Sở Thông tin"}
    return {"mailbox": mailbox, **told, "verdict": answer(3)}


@pytest.mark.clause("R9.6")
def test_audit_row_names_proposal_and_who_merged_it(repository: Repository) -> None:
    repository.commit("1/QĐ")
    change, merge = repository.merged("2/QĐ")
    job = {"job": "accounts", "register": merge, "author": "recorded", "signature": "unsigned"}
    found = listing.told(
        listed(
            entry("create", **job),
            entry("update", **job | {"register": f"{merge}-dirty"}),
            entry("update", **job | {"document": "9/QĐ"}),
            entry("update", **job | {"register": "--output=x"}),
            entry("reissue_password"),
        ),
        repository.folder,
    )
    first, dirty, other, odd, password = found["entries"]
    assert (first["author"], first["approver"], first["change"], first["commit"]) == (AN, BINH, change, merge)
    assert dirty["change"] == change
    assert (other["author"], odd["author"], password["author"]) == ("recorded", "recorded", None)
    assert not (repository.folder / "x").exists()


def test_audit_paper_tells_what_when_and_by_whom(tmp_path: Path) -> None:
    change = {"quota": [None, 2**30], "address": ["a@laocai.gov.vn", "b@laocai.gov.vn"], "since": ["2026-01-01", None]}
    people = {"author": AN, "signer": "an@laocai.gov.vn", "signature": "good SHA256:x", "approver": BINH}
    said = listed(
        entry("readdress", job="accounts", changed=change, **people),
        entry("create", job="accounts", author=AN, signature="unsigned"),
        entry("reissue_password"),
        entry("strange"),
        more=True,
    )
    names = ["ltmhoa-stttt@laocai.gov.vn.json", "ltmhoa-stttt@laocai.gov.vn.txt", "ltmhoa-stttt@laocai.gov.vn.pdf"]
    assert listing.write(said, tmp_path, dry_run=True) == names
    assert list(tmp_path.iterdir()) == []
    assert listing.write(said, tmp_path, dry_run=False) == names
    assert listing.write(said, tmp_path, dry_run=False) == []
    assert json.loads((tmp_path / names[0]).read_bytes()) == said
    text = (tmp_path / names[1]).read_text()
    for word in (
        "SỞ THÔNG TIN",
        "01:30:00 28/11/2026",
        "địa chỉ: a@laocai.gov.vn → b@laocai.gov.vn; dung lượng: 1G; từ ngày: 01/01/2026 → -",
        f"{AN} (có chữ ký đúng: an@laocai.gov.vn); thực hiện: root@controller",
        f"{AN} (không ký); thực hiện",
        "cấp lại mật khẩu",
        "mail.audit 7",
        "Còn những lần cũ hơn",
        "Nhật ký còn nguyên như khi ghi: 3 niêm phong",
    ):
        assert word in text, text
    assert "BẢN KÊ NHẬT KÝ" in pypdf.PdfReader(tmp_path / names[2]).pages[0].extract_text()


def test_paper_of_entry_that_fails_its_seal_says_so() -> None:
    said = listed(entry("create", mark="changed"), entry("update", mark="doubtful"))
    paper = as_text(listing.content_of({**said, "verdict": answer(3, CHANGED)}))
    for word in (
        "Nhật ký đã bị sửa: 1 chỗ",
        "dòng 7 của mail.audit không còn như khi niêm phong 2 được lập",
        "mail.audit 7: ĐÃ BỊ SỬA SAU KHI NIÊM PHONG",
        "mail.audit 7: CHUỖI KHÔNG CÒN KHỚP",
    ):
        assert word in " ".join(paper.split()), paper
