"""What a poll teaches: a source's state after an answer, a failure or a redirect. Pure; `cadence` plans on it.

**Validators** belong to the whole body that they came with. A 200 replaces both, so that one that is no longer sent
is forgotten; a 304 updates those that it names. Once a week they are left out of one request: a server that says
"not modified" for ever is found out, and one that is honest sends one body more.

**A server that refuses conditional requests** - an error, or an answer with nothing in it, where the same request
without validators is answered - is asked without them for a week; then they are tried again. It is found out by one
more request in the same poll: at the first such failure, and rarely while it goes on failing in the same way. A server
whose validators stay the same while its news change, and that said "not modified" meanwhile, is treated alike.

**A permanent redirect** is followed at every poll and adopted only after it led to the same place for days, each time
with a feed that could be read: a captive portal's lasts an hour. The definition stays as its operator wrote it. An
adopted address that fails three times in a row is dropped again for the one that is written.

**410** stops, until the operator polls the source by name or edits its definition. Every other failure leaves all that
was learned as it is.
"""

import hashlib
import json
import re
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator.errors import BadRedirect, HttpFault, SourceError
from syndicator.model import Response, Source, SourceState, Validators

WEEK = timedelta(days=7)
MOVED_FOR = timedelta(hours=72)
MOVED_TIMES = 3
"""A permanent redirect is adopted once it has led to the same place this long and this often."""
DROPPED_AFTER = 3
"""Failures in a row after which an adopted address is dropped."""

_REFUSALS = {204, 400, 403, 405, 406, 412, 417, 428}
_PATIENT = {429, 503, 504}
"""Statuses that are about load, not about the request."""
WHOLE = {200, 203}
"""Statuses with a whole body; 203 is a 200 that a proxy changed (RFC 9110, 15.3.4)."""

_LOGIN = re.compile(r"(?:^|[/._-])(?:log-?[io]n|sign-?in|sso|auth|captive|hotspot|portal|guest)(?:$|[/._-])", re.I)
_WORDS = {
    204: "answered without any content",
    304: "said 'not modified' to a request that named no earlier version",
    400: "does not understand the request",
    401: "wants a user name and a password",
    402: "wants to be paid",
    403: "does not let us in",
    404: "has nothing at this address",
    406: "has this in no format that we read",
    410: "says that this is gone for good, so it is not asked again",
    429: "wants fewer requests",
    451: "may not show this for legal reasons",
    502: "does not reach the server behind it",
    503: "is out of service for a while",
    504: "does not reach the server behind it",
}


def definition(source: Source) -> str:
    """A fingerprint of all in a definition that decides what is read; when it changes, what was learned is void."""
    told = asdict(source)
    for key in ("every", "topics"):
        del told[key]
    for key in ("title", "homepage"):
        del told["publisher"][key]
    return hashlib.sha256(json.dumps(_filled(told), sort_keys=True, default=str).encode()).hexdigest()


def _filled(value: object) -> object:
    """Without what is not set: a field that a later version adds changes no fingerprint."""
    return {k: _filled(v) for k, v in value.items() if v} if isinstance(value, dict) else value


def polled(source: Source, state: SourceState) -> str:
    """The address that is asked."""
    return state.adopted or source.url


def conditions(state: SourceState, moment: datetime) -> Validators:
    """What to ask "has it changed?" with: nothing, once a week, when no whole body came for as long.

    Nothing either, for a week, when its server refuses to be asked like that.
    """
    if state.refuses is not None and moment - state.refuses <= WEEK:
        return Validators()
    asked = max((at for at in (state.last_full, state.last_unconditional) if at is not None), default=moment)
    return Validators() if moment - asked > WEEK else state.validators


def refusal(state: SourceState, asked: Validators, response: Response) -> bool:
    """Whether an answer may be a refusal of the validators that were sent, so that it is worth asking without them."""
    if asked == Validators() or "retry-after" in response.headers or response.status in _PATIENT:
        return False
    nothing = response.status in WHOLE and not response.body.strip()
    if not nothing and response.status not in _REFUSALS and response.status < 500:
        return False
    return state.failures == 0 or (state.failures >= 3 and state.failures & (state.failures + 1) == 0)


