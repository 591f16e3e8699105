"""We as subscriber: discovery, intent, signatures, and pushes that become articles like polls do."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.http.address import Guard
from syndicator.ingest.cadence import Bounds
from syndicator.ingest.push import AGAIN, MOST_BYTES, reachable, signed
from syndicator.model import Outcome, Poll
from syndicator.service import Service, now
from syndicator.store import Subscription
from syndicator.web import create_app
from tests.support.days import rss
from tests.support.houses import publisher
from tests.support.servers import Reply, serve
from tests.support.websub import BASE, read_post, sign

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TYPE = {"Content-Type": "application/rss+xml; charset=utf-8"}


class Newspaper:
    """A source that names a hub, and the hub."""

    def __init__(self) -> None:
        self.numbers: list[int] = [1, 2, 3]
        self.hub, self.hub_status, self.hub_headers = "hub", 202, []
        self.requests = []
        self.topic = "https://nahr.example.com/canonical.rss"
        self.url = ""

    def __call__(self, request):
        if request.method == "POST":
            self.requests.append(request)
            return Reply(self.hub_status, self.hub_headers)
        links = f'<{self.url}{self.hub}>; rel="hub", <{self.topic}>; rel="self"'
        return Reply(200, [("Content-Type", "application/rss+xml"), ("Link", links)], rss(self.numbers, now() - HOUR))


@pytest.fixture
def paper():
    newspaper = Newspaper()
    with serve(newspaper) as server:
        newspaper.url = server.url
        yield newspaper


@pytest.fixture
def subscribed(service: Service, paper: Newspaper, home) -> Service:
    """A service whose one source names a hub, which was asked and has verified."""
    write(home, paper)
    assert service.refresh()
    service.sync()
    learn(service, paper)
    service.subscribe()
    assert consent(service).status_code == 200
    read_post(service, now())
    return service


def write(home, paper: Newspaper) -> None:
    (home / "config/sources/nahr.toml").write_text(publisher("نهر", main=f'url = "{paper.url}feed"'), "utf-8")


def learn(service: Service, paper: Newspaper) -> None:
    """What a poll of the source teaches of its hub."""
    state = service.claim_now("nahr/main").state
    learned = replace(state, hub=f"{paper.url}{paper.hub}", topic=paper.topic)
    with service.store.writing() as transaction:
        transaction.finish(learned, Poll(source="nahr/main", at=now(), outcome=Outcome.UNCHANGED))


def poll(service: Service):
    return service.poll(service.claim_now("nahr/main"))


def ours(service: Service) -> Subscription:
    found = service.listener._subscriptions.of("nahr/main")
    assert found is not None
    return found


def consent(service: Service, **changes: str):
    query = {"mode": "subscribe", "topic": ours(service).topic, "challenge": "c/h+a=1<b>", "lease_seconds": "864000"}
    query = {f"hub.{name}": value for name, value in (query | changes).items()}
    return create_app(service).test_client().get(f"/push/{ours(service).token}", query_string=query)


def push(service: Service, body: bytes, headers: dict[str, str] | None = None, token: str | None = None):
    known = ours(service)
    given_headers = {"X-Hub-Signature": sign(known.secret, body)} if headers is None else headers
    client = create_app(service).test_client()
    return client.post(f"/push/{token or known.token}", data=body, headers={**TYPE, **given_headers})


def test_asked_as_the_feed_says(service: Service, paper: Newspaper, home) -> None:
    """The hub and the topic come from the poll; the callback is unguessable, the secret long and short enough."""
    write(home, paper)
    service.refresh()
    service.sync()
    service.subscribe()
    assert paper.requests == [], "nothing is known before the first poll"
    poll(service)
    state = service.store.state("nahr/main")
    assert (state.hub, state.topic) == (f"{paper.url}hub", paper.topic)
    service.subscribe()
    service.subscribe()
    [request] = paper.requests
    form = dict(part.split("=", 1) for part in request.body.decode().split("&"))
    assert request.path == "/hub"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"].endswith("canonical.rss")
    assert form["hub.callback"] == f"{BASE}/push/{ours(service).token}".replace(":", "%3A").replace("/", "%2F")
    assert len(ours(service).token) >= 32
    assert 32 <= len(form["hub.secret"]) < 200


def test_hub_that_redirects(service: Service, paper: Newspaper, home) -> None:
    """A hub may send a request on to another (307, 308): it is repeated there, once."""
    paper.hub_status, paper.hub_headers = 307, [("Location", "/other-hub")]
    write(home, paper)
    service.refresh()
    service.sync()
    learn(service, paper)
    service.subscribe()
    assert [r.path for r in paper.requests] == ["/hub", "/other-hub"]
    assert paper.requests[0].body == paper.requests[1].body
    assert "307" in (ours(service).error or "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_intent(subscribed: Service, paper: Newspaper) -> None:
    """A challenge is echoed, as plain text, only for the topic that we asked for at the address that only its hub has."""
    answer = consent(subscribed)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "c/h+a=1<b>", "text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert consent(subscribed, topic="https://elsewhere.example.com/feed").status_code == 404
    assert consent(subscribed, mode="unsubscribe").status_code == 404
    assert consent(subscribed, challenge="").status_code == 404
    client = create_app(subscribed).test_client()
    query = {"hub.mode": "subscribe", "hub.topic": paper.topic, "hub.challenge": "c"}
    assert client.get("/push/another-token", query_string=query).status_code == 404
    assert client.get(f"/push/{ours(subscribed).token}").status_code == 404


@pytest.mark.parametrize(
    ("lease", "granted"),
    [("864000", 10 * DAY), ("3600", HOUR), ("1", 5 * HOUR / 60), ("", DAY), ("ever", DAY), ("9" * 30, 10 * DAY)],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_renewed_in_time(subscribed: Service, paper: Newspaper, lease: str, granted: timedelta) -> None:
    """A lease is renewed when four fifths of it are over, with the same callback; absurd leases have bounds."""
    consent(subscribed, lease_seconds=lease)
    moment = now()
    read_post(subscribed, moment)
    known = ours(subscribed)
    assert known.expires == moment + granted
    assert known.due == moment + granted * 0.8
    subscribed.listener.subscribe(known.due - timedelta(seconds=1))
    assert len(paper.requests) == 1
    subscribed.listener.subscribe(known.due)
    assert len(paper.requests) == 2
    assert ours(subscribed).token == known.token
    assert push(subscribed, rss([4])).status_code == 202, "the old lease holds meanwhile"


def test_pushed_like_polled(subscribed: Service, paper: Newspaper) -> None:
    """What is pushed is saved and published at once; what is missing in it stays; the next poll finds nothing new."""
    poll(subscribed)
    subscribed.publish()
    assert push(subscribed, rss([9])).status_code == 202
    assert read_post(subscribed, now()) == 1
    titles = [article.title for article in subscribed.store.newest("arabic", 50)]
    assert len(titles) == 4
    assert any("رقم 9 " in title for title in titles)
    assert "رقم 9 " in subscribed.document("arabic", "rss").body.decode()  # type: ignore[union-attr]
    [latest] = subscribed.store.history("nahr/main", 1)
    assert (latest.why, latest.new, latest.outcome) == ("pushed by its hub", 1, Outcome.CHANGED)
    paper.numbers = [3, 9]
    assert poll(subscribed).new == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pushed_twice(subscribed: Service) -> None:
    """The same push again changes nothing: a letter that was read before a crash may be read twice."""
    for _ in range(2):
        push(subscribed, rss([9]))
        read_post(subscribed, now())
    assert [p.new for p in subscribed.store.history("nahr/main", 2)] == [0, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_signed(subscribed: Service) -> None:
    """Every method that the recommendation lists is accepted, and no signature but the right one."""
    body, secret = rss([9]), ours(subscribed).secret
    for method in ("sha1", "sha256", "sha384", "sha512"):
        assert push(subscribed, body, {"X-Hub-Signature": sign(secret, body, method)}).status_code == 202
        wrong = [sign("another secret", body, method), sign(secret, body + b" ", method), f"{method}=", "", "md5=0"]
        for header in wrong:
            assert push(subscribed, body, {"X-Hub-Signature": header}).status_code == 403
    assert push(subscribed, body, {}).status_code == 403
    [group] = subscribed.inbox.take(("push",), now(), lease=HOUR, keys=5, each=50)
    assert [letter.body for letter in group] == [body] * 4


@given(st.text(), st.binary(max_size=50))
def test_any_header_is_judged(header: str, body: bytes) -> None:
    """Whatever stands in the header, it is a signature or it is not: nothing is raised."""
    assert not signed("secret", header, body)
    assert signed("secret", sign("secret", body), body)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_refused_pushes(subscribed: Service) -> None:
    """An unknown address is gone, a megabyte is the most, nothing is unpacked; a flood finds no room."""
    body = rss([9])
    assert push(subscribed, body, token="unknown").status_code == 410
    assert push(subscribed, b" " * (MOST_BYTES + 1)).status_code == 413
    assert push(subscribed, body, {"Content-Encoding": "gzip"}).status_code == 415
    statuses = [push(subscribed, body).status_code for _ in range(22)]
    assert statuses == [202] * 20 + [503] * 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_unreadable_push(subscribed: Service) -> None:
    """A push that cannot be read is forgotten and costs nothing; the next one is read."""
    for body in (b"", b"<html>", b"\x00" * 100, b"<?xml version='1.0'?><rss><channel>", rss([9])):
        push(subscribed, body)
    assert read_post(subscribed, now()) == 5
    assert subscribed.store.count_articles() == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_hub(subscribed: Service, paper: Newspaper) -> None:
    """A source that names another hub is subscribed to there, at a new address; the old one is gone."""
    old = ours(subscribed)
    paper.hub = "second-hub"
    learn(subscribed, paper)
    subscribed.subscribe()
    assert [r.path for r in paper.requests] == ["/hub", "/second-hub"]
    new = ours(subscribed)
    assert {old.token, old.secret}.isdisjoint({new.token, new.secret})
    body = rss([9])
    assert push(subscribed, body, {"X-Hub-Signature": sign(old.secret, body)}, token=old.token).status_code == 410


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_denied(subscribed: Service, paper: Newspaper) -> None:
    """A hub that denies us is believed, and asked again a day later."""
    assert consent(subscribed, mode="denied", reason="we are full").status_code == 200
    read_post(subscribed, now())
    known = ours(subscribed)
    assert "we are full" in (known.error or "")
    assert push(subscribed, rss([9])).status_code == 410
    subscribed.listener.subscribe(now() + DAY - HOUR)
    assert len(paper.requests) == 1
    subscribed.listener.subscribe(now() + DAY)
    assert len(paper.requests) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hub_that_does_not_verify(service: Service, paper: Newspaper, home) -> None:
    """A hub that fails or never verifies is asked again later and later."""
    paper.hub_status = 500
    write(home, paper)
    service.refresh()
    service.sync()
    learn(service, paper)
    moment = now()
    for tries in count(1):
        service.listener.subscribe(moment)
        assert len(paper.requests) == tries
        assert "500" in (ours(service).error or "")
        wait = AGAIN[min(tries - 1, len(AGAIN) - 1)]
        service.listener.subscribe(moment + wait - timedelta(seconds=1))
        assert len(paper.requests) == tries
        moment += wait + timedelta(seconds=1)
        if tries > len(AGAIN):
            break


def test_polled_less_but_still_polled(subscribed: Service, paper: Newspaper) -> None:
    """While pushes come, polls come every six to 24 hours; without pushes they come as before."""
    subscribed.ingest._bounds = Bounds(shortest=HOUR / 4, longest=DAY)

    def wait() -> tuple[timedelta, str]:
        before = now()
        done = poll(subscribed)
        return done.next_poll - before, done.why

    assert "push" not in wait()[1]
    push(subscribed, rss([9]))
    read_post(subscribed, now())
    paper.numbers = [3, 9]
    assert DAY <= wait()[0] <= DAY * 1.1
    paper.numbers = [3, 9, 10]
    assert 6 * HOUR <= wait()[0] < 8 * HOUR, "a push went missing"
    consent(subscribed, mode="denied")
    read_post(subscribed, now())
    assert "push" not in wait()[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_forgotten_with_its_source(subscribed: Service, home) -> None:
    """A source that is gone has no subscription: its hub hears 410."""
    known = ours(subscribed)
    (home / "config/sources/nahr.toml").unlink()
    subscribed.refresh()
    subscribed.sync()
    subscribed.tidy_subscriptions()
    body = rss([9])
    answer = (
        create_app(subscribed)
        .test_client()
        .post(f"/push/{known.token}", data=body, headers={"X-Hub-Signature": sign(known.secret, body)})
    )
    assert answer.status_code == 410


@pytest.mark.parametrize(
    ("base_url", "public"),
    [
        ("https://feeds.example.org", True),
        ("http://93.184.216.34:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://192.168.1.4", False),
        ("http://localhost:8000", False),
        ("http://server", False),
        ("http://news.internal", False),
        ("http://10.1.2.3", True),
    ],
)
def test_only_where_hubs_can_reach_us(base_url: str, public: bool) -> None:
    """Without a word from the operator, we subscribe where hubs can find us: in public, or in a network that is open."""
    assert reachable(base_url, Guard.of(["10.0.0.0/8"])) is public
