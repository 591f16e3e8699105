"""The one door to the network: every request that this program makes goes through here.

**Safe.** Every hop is checked anew, address and all (see `address` and `connection`). No session of requests is
used: a session is what follows redirects, reads their bodies whole, keeps cookies and takes proxies and passwords
from the environment. The adapter below it sends one request and returns one answer, and that is all we want. So
there is never a proxy, a password or a Referer. A cookie that a redirect sets comes back within the same fetch, and is
forgotten with it (see `cookies`); an answer that is no redirect is the last word, whatever it sets.

**Never stuck.** One budget of time covers lookup, connection, handshake, headers, redirects and body (see
`deadline`). Waiting for one's turn at a host does not count, and has a bound of its own (see `gate`).

**Never flooded.** Bodies are read under caps (see `body`), and only those of 2xx answers; others are closed unread.

**Redirects** are followed by hand, for GET only: what a POST carries is meant for the address it was given to.
From https to http is allowed, since nothing secret is ever sent, but such a move is never called permanent, so
that it has to be seen anew each time.

A `Retry-After` on the way (RFC 9110, 10.2.3) is handed on with the answer: whoever plans the next request keeps it.

**Validators** go to every hop. They belong to the resource that gave them, which is the last of the chain; a
server that answers with a redirect must ignore them (RFC 9110, 13.2.1), and stripping them at a change of origin
would make every feed behind `http:` or `www.` unconditional forever.
"""

import contextlib
import socket
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from http.client import HTTPException
from typing import Protocol
from urllib.parse import urldefrag, urljoin

import requests
import urllib3.exceptions
from requests import PreparedRequest

from syndicator.errors import BadRedirect, FetchError, HttpFault, Refused
from syndicator.http.address import (
    DEFAULT_PORTS,
    Guard,
    Network,
    Opening,
    check_characters,
    check_url,
    is_local,
    networks,
    origin,
)
from syndicator.http.body import Caps, read_body
from syndicator.http.connection import Attempt, GuardedAdapter, attempting
from syndicator.http.cookies import Cookies
from syndicator.http.deadline import Deadline, Watchdog
from syndicator.http.dns import Lookup, Resolver
from syndicator.http.faults import explained
from syndicator.http.gate import Gate, gate_key
from syndicator.http.headers import FEED_ACCEPT, all_of_it, conditions, received
from syndicator.http.robots import SIZE_CAP, Robots
from syndicator.model import Response, Validators

_NO_VALIDATORS = Validators()
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_PATIENCE_AT_END = 2.0
"""Seconds in which the rest of a body comes whose document has ended, or is not waited for."""
_FAULTS = (FetchError, requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)
"""What strangers can make the libraries raise; http.client raises ValueError for some malformed answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one fetch may take."""

    deadline: float = 30.0
    """Seconds for the whole, redirects and all."""
    wire: int = 8 * 1024 * 1024
    """Bytes of a body as they cross the network."""
    decoded: int = 16 * 1024 * 1024
    """Bytes of a body once decoded."""
    hops: int = 5
    """Redirects."""
    dns: float = 5.0
    """Seconds for one lookup."""


_LIMITS = Limits()


class Door(Protocol):
    """What the rest of the house knows of the network."""

    def get(
        self,
        url: str,
        *,
        validators: Validators = _NO_VALIDATORS,
        accept: str = FEED_ACCEPT,
        robots: bool = False,
        deltas: bool = False,
    ) -> Response:
        """The server's answer, whatever its status; raises FetchError when there is none.

        `robots` asks robots.txt first; `deltas` says that 226 with only the new entries is welcome (RFC 3229).
        Only 2xx answers have a body.
        """
        ...

    def post(self, url: str, *, data: bytes, headers: Mapping[str, str]) -> Response:
        """The server's answer to a POST; redirects are answers, too."""
        ...

    def opened_for(self, addresses: Iterable[str], private: Iterable[str] = ()) -> "Door":
        """The same door for the requests of one source, which may be inside.

        `addresses` are those that its operator wrote, `private` the networks (CIDR blocks) that its definition opens.
        They are open at the hosts and ports of these addresses alone, whatever links, redirects and hubs say.
        """
        ...


