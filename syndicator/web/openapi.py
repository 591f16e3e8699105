"""The description of the API (OpenAPI 3.1.1), written by hand: it is a promise, and promises are not generated."""

from collections.abc import Mapping, Sequence
from typing import Any

from syndicator.web.asking import LANGUAGE, LONGEST, MOST

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
URLS = {
    "type": "object",
    "required": ["rss", "atom", "json", "events"],
    "properties": {name: {"type": "string", "format": "uri"} for name in ("rss", "atom", "json", "events")},
    "description": "Where it is found as RSS, Atom and JSON Feed, and as a stream of Server-Sent Events.",
}
URN = {"type": "string", "pattern": "^urn:uuid:[0-9a-f-]{36}$"}
POSITION = {"type": "integer", "minimum": 0, "description": "Place of its last change in the log."}
ARTICLE = {
    "description": "An item of the JSON Feed 1.1 with its place in the log.",
    "type": "object",
    "required": ["id", "position", "withdrawn", "feeds", "story", "url", "title", "content_html", "date_published"],
    "properties": {
        "id": URN,
        "position": POSITION,
        "withdrawn": {"const": False},
        "feeds": {"type": "array", "items": {"type": "string"}, "description": "Paths of the feeds that carry it."},
        "story": {"type": ["string", "null"], "description": "The same for articles about the same event."},
        "url": {"type": "string"},
        "title": {"type": "string"},
        "summary": {"type": "string"},
        "content_html": {"type": "string"},
        "image": {"type": "string"},
        "language": {"type": "string"},
        "date_published": {"type": "string", "format": "date-time"},
        "date_modified": {"type": "string", "format": "date-time"},
        "authors": {"type": "array", "items": {"type": "object"}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "attachments": {"type": "array", "items": {"type": "object"}},
        "_syndicator": {"type": "object"},
    },
}
WITHDRAWN = {
    "description": "An article that its publisher has taken back.",
    "type": "object",
    "required": ["id", "position", "withdrawn"],
    "properties": {"id": URN, "position": POSITION, "withdrawn": {"const": True}},
    "additionalProperties": False,
}
FEED = {
    "type": "object",
    "required": ["path", "title", "description", "language", "urls"],
    "properties": {
        "path": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "language": {"type": "string"},
        "urls": URLS,
    },
}
TOPIC = {
    "type": "object",
    "required": ["id", "title", "urls"],
    "properties": {"id": {"type": "string"}, "title": {"type": "string"}, "urls": URLS},
}
SOURCE = {
    "type": "object",
    "required": ["id", "title", "homepage", "language", "polled", "urls"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "homepage": {"type": ["string", "null"]},
        "language": {"type": ["string", "null"]},
        "polled": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "url", "kind"],
                "properties": {"id": {"type": "string"}, "url": {"type": "string"}, "kind": {"type": "string"}},
            },
        },
        "urls": URLS,
    },
}
PAGE = {
    "type": "object",
    "required": ["articles", "cursor", "more", "next"],
    "properties": {
        "articles": {"type": "array", "items": {"oneOf": [{"$ref": "#/components/schemas/Article"}, WITHDRAWN]}},
        "cursor": {"type": "string", "pattern": "^[0-9]+$"},
        "more": {"type": "boolean", "description": "There is more already; otherwise ask again in a while."},
        "next": {"type": "string", "format": "uri"},
    },
}


def description(
    title: str, base_url: str, *, topics: Sequence[str], places: Sequence[str], sources: Sequence[str]
) -> dict[str, Any]:
    """The document, for a service of this title at this address, and what there is to choose from."""
    known = {"topic": topics, "place": places, "source": sources}
    return {
        "openapi": "3.1.1",
        "info": {"title": title, "version": "1", "description": "Articles, feeds, topics and sources."},
        "servers": [{"url": base_url}],
        "paths": {
            "/api/v1/articles": {
                "get": _operation(
                    "The changes of the log, in order; go on with the cursor of the last answer.",
                    PAGE,
                    parameters=_parameters(known),
                    bad=True,
                )
            },
            "/api/v1/articles/{article_id}": {
                "get": _operation(
                    "One article as it stands.",
                    {"$ref": "#/components/schemas/Article"},
                    parameters=[
                        {
                            "name": "article_id",
                            "in": "path",
                            "required": True,
                            "schema": {"type": "string", "format": "uuid"},
                        }
                    ],
                    missing=True,
                )
            },
            "/api/v1/feeds": {"get": _operation("The published feeds.", _list("feeds", FEED), bad=True)},
            "/api/v1/topics": {"get": _operation("What articles can be about.", _list("topics", TOPIC), bad=True)},
            "/api/v1/sources": {"get": _operation("Who is polled.", _list("sources", SOURCE), bad=True)},
            "/api/v1/openapi.json": {"get": _operation("This description.", {"type": "object"})},
        },
        "components": {"schemas": {"Article": ARTICLE, "Problem": PROBLEM}},
    }


def _list(name: str, of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: {"type": "array", "items": of}}}


def _parameters(known: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Filters: values of one name are alternatives, names narrow each other."""
    several = [
        ("topic", "An id of /topics."),
        ("place", "An ISO 3166 code such as SY."),
        ("source", "A publisher's id of /sources, or one of what is polled of it."),
        ("language", "A language tag (BCP 47); ar stands for ar-SY, too."),
        ("person", "A name as articles have it."),
    ]
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    language = {"type": "string", "pattern": f"^{LANGUAGE}$"}
    values: dict[str, Any] = {"language": language, "person": text}
    values |= {name: {"type": "string", "enum": list(listed)} for name, listed in known.items()}
    return [
        _parameter(
            "cursor", {"type": "string", "pattern": "^([0-9]{1,18}|now)$"}, "Where to go on; now: with what comes."
        ),
        _parameter(
            "limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}, "Articles in one answer."
        ),
        _parameter("q", text, 'Words that all occur; "a phrase"; -without.'),
        *(_parameter(name, {"type": "array", "maxItems": MOST, "items": values[name]}, told) for name, told in several),
    ]


def _parameter(name: str, schema: dict[str, Any], told: str) -> dict[str, Any]:
    more = {"style": "form", "explode": True} if schema["type"] == "array" else {}
    return {"name": name, "in": "query", "required": False, "description": told, "schema": schema, **more}


def _operation(
    summary: str,
    schema: dict[str, Any],
    *,
    parameters: list[dict[str, Any]] | None = None,
    bad: bool = False,
    missing: bool = False,
) -> dict[str, Any]:
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    etag = {"ETag": {"schema": {"type": "string"}}}
    answers: dict[str, Any] = {
        "200": {
            "description": "What was asked for.",
            "headers": etag,
            "content": {"application/json": {"schema": schema}},
        },
        "304": {"description": "It is as it was.", "headers": etag},
        "503": {"description": "The database is away for a moment.", **problem},
    }
    if bad:
        answers["400"] = {"description": "A parameter that means nothing here.", **problem}
    if missing:
        answers["404"] = {"description": "There is no such article.", **problem}
        answers["410"] = {"description": "Its publisher has withdrawn it.", **problem}
    return {"summary": summary, "parameters": parameters or [], "responses": answers}
