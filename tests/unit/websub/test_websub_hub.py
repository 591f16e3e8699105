"""Our hub towards subscribers: what the WebSub recommendation requires, with real callbacks on loopback."""

import threading
import time
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from syndicator.http import host_key
from syndicator.publish.notify import GIVEN_UP, SHORTEST_LEASE
from syndicator.schedule.courier import Courier
from syndicator.service import Service, now
from syndicator.store import Subscriber
from syndicator.web import create_app
from tests.support.articles import MOMENT
from tests.support.houses import furnish, house
from tests.support.servers import Reply, serve
from tests.support.websub import (
    BASE,
    TOPIC,
    Callbacks,
    confirm,
    publish,
    query_of,
    sign,
    subscribe,
    subscription,
    work_off,
)

REFUSED = tomllib.loads((Path(__file__).parents[2] / "data/websub/refused.toml").read_text("utf-8"))
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def subscriber(callback: str, host: str = "h", expires=MOMENT + HOUR) -> Subscriber:
    return Subscriber(feed="arabic", format="rss", callback=callback, host=host, secret="s", expires=expires)


def callbacks_of(service: Service, moment=MOMENT) -> list[str]:
    return [one.callback for one in service.hub.subscribers.of("arabic", "rss", moment)]


# ---------------------------------------------------------------- requests


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A house that is asked for what it refuses; the same for all these cases, because nothing stays."""
    home = tmp_path_factory.mktemp("refusing")
    (home / "config/sources").mkdir(parents=True)
    furnish(home, {})
    with house(home, f"sqlite:///{home}/s.db") as service:
        yield service


@pytest.mark.parametrize("name", REFUSED)
def test_refused(reader: Service, name: str) -> None:
    """C10: A request with a mistake is answered with 4xx and the reason in words, and leaves nothing behind."""
    case = REFUSED[name]
    form = subscription("https://subscriber.example.com/news", **case["change"])
    answer = create_app(reader).test_client().post("/hub", data=form)
    assert answer.status_code == case["status"]
    assert case["word"] in answer.text
    assert answer.mimetype == "text/plain"
    assert reader.hub.work(now() + HOUR, 16, 4) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"hub.mode=%FF%FE", "application/x-www-form-urlencoded", 400),
        (b"hub.mode=\xff", "application/x-www-form-urlencoded", 400),
        (b"a=b&" * 100, "application/x-www-form-urlencoded", 400),
        (b"hub.mode=" + b"s" * 20_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_refused_as_a_whole(reader: Service, body: bytes, kind: str, status: int) -> None:
    """What is no form, is not UTF-8 or is too large is refused before it is looked at."""
    answer = create_app(reader).test_client().post("/hub", data=body, content_type=kind)
    assert answer.status_code == status


def test_subscribed_only_after_its_consent(service: Service) -> None:
    """202 at once; then the callback is asked with mode, topic, challenge and lease, after its own query."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        callback = f"{server.url}news?for=me&x=%D8%B3"
        form = urlencode(subscription(callback, lease_seconds="3600", secret="s" * 199))
        answer = (
            create_app(service)
            .test_client()
            .post("/hub", data=form, content_type="application/x-www-form-urlencoded; charset=utf-8")
        )
        assert answer.status_code == 202
        assert callbacks_of(service) == []
        soon = MOMENT + timedelta(days=999)
        work_off(service, soon)
        [challenge] = callbacks.challenges
        assert challenge.path.startswith("/news?for=me&x=%D8%B3&hub.mode=subscribe&")
        query = query_of(challenge)
        assert (query["hub.topic"], query["hub.lease_seconds"]) == (TOPIC, "3600")
        assert len(query["hub.challenge"]) >= 32
        [subscriber] = service.hub.subscribers.of("arabic", "rss", soon)
        assert (subscriber.callback, subscriber.secret) == (callback, "s" * 199)
        assert timedelta() <= subscriber.expires - soon - HOUR < 5 * SECOND


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("asked", "given"), [("", 5 * 86_400), ("1", 300), ("300", 300), ("86400", 86_400), ("9" * 400, 10 * 86_400)]
)
def test_leases_have_bounds(service: Service, asked: str, given: int) -> None:
    """A lease is between five minutes and ten days, five days when none is asked for."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT, lease_seconds=asked)
    assert query_of(callbacks.challenges[0])["hub.lease_seconds"] == str(given)


@pytest.mark.parametrize(
    "answer",
    [
        lambda r: Reply(200, body=b"wrong"),
        lambda r: Reply(200, body=query_of(r)["hub.challenge"].encode() + b"\n"),
        lambda r: Reply(200),
        lambda r: Reply(404, body=query_of(r)["hub.challenge"].encode()),
        lambda r: Reply(302, [("Location", f"/elsewhere?{r.path.partition('?')[2]}")]),
        lambda r: Reply(200, body=query_of(r)["hub.challenge"].encode() * 3000),
    ],
    ids=["wrong", "one byte more", "empty", "404", "redirect", "flood"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_consent_nothing_changes(service: Service, answer) -> None:
    """C10: A wrong challenge, an error or a redirect is a no: no subscription is made, and one that there is stays."""
    good, bad = Callbacks(), Callbacks(asked=answer)
    with serve(good) as server:
        subscribe(service, server.url, MOMENT, secret="mine")
        good.asked = answer
        service.hub.request(subscription(server.url, secret="forged"), MOMENT)
        service.hub.request(subscription(server.url, mode="unsubscribe"), MOMENT)
        work_off(service, MOMENT)
        assert len(good.challenges) == 3
        [kept] = service.hub.subscribers.of("arabic", "rss", MOMENT)
        assert kept.secret == "mine"
    with serve(bad) as server:
        subscribe(service, server.url, MOMENT)
        assert not any(r.path.startswith("/elsewhere") for r in bad.challenges)
    assert len(callbacks_of(service)) == 1
    assert work_off(service, MOMENT + HOUR) == 0


def test_callback_that_is_down_is_asked_again(service: Service) -> None:
    """A callback that answers with 5xx is asked again after a while, three times in all."""
    replies = [Reply(503), Reply(503)]
    callbacks = Callbacks(asked=lambda r: replies.pop(0) if replies else confirm(r))
    with serve(callbacks) as server:
        service.hub.request(subscription(server.url), MOMENT)
        for after, requests in ((0, 1), (5, 1), (15, 2), (60, 2), (100, 3)):
            work_off(service, MOMENT + after * SECOND)
            assert len(callbacks.challenges) == requests
        assert len(callbacks_of(service)) == 1


def test_one_subscription_a_topic_and_callback(service: Service) -> None:
    """Asking again renews: the new secret and the new lease hold, and each delivery comes once."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT, secret="old", lease_seconds="3600")
        subscribe(service, server.url, MOMENT + HOUR / 2, secret="new", lease_seconds="7200")
        subscribe(service, server.url, MOMENT, topic=f"{BASE}/feeds/arabic.atom")
        publish(service, 1, MOMENT + HOUR)
        work_off(service, MOMENT + HOUR)
    rss = [r for r in callbacks.pushes if r.headers["content-type"].startswith("application/rss+xml")]
    assert len(callbacks.pushes) == 2
    assert len(rss) == 1
    assert rss[0].headers["x-hub-signature"] == sign("new", rss[0].body)


