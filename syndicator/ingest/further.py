"""What a poll asks for beyond its first document: the parts of an index, and the pages behind articles.

**Manners.** All goes through the one door. A host that wants patience (429, 503) or does not answer is asked for
nothing more in this poll, and no request begins after `until`, so that a poll ends before its lease does.

**Parts.** A sitemap index names sitemaps instead of items. The newest two are read, of these the second only if it
changed since the last answer. What vouches for all of it are the index's validators; so they are kept only when it says
when its parts change, and when all that were asked could be read. Otherwise the next poll asks for it whole.

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
from syndicator.ingest.read import read
from syndicator.logs import logger
from syndicator.model import Article, Channel, Response, Source
from syndicator.text.dates import parse as parse_date
from syndicator.text.url import absolute

log = logger(__name__)

Part = tuple[str, str | None]
"""Address and date of change as written, as in `Channel.parts`."""

PARTS = 2
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

    def __init__(self, source: Source, *, door: Door, boxes: Boxes, moment: datetime, until: float) -> None:
        """`until` is on the clock of `time.monotonic`."""
        self._source = source
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
        channel, articles = self._boxes.run(read, response, self._source, self._moment)
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
        named = ((absolute(address, base), changed) for address, changed in channel.parts)
        wanted = self._wanted([(address, changed) for address, changed in named if address is not None], since)
        found: dict[str, Article] = {}
        failures: list[SourceError] = []
        settled = all(changed for _, changed in wanted)
        for address, _ in wanted:
            try:
                answer = self._ask(address, accept=FEED_ACCEPT)
                articles = () if answer is None else self._boxes.run(read, answer, self._source, self._moment)[1]
                settled = settled and answer is not None
            except SourceError as failure:
                report(failure, self._source)
                failures.append(failure)
                continue
            for article in articles:
                found.setdefault(article.origins[0].guid, article)
        if failures and len(failures) == len(wanted):
            raise FetchError(f"Nothing that its index names could be read. {failures[0]}")
        return Reading(channel=channel, articles=tuple(found.values()), settled=settled and not failures)

    def _wanted(self, parts: Sequence[Part], since: datetime | None) -> list[Part]:
        """The newest, and those after it that may have changed: to the day, because some dates say no more."""
        newest, others = parts[:1], parts[1:PARTS]
        return [*newest, *(part for part in others if since is None or self._changed(part[1], since - DAY))]

    def _changed(self, written: str | None, since: datetime) -> bool:
        at = parse_date(written, moment=self._moment) if written else None
        return at is None or at >= since

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
