"""A clerk's day at a terminal, on real repositories: what is typed and what is shown, as one text.

`python -m tests.pictures.day` writes it to `tests/unit/cli/day.txt`, which a test compares with what the commands say.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.pictures import terminal
from tests.pictures.scenes import DANHBA, ENVIRONMENT, SAMPLE

TRANSCRIPT = Path(__file__).resolve().parents[1] / "unit/cli/day.txt"
_WRITE = ("Ghi vào sổ? [y/N]: ", "y")
_SEND = (("theo văn bản nào?", ""), ("[y/N]: ", "y"))
_NONE = "(Enter nếu không có): "
_HEX = re.compile(r"(?<=\d{4}-\d\d-\d\d-)[0-9a-f]{4}(-[0-9a-f]{4})?")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a clerk, with the answers to its questions; `merged` is whose last proposal is merged first."""

    command: str
    answers: tuple[tuple[str, str], ...] = ()
    clerk: str = "mai"
    heading: str = ""
    merged: str = ""


def _job(heading: str, command: str, *answers: tuple[str, str]) -> tuple[Step, Step]:
    return Step(command, (*answers, _WRITE), heading=heading), Step("danhba send --yes")


DAY = (
    Step("danhba start", heading="Bắt đầu buổi"),
    Step(
        'danhba open "Sở Thông tin và Truyền thông" --id 000191',
        (
            ("Họ và tên đầy đủ: ", "LÒ THỊ MAI HOA"),
            ("văn bản: ", "152/QĐ-STTTT"),
            ("Từ ngày: ", "30/02/2026"),
            ("Từ ngày: ", "ngày 01 tháng 12 năm 2026"),
            (_NONE, "Chuyên viên"),
            (_NONE, ""),
            (_NONE, ""),
            _WRITE,
        ),
        heading="1. Người mới",
    ),
    Step("danhba send", _SEND),
    *_job(
        "2. Nghỉ hưu",
        "danhba close 000110",
        ("hoặc tên: ", "5"),
        ("văn bản: ", "153/QĐ-STTTT"),
        ("Từ ngày: ", "1/12/2026"),
    ),
    *_job(
        "3. Chuyển cơ quan",
        "danhba transfer 000112",
        ("mã hoặc tên: ", "Sở Nội vụ"),
        ("văn bản: ", "1200/QĐ-UBND"),
        ("Từ ngày: ", "1/12/2026"),
        (_NONE, "Chuyên viên"),
        (_NONE, ""),
        (_NONE, ""),
    ),
    *_job("4. Đổi họ tên", 'danhba change 000105 --name "Hoàng Văn Hạo" --document 61/QĐ-STTTT --date 1/12/2026'),
    *_job("5. Tạm khóa", "danhba suspend 000117 --document 60/QĐ-STTTT --date 1/12/2026 --until 1/2/2027"),
    *_job(
        "6. Giao hộp thư công vụ",
        "danhba custodian stttt 000105",
        ("hoặc tên: ", "được ủy quyền"),
        ("văn bản: ", "40/GUQ-STTTT"),
        ("Từ ngày: ", "1/12/2026"),
    ),
    *_job("7. Dung lượng", "danhba change 000101 --quota 5G", ("lượng: ", "62/QĐ-STTTT")),
    *_job(
        "8. Cơ quan mới",
        "danhba agency open ttcds",
        ("Tên cơ quan: ", "Trung tâm Chuyển đổi số"),
        ("hoặc tên: ", "đơn vị sự nghiệp công lập"),
        ("hoặc tên: ", "thành lập"),
        ("văn bản: ", "320/QĐ-STTTT"),
        ("Từ ngày: ", "1/12/2026"),
        (_NONE, "Sở Thông tin và Truyền thông"),
    ),
    Step(
        "danhba decide ../sap-xep.yml --document 3100/QĐ-UBND --date 1/1/2027 --end bao:merged:baoptth "
        '--end dptth:merged:baoptth --open "baoptth:cơ quan Đảng:Báo và Phát thanh truyền hình Lào Cai" '
        "--parent baoptth:tinhuy --custodian baoptth:003201:3101/QĐ-UBND --yes",
        heading="9. Sắp xếp tổ chức",
    ),
    *_job("", "danhba reorganise ../sap-xep.yml"),
    *_job(
        "10. Xác nhận vượt chốt chặn",
        "danhba acknowledge",
        ("hoặc tên: ", "1"),
        ("hộp thư: ", "60"),
        ("văn bản: ", "63/QĐ-STTTT"),
        ("Đến hết ngày: ", "31/12/2026"),
        (_NONE, "Sở Nội vụ"),
        (_NONE, "63/QĐ-STTTT"),
        (_NONE, ""),
    ),
    Step(
        'danhba change 000105 --title "Trưởng phòng"',
        (_WRITE,),
        heading="Ghi nhầm, chưa gửi: bỏ",
    ),
    Step("danhba undo", (_WRITE,)),
    Step("danhba undo"),
    Step(
        'danhba change 000104 --title "Phó Chánh Văn phòng"',
        (_WRITE,),
        heading="Hai người, một dòng: làm lại",
    ),
    Step('danhba change 000104 --title "Chánh Thanh tra"', (_WRITE,), "sin"),
    Step("danhba send --yes", (), "sin"),
    Step("danhba send --yes", merged="sin"),
    Step("danhba again", (_WRITE,)),
    Step("danhba send --yes"),
    Step(
        'danhba change 000103 --title "Phó Giám đốc Sở"',
        (_WRITE,),
        heading="Dở dang: cất lại, bắt đầu buổi khác",
    ),
    Step("danhba start", (("[y/N]: ", "y"),)),
)


def play() -> str:
    """What is typed and shown in the whole day, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _prepare(root)
        return "\n".join(_shown(root, step) for step in DAY) + "\n"


def _prepare(root: Path) -> None:
    seed = root / "seed"
    shutil.copytree(SAMPLE, seed / "directory")
    _git(seed, "init", "-q", "-b", "main")
    _git(seed, "add", ".")
    _git(seed, "commit", "-q", "-m", "Sổ danh bạ")
    _git(root, "clone", "-q", "--bare", "seed", "so.git")
    for clerk in ("mai", "sin"):
        _git(root, "clone", "-q", "so.git", clerk)
        _git(root / clerk, "config", "user.name", clerk)
        _git(root / clerk, "config", "user.email", f"{clerk}@example.org")


def _shown(root: Path, step: Step) -> str:
    if step.merged:
        _git(root / step.merged, "push", "-q", "origin", f"{_last(root / step.merged)}:main")
    environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(root / "cache"), "NO_COLOR": "1"}
    words = [part.replace('"', "") for part in re.findall(r'(?:"[^"]*"|\S)+', step.command)]
    text = terminal.run([*DANHBA, *words[1:]], root / step.clerk, environment, step.answers, columns=200)
    plain = _HEX.sub("xxxx", _COLOUR.sub("", text)).replace("\r\n", "\n").replace(str(root), "…")
    heading = f"== {step.heading}\n\n" if step.heading else ""
    return f"{heading}{step.clerk}$ {step.command}\n{plain}"


def _last(clone: Path) -> str:
    """The branch that was sent last from a clone."""
    refs = _git(clone, "for-each-ref", "--sort=-committerdate", "--format=%(refname)", "refs/remotes/origin")
    return next(ref for ref in refs.splitlines() if not ref.endswith(("/main", "/HEAD")))


def _git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env=terminal.within(ENVIRONMENT), check=True, capture_output=True
    )
    return done.stdout.decode()


if __name__ == "__main__":
    TRANSCRIPT.write_text(play(), encoding="utf-8")
