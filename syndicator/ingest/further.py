"""What a poll asks for beyond its first document: the parts of an index, and the pages behind articles.

**Manners.** All goes through the one door. A host that wants patience (429, 503) or does not answer is asked for
nothing more in this poll, and no request begins after `until`, so that a poll ends before its lease does.

**Parts.** A sitemap index names sitemaps instead of items. `mapparts.choose` says which are read. If none of them holds
an article, the next ones are, `mapparts.MOST` in all. Keep the index's validators only if it dates its parts, no part
holds anything newer than its date, and all that were asked could be read. Otherwise the next poll asks for it whole.

**Pages.** One that may yet be had - no answer, a fault of the server's, an article announced before it is there - is
owed: later polls ask for it again, whatever the source itself answers, until `TRIES` of them failed. The article comes
without it meanwhile. A page that is gone (410) withdraws its article; one that is gone at first sight is asked for once
more, because its feed has just named it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from syndicator.errors import (
    BoxFault,
    ConnectFault,
    DeadlineExceeded,
    DnsFault,
    FetchError,
    HttpFault,
    NotAFeed,
    RobotsFault,
    SourceError,
    TlsFault,
    Truncated,
)
from syndicator.http import FEED_ACCEPT, PAGE_ACCEPT, Door, host_key
from syndicator.ingest.box import Boxes
from syndicator.ingest.cadence import retry_after
from syndicator.ingest.extract import NOT_LONGER, extract
from syndicator.ingest.manners import WHOLE, status_fault
from syndicator.ingest.normalise import fingerprint
from syndicator.ingest.parse import mapparts
from syndicator.ingest.read import read
from syndicator.logs import logger
from syndicator.model import Article, Channel, Habits, Response, Source
from syndicator.text.dates import parse as parse_date
from syndicator.text.url import absolute

log = logger(__name__)

TRIES = 5
FIRST_WAIT = timedelta(minutes=15)
"""After the first failure; four times as long after each further one: 15 minutes, 1, 4 and 16 hours."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

_NO_ANSWER = (DnsFault, ConnectFault, TlsFault, DeadlineExceeded, RobotsFault)
_GONE, _TOO_MANY, _OUT_OF_SERVICE = 410, 429, 503
_PASSING = {404, 408, 425, _GONE, _TOO_MANY}
"""Beside 5xx: what a page may answer now and not later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an answer holds, its parts included."""

    channel: Channel
    articles: tuple[Article, ...]
    settled: bool = True
    """Whether the answer's validators vouch for all of it."""


