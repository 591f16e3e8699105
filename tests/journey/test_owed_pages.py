"""Pages behind articles that cannot be had at once: real servers, a real service, a simulated calendar."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from syndicator.model import Article, Outcome
from syndicator.service import Service
from tests.support.days import Calendar, Feed, rss, settings
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, Request, serve

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEXT = "وصلت القافلة رقم {n} إلى المدينة بعد رحلة طويلة، وكان في استقبالها حشد من السكان والمتطوعين في الساحة. " * 6


def page(n: int) -> Reply:
    """An article's page with a text that is longer than the feed's."""
    title = f"وصول القافلة رقم {n} إلى حلب"
    written = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{TEXT.format(n=n)}</p></body></html>"
    return Reply(200, [("Content-Type", "text/html; charset=utf-8")], written.encode())


SHELL = """<html><head><title>وصول القافلة رقم 1 إلى حلب</title><meta name="description" content="موقع إخباري شامل
يقدم آخر المستجدات السياسية والاقتصادية والرياضية والثقافية على مدار الساعة مع تغطية خاصة وتحليلات معمقة وتقارير مصورة من
مراسلينا حول العالم"></head><body><div>Please enable JavaScript and wait until this application has loaded all of its many
many scripts.</div></body></html>"""
"""A page whose text a script would write."""


class Outlet:
    """A feed with good manners, and the pages behind its items: each answers as `pages` says, or is there."""

    def __init__(self, numbers: range) -> None:
        self.feed = Feed()
        self.pages: dict[int, Callable[[], Reply]] = {}
        self.calendar = Calendar()
        self.numbers = numbers

    def __call__(self, request: Request) -> Reply:
        if request.path == "/robots.txt":
            return Reply(404)
        if request.path == "/rss":
            return self.feed(request)
        n = int(request.path.rpartition("/")[2])
        return self.pages.get(n, lambda: page(n))()

    def bring(self, url: str, numbers: range, etag: str) -> None:
        """From now on the feed has these items."""
        self.feed.body = rss(numbers, self.calendar.now).replace(b"https://nahr.example.com/", url.encode())
        self.feed.etag = etag

    def asked(self, n: int) -> list[datetime]:
        """When the page of an item was asked for."""
        return [at for at, request in self.calendar.asked if request.path == f"/news/{n}"]


@pytest.fixture
def outlet() -> Outlet:
    return Outlet(range(1, 3))


def run(outlet: Outlet, home: Path, database_url: str, test: Callable[[Service, str], None], **values: float) -> None:
    """A service that polls the outlet for whole texts, and a test that is told where the outlet is."""
    with serve(outlet.calendar.noting(outlet)) as server:
        outlet.bring(server.url, outlet.numbers, '"v1"')
        lines = f'url = "{server.url}rss"\nfull_text = true'
        furnish(home, settings(**values) | {"config/sources/nahr.toml": publisher("نهر", main=lines)})
        with house(home, database_url) as service:
            test(service, server.url)


def article(service: Service, n: int) -> Article:
    [found] = [each for each in service.store.after("", 99) if each.url.endswith(f"/news/{n}")]
    return found


def whole(service: Service, n: int) -> bool:
    return TEXT.format(n=n).strip() in article(service, n).body


def test_a_page_that_failed_is_asked_for_again_while_its_feed_says_304(
    outlet: Outlet, home: Path, database_url: str
) -> None:
    """The article comes at once without its page, and the page's text at a later poll that finds nothing else new."""
    outlet.pages[1] = lambda: Reply(500)

    def test(service: Service, _: str) -> None:
        [first] = outlet.calendar.run(service, timedelta())
        assert (first.new, first.outcome) == (2, Outcome.CHANGED)
        assert whole(service, 2)
        assert not whole(service, 1)
        assert article(service, 1).summary == "وصلت القافلة رقم 1 صباح اليوم."
        before = article(service, 1)
        del outlet.pages[1]
        later = outlet.calendar.run(service, 2 * HOUR)
        assert {poll.outcome for poll in later} == {Outcome.NOT_MODIFIED}
        assert [poll.changed for poll in later if poll.changed] == [1]
        assert whole(service, 1)
        after = article(service, 1)
        assert (after.id, after.published, after.summary) == (before.id, before.published, before.summary)
        assert after.origins[0].page_due is None

    run(outlet, home, database_url, test)
    assert len(outlet.asked(1)) == 2
    assert len(outlet.asked(2)) == 1


def test_a_page_that_never_comes_is_given_up(outlet: Outlet, home: Path, database_url: str) -> None:
    """Five requests, each after a longer wait than the one before, and none after that; the article stays."""
    outlet.pages[1] = lambda: Reply(503)

    def test(service: Service, _: str) -> None:
        outlet.calendar.run(service, 10 * DAY)
        assert article(service, 1).origins[0].page_due is None
        assert not article(service, 1).withdrawn

    run(outlet, home, database_url, test)
    gaps = [later - earlier for earlier, later in pairwise(outlet.asked(1))]
    assert len(gaps) == 4
    wanted = (15 * MINUTE, HOUR, 4 * HOUR, 16 * HOUR)
    assert all(gap >= wait for gap, wait in zip(gaps, wanted, strict=True))


