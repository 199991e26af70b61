"""The key by which the parts of the watch know one another, made by the command of role watch."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import yaml

VARIABLES = Path(__file__).resolve().parents[2] / "roles/watch/vars/main.yml"


def make(folder: Path) -> Path:
    """A folder with a certificate and its key."""
    folder.mkdir(parents=True, exist_ok=True)
    argv = _argv(folder / "local.crt", folder / "local.key")
    subprocess.run(argv, check=True, capture_output=True)
    return folder


def _argv(certificate: Path, key: Path) -> list[str]:
    text = yaml.safe_load(VARIABLES.read_text(encoding="utf-8"))["__watch_local_certify"].strip()
    named = text.replace("__watch_local_certificate", repr(str(certificate))).replace(
        "__watch_local_key", repr(str(key))
    )
    words: list[str] = yaml.safe_load(named.removeprefix("{{").removesuffix("}}"))
    return words


def client(folder: Path, *, shows: Path | None = None) -> ssl.SSLContext:
    """Whoever believes the key of a folder, and shows that of another, or none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(folder / "local.crt")
    if shows:
        context.load_cert_chain(shows / "local.crt", shows / "local.key")
    return context
