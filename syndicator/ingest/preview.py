"""What would come of a source, or of any address, if it were polled now: read and labelled as ever, stored nowhere.

The steps are the pipeline's own - read in the box, the page behind an article, labels - but here they keep what the
pipeline throws away: what was cut and why, why a page was not taken, which phrases gave a topic.

An address that no source has is looked at before it is read. A page that says that it is an article is read as one; of
anything else `discover` says what can be polled there, and the best of that is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from syndicator.errors import HttpFault, NotAFeed, ParseError, SourceError
from syndicator.http import FEED_ACCEPT, PAGE_ACCEPT, Door
from syndicator.ingest.box import Boxes
from syndicator.ingest.classify import Evidence
from syndicator.ingest.discover import Candidate, discover
from syndicator.ingest.extract import Cut, Extraction, extract
from syndicator.ingest.extract.answers import is_front
from syndicator.ingest.further import opened
from syndicator.ingest.manners import WHOLE
from syndicator.ingest.parse import webpage
from syndicator.ingest.pipeline import Definitions
from syndicator.ingest.read import read_openly
from syndicator.model import Article, Channel, ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.html import text_of
from syndicator.text.jsonld import nodes as json_ld
from syndicator.text.url import absolute

_WHOLE = 1000
"""Characters of a body that pass for a whole article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article as the source gave it, before its page."""

    article: Article
    cuts: tuple[Cut, ...]

    @property
    def length(self) -> int:
        """Characters of the body's text."""
        return len(text_of(self.article.body))

    @property
    def whole(self) -> bool:
        """Whether the source seems to give the whole text."""
        return self.length >= _WHOLE or (self.length >= 400 and self.length > 2 * len(self.article.summary))


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One answer read: where it came from and what it holds."""

    source: Source
    known: bool
    """The source is defined; otherwise it was made up for this address."""
    found: str
    """How the address was found, in words."""
    response: Response
    channel: Channel
    items: tuple[Item, ...]
    """The newest first."""
    others: tuple[Candidate, ...] = ()
    """What else can be polled there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One article as it would go live."""

    article: Article
    """Labelled, with the feeds that would carry it."""
    page: Extraction | None
    """What its page gave; None when there was no reason to ask, or no page."""
    fault: str | None
    """Why the page could not be had."""
    evidence: tuple[Evidence, ...]
    given: tuple[str, ...]
    """Topics that it has from its source alone."""


def preview(
    what: str, *, definitions: Definitions, door: Door, boxes: Boxes, moment: datetime, kind: str | None = None
) -> Preview:
    """What a source (by its id) or an address gives now. `kind` reads an address as that kind, without guessing.

    Raises `SourceError` when there is no answer, or nothing in it that can be read.
    """
    catalogue = definitions.catalogue
    source = catalogue.sources.get(what) or catalogue.polling(what)
    door = door.opened_for([what]) if source is None else opened(door, source)
    others: tuple[Candidate, ...] = ()
    response: Response | None = None
    if source is not None:
        source, found = (
            (source, "as defined") if kind is None else (replace(source, kind=kind), f"read as {kind}, as asked")
        )
    elif kind is not None:
        source, found = _made_up(what, kind), f"read as {kind}, as asked"
    else:
        source, found, response, others = _guessed(what, door, boxes, moment)
    known = source.id in catalogue.sources
    response = response or _get(door, source)
    channel, articles, cuts = boxes.run(read_openly, response, source, moment)
    if channel.parts and (newest := absolute(channel.parts[0][0], response.url)) is not None:
        response, found = _good(door.get(newest)), f"{found}; the newest that its index names"
        channel, articles, cuts = boxes.run(read_openly, response, source, moment)
    items = [Item(article=article, cuts=cut) for article, cut in zip(articles, cuts, strict=True)]
    items.sort(key=lambda item: item.article.published, reverse=True)
    return Preview(
        source=source,
        known=known,
        found=found,
        response=response,
        channel=channel,
        items=tuple(items),
        others=others,
    )


def show(
    item: Item, seen: Preview, *, definitions: Definitions, door: Door, boxes: Boxes, full_text: bool | None = None
) -> Shown:
    """One article of a preview as it would go live; `full_text` says whether its page is fetched.

    None: as its source says, and for an address without a source when the item is not whole.
    """
    wanted = full_text
    if wanted is None:
        wanted = seen.source.full_text if seen.known else not item.whole
    article, extraction, fault = item.article, None, None
    if wanted and seen.source.kind != "page" and article.shared_link:
        wanted, fault = False, "its link leads to more than this article"
    if (wanted or seen.source.kind == "page") and not article.withdrawn:
        try:
            inside = opened(door, seen.source)
            page = seen.response if seen.source.kind == "page" else _page(inside, article)
            extraction = boxes.run(extract, article, page, seen.source)
            article = extraction.whole
        except SourceError as error:
            fault = str(error)
    labelled = definitions.label(article)
    evidence = tuple(definitions.topics.explain(labelled))
    reasons = {one.label for one in evidence if one.carried}
    given = tuple(topic for topic in labelled.topics if topic not in reasons)
    return Shown(article=labelled, page=extraction, fault=fault, evidence=evidence, given=given)


def says_article(response: Response, source: Source) -> bool:
    """Whether a page says to machines that it is an article; a front page is none, whatever it says."""
    if is_front(response.url):
        return False
    try:
        root = webpage.read(response, source)
    except ParseError:
        return False
    if any(kind.strip().lower() == "article" for kind in webpage.meta(root, "og:type")):
        return True
    nodes = json_ld(root)
    return sum(map(webpage.is_article, nodes)) == 1


def _guessed(
    address: str, door: Door, boxes: Boxes, moment: datetime
) -> tuple[Source, str, Response | None, tuple[Candidate, ...]]:
    """The source that an address may be, how it was found, its answer if it is at hand, and other candidates."""
    page = door.get(address, accept=f"{PAGE_ACCEPT}, {FEED_ACCEPT}")
    if page.status == 200 and boxes.run(says_article, page, _made_up(page.url, "page")):
        return _made_up(page.url, "page"), "the page says that it is an article", page, ()
    findings = discover(address, door=door, boxes=boxes, moment=moment)
    if not findings.candidates:
        reasons = "".join(f" {url}: {why}" for url, why in _few(findings.failures))
        raise NotAFeed(f"Nothing was found at {address} that can be polled.{reasons}")
    best, *others = findings.candidates
    return _made_up(best.url, best.kind), best.found, None, tuple(others)


def _few(failures: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(failures)[:3]


def _made_up(url: str, kind: str) -> Source:
    publisher = Publisher(id="new", title="new", extract=ExtractRules())
    return Source(id="new/main", publisher=publisher, url=url, kind=kind, listing=ListingRules())


def _get(door: Door, source: Source) -> Response:
    accept = PAGE_ACCEPT if source.kind in ("page", "listing") else FEED_ACCEPT
    return _good(door.get(source.url, accept=accept))


def _page(door: Door, article: Article) -> Response:
    return _good(door.get(article.url, accept=PAGE_ACCEPT, robots=True))


def _good(response: Response) -> Response:
    if response.status not in WHOLE:
        raise HttpFault(f"{response.url} answered with status {response.status}.", status=response.status)
    return response
