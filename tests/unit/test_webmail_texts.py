"""The webmail's plugin: its texts stand in both languages, its pages have tab and icon, its classes are described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "roles/roundcube/files/plugins/danhba"
LANGUAGES = ("vi_VN", "en_US")
# How a text is asked for by name; a name that is put together at run time is not seen here.
_ASKED = re.compile(r"(?:gettext|text)\('(?P<name>[a-z_]+)'\)|'name' => '(?P<named>[a-z_]+)', 'vars'")
_PAGES = re.compile(r"(?ms)^        \$pages = \[\n(.*?)^        \];")


def texts(language: str) -> dict[str, str]:
    """The plugin's texts in a language, by name."""
    source = (PLUGIN / f"localization/{language}.inc").read_text(encoding="utf-8")
    return dict(re.findall(r"(?m)^\$(?:labels|messages)\['([a-z_]+)'\] = '(.+)';$", source))


def pages() -> list[str]:
    """The names of the pages that the plugin adds to Settings."""
    (table,) = _PAGES.findall((PLUGIN / "danhba.php").read_text(encoding="utf-8"))
    return re.findall(r"'([a-z]+)' => new", table)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", pages())
def test_settings_page_has_tab_and_title(page: str, language: str) -> None:
    assert {page, f"{page}title"} <= texts(language).keys()


@pytest.mark.parametrize("page", pages())
def test_settings_page_has_an_icon(page: str) -> None:
    assert f"#settings-menu .danhba-{page} > a::before" in (PLUGIN / "danhba.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_used_by_the_plugin_exists_in_language(language: str) -> None:
    files = [*PLUGIN.glob("*.php"), *PLUGIN.glob("lib/*.php")]
    sources = [file.read_text(encoding="utf-8") for file in files]
    asked = {match["name"] or match["named"] for source in sources for match in _ASKED.finditer(source)}
    assert len(asked) > 20
    assert sorted(asked - texts(language).keys()) == []


def test_class_of_the_plugin_is_in_its_readme() -> None:
    readme = (PLUGIN.parents[2] / "README.md").read_text(encoding="utf-8")
    classes = {path.stem for path in PLUGIN.glob("lib/*.php")}
    assert sorted(name for name in classes if f"`{name}`" not in readme) == []
