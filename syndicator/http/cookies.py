"""The cookies of one fetch: servers that send everyone in a circle until a cookie comes back.

A jar lives for one fetch and its redirects. Nothing is kept after it, so nobody can follow us from poll to poll. Who
gets a cookie back - domain, path, secure - is decided by `http.cookiejar`, in its stricter reading of domains. On this
machine every port is a server of its own (see `gate`), so a cookie stays with its port there.
"""

from email.message import Message
from http.cookiejar import DefaultCookiePolicy
from types import SimpleNamespace
from typing import Any

import requests.cookies
from requests import PreparedRequest
from requests.cookies import RequestsCookieJar
from urllib3 import HTTPHeaderDict

from syndicator.http.gate import host_key

_helpers: Any = requests.cookies  # its functions have no types
_POLICY = DefaultCookiePolicy(strict_domain=True, strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
"""No cookies for `.com.sy`, and one without a domain for its host alone (RFC 6265, 5.4)."""
_LONGEST = 4_096
"""Characters of one Set-Cookie header, and of the Cookie header that is sent back."""
_MOST = 50
"""Set-Cookie headers of one answer that are looked at."""


class Cookies:
    """What the answers of one fetch set, for its next requests."""

    def __init__(self) -> None:
        self._jars: dict[str, RequestsCookieJar] = {}

    def keep(self, request: PreparedRequest, headers: HTTPHeaderDict) -> None:
        """Take what an answer to a request sets."""
        told = Message()
        for value in headers.getlist("set-cookie")[:_MOST]:
            if len(value) <= _LONGEST and value.isprintable():
                told["Set-Cookie"] = value
        if told.keys():
            jar = self._jars.setdefault(_key(request), RequestsCookieJar(_POLICY))
            _helpers.extract_cookies_to_jar(jar, request, SimpleNamespace(_original_response=SimpleNamespace(msg=told)))

    def give(self, request: PreparedRequest) -> str:
        """Add to a request what its address may have; returns the Cookie header, empty when there is none."""
        jar = self._jars.get(_key(request))
        cookie = (_helpers.get_cookie_header(jar, request) if jar is not None else None) or ""
        if not cookie or len(cookie) > _LONGEST:
            return ""
        request.headers["Cookie"] = cookie
        return cookie


def _key(request: PreparedRequest) -> str:
    """One jar for all, but for hosts whose ports are servers of their own."""
    key = host_key(request.url or "")
    return key if ":" in key else ""
