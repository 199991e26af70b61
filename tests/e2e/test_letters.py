"""Letters on a real server: issued, opened by age as custodians do, of use once, handed over once (R10.1, R10.5)."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo_host import addresses
from tests.support.deployment import Deployment, PlaybookFailed, changed
from tests.support.editing import RegisterCopy
from tests.support.letters import bundles, new_key, open_bundle, pages, read_key

# A sample agency whose custodian has no key of the sample's own.
AGENCY, FILE = "skhdt", "agencies/skhdt.yml"
DOCUMENT = "21/BC-SKHDT"


@dataclass(frozen=True)
class Issued:
    """Two reissued passwords of one agency, in letters for its custodian's key."""

    mail: Deployment
    letters: Path
    key: Path
    accounts: tuple[str, str]
    said: str

    @property
    def bundle(self) -> Path:
        (found,) = bundles(self.letters)
        return found


@pytest.fixture(scope="module")
def issued(mail: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Issued:
    folder = tmp_path_factory.mktemp("letters")
    register = RegisterCopy(Path(shutil.copytree(mail.register, folder / "directory")))
    public = new_key(folder / "custodian.key")
    entry = re.findall(r"- \{person: .*?\}", register.agency(AGENCY).read_text(encoding="utf-8"))[-1]
    register.replace(FILE, entry, f"{entry[:-1]}, key: {public}}}")
    person = re.search(r'person: "(\w+)"', entry)
    assert person
    official = next(str(item["address"]) for item in addresses(register) if item["id"] == person[1])
    accounts = (f"contact-{AGENCY}@laocai.gov.vn", official)
    # The lab's key would be used in place of the custodian's.
    with_keys = replace(mail, register=register.path)
    letters = folder / "private" / "letters"
    said = with_keys.play(
        "passwords",
        "-vvv",
        accounts=list(accounts),
        document=DOCUMENT,
        document_date="2010-10-15",
        letters_dir=str(letters),
        letters_key="",
    )
    return Issued(with_keys, letters, folder / "custodian.key", accounts, said)


@pytest.mark.clause("R10.1", "R11.1")
def test_age_opens_a_bundle_with_the_custodians_key_alone(issued: Issued, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    new_key(other)
    for key, status in ((issued.key, 0), (other, 1), (issued.mail.letters_key_file, 1)):
        done = subprocess.run(["age", "-d", "-i", str(key), str(issued.bundle)], capture_output=True, check=False)
        assert (done.returncode, done.stdout[:5]) == (status, b"%PDF-" if status == 0 else b"")


def opened(issued: Issued) -> list[str]:
    """The text of the pages, by the command that custodians are told."""
    done = subprocess.run(["age", "-d", "-i", str(issued.key), str(issued.bundle)], capture_output=True, check=True)
    return pages(done.stdout)


def test_a_page_says_for_whom_it_is(issued: Issued) -> None:
    contact, official = (" ".join(page.split()) for page in opened(issued))
    assert "người quản lý hộp thư của Sở Kế hoạch và Đầu tư" in contact
    assert issued.accounts[0] in contact
    assert issued.accounts[1] in official
    for page in (contact, official):
        assert "PHIẾU CẤP HỘP THƯ ĐIỆN TỬ CÔNG VỤ" in page
        assert f"Căn cứ văn bản số {DOCUMENT}" in page
        assert "https://mail.laocai.gov.vn/" in page


@pytest.mark.clause("R10.1")
def test_its_password_opens_nothing_but_the_change(issued: Issued) -> None:
    """R10.1: the mailbox is shut until it is changed, and open with the new one afterwards."""
    letters = open_bundle(issued.bundle, read_key(issued.key))
    assert set(letters) == set(issued.accounts)
    for address, password in letters.items():
        answer = issued.mail.ask({"request": "sign_in", "address": address, "password": password})
        assert answer["answer"] == "initial"
        assert not issued.mail.server.may_log_in(address, password)


def test_the_batch_is_on_the_hosts_record(issued: Issued) -> None:
    """The letters' number leads to the run that stored their passwords."""
    number = re.search(r"Số: ([0-9A-F]{8})-\d{3}/PCHT-STTTT", opened(issued)[0])
    assert number
    query = f"SELECT document FROM mail.audit JOIN mail.run USING (run) WHERE batch::text LIKE '{number[1].lower()}%'"
    documents = issued.mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{query}"').stdout.split()
    assert documents == [DOCUMENT] * 2


def test_the_manifest_has_no_secret(issued: Issued) -> None:
    said = issued.bundle.with_name("manifest.json").read_text(encoding="utf-8")
    assert json.loads(said)["bundles"][0]["reader"]["owner"] == "custodian"
    passwords = open_bundle(issued.bundle, read_key(issued.key)).values()
    assert [password for password in passwords if password in said + issued.said] == []


def test_letters_are_handed_over_once(issued: Issued, tmp_path: Path) -> None:
    to, before = tmp_path / "stick", sorted(issued.letters.rglob("*"))
    variables: dict[str, Any] = {"letters_dir": str(issued.letters), "to": str(to)}
    assert "Sẽ bàn giao 2 phiếu của 1 cơ quan" in issued.mail.play("letters", "--check", **variables)
    assert not to.exists()
    assert sorted(issued.letters.rglob("*")) == before

    said = issued.mail.play("letters", **variables)
    assert "Đã chép 2 phiếu của 1 cơ quan" in said
    assert changed(said) == 1
    (given,) = to.glob("*.age")
    assert given.read_bytes() == issued.bundle.read_bytes()
    (table,) = to.glob("*.csv")
    (row,) = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines())
    assert (row["Mã cơ quan"], row["Số phiếu"], row["Mã hóa cho"]) == (AGENCY, "2", "khóa của người quản lý")

    again = " ".join(issued.mail.play("letters", **variables).split())
    assert "Không có phiếu nào chờ bàn giao" in again
    assert "cấp lại là cấp mật khẩu mới" in again
    assert changed(again) == 0


def test_nowhere_to_hand_over_to_is_refused(issued: Issued) -> None:
    _refused(issued)
    _refused(issued, to="phieu")


def _refused(issued: Issued, **variables: Any) -> None:
    with pytest.raises(PlaybookFailed) as refusal:
        issued.mail.play("letters", letters_dir=str(issued.letters), **variables)
    assert "Chưa nói bàn giao vào thư mục nào" in refusal.value.output
