"""A source whose address is an index of sitemaps: real servers, a real service, a simulated calendar."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndicator.model import Outcome, Validators
from syndicator.service import Service
from tests.support.days import START, Calendar, settings
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, Request, serve

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
XML = ("Content-Type", "application/xml")


class Site:
    """An index at /index.xml, dated unless `dates` is off, of sitemaps that a test fills with numbered items."""

    def __init__(self) -> None:
        self.calendar = Calendar()
        self.items: dict[str, list[tuple[int, datetime]]] = {}
        self.changed: dict[str, datetime] = {}
        self.faults: dict[str, Reply] = {}
        self.dates = True
        self.bare: dict[str, str] = {}
        """Sitemaps without titles, and what stands before the numbers in their addresses."""

    def put(self, name: str, *numbers: int) -> None:
        """Adds items to a sitemap now."""
        now = self.calendar.now - MINUTE
        self.items.setdefault(name, []).extend((n, now) for n in numbers)
        self.changed[name] = now

    def index(self) -> str:
        rows = (
            f"<sitemap><loc>/{name}</loc>{f'<lastmod>{at.isoformat()}</lastmod>' if self.dates else ''}</sitemap>"
            for name, at in self.changed.items()
        )
        return f"<sitemapindex {SPACES}>{''.join(rows)}</sitemapindex>"

    def sitemap(self, name: str) -> str:
        if name in self.bare:
            rows = (f"<url><loc>https://nahr.example.com/{self.bare[name]}{n}</loc></url>" for n, _ in self.items[name])
            return f"<urlset {SPACES}>{''.join(rows)}</urlset>"
        rows = (
            f"<url><loc>https://nahr.example.com/news/{n}</loc><news:news><news:publication_date>{at.isoformat()}"
            f"</news:publication_date><news:title>وصول القافلة رقم {n} إلى حلب</news:title></news:news></url>"
            for n, at in self.items[name]
        )
        return f"<urlset {SPACES}>{''.join(rows)}</urlset>"

    def __call__(self, request: Request) -> Reply:
        name = request.path.removeprefix("/")
        if name in self.faults:
            return self.faults[name]
        body = (self.index() if name == "index.xml" else self.sitemap(name)).encode()
        etag = f'"{hash(body)}"'
        if request.headers.get("if-none-match") == etag:
            return Reply(304, [("ETag", etag)])
        return Reply(200, [XML, ("ETag", etag)], body)

    def asked(self) -> list[str]:
        """What was asked for since the last call, in order."""
        names = [request.path.removeprefix("/") for _, request in self.calendar.asked]
        self.calendar.asked.clear()
        return names


@pytest.fixture
def site() -> Site:
    return Site()


def run(site: Site, home: Path, database_url: str, test: Callable[[Service], None], **values: float) -> None:
    """A service that polls the site's index every half an hour, and a test of it."""
    with serve(site.calendar.noting(site)) as server:
        lines = f'url = "{server.url}index.xml"\nkind = "sitemap"\nevery = 30'
        furnish(home, settings(**values) | {"config/sources/nahr.toml": publisher("نهر", map=lines)})
        with house(home, database_url) as service:
            test(service)


def numbers(service: Service) -> set[int]:
    return {int(re.sub(r"\D", "", found.title)) for found in service.store.after("", 999)}


