"""Checks everything that a playbook needs before anything is changed, and reports all faults together.

Each part yields texts in Vietnamese and English with the way out. Nothing is written, here or on a host.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from ansible.parsing.dataloader import DataLoader

from ..module_utils.certificate import Pair, find_faults
from ..module_utils.danhba.model.register import Province
from ..module_utils.debian import DEBIAN
from ..module_utils.failure import Failure
from . import controller
from .settings import Fault, Place, Role, place

COLLECTION = Path(__file__).resolve().parents[2]
SHARED = COLLECTION / "playbooks/group_vars/all.yml"
# Similarity to a known name by which another one is taken for a typo: with a role's prefix, and without.
LIKE, VERY_LIKE = 0.6, 0.87
# Megabytes that a host needs: memory for all idle services, disk before and after the deployment.
LEAST_MEMORY, LEAST_DISK, LEAST_LEFT = 1800, 5000, 1000
# Seconds by which clocks may differ if results depend on the day; longer than an answer takes.
APART = 600
# Seconds to wait for a name server or a web server.
PATIENCE = 3
# Port of the answer to an authority's challenge (RFC 8555, 8.3).
HTTP = 80

# A measurement in a host's answer: name, number, unit.
_MEASURED = re.compile(r"(\S+) (-?[0-9]+(?:[.][0-9]+)?(?:e[+-]?[0-9]+)?) (MB|s)")


def load(path: Path) -> Any:
    """Load a YAML file of this collection; Ansible trusts its templates as those of its playbooks."""
    return DataLoader().load_from_file(str(path), unsafe=True, trusted_as_template=True) if path.exists() else None


def read_roles() -> list[Role]:
    """Return every role of this collection that has inputs."""
    return [_read_role(path.parents[1]) for path in sorted((COLLECTION / "roles").glob("*/meta/argument_specs.yml"))]


def read_shared() -> Role:
    """Return the variables that all inventories share beside the roles' own, with specs of a role's form."""
    folder = COLLECTION / "playbooks"
    options = load(folder / "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return Role("playbooks", options, read_settings(folder), load(SHARED))


def _read_role(folder: Path) -> Role:
    specs, defaults, made = (
        load(folder / name) for name in ("meta/argument_specs.yml", "defaults/main.yml", "vars/main.yml")
    )
    room = [{"name": task["name"], **task["ansible.builtin.assert"]} for task in load(folder / "tasks/room.yml") or []]
    options = specs["argument_specs"]["main"].get("options", {})
    return Role(folder.name, options, read_settings(folder), defaults or {}, room, made or {})


def read_settings(role: Path) -> list[Mapping[str, Any]]:
    """Return the conditions on a role's inputs (`meta/settings.yml`); empty if it has none."""
    return load(role / "meta/settings.yml") or []


def known_names(roles: Sequence[Role]) -> set[str]:
    """Return every variable that an inventory or a command line may set."""
    playbooks = sorted((COLLECTION / "playbooks").glob("*.yml"))
    plays = [play for path in playbooks for play in load(path)]
    found = {name for role in roles for name in role.options} | set(load(SHARED))
    return found.union(*(play.get("vars", {}) for play in plays))


def names(given: Mapping[str, Any], roles: Sequence[Role]) -> Iterator[Fault]:
    """Yield variables that nothing reads: former names and typos."""
    former, known = load(COLLECTION / "playbooks/vars/former.yml"), known_names(roles)
    beginnings = ("mail_", *(f"{role.name}_" for role in roles))
    for name in sorted(set(given) - known):
        at = place(name, given[name])
        if name in former:
            yield _renamed(name, former[name], at)
        elif not name.startswith(("_", "ansible_")):
            like = LIKE if name.startswith(beginnings) else VERY_LIKE
            yield from _misspelt(name, get_close_matches(name, sorted(known), 1, like), beginnings, at)


