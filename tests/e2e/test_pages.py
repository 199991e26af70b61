"""The public pages in a real browser: found, read, used without a mouse or a script, and without a barrier."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Chromium, Visitor
from tests.support.demo_host import addresses
from tests.support.deployment import FQDN, Deployment
from tests.support.editing import RegisterCopy

URL = f"https://{FQDN}"
PAGES = ("danh-ba/", "huong-dan/", "huong-dan/can-bo.html", "huong-dan/quan-ly-hop-thu.html", "dien-thoai/")


@pytest.fixture
def visitor(browser: Chromium) -> Iterator[Visitor]:
    """Somebody from outside."""
    with browser.visitor() as found:
        yield found


@pytest.fixture
def public(visitor: Visitor) -> Page:
    """The public page of contact mailboxes."""
    visitor.page.goto(f"{URL}/danh-ba/")
    return visitor.page


def shown(page: Page) -> Locator:
    """The agencies that a search has left."""
    return page.locator("main li:not([hidden]) > p > span").filter(visible=True)


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("path", PAGES)
def test_no_barrier(browser: Chromium, path: str, width: int) -> None:
    """WCAG 2.1 AA as far as axe can tell, and nothing to be scrolled sideways (1.4.10)."""
    with browser.visitor(width=width) as visitor:
        visitor.page.goto(f"{URL}/{path}")
        result = Axe().run(visitor.page)
        assert result.violations_count == 0, result.generate_report()
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visitor.page.locator("html").get_attribute("lang") == "vi"


@pytest.mark.clause("R5")
def test_every_open_agency_and_no_person(public: Page, register: RegisterCopy) -> None:
    links = public.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    listed = [item for item in addresses(register) if item["state"] == "open"]
    assert sorted(links) == sorted(f"mailto:{item['address']}" for item in listed if item["kind"] == "agency")
    text = public.content()
    for item in listed:
        assert item["kind"] == "agency" or item["address"] not in text


@pytest.mark.parametrize(
    ("typed", "found", "not_found"),
    [
        ("so y te", "Sở Y tế", "Sở Tư pháp"),
        ("SỞ Y TẾ", "Sở Y tế", "Sở Tư pháp"),
        ("tế y sở", "Sở Y tế", "Sở Tư pháp"),
        ("do thi dien", None, "Sở Y tế"),
        ("contact-syt", "Sở Y tế", "Sở Tư pháp"),
        ("toà án", "Tòa án nhân dân tỉnh", "Sở Y tế"),
        ("dai phat thanh", "Đài Phát thanh", "Sở Y tế"),
    ],
)
def test_search(public: Page, typed: str, found: str | None, not_found: str) -> None:
    public.get_by_label("Tìm cơ quan").fill(typed)
    expect(shown(public).filter(has_text=not_found)).to_have_count(0)
    if found:
        expect(shown(public).filter(has_text=found).first).to_be_visible()
        expect(public.get_by_role("status")).to_have_text(re.compile(r"^\d+ cơ quan$"))
    else:
        expect(public.get_by_role("status")).to_contain_text("Không có cơ quan nào")


def test_marks_count_where_they_are_typed(public: Page) -> None:
    box = public.get_by_label("Tìm cơ quan")
    box.fill("so")
    without = shown(public).count()
    box.fill("sở")
    assert 0 < shown(public).count() < without


def test_what_is_found_shows_where_it_belongs(public: Page) -> None:
    public.get_by_label("Tìm cơ quan").fill("chi cuc kiem lam")
    above = shown(public).all_inner_texts()
    assert len(above) > 1
    assert above[-1] == "Chi cục Kiểm lâm"


def test_an_emptied_search_shows_all(public: Page) -> None:
    before = shown(public).count()
    box = public.get_by_label("Tìm cơ quan")
    box.fill("<img src=x onerror=alert(1)>")
    expect(shown(public)).to_have_count(0)
    box.fill("")
    expect(shown(public)).to_have_count(before)


def test_by_keyboard_alone(public: Page) -> None:
    public.keyboard.press("Tab")
    expect(public.get_by_role("link", name="Đến danh sách")).to_be_focused()
    expect(public.get_by_role("link", name="Đến danh sách")).to_be_in_viewport()
    public.keyboard.press("Tab")
    public.keyboard.type("so y te")
    public.keyboard.press("Tab")
    public.keyboard.press("Tab")
    focused = public.evaluate("document.activeElement.getAttribute('href')")
    assert focused == "mailto:contact-syt@laocai.gov.vn"


def test_without_script_it_is_a_plain_list(browser: Chromium) -> None:
    with browser.visitor(script=False) as visitor:
        visitor.page.goto(f"{URL}/danh-ba/")
        expect(visitor.page.get_by_role("searchbox")).to_have_count(0)
        expect(visitor.page.get_by_role("link", name="contact-syt@laocai.gov.vn")).to_be_visible()


def test_policy_lets_nothing_in_from_elsewhere(mail: Deployment, visitor: Visitor) -> None:
    response = visitor.page.goto(f"{URL}/danh-ba/")
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    visitor.calm()


def test_a_copy_on_the_portal_works_too(visitor: Visitor, tmp_path: Path) -> None:
    """The folder needs no server of ours."""
    danhba = str(Path(sys.executable).with_name("danhba"))
    subprocess.run([danhba, "export", "directory", "--format", "html", "--out", str(tmp_path)], check=True)
    visitor.page.goto(f"file://{tmp_path}/index.html")
    visitor.page.get_by_label("Tìm cơ quan").fill("so y te")
    expect(shown(visitor.page).filter(has_text="Sở Y tế")).to_be_visible()


@pytest.mark.clause("R9.4")
def test_guides_lead_to_each_other_and_to_their_parts(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{URL}/huong-dan/")
    page.get_by_role("link", name="Hướng dẫn sử dụng hộp thư cho cán bộ").click()
    page.get_by_role("navigation", name="Mục lục").get_by_role("link", name="Quên hoặc lộ mật khẩu").click()
    expect(page.get_by_role("heading", name="Quên hoặc lộ mật khẩu")).to_be_in_viewport()
    page.get_by_role("link", name="Hướng dẫn quản lý hộp thư cơ quan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hướng dẫn quản lý hộp thư cơ quan")


@pytest.mark.clause("R9.4")
@pytest.mark.parametrize("guide", ["can-bo", "quan-ly-hop-thu"])
def test_every_picture_of_a_guide_is_there(visitor: Visitor, guide: str) -> None:
    visitor.page.goto(f"{URL}/huong-dan/{guide}.html")
    pictures = visitor.page.locator("main img")
    assert pictures.count() >= 3
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("image => image.naturalWidth") > 300, picture.get_attribute("src")
        assert len(picture.get_attribute("alt") or "") > 20


def test_a_telephone_gets_its_profile(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{URL}/dien-thoai/")
    page.get_by_label("Địa chỉ thư").fill("nvvinh-stttt@laocai.gov.vn")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải hồ sơ cài đặt").click()
    assert download.value.suggested_filename == "laocai.gov.vn.mobileconfig"
    assert b"nvvinh-stttt@laocai.gov.vn" in Path(download.value.path()).read_bytes()


def test_the_code_is_read_as_the_address_of_the_page(visitor: Visitor, tmp_path: Path) -> None:
    """By a reader of codes; and the picture is never smaller than one needs."""
    page = visitor.page
    page.goto(f"{URL}/dien-thoai/")
    code = page.get_by_role("img", name="Mã QR")
    expect(code).to_be_visible()
    box = code.bounding_box()
    assert box
    assert box["width"] >= 150
    assert box["width"] == pytest.approx(box["height"])
    picture = tmp_path / "code.png"
    code.screenshot(path=picture)
    read = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], check=True, capture_output=True, text=True)
    assert read.stdout.strip() == f"{URL}/dien-thoai/"


def test_the_page_follows_the_register(mail: Deployment, register: RegisterCopy, visitor: Visitor) -> None:
    register.replace("agencies/syt.yml", "name: Sở Y tế", "name: Sở Y tế & Dân số")
    try:
        mail.play("accounts")
        visitor.page.goto(f"{URL}/danh-ba/")
        expect(visitor.page.locator("main li > p > span").filter(has_text="Sở Y tế & Dân số")).to_have_count(1)
    finally:
        register.replace("agencies/syt.yml", "name: Sở Y tế & Dân số", "name: Sở Y tế")
        mail.play("accounts")
