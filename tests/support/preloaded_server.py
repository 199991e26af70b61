"""`python -m tests.support.preloaded_server`: Ansible, loaded once, which forks for each command that stdin asks for.

A request is JSON: `command` (`ansible` or `ansible-playbook`, and its arguments), `environment`, `folder` to run in,
file for the `output`. The answer is the command's exit status, a line of its own.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Never

from ansible.cli import adhoc, playbook

COMMANDS = {"ansible": adhoc.main, "ansible-playbook": playbook.main}


def serve() -> None:
    """Run one command after the other, until nobody can ask any more."""
    gc.freeze()  # else each child copies what it looks through for garbage
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _run(**json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _run(command: Sequence[str], environment: dict[str, str], folder: str, output: str) -> Never:
    """Be a process of one's own, as a shell would have begun it."""
    status = 1
    try:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        written = os.open(output, os.O_WRONLY | os.O_TRUNC)
        os.dup2(written, 1)
        os.dup2(written, 2)
        Path("/proc/self/comm").write_text(command[0], encoding="ascii")  # the lock of all playbooks looks for it
        COMMANDS[command[0]](command)
    except SystemExit as end:
        status = _status(end)
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # not as the server ends, which removes the folder that its commands share


def _status(end: SystemExit) -> int:
    """What the interpreter ends with."""
    if isinstance(end.code, str):
        print(end.code, file=sys.stderr)
        return 1
    return end.code or 0


if __name__ == "__main__":
    serve()
