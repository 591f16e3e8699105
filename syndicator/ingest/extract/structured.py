"""What a page says about itself to machines: JSON-LD, microdata, OpenGraph and other `<meta>`.

JSON-LD comes first, because publishers write it for the article; OpenGraph is often the site's. Nothing of it is
trusted: all values are text until they have gone through `plain` and `absolute`. Broken JSON-LD is repaired where that
is plain (`text.jsonld`), dates are read by `text.published`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml.html import HtmlElement

from syndicator.ingest.extract.blocks import key
from syndicator.text.credits import split_credit
from syndicator.text.figures import Figure
from syndicator.text.html import plain, text_of
from syndicator.text.jsonld import nodes as json_ld
from syndicator.text.jsonld import types
from syndicator.text.pictures import one_each, shows
from syndicator.text.published import page_dates
from syndicator.text.url import absolute

_ARTICLES = re.compile(r"(?:Article|BlogPosting|Report|LiveBlogPosting|NewsStory)$")
_MOST_IMAGES = 20
_NAMES_NOBODY = re.compile(r"^(?:https?://|@)|^\s*$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """A page's own description of its article; every text plain, every address absolute."""

    title: str | None = None
    description: str | None = None
    body: str | None = None
    """`articleBody`: text, with line ends where it has them."""
    authors: tuple[str, ...] = ()
    published: str | None = None
    """As written."""
    images: tuple[Figure, ...] = ()
    site: str | None = None
    publisher: str | None = None


def structured(root: HtmlElement, base: str, moment: datetime | None = None) -> Structured:
    """Read a page's own description; nothing in it raises. With `moment` (now), dates to come are passed over."""
    nodes = json_ld(root)
    node = _article_node(root, nodes)
    meta = _meta(root)
    micro = _microdata(root)
    site = _first(meta, "og:site_name", "application-name")
    title = (
        _string(node.get("headline"))
        or _string(node.get("name"))
        or micro.get("headline")
        or _first(meta, "og:title", "twitter:title")
    )
    return Structured(
        title=plain(title) or None if title else None,
        description=plain(
            _string(node.get("description"))
            or _first(meta, "og:description", "description", "twitter:description")
            or ""
        )
        or None,
        body=_body(node),
        authors=_authors(node.get("author")) or _meta_authors(meta, micro),
        published=page_dates(root, base, nodes=nodes, title=title, moment=moment).date,
        images=_images(node, meta, base),
        site=plain(site) if site else None,
        publisher=plain(_string(node.get("publisher")) or "") or None,
    )


# ---------------------------------------------------------------- JSON-LD


def _article_node(root: HtmlElement, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """The first article in the page's JSON-LD, wherever it is nested, with the images and people it refers to by id."""
    articles = [node for node in nodes if any(_ARTICLES.search(kind) for kind in types(node))]
    if not articles:
        return {}
    titles = key(" ".join(element.text_content() for element in root.iter("title", "h1")))
    chosen = max(
        articles, key=lambda node: ("headline" in node, (key(_string(node.get("headline")) or "") or "\n") in titles)
    )
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    return {name: _resolved(value, by_id) for name, value in chosen.items()}


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_resolved(one, by_id) for one in value[:_MOST_IMAGES]]
    if isinstance(value, dict) and set(value) <= {"@id", "@type"} and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value


def _string(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return value.strip() or None if isinstance(value, str) else None


def _body(node: dict[str, Any]) -> str | None:
    body = _string(node.get("articleBody")) or (_string(node.get("text")) if node.get("articleBody") is None else None)
    if body is None:
        return None
    return (
        text_of(body)
        if re.search(r"<(?:p|br|div)\b", body, re.I)
        else "\n".join(plain(line) for line in body.splitlines())
    )


def _authors(value: Any) -> tuple[str, ...]:
    """Names of people and desks; publishers' profile addresses are no names."""
    names: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        parts = name if isinstance(name, list) else [name]
        names += [plain(part) for part in parts if isinstance(part, str) and not _NAMES_NOBODY.search(part)]
    return tuple(dict.fromkeys(name for name in names if name))[:10]


# ---------------------------------------------------------------- meta and microdata


def _meta(root: HtmlElement) -> dict[str, list[str]]:
    """`<meta>` by lower-case name or property, with all its values."""
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or "").strip().lower()
        content = element.get("content", "").strip()
        if name and content:
            found.setdefault(name, []).append(content)
    return found


