"""Writes metrics of backups for node_exporter's textfile collector: the time and the result of each job."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .. import figure


def note(folder: str, file: str, name: str, help_: str, values: Mapping[str, float]) -> None:
    """Write one metric: a moment in seconds since 1970, a share, 0 or 1, by the label `what`; no label where that is
    empty.

    Without its folder, which role metrics makes, nothing is written, for nobody would read it.
    """
    if not Path(folder).is_dir():
        return
    path = Path(folder) / f"{file}.prom"
    labels = {what: f'{{what="{what}"}}' if what else "" for what in values}
    lines = [f"# HELP {name} {help_}.", f"# TYPE {name} gauge"]
    lines += [f"{name}{labels[what]} {value:.10g}" for what, value in values.items()]
    figure.write(path, "".join(f"{line}\n" for line in lines))
