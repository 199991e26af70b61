"""`python -m tests.mutants.configuration [NAME…]`: faults of templates, SQL and programs that tests below e2e must see.

mutmut breaks Python of the core alone. Here each fault of `configuration.toml` is put into a copy of the project, one
after the other, and the tests that it names are run there. Exit status 1 where one survives that has no reason, where
one that has a reason is seen, or where the text that it changes stands nowhere any more.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("configuration.toml")
COLLECTION = Path(".ansible/collections/ansible_collections/laocai/mail")
# Where the copy's own packages are: those that are installed in the environment are the project's.
PACKAGES = ("plugins/module_utils", "roles/programs/files", "roles/secrecy/files")
_FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)


class Fault(NamedTuple):
    """A text in files and what it becomes; the tests that have to see it, or the reason why none can."""

    name: str
    files: str
    before: str
    after: str
    tests: tuple[str, ...]
    reason: str

    def paths(self, root: Path) -> list[Path]:
        """The files that have the text: a view may stand in several migrations."""
        return [path for path in sorted(root.glob(self.files)) if self.before in path.read_text(encoding="utf-8")]


def listed(text: str | None = None) -> list[Fault]:
    """All faults of `configuration.toml`.

    Raises:
        KeyError, ValueError: one lacks a key, changes nothing, or has a name that another has.
    """
    found = [
        Fault(each["name"], each["files"], each["before"], each["after"], tuple(each["tests"]), each.get("reason", ""))
        for each in tomllib.loads(FILE.read_text(encoding="utf-8") if text is None else text)["faults"]
    ]
    if len({fault.name for fault in found}) < len(found):
        raise ValueError("two faults have one name")
    if same := [fault.name for fault in found if fault.before == fault.after or not fault.before]:
        raise ValueError(f"these change nothing: {', '.join(same)}")
    return found


def main(names: Sequence[str]) -> int:
    """Try the faults of these names, or all; say which test saw each."""
    faults = [fault for fault in listed() if not names or fault.name in names]
    complaints = 0
    with tempfile.TemporaryDirectory(prefix="danhba-mutants-") as folder:
        copy = _copy(Path(folder) / "danhba")
        for fault in faults:
            seen, complaint = _try(fault, copy)
            complaints += bool(complaint)
            print(f"{'seen' if seen else 'NOT SEEN'}  {fault.name}: {complaint or seen or fault.reason}", flush=True)
    print(f"{len(faults)} faults, {complaints} complaints")
    return 1 if complaints or not faults else 0


def _copy(root: Path) -> Path:
    """The project's files as they are now, with the environment and a collection of its own."""
    for name in _files():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, path, follow_symlinks=False)
    (root / ".venv").symlink_to(PROJECT / ".venv")
    (root / COLLECTION).parent.mkdir(parents=True, exist_ok=True)
    (root / COLLECTION).symlink_to(root)
    return root


def _files() -> Iterator[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=PROJECT, check=True, text=True, stdout=subprocess.PIPE)
    yield from (name for name in done.stdout.split("\0") if name and (PROJECT / name).exists())


def _try(fault: Fault, root: Path) -> tuple[str, str]:
    """The tests that saw a fault, and what is wrong with that."""
    paths = fault.paths(root)
    if not paths:
        return "", "its text stands in none of these files"
    whole = {path: path.read_text(encoding="utf-8") for path in paths}
    try:
        for path, text in whole.items():
            path.write_text(text.replace(fault.before, fault.after), encoding="utf-8")
        seen = _run(fault.tests, root)
    finally:
        for path, text in whole.items():
            path.write_text(text, encoding="utf-8")
    if bool(seen) == bool(fault.reason):
        return seen, "it is seen: strike its reason" if seen else "no test sees it"
    return seen, ""


def _run(tests: Sequence[str], root: Path) -> str:
    """The tests that fail, by name; a test whose fixtures fail has seen nothing.

    Raises:
        RuntimeError: pytest did not get as far as to run one.
    """
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(str(root / package) for package in PACKAGES)}
    command = [str(PROJECT / ".venv/bin/python"), "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=root, env=known, text=True, capture_output=True, check=False)
    failed = _FAILED.findall(done.stdout)
    if done.returncode not in (0, 1) and not failed:
        raise RuntimeError(done.stdout + done.stderr)
    return ", ".join(sorted({name.rpartition("/")[2] for name in failed}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
