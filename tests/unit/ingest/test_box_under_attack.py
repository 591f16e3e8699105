"""Hostile feeds in the box: each is read, refused or stopped at its limit, and nobody else waits for it."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from syndicator.errors import NotAFeed, ParseError, ParseLimit
from syndicator.ingest.box import Boxes, BoxLimits
from syndicator.ingest.read import read
from tests.support.hostile import (
    ATTACKS,
    HTML_ATTACKS,
    answer,
    endless,
    good_feed,
    hostile_feeds,
    rss,
    source,
    with_description,
)

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
WALL = 3.0
"""Seconds: a shorter limit than the service's, for what is meant to reach it."""
ITEMS = 10


@pytest.fixture(scope="module")
def boxes() -> Iterator[Boxes]:
    """Two boxes with the service's own limits."""
    with Boxes(2, preload=["syndicator.ingest.read:warm"]) as opened:
        yield opened


def _read(boxes: Boxes, body: bytes | str) -> int:
    """How many articles came of a feed."""
    return len(boxes.run(read, answer(body), source(), MOMENT)[1])


@pytest.mark.parametrize("name", HTML_ATTACKS)
def test_html_that_keeps_sanitisers_busy_is_read_in_time(boxes: Boxes, name: str) -> None:
    """B02: What is quadratic in a sanitiser is met by limits before it: the item is there within the box's ten seconds."""
    assert boxes.limits.wall == 10
    assert _read(boxes, with_description(HTML_ATTACKS[name])) == 1


@pytest.mark.parametrize("name", ["nesting", "categories", "attributes", "open comments", "ampersands"])
def test_xml_that_keeps_parsers_busy_costs_its_limit_at_most(boxes: Boxes, name: str) -> None:
    """B02: An attack is read, or refused by the parser, or stopped by the box: never later than the box's limit."""
    start = time.perf_counter()
    with suppress(ParseError):
        _read(boxes, ATTACKS[name])
    assert time.perf_counter() - start < boxes.limits.wall + 0.5


def test_a_hundred_megabytes_are_a_limit_and_not_a_crash(boxes: Boxes) -> None:
    """B02: A feed larger than a box can bear costs one call; this process does not grow with it for good."""
    huge = rss(f"<item><title>x</title><description>{'خبر ' * 15_000_000}</description></item>").encode()
    assert len(huge) > 100_000_000
    start = time.perf_counter()
    with suppress(ParseLimit):
        assert _read(boxes, huge) == 1
    assert time.perf_counter() - start < boxes.limits.wall + 2
    assert _read(boxes, good_feed(1, ITEMS)) == ITEMS


def _latencies(boxes: Boxes, count: int) -> list[float]:
    took = []
    for number in range(count):
        start = time.perf_counter()
        assert _read(boxes, good_feed(number, ITEMS)) == ITEMS
        took.append(time.perf_counter() - start)
    return took


def test_while_one_reader_never_ends_the_others_go_on() -> None:
    """B02: A reader that never ends is stopped at its limit; until then other feeds take less than twice as long.

    Other programs may want the cores as well, so the best of three rounds counts: a feed that really waited for the
    one that never ends would wait in all of them.
    """
    ratios = []
    with Boxes(2, BoxLimits(wall=WALL), preload=["syndicator.ingest.read:warm"]) as boxes:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda number: _read(boxes, good_feed(number)), range(8)))  # both children are warm
        for _ in range(3):
            alone = _latencies(boxes, 25)
            with ThreadPoolExecutor(1) as pool:
                stopped = pool.submit(_never, boxes)
                meanwhile = _latencies(boxes, 25)
                assert not stopped.done(), "25 feeds took as long as the limit of another"
                assert WALL <= stopped.result() < WALL + 1
            ratios.append(statistics.median(meanwhile) / statistics.median(alone))
            if ratios[-1] < 2:
                return
    pytest.fail(f"other feeds took {min(ratios):.1f} times as long")


def _never(boxes: Boxes) -> float:
    """The seconds after which a reader that never ends was stopped."""
    start = time.perf_counter()
    with pytest.raises(ParseLimit, match="3 seconds"):
        boxes.run(endless, answer(b""), source(), MOMENT)
    return time.perf_counter() - start


def test_hostile_feeds_among_good_ones_cost_the_good_ones_nothing(boxes: Boxes) -> None:
    """B03: Each hostile feed of the collection beside a good one: all good ones are read whole, and the boxes still work."""
    bad = hostile_feeds(46)
    bodies = [body for number, hostile in enumerate(bad) for body in (good_feed(number, ITEMS), hostile)]

    def one(body: bytes) -> int:
        try:
            return _read(boxes, body)
        except ParseError:
            return 0

    start = time.perf_counter()
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(one, bodies))
    assert found[::2] == [ITEMS] * len(bad)
    assert time.perf_counter() - start < 30
    with pytest.raises(NotAFeed):
        _read(boxes, b"<html></html>")
