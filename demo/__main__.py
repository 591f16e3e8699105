"""`python -m demo`: opens the newsroom, starts the service on it, says where to look, and tells what happens.

Ctrl-C (SIGINT) and SIGTERM end it: the services stop, the temporary home goes, the exit code is 0. It is 1 when the
service could not be started, ended by itself, or showed no articles in time; then the end of its log is shown.
"""

import http.client
import signal
import socket
import sys
import threading
from collections import deque
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from urllib.parse import urlsplit

import click

from demo.home import make_home
from demo.newsroom import HOST, Newsroom
from demo.outlets import Item
from demo.services import Services

WEB_PORT, NEWSROOM_PORT = 8000, 8100
"""Where the two are looked for first; the service asks no ports but 80, 443 and 8000 to 8999."""
READY_WITHIN = 60.0
"""Twice what it takes on a small machine, so that a slow one shows something too."""
LOOK_EVERY = 0.5
"""Seconds."""
SIGNS = {"/readyz": b"true", "/feeds/arabic.rss": b"<item>", "/feeds/syria.atom": b"<entry>"}
"""What stands at an address once the service is ready."""
ADDRESSES = {
    "/": "all feeds",
    "/status": "the sources and how they are",
    "/feeds/arabic.rss": "everything in Arabic",
    "/feeds/syria.atom": "Syria, as Atom",
    "/feeds/syria.json": "Syria, as JSON Feed",
}


class Fault(Exception):
    """The demo cannot go on; the message says why."""


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"Where the web listens; 0 is any free port. [default: {WEB_PORT} up]"
)
def main(port: int | None) -> None:
    """A newsroom on loopback and the service that polls it, until Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    web_port = free_port(WEB_PORT) if port is None else free_port(port, tries=1)
    with (
        TemporaryDirectory(prefix="syndicator-demo-") as folder,
        Newsroom(port=free_port(NEWSROOM_PORT)) as newsroom,
    ):
        home = Path(folder)
        log = home / "services.log"
        make_home(home, newsroom.url)
        show = Show(newsroom, f"http://{HOST}:{web_port}", stop)
        with Services(home=home, host=HOST, port=web_port, log=log) as services:
            try:
                show.run(services, log)
            except Fault as fault:
                end = log.read_text("utf-8", "replace").splitlines()[-20:]
                click.echo("\n".join([*end, "", f"demo: {fault}"]), err=True)
                sys.exit(1)
            finally:
                click.echo("stopping ...")
    click.echo("stopped; nothing is left running, the home is removed")


class Show:
    """What one sees of the demo, from the start to the stop."""

    def __init__(self, newsroom: Newsroom, web: str, stop: threading.Event) -> None:
        self._newsroom = newsroom
        self._web = web
        self._stop = stop
        self._told = newsroom.stories.start
        self._awaited: deque[Item] = deque()

    def run(self, services: Services, log: Path) -> None:
        """Runs until the stop; raises `Fault` when the service does not do what it should."""
        began = monotonic()
        stories = self._newsroom.stories
        out = len(stories.at(stories.start))
        counts = f"{len(stories.outlets)} outlets, {out} stories, {len(stories) - out} to come"
        click.echo(f"newsroom  {self._newsroom.url}/  {counts}")
        click.echo(f"log       {log}")
        click.echo("starting the web and the worker from the Procfile ...")
        if not (self._started(services) and self._ready(services, began + READY_WITHIN)):
            return
        click.echo(f"\nready after {monotonic() - began:.0f} s; open\n")
        for path, what in ADDRESSES.items():
            click.echo(f"  {self._web + path:<44}{what}")
        click.echo("\nCtrl-C stops everything. What happens from now on:\n")
        while not self._stop.wait(LOOK_EVERY):
            self._alive(services)
            self._tell()

    def _started(self, services: Services) -> bool:
        """Runs `release` to its end, then starts the other two; False when stopped meanwhile."""
        services.start("release")
        while (code := services.ended("release")) is None:
            if self._stop.wait(0.05):
                return False
        if code:
            raise Fault(f"the database could not be made: 'release' of the Procfile ended with {code}")
        services.start("web")
        services.start("worker")
        return True

    def _ready(self, services: Services, until: float) -> bool:
        """Waits until worker and database are well and the feeds hold articles; False when stopped meanwhile."""
        waiting = list(SIGNS)
        while waiting:
            if self._stop.wait(0.1):
                return False
            self._alive(services)
            waiting = [path for path in waiting if SIGNS[path] not in (fetch(self._web + path) or b"")]
            if waiting and monotonic() > until:
                raise Fault(f"not ready within {READY_WITHIN:.0f} s: {', '.join(waiting)}")
        return True

    def _alive(self, services: Services) -> None:
        for name in ("web", "worker"):
            if (code := services.ended(name)) is not None:
                raise Fault(f"the {name} ended by itself, with {code}")

    def _tell(self) -> None:
        """A line for every story that came out, and one when the feed shows it."""
        moment = self._newsroom.clock()
        for item in self._newsroom.stories.between(self._told, moment):
            kind = "corrected" if item.updated > item.published else "new story"
            click.echo(f"{item.updated:%H:%M:%S}  {kind}    {item.title} ({item.outlet.title})")
            self._awaited.append(item)
        self._told = moment
        if not self._awaited:
            return
        shown = (fetch(f"{self._web}/feeds/arabic.rss") or b"").decode()
        for item in [item for item in self._awaited if item.title in shown]:
            self._awaited.remove(item)
            click.echo(f"{moment:%H:%M:%S}  in the feed  {item.title} ({_seconds(moment, item.updated)} s later)")
        if not self._awaited and len(self._newsroom.stories.at(moment)) == len(self._newsroom.stories):
            click.echo("\nThat was the newsroom's last story; the service runs on until Ctrl-C.")


def _seconds(later: datetime, earlier: datetime) -> int:
    return round((later - earlier).total_seconds())


def fetch(url: str) -> bytes | None:
    """The body of a 200 answer from this machine; None for anything else."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or HOST, parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.read() if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def free_port(first: int, tries: int = 100) -> int:
    """The first free port of this machine from `first` on; any free one for 0."""
    for port in range(first, first + tries):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException(
        f"port {first} is not free" if tries == 1 else f"no port is free from {first} to {first + tries - 1}"
    )


if __name__ == "__main__":
    main()
