"""A private network is opened for the sources that name it, at the address that their operator wrote: never for links."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from syndicator.errors import Refused
from syndicator.http import HttpDoor, Limits
from syndicator.http.address import is_local
from syndicator.service import Service
from tests.support.houses import SETTINGS, furnish, house, publisher
from tests.support.servers import Reply, Request, Server, serve

SECRET = "كلمة السر الداخلية"
TITLE = "وصول القافلة إلى حلب"
PAGE = f"""<html lang="ar"><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>
<p>{SECRET} هنا، وهذا نص لا يراه أحد من الخارج ولا تعرضه أي قناة عامة مهما طال الانتظار في المدينة.</p>
<p>وقال مدير المشروع إن القافلة تضم أربعين شاحنة محملة بالمواد الغذائية والأدوية لسكان الأحياء الشرقية.</p>
<p>وأوضح المدير أن المرحلة الثانية تشمل ترميم مدرستين في الريف الغربي قبل نهاية العام المقبل.</p>
</article></body></html>""".encode()
CLOSED = SETTINGS.replace('allow_private = ["127.0.0.1/32"]', "")
ALL_OPEN = SETTINGS.replace("127.0.0.1/32", "127.0.0.0/8")
XML = ("Content-Type", "application/rss+xml; charset=utf-8")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No socket of these tests leaves this machine; the addresses that it was told to leave for."""
    elsewhere: list[str] = []
    connect = socket.socket.connect

    def guarded(sock: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith("127."):
            elsewhere.append(str(address[0]))
            raise ConnectionRefusedError(111, "only loopback")
        return connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    return elsewhere


def rss(link: str, more: str = "", title: str = TITLE) -> Reply:
    """A feed of one item with a short text."""
    return Reply(
        200,
        [XML],
        f"<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>ص</title>{more}<item><title>{title}"
        f"</title><guid>{link}</guid><link>{link}</link><description>نص قصير.</description></item></channel></rss>".encode(),
    )


@pytest.fixture
def inside() -> Iterator[Server]:
    """The internal server: a feed, pages, a sitemap and a hub."""

    def answer(request: Request) -> Reply:
        if request.path == "/feed":
            return rss(f"{server.url}news/1")
        if request.path == "/robots.txt":
            return Reply(404)
        if request.path == "/map.xml":
            body = f"<urlset><url><loc>{server.url}admin</loc><lastmod>2026-03-01</lastmod></url></urlset>"
            return Reply(200, [("Content-Type", "application/xml")], body.encode())
        return Reply(200, [("Content-Type", "text/html; charset=utf-8")], PAGE)

    with serve(answer) as server:
        yield server


def asked(server: Server) -> list[str]:
    return [request.path for request in server.requests]


def texts(service: Service) -> str:
    """All that is stored of articles."""
    return " ".join(f"{article.title} {article.body} {article.summary}" for article in service.store.after("", 100))


STRANGERS = {
    "an item's page": lambda inside, out: rss(f"{inside}admin"),
    "an item's page by a redirect": lambda inside, out: rss(f"{out}go"),
    "an item's page by a name": lambda inside, out: rss(inside.replace("127.0.0.1", "localhost") + "admin"),
    "an item's page in other letters": lambda inside, out: rss(inside.replace("127.0.0.1", "2130706433") + "admin"),
    "a redirect of the feed": lambda inside, out: Reply(302, [("Location", f"{inside}feed")]),
    "a permanent redirect": lambda inside, out: Reply(301, [("Location", f"{inside}feed")]),
    "a part of an index": lambda inside, out: Reply(
        200, [XML], f"<sitemapindex><sitemap><loc>{inside}map.xml</loc></sitemap></sitemapindex>".encode()
    ),
    "a hub": lambda inside, out: rss(
        f"{out}1", f"<atom:link rel='hub' href='{inside}hub'/><atom:link rel='self' href='{out}feed'/>"
    ),
}


@pytest.mark.parametrize("how", STRANGERS)
@pytest.mark.parametrize("opened", ["in the settings", "by the source", "by its publisher"])
def test_a_stranger_never_leads_inside(home: Path, tmp_path: Path, inside: Server, how: str, opened: str) -> None:
    """What a source says - links, redirects, parts, hubs - reaches no internal server that is open to another source.

    The stranger's own host is on loopback, too, and open for it; the internal one is polled, with a kept connection.
    """

    def answer(request: Request) -> Reply:
        if request.path == "/go":
            return Reply(302, [("Location", f"{inside.url}admin")])
        return STRANGERS[how](inside.url, out.url) if request.path == "/feed" else Reply(404)

    with serve(answer, host="127.0.0.2") as out:
        kind = "sitemap" if "index" in how else "feed"
        key = 'allow_private = ["127.0.0.0/8"]\n'
        own = key if opened == "by the source" else ""
        head = key if opened == "by its publisher" else ""
        settings = ALL_OPEN if opened == "in the settings" else CLOSED
        given = {"config/settings.toml": settings + '[push]\nsubscribe = true\nallow_private = ["127.0.0.0/8"]\n'}
        given["config/sources/inside.toml"] = head + publisher("داخل", main=f'url = "{inside.url}feed"\n{own}')
        lines = f'url = "{out.url}feed"\nfull_text = true\nkind = "{kind}"\n{own}'
        given["config/sources/stranger.toml"] = head + publisher("غريب", main=lines)
        furnish(home, given)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            for source in ("inside/main", "stranger/main", "inside/main", "stranger/main"):
                service.poll(service.claim_now(source))
            service.subscribe()
            assert asked(out).count("/feed") == 2
            assert asked(inside) == ["/feed", "/feed"], "only the source that is there is asked"
            assert SECRET not in texts(service)
            state = service.store.state("stranger/main")
            assert state.adopted is None


@pytest.mark.parametrize("opened", ["settings", "source", "publisher", "nowhere", "another network"])
def test_an_internal_source_is_read_with_its_own_pages(home: Path, tmp_path: Path, inside: Server, opened: str) -> None:
    """The address that the operator wrote is asked, and item pages on the same host and port; without a key neither."""
    key = f'allow_private = ["{"10.0.0.0/8" if opened == "another network" else "127.0.0.1/32"}"]\n'
    head = key if opened == "publisher" else ""
    own = key if opened in ("source", "another network") else ""
    lines = f'url = "{inside.url}feed"\nfull_text = true\n{own}'
    settings = SETTINGS if opened == "settings" else CLOSED
    furnish(home, {"config/settings.toml": settings, "config/sources/in.toml": head + publisher("داخل", main=lines)})
    with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
        poll = service.poll(service.claim_now("in/main"))
        if opened in ("nowhere", "another network"):
            assert (poll.reason, asked(inside)) == ("refused", [])
            assert "allow_private" in poll.error
        else:
            assert asked(inside) == ["/feed", "/robots.txt", "/news/1"]
            assert SECRET in texts(service)


def test_the_homepage_names_a_second_address(home: Path, tmp_path: Path, inside: Server) -> None:
    """Pages on another port are read once the operator wrote that address too, as the publisher's homepage."""
    with serve(lambda _: rss(f"{inside.url}news/1")) as feed:
        for homepage, expected in (("", []), (f'homepage = "{inside.url}"\n', ["/robots.txt", "/news/1"])):
            lines = f'url = "{feed.url}{len(homepage)}"\nfull_text = true\nallow_private = ["127.0.0.1/32"]'
            source = homepage + publisher("داخل", main=lines)
            furnish(home, {"config/settings.toml": CLOSED, "config/sources/in.toml": source})
            with house(home, f"sqlite:///{tmp_path / f'{len(homepage)}.db'}") as service:
                service.poll(service.claim_now("in/main"))
                assert asked(inside) == expected


def resolver(table: dict[str, str]) -> Callable[..., list[tuple]]:
    """A name server that knows these names."""
    return lambda host, port, *_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (table[host.rstrip(".")], port))]


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("127.0.0.1", True), ("localhost", True), ("intern", True), ("news.intern.local", True), ("a.internal.", True),
        ("box.home.arpa", True), ("NAS.LAN", True), ("news.example", False), ("local.example.com", False),
        ("localhost.example.org", False), ("10.0.0.5.nip.io", False), ("lan.example.", False), ("مثال.إختبار", False),
    ],
)  # fmt: skip
def test_local_names(name: str, local: bool) -> None:
    """Who owns a public name decides where it leads; a local name or an IP address is nobody else's."""
    assert is_local(name) is local


