"""How the house behaves towards its sources while days pass: real servers, a real service, a simulated calendar."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from syndicator.model import Outcome, Validators
from tests.support.days import RSS_TYPE, START, Calendar, Feed, rss, settings
from tests.support.houses import furnish, house, publisher
from tests.support.servers import Reply, Request, serve

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
LM = "Mon, 02 Mar 2026 05:00:00 GMT"


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """An empty SQLite database."""
    return f"sqlite:///{tmp_path / 'syndicator.db'}"


def configure(home: Path, *urls: str, homepage: str = "", **values: float) -> None:
    """One publisher with a feed for each address: nahr/f0, nahr/f1, ...

    Loopback is a private network, so a redirect to another server of a test is followed only to its `homepage`.
    """
    feeds = {f"f{n}": f'url = "{url}"' for n, url in enumerate(urls)}
    named = f'homepage = "{homepage}"\n' if homepage else ""
    furnish(home, settings(**values) | {"config/sources/nahr.toml": named + publisher("نهر", **feeds)})


# ---------------------------------------------------------------- validators


def test_seven_days_of_good_manners(home: Path, sqlite: str) -> None:
    """A10: one unconditional request in a week, never sooner than max-age, exact validators, no Cookie, no Referer."""
    calendar = Calendar()
    feed = Feed(etag='W/"a,b"', headers=[("Cache-Control", "max-age=3600"), ("Set-Cookie", "id=1")])
    with serve(calendar.noting(feed)) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            polls = calendar.run(service, 7 * DAY)
    assert calendar.unconditional() == [START]
    assert min(calendar.gaps()) >= HOUR
    assert 30 <= len(polls) == len(calendar.asked) <= 168
    later = [request.headers for _, request in calendar.asked[1:]]
    assert {headers["if-none-match"] for headers in later} == {'W/"a,b"'}
    assert {headers["if-modified-since"] for headers in later} == {LM}
    assert not any({"cookie", "referer"} & request.headers.keys() for _, request in calendar.asked)


def test_a_server_that_says_304_for_ever_is_found_out(home: Path, sqlite: str) -> None:
    """One request a week goes out without validators, and not more; what was hidden behind the 304 comes in then."""
    calendar, feed = Calendar(), Feed()

    def latched(request: Request) -> Reply:
        return Reply(304) if "if-none-match" in request.headers else feed(request)

    with serve(calendar.noting(latched)) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            calendar.run(service, 2 * HOUR)
            feed.body, feed.etag = rss(range(1, 9)), '"v2"'
            calendar.run(service, 29 * DAY)
            assert service.store.count_articles() == 8
            assert service.store.state("nahr/f0").validators.etag == '"v2"'
            assert service.store.state("nahr/f0").repeats == 0
    whole = calendar.unconditional()
    assert 4 <= len(whole) <= 5
    assert all(later - earlier > 7 * DAY for earlier, later in pairwise(whole))


def test_a_server_that_says_304_to_everything_is_not_pestered(home: Path, sqlite: str) -> None:
    """Even when the weekly unconditional request is answered with 304 it is not repeated before a week is over."""
    calendar, feed = Calendar(), Feed()

    def stuck(request: Request) -> Reply:
        return feed(request) if len(calendar.asked) == 1 else Reply(304)

    with serve(calendar.noting(stuck)) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            polls = calendar.run(service, 28 * DAY)
            assert service.store.state("nahr/f0").validators == Validators(etag='"v1"', last_modified=LM)
    assert len(calendar.unconditional()) == 4
    assert {poll.outcome for poll in polls[1:]} == {Outcome.NOT_MODIFIED}


def test_304_without_anything_known_is_a_failure(home: Path, sqlite: str) -> None:
    """A server that says 304 to the first request of all has given us nothing: its validators are not taken."""
    with serve(lambda _: Reply(304, [("ETag", '"x"')])) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            [poll] = Calendar().run(service, timedelta())
            assert poll.error == "127.0.0.1 said 'not modified' to a request that named no earlier version (304)."
            assert service.store.state("nahr/f0").validators == Validators()


def test_validators_are_never_latched(home: Path, sqlite: str) -> None:
    """A11: both come from the same 200; a 304 updates those that it names; one that is not sent is forgotten."""
    answers = [
        (200, '"1"', LM, range(1, 3), (None, None)),
        (304, '"2"', None, (), ('"1"', LM)),
        (304, None, "Mon, 02 Mar 2026 06:00:00 GMT", (), ('"2"', LM)),
        (200, "unquoted", None, range(1, 4), ('"2"', "Mon, 02 Mar 2026 06:00:00 GMT")),
        (200, None, "02/03/2026 7am", range(1, 5), ("unquoted", None)),
        (200, 'W/"é\xff"', "0", range(1, 6), (None, "02/03/2026 7am")),
        (200, '"' + "x" * 8192 + '"', "Tue, 19 Jan 2038 03:14:07 GMT", range(1, 7), ('W/"é\xff"', None)),
        (200, None, None, range(1, 8), (None, None)),
        (200, '"end"', LM, range(1, 9), (None, None)),
    ]
    calendar = Calendar()

    def answer(_: Request) -> Reply:
        status, etag, modified, numbers, _ = answers[len(calendar.asked) - 1]
        given = [("ETag", etag), ("Last-Modified", modified)]
        headers = [(name, value) for name, value in given if value is not None]
        return Reply(status, [RSS_TYPE, *headers], rss(numbers) if status == 200 else b"")

    with serve(calendar.noting(answer)) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            while len(calendar.asked) < len(answers):
                calendar.run(service, 20 * timedelta(minutes=1))
            assert service.store.state("nahr/f0").validators == Validators(etag='"end"', last_modified=LM)
    sent = [(r.headers.get("if-none-match"), r.headers.get("if-modified-since")) for _, r in calendar.asked]
    assert sent == [expected for *_, expected in answers]


def test_validators_never_run_ahead_of_what_could_be_read(home: Path, sqlite: str) -> None:
    """A18: what is no feed - empty, cut short, a web page, 206, 204 - teaches no validators and loses no article."""
    page = b"<!doctype html><html><head><title>x</title></head><body><p>Welcome to the hotel.</p></body></html>"
    faults = [
        Reply(200, [("Content-Type", "text/html"), ("ETag", '"bad"')], page),
        Reply(200, [RSS_TYPE, ("ETag", '"bad"')], b""),
        Reply(206, [RSS_TYPE, ("ETag", '"bad"'), ("Content-Range", "bytes 0-9/99")], rss([1])[:10]),
        Reply(204, [("ETag", '"bad"')]),
        Reply(500, [("ETag", '"bad"')], b"oops"),
        Reply(200, [RSS_TYPE, ("ETag", '"bad"'), ("Content-Length", "9999"), ("Connection", "close")], rss([1])[:-20]),
    ]
    calendar, feed = Calendar(), Feed()
    with serve(calendar.noting(lambda r: faults.pop() if faults and len(calendar.asked) > 1 else feed(r))) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            expected = len(faults)
            polls = calendar.run(service, 6 * DAY)
            assert service.store.count_articles() == 5
            state = service.store.state("nahr/f0")
    failed = [poll for poll in polls if poll.outcome is Outcome.FAILED]
    assert [poll.reason for poll in failed] == ["truncated", "http", "http", "http", "not_a_feed", "not_a_feed"]
    assert [poll.status for poll in failed] == [None, 500, 204, 206, 200, 200]
    assert len(failed) == expected
    assert (state.validators.etag, state.failures) == ('"v1"', 0)
    assert {request.headers.get("if-none-match") for _, request in calendar.asked[1:]} == {'"v1"'}


def test_a_delta_is_merged(home: Path, sqlite: str) -> None:
    """A18: 226 brings only what is new, with its own validators; nothing that it leaves out is lost (RFC 3229)."""
    calendar, feed = Calendar(), Feed()

    def answer(request: Request) -> Reply:
        if len(calendar.asked) == 2:
            assert "feed" in request.headers["a-im"]
            return Reply(226, [RSS_TYPE, ("IM", "feed"), ("ETag", '"v2"')], rss([6, 7]))
        return Reply(304, [], b"a body that a 304 must not have") if len(calendar.asked) == 3 else feed(request)

    with serve(calendar.noting(answer)) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            learned = []
            while len(calendar.asked) < 3:
                calendar.run(service, HOUR / 3)
                learned.append(service.store.state("nahr/f0").interval)
            assert service.store.count_articles() == 7
            assert service.store.state("nahr/f0").validators == Validators(etag='"v2"')
    assert calendar.asked[2][1].headers["if-none-match"] == '"v2"'
    assert set(learned) == {HOUR / 2}


# ---------------------------------------------------------------- pace


def test_a_server_that_ignores_conditions_is_asked_once_a_day(home: Path, sqlite: str) -> None:
    """A12: after three rounds of the same whole body the interval is a day; with something new the pace is back."""
    calendar, body = Calendar(), [rss(range(1, 6))]
    with serve(calendar.noting(lambda _: Reply(200, [RSS_TYPE, ("ETag", '"x"')], body[0]))) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            calendar.run(service, 6 * DAY)
            assert [gap >= DAY for gap in calendar.gaps()] == [False] * 3 + [True] * (len(calendar.gaps()) - 3)
            assert "'not modified' would do" in service.store.state("nahr/f0").why
            body[0], slow = rss(range(1, 7), calendar.now), len(calendar.gaps())
            calendar.run(service, DAY * 1.5)
            assert service.store.count_articles() == 6
    assert [gap < DAY for gap in calendar.gaps()[slow + 1 : slow + 3]] == [True, True]


def test_ten_restarts_cause_no_request(home: Path, database_url: str) -> None:
    """A17: the next poll times, validators and holds outlive the process, so a restart asks nobody."""
    calendar = Calendar()
    with serve(calendar.noting(Feed(headers=[("Cache-Control", "max-age=3600")]))) as server:
        configure(home, f"{server.url}rss")
        for _ in range(10):
            with house(home, database_url) as service:
                calendar.run(service, HOUR / 10)
    assert len(calendar.asked) == 1


def test_an_edited_definition_is_read_anew(home: Path, sqlite: str) -> None:
    """What was learned with another definition is void: no validators of another address, and 410 is forgiven."""
    calendar = Calendar()

    def answer(request: Request) -> Reply:
        return Reply(410) if request.path == "/gone" else Feed()(request)

    with serve(calendar.noting(answer)) as server:
        configure(home, f"{server.url}rss", f"{server.url}gone")
        with house(home, sqlite) as service:
            calendar.run(service, HOUR)
            asked = len(calendar.asked)
        configure(home, f"{server.url}new", f"{server.url}found")
        with house(home, sqlite) as service:
            calendar.run(service, SECOND)
            assert [glance.health for glance in service.sources_at_a_glance()] == ["well", "well"]
    later = calendar.asked[asked:]
    assert sorted(request.path for _, request in later) == ["/found", "/new"]
    assert not any("if-none-match" in request.headers for _, request in later)


# ---------------------------------------------------------------- asked for patience


PATIENCE = {
    "86400": DAY,
    format_datetime(START + 2 * DAY, usegmt=True): 2 * DAY - SECOND,
    "315360000": 7 * DAY,
    "-1": HOUR,
    "abc": HOUR,
    format_datetime(START - DAY, usegmt=True): HOUR,
}


@pytest.mark.parametrize("status", [429, 503, 403])
def test_retry_after_is_kept_over_a_restart(home: Path, sqlite: str, status: int) -> None:
    """A13: never earlier than asked, seven days at the most, nonsense means the usual wait; a new process keeps it."""
    calendar, asked = Calendar(), dict.fromkeys(PATIENCE, 0)

    def asking(written: str) -> Callable[[Request], Reply]:
        def answer(request: Request) -> Reply:
            asked[written] += 1
            return Reply(status, [("Retry-After", written)]) if asked[written] == 1 else Feed()(request)

        return calendar.noting(answer)

    with ExitStack() as stack:
        servers = {written: stack.enter_context(serve(asking(written))) for written in PATIENCE}
        configure(home, *(f"{server.url}{n}" for n, server in enumerate(servers.values())), every=60)
        with house(home, sqlite) as service:
            calendar.run(service, SECOND)
        with house(home, sqlite) as service:
            calendar.run(service, 8 * DAY)
    for n, wait in enumerate(PATIENCE.values()):
        first, second, *_ = [at for at, request in calendar.asked if request.path == f"/{n}"]
        assert wait <= second - first <= wait * 1.1 + SECOND


@pytest.mark.parametrize("status", [302, 304])
def test_patience_asked_beside_an_answer_is_kept(home: Path, sqlite: str, status: int) -> None:
    """A13: a redirect or a 304 with Retry-After is followed or taken, and the next request is not before it."""
    calendar, feed = Calendar(), Feed()

    def answer(request: Request) -> Reply:
        if request.path == "/rss" and status == 302:
            return Reply(302, [("Location", "/there"), ("Retry-After", "172800")])
        if "if-none-match" in request.headers and status == 304:
            return Reply(304, [("Retry-After", "172800")])
        return feed(request)

    with serve(calendar.noting(answer)) as server:
        configure(home, f"{server.url}rss")
        with house(home, sqlite) as service:
            calendar.run(service, 5 * DAY)
            assert service.store.state("nahr/f0").why == "its server's Retry-After"
    paths = [at for at, request in calendar.asked if request.path == "/rss"]
    assert all(later - earlier >= 2 * DAY for earlier, later in zip(paths[-2:], paths[-1:], strict=False))
    assert len(paths) == (3 if status == 302 else 4)


@pytest.mark.parametrize(("status", "held"), [(429, True), (503, False)])
def test_429_holds_the_host_and_503_the_address(home: Path, database_url: str, status: int, held: bool) -> None:
    """A13: after a 429 on one of 20 feeds the whole host rests; after a 503 that feed alone; other hosts never."""
    calendar, feed = Calendar(), Feed()

    def answer(request: Request) -> Reply:
        return Reply(status, [("Retry-After", "86400")]) if request.path == "/0" else feed(request)

    with serve(calendar.noting(answer)) as server, serve(Feed(), host="127.0.0.2") as other:
        configure(home, *(f"{server.url}{n}" for n in range(20)), f"{other.url}rss", every=120)
        with house(home, database_url) as service:
            calendar.run(service, SECOND)
            assert len(other.requests) == 1
        with house(home, database_url) as service:
            calendar.run(service, DAY - HOUR)
            assert bool(service.store.held_hosts(calendar.now)) is held
            assert len(other.requests) > 5
            after = [request.path for _, request in calendar.asked]
            assert after.count("/0") == 1
            assert (len(after) > 60) is not held
            calendar.run(service, 2 * HOUR)
    assert len({request.path for _, request in calendar.asked}) == 20


# ---------------------------------------------------------------- gone, broken, moved


def test_410_stops(home: Path, database_url: str) -> None:
    """A14: nobody asks again for what is gone, not even after a restart, until an operator does."""
    calendar = Calendar()
    with serve(calendar.noting(lambda r: Reply(410) if len(calendar.asked) == 1 else Feed()(r))) as server:
        configure(home, f"{server.url}rss")
        for _ in range(2):
            with house(home, database_url) as service:
                calendar.run(service, 20 * DAY)
                [glance] = service.sources_at_a_glance()
                assert glance.health == "stopped"
                assert (
                    glance.state.error == "127.0.0.1 says that this is gone for good, so it is not asked again (410)."
                )
        assert len(calendar.asked) == 1
        with house(home, database_url) as service:
            assert service.poll(service.claim_now("nahr/f0")).outcome is Outcome.CHANGED
            assert service.sources_at_a_glance()[0].health == "well"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("404", "127.0.0.1 has nothing at this address (404)."),
        ("500", "127.0.0.1 has a fault of its own (500)."),
        ("403", "127.0.0.1 does not let us in (403)."),
        ("418", "127.0.0.1 refuses the request (418)."),
        (None, "no-such-host.invalid has no address"),
    ],
)
def test_what_fails_is_slowed_down_and_told(home: Path, sqlite: str, path: str | None, said: str) -> None:
    """A14: after two days of failures one request a day, for ever; the operator reads a plain reason."""
    calendar = Calendar()
    with serve(lambda request: Reply(int(request.path.strip("/")))) as server:
        configure(home, f"{server.url}{path}" if path else "http://no-such-host.invalid/rss")
        with house(home, sqlite) as service:
            polls = calendar.run(service, 14 * DAY)
            [glance] = service.sources_at_a_glance()
    moments = [poll.at for poll in polls]
    late = [(a, b) for a, b in pairwise(moments) if a >= START + 2 * DAY]
    assert len(late) >= 10
    assert all(b - a >= DAY for a, b in late)
    assert len([at for at in moments if at < START + 2 * DAY]) >= 4
    assert glance.health == "failing"
    assert glance.state.error.startswith(said)
    assert glance.state.failing_since == START
    assert glance.state.why == f"failed {len(polls)} times in a row"


class Mover:
    """A feed at /new and a server that sends /old there, or elsewhere, as long as a test wants."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.target: str | None = "/new"
        self.feed = Feed()

    def __call__(self, request: Request) -> Reply:
        if request.path == "/old" and self.target:
            return Reply(301, [("Location", self.target)])
        if "login" in request.path:
            return Reply(200, [("Content-Type", "text/html")], b"<html><body><form>password</form></body></html>")
        return self.feed(request)


