"""Tells subscribers that a feed changed: we are the WebSub hub of our own feeds, and of no others.

Source: WebSub, W3C Recommendation of 23 January 2018 (https://www.w3.org/TR/websub/).

**A request** comes to a web process, which only judges its shape (`Hub.request`) and puts it into the inbox. The worker
asks the callback whether it meant it: only the exact challenge in a 2xx answer counts, a redirect does not. Until then
nothing changes, so a forged request neither makes nor ends a subscription.

**A delivery** is the document as it stands, signed when there is a secret. 2xx is delivered, whatever the answer's body
is; 410 ends the subscription, as does an address that may not be asked any more; all else is tried again, after 5
seconds first and after an hour at last, for a day. Then this delivery is given up; the subscription stays until its
lease ends, and the next change of the feed is delivered like any other.

**Nobody waits for anybody.** One errand is one host's; its requests go out one after another, each with a short
deadline, for so many seconds; what is left then waits for the next errand. Verifications and subscribers that failed
lately are slow errands, of which the worker runs only a few at a time.

**Callbacks are strangers' addresses.** They go through a door of their own (`open_push_door`): no redirects, no private
networks but those that the operator opened for subscribers, and nothing of an answer is kept.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from urllib.parse import quote, unquote, urlencode, urlsplit

from syndicator.errors import (
    BadEncoding,
    BadRedirect,
    ConnectFault,
    FetchError,
    Refused,
    SubscriptionRefused,
    TooLarge,
    Truncated,
)
from syndicator.http import Door, host_key
from syndicator.http.address import Guard, check_url, literal
from syndicator.logs import logger
from syndicator.model import Document
from syndicator.publish.render import FORMATS
from syndicator.store import Inbox, Letter, Owed, Store, Subscriber, Subscribers

Errand = tuple[bool, Callable[[], None]]
"""Whether it may be slow, and what to do."""

Changes = list[tuple[bool, Subscriber]]
"""Subscriptions made (True) and ended (False)."""

SHORTEST_LEASE = timedelta(minutes=5)
LONGEST_LEASE = timedelta(days=10)
USUAL_LEASE = timedelta(days=5)
SECRET_BYTES = 200
"""A secret has fewer (WebSub, 5.1)."""
CALLBACK_BYTES = 2_000
ROOM = (2_000, 300)
"""Requests that wait to be verified: in all, and of one host."""
SUBSCRIBERS = (100_000, 5_000)
"""Subscriptions: in all, and of one host."""
AGAIN = (timedelta(seconds=10), timedelta(minutes=1))
"""When a callback that did not answer is asked again whether it meant it."""
RETRY = timedelta(seconds=5)
SLOWEST_RETRY = timedelta(hours=1)
GIVEN_UP = timedelta(days=1)
LEASE = timedelta(seconds=45)
"""How long an errand keeps its deliveries when its worker dies; longer than it can take (`BUDGET`, and one request)."""
BUDGET = 20.0
"""Seconds after which an errand begins nothing new."""
EACH = 50
"""Requests of one host in one errand."""

log = logger(__name__)


class Hub:
    """Subscriptions to our feeds, and what they are owed. Threads may share it."""

    def __init__(
        self,
        *,
        store: Store,
        inbox: Inbox,
        door: Door,
        feeds: Callable[[], Collection[str]],
        base_url: str,
        guard: Guard,
        room: tuple[int, int] = ROOM,
        most: tuple[int, int] = SUBSCRIBERS,
    ) -> None:
        """`feeds` are the paths that may be subscribed to.

        `room` is for requests that wait, `most` for subscriptions: in all and of one host.
        """
        self._documents = store
        self._subscribers = Subscribers(store.database)
        self._inbox = inbox
        self._door = door
        self._feeds = feeds
        self._base_url = base_url
        self._guard = guard
        self._room = room
        self._most = most

    @property
    def address(self) -> str:
        """Where to subscribe."""
        return address(self._base_url)

    @property
    def subscribers(self) -> Subscribers:
        return self._subscribers

    # ------------------------------------------------------------ a request comes in

    def request(self, form: Mapping[str, str], moment: datetime) -> None:
        """Takes a request to subscribe or unsubscribe, to be verified; raises `SubscriptionRefused` (WebSub, 5.1)."""
        mode = form.get("hub.mode", "")
        if mode not in {"subscribe", "unsubscribe"}:
            raise SubscriptionRefused(
                "hub.mode must be subscribe or unsubscribe; this hub publishes its own feeds only."
            )
        feed, extension = self._topic(form.get("hub.topic", ""))
        callback = self._callback(form.get("hub.callback", ""))
        secret = form.get("hub.secret") or None
        if secret is not None and "\0" in secret:
            raise SubscriptionRefused("hub.secret must be text.")
        if secret is not None and len(secret.encode()) >= SECRET_BYTES:
            raise SubscriptionRefused(f"hub.secret must have less than {SECRET_BYTES} bytes.")
        about = {
            "mode": mode,
            "feed": feed,
            "format": extension,
            "topic": form["hub.topic"],
            "callback": callback,
            "secret": secret,
            "lease": int(_lease(form.get("hub.lease_seconds", "")).total_seconds()),
        }
        if not self._inbox.put("request", host_key(callback), about, moment, room=self._room):
            raise SubscriptionRefused("Too many requests are waiting to be verified; try again later.", status=503)

    def _topic(self, topic: str) -> tuple[str, str]:
        """The feed and the format that an address of ours names."""
        prefix = f"{self._base_url}/feeds/"
        path, dot, extension = unquote(topic.removeprefix(prefix)).rpartition(".")
        if topic.startswith(prefix) and dot and extension in FORMATS and path in self._feeds():
            return path, extension
        formats = ", ".join(f".{name}" for name in FORMATS)
        raise SubscriptionRefused(f"hub.topic must be the address of a feed of ours: {prefix}... with {formats}.")

    def _callback(self, callback: str) -> str:
        """The callback, if it has the shape of an address that may be asked."""
        if len(callback.encode("utf-8", "replace")) > CALLBACK_BYTES:
            raise SubscriptionRefused(f"hub.callback must have at most {CALLBACK_BYTES} bytes.")
        try:
            parts = check_url(callback)
            host = parts.hostname or ""
            ip = literal(host)
            if ip is not None:
                self._guard.check(host, parts.port or (443 if parts.scheme == "https" else 80), [ip])
        except Refused as error:
            raise SubscriptionRefused(f"hub.callback: {error}") from error
        if parts.fragment:
            raise SubscriptionRefused("hub.callback must have no fragment.")
        return callback

    # ------------------------------------------------------------ the worker's errands

    def work(self, moment: datetime, room: int, slow: int) -> list[Errand]:
        """What is to be done now, for `room` threads of which `slow` may be kept waiting."""
        letters = self._inbox.take(("request", "denial"), moment, lease=LEASE, keys=min(room, slow), each=EACH)
        errands: list[Errand] = [(True, partial(self._answer, group, moment)) for group in letters]
        free, slow = room - len(errands), slow - len(errands)
        claimed = self._subscribers.claim(moment, lease=LEASE, hosts=free, slow=slow)
        return errands + [(_failing(group), partial(self._deliver, group, moment)) for group in claimed]

    def tidy(self, moment: datetime) -> None:
        """Ends leases that ran out, and subscriptions to feeds that are gone, whose subscribers are told."""
        expired = self._subscribers.expire(moment)
        strayed = self._subscribers.strayed(self._feeds())
        for one in strayed:
            topic = feed_address(self._base_url, one.feed, one.format)
            about = {"callback": one.callback, "topic": topic, "reason": "This feed is not published any more."}
            self._inbox.put("denial", one.host, about, moment, room=self._room)
        if strayed:
            self._subscribers.settle([(False, one) for one in strayed])
        if expired or strayed:
            log.info("subscribers gone", expired=expired, denied=len(strayed))

    def release_orphans(self) -> None:
        """Takes up what a worker that was killed had begun."""
        self._subscribers.release_orphans()

    # ------------------------------------------------------------ verification

    def _answer(self, letters: Sequence[Letter], moment: datetime) -> None:
        """One host's requests, one after another; whatever comes of them is saved together."""
        started = perf_counter()
        changes: Changes = []
        done: list[Letter] = []
        for position, letter in enumerate(letters):
            at = _later(moment, started)
            if perf_counter() - started > BUDGET:
                self._inbox.put_back(letters[position:], at, tried=False)
                break
            reason = letter.about["reason"] if letter.kind == "denial" else self._denied(letter)
            answer = self._deny(letter, reason) if reason else self._verify(letter, at)
            if answer is None and letter.tries < len(AGAIN):
                self._inbox.put_back([letter], at + AGAIN[letter.tries])
            else:
                changes += answer or []
                done.append(letter)
        if changes:
            self._subscribers.settle(changes)
        self._inbox.done(done)

    def _denied(self, letter: Letter) -> str | None:
        """Why a request that was accepted is denied after all."""
        about = letter.about
        if about["feed"] not in self._feeds():
            return "This feed is not published any more."
        known = self._subscribers.has(about["feed"], about["format"], about["callback"])
        if about["mode"] == "subscribe" and not known:
            counts = (self._subscribers.count(), self._subscribers.count(letter.key))
            if any(count >= most for count, most in zip(counts, self._most, strict=True)):
                return "There are too many subscriptions."
        return None

    def _deny(self, letter: Letter, reason: str) -> Changes | None:
        """Tells a subscriber that there is no subscription (WebSub, 5.2); None to tell it again."""
        about = letter.about
        answer = self._ask(about["callback"], {"hub.mode": "denied", "hub.topic": about["topic"], "hub.reason": reason})
        log.info("subscription denied", callback=letter.key, topic=about["topic"], reason=reason)
        return None if answer is None else []

    def _verify(self, letter: Letter, moment: datetime) -> Changes | None:
        """Asks whether the request was meant (WebSub, 5.3): what it changes if so; None to ask again."""
        about = letter.about
        made = about["mode"] == "subscribe"
        challenge = secrets.token_urlsafe(32)
        query = {"hub.mode": about["mode"], "hub.topic": about["topic"], "hub.challenge": challenge}
        if made:
            query["hub.lease_seconds"] = str(about["lease"])
        said = self._ask(about["callback"], query)
        if said is None:
            return None
        meant = said == challenge.encode()
        log.info("subscription", mode=about["mode"], callback=letter.key, topic=about["topic"], verified=meant)
        subscriber = Subscriber(
            feed=about["feed"],
            format=about["format"],
            callback=about["callback"],
            host=letter.key,
            secret=about["secret"],
            expires=moment + timedelta(seconds=about["lease"]),
        )
        return [(made, subscriber)] if meant else []

    def _ask(self, callback: str, query: Mapping[str, str]) -> bytes | None:
        """What the callback answers; empty when it says no, None when it does not answer for now."""
        joint = "&" if urlsplit(callback).query else "?"
        try:
            answer = self._door.get(f"{callback.rstrip('?')}{joint}{urlencode(query)}", accept="*/*")
        except (Refused, BadRedirect, BadEncoding, TooLarge) as fault:
            log.info("callback refused", callback=host_key(callback), why=type(fault).__name__)
            return b""
        except FetchError:
            return None
        if answer.status >= 500:
            return None
        return answer.body if 200 <= answer.status < 300 else b""

    # ------------------------------------------------------------ delivery

    def _deliver(self, group: Sequence[Owed], moment: datetime) -> None:
        """One host's deliveries, one after another; whatever comes of them is saved together."""
        started = perf_counter()
        documents: dict[tuple[str, str], Document | None] = {}
        delivered, gone = [], []
        failed: list[tuple[Owed, datetime | None]] = []
        for owed in group:
            if perf_counter() - started > BUDGET:
                break
            key = owed.subscriber.feed, owed.subscriber.format
            if key not in documents:
                documents[key] = self._documents.document(*key)
            document = documents[key]
            status = 200 if document is None else self._send(owed, document)
            if 200 <= status < 300:
                delivered.append(owed)
            elif status == 410:
                gone.append(owed)
            else:
                failed.append((owed, retry(owed, _later(moment, started))))
        over = len(delivered) + len(gone) + len(failed)
        self._subscribers.finish(delivered=delivered, failed=failed, gone=gone, unfinished=group[over:])
        log.info(
            "delivered",
            host=group[0].subscriber.host,
            delivered=len(delivered),
            failed=len(failed),
            gone=len(gone),
            seconds=round(perf_counter() - started, 3),
        )

    def _send(self, owed: Owed, document: Document) -> int:
        """One delivery (WebSub, 7): the subscriber's status, 410 when its address may not be asked, 0 for no answer."""
        to = owed.subscriber
        topic = feed_address(self._base_url, to.feed, to.format)
        headers = {
            "Content-Type": document.content_type,
            "Link": f'<{self.address}>; rel="hub", <{topic}>; rel="self"',
        }
        if to.secret is not None:
            headers["X-Hub-Signature"] = signature(to.secret, document.body)
        for last in (False, True):
            try:
                return self._door.post(to.callback, data=document.body, headers=headers).status
            except (BadEncoding, TooLarge, Truncated):
                return 200  # the answer's body is to be ignored, and only an answer of 2xx has one
            except Refused:
                return 410
            except ConnectFault:
                if last:  # the first may have been a connection that the subscriber had just closed
                    return 0
            except FetchError:
                return 0
        return 0