def _first(meta: dict[str, list[str]], *names: str) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _microdata(root: HtmlElement) -> dict[str, str]:
    """`itemprop` headline and author of the first article."""
    scopes = [element for element in root.xpath("//*[@itemtype]") if _ARTICLES.search(element.get("itemtype"))]
    found: dict[str, str] = {}
    if scopes:
        for element in scopes[0].iter():
            name = element.get("itemprop") if isinstance(element.tag, str) else None
            if name in ("headline", "author") and name not in found:
                inner = next(
                    (one for one in element.iter() if isinstance(one.tag, str) and one.get("itemprop") == "name"),
                    element,
                )
                value = inner.get("content") or inner.text_content()
                if value.strip():
                    found[name] = " ".join(value.split())
    return found


def _meta_authors(meta: dict[str, list[str]], micro: dict[str, str]) -> tuple[str, ...]:
    named = (
        meta.get("author") or meta.get("article:author") or meta.get("dc.creator") or meta.get("parsely-author") or []
    )
    names = [
        plain(name)
        for name in [*([micro["author"]] if "author" in micro else []), *named]
        if not _NAMES_NOBODY.search(name)
    ]
    return tuple(dict.fromkeys(name for name in names if name))[:10]


# ---------------------------------------------------------------- images


def _images(node: dict[str, Any], meta: dict[str, list[str]], base: str) -> tuple[Figure, ...]:
    """JSON-LD images, else OpenGraph's; those with a caption first said so by the publisher."""
    value = node.get("image")
    listed = [_image(one, base) for one in (value if isinstance(value, list) else [value])[:_MOST_IMAGES]]
    found = [figure for figure in listed if figure is not None]
    found = [figure for figure in found if shows(figure.url)] or [
        figure for figure in _open_graph(meta, base) if shows(figure.url)
    ]
    return tuple(one_each(found))


def _image(value: Any, base: str) -> Figure | None:
    if isinstance(value, str):
        url = absolute(value, base)
        return Figure(url=url) if url else None
    if not isinstance(value, dict):
        return None
    url = absolute(
        _string(value.get("url")) or _string(value.get("contentUrl")) or _string(value.get("@id")) or "", base
    )
    if url is None:
        return None
    caption = plain(_string(value.get("caption")) or _string(value.get("description")) or "") or None
    credit = (
        plain(
            _string(value.get("creditText"))
            or _string(value.get("creator"))
            or _string(value.get("author"))
            or _string(value.get("copyrightHolder"))
            or _string(value.get("copyrightNotice"))
            or ""
        )
        or None
    )
    if caption and not credit:
        caption, credit = split_credit(caption)
    elif credit:
        bare = split_credit(credit)
        credit = bare[1] if bare[0] is None and bare[1] else credit
    return Figure(
        url=url, caption=caption, credit=credit, width=_pixels(value.get("width")), height=_pixels(value.get("height"))
    )


def _open_graph(meta: dict[str, list[str]], base: str) -> Iterator[Figure]:
    urls = (
        meta.get("og:image")
        or meta.get("og:image:url")
        or meta.get("twitter:image")
        or meta.get("twitter:image:src")
        or []
    )
    widths, heights, alts = (meta.get(f"og:image:{name}", []) for name in ("width", "height", "alt"))
    for at, raw in enumerate(urls[:_MOST_IMAGES]):
        url = absolute(raw, base)
        if url is not None:
            alone = len(urls) == len(widths) == len(heights)
            alt = plain(alts[at]) if len(alts) == len(urls) else None
            yield Figure(
                url=url,
                width=_pixels(widths[at]) if alone else None,
                height=_pixels(heights[at]) if alone else None,
                alt=alt or None,
            )


def _pixels(value: Any) -> int | None:
    value = value.get("value") if isinstance(value, dict) else value
    found = (
        re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?(?:\s*px)?\s*", str(value))
        if isinstance(value, int | float | str)
        else None
    )
    return int(found[1]) if found else None
