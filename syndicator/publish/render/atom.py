"""An edition as Atom 1.0 (RFC 4287), with archives (RFC 5005) and tombstones (RFC 6721).

The feed's id is made from its address and is the same for the feed and all its archives: they are one feed.
Content is `type="html"`. A feed-level author makes an entry without authors valid; who really published it
stands in the entry's `source`.
"""

from functools import partial
from uuid import NAMESPACE_URL, uuid5

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from syndicator.model import Article, Category, Edition
from syndicator.publish.render import content
from syndicator.publish.render.extension import EntryExtension, FeedExtension


def render(edition: Edition) -> bytes:
    """UTF-8; the same edition gives the same bytes in every process."""
    edition = content.clean(edition)
    feed = edition.feed
    generator = FeedGenerator()
    generator.register_extension("house", partial(FeedExtension, edition, "atom"), partial(EntryExtension, edition))
    generator.id(content.urn(str(uuid5(NAMESPACE_URL, f"{edition.base_url}/feeds/{feed.path}"))))
    generator.title(feed.title or feed.path)
    generator.subtitle(feed.description or None)
    generator.language(feed.language)
    generator.updated(content.whole_seconds(edition.updated))
    generator.author(name=feed.title or feed.path, uri=edition.base_url + "/")
    generator.generator(content.GENERATOR)
    for article in edition.articles:
        _entry(generator.add_entry(order="append"), edition, article)
    body: bytes = generator.atom_str()
    return body


def _entry(entry: FeedEntry, edition: Edition, article: Article) -> None:
    entry.house.article = article
    entry.id(content.urn(article.id))
    entry.title(content.title(article))
    entry.published(content.whole_seconds(article.published))
    entry.updated(content.whole_seconds(article.updated))
    for author in article.authors:
        entry.author(name=author)
    if article.summary:
        entry.summary(article.summary, type="text")
    entry.content(content.article_html(article, content.related(edition, article)), type="html")
    for category in content.categories(edition, article):
        entry.category(_category(category))


def _category(category: Category) -> dict[str, str]:
    pairs = (("term", category.term), ("scheme", category.scheme), ("label", category.label))
    return {name: value for name, value in pairs if value}