@pytest.mark.parametrize("status", [401, 403, 451])
def test_a_closed_page_is_not_asked_for_again(outlet: Outlet, home: Path, sqlite_url: str, status: int) -> None:
    """Who does not let us in has said so: later polls do not knock again."""
    outlet.pages[1] = lambda: Reply(status)
    run(outlet, home, sqlite_url, lambda service, _: outlet.calendar.run(service, 2 * DAY) and None)
    assert len(outlet.asked(1)) == 1


@pytest.mark.parametrize(("status", "again"), [(503, 2 * HOUR), (429, 2 * HOUR)])
def test_retry_after_of_a_page_is_kept(
    outlet: Outlet, home: Path, sqlite_url: str, status: int, again: timedelta
) -> None:
    """A page is not asked for before the moment that its server named; 429 holds the whole host, its feed too."""
    outlet.pages[2] = lambda: Reply(status, [("Retry-After", str(int(again.total_seconds())))])

    def test(service: Service, _: str) -> None:
        outlet.calendar.run(service, timedelta())
        assert not outlet.asked(1), "asked for more although the host wants patience"
        del outlet.pages[2]
        outlet.calendar.run(service, 4 * HOUR)
        assert whole(service, 1)
        assert whole(service, 2)

    run(outlet, home, sqlite_url, test)
    first, second = outlet.asked(2)
    assert second - first >= again
    if status == 429:
        assert not [at for at, _ in outlet.calendar.asked if first < at < first + again]


def test_a_host_that_does_not_answer_is_asked_for_one_page_a_poll(outlet: Outlet, home: Path, sqlite_url: str) -> None:
    """A page that takes longer than a fetch may costs one deadline, and the other pages come at the next poll."""
    outlet.numbers = range(1, 5)
    outlet.pages[4] = lambda: Reply(200, delay=3)

    def test(service: Service, _: str) -> None:
        [first] = outlet.calendar.run(service, timedelta())
        assert first.new == 4
        assert [len(outlet.asked(n)) for n in range(1, 5)] == [0, 0, 0, 1]
        assert [n for n in range(1, 5) if whole(service, n)] == []
        outlet.calendar.run(service, 40 * MINUTE)
        assert [n for n in range(1, 5) if whole(service, n)] == [1, 2, 3]

    run(outlet, home, sqlite_url, test, deadline=0.5)


def test_a_poll_ends_in_time_and_owes_the_rest(outlet: Outlet, home: Path, sqlite_url: str) -> None:
    """However many pages a source has, a poll is over before its lease is; what it did not come to, later polls do."""
    outlet.numbers = range(1, 9)
    for n in outlet.numbers:
        outlet.pages[n] = lambda n=n: Reply(200, page(n).headers, page(n).body, delay=0.5)

    def test(service: Service, _: str) -> None:
        [first] = outlet.calendar.run(service, timedelta())
        assert first.new == 8
        assert len([n for n in outlet.numbers if whole(service, n)]) < 8
        outlet.calendar.run(service, DAY)
        assert all(whole(service, n) for n in outlet.numbers)

    with serve(outlet.calendar.noting(outlet)) as server:
        outlet.bring(server.url, outlet.numbers, '"v1"')
        lines = f'url = "{server.url}rss"\nfull_text = true'
        short = settings()["config/settings.toml"].replace("[schedule]", "[schedule]\nlease = 5")
        furnish(home, {"config/settings.toml": short, "config/sources/nahr.toml": publisher("نهر", main=lines)})
        with house(home, sqlite_url) as service:
            test(service, server.url)
    assert all(len(outlet.asked(n)) == 1 for n in outlet.numbers)


def test_a_page_that_is_gone_withdraws_its_article(outlet: Outlet, home: Path, database_url: str) -> None:
    """410 to the page of a corrected item takes the article back; 404 does not; and it comes back with its page."""

    def test(service: Service, url: str) -> None:
        outlet.calendar.run(service, timedelta())
        outlet.pages |= {1: lambda: Reply(410), 2: lambda: Reply(404)}
        outlet.bring(url, range(1, 3), '"v2"')
        outlet.feed.body = outlet.feed.body.replace("صباح اليوم".encode(), "مساء اليوم".encode())
        outlet.calendar.run(service, HOUR)
        assert article(service, 1).withdrawn
        assert whole(service, 1)
        assert not article(service, 2).withdrawn
        assert not [each for each in service.store.newest("arabic", 9) if each.url.endswith("/news/1")]
        asked = len(outlet.asked(1))
        outlet.calendar.run(service, 3 * DAY)
        assert len(outlet.asked(1)) == asked, "what is gone is not asked for again"
        outlet.pages.clear()
        outlet.bring(url, range(1, 3), '"v3"')
        outlet.calendar.run(service, DAY)
        assert not article(service, 1).withdrawn

    run(outlet, home, database_url, test)


