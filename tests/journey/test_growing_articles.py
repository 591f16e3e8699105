"""An article that is made to be slow, polled by the real worker beside others: it holds nobody up."""

import gzip
from itertools import count
from pathlib import Path

import pytest

from tests.journey.test_turns import working
from tests.support.days import rss
from tests.support.growing import TEXTS
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, Request, serve
from tests.support.waiting import wait_for

SETTINGS = """
[fetch]
allow_private = ["127.0.0.0/8"]
gap = 0
[schedule]
every = 0.01
longest = 0.02
tick = 0.2
[publish]
settle = 0.2
"""
LETTERS = 900_000
SLOW = {
    "office and name": TEXTS["office and name"],
    "marks": "\u0327\u064e\u0651\u0345",
    "letters in digits": TEXTS["digits in letters"],
}


@pytest.mark.parametrize("piece", SLOW.values(), ids=SLOW)
def test_others_are_polled_while_a_slow_article_is_labelled(home: Path, tmp_path: Path, piece: str) -> None:
    """Some kilobytes (gzip) that come again and again, each time with another text, hold no other source up."""
    given, seen = count(1), count(1)

    def slow(_request: Request) -> Reply:
        text = piece * (LETTERS // len(piece)) + str(next(given))
        item = f"<item><title>خبر</title><guid isPermaLink='false'>g</guid><description>{text}</description></item>"
        body = gzip.compress(f"<rss version='2.0'><channel><title>م</title>{item}</channel></rss>".encode(), 6)
        return Reply(200, [("Content-Type", "application/rss+xml"), ("Content-Encoding", "gzip")], body)

    def good(_request: Request) -> Reply:
        return Reply(200, [("Content-Type", "application/rss+xml")], rss(range(1, next(seen) + 1)))

    with serve(slow) as bad, serve(good) as others:
        sources = {"slow": f'url = "{bad.url}"', **{f"f{n}": f'url = "{others.url}{n}"' for n in range(3)}}
        furnish(
            home,
            {"config/settings.toml": SETTINGS}
            | {f"config/sources/{name}.toml": publisher(name, main=line) for name, line in sources.items()},
        )
        with house(home, f"sqlite:///{tmp_path / 's.db'}") as service, working(service):
            wait_for(lambda: len(bad.requests) >= 2 and len(others.requests) >= 6, 30)
            stored = [service.store.states().get(f"{name}/main") for name in sources]
    assert all(state is not None and state.last_success for state in stored)
