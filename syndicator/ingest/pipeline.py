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
from time import perf_counter

from syndicator.catalogue import Catalogue
from syndicator.errors import BoxFault, HttpFault, SourceError
from syndicator.http import PAGE_ACCEPT, Door, host_key
from syndicator.ingest import cadence
from syndicator.ingest.box import Boxes
from syndicator.ingest.classify import Topics, classify
from syndicator.ingest.extract import extract
from syndicator.ingest.merge import merge
from syndicator.ingest.read import read
from syndicator.logs import logger
from syndicator.model import Article, Feed, Outcome, Poll, Response, Source, SourceState
from syndicator.store import Store

log = logger(__name__)

MOVED_FOR = timedelta(hours=72)
MOVED_TIMES = 3
"""A permanent redirect is adopted once it has led to the same place this often and this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """A catalogue with its topics compiled: swapped whole when the definitions change."""

    catalogue: Catalogue
    topics: Topics

    def label(self, article: Article) -> Article:
        """Topics by what the article says and by the sources that it came from, and the feeds that carry it."""
        sources = self.catalogue.sources
        given = (topic for o in article.origins if o.source in sources for topic in sources[o.source].topics)
        labelled = classify(article, self.topics, given)
        return replace(labelled, feeds=route(labelled, self.catalogue.feeds.values()))


def compile_definitions(catalogue: Catalogue) -> Definitions:
    return Definitions(catalogue=catalogue, topics=Topics(catalogue.topics.values()))


def route(article: Article, feeds: Iterable[Feed]) -> tuple[str, ...]:
    """The paths of the feeds that carry the article."""
    return tuple(sorted(feed.path for feed in feeds if feed.carries(article)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What one fetch brought: the answer, the state that it teaches, and the articles that need saving."""

    state: SourceState
    outcome: Outcome
    response: Response | None = None
    entries: int = 0
    articles: tuple[Article, ...] = ()
    failure: SourceError | None = None


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

    def poll(self, source: Source, state: SourceState, moment: datetime) -> Poll:
        """Polls a source that this worker has leased (`state.epoch`), and saves all that comes of it.

        Raises `LeaseLost` when another worker took the source over meanwhile, `StoreError` when nothing can be saved.
        """
        started = perf_counter()
        harvest = self._harvest(source, state, moment)
        finished = moment + timedelta(seconds=perf_counter() - started)
        return self._save(source, harvest, moment, finished)

    # ------------------------------------------------------------ before the lock

    def _harvest(self, source: Source, state: SourceState, moment: datetime) -> Harvest:
        response: Response | None = None
        try:
            url = state.moved_to if state.adopted and state.moved_to else source.url
            response = self._door.get(url, validators=state.validators, deltas=True)
            if response.status == 304:
                return Harvest(state=_answered(state, moment), outcome=Outcome.NOT_MODIFIED, response=response)
            if response.status not in {200, 226}:
                raise HttpFault(f"the server answered {response.status}", status=response.status)
            return self._read(source, state, response, moment)
        except SourceError as failure:
            _report(failure, source)
            return Harvest(
                state=_failed(state, failure, moment), outcome=Outcome.FAILED, response=response, failure=failure
            )

    def _read(self, source: Source, state: SourceState, response: Response, moment: datetime) -> Harvest:
        body_hash = hashlib.sha256(response.body).hexdigest()
        answered = replace(
            _redirected(_answered(state, moment), response, moment), validators=response.validators, last_full=moment
        )
        if body_hash == state.body_hash and response.status == 200:
            repeated = replace(answered, repeats=state.repeats + 1)
            return Harvest(state=repeated, outcome=Outcome.UNCHANGED, response=response)
        channel, articles = self._boxes.run(read, response, source, moment)
        known = self._store.fingerprints(source.id, [article.origins[0].guid for article in articles])
        fresh = [a for a in articles if known.get(a.origins[0].guid) != a.origins[0].fingerprint]
        whole = [self._extracted(article, source, response) for article in fresh]
        learned = replace(
            answered,
            body_hash=body_hash,
            repeats=0 if fresh else state.repeats + 1,
            ttl=channel.ttl,
            period=channel.period,
            skip_hours=channel.skip_hours,
            skip_days=channel.skip_days,
            interval=cadence.learn([a.published for a in articles if a.published < moment]) or state.interval,
        )
        outcome = Outcome.CHANGED if whole else Outcome.UNCHANGED
        return Harvest(state=learned, outcome=outcome, response=response, entries=len(articles), articles=tuple(whole))

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
            raise HttpFault(f"the page answered {page.status}", status=page.status)
        return page

    # ------------------------------------------------------------ under the lock

    def _save(self, source: Source, harvest: Harvest, moment: datetime, finished: datetime) -> Poll:
        definitions = self._definitions()
        with self._store.writing() as transaction:
            new = changed = 0
            if harvest.articles:
                known = transaction.find(harvest.articles)
                settled: dict[str, tuple[Article | None, Article]] = {}
                for incoming in harvest.articles:
                    stored = known.match(incoming)
                    merged = merge(stored, incoming, moment)
                    if merged is None:
                        continue
                    merged = definitions.label(merged)
                    known.add(merged)
                    first = settled[merged.id][0] if merged.id in settled else stored
                    settled[merged.id] = (first, merged)
                transaction.save(list(settled.values()), moment)
                new, changed = count(settled.values())
            state = replace(harvest.state, last_new=moment) if new else harvest.state
            poll, state = self._conclude(source, replace(harvest, state=state), moment, finished, new, changed)
            transaction.finish(state, poll)
            transaction.hold_host(host_key(source.url), finished + self._gap, "one request at a time")
            if harvest.response is not None and harvest.response.status == 429 and poll.next_poll is not None:
                transaction.hold_host(host_key(source.url), poll.next_poll, "429 Too Many Requests")
        return poll

    def _conclude(
        self, source: Source, harvest: Harvest, moment: datetime, finished: datetime, new: int, changed: int
    ) -> tuple[Poll, SourceState]:
        """The poll's own record, and the state with the next poll in it."""
        response, failure = harvest.response, harvest.failure
        headers = response.headers if response else {}
        status = response.status if response else None
        if failure is None:
            plan = cadence.after_answer(source, harvest.state, headers, self._bounds, finished)
        else:
            plan = cadence.after_failure(harvest.state, status, headers, finished)
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
            why=plan.why,
        )
        return poll, replace(harvest.state, next_poll=plan.at, why=plan.why)


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


def _answered(state: SourceState, moment: datetime) -> SourceState:
    return replace(
        state, last_poll=moment, last_success=moment, failures=0, failing_since=None, error=None, reason=None
    )


def _failed(state: SourceState, failure: SourceError, moment: datetime) -> SourceState:
    """Validators and all that was learned stay as they are: the next answer is asked for as if nothing had been."""
    return replace(
        state,
        last_poll=moment,
        failures=state.failures + 1,
        failing_since=state.failing_since or moment,
        error=str(failure),
        reason=failure.reason,
        stopped=isinstance(failure, HttpFault) and failure.status == 410,
    )


def _redirected(state: SourceState, response: Response, moment: datetime) -> SourceState:
    """Follows how long a permanent redirect has led to the same place; a captive portal's lasts an hour."""
    if state.adopted:
        return state
    target = response.permanent_url
    if target is None or target != state.moved_to:
        return replace(state, moved_to=target, moved_since=moment if target else None, moved_times=1 if target else 0)
    times = state.moved_times + 1
    held = state.moved_since is not None and moment - state.moved_since >= MOVED_FOR
    return replace(state, moved_times=times, adopted=held and times >= MOVED_TIMES)
