"""The root file system that hosts are made from: built once by mmdebstrap, kept under a key of what went into it.

The guest is always the release of Debian that the roles demand, also where this machine is an older one. It uses the
package mirror that this machine uses, and the same way to it: both are read from apt at run time, so neither is written
down in this project.
"""

import hashlib
import os
import platform
import re
import shutil
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.lab import settings as contents
from tests.lab.errors import LabError
from tests.lab.settings import Settings
from tests.lab.shell import locked, run, say

_BUILDING = ".building-"
_LABEL = re.compile(r"^(?P<codename>[a-z]+)(?P<pocket>|-updates|-security)$")
# How apt gets at the mirror (proxies, certificates, retries), not what it makes of it.
_WAY = re.compile(r"^Acquire::(?:https?\b|Retries|Check-|ForceIPv)")

# Runs in a mount and process namespace of its own, which ends with this process: however the build is interrupted,
# no mount and no process of it is left.
_CONFINED = (
    "setpriv", "--pdeathsig=KILL",
    "unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--mount-proc",
)  # fmt: skip

# Every host gets its own: ssh host keys, machine id, name. Networking is systemd's.
_CUSTOMISE = """
set -eu
rm -f "$1"/etc/ssh/ssh_host_*
systemctl --root="$1" --quiet enable systemd-networkd.service ssh.service
"""

_PREFETCH = """
set -eu
chroot "$1" apt-get --quiet=2 --yes --no-install-recommends --download-only install {packages}
"""

# Of Debian's 70,000 packages, apt keeps those that could ever be wanted on a host: with all of them, each of the dozens
# of times that a deployment asks apt takes two seconds of a processor. Lists that have changed at the mirror meanwhile
# are fetched whole.
_KNOW_LESS = r"""
set -eu
{{
  chroot "$1" dpkg-query --show --showformat '${{Package}}\n'
  chroot "$1" apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances {packages} | sed -nE 's/^<?([a-z0-9][^ :>]*).*/\1/p'
}} >"$1"/tmp/names
for list in "$1"/var/lib/apt/lists/*_Packages; do
  awk 'NR == FNR {{wanted[$1]; next}} $2 in wanted' "$1"/tmp/names RS= ORS='\n\n' "$list" >"$1"/tmp/list
  touch --reference="$list" "$1"/tmp/list
  cat "$1"/tmp/list >"$list"
  touch --reference="$1"/tmp/list "$list"
done
rm "$1"/tmp/names "$1"/tmp/list
chroot "$1" apt-cache gencaches
"""


@dataclass(frozen=True)
class Mirror:
    """Where packages come from: ``sources`` in the one-line form of sources.list(5), ``options`` as apt.conf(5)."""

    sources: str
    options: str


def mirror_of_this_machine(cache: Path) -> Mirror:
    """The Debian mirror that this machine's apt uses, turned to the guest's release.

    What apt has read it keeps in `cache`: in a container it is often told to keep nothing, and then reads all lists of
    packages, a second of processor, to say where they are from.

    Raises:
        LabError: apt knows no Debian mirror here.
    """
    lines = _source_lines(cache)
    if not lines:
        run(["apt-get", "--quiet=2", "update"])  # what a source is, apt knows only after it has read it once
        lines = _source_lines(cache)
    if not lines:
        raise LabError(
            "apt của máy này không có nguồn Debian nào. "
            "Hãy khai trong /etc/apt/sources.list.d rồi chạy `apt-get update`.",
            "This machine's apt has no Debian source. Add one in /etc/apt/sources.list.d, then run `apt-get update`.",
        )
    options = [line for line in run(["apt-config", "dump"]).splitlines() if _WAY.match(line)]
    options += [
        f'Acquire::{scheme}::Proxy "{proxy}";'
        for scheme in ("http", "https")
        if (proxy := os.environ.get(f"{scheme}_proxy"))
    ]
    return Mirror("".join(f"{line}\n" for line in lines), "".join(f"{line}\n" for line in options))


