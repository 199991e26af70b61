"""The command `danhba signatures`: checks the signatures of new commits on the main branch before the apply."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from ..governance import mainline
from ..governance.mainline import Refusal, Signers
from ..jsontext import pretty
from ..messages import mark as _
from ..messages import render
from .common import REFUSED, directory, lang, language

NOTHING_NEW = _("nothing is new after {after}")
WELL = _("commit {commit}, signed by {signer}")

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("signatures")
@directory
@click.option("--after", required=True, metavar="COMMIT", help="Đã áp dụng đến đâu / What was applied last.")
@click.option("--to", "to", default="origin/main", show_default=True, metavar="REF", help="Đến đâu / Up to what.")
@click.option("--signers", type=_FILE, required=True, help="Ai được ký (allowed signers) / Who may sign.")
@click.option("--revoked", type=_FILE, help="Khóa đã thu hồi (KRL) / Keys that are revoked.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang
def signatures_command(  # noqa: PLR0913, PLR0917
    directory: Path, after: str, to: str, signers: Path, revoked: Path | None, form: str, lang: str | None
) -> None:
    """Những thay đổi mới trên nhánh chính có chữ ký hợp lệ không / Whether what is new on the main branch is signed.

    Mã thoát 1: có thay đổi không được áp dụng. Exit status 1: something may not be applied.
    """
    known = Signers(signers.absolute(), revoked.absolute() if revoked else None)
    first, last = mainline.name(directory, after), mainline.name(directory, to)
    if mainline.follows(directory, first, last):
        commits = mainline.read(directory, first, last, known)
        refusals = mainline.refusals(commits, datetime.now(UTC), known)
    else:
        values = {"after": first[:12], "to": last[:12]}
        commits, refusals = [], [Refusal("", mainline.REWRITTEN, values)]
    if form == "json":
        click.echo(pretty(_data(first, last, commits[1:], refusals)))
    else:
        _show(first, commits[1:], refusals)
    sys.exit(REFUSED if refusals else 0)


def _data(after: str, to: str, commits: list[mainline.Commit], refusals: list[Refusal]) -> dict[str, object]:
    return {
        "after": after,
        "to": to,
        "commits": [
            {"commit": one.id, "time": one.time.isoformat(), "signer": one.signer, "author": one.author}
            for one in commits
        ],
        "refusals": [
            {"commit": one.commit, "message": render(one.template, one.values, language())} for one in refusals
        ],
    }


def _show(after: str, commits: list[mainline.Commit], refusals: list[Refusal]) -> None:
    refused = {one.commit for one in refusals}
    for commit in commits:
        if commit.id not in refused:
            click.echo(render(WELL, {"commit": commit.id[:12], "signer": commit.signer}, language()))
    for refusal in refusals:
        click.echo(render(refusal.template, refusal.values, language()), err=True)
    if not commits and not refusals:
        click.echo(render(NOTHING_NEW, {"after": after[:12]}, language()))