class HttpDoor:
    """The door that leads to the real network. Safe to use from many threads."""

    def __init__(
        self,
        limits: Limits = _LIMITS,
        *,
        user_agent: str,
        allow_private: Iterable[str] = (),
        local: Iterable[str] = (),
        ports: Container[int] = DEFAULT_PORTS,
        ca_bundle: str | None = None,
        ca_file: str | None = None,
        resolve: Lookup = socket.getaddrinfo,
        gap: float = 1.0,
        patience: float = 60.0,
    ) -> None:
        """`allow_private` and `local` are CIDR blocks, `gap` and `patience` seconds.

        `allow_private` is open to every request. `local` is open to a source (`opened_for`) that names no network, if
        its operator wrote its host as an IP address or as a name that the public DNS does not have.
        `ca_bundle` is a PEM file that is trusted instead of the public authorities, `ca_file` one beside them.
        `resolve` is called as `socket.getaddrinfo` is.
        """
        self._limits = limits
        self._user_agent = user_agent
        self._guard = Guard.of(allow_private, ports)
        self._local: tuple[Network, ...] = networks(local)
        self._resolver = Resolver(resolve, limits.dns)
        self._adapter = GuardedAdapter(ca_bundle, ca_file)
        self._watchdog = Watchdog()
        self._gate = Gate(gap, patience)
        self._robots = Robots(self._get_robots, user_agent)

    def close(self) -> None:
        """Close the connections that were kept alive, and end the watchdog's thread."""
        self._adapter.close()
        self._watchdog.close()

    def get(
        self,
        url: str,
        *,
        validators: Validators = _NO_VALIDATORS,
        accept: str = FEED_ACCEPT,
        robots: bool = False,
        deltas: bool = False,
    ) -> Response:
        """As `Door.get` says."""
        return self._get(url, None, validators, accept, robots=robots, deltas=deltas)

    def post(self, url: str, *, data: bytes, headers: Mapping[str, str]) -> Response:
        """As `Door.post` says."""
        return self._post(url, None, data, headers)

    def opened_for(self, addresses: Iterable[str], private: Iterable[str] = ()) -> "Door":
        """As `Door.opened_for` says. An address that cannot be asked opens nothing: its request will say why."""
        origins = set()
        for address in addresses:
            with contextlib.suppress(Refused):
                origins.add(origin(check_url(self._prepare("GET", address, {}).url or "")))
        open_networks = networks(private)
        if not open_networks:
            open_networks = self._local
            origins = {(host, port) for host, port in origins if is_local(host)}
        opening = Opening(open_networks, frozenset(origins))
        return _OpenedDoor(self, opening) if open_networks and origins else self

    def _get(
        self, url: str, opening: Opening | None, validators: Validators, accept: str, *, robots: bool, deltas: bool
    ) -> Response:
        headers = {"Accept": accept, **conditions(validators)}
        if deltas:
            headers["A-IM"] = "feed"
        caps = Caps(self._limits.wire, self._limits.decoded)
        return self._follow(url, headers, _Fetch(caps, opening, self._limits.deadline), robots=robots)

    def _post(self, url: str, opening: Opening | None, data: bytes, headers: Mapping[str, str]) -> Response:
        request = self._prepare("POST", url, dict(headers), data)
        caps = Caps(self._limits.wire, self._limits.decoded)
        return self._visit(request, _Fetch(caps, opening, self._limits.deadline))

    def _get_robots(self, url: str, opening: Opening | None) -> Response:
        fetch = _Fetch(Caps(SIZE_CAP, SIZE_CAP, cut=True), opening, self._limits.deadline)
        return self._follow(url, {"Accept": "text/plain, */*;q=0.1"}, fetch)

    def _follow(self, url: str, headers: dict[str, str], fetch: "_Fetch", *, robots: bool = False) -> Response:
        """One GET with its redirects, under one budget of time.

        An address that was asked before is asked again only with other cookies.
        """
        seen: list[str] = []
        steps: set[tuple[str, str]] = set()
        moved = 0
        patience: dict[str, str] = {}
        while True:
            request = self._prepare("GET", url, headers)
            here = request.url or ""
            step = here, fetch.cookies.give(request)
            if step in steps:
                raise BadRedirect(f"The redirects lead in a circle: {' to '.join([*seen, here])}.")
            steps.add(step)
            seen.append(here)
            if robots:
                self._robots.check(here, fetch.opening)
            response = self._visit(request, fetch)
            if response.status not in _REDIRECTS:
                response = replace(response, headers={**patience, **response.headers})
                return _moved(response, seen[0], seen[moved])
            if len(seen) > self._limits.hops:
                if len(set(seen)) < len(seen):
                    raise BadRedirect(
                        f"The redirects lead in a circle, with other cookies each time: {' to '.join(seen)}."
                    )
                raise BadRedirect(f"{seen[0]} leads through more than {self._limits.hops} redirects.")
            patience |= {name: value for name, value in response.headers.items() if name == "retry-after"}
            url = _target(here, response)
            if response.status in _PERMANENT and moved == len(seen) - 1:
                moved = len(seen)

    def _prepare(self, method: str, url: str, headers: dict[str, str], data: bytes | None = None) -> PreparedRequest:
        """A request in the form that goes out: checked but for its IP address, escaped, without a fragment."""
        check_url(url)
        url = urldefrag(url).url
        fixed = {"User-Agent": self._user_agent, "Accept-Encoding": "gzip"}
        try:
            return requests.Request(method, url, headers={**headers, **fixed}, data=data).prepare()
        except (requests.RequestException, ValueError) as error:
            raise Refused(f"The address {url[:200]!r} cannot be requested: {error}.") from error

    def _visit(self, request: PreparedRequest, fetch: "_Fetch") -> Response:
        """One request to one host, in its turn and in what is left of the fetch's time."""
        parts = check_url(request.url or "")
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        guard = self._guard.at(origin(parts), fetch.opening)
        with self._gate.turn(gate_key(host, port)), self._watchdog.deadline(fetch.budget, host) as deadline:
            try:
                response = self._exchange(request, host, fetch, deadline, guard)
                fetch.budget = deadline.remaining()
                return response
            except _FAULTS as error:
                raise explained(error, host, deadline) from error

    def _exchange(
        self, request: PreparedRequest, host: str, fetch: "_Fetch", deadline: Deadline, guard: Guard
    ) -> Response:
        """Send, and read what is worth reading."""
        raw = self._send(request, deadline, guard)
        try:
            status, body, wire = raw.status, b"", 0
            if status < 200:
                raise HttpFault(f"{host} answered with status {status}, which was not asked for.", status=status)
            if status in (204, 304):
                raw.read1(1)
            elif status < 300:
                hurry = partial(self._watchdog.shorten, deadline, _PATIENCE_AT_END)
                body, wire = read_body(raw, host, fetch.caps, hurry)
            elif status in _REDIRECTS:
                fetch.cookies.keep(request, raw.headers)
            headers = received(raw.headers)
            if status == 206:
                if not all_of_it(headers.get("content-range", ""), body):
                    raise HttpFault(f"{host} answered with status 206, a part that was not asked for.", status=206)
                status = 200
            return Response(url=request.url or "", status=status, headers=headers, body=body, wire_bytes=wire)
        finally:
            raw.close()

    def _send(self, request: PreparedRequest, deadline: Deadline, guard: Guard) -> urllib3.BaseHTTPResponse:
        """One request, one answer with its body unread.

        A connection that was kept alive may have been closed by the server just now; then the request goes out
        once more on a new one, unless it is one that must not be sent twice.
        """
        while True:
            attempt = Attempt(guard, self._resolver, deadline)
            with attempting(attempt):
                try:
                    answer = self._adapter.send(request, stream=True, timeout=deadline.remaining())
                except requests.ConnectionError:
                    if attempt.fresh or request.method != "GET":
                        raise
                else:
                    return answer.raw


