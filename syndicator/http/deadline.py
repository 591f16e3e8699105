"""One total deadline for everything that one fetch does, kept by one thread for all fetches.

A socket's own timeout is no deadline: it starts anew with every byte, so a server that sends one byte now and
then holds a thread for as long as it likes, in the headers, in the body, in a hundred `100 Continue`. What ends
every wait is the socket itself: at the deadline a watchdog shuts it down, and whatever was blocked on it (connect,
TLS handshake, status line, header, chunk size, body) returns at once.

The watchdog holds its own duplicate of the descriptor. The number of a descriptor that another thread has closed
may already belong to someone else's connection; a duplicate keeps ours alive until we let go of it. And there is
one thread with a heap for all fetches, not one timer a fetch: starting a thread costs more than a 304.
"""

import contextlib
import heapq
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from syndicator.errors import DeadlineExceeded


class Deadline:
    """The moment at which one attempt ends, and the socket that is shut down then."""

    def __init__(self, seconds: float, host: str) -> None:
        self.host = host
        self.expired = False
        self.over = False
        self.shortened = False
        self.when = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def remaining(self) -> float:
        """Seconds left, more than zero; raises DeadlineExceeded when there are none."""
        if self.over_time() and not self.shortened:
            raise self.error()
        return max(self.when - time.monotonic(), 0.001)

    def over_time(self) -> bool:
        """Whether the deadline has passed, so that a fault is its doing."""
        return self.expired or self.when <= time.monotonic()

    def error(self) -> DeadlineExceeded:
        """The error that says so."""
        return DeadlineExceeded(f"{self.host} took longer than a whole fetch may take.")

    def watch(self, sock: socket.socket) -> None:
        """Shut this socket down at the deadline, instead of the one watched so far."""
        twin = socket.socket(sock.family, sock.type, sock.proto, fileno=os.dup(sock.fileno()))
        with self._lock:
            former, self._socket = self._socket, twin
            if self.expired:
                _shut(twin)
        if former is not None:
            former.close()

    def fire(self) -> None:
        """The moment has come."""
        with self._lock:
            self.expired = True
            if self._socket is not None:
                _shut(self._socket)

    def finish(self) -> None:
        """The attempt ended; its socket is nobody's business any more."""
        with self._lock:
            self.over = True
            former, self._socket = self._socket, None
        if former is not None:
            former.close()


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """The one thread that fires deadlines; it starts with the first one and ends with `close`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Deadline]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def deadline(self, seconds: float, host: str) -> Iterator[Deadline]:
        """A deadline in force for the length of the block."""
        deadline = Deadline(seconds, host)
        with self._changed:
            entry = (deadline.when, next(self._numbers), deadline)
            heapq.heappush(self._heap, entry)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="fetch-deadlines", daemon=True)
                self._thread.start()
            elif self._heap[0] is entry:
                self._changed.notify()
        try:
            yield deadline
        finally:
            deadline.finish()

    def shorten(self, deadline: Deadline, seconds: float) -> None:
        """Let a deadline end in so many seconds, unless it ends before: what is awaited has come."""
        with self._changed:
            deadline.shortened = True
            deadline.when = min(deadline.when, time.monotonic() + seconds)
            entry = (deadline.when, next(self._numbers), deadline)
            heapq.heappush(self._heap, entry)
            if self._heap[0] is entry:
                self._changed.notify()

    def close(self) -> None:
        """End the thread; deadlines still in force then only hold between two reads."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                due = self._due()
                if not due:
                    wait = self._heap[0][0] - time.monotonic() if self._heap else None
                    self._changed.wait(wait)
            for deadline in due:
                deadline.fire()

    def _due(self) -> list[Deadline]:
        """Take what is over or due off the heap; fetches that ended in time leave it here, not when they end."""
        due = []
        now = time.monotonic()
        while self._heap and (self._heap[0][2].over or self._heap[0][0] <= now):
            due.append(heapq.heappop(self._heap)[2])
        return due
