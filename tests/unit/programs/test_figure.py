"""The file that the node exporter reads: as Prometheus takes it, and whole at any moment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from danhba_host.figure import HELP, Figure, render, write


def test_figures_of_a_name_stand_together_with_what_they_say() -> None:
    text = render(
        [
            Figure("danhba_queue_messages", 2, {"queue": "hold"}),
            Figure("danhba_sending_suspended", 0),
            Figure("danhba_queue_messages", 1, {"queue": "active"}),
        ]
    )
    assert text.splitlines() == [
        "# HELP danhba_queue_messages Messages in Postfix's queue, by its part.",
        "# TYPE danhba_queue_messages gauge",
        'danhba_queue_messages{queue="active"} 1',
        'danhba_queue_messages{queue="hold"} 2',
        "# HELP danhba_sending_suspended Mailboxes whose sending is suspended.",
        "# TYPE danhba_sending_suspended gauge",
        "danhba_sending_suspended 0",
    ]


def test_a_moment_keeps_its_seconds() -> None:
    assert Figure("danhba_metrics_timestamp_seconds", 1_795_785_592.25).line().endswith(" 1795785592.25")


@pytest.mark.parametrize("label", ['a"b', "a\\b", "a\nb"])
def test_prometheus_takes_any_label(label: str) -> None:
    text = render([Figure("danhba_service_up", 1, {"service": label})])
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(text.splitlines()) == 3


def test_prometheus_takes_every_name() -> None:
    text = render(Figure(name, 1) for name in HELP)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("name", "labels"), [("danhba_other", {}), ("danhba_service_up", {"a-b": "x"})])
def test_what_is_none_of_ours_is_refused(name: str, labels: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="there is no such name"):
        Figure(name, 1, labels)


def test_a_file_is_replaced_whole_and_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "danhba.prom"
    path.write_text("old", encoding="utf-8")
    write(path, "new\n")
    assert path.read_text(encoding="utf-8") == "new\n"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["danhba.prom"]


def test_where_it_cannot_be_written_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "danhba.prom").mkdir()
    (tmp_path / "danhba.prom/full").touch()
    with pytest.raises(OSError, match="danhba"):
        write(tmp_path / "danhba.prom", "new\n")
    assert [each.name for each in tmp_path.iterdir()] == ["danhba.prom"]