def worthless(state: SourceState, response: Response) -> bool:
    """Whether the validators of a whole answer are those that "not modified" was said to before it.

    If its news are new, the validators do not change with them. `state` is the one before the answer.
    """
    told = state.last_full is not None and state.last_success is not None and state.last_success > state.last_full
    return told and state.validators == response.validators != Validators()


def asked_whole(state: SourceState) -> str | None:
    """What an operator is told of a server that refuses conditional requests."""
    return None if state.refuses is None else "it refuses conditional requests, so it is asked for all of it each time"


def answered(source: Source, state: SourceState, response: Response, moment: datetime) -> SourceState:
    """After 200, 226 or 304: all is well. Validators and what a body teaches follow (`whole`, `not_modified`)."""
    well = replace(
        state,
        last_poll=moment,
        last_success=moment,
        failures=0,
        failing_since=None,
        error=None,
        reason=None,
        stopped=False,
    )
    return _redirected(source, well, response, moment)


def not_modified(state: SourceState, response: Response) -> SourceState:
    """After 304: the validators that it names replace ours (RFC 9111, 4.3.4)."""
    new, old = response.validators, state.validators
    kept = Validators(etag=new.etag or old.etag, last_modified=new.last_modified or old.last_modified)
    return replace(state, validators=kept, repeats=0)


def whole(state: SourceState, response: Response, moment: datetime) -> SourceState:
    """After a body that could be read: its validators, both of them."""
    return replace(state, validators=response.validators, last_full=moment)


def repeats(state: SourceState, moment: datetime) -> int:
    """Whole answers in a row with nothing new, with this one; one that we asked to be whole does not count."""
    return state.repeats + (state.last_unconditional != moment or state.refuses is not None)


def failed(
    source: Source, state: SourceState, failure: SourceError, response: Response | None, moment: datetime
) -> SourceState:
    """After anything else: counted and told, and all that was learned stays as it is."""
    after = replace(
        state,
        last_poll=moment,
        failures=state.failures + 1,
        failing_since=state.failing_since or moment,
        error=str(failure),
        reason=failure.reason,
        stopped=isinstance(failure, HttpFault) and failure.status == 410,
    )
    if state.adopted and after.failures >= DROPPED_AFTER:
        return replace(_unmoved(after), adopted=None, validators=Validators(), body_hash=None)
    astray = isinstance(failure, BadRedirect) or (response is not None and response.permanent_url != state.moved_to)
    if astray:
        return _unmoved(after)
    return after


def _redirected(source: Source, state: SourceState, response: Response, moment: datetime) -> SourceState:
    """Follows how long a permanent redirect has led to the same place."""
    target = response.permanent_url
    if target is None or _login(polled(source, state), target):
        return _unmoved(state) if state.moved_to else state
    if target != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=target, moved_since=moment, moved_times=1)
    times = state.moved_times + 1
    if times >= MOVED_TIMES and moment - state.moved_since >= MOVED_FOR:
        return replace(_unmoved(state), adopted=None if target == source.url else target)
    return replace(state, moved_times=times)


def _unmoved(state: SourceState) -> SourceState:
    return replace(state, moved_to=None, moved_since=None, moved_times=0)


def _login(asked: str, target: str) -> bool:
    """Whether a redirect to another host looks like a login page."""
    here, there = urlsplit(asked), urlsplit(target)
    return here.hostname != there.hostname and bool(_LOGIN.search(f"{there.hostname or ''}/{there.path}"))


def moved(source: Source, state: SourceState) -> str | None:
    """The advice to an operator whose source has moved for good; None when it has not."""
    if state.adopted is None:
        return None
    return f"it has moved for good, and its definition should say so: url = {json.dumps(state.adopted)}"


def status_fault(response: Response) -> HttpFault:
    """What a status without content for us means, as a plain sentence."""
    status = response.status
    words = _WORDS.get(status)
    if words is None:
        kinds = {1: "did not finish its answer", 3: "redirects to nowhere", 4: "refuses the request"}
        words = kinds.get(status // 100, "has a fault of its own" if status >= 500 else "answered in an unknown way")
    return HttpFault(f"{urlsplit(response.url).hostname} {words} ({status}).", status=status)
