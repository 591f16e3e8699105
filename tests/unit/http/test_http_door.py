"""What the door returns, what it sends, and where it lets itself be sent."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.errors import BadRedirect, ConnectFault, FetchError, HttpFault, Refused
from syndicator.http import FEED_ACCEPT, PAGE_ACCEPT, HttpDoor, Limits
from syndicator.http.headers import conditions
from syndicator.model import Response, Validators
from tests.support.servers import Reply, Request, Server, read_headers, serve, serve_raw


@pytest.mark.parametrize("status", [200, 203, 226, 300, 304, 305, 400, 401, 403, 404, 410, 429, 451, 500, 503, 599])
def test_every_status_is_an_answer(open_door: Callable[..., HttpDoor], status: int) -> None:
    """The door judges no status: each comes back with its headers, and with its body when it is a 2xx."""
    with serve(lambda _: Reply(status, [("Retry-After", "120"), ("X-Kept", "yes")], b"<rss/>")) as server:
        response = open_door().get(server.url)
    assert (response.status, response.url, response.permanent_url) == (status, server.url, None)
    assert (response.headers["retry-after"], response.headers["x-kept"]) == ("120", "yes")
    body = b"<rss/>" if status < 300 else b""
    assert (response.body, response.wire_bytes) == (body, len(body))


def test_answers_without_a_body(open_door: Callable[..., HttpDoor]) -> None:
    """A18: 204, an empty 200 and a 304 that illegally has a body are answers with nothing in them."""
    replies = {
        "/204": Reply(204),
        "/200": Reply(200),
        "/304": Reply(304, [("Content-Length", "6")], b"<rss/>"),
        "/html": Reply(200, [("Content-Type", 'Text/HTML; charset="utf-8"')], b"<html>"),
    }
    with serve(lambda request: replies[request.path]) as server:
        door = open_door()
        for path in ("304", "204", "200", "304", "200"):
            response = door.get(server.url + path)
            assert (response.status, response.body) == (int(path), b"")
        page = door.get(server.url + "html")
        assert (page.content_type, page.charset, page.body) == ("text/html", "utf-8", b"<html>")


@pytest.mark.parametrize("status", [206, 101, 103])
def test_an_answer_to_another_question_is_an_error(open_door: Callable[..., HttpDoor], status: int) -> None:
    """A18: A part that nobody asked for, or an interim answer as the last word, is no answer."""
    with serve(lambda _: Reply(status, body=b"<rs")) as server:
        with pytest.raises(HttpFault, match=str(status)) as caught:
            open_door().get(server.url)
        assert caught.value.status == status


def test_what_is_sent_is_what_a_good_reader_sends(open_door: Callable[..., HttpDoor]) -> None:
    """Only headers with a purpose: who asks, what is understood, and nothing that tells more."""
    with serve(lambda _: Reply()) as server:
        door = open_door()
        door.get(server.url + "?a=%D8%A3&b=1#part")
        door.get(server.url, accept=PAGE_ACCEPT, deltas=True)
    plain, deltas = server.requests
    fixed = {"host": f"127.0.0.1:{server.port}", "user-agent": "Tester/1.0", "accept-encoding": "gzip"}
    assert plain.headers == {**fixed, "accept": FEED_ACCEPT}
    assert deltas.headers == {**fixed, "accept": PAGE_ACCEPT, "a-im": "feed"}
    assert plain.path == "/?a=%D8%A3&b=1"


def test_the_environment_is_ignored(
    open_door: Callable[..., HttpDoor], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """A07: Neither a proxy nor a password is ever taken from the environment."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with serve(lambda _: Reply(418)) as proxy, serve(lambda _: Reply()) as server:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert open_door().get(server.url).status == 200
        assert proxy.requests == []
        assert "authorization" not in server.requests[0].headers


def test_cookies_are_never_kept(open_door: Callable[..., HttpDoor]) -> None:
    """A09: A cookie that is set never comes back in a later fetch, and nobody gets to see it."""

    def answer(request: Request) -> Reply:
        cookie = ("Set-Cookie", "id=1; Path=/")
        return Reply(302, [cookie, ("Location", "/feed")]) if request.path == "/" else Reply(200, [cookie])

    with serve(answer) as server:
        door = open_door()
        for _ in range(2):
            assert "set-cookie" not in door.get(server.url).headers
        assert [request.path for request in server.requests] == ["/", "/feed"] * 2
        assert [request.headers.get("cookie") for request in server.requests] == [None, "id=1"] * 2
        assert not any("referer" in request.headers for request in server.requests)


