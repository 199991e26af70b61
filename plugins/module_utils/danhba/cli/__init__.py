"""The `danhba` command: the core for people and for CI. One module a topic; `COMMANDS` maps commands to modules."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

from ..editing.problem import Problem
from ..messages import mark as _
from ..reading.source import Unusable
from .common import COULD_NOT_RUN, INTERRUPTED, lang, misused, refuse, stop, stop_with
from .misuse import NoCommand

# Module of each command, imported only when the command runs: `check` runs at every commit and has to start fast.
COMMANDS = {
    "acknowledge": "acknowledging",
    "addresses": "register",
    "again": "day",
    "agency": "agencies",
    "audit": "auditing",
    "candidates": "register",
    "change": "editing",
    "check": "register",
    "close": "editing",
    "codeowners": "governance",
    "custodian": "editing",
    "decide": "deciding",
    "export": "lists",
    "import": "lists",
    "init": "founding",
    "key": "editing",
    "leave": "editing",
    "migrated": "proving",
    "open": "editing",
    "plan": "register",
    "reorganise": "reorganise",
    "resume": "editing",
    "return": "editing",
    "review": "governance",
    "rules": "rules",
    "schema": "governance",
    "secrecy": "secrecy",
    "send": "sending",
    "signatures": "following",
    "start": "day",
    "suspend": "editing",
    "trace": "tracing",
    "transfer": "editing",
    "undo": "day",
    "update": "sending",
    "usage": "usage",
    "who": "register",
    "withdraw": "withdrawing",
}


class Commands(click.Group):
    """Group of all commands. Imports a command's module on demand, and turns exceptions into messages and statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in alphabetical order."""
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of the arguments, or raise `NoCommand` with the names similar to an unknown one."""
        name = click.utils.make_str(args[0])
        if name not in COMMANDS and not name.startswith("-"):
            raise NoCommand(name, COMMANDS, ctx)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, the function `<name>_command` of its module; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f".{COMMANDS[cmd_name]}", __package__), f"{cmd_name}_command")
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and end the process with a message where it raises an exception for one."""
        try:
            return super().invoke(ctx)
        except Unusable as error:
            stop(error.template, **error.values)
        except Problem as error:
            refuse(error.template, **error.values)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # the context holds the chosen language
            raise
        except BrokenPipeError:
            # The reader of the pipe has closed it, as in `danhba addresses | head`.
            _silence()
            sys.exit(0)
        except OSError as error:
            _stop_for(error)

    # click's own signature has overloads for `standalone_mode`, which no caller here passes.
    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line and exit with its status; click's own errors are shown in both languages."""
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.ClickException as error:
            misused(error)
            sys.exit(error.exit_code)
        except OSError as error:  # while click itself writes --help or --version
            _stop_for(error)
        except click.Abort:
            stop_with(INTERRUPTED, _("interrupted"))
        sys.exit(status if isinstance(status, int) else 0)


def _stop_for(error: OSError) -> NoReturn:
    """Stop with a message about an error of the system, mostly a full disk behind the output."""
    try:
        if error.filename:
            stop(_("cannot use {path}: {reason}; check its permissions"), path=error.filename, reason=error.strerror)
        stop(_("cannot write what was asked for: {reason}; make room, or write elsewhere"), reason=error.strerror)
    except OSError:  # standard error cannot be written either
        sys.exit(COULD_NOT_RUN)
    finally:
        _silence()


def _silence() -> None:
    """Redirect stdout and stderr to the null device.

    Otherwise Python would report the same error again at exit, when it flushes what is left in the buffers.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # the stream is closed or has no file descriptor
            os.dup2(nowhere, stream.fileno())


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
