"""Names to addresses, once and within a limit of time.

The system's resolver cannot be interrupted, so every lookup runs in a thread of its own that is left behind when
it hangs. How many may be left behind is bounded: beyond that, lookups fail at once until the resolver answers
again, instead of filling the process with threads. There is no cache: an answer is used for one connection and
then forgotten, and a connection that is kept alive needs no lookup.
"""

import queue
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from syndicator.errors import DnsFault
from syndicator.http.address import Address, literal

Lookup = Callable[..., Sequence[tuple[Any, ...]]]
"""As `socket.getaddrinfo`: called with host, port, family and type."""
Endpoint = tuple[int, tuple[Any, ...]]
"""An address family and a socket address, ready to be connected."""

_MOST_HANGING = 64


class Resolver:
    """Looks names up with a bound on time and on lookups that hang."""

    def __init__(self, lookup: Lookup = socket.getaddrinfo, limit: float = 5.0) -> None:
        self._lookup = lookup
        self._limit = limit
        self._slots = threading.BoundedSemaphore(_MOST_HANGING)

    def endpoints(self, host: str, port: int, remaining: float) -> list[Endpoint]:
        """Every address of a host, in the resolver's order, without repetition; never empty.

        `remaining` is the rest of the deadline in seconds. An address that is already written as one is not
        looked up. Raises DnsFault.
        """
        address = literal(host)
        if address is not None:
            return [_endpoint(address, port)]
        if not self._slots.acquire(blocking=False):
            raise DnsFault(f"{host} was not looked up: {_MOST_HANGING} lookups hang, the name server does not answer.")
        answer: queue.SimpleQueue[Sequence[tuple[Any, ...]] | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._ask, args=(host, port, answer), name="fetch-lookup", daemon=True).start()
        limit = min(self._limit, remaining)
        try:
            found = answer.get(timeout=limit)
        except queue.Empty:
            raise DnsFault(f"The name server did not answer for {host} within {limit:.3g} s.") from None
        if isinstance(found, Exception):
            raise DnsFault(f"{host} has no address: {getattr(found, 'strerror', None) or found}.") from found
        endpoints = list(dict.fromkeys((int(family), tuple(sockaddr)) for family, _, _, _, sockaddr in found))
        if not endpoints:
            raise DnsFault(f"{host} has no address.")
        return endpoints

    def _ask(self, host: str, port: int, answer: "queue.SimpleQueue[Sequence[tuple[Any, ...]] | Exception]") -> None:
        try:
            answer.put(self._lookup(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.put(error)
        finally:
            self._slots.release()


def _endpoint(address: Address, port: int) -> Endpoint:
    if address.version == 4:
        return socket.AF_INET, (str(address), port)
    return socket.AF_INET6, (str(address), port, 0, 0)