def hops(*steps: tuple[int, str]) -> Callable[[Request], Reply]:
    """`/0` redirects with the first step, `/1` with the second and so on; the rest is a feed."""

    def answer(request: Request) -> Reply:
        number = int(request.path[1:] or 0) if request.path[1:].isdigit() else len(steps)
        return (
            Reply(steps[number][0], [("Location", steps[number][1])]) if number < len(steps) else Reply(body=b"<rss/>")
        )

    return answer


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/there", "/there"),
        ("there", "/there"),
        ("?page=2", "/0?page=2"),
        ("//127.0.0.1:{port}/there", "/there"),
        ("http://127.0.0.1:{port}/there#part", "/there"),
        ("HTTP://127.0.0.1:{port}", "/"),
        ("/a b", "/a%20b"),
        ("/أخبار", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"),
        ("/%D8%A3", "/%D8%A3"),
        ("/caf\udce9", "/caf%C3%A9"),
    ],
)
def test_redirects_are_followed(open_door: Callable[..., HttpDoor], location: str, path: str) -> None:
    """A08: A target may be relative, without a scheme, with spaces, in UTF-8 or in Latin-1."""

    def answer(request: Request) -> Reply:
        target = location.format(port=server.port).encode("utf-8", "surrogateescape").decode("latin-1")
        return Reply(302, [("Location", target)]) if request.path == "/0" else Reply(body=b"<rss/>")

    with serve(answer) as server:
        response = open_door().get(server.url + "0")
        assert (response.body, response.permanent_url) == (b"<rss/>", None)
        assert server.requests[-1].path == path


@pytest.mark.parametrize(
    ("location", "error", "told"),
    [
        ("file:///etc/passwd", Refused, "neither http nor https"),
        ("ftp://127.0.0.1/", Refused, "neither http nor https"),
        ("data:text/xml,<rss/>", Refused, "neither http nor https"),
        ("http://user:password@127.0.0.1/", Refused, "user name"),
        ("/a\tb", Refused, "control character"),
        ("/a\\b", Refused, "backslash"),
        ("http://[::1/", BadRedirect, "cannot be read"),
        ("", BadRedirect, "named no target"),
        ("/0", BadRedirect, "circle"),
        ("/0#part", BadRedirect, "circle"),
    ],
)
def test_redirects_to_nowhere(
    open_door: Callable[..., HttpDoor], location: str, error: type[FetchError], told: str
) -> None:
    """A08: A target that may not or cannot be asked ends the fetch with a sentence that says why."""
    with serve(hops((301, location))) as server, pytest.raises(error, match=told):
        open_door().get(server.url + "0")


def test_redirects_end(open_door: Callable[..., HttpDoor]) -> None:
    """A08: As many hops as the limit says are followed, and not one more; a circle is named."""
    chain = [(302, f"/{number}") for number in range(1, 8)]
    with serve(hops(*chain[:5])) as server:
        assert open_door().get(server.url + "0").url == server.url + "5"
    with serve(hops(*chain)) as server:
        with pytest.raises(BadRedirect, match="more than 5 redirects"):
            open_door().get(server.url + "0")
        assert len(server.requests) == 6
        with pytest.raises(BadRedirect, match="more than 0"):
            open_door(Limits(hops=0)).get(server.url + "0")
    with serve(hops((302, "/1"), (302, "/2"), (302, "/1"))) as server:
        with pytest.raises(BadRedirect, match=r"/0 to .*/1 to .*/2 to .*/1"):
            open_door().get(server.url + "0")
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        ([301], "1"),
        ([308], "1"),
        ([301, 308, 301], "3"),
        ([301, 302], "1"),
        ([301, 307, 301], "1"),
        ([302, 301], None),
        ([303], None),
    ],
)
def test_only_an_unbroken_chain_is_permanent(
    open_door: Callable[..., HttpDoor], statuses: list[int], permanent: str | None
) -> None:
    """A new address is one that permanent redirects alone lead to, from the first hop on."""
    steps = [(status, f"/{number}") for number, status in enumerate(statuses, 1)]
    with serve(hops(*steps)) as server:
        response = open_door().get(server.url + "0")
    assert response.url == f"{server.url}{len(statuses)}"
    assert response.permanent_url == (permanent and server.url + permanent)


def test_a_new_address_is_spelled_as_it_was_asked(open_door: Callable[..., HttpDoor]) -> None:
    """What may be stored as the new address is absolute, escaped and without a fragment."""
    with serve(hops((301, "/أخبار#أعلى".encode().decode("latin-1")))) as server:
        response = open_door().get(server.url + "0")
    assert response.permanent_url == response.url == server.url + "%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"


