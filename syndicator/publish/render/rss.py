"""An edition as RSS 2.0, to the RSS Advisory Board's Best Practices Profile.

The description is the summary, escaped as the HTML that readers take it for; the whole article follows in
`content:encoded`. An article without a summary has its whole HTML as the description instead. Content is escaped,
not in CDATA: then no `]]>` can end it early. A GUID is never an address, so that an edit or a moved page does not
show the article again.

The one enclosure that RSS allows is the first sound or film, else the first other file; a picture is only taken
when its length is known, because Media RSS shows pictures better.

feedgen sets the locale of the whole process while it writes a date. The lock keeps two renders from restoring
each other's half-way state; rendering is pure computation, so nothing is lost by it.
"""

from functools import partial
from html import escape
from threading import Lock

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from syndicator.model import Article, Category, Edition, Enclosure
from syndicator.publish.render import content
from syndicator.publish.render.extension import EntryExtension, FeedExtension

TTL = 5
"""Minutes: what Cache-Control says of a feed."""

_LOCALE = Lock()


def render(edition: Edition) -> bytes:
    """UTF-8; the same edition gives the same bytes in every process."""
    edition = content.clean(edition)
    feed = edition.feed
    generator = FeedGenerator()
    generator.register_extension("house", partial(FeedExtension, edition, "rss"), partial(EntryExtension, edition))
    generator.title(feed.title or feed.path)
    generator.link(href=edition.base_url + "/", rel="alternate")
    generator.description(feed.description or feed.title or feed.path)
    generator.language(feed.language)
    generator.lastBuildDate(content.whole_seconds(edition.updated))
    generator.docs("https://www.rssboard.org/rss-specification")
    generator.generator(content.GENERATOR)
    generator.ttl(TTL)
    for article in edition.articles:
        _item(generator.add_entry(order="append"), edition, article)
    with _LOCALE:
        body: bytes = generator.rss_str()
    return body


def _item(item: FeedEntry, edition: Edition, article: Article) -> None:
    item.house.article = article
    item.title(content.title(article))
    item.link(href=article.url, rel="alternate")
    item.guid(content.urn(article.id), permalink=False)
    item.pubDate(content.whole_seconds(article.published))
    if article.summary:
        item.description(escape(article.summary, quote=False))
    item.content(content.article_html(article, content.related(edition, article)))
    for category in content.categories(edition, article):
        item.category(_category(category))
    if article.comments:
        item.comments(article.comments)
    if (enclosure := _enclosure(article)) is not None:
        item.enclosure(url=enclosure.url, length=content.length(enclosure), type=content.media_type(enclosure))
    known = content.publishers(edition, article)
    if known and known[0].homepage:
        item.source(url=known[0].homepage, title=known[0].title)


def _category(category: Category) -> dict[str, str]:
    text = {"term": category.label or category.term}
    return text | {"scheme": category.scheme} if category.scheme else text


def _enclosure(article: Article) -> Enclosure | None:
    kinds = [(content.media_type(each).partition("/")[0].lower(), each) for each in article.enclosures]
    recordings = (each for kind, each in kinds if kind in {"audio", "video"})
    others = (each for kind, each in kinds if kind != "image" or content.length(each))
    return next(recordings, None) or next(others, None)
