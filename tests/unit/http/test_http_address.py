"""A stranger's address never leads inside: not written, not redirected to, not looked up."""

import ipaddress
import socket
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.errors import ConnectFault, DnsFault, FetchError, Refused
from syndicator.http import HttpDoor
from syndicator.http.address import Guard, check_url, is_public
from tests.support.servers import Reply, serve

TABLE = tomllib.loads((Path(__file__).parents[2] / "data/http/addresses.toml").read_text("utf-8"))
REFUSED = TABLE["refused"]
DOOR_HOST = "127.0.0.2"


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that a socket was told to connect to; only the test's own server is really reached."""
    addresses: list[str] = []
    connect = socket.socket.connect

    def record(sock: socket.socket, sockaddr: tuple) -> None:
        if sockaddr[0] == DOOR_HOST:
            return connect(sock, sockaddr)
        addresses.append(sockaddr[0])
        raise ConnectionRefusedError(111, "recorded")

    monkeypatch.setattr(socket.socket, "connect", record)
    monkeypatch.setattr(socket.socket, "connect_ex", record)
    return addresses


def answers(*addresses: str) -> Callable[..., list[tuple]]:
    """A resolver that gives every name these addresses, and counts how often it was asked."""

    def resolve(host: str, port: int, family: int = 0, kind: int = 0) -> list[tuple]:
        resolve.asked += 1
        found = []
        for address in addresses:
            version = ipaddress.ip_address(address).version
            sockaddr = (address, port) if version == 4 else (address, port, 0, 0)
            found.append((socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_STREAM, 6, "", sockaddr))
        return found

    resolve.asked = 0
    return resolve


def unrefused(door: HttpDoor, form: str) -> list[str]:
    """The hosts of the table that fail for another reason than being refused, when put into an address.

    A final dot is for the system's resolver to understand, or not.
    """
    wrong = []
    for index, row in enumerate(REFUSED):
        with pytest.raises(FetchError) as caught:
            door.get(form.format(host=row["host"], index=index))
        if not isinstance(caught.value, (Refused, DnsFault) if row["host"].endswith(".") else Refused):
            wrong.append(row["host"])
    return wrong


def test_the_table_is_whole() -> None:
    """The table of spellings is never cut down to what happens to pass."""
    assert len(REFUSED) >= 80
    for row in REFUSED:
        assert not is_public(ipaddress.ip_address(row["address"])), row
    for address in TABLE["open"]:
        assert is_public(ipaddress.ip_address(address)), address


def test_no_spelling_is_connected(open_door: Callable[..., HttpDoor], tried: list[str]) -> None:
    """A04: However a closed address is written in a URL, it is refused and no connection is attempted."""
    door = open_door(allow_private=[])
    assert unrefused(door, "http://{host}/feed") == []
    assert tried == []


def test_no_redirect_leads_inside(open_door: Callable[..., HttpDoor], tried: list[str]) -> None:
    """A04: A redirect to a closed address is refused, although its first hop was open."""
    hosts = [row["host"] for row in REFUSED]

    def redirect(request: object) -> Reply:
        target = f"http://{hosts[int(request.path[1:])]}/feed".encode().decode("latin-1")
        return Reply(302, [("Location", target)])

    with serve(redirect, host=DOOR_HOST) as server:
        door = open_door(allow_private=[f"{DOOR_HOST}/32"])
        assert unrefused(door, server.url + "{index}") == []
        assert len(server.requests) == len(hosts)
    assert tried == []


@pytest.mark.parametrize("mix", ["alone", "after a public one", "before a public one"])
def test_no_name_leads_inside(open_door: Callable[..., HttpDoor], tried: list[str], mix: str) -> None:
    """A04: A name with a closed address among its addresses is refused whole, by GET and by POST."""
    answer: list[tuple] = []
    door = open_door(allow_private=[], resolve=lambda *asked: answer)
    for address in (row["address"] for row in REFUSED):
        public = "2606:4700::1111" if ":" in address else "93.184.215.14"
        given = {"alone": [address], "after a public one": [public, address], "before a public one": [address, public]}
        answer[:] = answers(*given[mix])("news.example", 80)
        with pytest.raises(Refused):
            door.get("http://news.example/feed")
        with pytest.raises(Refused):
            door.post("https://hub.example/", data=b"hub.mode=subscribe", headers={})
    assert tried == []


