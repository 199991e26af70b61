"""The `danhba` command: the core for people and for CI. One module a topic; which command is where stands here."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from ..editing.problem import Problem
from ..source import Unusable
from .common import lang, refuse, stop

# Each command with its module, which is read when the command is asked for: `check` runs at every commit.
COMMANDS = {
    "addresses": "register",
    "agency": "agencies",
    "candidates": "register",
    "check": "register",
    "close": "editing",
    "codeowners": "governance",
    "custodian": "editing",
    "export": "lists",
    "import": "lists",
    "open": "editing",
    "plan": "register",
    "reorganise": "reorganise",
    "review": "governance",
    "rules": "rules",
    "schema": "governance",
    "suspend": "editing",
    "transfer": "editing",
    "who": "register",
}


class Commands(click.Group):
    """The commands; what stops one of them is told in one line, with status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them: `<name>_command` of its module."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f".{COMMANDS[cmd_name]}", __package__), f"{cmd_name}_command")
        return command if isinstance(command, click.Command) else None

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
