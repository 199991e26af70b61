"""The keys that sign mail (DKIM, RFC 6376), and how one follows another.

Two keys are there at any time: one signs, the next stands by and is published already, so that it can take over in
the moment in which it is wanted. A former one stays published until nothing is on its way that it has signed. Each
step is one file that is replaced whole; a run that was cut off is made good by the next.
"""

from __future__ import annotations

import base64
import grp
import json
import re
import subprocess
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from .. import durable
from ..failure import Failure

STATE, MAP = "keys.json", "selectors.map"
SIGNING, STANDBY, FORMER = "signing", "standby", "former"
_SELECTOR = re.compile(r"^d[0-9]{8}[a-z]$")


class Said(NamedTuple):
    """What a run did or waits for, in Vietnamese and English."""

    vi: str
    en: str


@dataclass(frozen=True)
class Key:
    """One key: its selector, what it does and since when; `held` since when all servers of DNS were seen to hold it.

    Times are seconds since the epoch; `held` is 0 where they do not.
    """

    selector: str
    state: str
    since: int
    held: int = 0


@dataclass(frozen=True)
class Keys:
    """All keys in the order in which they were made, and whether the next has been asked to take over."""

    keys: tuple[Key, ...] = ()
    rotating: bool = False

    def that(self, state: str) -> Key | None:
        """The key that does this, if there is one."""
        return next((key for key in self.keys if key.state == state), None)

    def put(self, changed: Key) -> Keys:
        """The same with that key as it is now."""
        return replace(self, keys=tuple(changed if key.selector == changed.selector else key for key in self.keys))


@dataclass(frozen=True)
class Timing:
    """How long a key signs, is seen in DNS before it signs, and stays published afterwards; in seconds.

    `least`: how long one signs before another may take over by request, so that a run that is repeated rotates once.
    """

    life: int
    wait: int
    former: int
    least: int


def completed(found: Keys, now: int) -> Keys:
    """With the key that signs and the one that stands by, where one of them is missing.

    The one that stands by, which is published already, takes over for one that is lost.
    """
    if found.that(SIGNING) is None and (standby := found.that(STANDBY)):
        found = found.put(replace(standby, state=SIGNING, since=now))
    for state in (SIGNING, STANDBY):
        if found.that(state) is None:
            found = replace(found, keys=(*found.keys, Key(_selector(found, now), state, now)))
    return found


def seen(found: Keys, held: Collection[str], now: int) -> Keys:
    """With what DNS was seen to hold just now."""
    for key in found.keys:
        found = found.put(replace(key, held=(key.held or now) if key.selector in held else 0))
    return found


def advanced(found: Keys, timing: Timing, now: int, *, rotate: bool) -> tuple[Keys, list[Said]]:
    """One step further, and what it waits for."""
    found, gone = _without_old(found, timing, now)
    said = [
        Said(
            f"Khóa {key.selector} đã thôi dùng: gỡ {key.selector}._domainkey khỏi DNS.",
            f"The key {key.selector} is no longer needed: take {key.selector}._domainkey out of DNS.",
        )
        for key in gone
    ]
    signing, standby = found.that(SIGNING), found.that(STANDBY)
    if signing is None or standby is None:
        return found, said
    if (rotate and now - signing.since >= timing.least) or now - signing.since >= timing.life:
        found = replace(found, rotating=True)
    elif rotate and not found.rotating:
        said.append(_too_early(signing, timing))
    if not found.rotating:
        return found, [*said, *_steady(signing, standby, timing)]
    if not standby.held:
        return found, [*said, _unpublished(standby)]
    if now - standby.held < timing.wait:
        return found, [*said, _waiting(standby, timing)]
    return _switched(found, signing, standby, now), [*said, _changed(signing, standby, timing)]


def _without_old(found: Keys, timing: Timing, now: int) -> tuple[Keys, list[Key]]:
    gone = [key for key in found.keys if key.state == FORMER and now - key.since >= timing.former]
    return replace(found, keys=tuple(key for key in found.keys if key not in gone)), gone


def _switched(found: Keys, signing: Key, standby: Key, now: int) -> Keys:
    found = found.put(replace(signing, state=FORMER, since=now)).put(replace(standby, state=SIGNING, since=now))
    return completed(replace(found, rotating=False), now)


def _day(when: int) -> str:
    return datetime.fromtimestamp(when, tz=timezone(timedelta(hours=7))).strftime("%Y-%m-%d %H:%M")


def _too_early(signing: Key, timing: Timing) -> Said:
    when = _day(signing.since + timing.least)
    return Said(
        f"Khóa {signing.selector} vừa mới ký: không đổi nữa trước {when}.",
        f"The key {signing.selector} has just begun to sign: no other follows before {when}.",
    )


def _steady(signing: Key, standby: Key, timing: Timing) -> Iterator[Said]:
    yield Said(
        f"Đang ký bằng {signing.selector}; đến {_day(signing.since + timing.life)} thì đổi sang {standby.selector}.",
        f"{signing.selector} signs; {standby.selector} follows on {_day(signing.since + timing.life)}.",
    )
    yield from (_unpublished(key) for key in (signing, standby) if not key.held)


