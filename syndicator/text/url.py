"""One spelling for one page: addresses made absolute, canonical and safe.

**Three functions for three uses.** `canonical` says which page a link means: it may drop what does not change the page
(fragment, campaign parameters, a redirector around it). `absolute` says where a file is: a picture's signed query must
arrive as it was written, so only what no valid URI may contain is encoded. `page_key` says which addresses are perhaps
one page.

**What is not merged.** `http` and `https`, `www.` and the bare host, a path with and without its last slash are
different pages for `canonical` until a server says otherwise: merging them on a guess loses articles. They have one
`page_key`, because whoever uses it has titles, dates and texts to check the guess by.

**ASCII.** Arabic publishers write one path raw in the feed and percent-encoded in the page. The percent-encoded
form with upper-case hex is the one spelling, because it is a valid URI everywhere (RFC 3986, 6.2.2).

**Safety.** Only `http` and `https`; no user information, no control characters, no more than 2,048 characters.
Back slashes count as slashes, because browsers read them so (WHATWG URL, 4.4), and a check that reads an address
differently from a browser is no check. Whether a host may be called is not decided here but where calls are made.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NewType
from urllib.parse import SplitResult, urljoin, urlsplit

import idna

from syndicator.text.redirectors import target

Url = NewType("Url", str)

LIMIT = 2048
"""The most characters that an address may have, once it is percent-encoded."""

_WRAPPED = 8
"""Redirectors inside one another. What is wrapped deeper stays as it is."""

_RELATIVE = re.compile(
    r"""/ | [/?\#.][^\s<>"]+
    | [A-Za-z0-9%_~-]+(?:/[^\s<>"]{2,} | / | \.[A-Za-z0-9]{2,5}(?:[?\#/][^\s<>"]*)? | \?[^\s<>"]+)""",
    re.VERBOSE,
)
_SCHEMES = {"http": 80, "https": 443}
_ENDS = "".join(map(chr, range(0x21)))
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = str.maketrans(
    "", "", "\ufeff\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_ODD_PERCENT = re.compile(r"%(?:[0-9A-F]?[a-f]|2[DE]|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])")
"""An escape in lower case, or of what needs none."""
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ILLEGAL_IN_PATH = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
_ILLEGAL_IN_QUERY = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")

_TRACKING = re.compile(
    r"""utm_\w+ | at_(?:medium|campaign|custom\d|link_\w+|bbc_team|format|ptr_name|creation|variant|recipient_\w+
    |send_\w+)
    | fbclid | gclid | gclsrc | gbraid | wbraid | dclid | msclkid | yclid | twclid | ttclid | li_fat_id | igshid | igsh
    | mc_[ce]id | _hs(?:enc|mi) | mkt_tok | xtor | xtref | ns_\w+ | _ga | _gl | ocid | cmpid | cmp | ito | smid
    | mibextid
    | wt\.mc_\w+ | __twitter_impression | guccounter | guce_referrer\w* | ncid | sr_share | spm | vero_\w+ | oly_\w+_id
    | traffic_source | maca | __s | s_cid | feedtype""",
    re.VERBOSE | re.IGNORECASE,
)
_TRACKING_VALUE = re.compile(
    r"(?:ref|source|src|from|partner|cmp|via|campaign|medium|feed)=(?:rss(?:[-_]?feeds?)?|feeds?|rss2|atom|feedburner|newsletter|twitter|facebook|whatsapp|telegram)",
    re.IGNORECASE,
)

_LEADING = re.compile(r"(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.])")
_COUNTRY_LEVEL = re.compile(r"(?:ac|co|com|edu|gov|net|org)\.[a-z]{2}")
_MATRIX = re.compile(r";(?:jsessionid|phpsessid|sessionid|sid)=[^;/]*", re.IGNORECASE)
_COOKIELESS = re.compile(r"\((?:[A-Za-z]\([^()/]*\))+\)")
_INDEX = re.compile(r"(?:index|default)\.(?:html?|shtml|php\d?|aspx?|jsp|cfm)", re.IGNORECASE)
_AMP_FILE = re.compile(r"\.amp(?=(?:\.html?)?$)", re.IGNORECASE)
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|ashx|jsp|jsf|cfm|cgi|do|pl|dll)$", re.IGNORECASE)
_NAMES_PAGE = re.compile(r"\d+|.*\d{4}.*|(?:[^-_]+[-_]){3,}[^-_]+")
_DATED_PATH = re.compile(r"/(?:19|20)\d\d/\d\d?/(?:\d\d?/)?[^/]*[^\d/][^/]*$")
_IDENTIFIES = re.compile(
    r"""p | a | n | nid | aid | pid | gid | uid | guid | uuid | slug | url | path
    | (?:.*[^a-z])? (?:id|no|num|number) | id_?[a-z]+
    | (?:news|article|art|story|post|item|doc|document|content|entry|page|topic|event|video|live)_?(?:id|no|num)?""",
    re.VERBOSE,
)
_VOLATILE = re.compile(
    r"""phpsessid | j?sess(?:ion)?_?id | ssid | jsession | aspsessionid\w* | asp\.net_sessionid | cfid | cftoken
    | oscsid | zenid | s_?id_hash | phpsession | _+ | _t | _ts | _r | _dc | rand | random | rnd | cb | cache
    | cache_?buster | no_?cache | nc | bust | timestamp | time_?stamp | nonce | replytocom | amp | output_?type""",
    re.VERBOSE,
)
_PERHAPS = dict.fromkeys(
    ("sid", "s", "ses", "sess", "session", "token", "ref", "referer", "referrer", "from", "src", "source", "via"),
    "session",
)
_PERHAPS |= dict.fromkeys(("t", "ts", "time", "r", "tm", "now", "refresh"), "time")
_PERHAPS |= dict.fromkeys(("v", "ver", "version", "rev", "hash"), "version")
_WEAK = {
    "session": re.compile(r"[A-Za-z0-9._~-]*"),
    "time": re.compile(r"[0-9][0-9.]*|[0-9a-f]{6,}|"),
    "version": re.compile(r"[0-9][0-9.]*|[0-9a-f]{6,}|"),
}
_STRONG = re.compile(
    r"\d{9,}(?:\.\d+)? | 0?\.\d{3,} | (?=[a-f-]*\d)[0-9a-f-]{8,} | (?=[A-Za-z]*\d)[A-Za-z0-9]{16,}", re.VERBOSE
)


