"""granian in front of the edge and Flask: several processes, each with a house of its own that only reads.

granian stood where the others fell: with 200 clients that send their headers slowly, it answered ten of ten ordinary
requests in 2 ms, where gunicorn and waitress answered none or two. A process that dies is started again.
"""

import gc
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.server.common import AbstractServer

from syndicator import logs
from syndicator.service import Service, opened
from syndicator.settings import load
from syndicator.web.app import create_app
from syndicator.web.counting import Counts
from syndicator.web.edge import edge
from syndicator.web.events import STREAMS
from syndicator.web.shelf import Shelf

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

THREADS = STREAMS + 8
"""Those that streams of events sleep on, and those that answer; granian starts them as they are needed."""
BACKLOG = 2048
COUNTS = "SYNDICATOR_COUNTS"
"""Names the directory where the web processes of one service put their counts together."""

_house = ExitStack()


def application() -> "WSGIApplication":
    """The app of one web process, made after the fork; its house closes with the process."""
    logs.configure()
    directory = os.environ.get(COUNTS)
    counts = Counts(Path(directory) if directory else None)
    app = assembled(_house.enter_context(opened(load(os.environ), write=False)), counts, _house)
    gc.collect()
    gc.freeze()  # the house stays: no collection between two requests has to walk through it
    return app


def assembled(service: Service, counts: Counts, house: ExitStack) -> "WSGIApplication":
    """The edge with its documents, in front of Flask; what keeps the documents fresh ends with `house`."""
    shelf = Shelf(service, counts)
    shelf.look()
    house.callback(shelf.follow())
    return edge(create_app(service, counts), shelf.held, counts)


def granian(target: str, *, host: str, port: int, workers: int) -> AbstractServer[Any]:
    """A server of the factory that `target` names (`module:function`), as we run it."""
    return Granian(
        target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_access=False,
    )


def serve(*, host: str, port: int, workers: int) -> None:
    """Serves until SIGTERM or SIGINT; requests in flight are finished."""
    with tempfile.TemporaryDirectory(prefix="syndicator-web-") as directory:
        os.environ[COUNTS] = directory
        granian("syndicator.web.server:application", host=host, port=port, workers=workers).serve()