def test_an_index_brings_the_items_of_its_newest_sitemaps(site: Site, home: Path, database_url: str) -> None:
    """Three documents at most are fetched a poll, those that cannot have changed are not, and a 304 ends it."""
    site.put("1.xml", 1)
    site.calendar.now += 30 * DAY
    site.put("2.xml", 2)
    site.calendar.now += 30 * DAY
    site.put("3.xml", 3, 4)

    def test(service: Service) -> None:
        [first] = site.calendar.run(service, timedelta())
        assert (first.outcome, first.entries, first.new) == (Outcome.CHANGED, 3, 3)
        assert site.asked() == ["index.xml", "3.xml", "2.xml"]
        index = f'"{hash(site.index().encode())}"'
        assert service.store.state("nahr/map").validators == Validators(etag=index), "those of the first document"
        assert first.wire_bytes == sum(
            len(each.encode()) for each in (site.index(), *map(site.sitemap, ("2.xml", "3.xml")))
        )
        [second] = site.calendar.run(service, 45 * MINUTE)
        assert second.outcome == Outcome.NOT_MODIFIED
        assert site.asked() == ["index.xml"]
        site.put("3.xml", 5)
        [third] = site.calendar.run(service, 45 * MINUTE)
        assert third.new == 1
        assert site.asked() == ["index.xml", "3.xml"]
        assert numbers(service) == {2, 3, 4, 5}

    run(site, home, database_url, test)


def test_an_index_without_dates_vouches_for_nothing(site: Site, home: Path, database_url: str) -> None:
    """What does not say when its parts change is asked for whole each time, and its parts with it."""
    site.dates = False
    site.put("news.xml", 1)
    site.put("pages.xml", 2)

    def test(service: Service) -> None:
        site.calendar.run(service, timedelta())
        assert service.store.state("nahr/map").validators == Validators()
        assert site.asked() == ["index.xml", "news.xml", "pages.xml"]
        site.put("news.xml", 3)
        [poll] = site.calendar.run(service, 45 * MINUTE)
        assert poll.new == 1
        assert numbers(service) == {1, 2, 3}

    run(site, home, database_url, test)


def test_a_part_that_fails_is_asked_for_at_the_next_poll(site: Site, home: Path, database_url: str) -> None:
    """The other part's items come; the index is asked for whole until all of it was read, whatever its dates say."""
    site.put("old.xml", 1)
    site.calendar.now += 30 * DAY
    site.put("new.xml", 2)
    site.faults["old.xml"] = Reply(500)

    def test(service: Service) -> None:
        [first] = site.calendar.run(service, timedelta())
        assert (first.outcome, first.new) == (Outcome.CHANGED, 1)
        assert service.store.state("nahr/map").validators == Validators()
        del site.faults["old.xml"]
        [second] = site.calendar.run(service, 45 * MINUTE)
        assert second.new == 1
        assert numbers(service) == {1, 2}
        assert service.store.state("nahr/map").validators != Validators()

    run(site, home, database_url, test)


@pytest.mark.parametrize("status", [404, 410, 500])
def test_an_index_of_which_nothing_can_be_read_has_failed(site: Site, home: Path, sqlite_url: str, status: int) -> None:
    """A poll without any items is a failure that says why; a sitemap that is gone does not stop the source."""
    site.put("1.xml", 1)
    site.faults["1.xml"] = Reply(status)

    def test(service: Service) -> None:
        [first] = site.calendar.run(service, timedelta())
        assert first.outcome == Outcome.FAILED
        assert str(first.error).startswith("Nothing that its index names could be read. 127.0.0.1")
        state = service.store.state("nahr/map")
        assert (state.validators, state.stopped) == (Validators(), False)
        del site.faults["1.xml"]
        site.calendar.run(service, 3 * HOUR)
        assert numbers(service) == {1}

    run(site, home, sqlite_url, test)


def test_a_part_has_a_deadline_and_a_guard(site: Site, home: Path, sqlite_url: str) -> None:
    """A part that hangs costs one fetch's time, and one inside our own network is not asked for."""
    site.put("1.xml", 1)
    site.changed |= {"slow.xml": START - 2 * MINUTE}
    site.faults["slow.xml"] = Reply(200, delay=5)

    def test(service: Service) -> None:
        [first] = site.calendar.run(service, timedelta())
        assert first.new == 1
        site.changed = {"1.xml": START - 2 * MINUTE, "/10.9.8.7/internal.xml": START}
        [second] = site.calendar.run(service, 45 * MINUTE)
        assert second.outcome == Outcome.UNCHANGED
        assert site.asked() == ["index.xml", "1.xml", "slow.xml", "index.xml", "1.xml"]

    run(site, home, sqlite_url, test, deadline=1)


