"""Subscribes to sources whose feeds name a WebSub hub, and takes what their hubs push.

Source: WebSub, W3C Recommendation of 23 January 2018 (https://www.w3.org/TR/websub/).

**What a poll learned** (`SourceState.hub` and `topic`) is what we subscribe to, at an address of ours that only this
hub learns: `/push/<token>`. Another hub or another topic gets another token and another secret, and the old ones are
worth nothing from then on. A lease is renewed when four fifths of it are over, at the same address; a hub that does
not answer, or says no, is asked again after minutes, hours and days.

**A web process** answers hubs: it echoes a challenge only for a topic that we asked for, and puts into the inbox a push
only if its signature is right. A push with a wrong one or none is told so (403) and goes no further.

**The worker** reads a push as if it had been polled, in the box, merged like a delta: nothing is withdrawn because it
is missing. A push that cannot be read costs nothing but a line of the log: polling goes on, only slower (`cadence`).
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from urllib.parse import urlencode, urljoin, urlsplit

from syndicator.errors import FetchError, SourceError, StoreError
from syndicator.http import Door
from syndicator.http.address import Guard, is_local, is_public, literal
from syndicator.ingest.further import opened
from syndicator.ingest.pipeline import Ingest
from syndicator.logs import logger
from syndicator.model import Poll, Response, Source
from syndicator.store import Inbox, Letter, Subscription, Subscriptions

Errand = tuple[bool, Callable[[], None]]
"""Whether it may be slow, and what to do."""

MOST_BYTES = 1 << 20
"""The longest push that is taken."""
LEASE_ASKED = timedelta(days=10)
SHORTEST_LEASE = timedelta(minutes=5)
USUAL_LEASE = timedelta(days=1)
RENEWED = 0.8
"""The part of a lease after which it is renewed."""
AGAIN = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""When a hub is asked again that did not answer or did not verify."""
REFUSED_FOR = timedelta(days=1)
"""When a hub is asked again that denied us."""
PENDING = timedelta(days=1)
"""How long a hub has to verify what we asked."""
AT_ONCE = 20
"""Hubs asked in one turn."""
ROOM = {"consent": (10_000, 5), "refusal": (10_000, 5), "push": (200, 20)}
"""Letters that wait: in all, and of one source."""
LEASE = timedelta(minutes=5)
"""How long a letter is out when its worker dies."""
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}

log = logger(__name__)