def test_unsubscribed(service: Service) -> None:
    """A confirmed request to unsubscribe ends the subscription with all that it was owed."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT)
        publish(service, 1, MOMENT)
        subscribe(service, server.url, MOMENT - SECOND, mode="unsubscribe")
        assert query_of(callbacks.challenges[-1])["hub.mode"] == "unsubscribe"
        callbacks.pushes.clear()
        publish(service, 2, MOMENT + SECOND)
        work_off(service, MOMENT + SECOND)
    assert (callbacks_of(service), callbacks.pushes) == ([], [])
    assert service.hub.subscribers.owed() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_private_callbacks_are_never_asked(home: Path, database_url: str) -> None:
    """C10: A name that leads to a private address is refused when it is looked up: no connection is made."""
    furnish(home, {})
    callbacks = Callbacks()
    with house(home, database_url) as service, serve(callbacks) as server:
        service.hub.request(subscription(server.at("localhost", "news")), MOMENT)
        work_off(service, MOMENT)
        assert (server.connections, callbacks_of(service)) == (0, [])
        service.hub.subscribers.settle([(True, subscriber(server.url, "h", MOMENT + HOUR))])
        publish(service, 1, MOMENT)
        work_off(service, MOMENT)
        assert (server.connections, callbacks_of(service)) == (0, [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_requests_have_room(service: Service) -> None:
    """One host cannot fill the queue: beyond its room it hears 503 with Retry-After, and other hosts do not."""
    service.hub._room = (6, 3)
    client = create_app(service).test_client()

    def ask(host: str, number: int):
        return client.post("/hub", data=subscription(f"https://{host}.example.com/{number}"))

    assert [ask("flood", number).status_code for number in range(4)] == [202, 202, 202, 503]
    assert ask("flood", 9).headers["Retry-After"] == "60"
    assert [ask("other", number).status_code for number in range(4)] == [202, 202, 202, 503]
    assert ask("third", 1).status_code == 503


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_more_than_there_is_room_for(service: Service) -> None:
    """A host with as many subscriptions as it may have is denied another and told why; renewing goes on."""
    service.hub._most = (100, 2)
    callbacks = Callbacks()
    with serve(callbacks) as server:
        for path in ("a", "b", "c", "a"):
            subscribe(service, f"{server.url}{path}", MOMENT)
    assert [query_of(r)["hub.mode"] for r in callbacks.challenges] == ["subscribe", "subscribe", "denied", "subscribe"]
    assert "too many" in query_of(callbacks.challenges[2])["hub.reason"]
    assert service.hub.subscribers.count() == 2


# ---------------------------------------------------------------- deliveries


def test_delivery_is_the_document(service: Service) -> None:
    """C10: The exact bytes with their type, both links, and the signature of those bytes; only to that document's own."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        for name in ("rss", "atom", "json"):
            topic = f"{BASE}/feeds/arabic.{name}"
            subscribe(service, f"{server.url}{name}?q=1", MOMENT, topic=topic, secret="سر")
        subscribe(service, f"{server.url}other", MOMENT, topic=f"{BASE}/feeds/syria.rss")
        service.publisher.publish(MOMENT)
        work_off(service, MOMENT)
        callbacks.pushes.clear()
        publish(service, 1, MOMENT + SECOND)
        work_off(service, MOMENT + SECOND)
    pushes = {r.path: r for r in callbacks.pushes}
    assert set(pushes) == {"/rss?q=1", "/atom?q=1", "/json?q=1"}
    for name in ("rss", "atom", "json"):
        push, document = pushes[f"/{name}?q=1"], service.document("arabic", name)
        assert document is not None
        assert push.body == document.body
        assert push.headers["content-type"] == document.content_type
        assert push.headers["x-hub-signature"] == sign("سر", document.body)
        assert push.headers["link"] == f'<{BASE}/hub>; rel="hub", <{BASE}/feeds/arabic.{name}>; rel="self"'
    assert service.hub.subscribers.owed() == 0


