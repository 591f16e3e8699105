"""granian in front of the edge and Flask: several processes, each with a house of its own that only reads.

granian stood where the others fell: with 200 clients that send their headers slowly, it answered ten of ten ordinary
requests in 2 ms, where gunicorn and waitress answered none or two. A process that dies is started again.

**What is in memory waits for nothing.** granian calls a WSGI application on a pool of threads. With one for each of
sixteen readers they hand Python's lock around for answers that take 2 microseconds, and with few of them every reader
of a feed waits for somebody's search. So granian has two here. They answer what the edge has at once, and give the rest
to threads of ours, where Flask takes its time and streams of events sleep: granian takes an answer from any thread. A
request's body must be read before it is given away; one thread does so at a time, and while a body arrives slowly,
other requests with one are answered 503. (A proxy in front that collects bodies, as nginx does, makes an end of that.)

granian has no public name for this: `_process` puts `_at_once_or_later` where granian wraps an application, and
`pyproject.toml` holds granian to the releases that were tried with it. Measured with `benchmarks.serving` in a row: 40
threads of granian's .37 and .39 of nginx's rate (200 gzip, 304), 99th percentile 2.6 and 1.8 ms; 3 threads .40 and .46,
6.9 and 4.5 ms; 2 threads .44 and .55, 3.9 and 3.4 ms; 1 thread .54 and .60, 0.8 and 0.6 ms, but a slow body stops it.
"""

import gc
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.server import mp
from granian.server.mp import MPServer
from granian.wsgi import _callback_wrapper

from syndicator import logs
from syndicator.service import Service, opened
from syndicator.settings import load
from syndicator.web.app import create_app
from syndicator.web.counting import Counts
from syndicator.web.edge import Edge
from syndicator.web.events import ENDING, STREAMS
from syndicator.web.shelf import Shelf
from syndicator.web.websub import PUSH_BYTES

ANSWERING = 2
"""Threads of granian's: one goes on answering while the other may read a request's body."""
THREADS = STREAMS + 8
"""Those that streams of events sleep on, and those that Flask answers on; started as they are needed."""
BACKLOG = 2048
BUSY = (503, [("Content-Type", "text/plain"), ("Retry-After", "5")], b"Another request is arriving slowly.\n")
COUNTS = "SYNDICATOR_COUNTS"
"""Names the directory where the web processes of one service put their counts together."""

_house = ExitStack()


def application() -> Edge:
    """The app of one web process, made after the fork; its house closes with the process."""
    logs.configure()
    directory = os.environ.get(COUNTS)
    counts = Counts(Path(directory) if directory else None)
    app = assembled(_house.enter_context(opened(load(os.environ), write=False)), counts, _house)
    gc.collect()
    gc.freeze()  # the house stays: no collection between two requests has to walk through it
    return app


def assembled(service: Service, counts: Counts, house: ExitStack) -> Edge:
    """The edge with its documents, in front of Flask; what keeps the documents fresh ends with `house`."""
    shelf = Shelf(service, counts)
    shelf.look()
    house.callback(shelf.follow())
    return Edge(create_app(service, counts), shelf.held, counts)


def granian(target: str, *, host: str, port: int, workers: int) -> MPServer:
    """A server of the factory that `target` names (`module:function`), as we run it."""
    return MPServer(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=ANSWERING,
        runtime_mode=RuntimeModes.st,
        backlog=BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,
    )


def serve(*, host: str, port: int, workers: int) -> None:
    """Serves until SIGTERM or SIGINT; requests in flight are finished."""
    with tempfile.TemporaryDirectory(prefix="syndicator-web-") as directory:
        os.environ[COUNTS] = directory
        server = granian("syndicator.web.server:application", host=host, port=port, workers=workers)
        server.serve(spawn_target=_process)


def _process(*given: Any) -> None:
    """One web process, from its start to its end."""
    vars(mp)["_wsgi_call_wrap"] = _at_once_or_later
    with _house, _streams_end():
        MPServer._spawn_wsgi_worker(*given)


@contextmanager
def _streams_end() -> Iterator[None]:
    """The streams of events end when a signal tells the process to, so that granian need not wait for them."""
    told, tells = socket.socketpair()
    tells.setblocking(False)
    with told, tells:
        signal.set_wakeup_fd(tells.fileno())
        threading.Thread(target=_ended_by, args=(told,), name="ending", daemon=True).start()
        yield
        signal.set_wakeup_fd(-1)


def _ended_by(told: socket.socket) -> None:
    told.recv(1)
    ENDING.set()


def _at_once_or_later(
    edge: Edge, scope: dict[str, Any], log_format: str | None
) -> Callable[[Any, dict[str, Any]], None]:
    """What granian calls for each request: with its protocol object, which takes the answer, and the environ."""
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="flask")
    body = threading.Lock()
    at_once, later = edge.at_once, _callback_wrapper(edge.later, scope, log_format)

    def answer(protocol: Any, environ: dict[str, Any]) -> None:
        found = at_once(environ)
        if found is not None:
            protocol.response_bytes(*found)
        elif "CONTENT_LENGTH" not in environ and "HTTP_TRANSFER_ENCODING" not in environ:
            pool.submit(later, protocol, environ)
        elif body.acquire(blocking=False):
            try:
                environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(PUSH_BYTES + 1))
            finally:
                body.release()
            pool.submit(later, protocol, environ)
        else:
            protocol.response_bytes(*BUSY)

    return answer
