"""An article as the feed gave it, and its page extracted, without network."""

from datetime import UTC, datetime

import pytest

from syndicator.ingest.extract import extract
from syndicator.model import Article, ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text.html import sanitise
from syndicator.text.url import canonical

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://news.example.org/a/page"


@pytest.fixture(scope="session")
def read_page():
    """`read_page(html_or_bytes, title=..., rules=..., ...)` is the extraction of a page."""

    def read(
        page,
        *,
        title="",
        summary="",
        body="",
        images=(),
        url=URL,
        content_type="text/html",
        status=200,
        encoding=None,
        rules=None,
    ):
        article = Article(
            id="6f0c8c5e-0000-5000-8000-000000000000",
            url=canonical(url),
            title=title,
            summary=summary,
            body=sanitise(body),
            images=images,
            language="ar",
            published=MOMENT,
            updated=MOMENT,
            origins=(),
        )
        publisher = Publisher(id="example", title="Example", extract=ExtractRules(**(rules or {})))
        source = Source(
            id="example/news",
            publisher=publisher,
            url="https://news.example.org/rss",
            listing=ListingRules(),
            encoding=encoding,
        )
        raw = page if isinstance(page, bytes) else page.encode()
        return extract(
            article, Response(url=url, status=status, headers={"content-type": content_type}, body=raw), source
        )

    return read
