"""The house put together: the only place that chooses parts and reads the clock.

A `Service` is either the writer (worker and operator's commands) or a reader (web). Definitions are swapped whole:
`refresh` reads them again when a file changed, keeps the old ones when a file has a mistake, and says so once. What
the store derived from definitions - labels, routes, rendered feeds - is remembered with their fingerprint, so that a
restart after an edit finds out by itself what is out of date (`outdated`, `relabel`).
"""

import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from uuid import UUID

from syndicator import __version__
from syndicator import catalogue as catalogues
from syndicator.catalogue import Catalogue
from syndicator.errors import ConfigurationError, StoreError
from syndicator.http import DEFAULT_PORTS, Door, HttpDoor, Limits, host_key
from syndicator.http.address import Guard
from syndicator.ingest.box import Boxes
from syndicator.ingest.cadence import Bounds
from syndicator.ingest.manners import definition
from syndicator.ingest.pipeline import Definitions, Ingest
from syndicator.ingest.push import Listener, reachable
from syndicator.ingest.read import PRELOAD
from syndicator.logs import logger
from syndicator.model import Article, Document, Feed, Lease, Poll, Source, SourceState
from syndicator.publish.find import newest
from syndicator.publish.notify import Errand, Hub
from syndicator.publish.notify import address as hub_address
from syndicator.publish.ondemand import OnDemand
from syndicator.publish.pipeline import Publish
from syndicator.settings import Settings
from syndicator.store import Inbox, Ledger, Search, Store, Subscriptions, migrations, open_database
from syndicator.text.html import from_text, plain
from syndicator.text.language import detect
from syndicator.text.url import canonical

MIB = 1024 * 1024
STEP = 200
"""Articles relabelled in one transaction."""

NEIGHBOURS = timedelta(days=7)
"""How long an article's story may be looked for by what it says."""

log = logger(__name__)


def now() -> datetime:
    """The clock: read here and nowhere else."""
    return datetime.now(UTC)


HEALTH = ("stopped", "failing", "stumbling", "new", "well")


@dataclass(frozen=True, slots=True)
class Glance:
    """One source as an operator sees it at a glance."""

    source: Source
    state: SourceState
    health: str
    """One of `HEALTH`."""
    new_a_day: float
    """New articles a day, over the last week."""


