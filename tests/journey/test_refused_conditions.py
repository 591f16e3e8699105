"""Servers that refuse conditional requests are found out, asked without them, and tried again now and then."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from syndicator.model import Outcome, Validators
from syndicator.service import Service
from tests.support.days import RSS_TYPE, START, Calendar, Feed, rss, settings
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, Request, serve

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD = "it refuses conditional requests, so it is asked for all of it each time"


def conditional(request: Request) -> bool:
    return bool({"if-none-match", "if-modified-since"} & request.headers.keys())


class Refusing:
    """A feed whose server answers conditional requests with something else, as long as a test wants."""

    def __init__(self, refusal: Reply, *, etag: str | None = '"v1"') -> None:
        self.refusal: Reply | None = refusal
        self.feed = Feed(etag=etag)

    def __call__(self, request: Request) -> Reply:
        if self.refusal is not None and conditional(request):
            return self.refusal
        return self.feed(request)


def configure(home: Path, url: str, lines: str = "") -> None:
    source = publisher("نهر", f0=f'url = "{url}rss"\n{lines}')
    furnish(home, settings() | {"config/sources/nahr.toml": source})


def polls(service: Service, calendar: Calendar, times: int) -> list[Outcome]:
    """Polls of one source by name, an hour apart."""
    outcomes = []
    for _ in range(times):
        calendar.now += HOUR
        lease = service.store.claim_now("nahr/f0", calendar.now, by="test", lease=timedelta(minutes=5))
        outcomes.append(service.ingest.poll(service.catalogue.sources["nahr/f0"], lease.state, calendar.now).outcome)
    return outcomes


@pytest.mark.parametrize(
    "refusal",
    [
        *(Reply(status) for status in (204, 400, 403, 405, 406, 412, 417, 500, 501, 502, 520)),
        Reply(200, [RSS_TYPE]),
        Reply(200, [RSS_TYPE], b" \r\n"),
        Reply(403, [("Content-Type", "text/html")], b"<html>forbidden</html>"),
    ],
    ids=lambda reply: f"{reply.status} {len(reply.body)}",
)
def test_a_refusal_is_learned(home: Path, database_url: str, refusal: Reply) -> None:
    """The first refusal costs one more request and no news; then it is asked without validators, also after a restart."""
    calendar, server_of = Calendar(), Refusing(refusal)
    with serve(calendar.noting(server_of)) as server:
        configure(home, server.url)
        with house(home, database_url) as service:
            assert polls(service, calendar, 1) == [Outcome.CHANGED]
            server_of.feed.body = rss(range(1, 8))
            assert polls(service, calendar, 1) == [Outcome.CHANGED]
            assert service.store.count_articles() == 7
            state = service.store.state("nahr/f0")
            assert (state.failures, state.refuses) == (0, calendar.now)
            assert TOLD in state.why
        assert [conditional(request) for _, request in calendar.asked] == [False, True, False]
        with house(home, database_url) as service:
            server_of.feed.body = rss(range(1, 9))
            assert polls(service, calendar, 2) == [Outcome.CHANGED, Outcome.UNCHANGED]
            assert service.store.count_articles() == 8
    assert [conditional(request) for _, request in calendar.asked[3:]] == [False, False]


def test_validators_are_tried_again_after_a_week(home: Path, tmp_path: Path) -> None:
    """Once a week one conditional request goes out; when it is answered, all is as ever."""
    calendar, server_of = Calendar(), Refusing(Reply(412))
    with serve(calendar.noting(server_of)) as server:
        configure(home, server.url)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            calendar.run(service, 20 * DAY)
            tried = [at for at, request in calendar.asked if conditional(request)]
            assert 2 <= len(tried) <= 3
            assert all(later - earlier > 7 * DAY for earlier, later in pairwise(tried))
            server_of.refusal = None
            calendar.run(service, 10 * DAY)
            state = service.store.state("nahr/f0")
            assert state.refuses is None
            assert TOLD not in state.why
            calendar.asked.clear()
            calendar.run(service, DAY)
            assert all(conditional(request) for _, request in calendar.asked)


def test_a_server_that_refuses_is_not_asked_often_for_nothing(home: Path, tmp_path: Path) -> None:
    """Whole answers with nothing new slow it down as those of any server do that ignores conditions."""
    calendar = Calendar()
    with serve(calendar.noting(Refusing(Reply(400)))) as server:
        configure(home, server.url)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            calendar.run(service, 6 * DAY)
    assert len(calendar.asked) <= 12


@pytest.mark.parametrize("status", [403, 500])
def test_a_server_that_refuses_everything_is_not_hammered(home: Path, tmp_path: Path, status: int) -> None:
    """Beyond one more request at the first failure, and few later on, an ill server is asked once a poll."""
    calendar, feed, ill = Calendar(), Feed(), [False]
    with serve(calendar.noting(lambda r: Reply(status) if ill[0] else feed(r))) as server:
        configure(home, server.url)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            polls(service, calendar, 1)
            ill[0] = True
            assert set(polls(service, calendar, 20)) == {Outcome.FAILED}
            assert len(calendar.asked) == 1 + 20 + 4
            ill[0] = False
            assert polls(service, calendar, 1) == [Outcome.NOT_MODIFIED]
            assert service.store.state("nahr/f0").refuses is None
            assert service.store.state("nahr/f0").validators.etag == '"v1"'


@pytest.mark.parametrize(
    "refusal", [Reply(429), Reply(503), Reply(403, [("Retry-After", "3600")]), Reply(404), Reply(410), Reply(401)]
)
def test_what_is_no_refusal_of_conditions_is_asked_once(home: Path, tmp_path: Path, refusal: Reply) -> None:
    """Load, patience, and what is not there are not about validators: nothing is asked a second time."""
    calendar = Calendar()
    with serve(calendar.noting(Refusing(refusal))) as server:
        configure(home, server.url)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            assert polls(service, calendar, 2) == [Outcome.CHANGED, Outcome.FAILED]
            assert service.store.state("nahr/f0").refuses is None
    assert len(calendar.asked) == 2


def test_a_refusal_met_in_an_illness_is_found_out(home: Path, tmp_path: Path) -> None:
    """A server that was ill, and refuses conditions once it is well, is found out though its failures go on."""
    calendar, ill = Calendar(), [False]
    refusing = Refusing(Reply(500))
    with serve(calendar.noting(lambda r: Reply(500) if ill[0] else refusing(r))) as server:
        configure(home, server.url)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            polls(service, calendar, 1)
            ill[0] = True
            polls(service, calendar, 2)
            ill[0] = False
            assert polls(service, calendar, 2) == [Outcome.FAILED, Outcome.UNCHANGED]
            assert service.store.state("nahr/f0").refuses == calendar.now


def stuck(feed: Feed, answers: Callable[[], bool]) -> Callable[[Request], Reply]:
    return lambda request: Reply(304) if conditional(request) and answers() else feed(request)


def test_validators_that_do_not_change_with_the_news_are_not_believed(home: Path, tmp_path: Path) -> None:
    """A server that said "not modified" and gives the same validators with other news is asked without them."""
    calendar, feed = Calendar(), Feed()
    with serve(calendar.noting(stuck(feed, lambda: True))) as server:
        configure(home, server.url)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            calendar.run(service, DAY)
            feed.body = rss(range(1, 9))
            calendar.run(service, 7 * DAY)
            assert service.store.count_articles() == 8
            assert service.store.state("nahr/f0").refuses is not None
            feed.body = rss(range(1, 12), START + 8 * DAY)
            calendar.run(service, 2 * DAY)
            assert service.store.count_articles() == 11, "it does not take another week"


@pytest.mark.parametrize("status", [203, 206])
def test_other_statuses_with_a_whole_body(home: Path, tmp_path: Path, status: int) -> None:
    """203, and a 206 that holds all of it, are read as a 200 is; their validators count."""
    body = rss(range(1, 6))
    more = [("Content-Range", f"bytes 0-{len(body) - 1}/{len(body)}")] if status == 206 else []
    calendar = Calendar()
    answer = Reply(status, [RSS_TYPE, ("ETag", '"x"'), *more], body)
    with serve(calendar.noting(lambda r: Reply(304) if conditional(r) else answer)) as server:
        configure(home, server.url)
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            assert polls(service, calendar, 2) == [Outcome.CHANGED, Outcome.NOT_MODIFIED]
            assert service.store.state("nahr/f0").validators == Validators(etag='"x"')


def test_a_page_that_fails_is_told(home: Path, tmp_path: Path) -> None:
    """Why an article came without its page's text stands beside the next poll."""

    def answer(request: Request) -> Reply:
        if request.path == "/rss":
            items = "".join(
                f"<item><title>خبر {n}</title><guid>{n}</guid><link>{server.url}p{n}</link></item>" for n in range(3)
            )
            return Reply(
                200, [RSS_TYPE], f"<rss version='2.0'><channel><title>ص</title>{items}</channel></rss>".encode()
            )
        if request.path == "/robots.txt":
            return Reply(404)
        return Reply(302, [("Location", request.path)])

    with serve(answer) as server:
        configure(home, server.url, "full_text = true")
        with house(home, f"sqlite:///{tmp_path / 'a.db'}") as service:
            assert polls(service, Calendar(), 1) == [Outcome.CHANGED]
            why = service.store.state("nahr/f0").why
            assert f"3 of the 3 pages that were asked for gave no text: {server.url}p" in why
            assert "in a circle" in why
