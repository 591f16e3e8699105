"""Reads one article's page as a source of one entry.

Its words are left to the stage that extracts them: it gets the page itself. What is read here is what identifies and
dates the article, as the page tells machines: canonical address, JSON-LD, `meta`, and the visible headline last. Dates
are read by `text.published`.
"""

from typing import Any

from lxml.html import HtmlElement

from syndicator.ingest.parse import webpage
from syndicator.ingest.parse.elements import distinct, is_absolute, join, url
from syndicator.ingest.parse.jsonfeed import MANY, rows, string, title, whole
from syndicator.model import Category, Channel, Entry, Image, Response, Source
from syndicator.text.html import plain
from syndicator.text.jsonld import nodes as json_ld
from syndicator.text.published import page_dates
from syndicator.text.url import host


def parse(response: Response, source: Source) -> Channel:
    """One entry without content; `NotAFeed` when the answer is no web page."""
    root = webpage.read(response, source)
    base = webpage.base_of(root, response)
    nodes = json_ld(root)
    article = next((node for node in nodes if webpage.is_article(node)), {})
    link = _link(root, base, response.url)
    description = string(article.get("description")) or next(
        iter(webpage.meta(root, "og:description", "description")), ""
    )
    headline = _title(root, article)
    dated = page_dates(root, link, nodes=nodes, title=headline)
    entry = Entry(
        guid=link,
        link=link,
        title=headline,
        summary=description or None,
        base=base,
        language=string(article.get("inLanguage")) or string(root.get("lang")),
        authors=_authors(root, article),
        published=dated.published,
        updated=dated.updated,
        categories=_categories(root, article),
        images=_images(root, article, base),
    )
    return Channel(
        entries=(entry,),
        title=_first(root, "og:site_name"),
        homepage=join(link, "/"),
        language=string(root.get("lang")),
    )


def _first(root: HtmlElement, *names: str) -> str | None:
    return next(iter(webpage.meta(root, *names)), None)


def _link(root: HtmlElement, base: str, document: str) -> str:
    """The canonical address if it is on the same host, so that no page can pass for another publisher's."""
    for found in (webpage.canonical(root, base), *webpage.meta(root, "og:url")):
        address = url(join(base, found)) if found else None
        if address and is_absolute(address) and host(address) == host(document):
            return address
    return document


def _title(root: HtmlElement, article: dict[str, Any]) -> str | None:
    headings = [" ".join(heading.text_content().split()) for heading in root.iter("h1")]
    titles = [" ".join(found.text_content().split()) for found in root.iter("title")]
    named = [string(article.get("headline")), string(article.get("name"))]
    candidates = distinct(
        [*webpage.meta(root, "og:title"), *named, *webpage.meta(root, "twitter:title"), *headings, *titles]
    )
    return title(candidates[0]) if candidates else None


def _authors(root: HtmlElement, article: dict[str, Any]) -> tuple[str, ...]:
    people = article.get("author")
    listed = people if isinstance(people, list) else [people]
    names = [string(person.get("name")) if isinstance(person, dict) else string(person) for person in listed]
    written = webpage.meta(root, "author", "article:author", "dc.creator", "parsely-author")
    found = distinct(names) or distinct(name for name in written if not is_absolute(name))
    return tuple(found)[:MANY]


def _categories(root: HtmlElement, article: dict[str, Any]) -> tuple[Category, ...]:
    keywords = article.get("keywords") or ", ".join(webpage.meta(root, "news_keywords", "keywords"))
    terms = keywords if isinstance(keywords, list) else (string(keywords) or "").replace("،", ",").split(",")
    sections = article.get("articleSection")
    named = [*webpage.meta(root, "article:section"), *(sections if isinstance(sections, list) else [sections])]
    tags = [*named, *webpage.meta(root, "article:tag"), *terms]
    return tuple(Category(term=term) for term in distinct(string(tag) for tag in tags) if len(term) <= 256)[:MANY]


def _images(root: HtmlElement, article: dict[str, Any], base: str) -> tuple[Image, ...]:
    """`og:image` with its size, and JSON-LD's pictures with their captions."""
    found: dict[str, Image] = {}
    for picture in rows(article.get("image")):
        if address := webpage.address(picture):
            absolute = join(base, address)
            caption, credit = string(picture.get("caption")), string(picture.get("creditText"))
            found[absolute] = Image(
                url=absolute,
                caption=plain(caption) if caption else None,
                credit=plain(credit) if credit else None,
                width=whole(picture.get("width")),
                height=whole(picture.get("height")),
            )
    alone = article.get("image")
    written = [one for one in (alone if isinstance(alone, list) else [alone]) if isinstance(one, str)]
    shared = [
        one for one in webpage.meta(root, "og:image:secure_url", "og:image", "og:image:url", "twitter:image") if one
    ]
    for address in distinct(url(one) for one in [*shared[:1], *written]):
        found.setdefault(join(base, address), Image(url=join(base, address), alt=_first(root, "og:image:alt")))
    return tuple(found.values())[:MANY]
