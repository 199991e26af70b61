"""One test over many things, as one case: pytest spends a millisecond and more on each case in each process.

For rules of the house (each page, each message, each file of the code), of which every process that shares the work
would collect thousands. What has a behaviour of its own stays a case of its own (`pytest.mark.parametrize`).
"""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def for_each(
    name: str, things: Iterable[T] | Callable[[], Iterable[T]], ids: Callable[[T], str] = str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Hand a test each of these things as the argument `name`, and tell all that fail together, each by its id.

    A function is asked for them when the test runs. A fixture is the same for all of them. Nothing to look at is a
    failure, too.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def loop(**fixtures: Any) -> None:
            wanted = list(things() if callable(things) else things)
            assert wanted, f"there is no {name}"
            failed = [told for thing in wanted if (told := _failure(test, ids(thing), {**fixtures, name: thing}))]
            if failed:
                pytest.fail(f"{len(failed)} of {len(wanted)}:\n" + "\n".join(failed), pytrace=False)

        signature = inspect.signature(test)
        others = [parameter for key, parameter in signature.parameters.items() if key != name]
        assert len(others) < len(signature.parameters), f"{test.__name__} does not take {name}"
        loop.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return loop

    return decorate


def _failure(test: Callable[..., None], id_: str, arguments: dict[str, Any]) -> str:
    """Which thing failed, at which line of which file, and why; empty where it passes."""
    try:
        test(**arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are looked at, too
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{id_}\n  {place.filename}:{place.lineno}: {type(error).__name__}: {error}"
    return ""