ETAGS = [
    b'"a"',
    b'W/"a,b"',
    b'w/"lower"',
    b"unquoted",
    b'"unclosed',
    b'""',
    b'"in  side"',
    b'"\xff\xd8\xa3"',
    b'"' + b"x" * 4000 + b'"',
    b'"-gzip"',
]


@pytest.mark.parametrize("etag", ETAGS)
def test_an_etag_comes_back_byte_for_byte(open_door: Callable[..., HttpDoor], etag: bytes) -> None:
    """A11: An ETag is opaque: the server reads the very bytes that it wrote."""
    heard = []

    def talk(connection: socket.socket, server: Server) -> None:
        heard.append(read_headers(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nETag: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % etag)

    with serve_raw(talk, headers=False) as server:
        door = open_door()
        door.get(server.url, validators=door.get(server.url).validators)
    assert b"\r\nIf-None-Match: %s\r\n" % etag in heard[1]


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        ("Tue, 24 Nov 2026 15:00:00 GMT", True),
        ("2026-11-24T15:00:00+03:00", True),
        ("tuesday", True),
        ("0", False),
        ("Tue, 19 Jan 2038 03:14:07 GMT", False),
        ("الثلاثاء".encode().decode("latin-1"), False),
        ("", False),
    ],
)
def test_a_date_comes_back_as_it_came_or_not_at_all(open_door: Callable[..., HttpDoor], date: str, kept: bool) -> None:
    """A11: A Last-Modified is never reformatted; one that no living feed has is not kept."""
    with serve(lambda _: Reply(200, [("Last-Modified", date)])) as server:
        door = open_door()
        validators = door.get(server.url).validators
        assert validators.last_modified == (date if kept else None)
        door.get(server.url, validators=validators)
        door.get(server.url, validators=Validators(last_modified=date))
        assert [request.headers.get("if-modified-since") for request in server.requests[1:]] == [
            validators.last_modified
        ] * 2


@pytest.mark.parametrize(
    "etag", ["", " ", "x" * 5000, '"a\r\nHost: other"', '"a\nb"', '"\x00"', '"\x7f"', ' "a"', '"أ"', '"\ud800"']
)
def test_an_etag_that_would_do_harm_is_not_sent(etag: str) -> None:
    """What would break a request apart, or make servers refuse it for its length, is dropped."""
    assert conditions(Validators(etag=etag)) == {}


@given(st.text(max_size=20), st.text(max_size=20))
def test_conditions_never_break_a_request(etag: str, date: str) -> None:
    """Whatever is stored as validators, what is sent are one-line Latin-1 values, unchanged."""
    for value in conditions(Validators(etag=etag, last_modified=date)).values():
        assert value in (etag, date)
        assert not set("\r\n\0") & set(value.encode("latin-1").decode("latin-1"))


def test_two_etags_are_none(open_door: Callable[..., HttpDoor]) -> None:
    """Of two ETags nobody knows which is meant, and both together are a third that nobody gave."""
    with serve(lambda _: Reply(200, [("ETag", '"a"'), ("ETag", '"b"'), ("Link", "<x>"), ("Link", "<y>")])) as server:
        response = open_door().get(server.url)
    assert response.validators == Validators()
    assert response.headers["link"] == "<x>, <y>"


def test_validators_go_where_the_redirects_lead(open_door: Callable[..., HttpDoor]) -> None:
    """The resource that gave the validators is the last hop's, so that it can say 304."""

    def answer(request: Request) -> Reply:
        if request.path == "/0":
            return Reply(301, [("Location", "/feed")])
        return (
            Reply(304) if request.headers.get("if-none-match") == '"v1"' else Reply(200, [("ETag", '"v1"')], b"<rss/>")
        )

    with serve(answer) as server:
        door = open_door()
        first = door.get(server.url + "0")
        again = door.get(server.url + "0", validators=first.validators)
    assert (first.status, again.status, again.permanent_url) == (200, 304, server.url + "feed")


