"""Counts of several processes, and what readers claim."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.web.counting import CLAIMS, KEEP, Counts, exposition

NOON = 1_773_480_000.0


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)", {"Feedly": 16}),
        ("NewsBlur Feed Fetcher - 32 subscribers - http://www.newsblur.com", {"NewsBlur": 32}),
        ("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 1 subscriber; )", {"Inoreader": 1}),
        ("Feedbin feed-id:1373711 - 142 subscribers", {"Feedbin": 142}),
        ("Mozilla/5.0 (Windows NT 10.0) subscribers", {}),
        ("/ 12 subscribers", {}),
        ("X (99999999999 subscribers)", {}),
    ],
)
def test_claims(agent: str, expected: dict[str, int]) -> None:
    """The number that an aggregator names counts for it; anything else counts for nobody."""
    counts = Counts()
    counts.claim("syria", agent, NOON)
    assert {name: count for (_, name), count in counts.totals(NOON).subscribers.items()} == expected


def test_last_claim_counts_once() -> None:
    """A reader's newer number replaces its older one, its feed ids add up, and a claim grows old."""
    counts = Counts()
    for own, number in ((1, 5), (1, 7), (2, 4)):
        counts.claim("syria", f"Reader/2 ({number} subscribers; feed-id={own})", NOON)
    assert counts.totals(NOON).subscribers == {("syria", "Reader"): 11}
    assert counts.totals(NOON + KEEP + 1).subscribers == {}


def test_processes_add_up_and_a_death_loses_nothing(tmp_path: Path) -> None:
    """Whoever is asked tells the sum of all, of those that ended too; the newest claim of any of them holds."""
    first, second = Counts(tmp_path), Counts(tmp_path)
    first.cell("syria", "rss", 200).requests += 3
    first.claim("syria", "Reader/2 (5 subscribers)", NOON)
    first.flush()
    del first
    second.cell("syria", "rss", 200).requests += 4
    second.cell("syria", "rss", 200).bytes += 100
    second.claim("syria", "Reader/2 (6 subscribers)", NOON + 60)
    third = Counts(tmp_path)
    second.flush()
    for each in (second, third):
        totals = each.totals(NOON + 90)
        assert totals.cells["syria", "rss", 200].requests == 7
        assert totals.bytes == 100
        assert totals.subscribers == {("syria", "Reader"): 6}
        assert totals.by_feed() == [("syria", 7, 0, 6)]


def test_strangers_claims_have_an_end() -> None:
    """However many readers are made up, memory is bounded."""
    counts = Counts()
    for number in range(CLAIMS + 50):
        counts.claim("syria", f"R{number} (1 subscriber)", NOON)
    assert len(counts.totals(NOON).subscribers) == CLAIMS


@given(st.text(), st.text())
def test_exposition_keeps_its_lines(feed: str, agent: str) -> None:
    """Whatever a feed or a reader is called, each sample stays on its line."""
    counts = Counts()
    counts.cell(feed, "rss", 200).requests += 1
    counts.claim(feed, f"{agent} 5 subscribers", NOON)
    for line in exposition(counts.totals(NOON)).removesuffix("\n").split("\n"):
        assert re.fullmatch(r'# (HELP|TYPE) .*|\w+\{(\w+="([^"\\\n]|\\.)*",?)*\} \d+', line), line
