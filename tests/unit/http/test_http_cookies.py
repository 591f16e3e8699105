"""A cookie that a redirect sets comes back within the same fetch, to whom it belongs, and is forgotten with it."""

import socket
from collections.abc import Callable, Sequence

import pytest

from syndicator.errors import BadRedirect
from syndicator.http import HttpDoor
from tests.support.servers import Reply, Request, serve

FEED = Reply(body=b"<rss/>")


def to_loopback(host: str, port: int, *_: object) -> list[tuple]:
    """A resolver for which every name is this machine."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def gate(*cookies: str, location: str = "/feed", status: int = 302) -> Callable[[Request], Reply]:
    """Sends everybody to `location` until a cookie comes back."""

    def answer(request: Request) -> Reply:
        if "cookie" in request.headers:
            return FEED
        return Reply(status, [("Location", location), *(("Set-Cookie", cookie) for cookie in cookies)])

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("cookie", "sent"),
    [
        ("seen=1; path=/", "seen=1"),
        ("seen=1", "seen=1"),
        ("seen=1; Path=/feed; HttpOnly; SameSite=Lax; Max-Age=3600", "seen=1"),
        ("seen=1; expires=Wed, 21 Oct 2099 07:28:00 GMT", "seen=1"),
        ("a=b=c&d; path=/", "a=b=c&d"),
        ('q="x y"; path=/', 'q="x y"'),
        ("empty=; path=/", "empty="),
    ],
)
def test_a_gate_opens(open_door: Callable[..., HttpDoor], status: int, cookie: str, sent: str) -> None:
    """A redirect to itself with a cookie is followed once the cookie can come back; the next fetch begins without."""
    with serve(gate(cookie, status=status)) as server:
        door = open_door()
        for _ in range(2):
            response = door.get(server.url + "feed")
            assert (response.body, response.permanent_url) == (b"<rss/>", None)
            assert "set-cookie" not in response.headers
    assert [request.headers.get("cookie") for request in server.requests] == [None, sent] * 2
    assert not any("referer" in request.headers for request in server.requests)


def test_a_gate_at_another_path_opens(open_door: Callable[..., HttpDoor]) -> None:
    """The way over a page that sets cookies and sends back is followed, cookies of several steps together."""

    def answer(request: Request) -> Reply:
        cookie = request.headers.get("cookie", "")
        if request.path == "/check":
            return Reply(302, [("Set-Cookie", "ok=2; path=/"), ("Location", "/feed")])
        if "ok=2" in cookie and "id=1" in cookie:
            return FEED
        return Reply(302, [("Set-Cookie", "id=1; path=/"), ("Set-Cookie", "gone=1; Max-Age=0"), ("Location", "/check")])

    with serve(answer) as server:
        assert open_door().get(server.url + "feed").body == b"<rss/>"
    assert [request.path for request in server.requests] == ["/feed", "/check", "/feed"]
    assert "gone" not in server.requests[-1].headers["cookie"]


@pytest.mark.parametrize("status", [200, 203, 403, 503])
def test_an_answer_is_the_last_word(open_door: Callable[..., HttpDoor], status: int) -> None:
    """A page that sets a cookie is not asked for again, and the next fetch does not bring the cookie back."""
    with serve(lambda _: Reply(status, [("Set-Cookie", "id=1; path=/")], b"<rss/>")) as server:
        door = open_door()
        assert door.get(server.url).status == door.get(server.url).status == status
    assert [request.headers.get("cookie") for request in server.requests] == [None, None]


@pytest.mark.parametrize(
    "cookie", [(), ("id=1; path=/elsewhere",), ("id=1; Max-Age=0",), ("id=1; Domain=other.example",)]
)
def test_a_circle_is_still_a_circle(open_door: Callable[..., HttpDoor], cookie: Sequence[str]) -> None:
    """Without a cookie that would change the next request the circle is named at once."""
    with serve(gate(*cookie)) as server, pytest.raises(BadRedirect, match=r"circle: .*/feed to .*/feed"):
        open_door().get(server.url + "feed")
    assert len(server.requests) == 1


def test_a_circle_with_ever_new_cookies_ends(open_door: Callable[..., HttpDoor]) -> None:
    """A server that sets another cookie each time is followed as far as redirects go, and the circle is named."""

    def answer(request: Request) -> Reply:
        return Reply(302, [("Set-Cookie", f"id={len(server.requests)}; path=/"), ("Location", "/feed")])

    with serve(answer) as server, pytest.raises(BadRedirect, match="circle, with other cookies each time"):
        open_door().get(server.url + "feed")
    assert len(server.requests) == 6

    with serve(gate("id=1; path=/")) as server:
        server_answer = lambda request: Reply(302, [("Set-Cookie", "id=1; path=/"), ("Location", "/feed")])  # noqa: E731
        with serve(server_answer) as other, pytest.raises(BadRedirect, match="in a circle"):
            open_door().get(other.url + "feed")
        assert len(other.requests) == 2


@pytest.mark.parametrize(
    ("cookie", "target", "comes"),
    [
        ("id=1; path=/", "other.example", False),
        ("id=1; path=/", "www.news.example", False),
        ("id=1; path=/; Domain=news.example", "www.news.example", True),
        ("id=1; path=/; Domain=.news.example", "feeds.news.example", True),
        ("id=1; path=/; Domain=news.example", "other.example", False),
        ("id=1; path=/; Domain=example", "other.example", False),
        ("id=1; path=/; Domain=.example", "other.example", False),
        ("id=1; path=/; Domain=other.example", "other.example", False),
        ("id=1; path=/; Secure", "news.example", False),
        ("id=1; path=/deep", "news.example", False),
        ("id=1; path=/", "news.example", True),
    ],
)
def test_cookies_stay_at_their_site(open_door: Callable[..., HttpDoor], cookie: str, target: str, comes: bool) -> None:
    """Domain, path and Secure are kept: a cookie is sent to the site that set it and to nobody else."""

    def answer(request: Request) -> Reply:
        if request.path == "/there":
            return FEED
        return Reply(302, [("Set-Cookie", cookie), ("Location", server.at(target, "there"))])

    with serve(answer) as server:
        door = open_door(resolve=to_loopback)
        assert door.get(server.at("news.example", "feed")).body == b"<rss/>"
        assert ("cookie" in server.requests[-1].headers) is comes


def test_public_suffixes_get_no_cookies(open_door: Callable[..., HttpDoor]) -> None:
    """A cookie for all of `.com.sy` reaches no other newspaper there."""

    def answer(request: Request) -> Reply:
        target = server.at("beta.com.sy", "there")
        return (
            FEED
            if request.path == "/there"
            else Reply(302, [("Set-Cookie", "id=1; Domain=.com.sy; path=/"), ("Location", target)])
        )

    with serve(answer) as server:
        open_door(resolve=to_loopback).get(server.at("alpha.com.sy", "feed"))
        assert "cookie" not in server.requests[-1].headers


def test_ports_of_this_machine_are_sites_of_their_own(open_door: Callable[..., HttpDoor]) -> None:
    """A cookie of one server on loopback is not sent to another port."""
    with serve(lambda _: FEED) as other:
        with serve(gate("id=1; path=/", location=other.url)) as server:
            open_door().get(server.url)
        assert "cookie" not in other.requests[0].headers


@pytest.mark.parametrize("cookie", ["x" * 5000 + "=1; path=/", "id=" + "x" * 5000 + "; path=/", "id=\x7f\x01; path=/"])
def test_cookies_that_would_do_harm_are_not_taken(open_door: Callable[..., HttpDoor], cookie: str) -> None:
    """A cookie that is too long or holds control characters is none."""
    with serve(gate(cookie)) as server, pytest.raises(BadRedirect, match="circle"):
        open_door().get(server.url + "feed")


def test_many_cookies_are_bounded(open_door: Callable[..., HttpDoor]) -> None:
    """What is sent back has a bound, however many are set."""
    with serve(gate(*(f"c{n}={'x' * 600}; path=/" for n in range(60)))) as server, pytest.raises(BadRedirect):
        open_door().get(server.url + "feed")
    with serve(gate(*(f"c{n}=x; path=/" for n in range(60)))) as server:
        assert open_door().get(server.url + "feed").body == b"<rss/>"
        assert server.requests[-1].headers["cookie"].count("=") == 50