def test_a_redirect_that_holds_is_adopted_and_told(home: Path, database_url: str) -> None:
    """A15: after days at the same place it is polled there, with the validators of that place; the operator is told."""
    calendar = Calendar()
    mover = Mover(calendar)
    with serve(calendar.noting(mover), host="127.0.0.2") as there, serve(calendar.noting(mover)) as server:
        mover.target = f"{there.url}new"
        configure(home, f"{server.url}old", homepage=there.url)
        with house(home, database_url) as service:
            calendar.run(service, 3 * DAY - HOUR)
            assert service.store.state("nahr/f0").adopted is None
            calendar.run(service, DAY)
            [glance] = service.sources_at_a_glance()
            assert (glance.state.adopted, glance.health) == (mover.target, "well")
            assert glance.state.why.endswith(
                f'; it has moved for good, and its definition should say so: url = "{mover.target}"'
            )
        calendar.asked.clear()
        with house(home, database_url) as service:
            assert service.catalogue.sources["nahr/f0"].url == f"{server.url}old"
            calendar.run(service, 2 * DAY)
            assert {request.path for _, request in calendar.asked} == {"/new"}
            assert calendar.unconditional() == []

            mover.feed = lambda _: Reply(404)
            calendar.run(service, DAY)
            assert service.store.state("nahr/f0").adopted is None
            mover.target, mover.feed = None, Feed(etag='"back"', body=rss(range(1, 9)))
            calendar.run(service, DAY)
            assert service.store.state("nahr/f0").failures == 0
            assert service.store.count_articles() == 8


