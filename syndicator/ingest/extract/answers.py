"""Answers that are no article's page: errors, other kinds of file, and the front page where an article used to be.

A site that deletes an article often answers with a redirect to its front page and status 200. The front page's text is
long, so it would pass for the article's. It is known by its address, or by naming the front page as its canonical
address - but not when its headline is the article's, because some sites name the front page on every page.
"""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import key
from syndicator.model import Article, Response
from syndicator.text.kinds import binary, reads_as_text
from syndicator.text.url import absolute

_PAGES = ("", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
_JSON = re.compile(r"\s*[{\[]\s*[\"{\[\]}]")
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->|\s)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.S
)
_FRONT = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?|arabic|english|home|homepage|index|default|main)?(?:\.\w{3,5})?/?", re.IGNORECASE
)


def other_kind(page: Response) -> str | None:
    """Why an answer is no page at all, as a phrase, or None."""
    if page.status >= 400:
        return f"the page answered {page.status}"
    if what := binary(page.body):
        return f"the address leads to {what}, not to a page"
    if page.content_type not in _PAGES:
        return f"the address leads to {page.content_type}, not to a page"
    return None if reads_as_text(page.body) else "the address leads to a file that is no text"


def other_text(text: str) -> str | None:
    """Why a text is no page, as a phrase, or None; servers call JSON and feeds `text/html` often enough."""
    if _JSON.match(text):
        return "the address leads to JSON, not to a page"
    return "the address leads to a feed, not to a page" if _FEED.match(text) else None


def other_place(article: Article, page: Response) -> str | None:
    """Why an answer cannot be this article's by where it came from, as a phrase, or None."""
    if article.shared_link:
        return "the link leads to more than this article"
    if is_front(page.url) and not is_front(article.url):
        return "the address now leads to the site's front page"
    return None


def names_front(root: HtmlElement, base: str, article: Article, headline: str | None) -> str | None:
    """Why a page is not the article's by its own canonical address, as a phrase, or None."""
    if is_front(article.url) or (headline and key(headline) == key(article.title)):
        return None
    for link in root.iter("link"):
        if "canonical" in link.get("rel", "").lower().split():
            address = absolute(link.get("href", ""), base)
            if address is not None and is_front(address):
                return "the page says that it is the site's front page"
    return None


def is_front(address: str) -> bool:
    """Whether an address is that of a site's front page, or of one language's."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.query and _FRONT.fullmatch(parts.path) is not None
