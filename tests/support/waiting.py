"""Waiting for what other threads do, with a bound."""

import time
from collections.abc import Callable


def wait_for(done: Callable[[], bool], seconds: float = 30) -> float:
    """Waits until `done()` holds; returns how long that took, in seconds."""
    started = time.monotonic()
    while not done():
        assert time.monotonic() - started < seconds, "it did not end in time"
        time.sleep(0.005)
    return time.monotonic() - started
