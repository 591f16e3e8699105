"""Find the page behind addresses that only lead on: search engines, social networks, mail filters, AMP caches.

A feed of Google Alerts links to `google.com/url?...&url=REAL`. The outlet's own feed links to REAL. Both mean one page.

Only services that are known to lead on are unwrapped. A `url=` parameter on any other host may be a share link or a
proxy of the site itself, and stays. So does an address whose target is not written in it.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote


class _Service(NamedTuple):
    host: str
    """A regular expression for the whole host name."""
    path: str
    """A regular expression for the whole path."""
    parameters: tuple[str, ...]
    """Where the target may stand, the likeliest first."""


_GOOGLE = r"(?:[a-z-]+\.)*google\.(?:com?\.)?[a-z]{2,3}"
_SERVICES = (
    _Service(_GOOGLE, r"(?:/[a-z]+)?/url|/imgres|/interstitial|/news/rd", ("url", "q", "imgrefurl")),
    _Service(r"(?:feedproxy|feedburner)\.google\.com|feeds\d?\.feedburner\.com", r"/.*", ("url", "u", "redirect")),
    _Service(r"(?:[a-z-]+\.)?facebook\.com|l\.messenger\.com", r"/l\.php|/flx/warn/?", ("u",)),
    _Service(r"l\.instagram\.com|l\.threads\.(?:net|com)|l\.wl\.co", r"/l?/?", ("u",)),
    _Service(r"t\.umblr\.com", r"/redirect", ("z",)),
    _Service(r"out\.reddit\.com", r"/.*", ("url",)),
    _Service(r"slack-redir\.net", r"/link", ("url",)),
    _Service(r"(?:[a-z-]+\.)?vk\.(?:com|ru)", r"/away(?:\.php)?", ("to",)),
    _Service(r"(?:[a-z]+\.)?youtube\.com", r"/redirect", ("q",)),
    _Service(r"[a-z0-9-]+\.safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
    _Service(r"(?:[a-z0-9-]+\.)?bing\.com", r"/news/apiclick\.aspx|/ck/a", ("url", "u")),
    _Service(r"(?:[a-z]+\.)?duckduckgo\.com", r"/l/?", ("uddg",)),
    _Service(r"(?:[a-z]+\.)?linkedin\.com", r"/redir/[a-z-]+|/safety/go/?", ("url",)),
    _Service(r"(?:[a-z]+\.)?yandex\.(?:com?\.)?[a-z]{2,3}", r"/clck/jsredir|/clck/.*", ("url",)),
    _Service(r"medium\.com", r"/r/?", ("url",)),
    _Service(r"t\.me", r"/iv", ("url",)),
    _Service(r"disq\.us", r"/url|/", ("url",)),
    _Service(r"getpocket\.com", r"/redirect", ("url",)),
    _Service(r"steamcommunity\.com", r"/linkfilter/?", ("url", "u")),
    _Service(r"link\.zhihu\.com", r"/", ("target",)),
    _Service(r"exit\.sc", r"/", ("url",)),
    _Service(r"go\.(?:redirectingat|skimresources)\.com", r"/", ("url",)),
    _Service(r"click\.linksynergy\.com", r"/deeplink|/fs-bin/click", ("murl", "rd_parm1")),
)  # fmt: skip
_KNOWN = tuple((re.compile(one.host), re.compile(one.path), one.parameters) for one in _SERVICES)
_TAILS = frozenset(
    {
        *("umblr.com", "reddit.com", "slack-redir.net", "facebook.com", "messenger.com", "instagram.com", "wl.co"),
        *("threads.net", "threads.com", "vk.com", "vk.ru", "youtube.com", "outlook.com", "bing.com", "duckduckgo.com"),
        *("linkedin.com", "medium.com", "t.me", "disq.us", "getpocket.com", "steamcommunity.com", "zhihu.com"),
        *("exit.sc", "redirectingat.com", "skimresources.com", "linksynergy.com", "feedburner.com", "yahoo.com"),
        *("ampproject.org", "bing-amp.com"),
    }
)
"""The last two labels of every host above, but Google's and Yandex's. Most addresses are told by them to be none."""

_AMP_CACHE = re.compile(r"(?:[a-z0-9-]+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)")
_AMP_PATH = re.compile(r"/[cv]/(s/)?(?=[^/]+\.)(.+)", re.DOTALL)
_AMP_VIEWER = re.compile(r"/amp/(s/)?(?=[^/]+\.)(.+)", re.DOTALL)
_AMP_OWN = re.compile(r"(?:amp_(?:js_v|gsa|kit|r|latest_update_time)|usqp|aoh|csi|referrer|ampshare)=.*", re.IGNORECASE)
_YAHOO = re.compile(r"/[^?]*?/RU=([^/]+)/.*", re.DOTALL)
_GOOGLE_NEWS = re.compile(r"/(?:rss/|__i/rss/rd/)?articles/([A-Za-z0-9_-]{24,2000})=*")


def target(host: str, path: str, query: str) -> str | None:
    """Return the address behind a redirector, as it is written there, or None for any other address.

    `host` in lower-case ASCII with or without port. The answer begins with `http://` or `https://` and is not checked
    further: it comes from strangers.
    """
    host = host.partition(":")[0]
    if ".".join(host.rsplit(".", 2)[-2:]) not in _TAILS and "google." not in host and "yandex." not in host:
        return None
    return next(
        (found for found in _targets(host, path, query) if found.lower().startswith(("http://", "https://"))), None
    )


def _targets(host: str, path: str, query: str) -> Iterator[str]:
    for hosts, paths, names in _KNOWN:
        if hosts.fullmatch(host) and paths.fullmatch(path):
            yield from _parameters(query, names)
    if _AMP_CACHE.fullmatch(host):
        yield from _amp(_AMP_PATH.fullmatch(path), query)
    elif re.fullmatch(_GOOGLE, host):
        yield from _amp(_AMP_VIEWER.fullmatch(path), query)
        if host.startswith("news.") and (article := _GOOGLE_NEWS.fullmatch(path)):
            yield from _google_news(article[1])
            yield from _parameters(query, ("url",))
    elif host.endswith("search.yahoo.com") and (found := _YAHOO.fullmatch(path)):
        yield unquote(found[1])


def _parameters(query: str, names: tuple[str, ...]) -> Iterator[str]:
    """The values of these parameters, decoded once. Bing writes `a1` and base64."""
    pairs = [one.partition("=") for one in query.split("&")]
    for wanted in names:
        for name, _, value in pairs:
            if name.lower() != wanted:
                continue
            yield unquote(value)
            if value.startswith("a1aHR0c"):
                yield _base64(value[2:]).decode("utf-8", "ignore")


def _amp(found: re.Match[str] | None, query: str) -> Iterator[str]:
    """`/amp/s/HOST/PATH`: the scheme is a letter, the query is the page's with the viewer's own parameters."""
    if found:
        own = "&".join(pair for pair in query.split("&") if pair and not _AMP_OWN.fullmatch(pair))
        yield f"http{'s' if found[1] else ''}://{found[2]}{f'?{own}' if own else ''}"


def _google_news(written: str) -> Iterator[str]:
    """The address inside an article's id, where it stands in plain: a field of a protocol buffer, length first."""
    data = _base64(written)
    start = data.find(b"http", 0, 16)
    if start < 1:
        return
    length = data[start - 1]
    if start > 1 and data[start - 2] & 0x80:
        length = (data[start - 2] & 0x7F) | length << 7
    if start + length <= len(data):
        yield data[start : start + length].decode("utf-8", "ignore")


def _base64(written: str) -> bytes:
    """The bytes of base64 in either alphabet, with or without padding; none when it is none."""
    text = unquote(written).rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
