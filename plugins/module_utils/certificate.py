"""Find faults of a certificate and its key with openssl; used by a module on hosts, and on the controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

SECONDS_A_DAY = 86400
Ask = Callable[..., "str | None"]
"""A function that runs openssl with arguments and returns its output, or None where it exits with an error."""


@dataclass(frozen=True)
class Pair:
    """Paths of a certificate (PEM, intermediate ones after it), its key, and the trusted authorities (PEM).

    Where `trust` is empty, the authorities of this machine's system are trusted.
    """

    certificate: str
    key: str
    trust: str = ""


def find_faults(ask: Ask, pair: Pair, names: Sequence[str], days: int) -> Iterator[str]:
    """Yield what is wrong with a pair that must be valid for `names` and for `days` days more, in both languages."""
    issued = ask("x509", "-in", pair.certificate, "-noout", "-pubkey")
    held = ask("pkey", "-in", pair.key, "-pubout", "-passin", "pass:")
    if issued is None:
        yield f"không đọc được chứng thư {pair.certificate} (cần PEM) -- it cannot be read as a certificate (PEM)"
    if held is None:
        yield f"không đọc được khóa {pair.key} (cần PEM, không mật khẩu) -- no key can be read (PEM, no password)"
    if issued is None:
        return
    if held is not None and issued != held:
        yield "khóa không thuộc chứng thư này -- the key does not belong to this certificate"
    yield from _ended(ask, pair, days)
    for name in names:
        if "does match" not in (ask("x509", "-in", pair.certificate, "-noout", "-checkhost", name) or ""):
            yield f"chứng thư không có tên {name} -- the certificate is not issued for the name {name}"
    yield from _unknown(ask, pair)


def _ended(ask: Ask, pair: Pair, days: int) -> Iterator[str]:
    lasts = ask("x509", "-in", pair.certificate, "-noout", "-checkend", str(days * SECONDS_A_DAY))
    if lasts is None:
        said = ask("x509", "-in", pair.certificate, "-noout", "-enddate", "-dateopt", "iso_8601") or ""
        day = said.strip().partition("=")[2].partition(" ")[0]
        yield f"chứng thư hết hạn ngày {'/'.join(reversed(day.split('-')))} -- the certificate ends on {day}"


def _unknown(ask: Ask, pair: Pair) -> Iterator[str]:
    trust = ("-partial_chain", "-trusted", pair.trust) if pair.trust else ()
    chain = ("-no_check_time", "-untrusted", pair.certificate)
    if ask("verify", *chain, *trust, pair.certificate) is None:
        vi = pair.trust or "hệ thống"
        en = pair.trust or "the system's"
        yield (
            f"chứng thư không do CA nào trong {vi} cấp, hoặc thiếu chứng thư trung gian; CA riêng thì đặt tls_authority"
            f" -- no authority in {en} has issued it, or intermediate ones are missing after it; for an authority of "
            "your own set tls_authority"
        )
