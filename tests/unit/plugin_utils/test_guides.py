"""Guides as web pages: what they lead to, what they show, and what they do not obey."""

from __future__ import annotations

import os
import pty
import re
import termios
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import pyrage
import pytest
from ansible_collections.laocai.mail.plugins.plugin_utils import guides

ROOT = Path(__file__).resolve().parents[3]
GUIDES = ("can-bo.md", "quan-ly-hop-thu.md")


def body(text: str, *published: str) -> str:
    return guides.render(text, published).body


def test_guide_has_title_and_headings() -> None:
    guide = guides.render("# Tên\n\n## Đổi mật khẩu `ngay`\n\n### Nhỏ\n\n#### Nhỏ hơn\n")
    assert guide.title == "Tên"
    assert "<h1" not in guide.body
    assert guide.headings == [(2, "đổi-mật-khẩu-ngay", "Đổi mật khẩu ngay"), (3, "nhỏ", "Nhỏ")]
    assert '<h2 id="đổi-mật-khẩu-ngay">' in guide.body


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("[a](can-bo.md)", '<a href="can-bo.html">a</a>'),
        ("[a](can-bo.md#b)", '<a href="can-bo.html#b">a</a>'),
        ("[a](#b)", '<a href="#b">a</a>'),
        ("[a](https://example.org/)", '<a href="https://example.org/">a</a>'),
        ("[a](so-danh-ba.md) b", "<p>a b</p>"),
        ("[a](../architecture.md) [b](can-bo.md)", '<p>a <a href="can-bo.html">b</a></p>'),
        ("[a](javascript:alert(1))", "javascript:alert(1)"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_links_lead_only_to_published_guides_and_websites(link: str, shown: str) -> None:
    html = body(link, "can-bo.md")
    assert shown in html
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_tables_and_fences_can_be_scrolled_by_keyboard() -> None:
    html = body("| a | b |\n|---|---|\n| 1 | 2 |\n\n```text\nx\n```\n")
    assert html.count('tabindex="0"') == 2
    assert "</table></div>" in html


@pytest.mark.clause("R9.4")
@pytest.mark.parametrize("name", GUIDES)
def test_every_picture_of_a_guide_has_alternative_text(name: str) -> None:
    text = (ROOT / "docs/vi" / name).read_text(encoding="utf-8")
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)
    assert pictures
    for told, path in pictures:
        assert len(told) > 20
        assert re.fullmatch(r"hinh/webmail/[a-z-]+\.png", path)


@pytest.mark.parametrize("name", GUIDES)
def test_links_inside_a_guide_lead_to_a_heading(name: str) -> None:
    made = {file: guides.render((ROOT / "docs/vi" / file).read_text("utf-8"), GUIDES) for file in GUIDES}
    for target in re.findall(r'href="([^"]*#[^"]*)"', made[name].body):
        file, _, part = target.partition("#")
        guide = made[file.replace(".html", ".md")] if file else made[name]
        assert unquote(part) in {heading.anchor for heading in guide.headings}


def text_of(name: str) -> str:
    return (ROOT / "docs/vi" / name).read_text(encoding="utf-8")


def test_commands_of_guides_write_no_passwords_to_disk() -> None:
    """What decrypts a bundle prints it, where what waits to be printed is in memory, or keeps it there itself."""
    decrypting = [
        line.strip()
        for name in (*GUIDES, "van-hanh.md")
        for line in text_of(name).splitlines()
        if line.strip().startswith(("age -d", "age --decrypt")) and ".pdf.age" in line
    ]
    assert [line for line in decrypting if line.endswith("| lp")]
    for line in decrypting:
        kept = re.search(r"(?:--output|-o|>) *(\S+)", line)
        assert line.endswith("| lp") or (kept and kept[1].startswith("/dev/shm/"))  # noqa: S108 - in memory
        assert not kept or f"rm {kept[1]}" in text_of("quan-ly-hop-thu.md")
    operators = text_of("van-hanh.md")
    assert "(van-hanh.md#máy-in-phiếu)" in text_of("quan-ly-hop-thu.md").partition("| lp")[0]
    prepared = operators[operators.index("### Máy in phiếu") :].partition("\n#")[0]
    assert "PreserveJobFiles No" in prepared
    assert "tmpfs /var/spool/cups tmpfs" in prepared


def test_private_key_made_by_the_guide_is_encrypted_on_disk(tmp_path: Path) -> None:
    """The guide's own commands, at a terminal: they leave one file, which its passphrase alone opens."""
    guide = text_of("quan-ly-hop-thu.md")
    assert not re.search(r"khoa[\w-]*\.txt|age-keygen (-o|--output)", guide)
    make, show = re.findall(r"^age.*age-keygen.*$|^age-keygen.*$", guide, re.MULTILINE)
    assert "AGE-SECRET-KEY-" not in at_terminal(make, tmp_path)
    [key] = tmp_path.iterdir()
    assert key.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt ")
    said = re.search(r"^age1\w+", at_terminal(show, tmp_path), re.MULTILINE)
    assert said
    assert [path.name for path in tmp_path.iterdir()] == [key.name]

    sealed = tmp_path / "coquan-0001-6c52fcec.pdf.age"
    sealed.write_bytes(pyrage.encrypt(b"%PDF-", [pyrage.x25519.Recipient.from_str(said[0])]))
    [show] = re.findall(r"^ *(age --decrypt .*) \| lp$", guide, re.MULTILINE)
    assert "%PDF-" in at_terminal(show, tmp_path)


def at_terminal(command: str, folder: Path) -> str:
    """What a command says on a terminal of its own, where it is given a passphrase whenever it asks for one."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvp("sh", ["sh", "-c", command])  # noqa: S606 - the pipe is the guide's
    said, answered = b"", 0
    while chunk := heard(terminal):
        said += chunk
        # Another command of the pipe may say something behind the question.
        if len(re.findall(rb"passphrase[^\n:]*: ", said, re.IGNORECASE)) > answered:
            # What is typed before the question has turned the echo off is thrown away by that.
            while termios.tcgetattr(terminal)[3] & termios.ECHO:
                time.sleep(0.01)
            os.write(terminal, b"bon tu khong lien quan\n")
            answered += 1
    os.close(terminal)
    assert os.waitpid(child, 0)[1] == 0, said
    # What age writes to clear its question again, and the terminal's line ends.
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", said.decode())


def heard(terminal: int) -> bytes:
    """The next words on a terminal, none at its end, which Linux tells by an error."""
    with suppress(OSError):
        return os.read(terminal, 4096)
    return b""


@pytest.mark.clause("R9.4")
def test_the_operators_guide_names_every_role_and_record() -> None:
    text = text_of("van-hanh.md")
    deploy = text[text.index("## Triển khai") : text.index("## Thực hiện một thay đổi")]
    roles = re.findall(r"laocai\.mail\.([a-z]+)", (ROOT / "playbooks/site.yml").read_text(encoding="utf-8"))
    assert roles
    assert not {role for role in roles if role not in deploy}
    records = text[text.index("## Bản ghi DNS") :]
    for record in ("AAAA", "MX ", "v=spf1", "_imaps._tcp", "_submissions._tcp", "autoconfig", "autodiscover"):
        assert record in records
    assert "mail_discovery_hosts" in records
