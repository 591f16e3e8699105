"""An edition as JSON Feed 1.1, with what the format has no word for under `_syndicator`.

`_syndicator` of an item holds `images` (address, caption, credit, width, height), `sources` (who published it:
title and address), `related` (others that tell the same: id, address, title and source), `original` (the source
that the publisher names), `topics`, `places`, `people`, `comments` and `geo` (latitude and longitude); a key without a
value is left out, as everywhere in this format. A withdrawn article is simply gone: the format has no tombstone.
"""

import json
from typing import Any

from syndicator.model import Article, Edition
from syndicator.publish.render import content

VERSION = "https://jsonfeed.org/version/1.1"


def render(edition: Edition) -> bytes:
    """UTF-8; the same edition gives the same bytes in every process."""
    edition = content.clean(edition)
    feed, home = edition.feed, edition.base_url + "/"
    older = edition.previous_archive
    document = {
        "version": VERSION,
        "title": feed.title or feed.path,
        "home_page_url": home,
        "feed_url": edition.address("json"),
        "next_url": edition.address("json", older) if older else None,
        "description": feed.description,
        "language": content.language(feed.language),
        "authors": [{"name": feed.title or feed.path, "url": home}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in edition.hubs],
        "items": [item(edition, article) for article in edition.articles],
    }
    text = json.dumps(_given(document) | {"items": document["items"]}, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def item(edition: Edition, article: Article) -> dict[str, Any]:
    """One article as JSON Feed has it; the edition must be clean (`content.clean`)."""
    lead = article.lead_image
    return _given(
        {
            "id": content.urn(article.id),
            "url": article.url,
            "title": content.title(article),
            "summary": article.summary,
            "content_html": content.article_html(article, content.related(edition, article)),
            "image": lead.url if lead else None,
            "date_published": content.rfc3339(article.published),
            "date_modified": content.rfc3339(article.updated),
            "authors": _authors(edition, article),
            "tags": list(dict.fromkeys(each.label or each.term for each in content.categories(edition, article))),
            "language": content.language(article.language),
            "attachments": [
                _given(
                    {
                        "url": each.url,
                        "mime_type": content.media_type(each),
                        "title": each.title,
                        "size_in_bytes": content.length(each),
                        "duration_in_seconds": each.duration,
                    }
                )
                for each in article.enclosures
            ],
            "_syndicator": _more(edition, article),
        }
    )


def _authors(edition: Edition, article: Article) -> list[dict[str, Any]]:
    """The article's, else who published it: without any, the feed's own would stand for them."""
    if named := [{"name": each} for each in article.authors if each]:
        return named
    return [_given({"name": each.title, "url": each.homepage}) for each in content.publishers(edition, article)[:1]]


def _more(edition: Edition, article: Article) -> dict[str, Any]:
    origin, place = article.source, content.point(article)
    return _given(
        {
            "images": [
                _given(
                    {
                        "url": each.url,
                        "caption": each.caption,
                        "credit": each.credit,
                        "width": each.width,
                        "height": each.height,
                    }
                )
                for each in article.images
            ],
            "sources": [
                _given({"title": each.title, "url": each.homepage}) for each in content.publishers(edition, article)
            ],
            "related": [
                _given({"id": content.urn(other.id), "url": other.url, "title": other.title, "source": publisher})
                for publisher, other in content.related(edition, article)
            ],
            "original": _given({"title": origin.title, "url": origin.url}) if origin else None,
            "topics": list(article.topics),
            "places": list(article.places),
            "people": list(article.people),
            "comments": article.comments,
            "geo": {"latitude": place[0], "longitude": place[1]} if place else None,
        }
    )


def _given(pairs: dict[str, Any]) -> dict[str, Any]:
    """Without the keys that have nothing to say: None, an empty text or list, a zero."""
    return {name: value for name, value in pairs.items() if value}
