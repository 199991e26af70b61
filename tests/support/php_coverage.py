"""Which lines of PHP the tests of hosts run, by Debian's pcov: `DANHBA_PHP_COVERAGE=1 make e2e`.

The webmail's plugin is nothing without Roundcube, and the pages' scripts nothing without what a role writes into them,
so they are measured where they run. Only test hosts get pcov, and the script that php-fpm runs before each of theirs.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from tests.lab import Host

PROJECT = Path(__file__).resolve().parents[2]
WANTED = bool(os.environ.get("DANHBA_PHP_COVERAGE"))
FOUND = PROJECT / "build/php-coverage"
_SCRIPT = Path(__file__).with_suffix(".php")
_NOTES = "/var/log/php-coverage"  # what the webmail's unit may write to
_SETTINGS = """
pcov.directory = /
pcov.exclude = "~^/usr/share/(?!roundcube/plugins/danhba/)|/vendor/~"
opcache.enable = 0
auto_prepend_file = /usr/local/share/php-coverage.php
"""
_PREPARE = f"""
set -e
[ ! -e /etc/php/8.4/fpm/conf.d/90-coverage.ini ] || exit 0
DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes --no-install-recommends install php8.4-pcov
install -d -o roundcube -g roundcube {_NOTES}
cat >/usr/local/share/php-coverage.php <<'SCRIPT'
{_SCRIPT.read_text(encoding="utf-8")}
SCRIPT
cat >/etc/php/8.4/fpm/conf.d/90-coverage.ini <<'SETTINGS'
{_SETTINGS}
SETTINGS
systemctl restart php8.4-fpm.service
"""

Lines = dict[str, dict[str, int]]  # file -> line -> how often it ran, -1 for never


def forget() -> None:
    """Remove what earlier runs have found."""
    shutil.rmtree(FOUND, ignore_errors=True)


def prepare(host: Host) -> None:
    """Let a host note which lines its requests run; a second time it changes nothing."""
    host.run(_PREPARE, timeout=300)


def gather(host: Host) -> None:
    """Keep what a host has noted."""
    notes = host.run(f"find {_NOTES} -type f -exec cat {{}} +", timeout=300).stdout
    FOUND.mkdir(parents=True, exist_ok=True)
    together = merged(json.loads(line) for line in notes.splitlines())
    (FOUND / f"{uuid.uuid4().hex}.json").write_text(json.dumps(together), encoding="utf-8")


def merged(found: Iterator[Lines]) -> Lines:
    """Several findings as one: a line ran where it ran in any."""
    together: Lines = {}
    for lines in found:
        for file, counts in lines.items():
            known = together.setdefault(file, {})
            for line, count in counts.items():
                known[line] = max(count, known.get(line, -1))
    return together


def report() -> Iterator[str]:
    """A line for each file and one for all: how much of it ran, and the lines that did not."""
    together = merged(json.loads(path.read_text(encoding="utf-8")) for path in FOUND.glob("*.json"))
    for file, counts in sorted(together.items()):
        missing = sorted(int(line) for line, count in counts.items() if count < 0)
        yield f"{_percent(counts):>7} {file} {' '.join(map(str, missing))}".rstrip()
    yield f"{_percent({(file, line): n for file, counts in together.items() for line, n in counts.items()}):>7} of all"


def _percent(counts: dict[str, int] | dict[tuple[str, str], int]) -> str:
    ran = sum(count > 0 for count in counts.values())
    return f"{100 * ran / len(counts):.1f} %" if counts else "-"
