"""What the webmail and the pages beside it say and show: names that agree, nobody addressed as a junior, contrast."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from danhba.messages import translator

PROJECT = Path(__file__).resolve().parents[2]
ROLES, PLUGIN = PROJECT / "roles", PROJECT / "roles/roundcube/files/plugins/danhba"
# WCAG 2.2, 1.4.3, for letters of this size.
LEAST_CONTRAST = 4.5


def label(name: str) -> str:
    """A Vietnamese label of the plugin."""
    found = re.search(rf"\['{name}'\] = '([^']+)'", (PLUGIN / "localization/vi_VN.inc").read_text(encoding="utf-8"))
    assert found
    return found[1]


def title(template: str) -> str:
    """The title of a page of role pages."""
    found = re.search(r"block title %}([^{]+){%", (ROLES / "pages/templates" / template).read_text(encoding="utf-8"))
    assert found
    return found[1]


@pytest.mark.clause("R9.4")
def test_page_has_the_same_name_everywhere() -> None:
    frame = (ROLES / "pages/templates/frame.html.j2").read_text(encoding="utf-8")
    assert label("guide") == title("guides.html.j2") == "Hướng dẫn sử dụng"
    assert label("phone") == label("programs") == label("programstitle") == title("phone.html.j2")
    assert translator("vi")("Mailboxes of the agencies of {province} Province").startswith(label("directory"))
    for path, name in (("huong-dan", "guide"), ("dien-thoai", "phone"), ("danh-ba", "directory")):
        assert f'<a href="/{path}/">{label(name)}</a>' in frame


WRITTEN = (".yml", ".j2", ".py", ".php", ".inc", ".html", ".js")
SPEAKING = ("credentials", "dovecot", "nginx", "pages", "postfix", "roundcube")
READ = [
    *(path for role in SPEAKING for path in (ROLES / role).rglob("*") if path.suffix in {"", *WRITTEN}),
    *(PROJECT / "docs/vi" / name for name in ("can-bo.md", "quan-ly-hop-thu.md", "van-hanh.md")),
]


def test_texts_do_not_address_officials_as_juniors() -> None:
    said = {str(path): re.findall(r"(?i).*(?<!\w)(?:bạn|ban chua|cua ban)(?!\w).*", read(path)) for path in READ}
    assert not {name: lines for name, lines in said.items() if lines}


def read(path: Path) -> str:
    """A file's text; nothing of a folder."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb (WCAG 2.2)."""
    full = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(full[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_by_wcag() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#ffffff", "#37beff") == pytest.approx(2.1, abs=0.1)


def test_primary_buttons_have_enough_contrast() -> None:
    rules = re.findall(r"([^{}]*\.btn-primary[^{}]*)\{([^{}]*)\}", read(PLUGIN / "danhba.css"))
    for state in ("html .btn.btn-primary,", "btn-primary:hover", ":active", "html.dark-mode .btn.btn-primary"):
        assert any(state in selector for selector, _ in rules)
    for _, declarations in rules:
        styles = dict(part.strip().split(": ", 1) for part in declarations.split(";") if part.strip())
        assert contrast(styles["background"], styles["color"]) >= LEAST_CONTRAST
