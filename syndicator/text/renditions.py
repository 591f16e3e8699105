"""One picture in all its addresses: sizes, crops, formats and tokens told from what names the picture.

**What is dropped.** Publishers cut one file into many sizes and sign, date or shard its address. `picture_key` drops
all that it knows to be size, crop, format or token, and keeps the rest: two addresses with one key show one picture.

**What is kept.** Folders, dates and numbers name pictures: `img-1.jpg` and `img-2.jpg` are two. A bare number is a
size only beside a name that is long enough to be nobody else's, or on a host that is known to write sizes so.

**Linear.** An address has at most 2,048 characters; every pattern is tried on one segment or parameter.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import unquote

from syndicator.text.picturepaths import FORMAT, is_distinct, stem_of, without_sizes

LIMIT = 2048
"""Characters of an address that are read; a longer one is its own key."""
_DEEPEST = 3
"""Addresses inside addresses."""

# ---------------------------------------------------------------- the key


@lru_cache(maxsize=4096)
def picture_key(url: str) -> str:
    """Return what all addresses of one picture have in common: the same key, the same picture.

    Drops scheme, size, crop, format, and what is volatile (`?itok=`, signatures, dates of change); unwraps resizers
    that carry another address. Takes an absolute or relative address; never raises. The key is no address: nothing
    can be fetched by it. What is no http(s) address (`data:`) is its own key.
    """
    return url if len(url) > LIMIT else _key(url, _DEEPEST)


def distinct_name(url: str) -> str | None:
    """Return the name of a picture's file when it is long enough to be one picture's wherever it lies, else None."""
    host, path, _ = address_parts(url)
    stem = stem_of(path.rpartition("/")[2]) if host is not None and len(url) <= LIMIT else ""
    return stem.lower() if is_distinct(stem) else None


def is_picture_file(url: str) -> bool:
    """Whether an address ends in the name of a picture's file, its query aside."""
    return _FILE.search(_PLAIN_PATH.sub("", url)) is not None


def same_picture(one: str, other: str) -> bool:
    """Whether two addresses show one picture."""
    return one == other or picture_key(one) == picture_key(other)


_PLAIN_PATH = re.compile(r"[?#].*", re.S)
_SCHEME = re.compile(r"(?:https?:)?//", re.I)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_INNER = re.compile(r"https?:/{1,2}(?=[^/])", re.I)
_FILE = re.compile(r"\.(?:jpe?g|jfif|pjpe?g|png|webp|avif|heic|jxl|bmp|tiff?|gif|svg|img)$", re.I)
_AFTER_FILE = re.compile(r"(?<=\.(?:jpg|png|gif))[@!:;][^/]*$|(?<=\.(?:jpeg|webp))[@!:;][^/]*$", re.I)


def _key(url: str, deepest: int) -> str:
    host, path, query = address_parts(url)
    if host is None:
        return url
    pairs = list(parameters(query))
    if deepest and (inner := _inner(host, path, query, pairs)) is not None:
        return _key(inner, deepest - 1)
    rule = _rule(host)
    if rule is not None and (key := rule(host, path)) is not None:
        return key
    if any(mark in path for mark in "@!:;"):
        path = _AFTER_FILE.sub("", path)
    is_file = _FILE.search(path) is not None
    kept = _naming(pairs) if is_file else _lasting(pairs)
    return _site(host) + without_sizes(path) + (f"?{'&'.join(kept)}" if kept else "")


def address_parts(url: str) -> tuple[str | None, str, str]:
    """Host in lower case, decoded path, raw query; no host (None) for what is no http(s) address."""
    text = url.strip()
    if (scheme := _SCHEME.match(text)) is not None:
        host, slash, rest = text[scheme.end() :].partition("/")
        if not slash and "?" in host:
            host, _, rest = host.partition("?")
            rest = "?" + rest
    elif _OTHER_SCHEME.match(text):
        return None, "", ""
    else:
        host, rest = "", text.removeprefix("/")
    path, _, query = rest.partition("#")[0].partition("?")
    return re.sub(r":(?:80|443)$", "", host.lower()), "/" + unquote(path), query


def parameters(query: str) -> Iterator[tuple[str, str]]:
    for pair in re.split(r"[&;]", query)[:64]:
        name, _, value = pair.partition("=")
        if pair:
            yield unquote(name.removeprefix("amp;")).lower(), unquote(value.replace("+", " "))


def _site(host: str) -> str:
    """The host without the labels that only say which server hands out the file: `www`, `img2`, `cdn`."""
    while (found := _SERVER.match(host)) is not None and "." in host[found.end() :]:
        host = host[found.end() :]
    return host


_SERVER = re.compile(
    r"(?:www|cdn\w{0,12}|imgs?|images?|i|s|static|statics|media|assets?|pics?|photos?|files|content|thumbs?|uploads?"
    r"|resizer?|m|ichef)-?\d{0,3}\."
)


