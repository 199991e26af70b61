"""Functions that action plugins share on the controller: reading the register, writing private files."""

from __future__ import annotations

import getpass
import os
import socket
from datetime import date
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.addresses.issuing import Issued
from ansible_collections.laocai.mail.plugins.module_utils.danhba.checking import check as core
from ansible_collections.laocai.mail.plugins.module_utils.danhba.checking.cache import of_the_user
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.findings import Finding, binding
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Province, Register
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading import loader, source
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.schema import parse_day
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rules import province as rules

from ..module_utils import durable
from ..module_utils.danhba.jsontext import pretty
from ..module_utils.danhba.messages import both
from ..module_utils.danhba.rendering import findings as show
from ..module_utils.failure import Failure

# Maximum number of findings in a result; `danhba check` prints all.
RESULT_LIMIT = 20


class RegisterRefused(Failure):
    """Raised for a register with errors; `findings` are the first ones, with the keys of `danhba check`."""

    def __init__(self, findings: list[Finding]) -> None:
        stopping = binding(findings)
        self.findings = [show.as_data(finding, "vi") for finding in stopping[:RESULT_LIMIT]]
        super().__init__(
            f"Sổ có {len(stopping)} lỗi; sửa trước rồi chạy lại. Chưa có gì thay đổi. Xem đủ: danhba check\n"
            + show.text(stopping[:RESULT_LIMIT], "vi"),
            f"The register has {len(stopping)} errors; correct them and run again. Nothing was changed. "
            "See them all: danhba check",
        )


def read_register(directory: Path) -> tuple[Register, Issued]:
    """Return the register with its addresses; raise Failure if it cannot be read or has errors."""
    checked = core.check(_files(directory), results=of_the_user())
    if checked.usable is None:
        raise RegisterRefused(checked.findings)
    return checked.usable


def _files(directory: Path) -> list[source.File]:
    try:
        return source.from_directory(directory)
    except source.Unusable as error:
        vi, en = both(error.template, error.values)
        raise Failure(vi, en) from error


class SampleRefused(Failure):
    """Raised for a sample register and a host that is not a test host."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"Sổ ở {directory} là sổ mẫu (sample: true trong province.yml): người, văn bản, khóa đều giả định, chỉ đưa "
            "lên máy thử (test_host: true trong inventory của máy thử). Lập sổ của tỉnh: danhba init THƯ_MỤC. Chưa có "
            "gì thay đổi.",
            f"The register in {directory} is a sample (sample: true in province.yml): its people, documents and keys "
            "are made up, so it goes to a test host alone (test_host: true in that host's inventory). Begin the "
            "province's own: danhba init DIR. Nothing was changed.",
        )


def read_register_for(directory: Path, *, test_host: bool) -> tuple[Register, Issued]:
    """Return the register if it may be applied to that host; raise Failure as `read_register` does."""
    register, issued = read_register(directory)
    _for_that_host(register.province, directory, test_host=test_host)
    return register, issued


def read_province_for(directory: Path, *, test_host: bool) -> Province:
    """Return `province.yml` if its register may be applied to that host; raise Failure as `read_register` does.

    Agencies are not checked: the playbook's next step reads them, and refuses by itself.
    """
    province, findings = loader.province(_files(directory))
    findings = [*findings, *(rules.alone(province) if province else ())]
    if province is None or binding(findings):
        raise RegisterRefused(findings)
    _for_that_host(province, directory, test_host=test_host)
    return province


def find_province(directory: Path) -> Province | None:
    """Return `province.yml`, whatever else is wrong with the register; None if it cannot be read or has errors.

    For plugins that judge by it and change nothing.
    """
    try:
        province, findings = loader.province(_files(directory))
    except Failure:
        return None
    return None if province is None or binding([*findings, *rules.alone(province)]) else province


def _for_that_host(province: Province, directory: Path, *, test_host: bool) -> None:
    if province.sample and not test_host:
        raise SampleRefused(directory)


def read_day(text: str, name: str = "as_of") -> date:
    """Parse a full ISO 8601 day; raise Failure with the option's name."""
    day = parse_day(text)
    if day is None:
        raise Failure(
            f"{name} không phải ngày: '{text}'; hãy viết như 2010-10-15.",
            f"{name} is no date: '{text}'; write it like 2010-10-15.",
        )
    return day


def read_percent(percent: int, name: str) -> int:
    """Return a percentage from 1 to 100; raise Failure with the option's name."""
    if not 1 <= percent <= 100:
        raise Failure(
            f"{name} phải từ 1 đến 100, không phải {percent}. Chưa có gì thay đổi.",
            f"{name} must be 1 to 100, not {percent}. Nothing was changed.",
        )
    return percent


def find_actor() -> str:
    """Return who runs this, for the host's records: the user behind sudo, and the controller's name."""
    return f"{os.environ.get('SUDO_USER') or getpass.getuser()}@{socket.gethostname()}"


def prepare_private(path: Path) -> None:
    """Create a private file's folder; raise Failure if the file could not be written, before anything else is done."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise _unwritable(path, "không có quyền / no permission")


def _unwritable(path: Path, why: str | None) -> Failure:
    return Failure(f"Không ghi được {path}: {why}.", f"Cannot write {path}: {why}.")


def write_private(path: Path, data: Any, *, dry_run: bool = False) -> bool:
    """Write data as JSON, as `write_private_text` does."""
    return write_private_text(path, pretty(data) + "\n", dry_run=dry_run)


def write_private_text(path: Path, text: str, *, dry_run: bool = False) -> bool:
    """Write text in UTF-8, as `write_private_octets` does."""
    return write_private_octets(path, text.encode(), dry_run=dry_run)


def write_private_octets(path: Path, octets: bytes, *, dry_run: bool = False) -> bool:
    """Write a file for its owner alone, atomically; return whether it was (or would be) changed."""
    try:
        if path.is_file() and path.read_bytes() == octets:
            return False
        if not dry_run:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write(path, octets)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error
    return True
