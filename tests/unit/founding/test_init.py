"""Tests for `danhba init`: the repository that it writes passes the checks; after a refusal no file is left."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from danhba import cli
from danhba.founding import repository
from danhba.governance.forges import FORGES
from tests.lint import programs
from tests.support import locked
from tests.support.founding import ANSWERS

PROJECT = Path(__file__).resolve().parents[3]
KEY = ANSWERS["key"]
SAMPLES = "age12286uz7p3m45qstv0ts96e9hdqnm04h7jgrxwc30flpfn28dla9sf7wk4a"

OWN = {"regulation": "12/2024/QĐ-UBND", "regulation-date": "10/5/2024", "regulation-title": None}

Init = Callable[..., Result]


@pytest.fixture
def init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Init:
    """Return a function that runs `danhba init` in an empty folder with `ANSWERS`, changed (None: left out)."""
    monkeypatch.chdir(tmp_path)

    def run(directory: str = "tinh", **other: str | None) -> Result:
        given = {**ANSWERS, **other}
        options = [f"--{name}={value}" for name, value in given.items() if value is not None]
        return CliRunner().invoke(cli.main, ["init", directory, *options])

    return run


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("forge", sorted(FORGES))
def test_init_written_repository_passes_its_checks(init: Init, tmp_path: Path, forge: str) -> None:
    done = init(forge=forge)
    assert (done.exit_code, done.stderr) == (0, "")
    checked = CliRunner().invoke(cli.main, ["check", "tinh/directory", "--lang", "en"])
    assert (checked.exit_code, checked.output) == (0, "0 errors, 0 pieces of advice\n")
    owners = CliRunner().invoke(cli.main, ["codeowners", "tinh/directory", "--format", forge])
    written = texts(tmp_path / "tinh")
    assert written[str(FORGES[forge].codeowners)] == owners.output.replace("tinh/directory", "directory")
    for name, text in written.items():
        assert "@{" not in text, name
        assert str(tmp_path) not in text, name
        if name.endswith((".yml", ".yaml")):
            yaml.safe_load(text)
        if text.startswith("#!"):
            assert programs.shellcheck(tmp_path / "tinh" / name, text) == ""
            assert os.access(tmp_path / "tinh" / name, os.X_OK)
    lint = [
        str(Path(sys.executable).with_name("yamllint")),
        "--strict",
        "-c",
        str(PROJECT / ".yamllint"),
        "directory",
        "inventories",
        "requirements.yml",
    ]
    subprocess.run(lint, cwd=tmp_path / "tinh", check=True)


def test_init_gitignore_excludes_private_files(init: Init, tmp_path: Path) -> None:
    init()
    subprocess.run(["git", "init", "--quiet", "tinh"], check=True)
    for path in (".private/production/server.key", ".venv/bin/x", ".ansible/x", "directory/.danhba-journal"):
        assert subprocess.run(["git", "-C", "tinh", "check-ignore", "--quiet", path], check=False).returncode == 0, path
    assert subprocess.run(
        ["git", "-C", "tinh", "check-ignore", "--quiet", "directory/province.yml"], check=False
    ).returncode


def test_init_inventory_equals_the_projects_example(init: Init, tmp_path: Path) -> None:
    init()
    assert texts(tmp_path / "tinh/inventories/production") == texts(PROJECT / "inventories/single")


@pytest.mark.parametrize("forge", FORGES)
def test_init_workflows_equal_the_projects_own(forge: str) -> None:
    templates = PROJECT / "plugins/module_utils/danhba/founding/files"
    assert (templates / f"{forge}.yml").read_text() == (PROJECT / FORGES[forge].workflow).read_text(), "make generated"


def test_init_requirements_equal_the_projects_lock() -> None:
    templates = PROJECT / "plugins/module_utils/danhba/founding/files"
    assert (templates / "requirements.txt").read_text() == locked.text(), "make generated"
    assert (templates / "reports.txt").read_text() == locked.reports(), "make generated"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("domain", "LaoCai.gov.vn", "'LaoCai.gov.vn' has not the shape of: tentinh.gov.vn"),
        ("domain", "laocai", "'laocai' has not the shape of"),
        ("host", "laocai.vn", "'laocai.vn' has not the shape of: mail.tentinh.gov.vn"),
        ("operator", "Sở TTTT", "has not the shape of: snv"),
        ("key", KEY[:-1] + "q", "is no key of age: a character is wrong"),
        ("key", "AGE-SECRET-KEY-1", "has not the shape of: age1"),
        ("server", "192.0.2.10; rm -r /", "has not the shape of: 192.0.2.10"),
        ("phone", "hỏi chị Hoa", "has not the shape of: 0200 3 000 000"),
        ("document", "quyết định", "has not the shape of: 12/2024"),
        ("date", "20/13/2008", "there is no month 13"),
        ("forge", "sourceforge", f"--forge: 'sourceforge' is none of: {', '.join(sorted(FORGES))}"),
        ("org", "lào cai", "has not the shape of: tentinh"),
        ("collection", "khong-co.tar.gz", "is no file of this collection"),
    ],
)
def test_init_wrong_answer_is_refused_and_leaves_no_files(
    init: Init, tmp_path: Path, name: str, value: str, said: str
) -> None:
    done = init(**{name: value})
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 3  # Vietnamese, English, where the help is
    assert list(tmp_path.iterdir()) == []


def test_init_kind_that_is_none_is_refused_with_all_kinds_one_a_line(init: Init, tmp_path: Path) -> None:
    done = init(kind="phòng")
    assert done.exit_code == 2
    assert "--kind: 'phòng' is none of:\n" in done.stderr
    assert "\n    department\n" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_key_of_the_sample_is_refused(init: Init, tmp_path: Path) -> None:
    done = init(key=SAMPLES)
    assert done.exit_code == 1
    assert "directory/province.yml:11:15: lỗi province-sample-key" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_missing_answers_are_named_all_at_once(init: Init, tmp_path: Path) -> None:
    done = init(province=None, forge=None, phone=None)
    assert done.exit_code == 2
    assert f"missing --province, --phone, --forge ({' | '.join(sorted(FORGES))})" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_folder_with_files_is_refused_unchanged(init: Init, tmp_path: Path) -> None:
    (tmp_path / "tinh").mkdir()
    (tmp_path / "tinh/thu.txt").write_text("x")
    done = init()
    assert done.exit_code == 2
    assert "tinh has something in it (thu.txt); name a new folder: danhba init tinh/thu-dien-tu" in done.stderr
    assert texts(tmp_path) == {"tinh/thu.txt": "x"}
    assert init("tinh/thu-dien-tu").exit_code == 0


def test_init_empty_folder_is_used(init: Init, tmp_path: Path) -> None:
    (tmp_path / "tinh").mkdir()
    assert init().exit_code == 0
    assert (tmp_path / "tinh/README.md").exists()


@pytest.mark.parametrize(
    ("directory", "said"),
    [(".", "is the folder that you are in"), ("tep", "is a file"), ("chua/co", "is no folder; make it first")],
)
def test_init_impossible_place_is_refused(init: Init, tmp_path: Path, directory: str, said: str) -> None:
    if directory == "tep":
        (tmp_path / "tep").touch()
    done = init(directory)
    assert done.exit_code == 2
    assert said in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == (["tep"] if directory == "tep" else [])


def test_init_full_disk_leaves_no_files(init: Init, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, made: repository.Made) -> None:
        if path.name == "setup":
            raise OSError(28, "No space left on device", str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.text)

    monkeypatch.setattr(repository, "_write", fail)
    done = init()
    assert done.exit_code == 2
    assert "nothing was left there" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_without_a_key_the_readme_tells_to_make_one(init: Init, tmp_path: Path) -> None:
    assert init(key=None).exit_code == 0
    written = texts(tmp_path / "tinh")
    assert "\n# operator_key: age1…\n" in written["directory/province.yml"]
    assert "**chưa\ncó khóa**" in written["README.md"]


def test_init_name_with_special_characters_is_quoted(init: Init, tmp_path: Path) -> None:
    name = 'Sở "Thông tin": {a} # và @{domain}'
    assert init(name=name, province="Y: Tý", **OWN).exit_code == 0
    found = yaml.safe_load((tmp_path / "tinh/directory/agencies/stttt.yml").read_text())
    assert found["name"] == name
    assert yaml.safe_load((tmp_path / "tinh/directory/province.yml").read_text())["province"] == "Y: Tý"


def test_init_collection_file_is_copied_into_the_repository(init: Init, tmp_path: Path) -> None:
    package = tmp_path / "laocai-mail-0.1.0.tar.gz"
    manifest = json.dumps({"collection_info": {"namespace": "laocai", "name": "mail"}}).encode()
    with tarfile.open(package, "w:gz") as archive:
        member = tarfile.TarInfo("MANIFEST.json")
        member.size = len(manifest)
        archive.addfile(member, io.BytesIO(manifest))
    assert init(collection=str(package)).exit_code == 0
    wanted = yaml.safe_load((tmp_path / "tinh/requirements.yml").read_text())
    assert wanted == {"collections": [{"name": "collections/laocai-mail-0.1.0.tar.gz", "type": "file"}]}
    assert (tmp_path / "tinh/collections/laocai-mail-0.1.0.tar.gz").read_bytes() == package.read_bytes()


def test_init_without_collection_file_names_the_version(init: Init, tmp_path: Path) -> None:
    init()
    galaxy = yaml.safe_load((PROJECT / "galaxy.yml").read_text())
    wanted = yaml.safe_load((tmp_path / "tinh/requirements.yml").read_text())
    assert wanted == {"collections": [{"name": "laocai.mail", "version": galaxy["version"]}]}


def regulation(tmp_path: Path) -> object:
    text = (tmp_path / "tinh/directory/province.yml").read_text()
    return yaml.load(text, yaml.BaseLoader).get("regulation")  # noqa: S506 - texts


def test_init_writes_the_regulation_of_the_province(init: Init, tmp_path: Path) -> None:
    title = "Quy chế thư điện tử: dùng “trong tỉnh” # và các cơ quan " * 3
    done = init(province="Hoàng Mộc", **OWN | {"regulation-title": title})
    assert (done.exit_code, "được hiểu là ngày 10 tháng 5 năm 2024 (2024-05-10)" in done.stderr) == (0, True), (
        done.stderr
    )
    assert regulation(tmp_path) == {"number": "12/2024/QĐ-UBND", "date": "2024-05-10", "title": title.strip()}


def test_init_without_a_regulation_writes_it_as_comments(init: Init, tmp_path: Path) -> None:
    done = init(**dict.fromkeys(OWN))
    assert done.exit_code == 0
    assert "lưu ý province-regulation [R1]" in done.stderr
    assert regulation(tmp_path) is None
    assert "# regulation:\n#   number: 12/2024/QĐ-UBND\n" in (tmp_path / "tinh/directory/province.yml").read_text()


@pytest.mark.parametrize(
    ("province", "given", "said"),
    [
        ("Hoàng Mộc", {}, "province-regulation-other"),
        ("Lào Cai", {"regulation-date": "2011-10-05"}, "province-regulation-date"),
        ("Lào Cai", {"regulation-date": None}, "--regulation-date"),
        ("Lào Cai", {"regulation-date": "31/2/2010"}, "month 2 of 2010 has 28 days"),
        ("Lào Cai", {"regulation": "quy chế 33"}, "has not the shape of"),
    ],
)
def test_init_refuses_a_regulation_that_cannot_be(
    init: Init, tmp_path: Path, province: str, given: dict[str, str | None], said: str
) -> None:
    done = init(province=province, **given)
    assert done.exit_code in {1, 2}
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("written", "day"), [("2026-12-01", "2026-12-01"), ("1/12/2026", "2026-12-01"), ("01/12/2026", "2026-12-01")]
)
def test_init_day_in_a_form_of_documents_is_accepted(init: Init, tmp_path: Path, written: str, day: str) -> None:
    assert init(date=written, document="11/QĐ-UBND").exit_code == 0
    assert f"date: {day}, event: established" in (tmp_path / "tinh/directory/agencies/stttt.yml").read_text()
