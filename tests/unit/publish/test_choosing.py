"""What a feed carries: every key, alone and together, and what its file may not say."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.catalogue import load
from syndicator.errors import ConfigurationError
from syndicator.model import Article, Origin
from tests.support.articles import article
from tests.support.newsroom import found_newsroom

DATA = Path(__file__).resolve().parents[2] / "data" / "publish"
CASES = tomllib.loads((DATA / "choosing.toml").read_text("utf-8"))["case"]
MISTAKES = tomllib.loads((DATA / "mistakes.toml").read_text("utf-8"))["case"]


def of(number: int, source: str, **changes) -> Article:
    origins = (Origin(source=source, guid=str(number), fingerprint=""),)
    return article(number, origins=origins, **changes)


ARTICLES = {
    1: of(1, "nahr/main", people=("سلمى الحلبي",)),
    2: of(2, "furat/health", topics=("health",), places=("JO",), title="افتتاح مستشفى في الأردن"),
    3: of(3, "furat/main", topics=("countries/syria",), places=("SY", "TR"), language="en"),
    4: of(4, "nahr/main", topics=(), places=(), language="ar-EG", people=("عمر حداد",)),
    5: of(5, "nahr/main", withdrawn=True),
}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_choosing(home: Path, case: dict) -> None:
    """A feed carries exactly what its file chooses."""
    found_newsroom(home, {"feeds/x.toml": f'title = "x"\n{case["feed"]}'})
    feed = load(home).feeds["x"]
    assert [number for number, each in ARTICLES.items() if feed.carries(each)] == case["carries"]


@pytest.mark.parametrize("case", MISTAKES, ids=[case["told"] for case in MISTAKES])
def test_mistakes_are_told(home: Path, case: dict) -> None:
    """A key or value that means nothing is named with its file and table, and what to do."""
    found_newsroom(home, {"feeds/x.toml": f'title = "x"\n{case["feed"]}'})
    with pytest.raises(ConfigurationError) as told:
        load(home)
    assert list(told.value.mistakes) == [case["told"]]


def test_a_feed_may_not_stand_where_archives_do(home: Path) -> None:
    """A file whose address is that of another feed's archive is a mistake, not a puzzle for readers."""
    found_newsroom(home, {"feeds/small/archive/3.toml": 'title = "x"\n'})
    with pytest.raises(ConfigurationError, match="address of an archive"):
        load(home)


def test_ready_made_routes_are_the_ready_made_feeds_that_carry(home: Path) -> None:
    """Reading candidates off an article's labels finds the same feeds as asking every one of them."""
    found_newsroom(home)
    catalogue = load(home)
    everything = {**catalogue.feeds, **catalogue.ready}
    for each in ARTICLES.values():
        assert catalogue.routes(each) == tuple(sorted(p for p, feed in everything.items() if feed.carries(each)))


def test_every_topic_place_and_publisher_has_a_feed(home: Path) -> None:
    """What articles are labelled with has an address, with its own title and no file."""
    found_newsroom(home)
    ready = load(home).ready
    assert ready["@topics/countries/syria"].title == "سوريا"
    assert ready["@places/sy"].title == "سوريا"
    assert ready["@sources/furat"].title == "الفرات"
    assert ready["@sources/furat/health"].carries(ARTICLES[2])
    assert not ready["@sources/furat/health"].carries(ARTICLES[3])
    assert not ready["@sources/nahr"].carries(replace(ARTICLES[1], withdrawn=True))