def canonical(raw: str, base: str | None = None, *, fragment: bool = False) -> Url | None:
    """The one spelling of a page's address, or None when it is no absolute http(s) address.

    Idempotent. Query parameters keep their order. Campaign parameters go. Fragments go, except those that name a page
    of a single-page site (`#!/story/7`, `#/story/7`); `fragment` keeps all. An address that only leads on gives the
    one behind it (`redirectors`). `base` resolves a relative address (RFC 3986, 5.2).
    """
    parts = _split(raw, base)
    if parts is None:
        return None
    parts = _unwrapped(_normalised(parts))
    pairs = [pair for pair in parts.query.split("&") if pair and not _tracks(pair)]
    routes = parts.fragment.startswith("!") or (parts.fragment.startswith("/") and len(parts.fragment) > 1)
    kept = _normal(parts.fragment, _ILLEGAL_IN_QUERY) if fragment or routes else ""
    made = _join(parts, parts.path, "&".join(pairs), kept)
    return Url(made) if made is not None else None


def told_apart_by_fragment(items: Iterable[tuple[str, str]]) -> frozenset[Url]:
    """Return the pages of which several items name parts, as the posts of a live blog do.

    `items` are link, absolute, and title of every item of one document. A page is among them if two of its fragments
    stand with different titles and none stands with two: `canonical(link, fragment=True)` keeps such items apart. One
    story whose revisions are numbered `#0`, `#1` under one title is not.
    """
    titles: dict[Url, dict[str, set[str]]] = {}
    for link, title in items:
        page = canonical(link) if "#" in link else None
        if page is not None and (part := link.partition("#")[2].strip(_ENDS)):
            titles.setdefault(page, {}).setdefault(part, set()).add(" ".join(title.split()))
    return frozenset(
        page
        for page, parts in titles.items()
        if all(len(each) == 1 for each in parts.values()) and len(set.union(*parts.values())) == len(parts) > 1
    )


