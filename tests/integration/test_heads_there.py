"""The heads of the audit chain on the backup host: added there, compared with, and missed without harm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.deployment import PROJECT, environment

PLAYBOOK = yaml.safe_load((PROJECT / "playbooks/audit.yml").read_text(encoding="utf-8"))
COPY = json.dumps(PLAYBOOK[0]["vars"]["audit_copy"])
PLAY = f"""\
- hosts: mail
  gather_facts: false
  vars: {{audit_copy: {COPY}}}
  tasks:
    - ansible.builtin.import_tasks: {PROJECT}/playbooks/tasks/heads_there.yml
    - laocai.mail.audit_papers: {{heads: "{{{{ audit_heads }}}}", copy: "{{{{ audit_copy }}}}"}}
      register: audit_known
    - laocai.mail.audit_papers:
        heads: "{{{{ audit_heads }}}}"
        answer: "{{{{ audit_answer }}}}"
        copy: "{{{{ audit_copy }}}}"
      register: audit_judged
    - ansible.builtin.import_tasks: {PROJECT}/playbooks/tasks/heads_put_there.yml
    - ansible.builtin.debug: {{msg: "known {{{{ audit_known.known | map(attribute='n') | join(',') }}}}."}}
"""
HERE = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
# Nobody listens there.
AWAY = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}


class Controller:
    """Keeps heads in a folder, with this machine in place of the mail host and of the backup host."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.heads, self.there = folder, folder / "heads.jsonl", folder / "store/heads.jsonl"
        (folder / "play.yml").write_text(PLAY)

    def audit(self, number: int, store: dict[str, Any] | None, *options: str) -> str:
        """What is said where the chain holds and has so many seals."""
        hosts = {"mail": {"hosts": {"mail": HERE}}, "backup": {"hosts": {"store": store} if store else {}}}
        (self.folder / "hosts.json").write_text(json.dumps(hosts))
        answer = {"holds": True, "seals": number, "rows": {"mail.run": number}, "adopted": {}, "faults": [], "found": 0}
        answer["head"] = {"n": number, "hash": "a" * 64, "at": "2026-11-28T00:00:00.000000Z"}
        values = {"audit_heads": str(self.heads), "audit_heads_there": str(self.there), "audit_answer": answer}
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        words = ["--inventory", str(self.folder / "hosts.json"), "--extra-vars", json.dumps(values), *options]
        done = subprocess.run(
            [program, *words, str(self.folder / "play.yml")],
            cwd=PROJECT,
            env=environment(),
            check=False,
            text=True,
            capture_output=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return " ".join(done.stdout.split())


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    return Controller(tmp_path)


@pytest.mark.clause("R9.6")
def test_the_backup_host_has_each_head_also_of_the_days_when_it_was_away(controller: Controller) -> None:
    controller.audit(3, HERE, "--check")
    assert not controller.there.exists()
    controller.audit(3, HERE)
    assert controller.there.read_text() == controller.heads.read_text()
    assert (controller.there.stat().st_mode & 0o777, controller.there.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    said = controller.audit(5, AWAY)
    assert "The backup host did not take the head" in said
    assert "Connection refused" in said
    assert len(controller.heads.read_text().splitlines()) == 2
    said = controller.audit(6, HERE)
    assert "did not take the head" not in said
    assert controller.there.read_text() == controller.heads.read_text()
    assert len(controller.heads.read_text().splitlines()) == 3


@pytest.mark.clause("R9.6")
def test_what_was_taken_out_here_is_asked_for_and_taken_back(controller: Controller) -> None:
    controller.audit(3, HERE)
    controller.heads.unlink()
    assert "known 3." in controller.audit(5, HERE)
    assert [json.loads(line)["n"] for line in controller.heads.read_text().splitlines()] == [3, 5]


def test_without_a_backup_host_all_is_as_before(controller: Controller) -> None:
    assert "did not take the head" not in controller.audit(3, None)
    assert not controller.there.exists()