def test_a_page_that_is_gone_at_first_sight_is_asked_for_once_more(
    outlet: Outlet, home: Path, database_url: str
) -> None:
    """The feed has just named it, its server says that it is gone: the second 410 decides."""
    outlet.pages[1] = lambda: Reply(410)

    def test(service: Service, _: str) -> None:
        outlet.calendar.run(service, timedelta())
        assert not article(service, 1).withdrawn
        outlet.calendar.run(service, 2 * DAY)
        assert article(service, 1).withdrawn
        assert article(service, 1).origins[0].page_due is None

    run(outlet, home, database_url, test)
    assert len(outlet.asked(1)) == 2


def test_a_link_that_items_share_is_not_fetched(outlet: Outlet, home: Path, sqlite_url: str) -> None:
    """A link that leads to more than one article is no page of any: nobody is asked for it."""
    items = "".join(
        f"<item><title>حلقة {n} من برنامج الصباح</title><link>SELF/news/7</link><guid>e{n}</guid></item>"
        for n in (1, 2)
    )
    channel = (
        f"<rss version='2.0'><channel><title>نهر</title><link>https://nahr.example.com/</link>{items}</channel></rss>"
    )

    def test(service: Service, url: str) -> None:
        outlet.feed.body = channel.replace("SELF/", url).encode()
        [poll] = outlet.calendar.run(service, timedelta())
        assert poll.new == 2

    run(outlet, home, sqlite_url, test)
    assert outlet.asked(7) == []


def test_what_was_forgotten_does_not_come_back(home: Path, database_url: str) -> None:
    """A slow source that still has an item older than all that is kept does not bring it as new; it is counted, and one
    that is stored may still be corrected.
    """
    calendar, feed = Calendar(), Feed()
    with serve(calendar.noting(feed)) as server:
        main = f'url = "{server.url}rss"'
        furnish(home, settings(keep=365) | {"config/sources/nahr.toml": publisher("نهر", main=main)})
        with house(home, database_url) as service:
            given = feed.body = rss(range(1, 5), calendar.now, apart=150 * DAY)
            [first] = calendar.run(service, timedelta())
            assert (first.entries, first.new) == (4, 3)

            calendar.now += 100 * DAY
            feed.body, feed.etag = given.replace("رقم 2 صباح".encode(), "رقم 2 مساء".encode()), '"v2"'
            [corrected] = calendar.run(service, timedelta())
            assert (corrected.entries, corrected.new, corrected.changed) == (4, 0, 1)

            calendar.now += 380 * DAY
            service.store.prune(articles_before=calendar.now - 365 * DAY, polls_before=calendar.now, keep=set())
            assert service.store.count_articles() == 0
            feed.body, feed.etag = given.replace("رقم 3 صباح".encode(), "رقم 3 مساء".encode()), '"v3"'
            [after] = calendar.run(service, timedelta())
            assert (after.entries, after.new, service.store.count_articles()) == (4, 0, 0)


def test_a_page_that_an_operator_chose_may_be_old(home: Path, sqlite_url: str) -> None:
    """A source that is one page has it whatever its date; what changes in its text alone is a correction.

    A page that has lost its text is a failure, and the article stays as it was.
    """
    calendar = Calendar()
    said = [page(1).body]

    def answer(_: Request) -> Reply:
        return Reply(200, [("Content-Type", "text/html; charset=utf-8")], said[-1])

    with serve(calendar.noting(answer)) as server:
        said.append(said[0].replace(b"<head>", b"<head><meta property='article:published_time' content='2019-01-01'>"))
        lines = f'url = "{server.url}news/1"\nkind = "page"'
        furnish(home, settings(keep=365) | {"config/sources/nahr.toml": publisher("نهر", main=lines)})
        with house(home, sqlite_url) as service:
            [first] = calendar.run(service, timedelta())
            assert first.new == 1
            assert article(service, 1).published.year == 2019
            said.append(said[-1].replace("حشد من السكان".encode(), "عدد من السكان".encode()))
            assert sum(poll.changed for poll in calendar.run(service, DAY)) == 1
            assert "عدد من السكان" in article(service, 1).body
            assert "عدد من السكان" in article(service, 1).summary
            said.append(SHELL.encode())
            polls = calendar.run(service, 2 * DAY)
            assert {poll.outcome for poll in polls} == {Outcome.FAILED}
            assert str(polls[-1].error).startswith("No article could be read from the page")
            assert "عدد من السكان" in article(service, 1).body
