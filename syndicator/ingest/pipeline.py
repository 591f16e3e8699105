"""The left wing as one sentence: fetch, read, look up, extract, classify, merge, route, save.

Two decisions shape it. What strangers wrote is read, made safe and extracted in a killable box (`box`), so that
hostile bytes cost their own source's time and nobody else's. And what an article is gets decided under the writer's
lock: the page of a new item is fetched before it, merging and routing happen inside it, and articles, validators and
the next poll time are saved together or not at all.

The only place that catches a `SourceError`: a source's fault becomes a `Poll` that says so. A bug propagates.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from time import monotonic, perf_counter

from syndicator.catalogue import Catalogue
from syndicator.errors import BoxFault, HttpFault, SourceError
from syndicator.http import PAGE_ACCEPT, Door, host_key
from syndicator.ingest import cadence, manners
from syndicator.ingest.box import Boxes
from syndicator.ingest.classify import People, Places, Topics, classify
from syndicator.ingest.cluster import WINDOW, Neighbourhood, decide, drafted
from syndicator.ingest.extract import extract
from syndicator.ingest.merge import merge
from syndicator.ingest.read import read
from syndicator.logs import logger
from syndicator.model import (
    Article,
    Channel,
    Member,
    Outcome,
    Poll,
    Response,
    Source,
    SourceState,
    Territory,
    Validators,
)
from syndicator.store import Store, Transaction
from syndicator.text.signature import Draft, signature

log = logger(__name__)


@dataclass(frozen=True)
class Definitions:
    """A catalogue with its labels, swapped whole when the definitions change.

    Labels are compiled when they are first needed (most of a second for all that is shipped): a process that only
    serves or lists never pays for them. Who labels on several threads calls `compile` first.
    """

    catalogue: Catalogue

    def compile(self) -> "Definitions":
        """All labels ready; returns itself."""
        _ = self.topics, self.places, self.people
        return self

    @cached_property
    def topics(self) -> Topics:
        return Topics(self.catalogue.topics.values())

    @cached_property
    def places(self) -> Places:
        gazetteer = self.catalogue.gazetteer
        return _places(tuple(gazetteer.territories.values()), gazetteer.hidden)

    @cached_property
    def people(self) -> People:
        return People(self.catalogue.people)

    def label(self, article: Article) -> Article:
        """Its labels - by what it says; topics also by the sources that it came from - and the feeds that carry it."""
        sources = self.catalogue.sources
        given = (topic for o in article.origins if o.source in sources for topic in sources[o.source].topics)
        labelled = classify(article, self.topics, given, self.places, self.people)
        return replace(labelled, feeds=self.catalogue.routes(labelled))


@lru_cache(maxsize=1)
def _places(territories: tuple[Territory, ...], hidden: tuple[str, ...]) -> Places:
    """Places are the largest of the tables and the least often edited: other edits leave them as they are."""
    return Places(territories, hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What one fetch brought: the answer, the state that it teaches, and the articles that need saving."""

    asked: str
    """The address that was polled."""
    state: SourceState
    outcome: Outcome
    response: Response | None = None
    entries: int = 0
    articles: tuple[Article, ...] = ()
    failure: SourceError | None = None
    pushed: datetime | None = None
    """When the source's hub last pushed."""


