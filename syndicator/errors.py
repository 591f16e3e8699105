"""Everything that can go wrong on purpose, drawn as a tree.

    SyndicatorError
    +-- ConfigurationError        what people wrote: every mistake at once, each with file and key
    +-- StoreError
    |   +-- SchemaMismatch        the database is older or newer than the program
    |   +-- StoreBusy             another process holds the writer's place
    |   +-- LeaseLost             someone else took the source over; nothing was written
    +-- SubscriptionRefused       what a subscriber of our feeds asks for cannot be had, and why
    +-- SourceError               one source, one poll: becomes a `Poll`, never stops another source
        +-- FetchError
        |   +-- Refused           the address, port, scheme or robots.txt forbids the request
        |   |   +-- RobotsFault   robots.txt cannot be had, which forbids it for now
        |   +-- DnsFault          the host has no address
        |   +-- ConnectFault      nobody answers there, or the connection broke
        |   +-- TlsFault          the certificate or the handshake is wrong
        |   +-- DeadlineExceeded  the whole fetch took longer than it may
        |   +-- TooLarge          more bytes than the caps allow, on the wire or decoded
        |   +-- BadEncoding       a Content-Encoding that we did not ask for, or that is broken
        |   +-- Truncated         fewer bytes came than were announced
        |   +-- BadRedirect       too many hops, a loop, or a target that makes no sense
        |   +-- HttpFault         a status that is no answer (4xx, 5xx)
        +-- BoxFault              a bug of ours, met while reading this source; the log has the traceback
        +-- ParseError
            +-- NotAFeed          HTML, nothing, or something else where a feed was expected
            +-- Malformed         looked like the right kind, but could not be read
            +-- ParseLimit        too deep, too many or too slow: stopped at its limit

`reason` is one word for tables and logs; the message is a plain sentence for the operator.
"""

from collections.abc import Sequence
from typing import ClassVar


class SyndicatorError(Exception):
    """The root: anything that is expected to go wrong now and then."""


class ConfigurationError(SyndicatorError):
    """Mistakes in `config/`, `feeds/` or the environment; `mistakes` has one line for each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


class StoreError(SyndicatorError):
    """The database cannot be used as asked."""


class SchemaMismatch(StoreError):
    """The database's schema is not the one that this program was written for."""


class StoreBusy(StoreError):
    """Another process is the one writer of this SQLite database."""


class LeaseLost(StoreError):
    """The lease on a source ran out and another worker took it; the write was rolled back."""


class SubscriptionRefused(SyndicatorError):
    """A request to our hub that is not accepted; `status` is the HTTP answer's, the message its text."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class SourceError(SyndicatorError):
    """What went wrong with one source in one poll."""

    reason: ClassVar[str] = "error"


class FetchError(SourceError):
    """No usable answer came over the network."""

    reason = "fetch"


class Refused(FetchError):
    """The request was not made: address, port, scheme, credentials or robots.txt forbid it."""

    reason = "refused"


class RobotsFault(Refused):
    """The request was not made, because the host's robots.txt cannot be had at the moment."""


class DnsFault(FetchError):
    """The host name has no address."""

    reason = "dns"


class ConnectFault(FetchError):
    """The connection could not be made, or broke."""

    reason = "connect"


class TlsFault(FetchError):
    """The certificate or the TLS handshake is wrong."""

    reason = "tls"


class DeadlineExceeded(FetchError):
    """The fetch as a whole took longer than it may."""

    reason = "deadline"


class TooLarge(FetchError):
    """The answer is larger than the caps allow."""

    reason = "too_large"


class BadEncoding(FetchError):
    """The Content-Encoding is unknown, chained or broken."""

    reason = "bad_encoding"


class Truncated(FetchError):
    """The answer ended before it was whole."""

    reason = "truncated"


class BadRedirect(FetchError):
    """The redirects lead in a circle, too far, or nowhere."""

    reason = "redirect"


class HttpFault(FetchError):
    """The server answered with a status that carries no content for us."""

    reason = "http"

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class BoxFault(SourceError):
    """A bug of ours that this source's input brought to light; `traceback` is the child process's."""

    reason = "bug"

    def __init__(self, traceback: str) -> None:
        self.traceback = traceback
        last = traceback.strip().rpartition("\n")[2]
        super().__init__(f"A fault of this program, not of the source: {last}")

    def __reduce__(self) -> tuple[type["BoxFault"], tuple[str]]:
        return BoxFault, (self.traceback,)


class ParseError(SourceError):
    """Bytes came, but no entries could be read from them."""

    reason = "parse"


class NotAFeed(ParseError):
    """What came is not of the kind that was expected."""

    reason = "not_a_feed"


class Malformed(ParseError):
    """What came is of the right kind, but broken beyond reading."""

    reason = "malformed"


class ParseLimit(ParseError):
    """Reading was stopped: too deep, too many parts, too much memory or time."""

    reason = "limit"