@dataclass(slots=True)
class _Fetch:
    """What one fetch takes along from hop to hop."""

    caps: Caps
    opening: Opening | None
    budget: float
    """Seconds that are left."""
    cookies: Cookies = field(default_factory=Cookies)


@dataclass(frozen=True, slots=True)
class _OpenedDoor:
    """A door that also leads inside, at the origins of one opening."""

    door: HttpDoor
    opening: Opening

    def get(
        self,
        url: str,
        *,
        validators: Validators = _NO_VALIDATORS,
        accept: str = FEED_ACCEPT,
        robots: bool = False,
        deltas: bool = False,
    ) -> Response:
        return self.door._get(url, self.opening, validators, accept, robots=robots, deltas=deltas)

    def post(self, url: str, *, data: bytes, headers: Mapping[str, str]) -> Response:
        return self.door._post(url, self.opening, data, headers)

    def opened_for(self, addresses: Iterable[str], private: Iterable[str] = ()) -> Door:
        return self.door.opened_for(addresses, private)


def _target(here: str, response: Response) -> str:
    """Where a redirect leads. Location bytes beyond ASCII are UTF-8 in practice (RFC 9110, 10.2.2 has none)."""
    location = response.headers.get("location", "").strip()
    if not location:
        raise BadRedirect(f"{here} answered with status {response.status} but named no target.")
    check_characters(location)
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(here, location)
    except ValueError as error:
        raise BadRedirect(f"{here} redirects to {location[:200]!r}, which cannot be read: {error}.") from error


def _moved(response: Response, configured: str, permanent: str) -> Response:
    """The response with the new address that permanent redirects led to, unless that is a less secure one."""
    if permanent == configured or (configured.startswith("https:") and not permanent.startswith("https:")):
        return response
    return replace(response, permanent_url=permanent)