def address(base_url: str) -> str:
    """The hub's own address."""
    return f"{base_url}/hub"


def feed_address(base_url: str, path: str, extension: str) -> str:
    """The canonical address of a document: what subscribers call the topic."""
    return f"{base_url}/feeds/{quote(path)}.{extension}"


def signature(secret: str, body: bytes) -> str:
    """`X-Hub-Signature` (WebSub, 7.1): HMAC with SHA-256 over the exact body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def retry(owed: Owed, moment: datetime) -> datetime | None:
    """When to try again what failed now; None to give it up."""
    if moment - owed.since > GIVEN_UP:
        return None
    return moment + min(RETRY * 3.0 ** min(owed.tries, 10), SLOWEST_RETRY)


def _failing(group: Sequence[Owed]) -> bool:
    """Whether all of a host's subscribers failed lately: those that did stand last."""
    return group[0].subscriber.failures > 0


def _lease(asked: str) -> timedelta:
    """The lease for a wish in seconds: within bounds, five days without one."""
    if not asked:
        return USUAL_LEASE
    if not (asked.isascii() and asked.isdigit()):
        raise SubscriptionRefused("hub.lease_seconds must be a whole number of seconds.")
    seconds = min(int(asked[:12]), LONGEST_LEASE.total_seconds())
    return max(SHORTEST_LEASE, timedelta(seconds=seconds))


def _later(moment: datetime, started: float) -> datetime:
    """The moment, so much later as has passed since."""
    return moment + timedelta(seconds=perf_counter() - started)
