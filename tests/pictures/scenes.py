"""What the pictures show: commands in a copy of the sample register, on a day of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.pictures import terminal

SAMPLE = Path(__file__).resolve().parents[2] / "directory"
DANHBA = (sys.executable, str(Path(__file__).with_name("on_a_day.py")))
# Nothing of the machine is in a picture, so that it is the same wherever it is drawn.
ENVIRONMENT = {
    "LANGUAGE": "vi",
    "LC_ALL": "C.UTF-8",
    "TERM": "xterm-256color",
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Danh bạ",
    "GIT_AUTHOR_EMAIL": "danhba@example.org",
    "GIT_AUTHOR_DATE": "2026-11-24T08:00:00+07:00",
    "GIT_COMMITTER_NAME": "Danh bạ",
    "GIT_COMMITTER_EMAIL": "danhba@example.org",
    "GIT_COMMITTER_DATE": "2026-11-24T08:00:00+07:00",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: what happened beforehand, then a command, with the answers that are typed to its questions.

    A `comment` is what the command writes as Markdown, drawn as a forge shows it.
    """

    title: str
    command: str
    prepare: Callable[[Path], None] | None = None
    answers: tuple[tuple[str, str], ...] = ()
    comment: bool = False
    columns: int = terminal.COLUMNS


def _mistaken(root: Path) -> None:
    """An editor's first attempt: a date as on paper, an unknown key, a name with an invisible character."""
    _append(
        root,
        "stttt",
        '  - id: "000124"\n'
        "    name: Lò Thị\u200b Mai Hoa\n"
        "    chuc_vu: Chuyên viên\n"
        "    opened: {document: 152/QĐ-STTTT, date: 1/12/2026, event: recruited}\n",
    )


def _changed(root: Path) -> None:
    """A morning's work: one comes, one goes, one moves; not committed yet."""
    _open(root, "000124", "Lò Thị Mai Hoa", "152/QĐ-STTTT")
    _danhba(root, "close", "000110", "--event", "retired", *_by("155/QĐ-STTTT"))
    _danhba(root, "transfer", "000114", "--to", "snv", "--title", "Chuyên viên", *_by("2700/QĐ-UBND"))


def _proposed(root: Path) -> None:
    """The same and what weighs more, committed on a branch."""
    _git(root, "checkout", "-q", "-b", "thang-11")
    _changed(root)
    _danhba(root, "custodian", "stttt", "000109", "--as", "delegate", *_by("06/GUQ-STTTT"))
    _danhba(root, "change", "000101", "--quota", "1G", "--quota-document", "61/STTTT-VP", "--yes")
    _danhba(root, "change", "000105", "--leader", "--title", "Phó Giám đốc", "--yes")
    _commit(root, "Tháng 11: cấp mới 1, thay đổi 1, hủy bỏ 1")


def _deleted(root: Path) -> None:
    """Somebody takes the entry of one who has left out of the file."""
    path = root / "directory/agencies/stttt.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'(?ms)^  - id: "000116".*?(?=^  - id:)', "", text), encoding="utf-8")


def _corrected(root: Path) -> None:
    """The day of an opening was wrong for years, and somebody puts it right."""
    path = root / "directory/agencies/stttt.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("414/QĐ-STTTT, date: 2010-11-15", "414/QĐ-STTTT, date: 2010-11-05"), encoding="utf-8")


def _overtaken(root: Path) -> None:
    """While an editor works on a branch, a colleague's entry for the same agency is merged."""
    _git(root, "checkout", "-q", "-b", "cap-moi-hoa")
    _open(root, "000124", "Lò Thị Mai Hoa", "152/QĐ-STTTT")
    _commit(root, "Cấp mới: Lò Thị Mai Hoa")
    _git(root, "checkout", "-q", "main")
    _open(root, "000125", "Lê Thị Minh Hoa", "153/QĐ-STTTT")
    _commit(root, "Cấp mới: Lê Thị Minh Hoa")
    _git(root, "checkout", "-q", "cap-moi-hoa")


def _list_received(root: Path) -> None:
    """A workbook as an agency sends it."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("Danh sách", 0)
    sheet.append(["DANH SÁCH ĐỀ NGHỊ CẤP HỘP THƯ ĐIỆN TỬ"])
    sheet.append(["STT", "Họ và tên", "Chức vụ", "Điện thoại", "Mã cán bộ"])
    sheet.append([1, "LÒ THỊ MAI HOA", "Chuyên viên", "0214 3 001 024", "000124"])
    sheet.append([2, "Đồng chí Giàng Seo Phử", "Văn thư", "0912 345 678", "000125"])
    sheet.append([3, "Trần Ngọc Nam", "Kế toán", "", "000110"])
    book.save(root / "danh-sach.xlsx")


MERGER = """\
document: 3100/QĐ-UBND
date: 2027-01-01
agencies:
  - {agency: baoptth, name: Báo và Phát thanh truyền hình Lào Cai, kind: party, parent: tinhuy, event: merged}
close:
  - {agency: bao, event: merged, to: baoptth, people: {to: baoptth}}
  - {agency: dptth, event: merged, to: baoptth, people: {to: baoptth}}
people:
  - {id: "003201", to: baoptth, title: Tổng Biên tập, leader: true}
custodians:
  - {agency: baoptth, person: "003201", document: 3101/QĐ-UBND, as: head}