def test_a_part_that_wants_patience_gets_it(site: Site, home: Path, sqlite_url: str) -> None:
    """429 to a part holds its host for as long as it says: no other part, and no poll, comes before."""
    site.put("2.xml", 2)
    site.put("1.xml", 1)
    site.calendar.now += MINUTE
    site.put("3.xml", 3)
    site.faults["3.xml"] = Reply(429, [("Retry-After", "7200")])

    def test(service: Service) -> None:
        begun = site.calendar.now
        site.calendar.run(service, timedelta())
        assert site.asked() == ["index.xml", "3.xml"]
        site.faults.clear()
        site.calendar.run(service, 4 * HOUR)
        assert site.calendar.asked[0][0] - begun >= 2 * HOUR
        assert numbers(service) >= {3}

    run(site, home, sqlite_url, test)


def test_an_index_that_names_itself_is_read_once(site: Site, home: Path, sqlite_url: str) -> None:
    """An index inside an index is not followed: nothing goes in circles."""
    site.put("1.xml", 1)
    site.changed = {"index.xml": START, **site.changed}

    def test(service: Service) -> None:
        site.calendar.run(service, timedelta())
        assert site.asked() == ["index.xml", "index.xml", "1.xml"]
        assert numbers(service) == {1}

    run(site, home, sqlite_url, test)


def test_maps_of_categories_bring_no_articles(site: Site, home: Path, sqlite_url: str) -> None:
    """They change with every article and say so; told by name or by what is in them, they make way for the next."""
    site.put("sitemap-9.xml", 7)
    site.put("post-sitemap.xml", 1)
    site.calendar.now += MINUTE
    site.put("category-sitemap.xml", 8)
    site.put("sitemap-3.xml", 9)
    site.bare = {
        "category-sitemap.xml": "cat-",
        "sitemap-3.xml": "ar/category/",
        "sitemap-9.xml": "2026/11/a-story-of-",
    }

    def test(service: Service) -> None:
        site.calendar.run(service, timedelta())
        assert numbers(service) == {1}
        assert site.asked() == ["index.xml", "post-sitemap.xml", "sitemap-3.xml"]
        del site.changed["post-sitemap.xml"]
        site.calendar.run(service, 27 * HOUR)
        assert {re.sub(r".*/", "", found.title) for found in service.store.after("", 999)} >= {"a-story-of-7"}

    run(site, home, sqlite_url, test)


def test_an_index_of_nothing_but_lists_has_failed(site: Site, home: Path, sqlite_url: str) -> None:
    """The operator reads that there are no articles, instead of articles that are titled by addresses of categories."""
    site.put("category-sitemap.xml", 1)
    site.put("sitemap.xml", 2)
    site.bare = {"category-sitemap.xml": "cat-", "sitemap.xml": "tag/"}

    def test(service: Service) -> None:
        [poll] = site.calendar.run(service, timedelta())
        assert poll.outcome == Outcome.FAILED
        assert "list categories, tags or pages, and no articles" in str(poll.error)
        assert not service.store.after("", 999)

    run(site, home, sqlite_url, test)


def test_a_date_that_cannot_be_true_vouches_for_nothing(site: Site, home: Path, sqlite_url: str) -> None:
    """A sitemap that holds what is newer than the index's date for it changes without the index: it is asked again."""
    site.put("post-1.xml", 1)
    site.changed["post-1.xml"] = START - 300 * DAY

    def test(service: Service) -> None:
        site.calendar.run(service, timedelta())
        assert service.store.state("nahr/map").validators == Validators()
        site.items["post-1.xml"].append((2, site.calendar.now))
        site.calendar.run(service, 45 * MINUTE)
        assert numbers(service) == {1, 2}

    run(site, home, sqlite_url, test)