def _source_lines(cache: Path) -> list[str]:
    kept = f"Dir::Cache::pkgcache={cache / 'pkgcache.bin'}"
    form = "$(ORIGIN) $(COMPONENT) $(REPO_URI) $(CODENAME)"
    targets = run(["apt-get", "--option", kept, "indextargets", "--format", form, "Created-By: Packages"])
    lines: list[str] = []
    for target in targets.splitlines():
        origin, component, uri, label = target.split(" ", 3)
        match = _LABEL.match(label)
        if origin == "Debian" and component == "main" and match:
            lines.append(f"deb [signed-by={contents.KEYRING}] {uri} {contents.SUITE}{match['pocket']} main")
    return sorted(set(lines))


class Images:
    """The cache of root file systems."""

    def __init__(self, settings: Settings) -> None:
        self._cache = settings.cache

    def get(self, in_use: Collection[Path] = ()) -> Path:
        """The root file system of a host that nothing has been deployed to, built now unless it is there already.

        Building a new one removes the old ones, except those in use. Safe to call from several processes at once, and
        after a crash at any moment.
        """
        with self._lock():
            mirror = mirror_of_this_machine(self._cache)
            path = self._cache / _key(mirror)
            if path.is_dir():
                return path
            self._remove_half_built()
            say(
                f"Dựng hệ tệp gốc Debian {contents.SUITE} (khoảng một phút, chỉ lần đầu)",
                f"Building the Debian {contents.SUITE} root file system (about a minute, the first time only)",
            )
            workplace = self._cache / f"{_BUILDING}{path.name}"
            _build(workplace, mirror).rename(path)
            shutil.rmtree(workplace)
            self._prune({path, *in_use})
            say(f"Đã dựng {path}", f"Built {path}")
        return path

    def clean(self) -> None:
        """Remove the whole cache."""
        with self._lock():
            shutil.rmtree(self._cache)

    def _lock(self) -> AbstractContextManager[None]:
        self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        return locked(
            self._cache / "lock",
            "Đang chờ một lần dựng hệ tệp gốc khác xong",
            "Waiting for another build of the root file system to finish",
        )

    def _prune(self, kept: Collection[Path]) -> None:
        for path in self._cache.iterdir():
            if path.is_dir() and path not in kept:
                # Renamed first: a removal that is interrupted must not leave what looks like a whole image.
                shutil.rmtree(path.rename(path.with_name(f"{_BUILDING}{path.name}")))

    def _remove_half_built(self) -> None:
        for path in self._cache.glob(f"{_BUILDING}*"):
            shutil.rmtree(path)


def _key(mirror: Mirror) -> str:
    """Names an image by all that decides what is in it."""
    parts = [platform.machine(), mirror.sources, mirror.options, *_command(Path("root"), Path("apt.conf"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _build(workplace: Path, mirror: Mirror) -> Path:
    """Build in an empty directory and return the root file system's place below it."""
    workplace.mkdir()
    root, options = workplace / "root", workplace / "apt.conf"
    options.write_text(mirror.options, encoding="utf-8")
    try:
        run([*_CONFINED, *_command(root, options)], text=mirror.sources)
    except LabError as error:
        raise LabError(
            "Không dựng được hệ tệp gốc. Thường là vì không tới được kho gói Debian: hãy thử `apt-get update`.",
            "The root file system could not be built. Mostly because the Debian mirror cannot be reached: "
            f"try `apt-get update`.\n{error.en}",
        ) from error
    return root


def _command(root: Path, options: Path) -> list[str]:
    known = (*contents.PACKAGES, *contents.PREFETCHED, *contents.OFFERED)
    return [
        "mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", "--quiet",
        # A host that is made anew whenever it is wanted need not be on the disk before each file that is unpacked.
        "--dpkgopt=force-unsafe-io",
        # Nobody reads descriptions there; without this each host would fetch 35 MB of them, and apt would sort them in.
        '--aptopt=Acquire::Languages "none"',
        f"--aptopt={options}", f"--include={','.join(contents.PACKAGES)}", "--skip=cleanup/apt",
        f"--customize-hook={_CUSTOMISE}",
        f"--customize-hook={_PREFETCH.format(packages=' '.join(contents.PREFETCHED))}",
        f"--customize-hook={_KNOW_LESS.format(packages=' '.join(known))}",
        contents.SUITE, str(root), "-",
    ]  # fmt: skip
