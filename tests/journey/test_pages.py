"""What people see: the pages in a real browser, served by a real server. Skipped where no Chromium is installed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from syndicator.service import Service, now
from syndicator.text.html import sanitise
from syndicator.web import create_app
from tests.support.articles import article, rich
from tests.support.houses import furnish, house, poll_all, publisher

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
PAGES = ("/", "/feeds/arabic", "/status", "/search?q=حلب")
HOSTILE = '"><img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
PIXEL = b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"><rect width="900" height="600"/></svg>'

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


class Silent(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A house with articles, one of which means harm, and with a source that is ill."""
    home = tmp_path_factory.mktemp("home")
    furnish(home, {"config/sources/nahr.toml": publisher("نهر", main='url = "http://127.0.0.1:8999/a/long/path.xml"')})
    hostile = article(3, title=HOSTILE, summary=HOSTILE, body=sanitise(f"<p>{HOSTILE}</p>"))
    with house(home, f"sqlite:///{home / 'syndicator.db'}") as service:
        with service.store.writing() as transaction:
            labelled = [service.definitions.label(each) for each in (article(1), rich(2), hostile)]
            transaction.save([(None, each) for each in labelled], now())
        poll_all(service)
        service.tick()
        yield service


@pytest.fixture(scope="module")
def address(service: Service) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(service), threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Visit:
    """One tab of one size; what pages ask of other servers is noted, and answered with a picture."""

    def __init__(self, browser: Browser, address: str, width: int) -> None:
        self._address = address
        self.page: Page = browser.new_page(viewport={"width": width, "height": 800})
        self.complaints: list[str] = []
        self.elsewhere: list[tuple[str, str]] = []
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.url.startswith(self._address):
            route.continue_()
        else:
            self.elsewhere.append((route.request.resource_type, route.request.url))
            route.fulfill(body=PIXEL, content_type="image/svg+xml")

    def open(self, path: str) -> Page:
        answer = self.page.goto(self._address + path, wait_until="networkidle")
        assert answer is not None
        assert answer.ok
        return self.page


@pytest.fixture(params=[360, 1280], ids=["phone", "desk"])
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    visit = Visit(browser, address, request.param)
    yield visit
    visit.page.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_reads_from_right_to_left_and_fits(visit: Visit, path: str) -> None:
    """Right to left, as wide as the window at most, and without a complaint of the browser."""
    page = visit.open(path)
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it has to be scrolled sideways"
    heading = page.locator("h1").bounding_box()
    assert heading is not None
    assert heading["x"] + heading["width"] > page.viewport_size["width"] / 2  # type: ignore[index]
    assert visit.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_what_strangers_wrote_is_only_read(visit: Visit, path: str) -> None:
    """No script of an article runs, and nothing but its pictures is asked of other servers."""
    page = visit.open(path)
    assert page.evaluate("window.hurt === undefined")
    assert {kind for kind, _ in visit.elsewhere} <= {"image"}
    assert not any(url.endswith("/x") for _, url in visit.elsewhere)


def test_a_picture_stands_above_its_caption_and_credit(visit: Visit) -> None:
    """The caption under its picture, the picture no wider than the text, the credit told apart from the caption."""
    page = visit.open("/feeds/arabic")
    figure = page.locator("figure").filter(has_text="ليث منصور").first
    figure.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].some(image => image.complete && image.naturalWidth)")
    picture, caption = figure.locator("img").bounding_box(), figure.locator("figcaption").bounding_box()
    assert picture is not None
    assert caption is not None
    assert picture["y"] + picture["height"] <= caption["y"]
    assert picture["width"] <= page.locator("main").bounding_box()["width"]  # type: ignore[index]
    assert figure.locator("figcaption .credit").inner_text() == "(ليث منصور)"


def test_latin_words_stand_where_they_belong(visit: Visit) -> None:
    """In a headline that begins in Latin letters the first word stands rightmost: the line runs from the right."""
    page = visit.open("/feeds/arabic")
    left, right = page.evaluate(
        """() => {
            const text = document.evaluate("//h2//text()[contains(., 'UNICEF')]", document, null, 9).singleNodeValue;
            const box = (from, to) => {
                const range = document.createRange();
                range.setStart(text, from);
                range.setEnd(text, to);
                return range.getBoundingClientRect().left;
            };
            return [box(7, 11), box(0, 6)];
        }"""
    )
    assert right > left


def test_a_reader_searches_from_any_page(visit: Visit) -> None:
    """The way to the search leads from every page; what was looked for is marked in what is found."""
    page = visit.open("/status")
    page.get_by_role("link", name="بحث").click()
    page.get_by_role("searchbox").fill("الرقة")
    page.get_by_role("button").click()
    page.wait_for_load_state("networkidle")
    assert "UNICEF" in page.locator("article h2").first.inner_text()
    assert page.locator("article mark").first.inner_text().endswith("الرقة")
    assert visit.complaints == []


def test_an_ill_source_is_seen_at_a_glance(visit: Visit) -> None:
    """The page of the sources says which one is ill and why, in the window and not beside it."""
    page = visit.open("/status")
    row = page.locator("tr", has_text="nahr/main")
    assert "تعثّر" in row.inner_text()
    why = row.locator("td").last
    assert "Connection refused" in why.inner_text()
    box = why.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["height"] < 200, "one word under the other cannot be read"


def test_a_reader_finds_the_feeds_of_the_page(visit: Visit) -> None:
    """The browser sees the feeds that a page names, and their addresses answer."""
    page = visit.open("/feeds/arabic")
    named = page.locator('link[rel="alternate"]').evaluate_all("links => links.map(link => link.href)")
    assert [Path(each).suffix for each in named] == [".rss", ".atom", ".json"]