def test_post_sends_what_it_is_given_and_follows_nothing(open_door: Callable[..., HttpDoor]) -> None:
    """A POST goes to the address that it was meant for; a redirect is an answer like any other."""
    replies = {"/hub": Reply(202, body=b"ok"), "/moved": Reply(307, [("Location", "/hub")]), "/bad": Reply(400)}
    with serve(lambda request: replies[request.path]) as server:
        door = open_door()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "X-Hub-Signature": "sha256=0"}
        answers = [
            door.post(server.url + path, data=b"hub.mode=subscribe", headers=sent) for path in ("hub", "moved", "bad")
        ]
        with pytest.raises(Refused):
            door.post(server.url + "hub", data=b"", headers={"X-Split": "a\r\nHost: other"})
    assert [answer.status for answer in answers] == [202, 307, 400]
    assert answers[0].body == b"ok"
    assert answers[1].headers["location"] == "/hub"
    for request in server.requests:
        assert (request.method, request.body) == ("POST", b"hub.mode=subscribe")
        assert request.headers["x-hub-signature"] == "sha256=0"
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_connections_are_kept_and_shared(open_door: Callable[..., HttpDoor]) -> None:
    """A run of requests to one host needs one connection, from whatever thread each comes."""

    def answer(request: Request) -> Reply:
        return Reply(304) if "if-none-match" in request.headers else Reply(200, [("ETag", '"a"')], b"x" * 100_000)

    with serve(answer) as server:
        door = open_door()
        validators = door.get(server.url).validators
        threads = [
            threading.Thread(target=door.get, args=(server.url,), kwargs={"validators": validators}) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        door.get(server.url)
        assert (len(server.requests), server.connections) == (10, 1)


def test_a_kept_connection_that_was_closed_is_replaced(open_door: Callable[..., HttpDoor]) -> None:
    """A server may close an idle connection at any moment, even as the next request is on its way."""
    answered = []

    def talk(connection: socket.socket, server: Server) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        answered.append(server.connections)
        connection.recv(65_536)

    with serve_raw(talk) as server:
        door = open_door()
        for _ in range(4):
            assert door.get(server.url).body == b"ok"
        with pytest.raises(ConnectFault):
            door.post(server.url, data=b"once", headers={})
    assert answered == [1, 2, 3, 4]


def test_faults_name_the_host_and_the_cause(open_door: Callable[..., HttpDoor]) -> None:
    """A fault is one plain sentence that an operator can act upon."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    with pytest.raises(ConnectFault, match=rf"^No connection to 127\.0\.0\.1 on port {closed}: Connection refused\.$"):
        open_door().get(f"http://127.0.0.1:{closed}/")
    sentences = {
        b"": "closed the connection without an answer",
        b"SSH-2.0-OpenSSH_9.6\r\n": "not HTTP",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n": "not HTTP",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n": "not HTTP",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx": "not HTTP",
    }
    for answer, told in sentences.items():
        told = rf"^[^\n]*127\.0\.0\.1[^\n]*{told}[^\n]*\.$"
        with (
            serve_raw(lambda connection, _, answer=answer: connection.sendall(answer)) as server,
            pytest.raises(ConnectFault, match=told),
        ):
            open_door().get(server.url)


PIECES = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK", b"HTTP/1.0 304", b"HTTP/1.1 302 \xff", b"HTTP/9.9 99999 x", b"\r\n", b"\n", b"\r", b" "),
        *(b"Location: ", b"http://[", b"//\xd9\x80", b"/x", b"Content-Length: ", b"-1", b"5", b"9" * 20, b":", b"\0"),
        *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\n\r\n", b"ffffffffffffffffff\r\n"),
        *(b"Content-Encoding: gzip", b"\x1f\x8b\x08", b"ETag: ", b"Content-Type: ;;="),
        *(b"Set-Cookie: a=\xff; expires=x", b"=?utf-8?b?//8=?="),
    ]
)


@pytest.fixture(scope="module")
def garbage() -> Iterator[Callable[[bytes], Response]]:
    """Fetch from a server that answers with given bytes and hangs up."""
    answer: list[bytes] = []

    def fetch(data: bytes) -> Response:
        answer[:] = [data]
        return door.get(server.url)

    with (
        serve_raw(lambda connection, _: connection.sendall(answer[0])) as server,
        closing(HttpDoor(Limits(deadline=5), user_agent="Tester/1.0", allow_private=["127.0.0.1/32"], gap=0)) as door,
    ):
        yield fetch


@settings(max_examples=150, deadline=None)
@given(answer=st.lists(st.one_of(PIECES, PIECES, st.binary(max_size=12)), max_size=14).map(b"".join))
def test_no_answer_breaks_the_door(garbage: Callable[[bytes], Response], answer: bytes) -> None:
    """Whatever bytes a server sends, what comes of them is a response or one of our errors."""
    with suppress(FetchError):
        assert garbage(answer).status >= 200
