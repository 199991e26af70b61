"""Validates public keys of age (X25519 recipients): checksum and point, https://age-encryption.org/v1."""

from __future__ import annotations

import re

SHAPE = re.compile(r"age1[02-9ac-hj-np-z]{58}")

# Bech32 (BIP-173): its alphabet, and the constants of its checksum over prefix and data in groups of 5 bits.
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_PREFIX = [*(ord(letter) >> 5 for letter in "age"), 0, *(ord(letter) & 31 for letter in "age")]
_CHECKSUM = 6  # length of the checksum, in groups of 5 bits

_PRIME = 2**255 - 19
# The points of small order (RFC 7748, section 6.1): anybody can decrypt what is encrypted to one of them.
_SMALL = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    }
)


def is_key(text: str) -> bool:
    """Return whether a text is a usable public key: shape and checksum are right, the point is not of small order."""
    if not SHAPE.fullmatch(text):
        return False
    data = [_ALPHABET.index(letter) for letter in text.removeprefix("age1")]
    if _polymod([*_PREFIX, *data]) != 1:
        return False
    bits = 0
    for group in data[:-_CHECKSUM]:
        bits = bits << 5 | group
    # 52 groups are 260 bits: 256 of the key, then 4 of padding, which must be zero. X25519 ignores the highest bit.
    point = int.from_bytes((bits >> 4).to_bytes(32, "big"), "little") & (2**255 - 1)
    return bits & 0b1111 == 0 and point % _PRIME not in _SMALL


def _polymod(groups: list[int]) -> int:
    checksum = 1
    for group in groups:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ group
        for bit, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum
