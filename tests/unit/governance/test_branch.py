"""An editor's branch in a clone, with real git: what is sent and taken in, and that nothing gets lost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from danhba.editing.problem import Problem
from danhba.governance import branch
from danhba.governance.branch import Away, Clone, link, new_name
from danhba.reading.source import Unusable
from tests.support.desks import Desk, Forge, a_forge, two_desks
from tests.support.registers import agency, register, write

DAY = "2026-01-05"
# A git that translates what it says, as it does where its Vietnamese words are installed.
SPEAKER = """#!/bin/sh
[ "$LC_ALL" = C ] && exec {git} "$@"
said=$(mktemp)
{git} "$@" 2>"$said"
status=$?
sed -e 's/stale info/thông tin cũ/' -e 's/rejected/bị từ chối/' "$said" >&2
rm "$said"
exit "$status"
"""


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return a_forge(tmp_path)


@pytest.fixture
def desks(forge: Forge, tmp_path: Path) -> tuple[Desk, Desk]:
    return two_desks(forge, tmp_path)


@pytest.fixture
def desk(desks: tuple[Desk, Desk]) -> Desk:
    return desks[0]


class TestClone:
    """What a clone is found to be, before anything is done in it."""

    def test_the_registers_folder_and_what_changes_are_for(self, desk: Desk) -> None:
        clone = branch.find(desk.clone / "directory")
        assert clone == Clone(desk.clone / "directory", desk.clone, "directory/", "main")
        assert clone.upstream == "origin/main"

    def test_the_main_branch_is_what_the_forge_calls_so(self, forge: Forge, desk: Desk) -> None:
        forge.git("branch", "so/chung", "main")
        desk.git("fetch", "--quiet", "origin")
        desk.git("remote", "set-head", "origin", "so/chung")
        assert desk.found.target == "so/chung"

    @pytest.mark.parametrize(
        ("has", "target"), [(["main"], "main"), (["master"], "master"), (["main", "master", "khac"], "main")]
    )
    def test_where_the_forge_does_not_say_it_has_one_of_two(self, desk: Desk, has: list[str], target: str) -> None:
        desk.knows(*has)
        assert desk.found.target == target

    def test_a_branch_that_is_here_alone_is_no_target(self, desk: Desk) -> None:
        desk.knows("khac")
        desk.git("branch", "origin/main")
        with pytest.raises(Unusable) as refused:
            _ = desk.found
        assert (refused.value.template, refused.value.values) == (branch.NO_TARGET, {"remote": "origin"})

    def test_a_clone_without_a_forge(self, desk: Desk) -> None:
        desk.git("remote", "rename", "origin", "khac")
        with pytest.raises(Unusable) as refused:
            _ = desk.found
        assert (refused.value.template, refused.value.values) == (branch.NO_REMOTE, {"remote": "origin"})

    @pytest.mark.parametrize("step", ["rebase-merge", "rebase-apply", "MERGE_HEAD", "CHERRY_PICK_HEAD"])
    @pytest.mark.parametrize("in_worktree", [False, True])
    def test_what_git_has_not_ended_is_ended_first(self, desk: Desk, step: str, in_worktree: bool) -> None:
        if in_worktree:
            desk.git("worktree", "add", "--quiet", "--detach", "../khac")
            desk = Desk(desk.clone.with_name("khac"))
        assert desk.found.target == "main"
        (desk.clone / desk.git("rev-parse", "--git-path", step)).mkdir()
        with pytest.raises(Problem) as refused:
            _ = desk.found
        assert refused.value.template == branch.UNFINISHED

    def test_what_git_prints_is_told_and_nothing_of_what_it_refuses(self, desk: Desk) -> None:
        name = os.fsdecode(b"S\xe1")
        desk.git("branch", name)
        clone = desk.found
        assert clone.says("for-each-ref", "--format=%(refname:short)", "refs/heads/S*") == name
        assert clone.says("rev-parse", "khac") == "", "git prints it, and fails"
        environment = {"GIT_AUTHOR_NAME": "Lò An"}
        assert clone.git("var", "GIT_AUTHOR_IDENT", environment=environment).stdout.startswith("Lò An <".encode())

    def test_the_branch_it_is_on(self, desk: Desk) -> None:
        desk.git("switch", "--quiet", "--create", "snv/đổi")
        assert branch.current(desk.found) == "snv/đổi"
        desk.git("switch", "--quiet", "--detach")
        with pytest.raises(Problem) as refused:
            branch.current(desk.found)
        assert (refused.value.template, refused.value.values) == (branch.DETACHED, {"target": "main"})

    def test_what_is_not_committed_the_registers_and_others(self, desk: Desk) -> None:
        desk.add("stc", "003", "Vàng A Páo")
        desk.git("mv", "directory/agencies/snv.yml", "directory/agencies/sở nội vụ.yml")
        desk.git("mv", "README.md", "ĐỌC.md")
        (desk.clone / "thư").mkdir()
        (desk.clone / "thư/một hai.txt").write_text("x", encoding="utf-8")
        assert branch.uncommitted(desk.found) == (
            ["directory/agencies/snv.yml", "directory/agencies/stc.yml", "directory/agencies/sở nội vụ.yml"],
            ["README.md", "ĐỌC.md", "thư/một hai.txt"],
        )
        assert desk.git("status", "--short", "--branch").startswith("## main...origin/main")

    def test_a_file_whose_name_is_no_text_is_named_all_the_same(self, desk: Desk) -> None:
        (desk.clone / os.fsdecode(b"S\xe1.txt")).write_bytes(b"x")
        assert branch.uncommitted(desk.found) == ([], ["S\udce1.txt"])

    def test_a_main_branch_that_the_forge_set_back_is_followed(self, forge: Forge, desk: Desk) -> None:
        first = forge.git("rev-parse", "main")
        desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        forge.git("fetch", "--quiet", str(desk.clone), "main:main", "main:khac")
        desk.git("fetch", "--quiet", "origin")
        ahead = desk.git("rev-parse", "main")
        forge.git("update-ref", "refs/heads/main", first)
        forge.git("update-ref", "refs/heads/khac", first)
        branch.fetch(desk.found)
        assert desk.git("rev-parse", "origin/main", "origin/khac").split() == [first, ahead]

    def test_a_forge_that_is_away(self, forge: Forge, desk: Desk) -> None:
        forge.path.rename(forge.path.with_name("away.git"))
        with pytest.raises(Away) as refused:
            branch.fetch(desk.found)
        assert refused.value.template == branch.AWAY
        reason = f"'{forge.path}' does not appear to be a git repository"
        assert refused.value.values == {"reason": reason}

    def test_how_many_commits_one_has_and_another_lacks(self, desk: Desk) -> None:
        for _number in range(2):
            desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        clone = desk.found
        assert [branch.count(clone, "origin/main", "HEAD"), branch.count(clone, "HEAD", "origin/main")] == [2, 0]
        assert branch.count(clone, "origin/khac", "HEAD") == 0

    def test_where_it_left_the_target(self, forge: Forge, desk: Desk) -> None:
        first = forge.git("rev-parse", "main")
        desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        assert branch.left_at(desk.found) == first
        desk.git("checkout", "--quiet", "--orphan", "khac")
        desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        with pytest.raises(Problem) as refused:
            branch.left_at(desk.found)
        assert (refused.value.template, refused.value.values) == (branch.UNRELATED, {"upstream": "origin/main"})


class TestLeave:
    def test_the_target_is_again_what_the_forge_has_and_the_change_goes_along(self, forge: Forge, desk: Desk) -> None:
        desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        made = desk.git("rev-parse", "HEAD")
        desk.add("snv", "003", "Vàng A Páo")
        branch.leave(desk.found, "snv-1")
        assert (desk.branch, desk.git("rev-parse", "HEAD")) == ("snv-1", made)
        assert desk.git("rev-parse", "main") == forge.git("rev-parse", "main")
        assert desk.git("status", "--porcelain") == "M directory/agencies/snv.yml"

    def test_any_other_branch_stays_as_it_is_and_so_does_the_target(self, desk: Desk) -> None:
        desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        desk.git("switch", "--quiet", "--create", "snv-1")
        made = desk.git("rev-parse", "HEAD")
        branch.leave(desk.found, "snv-2")
        assert desk.git("rev-parse", "main", "snv-1", "HEAD").split() == [made] * 3

    def test_a_name_that_is_taken_is_refused_and_nothing_changes(self, desk: Desk) -> None:
        desk.git("branch", "snv-1")
        desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        made = desk.git("rev-parse", "HEAD")
        with pytest.raises(Problem) as refused:
            branch.leave(desk.found, "snv-1")
        assert refused.value.template == branch.NO_BRANCH
        assert refused.value.values == {"branch": "snv-1", "reason": "a branch named 'snv-1' already exists"}
        assert (desk.branch, desk.git("rev-parse", "main")) == ("main", made)


class TestPush:
    def test_a_new_branch_is_there_and_followed(self, forge: Forge, desk: Desk) -> None:
        desk.git("switch", "--quiet", "--create", "snv-1")
        desk.git("commit", "--quiet", "--allow-empty", "--message", "Tay")
        assert branch.send(desk.found, "snv-1") == "https://forge.example/laocai/register/compare/main...x"
        assert forge.git("rev-parse", "snv-1") == desk.git("rev-parse", "HEAD")
        assert desk.git("rev-parse", "--abbrev-ref", "@{upstream}") == "origin/snv-1"

    def test_what_was_sent_before_is_replaced(self, forge: Forge, desk: Desk) -> None:
        desk.git("switch", "--quiet", "--create", "snv-1")
        for words in ((), ("--amend",)):
            desk.git("commit", "--quiet", "--allow-empty", "--message", f"Tay {words}", *words)
            branch.send(desk.found, "snv-1")
        assert forge.git("rev-parse", "snv-1") == desk.git("rev-parse", "HEAD")
        assert forge.git("rev-list", "--count", "main..snv-1") == "1"

    def test_where_the_forge_tells_no_link_it_is_made_of_its_address(self, forge: Forge, desk: Desk) -> None:
        (forge.path / "hooks/post-receive").unlink()
        desk.git("config", "remote.origin.url", "https://git.example/so.git")
        desk.git("config", "remote.origin.pushurl", str(forge.path))
        assert branch.send(desk.found, "snv-1") == "https://git.example/so/compare/main...snv-1"

    def test_who_was_first_with_a_name_keeps_it(self, desks: tuple[Desk, Desk]) -> None:
        for desk in desks:
            desk.git("commit", "--quiet", "--allow-empty", "--message", desk.clone.name)
        branch.send(desks[0].found, "chung")
        with pytest.raises(Problem) as refused:
            branch.send(desks[1].found, "chung")
        assert (refused.value.template, refused.value.values) == (branch.TAKEN, {"branch": "chung"})

    def test_a_forge_that_refuses(self, forge: Forge, desk: Desk) -> None:
        (forge.path / "hooks/update").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (forge.path / "hooks/update").chmod(0o755)
        with pytest.raises(Problem) as refused:
            branch.send(desk.found, "snv-1")
        reason = f"failed to push some refs to '{forge.path}'"
        assert refused.value.template == branch.REFUSED
        assert refused.value.values == {"remote": "origin", "branch": "snv-1", "reason": reason}

    def test_a_forge_that_is_away(self, desk: Desk) -> None:
        desk.git("config", "remote.origin.pushurl", "/nowhere")
        with pytest.raises(Away) as refused:
            branch.send(desk.found, "snv-1")
        assert refused.value.template == branch.AWAY
        reason = "'/nowhere' does not appear to be a git repository"
        assert refused.value.values == {"reason": reason}

    def test_of_what_the_forge_tells_the_first_link_counts(self) -> None:
        told = "To https://git.example/so.git\nremote: see\nremote:  https://a.example/1 x\nremote: https://b.example/2"
        assert branch._told_link(told) == "https://a.example/1"
        assert branch._told_link("To https://git.example/so.git") == ""


class TestSend:
    def test_a_change_is_on_a_branch_of_its_own_and_main_is_as_it_was(self, forge: Forge, desk: Desk) -> None:
        before = forge.git("rev-parse", "main")
        desk.add("snv", "003", "Vàng A Páo")
        written = desk.file("snv").read_text(encoding="utf-8")
        said = desk.danhba("send")
        assert desk.branch.startswith("snv-")
        assert forge.text(desk.branch, "snv") == written.strip()
        assert forge.git("rev-parse", "main") == desk.git("rev-parse", "main") == before
        assert forge.git("log", "-1", "--format=%s", desk.branch) == (
            "create: vapao-snv@laocai.gov.vn (Vàng A Páo) [1/QĐ-UBND]"
        )
        assert "https://forge.example/laocai/register/compare/main...x" in said
        assert desk.git("rev-parse", "--abbrev-ref", f"{desk.branch}@{{upstream}}") == f"origin/{desk.branch}"

    def test_a_forge_that_tells_no_link_has_none(self, forge: Forge, desk: Desk) -> None:
        (forge.path / "hooks/post-receive").unlink()
        desk.add("snv", "003", "Vàng A Páo")
        told = desk.danhba("send").splitlines()
        assert f"now make the request from {desk.branch} on the page of the repository" in told

    @pytest.mark.parametrize("missing", ["user.name", "user.email"])
    def test_who_has_not_said_who_it_is_is_asked_to(self, desk: Desk, missing: str) -> None:
        desk.git("config", "--unset", missing)
        desk.add("snv", "003", "Vàng A Páo")
        assert "git does not know who you are" in desk.danhba("send", status=1)

    def test_what_the_clones_own_hook_refuses_is_not_sent(self, desk: Desk) -> None:
        hook = desk.clone / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho 'not on a Sunday' >&2\nexit 1\n", encoding="utf-8")
        hook.chmod(0o755)
        desk.add("snv", "003", "Vàng A Páo")
        assert "git did not take the change: not on a Sunday; correct it" in desk.danhba("send", status=1)

    def test_the_message_is_the_editors_own(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        desk.danhba("send", "-m", "Cấp mới theo 1/QĐ-UBND", "--branch", "cap-moi")
        assert forge.git("log", "-1", "--format=%s", "cap-moi") == "Cấp mới theo 1/QĐ-UBND"

    def test_many_changes_are_a_list(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        desk.add("stc", "004", "Ma Thị Chở")
        desk.danhba("send")
        subject, _empty, *lines = forge.git("log", "-1", "--format=%B", desk.branch).splitlines()
        assert subject == "2 changes: snv, stc"
        assert [line.split()[2] for line in lines] == ["vapao-snv@laocai.gov.vn", "mtcho-stc@laocai.gov.vn"]

    def test_send_twice_makes_two_proposals(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        desk.danhba("send")
        first = desk.branch
        assert "Vàng A Páo" not in desk.file("snv").read_text(encoding="utf-8")
        desk.add("snv", "004", "Ma Thị Chở")
        desk.danhba("send")
        assert desk.branch != first
        assert [forge.git("rev-list", "--count", f"main..{each}") for each in (first, desk.branch)] == ["1", "1"]
        assert "Ma Thị Chở" not in forge.text(first, "snv")

    def test_send_after_start_proposal_adds_to_that_proposal(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        desk.danhba("send")
        first = desk.branch
        desk.danhba("start", "--proposal", first)
        desk.add("snv", "004", "Ma Thị Chở")
        desk.danhba("send")
        assert desk.branch == first
        assert forge.git("rev-list", "--count", f"main..{first}") == "2"

    def test_what_is_no_file_of_the_register_stays_here(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        (desk.clone / "README.md").write_text("khác\n", encoding="utf-8")
        (desk.clone / "danh-sach.xlsx").write_bytes(b"x")
        assert "README.md, danh-sach.xlsx" in desk.danhba("send")
        assert forge.git("diff", "--name-only", "main", desk.branch) == "directory/agencies/snv.yml"
        assert (desk.clone / "README.md").read_text(encoding="utf-8") == "khác\n"

    def test_errors_are_not_sent(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "001", "Lò Thị Mai Hoa")
        assert "nothing was sent" in desk.danhba("send", status=1)
        assert desk.branch == "main"
        assert forge.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"

    def test_nothing_is_not_sent(self, forge: Forge, desk: Desk) -> None:
        assert "nothing to send" in desk.danhba("send")
        assert forge.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"

    def test_a_trial_does_nothing(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        assert "vapao-snv@laocai.gov.vn" in desk.danhba("send", "--dry-run")
        assert (desk.branch, desk.git("rev-parse", "HEAD")) == ("main", forge.git("rev-parse", "main"))

    def test_what_was_committed_by_hand_on_main_leaves_it(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        desk.git("commit", "--quiet", "--all", "--message", "Tay")
        desk.danhba("send")
        assert desk.git("rev-parse", "main") == forge.git("rev-parse", "main")
        assert forge.git("log", "-1", "--format=%s", desk.branch) == "Tay"

    def test_what_others_did_meanwhile_is_taken_in_first(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        first.add("snv", "003", "Lê Thị Minh Hoa")
        first.danhba("send")
        forge.merge(first.branch)
        second.add("snv", "004", "Lương Thế Mạnh Hoa")
        said = second.danhba("send")
        assert "taken in: 1 changes that others made meanwhile" in said
        forge.merge(second.branch)
        people = [line for line in forge.text("main", "snv").splitlines() if "id:" in line]
        assert people == ['  - id: "001"', '  - id: "002"', '  - id: "003"', '  - id: "004"']

    def test_what_is_wrong_only_together_is_not_sent(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        first.add("snv", "003", "Lê Thị Minh Hoa")
        first.danhba("send")
        forge.merge(first.branch)
        second.add("stc", "003", "Vàng A Páo")
        assert "together with what others have done" in second.danhba("send", status=1)
        assert not forge.git("for-each-ref", "--format=%(refname)", f"refs/heads/{second.branch}")


class TestAway:
    def test_the_change_is_kept_and_sent_later(self, forge: Forge, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        hidden = forge.path.rename(forge.path.with_name("away.git"))
        said = desk.danhba("send", status=2)
        assert "nothing is lost" in said
        assert desk.git("status", "--porcelain") == ""
        hidden.rename(forge.path)
        desk.danhba("send")
        assert '"003"' in forge.text(desk.branch, "snv")

    def test_a_secret_in_the_address_of_the_forge_is_not_told(self, desk: Desk) -> None:
        desk.git("remote", "set-url", "origin", "https://clerk:bi-mat@127.0.0.1:9/so.git")
        desk.add("snv", "003", "Vàng A Páo")
        assert "bi-mat" not in desk.danhba("send", status=2)

    def test_a_forge_that_went_away_before_the_branch_was_sent(self, desk: Desk) -> None:
        desk.git("remote", "set-url", "--push", "origin", "/nowhere")
        desk.add("snv", "003", "Vàng A Páo")
        assert "the server of proposals cannot be reached" in desk.danhba("send", status=2)

    def test_a_forge_that_refuses_keeps_nothing_and_the_change_stays(self, forge: Forge, desk: Desk) -> None:
        hook = forge.path / "hooks/pre-receive"
        hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        hook.chmod(0o755)
        desk.add("snv", "003", "Vàng A Páo")
        said = desk.danhba("send", status=1)
        assert f"origin did not take the branch {desk.branch}: failed to push some refs" in said
        assert '"003"' in desk.git("show", "HEAD:directory/agencies/snv.yml")

    def test_nobody_sends_over_what_another_has_sent(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        for desk, id_ in ((first, "003"), (second, "004")):
            desk.add("snv", id_, "Vàng A Páo")
        first.danhba("send", "--branch", "chung")
        said = second.danhba("send", "--branch", "chung", status=1)
        assert "somebody else has sent to the branch chung meanwhile" in said
        assert '"003"' in forge.text("chung", "snv")
        assert '"004"' in second.git("show", "chung:directory/agencies/snv.yml")

    def test_a_git_that_speaks_vietnamese_is_understood(
        self, desks: tuple[Desk, Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        speaker = tmp_path / "bin/git"
        speaker.parent.mkdir()
        speaker.write_text(SPEAKER.format(git=shutil.which("git")), encoding="utf-8")
        speaker.chmod(0o755)
        monkeypatch.setenv("PATH", f"{speaker.parent}:{os.environ['PATH']}")
        monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
        first, second = desks
        for desk, id_ in ((first, "003"), (second, "004")):
            desk.add("snv", id_, "Vàng A Páo")
        first.danhba("send", "--branch", "chung")
        said = second.danhba("send", "--branch", "chung", status=1, speaking="vi")
        assert "nhánh chung" in said


class TestUpdate:
    def test_both_additions_are_there_the_approved_first(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        second.add("snv", "004", "Lê Thị Minh Hoa")
        second.danhba("send")
        second.danhba("start", "--proposal", second.branch)
        second.add("snv", "005", "Vàng A Páo")
        second.danhba("send")
        first.add("snv", "003", "Lý Thị Mẩy Hoa")
        first.danhba("send")
        forge.merge(first.branch)
        said = second.danhba("update")
        # Both would have been ltmhoa1: who was approved first has it.
        assert "Lê Thị Minh Hoa (004) gets the address" in said
        ids = [
            line.split('"')[1] for line in second.file("snv").read_text(encoding="utf-8").splitlines() if "id:" in line
        ]
        assert ids == ["001", "002", "003", "004", "005"]
        second.danhba("send")
        forge.merge(second.branch)

    def test_additions_to_several_files_are_all_there(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        for desk, number in zip(desks, (3, 5), strict=True):
            desk.add("snv", f"{number:03}", "Vàng A Páo")
            desk.add("stc", f"{number + 1:03}", "Lý Thị Mẩy Hoa")
            desk.danhba("send")
        first, second = desks
        forge.merge(first.branch)
        second.danhba("update")
        for code, added in (("snv", ("003", "005")), ("stc", ("004", "006"))):
            text = second.file(code).read_text(encoding="utf-8")
            assert 0 < text.index(f'"{added[0]}"') < text.index(f'"{added[1]}"')

    def test_two_edits_of_one_line_are_for_the_editor(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        for desk, name in ((first, "Chuyên viên"), (second, "Văn thư")):
            text = desk.file("snv").read_text(encoding="utf-8")
            desk.file("snv").write_text(
                text.replace("name: Giàng Seo Phử", f"name: Giàng Seo Phử\n    title: {name}"), encoding="utf-8"
            )
            desk.danhba("send")
        forge.merge(first.branch)
        before = second.git("rev-parse", second.branch)
        assert "directory/agencies/snv.yml" in second.danhba("update", status=1)
        assert (second.git("rev-parse", "HEAD"), second.git("status", "--porcelain")) == (before, "")

    def test_other_files_that_both_have_added_are_for_the_editor(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        for desk, text in zip(desks, ("một\n", "hai\n"), strict=True):
            desk.git("switch", "--quiet", "--create", f"readme-{text.strip()}")
            (desk.clone / "README.md").write_text(f"Sổ\n{text}", encoding="utf-8")
            desk.git("commit", "--quiet", "--all", "--message", text.strip())
        first, second = desks
        forge.git("fetch", "--quiet", str(first.clone), f"{first.branch}:{first.branch}")
        forge.merge(first.branch)
        before = second.git("rev-parse", "HEAD")
        said = second.danhba("update", status=1)
        assert "others have changed the same lines of README.md" in said
        assert (second.git("rev-parse", "HEAD"), second.git("status", "--porcelain")) == (before, "")

    def test_what_is_not_committed_is_not_touched(self, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        text = desk.file("snv").read_text(encoding="utf-8")
        assert "danhba send" in desk.danhba("update", status=1)
        assert desk.file("snv").read_text(encoding="utf-8") == text

    def test_other_files_stay_as_they_are(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        first.add("snv", "003", "Vàng A Páo")
        first.danhba("send")
        forge.merge(first.branch)
        (second.clone / "README.md").write_text("khác\n", encoding="utf-8")
        second.danhba("update")
        assert (second.clone / "README.md").read_text(encoding="utf-8") == "khác\n"
        assert '"003"' in second.file("snv").read_text(encoding="utf-8")

    def test_nothing_new(self, desk: Desk) -> None:
        assert "has all that is in force" in desk.danhba("update")

    def test_in_the_middle_of_a_merge(self, desk: Desk) -> None:
        (desk.clone / ".git/MERGE_HEAD").write_text(desk.git("rev-parse", "HEAD") + "\n", encoding="utf-8")
        for command in ("update", "send"):
            assert "git rebase --abort" in desk.danhba(command, status=1)

    def test_outside_git_and_without_a_forge(self, desk: Desk, tmp_path: Path) -> None:
        write(tmp_path / "alone/directory", register(agency("snv")))
        assert "in no git repository" in Desk(tmp_path / "alone").danhba("send", status=2)
        desk.git("remote", "remove", "origin")
        assert "git clone" in desk.danhba("send", status=2)


@pytest.mark.parametrize(
    ("stderr", "stdout", "reason"),
    [
        (b"hint: x\nfatal: no such path\n", b"", "no such path"),
        (b"error: failed to push some refs\n", b"", "failed to push some refs"),
        (b"", b"on main\nnothing to commit\nworking tree clean\n", "working tree clean"),
        (
            b"ssh: refused\nfatal: Could not read.\n\nPlease make sure\nand the repository exists.\n",
            b"",
            "Could not read.",
        ),
        (b"error: RPC failed\nfatal: the remote end hung up\n", b"", "RPC failed"),
        (b"fatal: it\n", b"said on the way\n", "it"),
        (b"fatal: https://clerk:bi-mat@git.example/so is away\n", b"", "https://git.example/so is away"),
        (b"fatal: S\xe1 is no text\n", b"", "S\ufffd is no text"),
        (b"", b"", ""),
    ],
)
def test_of_what_git_says_the_reason_is_told(stderr: bytes, stdout: bytes, reason: str) -> None:
    assert branch._reason(subprocess.CompletedProcess([], 1, stdout, stderr)) == reason


def test_the_name_of_a_branch_is_part_of_the_link_whatever_it_has() -> None:
    page = "https://gitlab.example/so/-/merge_requests/new?merge_request%5Bsource_branch%5D="
    assert link("https://gitlab.example//so/", "main", "cấp/mới?") == f"{page}c%E1%BA%A5p%2Fm%E1%BB%9Bi%3F"
    page = "https://github.com/laocai/so/compare/main..."
    assert link("https://github.com/laocai/so", "main", "cấp/mới?") == f"{page}c%E1%BA%A5p/m%E1%BB%9Bi%3F"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/laocai/so.git", "https://github.com/laocai/so/compare/main...stttt-1"),
        (
            "https://clerk:token@git.laocai.gov.vn/so/danhba",
            "https://git.laocai.gov.vn/so/danhba/compare/main...stttt-1",
        ),
        ("git@git.laocai.gov.vn:so/danhba.git", "https://git.laocai.gov.vn/so/danhba/compare/main...stttt-1"),
        (
            "ssh://git@git.laocai.gov.vn:2222/so/danhba.git",
            "https://git.laocai.gov.vn/so/danhba/compare/main...stttt-1",
        ),
        (
            "git@gitlab.laocai.gov.vn:so/danhba.git",
            "https://gitlab.laocai.gov.vn/so/danhba/-/merge_requests/new?merge_request%5Bsource_branch%5D=stttt-1",
        ),
        ("https://git.example/XSO/Xso.git/", "https://git.example/XSO/Xso/compare/main...stttt-1"),
        ("/srv/git/so.git", ""),
        ("file:///srv/git/so.git", ""),
        ("", ""),
    ],
)
def test_where_a_request_is_made(remote: str, expected: str) -> None:
    assert link(remote, "main", "stttt-1") == expected


def test_a_new_branch_says_whose_files_it_changes() -> None:
    first, second = (new_name(["stttt"], date(2026, 12, 1)) for _ in range(2))
    assert re.fullmatch("stttt-2026-12-01-[0-9a-f]{4}", first)
    assert first != second
    assert new_name(["snv", "stttt"], date(2026, 12, 1)).startswith("so-2026-12-01-")
