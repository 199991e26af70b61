"""The pages of modules, plugins and roles (antsibull-docs), of the collection as it is published."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tests.sanity.__main__ import extract

from .tools import ROOT, TOOLS, run

SITE = ROOT / "build/docsite"
NAME = "laocai.mail"


def literal(options: dict[str, Any]) -> None:
    """Say in words each default that is an expression: the tool takes a number where an option is one, and no rule.

    The roles' tests hold the defaults of `argument_specs.yml` against those of `defaults/main.yml`, so they stay there.
    """
    for option in options.values():
        default = option.get("default")
        if isinstance(default, str) and "{{" in default and option.get("type", "str") != "str":
            del option["default"]
            described = option["description"]
            lines = described if isinstance(described, list) else [described]
            option["description"] = [*lines, f"By default V({' '.join(default.split())})."]
        literal(option.get("options", {}))


def stage(folder: Path) -> Path:
    """The collection as it is published, below a folder, its defaults in words; the folder of the collection."""
    collection = extract(folder)
    for path in collection.glob("roles/*/meta/argument_specs.yml"):
        specs = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in specs["argument_specs"].values():
            literal(entry.get("options", {}))
        path.write_text(yaml.safe_dump(specs, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return collection


def lint() -> None:
    """Look over what modules, plugins and roles say of themselves.

    Raises:
        Refusal: something is wrong with it.
    """
    with TemporaryDirectory() as folder:
        collection = stage(Path(folder))
        run("antsibull-docs", "lint-collection-docs", "--plugin-docs", collection, collections=Path(folder))


def make() -> Path:
    """Make the pages anew; the folder that they are in."""
    with TemporaryDirectory() as folder:
        stage(Path(folder))
        sources = Path(folder) / "sources"
        sources.mkdir(mode=0o755)
        words = ("collection", "--use-current", "--squash-hierarchy", "--dest-dir", sources, NAME)
        run("antsibull-docs", *words, collections=Path(folder))
        (sources / "conf.py").write_text(_CONF, encoding="utf-8")
        shutil.rmtree(SITE, ignore_errors=True)
        run(TOOLS / "python", "-m", "sphinx", "-q", "-b", "html", sources, SITE, cwd=sources)
    return SITE


_CONF = """\
project = "laocai.mail"
extensions = ["sphinx_antsibull_ext"]
html_theme = "alabaster"
html_show_sphinx = False
"""
