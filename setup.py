"""Build the package `danhba` with the collection's version: from galaxy.yml in a clone, else from MANIFEST.json."""

import re
from pathlib import Path

from setuptools import setup

HERE = Path(__file__).resolve().parent
PLACES = [path for path in (HERE / "galaxy.yml", HERE / "MANIFEST.json") if path.exists()]
_VERSION = re.compile(r'^ *"?version"?: "?([0-9][0-9A-Za-z.+-]*)', re.MULTILINE)

setup(version=_VERSION.search(PLACES[0].read_text(encoding="utf-8"))[1])