# ---------------------------------------------------------------- addresses inside addresses

_CARRIERS = frozenset(("url", "src", "image", "img", "imgurl", "image_url", "imageurl", "u", "file", "source", "uri"))
_RESIZER = re.compile(
    r"/(?:[\w-]*resiz\w*|thumbor|unsafe|fit-in|filters:[^/]*|cdn-cgi|image/fetch|img-?proxy|dims\d?|smart)(?=/)", re.I
)
_RESIZERS = ("esiz", "thumbor", "unsafe", "fit-in", "filters:", "cdn-cgi", "image/fetch", "proxy", "dims", "smart")
_HOST_SEGMENT = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.I)


def _inner(host: str, path: str, query: str, pairs: list[tuple[str, str]]) -> str | None:
    """The address that a resizer was given, in its path or its query."""
    at = [found.start() for found in _INNER.finditer(path, 1)] if ":/" in path else None
    if at:
        return _INNER.sub("https://", path[at[-1] :], count=1) + (f"?{query}" if query else "")
    if re.fullmatch(r"i\d\.wp\.com", host):
        return "https:/" + path + (f"?{query}" if query else "")
    for name, value in pairs:
        if name not in _CARRIERS:
            continue
        if _SCHEME.match(value):
            return value
        if _FILE.search(_PLAIN_PATH.sub("", value)) and "/" in value:
            return f"https://{host}/{value.lstrip('./')}"
    if any(mark in path for mark in _RESIZERS) and (found := _RESIZER.search(path)) is not None:
        segments = path[found.end() :].split("/")
        for number, segment in enumerate(segments[:-1]):
            if _HOST_SEGMENT.fullmatch(segment) and not _FILE.search(segment):
                return "https://" + "/".join(segments[number:]) + (f"?{query}" if query else "")
    return None


# ---------------------------------------------------------------- parameters

_NAMES = re.compile(
    r"[a-z]*_?id|img|image|photo|pic|picture|file|filename|path|guid|media|asset|doc|i|n|no|num|index|p|page|part"
    r"|frame|src|url|uri|u|source"
)
"""Parameters that can name a picture where the path already names a file."""
_SIZE = re.compile(
    r"w|h|wid(?:th)?|hei(?:ght)?|(?:max|min|im)[-_]?(?:w|h|width|height)|m[wh]|sizes?|sz|resize|fit|crop\w*|scale"
    r"|q|ql|quality\w*|dpr|auto|format|fm|fmt|ext|ssl|strip|zoom|zc|im|impolicy|imformat|downsize|output-\w+|rect|ar"
    r"|gravity|aspect\w*|optimi[sz]e|webp|x-oss-process|imageview2|imagemogr2|interpolation|bg-?color|upscale|trim|blur"
    r"|sharpen|usm|lossy|position|anchor|focal\w*|stp|tp|wx_fmt"
)
_VOLATILE = re.compile(
    r"itok|tok(?:en)?|access_?token|ts|time|timestamp|_t|ver|version|rev|revision|cb|_+|cachebust\w*|cache\w*|no_?cache"
    r"|rnd|rand|random|nonce|hmac|sig|signature|sign|signed|expir(?:es|y|ation)|exp|policy|key-pair-id|hdne[at]\w*|hdnts"
    r"|x-(?:amz|goog|oss)-\w[\w-]*|awsaccesskeyid|googleaccessid|s[eprtv]|spr|skoid|sktid|sk[testv]|auth\w*|oh|oe|_nc_\w+"
    r"|ccb|efg|utm_\w+|fbclid|gclid|\w*sess(?:ion)?_?(?:id)?|sid|modified|lastmod|updated|changed|mtime|etag|refresh"
    r"|reload"
)
_DOUBTFUL = re.compile(r"[a-z]|type|mode|op|cc|ct|hash|key|md5|sha\w*|checksum|ref")
"""Sizes, modes and tokens beside another parameter that names the picture; alone they may name it."""
_TOKEN = re.compile(r"(?=.*\d)[\w.:-]{5,}|[0-9a-f]{8,}", re.I)
"""A moment, a count or a hash, and no word."""


def _naming(pairs: list[tuple[str, str]]) -> list[str]:
    """The parameters that name a picture behind the name of a file."""
    return sorted(
        f"{name}={value}"
        for name, value in pairs
        if value and _NAMES.fullmatch(name) and not _VOLATILE.fullmatch(name) and not _SIZE.fullmatch(name)
    )


def _lasting(pairs: list[tuple[str, str]]) -> list[str]:
    """The parameters of a script without those that say a size, a format or a moment."""
    left = [
        (name, value)
        for name, value in pairs
        if not (_SIZE.fullmatch(name) or _VOLATILE.fullmatch(name) or (name in ("t", "v") and _TOKEN.fullmatch(value)))
    ]
    sure = [(name, value) for name, value in left if name in ("i", "n", "p", "u") or not _DOUBTFUL.fullmatch(name)]
    return sorted(f"{name}={value}" if value else name for name, value in sure or left)


