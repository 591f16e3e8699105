"""Runs a function on strangers' input in a child process that can be killed.

A thread cannot be killed, and the libraries that read feeds have inputs of a few kilobytes that keep them busy
for minutes. So parsing runs in a child with limits of its own (`BoxLimits`): the parent waits no longer than
`wall` seconds, then kills the child and starts another. What the function returns or raises comes back; a limit
comes back as `ParseLimit`. A box guards against time and memory, not against code that takes the child over:
the parent unpickles what the child sends.

Children are persistent, because a start costs a third of a second of imports and a call costs a tenth of a
millisecond. They are started by `python -m syndicator.ingest.box`, never forked, since the parent has threads.
The two talk over a socket pair (`wire`). The child inherits one end and nothing else, so it sees the end of file when
its parent dies in whatever way, and an alarm ends it if it is busy at that moment.
"""

import contextlib
import importlib
import os
import pickle
import queue
import signal
import socket
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
from syndicator.ingest.wire import Line, dumps

P = ParamSpec("P")
T = TypeVar("T")

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


class _Box:
    """One child, started at its first call and again after it was killed."""

    def __init__(self, limits: BoxLimits, preload: Sequence[str]) -> None:
        self.limits = limits
        self.preload = preload
        self.process: subprocess.Popen[bytes] | None = None
        self.line: Line | None = None
        self.runs = 0

    def start(self) -> Line:
        ours, theirs = socket.socketpair()
        limits = self.limits
        numbers = (theirs.fileno(), limits.wall, limits.memory, limits.files, limits.file_size)
        command = [sys.executable, "-m", "syndicator.ingest.box", *map(str, numbers), *self.preload]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(theirs.fileno(),)
            )
        self.line, self.runs = Line(ours), 0
        try:
            answer = pickle.loads(self.line.receive(time.monotonic() + _STARTING))  # noqa: S301
        except (TimeoutError, EOFError, OSError) as error:
            self.stop()
            raise BoxFault("The child process that parses feeds did not start; its error is above.") from error
        if answer != _READY:
            self.stop()
            raise BoxFault(f"The child process that parses feeds did not start:\n{answer}")
        return self.line

    def call(self, request: bytes) -> tuple[str, object]:
        """The child's answer; raises `TimeoutError` at the wall limit and `_Vanished` when the child died."""
        if self.line is not None and (self.runs >= _RUNS or (self.process and self.process.poll() is not None)):
            self.stop()
        line = self.line or self.start()
        self.runs += 1
        deadline = time.monotonic() + self.limits.wall
        line.end.settimeout(self.limits.wall)
        try:
            line.send(request)
            return cast(tuple[str, object], pickle.loads(line.receive(deadline)))  # noqa: S301
        except TimeoutError:
            self.stop()
            raise
        except (EOFError, OSError) as error:
            self.stop()
            raise _Vanished from error

    def stop(self) -> None:
        """Kill the child, if there is one, and wait until it is gone."""
        if self.line is not None:
            self.line.end.close()
            self.line = None
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
        box = self._idle.get()
        try:
            if self._closed.is_set():
                raise RuntimeError("The boxes are closed: nothing more can be run in them.")
            outcome, value = box.call(dumps((function, args, kwargs)))  # only now: a body that waits is held once
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
        return dumps(outcome)
    except MemoryError:
        return dumps((_MEMORY, None))
    except SourceError as error:
        with contextlib.suppress(Exception):
            payload = dumps((_RAISED, error))
            pickle.loads(payload)  # noqa: S301 - that it can be read back is what is checked
            return payload
        return dumps((_BUG, traceback.format_exc()))
    except BaseException:
        return dumps((_BUG, traceback.format_exc()))


def _serve(arguments: Sequence[str]) -> None:
    """The child's whole life: import, confine, then answer until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    descriptor, wall, memory, files, file_size, *preload = arguments
    line = Line(socket.socket(fileno=int(descriptor)))
    try:
        for name in preload:
            module, _, function = name.partition(":")
            imported = importlib.import_module(module)
            if function:
                getattr(imported, function)()
        _confine(int(memory), int(files), int(file_size))
    except Exception:
        line.send(dumps(traceback.format_exc()))
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    line.send(dumps(_READY))
    while True:
        try:
            request = line.receive()
            signal.setitimer(signal.ITIMER_REAL, float(wall) + _GRACE)
            payload = _answer(request)
            signal.setitimer(signal.ITIMER_REAL, 0)
            line.send(payload)
        except (EOFError, OSError):
            return


if __name__ == "__main__":
    _serve(sys.argv[1:])