class Ingest:
    """Polls one source at a time, on whatever thread it is called."""

    def __init__(
        self,
        *,
        door: Door,
        boxes: Boxes,
        store: Store,
        definitions: Callable[[], Definitions],
        bounds: cadence.Bounds,
        gap: timedelta,
    ) -> None:
        self._door = door
        self._boxes = boxes
        self._store = store
        self._definitions = definitions
        self._bounds = bounds
        self._gap = gap
        self.fetching: dict[str, float] = {}
        """Sources whose server is being waited for, and since when (`time.monotonic`)."""

    def poll(self, source: Source, state: SourceState, moment: datetime) -> Poll:
        """Polls a source that this worker has leased (`state.epoch`), and saves all that comes of it.

        Raises `LeaseLost` when another worker took the source over meanwhile, `StoreError` when nothing can be saved.
        """
        started = perf_counter()
        harvest = self._harvest(source, state, moment)
        finished = moment + timedelta(seconds=perf_counter() - started)
        return self._save(source, harvest, moment, finished)

    def receive(self, source: Source, response: Response, moment: datetime) -> Poll:
        """Saves what a source's hub pushed, as if it had been polled: only what is in it, nothing that is missing.

        It needs no lease and plans no poll. Raises `ParseError`, `BoxFault` and `StoreError`.
        """
        started = perf_counter()
        _channel, articles, fresh = self._gather(source, response, moment)
        with self._store.writing() as transaction:
            new, changed = self._merge(transaction, fresh, moment)
            poll = Poll(
                source=source.id,
                at=moment,
                outcome=Outcome.CHANGED if fresh else Outcome.UNCHANGED,
                entries=len(articles),
                new=new,
                changed=changed,
                wire_bytes=response.wire_bytes,
                duration=perf_counter() - started,
                why="pushed by its hub",
            )
            transaction.finish_push(poll)
        return poll

    # ------------------------------------------------------------ before the lock

    def _harvest(self, source: Source, state: SourceState, moment: datetime) -> Harvest:
        validators = manners.conditions(state, moment)
        if validators != state.validators:
            state = replace(state, last_unconditional=moment)
        asked = manners.polled(source, state)
        response: Response | None = None
        try:
            response = self._fetch(source, asked, validators)
            if response.status not in {200, 226, 304} or (response.status == 304 and state.last_full is None):
                raise manners.status_fault(response)
            answered = manners.answered(source, state, response, moment)
            if response.status == 304:
                known = manners.not_modified(answered, response)
                return Harvest(asked=asked, state=known, outcome=Outcome.NOT_MODIFIED, response=response)
            return self._read(source, asked, answered, response, moment)
        except SourceError as failure:
            _report(failure, source)
            failed = manners.failed(source, state, failure, response, moment)
            return Harvest(asked=asked, state=failed, outcome=Outcome.FAILED, response=response, failure=failure)

    def _fetch(self, source: Source, asked: str, validators: Validators) -> Response:
        self.fetching[source.id] = monotonic()
        try:
            return self._door.get(asked, validators=validators, deltas=True)
        finally:
            self.fetching.pop(source.id, None)

    def _read(self, source: Source, asked: str, state: SourceState, response: Response, moment: datetime) -> Harvest:
        """`state` knows that an answer came; what its body teaches is added once the body could be read."""
        whole = response.status == 200
        body_hash = hashlib.sha256(response.body).hexdigest() if whole else state.body_hash
        repeats = manners.repeats(state, moment)
        same = whole and body_hash == state.body_hash
        state = manners.whole(state, response, moment)
        if same:
            state = replace(state, repeats=repeats)
            return Harvest(asked=asked, state=state, outcome=Outcome.UNCHANGED, response=response)
        channel, articles, fresh = self._gather(source, response, moment)
        rhythm = cadence.learn([a.published for a in articles if a.published < moment]) if whole else None
        learned = replace(
            state,
            body_hash=body_hash,
            repeats=0 if fresh else repeats,
            ttl=channel.ttl,
            period=channel.period,
            skip_hours=channel.skip_hours,
            skip_days=channel.skip_days,
            interval=rhythm or state.interval,
            hub=channel.hub,
            topic=(channel.self_url or response.url) if channel.hub else None,
        )
        return Harvest(
            asked=asked,
            state=learned,
            outcome=Outcome.CHANGED if fresh else Outcome.UNCHANGED,
            response=response,
            entries=len(articles),
            articles=fresh,
        )

    def _gather(
        self, source: Source, response: Response, moment: datetime
    ) -> tuple[Channel, tuple[Article, ...], tuple[Article, ...]]:
        """What a body holds: its channel, all its articles, and those that are new or say something new, whole."""
        channel, articles = self._boxes.run(read, response, source, moment)
        known = self._store.fingerprints(source.id, [article.origins[0].guid for article in articles])
        fresh = [a for a in articles if known.get(a.origins[0].guid) != a.origins[0].fingerprint]
        return channel, articles, tuple(self._extracted(article, source, response) for article in fresh)

    def _extracted(self, article: Article, source: Source, response: Response) -> Article:
        """The article with its page's text, where the source asks for it. A page that fails leaves the summary."""
        if article.withdrawn or not (source.full_text or source.kind == "page"):
            return article
        try:
            page = response if source.kind == "page" else self._page(article)
            return self._boxes.run(_with_page, article, page, source)
        except SourceError as failure:
            _report(failure, source)
            return _again(article)

    def _page(self, article: Article) -> Response:
        page = self._door.get(article.url, accept=PAGE_ACCEPT, robots=True)
        if page.status != 200:
            raise manners.status_fault(page)
        return page

    # ------------------------------------------------------------ under the lock

    def _save(self, source: Source, harvest: Harvest, moment: datetime, finished: datetime) -> Poll:
        with self._store.writing() as transaction:
            new, changed = self._merge(transaction, harvest.articles, moment)
            state = replace(harvest.state, last_new=moment) if new else harvest.state
            pushed = transaction.pushed(source.id, finished) if state.hub else None
            harvest = replace(harvest, state=state, pushed=pushed)
            poll, after = self._conclude(source, harvest, moment, finished, new, changed)
            transaction.finish(after, poll, host=host_key(manners.polled(source, after)))
            self._hold(transaction, harvest, poll, finished)
        if manners.polled(source, after) != harvest.asked:
            log.warning("source moved", source=source.id, asked=harvest.asked, now=manners.polled(source, after))
        return poll

    def _merge(self, transaction: Transaction, fresh: Sequence[Article], moment: datetime) -> tuple[int, int]:
        """Decides what each article is and saves it; returns how many are new and how many say something else."""
        if not fresh:
            return 0, 0
        definitions = self._definitions()
        known = transaction.find(fresh)
        settled: dict[str, tuple[Article | None, Article]] = {}
        for incoming in fresh:
            stored = known.match(incoming)
            merged = merge(stored, incoming, moment)
            if merged is None:
                continue
            merged = definitions.label(merged)
            known.add(merged)
            first = settled[merged.id][0] if merged.id in settled else stored
            settled[merged.id] = (first, merged)
        told = gather(transaction, [new for old, new in settled.values() if old is None])
        for member, _ in told:
            settled[member.article] = (None, replace(settled[member.article][1], story=member.story))
        transaction.save(list(settled.values()), moment)
        transaction.remember([member for member, _ in told], {each.article: draft for each, draft in told}, moment)
        return count(settled.values())

    def _hold(self, transaction: Transaction, harvest: Harvest, poll: Poll, finished: datetime) -> None:
        """The pause that the polled host gets, and the long one that it or the one that answered asked for."""
        asked = host_key(harvest.asked)
        if self._gap:
            transaction.hold_host(asked, finished + self._gap, "one request at a time")
        if harvest.response is not None and harvest.response.status == 429 and poll.next_poll is not None:
            for host in {asked, host_key(harvest.response.url)}:
                transaction.hold_host(host, poll.next_poll, "it wants fewer requests (429)")

    def _conclude(
        self, source: Source, harvest: Harvest, moment: datetime, finished: datetime, new: int, changed: int
    ) -> tuple[Poll, SourceState]:
        """The poll's own record, and the state with the next poll in it."""
        response, failure, state = harvest.response, harvest.failure, harvest.state
        headers = response.headers if response else {}
        status = response.status if response else failure.status if isinstance(failure, HttpFault) else None
        decide = cadence.after_failure if failure else cadence.after_answer
        plan = decide(source, state, headers, self._bounds, finished)
        if harvest.pushed and not failure:
            plan = cadence.while_pushed(plan, harvest.pushed, self._bounds, finished, missed=new > 0)
        why = "; ".join(filter(None, [plan.why, manners.moved(source, state)]))
        poll = Poll(
            source=source.id,
            at=moment,
            outcome=harvest.outcome,
            status=status,
            entries=harvest.entries,
            new=new,
            changed=changed,
            wire_bytes=response.wire_bytes if response else 0,
            duration=(finished - moment).total_seconds(),
            reason=failure.reason if failure else None,
            error=str(failure) if failure else None,
            next_poll=plan.at,
            why=why,
        )
        return poll, replace(state, next_poll=plan.at, why=why)


