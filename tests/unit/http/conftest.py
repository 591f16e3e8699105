"""Doors for the tests of this room."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from syndicator.http import HttpDoor, Limits


@pytest.fixture
def open_door() -> Iterator[Callable[..., HttpDoor]]:
    """Make doors that may reach 127.0.0.1 and pause for nobody; what is given wins over that."""
    with ExitStack() as stack:

        def make(limits: Limits = Limits(deadline=5), **settings: object) -> HttpDoor:  # noqa: B008
            given = {"user_agent": "Tester/1.0", "allow_private": ["127.0.0.1/32"], "gap": 0.0, **settings}
            return stack.enter_context(closing(HttpDoor(limits, **given)))

        yield make