# ---------------------------------------------------------------- hosts with ways of their own


def _film(host: str, path: str) -> str | None:
    """YouTube's still of a film: `default`, `hqdefault`, `0` and the like are one; `1` to `3` are other moments."""
    found = re.match(r"/(?:vi(?:_webp)?|an(?:_webp)?)/([\w-]{6,20})/([a-z]*)(\d?)", path)
    if found is None:
        return None
    moment = f"/{found[3]}" if found[3] in ("1", "2", "3") and found[2] in ("", "hq", "mq", "sd", "maxres") else ""
    return f"youtube.com/vi/{found[1]}{moment}"


def _google(host: str, path: str) -> str | None:
    """Blogger and Google's picture servers: the size is a segment `s640`, `w640-h426`, or a tail `=s1600`."""
    path = re.sub(r"=[swh]\d+(?:-[\w-]*)?$|=[swh]0[\w-]*$", "", path)
    folders = path.split("/")
    folders = [one for one in folders if not re.fullmatch(r"[swh]\d{1,4}(?:-[a-z]{1,3}\d{0,4})*", one)]
    return "google" + FORMAT.sub("", "/".join(folders))


def _bbc(host: str, path: str) -> str | None:
    """The BBC's picture servers: what stands before the picture's own path is size and brand."""
    folders = path.split("/")[1:]
    while len(folders) > 1 and re.fullmatch(
        r"news|ace|ws|standard|images|ic|branded_\w+|cps\w*|live-experience|\d{2,4}|\d{2,4}x(?:\d{2,4}|n)", folders[0]
    ):
        del folders[0]
    folders[-1] = stem_of(folders[-1])
    return "bbc/" + "/".join(folders)


def _numbered(host: str, path: str) -> str | None:
    """Deutsche Welle: a number, and a number for the size."""
    found = re.search(r"/(\d{5,})_\d{1,4}\.\w+$", path)
    return f"dw.com/image/{found[1]}" if found else None


def _flickr(host: str, path: str) -> str | None:
    found = re.search(r"/(\d{6,})_[0-9a-f]+(?:_[a-z0-9]{1,2}(?:_d)?)?\.\w+$", path)
    return f"flickr.com/{found[1]}" if found else None


def _guardian(host: str, path: str) -> str | None:
    """The Guardian: the hash names the picture, what follows is its crop and size."""
    found = re.search(r"/([0-9a-f]{40})/", path)
    return f"guim.co.uk/{found[1]}" if found else None


def _by_name(host: str, path: str) -> str | None:
    """Facebook and Instagram: any server, any signature, one name."""
    name = path.rpartition("/")[2]
    return f"fbcdn.net/{FORMAT.sub('', name)}" if re.search(r"\d{6}", name) else None


def _twitter(host: str, path: str) -> str | None:
    found = re.match(r"/((?:media|ext_tw_video_thumb|amplify_video_thumb|tweet_video_thumb)/[\w/-]+)", path)
    return f"twimg.com/{found[1]}" if found else None


def _wikimedia(host: str, path: str) -> str | None:
    found = re.match(r"(/.+?)/thumb(/\w/\w\w/[^/]+)/[^/]+$", path)
    return f"wikimedia.org{found[1]}{found[2]}" if found else f"wikimedia.org{path}"


def _vimeo(host: str, path: str) -> str | None:
    found = re.match(r"/video/(\d+)", path)
    return f"vimeo.com/video/{found[1]}" if found else None


def _wix(host: str, path: str) -> str | None:
    return "wixstatic.com" + path.partition("/v1/")[0]


def _medium(host: str, path: str) -> str | None:
    """Medium: the last segment alone names the picture."""
    name = path.rpartition("/")[2]
    return f"medium.com/{FORMAT.sub('', name)}" if is_distinct(name) else None


_Rule = Callable[[str, str], str | None]
_HOSTS: dict[str, _Rule] = {
    "ytimg.com": _film,
    "youtube.com": _film,
    "bp.blogspot.com": _google,
    "googleusercontent.com": _google,
    "ggpht.com": _google,
    "bbci.co.uk": _bbc,
    "ichef.bbc.co.uk": _bbc,
    "bbcimg.co.uk": _bbc,
    "dw.com": _numbered,
    "staticflickr.com": _flickr,
    "static.flickr.com": _flickr,
    "guim.co.uk": _guardian,
    "fbcdn.net": _by_name,
    "cdninstagram.com": _by_name,
    "twimg.com": _twitter,
    "upload.wikimedia.org": _wikimedia,
    "vimeocdn.com": _vimeo,
    "wixstatic.com": _wix,
    "miro.medium.com": _medium,
}


@lru_cache(maxsize=256)
def _rule(host: str) -> _Rule | None:
    while host:
        if host in _HOSTS:
            return _HOSTS[host]
        host = host.partition(".")[2]
    return None