def test_a_public_name_opens_nothing_by_itself(inside: Server) -> None:
    """The settings open no network to a source with a public name: its owner could point it inside at any time."""
    table = {"localhost": "127.0.0.1", "feeds.stranger.example": "127.0.0.1", "intern": "127.0.0.1"}
    with closing(
        HttpDoor(Limits(deadline=5), user_agent="T/1", local=["127.0.0.0/8"], gap=0, resolve=resolver(table))
    ) as door:
        stranger = inside.at("feeds.stranger.example", "feed")
        with pytest.raises(Refused, match="allow_private"):
            door.opened_for([stranger]).get(stranger)
        assert door.opened_for([stranger], ["127.0.0.0/8"]).get(stranger).status == 200
        local = door.opened_for([inside.at("intern", "feed")])
        assert local.get(inside.at("INTERN.", "feed")).status == 200
        for other in (inside.url, inside.at("localhost"), stranger, f"http://intern:{inside.port + 1}/"):
            with pytest.raises(Refused):
                local.get(other)
            with pytest.raises(Refused):
                local.post(other, data=b"", headers={})
        with pytest.raises(Refused):
            door.get(inside.at("intern", "feed"))


def test_a_kept_connection_is_closed_to_others(inside: Server) -> None:
    """A connection that one source opened inside is not a way in for the next request of another."""
    with closing(HttpDoor(Limits(deadline=5), user_agent="T/1", local=["127.0.0.0/8"], gap=0)) as door:
        own = door.opened_for([inside.url])
        for _ in range(2):
            assert own.get(inside.url).status == 200
            with pytest.raises(Refused):
                door.get(inside.url)
            with pytest.raises(Refused):
                door.opened_for(["http://127.0.0.2/"], ["127.0.0.0/8"]).get(inside.url + "admin", robots=True)
        assert own.get(inside.url + "news", robots=True).status == 200, "what others may not hear closes nothing to it"
    assert asked(inside) == ["/", "/", "/robots.txt", "/news"]


def test_a_source_inside_is_not_led_elsewhere_inside(inside: Server) -> None:
    """A redirect of an internal server goes no further than the address that the operator wrote."""
    with (
        serve(lambda _: Reply(302, [("Location", f"{inside.url}admin")])) as server,
        closing(HttpDoor(Limits(deadline=5), user_agent="T/1", local=["127.0.0.0/8"], gap=0)) as door,
    ):
        with pytest.raises(Refused):
            door.opened_for([server.url]).get(server.url)
        assert door.opened_for([server.url, inside.url]).get(server.url).body == PAGE
    assert asked(inside) == ["/admin"]
