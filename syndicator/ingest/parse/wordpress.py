"""Reads posts from WordPress's REST interface: `/wp-json/wp/v2/posts?_embed=author,wp:featuredmedia,wp:term`.

It says more than the same site's RSS: the featured picture with its caption, and both dates in UTC. The `_gmt` dates
carry no zone, so one is written behind them.
"""

from typing import Any

from syndicator.errors import NotAFeed
from syndicator.ingest.parse.elements import distinct, url
from syndicator.ingest.parse.jsonfeed import MANY, load, rows, string, title, whole
from syndicator.ingest.parse.newest import ITEMS
from syndicator.model import Category, Channel, Entry, Image, Response, Source
from syndicator.text.html import plain


def parse(response: Response, source: Source) -> Channel:
    """The posts as a `Channel`. Raises `NotAFeed`, `Malformed` or `ParseLimit`."""
    data, lost = load(response, source)
    if isinstance(data, dict) and isinstance(data.get("items"), list) and "code" not in data:
        data = data["items"]
    if not isinstance(data, list):
        said = string(data.get("message")) if isinstance(data, dict) else None
        raise NotAFeed(f"The address answered with JSON that is no list of posts{f': {said[:200]}' if said else ''}.")
    posts = [post for post in rows(data) if string(post.get("link")) or _rendered(post.get("guid"))]
    if data and not posts:
        raise NotAFeed("The address answered with a list of something else than posts: nothing in it has a link.")
    return Channel(
        entries=tuple(_entry(post) for post in posts[:ITEMS]),
        skipped=tuple(lost[:MANY]),
        left_out=max(len(posts) - ITEMS, 0),
    )


def _entry(post: dict[str, Any]) -> Entry:
    embedded = post.get("_embedded")
    around: dict[str, Any] = embedded if isinstance(embedded, dict) else {}
    link = url(string(post.get("link")))
    content = post.get("content")
    protected = isinstance(content, dict) and content.get("protected") is True
    return Entry(
        guid=_rendered(post.get("guid")) or link,
        link=link,
        title=title(_rendered(post.get("title"))),
        summary=_rendered(post.get("excerpt")),
        content=None if protected else _rendered(content),
        base=link,
        authors=tuple(distinct(string(person.get("name")) for person in rows(around.get("author"))))[:MANY],
        published=_date(post, "date"),
        updated=_date(post, "modified"),
        categories=_categories(around.get("wp:term")),
        images=_images(post, around),
    )


def _rendered(value: object) -> str | None:
    return string(value.get("rendered")) if isinstance(value, dict) else string(value)


def _date(post: dict[str, Any], key: str) -> str | None:
    utc = string(post.get(f"{key}_gmt"))
    return f"{utc}Z" if utc and not utc.startswith("0000") and utc[-1:].isdigit() else string(post.get(key))


def _categories(groups: object) -> tuple[Category, ...]:
    terms = [term for group in groups for term in rows(group)] if isinstance(groups, list) else []
    found = {
        (name, taxonomy): Category(term=plain(name), scheme=taxonomy)
        for term in terms
        if (name := string(term.get("name"))) and len(name) <= 256
        for taxonomy in (string(term.get("taxonomy")),)
        if taxonomy in ("category", "post_tag", None)
    }
    return tuple(found.values())[:MANY]


def _images(post: dict[str, Any], around: dict[str, Any]) -> tuple[Image, ...]:
    """The featured picture; without `_embed`, the one that common plug-ins name."""
    found = []
    for media in rows(around.get("wp:featuredmedia")):
        address = url(string(media.get("source_url")))
        kind = string(media.get("media_type")) or "image"
        if address is None or kind != "image":
            continue
        details = media.get("media_details")
        size: dict[str, Any] = details if isinstance(details, dict) else {}
        meta = size.get("image_meta")
        credit = string(meta.get("credit")) if isinstance(meta, dict) else None
        caption = _rendered(media.get("caption"))
        found.append(
            Image(
                url=address,
                caption=(plain(caption) or None) if caption else None,
                credit=(plain(credit) or None) if credit else None,
                width=whole(size.get("width")),
                height=whole(size.get("height")),
                alt=string(media.get("alt_text")),
            )
        )
    if not found:
        head = post.get("yoast_head_json")
        pictures = rows(head.get("og_image")) if isinstance(head, dict) else []
        named = [url(string(picture.get("url"))) for picture in pictures]
        found = [
            Image(url=address) for address in distinct([url(string(post.get("jetpack_featured_media_url"))), *named])
        ]
    return tuple(found)[:MANY]