"""


def _merger_decided(root: Path) -> None:
    """The decision on a merger; one name stands in both agencies."""
    _danhba(root, "open", "bao", "--id", "000979", "--name", "Hoàng Thu Huyền", *_by("12/QĐ-BAO"))
    (root / "sap-xep.yml").write_text(MERGER, encoding="utf-8")


_CONFIRM = "Ghi vào sổ? [y/N]: "
SCENES = {
    "dia-chi-du-tuyen": Scene("Dạng địa chỉ của một họ tên", 'danhba candidates "Lò Thị Mai Hoa"'),
    "cap-moi": Scene(
        "Cấp hộp thư: lệnh hỏi, mình trả lời",
        "danhba open stttt --id 000124",
        answers=(
            ("Họ và tên đầy đủ: ", "LÒ THỊ MAI HOA"),
            ("Số và ký hiệu văn bản: ", "152/QĐ-STTTT"),
            ("Từ ngày: ", "30/02/2026"),
            ("Từ ngày: ", "1/12/2026"),
            ("Chức vụ, chức danh (Enter nếu không có): ", "Chuyên viên"),
            ("Đơn vị trong cơ quan (Enter nếu không có): ", ""),
            ("Điện thoại cơ quan (Enter nếu không có): ", ""),
            (_CONFIRM, "y"),
        ),
    ),
    "cap-moi-mot-dong": Scene(
        "Cấp hộp thư: mọi thứ trên một dòng lệnh, chỉ xem",
        'danhba open stttt --id 000124 --name "Lò Thị Mai Hoa" --title "Chuyên viên" '
        "--document 152/QĐ-STTTT --request 240/STTTT-VP --date 2026-12-01 --dry-run",
    ),
    "huy-bo": Scene(
        "Hủy bỏ hộp thư",
        'danhba close "Trần Ngọc Nam" --event retired --document 155/QĐ-STTTT --date 2026-12-01',
        answers=((_CONFIRM, "y"),),
    ),
    "chuyen": Scene(
        "Chuyển sang cơ quan khác",
        'danhba transfer 000114 --to snv --title "Chuyên viên" --document 2700/QĐ-UBND --date 2026-12-01',
        answers=((_CONFIRM, "y"),),
    ),
    "nhap-danh-sach": Scene(
        "Nhập danh sách từ Excel",
        "danhba import danh-sach.xlsx --agency stttt --document 160/QĐ-STTTT --date 2026-12-01",
        _list_received,
        answers=((_CONFIRM, "y"),),
        columns=130,
    ),
    "kiem-tra": Scene("Kiểm tra sổ", "danhba check", _mistaken),
    "ke-hoach": Scene("Kế hoạch của thay đổi", "danhba plan --against main --as-of 2026-12-01", _changed),
    "xoa-nham": Scene("Một mục bị xóa nhầm", "danhba check --base main", _deleted),
    "sua-dieu-cu": Scene("Sửa điều đã ghi", "danhba check --base main", _corrected),
    "loi-binh": Scene("Lời bình của máy ở đề nghị gộp", "danhba review --base main", _proposed, comment=True),
    "hai-nguoi": Scene("Lời bình khi hai người cùng sửa", "danhba review --base main", _overtaken, comment=True),
    "sap-xep": Scene("Dự báo một lần sắp xếp tổ chức", "danhba reorganise sap-xep.yml --dry-run", _merger_decided),
}


def play(scene: Scene) -> str:
    """Play a scene in a folder of its own; the picture as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(_repository(), folder, dirs_exist_ok=True))
        if scene.prepare:
            scene.prepare(root)
        if scene.comment:
            return terminal.draw_markdown(_output(root, scene.command), scene.title, scene.columns)
        shown = terminal.run(_words(scene.command), root, _environment(), scene.answers, scene.columns)
        return terminal.draw(f"\x1b[1m$ {scene.command}\x1b[0m\n{shown}", scene.title, scene.columns)


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """A folder that all scenes share, until the process ends."""
    return tempfile.TemporaryDirectory()


@cache
def _repository() -> Path:
    """The sample register as the branch main of a repository, for every scene to copy."""
    root = Path(_temporary().name) / "repository"
    shutil.copytree(SAMPLE, root / "directory")
    _git(root, "init", "-q", "-b", "main")
    _commit(root, "Sổ danh bạ")
    return root


def _environment() -> dict[str, str]:
    # The files are the same in every scene: what was found in them is kept for the next.
    return {**ENVIRONMENT, "XDG_CACHE_HOME": str(Path(_temporary().name) / "cache")}


def _words(line: str) -> list[str]:
    words = [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', line)]
    return [*DANHBA, *words[1:]] if words[0] == "danhba" else words


def _output(root: Path, line: str) -> str:
    done = subprocess.run(_words(line), cwd=root, env=terminal.within(_environment()), check=False, capture_output=True)
    return done.stdout.decode()


def _append(root: Path, code: str, text: str) -> None:
    with (root / f"directory/agencies/{code}.yml").open("a", encoding="utf-8") as file:
        file.write(text)


def _by(document: str) -> tuple[str, ...]:
    return ("--document", document, "--date", "2026-11-24", "--yes")


def _open(root: Path, person: str, name: str, document: str) -> None:
    _danhba(root, "open", "stttt", "--id", person, "--name", name, "--title", "Chuyên viên", *_by(document))


def _danhba(root: Path, *arguments: str) -> None:
    _do(root, *DANHBA, *arguments)


def _commit(root: Path, message: str) -> None:
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", message)


def _git(root: Path, *arguments: str) -> None:
    _do(root, "git", *arguments)


def _do(root: Path, *words: str) -> None:
    done = subprocess.run(words, cwd=root, env=terminal.within(_environment()), check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
