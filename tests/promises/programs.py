"""What a program itself says of its configuration, where this machine has it: the readers must not say otherwise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from .settings import Settings, dovecot, main_cf

# What doveconf ends with where it tells all, but misses Dovecot's users and keys (EX_CONFIG of its own).
WITHOUT_ITS_HOST = 89
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class NotHereError(Exception):
    """This machine does not have the program, by its name."""


def postconf(text: str, folder: Path, _names: Collection[str]) -> Settings:
    """Postfix's main.cf by `postconf -n`."""
    (folder / "main.cf").write_text(text, encoding="utf-8")
    (folder / "master.cf").touch()
    return main_cf(_said("postconf", "-n", "-c", str(folder)))


def postconf_master(text: str, folder: Path, _names: Collection[str]) -> Settings:
    """Postfix's master.cf by `postconf -P`."""
    (folder / "main.cf").write_text("compatibility_level = 3.10\n", encoding="utf-8")
    (folder / "master.cf").write_text(text, encoding="utf-8")
    said = _said("postconf", "-P", "-c", str(folder))
    return {name: value.strip() for name, value in re.findall(r"^(\S+) =(.*)$", said, re.MULTILINE)}


def doveconf(text: str, folder: Path, names: Collection[str]) -> Settings:
    """Dovecot's settings by `doveconf`, those that the file has in no section.

    Of those that it puts into a section itself (`auth_policy_…`) it tells the default when it is asked for one by name
    (2.4.1), so what differs from defaults is taken from the whole.
    """
    path = folder / "dovecot.conf"
    path.write_text(text, encoding="utf-8")
    whole = {name.replace("/", "_"): value for name, value in dovecot(_said("doveconf", "-n", "-c", str(path))).items()}
    single = [name for name in names if "/" not in name]
    return {name: whole.get(name) or _said("doveconf", "-h", "-c", str(path), name).strip() for name in single}


def unbound_checkconf(text: str, folder: Path, names: Collection[str]) -> Settings:
    """The resolver's settings by `unbound-checkconf`, which reads the file only where its folder is there."""
    path = folder / "unbound.conf"
    path.write_text(text.replace('"/etc/unbound"', f'"{folder}"'), encoding="utf-8")
    single = [name for name in names if name not in ("access-control", "interface", "auto-trust-anchor-file")]
    return {name: _said("unbound-checkconf", "-o", name, str(path)).strip() for name in single}


def nft(text: str, folder: Path, _names: Collection[str]) -> Settings:
    """Nothing by name: `nft` reads the rules, or the test fails."""
    path = folder / "nftables.conf"
    path.write_text(text, encoding="utf-8")
    _said("nft", "--check", "--file", str(path))
    return {}


PROGRAMS: Mapping[str, Callable[[str, Path, Collection[str]], Settings]] = {
    "main": postconf,
    "master": postconf_master,
    "dovecot": doveconf,
    "resolver": unbound_checkconf,
    "firewall": nft,
}


def _said(program: str, *words: str) -> str:
    """What a program answers; its complaints about files of a host that are not here do not count.

    Raises:
        NotHereError: this machine does not have it.
        subprocess.CalledProcessError: it refuses the file.
    """
    found = shutil.which(program, path=_PATH)
    if found is None:
        raise NotHereError(program)
    done = subprocess.run([found, *words], text=True, capture_output=True, check=False)
    if done.returncode not in (0, WITHOUT_ITS_HOST):
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
    return done.stdout
