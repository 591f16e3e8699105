"""What went wrong on the wire, told as one of our errors in one plain sentence.

The libraries wrap a fault up to four times over; what an operator wants to read is the innermost.
"""

import ssl
from http.client import HTTPException, IncompleteRead, RemoteDisconnected

import urllib3.exceptions

from syndicator.errors import ConnectFault, FetchError, TlsFault, Truncated
from syndicator.http.deadline import Deadline


def explained(error: Exception, host: str, deadline: Deadline) -> FetchError:
    """Any fault of one exchange with a host. Whatever breaks once the deadline is over broke because of it."""
    cause = _innermost(error)
    if deadline.over_time() or isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError)):
        return deadline.error()
    if isinstance(cause, FetchError):
        return cause
    if isinstance(cause, (IncompleteRead, urllib3.exceptions.IncompleteRead)):
        return Truncated(f"{host} ended its answer before it was whole.")
    if isinstance(cause, RemoteDisconnected):
        return ConnectFault(f"{host} closed the connection without an answer.")
    if isinstance(cause, ssl.SSLError):
        return TlsFault(f"The TLS connection to {host} broke: {cause.reason or cause}.")
    if isinstance(cause, OSError):
        return ConnectFault(f"The connection to {host} broke: {cause.strerror or cause}.")
    kind = "" if isinstance(cause, HTTPException) else f" ({cause})"
    return ConnectFault(f"{host} answered with something that is not HTTP: {type(cause).__name__}{kind}.")


def _innermost(error: BaseException) -> BaseException:
    while not isinstance(error, FetchError):
        wrapped = (*error.args, getattr(error, "reason", None), error.__cause__)
        inner = next((candidate for candidate in wrapped if isinstance(candidate, BaseException)), None)
        if inner is None:
            break
        error = inner
    return error
