"""A certificate that is not right ends the fetch before anything is asked, and the message says what is wrong."""

import datetime
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from syndicator.errors import ConfigurationError, TlsFault
from syndicator.http import HttpDoor, Limits
from syndicator.settings import load
from tests.support.houses import SETTINGS, furnish, house, publisher
from tests.support.servers import Reply, Request, Server, serve, serve_raw

AUTHORITY = trustme.CA()
STRANGER = trustme.CA()
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def bundle() -> Iterator[str]:
    """The path of a bundle with the one authority that the doors of these tests trust."""
    with AUTHORITY.cert_pem.tempfile() as path:
        yield path


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """What a server needs to show this certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


def to_loopback(host: str, port: int, *_: object) -> list[tuple]:
    """A resolver for which every name is this machine."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_a_right_certificate_is_right(open_door: Callable[..., HttpDoor], bundle: str) -> None:
    """TLS sees the host's name although the connection goes to a checked address: certificate and SNI fit."""
    names = []
    tls = context(AUTHORITY.issue_cert("news.example", "127.0.0.1"))
    tls.sni_callback = lambda _, name, __: names.append(name)
    with serve(lambda _: Reply(body=b"<rss/>"), tls) as server:
        door = open_door(ca_bundle=bundle, resolve=to_loopback)
        assert door.get(server.at("news.example")).body == b"<rss/>"
        assert door.get(server.at("news.example.")).body == b"<rss/>"
        assert door.get(server.url).body == b"<rss/>"
        assert server.requests[0].headers["host"] == f"news.example:{server.port}"
    assert names == ["news.example", "news.example", None]


@pytest.mark.parametrize(
    ("certificate", "told"),
    [
        (AUTHORITY.issue_cert("news.example", not_before=PAST, not_after=PAST.replace(year=2021)), "expired"),
        (AUTHORITY.issue_cert("other.example"), "Hostname mismatch"),
        (STRANGER.issue_cert("news.example"), "unable to get local issuer certificate"),
    ],
)
def test_a_wrong_certificate_is_told(
    open_door: Callable[..., HttpDoor], bundle: str, certificate: trustme.LeafCert, told: str
) -> None:
    """A19: Expired, for another host, or by nobody that we trust: nothing is sent, and the cause is named."""
    with serve(lambda _: Reply(body=b"<rss/>"), context(certificate)) as server:
        door = open_door(ca_bundle=bundle, resolve=to_loopback)
        with pytest.raises(TlsFault, match=rf"news\.example.*{told}"):
            door.get(server.at("news.example"))
        assert server.requests == []