def test_an_adopted_address_counts_for_its_own_host(home: Path, sqlite: str) -> None:
    """After a move the host that is polled is the new one: its patience counts, also after a restart."""
    calendar = Calendar()
    mover = Mover(calendar)
    with serve(calendar.noting(mover), host="127.0.0.2") as there, serve(calendar.noting(mover)) as server:
        mover.target = f"{there.url}new"
        configure(home, f"{server.url}old", f"{there.url}other", homepage=there.url)
        with house(home, sqlite) as service:
            calendar.run(service, 4 * DAY)
            mover.feed = lambda _: Reply(429, [("Retry-After", "172800")])
            calendar.run(service, 2 * HOUR)
            calendar.asked.clear()
        with house(home, sqlite) as service:
            calendar.run(service, DAY)
    assert calendar.asked == []


@pytest.mark.parametrize("second", [None, "/elsewhere", "/old"])
def test_a_redirect_that_does_not_hold_is_never_adopted(home: Path, sqlite: str, second: str | None) -> None:
    """A15: a captive portal's hour, A to B and back, A to B to C by turns, a circle: the address stays."""
    calendar = Calendar()
    mover = Mover(calendar)
    with serve(calendar.noting(mover)) as server:
        configure(home, f"{server.url}old")
        with house(home, sqlite) as service:
            for _ in range(3):
                mover.target = "/new"
                calendar.run(service, 2 * DAY)
                mover.target = second
                calendar.run(service, 2 * DAY)
                assert service.store.state("nahr/f0").adopted is None


def test_a_login_page_is_never_a_new_home(home: Path, sqlite: str) -> None:
    """A15: a redirect counts only when a feed was read behind it, and not when it leads to another host's login."""
    calendar = Calendar()
    mover = Mover(calendar)
    with serve(calendar.noting(mover)) as server, serve(Feed(), host="127.0.0.2") as other:
        configure(home, f"{server.url}old", f"{server.url}old?2", homepage=other.url)
        with house(home, sqlite) as service:
            mover.target = "/login"
            calendar.run(service, 5 * DAY)
            assert service.store.state("nahr/f0").reason == "not_a_feed"
            assert service.store.state("nahr/f0").moved_to is None
            mover.target = f"{other.url}sign-in"
            calendar.run(service, 5 * DAY)
            assert service.store.state("nahr/f0").failures == 0
            assert service.store.state("nahr/f0").adopted is None
