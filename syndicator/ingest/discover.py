"""Finds the feeds of a page, and shows what each would yield if it were polled.

A candidate is never offered on its word: it is fetched through the one door and read in the box as a poll would read
it. What the page declares comes first, then WordPress's interface, then the place that its service has for feeds, what
the page links to and the places where feeds commonly are (`places`), then sitemaps, and the page itself as a list of
links if nothing else was found. A page that leads on by itself is followed, a page that lists feeds is looked into.

Polite: a fixed number of addresses is asked at most, guessing ends at the first hit, and guesses respect robots.txt.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from syndicator.catalogue import address_key
from syndicator.errors import HttpFault, NotAFeed, ParseError, SourceError
from syndicator.http import FEED_ACCEPT, PAGE_ACCEPT, Door
from syndicator.ingest import places
from syndicator.ingest.box import Boxes
from syndicator.ingest.survey import Link, Signposts, Yield, signposts, survey
from syndicator.model import ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.url import absolute

LIMIT = 12
"""Addresses asked for one page, robots.txt among them."""
KINDS = ("feed", "jsonfeed", "wordpress", "sitemap", "listing")
"""In the order in which they are offered."""

HOPS = 3
"""Pages that lead on by themselves and are followed."""

_DECLARED, _LINKED, _SITEMAPS = 5, 3, 2
_ANYTHING = f"{PAGE_ACCEPT}, {FEED_ACCEPT}"
_SITEMAP_LINE = re.compile(rb"^[ \t]*+sitemap[ \t]*+:[ \t]*+(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that can be polled, and what polling it now would bring."""

    url: str
    kind: str
    found: str
    """How it was found, in words."""
    would: Yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The candidates, the best first, and what looked like one but was none: address and reason."""

    candidates: tuple[Candidate, ...]
    failures: tuple[tuple[str, str], ...]
    asked: int
    """How many addresses were asked."""


def discover(url: str, *, door: Door, boxes: Boxes, moment: datetime, limit: int = LIMIT) -> Findings:
    """What can be polled at an address: the address itself if it is a feed, else what is found from the page there.

    Raises `SourceError` when the address itself gives no answer.
    """
    search = _Search(door, boxes, moment, limit)
    search.run(url)
    order = sorted(search.candidates.values(), key=lambda each: KINDS.index(each.kind))
    return Findings(candidates=tuple(order), failures=tuple(search.failures.items()), asked=search.asked)


class _Search:
    """One search: what it found, what failed and how often it asked."""

    def __init__(self, door: Door, boxes: Boxes, moment: datetime, limit: int) -> None:
        self._door = door
        self._boxes = boxes
        self._moment = moment
        self._limit = limit
        self._tried: set[str] = set()
        self.asked = 0
        self.candidates: dict[str, Candidate] = {}
        self.failures: dict[str, str] = {}

    def run(self, url: str) -> None:
        try:
            page = self._get(url, accept=_ANYTHING)
        except HttpFault:
            self._try(_links(places.of_service(url)), "where its service has feeds")
            if not self.candidates:
                raise
            return
        if self._take(page, url, "the address itself"):
            return
        signs = self._signs(page, url)
        for _ in range(HOPS):
            if signs is None or signs.declared or (further := self._led_on(signs)) is None:
                break
            page, found, url = further, f"where {url} leads", further.url
            if self._take(page, url, found):
                return
            signs = self._signs(page, url)
        if signs is None:
            return
        self._follow(signs, page)
        if not self.candidates and not self._read(
            page, page.permanent_url or url, ("listing",), "the page itself, read as a list of links"
        ):
            self.failures[url] = "It names no feed, and no list of articles was found on it."

    def _signs(self, page: Response, url: str) -> Signposts | None:
        try:
            return self._boxes.run(signposts, page, _source(page.url, "listing"))
        except ParseError as error:
            self.failures[url] = str(error)
            return None

    def _led_on(self, signs: Signposts) -> Response | None:
        """The page to which one leads by itself."""
        if signs.refresh is None or address_key(signs.refresh) in self._tried or self.asked >= self._limit:
            return None
        try:
            return self._get(signs.refresh, accept=_ANYTHING)
        except SourceError as error:
            self.failures[signs.refresh] = str(error)
            return None

    def _follow(self, signs: Signposts, page: Response) -> None:
        self._try(signs.declared[:_DECLARED], "declared by the page")
        if signs.wordpress:
            self._try([Link(url=signs.wordpress, kind="wordpress")], "WordPress's interface, named by the page")
        if not self._has_feed:
            self._try(_links(places.of_service(page.url)), "where its service has feeds")
        if not self._has_feed:
            self._try(signs.linked[:_LINKED], "linked on the page", deeper=True)
        if not self._has_feed:
            self._guess(page.url, signs.software)
        if not self._has_feed:
            self._try(signs.comments[:1], "declared by the page, as a feed of comments")
        self._sitemaps(page.url, signs.software)

    @property
    def _has_feed(self) -> bool:
        return any(found.kind in {"feed", "jsonfeed"} for found in self.candidates.values())

    def _guess(self, base: str, software: str | None) -> None:
        """Common places, of the page first and of its site then; ends at the first that is a feed."""
        most = self._limit - 1 - _SITEMAPS
        self.asked += self.asked < most  # the door reads robots.txt before the first guess
        for link in _links(places.usual(base, software)):
            if self._has_feed or self.asked >= most:
                return
            self._try([link], "found at a common place", guess=True)

    def _sitemaps(self, base: str, software: str | None) -> None:
        """Those that robots.txt names, news first; if it names none and nothing else was found, the common places."""
        robots = absolute("/robots.txt", base)
        if robots is None or self.asked >= self._limit:
            return
        try:
            said = self._get(robots, accept="text/plain, */*;q=0.1").body
        except SourceError:
            said = b""
        named = [absolute(line.decode("utf-8", "replace"), base) for line in _SITEMAP_LINE.findall(said)]
        known = [place for place in dict.fromkeys(named) if place]
        known.sort(key=lambda place: "news" not in place.lower())
        self._try(_links(known[:_SITEMAPS], "sitemap"), "named by robots.txt")
        for link in _links(places.sitemaps(base, software), "sitemap") if not known else ():
            if not self.candidates:
                self._try([link], "found at a common place", guess=True)

    def _try(self, links: Iterable[Link], found: str, *, guess: bool = False, deeper: bool = False) -> None:
        """Asks each address; what fails is remembered, unless it was only a guess.

        `deeper`: if the answer is a page, what that page declares and links to is asked, until a feed is found.
        """
        for link in links:
            if address_key(link.url) in self._tried or self.asked >= self._limit:
                continue
            try:
                response = self._get(link.url, robots=guess)
                if self._take(response, link.url, found, link.kind):
                    continue
                if not (deeper and self._look_into(response, link.url)):
                    raise NotAFeed("It holds nothing that can be polled.")
            except SourceError as error:
                if not guess:
                    self.failures[link.url] = str(error)

    def _look_into(self, page: Response, url: str) -> bool:
        """Whether a feed was found from a page that was linked as one: the page that lists a site's feeds."""
        if self._has_feed:
            return False
        try:
            signs = self._boxes.run(signposts, page, _source(page.url, "listing"))
        except ParseError:
            return False
        for links in (signs.declared, signs.linked):
            if not self._has_feed:
                self._try(links[:_LINKED], f"named on {url}")
        return self._has_feed

    def _get(self, url: str, *, accept: str = FEED_ACCEPT, robots: bool = False) -> Response:
        self._tried.add(address_key(url))
        self.asked += 1
        response = self._door.get(url, accept=accept, robots=robots)
        if response.status != 200:
            raise HttpFault(f"{url} answered with status {response.status}.", status=response.status)
        return response

    def _take(self, response: Response, url: str, found: str, kind: str = "feed") -> bool:
        """Adds the answer as a candidate if it can be read as any kind; a sitemap index yields what its newest does."""
        address = response.permanent_url or url
        would = self._read(response, address, _likely(response, kind), found)
        if would is None or would.entries or not would.parts:
            return would is not None and would.entries > 0
        child = absolute(would.parts[0], response.url)
        if child is None or address_key(child) in self._tried or self.asked >= self._limit:
            return False
        return self._read(self._get(child), address, ("sitemap",), f"an index of sitemaps, {found}") is not None

    def _read(self, response: Response, address: str, kinds: Iterable[str], found: str) -> Yield | None:
        """What an answer would yield as the first kind that it can be read as."""
        for kind in kinds:
            try:
                would = self._boxes.run(survey, response, _source(response.url, kind), self._moment)
            except ParseError:
                continue
            if would.entries:
                same = address_key(response.url)
                self.candidates.setdefault(same, Candidate(url=address, kind=kind, found=found, would=would))
            return would
        return None


def _likely(response: Response, kind: str) -> Iterator[str]:
    """The kinds that an answer may be by its first character, the expected one first."""
    start = response.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    kinds = ("jsonfeed", "wordpress") if start in (b"{", b"[") else ("feed", "sitemap")
    if kind in kinds:
        yield kind
    yield from (other for other in kinds if other != kind)


def _links(addresses: Iterable[str], kind: str = "feed") -> list[Link]:
    return [Link(url=address, kind=kind) for address in addresses]


def _source(url: str, kind: str) -> Source:
    """A source that nobody has defined yet: nothing is known of it but its address."""
    publisher = Publisher(id="new", title="new", extract=ExtractRules())
    return Source(id="new/main", publisher=publisher, url=url, kind=kind, listing=ListingRules())
