"""An official's first day at the webmail, and a custodian's, as they see it in a browser (R5, R9.2, R10.1, R11.1).

Each test is one step of a story and stands on those before it. The screenshots are those of the guides in `docs/vi`.
"""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyrage
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.support.browser import Chromium, Visitor
from tests.support.demo_host import AGAIN
from tests.support.deployment import FQDN, Deployment
from tests.support.editing import RegisterCopy
from tests.support.letters import bundles, pages, read

from .conftest import Demo
from .post import Correspondent
from .roundcube import URL, Roundcube

AGENCY, CUSTODIAN = "sgtvt", "001203"
OFFICIAL = "nddat-sgtvt@laocai.gov.vn"
MAILBOX = "contact-sgtvt@laocai.gov.vn"
COLLEAGUE, COLLEAGUE_NAME = "nvthai-stp@laocai.gov.vn", "Nguyễn Văn Thái"

# Not the same twice: what was used once is refused, also on a host that is used again.
CHOSEN = f"Hoa đào nở sớm ở Tả Phìn {secrets.token_hex(3)}"
CHOSEN_BY_CUSTODIAN = f"Ruộng bậc thang mùa nước đổ {secrets.token_hex(3)}"
# What is wrong with a password, and a word of the reason that its owner is told.
UNSUITABLE = {
    "Mưa phùn": "quá ngắn",
    "Nguyễn Đức Đạt đi làm": "tên của chủ hộp thư",
    "thẻ ra vào nddat-sgtvt số 5": "địa chỉ thư",
    "matkhau123456": "dễ đoán",
}
SUBJECT = "Giấy mời họp: triển khai Quy chế thư điện tử"
TEXT = "Kính gửi đồng chí,\n\nTrân trọng mời đồng chí dự họp. Nội dung trong tệp gửi kèm.\n"
ATTACHMENT = "Giấy mời họp – phòng số 2.txt"
WAITING = ("Thông báo nghỉ Tết Dương lịch", "Báo cáo kết quả công tác quý IV", "Lịch họp giao ban tháng 12")
# Has a glyph for every Vietnamese letter, which fonts of fixed width often have not: the second mark stands apart then.
FONT = re.compile("^Roboto")
FIXED = re.compile("monospace")
FOLDER = "Công văn đến"
FILED = "Công văn số 12 về phòng cháy rừng"
WELCOME = "Hộp thư công vụ của ông/bà đã mở: những việc nên làm trước"
WELCOME_TO_AGENCY = "Hộp thư công vụ của cơ quan đã mở: những việc nên làm trước"
SUPPORT = "0214 3 000 000"
REFUSED = "Địa chỉ thư hoặc mật khẩu không đúng"
# Each part of the settings, by Roundcube's class, and how many pages it has within it.
SETTINGS = {"preferences": 6, "folders": 0, "identities": 1, "responses": 0, "filter": 0, "vacation": 0}


@dataclass
class Story:
    """What the two people have in their hands: the one-time password of each mailbox, and all that the letters say."""

    letters: dict[str, str] = field(repr=False)
    text: str = field(repr=False)
    folder: Path


