"""Nouns to rows and back: the only place that knows which field stands in which column."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from syndicator.model import (
    Article,
    Category,
    Document,
    Enclosure,
    Habits,
    Image,
    Origin,
    Outcome,
    Poll,
    Reference,
    SourceState,
    Validators,
)
from syndicator.text.html import stored as stored_html
from syndicator.text.url import stored as stored_url

ORIGIN_COLUMNS = tuple(field.name for field in fields(Origin))


def article_row(
    article: Article, *, first_seen: datetime, modified: datetime, position: int, arrived: int
) -> dict[str, Any]:
    return {
        "id": article.id,
        "shared_link": article.shared_link,
        "language": article.language,
        "published": article.published,
        "first_seen": first_seen,
        "modified": modified,
        "topics": list(article.topics),
        "places": list(article.places),
        "people": list(article.people),
        "story": article.story,
        "withdrawn": article.withdrawn,
        "position": position,
        "arrived": arrived,
        "dated": article.dated,
        **content(article),
    }


def content(article: Article) -> dict[str, Any]:
    """What a version keeps: all that a reader sees of an article."""
    return {
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "updated": article.updated,
        "details": {
            "authors": list(article.authors),
            "images": [_compact(image) for image in article.images],
            "enclosures": [_compact(enclosure) for enclosure in article.enclosures],
            "categories": [_compact(category) for category in article.categories],
            "source": _compact(article.source) if article.source else None,
            "comments": article.comments,
            "geo": list(article.geo) if article.geo else None,
        },
    }


def origin_row(origin: Origin, article: str, position: int) -> dict[str, Any]:
    return {"article": article, "position": position, **{name: getattr(origin, name) for name in ORIGIN_COLUMNS}}


def origin(row: RowMapping) -> Origin:
    return Origin(**{name: row[name] for name in ORIGIN_COLUMNS})


def _compact(noun: Image | Enclosure | Category | Reference) -> dict[str, Any]:
    return {key: value for key, value in asdict(noun).items() if value is not None}


def article(row: RowMapping, *, origins: Iterable[Origin] = (), feeds: Iterable[str] = ()) -> Article:
    details: Mapping[str, Any] = row["details"]
    geo = details.get("geo")
    return Article(
        id=row["id"],
        url=stored_url(row["url"]),
        title=row["title"],
        summary=row["summary"],
        body=stored_html(row["body"]),
        authors=tuple(details["authors"]),
        language=row["language"],
        published=row["published"],
        updated=row["updated"],
        images=tuple(Image(**image) for image in details["images"]),
        enclosures=tuple(Enclosure(**enclosure) for enclosure in details["enclosures"]),
        categories=tuple(Category(**category) for category in details["categories"]),
        source=Reference(**details["source"]) if details.get("source") else None,
        comments=details.get("comments"),
        geo=(geo[0], geo[1]) if geo else None,
        origins=tuple(origins),
        topics=tuple(row["topics"]),
        places=tuple(row["places"]),
        people=tuple(row["people"]),
        feeds=tuple(feeds),
        story=row["story"],
        withdrawn=row["withdrawn"],
        shared_link=row["shared_link"],
        position=row["position"],
        arrived=row["arrived"],
        dated=row["dated"],
    )


SPANS = ("interval", "ttl", "period")
SETS = ("skip_hours", "skip_days")
APART = {"source", "validators", "epoch", "habits", "notes", *SPANS, *SETS}
POLL_COLUMNS = tuple(field.name for field in fields(Poll))
STATE_COLUMNS = tuple(field.name for field in fields(SourceState) if field.name not in APART)


def state(row: RowMapping) -> SourceState:
    values: dict[str, Any] = {name: row[name] for name in STATE_COLUMNS}
    values |= {name: None if row[name] is None else timedelta(seconds=row[name]) for name in SPANS}
    values |= {name: frozenset(row[name]) for name in SETS}
    validators = Validators(etag=row["etag"], last_modified=row["last_modified"])
    values |= {"habits": Habits(**row["habits"]), "notes": tuple(row["notes"])}
    return SourceState(source=row["id"], validators=validators, epoch=row["epoch"], **values)


def state_row(state: SourceState) -> dict[str, Any]:
    """All of a state but its identity and its epoch, which only a lease changes."""
    spans: dict[str, timedelta | None] = {name: getattr(state, name) for name in SPANS}
    return {
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        **{name: None if span is None else span.total_seconds() for name, span in spans.items()},
        **{name: sorted(getattr(state, name)) for name in SETS},
        **{name: getattr(state, name) for name in STATE_COLUMNS},
        "habits": {name: value for name, value in asdict(state.habits).items() if value not in (0, None)},
        "notes": list(state.notes),
    }


def poll(row: RowMapping) -> Poll:
    return Poll(
        **{field.name: row[field.name] for field in fields(Poll) if field.name not in {"outcome", "notes"}},
        outcome=Outcome(row["outcome"]),
        notes=tuple(row["notes"]),
    )


def poll_row(poll: Poll) -> dict[str, Any]:
    return {name: getattr(poll, name) for name in POLL_COLUMNS} | {"notes": list(poll.notes)}


def document(row: RowMapping) -> Document:
    return Document(**{field.name: row[field.name] for field in fields(Document)})
