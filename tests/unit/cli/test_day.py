"""A clerk's day with real git: beginning it, taking back, doing anew, and a send that is cut off."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from danhba.governance import jobs
from tests.support.desks import Desk, Forge, a_forge, two_desks

BY = ("--document", "1/QĐ-SNV", "--date", "5/1/2026")
NEW = ("agency", "open", "stp", "--name", "Sở Tư pháp", "--kind", "department", "--event", "established")
FOUNDED = ("--document", "9/QĐ-UBND", "--date", "2026-01-05")


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return a_forge(tmp_path)


@pytest.fixture
def desks(forge: Forge, tmp_path: Path) -> tuple[Desk, Desk]:
    return two_desks(forge, tmp_path)


@pytest.fixture
def desk(desks: tuple[Desk, Desk]) -> Desk:
    return desks[0]


def state(desk: Desk) -> tuple[str, str]:
    """The register's files as they are, and the branch."""
    files = sorted((desk.clone / "directory").rglob("*.yml"))
    return "".join(f"{file.name}\n{file.read_text('utf-8')}" for file in files), desk.git("branch", "--show-current")


def title(desk: Desk, text: str) -> None:
    desk.danhba("change", "002", "--title", text)


class TestUndo:
    def test_undo_takes_back_the_last_change_then_the_one_before(self, desk: Desk) -> None:
        before = state(desk)
        title(desk, "Văn thư")
        between = state(desk)
        desk.danhba("open", "stc", "--name", "Ma Thị Chở", *BY)
        assert "taken back" in desk.danhba("undo")
        assert state(desk) == between
        desk.danhba("undo")
        assert state(desk) == before
        assert "nothing" not in desk.git("status", "--porcelain")
        assert "no command has changed anything" in desk.danhba("undo", status=1)

    def test_undo_of_an_agency_that_git_does_not_know_removes_its_file(self, desk: Desk) -> None:
        before = state(desk)
        said = desk.danhba(*NEW, *FOUNDED)
        assert "danhba undo" in said
        assert "git " not in said
        desk.danhba("undo")
        assert (state(desk), desk.git("status", "--porcelain")) == (before, "")

    def test_undo_keeps_what_was_written_elsewhere_in_the_file(self, desk: Desk) -> None:
        title(desk, "Văn thư")
        desk.add("snv", "003", "Vàng A Páo")
        desk.danhba("undo")
        text = desk.file("snv").read_text("utf-8")
        assert "Vàng A Páo" in text
        assert "Văn thư" not in text

    def test_undo_of_lines_that_were_edited_since_changes_nothing(self, desk: Desk) -> None:
        title(desk, "Văn thư")
        file = desk.file("snv")
        file.write_text(file.read_text("utf-8").replace("Văn thư", "Kế toán"), "utf-8")
        before = state(desk)
        assert "was edited since" in desk.danhba("undo", status=1)
        assert state(desk) == before

    def test_undo_of_what_was_written_by_hand_alone_is_refused(self, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        before = state(desk)
        assert "edited by hand: directory/agencies/snv.yml" in desk.danhba("undo", status=1)
        assert state(desk) == before

    def test_undo_of_what_is_sent_is_refused_with_the_way_out(self, forge: Forge, desk: Desk) -> None:
        title(desk, "Văn thư")
        desk.danhba("send")
        said = desk.danhba("undo", status=1)
        assert f"the last change is sent, as proposal {desk.branch}" in said
        assert f"danhba start --proposal {desk.branch}" in said
        assert "Văn thư" in forge.text(desk.branch, "snv")

    def test_undo_of_what_a_send_without_network_kept_takes_it_back(self, forge: Forge, desk: Desk) -> None:
        before = state(desk)
        title(desk, "Văn thư")
        forge.path.rename(forge.path.with_name("away.git"))
        desk.danhba("send", status=2)
        desk.danhba("undo")
        assert state(desk) == before

    def test_undo_dry_run_changes_nothing(self, desk: Desk) -> None:
        title(desk, "Văn thư")
        before = state(desk)
        assert "-    title: Văn thư" in desk.danhba("undo", "--dry-run")
        assert state(desk) == before

    def test_undo_forgets_a_command_that_was_killed_before_it_wrote(self, desk: Desk) -> None:
        clone = desk.found
        held = jobs.Held(desk.file("snv").read_bytes(), b"never\n")
        jobs.store(clone, jobs.Jobs((jobs.Job(("change",), {"agencies/snv.yml": held}),)))
        before = state(desk)
        assert "no command has changed anything" in desk.danhba("undo", status=1)
        assert state(desk) == before

    def test_undo_with_an_unreadable_record_says_which_file(self, desk: Desk) -> None:
        (desk.clone / ".git/danhba-jobs.json").write_text("[", "utf-8")
        assert "danhba-jobs.json cannot be read" in desk.danhba("undo", status=2)


class TestStart:
    def test_start_says_what_came_into_force_and_what_became_of_proposals(
        self, forge: Forge, desks: tuple[Desk, Desk]
    ) -> None:
        first, second = desks
        first.danhba("start")
        second.danhba("open", "snv", "--name", "Vàng A Páo", *BY)
        second.danhba("send")
        title(first, "Văn thư")
        first.danhba("send")
        mine = first.branch
        forge.merge(second.branch)
        said = first.danhba("start")
        assert "create: vapao-snv@laocai.gov.vn (Vàng A Páo)" in said
        assert f"proposal {mine} " in said
        assert "not decided yet" in said
        assert "Vàng A Páo" in first.file("snv").read_text("utf-8")
        assert f"proposal {second.branch}" in (told := second.danhba("start"))
        assert "merged, it is in force" in told
        assert "merged" not in second.danhba("start")

    def test_start_tells_a_proposal_that_was_squashed_as_merged(self, forge: Forge, desk: Desk) -> None:
        title(desk, "Văn thư")
        desk.danhba("send")
        tree = forge.git("rev-parse", f"{desk.branch}^{{tree}}")
        forge.git("update-ref", "refs/heads/main", forge.git("commit-tree", tree, "-p", "main", "-m", "Gộp"))
        forge.git("branch", "-D", desk.branch)
        assert "merged, it is in force" in desk.danhba("start")

    def test_start_tells_a_proposal_that_was_refused(self, forge: Forge, desk: Desk) -> None:
        title(desk, "Văn thư")
        desk.danhba("send")
        forge.git("branch", "-D", desk.branch)
        assert "closed without being merged" in desk.danhba("start")

    def test_start_with_unsent_work_is_refused_and_names_it(self, desk: Desk) -> None:
        title(desk, "Văn thư")
        before = state(desk)
        said = desk.danhba("start", status=1)
        assert "danhba change '--title=Văn thư' 002" in said
        assert "danhba start --keep" in said
        assert state(desk) == before

    def test_start_keep_sets_unsent_work_aside_and_it_can_be_taken_up(self, forge: Forge, desk: Desk) -> None:
        clean = state(desk)
        title(desk, "Văn thư")
        said = desk.danhba("start", "--keep")
        name = said.split("--proposal ")[1].split()[0]
        assert state(desk) == clean
        assert "no command has changed anything" in desk.danhba("undo", status=1)
        desk.danhba("start", "--proposal", name)
        assert "Văn thư" in desk.file("snv").read_text("utf-8")
        desk.danhba("send")
        assert "Văn thư" in forge.text(name, "snv")

    def test_start_keeps_commits_that_only_this_main_has(self, desk: Desk) -> None:
        desk.add("snv", "003", "Vàng A Páo")
        desk.git("commit", "--quiet", "--all", "--message", "Tay")
        commit = desk.git("rev-parse", "HEAD")
        assert "not sent" in desk.danhba("start", status=1)
        desk.danhba("start", "--keep")
        assert desk.git("branch", "--contains", commit) != ""
        assert "Vàng A Páo" not in desk.file("snv").read_text("utf-8")

    def test_start_without_network_begins_from_what_was_known(self, forge: Forge, desk: Desk) -> None:
        forge.path.rename(forge.path.with_name("away.git"))
        assert "as of the last time that the server was reached" in desk.danhba("start")
        title(desk, "Văn thư")

    def test_start_proposal_that_is_not_there_names_those_that_are(self, desk: Desk) -> None:
        title(desk, "Văn thư")
        desk.danhba("send")
        assert desk.branch in desk.danhba("start", "--proposal", "khong-co", status=1)


class TestAgain:
    @pytest.fixture
    def behind(self, forge: Forge, desks: tuple[Desk, Desk]) -> Desk:
        """An editor who wrote one line offline, which another has changed and merged meanwhile."""
        first, second = desks
        title(second, "Văn thư")
        title(first, "Kế toán")
        first.danhba("send")
        forge.merge(first.branch)
        return second

    def test_again_after_a_conflict_on_one_line_does_the_job_anew(self, forge: Forge, behind: Desk) -> None:
        assert "danhba again" in behind.danhba("send", status=1)
        said = behind.danhba("again")
        assert "-    title: Kế toán" in said
        assert "+    title: Văn thư" in said
        behind.danhba("send")
        forge.merge(behind.branch)
        assert "title: Văn thư" in forge.text("main", "snv")

    def test_again_of_a_proposal_in_conflict_renews_that_proposal(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        for desk, text in ((first, "Kế toán"), (second, "Văn thư")):
            title(desk, text)
            desk.danhba("send")
        name = second.branch
        forge.merge(first.branch)
        assert "danhba again" in second.danhba("start")
        second.danhba("again")
        second.danhba("send")
        assert second.branch == name
        forge.merge(name)

    def test_again_keeps_the_old_version_under_a_name(self, behind: Desk) -> None:
        behind.danhba("send", status=1)
        said = behind.danhba("again")
        kept = said.split("kept as ")[1].split(";")[0]
        assert "title: Văn thư" in behind.git("show", f"{kept}:directory/agencies/snv.yml")

    def test_again_that_cannot_be_done_leaves_all_as_it_was(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        title(second, "Văn thư")
        first.danhba("close", "002", "--event", "retired", *BY)
        first.danhba("send")
        forge.merge(first.branch)
        before = state(second)[0]
        assert "all is as it was before" in second.danhba("again", status=1)
        assert state(second)[0] == before
        assert "danhba undo" not in second.git("status", "--porcelain")
        second.danhba("undo")
        assert "Văn thư" not in second.file("snv").read_text("utf-8")

    def test_again_with_lines_written_by_hand_is_refused_and_loses_nothing(self, behind: Desk) -> None:
        behind.add("snv", "003", "Vàng A Páo")
        before = state(behind)
        assert "also edited by hand" in behind.danhba("again", status=1)
        assert state(behind) == before

    def test_again_that_was_killed_is_put_back_by_the_next_command(self, behind: Desk) -> None:
        behind.danhba("send", status=1)
        clone = behind.found
        name, commit = behind.git("branch", "--show-current"), behind.git("rev-parse", "HEAD")
        found = jobs.load(clone)
        own = found.on(name)
        text = state(behind)[0]
        jobs.store(clone, jobs.Jobs(repeated=jobs.Repeated(name, commit, own)))
        behind.git("switch", "--quiet", "--no-track", "--force-create", name, "origin/main")
        title(behind, "Nửa chừng")
        assert "danhba again" in behind.danhba("send", status=1)
        assert (state(behind)[0], behind.git("rev-parse", "HEAD")) == (text, commit)
        behind.danhba("again")

    def test_again_with_nothing_to_do_says_so(self, desk: Desk) -> None:
        assert "nothing to do anew" in desk.danhba("again", status=1)

    def test_again_gives_a_person_without_a_number_the_same_id(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        second.danhba("open", "snv", "--name", "Vàng A Páo", *BY)
        title(second, "Văn thư")
        id_ = second.file("snv").read_text("utf-8").rpartition('id: "')[2].partition('"')[0]
        title(first, "Kế toán")
        first.danhba("send")
        forge.merge(first.branch)
        second.danhba("again")
        assert f'id: "{id_}"' in second.file("snv").read_text("utf-8")


class TestSendCutOff:
    def test_send_goes_on_after_the_commit(self, forge: Forge, desk: Desk) -> None:
        title(desk, "Văn thư")
        desk.git("switch", "--quiet", "--create", "snv-1")
        desk.git("commit", "--quiet", "--all", "--message", "Việc")
        desk.danhba("send")
        assert "Văn thư" in forge.text("snv-1", "snv")

    def test_send_goes_on_where_it_had_arrived_untold(self, forge: Forge, desk: Desk) -> None:
        """Killed between the forge's answer and what git writes down of it."""
        title(desk, "Văn thư")
        desk.git("switch", "--quiet", "--create", "snv-1")
        desk.git("commit", "--quiet", "--all", "--message", "Việc")
        desk.git("update-ref", "refs/danhba/sending/snv-1", "HEAD")
        (forge.path / "hooks/post-receive").unlink()
        desk.git("push", "--quiet", "origin", "snv-1")
        desk.git("update-ref", "-d", "refs/remotes/origin/snv-1")
        assert "run danhba send again" in desk.danhba("undo", status=1)
        assert "sent: snv-1" in desk.danhba("send")

    def test_send_goes_on_where_it_had_arrived_and_more_was_written(self, forge: Forge, desk: Desk) -> None:
        title(desk, "Văn thư")
        desk.git("switch", "--quiet", "--create", "snv-1")
        desk.git("commit", "--quiet", "--all", "--message", "Việc")
        desk.git("update-ref", "refs/danhba/sending/snv-1", "HEAD")
        (forge.path / "hooks/post-receive").unlink()
        desk.git("push", "--quiet", "origin", "snv-1")
        desk.git("update-ref", "-d", "refs/remotes/origin/snv-1")
        title(desk, "Kế toán")
        desk.danhba("send")
        assert "Kế toán" in forge.text("snv-1", "snv")

    def test_send_gives_up_a_rebase_of_its_own_that_was_killed(self, forge: Forge, desks: tuple[Desk, Desk]) -> None:
        first, second = desks
        title(first, "Kế toán")
        first.danhba("send")
        forge.merge(first.branch)
        title(second, "Văn thư")
        second.danhba("send", status=1)
        second.git("fetch", "--quiet")
        (second.clone / ".git/danhba-taking-in").touch()
        subprocess.run(["git", "rebase", "--quiet", "origin/main"], cwd=second.clone, check=False, capture_output=True)
        assert (second.clone / ".git/rebase-merge").exists()
        assert "danhba again" in second.danhba("send", status=1)
        assert not (second.clone / ".git/rebase-merge").exists()
        assert "title: Văn thư" in second.file("snv").read_text("utf-8")

    @pytest.mark.parametrize("delay", [0.3, 0.6, 0.9, 1.2, 1.6, 2.0])
    def test_send_killed_at_any_moment_goes_on(self, forge: Forge, desk: Desk, delay: float) -> None:
        title(desk, "Văn thư")
        program = (sys.executable, "-c", "from danhba.cli import main; main(['send'])")
        sending = subprocess.Popen(program, cwd=desk.clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        sending.send_signal(signal.SIGKILL)
        sending.wait()
        (desk.clone / ".git/index.lock").unlink(missing_ok=True)
        desk.danhba("send")
        names = forge.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
        assert [name for name in names if name != "main" and "Văn thư" in forge.text(name, "snv")]


def test_record_of_jobs_has_the_words_with_all_answers(desk: Desk) -> None:
    desk.danhba("open", "snv", "--name", "VÀNG A PÁO", *BY, "--title", "Văn thư", "--leader")
    data = json.loads((desk.clone / ".git/danhba-jobs.json").read_text("utf-8"))
    words = data["unsent"][0][0]
    assert words[0] == "open"
    assert {"--name=Vàng A Páo", "--document=1/QĐ-SNV", "--date=2026-01-05", "--title=Văn thư", "--leader"} <= set(
        words
    )
    assert any(word.startswith("--id=") for word in words)
    assert words[-2:] == ["--", "snv"]
