"""The process that boxes are forked from, and what they do: the other side of `box`.

A nursery imports what it is told to, once, and then waits for requests of its parent: to fork a box (the request brings
the box's end of a line), or to kill one. It has one thread, so that what it forks is whole; being the boxes' parent,
it alone can kill them without hitting a stranger that got the number of one that ended. It ends when its line does. A
box answers calls under its limits until its own line ends.
"""

import contextlib
import gc
import importlib
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from syndicator.errors import SourceError
from syndicator.ingest.wire import BUG, MEMORY, RAISED, READY, REQUEST, RETURNED, Line, dumps

_GRACE = 5.0
"""Seconds after which a box whose parent has vanished ends itself, beyond the wall limit."""


def nurse(arguments: Sequence[str]) -> None:
    """The nursery's whole life: import, then fork and kill on request until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    descriptor, wall, memory, files, file_size, *preload = arguments
    control = Line(socket.socket(fileno=int(descriptor)))
    try:
        for name in preload:
            module, _, function = name.partition(":")
            imported = importlib.import_module(module)
            if function:
                getattr(imported, function)()
    except Exception:
        control.send(dumps(traceback.format_exc()))
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    gc.collect()
    gc.freeze()  # a collection in a box would touch, and so copy, every page of what was imported
    control.send(dumps(READY))
    boxes: set[int] = set()
    while True:
        request, given, _, _ = socket.recv_fds(control.end, REQUEST.size, 1)
        if len(request) < REQUEST.size:
            return
        if given:
            box = os.fork()
            if not box:
                control.end.close()
                _live(given[0], float(wall), int(memory), int(files), int(file_size))
            os.close(given[0])
            boxes.add(box)
            control.send(dumps(box))
        else:
            (box,) = REQUEST.unpack(request)
            if box in boxes:  # and not one of a nursery before this one
                os.kill(box, signal.SIGKILL)
                os.waitpid(box, 0)
                boxes.remove(box)
            control.send(dumps(None))


def _live(descriptor: int, wall: float, memory: int, files: int, file_size: int) -> NoReturn:
    """A box's whole life: confine, then answer until the line ends."""
    try:
        line = Line(socket.socket(fileno=descriptor))
        _confine(memory, files, file_size)
        while True:
            request = line.receive()
            signal.setitimer(signal.ITIMER_REAL, wall + _GRACE)
            payload = _answer(request)
            signal.setitimer(signal.ITIMER_REAL, 0)
            line.send(payload)
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _confine(memory: int, files: int, file_size: int) -> None:
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
        outcome = (RETURNED, function(*args, **kwargs))
        return dumps(outcome)
    except MemoryError:
        return dumps((MEMORY, None))
    except SourceError as error:
        with contextlib.suppress(Exception):
            payload = dumps((RAISED, error))
            pickle.loads(payload)  # noqa: S301 - that it can be read back is what is checked
            return payload
        return dumps((BUG, traceback.format_exc()))
    except BaseException:
        return dumps((BUG, traceback.format_exc()))


if __name__ == "__main__":
    nurse(sys.argv[1:])