def gather(transaction: Transaction, fresh: Sequence[Article]) -> list[tuple[Member, Draft]]:
    """Decides which story each new article tells, one after the other, so that two of one batch find each other."""
    drafts = [drafted(article) for article in fresh]
    frequencies = transaction.frequencies({term for draft in drafts for term in draft.terms})
    signed = [signature(draft, frequencies) for draft in drafts]
    asked = [(article.published, own) for article, own in zip(fresh, signed, strict=True)]
    neighbourhood = Neighbourhood(transaction.neighbours(asked, WINDOW))
    told = []
    for article, own, draft in zip(fresh, signed, drafts, strict=True):
        member = decide(article, own, neighbourhood.near(article, own))
        neighbourhood.add(member)
        told.append((member, draft))
    return told


def _with_page(article: Article, page: Response, source: Source) -> Article:
    """The article with what its page adds; the page's date where the feed gave none. Runs in the box."""
    extraction = extract(article, page, source)
    if article.dated or extraction.published is None:
        return extraction.article
    return replace(extraction.article, published=extraction.published, updated=extraction.published, dated=True)


def _report(failure: SourceError, source: Source) -> None:
    """A source's fault is told by its poll; a fault of ours also goes to the log, whole."""
    if isinstance(failure, BoxFault):
        log.error("bug in the box", source=source.id, traceback=failure.traceback)


def count(settled: Iterable[tuple[Article | None, Article]]) -> tuple[int, int]:
    """How many articles are new, and how many say something else than before."""
    pairs: Sequence[tuple[Article | None, Article]] = list(settled)
    new = sum(old is None for old, _ in pairs)
    changed = sum(
        old is not None and (old.updated, old.withdrawn) != (now.updated, now.withdrawn) for old, now in pairs
    )
    return new, changed


def _again(article: Article) -> Article:
    """An article whose page could not be had: an empty fingerprint makes the next whole answer try again."""
    return replace(article, origins=(replace(article.origins[0], fingerprint=""),))
