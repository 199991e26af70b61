"""Pull requests on each forge, with real git: what editors do, what they are told, and what never happens.

A bare repository stands for the forge's, a server for its API; the scripts that run are those of the workflow files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from danhba.governance.forges import FORGES, RECORDS
from tests.factory import official_yaml
from tests.support.forges import MARKER, Api, git, serving
from tests.support.registers import agency, person, register, write

PROJECT = Path(__file__).resolve().parents[2]
DANHBA = PROJECT / ".venv/bin/danhba"
TOOLS = [".ci/review", "scripts/pull_request_comment.py", str(RECORDS.relative_to(PROJECT)), ".gitignore"]
STAFF = [
    person(f"00{n}", name, "2010-10-15") for n, name in ((1, "Lò Thị Mai Hoa"), (2, "Giàng Seo Phử"), (3, "Vàng A Páo"))
]
REGISTER = register(
    agency("stttt", *STAFF[:1], parent="ubnd"),
    agency("snv", *STAFF[1:], parent="ubnd"),
    agency("ubnd", kind="provincial_committee"),
)


def opened(day: str = "2011-01-01", document: str = "12/QĐ-SNV", event: str = "recruited") -> dict[str, str]:
    return {"document": document, "date": day, "event": event}


@dataclass
class Editor:
    """Somebody with a clone, who works on a branch of their own."""

    clone: Path
    branch: str

    def git(self, *arguments: str, check: bool = True) -> str:
        return git(self.clone, *arguments, check=check)

    def file(self, code: str) -> Path:
        return self.clone / f"directory/agencies/{code}.yml"

    def append(self, code: str, id_: str, name: str, **keys: Any) -> str:
        """Add an official to the end of an agency's file."""
        entry = official_yaml(id=id_, name=name, **{"title": None, "opened": opened(), **keys})
        with self.file(code).open("a", encoding="utf-8") as file:
            file.write(entry)
        return entry

    def replace(self, code: str, old: str, new: str) -> None:
        text = self.file(code).read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.file(code).write_text(text.replace(old, new), encoding="utf-8")

    def push(self) -> str:
        """Commit all and push it, whatever was there; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Sửa sổ")
        self.git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{self.branch}")
        return self.git("rev-parse", "HEAD")


@dataclass
class Forge:
    """One forge: its repository, its API, and its runner."""

    kind: str
    folder: Path
    api: Api
    log: list[str] = field(default_factory=list)

    @property
    def bare(self) -> Path:
        return self.folder / "forge/laocai/danhba"

    @property
    def summary(self) -> Path:
        """What GitHub and Forgejo show of a run."""
        return self.folder / "summary.md"

    def editor(self, name: str) -> Editor:
        """A fresh clone of the main branch."""
        git(self.folder, "clone", "--quiet", str(self.bare), name)
        git(self.folder / name, "checkout", "--quiet", "-b", name)
        return Editor(self.folder / name, name)

    def propose(self, number: int, editor: Editor) -> str:
        """Open a pull request or give it new commits; the comment that it then has."""
        commit = editor.push()
        git(self.bare, "update-ref", f"{FORGES[self.kind].heads}/{number}/head", commit)
        self.api.pulls[number] = ("main", commit)
        self.status = self.event(number)
        if self.kind == "gitlab":  # its merge requests have no token: a pipeline of the main branch comments
            self.event(None)
        return self.comment(number)

    def comment(self, number: int) -> str:
        """The one comment, without what protects its characters."""
        (body,) = self.api.ours(number)
        assert body.startswith(f"{MARKER}\n")
        assert len(body) <= 65_536
        return body.replace("\\", "")

    def merge(self, number: int) -> None:
        """As the forge's button does; then what follows a push to the main branch."""
        commit = self.api.pulls.pop(number)[1]
        keeper = self.editor(f"merging-{number}")
        keeper.git("merge", "--quiet", "--no-ff", "--no-edit", commit)
        keeper.git("push", "--quiet", "origin", "HEAD:main")
        assert self.event(None) == 0

    def event(self, number: int | None) -> int:
        """Run the workflow for a pull request, or for a push to the main branch; its status."""
        workspace = self.folder / f"workspace-{len(self.log)}"
        workspace.mkdir()
        run = self._gitlab if self.kind == "gitlab" else self._actions
        status, shown = run(workspace, number)
        assert self.api.token not in shown
        self.log.append(shown)
        return status

    def _actions(self, workspace: Path, number: int | None) -> tuple[int, str]:
        """As a runner does: each step in a shell of its own, after a failure only those that say so."""
        workflow = yaml.safe_load((PROJECT / FORGES[self.kind].workflow).read_text(encoding="utf-8"))
        (job,) = workflow["jobs"].values()
        known = {
            "github.token": self.api.token,
            "secrets.REVIEW_TOKEN || github.token": self.api.token,
            "vars.REVIEW_USER": "",
            "github.event.pull_request.number": "" if number is None else str(number),
            "github.event.pull_request.base.ref || github.ref_name": "main",
        }
        pushed, failed, shown = number is None, 0, ""
        for step in job["steps"]:
            wanted = {
                "success()": not failed,
                "github.event_name == 'push'": pushed and not failed,
                "success() || github.event_name == 'push'": pushed or not failed,
            }
            if wanted[step.get("if", "success()")]:
                environment = _expanded({**job["env"], **step.get("env", {})}, known)
                status, text = self._shell(workspace, step["run"], environment)
                failed, shown = failed or status, shown + text
        return failed, shown

    def _gitlab(self, workspace: Path, number: int | None) -> tuple[int, str]:
        """As a runner does: one shell for all of a job; only a pipeline of the main branch has protected variables."""
        pipeline = yaml.safe_load((PROJECT / FORGES["gitlab"].workflow).read_text(encoding="utf-8"))
        job = pipeline["comments" if number is None else "review"]
        known = {
            "CI_MERGE_REQUEST_PROJECT_PATH": "laocai/danhba",
            "CI_PROJECT_PATH": "laocai/danhba",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_DEFAULT_BRANCH": "main",
        }
        variables = {name: known[value.removeprefix("$")] for name, value in job["variables"].items()}
        environment = {**known, **variables, "CI_MERGE_REQUEST_IID": str(number), "CI_JOB_TOKEN": "job-token"}
        if number is not None:
            environment |= {"REVIEW_TOKEN": ""}
        (workspace / ".git/hooks").mkdir(parents=True)
        (workspace / ".git/hooks/post-checkout").write_text(f"#!/bin/sh\ntouch {self.folder}/canary\n")
        (workspace / ".git/hooks/post-checkout").chmod(0o755)
        return self._shell(workspace, "\n".join([*pipeline["default"]["before_script"], *job["script"]]), environment)

    def _shell(self, workspace: Path, script: str, environment: Mapping[str, str]) -> tuple[int, str]:
        # The token is there only where the workflow file gives it.
        known = self.api.environment()
        if self.kind != "gitlab":
            del known["REVIEW_TOKEN"]
        usual = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GITHUB_SERVER_URL": f"file://{self.folder}/forge",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "CI_SERVER_URL": f"file://{self.folder}/forge",
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=workspace,
            env={**usual, **known, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


def _expanded(texts: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    pattern = re.compile(r"\$\{\{ (.*?) \}\}")
    return {name: pattern.sub(lambda match: known[match[1]], text) for name, text in texts.items()}


def _forge(kind: str, folder: Path) -> Iterator[Forge]:
    main = folder / "main"
    write(main / "directory", REGISTER)
    for name in TOOLS:
        (main / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, main / name)
    # Stands for the real one, which takes its time; and keeps what the tool has in its environment.
    prepare = main / ".ci/prepare-review"
    prepare.write_text(
        "#!/bin/bash\nmkdir -p .venv/bin\n"
        f"printf '%s\\n' '#!/bin/bash' 'env >>{folder}/environment' 'exec {DANHBA} \"$@\"' >.venv/bin/danhba\n"
        "chmod +x .venv/bin/danhba\n"
    )
    prepare.chmod(0o755)
    git(main, "init", "--quiet")
    git(main, "add", ".")
    git(main, "commit", "--quiet", "--message", "Sổ")
    bare = folder / "forge/laocai/danhba"
    git(folder, "clone", "--quiet", "--bare", str(main), str(bare))
    bare.with_name("danhba.git").symlink_to(bare)
    with serving(Api(kind)) as api:
        yield Forge(kind, folder, api)
    assert not (folder / "canary").exists(), "something of a proposal was run"
    assert api.token not in (folder / "environment").read_text()


@pytest.fixture(params=FORGES)
def any_forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    """Each of the three."""
    yield from _forge(request.param, tmp_path)


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    """One, for what does not depend on which."""
    yield from _forge("github", tmp_path)


class TestNamesakes:
    """Two editors add people of one name to one agency at once (R4.2b)."""

    def test_the_second_is_told_what_to_do_and_does_it(self, any_forge: Forge) -> None:
        first, second = any_forge.editor("mai"), any_forge.editor("pao")
        earlier = first.append("snv", "101", "Trần Minh Đức")
        later = second.append("snv", "202", "Trần Minh Đức", opened=opened("2011-02-01", "13/QĐ-SNV"))
        for number, editor in ((1, first), (2, second)):
            comment = any_forge.propose(number, editor)
            assert "## ✅" in comment
            assert "tạo lập: tmduc-snv@laocai.gov.vn (Trần Minh Đức)" in comment
            assert any_forge.status == 0

        any_forge.merge(1)
        told = any_forge.comment(2)
        assert "## ⚠️ Chưa gộp được thay đổi này" in told
        assert "đều đã sửa: directory/agencies/snv.yml." in told
        assert "mục của mình đặt sau, ở cuối tệp" in told
        assert "```sh\ndanhba update\ndanhba send\n```" in told
        assert "Trần Minh Đức (202) nhận địa chỉ ductm-snv, vì Trần Minh Đức đã được cấp tmduc-snv trước." in told
        assert "tạo lập: ductm-snv@laocai.gov.vn (Trần Minh Đức)" in told
        assert "tmduc-snv@laocai.gov.vn" not in told

        subprocess.run([DANHBA, "update"], cwd=second.clone, check=True)
        assert second.file("snv").read_text(encoding="utf-8") == REGISTER["agencies/snv.yml"] + earlier + later
        comment = any_forge.propose(2, second)
        assert any_forge.status == 0
        assert "## ✅" in comment
        assert "tạo lập: ductm-snv@laocai.gov.vn (Trần Minh Đức)" in comment
        any_forge.merge(2)
        assert len(any_forge.api.ours(1)) == len(any_forge.api.ours(2)) == 1

    def test_the_summary_of_the_run_has_the_whole_plan(self, forge: Forge) -> None:
        editor = forge.editor("an")
        editor.append("snv", "0009", "Lò Văn An")
        forge.propose(1, editor)
        plan = forge.summary.read_text(encoding="utf-8").partition("```json\n")[2].partition("\n```")[0]
        assert [action["address"] for action in json.loads(plan)["actions"]] == ["lvan-snv@laocai.gov.vn"]

    def test_the_summary_of_a_long_plan_is_cut_where_the_forge_would_refuse_it(self, forge: Forge) -> None:
        """GitHub takes 1 MiB of a step, all that is in it counted."""
        editor = forge.editor("an")
        for number in range(1300):
            word = "".join("bcdghklmnp"[int(digit)] + "ă" for digit in f"{number:04d}").capitalize()
            editor.append("snv", f"1{number:04d}", f"Lưỡng Thị {word}", title="Ủy viên thường trực, " * 9 + "Phó")
        forge.propose(1, editor)
        assert (forge.folder / "workspace-0/build/review/plan.json").stat().st_size > 1_000_000
        whole = forge.summary.read_bytes()
        assert 990_000 <= len(whole) < 1_000_000
        assert whole.endswith(b"\n</details>\n")
        forge.event(None)  # reviews what is open once more, in a step that has no room left
        assert forge.summary.read_bytes() == whole

    def test_who_puts_the_own_entry_first_is_told_so(self, forge: Forge) -> None:
        first, second = forge.editor("mai"), forge.editor("pao")
        earlier = first.append("snv", "101", "Trần Minh Đức")
        later = second.append("snv", "202", "Trần Minh Đức")
        forge.propose(1, first)
        forge.propose(2, second)
        forge.merge(1)
        second.git("fetch", "--quiet")
        second.git("rebase", "--quiet", "origin/main", check=False)
        second.file("snv").write_text(REGISTER["agencies/snv.yml"] + later + earlier, encoding="utf-8")
        second.git("add", "--update")
        second.git("-c", "core.editor=true", "rebase", "--continue")
        comment = forge.propose(2, second)
        assert forge.status == 1
        assert "## 🛑 Cần sửa 1 lỗi trước khi duyệt" in comment
        assert "`history-entry-inserted` (R4.2)" in comment
        assert "::error file=directory/agencies/snv.yml,line=" in forge.log[-1]

    def test_a_clean_merge_at_the_wrong_place(self, forge: Forge) -> None:
        """Far enough from the end, git sees no conflict: the result is wrong all the same."""
        first, second = forge.editor("mai"), forge.editor("pao")
        first.append("snv", "101", "Trần Minh Đức")
        entry = official_yaml(id="202", name="Trần Minh Đức", title=None, opened=opened())
        second.replace("snv", "people:\n", f"people:\n{entry}")
        forge.propose(1, first)
        forge.propose(2, second)
        forge.merge(1)
        comment = forge.comment(2)
        assert "Chưa gộp được" not in comment
        assert "`history-entry-inserted` (R4.2)" in comment
        assert "hãy chuyển mục mới xuống cuối people:" in comment

    def test_git_settings_of_the_proposal_do_not_decide_how_it_is_merged(self, forge: Forge) -> None:
        first, second = forge.editor("mai"), forge.editor("pao")
        first.append("snv", "101", "Trần Minh Đức")
        second.append("snv", "202", "Trần Minh Đức")
        (second.clone / ".gitattributes").write_text("*.yml merge=union\n")
        forge.propose(1, first)
        forge.propose(2, second)
        forge.merge(1)
        assert "Chưa gộp được" in forge.comment(2)


def lagging(forge: Forge) -> Editor:
    """The second of two proposals for different agencies, both made before the first was merged."""
    first, second = forge.editor("mai"), forge.editor("pao")
    first.append("stttt", "101", "Trần Minh Đức")
    second.append("snv", "202", "Trần Minh Đức")
    forge.propose(1, first)
    forge.propose(2, second)
    forge.merge(1)
    return second


class TestBehind:
    """A branch that lags: what counts is the result of merging it into the main branch as it is now."""

    def test_another_agencys_change_meanwhile(self, forge: Forge) -> None:
        lagging(forge)
        comment = forge.comment(2)
        assert "## ✅" in comment
        assert "origin/main có 2 bản mà nhánh này chưa có" in comment
        assert "stttt" not in comment.replace("contact-stttt", ""), "what others did is no part of this plan"

    def test_check_takes_the_main_branch_as_it_is_and_review_merges_first(self, forge: Forge) -> None:
        second = lagging(forge)
        second.git("fetch", "--quiet")
        base = second.git("merge-base", "HEAD", "origin/main")

        def danhba(*arguments: str) -> tuple[int, str]:
            command = [str(DANHBA), "--lang", "en", *arguments]
            done = subprocess.run(command, cwd=second.clone, capture_output=True, text=True, check=False)
            return done.returncode, done.stdout

        status, shown = danhba("check", "--base", "origin/main")
        assert (status, "history-entry-removed" in shown) == (1, True)
        assert danhba("check", "--base", base)[0] == 0
        assert danhba("review", "--base", "origin/main")[0] == 0

    def test_what_only_clashes_once_both_are_merged(self, forge: Forge) -> None:
        """One person in two agencies: no line in common, so that git has nothing to say."""
        first, second = forge.editor("mai"), forge.editor("pao")
        first.append("stttt", "909", "Trần Minh Đức")
        second.append("snv", "909", "Trần Minh Đức")
        assert "## ✅" in forge.propose(1, first)
        assert "## ✅" in forge.propose(2, second)
        forge.merge(1)
        assert "`person-two-mailboxes` (R4.0)" in forge.comment(2)

    def test_both_changed_one_entry(self, forge: Forge) -> None:
        first, second = forge.editor("mai"), forge.editor("pao")
        first.replace("snv", "name: Vàng A Páo\n", "name: Vàng A Páo\n    title: Chuyên viên\n")
        second.replace("snv", "name: Vàng A Páo\n", "name: Vàng A Páo\n    title: Văn thư\n")
        forge.propose(1, first)
        forge.propose(2, second)
        forge.merge(1)
        comment = forge.comment(2)
        assert "Phần dưới nói về riêng nhánh này." in comment
        assert "checksum" not in comment


class TestTakingBack:
    def test_an_agency_file_deleted(self, any_forge: Forge) -> None:
        editor = any_forge.editor("mai")
        editor.file("snv").unlink()
        comment = any_forge.propose(1, editor)
        assert "directory/agencies/snv.yml:1:1** `history-agency-gone` (R6.1a)" in comment
        assert any_forge.status == 1
        if any_forge.kind == "gitlab":
            report = json.loads((any_forge.folder / "workspace-0/build/review/findings").read_text())
            assert [finding["check_name"] for finding in report] == ["history-agency-gone"]

    def test_the_whole_register_deleted(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        shutil.rmtree(editor.clone / "directory")
        assert "`province-missing`" in forge.propose(1, editor)
        assert forge.status == 1

    def test_history_rewritten(self, forge: Forge) -> None:
        """A branch with another past, with the same files and one more: nothing to compare it by."""
        editor = forge.editor("mai")
        editor.git("checkout", "--quiet", "--orphan", "anew")
        editor.append("snv", "101", "Trần Minh Đức")
        comment = forge.propose(1, editor)
        assert "không có chung lịch sử với origin/main" in comment
        assert forge.status == 1

    def test_a_branch_forced_back_gets_its_comment_anew(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        editor.append("snv", "101", "Trần Minh Đức")
        assert "tmduc-snv" in forge.propose(1, editor)
        editor.git("reset", "--quiet", "--hard", "origin/main")
        editor.append("snv", "101", "Lý Thị Say")
        comment = forge.propose(1, editor)
        assert "ltsay-snv" in comment
        assert "tmduc-snv" not in comment

    def test_another_agencys_file_is_for_its_owners_to_approve(self, forge: Forge) -> None:
        """The review says what it does; whose approval it needs, the forge says by CODEOWNERS of the main branch."""
        editor = forge.editor("snv")
        editor.append("stttt", "101", "Trần Minh Đức")
        (editor.clone / ".github").mkdir()
        (editor.clone / ".github/CODEOWNERS").write_text("* @laocai/snv\n")
        comment = forge.propose(1, editor)
        assert "| stttt | 1 |" in comment
        assert "- .github/CODEOWNERS" in comment


class TestTogether:
    """What each proposal stays within, and their sum exceeds, is told at the check of the second."""

    def leave(self, forge: Forge, name: str, person: str) -> Editor:
        editor = forge.editor(name)
        entry = next(each for each in STAFF if each["id"] == person)
        opened = next(line for line in official_yaml(**entry).splitlines() if "opened:" in line)
        closed = "    closed: {document: 9/QĐ-SNV, date: 2011-06-01, event: retired}"
        editor.replace("snv", opened, f"{opened}\n{closed}")
        return editor

    def test_two_proposals_of_one_agency(self, any_forge: Forge) -> None:
        first = any_forge.propose(1, self.leave(any_forge, "mai", "002"))
        assert "plan-together" not in first
        second = any_forge.propose(2, self.leave(any_forge, "lan", "003"))
        assert "`plan-together`" in second
        assert "#1" in second
        assert any_forge.status == 0

    def test_a_proposal_beside_what_is_merged_and_not_applied(self, forge: Forge) -> None:
        git(forge.bare, "update-ref", "refs/danhba/applied", "refs/heads/main")
        forge.propose(1, self.leave(forge, "mai", "002"))
        forge.merge(1)
        told = forge.propose(2, self.leave(forge, "lan", "003"))
        assert "`plan-together`" in told
        git(forge.bare, "update-ref", "refs/danhba/applied", "refs/heads/main")
        assert "plan-together" not in forge.propose(2, self.leave(forge, "hoa", "003"))


EVIL = "#!/bin/sh\ntouch {canary}\n"
PYTHON = "import pathlib\npathlib.Path({canary!r}).touch()\n"


class TestHostile:
    def test_code_along_with_data_is_named_and_never_run(self, any_forge: Forge) -> None:
        editor, canary = any_forge.editor("mai"), str(any_forge.folder / "canary")
        editor.append("snv", "101", "Trần Minh Đức")
        files = {
            **dict.fromkeys((".ci/review", ".ci/prepare-review", "directory/hook.sh", "Makefile"), EVIL),
            **dict.fromkeys(("scripts/pull_request_comment.py", "danhba.py", "sitecustomize.py", "yaml.py"), PYTHON),
            "plugins/module_utils/danhba/__init__.py": PYTHON,
            "directory/conftest.py": PYTHON,
            ".github/workflows/pull-request.yml": "on: [push]\n",
            ".gitlab-ci.yml": "review: {script: [touch {canary}]}\n",
            ".gitattributes": "*.yml filter=evil diff=evil merge=evil\n",
            ".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:9\n",
        }
        for name, text in files.items():
            path = editor.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{canary!r}", repr(canary)).replace("{canary}", canary))
            path.chmod(0o755)
        comment = any_forge.propose(1, editor)
        assert any_forge.status == 1
        assert "`file-attributes`" in comment
        assert "tạo lập: tmduc-snv@laocai.gov.vn (Trần Minh Đức)" in comment
        assert "Tệp ngoài sổ có vai trò kiểm soát hoặc được chạy" in comment
        assert all(f"- {name}" in comment for name in files)

    @pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../../etc/passwd", "snv.yml"])
    def test_links_are_not_followed(self, forge: Forge, target: str) -> None:
        editor = forge.editor("mai")
        editor.file("moi").symlink_to(target)
        comment = forge.propose(1, editor)
        assert "directory/agencies/moi.yml:1:1** `file-unreadable`" in comment
        assert "root:" not in comment + forge.log[-1]

    def test_a_link_in_the_place_of_the_folder(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        shutil.rmtree(editor.clone / "directory/agencies")
        (editor.clone / "directory/agencies").symlink_to("/etc")
        comment = forge.propose(1, editor)
        assert comment.count("`history-agency-gone`") == 3
        assert "passwd" not in comment

    def test_a_submodule_in_the_place_of_a_file(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        head = editor.git("rev-parse", "HEAD")
        editor.git("update-index", "--add", "--cacheinfo", f"160000,{head},directory/agencies/moi.yml")
        editor.git("commit", "--quiet", "--message", "x")
        editor.git("push", "--quiet", "origin", "HEAD")
        editor.git("update-index", "--skip-worktree", "directory/agencies/moi.yml")
        assert "directory/agencies/moi.yml:1:1** `file-unreadable`" in forge.propose(1, editor)

    def test_a_large_file_is_named_and_not_read(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        editor.file("moi").write_bytes(b"#" * (16 * 1024 * 1024 + 1))
        assert "directory/agencies/moi.yml:1:1** `file-unreadable`" in forge.propose(1, editor)

    def test_values_cannot_become_markup_or_commands(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        title = "@laocai/stttt ![x](http://evil.example) <img src=x> /approve ::error::x `x` | #1"
        editor.replace("snv", "name: Vàng A Páo\n", f"name: Vàng A Páo\n    title: '{title}'\n")
        forge.propose(1, editor)
        (body,) = forge.api.ours(1)
        assert not re.search(r"(?<![\w\\])\\?@(?!&#8203;)\w", body), "a mention"
        assert not re.search(r"(?<!\\)[<\[|`!]x", body.replace(MARKER, ""))
        assert not re.search(r"(?m)^/", body), "GitLab runs lines such as /approve"
        assert not re.search(r"(?m)^::(?!error file=|notice file=)", forge.log[-1]), "a command to the runner"

    def test_a_branch_cannot_forge_the_comment(self, forge: Forge) -> None:
        forge.api.add(1, "mallory", f"{MARKER}\n## ✅ Không có lỗi")
        editor = forge.editor("mai")
        editor.file("snv").unlink()
        assert "🛑" in forge.propose(1, editor)
        assert forge.api.bodies(1)[0] == f"{MARKER}\n## ✅ Không có lỗi"


class TestTheCommentItself:
    def test_a_review_that_cannot_run_says_so(self, forge: Forge) -> None:
        """The branch itself has lost its register: nothing can be compared, and the old comment must not stay."""
        editor = forge.editor("mai")
        editor.append("snv", "101", "Trần Minh Đức")
        forge.propose(1, editor)
        keeper = forge.editor("keeper")
        keeper.git("rm", "-r", "--quiet", "directory")
        (keeper.clone / "directory").mkdir(exist_ok=True)
        (keeper.clone / "directory/README.md").touch()
        keeper.branch = "main"
        keeper.push()
        assert forge.event(1) == 2
        assert "Chưa xét được thay đổi này" in forge.comment(1)

    def test_without_the_right_to_comment_the_run_fails_and_says_why(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        editor.append("snv", "101", "Trần Minh Đức")
        forge.api.faults = [(403, {})] * 10
        commit = editor.push()
        git(forge.bare, "update-ref", "refs/pull/1/head", commit)
        forge.api.pulls[1] = ("main", commit)
        assert forge.event(1) == 2
        assert "REVIEW_TOKEN" in forge.log[-1]

    def test_one_that_fails_does_not_keep_the_others_from_theirs(self, forge: Forge) -> None:
        editor = forge.editor("mai")
        editor.append("snv", "101", "Trần Minh Đức")
        forge.propose(2, editor)
        forge.api.pulls = {1: ("main", "0" * 40), **forge.api.pulls}
        forge.api.comments.clear()
        assert forge.event(None) != 0
        assert "tmduc-snv" in forge.comment(2)

    @pytest.mark.parametrize("number", ["", "1; touch canary", "a[$(touch canary)]", "-1", "1 2", "../1"])
    def test_a_number_is_a_number(self, tmp_path: Path, number: str) -> None:
        command = ["bash", str(PROJECT / ".ci/review"), "github", number]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert not list(tmp_path.iterdir())


@pytest.mark.long
def test_the_tool_is_installed_from_the_lock_alone(tmp_path: Path) -> None:
    """As the workflows do it, on a machine that has Python and git."""
    for name in ("requirements/lock.txt", "pyproject.toml", "README.md", "LICENSE", ".ci/prepare-review"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    for package in ("plugins/module_utils/danhba", "roles/secrecy/files/danhba_secrecy"):
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    write(tmp_path / "directory", REGISTER)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "directory")
    git(tmp_path, "commit", "--quiet", "--message", "Sổ")
    subprocess.run([str(tmp_path / ".ci/prepare-review")], check=True, capture_output=True)
    listing = [str(tmp_path / ".venv/bin/pip"), "list", "--format", "json"]
    shown = subprocess.run(listing, check=True, capture_output=True)
    locked = dict(re.findall(r"(?m)^(\S+)==(\S+)", (PROJECT / "requirements/lock.txt").read_text(encoding="utf-8")))
    installed = {item["name"].lower(): item["version"] for item in json.loads(shown.stdout)}
    assert {name for name, version in installed.items() if locked.get(name) != version} <= {"danhba", "pip"}
    assert "ansible-core" not in installed
    review = [str(tmp_path / ".venv/bin/danhba"), "review", "--base", "HEAD"]
    assert subprocess.run(review, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.startswith(MARKER)