class Listener:
    """Our subscriptions at others' hubs. Threads may share it."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        inbox: Inbox,
        door: Door,
        ingest: Ingest,
        sources: Callable[[], Mapping[str, Source]],
        base_url: str,
        arrived: Callable[[Poll], object] = lambda _: None,
    ) -> None:
        """`arrived` is told of every push that was saved."""
        self._subscriptions = subscriptions
        self._inbox = inbox
        self._door = door
        self._ingest = ingest
        self._sources = sources
        self._base_url = base_url
        self._arrived = arrived

    # ------------------------------------------------------------ asking hubs

    def subscribe(self, moment: datetime) -> int:
        """Asks every hub that is due; returns how many were asked."""
        started = perf_counter()
        wanted = self._subscriptions.wanted(moment, AT_ONCE)
        for source, hub, topic, known in wanted:
            at = _later(moment, started)
            if known is None or (known.hub, known.topic) != (hub, topic):
                token, secret = secrets.token_urlsafe(32), secrets.token_hex(32)
                known = Subscription(source=source, hub=hub, topic=topic, token=token, secret=secret, due=at)
            wait = AGAIN[min(known.tries, len(AGAIN) - 1)]
            asked = replace(known, asked=at, due=at + wait, tries=known.tries + 1)
            self._subscriptions.keep(asked)  # first: a hub may verify before it answers
            error = self._ask(asked)
            log.info("subscribing", source=source, hub=hub, topic=topic, **({"error": error} if error else {}))
            if error:
                self._subscriptions.note_error(asked.token, error)
        return len(wanted)

    def _ask(self, wanted: Subscription) -> str | None:
        """One request to subscribe (WebSub, 5.1), which may be sent on to another hub once; what went wrong."""
        form = {
            "hub.callback": f"{self._base_url}/push/{wanted.token}",
            "hub.mode": "subscribe",
            "hub.topic": wanted.topic,
            "hub.lease_seconds": str(int(LEASE_ASKED.total_seconds())),
            "hub.secret": wanted.secret,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        hub = wanted.hub
        source = self._sources().get(wanted.source)
        door = self._door if source is None else opened(self._door, source)
        try:
            for _ in range(2):
                answer = door.post(hub, data=urlencode(form).encode(), headers=headers)
                if answer.status not in {307, 308} or not answer.headers.get("location"):
                    break
                hub = urljoin(hub, answer.headers["location"])
        except FetchError as fault:
            return str(fault)
        except ValueError as fault:
            return f"The hub redirects to an address that cannot be read: {fault}."
        return None if 200 <= answer.status < 300 else f"The hub answered with status {answer.status}."

    def tidy(self, moment: datetime) -> None:
        """Forgets the subscriptions of sources that are gone; their hubs hear 410 at the next push."""
        self._subscriptions.drop_strays(moment)

    # ------------------------------------------------------------ a hub speaks to a web process

    def challenged(self, token: str, query: Mapping[str, str], moment: datetime) -> str | None:
        """The answer to a hub that verifies (WebSub, 5.3) or denies (5.2); None when we know nothing of it."""
        known = self._subscriptions.by_token(token)
        if known is None or query.get("hub.topic") != known.topic:
            return None
        mode = query.get("hub.mode")
        if mode == "denied":
            reason = query.get("hub.reason", "")[:300].replace("\0", "")
            self._put("refusal", known, {"reason": reason}, moment)
            return ""
        challenge = query.get("hub.challenge", "")
        if mode != "subscribe" or not challenge or not _expected(known, moment):
            return None
        lease = query.get("hub.lease_seconds", "")
        lease = lease[:12] if lease.isascii() and lease.isdigit() else ""
        taken = self._put("consent", known, {"lease": lease}, moment)
        return challenge if taken else None

    def accept(self, token: str, headers: Mapping[str, str], body: bytes, moment: datetime) -> int:
        """The status for a push (WebSub, 7); `headers` by lower-case name."""
        known = self._subscriptions.by_token(token)
        if known is None or not _expected(known, moment):
            return 410
        if not signed(known.secret, headers.get("x-hub-signature", ""), body):
            log.warning("push refused", source=known.source, why="its signature is wrong or missing")
            return 403
        about = {"type": headers.get("content-type", "")[:200].replace("\0", "")}
        return 202 if self._put("push", known, about, moment, body) else 503

    def _put(
        self, kind: str, known: Subscription, about: Mapping[str, str], moment: datetime, body: bytes = b""
    ) -> bool:
        about = {"token": known.token, **about}
        return self._inbox.put(kind, known.source, about, moment, room=ROOM[kind], body=body)

    # ------------------------------------------------------------ the worker's errands

    def work(self, moment: datetime, room: int, _slow: int) -> list[Errand]:
        """What hubs sent us, for `room` threads; what one source's hub sent, in its order."""
        groups = self._inbox.take(tuple(ROOM), moment, lease=LEASE, keys=room)
        return [(False, partial(self._take, letter, moment)) for group in groups for letter in group]

    def _take(self, letter: Letter, moment: datetime) -> None:
        """One letter, dealt with once. While the database is away it stays; a bug of ours must not meet it again."""
        try:
            self._read(letter, moment)
        except StoreError:
            raise
        except Exception:
            self._inbox.done([letter])
            raise
        self._inbox.done([letter])

    def _read(self, letter: Letter, moment: datetime) -> None:
        known = self._subscriptions.by_token(letter.about["token"])
        if known is None:
            return
        if letter.kind == "consent":
            self._consented(known, letter.about["lease"], moment)
        elif letter.kind == "refusal":
            self._refused(known, letter.about["reason"], moment)
        else:
            self._pushed(known, letter, moment)

    def _consented(self, known: Subscription, lease: str, moment: datetime) -> None:
        seconds = min(int(lease), LEASE_ASKED.total_seconds()) if lease else USUAL_LEASE.total_seconds()
        span = max(timedelta(seconds=seconds), SHORTEST_LEASE)
        self._subscriptions.keep(
            replace(known, asked=None, expires=moment + span, due=moment + span * RENEWED, tries=0, error=None)
        )
        log.info("subscribed", source=known.source, hub=known.hub, seconds=int(span.total_seconds()))

    def _refused(self, known: Subscription, reason: str, moment: datetime) -> None:
        error = f"The hub denies it: {reason or 'it gives no reason'}."
        self._subscriptions.keep(replace(known, asked=None, expires=None, due=moment + REFUSED_FOR, error=error))
        log.warning("subscription denied", source=known.source, hub=known.hub, reason=reason)

    def _pushed(self, known: Subscription, letter: Letter, moment: datetime) -> None:
        source = self._sources().get(known.source)
        if source is None:
            return
        headers = {"content-type": letter.about["type"]} if letter.about["type"] else {}
        body = letter.body
        response = Response(url=known.topic, status=226, headers=headers, body=body, wire_bytes=len(body))
        try:
            poll = self._ingest.receive(source, response, moment)
        except SourceError as error:
            log.warning("push not read", source=source.id, why=str(error))
            return
        log.info("push", source=source.id, entries=poll.entries, new=poll.new, changed=poll.changed, bytes=len(body))
        self._arrived(poll)


def signed(secret: str, header: str, body: bytes) -> bool:
    """Whether `X-Hub-Signature` is that of the body: HMAC with any method that the specification lists (7.1)."""
    method, _, given = header.strip().partition("=")
    digest = _DIGESTS.get(method.strip().lower())
    if digest is None:
        return False
    ours = hmac.new(secret.encode(), body, digest).hexdigest()
    return hmac.compare_digest(ours.encode(), given.strip().lower().encode("utf-8", "replace"))


def reachable(base_url: str, guard: Guard) -> bool:
    """Whether a hub may find us there, as far as the address tells: no loopback, no private network, no bare name.

    A network that the guard opens counts: the hubs that are meant live there, too.
    """
    host = urlsplit(base_url).hostname or ""
    ip = literal(host)
    if ip is not None:
        return is_public(ip) or guard.opens(ip)
    return not is_local(host)


def _expected(known: Subscription, moment: datetime) -> bool:
    """Whether we want this subscription: asked for lately, or alive."""
    asked = known.asked is not None and moment - known.asked <= PENDING
    return asked or (known.expires is not None and known.expires > moment)


def _later(moment: datetime, started: float) -> datetime:
    return moment + timedelta(seconds=perf_counter() - started)
