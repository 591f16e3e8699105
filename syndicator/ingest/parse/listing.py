"""Reads a page of links: the front page or a section of a site that has no feed.

With the operator's CSS selectors (`Source.listing`) the page is read by them alone. Without, by what it tells machines
(a JSON-LD `ItemList`, or several articles), and else by its looks: links to the same site whose elements have the same
names and classes all the way up are one list, and the list with the most words in its links is the news. Menus
and footers have short links, and stand in elements that say so.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urldefrag

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from syndicator.errors import Malformed
from syndicator.ingest.parse import webpage
from syndicator.ingest.parse.elements import distinct, join, url
from syndicator.ingest.parse.jsonfeed import rows, string, title
from syndicator.model import Channel, Entry, Image, ListingRules, Response, Source
from syndicator.text.jsonld import nodes as json_ld
from syndicator.text.lazy import addresses
from syndicator.text.published import address_date, part_date
from syndicator.text.url import host

ITEMS = 2_000
_FEWEST = 3
"""Links that make a list."""
_HEADLINE = 20
"""Characters that a link's text has at least when it is a headline."""
_ASIDE = frozenset({"nav", "footer", "aside", "form", "select", "noscript"})
_ASIDE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|footer|breadcrumbs?|sidebar|social|share|cookie|pagination)(?:$|[\s_-])", re.I
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")


def parse(response: Response, source: Source) -> Channel:
    """The links as entries, in the order of the page. `NotAFeed` for no web page, `Malformed` when nothing is found."""
    root = webpage.read(response, source)
    base = webpage.base_of(root, response)
    rules = source.listing
    if any(getattr(rules, name) for name in ("item", "link", "title", "published", "summary", "image")):
        entries = list(_by_rules(root, base, rules))
    else:
        entries = list(_by_json_ld(root, base)) or list(_by_looks(root, base))
    unique = {entry.link: entry for entry in reversed(entries)}
    chosen = [entry for entry in entries if unique[entry.link] is entry]
    if not chosen:
        raise Malformed("No list of articles was found on the page: give CSS selectors in the source's [listing].")
    named = [" ".join(found.text_content().split()) for found in root.iter("title")]
    return Channel(
        entries=tuple(chosen[:ITEMS]),
        title=title(next(iter(named), None)),
        homepage=response.url,
        language=string(root.get("lang")),
    )


# ---------------------------------------------------------------- by selectors


def _by_rules(root: HtmlElement, base: str, rules: ListingRules) -> Iterator[Entry]:
    items = _select(root, rules.item, "item") if rules.item else _select(root, rules.link or "a[href]", "link")
    dated: dict[HtmlElement, str | None] = {}
    for item in items[: ITEMS * 2]:
        holder = item if rules.item else item.getparent()
        found = _within(item, rules.link, "link") if rules.item else item
        link = found if found is not None and found.get("href") else next(item.iter("a"), None)
        address = _address(link, base)
        if address is None:
            continue
        headline = _within(item, rules.title, "title")
        scope = holder if holder is not None else item
        if rules.published:
            published = _moment(_within(scope, rules.published, "published"))
        else:
            if scope not in dated:
                dated[scope] = part_date(scope)
            published = dated[scope] or address_date(address)
        yield _entry(
            address,
            base,
            headline=_text(headline) or _headline(item, link),
            published=published,
            summary=_text(_within(scope, rules.summary, "summary")),
            image=_within(scope, rules.image, "image") if rules.image else next(scope.iter("img"), None),
        )


def _select(root: HtmlElement, selector: str, key: str) -> list[HtmlElement]:
    try:
        found: Any = CSSSelector(selector, translator="html")(root)
        return list(found)
    except SelectorError as error:
        raise Malformed(f"The source's listing.{key} is no CSS selector that can be used: {error}.") from None


def _within(scope: HtmlElement, selector: str | None, key: str) -> HtmlElement | None:
    return next(iter(_select(scope, selector, key)), None) if selector else None


# ---------------------------------------------------------------- by JSON-LD


def _by_json_ld(root: HtmlElement, base: str) -> Iterator[Entry]:
    nodes = json_ld(root)[: ITEMS * 4]
    rows_of_lists = [
        row.get("item") if isinstance(row.get("item"), dict) else row
        for node in nodes
        if webpage.is_a(node, "ItemList")
        for row in rows(node.get("itemListElement"))
    ]
    found = rows_of_lists or [node for node in nodes if webpage.is_article(node)]
    if len(found) < _FEWEST:
        return
    for node in found:
        entry = _from_node(node, base) if isinstance(node, dict) else None
        if entry is not None:
            yield entry


