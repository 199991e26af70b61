"""`python -m tests.lint shell|php|units`: say what is wrong, one a line, and end with 1 where anything is."""

from __future__ import annotations

import sys
from collections.abc import Callable

from . import programs, units

PHP_IS_MISSING = "Thiếu PHP trên máy này: hãy chạy `make setup`. | This machine has no PHP: run `make setup`."


def shell() -> list[str]:
    """What shellcheck objects to."""
    return [programs.shellcheck(path, text) for path, text in programs.shell()]


def php() -> list[str]:
    """What PHP objects to."""
    try:
        return [programs.php_syntax(path, text) for path, text in programs.php()]
    except FileNotFoundError:
        return [PHP_IS_MISSING]


LINTERS: dict[str, Callable[[], list[str]]] = {
    "shell": shell,
    "php": php,
    "units": lambda: units.verify(units.rendered()),
}

if __name__ == "__main__":
    said = list(filter(None, LINTERS[sys.argv[1]]()))
    sys.exit("\n".join(said) or 0)
