"""Letters with issued passwords, opened as those do who get them: by age, then read as text."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pyrage

# The shape of what is issued, so that nothing else on the page is taken for it.
PASSWORD = re.compile(r"\b(?:[A-Z][a-z]{3}[2-9]-){4}[A-Z][a-z]{3}[2-9]\b")
ADDRESS = re.compile(r"[a-z0-9][a-z0-9._-]*@[a-z0-9.-]+[a-z]")


def new_key(path: Path) -> str:
    """The public key of the private one in a file, which is made for its user alone where it is not there yet.

    The public one is beside it, with the suffix `.pub`, for `inventories/lab`.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{pyrage.x25519.Identity.generate()}\n")
    public = str(pyrage.x25519.Identity.from_str(read_key(path)).to_public())
    path.with_suffix(".pub").write_text(public, encoding="ascii")
    return public


def read_key(path: Path) -> str:
    """The private key in a file, as age-keygen writes it."""
    lines = path.read_text(encoding="ascii").splitlines()
    return next(line for line in lines if line.startswith("AGE-SECRET-KEY-"))


def bundles(folder: Path, agency: str = "*") -> list[Path]:
    """Every file of letters, or an agency's, in a folder of letters whose passwords were stored, from the oldest on."""
    return sorted(folder.glob(f"[0-9][0-9][0-9][0-9]*-????????/{agency}.pdf.age"))


def pages(pdf: bytes) -> list[str]:
    """The text of each page of a PDF. It goes through pipes alone."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().split("\f")[:-1]


def read(pdf: bytes) -> dict[str, str]:
    """Address and password of each page."""
    found = {}
    for page in pages(pdf):
        password, address = PASSWORD.search(page), ADDRESS.search(page)
        assert password, "a page without a password"
        assert address, "a page without an address"
        found[address[0]] = password[0]
    return found


def open_letters(folder: Path, key: str) -> dict[str, str]:
    """The password of each address in a folder of letters, opened with a private key; the newest of each."""
    found: dict[str, str] = {}
    for path in bundles(folder):
        found |= open_bundle(path, key)
    return found


def open_bundle(path: Path, key: str) -> dict[str, str]:
    """Address and password of each letter in a file."""
    return _open(path.read_bytes(), key)


@cache
def _open(sealed: bytes, key: str) -> dict[str, str]:
    return read(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(key)]))
