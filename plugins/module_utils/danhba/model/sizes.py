"""Sizes in the register's notation: a number of mebi-, gibi- or tebibytes, such as 500M and 2G."""

from __future__ import annotations

MIB, GIB, TIB = 1024**2, 1024**3, 1024**4
UNITS = {"T": TIB, "G": GIB, "M": MIB}


def written(octets: int) -> str:
    """Return a size (bytes) in the largest unit that divides it; where none does, rounded down to mebibytes."""
    unit = next((unit for unit, size in UNITS.items() if octets and octets % size == 0), "M")
    return f"{octets // UNITS[unit]}{unit}"