def test_public_addresses_are_tried(open_door: Callable[..., HttpDoor], tried: list[str]) -> None:
    """What is public is connected to, each address of a name in its order, up to the edge of every closed block."""
    answer: list[tuple] = []
    door = open_door(resolve=lambda *asked: answer)
    for address in TABLE["open"]:
        answer[:] = answers(address)("news.example", 443)
        with pytest.raises(ConnectFault):
            door.get("https://news.example/feed")
    assert tried == TABLE["open"]
    tried.clear()
    both = ["2606:4700::1111", "93.184.215.14"]
    with pytest.raises(ConnectFault, match=r"news\.example"):
        open_door(resolve=answers(*both, *both)).get("http://news.example/feed")
    assert tried == both


def test_rebinding_finds_no_second_lookup(open_door: Callable[..., HttpDoor], tried: list[str]) -> None:
    """A05: A name server that changes its mind is asked once a hop, so that its second answer reaches nobody."""
    asked: list[str] = []

    def rebinding(host: str, port: int, family: int = 0, kind: int = 0) -> list[tuple]:
        asked.append(host)
        address = "127.0.0.1" if asked.count(host) > 1 else DOOR_HOST
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def answer(request: object) -> Reply:
        host = request.headers["host"]
        if host.startswith("first"):
            return Reply(302, [("Location", f"http://{host.replace('first', 'second')}/there")])
        return Reply(body=b"<rss/>")

    with serve(answer, host=DOOR_HOST) as server:
        door = open_door(allow_private=[f"{DOOR_HOST}/32"], resolve=rebinding)
        assert door.get(server.at("first.example")).body == b"<rss/>"
        assert asked == ["first.example", "second.example"]
        assert door.get(server.at("second.example")).body == b"<rss/>", "a kept connection needs no lookup"
        assert asked == ["first.example", "second.example"]
        with pytest.raises(Refused):
            door.get(server.at("first.example"))
    assert tried == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://news.example/feed",
        "gopher://news.example/",
        "data:text/xml,<rss/>",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
        "javascript:alert(1)",
        "//news.example/feed",
        "news.example/feed",
        "",
        "http://",
        "http:///feed",
        "http://user@news.example/",
        "http://user:password@news.example/",
        "http://@news.example/",
        "http://news.example:80\\@127.0.0.1/",
        "http://news.example\\feed",
        "http://news.example/a\r\nHost: other.example",
        "http://news.example/a\tb",
        "http://new\ns.example/",
        "http://news.example/\x00",
        "http://news.example:99999/",
        "http://news.example:port/",
        "http://[::1/",
        "http://[not-an-address]/",
        "http://exa mple.test/",
        "http://*.example/",
        "http://" + "a" * 300 + ".example/",
        "http://a..example/",
        "http://.example/",
    ],
)
def test_odd_urls_are_refused_before_any_lookup(open_door: Callable[..., HttpDoor], tried: list[str], url: str) -> None:
    """A06: An address of another kind, with credentials or with characters that confuse parsers is never looked up."""
    resolve = answers("93.184.215.14")
    with pytest.raises(Refused):
        open_door(resolve=resolve).get(url)
    assert (resolve.asked, tried) == (0, [])


def test_ports_are_those_of_web_servers(open_door: Callable[..., HttpDoor], tried: list[str]) -> None:
    """On the public internet only web ports are asked; the setting replaces them."""
    door = open_door(resolve=answers("93.184.215.14"))
    for port in (22, 25, 6379, 7999, 9000):
        with pytest.raises(Refused, match=f"Port {port}"):
            door.get(f"http://news.example:{port}/")
    assert tried == []
    for port in (80, 443, 8000, 8999):
        with pytest.raises(ConnectFault):
            door.get(f"http://news.example:{port}/")
    with pytest.raises(ConnectFault):
        open_door(resolve=answers("93.184.215.14"), ports=range(9000, 9001)).get("http://news.example:9000/")
    assert len(tried) == 5


def test_allow_private_opens_its_networks_and_nothing_else() -> None:
    """An opened network is open on every port, and says nothing about its neighbours."""
    guard = Guard.of(["127.0.0.1/32", "fd00::/8"])
    guard.check("here", 12345, [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("fd12::1")])
    for closed in ("127.0.0.2", "fc00::1", "::ffff:127.0.0.1", "::1"):
        with pytest.raises(Refused, match="allow_private"):
            guard.check("there", 80, [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address(closed)])
    with pytest.raises(ValueError):
        Guard.of(["127.0.0.1/8"])


def test_a_url_of_shape_is_taken_as_it_is() -> None:
    """What is well-formed passes, Arabic host and path included."""
    assert check_url("https://مثال.إختبار/أخبار?q=1#x").hostname == "مثال.إختبار"
