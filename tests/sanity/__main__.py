"""`python -m tests.sanity [TEST...]`: run them, all or the tests named; it ends as ansible-test ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
IGNORED = Path(__file__).with_name("ignored.txt")
# Where ansible-test of ansible-core 2.19 looks for the list.
LIST = "tests/sanity/ignore-2.19.txt"
TOOLS = Path(sys.executable).parent
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# What a host runs of the plugins; all else is the controller's.
ON_HOSTS = ("plugins/modules/", "plugins/module_utils/host/", "plugins/module_utils/options/", "plugins/doc_fragments/")
# Python brings pip along; ansible-test would fetch it from a server of its own, under this name.
BOOTSTRAP = "get_pip_24_2.py"


def extract(folder: Path) -> Path:
    """Build the collection, and unpack it where Ansible looks for it below a folder."""
    build = [str(TOOLS / "ansible-galaxy"), "collection", "build", "--output-path", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    collection = folder / "ansible_collections/laocai/mail"
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(collection, filter="data")
    return collection


def ignored(collection: Path) -> str:
    """The list beside, and all of the controller's for the test `import`."""
    paths = (str(path.relative_to(collection)) for path in sorted(collection.glob("plugins/**/*.py")))
    rest = (f"{path} import-{VERSION}!skip\n" for path in paths if not path.startswith(ON_HOSTS))
    return IGNORED.read_text(encoding="utf-8") + "".join(rest)


def main(tests: list[str]) -> int:
    """Run them in a folder that is gone afterwards; what ansible-test needs is kept in build/."""
    home = ROOT / "build/sanity"
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / BOOTSTRAP).write_text("import ensurepip\nensurepip.bootstrap(default_pip=True)\n", encoding="utf-8")
    with TemporaryDirectory() as folder:
        collection = extract(Path(folder))
        (collection / LIST).parent.mkdir(parents=True)
        (collection / LIST).write_text(ignored(collection), encoding="utf-8")
        command = [str(TOOLS / "ansible-test"), "sanity", "--python", VERSION, "--color", "no", "--truncate", "0"]
        chosen = [word for test in tests for word in ("--test", test)]
        known = {**os.environ, "HOME": str(home)}
        return subprocess.run([*command, *chosen], cwd=collection, env=known, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