def without_feed_scheme(written: str) -> str:
    """An address without the `feed:` that old pages and programs put before those of feeds."""
    text = written.strip(_ENDS)
    if text[:5].lower() != "feed:":
        return text
    rest = text[5:]
    inner = rest.removeprefix("//")
    if inner.lower().startswith(("http://", "https://")):
        return inner
    return f"http:{rest}" if rest.startswith("//") else rest


def looks_like_address(written: str) -> bool:
    """Tell an address, absolute or relative, from words that stand where an address belongs."""
    text = written.strip(_ENDS)
    if text[:8].lower().startswith(("http://", "https://", "//")):
        return True
    return _RELATIVE.fullmatch(text) is not None


@lru_cache(maxsize=1 << 12)
def page_key(url: str) -> str:
    """Return what is left of an address without all that may change while the page stays; empty for no address.

    A key is no address and is not shown. It has no scheme, no `www.`, `m.` or `amp.`, no default port, no last slash,
    no `index.html`, no AMP mark, no session id, no cache-buster, and its parameters are sorted. Two addresses with one
    key are perhaps one page: compare titles, dates or texts before you believe it.

    A parameter that is an id on some sites (`sid`, `t`, `v`) goes only if something else in the address names the
    page, or if there is another parameter and its own value can only be a session or a moment.
    """
    made = canonical(url)
    if made is None:
        return ""
    parts = urlsplit(made)
    path = _key_path(parts.path)
    query = "&".join(_key_pairs(parts.query, path))
    fragment = parts.fragment.rstrip("/")
    return _key_host(parts.netloc) + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def absolute(raw: str, base: str | None = None) -> str | None:
    """The absolute address of a file (picture, enclosure, comments), or None when it is no http(s) address.

    Query and fragment stay as written; characters that RFC 3986 forbids are percent-encoded. Idempotent.
    """
    parts = _split(raw, base)
    if parts is None:
        return None
    path = _without_dots(_encoded(parts.path, _ILLEGAL_IN_PATH)) or "/"
    return _join(parts, path, _encoded(parts.query, _ILLEGAL_IN_QUERY), _encoded(parts.fragment, _ILLEGAL_IN_QUERY))


def host(url: str) -> str:
    """The host name in lower-case ASCII, without port; empty when the address has none."""
    parts = _split(url, None)
    return "" if parts is None else parts.netloc.rpartition(":")[0] if _has_port(parts.netloc) else parts.netloc


def stored(text: str) -> Url:
    """What `canonical` made, read back from the store: the only other way to a `Url`. Never for what strangers sent."""
    return Url(text)


def _split(raw: str, base: str | None) -> SplitResult | None:
    """Scheme, `host[:port]` in its one spelling, and the rest as written; None for what is not safe http(s)."""
    text = raw.translate(_INVISIBLE).strip(_ENDS)
    if not text or len(text) > 4 * LIMIT or _CONTROL.search(text):
        return None
    text = _slashes(text)
    try:
        if base is not None and not text.lower().startswith(("http://", "https://")):
            home = _slashes(base.translate(_INVISIBLE).strip(_ENDS))
            if (
                len(home) <= 4 * LIMIT
                and home.lower().startswith(("http://", "https://"))
                and not _CONTROL.search(home)
            ):
                text = urljoin(home, text)
        parts = urlsplit(text)
        scheme = parts.scheme.lower()
        if scheme not in _SCHEMES or not parts.netloc or "@" in parts.netloc:
            return None
        name, port = _host(parts.hostname or "", bracketed="[" in parts.netloc), parts.port
    except ValueError:
        return None
    if name is None or port == 0:
        return None
    if port is not None and port != _SCHEMES[scheme]:
        name = f"{name}:{port}"
    return SplitResult(scheme, name, parts.path, parts.query, parts.fragment)


def _normalised(parts: SplitResult) -> SplitResult:
    path = _without_dots(_normal(parts.path, _ILLEGAL_IN_PATH)) or "/"
    query = _normal(parts.query, _ILLEGAL_IN_QUERY) if parts.query else ""
    return SplitResult(parts.scheme, parts.netloc, path, query, parts.fragment)


