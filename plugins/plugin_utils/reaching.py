"""Reports the servers that a host cannot reach; `module_utils/host/reaching.py` asks them.

A province's network may have no way to the Internet. Each text names the setting for a server within.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .settings import Fault

# Seconds by which a clock may be off: beyond, certificates and package releases are misjudged.
APART = 600
# Number of root servers that are asked; one answer suffices.
_ROOTS_ASKED = 4


def faults(host: str, found: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what would stop a deployment half-way; `asked` are the options of `laocai.mail.reach`."""
    of = {
        what: [one for one in found if one["what"] == what]
        for what in ("forwarder", "root", "key", "packages", "mirror")
    }
    yield from _forwarders(host, of["forwarder"], asked["forwarders"])
    yield from _root(host, of["root"])
    for one in of["key"]:
        yield _root_key(host, one)
    for one in of["packages"]:
        yield _packages(host, one)
    for one in of["mirror"]:
        yield _mirror(host, one)
    yield from (_clock(host, one) for one in _agreeing(found, asked)[:1])


def warnings(host: str, found: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what a deployment can do without: some of several servers."""
    silent = [one["where"] for one in found if one["what"] == "time" and one["how"].startswith("silent")]
    if silent:
        listed = ", ".join(silent)
        yield Fault(
            f"Từ {host} không hỏi được máy chủ giờ {listed}: đặt base_ntp_servers là máy chủ giờ của tỉnh, hoặc cho "
            "máy ra UDP cổng 123.",
            f"{host} gets no answer of the time servers {listed}: set base_ntp_servers to the province's own, or let "
            "the host out on UDP port 123.",
        )
    agreeing = _agreeing(found, asked)
    if astray := [one["where"] for one in _apart(found) if one not in agreeing]:
        listed = ", ".join(astray)
        yield Fault(
            f"Máy chủ giờ {listed} báo giờ khác {host} và không có đa số máy chủ giờ đồng ý với nó: xem lại máy chủ "
            "ấy, hoặc bỏ nó khỏi base_ntp_servers.",
            f"The time servers {listed} have another time than {host}, and most of the others do not agree with "
            "them: see to those servers, or take them out of base_ntp_servers.",
        )
    if unset := [one["where"] for one in found if one["what"] == "time" and one["how"] == "unsynchronised"]:
        listed = ", ".join(unset)
        yield Fault(
            f"Máy chủ giờ {listed} trả lời {host} nhưng chính nó chưa đồng bộ giờ: xem nguồn giờ của máy chủ ấy, hoặc "
            "đặt base_ntp_servers là máy chủ giờ khác.",
            f"The time servers {listed} answer {host}, but are not synchronised themselves: see where they get the "
            "time from, or set base_ntp_servers to others.",
        )
    dead = [one["where"] for one in found if one["what"] == "forwarder" and one["how"] != "unsigned"]
    if dead and len(dead) < len(asked["forwarders"]):
        listed = ", ".join(dead)
        yield Fault(
            f"resolver_forwarders: {listed} không trả lời {host}; các máy chủ tên còn lại thì có.",
            f"resolver_forwarders: {listed} does not answer {host}; the other name servers do.",
        )


def _apart(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the time servers from which the host's clock differs too much."""
    return [one for one in found if one["what"] == "time" and abs(_seconds(one)) > APART]


def _seconds(one: Mapping[str, Any]) -> int:
    """Return the seconds by which the host's clock is ahead of a time server."""
    return int(one["how"].removeprefix("off: ")) if one["how"].startswith("off: ") else 0


def _agreeing(found: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the time servers that agree on the clock's error, if they are the majority of those that answer.

    A single wrong server must not set the host's clock wrong.
    """
    mute = [one for one in found if one["what"] == "time" and not one["how"].startswith("off: ")]
    apart = _apart(found)
    groups = [[other for other in apart if abs(_seconds(one) - _seconds(other)) <= APART] for one in apart]
    largest = max(groups, key=len, default=[])
    return largest if 2 * len(largest) > len(asked["time_servers"]) - len(mute) else []


def _how(one: Mapping[str, Any]) -> Fault:
    """Return the outcome of a question in words."""
    kind, _, reason = one["how"].partition(": ")
    vi, en = {"silent": ("không trả lời", "no answer"), "refused": ("bị từ chối", "refused")}.get(kind, (kind, kind))
    return Fault(f"{vi}: {reason}", f"{en}: {reason}") if reason else Fault(vi, en)


def _forwarders(host: str, found: Sequence[Mapping[str, Any]], asked: Sequence[str]) -> Iterator[Fault]:
    dead = [one for one in found if one["how"] != "unsigned"]
    if dead and len(dead) == len(asked):
        listed, how = ", ".join(one["where"] for one in dead), _how(dead[0])
        yield Fault(
            f"resolver_forwarders = {listed}: không máy chủ tên nào trả lời {host} ({how.vi}). Sửa địa chỉ, hoặc mở "
            "UDP và TCP cổng 53 từ máy tới đó.",
            f"resolver_forwarders = {listed}: no name server answers {host} ({how.en}). Correct the addresses, or open "
            "UDP and TCP port 53 from the host to them.",
        )
    if unsigned := [one["where"] for one in found if one["how"] == "unsigned"]:
        listed = ", ".join(unsigned)
        yield Fault(
            f"resolver_forwarders = {listed}: máy chủ tên này bỏ chữ ký DNSSEC, nên {host} sẽ không phân giải được tên "
            "nào. Bật DNSSEC trên máy chủ tên ấy, hoặc đặt resolver_validate_root: false (thư gửi đi khi đó không kiểm "
            "được DANE).",
            f"resolver_forwarders = {listed} strips the signatures of DNSSEC, so {host} would resolve no name at all. "
            "Switch DNSSEC on at that name server, or set resolver_validate_root: false (outgoing mail then goes "
            "without DANE).",
        )


def _root(host: str, found: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield faults of the root servers: one answer suffices, but an unsigned answer comes from somebody else."""
    if unsigned := [one["where"] for one in found if one["how"] == "unsigned"]:
        listed = ", ".join(unsigned)
        yield Fault(
            f"Từ {host}, câu hỏi tới máy chủ gốc {listed} (cổng 53) bị mạng trả lời thay, không có chữ ký DNSSEC. Cho "
            "máy hỏi thẳng ra Internet, hoặc đặt resolver_forwarders là máy chủ tên của tỉnh có DNSSEC.",
            f"What {host} asks the root servers {listed} (port 53) is answered by the network in their place, without "
            "the signatures of DNSSEC. Let the host ask the Internet itself, or set resolver_forwarders to the "
            "province's own name servers, which pass DNSSEC on.",
        )
    elif len(found) >= _ROOTS_ASKED:
        yield Fault(
            f"resolver_forwarders để trống nên {host} hỏi DNS từ gốc, nhưng không máy chủ gốc nào trả lời (UDP cổng "
            f"53, {_how(found[0]).vi}). Đặt resolver_forwarders là máy chủ tên của tỉnh, hoặc cho máy ra Internet cổng "
            "53.",
            f"resolver_forwarders is empty, so {host} asks DNS from the root, and no root server answers (UDP port 53, "
            f"{_how(found[0]).en}). Set resolver_forwarders to the province's own name servers, or let the host reach "
            "port 53 of the Internet.",
        )


def _root_key(host: str, one: Mapping[str, Any]) -> Fault:
    vi, en = (
        ("trống hoặc hỏng", "empty or broken")
        if one["how"] == "none"
        else ("cũ hoặc không phải của gốc", "not the root's")
    )
    return Fault(
        f"{host}: khóa gốc DNSSEC {one['where']} {vi}, nên máy sẽ không phân giải được tên nào. Xóa tệp đó trên máy; "
        "unbound tự lấy lại từ gói dns-root-data.",
        f"{host}: the root's key in {one['where']} is {en}, so the host would resolve no name. Remove that file on the "
        "host; unbound takes the one of the package dns-root-data in its place.",
    )


def _packages(host: str, one: Mapping[str, Any]) -> Fault:
    if one["how"] == "none":
        return Fault(
            f"{host} không có nguồn gói nào qua mạng trong /etc/apt (sources.list, sources.list.d): ghi máy gương "
            "Debian của tỉnh hay máy gương chính thức của Debian vào đó.",
            f"{host} has no source of packages on the network in /etc/apt (sources.list, sources.list.d): enter the "
            "province's own mirror of Debian, or one of those that Debian names.",
        )
    return Fault(
        f"Từ {host} không lấy được gói Debian ở {one['where']} ({_how(one).vi}): cho máy ra mạng tới đó, hoặc ghi máy "
        "gương của tỉnh vào /etc/apt/sources.list.d, proxy vào /etc/apt/apt.conf.d.",
        f"{host} cannot fetch Debian's packages from {one['where']} ({_how(one).en}): let the host reach that, or "
        "enter the province's own mirror in /etc/apt/sources.list.d, a proxy in /etc/apt/apt.conf.d.",
    )


def _mirror(host: str, one: Mapping[str, Any]) -> Fault:
    if one["how"] == "other":
        return Fault(
            f"clamav_mirror = {one['where']}: daily.cvd ở đó không phải cơ sở dữ liệu của ClamAV (trang khác trả lời "
            "thay). Sửa địa chỉ máy gương.",
            f"clamav_mirror = {one['where']}: daily.cvd there is no database of ClamAV (something else answers). "
            "Correct the mirror's address.",
        )
    return Fault(
        f"clamav_mirror = {one['where']}: từ {host} không lấy được cơ sở dữ liệu vi-rút ({_how(one).vi}). Cho máy ra "
        "mạng tới đó, hoặc đặt clamav_mirror là máy gương của tỉnh, hoặc để trống và chép main.cvd, daily.cvd vào "
        "/var/lib/clamav trước.",
        f"clamav_mirror = {one['where']}: {host} cannot fetch the database of viruses ({_how(one).en}). Let the host "
        "reach that, or set clamav_mirror to the province's own mirror, or leave it empty and copy main.cvd and "
        "daily.cvd into /var/lib/clamav first.",
    )


def _clock(host: str, one: Mapping[str, Any]) -> Fault:
    off = int(one["how"][5:])
    return Fault(
        f"Đồng hồ {host} {'nhanh' if off > 0 else 'chậm'} {abs(off) // 60} phút so với máy chủ giờ {one['where']}: sửa "
        "giờ trên máy (timedatectl) trước, nếu không gói và chứng thư bị coi là hết hạn.",
        f"The clock of {host} is {abs(off) // 60} minutes {'ahead of' if off > 0 else 'behind'} the time server "
        f"{one['where']}: set it right there (timedatectl) first, or packages and certificates count as expired.",
    )