def test_a_certificate_by_itself_is_told(open_door: Callable[..., HttpDoor], bundle: str, tmp_path: Path) -> None:
    """A19: A self-signed certificate is nobody's word for who a server is."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = (tmp_path / name for name in ("own.pem", "own.key"))
    certificate.write_bytes(STRANGER.cert_pem.bytes())
    key.write_bytes(STRANGER.private_key_pem.bytes())
    made.load_cert_chain(certificate, key)
    with serve(lambda _: Reply(), made) as server:
        with pytest.raises(TlsFault, match="self-signed certificate"):
            open_door(ca_bundle=bundle, resolve=to_loopback).get(server.at("news.example"))
        assert server.requests == []


def test_an_authority_of_ones_own_is_trusted_beside_the_public_ones(
    open_door: Callable[..., HttpDoor], bundle: str
) -> None:
    """`ca_file` adds an authority and takes none away; host names and dates are checked as ever."""
    good, wrong = (context(AUTHORITY.issue_cert(name)) for name in ("intern.example", "other.example"))
    stranger = context(STRANGER.issue_cert("intern.example"))
    door = open_door(ca_file=bundle, resolve=to_loopback)
    with serve(lambda _: Reply(body=b"<rss/>"), good) as server:
        assert door.get(server.at("intern.example")).body == b"<rss/>"
    for tls, told in ((wrong, "Hostname mismatch"), (stranger, r"issuer certificate \(\[fetch\] ca_file names")):
        with serve(lambda _: Reply(), tls) as server, pytest.raises(TlsFault, match=told):
            door.get(server.at("intern.example"))
    trusted = door._adapter._context.get_ca_certs()
    public = open_door()._adapter._context.get_ca_certs()
    assert len(trusted) == len(public) + 1 > 50


def test_the_setting_names_the_file(home: Path, tmp_path: Path) -> None:
    """`[fetch] ca_file` is found below the home, and a source behind a private authority is read."""
    feed = "<rss version='2.0'><channel><title>ص</title><item><title>خبر من حلب</title><guid>1</guid></item></channel></rss>"
    with serve(lambda _: Reply(body=feed.encode()), context(AUTHORITY.issue_cert("127.0.0.1"))) as server:
        source = publisher("داخل", main=f'url = "{server.url}feed"')
        for line, outcome in (("", "failed"), ('ca_file = "config/ca.pem"\n', "changed")):
            settings = SETTINGS.replace("[fetch]\n", f"[fetch]\n{line}")
            furnish(home, {"config/settings.toml": settings, "config/sources/in.toml": source})
            (home / "config/ca.pem").write_bytes(AUTHORITY.cert_pem.bytes())
            with house(home, f"sqlite:///{tmp_path / outcome}.db") as service:
                assert service.poll(service.claim_now("in/main")).outcome == outcome


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds no certificate in PEM form"),
        (b"not a certificate\n", "holds no certificate in PEM form"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificate in PEM form"),
        (STRANGER.private_key_pem.bytes(), "holds no certificate in PEM form"),
        ("directory", "cannot be read: Is a directory"),
    ],
)
def test_a_wrong_authority_file_is_told(home: Path, content: bytes | str | None, told: str) -> None:
    """A file that gives no authorities is a mistake, named by file, table and key before anything runs."""
    furnish(home, {"config/settings.toml": '[fetch]\nca_file = "config/ca.pem"\n'})
    if isinstance(content, bytes):
        (home / "config/ca.pem").write_bytes(content)
    elif content:
        (home / "config/ca.pem").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        load({"SYNDICATOR_HOME": str(home)})
    [line] = caught.value.mistakes
    assert line.startswith(f"config/settings.toml: [fetch] ca_file: {home.resolve()}/config/ca.pem {told}")
    assert line.endswith("(it is 'config/ca.pem')")


def test_without_a_bundle_the_public_authorities_are_trusted(open_door: Callable[..., HttpDoor]) -> None:
    """An authority that only a test knows is not trusted by default."""
    tls = context(AUTHORITY.issue_cert("127.0.0.1"))
    with serve(lambda _: Reply(), tls) as server, pytest.raises(TlsFault, match="issuer"):
        open_door().get(server.url)


def test_a_server_without_tls_is_told(open_door: Callable[..., HttpDoor]) -> None:
    """A plain server behind https is a TLS fault, and nothing is sent to it in the clear."""
    heard = []

    def talk(connection: socket.socket, _: Server) -> None:
        heard.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serve_raw(talk, headers=False) as server, pytest.raises(TlsFault, match="handshake"):
        open_door().get(server.url.replace("http:", "https:"))
    assert b"GET" not in heard[0]


def test_from_https_to_http_is_followed_but_never_permanent(open_door: Callable[..., HttpDoor], bundle: str) -> None:
    """There is nothing secret to lose, but an insecure address is not learned as the new one; the other way it is."""
    tls = context(AUTHORITY.issue_cert("127.0.0.1"))

    def away(request: Request) -> Reply:
        return Reply(301, [("Location", plain.url + "feed")]) if request.path == "/" else Reply(body=b"<rss/>")

    def back(request: Request) -> Reply:
        return Reply(301, [("Location", secure.url + "feed")]) if request.path == "/" else Reply(body=b"<rss/>")

    with serve(away, tls) as secure, serve(back) as plain:
        door = open_door(Limits(deadline=5), ca_bundle=bundle)
        down, up = door.get(secure.url), door.get(plain.url)
    assert (down.body, down.url, down.permanent_url) == (b"<rss/>", plain.url + "feed", None)
    assert (up.body, up.url, up.permanent_url) == (b"<rss/>", secure.url + "feed", secure.url + "feed")