def test_no_news_no_delivery(service: Service) -> None:
    """A feed that is rendered again to the same bytes owes nobody anything."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        publish(service, 1, MOMENT)
        subscribe(service, server.url, MOMENT)
        service.store.touch_feeds(["arabic"], MOMENT + HOUR)
        service.publisher.publish(MOMENT + HOUR)
        work_off(service, MOMENT + HOUR)
    assert callbacks.pushes == []


def test_without_secret_without_signature(service: Service) -> None:
    """A subscription without a secret gets no signature."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT)
        publish(service, 1, MOMENT)
        work_off(service, MOMENT)
    assert "x-hub-signature" not in callbacks.pushes[0].headers


def test_document_and_news_are_one_write(service: Service) -> None:
    """What is owed is written with the document or not at all."""
    subscribers = service.hub.subscribers
    subscribers.settle([(True, subscriber("c", "h", MOMENT + HOUR))])
    publish(service, 1, MOMENT)
    subscribers.finish(delivered=subscribers.claim(MOMENT, lease=HOUR, hosts=1, slow=1)[0])
    documents = {name: service.document("arabic", name) for name in ("rss", "atom", "json")}
    with pytest.raises(RuntimeError), service.store.writing() as transaction:
        transaction.publish("arabic", 99, documents, MOMENT, news=["rss"])
        raise RuntimeError
    assert subscribers.owed() == 0


def test_gone(service: Service) -> None:
    """C10: 410 ends the subscription; the host's others go on."""
    callbacks = Callbacks(statuses={"/gone": [410]})
    with serve(callbacks) as server:
        subscribe(service, f"{server.url}gone", MOMENT)
        subscribe(service, f"{server.url}here", MOMENT)
        publish(service, 1, MOMENT)
        work_off(service, MOMENT)
        assert callbacks_of(service) == [f"{server.url}here"]