def _unwrapped(parts: SplitResult) -> SplitResult:
    """The address at the end of redirectors inside one another; all as it is where that is not safe http(s)."""
    found = parts
    for _ in range(_WRAPPED):
        inner = target(found.netloc, found.path, found.query)
        if inner is None:
            return found
        behind = _split(inner, None)
        if behind is None:
            return found
        found = _normalised(behind)
    return found if target(found.netloc, found.path, found.query) is None else parts


def _slashes(text: str) -> str:
    """Back slashes before the query as slashes: browsers read them so."""
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return text[:end].replace("\\", "/") + text[end:]


def _host(name: str, *, bracketed: bool) -> str | None:
    if bracketed:
        return f"[{name.lower()}]" if _IPV6.fullmatch(f"[{name.lower()}]") else None
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
        except idna.IDNAError:
            return None
    name = name.lower()
    return name if len(name) <= 253 and ".." not in name and _HOST.fullmatch(name) else None


def _has_port(netloc: str) -> bool:
    return netloc.rpartition("]")[2].find(":") >= 0


def _encoded(text: str, illegal: re.Pattern[str]) -> str:
    """Only what may not stand in a URI is encoded; what is encoded stays as it is."""
    text = _BARE_PERCENT.sub("%25", text)
    return illegal.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _normal(text: str, illegal: re.Pattern[str]) -> str:
    """As `_encoded`, and the one spelling of each escape: upper-case hex, unreserved characters plain."""

    def one(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else f"%{found[1].upper()}"

    text = _encoded(text, illegal)
    return _PERCENT.sub(one, text) if _ODD_PERCENT.search(text) else text


def _tracks(pair: str) -> bool:
    return bool(_TRACKING.fullmatch(pair.partition("=")[0]) or _TRACKING_VALUE.fullmatch(pair))


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, on an absolute path; empty segments stay."""
    if "." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _join(parts: SplitResult, path: str, query: str, fragment: str) -> str | None:
    made = f"{parts.scheme}://{parts.netloc}{path}"
    made += f"?{query}" if query else ""
    made += f"#{fragment}" if fragment else ""
    return made if len(made) <= LIMIT else None


# ---------------------------------------------------------------- the key of a page


def _key_host(netloc: str) -> str:
    name = re.sub(r"\.?(?::(?:80|443))?$", "", netloc) if not netloc.endswith("]") else netloc
    while (leading := _LEADING.match(name)) and not _COUNTRY_LEVEL.fullmatch(name, leading.end()):
        name = name[leading.end() :]
    return name


def _key_path(path: str) -> str:
    """Without session ids, empty segments, AMP marks and the name of a folder's own page."""
    segments = [one for one in _MATRIX.sub("", path).split("/") if one and not _COOKIELESS.fullmatch(one)]
    while segments and (_INDEX.fullmatch(segments[-1]) or (segments[1:] and segments[-1].lower() == "amp")):
        del segments[-1]
    while segments[1:] and segments[0].lower() == "amp":
        del segments[0]
    return _AMP_FILE.sub("", "".join(f"/{one}" for one in segments))


def _key_pairs(query: str, path: str) -> list[str]:
    """The parameters that may name the page, sorted, their names in lower case."""
    pairs = [(name.lower(), value) for name, _, value in (one.partition("=") for one in query.split("&") if one)]
    kept = [(name, value) for name, value in pairs if not _VOLATILE.fullmatch(name)]
    others = [(name, value) for name, value in kept if name not in _PERHAPS and value]
    last = path.rpartition("/")[2]
    page = bool(last) and _SCRIPT.search(last) is None
    certain = any(_IDENTIFIES.fullmatch(name) for name, _ in others) or (
        page and (_NAMES_PAGE.fullmatch(last) is not None or _DATED_PATH.search(path) is not None)
    )
    telling = certain or any("-" in value or any(map(str.isdigit, value)) for _, value in others)

    def passes(name: str, value: str) -> bool:
        kind = _PERHAPS.get(name)
        if kind is None:
            return False
        if certain and _WEAK[kind].fullmatch(value):
            return True
        return (telling or (page and kind == "time")) and _STRONG.fullmatch(value) is not None

    return sorted(f"{name}={value}" if value else name for name, value in kept if not passes(name, value))
