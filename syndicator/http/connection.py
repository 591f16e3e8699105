"""Connections that only reach checked addresses, and an adapter of requests that uses no others.

A host is looked up exactly once for every connection; all its addresses are checked, and a checked address is
what gets connected. A second lookup by the HTTP library would be the gap through which a name server that changes
its mind (DNS rebinding) leads inside. TLS still sees the name: certificate and SNI are those of the host.

A connection that is kept alive stays where it was checked, so it may be used again without a lookup. What was open to
the request that opened it need not be open to the next one: the address that it leads to is checked again. Few are
kept: polls of one source are far apart, and only its neighbours and article pages follow closely.

What a connection needs to know of the fetch it serves (guard, resolver, deadline) is an `Attempt` in a context
variable, because the libraries in between pass nothing through. Without one a connection refuses to open.

Faults are raised as our own errors. They are no OSErrors, on purpose: those would be taken for a broken
connection by the libraries in between and wrapped or tried again.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager
from urllib3.util.ssl_ import create_urllib3_context

from syndicator.errors import ConnectFault, TlsFault
from syndicator.http.address import Guard
from syndicator.http.deadline import Deadline
from syndicator.http.dns import Endpoint, Resolver
from syndicator.http.lenient import LenientResponse

_UNKNOWN_ISSUER = (18, 19, 20, 21)
"""OpenSSL's codes for certificates whose issuer is not known, or themselves."""
_KEPT_HOSTS = 64
_KEPT_PER_HOST = 2
_MOST_ADDRESSES = 6


@dataclass(slots=True)
class Attempt:
    """One request on its way: what its connection must respect, and whether that was opened for it."""

    guard: Guard
    resolver: Resolver
    deadline: Deadline
    fresh: bool = False
    """False while the connection is one that was kept alive."""

    def open(self, host: str, port: int) -> socket.socket:
        """Look up, check, connect: one lookup, and no address that was not checked."""
        self.fresh = True
        endpoints = self.resolver.endpoints(host, port, self.deadline.remaining())
        self.guard.check(host, port, (ip_address(sockaddr[0]) for _, sockaddr in endpoints))
        return self._connect(host, port, endpoints[:_MOST_ADDRESSES])

    def _connect(self, host: str, port: int, endpoints: list[Endpoint]) -> socket.socket:
        """Try the addresses in order; each gets its share of the time that is left."""
        fault: OSError | None = None
        for tried, (family, sockaddr) in enumerate(endpoints):
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self.deadline.remaining() / (len(endpoints) - tried))
                self.deadline.watch(sock)
                sock.connect(sockaddr)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(self.deadline.remaining())
            except OSError as error:
                sock.close()
                fault = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        self.deadline.remaining()
        why = (fault.strerror or str(fault)) if fault else "it has no address"
        raise ConnectFault(f"No connection to {host} on port {port}: {why}.") from fault


_attempt: ContextVar[Attempt] = ContextVar("attempt")


@contextmanager
def attempting(attempt: Attempt) -> Iterator[None]:
    """Make an attempt the one that connections of this thread serve."""
    token = _attempt.set(attempt)
    try:
        yield
    finally:
        _attempt.reset(token)


class GuardedHTTPConnection(HTTPConnection):
    """A connection that opens through the attempt, and puts kept-alive sockets under its deadline."""

    response_class = LenientResponse

    def _new_conn(self) -> socket.socket:
        return _attempt.get().open(self._dns_host, self.port)

    def request(self, *args: Any, **kwargs: Any) -> None:
        attempt = _attempt.get()
        if self.sock is not None and not attempt.fresh:
            attempt.deadline.watch(self.sock)
            self._check_again(attempt)
        super().request(*args, **kwargs)

    def _check_again(self, attempt: Attempt) -> None:
        """Refuse a kept connection whose address is closed to this attempt; drop one that leads nowhere any more."""
        try:
            address = ip_address(self.sock.getpeername()[0])
        except OSError:
            self.close()
            return
        attempt.guard.check(self._dns_host, self.port, (address,))


class GuardedHTTPSConnection(GuardedHTTPConnection, HTTPSConnection):
    """The same with TLS, whose faults are told in the words of the certificate check."""

    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLCertVerificationError as error:
            hint = (
                "" if error.verify_code not in _UNKNOWN_ISSUER else " ([fetch] ca_file names an authority of your own)"
            )
            raise TlsFault(f"The certificate of {self.host} is not valid: {error.verify_message}{hint}.") from error
        except ssl.SSLError as error:
            raise TlsFault(f"The TLS handshake with {self.host} failed: {error.reason or error}.") from error


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = GuardedHTTPConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedHTTPSConnection


class GuardedAdapter(HTTPAdapter):
    """The adapter of requests over guarded connections: no proxies, no retries, one TLS context for all.

    One context, because loading the certificate authorities for each connection costs more than the handshake.
    """

    def __init__(self, ca_bundle: str | None = None, ca_file: str | None = None) -> None:
        """`ca_bundle` is trusted instead of the public authorities, `ca_file` beside them; both are PEM files."""
        self._trusted = [ca_bundle or DEFAULT_CA_BUNDLE_PATH, *([ca_file] if ca_file else [])]
        super().__init__(pool_connections=_KEPT_HOSTS, pool_maxsize=_KEPT_PER_HOST)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        context = create_urllib3_context()
        for path in self._trusted:
            context.load_verify_locations(path)
        return context

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Scheme, host and port; all about TLS is in the one context."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context} if host["scheme"] == "https" else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing to set: the context verifies certificate and host name, always."""
