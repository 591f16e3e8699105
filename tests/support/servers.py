"""Real servers on the loopback interface, for tests of everything that talks HTTP.

`serve` answers requests with a function from `Request` to `Reply` and logs what it was asked. `serve_raw` hands the
naked connection to a function, for servers that misbehave below HTTP. Both end with their `with` block; whatever
waits inside a raw function waits with `Server.pause`, which returns False once the server is closing.
"""

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler


@dataclass(frozen=True)
class Request:
    """What a server was asked; `headers` by lower-case name, `connection` numbers the TCP connections."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    started: float


@dataclass(frozen=True)
class Reply:
    """What a server answers. Content-Length is added unless the headers hold one, or Transfer-Encoding."""

    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    delay: float = 0.0


@dataclass
class Server:
    """A running server: where it is, and what happened there."""

    scheme: str
    host: str
    port: int
    requests: list[Request] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)
    """When the answers to `requests` were sent, by time.monotonic()."""
    connections: int = 0
    _closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address of the server, with a slash at its end."""
        return self.at(self.host)

    def at(self, host: str, path: str = "") -> str:
        """The address of a path by a host name that leads here."""
        return f"{self.scheme}://{host}:{self.port}/{path}"

    def pause(self, seconds: float) -> bool:
        """Wait; False when the server is closing."""
        return not self._closing.wait(seconds)


@contextmanager
def serve(
    answer: Callable[[Request], Reply], tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Server]:
    """A well-behaved HTTP/1.1 server with keep-alive, on any address of 127.0.0.0/8."""
    with _listening(lambda server: _http_handler(answer, server), tls, host) as server:
        yield server


@contextmanager
def serve_raw(
    talk: Callable[[socket.socket, Server], None], tls: ssl.SSLContext | None = None, *, headers: bool = True
) -> Iterator[Server]:
    """A server that reads one request's headers (if wanted), then does with the connection whatever `talk` does.

    The connection is closed when `talk` returns.
    """

    def make(server: Server) -> type[socketserver.BaseRequestHandler]:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                server.connections += 1
                with suppress(OSError):
                    if headers:
                        read_headers(self.request)
                    talk(self.request, server)

        return Handler

    with _listening(make, tls) as server:
        yield server


def read_headers(connection: socket.socket) -> bytes:
    """One request's bytes up to its empty line."""
    read = b""
    while b"\r\n\r\n" not in read:
        data = connection.recv(65_536)
        if not data:
            break
        read += data
    return read


def drip(connection: socket.socket, server: Server, data: bytes, every: float) -> None:
    """Send one byte at a time, `every` so many seconds, until the data, the client or the server ends."""
    for index in range(len(data)):
        connection.sendall(data[index : index + 1])
        if not server.pause(every):
            return


class _TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        connection.settimeout(60)
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is what many tests are about: no tracebacks."""


@contextmanager
def _listening(
    make: Callable[[Server], type[socketserver.BaseRequestHandler]], tls: ssl.SSLContext | None, host: str = "127.0.0.1"
) -> Iterator[Server]:
    server = Server("https" if tls else "http", host, 0)
    tcp = _TcpServer((host, 0), make(server))
    tcp.tls = tls
    server.port = tcp.server_address[1]
    thread = threading.Thread(target=tcp.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server._closing.set()
        tcp.shutdown()
        tcp.server_close()
        thread.join(5)


def _http_handler(answer: Callable[[Request], Reply], server: Server) -> type[BaseHTTPRequestHandler]:
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            with lock:
                server.connections += 1
                self.number = server.connections

        def respond(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            request = Request(
                method=self.command,
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
                connection=self.number,
                started=time.monotonic(),
            )
            server.requests.append(request)
            reply = answer(request)
            if reply.delay:
                server.pause(reply.delay)
            self.send_response_only(reply.status)
            names = {name.lower() for name, _ in reply.headers}
            for name, value in reply.headers:
                self.send_header(name, value)
            if not names & {"content-length", "transfer-encoding"} and reply.status not in (204, 304):
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
            server.finished.append(time.monotonic())

        do_GET = do_POST = do_HEAD = respond  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler
