"""Runs a function on strangers' input in a child process that can be killed.

A thread cannot be killed, and the libraries that read feeds have inputs of a few kilobytes that keep them busy
for minutes. So parsing runs in a child with limits of its own (`BoxLimits`): the parent waits no longer than
`wall` seconds, then kills the child and starts another. What the function returns or raises comes back; a limit
comes back as `ParseLimit`. A box guards against time and memory, not against code that takes the child over:
the parent unpickles what the child sends.

Children are persistent, because a start costs a third of a second of imports and a call costs a tenth of a
millisecond. They are started by `python -m syndicator.ingest.box`, never forked, since the parent has threads.
The two talk over a socket pair: four bytes of length, then a pickle. The child inherits one end and nothing else, so
it sees the end of file when its parent dies in whatever way, and an alarm ends it if it is busy at that moment.
"""

import contextlib
import importlib
import os
import pickle
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

from syndicator.errors import BoxFault, ParseLimit, SourceError

P = ParamSpec("P")
T = TypeVar("T")

_LENGTH = struct.Struct("!Q")
_READY = "ready"
_RETURNED, _RAISED, _MEMORY, _BUG = "returned", "raised", "memory", "bug"
_STARTING = 60.0
"""Seconds that a child may take for its imports, on a machine that is busy."""
_GRACE = 5.0
"""Seconds after which a child whose parent has vanished ends itself, beyond the wall limit."""
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


class _Channel:
    """Whole pickles over one end of a socket pair."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end

    def send(self, payload: bytes) -> None:
        self.end.sendall(_LENGTH.pack(len(payload)))
        self.end.sendall(payload)

    def receive(self, deadline: float | None = None) -> bytearray:
        """The next payload; `TimeoutError` at the deadline (monotonic seconds), `EOFError` at the end."""
        length: int = _LENGTH.unpack(self._exactly(_LENGTH.size, deadline))[0]
        return self._exactly(length, deadline)

    def _exactly(self, size: int, deadline: float | None) -> bytearray:
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            if deadline is not None:
                self.end.settimeout(max(deadline - time.monotonic(), 0.001))
            count = self.end.recv_into(view)
            if not count:
                raise EOFError
            view = view[count:]
        return buffer


class _Box:
    """One child, started at its first call and again after it was killed."""

    def __init__(self, limits: BoxLimits, preload: Sequence[str]) -> None:
        self.limits = limits
        self.preload = preload
        self.process: subprocess.Popen[bytes] | None = None
        self.channel: _Channel | None = None
        self.runs = 0

    def start(self) -> _Channel:
        ours, theirs = socket.socketpair()
        limits = self.limits
        numbers = (theirs.fileno(), limits.wall, limits.memory, limits.files, limits.file_size)
        command = [sys.executable, "-m", "syndicator.ingest.box", *map(str, numbers), *self.preload]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),)
            )
        self.channel, self.runs = _Channel(ours), 0
        try:
            answer = pickle.loads(self.channel.receive(time.monotonic() + _STARTING))  # noqa: S301
        except (TimeoutError, EOFError, OSError) as error:
            self.stop()
            raise BoxFault("The child process that parses feeds did not start; its error is above.") from error
        if answer != _READY:
            self.stop()
            raise BoxFault(f"The child process that parses feeds did not start:\n{answer}")
        return self.channel

    def call(self, request: bytes) -> tuple[str, object]:
        """The child's answer; raises `TimeoutError` at the wall limit and `_Vanished` when the child died."""
        if self.channel is not None and (self.runs >= _RUNS or (self.process and self.process.poll() is not None)):
            self.stop()
        channel = self.channel or self.start()
        self.runs += 1
        deadline = time.monotonic() + self.limits.wall
        channel.end.settimeout(self.limits.wall)
        try:
            channel.send(request)
            return cast(tuple[str, object], pickle.loads(channel.receive(deadline)))  # noqa: S301
        except TimeoutError:
            self.stop()
            raise
        except (EOFError, OSError) as error:
            self.stop()
            raise _Vanished from error

    def stop(self) -> None:
        """Kill the child, if there is one, and wait until it is gone."""
        if self.channel is not None:
            self.channel.end.close()
            self.channel = None
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Boxes:
    """At most `size` boxes (default: as many as cores); callers beyond that wait their turn in order.

    `preload` names the modules that every child imports, and the functions in them (`module:function`) that it calls,
    before its limits hold. Children start when they are first needed. Use it as a context manager, or `close()` it.
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
        for _ in range(self.size):
            self._idle.put(_Box(self.limits, tuple(preload)))

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function(*args)` returns, computed in a child. The function is a module's own; all is picklable.

        Raises the function's own `SourceError`; `ParseLimit` when a limit was hit or the child died;
        `BoxFault` when the function raised anything else.
        """
        request = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        box = self._idle.get()
        try:
            if self._closed.is_set():
                raise RuntimeError("The boxes are closed: nothing more can be run in them.")
            outcome, value = box.call(request)
            if outcome == _MEMORY:
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
        if outcome == _RETURNED:
            return cast(T, value)
        if outcome == _RAISED:
            raise cast(SourceError, value)
        if outcome == _MEMORY:
            raise ParseLimit(f"Reading needed more memory than {self.limits.memory >> 20} MiB and was stopped.")
        raise BoxFault(str(value))

    def close(self) -> None:
        """Wait for the calls under way (no longer than their wall limit) and end every child."""
        self._closed.set()
        boxes = [self._idle.get() for _ in range(self.size)]
        for box in boxes:
            box.stop()
            self._idle.put(box)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# ---------------------------------------------------------------- the child


def _confine(memory: int, files: int, file_size: int) -> None:
    import resource

    for which, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            amount = min(amount, hard)
        resource.setrlimit(which, (amount, amount))


def _answer(request: bytearray) -> bytes:
    """Run one request; whatever happens becomes a payload."""
    outcome: tuple[str, Any]
    try:
        function, args, kwargs = pickle.loads(request)  # noqa: S301 - from our own parent
        request.clear()
        outcome = (_RETURNED, function(*args, **kwargs))
        return pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps((_MEMORY, None))
    except SourceError as error:
        with contextlib.suppress(Exception):
            payload = pickle.dumps((_RAISED, error))
            pickle.loads(payload)  # noqa: S301 - that it can be read back is what is checked
            return payload
        return pickle.dumps((_BUG, traceback.format_exc()))
    except BaseException:
        return pickle.dumps((_BUG, traceback.format_exc()))


def _serve(arguments: Sequence[str]) -> None:
    """The child's whole life: import, confine, then answer until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    descriptor, wall, memory, files, file_size, *preload = arguments
    channel = _Channel(socket.socket(fileno=int(descriptor)))
    try:
        for name in preload:
            module, _, function = name.partition(":")
            imported = importlib.import_module(module)
            if function:
                getattr(imported, function)()
        _confine(int(memory), int(files), int(file_size))
    except Exception:
        channel.send(pickle.dumps(traceback.format_exc()))
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    channel.send(pickle.dumps(_READY))
    while True:
        try:
            request = channel.receive()
            signal.setitimer(signal.ITIMER_REAL, float(wall) + _GRACE)
            payload = _answer(request)
            signal.setitimer(signal.ITIMER_REAL, 0)
            channel.send(payload)
        except (EOFError, OSError):
            return


if __name__ == "__main__":
    _serve(sys.argv[1:])
