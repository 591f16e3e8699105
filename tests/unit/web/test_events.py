"""A feed as a stream of events: nothing is missed between two connections, and streams are bounded."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from syndicator.service import Service
from syndicator.web import create_app, events
from tests.support.articles import MOMENT, article
from tests.support.houses import house
from tests.support.newsroom import bring, found_newsroom, ids

HOUR = timedelta(hours=1)


@pytest.fixture
def service(home: Path, database_url: str) -> Iterator[Service]:
    found_newsroom(home)
    with house(home, database_url) as service:
        yield service


@pytest.fixture
def app(service: Service) -> Flask:
    return create_app(service)


class Stream:
    """A reader of one stream: what it was told, event by event. Ended by `close`, as its connection would be."""

    def __init__(self, app: Flask, path: str = "/feeds/arabic.events", last: str | None = None) -> None:
        headers = {"Last-Event-ID": last} if last else {}
        self.response = app.test_client().get(path, headers=headers, buffered=False)
        self._chunks = iter(self.response.response)

    def next(self) -> dict[str, str]:
        """The next event; a comment is an event without fields."""
        lines = next(self._chunks).decode().strip().split("\n")
        return dict(line.split(": ", 1) for line in lines if not line.startswith(":"))

    def close(self) -> None:
        self.response.close()


def test_new_articles_come_as_they_are_committed(service: Service, app: Flask) -> None:
    """An article is told within 2 s of its commit, as the JSON Feed has it; what was there before is not."""
    bring(service, article(1))
    stream = Stream(app)
    assert stream.response.mimetype == "text/event-stream"
    assert stream.response.headers["X-Accel-Buffering"] == "no"
    assert set(stream.next()) == {"retry", "id"}
    bring(service, article(2))
    committed = time.monotonic()
    event = stream.next()
    assert time.monotonic() - committed < 2
    told = json.loads(event["data"])
    assert told["id"] == ids([article(2)])[0]
    assert told["feeds"] == ["arabic", "small"]
    assert "event" not in event
    stream.close()


@pytest.mark.parametrize("path", ["/feeds/arabic.events", "/topics/health.events", "/sources/nahr.events"])
def test_a_reader_that_comes_back_misses_nothing(service: Service, app: Flask, path: str) -> None:
    """`Last-Event-ID` goes on where the connection broke, even when nothing had come yet; nothing comes twice."""
    first = Stream(app, path)
    begun = first.next()["id"]
    first.close()
    bring(service, *(article(number) for number in range(1, 250)))
    second = Stream(app, path, last=begun)
    assert second.next()["id"] == begun
    told = [second.next() for _ in range(100)]
    second.close()
    third = Stream(app, path, last=told[-1]["id"])
    third.next()
    told += [third.next() for _ in range(149)]
    assert [json.loads(each["data"])["id"] for each in told] == ids([article(number) for number in range(1, 250)])
    bring(service, article(300))
    assert json.loads(third.next()["data"])["id"] == ids([article(300)])[0]
    third.close()


def test_corrections_and_withdrawals_are_told(service: Service, app: Flask) -> None:
    """A corrected article comes again under its id, one that was taken back as an event of its own; labels do not."""
    bring(service, article(1))
    stream = Stream(app)
    stream.next()
    labelled = replace(article(1), people=("أحد",))
    bring(service, labelled)
    bring(service, replace(labelled, title="عنوان مصحح", updated=MOMENT + HOUR), moment=MOMENT + HOUR)
    assert json.loads(stream.next()["data"])["title"] == "عنوان مصحح"
    bring(service, replace(labelled, withdrawn=True), moment=MOMENT + 2 * HOUR)
    event = stream.next()
    assert event["event"] == "withdrawn"
    assert json.loads(event["data"])["id"] == ids([article(1)])[0]
    stream.close()


def test_other_feeds_are_not_told(service: Service, app: Flask) -> None:
    """A stream tells what is new in its own feed."""
    stream = Stream(app, "/places/jo.events")
    stream.next()
    bring(service, article(1), article(2, places=("JO",)))
    assert json.loads(stream.next()["data"])["id"] == ids([article(2)])[0]
    stream.close()


def test_a_silent_stream_says_that_it_is_alive(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments keep a connection open on which nothing happens."""
    monkeypatch.setattr(events, "ALIVE", 0.2)
    stream = Stream(app)
    stream.next()
    assert stream.next() == {}
    stream.close()


def test_streams_are_bounded(service: Service, app: Flask) -> None:
    """More streams than there is room for are sent away for a while; room is given back when a reader leaves."""
    streams = [Stream(app) for _ in range(events.STREAMS)]
    for stream in streams:
        stream.next()
    refused = app.test_client().get("/feeds/arabic.events")
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert int(refused.headers["Retry-After"]) > 0
    assert app.test_client().head("/feeds/arabic.events").status_code == 200
    streams.pop().close()
    again = Stream(app)
    assert again.response.status_code == 200
    for stream in (again, *streams):
        stream.close()


def test_an_id_that_was_never_given_is_refused(app: Flask) -> None:
    """Rather than beginning anywhere, a stream says what is wrong with the id."""
    for last in ("x", "-1", "9" * 19):
        response = app.test_client().get("/feeds/arabic.events", headers={"Last-Event-ID": last})
        assert response.status_code == 400
        assert "Last-Event-ID" in response.text


def test_no_stream_where_no_feed_is(app: Flask) -> None:
    """An unknown feed has no stream."""
    assert app.test_client().get("/feeds/none.events").status_code == 404
