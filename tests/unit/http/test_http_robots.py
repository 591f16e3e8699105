"""Pages are fetched only where robots.txt allows it; feeds that an operator named are not asked about."""

import contextlib
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.errors import ConnectFault, FetchError, Refused
from syndicator.http import HttpDoor
from syndicator.http.robots import SIZE_CAP, Robots
from syndicator.model import Response
from tests.support.servers import Reply, Request, serve

RULES = b"User-agent: *\nDisallow: /private\n\nUser-agent: Tester\nDisallow: /no\nAllow: /no/but\n"


class Site:
    """What origins answer to a request for their robots.txt, and how often they were asked."""

    def __init__(self, answer: Response | FetchError) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.now = 0.0

    def fetch(self, url: str, _: object = None) -> Response:
        self.asked.append(url)
        if isinstance(self.answer, FetchError):
            raise self.answer
        return self.answer

    def robots(self) -> Robots:
        return Robots(self.fetch, "Tester/1.0 (+https://news.example/bot)", clock=lambda: self.now)


def answer(status: int, body: bytes = b"") -> Response:
    return Response(url="https://news.example/robots.txt", status=status, body=body)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/", True), ("/private", True), ("/no", False), ("/no/thing?x=1", False), ("/no/but/this", True)],
)
def test_the_rules_for_our_name_decide(path: str, allowed: bool) -> None:
    """The group with our product name wins over the one for everybody (RFC 9309, 2.2.1)."""
    robots = Site(answer(200, RULES)).robots()
    with contextlib.nullcontext() if allowed else pytest.raises(Refused, match=r"robots\.txt forbids"):
        robots.check("https://news.example" + path)


@pytest.mark.parametrize(
    ("given_answer", "allowed"),
    [
        (answer(404), True),
        (answer(403), True),
        (answer(410), True),
        (answer(200), True),
        (answer(204), True),
        (answer(200, b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /"), False),
        (answer(200, b"<html>not found</html>"), True),
        (answer(200, b"\xff\xfe\x00"), True),
        (answer(429), False),
        (answer(500), False),
        (answer(503), False),
        (ConnectFault("The connection to news.example broke."), False),
    ],
)
def test_what_cannot_be_had_forbids_and_what_is_not_there_allows(
    given_answer: Response | FetchError, allowed: bool
) -> None:
    """4xx means that there are no rules; 5xx, 429 and silence mean that we do not know them (RFC 9309, 2.3.1)."""
    robots = Site(given_answer).robots()
    with contextlib.nullcontext() if allowed else pytest.raises(Refused, match=r"https://news\.example/robots\.txt"):
        robots.check("https://news.example/a")


def test_rules_are_kept_for_a_day_and_faults_for_minutes() -> None:
    """One question a day and origin while all is well; after a fault the next question comes sooner."""
    site = Site(answer(200, RULES))
    robots = site.robots()
    for _ in range(3):
        robots.check("https://news.example/a")
    robots.check("https://NEWS.example/b")
    robots.check("http://news.example/a")
    robots.check("https://news.example:8443/a")
    assert site.asked == [
        "https://news.example/robots.txt",
        "http://news.example/robots.txt",
        "https://news.example:8443/robots.txt",
    ]
    site.now = 24 * 3600 - 1
    robots.check("https://news.example/a")
    assert len(site.asked) == 3
    site.now, site.answer = 24 * 3600, answer(503)
    for _ in range(2):
        with pytest.raises(Refused, match="503"):
            robots.check("https://news.example/a")
    assert len(site.asked) == 4
    site.now, site.answer = site.now + 600, answer(404)
    robots.check("https://news.example/no")
    assert len(site.asked) == 5


def test_what_is_remembered_is_bounded() -> None:
    """An endless supply of origins does not fill the memory."""
    site = Site(answer(404))
    robots = site.robots()
    for number in range(3_000):
        robots.check(f"https://n{number}.example/")
    robots.check("https://n2999.example/")
    assert len(site.asked) == 3_000
    robots.check("https://n0.example/")
    assert len(site.asked) == 3_001


def test_many_threads_ask_once() -> None:
    """Threads that need the same rules at the same time wait for one answer."""
    site = Site(answer(200, RULES))
    fetch = site.fetch
    site.fetch = lambda url, _: (time.sleep(0.05), fetch(url))[1]
    robots = site.robots()
    threads = [threading.Thread(target=robots.check, args=("https://news.example/a",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(site.asked) == 1


@given(st.binary(max_size=300))
def test_no_robots_txt_breaks_the_reader(body: bytes) -> None:
    """Whatever a robots.txt holds, the answer is yes or no."""
    with contextlib.suppress(Refused):
        Site(answer(200, b"User-agent: *\nDisallow: " + body)).robots().check("https://news.example/a?b=%D8")


def test_pages_ask_and_feeds_do_not(open_door: Callable[..., HttpDoor]) -> None:
    """Over a real connection: robots.txt first, under our name, for every hop of a page and for no feed."""

    def reply(request: Request) -> Reply:
        pages = {
            "/robots.txt": Reply(301, [("Location", "/rules")]),
            "/rules": Reply(body=RULES),
            "/sly": Reply(302, [("Location", "/no")]),
        }
        return pages.get(request.path, Reply(body=b"<html>"))

    with serve(reply) as server:
        door = open_door()
        assert door.get(server.url + "no").body == b"<html>"
        assert [request.path for request in server.requests] == ["/no"]
        assert door.get(server.url + "yes", robots=True).body == b"<html>"
        with pytest.raises(Refused, match=r"robots\.txt"):
            door.get(server.url + "no", robots=True)
        with pytest.raises(Refused, match=r"robots\.txt"):
            door.get(server.url + "sly", robots=True)
    assert [request.path for request in server.requests] == ["/no", "/robots.txt", "/rules", "/yes", "/sly"]
    assert {request.headers["user-agent"] for request in server.requests} == {"Tester/1.0"}


def test_a_long_robots_txt_is_cut(open_door: Callable[..., HttpDoor]) -> None:
    """Half a megabyte is read, the rest ignored: a long file is neither an error nor a flood."""
    long = b"User-agent: *\nDisallow: /no\n" + b"# padding\n" * 400_000 + b"Disallow: /\n"
    assert len(long) > 4 * SIZE_CAP
    with serve(lambda request: Reply(body=long if request.path == "/robots.txt" else b"<html>")) as server:
        door = open_door()
        assert door.get(server.url + "yes", robots=True).body == b"<html>"
        with pytest.raises(Refused):
            door.get(server.url + "no", robots=True)
