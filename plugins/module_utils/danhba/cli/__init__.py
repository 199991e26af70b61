"""The `danhba` command: the core for people and for CI. One module a topic, its commands listed here."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from ..editing.problem import Problem
from ..source import Unusable
from . import agencies, editing, governance, register, reorganise, rules
from .common import lang, refuse, stop


class Commands(click.Group):
    """The commands; what stops one of them is told in one line, with status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Unusable as error:
            stop(error.template, **error.values)
        except Problem as error:
            refuse(error.template, **error.values)
        except BrokenPipeError:
            # The reader has seen enough (danhba addresses | head); Python would complain again when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="danhba")
@lang
def main(lang: str | None) -> None:
    """Sổ danh bạ thư điện tử của tỉnh / The register of the provincial mail system.

    Mã thoát / Exit status: 0 như yêu cầu / as asked; 1 có lỗi hoặc kế hoạch bị từ chối / findings or a refused plan;
    2 không chạy được / could not run.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


for command in (
    agencies.agency_group,
    editing.close_command,
    editing.custodian_command,
    editing.open_command,
    editing.suspend_command,
    editing.transfer_command,
    governance.codeowners_command,
    governance.review_command,
    governance.schema_command,
    rules.rules_command,
    reorganise.reorganise_command,
    register.check_command,
    register.addresses_command,
    register.candidates_command,
    register.plan_command,
    register.who_command,
):
    main.add_command(command)
