"""Of a feed of any length the newest 2,000 items are read, wherever they stand."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from syndicator.ingest.parse import losses, parse
from syndicator.ingest.parse.newest import ITEMS, chosen
from syndicator.model import Channel
from tests.support.hostile import answer, rss, source

COUNT = 2_300
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def rfc(hours: int) -> str:
    return format_datetime(FIRST + timedelta(hours=hours))


def iso(hours: int) -> str:
    return (FIRST + timedelta(hours=hours)).isoformat()


def read(make: Callable[[int], str], count: int = COUNT) -> Channel:
    return parse(answer(rss(*map(make, range(count)))), source())


LAST = {
    "dates": lambda n: f"<item><guid>x{9_000 - n}</guid><pubDate>{rfc(n)}</pubDate></item>",
    "dates in CDATA": lambda n: f"<item><guid>x</guid><dc:date><![CDATA[{iso(n)}]]></dc:date></item>",
    "days": lambda n: f"<item><pubDate>{(FIRST + timedelta(days=n)).strftime('%d/%m/%Y')}</pubDate></item>",
    "half of the dates": lambda n: f"<item>{f'<pubDate>{rfc(n)}</pubDate>' if n % 2 else ''}</item>",
    "no end tags": lambda n: f"<item><pubDate>{rfc(n)}</pubDate>",
    "items in CDATA": lambda n: (
        f"<item><description><![CDATA[<item>]]></description><pubDate>{rfc(n)}</pubDate></item>"
    ),
    "growing numbers": lambda n: f"<item><guid>m{n}</guid></item>",
    "growing numbers in links": lambda n: f"<item><link>http://a.test/2026/{n}/x</link></item>",
    "zero dates, growing numbers": lambda n: (
        f"<item><guid>{n}</guid><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item>"
    ),
}
HEAD = {
    "dates": lambda n: f"<item><guid>{n}</guid><pubDate>{rfc(-n)}</pubDate></item>",
    "shrinking numbers": lambda n: f"<item><guid>m{9_000 - n}</guid></item>",
    "one date for all": lambda n: f"<item><guid>m{9_000 - n}</guid><pubDate>{rfc(0)}</pubDate></item>",
    "nothing": lambda n: f"<item><title>x</title><guid>a-{n * 50_021 % 100_003}</guid></item>",
}


@pytest.mark.parametrize("name", LAST)
def test_where_the_newest_stand_last_the_last_are_read(name):
    """By date, by the dates of neighbours, by numbers that grow; in the document's order."""
    make = LAST[name]
    channel = read(lambda n: make(n).replace("<item>", f"<item><title>t{n}</title>", 1))
    assert len(channel.entries) == ITEMS
    assert [channel.entries[0].title, channel.entries[-1].title] == ["t300", "t2299"]
    assert channel.left_out == 300
    assert losses(channel) == ("300 older items were left out",)


@pytest.mark.parametrize("name", HEAD)
def test_where_the_newest_stand_first_the_first_are_read(name):
    """By date, by numbers, and where nothing tells."""
    make = HEAD[name]
    channel = read(
        lambda n: make(n).replace("<item>", f"<item><title>t{n}</title>", 1).replace("x</title>", "</title>")
    )
    assert len(channel.entries) == ITEMS
    assert (channel.entries[0].title or "").startswith("t0")
    assert channel.left_out == 300


def test_newest_in_no_order():
    """Items in any order: the oldest are left out, and the others keep their order."""
    order = [number * 7 % COUNT for number in range(COUNT)]
    channel = read(lambda n: f"<item><guid>g{order[n]}</guid><pubDate>{rfc(order[n])}</pubDate></item>")
    assert [entry.guid for entry in channel.entries] == [f"g{number}" for number in order if number >= 300]


def test_atom_and_json_feeds():
    """The same for entries of Atom, with and without a prefix, and for items of JSON Feed."""
    for prefix in ("", "a:"):
        entries = "".join(
            f"<{prefix}entry><{prefix}id>g{n}</{prefix}id><{prefix}updated>{iso(n)}</{prefix}updated></{prefix}entry>"
            for n in range(COUNT)
        )
        space = f"xmlns{prefix and ':a'}='http://www.w3.org/2005/Atom'"
        found = parse(answer(f"<{prefix}feed {space}>{entries}</{prefix}feed>"), source())
        assert [found.entries[0].guid, found.entries[-1].guid, found.left_out] == ["g300", "g2299", 300]
    items = [{"id": f"g{n}", "date_published": iso(n)} for n in range(COUNT)]
    found = parse(
        answer(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})), source("jsonfeed")
    )
    assert [found.entries[0].guid, found.entries[-1].guid, found.left_out] == ["g300", "g2299", 300]


def test_short_feeds_are_read_whole():
    """Nothing is chosen where nothing need be left out."""
    assert read(lambda n: f"<item><guid>{n}</guid></item>", ITEMS).left_out == 0
    assert chosen(["x"] * 10, [None] * 10) == list(range(10))


def test_a_feed_that_is_six_times_as_long_is_read_too():
    """Length costs time, not items: 12,000 items with more elements than a feed may have."""
    begin = time.process_time()
    parts = "<category>a</category>" * 15
    channel = read(lambda n: f"<item><guid>g{n}</guid><pubDate>{rfc(n)}</pubDate>{parts}</item>", 12_000)
    assert [channel.entries[0].guid, len(channel.entries), channel.left_out] == ["g10000", ITEMS, 10_000]
    assert time.process_time() - begin < 8