@pytest.mark.parametrize("status", [500, 503, 404, 302, 403])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_failed_then_well(service: Service, status: int) -> None:
    """C10: Anything but 2xx and 410 is tried again, later and later, until it is well: once, with the newest document."""
    callbacks = Callbacks(statuses={"/": [status, status, 200]})
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT)
        publish(service, 1, MOMENT)
        for after, deliveries in ((0, 1), (4, 1), (6, 2), (12, 2)):
            work_off(service, MOMENT + after * SECOND)
            assert len(callbacks.pushes) == deliveries
        publish(service, 2, MOMENT + 15 * SECOND)
        work_off(service, MOMENT + 15 * SECOND)
        assert len(callbacks.pushes) == 2, "a new document is no reason to hurry"
        work_off(service, MOMENT + 30 * SECOND)
        work_off(service, MOMENT + HOUR)
    assert len(callbacks.pushes) == 3
    assert callbacks.pushes[2].body == service.document("arabic", "rss").body  # type: ignore[union-attr]
    assert service.hub.subscribers.of("arabic", "rss", MOMENT)[0].failures == 0


def test_given_up_but_not_forgotten(service: Service) -> None:
    """A delivery that fails for a day is given up; the subscription stays, and the next change is delivered."""
    callbacks = Callbacks(statuses={"/": [500]})
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT)
        publish(service, 1, MOMENT)
        moment = MOMENT
        while moment < MOMENT + GIVEN_UP + 3 * HOUR:
            work_off(service, moment)
            moment += timedelta(minutes=30)
        assert service.hub.subscribers.owed() == 0
        assert 20 < len(callbacks.pushes) < 50
        callbacks.statuses, callbacks.pushes = {}, []
        publish(service, 2, moment)
        work_off(service, moment)
        assert len(callbacks.pushes) == 1


def test_lease_is_over(service: Service) -> None:
    """C10: A subscription whose lease is over gets nothing, not even what it was owed, and is forgotten."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT, lease_seconds="300")
        publish(service, 1, MOMENT)
        later = MOMENT + SHORTEST_LEASE + 10 * SECOND
        work_off(service, later)
        publish(service, 2, later)
        work_off(service, later)
        assert callbacks.pushes == []
        service.hub.tidy(later)
    assert (service.hub.subscribers.count(), service.hub.subscribers.owed()) == (0, 0)


def test_denied_when_the_feed_goes(service: Service, home: Path) -> None:
    """Subscribers of a feed that is not published any more are told so: hub.mode=denied with topic and reason."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT)
        service.hub.request(subscription(f"{server.url}late"), MOMENT)
        (home / "feeds/arabic.toml").unlink()
        assert service.refresh()
        service.hub.tidy(MOMENT)
        work_off(service, MOMENT)
    told = [query_of(r) for r in callbacks.challenges[1:]]
    assert [(q["hub.mode"], q["hub.topic"]) for q in told] == [("denied", TOPIC)] * 2
    assert all("not published" in q["hub.reason"] for q in told)
    assert service.hub.subscribers.count() == 0


def test_changed_on_the_way(service: Service) -> None:
    """A document that changes while it is delivered is delivered again."""
    subscribers = service.hub.subscribers
    subscribers.settle([(True, subscriber("c", "h", MOMENT + HOUR))])
    publish(service, 1, MOMENT)
    [group] = subscribers.claim(MOMENT, lease=HOUR, hosts=1, slow=1)
    publish(service, 2, MOMENT + SECOND)
    assert subscribers.claim(MOMENT + SECOND, lease=HOUR, hosts=1, slow=1) == []
    subscribers.finish(delivered=group)
    [again] = subscribers.claim(MOMENT + SECOND, lease=HOUR, hosts=1, slow=1)
    assert again[0].revision > group[0].revision