def health_of(state: SourceState) -> str:
    """One word: `stopped` (410), `failing` (three times or more), `stumbling`, `new` (never polled) or `well`."""
    if state.stopped:
        return "stopped"
    if state.failures:
        return "failing" if state.failures >= 3 else "stumbling"
    return "well" if state.last_success else "new"


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the service can do its work, and if not, why."""

    ready: bool
    why: str


class Service:
    """One process's house. Made by `opened`."""

    def __init__(
        self,
        settings: Settings,
        definitions: Definitions,
        store: Store,
        door: Door,
        boxes: Boxes,
        *,
        inbox: Inbox,
        push_door: Door,
    ) -> None:
        """`push_door` leads to the callbacks of our feeds' subscribers, `door` to everywhere else."""
        self.settings = settings
        self.store = store
        self.door = door
        self.boxes = boxes
        self.name = f"{socket.gethostname()}/{os.getpid()}"
        self._definitions = definitions
        self._seen = _signature(settings.home)
        self._lease = timedelta(seconds=settings.schedule.lease)
        self.ingest = Ingest(
            door=door,
            boxes=boxes,
            store=store,
            definitions=lambda: self._definitions,
            bounds=Bounds(
                shortest=timedelta(minutes=settings.schedule.every),
                longest=timedelta(minutes=settings.schedule.longest),
            ),
            gap=timedelta(seconds=settings.fetch.gap),
            spare=self._lease / 3,
            keep=timedelta(days=settings.keep.articles),
        )
        self.publisher = Publish(
            store=store,
            catalogue=lambda: self.catalogue,
            base_url=settings.service.base_url,
            settle=timedelta(seconds=settings.publish.settle),
            hubs=self._hubs,
        )
        self.ledger = Ledger(store.database)
        self.search = Search(store.database)
        self.on_demand = OnDemand(
            publish=self.publisher, ledger=self.ledger, settle=timedelta(seconds=settings.publish.settle)
        )
        self._publishing = threading.Lock()
        self.inbox = inbox
        self.push_door = push_door

    @cached_property
    def hub(self) -> Hub:
        """The hub of our own feeds."""
        return Hub(
            store=self.store,
            inbox=self.inbox,
            door=self.push_door,
            feeds=lambda: self.catalogue.feeds.keys() if self.settings.push.hub else (),
            base_url=self.settings.service.base_url,
            guard=_push_guard(self.settings),
        )

    @cached_property
    def listener(self) -> Listener:
        """Our subscriptions at the hubs of sources."""
        return Listener(
            subscriptions=Subscriptions(self.store.database),
            inbox=self.inbox,
            door=self.door,
            ingest=self.ingest,
            sources=lambda: self.catalogue.sources,
            base_url=self.settings.service.base_url,
            arrived=lambda poll: self.publish() if poll.new or poll.changed else None,
        )

    @property
    def _hubs(self) -> list[str]:
        """The hubs that our feeds name: our own."""
        return [hub_address(self.settings.service.base_url)] if self.settings.push.hub else []

    @property
    def catalogue(self) -> Catalogue:
        return self._definitions.catalogue

    @property
    def definitions(self) -> Definitions:
        return self._definitions

    # ------------------------------------------------------------ definitions

    def refresh(self) -> bool:
        """Reads the definitions again if any file changed; returns whether they did. Mistakes leave the old ones."""
        seen = _signature(self.settings.home)
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            fresh = catalogues.load(self.settings.home)
        except ConfigurationError as error:
            log.error("definitions not reloaded", mistakes=error.mistakes)
            return False
        if fresh.fingerprint == self.catalogue.fingerprint:
            return False
        self._definitions = Definitions(fresh)
        if self.store.database.writer is not None:
            self._definitions.compile()
        log.info("definitions reloaded", sources=len(fresh.sources), topics=len(fresh.topics), feeds=len(fresh.feeds))
        return True

    def sync(self) -> None:
        """Tells the store which sources and feeds there are now."""
        moment = now()
        sources = self.catalogue.sources.values()
        self.store.sync_sources({s.id: host_key(s.url) for s in sources}, {s.id: definition(s) for s in sources})
        self.store.sync_feeds([*self.catalogue.feeds.values(), *self.catalogue.ready.values()], moment)
        rendered_with = [self.catalogue.fingerprint, self.settings.service.base_url, self._hubs, __version__]
        if self.store.noted("rendered_with") != rendered_with:
            self.store.touch_feeds([*self.catalogue.feeds, *self.catalogue.ready], moment)
            self.store.note("rendered_with", rendered_with)

    @property
    def outdated(self) -> bool:
        """Whether stored articles carry the labels of other definitions than today's."""
        noted = self.store.noted("labelled")
        return noted is None or noted["with"] != self.catalogue.fingerprint or noted["after"] is not None

    def relabel(self, progress: Callable[[int], None] = lambda _: None, *, again: bool = False) -> int:
        """Runs classify and route over all that is stored; returns how many articles changed labels or feeds.

        In short transactions while the service runs on, and it goes on where it was interrupted. `progress` is told
        how many articles were looked at since the last call. Ids, dates and content stay as they are.
        """
        definitions = self._definitions
        print_of = definitions.catalogue.fingerprint
        noted = self.store.noted("labelled")
        last = noted["after"] if noted and noted["with"] == print_of and noted["after"] and not again else ""
        changed = 0
        while ids := [article.id for article in self.store.after(last, STEP)]:
            if definitions is not self._definitions:
                return changed  # edited again meanwhile: whoever sees that starts over
            with self.store.writing() as transaction:
                pairs = [(old, definitions.label(old)) for old in transaction.articles(ids)]
                pairs = [(old, new) for old, new in pairs if old != new]
                transaction.relabel(pairs, now())
            changed += len(pairs)
            last = ids[-1]
            self.store.note("labelled", {"with": print_of, "after": last})
            progress(len(ids))
        self.store.note("labelled", {"with": print_of, "after": None})
        return changed

    # ------------------------------------------------------------ polling

    def claim(self, limit: int, *, slow: int | None = None) -> list[Lease]:
        """Due sources for this worker, at most one a host, and at most `slow` of those that took their time lately."""
        return self.store.claim(now(), by=self.name, lease=self._lease, limit=limit, slow=slow)

    def next_due(self, *, slow: bool = True) -> float | None:
        """Seconds until there is something to claim, or None; `slow` counts those that took their time lately, too."""
        moment = now()
        due = self.store.next_due(moment, slow=slow)
        return None if due is None else max(0.0, (due - moment).total_seconds())

    def claim_now(self, source: str) -> Lease:
        """One source, whatever its schedule says."""
        return self.store.claim_now(source, now(), by=self.name, lease=self._lease)

    def poll(self, lease: Lease) -> Poll | None:
        """Polls a leased source and logs one line; None when its definition has gone meanwhile."""
        source = self.catalogue.sources.get(lease.source)
        if source is None:
            return None
        poll = self.ingest.poll(source, lease.state, now())
        log.info(
            "poll",
            source=poll.source,
            outcome=str(poll.outcome),
            status=poll.status,
            entries=poll.entries,
            new=poll.new,
            changed=poll.changed,
            bytes=poll.wire_bytes,
            seconds=round(poll.duration, 3),
            **({"reason": poll.reason, "error": poll.error} if poll.error else {}),
        )
        return poll

    def publish(self) -> list[str]:
        """Renders what changed; returns the feeds that did."""
        with self._publishing:
            published = self.publisher.publish(now())
        if published:
            log.info("publish", feeds=len(published))
        return published

    def document(self, path: str, extension: str) -> Document | None:
        """The bytes of a feed in one format: as the worker stored them, or made now for a ready-made feed."""
        ready = self.catalogue.ready.get(path)
        return self.on_demand.feed(ready, extension) if ready else self.store.document(path, extension)

    def find(self, feed: Feed) -> list[Article]:
        """The newest articles that a feed carries which nobody defined."""
        return newest(self.ledger, self.search, feed)

    # ------------------------------------------------------------ pushing

    def notify(self, room: int, slow: int) -> list[Errand]:
        """What our feeds' subscribers are owed, as errands for so many threads."""
        return self.hub.work(now(), room, slow)

    def listen(self, room: int, slow: int) -> list[Errand]:
        """What the hubs of our sources sent, as errands for so many threads."""
        return self.listener.work(now(), room, slow)

    def subscribe(self) -> None:
        """Asks the hubs of sources that name one, if they can reach us."""
        wished = self.settings.push.subscribe
        if wished or (wished is None and reachable(self.settings.service.base_url, _push_guard(self.settings))):
            self.listener.subscribe(now())

    def tidy_subscriptions(self) -> None:
        """Ends the subscriptions, both ways, whose time is over or whose feed or source is gone."""
        self.hub.tidy(now())
        self.listener.tidy(now())

    def release_orphans(self) -> None:
        """Takes up at once what a worker that was killed had begun, where no other can be at work on it."""
        self.store.release_orphans()
        self.inbox.release_orphans()
        self.hub.release_orphans()

    # ------------------------------------------------------------ looking

    def due_within(self, span: timedelta) -> bool:
        """Whether a source is due that could be claimed in so short a time: its host only wants a pause."""
        moment = now()
        held = self.store.held_hosts(moment + span)
        return any(
            host_key(self.catalogue.sources[key].url) not in held
            for key, state in self.store.states().items()
            if key in self.catalogue.sources
            and not state.stopped
            and (state.next_poll is None or state.next_poll <= moment)
        )

    def sources_at_a_glance(self) -> list[Glance]:
        """Every source with its health in one word; the ill ones first."""
        states = self.store.states()
        brought = self.store.new_since(now() - timedelta(days=7))
        rows = [
            Glance(
                source=source,
                state=(state := states.get(source.id, SourceState(source=source.id))),
                health=health_of(state),
                new_a_day=brought.get(source.id, 0) / 7,
            )
            for source in self.catalogue.sources.values()
        ]
        return sorted(rows, key=lambda row: (HEALTH.index(row.health), row.source.id))

    def find_article(self, what: str) -> Article | None:
        """A stored article by its id or its address."""
        url = canonical(what)
        if url is not None:
            return self.store.article_by_link(url)
        return next(iter(self.store.articles([what.removeprefix("urn:uuid:")])), None)

    def as_article(self, text: str) -> Article:
        """A text as if it had been polled: its first line is the title, the rest the body."""
        title, _, body = text.strip().partition("\n")
        moment, here = now(), canonical(self.settings.service.base_url)
        if here is None:
            raise ConfigurationError([f"base_url: {self.settings.service.base_url} is no address"])
        bare = Article(
            id=str(UUID(int=0)),
            url=here,
            title=plain(title),
            summary="",
            body=from_text(body),
            language=detect(text),
            published=moment,
            updated=moment,
            origins=(),
        )
        return self._definitions.label(bare)

    # ------------------------------------------------------------ housekeeping

    def prune(self) -> None:
        """Forgets what is older than the settings keep, except what a feed still shows."""
        keep = self.settings.keep
        moment = now()
        shown = {a.id for path in self.catalogue.feeds for a in self.ledger.current(path).articles}
        removed = self.store.prune(
            articles_before=moment - timedelta(days=keep.articles),
            polls_before=moment - timedelta(days=keep.polls),
            keep=shown,
        )
        self.store.forget_neighbours(moment - NEIGHBOURS)
        log.info("prune", articles=removed[0], polls=removed[1])

    def tick(self) -> None:
        """Leaves word that the worker is alive."""
        self.store.note("tick", now().isoformat())

    def health(self) -> Health:
        """Database and last tick: what `/readyz` says."""
        try:
            ticked = self.store.noted("tick")
        except StoreError as error:
            return Health(False, str(error))
        if ticked is None:
            return Health(False, "no worker has been here yet")
        age = (now() - datetime.fromisoformat(ticked)).total_seconds()
        allowed = max(60.0, 3 * self.settings.schedule.tick)
        if age > allowed:
            return Health(
                False, f"the worker's last tick was {age:.0f} s ago; more than {allowed:.0f} s means that it is down"
            )
        return Health(True, f"the worker's last tick was {max(age, 0):.0f} s ago")