def overridden(of_groups: Mapping[str, Any], in_force: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield group variables of the inventory's own file, which `playbooks/group_vars/all.yml` overrides."""
    shared = load(SHARED)
    for name in sorted(shared.keys() & of_groups.keys()):
        if of_groups[name] != in_force.get(name):
            yield Fault(
                f"{name} đặt cho một nhóm trong hosts.yml nên không có tác dụng: chuyển vào host_vars của máy.",
                f"{name} is set for a group in hosts.yml, where it has no effect: move it to the host's host_vars.",
            )


def _renamed(name: str, now: str, at: Place) -> Fault:
    out = at.way_out()
    return Fault(
        f"Biến đã đổi tên hoặc bỏ: {name} → {now or 'bỏ đi'}. {out.vi}",
        f"Variables that were renamed or removed: {name} → {now or 'remove it'}. {out.en}",
    )


def _misspelt(name: str, near: Sequence[str], beginnings: tuple[str, ...], at: Place) -> Iterator[Fault]:
    out = at.way_out()
    if near:
        yield Fault(
            f"Không có biến {name}; có phải là {near[0]}? {out.vi}",
            f"There is no variable {name}; did you mean {near[0]}? {out.en}",
        )
    elif name.startswith(beginnings):
        yield Fault(
            f"Không có biến {name}: không role nào đọc nó. Bỏ đi, hoặc đặt cho nó một tên khác. {out.vi}",
            f"There is no variable {name}: no role reads it. Remove it, or give it another name. {out.en}",
        )


def register(directory: Path, *, test_host: bool, whole: bool) -> tuple[Province | None, list[Fault]]:
    """Return `province.yml`, and the faults of the register (`whole`) or of `province.yml` alone.

    A faulty register still returns a valid `province.yml`, because settings are judged by it.
    """
    try:
        if not whole:
            return controller.read_province_for(directory, test_host=test_host), []
        return controller.read_register_for(directory, test_host=test_host)[0].province, []
    except Failure as failure:
        return controller.find_province(directory), [Fault(failure.vi, failure.en)]


def domain(province: Province, mail_domain: str, mail_host: str) -> Iterator[Fault]:
    """Yield a difference between the inventory's and the register's domain and host."""
    if (mail_domain, mail_host) != (province.domain, province.host):
        yield Fault(
            f'Inventory và province.yml nói hai tên khác nhau: mail_domain = "{mail_domain}" và domain = '
            f'"{province.domain}"; mail_host = "{mail_host}" và host = "{province.host}". Bỏ mail_domain, mail_host '
            "khỏi inventory: tên lấy từ province.yml.",
            f'The inventory and province.yml differ: mail_domain = "{mail_domain}" and domain = "{province.domain}"; '
            f'mail_host = "{mail_host}" and host = "{province.host}". Remove mail_domain and mail_host from the '
            "inventory: they come from province.yml.",
        )
    if province.host.count(".") < 2:
        yield Fault(
            f'Trong province.yml, host = "{province.host}" phải là tên máy đầy đủ như mail.tentinh.gov.vn.',
            f'In province.yml, host = "{province.host}" must be a full host name such as mail.tentinh.gov.vn.',
        )


class Given(NamedTuple):
    """The certificate to install on a host: paths on the controller, names and days that it must be valid for."""

    pair: Pair
    names: Sequence[str]
    needed: Sequence[str]
    days: int = 1


def certificate(given: Given) -> Iterator[Fault]:
    """Yield faults of the given files: missing, unreadable, not a pair, wrong names, unknown authority, ended."""
    pair = given.pair
    wanted = {"tls_given_certificate": pair.certificate, "tls_given_key": pair.key}
    if pair.trust:
        wanted["tls_authority"] = pair.trust
    unreadable = [name for name, path in wanted.items() if not _readable(path)]
    for name in unreadable:
        yield _no_file(name, wanted[name])
    yield from named(given.needed, given.names)
    if shutil.which("openssl") is None:
        yield Fault(
            "Máy điều khiển chưa có openssl: apt-get install openssl.",
            "The controller has no openssl: apt-get install openssl.",
        )
    elif not unreadable:
        for said in find_faults(_openssl, pair, given.names, given.days):
            vi, _, en = said.partition(" -- ")
            yield Fault(f"Chứng thư {pair.certificate}: {vi}.", f"Certificate {pair.certificate}: {en}.")


def _readable(path: str) -> bool:
    return os.access(path, os.R_OK) and not Path(path).is_dir()


def believed(paths: Mapping[str, str]) -> Iterator[Fault]:
    """Yield faults of the trusted authorities' files, by variable: missing, or no certificate (PEM)."""
    for name, path in paths.items():
        if not _readable(path):
            yield _no_file(name, path)
        elif b"-----BEGIN CERTIFICATE-----" not in Path(path).read_bytes():
            yield Fault(
                f"{name}: {path} không phải chứng thư dạng PEM. Lấy đúng tệp chứng thư của CA đó.",
                f"{name}: {path} is no certificate in PEM. Get the file of that authority's certificate.",
            )


def named(needed: Sequence[str], names: Collection[str]) -> Iterator[Fault]:
    """Yield names that mail programs ask for and the certificate lacks."""
    if missing := [name for name in needed if name not in names]:
        listed = ", ".join(missing)
        yield Fault(
            f"tls_names thiếu {listed}: chương trình thư hỏi các tên đó. Bỏ tls_names khỏi inventory, hoặc thêm vào.",
            f"tls_names lacks {listed}, which mail programs ask for. Remove tls_names from the inventory, or add them.",
        )


def opened(ports: Any) -> Iterator[Fault]:
    """Yield a fault if the firewall closes port 80 to the authority; `settings` judges a value that is no list."""
    if isinstance(ports, list) and str(HTTP) not in map(str, ports):
        yield Fault(
            "tls_mode = acme cần cổng 80: thêm 80 vào base_firewall_ports trong inventory.",
            "tls_mode = acme needs port 80: add 80 to base_firewall_ports in the inventory.",
        )


def answering(name: str, groups: Collection[str]) -> Iterator[Fault]:
    """Yield a fault if the host has no nginx, which answers the authority's challenges at renewals."""
    if "webmail" not in groups:
        yield Fault(
            f"tls_mode = acme cần nginx trên {name}: đưa máy vào nhóm webmail, hoặc đặt tls_mode = given.",
            f"tls_mode = acme needs nginx on {name}: put the host into the group webmail, or set tls_mode = given.",
        )


def authority(server: Server, url: str) -> Iterator[Fault]:
    """Yield a fault if the host has reported that it does not reach the authority."""
    if not server.unreachable and "acme" not in server.lines:
        yield Fault(
            f"Từ {server.name} không tới được nơi cấp chứng thư {url}: xem tls_acme_server, DNS của máy, và tường lửa "
            "của mạng có cho máy ra Internet không.",
            f"{server.name} does not reach the authority {url}: see tls_acme_server, the host's DNS, and whether the "
            "network's firewall lets it out.",
        )


def challenged(hosts: Sequence[str]) -> Iterator[Fault]:
    """Yield names by which the authority will not reach the host, as seen from the controller."""
    for name, error in _ask_all(hosts, lambda name: socket.create_connection((name, HTTP), PATIENCE).close()):
        if isinstance(error, socket.gaierror):
            yield Fault(
                f"DNS chưa có tên {name} nên không xin được chứng thư: công bố bản ghi, hoặc bỏ tên đó khỏi "
                "mail_discovery_hosts.",
                f"DNS does not have the name {name}, so no certificate can be had: publish a record, or leave the name "
                "out of mail_discovery_hosts.",
            )
        elif not isinstance(error, ConnectionRefusedError):  # refused: the host is there, without a web server
            yield Fault(
                f"{name}: cổng 80 không trả lời; nơi cấp chứng thư hỏi qua cổng đó. Mở cổng 80 ở tường lửa của mạng.",
                f"{name}: port 80 does not answer, by which the authority asks. Open it in the network's firewall.",
            )


def _ask_all(hosts: Sequence[str], question: Callable[[str], object]) -> Iterator[tuple[str, Exception]]:
    """Yield the names for which a question fails, with the error; all are asked at once."""
    pool = ThreadPoolExecutor(max_workers=max(1, len(hosts)))
    asked = [(name, pool.submit(question, name)) for name in hosts]
    for name, answer in asked:
        try:
            answer.result(timeout=PATIENCE)
        except (OSError, TimeoutError) as error:
            yield name, error
    pool.shutdown(wait=False, cancel_futures=True)


def _no_file(name: str, path: str) -> Fault:
    where = path or "chưa nêu / not given"
    return Fault(
        f"{name}: không đọc được tệp trên máy điều khiển ({where}). Đặt tệp vào đó hoặc sửa {name}.",
        f"{name}: not found or not readable on the controller ({where}). Put the file there or correct {name}.",
    )


def _openssl(*arguments: str) -> str | None:
    done = subprocess.run(
        ["openssl", *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.stdout if done.returncode == 0 else None


class Server(NamedTuple):
    """A host's first answer: its address, the lines of output, or the error of the connection."""

    name: str
    address: str
    unreachable: bool
    lines: Sequence[str]
    error: str


def reached(server: Server) -> Iterator[Fault]:
    """Yield a fault if the host is unreachable, does not run `DEBIAN`, or lacks Python or root."""
    if server.unreachable:
        yield Fault(
            f"Không nối được tới {server.name} ({server.address}) bằng ssh: kiểm tra máy có chạy không, địa chỉ và "
            f"người dùng trong inventory, khoá ssh, và khoá máy chủ trong known_hosts. ssh: {server.error}",
            f"{server.name} ({server.address}) cannot be reached by ssh: check that it runs, the address and user in "
            "the inventory, the ssh key, and the host key in known_hosts.",
        )
    elif not {DEBIAN.lower(), "python3"} <= set(server.lines):
        said = ", ".join(line for line in server.lines if not _MEASURED.fullmatch(line)) or server.error
        yield Fault(
            f'{server.name} phải là {DEBIAN} có /usr/bin/python3; máy trả lời "{said}". Cài lại máy bằng {DEBIAN}, '
            'hoặc chạy "apt-get install python3" trên máy.',
            f'{server.name} must be {DEBIAN} with /usr/bin/python3; it answers "{said}". Reinstall it with {DEBIAN}, '
            'or run "apt-get install python3" there.',
        )
    elif "root" not in server.lines:
        yield Fault(
            f"Không có quyền root trên {server.name}: đăng nhập bằng root, hoặc bằng người dùng sudo không phải gõ mật "
            "khẩu.",
            f"No root's rights on {server.name}: sign in as root, or as somebody who may use sudo without a password.",
        )


def clocks(server: Server, now: float) -> Iterator[Fault]:
    """Yield differences between the clocks of controller, host, and the host's time server.

    By a wrong clock, events would take effect on another day, which cannot be undone.
    """
    told = _measured(server, "s")
    ahead, offset = now - told.get("clock", now), told.get("danhba_clock_offset_seconds", 0.0)
    # No number that changes each minute: the operators get equal texts once (playbooks/notify_operators.yml).
    if abs(ahead) > APART:
        vi, en = _length(ahead)
        yield Fault(
            f"Đồng hồ máy điều khiển {'nhanh' if ahead > 0 else 'chậm'} hơn đồng hồ {server.name} {vi}, nên không biết "
            "hôm nay là ngày nào. Xem timedatectl ở cả hai máy, sửa máy sai (docs/vi/su-co/clock-wrong.md), rồi chạy "
            "lại.",
            f"The controller's clock is {en} {'ahead of' if ahead > 0 else 'behind'} that of {server.name}, so that "
            "nobody knows which day it is. See timedatectl on both, set right the one that is wrong, then run this "
            "again.",
        )
    if abs(offset) > APART:
        vi, en = _length(offset)
        yield Fault(
            f"Đồng hồ {server.name} lệch {vi} so với máy chủ giờ, nên không biết hôm nay là ngày nào. Sửa theo "
            "docs/vi/su-co/clock-wrong.md, chạy systemctl start danhba-metrics trên máy đó, rồi chạy lại.",
            f"The clock of {server.name} is {en} off its time server's, so that nobody knows which day it is. Set it "
            "right, run systemctl start danhba-metrics there, then run this again.",
        )


def _length(seconds: float) -> tuple[str, str]:
    """Return about how long a time is, in Vietnamese and English."""
    minutes = round(abs(seconds) / 60)
    if minutes < 2 * 60:
        return f"{minutes} phút", f"{minutes} minutes"
    hours = round(minutes / 60)
    return (f"{hours} giờ", f"{hours} hours") if hours < 2 * 24 else (f"{hours // 24} ngày", f"{hours // 24} days")


def schema(server: Server) -> Iterator[Fault]:
    """Yield a fault if the host's database is of a later version: migrations go forward only.

    A database that is off cannot answer; then the migrations copied to the host count.
    """
    found = (re.fullmatch(r"(?:schema |shipped )([0-9]+)(?:_.*)?", line) for line in server.lines)
    there = max((int(match[1]) for match in found if match), default=0)
    here = len(list((COLLECTION / "roles/database/files/migrations").glob("*.sql")))
    if there > here:
        yield Fault(
            f"Cơ sở dữ liệu trên {server.name} đã ở bước {there}, bản này chỉ đến bước {here}: bản này cũ hơn máy chủ. "
            "Dùng lại bản mới; muốn lùi về bản cũ thì dựng máy mới rồi phục hồi bản sao lưu trước khi nâng cấp "
            "(playbooks/restore.yml -e step=host).",
            f"The database on {server.name} is at migration {there}, and this version ends with {here}: it is older "
            "than the server. Use the newer one; the way back to this one is a restore of the backup before the "
            "upgrade, onto a fresh host (playbooks/restore.yml -e step=host).",
        )


def sizes_of(server: Server) -> dict[str, int]:
    """Return megabytes: of `memory`, and free on the disks of some folders."""
    return {what: int(size) for what, size in _measured(server, "MB").items()}


def _measured(server: Server, unit: str) -> dict[str, float]:
    """Return a host's measurements in a unit."""
    found = (_MEASURED.fullmatch(line) for line in server.lines)
    return {match[1]: float(match[2]) for match in found if match and match[3] == unit}


def room(server: Server) -> Iterator[Fault]:
    """Yield a lack of memory or disk, whatever the settings are."""
    sizes = sizes_of(server)
    memory = sizes.pop("memory", None)
    if memory is not None and memory < LEAST_MEMORY:
        yield Fault(
            f"{server.name} có {memory} MB bộ nhớ; cần ít nhất {LEAST_MEMORY} MB.",
            f"{server.name} has {memory} MB of memory; it needs {LEAST_MEMORY} MB at least.",
        )
    least = LEAST_LEFT if "built" in server.lines else LEAST_DISK
    for path, left in sizes.items():
        if left < least:
            yield Fault(
                f"{server.name}: ổ đĩa của {path} chỉ còn {left} MB; cần ít nhất {least} MB. Dọn hoặc mở rộng.",
                f"{server.name}: the disk of {path} has {left} MB left; it needs {least} MB. Clear or enlarge it.",
            )


def names_in_dns(hosts: Sequence[str]) -> Iterator[Fault]:
    """Yield a warning about names that the controller's DNS does not have; they may come later."""
    if missing := [name for name, _error in _ask_all(hosts, lambda name: socket.getaddrinfo(name, 443))]:
        listed = ", ".join(missing)
        yield Fault(
            f"DNS chưa có tên {listed}; chương trình thư và trình duyệt tìm máy chủ bằng tên đó.",
            f"DNS does not have the name {listed}, by which mail programs and browsers look for the server.",
        )


def keys(province: Province) -> Iterator[Fault]:
    """Yield a warning if no key for letters is set; the first passwords come later."""
    if not province.operator_key:
        yield Fault(
            "province.yml chưa có operator_key: chưa cấp được mật khẩu cho ai không có khóa. Tạo bằng age-keygen.",
            "province.yml has no operator_key: who has no key can be issued no password. Make one by age-keygen.",
        )
