"""robots.txt, for pages that are fetched because a feed links to them (RFC 9309).

An address that an operator configured is not asked about: a reader that a person points at a feed is no crawler.
Article pages are another matter; nobody pointed at them.

A file that is not there (4xx) allows everything. One that cannot be had (5xx, no connection, too slow) forbids
everything for now: the host is in trouble, or has something to say that we could not hear. 429 counts as the
latter, although it is a 4xx: "too many requests" is no permission to make more.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from protego import Protego

from syndicator.errors import FetchError, Refused, RobotsFault
from syndicator.http.address import Opening, check_url, origin
from syndicator.model import Response

SIZE_CAP = 512 * 1024
"""Bytes; the rest of a longer file is ignored (RFC 9309, 2.5 asks for 500 KiB at least)."""

_KEEP = 24 * 3600.0
_KEEP_FAULT = 600.0
_MOST_ORIGINS = 2_048


@dataclass(slots=True)
class _Origin:
    lock: threading.Lock = field(default_factory=threading.Lock)
    until: float = float("-inf")
    rules: Protego | None = None
    fault: str | None = None
    final: bool = False
    """The fault is that its robots.txt may not be asked for either."""


class Robots:
    """What hosts allow, asked once a day and origin; `fetch` gets a robots.txt, `clock` tells seconds."""

    def __init__(
        self,
        fetch: Callable[[str, Opening | None], Response],
        user_agent: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._name = user_agent.partition("/")[0].strip()
        self._clock = clock
        self._lock = threading.Lock()
        self._origins: dict[tuple[str, Opening | None], _Origin] = {}

    def check(self, url: str, opening: Opening | None = None) -> None:
        """Raise Refused when the robots.txt of the URL's origin forbids it, RobotsFault when it cannot be had.

        What a source with an `opening` heard of a private host is not told to others, nor what they did not hear.
        """
        parts = check_url(url)
        address = f"{parts.scheme}://{parts.netloc.lower()}/robots.txt"
        if opening is not None and origin(parts) not in opening.origins:
            opening = None
        key = address, opening
        with self._lock:
            if len(self._origins) >= _MOST_ORIGINS and key not in self._origins:
                del self._origins[next(iter(self._origins))]
            known = self._origins.setdefault(key, _Origin())
        with known.lock:
            if self._clock() >= known.until:
                self._refresh(known, address, opening)
            rules, fault, final = known.rules, known.fault, known.final
        if fault is not None:
            raise (Refused if final else RobotsFault)(f"{url} was not asked for: {fault}")
        if rules is not None and not rules.can_fetch(url, self._name):
            raise Refused(f"{url} was not asked for: {address} forbids it.")

    def _refresh(self, known: _Origin, address: str, opening: Opening | None) -> None:
        known.rules = known.fault = None
        known.final = False
        try:
            response = self._fetch(address, opening)
        except FetchError as error:
            known.fault = f"{address} could not be had: {error}"
            known.final = isinstance(error, Refused)
        else:
            if response.status >= 500 or response.status == 429:
                known.fault = f"{address} could not be had: it answered with status {response.status}."
            elif 200 <= response.status < 300:
                known.rules = Protego.parse(response.body[:SIZE_CAP].decode("utf-8-sig", "replace"))
        known.until = self._clock() + (_KEEP if known.fault is None else _KEEP_FAULT)
