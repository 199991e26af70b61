"""A program that judges settings as sshd does, where none is installed."""

from __future__ import annotations

import sys
from pathlib import Path

# As sshd answers: the first value of a keyword, of the files in their order; it knows no `Bad`. It needs nothing but
# Python itself (-IS): what an environment adds to each process would take longer than its answer.
SSHD = f"""#!{sys.executable} -IS
import glob, sys
words = dict(zip(sys.argv[1::1], sys.argv[2::1]))
found = {{"passwordauthentication": "yes", "permitrootlogin": "without-password", "requiredrsasize": "1024",
         "pubkeyacceptedalgorithms": "ssh-ed25519,rsa-sha2-512", "authorizedkeysfile": ".ssh/authorized_keys"}}
seen = set()
def read(path):
    for line in open(path):
        keyword, _, value = line.strip().partition(" ")
        if keyword == "Include":
            for each in sorted(glob.glob(value)):
                read(each)
        elif keyword == "Bad":
            sys.exit(f"{{path}}: line 1: Bad configuration option: Bad")
        elif keyword and keyword[0] != "#" and keyword not in seen:
            seen.add(keyword)
            found[keyword.lower()] = {{"prohibit-password": "without-password"}}.get(value, value)
read(words["-f"])
if "-T" in sys.argv:
    print(*(f"{{keyword}} {{value}}" for keyword, value in found.items()), sep="\\n")
"""


def put_sshd(folder: Path) -> None:
    """A new folder with it."""
    folder.mkdir()
    (folder / "sshd").write_text(SSHD)
    (folder / "sshd").chmod(0o755)
