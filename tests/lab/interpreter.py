#!/usr/bin/python3
"""The Python that Ansible uses on a test host: it compiles each module once, where Python itself does so for each task.

Ansible sends what a task needs as a ZIP archive of source code, and Python keeps nothing of what it compiles out of an
archive: nearly half of what a task costs there. What runs is the same, byte for byte. A host that is not of the lab has
no such thing; `test_first_deployment` deploys by Python alone.

Begun as Python itself would be: the program from standard input, or the name of its file.
"""

import _imp
import importlib.util
import marshal
import os
import sys
import zipimport
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import CodeType, ModuleType

_COMPILED = Path(__file__).parent / "compiled"
_compile: Callable[[str, bytes], CodeType] = zipimport._compile_source  # type: ignore[attr-defined]


def _compile_once(path: str, source: bytes) -> CodeType:
    """What Python's own function of that name returns, remembered under the hash of the source."""
    kept = _COMPILED / f"{sys.implementation.cache_tag}-{importlib.util.source_hash(source).hex()}"
    with suppress(OSError, EOFError, ValueError, TypeError):
        remembered: CodeType = marshal.loads(kept.read_bytes())  # noqa: S302 - of a test host's root alone
        _imp._fix_co_filename(remembered, path)  # type: ignore[attr-defined]  # the archive of this task
        return remembered
    code = _compile(path, source)
    # Who is not root only reads.
    with suppress(OSError):
        mine = kept.with_suffix(f".{os.getpid()}")
        mine.write_bytes(marshal.dumps(code))
        mine.replace(kept)
    return code


def _run() -> None:
    """Run the program as Python would: as `__main__`, which knows nothing of this file."""
    del sys.argv[0], sys.path[0]
    main = ModuleType("__main__")
    if sys.argv:
        name = sys.argv[0]
        source = Path(name).read_bytes()
        sys.path.insert(0, str(Path(name).resolve().parent))
    else:
        name, source = "<stdin>", sys.stdin.buffer.read()
        sys.argv = [""]
    main.__file__ = name
    sys.modules["__main__"] = main
    exec(compile(source, name, "exec", dont_inherit=True), main.__dict__)  # noqa: S102 - what Ansible sends


if __name__ == "__main__":
    zipimport._compile_source = _compile_once  # type: ignore[attr-defined]
    _run()
