"""The left wing as one sentence: fetch, read, look up, extract, classify, merge, route, save.

Two decisions shape it. What strangers wrote is read, made safe and extracted in a killable box (`box`), so that
hostile bytes cost their own source's time and nobody else's. And what an article is gets decided under the writer's
lock: the page of a new item is fetched before it, merging and routing happen inside it, and articles, validators and
the next poll time are saved together or not at all.

A source's fault is caught here and becomes a `Poll` that says so; that of a page or a part, in `further`. A bug
propagates.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from time import monotonic, perf_counter

from syndicator.catalogue import Catalogue
from syndicator.errors import FetchError, HttpFault, SourceError
from syndicator.http import Door, host_key
from syndicator.ingest import cadence, manners
from syndicator.ingest.box import Boxes
from syndicator.ingest.classify import People, Places, Topics, classify
from syndicator.ingest.cluster import WINDOW, Neighbourhood, decide, drafted
from syndicator.ingest.fresh import NOTHING, Fresh, sift, what_became
from syndicator.ingest.further import Further, opened, report
from syndicator.ingest.habits import learned
from syndicator.ingest.identity import assign, new_ids
from syndicator.ingest.manners import WHOLE
from syndicator.ingest.merge import merge
from syndicator.logs import logger
from syndicator.model import (
    Article,
    Habits,
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

TOO_MANY = "it wants fewer requests (429)"
MOST_OWED = 50
"""Pages that one poll asks for again."""


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
    fresh: Fresh = NOTHING
    notes: tuple[str, ...] = ()
    failure: SourceError | None = None
    further: Further | None = None
    """What else was asked for."""
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
        spare: timedelta,
        keep: timedelta,
    ) -> None:
        """`spare`: the time that one poll has for what it asks for beyond its first document.

        `keep`: how long articles stay in the store at least.
        """
        self._door = door
        self._boxes = boxes
        self._store = store
        self._definitions = definitions
        self._bounds = bounds
        self._gap = gap
        self._spare = spare
        self._keep = keep
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
        habits = self._store.state(source.id).habits
        further = self._further(source, habits, moment)
        reading = further.read(response, None)
        fresh = self._sifted(source, habits, reading.articles, further, moment)
        with self._store.writing() as transaction:
            new, changed, _ = self._merge(transaction, fresh, habits, moment)
            _pause(transaction, further)
            poll = Poll(
                source=source.id,
                at=moment,
                outcome=Outcome.CHANGED if fresh.articles else Outcome.UNCHANGED,
                entries=len(reading.articles),
                notes=(*reading.channel.notes, *fresh.notes),
                new=new,
                changed=changed,
                wire_bytes=response.wire_bytes + further.wire_bytes,
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
        further = self._further(source, state.habits, moment)
        response: Response | None = None
        try:
            response, state = self._ask(source, state, asked, validators, moment)
            if response.status not in {*WHOLE, 226, 304} or (response.status == 304 and state.last_full is None):
                raise manners.status_fault(response)
            latched = validators == Validators() and manners.worthless(state, response)
            answered = manners.answered(source, state, response, moment)
            if response.status == 304:
                known = manners.not_modified(answered, response)
                harvest = Harvest(asked=asked, state=known, outcome=Outcome.NOT_MODIFIED, response=response)
            else:
                harvest = self._read(source, asked, answered, response, further, moment)
                if latched and harvest.fresh.articles:
                    harvest = replace(harvest, state=replace(harvest.state, refuses=moment))
        except SourceError as failure:
            report(failure, source)
            failed = manners.failed(source, state, failure, response, moment)
            return Harvest(
                asked=asked,
                state=failed,
                outcome=Outcome.FAILED,
                response=response,
                failure=failure,
                further=further,
            )
        return self._with_owed(source, harvest, further, moment)

    def _further(self, source: Source, habits: Habits, moment: datetime) -> Further:
        until = monotonic() + self._spare.total_seconds()
        door = opened(self._door, source)
        return Further(source, habits, door=door, boxes=self._boxes, moment=moment, until=until)

    def _ask(
        self, source: Source, state: SourceState, asked: str, validators: Validators, moment: datetime
    ) -> tuple[Response, SourceState]:
        """The answer, and what it says of the server's way with conditional requests.

        Asks once more without validators when the answer may be a refusal of them.
        """
        response = self._fetch(source, asked, validators)
        if manners.refusal(state, validators, response):
            with suppress(FetchError):
                plain = self._fetch(source, asked, Validators())
                if plain.status in WHOLE and plain.body.strip():
                    return plain, replace(state, refuses=moment, last_unconditional=moment)
                if "retry-after" in plain.headers:
                    return plain, state
        elif validators != Validators() and response.status in {*WHOLE, 226, 304}:
            state = replace(state, refuses=None)
        return response, state

    def _fetch(self, source: Source, asked: str, validators: Validators) -> Response:
        door = opened(self._door, source)
        self.fetching[source.id] = monotonic()
        try:
            return door.get(asked, validators=validators, deltas=True)
        finally:
            self.fetching.pop(source.id, None)

    def _read(
        self, source: Source, asked: str, state: SourceState, response: Response, further: Further, moment: datetime
    ) -> Harvest:
        """`state` knows that an answer came; what its body teaches is added once the body could be read."""
        since = state.last_full if state.body_hash else None
        whole = response.status in WHOLE
        body_hash = hashlib.sha256(response.body).hexdigest() if whole else state.body_hash
        repeats = manners.repeats(state, moment)
        same = whole and body_hash == state.body_hash
        state = manners.whole(state, response, moment)
        if same:
            state = replace(state, repeats=repeats)
            return Harvest(asked=asked, state=state, outcome=Outcome.UNCHANGED, response=response)
        reading = further.read(response, since)
        channel, articles = reading.channel, reading.articles
        fresh = self._sifted(source, state.habits, articles, further, moment)
        rhythm = cadence.learn([a.published for a in articles if a.published < moment]) if whole else None
        taught = replace(
            state,
            validators=state.validators if reading.settled else Validators(),
            body_hash=body_hash if reading.settled else None,
            repeats=0 if fresh.articles else repeats,
            ttl=channel.ttl,
            period=channel.period,
            skip_hours=channel.skip_hours,
            skip_days=channel.skip_days,
            interval=rhythm or state.interval,
            hub=channel.hub,
            topic=(channel.self_url or response.url) if channel.hub else None,
            notes=(*channel.notes, *fresh.notes),
            habits=replace(
                state.habits, day_first=state.habits.day_first if channel.day_first is None else channel.day_first
            ),
        )
        return Harvest(
            asked=asked,
            state=taught,
            outcome=Outcome.CHANGED if fresh.articles else Outcome.UNCHANGED,
            response=response,
            entries=len(articles),
            fresh=fresh,
            notes=taught.notes,
        )

    def _sifted(
        self, source: Source, habits: Habits, articles: Sequence[Article], further: Further, moment: datetime
    ) -> Fresh:
        return sift(source, habits, articles, store=self._store, further=further, oldest=moment - self._keep)

    def _with_owed(self, source: Source, harvest: Harvest, further: Further, moment: datetime) -> Harvest:
        """The harvest with the pages that earlier polls could not have, whatever the source itself answered."""
        fresh = harvest.fresh
        told = {article.origins[0].guid for article in fresh.articles}
        owed = self._store.owed_pages(source.id, moment, MOST_OWED) if source.full_text else ()
        late = [further.page(article, known=True) for article in owed if article.origins[0].guid not in told]
        ids = {article.id for article in late}
        fresh = replace(
            fresh,
            articles=(*late, *fresh.articles),
            same={guid: key for guid, key in fresh.same.items() if key not in ids},
        )
        return replace(harvest, fresh=fresh, further=further)

    # ------------------------------------------------------------ under the lock

    def _save(self, source: Source, harvest: Harvest, moment: datetime, finished: datetime) -> Poll:
        with self._store.writing() as transaction:
            new, changed, habits = self._merge(transaction, harvest.fresh, harvest.state.habits, moment)
            state = replace(harvest.state, habits=habits, last_new=moment if new else harvest.state.last_new)
            pushed = transaction.pushed(source.id, finished) if state.hub else None
            harvest = replace(harvest, state=state, pushed=pushed)
            poll, after = self._conclude(source, harvest, moment, finished, new, changed)
            transaction.finish(after, poll, host=host_key(manners.polled(source, after)))
            self._hold(transaction, harvest, poll, finished)
        if manners.polled(source, after) != harvest.asked:
            log.warning("source moved", source=source.id, asked=harvest.asked, now=manners.polled(source, after))
        return poll

    def _merge(
        self, transaction: Transaction, fresh: Fresh, habits: Habits, moment: datetime
    ) -> tuple[int, int, Habits]:
        """Decides what each article is and saves it.

        Returns how many are new, how many say something else, and what the source's habits are now.
        """
        if not fresh.articles:
            return 0, 0, learned(habits, (), kept=len(fresh.same), document=fresh.document, new=fresh.new)
        definitions = self._definitions()
        candidates = transaction.candidates(fresh.articles)
        matches = assign(fresh.articles, candidates, taken=fresh.same.values(), habits=habits)
        seen = what_became(fresh.articles, matches, candidates)
        named = new_ids([one.item for one in seen if one.stored is None], transaction.taken_ids)
        settled: dict[str, tuple[Article | None, Article]] = {}
        for incoming, match in zip(fresh.articles, matches, strict=True):
            merged = merge(match.stored, named.get(incoming.id, incoming), moment, anew=match.anew)
            if merged is not None:
                settled[merged.id] = (match.stored, definitions.label(merged))
        told = gather(transaction, [new for old, new in settled.values() if old is None])
        for member, _ in told:
            settled[member.article] = (None, replace(settled[member.article][1], story=member.story))
        transaction.save(list(settled.values()), moment)
        transaction.remember([member for member, _ in told], {each.article: draft for each, draft in told}, moment)
        habits = learned(habits, seen, kept=len(fresh.same), document=fresh.document, new=fresh.new)
        return *count(settled.values()), habits

    def _hold(self, transaction: Transaction, harvest: Harvest, poll: Poll, finished: datetime) -> None:
        """The pause that the polled host gets, and the long one that it or the one that answered asked for."""
        asked = host_key(harvest.asked)
        if self._gap:
            transaction.hold_host(asked, finished + self._gap, "one request at a time")
        if harvest.response is not None and harvest.response.status == 429 and poll.next_poll is not None:
            for host in {asked, host_key(harvest.response.url)}:
                transaction.hold_host(host, poll.next_poll, TOO_MANY)
        _pause(transaction, harvest.further)

    def _conclude(
        self, source: Source, harvest: Harvest, moment: datetime, finished: datetime, new: int, changed: int
    ) -> tuple[Poll, SourceState]:
        """The poll's own record, and the state with the next poll in it."""
        response, failure, state = harvest.response, harvest.failure, harvest.state
        headers = response.headers if response else {}
        status = response.status if response else failure.status if isinstance(failure, HttpFault) else None
        decide = cadence.after_failure if failure else cadence.after_answer
        plan = decide(source, state, headers, self._bounds, finished)
        if harvest.pushed and not failure and source.every is None:
            plan = cadence.while_pushed(plan, harvest.pushed, self._bounds, finished, missed=new > 0)
        pages = harvest.further.told if harvest.further else None
        why = "; ".join(filter(None, [plan.why, manners.asked_whole(state), pages, manners.moved(source, state)]))
        poll = Poll(
            source=source.id,
            at=moment,
            outcome=harvest.outcome,
            status=status,
            entries=harvest.entries,
            new=new,
            changed=changed,
            wire_bytes=sum(part.wire_bytes for part in (response, harvest.further) if part),
            duration=(finished - moment).total_seconds(),
            reason=failure.reason if failure else None,
            error=str(failure) if failure else None,
            next_poll=plan.at,
            why=why,
            notes=harvest.notes,
        )
        return poll, replace(state, next_poll=plan.at, why=why)


def _pause(transaction: Transaction, further: Further | None) -> None:
    """The long pauses that hosts asked for beyond the first document."""
    for host, until in further.pauses.items() if further else ():
        transaction.hold_host(host, until, TOO_MANY)


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


def count(settled: Iterable[tuple[Article | None, Article]]) -> tuple[int, int]:
    """How many articles are new, and how many say something else than before."""
    pairs: Sequence[tuple[Article | None, Article]] = list(settled)
    new = sum(old is None for old, _ in pairs)
    changed = sum(
        old is not None and (old.updated, old.withdrawn) != (now.updated, now.withdrawn) for old, now in pairs
    )
    return new, changed