def _from_node(node: dict[str, Any], base: str) -> Entry | None:
    address = webpage.address(node.get("url")) or webpage.address(node.get("@id") or node.get("mainEntityOfPage"))
    if address is None or address.startswith("#"):
        return None
    link = join(base, address)
    picture = webpage.address(node.get("image"))
    return Entry(
        guid=link,
        link=link,
        title=title(string(node.get("headline")) or string(node.get("name"))),
        summary=string(node.get("description")),
        base=base,
        published=string(node.get("datePublished")),
        updated=string(node.get("dateModified")),
        images=(Image(url=join(base, picture)),) if picture else (),
    )


# ---------------------------------------------------------------- by looks


def _by_looks(root: HtmlElement, base: str) -> Iterator[Entry]:
    groups: dict[tuple[str, ...], list[tuple[HtmlElement, str]]] = {}
    for link in islice(root.iter("a"), 20_000):
        address = _address(link, base)
        if address is None or host(address) != host(base) or urldefrag(address)[0] == urldefrag(base)[0]:
            continue
        if len(_headline(link, link) or "") >= _HEADLINE and not _is_aside(link):
            groups.setdefault(_shape(link), []).append((link, address))
    weights = {
        shape: sum(min(len(_headline(link, link) or ""), 150) for link, _ in links)
        for shape, links in groups.items()
        if len({address for _, address in links}) >= _FEWEST
    }
    best = max(weights.values(), default=0)
    chosen = {
        link: address for shape, weight in weights.items() if weight * 3 >= best for link, address in groups[shape]
    }
    for link in root.iter("a"):
        if link in chosen:
            scope = _holder(link, chosen)
            yield _entry(
                chosen[link],
                base,
                headline=_headline(link, link),
                published=part_date(scope) or address_date(chosen[link]),
                image=next(scope.iter("img"), None),
            )


def _shape(link: HtmlElement) -> tuple[str, ...]:
    """The link's element and its ancestors by name and first class: the same for all items of one list."""
    chain = [link, *islice(link.iterancestors(), 6)]
    return tuple(f"{element.tag}.{''.join((element.get('class') or '').split()[:1])}" for element in chain)


def _is_aside(link: HtmlElement) -> bool:
    return any(
        element.tag in _ASIDE or _ASIDE_CLASS.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        for element in islice(link.iterancestors(), 12)
        if element.tag not in ("body", "html")
    )


def _holder(link: HtmlElement, chosen: dict[HtmlElement, str]) -> HtmlElement:
    """The widest element around a link that holds no other item's link."""
    holder = link
    for element in islice(link.iterancestors(), 6):
        if len({chosen[other] for other in element.iter("a") if other in chosen}) > 1:
            break
        holder = element
    return holder


# ---------------------------------------------------------------- parts of an item


def _entry(
    address: str,
    base: str,
    *,
    headline: str | None,
    published: str | None = None,
    summary: str | None = None,
    image: HtmlElement | None = None,
) -> Entry:
    source = _picture(image)
    return Entry(
        guid=address,
        link=address,
        title=title(headline),
        summary=summary,
        base=base,
        published=published,
        images=(Image(url=join(base, source), alt=string(image.get("alt")) if image is not None else None),)
        if source
        else (),
    )


def _address(link: HtmlElement | None, base: str) -> str | None:
    written = url(link.get("href")) if link is not None else None
    if written is None or written.startswith("#"):
        return None
    address = join(base, written)
    return address if address.lower().startswith(("http://", "https://")) else None


def _headline(item: HtmlElement, link: HtmlElement | None) -> str | None:
    """The heading in the item, else the link's text, else what it is called."""
    headings = [heading for tag in _HEADINGS for heading in item.iter(tag)]
    texts = [*map(_text, headings), _text(link), link.get("title") if link is not None else None]
    return next(iter(distinct(texts)), None)


def _text(element: HtmlElement | None) -> str | None:
    return " ".join(element.text_content().split()) or None if element is not None else None


def _moment(element: HtmlElement | None) -> str | None:
    if element is None:
        return None
    return string(element.get("datetime")) or string(element.get("content")) or _text(element)


def _picture(image: HtmlElement | None) -> str | None:
    if image is None:
        return None
    inner = image if image.tag == "img" else next(image.iter("img"), image)
    named = (inner.get("href"), inner.get("content")) if inner.tag != "img" else ()
    return next(
        (found for written in (*(one for one, _ in addresses(dict(inner.items()))), *named) if (found := url(written))),
        None,
    )
