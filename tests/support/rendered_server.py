"""`python -m tests.support.rendered_server`: Ansible and all roles' inputs, loaded once; forks for each text asked for.

A request is a line of JSON: the path of a template, or nothing for all units, and other values of inputs. So is the
answer: what was `said`, or the `error`.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Never

from tests.lint import rendering, units


def serve() -> None:
    """Answer one request after the other, until nobody can ask any more, or an answer's process has been lost."""
    rendering._values()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _answer(*json.loads(line))
        if os.waitpid(child, 0)[1]:
            return


def _answer(path: str, other: dict[str, Any]) -> Never:
    """Be a process of one's own, so that no text has anything of the one before."""
    try:
        answer: dict[str, Any] = {"said": rendering.render(Path(path), **other) if path else units.rendered()}
    except BaseException:  # noqa: BLE001 - as the interpreter would
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
    os._exit(0)  # not as the server ends, which removes the folder that Ansible has begun with


if __name__ == "__main__":
    serve()
