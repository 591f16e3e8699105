"""What web pages say of themselves to machines: `meta` elements, canonical links and JSON-LD."""

from typing import Any

from lxml.html import HtmlElement

from syndicator.errors import NotAFeed
from syndicator.ingest.parse.elements import join, url
from syndicator.ingest.parse.sniff import refuse_other_kinds
from syndicator.model import Response, Source
from syndicator.text.decode import decode
from syndicator.text.figures import parsed
from syndicator.text.jsonld import types as json_ld_types

_ARTICLE = ("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
            "BlogPosting", "LiveBlogPosting", "Report", "ReviewNewsArticle", "BackgroundNewsArticle")  # fmt: skip


def read(response: Response, source: Source) -> HtmlElement:
    """The page as a tree. `NotAFeed` when it is no web page."""
    refuse_other_kinds(response.body)
    text = decode(response.body, override=source.encoding, http_charset=response.charset)
    if "<" not in text or text.lstrip()[:1] in ("{", "["):
        raise NotAFeed("The address answered with something that is no web page.")
    root = parsed(text)
    if root is None:
        raise NotAFeed("The address answered with a web page that holds nothing.")
    return root


def base_of(root: HtmlElement, response: Response) -> str:
    """What the page's addresses are relative to (HTML, 4.2.3)."""
    href = next((found.get("href") for found in root.iter("base") if found.get("href")), None)
    return join(response.url, href.strip()) if href else response.url


def meta(root: HtmlElement, *names: str) -> list[str]:
    """The contents of the `meta` elements of these names, by the order of `names`."""
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        key = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
        content = " ".join((element.get("content") or "").split())
        if key and content:
            found.setdefault(key, []).append(content)
    return [content for name in names for content in found.get(name, ())]


def canonical(root: HtmlElement, base: str) -> str | None:
    """`rel=canonical`, absolute."""
    for element in root.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split() and (written := url(element.get("href"))):
            return url(join(base, written))
    return None


def is_a(node: dict[str, Any], *types: str) -> bool:
    return any(name in types for name in json_ld_types(node))


def is_article(node: dict[str, Any]) -> bool:
    return is_a(node, *_ARTICLE)


def address(value: object) -> str | None:
    """An address that JSON-LD writes as text, as an object with `@id` or `url`, or as the first of a list."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return url(value) if isinstance(value, str) else None