def _unpublished(key: Key) -> Said:
    return Said(
        f"Chờ DNS: chưa phải mọi máy chủ tên đều có {key.selector}._domainkey. Thêm bản ghi (playbooks/dns.yml) rồi "
        "chạy lại.",
        f"Waiting for DNS: not every name server holds {key.selector}._domainkey. Add the record (playbooks/dns.yml), "
        "then run again.",
    )


def _waiting(standby: Key, timing: Timing) -> Said:
    when = _day(standby.held + timing.wait)
    return Said(
        f"{standby.selector} đã có trong DNS; chờ đến {when} để mọi nơi thấy, rồi chạy lại.",
        f"{standby.selector} is in DNS; wait until {when}, when all have seen it, then run again.",
    )


def _changed(signing: Key, standby: Key, timing: Timing) -> Said:
    return Said(
        f"Từ nay ký bằng {standby.selector}; giữ {signing.selector} trong DNS thêm {timing.former // 86400} ngày.",
        f"{standby.selector} signs from now on; keep {signing.selector} in DNS for {timing.former // 86400} days more.",
    )


def _selector(found: Keys, now: int) -> str:
    """A name that no key has had: the day, and a letter."""
    day = datetime.fromtimestamp(now, tz=UTC).strftime("d%Y%m%d")
    used = {key.selector for key in found.keys}
    for letter in "abcdefghijklmnopqrstuvwxyz":
        if f"{day}{letter}" not in used:
            return f"{day}{letter}"
    raise Failure(
        "Hôm nay đã đổi khóa 26 lần: chạy lại vào ngày mai. Chưa có gì thay đổi.",
        "The keys have changed 26 times today: run again tomorrow. Nothing was changed.",
    )


class Store:
    """The keys on the host: a file for each, the state of all, and the map that rspamd reads."""

    def __init__(self, folder: Path, group: str, bits: int = 2048) -> None:
        self._folder, self._group, self._bits = folder, group, bits

    def read(self) -> Keys:
        """The state as it was last written, without keys that are lost: none gets a new one under its published name.

        Raises:
            Failure: it is there and says something else.
        """
        path = self._folder / STATE
        if not path.exists():
            return Keys()
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            found = Keys(tuple(Key(**key) for key in data["keys"]), bool(data["rotating"]))
            if not all(_SELECTOR.match(key.selector) for key in found.keys):
                raise ValueError(path)
        except (ValueError, KeyError, TypeError) as error:
            raise Failure(
                f"{path} hỏng: lấy lại từ bản sao lưu của máy, hoặc xóa cả thư mục để làm khóa mới.",
                f"{path} is broken: restore it from the host's backup, or remove the folder to begin with new keys.",
            ) from error
        return replace(found, keys=tuple(key for key in found.keys if self._path(key.selector).exists()))

    def write(self, keys: Keys, domains: Sequence[str]) -> bool:
        """Make what is missing, then the state, then the map, and remove what nobody needs; whether anything was."""
        made = [self._make(key) for key in keys.keys if not self._path(key.selector).exists()]
        state = json.dumps({"keys": [asdict(key) for key in keys.keys], "rotating": keys.rotating}, indent=2) + "\n"
        wrote = [self._put(STATE, state), self._put(MAP, text_of_map(keys, domains))]
        needed = {key.selector for key in keys.keys}
        orphans = [path for path in self._folder.glob("*.key*") if path.name.removesuffix(".key") not in needed]
        for path in orphans:
            path.unlink()
        return any([*made, *wrote, *orphans])

    def public(self, keys: Keys) -> dict[str, str]:
        """The TXT record of each key (RFC 6376, 3.6.1) by its selector."""
        found = {}
        for key in keys.keys:
            argv = ["openssl", "pkey", "-in", str(self._path(key.selector)), "-pubout", "-outform", "DER"]
            der = subprocess.run(argv, capture_output=True, check=True).stdout
            found[key.selector] = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
        return found

    def _path(self, selector: str) -> Path:
        return self._folder / f"{selector}.key"

    def _make(self, key: Key) -> bool:
        """Make a key. It is complete before it has its name, and never leaves the host."""
        argv = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{self._bits}"]
        pem = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
        return self._put(self._path(key.selector).name, pem)

    def _put(self, name: str, text: str) -> bool:
        """Write a file for root and the group that signs, whole or not at all; whether it was another."""
        path = self._folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        group = grp.getgrnam(self._group).gr_gid if self._group else -1
        durable.write(path, text.encode(), 0o640, group)
        return True


def text_of_map(keys: Keys, domains: Sequence[str]) -> str:
    """What rspamd reads: which selector signs for each domain."""
    signing = keys.that(SIGNING)
    return "".join(f"{domain} {signing.selector}\n" for domain in domains) if signing else ""
