"""Runs a function on strangers' input in a child process that can be killed.

A thread cannot be killed, and the libraries that read feeds have inputs of a few kilobytes that keep them busy
for minutes. So parsing runs in a child with limits of its own (`BoxLimits`): the parent waits no longer than
`wall` seconds, then has the child killed and another started. What the function returns or raises comes back; a limit
comes back as `ParseLimit`. A box guards against time and memory, not against code that takes the child over:
the parent unpickles what the child sends.

Children are persistent, because a call costs a tenth of a millisecond. They are forked by a `nursery`, one process that
has imported everything and does nothing else: a new box costs milliseconds instead of a second of imports, and the
boxes share the memory of what was imported. Nothing is forked from the parent itself, which has threads. Parent and
child talk over a socket pair (`wire`). The child holds one end and nothing else, so it sees the end of file when its
parent dies in whatever way, and an alarm ends it if it is busy at that moment.
"""

import os
import pickle
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import ParamSpec, Self, TypeVar, cast

from syndicator.errors import BoxFault, ParseLimit, SourceError
from syndicator.ingest.wire import MEMORY, RAISED, READY, REQUEST, RETURNED, Line, dumps

P = ParamSpec("P")
T = TypeVar("T")

_STARTING = 60.0
"""Seconds that a nursery may take for its imports, on a machine that is busy."""
_RUNS = 2000
"""Calls after which a child is replaced, so that what libraries leak never adds up to the memory limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxLimits:
    """What one call may use."""

    wall: float = 10.0
    """Seconds."""
    memory: int = 1 << 30
    """Bytes of address space (`RLIMIT_AS`), the interpreter and its libraries included."""
    files: int = 32
    """Open files."""
    file_size: int = 0
    """Bytes that may be written to a file."""


class _Vanished(Exception):
    """The child closed its end, or was killed by something else."""


class _Nursery:
    """Our side of the process that forks boxes. It starts when a box is first needed, and again if it died."""

    def __init__(self, limits: BoxLimits, preload: Sequence[str]) -> None:
        self._limits = limits
        self._preload = preload
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Line | None = None
        self._asking = threading.Lock()

    def bear(self) -> tuple[int, Line]:
        """A new box: its process's number, and our end of the line to it."""
        with self._asking:
            for attempt in (1, 2):
                nurse = self._line or self._start()
                ours, theirs = socket.socketpair()
                with theirs:
                    try:
                        socket.send_fds(nurse.end, [REQUEST.pack(0)], [theirs.fileno()])
                        return cast(int, pickle.loads(nurse.receive(time.monotonic() + _STARTING))), Line(ours)  # noqa: S301
                    except (OSError, EOFError) as error:
                        ours.close()
                        self._stop()
                        if attempt == 2:
                            raise BoxFault("The process that starts the parsing children died twice.") from error
        raise AssertionError("either a box or a fault")

    def bury(self, process: int) -> None:
        """Kills a box and waits until it is gone. One whose nursery died ends by itself when its line is closed."""
        with self._asking:
            if self._line is None:
                return
            try:
                self._line.end.sendall(REQUEST.pack(process))
                self._line.receive(time.monotonic() + _STARTING)
            except (OSError, EOFError):
                self._stop()

    def _start(self) -> Line:
        ours, theirs = socket.socketpair()
        limits = self._limits
        numbers = (theirs.fileno(), limits.wall, limits.memory, limits.files, limits.file_size)
        command = [sys.executable, "-m", "syndicator.ingest.nursery", *map(str, numbers), *self._preload]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # what has threads must not fork
            )
        self._line = Line(ours)
        try:
            answer = pickle.loads(self._line.receive(time.monotonic() + _STARTING))  # noqa: S301
        except (EOFError, OSError) as error:
            self._stop()
            raise BoxFault("The child process that parses feeds did not start; its error is above.") from error
        if answer != READY:
            self._stop()
            raise BoxFault(f"The child process that parses feeds did not start:\n{answer}")
        return self._line

    def close(self) -> None:
        with self._asking:
            self._stop()

    def _stop(self) -> None:
        if self._line is not None:
            self._line.end.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class _Box:
    """One child, started at its first call and again after it was killed."""

    def __init__(self, limits: BoxLimits, nursery: _Nursery) -> None:
        self._limits = limits
        self._nursery = nursery
        self._process = 0
        self._line: Line | None = None
        self._runs = 0

    def call(self, request: bytes) -> tuple[str, object]:
        """The child's answer; raises `TimeoutError` at the wall limit and `_Vanished` when the child died."""
        if self._line is not None and (self._runs >= _RUNS or self._line.ended()):
            self.stop()
        if self._line is None:
            self._process, self._line = self._nursery.bear()
            self._runs = 0
        self._runs += 1
        deadline = time.monotonic() + self._limits.wall
        self._line.end.settimeout(self._limits.wall)
        try:
            self._line.send(request)
            return cast(tuple[str, object], pickle.loads(self._line.receive(deadline)))  # noqa: S301
        except TimeoutError:
            self.stop()
            raise
        except (EOFError, OSError) as error:
            self.stop()
            raise _Vanished from error

    def stop(self) -> None:
        """Kill the child, if there is one, and wait until it is gone."""
        if self._line is not None:
            self._line.end.close()
            self._line = None
            self._nursery.bury(self._process)


class Boxes:
    """At most `size` boxes (default: as many as cores); callers beyond that wait their turn in order.

    `preload` names the modules that the nursery imports, and the functions in them (`module:function`) that it calls,
    before any child is forked. Everything starts when it is first needed. Use it as a context manager, or `close()` it.
    """

    def __init__(
        self,
        size: int | None = None,
        limits: BoxLimits | None = None,
        preload: Sequence[str] = ("syndicator.ingest.parse",),
    ) -> None:
        self.size = size or os.cpu_count() or 1
        self.limits = limits or BoxLimits()
        self._closed = threading.Event()
        self._idle: queue.LifoQueue[_Box] = queue.LifoQueue()
        self._nursery = _Nursery(self.limits, tuple(preload))
        for _ in range(self.size):
            self._idle.put(_Box(self.limits, self._nursery))

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function(*args)` returns, computed in a child. The function is a module's own; all is picklable.

        Raises the function's own `SourceError`; `ParseLimit` when a limit was hit or the child died;
        `BoxFault` when the function raised anything else.
        """
        box = self._idle.get()
        try:
            if self._closed.is_set():
                raise RuntimeError("The boxes are closed: nothing more can be run in them.")
            outcome, value = box.call(dumps((function, args, kwargs)))  # only now: a body that waits is held once
            if outcome == MEMORY:
                box.stop()
        except TimeoutError:
            raise ParseLimit(f"Reading took longer than {self.limits.wall:g} seconds and was stopped.") from None
        except _Vanished:
            raise ParseLimit("The process that was reading died, probably of this input.") from None
        except BaseException:
            box.stop()
            raise
        finally:
            self._idle.put(box)
        if outcome == RETURNED:
            return cast(T, value)
        if outcome == RAISED:
            raise cast(SourceError, value)
        if outcome == MEMORY:
            raise ParseLimit(f"Reading needed more memory than {self.limits.memory >> 20} MiB and was stopped.")
        raise BoxFault(str(value))

    def close(self) -> None:
        """Wait for the calls under way (no longer than their wall limit) and end every child."""
        self._closed.set()
        boxes = [self._idle.get() for _ in range(self.size)]
        for box in boxes:
            box.stop()
            self._idle.put(box)
        self._nursery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