@contextmanager
def opened(
    settings: Settings, *, write: bool, door: Door | None = None, boxes: Boxes | None = None
) -> Iterator[Service]:
    """The house, open until the end of the block, but for what is lent to it; definitions and schema are checked.

    A writer makes the schema of an empty database. Raises `ConfigurationError`, `StoreBusy`, `SchemaMismatch`.
    """
    definitions = Definitions(catalogues.load(settings.home))
    database = open_database(settings.database_url, write=write, pool=settings.fetch.parallel + 4)
    try:
        if not migrations.check(database):
            if database.writer is not None:
                migrations.upgrade(database)
            else:
                make_schema(settings)
        network, push_network = door or open_door(settings), door or open_push_door(settings)
        inbox = Inbox(settings.database_url)
        with nullcontext(boxes) if boxes else Boxes(preload=PRELOAD) as open_boxes:
            store = Store(database)
            service = Service(settings, definitions, store, network, open_boxes, inbox=inbox, push_door=push_network)
            if write:
                definitions.compile()
                service.sync()
            yield service
        for one in (network, push_network):
            if isinstance(one, HttpDoor):
                one.close()
        inbox.close()
    finally:
        database.close()


def make_schema(settings: Settings) -> tuple[str | None, str]:
    """Makes or upgrades the database's schema; returns the revisions before and after."""
    with closing(open_database(settings.database_url, write=True)) as database:
        return migrations.upgrade(database)