class Further:
    """The further requests of one poll."""

    def __init__(
        self, source: Source, habits: Habits, *, door: Door, boxes: Boxes, moment: datetime, until: float
    ) -> None:
        """`until` is on the clock of `time.monotonic`."""
        self._source = source
        self._habits = habits
        self._door = door
        self._boxes = boxes
        self._moment = moment
        self._until = until
        self._resting: dict[str, datetime] = {}
        self.pauses: dict[str, datetime] = {}
        """Hosts that want fewer requests, and until when."""
        self.wire_bytes = 0
        self._pages_asked = 0
        self._pages_failed: list[str] = []

    @property
    def told(self) -> str | None:
        """What an operator is told of the pages that this poll could not have; None when it had all."""
        if not self._pages_failed:
            return None
        first = self._pages_failed[0].rstrip(".")[:400]
        return f"{len(self._pages_failed)} of the {self._pages_asked} pages that were asked for gave no text: {first}"

    # ------------------------------------------------------------ what an answer holds

    def read(self, response: Response, since: datetime | None) -> Reading:
        """All that an answer holds; `since` is when the last one was read whole. Raises `ParseError`, `FetchError`."""
        channel, articles = self._boxes.run(read, response, self._source, self._moment, self._habits)
        if self._source.kind == "page":
            return Reading(channel=channel, articles=tuple(self._of_page(article, response) for article in articles))
        if not channel.parts:
            return Reading(channel=channel, articles=articles)
        return self._parts(channel, response.url, since)

    def _of_page(self, article: Article, page: Response) -> Article:
        """The article of a source that is its page: the text is what the source gives, so it is in the fingerprint."""
        extraction = self._boxes.run(extract, article, page, self._source)
        if extraction.refused not in (None, NOT_LONGER):
            raise NotAFeed(f"No article could be read from the page: {extraction.refused}.")
        found = extraction.whole
        return replace(found, origins=(replace(found.origins[0], fingerprint=fingerprint(found)),))

    def _parts(self, channel: Channel, base: str, since: datetime | None) -> Reading:
        named = [
            (absolute_address, changed)
            for address, changed in channel.parts
            if (absolute_address := absolute(address, base)) is not None
        ]
        wanted = mapparts.choose(named, since, self._moment)
        waiting = [*wanted, *(part for part in named if part not in wanted)]
        found: dict[str, Article] = {}
        failures: list[SourceError] = []
        notes, settled, asked, lists = list(channel.notes), True, 0, 0
        while waiting and (asked < len(wanted) or (not found and asked < mapparts.MOST)):
            address, changed = waiting.pop(0)
            asked += 1
            try:
                answer = self._ask(address, accept=FEED_ACCEPT)
                part, articles = (Channel(), ()) if answer is None else self._of_part(address, answer)
            except SourceError as failure:
                report(failure, self._source)
                failures.append(failure)
                continue
            notes += part.notes
            lists += part.left_out > 0 and not articles
            settled = settled and answer is not None and self._vouches(changed, articles)
            for article in articles:
                found.setdefault(article.origins[0].guid, article)
        if failures and len(failures) == asked:
            raise FetchError(f"Nothing that its index names could be read. {failures[0]}")
        if lists and lists == asked - len(failures):
            raise NotAFeed("The sitemaps that its index names list categories, tags or pages, and no articles.")
        notes += [f"a sitemap that its index names was not read: {failure}" for failure in failures]
        whole = replace(channel, notes=tuple(notes))
        return Reading(channel=whole, articles=tuple(found.values()), settled=settled and not failures)

    def _of_part(self, address: str, answer: Response) -> tuple[Channel, tuple[Article, ...]]:
        """What a sitemap holds; nothing if it lists categories, tags or authors by its name or by what is in it."""
        channel, articles = self._boxes.run(read, answer, self._source, self._moment, self._habits)
        untitled = [article.url for article in articles if article.title == article.url]
        said = mapparts.rank(address)
        if said == mapparts.LISTS:
            lists = 2 * sum(not mapparts.names_article(url) for url in untitled) > len(articles)
        else:
            lists = (
                said == mapparts.UNKNOWN and len(untitled) == len(articles) and all(map(mapparts.names_list, untitled))
            )
        if not lists:
            return channel, articles
        note = f"{len(articles)} addresses of categories, tags or pages in {address} were left out"
        return replace(channel, left_out=channel.left_out + len(articles), notes=(*channel.notes, note)), ()

    def _vouches(self, changed: str | None, articles: Sequence[Article]) -> bool:
        """Whether an index's date for a part can be true: nothing in it is a day newer."""
        at = parse_date(changed, moment=self._moment) if changed else None
        newest = max((article.updated for article in articles if article.dated), default=None)
        return changed is not None and (at is None or newest is None or newest <= at + DAY)

    # ------------------------------------------------------------ pages

    def page(self, article: Article, *, known: bool) -> Article:
        """The article with its page's text, or without; then its origin says when the page is asked for again.

        `known`: it is stored already. Not for what is withdrawn or leads to more than this article.
        """
        if article.withdrawn or article.shared_link:
            return article
        page = None
        try:
            page = self._ask(article.url, accept=PAGE_ACCEPT, robots=True)
            if page is None:
                return self._owed(article, self._moment)
            self._pages_asked += 1
            extraction = self._boxes.run(extract, article, page, self._source)
            if extraction.refused not in (None, NOT_LONGER):
                self._pages_failed.append(f"{article.url}: {extraction.refused}")
        except SourceError as failure:
            report(failure, self._source)
            self._pages_asked += page is None
            self._pages_failed.append(f"{article.url}: {failure}")
            if known and isinstance(failure, HttpFault) and failure.status == _GONE:
                return _settled(replace(article, withdrawn=True))
            return self._again(article, failure)
        return _settled(extraction.whole)

    def _again(self, article: Article, failure: SourceError) -> Article:
        """The article as it is; its page is owed if that may help."""
        tries = article.origins[0].page_tries + 1
        passing = isinstance(failure, (*_NO_ANSWER, Truncated)) or (
            isinstance(failure, HttpFault) and (failure.status in _PASSING or failure.status >= 500)
        )
        if not passing or tries == TRIES:
            return _settled(article)
        return self._owed(article, self._moment + FIRST_WAIT * 4 ** (tries - 1), tries)

    def _owed(self, article: Article, due: datetime, tries: int | None = None) -> Article:
        """`tries` stays as it is for a page that was not asked for."""
        origin = article.origins[0]
        due = max(due, self._resting.get(host_key(article.url), due))
        given = origin.page_tries if tries is None else tries
        return replace(article, origins=(replace(origin, page_due=due, page_tries=given),))

    # ------------------------------------------------------------ asking

    def _ask(self, url: str, *, accept: str, robots: bool = False) -> Response | None:
        """The good answer; None when it is better not asked for now. Raises `FetchError`."""
        host = host_key(url)
        if host in self._resting or monotonic() >= self._until:
            return None
        try:
            answer = self._door.get(url, accept=accept, robots=robots)
        except _NO_ANSWER:
            self._resting[host] = self._moment
            raise
        self.wire_bytes += answer.wire_bytes
        if answer.status in (_TOO_MANY, _OUT_OF_SERVICE):
            self._resting[host] = self._moment + (retry_after(answer.headers, self._moment) or HOUR)
            if answer.status == _TOO_MANY:
                self.pauses[host] = self._resting[host]
        if answer.status not in WHOLE:
            raise status_fault(answer)
        return answer


def opened(door: Door, source: Source) -> Door:
    """The door for a source's own requests: open at the addresses that its operator wrote, its homepage included."""
    homepage = source.publisher.homepage
    return door.opened_for([source.url, homepage] if homepage else [source.url], source.allow_private)


def _settled(article: Article) -> Article:
    """Its page is not owed any more."""
    return replace(article, origins=(replace(article.origins[0], page_due=None, page_tries=0),))


def report(failure: SourceError, source: Source) -> None:
    """A source's fault is told by its poll; a fault of ours also goes to the log, whole."""
    if isinstance(failure, BoxFault):
        log.error("bug in the box", source=source.id, traceback=failure.traceback)