@pytest.fixture(scope="module")
def identity() -> pyrage.x25519.Identity:
    """The custodian's own key pair, made on the custodian's own machine."""
    return pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def bundle(mail: Deployment, identity: pyrage.x25519.Identity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The letters of the agency, issued anew and encrypted to the key that the register names for its custodian."""
    folder = tmp_path_factory.mktemp("first-day")
    register = RegisterCopy(mail.register)
    file = f"agencies/{AGENCY}.yml"
    line = f'person: "{CUSTODIAN}", document: 14/GUQ-SGTVT, date: 2021-08-27, as: delegate'
    original = register.agency(AGENCY).read_text(encoding="utf-8")
    register.replace(file, line, f"{line}, key: {identity.to_public()}")
    without = {name: value for name, value in mail.variables.items() if name != "letters_key"}
    try:
        replace(mail, variables=without).play(
            "passwords",
            accounts=[OFFICIAL, MAILBOX],
            document="15/BC-SGTVT",
            document_date="2010-10-15",
            letters_key="",
            letters_dir=str(folder),
        )
    finally:
        register.agency(AGENCY).write_text(original, encoding="utf-8")
    (found,) = bundles(folder, AGENCY)
    return found


@pytest.fixture(scope="module")
def scene(bundle: Path, identity: pyrage.x25519.Identity, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The letters, opened with the right key."""
    opened = pyrage.decrypt(bundle.read_bytes(), [identity])
    return Story(read(opened), " ".join(" ".join(pages(opened)).split()), tmp_path_factory.mktemp("files"))


@pytest.fixture(autouse=True)
def step(story: Callable[[], None], request: pytest.FixtureRequest) -> Iterator[None]:
    """One step: none where an earlier one failed, and afterwards no browser may have complained."""
    story()
    yield
    for name in ("official", "custodian"):
        if name in request.fixturenames:
            request.getfixturevalue(name).visitor.calm()


@pytest.fixture(scope="module")
def official(browser: Chromium) -> Iterator[Roundcube]:
    """The official at a browser."""
    with browser.visitor() as visitor:
        yield Roundcube(visitor)


@pytest.fixture(scope="module")
def custodian(browser: Chromium) -> Iterator[Roundcube]:
    """The custodian at another one."""
    with browser.visitor() as visitor:
        yield Roundcube(visitor)


@pytest.fixture(scope="module")
def colleague(mail: Deployment) -> Correspondent:
    """Somebody in another agency, with a mail program."""
    return Correspondent(mail, COLLEAGUE_NAME, COLLEAGUE, mail.choose(COLLEAGUE))


def look(webmail: Roundcube, name: str) -> None:
    """A screenshot for the guides, of a page that is all Vietnamese with nothing cut off."""
    webmail.visitor.shot(name)
    assert webmail.english() == []
    assert webmail.cut_off() == []


def without_barrier(webmail: Roundcube) -> None:
    """WCAG 2.1 AA as far as axe can tell."""
    result = Axe().run(webmail.page)
    assert result.violations_count == 0, result.generate_report()


def kind(field: Locator) -> str:
    """Whether a field shows what is typed."""
    return str(field.get_attribute("type"))


def test_the_demo_says_where_the_webmail_is_and_no_password(demo: Demo) -> None:
    if AGAIN:
        pytest.skip("the demo ran before")
    for shown in (f"https://{FQDN}/", "--host-resolver-rules", "ca.crt", "age -d -i"):
        assert shown in demo.output
    known = {*demo.deployment.issued.values(), *demo.deployment.passwords.values()}
    assert [password for password in known if password in demo.output] == []


class TestLetter:
    def test_a_wrong_key_opens_nothing(self, bundle: Path) -> None:
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(bundle.read_bytes(), [pyrage.x25519.Identity.generate()])

    def test_age_opens_it_with_the_custodians_key(
        self, bundle: Path, identity: pyrage.x25519.Identity, scene: Story
    ) -> None:
        key = scene.folder / "key.txt"
        key.touch(mode=0o600)
        key.write_text(f"{identity}\n", encoding="ascii")
        opened = subprocess.run(
            ["age", "--decrypt", "--identity", str(key), str(bundle)], check=True, capture_output=True
        ).stdout
        assert set(read(opened)) == {OFFICIAL, MAILBOX}

    def test_a_letter_says_what_to_do(self, scene: Story) -> None:
        for said in ("Nguyễn Đức Đạt", OFFICIAL, FQDN, "Đổi mật khẩu ngay (khoản 1 Điều 10)", "0214 3 000 000"):
            assert said in scene.text


class TestOfficial:
    def test_the_webmail_says_where_one_is(self, official: Roundcube) -> None:
        official.open()
        page = official.page
        assert page.url.startswith(f"{URL}/")
        for said in ("bí mật nhà nước", SUPPORT):
            expect(page.locator("body")).to_contain_text(said)
        look(official, "dang-nhap")
        without_barrier(official)

    def test_the_typed_password_can_be_shown_by_keys_alone(self, official: Roundcube) -> None:
        page, password = official.page, official.page.locator("#rcmloginpwd")
        password.fill("Kx7-Qm2")
        password.press("Tab")
        button = page.locator("#danhba-show")
        expect(button).to_be_focused()
        expect(button).to_have_text("Hiện mật khẩu")
        button.press("Enter")
        assert (kind(password), password.input_value()) == ("text", "Kx7-Qm2")
        expect(button).to_have_text("Ẩn mật khẩu")
        look(official, "hien-mat-khau")
        without_barrier(official)
        button.press("Space")
        assert kind(password) == "password"
        expect(button).to_have_text("Hiện mật khẩu")

    def test_a_password_that_is_shown_is_sent_as_a_password(self, official: Roundcube) -> None:
        """So that the browser offers to keep it, and does not show it to the next one."""
        page = official.page
        page.fill("#rcmloginuser", OFFICIAL)
        page.click("#danhba-show")
        page.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
        page.click("#rcmloginsubmit")
        assert kind(page.locator("#rcmloginpwd")) == "password"

    def test_mail_comes_before_the_first_sign_in(self, colleague: Correspondent) -> None:
        for subject in WAITING:
            colleague.send(OFFICIAL, subject)

    def test_a_wrong_password_is_told_in_vietnamese(self, official: Roundcube) -> None:
        official.sign_in(OFFICIAL, "không phải mật khẩu này")
        expect(official.page.locator(".danhba-alert")).to_contain_text(REFUSED)
        look(official, "sai-mat-khau")
        without_barrier(official)
        official.visitor.expect_trouble("401")

    def test_it_is_told_once(self, official: Roundcube) -> None:
        expect(official.page.get_by_text(REFUSED).filter(visible=True)).to_have_count(1)
        expect(official.page.get_by_role("alert")).to_have_count(1)

    @pytest.mark.clause("R10.1")
    def test_the_letters_password_leads_to_the_change_page_alone(self, official: Roundcube, scene: Story) -> None:
        official.sign_in(OFFICIAL, scene.letters[OFFICIAL])
        assert official.asks_to_change()
        look(official, "doi-mat-khau")
        for query in ("?_task=mail", "?_task=addressbook", "?_task=settings", "?_task=mail&_action=compose"):
            official.open(query)
            assert official.page.locator("#messagelist, #contacts-table, #settings-menu, #compose-subject").count() == 0
            assert official.asks_to_change() or official.page.locator("#rcmloginuser").count() == 1
        official.visitor.expect_trouble("401|403")
        official.sign_in(OFFICIAL, scene.letters[OFFICIAL])
        assert official.asks_to_change()

    def test_the_rules_are_told_before_anything_is_typed(self, official: Roundcube) -> None:
        page = official.page
        rules = page.locator("#danhba-rules")
        for rule in ("ít nhất 10 ký tự", "họ tên", "dễ đoán", "đã dùng trước đây"):
            expect(rules).to_contain_text(rule)
        expect(page.locator("body")).to_contain_text(SUPPORT)
        expect(page.locator("#danhba-new")).to_be_focused()
        expect(page.locator("#danhba-new")).to_have_attribute("aria-describedby", "danhba-rules")
        above, below = rules.bounding_box(), page.locator("#danhba-new").bounding_box()
        assert above
        assert below
        assert above["y"] + above["height"] <= below["y"]
        without_barrier(official)

    @pytest.mark.parametrize(("password", "reason"), UNSUITABLE.items())
    def test_an_unsuitable_password_is_refused_with_its_reason(
        self, official: Roundcube, password: str, reason: str
    ) -> None:
        official.change(password)
        assert reason in official.refusal()

    def test_the_letters_own_password_is_refused(self, official: Roundcube, scene: Story) -> None:
        official.change(scene.letters[OFFICIAL])
        assert "khác mật khẩu đang dùng" in official.refusal()

    def test_both_must_be_the_same(self, official: Roundcube) -> None:
        official.change(CHOSEN, f"{CHOSEN}!")
        assert "không giống nhau" in official.refusal()
        look(official, "mat-khau-bi-tu-choi")

    def test_what_was_typed_stays_in_the_browser(self, official: Roundcube) -> None:
        """In its fields, to be mended; in no page that the server sends."""
        page = official.page
        assert [page.input_value(f"#danhba-{name}") for name in ("new", "again")] == [CHOSEN, f"{CHOSEN}!"]
        expect(page.locator("#danhba-new")).to_be_focused()
        assert CHOSEN not in page.content()
        page.click("#danhba-show")
        assert [kind(page.locator(f"#danhba-{name}")) for name in ("new", "again")] == ["text", "text"]
        without_barrier(official)
        page.click("#danhba-show")

    def test_a_good_one_opens_the_mailbox(self, official: Roundcube) -> None:
        official.change(CHOSEN)
        official.page.wait_for_selector("#mailboxlist")
        official.mail()
        assert official.folders() == ["Hộp thư đến", "Thư nháp", "Đã gửi", "Thư rác", "Thùng rác", "Lưu trữ"]
        assert set(official.subjects()) == {WELCOME, *WAITING}
        look(official, "hop-thu")

    def test_whose_mailbox_it_is_stands_above_it(self, official: Roundcube) -> None:
        header = official.page.locator("#layout-sidebar .username")
        expect(header).to_contain_text("Nguyễn Đức Đạt")
        expect(header).to_contain_text(OFFICIAL)

    @pytest.mark.clause("R10.9")
    def test_the_first_message_says_what_to_do_and_whom_to_call(self, official: Roundcube) -> None:
        body = official.read(WELCOME).locator("#messagebody")
        for said in (
            "Kính gửi ông/bà Nguyễn Đức Đạt",
            OFFICIAL,
            "hai lần mỗi ngày làm việc",
            "bí mật nhà nước",
            SUPPORT,
        ):
            expect(body).to_contain_text(said)
        guide = body.locator("a", has_text="huong-dan/can-bo.html")
        expect(guide).to_have_attribute("href", f"{URL}/huong-dan/can-bo.html")
        look(official, "thu-dau-tien")

    def test_it_is_a_message_like_any_other(self, mail: Deployment) -> None:
        (message,) = [message for message in mail.server.inbox(OFFICIAL, CHOSEN) if message["Subject"] == WELCOME]
        assert message["From"].addresses[0].addr_spec == "contact-stttt@laocai.gov.vn"
        assert message["To"].addresses[0].addr_spec == OFFICIAL
        assert message["Auto-Submitted"] == "auto-generated", "no automatic reply answers it"
        for form in ("plain", "html"):
            text = message.get_body((form,))
            assert text
            for said in ("Nguyễn Đức Đạt", f"{URL}/huong-dan/can-bo.html", f"{URL}/dien-thoai/", SUPPORT):
                assert said in text.get_content()

    @pytest.mark.clause("R9.2")
    def test_quota_is_shown(self, official: Roundcube) -> None:
        assert "2.0 GB" in official.quota()

    def test_a_colleague_is_completed_without_marks(self, official: Roundcube) -> None:
        official.compose()
        proposals = official.complete("nguyen van thai")
        assert any(COLLEAGUE_NAME in text and COLLEAGUE in text for text in proposals), proposals
        assert "Chuyên viên chính, Sở Tư pháp" in proposals[0]
        look(official, "goi-y-nguoi-nhan")
        official.accept(COLLEAGUE)

    def test_who_gets_copies_is_seen(self, official: Roundcube) -> None:
        for label in ("Đồng gửi", "Đồng gửi ẩn"):
            expect(official.page.get_by_text(label, exact=True).filter(visible=True)).to_be_visible()
        for part in ("cc", "bcc"):
            expect(official.page.locator(f"#compose_{part} .recipient-input input")).to_be_visible()

    def test_the_sender_is_the_official_and_nobody_else(self, official: Roundcube) -> None:
        shown = official.page.locator("#_from option").all_inner_texts()
        assert [text.strip() for text in shown] == [f"Nguyễn Đức Đạt <{OFFICIAL}>"]

    @pytest.mark.parametrize("said", ["Gửi kèm", "kèm theo", "xin xem file", "dinh kem", "ke hoach.pdf", "đính kèm"])
    def test_a_forgotten_attachment_is_noticed(self, official: Roundcube, said: str) -> None:
        page, dialog = official.page, official.page.get_by_role("dialog")
        page.fill("#compose-subject", "Kế hoạch")
        official.editor().fill(f"Kính gửi đồng chí, {said} kế hoạch quý I.")
        official.try_to_send()
        expect(dialog).to_contain_text("Thư nhắc đến tệp gửi kèm nhưng chưa có tệp nào")
        look(official, "quen-dinh-kem")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

    def test_a_message_with_an_attachment_is_sent(self, official: Roundcube, scene: Story) -> None:
        file = scene.folder / ATTACHMENT
        file.write_text("Thời gian: 8 giờ 00, thứ Hai.\n", encoding="utf-8")
        official.page.fill("#compose-subject", SUBJECT)
        official.editor().fill("")
        official.write(TEXT)
        official.attach(file)
        look(official, "soan-thu")
        official.send()
        official.mail("Đã gửi")
        assert SUBJECT in official.subjects()

    def test_the_colleague_receives_it(self, colleague: Correspondent) -> None:
        message = colleague.receive(SUBJECT)
        assert message["From"].addresses[0].display_name == "Nguyễn Đức Đạt"
        assert message["From"].addresses[0].addr_spec == OFFICIAL
        (attachment,) = message.iter_attachments()
        assert attachment.get_filename() == ATTACHMENT
        for form in ("plain", "html"):
            body = message.get_body((form,))
            assert body
            assert "Trân trọng mời đồng chí dự họp." in body.get_content()

    def test_a_folder_and_a_filter_are_made(self, official: Roundcube) -> None:
        official.create_folder(FOLDER)
        official.create_filter("Công văn đến", contains="Công văn", folder=FOLDER)
        official.page.locator("#filterslist tr", has_text="Công văn đến").click()
        official.page.frame_locator("#filter-box").locator("#_name").wait_for()
        look(official, "bo-loc")

    def test_a_vacation_notice_is_set(self, official: Roundcube) -> None:
        official.vacation(
            "Đi công tác", "Tôi đi công tác đến hết thứ Sáu. Việc gấp xin gửi contact-sgtvt@laocai.gov.vn."
        )
        frame = official.page.frame_locator("iframe")
        assert (
            official.page.locator("#vacation_from:visible").count() + frame.locator("#vacation_from:visible").count()
            == 0
        )
        look(official, "tra-loi-vang-mat")

    def test_the_filter_files_and_the_notice_answers(self, official: Roundcube, colleague: Correspondent) -> None:
        colleague.send(OFFICIAL, FILED)
        official.mail(FOLDER)
        official.wait_for(FILED)
        assert official.subjects() == [FILED]
        answer = colleague.receive("Đi công tác")
        assert answer["From"].addresses[0].addr_spec == OFFICIAL

    def test_messages_are_archived_and_marked_as_junk(
        self, mail: Deployment, official: Roundcube, colleague: Correspondent, today: str
    ) -> None:
        colleague.send(OFFICIAL, "Trúng thưởng lớn")
        official.mail("Hộp thư đến")
        frame = official.read(WAITING[0])
        expect(frame.locator("#messagebody")).to_contain_text("Nội dung tiếng Việt có dấu")
        expect(frame.locator("#messagebody div.pre").first).to_have_css("font-family", FONT)
        look(official, "doc-thu")
        official.put_away(WAITING[0], "archive")
        official.read("Trúng thưởng lớn")
        official.put_away("Trúng thưởng lớn", "junk")
        assert set(official.subjects()) == {WELCOME, *WAITING[1:]}
        official.mail("Thư rác")
        official.wait_for("Trúng thưởng lớn")
        assert official.subjects() == ["Trúng thưởng lớn"]
        archived = mail.server.inbox(OFFICIAL, CHOSEN, f"Archive/{today[:4]}")
        assert [str(message["Subject"]) for message in archived] == [WAITING[0]]

    def test_a_link_from_elsewhere_does_not_end_the_session(self, official: Roundcube) -> None:
        """It comes without the cookies; the session in the other window must outlive it."""
        page = official.visitor.context.new_page()
        page.goto(f"data:text/html,<a href='{URL}/?_task=mail'>x</a>")
        page.click("a")
        page.wait_for_selector("#mailboxlist")
        page.close()
        official.mail()

    def test_the_address_book_is_there(self, official: Roundcube) -> None:
        official.search_people("so giao thong")
        for name in ("Sở Giao thông vận tải", "Nguyễn Đức Đạt"):
            expect(official.page.locator("#contacts-table")).to_contain_text(name)
        look(official, "danh-ba")

    def test_a_contact_is_shown_as_it_is_written(self, official: Roundcube) -> None:
        """Family name first, and nothing a second time without its marks."""
        official.page.locator("#contacts-table tr", has_text="Nguyễn Đức Đạt").click()
        head = official.page.frame_locator("#contact-frame").locator("#contacthead")
        expect(head).to_contain_text("Nguyễn Đức Đạt")
        expect(head).to_contain_text("Sở Giao thông vận tải")
        expect(head).not_to_contain_text("So Giao thong van tai")

    @pytest.mark.parametrize(("tab", "sections"), SETTINGS.items())
    def test_no_setting_is_english(self, official: Roundcube, tab: str, sections: int) -> None:
        official.settings(tab)
        assert official.english() == []
        rows = official.page.locator("#sections-table tr, #identities-table tr")
        expect(rows).to_have_count(sections)
        for row in rows.all():
            with official.page.expect_response(lambda response: "_framed=1" in response.url):
                row.click()
            official.page.frame_locator("#preferences-frame").locator("form").first.wait_for()
            assert official.english() == []

    def test_the_editor_is_vietnamese_too(self, official: Roundcube) -> None:
        official.compose()
        assert official.english() == []
        assert "Lưu trữ" in official.chosen_from("#compose-store-target")
        official.page.get_by_label("Thêm...", exact=True).click()
        for menu in ("Phông chữ", "Cỡ chữ", "Bảng"):
            official.page.get_by_label(menu, exact=True).click()
            official.page.locator(".tox-menu").first.wait_for()
            assert official.english() == []
            official.page.keyboard.press("Escape")
        for dialog in ("Chèn, sửa liên kết", "Chèn, sửa ảnh"):
            official.page.get_by_label(dialog, exact=True).click()
            official.page.locator(".tox-dialog").wait_for()
            look(official, "soan-thu-lien-ket")
            official.page.keyboard.press("Escape")
            expect(official.page.locator(".tox-dialog")).to_have_count(0)
        official.open("?_task=mail")

    def test_a_later_change_needs_the_password_in_force(self, official: Roundcube) -> None:
        official.settings("danhba-password")
        official.change("Suối Mường Hoa chảy xiết", old="đây không phải mật khẩu")
        assert "Mật khẩu hiện tại không đúng" in official.refusal()
        assert SUPPORT in official.page.locator("#layout-content").inner_text()
        expect(official.page.locator("#danhba-old")).to_be_focused()

    def test_after_leaving_nothing_is_shown(self, official: Roundcube) -> None:
        official.mail()
        official.sign_out()
        look(official, "da-thoat")
        official.page.go_back()
        official.page.wait_for_load_state()
        expect(official.page.locator("#rcmloginuser")).to_be_visible()
        assert official.page.locator("#messagelist tr").count() == 0
        official.visitor.expect_trouble("401")


class TestCustodian:
    def test_the_contact_mailbox_has_a_first_password_too(
        self, custodian: Roundcube, scene: Story, colleague: Correspondent
    ) -> None:
        colleague.send(MAILBOX, "Đề nghị phối hợp bảo trì đường tỉnh 155")
        custodian.sign_in(MAILBOX, scene.letters[MAILBOX])
        assert custodian.asks_to_change()
        custodian.change(CHOSEN_BY_CUSTODIAN)
        custodian.page.wait_for_selector("#mailboxlist")
        custodian.mail()
        custodian.wait_for("Đề nghị phối hợp")
        assert WELCOME_TO_AGENCY in custodian.subjects()
        look(custodian, "hop-thu-co-quan")

    def test_a_message_to_the_agency_is_read(self, custodian: Roundcube) -> None:
        frame = custodian.read("Đề nghị phối hợp")
        expect(frame.locator("#message-header")).to_contain_text(COLLEAGUE_NAME)
        look(custodian, "doc-thu-co-quan")

    @pytest.mark.clause("R10.2", "R11.1")
    def test_it_is_answered_as_the_agency_only(self, custodian: Roundcube, colleague: Correspondent) -> None:
        custodian.press("reply")
        custodian.page.wait_for_selector("#compose-subject")
        senders = custodian.page.locator("#_from option").all_inner_texts()
        assert [text.strip() for text in senders] == [f"Sở Giao thông vận tải <{MAILBOX}>"]
        custodian.write("Sở Giao thông vận tải đồng ý phối hợp.")
        quoted = custodian.editor().get_by_text("Nội dung tiếng Việt có dấu")
        expect(quoted).not_to_have_css("font-family", FIXED)
        look(custodian, "tra-loi-thu-co-quan")
        custodian.send()
        answer = colleague.receive("Re: Đề nghị phối hợp bảo trì đường tỉnh 155")
        assert [item.addr_spec for item in answer["From"].addresses] == [MAILBOX]
        body = answer.get_body(("html",))
        assert body
        assert "Nội dung tiếng Việt có dấu" in body.get_content()
        assert not FIXED.search(body.get_content())

    def test_the_settings_have_the_values_for_a_phone(self, custodian: Roundcube) -> None:
        custodian.settings("danhba-programs")
        body = custodian.page.locator("#layout-content")
        for value in (MAILBOX, FQDN, "993", "995", "636", "IMAP", "SMTP"):
            expect(body).to_contain_text(value)
        look(custodian, "may-tinh-dien-thoai")

    def test_the_page_for_a_phone_has_them_too(self, custodian: Roundcube) -> None:
        custodian.open("dien-thoai/")
        for value in (FQDN, "993", "IMAP", "SMTP"):
            expect(custodian.page.locator("body")).to_contain_text(value)
        custodian.visitor.shot("dien-thoai")


@pytest.fixture(scope="module")
def telephone(browser: Chromium) -> Iterator[Visitor]:
    """A browser as narrow as a telephone."""
    with browser.visitor(width=390, height=844) as visitor:
        yield visitor


def test_the_webmail_fits_a_telephone(telephone: Visitor) -> None:
    webmail = Roundcube(telephone)
    webmail.sign_in(OFFICIAL, CHOSEN)
    webmail.page.locator("#messagelist tr.message:visible").first.wait_for()
    webmail.settle()
    webmail.page.locator("#messagestack .loading").wait_for(state="hidden")
    telephone.shot("hop-thu-dien-thoai")
    width = webmail.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
