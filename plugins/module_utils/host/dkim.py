"""DKIM keys (RFC 6376) and their rotation.

There are always two keys: one signs, the next is on standby and already published in DNS, so that it can take over at
once. A former key stays published until no mail signed with it can still be under way. Each step replaces one file
atomically, so the next run completes an interrupted one.
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
    """A message about what a run did or waits for, in Vietnamese and English."""

    vi: str
    en: str


@dataclass(frozen=True)
class Key:
    """A DKIM key: its selector, its state (`signing`, `standby` or `former`) and since when it has this state.

    `held` is when all name servers were first seen to publish the key, 0 if they do not. Times are Unix seconds.
    """

    selector: str
    state: str
    since: int
    held: int = 0


@dataclass(frozen=True)
class Keys:
    """All keys, oldest first, and whether a rotation is pending."""

    keys: tuple[Key, ...] = ()
    rotating: bool = False

    def that(self, state: str) -> Key | None:
        """Return the key in this state, or None."""
        return next((key for key in self.keys if key.state == state), None)

    def put(self, changed: Key) -> Keys:
        """Return these keys with the one of the same selector replaced."""
        return replace(self, keys=tuple(changed if key.selector == changed.selector else key for key in self.keys))


@dataclass(frozen=True)
class Timing:
    """Periods of a rotation in seconds.

    `life`: how long a key signs. `wait`: how long it is seen in DNS before it signs. `former`: how long it stays
    published afterwards. `least`: how long it signs before a requested rotation, so that a repeated run rotates once.
    """

    life: int
    wait: int
    former: int
    least: int


def completed(found: Keys, now: int) -> Keys:
    """Return the keys with a signing and a standby key added where they are missing.

    If the signing key is lost, the standby key takes over, because it is published already.
    """
    if found.that(SIGNING) is None and (standby := found.that(STANDBY)):
        found = found.put(replace(standby, state=SIGNING, since=now))
    for state in (SIGNING, STANDBY):
        if found.that(state) is None:
            found = replace(found, keys=(*found.keys, Key(_selector(found, now), state, now)))
    return found


def seen(found: Keys, held: Collection[str], now: int) -> Keys:
    """Return the keys with `held` updated by the selectors that all name servers publish now."""
    for key in found.keys:
        found = found.put(replace(key, held=(key.held or now) if key.selector in held else 0))
    return found


def advanced(found: Keys, timing: Timing, now: int, *, rotate: bool) -> tuple[Keys, list[Said]]:
    """Return the keys after the next step of the rotation, if one is due, and messages about it.

    Former keys are dropped after their time. With `rotate`, or at the end of its life, the signing key is replaced by
    the standby key, once that was seen in DNS for long enough.
    """
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
    """Return a new selector: `d`, the day (UTC), and the first letter that is not used yet."""
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
    """The folder of the keys on the host: a file for each key, the state of all, and the map that rspamd reads."""

    def __init__(self, folder: Path, group: str, bits: int = 2048) -> None:
        self._folder, self._group, self._bits = folder, group, bits

    def read(self) -> Keys:
        """Return the keys as last written, without those whose key file is lost.

        A lost key is not made again under its selector, because DNS publishes the old one there.

        Raises:
            Failure: the state file is damaged.
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
        """Write missing key files, the state and the map, in this order, and remove unneeded key files.

        Returns:
            Whether any file changed.
        """
        made = [self._make(key) for key in keys.keys if not self._path(key.selector).exists()]
        state = json.dumps({"keys": [asdict(key) for key in keys.keys], "rotating": keys.rotating}, indent=2) + "\n"
        wrote = [self._put(STATE, state), self._put(MAP, text_of_map(keys, domains))]
        needed = {key.selector for key in keys.keys}
        orphans = [path for path in self._folder.glob("*.key*") if path.name.removesuffix(".key") not in needed]
        for path in orphans:
            path.unlink()
        return any([*made, *wrote, *orphans])

    def public(self, keys: Keys) -> dict[str, str]:
        """Return the text of each key's TXT record (RFC 6376, 3.6.1) by selector."""
        found = {}
        for key in keys.keys:
            argv = ["openssl", "pkey", "-in", str(self._path(key.selector)), "-pubout", "-outform", "DER"]
            der = subprocess.run(argv, capture_output=True, check=True).stdout
            found[key.selector] = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
        return found

    def _path(self, selector: str) -> Path:
        return self._folder / f"{selector}.key"

    def _make(self, key: Key) -> bool:
        """Generate a key file; it never leaves the host."""
        argv = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{self._bits}"]
        pem = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
        return self._put(self._path(key.selector).name, pem)

    def _put(self, name: str, text: str) -> bool:
        """Write a file atomically, readable by root and the signing group; return whether its text changed."""
        path = self._folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        group = grp.getgrnam(self._group).gr_gid if self._group else -1
        durable.write(path, text.encode(), 0o640, group)
        return True


def text_of_map(keys: Keys, domains: Sequence[str]) -> str:
    """Return rspamd's map: a line `DOMAIN SELECTOR` for each domain; empty without a signing key."""
    signing = keys.that(SIGNING)
    return "".join(f"{domain} {signing.selector}\n" for domain in domains) if signing else ""