def test_killed_on_the_way(service: Service) -> None:
    """What a worker had claimed when it was killed goes out by the next one: at once where there is one worker."""
    subscribers = service.hub.subscribers
    callbacks = Callbacks()
    with serve(callbacks) as server:
        subscribe(service, server.url, MOMENT)
        publish(service, 1, MOMENT)
        service.hub.request(subscription(f"{server.url}new"), MOMENT)
        assert service.hub.work(MOMENT, 16, 4), "claimed, and never done"
        service.release_orphans()
        later = MOMENT if service.store.dialect == "sqlite" else MOMENT + timedelta(minutes=2)
        assert work_off(service, later) == 2
    assert len(callbacks.pushes) == 1
    assert (subscribers.owed(), len(callbacks_of(service))) == (0, 2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_slow_subscriber_delays_nobody(service: Service) -> None:
    """C10: While one callback keeps us waiting, all others are served, those of the next change as well."""
    slow, quick = Callbacks(delays={"/": 20.0}), Callbacks()
    with serve(slow) as slow_server, serve(quick) as quick_server:
        for url in [slow_server.url, *(f"{quick_server.url}{n}" for n in range(5))]:
            subscribe(service, url, MOMENT)
        publish(service, 1, MOMENT)
        courier = Courier("test", lambda free, slow: service.hub.work(MOMENT + SECOND, free, slow), 4)
        started = time.monotonic()
        courier.start()
        try:
            while len(quick.pushes) < 5 and time.monotonic() - started < 8:
                time.sleep(0.01)
            publish(service, 2, MOMENT + SECOND)
            while len(quick.pushes) < 10 and time.monotonic() - started < 8:
                time.sleep(0.01)
            assert len(quick.pushes) == 10
        finally:
            courier.stop(0.1)


def test_those_that_failed_come_last(service: Service) -> None:
    """Hosts where all failed lately get no more than the room that is left for slow ones."""
    subscribers = service.hub.subscribers
    for number in range(6):
        subscribers.settle([(True, subscriber(f"c{number}", f"h{number}"))])
    publish(service, 1, MOMENT)
    groups = subscribers.claim(MOMENT, lease=HOUR, hosts=10, slow=0)
    assert len(groups) == 6
    failed = [(group[0], MOMENT + SECOND) for group in groups[:4]]
    subscribers.finish(failed=failed, unfinished=[group[0] for group in groups[4:]])
    later = MOMENT + 2 * SECOND
    groups = subscribers.claim(later, lease=HOUR, hosts=10, slow=1)
    assert [group[0].subscriber.failures for group in groups] == [0, 0, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_thousand_subscribers(service: Service) -> None:
    """C10: a thousand subscribers have the document within five seconds of work, each once."""
    callbacks = Callbacks()
    with serve(callbacks) as server:
        host = host_key(server.url)
        service.hub.subscribers.settle([(True, subscriber(f"{server.url}{number}", host)) for number in range(1000)])
        assert service.hub.subscribers.count() == 1000
        publish(service, 1, MOMENT)
        done = threading.Event()
        courier = Courier("test", lambda free, slow: service.hub.work(MOMENT + SECOND, free, slow), 16)
        started, spent = time.monotonic(), time.process_time()
        courier.start()
        while service.hub.subscribers.owed() and time.monotonic() - started < 30:
            done.wait(0.05)
        spent = time.process_time() - spent
        courier.stop(5)
    assert spent < 5
    assert len({r.path for r in callbacks.pushes}) == len(callbacks.pushes) == 1000


# ---------------------------------------------------------------- discovery


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_discovery(service: Service) -> None:
    """Headers and documents name the hub and the topic."""
    publish(service, 1, MOMENT)
    client = create_app(service).test_client()
    for name in ("rss", "atom", "json"):
        answer = client.get(f"/feeds/arabic.{name}")
        links = answer.headers["Link"]
        assert f'<{BASE}/hub>; rel="hub"' in links
        assert f'<{BASE}/feeds/arabic.{name}>; rel="self"' in links
        assert f"{BASE}/hub" in answer.text
    answer = client.get("/feeds/arabic", headers={"Accept": "application/atom+xml"})
    assert f'<{BASE}/feeds/arabic.atom>; rel="self"' in answer.headers["Link"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_hub(home: Path, database_url: str) -> None:
    """An operator who wants no hub has none: no address, no link, and whoever was subscribed is denied."""
    furnish(
        home, {"config/settings.toml": '[push]\nhub = false\nallow_private = ["127.0.0.0/8"]\n[publish]\nsettle = 0'}
    )
    callbacks = Callbacks()
    with house(home, database_url) as service, serve(callbacks) as server:
        publish(service, 1, MOMENT)
        service.hub.subscribers.settle([(True, subscriber(server.url, "h", MOMENT + HOUR))])
        service.hub.tidy(MOMENT)
        work_off(service, MOMENT)
        client = create_app(service).test_client()
        assert client.post("/hub", data=subscription(server.url)).status_code == 404
        assert "hub" not in client.get("/feeds/arabic.rss").headers["Link"]
        assert f"{BASE}/hub" not in client.get("/feeds/arabic.rss").text
    assert [query_of(r)["hub.mode"] for r in callbacks.challenges] == ["denied"]
