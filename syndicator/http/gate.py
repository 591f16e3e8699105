"""Manners towards one host: one request at a time, and a pause after each.

The pause is measured from the end of the last request, so that a slow server gets the same rest as a fast one.
Hosts do not wait for one another. The state is that of one process; what must outlive it (when a source is due
again, a host that asked for patience) is kept by whoever plans the polls.

The wait for one's turn is no fault of the host, so it does not count towards a fetch's deadline; it has a bound
of its own, because a thread that waits is a thread that another host cannot use.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from syndicator.errors import DeadlineExceeded
from syndicator.http.address import literal

_SWEEP_ABOVE = 1024


def gate_key(host: str, port: int) -> str:
    """Whom a request disturbs: the host by name, whatever the port, as all its ports are one machine's load.

    Except on this machine, where every port is a server of its own: several test or demonstration servers on
    127.0.0.1 are as unrelated as several hosts.
    """
    name = host.lower().rstrip(".")
    address = literal(name)
    here = address.is_loopback if address is not None else name == "localhost" or name.endswith(".localhost")
    return f"{name}:{port}" if here else name


def host_key(url: str) -> str:
    """`gate_key` of an address."""
    parts = urlsplit(url)
    return gate_key(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    users: int = 0


class Gate:
    """Turns by key, over all threads; `gap` and `patience` in seconds."""

    def __init__(self, gap: float = 1.0, patience: float = 60.0) -> None:
        self._gap = gap
        self._patience = patience
        self._lock = threading.Lock()
        self._turns: dict[str, _Turn] = {}

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Hold the one turn for a key; raises DeadlineExceeded when it does not come within the patience."""
        turn = self._enter(key)
        try:
            self._wait(key, turn)
            try:
                yield
            finally:
                turn.free_at = time.monotonic() + self._gap
                turn.lock.release()
        finally:
            with self._lock:
                turn.users -= 1

    def _enter(self, key: str) -> _Turn:
        with self._lock:
            if len(self._turns) > _SWEEP_ABOVE:
                now = time.monotonic()
                self._turns = {k: t for k, t in self._turns.items() if t.users or t.free_at > now}
            turn = self._turns.setdefault(key, _Turn())
            turn.users += 1
            return turn

    def _wait(self, key: str, turn: _Turn) -> None:
        until = time.monotonic() + self._patience
        if turn.lock.acquire(timeout=self._patience):
            pause = turn.free_at - time.monotonic()
            if pause <= max(0.0, until - time.monotonic()):
                if pause > 0:
                    time.sleep(pause)
                return
            turn.lock.release()
        raise DeadlineExceeded(f"{key} was busy with other requests of ours for {self._patience:.3g} s.")