def open_door(settings: Settings) -> HttpDoor:
    """The door to the network, with the settings' manners."""
    fetch, service = settings.fetch, settings.service
    return HttpDoor(
        Limits(deadline=fetch.deadline, wire=fetch.wire_limit * MIB, decoded=fetch.decoded_limit * MIB),
        user_agent=f"Syndicator/{__version__} (+{service.contact or service.base_url})",
        local=fetch.allow_private,
        ports=_ports(settings),
        ca_file=settings.ca_file,
        gap=fetch.gap,
    )


def open_push_door(settings: Settings) -> HttpDoor:
    """The door to our subscribers' callbacks: quick, no redirects, and no answer is worth more than a challenge."""
    return HttpDoor(
        Limits(deadline=10, wire=65_536, decoded=65_536, hops=0),
        user_agent=f"Syndicator/{__version__} (+{settings.service.contact or settings.service.base_url})",
        allow_private=settings.push.allow_private,
        ports=_ports(settings),
        ca_file=settings.ca_file,
        gap=0,
        patience=10,
    )


def _push_guard(settings: Settings) -> Guard:
    return Guard.of(settings.push.allow_private, _ports(settings))


def _ports(settings: Settings) -> frozenset[int]:
    return frozenset(DEFAULT_PORTS) | frozenset(settings.fetch.ports)


def _signature(home: Path) -> Mapping[str, tuple[int, int]]:
    """What the definition files look like from outside: changes when any file does."""
    return {str(path): (status.st_mtime_ns, status.st_size) for path, status in _files(home)}


def _files(home: Path) -> Iterable[tuple[Path, os.stat_result]]:
    for folder in ("config", "feeds"):
        for path in sorted((home / folder).rglob("*.toml")):
            try:
                yield path, path.stat()
            except FileNotFoundError:
                continue
