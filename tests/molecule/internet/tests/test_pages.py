"""What role pages publishes: the files on the host, and what is answered to a program outside."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
from testinfra.host import Host
from tests.support import web
from tests.support.web import Answer

PRIVATE = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "private"
ADDRESS = "10.233.0.31"
WEB = "/var/www/danhba"


def ask(url: str, body: bytes | None = None) -> Answer:
    """Ask the host for a URL."""
    return web.ask(ADDRESS, ssl.create_default_context(cafile=str(PRIVATE / "ca.crt")), url, body)


@pytest.mark.parametrize(
    "path", ["danh-ba/index.html", "danh-ba/danh-ba.js", "huong-dan/can-bo.html", "dien-thoai/index.html"]
)
def test_files_belong_to_root_and_everybody_reads_them(host: Host, path: str) -> None:
    file = host.file(f"{WEB}/{path}")
    assert (file.user, file.group, file.mode) == ("root", "root", 0o644)


@pytest.mark.parametrize("name", ["autodiscover", "mobileconfig"])
def test_only_root_changes_the_scripts(host: Host, name: str) -> None:
    file = host.file(f"/usr/local/share/danhba/pages/{name}.php")
    assert (file.user, file.group, file.mode) == ("root", "root", 0o644)
    assert "No syntax errors" in host.check_output("php -l %s", file.path)


@pytest.mark.parametrize("path", ["danh-ba/", "huong-dan/", "huong-dan/quan-ly-hop-thu.html", "dien-thoai/"])
def test_pages_are_answered_in_vietnamese(path: str) -> None:
    answer = ask(f"https://mail.laocai.gov.vn/{path}")
    assert answer.status == 200
    assert '<html lang="vi">' in answer.text
    assert "0214 3 000 000" in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["danh-ba", "huong-dan", "dien-thoai"])
def test_who_leaves_out_the_slash_gets_there(path: str) -> None:
    answer = ask(f"https://mail.laocai.gov.vn/{path}")
    assert (answer.status, answer.headers["location"]) == (301, f"https://mail.laocai.gov.vn/{path}/")


def test_the_list_has_the_agencies_of_the_register_and_no_person() -> None:
    text = ask("https://mail.laocai.gov.vn/danh-ba/").text
    assert "mailto:contact-stttt@laocai.gov.vn" in text
    assert "nvvinh-stttt" not in text


def test_the_names_that_mail_programs_ask_are_answered() -> None:
    answer = ask("https://autoconfig.laocai.gov.vn/mail/config-v1.1.xml?emailaddress=a%40laocai.gov.vn")
    assert "<hostname>mail.laocai.gov.vn</hostname>" in answer.text
    answer = ask("https://autodiscover.laocai.gov.vn/Autodiscover/Autodiscover.xml", b"")
    assert "<ErrorCode>600</ErrorCode>" in answer.text


@pytest.mark.parametrize(
    "path", ["autodiscover.php", "autodiscover/", "danh-ba/../autoconfig/config-v1.1.xml", "danh-ba/.git", "error/"]
)
def test_nothing_else_is_served(path: str) -> None:
    answer = ask(f"https://mail.laocai.gov.vn/{path}")
    assert answer.status in {400, 404}
    assert b"<?php" not in answer.body
